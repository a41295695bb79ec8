//! The charter (章程) as a versioned document: what it says of deciding, quoted, and what it does not say, as empty slots.
//!
//! A rule counts with the words it rests on. What a document does not state has to be named as not stated, so that
//! nothing is forgotten and nothing is guessed: a meeting decides once its county has filled the slots in. Start at
//! [`Charter::read`]; which version holds on a day is [`in_force_on`].

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shukun_base::{ContentHash, Day, RegionCode, Text, words};

use super::share::Share;

/// The charter that this program comes with: Ruian's, as far as it was published.
pub const RUIAN: &str = include_str!("../../../../policies/cn-330381-ruian/charter.toml");

words! {
    /// A thing that a charter has to say before a meeting can decide.
    pub enum Slot {
        InForceFrom "in_force_from" "施行日期" "day it takes force",
        Quorum "quorum" "到会人数" "quorum",
        QuorumOf "quorum_of" "回避的委员算不算应到人数" "whether who keeps out still counts among the members",
        Majority "majority" "通过所需票数" "votes needed",
        MajorityOf "majority_of" "票数按到会还是全体计" "votes out of those present or of all",
        CallDays "call_days" "会前通知天数" "days of notice before a meeting",
        NoticeDays "notice_days" "公示天数" "days of the public notice",
        RoutineDecides "routine_decides" "日常会商能否表决" "whether routine consultations decide",
    }
}

words! {
    /// Of whom the quorum is a share.
    pub enum QuorumOf {
        Members "members" "全体委员" "all members",
        WithoutConflict "without_conflict" "除去回避的委员" "members who need not keep out",
    }
}

words! {
    /// Of whom the majority is a share; who keeps out of a line is never among those present.
    pub enum MajorityOf {
        Present "present" "到会委员" "members present",
        Members "members" "全体委员" "all members",
    }
}

words! {
    /// Where a version of the charter comes from.
    pub enum Provenance {
        Transcribed "transcribed" "依公开材料复述" "retold from public sources",
        Adopted "adopted" "县里依正式章程填写" "filled in by the county from its charter",
        Illustrative "illustrative" "示例，不是任何县的规定" "made up, no county's rule",
    }
}

/// Words of the document and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// What they are about: `members`, `meetings`, or the key of a [`Slot`].
    pub about: String,
    /// The words, quoted.
    pub says: String,
    /// The document and article, and what it leaves open.
    pub source: String,
}

/// What the meeting's rules are: the filled slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    /// The first day of this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_from: Option<Day>,
    /// How many have to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<Share>,
    /// Of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum_of: Option<QuorumOf>,
    /// How many have to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority: Option<Share>,
    /// Of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majority_of: Option<MajorityOf>,
    /// Days from the call to the meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_days: Option<u16>,
    /// Days that a public notice hangs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_days: Option<u16>,
    /// Whether a routine consultation decides too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routine_decides: Option<bool>,
}

impl Slots {
    /// Whether the slot is filled in.
    pub fn has(&self, slot: Slot) -> bool {
        match slot {
            Slot::InForceFrom => self.in_force_from.is_some(),
            Slot::Quorum => self.quorum.is_some(),
            Slot::QuorumOf => self.quorum_of.is_some(),
            Slot::Majority => self.majority.is_some(),
            Slot::MajorityOf => self.majority_of.is_some(),
            Slot::CallDays => self.call_days.is_some(),
            Slot::NoticeDays => self.notice_days.is_some(),
            Slot::RoutineDecides => self.routine_decides.is_some(),
        }
    }

    /// The empty ones, in order.
    pub fn empty(&self) -> Vec<Slot> {
        Slot::ALL.iter().copied().filter(|slot| !self.has(*slot)).collect()
    }

    /// The rules, once every slot is filled in.
    pub fn rules(&self) -> Option<Rules> {
        self.in_force_from?;
        Some(Rules {
            quorum: self.quorum?,
            quorum_of: self.quorum_of?,
            majority: self.majority?,
            majority_of: self.majority_of?,
            call_days: self.call_days?,
            notice_days: self.notice_days?,
            routine_decides: self.routine_decides?,
        })
    }
}

