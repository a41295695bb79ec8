//! People who do not exist, with names and numbers that stand nowhere by chance, and their hospital bills as an office's file has them.

use std::fmt::Write as _;

/// Somebody: no county has this area code, nobody such a name.
pub struct Somebody {
    pub name: String,
    pub id_number: String,
    pub phone: String,
    pub card: String,
    pub address: String,
}

impl Somebody {
    pub fn new(number: u32) -> Somebody {
        let rare = |from: u32, at: u32| char::from_u32(from + at).unwrap();
        let name: String = ['龘', rare(0x9C10, number / 60), rare(0x9E20, number % 60)].into_iter().collect();
        let id_number = with_check_digit(&format!("990000{}0101{:03}", 1940 + number % 60, number / 60 + 1));
        Somebody {
            name,
            id_number,
            phone: format!("1990{number:07}"),
            card: format!("6229900000{number:09}"),
            address: format!("测试县隐匿路{number:05}号"),
        }
    }

    /// All five.
    pub fn values(&self) -> [&str; 5] {
        [&self.name, &self.id_number, &self.phone, &self.card, &self.address]
    }
}

/// GB 11643: the last digit of an ID number.
fn with_check_digit(first: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = first.chars().map(|digit| digit.to_digit(10).unwrap());
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    format!("{first}{}", b"10X98765432"[usize::try_from(sum % 11).unwrap()] as char)
}

/// A bill of somebody.
pub struct Bill<'a> {
    /// 结算编号
    pub number: u64,
    pub one: &'a Somebody,
    /// One half is paid, the other is not.
    pub yuan: u32,
    /// What stands in the column of the total, where that is not the total.
    pub total: Option<&'a str>,
}

/// A file of settlements, with everything about everybody.
pub fn settlements<'a>(bills: impl Iterator<Item = Bill<'a>>) -> String {
    let mut text = "结算编号,身份证号,姓名,联系电话,参保类型,参保地区划,本地户籍,乡镇（街道）,村（社区）,就医类别,结算日期,费用总额,自费,超限价自费,\
        先行自付,政策范围内费用,基本医保支付,大病保险支付,医疗救助支付,个人账户支付,个人现金支付,银行卡号,家庭住址,备注\n"
        .to_owned();
    for Bill { number, one, yuan, total } in bills {
        let Somebody { name, id_number, phone, card, address } = one;
        let half = yuan / 2;
        let whole = (half * 2).to_string();
        let (total, day) = (total.unwrap_or(&whole), 1 + number % 28);
        writeln!(
            text,
            "JS{number:08},{id_number},{name},{phone},城乡居民,330381,是,测试街道,测试村,普通住院,2022-05-{day:02},{total},0,0,0,{whole},\
             {half},0,0,0,{half},{card},{address},{name}本人领取",
        )
        .unwrap();
    }
    text
}
