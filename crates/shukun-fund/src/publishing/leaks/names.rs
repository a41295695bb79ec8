//! Whole names beside a village or a town: a surname from a list and one or two more characters, standing alone or behind
//! a place, with or without a blank between them.
//!
//! A list cannot hold every surname, which is why a notice takes names only as a masked name; this is the second look.
//! Start at [`find`].

use super::view::{EDGE, KNOWN};
use super::{Leak, at};

/// Surnames by how many bear them, and those of the coast that are common there.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆\
    汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温章殷倪缪项施池应胡虞柯鲍阮洪卓翁季俞楼厉麻\
    诸葛褚卫华戚喻柏水窦云葛奚郎鲁昌苗凤花俞柳酆费廉岑滕罗毕邬常乐傅皮卞齐康伍元卜顾孟平穆萧湛汪祁狄米贝臧计伏成谈茅庞纪舒屈祝阮蓝闵\
    席麻强贾路娄危童颜梅盛刁骆樊凌霍支昝管卢裘干解宗宣邓郁单杭包左崔吉钮嵇邢滑裴荣荀羊惠甄家芮羿储靳井糜松巫乌焦巴弓牧隗谷车宓蓬郗班仰\
    仲伊宫宁仇栾甘厉祖符景詹束幸司韶郜薄印宿怀蒲从索赖屠蒙乔阴胥能苍双闻莘党翟贡劳逄姬申扶堵冉宰郦雍却桑桂濮牛寿通边扈燕冀浦尚农别庄晏柴\
    瞿阎充慕连茹习宦艾鱼容古易慎戈庾终暨居衡步都耿满弘匡寇广禄东欧沃利蔚越隆师巩聂晁勾敖融冷辛阚那简饶空沙鞠须丰巢关蒯相查后荆红游竺权逯盖\
    益桓公涂佟岳商牟帅缑亢况有琴归海墨年爱阳佴第言福";

/// Surnames of two characters.
const DOUBLE: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙", "司徒",
    "端木", "南宫", "东郭", "百里",
];

/// Words that begin like a name and are none.
const WORDS: &[&str] = &[
    "金额", "金融", "方式", "方案", "方法", "项目", "高额", "高于", "余额", "任何", "任务", "何时", "何处", "应当",
    "应予", "应于", "应急", "成员", "成立", "时间", "单位", "单个", "计划", "计算", "计入", "常见", "常务", "关于",
    "关系", "有效", "有关", "有异", "有限", "严禁", "严格", "温馨", "管理", "江苏", "华东", "安排", "平均", "全部",
    "支付", "支出", "年度", "年月", "年龄", "相关", "第一", "第二", "第三", "公示", "公布", "公开", "公告", "公章",
    "居民", "居委", "家庭", "通知", "通过", "都可", "东至", "海报", "商业", "福利", "言语", "申请", "申报", "从本",
    "向本", "向社", "向市", "于本", "于公", "双方", "广大", "利息", "终止", "终审", "满期", "须知", "须在", "须由",
    "后续", "后果", "简要", "简易", "权利", "权益", "查询", "查看", "查阅", "查核", "能够", "能否", "解释", "解答",
    "易地", "连续", "包括", "包含", "印章", "印发", "宣传", "强制", "平台", "元整", "元以", "元人", "元起", "元（",
    "伍万", "伍仟", "伍佰", "万元", "万人", "干部", "基金", "程序", "程度", "史料", "石油", "高温", "水费", "花费",
    "费用", "路径", "车费", "古稀", "习惯", "广场", "充分", "充足", "连同", "融合", "欧元", "利率", "师生", "况且",
    "红十", "红会", "游客", "归还", "归档", "归口", "爱心", "阳光", "岳父", "商会", "班子", "印刷", "怀疑", "祖籍",
    "符合", "仰仗", "农业", "农村", "农户", "居住", "步骤", "都是", "慎重", "古镇", "宁可", "宫颈", "车辆", "储蓄",
    "惠民", "荣誉", "左右", "单据", "解除", "干事", "危重", "路费", "家属", "家长", "家中", "强化", "纪委", "纪律",
    "计生", "成果", "米面", "元月", "元旦", "平时", "常规", "常住", "乐意", "皮肤", "齐全", "毕竟", "毕业", "费率",
    "柳州", "苗族", "云银", "华侨", "卫生", "卫健", "麻烦", "季度", "洪水", "应收", "施行", "施工", "汤药", "向上",
    "向下", "毛病", "龙港", "白纸", "方便", "方可", "方面", "付款", "付讫", "范围", "范本", "陆续", "陆运", "任职",
    "任意", "丁方", "程控", "余下", "余款", "余地", "于此", "于每", "田地", "田间", "曾经", "曾用", "许可", "谢绝",
    "谢谢", "梁柱", "高中", "高龄", "高校", "何种", "何人", "胡乱", "周期", "周边", "周一", "周五", "周内", "周日",
    "周末", "张贴", "张数", "张榜", "向村", "向镇", "向医", "向民", "向其", "向慈", "施以", "有序", "有一", "有无",
    "有其", "有助", "时限", "明细", "明确", "全年", "全额", "全市", "全区", "全县", "经办", "经核", "安置", "和平",
    "终身", "容易", "司法", "申诉", "申明", "党委", "党员", "党组", "劳动", "薄弱", "井然", "巴士", "伊始", "家访",
    "符号", "束缚", "赖账", "双休", "通道", "边界", "尚未", "尚有", "尚需", "充值", "连带", "衡量", "耿直", "东海",
    "东南", "东部", "越城", "敖江", "相应", "公益", "公民", "公安", "公司", "公正", "公平", "公共", "有余", "海岛",
    "海安", "年底", "年初", "年内", "年末", "年均", "年收", "第四", "第五", "第六", "第七", "第八", "第九", "第十",
    "福建", "盖章", "益民", "涂改", "权限", "关注", "关爱",
];