/// Rules that a meeting decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How many have to be there.
    pub quorum: Share,
    /// Of whom.
    pub quorum_of: QuorumOf,
    /// How many have to agree.
    pub majority: Share,
    /// Of whom.
    pub majority_of: MajorityOf,
    /// Days from the call to the meeting.
    pub call_days: u16,
    /// Days that a public notice hangs.
    pub notice_days: u16,
    /// Whether a routine consultation decides too.
    pub routine_decides: bool,
}

/// One version of a charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Its id, the same in every version.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its title in English.
    pub title_en: String,
    /// This version.
    pub version: String,
    /// Where it holds.
    pub region: RegionCode,
    /// Where this version comes from.
    pub provenance: Provenance,
    /// The departments that make up the council.
    pub departments: Vec<String>,
    /// Keys of the slots that the document leaves open.
    #[serde(default)]
    pub not_stated: Vec<Slot>,
    /// The version whose place it takes from its first day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Its last day, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_to: Option<Day>,
    /// What it says of meetings.
    #[serde(default, rename = "rule")]
    pub slots: Slots,
    /// The words it rests on.
    #[serde(default, rename = "article")]
    pub articles: Vec<Article>,
}

/// What is wrong with a charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CharterFault {
    /// It is not TOML of this form: what the reader said, and the bytes it said it of.
    Form(String, Option<(usize, usize)>),
    /// A slot is neither filled in nor named as not stated.
    Forgotten(Slot),
    /// A slot is filled in and named as not stated.
    Both(Slot),
    /// A slot is filled in, and no words of the document say so.
    NoWords(Slot),
    /// It ends before it begins.
    Reversed,
    /// It names no department.
    NoMembers,
    /// A title, a version or an article is empty.
    Empty(&'static str),
    /// Two versions would hold on one day.
    TwoInForce(String, String, Day),
}

impl CharterFault {
    /// A code that never changes its meaning; in the manual.
    pub const fn code(&self) -> &'static str {
        match self {
            CharterFault::Form(..) => "H101",
            CharterFault::Forgotten(_) => "H102",
            CharterFault::Both(_) => "H103",
            CharterFault::NoWords(_) => "H104",
            CharterFault::Reversed => "H105",
            CharterFault::NoMembers => "H106",
            CharterFault::Empty(_) => "H107",
            CharterFault::TwoInForce(..) => "H108",
        }
    }

    /// Words of the document near which it is to be mended.
    pub fn key(&self) -> &'static str {
        match self {
            CharterFault::Forgotten(_) => "not_stated",
            CharterFault::Both(slot) | CharterFault::NoWords(slot) => slot.key(),
            CharterFault::Reversed => "in_force_to",
            CharterFault::NoMembers => "departments",
            CharterFault::Empty(what) => what,
            CharterFault::Form(..) | CharterFault::TwoInForce(..) => "version",
        }
    }

    /// What is wrong and how to mend it.
    pub fn text(&self) -> Text {
        match self {
            CharterFault::Form(said, _) => {
                Text::new(format!("章程文件读不懂：{said}"), format!("unreadable charter: {said}"))
            }
            CharterFault::Forgotten(slot) => {
                of_slot(*slot, "既没有填写，也没有列为未载明", "is neither filled in nor listed as not stated")
            }
            CharterFault::Both(slot) => of_slot(*slot, "填写了，又列为未载明", "is filled in and listed as not stated"),
            CharterFault::NoWords(slot) => of_slot(*slot, "没有引用章程原文", "quotes no words of the charter"),
            CharterFault::Reversed => {
                Text::new("有效期先止后起：请更正起止日。", "It ends before it begins: correct its days.")
            }
            CharterFault::NoMembers => Text::new("没有写成员单位：请写上。", "It names no department: name them."),
            CharterFault::Empty(what) => {
                Text::new(format!("{what} 是空的：请填写。"), format!("{what} is empty: fill it in."))
            }
            CharterFault::TwoInForce(one, other, day) => Text::new(
                format!("{day}有两个版本同时有效（{one}、{other}）：请让后一个写明取代前一个，或更正日期。"),
                format!(
                    "Two versions hold on {day} ({one}, {other}): let the later one name the one it supersedes, or correct the days."
                ),
            ),
        }
    }
}

