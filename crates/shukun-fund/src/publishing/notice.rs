//! A public notice (公示) built from allowed fields and nothing else: no field of it can hold a whole name, a number that
//! leads to a person, an address or an illness.
//!
//! Knows no HTML: who renders one hands the bytes to [`Notice::clear`]. Start at [`Notice::new`].

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Text};

use super::leaks::{Allowed, Cleared, Leak, scan};
use crate::ResolutionId;

/// A name of which only the surname is shown: 张*. The whole name is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MaskedName(String);

impl MaskedName {
    /// Masks a whole name: the first character stays, one star stands for all others; a name of one character becomes a
    /// star. Blanks around it are dropped.
    pub fn of(name: &str) -> MaskedName {
        let name = name.trim();
        let mut letters = name.chars();
        let first = letters.next().filter(|letter| letter.is_alphabetic());
        let has_more = letters.next().is_some();
        MaskedName(first.filter(|_| has_more).map_or_else(|| "*".to_owned(), |letter| format!("{letter}*")))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MaskedName {
    type Error = String;

    /// Takes a masked name only: a whole one is refused rather than masked without a word.
    fn try_from(text: String) -> Result<MaskedName, String> {
        let masked = MaskedName(text);
        let right = masked.0 == "*" || masked.0.chars().count() == 2 && masked.0.ends_with('*');
        if right { Ok(masked) } else { Err("not a masked name such as 张*".to_owned()) }
    }
}

impl From<MaskedName> for String {
    fn from(name: MaskedName) -> String {
        name.0
    }
}

/// A short name of a place, a programme or an office: 2 to 30 letters without a digit among them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainName(String);

impl PlainName {
    /// Takes a name that in itself is no leak: letters, blanks, “”（）·《》 and hyphens; none otherwise.
    pub fn new(name: &str) -> Option<PlainName> {
        let name = name.trim();
        let of_letters = name
            .chars()
            .all(|letter| letter.is_alphabetic() || " “”（）()·、—-《》〈〉".contains(letter) && !letter.is_numeric());
        let right = of_letters && (2..=30).contains(&name.chars().count()) && scan(name, &Allowed::default()).is_ok();
        right.then(|| PlainName(name.to_owned()))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PlainName {
    type Error = String;

    fn try_from(text: String) -> Result<PlainName, String> {
        PlainName::new(&text).ok_or_else(|| "not a plain name of 2 to 30 letters".to_owned())
    }
}

impl From<PlainName> for String {
    fn from(name: PlainName) -> String {
        name.0
    }
}

/// Where somebody says that a line is wrong. Given by the fund, never taken from a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectionDesk {
    /// The office.
    pub office: PlainName,
    /// Its own telephone, as it is printed.
    pub phone: Option<OfficePhone>,
}

/// An office's telephone: 3 to 13 digits, hyphens and blanks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficePhone(String);

impl OfficePhone {
    /// Takes a landline or a short number; a mobile number is a person's and is refused.
    pub fn new(phone: &str) -> Option<OfficePhone> {
        let phone = phone.trim();
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let right = phone.chars().all(|letter| letter.is_ascii_digit() || letter == '-' || letter == ' ');
        let is_mobile = digits.len() == 11 && digits.starts_with('1');
        (right && (3..=13).contains(&digits.len()) && !is_mobile).then(|| OfficePhone(phone.to_owned()))
    }

    /// As it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OfficePhone {
    type Error = String;

    fn try_from(text: String) -> Result<OfficePhone, String> {
        OfficePhone::new(&text).ok_or_else(|| "not an office's telephone".to_owned())
    }
}

impl From<OfficePhone> for String {
    fn from(phone: OfficePhone) -> String {
        phone.0
    }
}

/// Where a notice hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A printed sheet on the board of a village or a town.
    Board,
    /// A page of the net, not to be indexed, gone with its last day.
    Online,
}

/// One household's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// Its number on the notice, from 1: what somebody who objects refers to.
    pub number: u32,
    /// Masked; none on a notice of the net.
    pub name: Option<MaskedName>,
    /// The village on a board; the town on the net.
    pub place: PlainName,
    /// What the line gives.
    pub amount: Fen,
}

/// A notice before a resolution takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    medium: Medium,
    programme: PlainName,
    resolution: ResolutionId,
    lines: Vec<NoticeLine>,
    first_day: Day,
    last_day: Day,
    desk: ObjectionDesk,
}

