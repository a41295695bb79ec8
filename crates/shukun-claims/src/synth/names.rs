//! Invented names from short lists of common surnames and given-name characters.

use shukun_engine::facts::Sex;

use super::draw::Draw;

/// Common surnames with rough weights.
const SURNAMES: [(u32, &str); 40] = [
    (70, "陈"),
    (60, "林"),
    (50, "王"),
    (45, "张"),
    (40, "李"),
    (40, "黄"),
    (35, "吴"),
    (30, "周"),
    (30, "徐"),
    (25, "朱"),
    (25, "金"),
    (20, "郑"),
    (20, "叶"),
    (20, "蔡"),
    (20, "杨"),
    (18, "胡"),
    (18, "潘"),
    (15, "项"),
    (15, "谢"),
    (15, "何"),
    (15, "赵"),
    (12, "孙"),
    (12, "戴"),
    (12, "钱"),
    (12, "沈"),
    (10, "施"),
    (10, "陆"),
    (10, "许"),
    (10, "余"),
    (10, "方"),
    (8, "曹"),
    (8, "郭"),
    (8, "苏"),
    (6, "缪"),
    (6, "虞"),
    (6, "温"),
    (5, "夏"),
    (5, "邵"),
    (4, "欧阳"),
    (2, "上官"),
];

const MEN: [&str; 32] = [
    "伟", "强", "军", "明", "建", "国", "华", "平", "志", "勇", "林", "海", "波", "涛", "斌", "浩", "杰", "鹏", "松",
    "永", "光", "宏", "福", "祥", "庆", "文", "武", "宇", "晨", "轩", "泽", "锋",
];

const WOMEN: [&str; 32] = [
    "芳", "丽", "秀", "英", "敏", "静", "娟", "艳", "霞", "燕", "玲", "红", "萍", "梅", "兰", "珍", "爱", "春", "月",
    "桂", "雪", "洁", "婷", "欣", "怡", "佳", "雅", "琴", "云", "素", "彩", "慧",
];

/// A surname.
pub(super) fn draw_surname(draw: &mut Draw) -> &'static str {
    let surname: &&'static str = draw.weighted(&SURNAMES);
    surname
}

/// A given name of one character (one in five) or two.
pub(super) fn draw_given_name(draw: &mut Draw, sex: Sex) -> String {
    let characters = match sex {
        Sex::M => &MEN,
        Sex::F => &WOMEN,
    };
    let first = *draw.pick(characters);
    if draw.chance(200_000) { first.to_owned() } else { format!("{first}{}", draw.pick(characters)) }
}