fn of_slot(slot: Slot, zh: &str, en: &str) -> Text {
    let name = slot.text();
    Text::new(format!("“{}”{zh}：请更正。", name.zh), format!("“{}” {en}: correct it.", name.en))
}

impl Charter {
    /// Reads a document and checks it.
    pub fn read(text: &str) -> Result<Charter, Vec<CharterFault>> {
        let charter: Charter = toml::from_str(text).map_err(|error| {
            let bytes = error.span().map(|span| (span.start, span.end));
            vec![CharterFault::Form(error.message().to_owned(), bytes)]
        })?;
        let faults = charter.faults();
        if faults.is_empty() { Ok(charter) } else { Err(faults) }
    }

    /// The document as text; reading it gives the same charter.
    ///
    /// # Errors
    /// Where a value cannot be written as TOML.
    pub fn write(&self) -> Result<String, CharterFault> {
        toml::to_string(self).map_err(|error| CharterFault::Form(error.to_string(), None))
    }

    /// SHA-256 of a document's text.
    pub fn hash(text: &str) -> Option<ContentHash> {
        let digits: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        ContentHash::new(&digits)
    }

    /// What is wrong with it; empty = sound.
    pub fn faults(&self) -> Vec<CharterFault> {
        let mut faults: Vec<CharterFault> = Slot::ALL.iter().filter_map(|slot| self.fault_of(*slot)).collect();
        let named =
            [("title", &self.title), ("title_en", &self.title_en), ("version", &self.version), ("id", &self.id)];
        faults
            .extend(named.iter().filter(|(_, text)| text.trim().is_empty()).map(|(what, _)| CharterFault::Empty(what)));
        let is_empty = |article: &Article| article.says.trim().is_empty() || article.source.trim().is_empty();
        if self.articles.iter().any(is_empty) {
            faults.push(CharterFault::Empty("article"));
        }
        if self.departments.iter().all(|name| name.trim().is_empty()) {
            faults.push(CharterFault::NoMembers);
        }
        if self.slots.in_force_from.zip(self.in_force_to).is_some_and(|(from, to)| to < from) {
            faults.push(CharterFault::Reversed);
        }
        faults
    }

    fn fault_of(&self, slot: Slot) -> Option<CharterFault> {
        let is_stated = self.slots.has(slot);
        match (is_stated, self.not_stated.contains(&slot)) {
            (false, false) => Some(CharterFault::Forgotten(slot)),
            (true, true) => Some(CharterFault::Both(slot)),
            (true, false) if !self.articles.iter().any(|article| article.about == slot.key()) => {
                Some(CharterFault::NoWords(slot))
            }
            _ => None,
        }
    }

    /// The words it says about something.
    pub fn says(&self, about: &str) -> impl Iterator<Item = &Article> {
        self.articles.iter().filter(move |article| article.about == about)
    }

    /// Whether it would hold on the day, were it the only version.
    fn covers(&self, day: Day) -> bool {
        self.slots.in_force_from.is_some_and(|from| from <= day) && self.in_force_to.is_none_or(|to| day <= to)
    }
}