/// What stands before a name without a blank.
const BEFORE: &[&str] = &[
    "村",
    "社区",
    "小组",
    "户主",
    "村民",
    "居民",
    "姓名",
    "申请人",
    "患者",
    "镇",
    "街道",
    "乡",
    "家属",
    "受助人",
    "对象",
    "家庭",
];
/// What goes on behind a name.
const BEHIND: &[&str] = &[
    "住", "系", "户", "家", "患", "因", "获", "男", "女", "同志", "等", "的", "本人", "申请", "拟", "之", "先生",
    "女士", "老人", "于", "今年", "现年", "为", "已", "被", "身", "曾", "与", "和", "及",
];
const PLACES: &[&str] = &["村", "社区", "居委", "镇", "街道", "乡", "小组"];

/// A name in a text that names a village or a town.
pub(super) fn find(text: &[char]) -> Option<Leak> {
    let whole: String = text.iter().collect();
    let has_place = PLACES.iter().any(|place| whole.contains(place)) || whole.contains(KNOWN);
    let joined = without_blanks_inside(text);
    (has_place && (0..joined.len()).any(|place| is_name_at(&joined, place))).then_some(Leak::WholeName)
}

fn is_name_at(text: &[char], place: usize) -> bool {
    let Some(rest) = text.get(place..).filter(|_| stands_alone_before(text, place)) else { return false };
    let surname = surname(rest);
    surname > 0
        && stands_alone_before(text, place)
        && !is_word(rest)
        && (1..=2).any(|given| ends(rest, surname + given))
}

fn surname(rest: &[char]) -> usize {
    let two: String = rest.iter().take(2).collect();
    if DOUBLE.contains(&two.as_str()) {
        2
    } else {
        usize::from(at(rest, 0).is_some_and(|letter| SURNAMES.contains(letter)))
    }
}

fn is_word(rest: &[char]) -> bool {
    let two: String = rest.iter().take(2).collect();
    WORDS.contains(&two.as_str())
}

fn stands_alone_before(text: &[char], place: usize) -> bool {
    let before = text.get(place.saturating_sub(3)..place).unwrap_or_default();
    let Some(last) = before.last().filter(|letter| is_han(**letter)) else { return true };
    let ends_a_word = |word: &&str| word.ends_with(*last) && before.iter().collect::<String>().ends_with(*word);
    BEFORE.iter().any(ends_a_word)
}

/// Whether the name of this length ends there: all of it Chinese, and behind it no more of it.
fn ends(rest: &[char], length: usize) -> bool {
    let name = rest.get(..length).filter(|name| name.iter().all(|letter| is_han(*letter)));
    let Some(behind) = name.and_then(|_| rest.get(length..)) else { return false };
    let tail: String = behind.iter().take(2).collect();
    let whole: String = rest.iter().take(length).collect();
    let is_place = ["村", "镇", "乡", "县", "市", "省", "区", "街", "路", "组", "局", "会", "号", "元"]
        .iter()
        .any(|suffix| whole.ends_with(suffix));
    !is_place
        && (behind.first().is_none_or(|letter| !is_han(*letter)) || BEHIND.iter().any(|word| tail.starts_with(word)))
}

/// 张 三 as 张三: single characters with blanks between them are one word, as printers space short names.
fn without_blanks_inside(text: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for (place, letter) in text.iter().enumerate() {
        let next = text.get(place + 1..).and_then(|rest| rest.iter().find(|letter| !is_blank(**letter)));
        let before = out.last().is_some_and(|letter| is_han(*letter));
        let between = is_blank(*letter) && before && next.is_some_and(|letter| is_han(*letter));
        if !(between && is_single(text, &out, place)) {
            out.push(*letter);
        }
    }
    out
}

/// Whether the character before the blank, or the one behind it, stands by itself.
fn is_single(text: &[char], out: &[char], place: usize) -> bool {
    let alone_before = out.len() < 2 || out.get(out.len() - 2).is_some_and(|letter| !is_han(*letter));
    let behind: Vec<char> =
        text.get(place..).unwrap_or_default().iter().copied().skip_while(|letter| is_blank(*letter)).take(2).collect();
    let alone_behind = behind.get(1).is_none_or(|letter| !is_han(*letter));
    alone_before || alone_behind
}

fn is_blank(letter: char) -> bool {
    letter != EDGE && letter != '\n' && (letter.is_whitespace() || matches!(letter, '·' | '-' | '_' | '.' | '/'))
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publishing::leaks::view::View;

    fn found(text: &str) -> bool {
        find(&View::of(text).shown).is_some()
    }

    #[test]
    fn a_name_beside_a_village_is_seen() {
        for text in [
            "<td>隔岸村</td><td>张三丰</td>",
            "隔岸村张三，5,000.00元",
            "张 三（隔岸村）",
            "欧阳小明 下湾社区",
            "张<b>三</b>，隔岸村",
            "户主王小明住隔岸村",
            "张\u{200b}三 隔岸村",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn masked_names_and_words_are_none() {
        for text in ["隔岸村 张* 5,000.00元", "隔岸村张**等3户", "张三", "金额 方式 项目 隔岸村", "安阳街道 公示时间"]
        {
            assert!(!found(text), "{text}");
        }
    }
}
