//! Ten thousand leaks planted into notices, and as many clean notices: none of the first passes, hardly one of the
//! second is refused. Everything is invented, from a seed.

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shukun_base::{Fen, id_number_check};

use super::*;

const TRIALS: u64 = 10_000;
/// Surnames as a county has them, written down apart from the scanner's list.
const SURNAMES: &[&str] = &[
    "陈", "林", "王", "张", "李", "黄", "吴", "周", "徐", "朱", "金", "郑", "叶", "蔡", "杨", "胡", "潘", "项", "谢",
    "何", "赵", "孙", "戴", "钱", "沈", "施", "陆", "许", "余", "方", "曹", "郭", "缪", "倪", "池", "虞", "温", "薛",
    "季", "欧阳", "夏", "邵", "董", "程", "姜", "翁", "阮", "柯", "章", "毛", "高", "马", "刘", "梁", "宋", "应", "卢",
    "包", "管", "诸葛",
];
const GIVEN: &[&str] = &[
    "小明", "秀英", "建国", "丽", "伟", "芳", "国强", "志强", "美华", "海燕", "军", "敏", "静", "阿香", "玉兰", "德胜",
    "文斌", "晓东", "春花", "永康", "红", "平", "金凤", "宝珠", "子涵", "一诺",
];
const VILLAGES: &[&str] = &[
    "隔岸村",
    "下湾村",
    "东山社区",
    "万松社区",
    "白门村",
    "金后村",
    "河头村",
    "高楼村",
    "石岗村",
    "林垟村",
    "马屿新村",
];
const TOWNS: &[&str] = &["安阳街道", "塘下镇", "陶山镇", "马屿镇", "莘塍街道", "高楼镇", "湖岭镇"];
const PROGRAMMES: &[&str] =
    &["慈善医疗救助", "医保暖心·慈善共富基金", "临时医疗救助", "病贫无忧暖心基金", "高额医疗费用化解"];
const ILLNESSES: &[&str] = &[
    "白血病",
    "肺癌",
    "尿毒症",
    "乳腺癌",
    "精神分裂症",
    "糖尿病",
    "肝硬化",
    "脑梗死",
    "癫痫",
    "慢性肾病",
    "系统性红斑狼疮",
    "艾滋病",
    "淋巴瘤",
    "再生障碍性贫血",
    "帕金森病",
    "肺结核",
    "C91.0",
    "leukemia",
    "F20.9",
];

struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64) -> Draw {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.choose(&mut self.0).unwrap()
    }

    fn below(&mut self, end: u32) -> u32 {
        self.0.random_range(0..end)
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from_digit(self.0.random_range(0..10), 10).unwrap()).collect()
    }

    fn id_number(&mut self) -> String {
        let area = self.one(&["330381", "330301", "110105", "420323", "510104"]);
        let (year, month, day) = (1930 + self.below(94), 1 + self.below(12), 1 + self.below(28));
        let body = format!("{area}{year}{month:02}{day:02}{}", self.digits(3));
        let check = id_number_check(&body).unwrap();
        format!("{body}{check}")
    }

    fn card(&mut self) -> String {
        let length = *[16, 19, 17, 18].choose(&mut self.0).unwrap();
        let start = self.one(&["6222", "6217", "6228", "4367", "5187"]);
        let body = format!("{start}{}", self.digits(length - 5));
        let sum: u32 = body.chars().rev().enumerate().map(|(at, digit)| doubled(at, digit.to_digit(10).unwrap())).sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    }

    fn mobile(&mut self) -> String {
        let second = 3 + self.below(7);
        format!("1{second}{}", self.digits(9))
    }

    fn landline(&mut self) -> String {
        let area = self.one(&["0577", "0571", "010", "021"]);
        format!("{area}-6{}", self.digits(7))
    }

    fn name(&mut self) -> String {
        format!("{}{}", self.one(SURNAMES), self.one(GIVEN))
    }

    fn amount(&mut self) -> Fen {
        Fen(i64::from(self.below(9_000_000)) + 100)
    }

    /// A number written so that a search for digits does not find it.
    fn disguised(&mut self, number: &str) -> String {
        let every = usize::try_from(2 + self.below(5)).unwrap();
        let between = |mark: &str| -> String {
            let cut = |(at, letter): (usize, char)| {
                let mark = if at > 0 && at.is_multiple_of(every) { mark } else { "" };
                format!("{mark}{letter}")
            };
            number.chars().enumerate().map(cut).collect()
        };
        match self.below(15) {
            0 => between(" "),
            1 => between("-"),
            2 => between("\u{200b}"),
            3 => number.chars().map(full_width).collect(),
            4 => number.chars().map(chinese).collect(),
            5 => between("<b></b>"),
            6 => between("</span><span>"),
            7 => number.chars().map(|letter| format!("&#{};", u32::from(letter))).collect(),
            8 => number.chars().map(|letter| format!("&#x{:x};", u32::from(letter))).collect(),
            9 => between("&nbsp;"),
            10 => between("&shy;"),
            11 => number.chars().map(|letter| format!("{letter}</td><td>")).collect(),
            12 => between("　"),
            13 => between("\u{2060}<wbr>"),
            _ => number.to_owned(),
        }
    }

    /// Letters written apart.
    fn spaced(&mut self, words: &str) -> String {
        let mark = self.one(&[" ", "", "", "\u{200b}", "<b></b>", "&nbsp;", "　", "&#8203;"]);
        words.chars().map(|letter| format!("{letter}{mark}")).collect()
    }

    /// What a village board or a page would carry, without anything that leads to a person.
    fn notice(&mut self, leak: &str) -> String {
        let lines = 1 + self.below(12);
        let planted_at = self.below(lines);
        let rows: String = (0..lines)
            .map(|line| {
                let leak = if line == planted_at { leak } else { "" };
                let surname = self.one(SURNAMES).chars().next().unwrap();
                let (village, amount) = (self.one(VILLAGES), self.amount());
                format!("<tr><td>{}</td><td>{surname}*</td><td>{village}{leak}</td><td>{amount}</td></tr>\n", line + 1)
            })
            .collect();
        let (town, programme, total) = (self.one(TOWNS), self.one(PROGRAMMES), self.amount());
        let (month, day, number) = (1 + self.below(12), 1 + self.below(28), self.below(400));
        format!(
            "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><title>{town}公示</title><link \
             href=\"/assets/1.6.1/tabler.css\"></head><body><h1>{programme}拟救助对象公示</h1><p>根据2026年{month}月{day}日\
             联席会议第{number}号决议（r-2026-{number}），现将{town}拟救助对象、金额予以公示，公示期2026-{month:02}-{day:02}\
             至2026-12-31，共{lines}户，合计{total}元。</p><table><thead><tr><th>序号</th><th>姓名</th><th>村（社区）</th>\
             <th>金额（元）</th></tr></thead><tbody>{rows}</tbody></table><p>如有异议，请于公示期内向市慈善总会反映，电话\
             0577-65800000。任何单位和个人均可查看。</p><p>规则 \
             9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</p></body></html>"
        )
    }
}

