//! What a list of cases is asked for, as it stands in an address: kept, sent on, exported and worked through as the same
//! words. Nothing in it names a person; a household is a code.

use axum::extract::Query;
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use shukun_base::{Fen, HouseholdId, Lang, RegionCode, Text};
use shukun_casework::alert::Colour;
use shukun_casework::case::{Flag, Status, Step};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::timers::Level;
use shukun_store::{AccountId, Assignee, CaseFilter, CaseOrder};

use super::{Places, narrow};
use crate::guard::encoded;
use crate::words::{self, Word};

macro_rules! query {
    ($($(#[$doc:meta])* $field:ident = $word:expr,)+) => {
        /// The words of an address; empty = any.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct CaseQuery {
            $($(#[$doc])* pub $field: String,)+
        }

        impl CaseQuery {
            /// Name, value and label of each field, in order.
            pub fn fields(&self) -> Vec<(&'static str, &str, Word)> {
                vec![$((stringify!($field), self.$field.trim(), $word)),+]
            }
        }
    };
}

query! {
    /// Status.
    status = words::STATUS,
    /// The step whose clock runs.
    step = words::FILTER_STEP,
    /// Colour of the alert.
    colour = words::COLOUR,
    /// How it stands against its time.
    level = words::CLOCKS,
    /// A flag.
    flag = words::FLAGS,
    /// `mine`, `nobody`, or an account.
    hands = words::HANDS,
    /// A place.
    region = words::REGION,
    /// The year of an alert.
    year = words::FILTER_YEAR,
    /// Least burden, in yuan.
    burden_from = words::FILTER_BURDEN_FROM,
    /// Largest burden, in yuan.
    burden_to = words::FILTER_BURDEN_TO,
    /// A piece of the case's number.
    number = words::FILTER_NUMBER,
    /// The code of a household.
    household = words::HOUSEHOLD,
    /// How it ended.
    outcome = words::FILTER_OUTCOME,
    /// `waiting`: closings that wait for a second person.
    sample = words::FILTER_SAMPLE,
    /// Written by figures: came at least so far.
    reached = words::NARROWED_REACHED,
    /// Waits for this office.
    office = words::NARROWED_OFFICE,
    /// How the clock of its step stands; `late`: over it.
    clock = words::NARROWED_CLOCK,
    /// The box of ageing.
    used = words::NARROWED_USED,
    /// The rule that found it.
    rule = words::NARROWED_RULE,
    /// `hand`: found by hand.
    found = words::DISCOVERY,
    /// What its ending says of the alert.
    sway = words::NARROWED_SWAY,
    /// The month it was opened in.
    opened = words::NARROWED_OPENED,
    /// The month it was closed in.
    ended = words::NARROWED_ENDED,
    /// `open`, `determined`, `paid`, `order`.
    has = words::NARROWED_HAS,
    /// Places known less exactly than `town`, `village`.
    vague = words::NARROWED_PLACE,
    /// In which order.
    order = words::FILTER_ORDER,
}

/// The orders that somebody can choose.
pub const ORDERS: [(&str, CaseOrder, Word); 4] = [
    ("due", CaseOrder::Due, words::ORDER_DUE),
    ("longest", CaseOrder::Longest, words::ORDER_LONGEST),
    ("burden", CaseOrder::Burden, words::ORDER_BURDEN),
    ("latest", CaseOrder::Latest, words::ORDER_LATEST),
];

impl CaseQuery {
    /// From the query of an address, as it was kept.
    pub fn parse(query: &str) -> CaseQuery {
        let address = format!("/cases?{query}").parse::<Uri>().ok();
        let read = address.and_then(|address| Query::<CaseQuery>::try_from_uri(&address).ok());
        read.map(|Query(query)| query).unwrap_or_default()
    }

    /// The query of an address: only what is set, without the question mark.
    pub fn written(&self) -> String {
        let set = self.fields().into_iter().filter(|(_, value, _)| !value.is_empty());
        let pairs: Vec<String> = set.map(|(name, value, _)| format!("{name}={}", encoded(value))).collect();
        pairs.join("&")
    }

    /// The list's address.
    pub fn path(&self) -> String {
        let query = self.written();
        if query.is_empty() { "/cases".to_owned() } else { format!("/cases?{query}") }
    }

    /// The address of another page about the same cases.
    pub fn path_with(&self, more: &str) -> String {
        let path = self.path();
        format!("{path}{}{more}", if path.contains('?') { "&" } else { "?" })
    }

    /// What it asks the store for, `me` being who asks. A filter that cannot be read finds nothing: a longer list than was
    /// meant would be worked through, exported, counted.
    pub fn filter(&self, me: &AccountId) -> CaseFilter {
        let assignee = match self.hands.trim() {
            "" => None,
            "mine" => Some(Assignee::Is(me.clone())),
            "nobody" => Some(Assignee::Nobody),
            other => Some(Assignee::Is(AccountId::new(other))),
        };
        if !self.faults().is_empty() {
            return CaseFilter { households: Some(Vec::new()), ..CaseFilter::default() };
        }
        CaseFilter {
            statuses: Status::find(self.status.trim()).into_iter().collect(),
            steps: Step::find(self.step.trim()).into_iter().collect(),
            colours: Colour::find(self.colour.trim()).into_iter().collect(),
            flags: Flag::find(self.flag.trim()).into_iter().filter(|flag| !flag.is_of_the_day()).collect(),
            levels: Level::find(self.level.trim()).into_iter().collect(),
            region: RegionCode::new(self.region.trim()),
            assignee,
            year: self.year.trim().parse().ok(),
            burden_from: yuan(&self.burden_from),
            burden_to: yuan(&self.burden_to),
            number: Some(self.number.trim().to_owned()).filter(|number| !number.is_empty()),
            households: self.household.trim().parse().ok().map(|code| vec![HouseholdId(code)]),
            outcomes: OutcomeCode::find(self.outcome.trim()).into_iter().collect(),
            sample_waits: self.sample == "waiting",
            narrowed: narrow::narrowed(self),
            ..CaseFilter::default()
        }
    }

    /// In which order; what is due first unless told.
    pub fn order(&self) -> CaseOrder {
        ORDERS.iter().find(|(key, _, _)| *key == self.order).map_or(CaseOrder::Due, |(_, order, _)| *order)
    }

    /// What cannot be read, with the id of its field on the page.
    pub fn faults(&self) -> Vec<(&'static str, Text)> {
        let wrong = |name: &'static str, value: &str, is_read: bool, word: Word| {
            (!value.trim().is_empty() && !is_read).then(|| (name, word.both(&[])))
        };
        let all = [
            wrong("filter-burden_from", &self.burden_from, yuan(&self.burden_from).is_some(), words::FILTER_YUAN_WRONG),
            wrong("filter-burden_to", &self.burden_to, yuan(&self.burden_to).is_some(), words::FILTER_YUAN_WRONG),
            wrong("filter-year", &self.year, self.year.trim().parse::<i16>().is_ok(), words::FILTER_YEAR_WRONG),
            wrong("filter-region", &self.region, RegionCode::new(self.region.trim()).is_some(), words::REGION_WRONG),
        ];
        let words = self.fields().into_iter().filter(|(name, value, _)| !value.is_empty() && !is_known(name, value));
        let words = words.map(|(name, _, _)| (field_id(name), words::FILTER_WORD_WRONG.both(&[])));
        all.into_iter().flatten().chain(words).collect()
    }

    /// In words: 「步骤：已发现；预警：红」; for a file that has left the page.
    pub fn told(&self, places: &Places, lang: Lang) -> String {
        let set = self.fields().into_iter().filter(|(name, value, _)| !value.is_empty() && *name != "order");
        let told: Vec<String> = set
            .map(|(name, value, word)| format!("{}：{}", word.text(lang), told_value(name, value, places, lang)))
            .collect();
        if told.is_empty() { words::FILTER_NONE.text(lang).to_owned() } else { told.join("；") }
    }
}

/// Whether a field's word is one of its words. Amounts, years and places are looked at by themselves; a piece of a number, a
/// rule and an account may be anything, and then find nothing.
fn is_known(name: &str, value: &str) -> bool {
    match name {
        "status" => Status::find(value).is_some(),
        "step" => Step::find(value).is_some(),
        "colour" => Colour::find(value).is_some(),
        "level" => Level::find(value).is_some(),
        "flag" => Flag::find(value).is_some_and(|flag| !flag.is_of_the_day()),
        "outcome" => OutcomeCode::find(value).is_some(),
        "sample" => value == "waiting",
        "household" => value.parse::<u64>().is_ok(),
        "order" => ORDERS.iter().any(|(key, _, _)| *key == value),
        "opened" | "ended" => is_month(value),
        _ if narrow::FIGURED.contains(&name) => narrow::told(name, value, Lang::Zh).is_some(),
        _ => true,
    }
}

/// `2026-03`
fn is_month(value: &str) -> bool {
    format!("{value}-01").parse::<shukun_base::Day>().is_ok()
}

/// The id of a field on the page.
fn field_id(name: &str) -> &'static str {
    FIELD_IDS.iter().copied().find(|id| id.strip_prefix("filter-") == Some(name)).unwrap_or("filter-status")
}

const FIELD_IDS: [&str; 19] = [
    "filter-status",
    "filter-step",
    "filter-colour",
    "filter-level",
    "filter-flag",
    "filter-household",
    "filter-outcome",
    "filter-sample",
    "filter-reached",
    "filter-office",
    "filter-clock",
    "filter-used",
    "filter-found",
    "filter-sway",
    "filter-opened",
    "filter-ended",
    "filter-has",
    "filter-vague",
    "filter-order",
];

/// Whole yuan, with commas or without.
fn yuan(text: &str) -> Option<Fen> {
    let digits: String = text.trim().chars().filter(|letter| !matches!(letter, ',' | '，')).collect();
    let is_amount = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_amount.then(|| digits.parse().ok().map(Fen::yuan)).flatten()
}

fn told_value(name: &str, value: &str, places: &Places, lang: Lang) -> String {
    let text = match name {
        "status" => Status::find(value).map(|status| status.text()),
        "step" => Step::find(value).map(|step| step.text()),
        "colour" => Colour::find(value).map(|colour| colour.text()),
        "level" => Level::find(value).map(|level| level.text()),
        "flag" => Flag::find(value).map(|flag| flag.text()),
        "outcome" => OutcomeCode::find(value).map(|outcome| outcome.text()),
        "hands" => hands(value).map(|word| word.both(&[])),
        "sample" => Some(words::SAMPLE_WAITING.both(&[])),
        "region" => {
            let code = RegionCode::new(value);
            return code.map_or_else(|| value.to_owned(), |code| places.name(&code));
        }
        _ => None,
    };
    let figured = || narrow::told(name, value, lang).unwrap_or_else(|| value.to_owned());
    text.map_or_else(figured, |text| text.in_lang(lang).to_owned())
}

fn hands(value: &str) -> Option<Word> {
    match value {
        "mine" => Some(words::ASSIGNEE_MINE),
        "nobody" => Some(words::ASSIGNEE_NOBODY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> AccountId {
        AccountId::new("0123")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let query = CaseQuery {
            status: "detected".to_owned(),
            region: "330381001".to_owned(),
            number: "a&b=c 中".to_owned(),
            burden_from: "50,000".to_owned(),
            ..CaseQuery::default()
        };
        assert_eq!(CaseQuery::parse(&query.written()), query);
        assert_eq!(
            query.path(),
            "/cases?status=detected&region=330381001&burden_from=50%2C000&number=a%26b%3Dc%20%E4%B8%AD"
        );
        assert_eq!(CaseQuery::parse("status=detected&other=1").path_with("from=1"), "/cases?status=detected&from=1");
        assert_eq!(CaseQuery::default().path_with("from=1"), "/cases?from=1");
    }

    #[test]
    fn each_word_asks_the_store() {
        let query = CaseQuery::parse(
            "status=screened&step=dispatch_to_township&colour=red&level=breached&flag=urgent&hands=mine&year=2026\
             &burden_from=50000&burden_to=90000&household=7&outcome=moved&sample=waiting&region=330381&order=burden",
        );
        let filter = query.filter(&me());
        assert_eq!((filter.statuses, filter.steps), (vec![Status::Screened], vec![Step::DispatchToTownship]));
        assert_eq!((filter.colours, filter.flags), (vec![Colour::Red], vec![Flag::Urgent]));
        assert_eq!((filter.levels, filter.outcomes), (vec![Level::Breached], vec![OutcomeCode::Moved]));
        assert_eq!((filter.assignee, filter.year), (Some(Assignee::Is(me())), Some(2026)));
        assert_eq!((filter.burden_from, filter.burden_to), (Some(Fen::yuan(50_000)), Some(Fen::yuan(90_000))));
        assert_eq!((filter.households, filter.sample_waits), (Some(vec![HouseholdId(7)]), true));
        assert_eq!((query.order(), CaseQuery::default().order()), (CaseOrder::Burden, CaseOrder::Due));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_finds_nothing() {
        let query = CaseQuery::parse("burden_from=viel&burden_to=-3&year=zwanzig&region=33x");
        let faults: Vec<_> = query.faults().iter().map(|(name, _)| *name).collect();
        assert_eq!(faults, ["filter-burden_from", "filter-burden_to", "filter-year", "filter-region"]);
        let nothing = CaseFilter { households: Some(Vec::new()), ..CaseFilter::default() };
        assert_eq!(query.filter(&me()), nothing);
        for (name, word) in [
            ("status", "screend"),
            ("step", "x"),
            ("colour", "blue"),
            ("level", "x"),
            ("flag", "overdue"),
            ("outcome", "x"),
            ("sample", "x"),
            ("household", "x"),
            ("order", "x"),
            ("reached", "x"),
            ("office", "x"),
            ("clock", "x"),
            ("used", "x"),
            ("found", "x"),
            ("sway", "x"),
            ("opened", "2026-13"),
            ("ended", "x"),
            ("has", "x"),
            ("vague", "x"),
        ] {
            let query = CaseQuery::parse(&format!("{name}={word}&hands=mine"));
            let faults: Vec<_> = query.faults().iter().map(|(id, _)| *id).collect();
            assert_eq!((faults, query.filter(&me())), (vec![field_id(name)], nothing.clone()), "{name}={word}");
            assert_eq!(field_id(name), format!("filter-{name}"));
        }
        assert!(CaseQuery::parse("burden_from=5,000&year=2026").faults().is_empty());
    }

    #[test]
    fn a_filter_is_told_in_words() {
        let code = RegionCode::new("330381001").unwrap();
        let places = Places::new([(code, "东门街道".to_owned())].into());
        let query = CaseQuery::parse("status=detected&colour=red&region=330381001&hands=nobody&order=due");
        assert_eq!(query.told(&places, Lang::Zh), "步骤：已发现；预警：红；经办：未指派；区域：东门街道");
        assert_eq!(CaseQuery::default().told(&places, Lang::Zh), "全部案件");
    }
}
