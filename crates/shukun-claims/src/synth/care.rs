//! Where people are treated and for what: institutions and diagnoses.

use shukun_base::Fen;

use super::county::CountyName;
use super::draw::Draw;

/// 定点医药机构
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// 医药机构编码, `H` and 11 digits
    pub code: String,
    /// 名称
    pub name: String,
    /// 医院等级 1–3
    pub level: i8,
    /// 异地
    pub out_of_area: bool,
}

/// Why someone is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// ICD-10 code as settlement lists write it
    pub code: &'static str,
    /// 名称
    pub name: &'static str,
    /// The diagnosis groups (病组) of its stays, from the lightest to the gravest course: codes of the public grouper
    /// of Zhejiang, 2022.
    groups: [&'static str; 3],
}

impl Diagnosis {
    /// The group of a stay: a dear stay counts as one with complications, for want of the secondary diagnoses that a
    /// grouper would look at.
    pub(super) fn group_of_stay(&self, total: Fen) -> &'static str {
        let [light, middle, grave] = self.groups;
        match total {
            _ if total < Fen::yuan(8_000) => light,
            _ if total < Fen::yuan(25_000) => middle,
            _ => grave,
        }
    }
}

const fn of(code: &'static str, name: &'static str, groups: [&'static str; 3]) -> Diagnosis {
    Diagnosis { code, name, groups }
}

/// What ordinary stays are for, by weight.
pub(super) const COMMON: [(u32, Diagnosis); 14] = [
    (14, of("J18.900", "肺炎", ["ES25", "ES23", "ES21"])),
    (8, of("J20.900", "急性支气管炎", ["EX29", "EX29", "EX29"])),
    (8, of("J44.100", "慢性阻塞性肺病伴急性加重", ["ET25", "ET23", "ET21"])),
    (8, of("I10.x00", "特发性高血压", ["FV25", "FV23", "FV21"])),
    (9, of("E11.900", "2型糖尿病", ["KS15", "KS13", "KS11"])),
    (9, of("I25.100", "动脉硬化性心脏病", ["FR45", "FM15", "FM13"])),
    (8, of("H25.900", "老年性白内障", ["CB31", "CB39", "CB39"])),
    (7, of("K80.200", "胆囊结石", ["HC35", "HC33", "HC31"])),
    (6, of("K35.900", "急性阑尾炎", ["GD25", "GD23", "GD21"])),
    (7, of("S72.000", "股骨颈骨折", ["IR25", "IR23", "IR21"])),
    (5, of("M51.200", "腰椎间盘突出", ["IU25", "IU23", "IU21"])),
    (5, of("N20.000", "肾结石", ["LX15", "LX13", "LX11"])),
    (4, of("K29.500", "慢性胃炎", ["GW15", "GW13", "GW11"])),
    (2, of("G45.900", "短暂性脑缺血发作", ["BR25", "BR23", "BR21"])),
];

/// What the gravely ill are treated for.
pub(super) const GRAVE: [(u32, Diagnosis); 11] = [
    (20, of("Z51.100", "肿瘤化学治疗", ["RE15", "RE13", "RE11"])),
    (14, of("C34.900", "肺恶性肿瘤", ["ER15", "ER13", "ER11"])),
    (10, of("C18.900", "结肠恶性肿瘤", ["GR15", "GR13", "GR11"])),
    (9, of("C16.900", "胃恶性肿瘤", ["GR15", "GR13", "GR11"])),
    (8, of("C22.000", "肝细胞癌", ["HR15", "HR13", "HR11"])),
    (8, of("C50.900", "乳房恶性肿瘤", ["JR15", "JR13", "JR11"])),
    (5, of("C91.000", "急性淋巴细胞白血病", ["RR15", "RR13", "RR11"])),
    (14, of("I61.900", "脑出血", ["BR15", "BR13", "BR11"])),
    (14, of("N18.900", "慢性肾脏病", ["LR15", "LR13", "LR11"])),
    (10, of("I21.900", "急性心肌梗死", ["FR25", "FR23", "FR21"])),
    (8, of("S06.900", "颅内损伤", ["BY25", "BY23", "BY21"])),
];

/// What special outpatient care (门诊慢特病) is for.
pub(super) const SPECIAL_CHRONIC: [(u32, Diagnosis); 3] = [
    (5, of("I10.x00", "特发性高血压", ["FV25", "FV23", "FV21"])),
    (4, of("E11.900", "2型糖尿病", ["KS15", "KS13", "KS11"])),
    (1, of("M06.900", "类风湿性关节炎", ["IT25", "IT23", "IT21"])),
];

/// The same for the gravely ill.
pub(super) const SPECIAL_GRAVE: [(u32, Diagnosis); 2] = [
    (5, of("N18.900", "慢性肾脏病", ["LR15", "LR13", "LR11"])),
    (5, of("Z51.100", "肿瘤化学治疗", ["RE15", "RE13", "RE11"])),
];

/// How grave a case is, as far as the choice of hospital goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gravity {
    /// Treated near home.
    Common,
    /// Often treated in the big hospitals.
    Grave,
}

/// A hospital of the county or, more often for grave cases, one elsewhere.
pub(super) fn draw_institution(draw: &mut Draw, gravity: Gravity, county: CountyName, town: &str) -> Institution {
    let places: &[(u32, Place)] = match gravity {
        Gravity::Common => {
            &[(25, Place::Township), (30, Place::Second), (30, Place::County), (10, Place::City), (5, Place::Shanghai)]
        }
        Gravity::Grave => {
            &[(3, Place::Township), (10, Place::Second), (37, Place::County), (25, Place::City), (25, Place::Shanghai)]
        }
    };
    draw.weighted(places).institution(county, town)
}

enum Place {
    Township,
    Second,
    County,
    City,
    Shanghai,
}

impl Place {
    fn institution(&self, county: CountyName, town: &str) -> Institution {
        let (code, zh) = (county.code(), county.zh());
        match self {
            Place::Township => institution(format!("H{code}00345"), format!("{town}卫生院"), 1, false),
            Place::Second => institution(format!("H{code}00027"), format!("{zh}中医院"), 2, false),
            Place::County => institution(format!("H{code}00012"), format!("{zh}人民医院"), 3, false),
            Place::City if code.starts_with("32") => {
                institution("H32050000118".to_owned(), "苏州某三甲医院".to_owned(), 3, false)
            }
            Place::City => institution("H33010000156".to_owned(), "杭州某三甲医院".to_owned(), 3, true),
            Place::Shanghai => institution("H31010600321".to_owned(), "上海某三甲医院".to_owned(), 3, true),
        }
    }
}

fn institution(code: String, name: String, level: i8, out_of_area: bool) -> Institution {
    Institution { code, name, level, out_of_area }
}