/// Why no notice can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeFault {
    /// No line stands on it.
    Empty,
    /// It ends before it begins.
    EndsTooEarly,
    /// A line gives nothing, or less.
    NoAmount,
    /// Two lines have one number.
    SameNumber,
    /// A name stands on a notice of the net.
    NameOnline,
}

impl NoticeFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            NoticeFault::Empty => {
                Text::new("公示没有内容：请至少列入一户。", "The notice is empty: put one household on it at least.")
            }
            NoticeFault::EndsTooEarly => Text::new(
                "公示的结束日期早于开始日期：请改正日期。",
                "The notice ends before it begins: correct the days.",
            ),
            NoticeFault::NoAmount => {
                Text::new("公示里有一行没有金额：请填写金额。", "A line of the notice has no amount: fill it in.")
            }
            NoticeFault::SameNumber => Text::new(
                "公示里有两行序号相同：请重新编号。",
                "Two lines of the notice have one number: number them anew.",
            ),
            NoticeFault::NameOnline => Text::new(
                "网上公示不列姓名，遮盖的也不列：请去掉姓名，或改为张贴。",
                "A notice on the net carries no name, not even a masked one: take it off, or print it for the board.",
            ),
        }
    }
}

/// What [`Notice::new`] takes.
#[derive(Clone, Debug)]
pub struct NoticeParts {
    /// Where it hangs.
    pub medium: Medium,
    /// By which programme.
    pub programme: PlainName,
    /// The resolution that it comes before.
    pub resolution: ResolutionId,
    /// One line for each household.
    pub lines: Vec<NoticeLine>,
    /// First day on which it hangs.
    pub first_day: Day,
    /// Last day on which it hangs.
    pub last_day: Day,
    /// Where to object.
    pub desk: ObjectionDesk,
}

impl Notice {
    /// A notice of these parts.
    ///
    /// # Errors
    /// The first [`NoticeFault`] that is found.
    pub fn new(parts: NoticeParts) -> Result<Notice, NoticeFault> {
        let mut numbers: Vec<u32> = parts.lines.iter().map(|line| line.number).collect();
        numbers.sort_unstable();
        let has_twins = numbers.windows(2).any(|pair| pair.first() == pair.last());
        let faults = [
            (parts.lines.is_empty(), NoticeFault::Empty),
            (parts.last_day < parts.first_day, NoticeFault::EndsTooEarly),
            (parts.lines.iter().any(|line| line.amount <= Fen::ZERO), NoticeFault::NoAmount),
            (has_twins, NoticeFault::SameNumber),
            (
                parts.medium == Medium::Online && parts.lines.iter().any(|line| line.name.is_some()),
                NoticeFault::NameOnline,
            ),
        ];
        if let Some((_, fault)) = faults.into_iter().find(|(is_so, _)| *is_so) {
            return Err(fault);
        }
        let NoticeParts { medium, programme, resolution, lines, first_day, last_day, desk } = parts;
        Ok(Notice { medium, programme, resolution, lines, first_day, last_day, desk })
    }

    /// Where it hangs.
    pub fn medium(&self) -> Medium {
        self.medium
    }

    /// By which programme.
    pub fn programme(&self) -> &PlainName {
        &self.programme
    }

    /// The resolution that it comes before.
    pub fn resolution(&self) -> &ResolutionId {
        &self.resolution
    }

    /// Its lines.
    pub fn lines(&self) -> &[NoticeLine] {
        &self.lines
    }