/// The version that holds on a day: in force, and not superseded by one that is. `None` = none.
///
/// # Errors
/// Two versions that hold on the day: nobody can tell by which of them a meeting decides.
pub fn in_force_on(versions: &[Charter], day: Day) -> Result<Option<&Charter>, CharterFault> {
    let covering = || versions.iter().filter(|version| version.covers(day));
    let is_superseded = |version: &Charter| covering().any(|other| other.supersedes.as_ref() == Some(&version.version));
    let mut holding = covering().filter(|version| !is_superseded(version));
    match (holding.next(), holding.next()) {
        (Some(one), Some(other)) => Err(CharterFault::TwoInForce(one.version.clone(), other.version.clone(), day)),
        (first, _) => Ok(first),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;

    /// A charter with every slot filled in, of nobody.
    pub fn illustrative(version: &str, from: Day, supersedes: Option<&str>) -> Charter {
        let words = |slot: &Slot| Article {
            about: slot.key().to_owned(),
            says: format!("示例条文：{}", slot.text().zh),
            source: "示例，不是任何县的规定".to_owned(),
        };
        Charter {
            provenance: Provenance::Illustrative,
            version: version.to_owned(),
            supersedes: supersedes.map(str::to_owned),
            not_stated: Vec::new(),
            articles: Slot::ALL.iter().map(words).collect(),
            slots: Slots {
                in_force_from: Some(from),
                quorum: ">=2/3".parse().ok(),
                quorum_of: Some(QuorumOf::Members),
                majority: ">1/2".parse().ok(),
                majority_of: Some(MajorityOf::Present),
                call_days: Some(3),
                notice_days: Some(7),
                routine_decides: Some(false),
            },
            ..Charter::read(RUIAN).unwrap()
        }
    }

    #[test]
    fn the_charter_that_was_published_leaves_every_slot_open() {
        let charter = Charter::read(RUIAN).unwrap();
        assert_eq!(charter.departments.len(), 4);
        assert_eq!(charter.slots.empty(), Slot::ALL);
        assert_eq!(charter.slots.rules(), None);
        assert!(charter.says("payment").any(|article| article.says.contains("根据联席会议决议发放")));
        assert_eq!(in_force_on(&[charter], date(2026, 11, 22)), Ok(None));
    }

    #[test]
    fn a_written_charter_is_read_the_same() {
        let charter = illustrative("一", date(2026, 1, 1), None);
        let text = charter.write().unwrap();
        assert_eq!(Charter::read(&text), Ok(charter));
        assert_ne!(Charter::hash(&text), Charter::hash(RUIAN));
    }

    #[test]
    fn each_fault_is_found() {
        let good = || illustrative("一", date(2026, 1, 1), None);
        let quorum = Slot::Quorum;
        let cases = [
            (Charter { not_stated: vec![quorum], ..good() }, CharterFault::Both(quorum)),
            (Charter { slots: Slots { quorum: None, ..good().slots }, ..good() }, CharterFault::Forgotten(quorum)),
            (
                Charter {
                    articles: good().articles.into_iter().filter(|one| one.about != "quorum").collect(),
                    ..good()
                },
                CharterFault::NoWords(quorum),
            ),
            (Charter { in_force_to: Some(date(2025, 1, 1)), ..good() }, CharterFault::Reversed),
            (Charter { departments: vec![" ".to_owned()], ..good() }, CharterFault::NoMembers),
            (Charter { title: String::new(), ..good() }, CharterFault::Empty("title")),
        ];
        for (charter, fault) in cases {
            assert_eq!(charter.faults(), [fault]);
        }
        assert!(matches!(Charter::read("id = 1").unwrap_err().as_slice(), [CharterFault::Form(_, Some(_))]));
    }

    #[test]
    fn two_versions_on_one_day_are_an_error() {
        let (first, second) = (date(2026, 1, 1), date(2026, 6, 1));
        let one = illustrative("一", first, None);
        let rival = illustrative("二", second, None);
        let heir = illustrative("二", second, Some("一"));
        let version =
            |versions: &[Charter], day| in_force_on(versions, day).map(|found| found.map(|one| one.version.clone()));
        assert_eq!(version(&[one.clone(), rival.clone()], date(2026, 5, 31)), Ok(Some("一".to_owned())));
        let fault = version(&[one.clone(), rival], second).unwrap_err();
        assert!(fault.text().zh.contains("两个版本同时有效"));
        for (day, holds) in [(date(2025, 12, 31), None), (date(2026, 5, 31), Some("一")), (second, Some("二"))] {
            assert_eq!(version(&[one.clone(), heir.clone()], day), Ok(holds.map(str::to_owned)), "{day}");
        }
    }
}