fn doubled(at: usize, digit: u32) -> u32 {
    let value = if at.is_multiple_of(2) { digit * 2 } else { digit };
    if value > 9 { value - 9 } else { value }
}

fn full_width(letter: char) -> char {
    char::from_u32(u32::from(letter) + 0xfee0).unwrap()
}

fn chinese(letter: char) -> char {
    letter.to_digit(10).map_or(letter, |value| "〇一二三四五六七八九".chars().nth(value as usize).unwrap())
}

fn allowed() -> Allowed {
    let words = VILLAGES.iter().chain(TOWNS).chain(PROGRAMMES).chain(&["市慈善总会"]);
    Allowed { phones: vec!["0577-65800000".to_owned()], words: words.map(|word| (*word).to_owned()).collect() }
}

/// A leak of one of nine kinds, and what it is found as.
fn planted(draw: &mut Draw) -> (&'static str, String) {
    match draw.below(9) {
        0 | 1 => ("id", {
            let number = draw.id_number();
            draw.disguised(&number)
        }),
        2 => ("old id", {
            let number = draw.id_number();
            let old = format!("{}{}", &number[..6], &number[8..17]);
            draw.disguised(&old)
        }),
        3 => ("card", {
            let number = draw.card();
            draw.disguised(&number)
        }),
        4 => ("mobile", {
            let number = draw.mobile();
            draw.disguised(&number)
        }),
        5 => ("landline", draw.landline()),
        6 => ("illness", {
            let word = draw.one(ILLNESSES);
            if word.is_ascii() { format!(" {word} ") } else { draw.spaced(word) }
        }),
        7 => ("name", {
            let name = draw.name();
            let mark = draw.one(&["", " ", "，", "</td><td>", "（"]);
            format!("{mark}{}", draw.spaced(&name))
        }),
        _ => ("masked number", {
            let number = draw.id_number();
            format!("{}********{}", &number[..6], &number[14..])
        }),
    }
}

#[test]
fn ten_thousand_planted_leaks_and_none_passes() {
    let allowed = allowed();
    let passed: Vec<String> = (0..TRIALS)
        .filter_map(|seed| {
            let mut draw = Draw::new(seed);
            let (kind, leak) = planted(&mut draw);
            let rendered = draw.notice(&leak);
            scan(&rendered, &allowed).is_ok().then(|| format!("{seed} {kind}: {leak}"))
        })
        .collect();
    assert!(passed.is_empty(), "{} of {TRIALS} passed: {:#?}", passed.len(), &passed[..passed.len().min(20)]);
}

#[test]
fn clean_notices_are_hardly_ever_refused() {
    let allowed = allowed();
    let refused: Vec<String> = (0..TRIALS)
        .filter_map(|seed| {
            let rendered = Draw::new(seed + 1_000_000).notice("");
            scan(&rendered, &allowed).err().map(|found| format!("{seed}: {found:?}"))
        })
        .collect();
    println!("clean notices refused: {} of {TRIALS}", refused.len());
    assert!(
        refused.len() * 200 < usize::try_from(TRIALS).unwrap(),
        "{} refused: {:#?}",
        refused.len(),
        &refused[..refused.len().min(20)]
    );
}