    /// First day on which it hangs.
    pub fn first_day(&self) -> Day {
        self.first_day
    }

    /// Last day on which it hangs.
    pub fn last_day(&self) -> Day {
        self.last_day
    }

    /// Where to object.
    pub fn desk(&self) -> &ObjectionDesk {
        &self.desk
    }

    /// What the lines give together.
    pub fn total(&self) -> Fen {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// Looks through what was rendered of this notice: its places, its programme and its desk may stand there, nothing
    /// else that looks like a person may. `words` are the office's own words on the sheet (the fund's name, the town's).
    ///
    /// # Errors
    /// Every kind of leak found; the notice is not to be shown then.
    pub fn clear(&self, rendered: &str, words: &[PlainName]) -> Result<Cleared, Vec<Leak>> {
        let own = [&self.programme, &self.desk.office].into_iter().chain(words);
        let places = self.lines.iter().map(|line| &line.place);
        let mut words: Vec<String> = own.chain(places).map(|name| name.as_str().to_owned()).collect();
        words.sort_unstable();
        words.dedup();
        let phones = self.desk.phone.iter().map(|phone| phone.as_str().to_owned()).collect();
        scan(rendered, &Allowed { phones, words })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn parts() -> NoticeParts {
        let place = PlainName::new("隔岸村").unwrap();
        let line = |number| NoticeLine {
            number,
            name: Some(MaskedName::of("张三丰")),
            place: place.clone(),
            amount: Fen::yuan(5000),
        };
        NoticeParts {
            medium: Medium::Board,
            programme: PlainName::new("慈善医疗救助").unwrap(),
            resolution: ResolutionId::new("r-2026-3").unwrap(),
            lines: vec![line(1), line(2)],
            first_day: date(2026, 11, 22),
            last_day: date(2026, 12, 1),
            desk: ObjectionDesk {
                office: PlainName::new("市慈善总会").unwrap(),
                phone: OfficePhone::new("0577-65800000"),
            },
        }
    }

    #[test]
    fn names_are_masked_and_stay_so() {
        for (name, masked) in [("张三丰", "张*"), (" 欧阳小明 ", "欧*"), ("张", "*"), ("", "*"), ("330381199", "*")]
        {
            assert_eq!(MaskedName::of(name).as_str(), masked);
        }
        assert!(serde_json::from_value::<MaskedName>("张三".into()).is_err());
        assert!(serde_json::from_value::<MaskedName>("张*".into()).is_ok());
    }

    #[test]
    fn allowed_fields_hold_no_numbers() {
        for bad in ["隔岸村13800000000", "隔", "C91.0", "白血病救助", "3组"] {
            assert!(PlainName::new(bad).is_none(), "{bad}");
        }
        assert!(OfficePhone::new("13800000000").is_none() && OfficePhone::new("12345").is_some());
    }

    #[test]
    fn a_notice_is_whole_or_not_made() {
        let made = Notice::new(parts()).unwrap();
        assert_eq!((made.total(), made.lines().len()), (Fen::yuan(10_000), 2));
        assert_eq!(Notice::new(NoticeParts { lines: vec![], ..parts() }), Err(NoticeFault::Empty));
        assert_eq!(Notice::new(NoticeParts { medium: Medium::Online, ..parts() }), Err(NoticeFault::NameOnline));
        assert_eq!(Notice::new(NoticeParts { last_day: date(2026, 1, 1), ..parts() }), Err(NoticeFault::EndsTooEarly));
    }

    #[test]
    fn what_was_rendered_is_looked_through() {
        let notice = Notice::new(parts()).unwrap();
        assert!(notice.clear("<td>1</td><td>张*</td><td>隔岸村</td><td>5,000.00</td> 0577-65800000", &[]).is_ok());
        assert_eq!(notice.clear("<td>张三丰</td><td>隔岸村</td>", &[]), Err(vec![Leak::WholeName]));
    }
}
