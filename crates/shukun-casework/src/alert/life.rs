//! The life of an alert: raised, suppressed for a time, linked to a case, cleared.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, HouseholdId, PersonId, RegionCode, Text};

use super::{Colour, ColourChange};
use crate::case::Detection;
use crate::ids::{AlertId, CaseId, ContentHash, Note};

shukun_base::words! {
    /// Where an alert stands.
    pub enum AlertStatus {
        Raised "raised" "待处理" "raised",
        Suppressed "suppressed" "暂不处理" "suppressed",
        Linked "linked" "已立案" "linked to a case",
        Cleared "cleared" "已解除" "cleared",
    }
}

shukun_base::words! {
    /// Why an alert is left alone for a time.
    pub enum SuppressReason {
        RepaymentExpected "repayment_expected" "等待二次报销" "a repayment is expected",
        DataBeingMended "data_being_mended" "数据更正中" "its data are being mended",
        AidUnderWay "aid_under_way" "已有救助在办" "aid is under way elsewhere",
    }
}

shukun_base::words! {
    /// Why an alert ended without a case.
    pub enum ClearReason {
        BelowLine "below_line" "负担已低于线" "the burden fell below the line",
        CaseClosed "case_closed" "所在案件已销号" "its case was closed",
    }
}

/// Where an alert stands, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum AlertState {
    /// Waits to be placed.
    Raised,
    /// Left alone to a day; a screening run does not undo it.
    Suppressed {
        /// Why.
        reason: SuppressReason,
        /// Its last day.
        until: Day,
        /// A line about it.
        note: Note,
    },
    /// In a case.
    Linked {
        /// Which.
        case: CaseId,
    },
    /// Over.
    Cleared {
        /// Why.
        reason: ClearReason,
    },
}

impl AlertState {
    /// The word for it.
    pub const fn status(&self) -> AlertStatus {
        match self {
            AlertState::Raised => AlertStatus::Raised,
            AlertState::Suppressed { .. } => AlertStatus::Suppressed,
            AlertState::Linked { .. } => AlertStatus::Linked,
            AlertState::Cleared { .. } => AlertStatus::Cleared,
        }
    }
}

/// What a screening run found about one person's year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The day of the run.
    pub on: Day,
    /// The colour; `None` = below every line.
    pub colour: Option<Colour>,
    /// The burden that was measured.
    pub burden_fen: Fen,
    /// The rule, as the pack names it.
    pub rule: String,
    /// The pack and its version.
    pub pack: String,
    /// Hash of the claims it was computed from.
    pub claims_sha256: ContentHash,
}

/// One person's year that was seen above a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Whose.
    pub person: PersonId,
    /// Of which household.
    pub household: HouseholdId,
    /// Where it lives.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// Where it stands.
    pub state: AlertState,
    /// Every change of colour, the first when it was raised.
    pub history: Vec<ColourChange>,
    /// What the last run found.
    pub last: Sighting,
}

/// What is to be done with an alert after a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Nothing: it is suppressed, cleared, or in a case already.
    Leave,
    /// It goes into the household's open case.
    Link(CaseId),
    /// A case is opened for it.
    Open,
}

/// Why something cannot be done to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertFault {
    /// Not in this status.
    WrongStatus,
    /// The pause does not end after today.
    BadEnd,
    /// A run older than the one that was seen last.
    OutOfOrder,
    /// A run that found nothing raises nothing.
    NoColour,
}

impl AlertFault {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            AlertFault::WrongStatus => "A101",
            AlertFault::BadEnd => "A102",
            AlertFault::OutOfOrder => "A103",
            AlertFault::NoColour => "A104",
        }
    }

    /// What happened and how to mend it.
    pub fn text(self) -> Text {
        match self {
            AlertFault::WrongStatus => Text::new(
                "预警当前状态不能办理此事项。请刷新后再看。",
                "This cannot be done at the alert's present status. Reload it and look again.",
            ),
            AlertFault::BadEnd => Text::new(
                "结束日期不在今天之后。请填写今天以后的日期。",
                "The pause does not end after today. Give a later day.",
            ),
            AlertFault::OutOfOrder => Text::new(
                "筛查结果早于已有的结果。请按日期先后导入。",
                "The run is older than the last one. Take the runs in the order of their days.",
            ),
            AlertFault::NoColour => Text::new(
                "未达预警线，不产生预警。无需处理。",
                "Below every line no alert is raised. Nothing is to be done.",
            ),
        }
    }
}

impl Alert {
    /// Raised by a run.
    pub fn raise(
        id: AlertId,
        whose: (PersonId, HouseholdId, RegionCode),
        year: i16,
        sighting: Sighting,
    ) -> Result<Alert, AlertFault> {
        let (person, household, region) = whose;
        let state = AlertState::Raised;
        require(sighting.colour.is_some(), AlertFault::NoColour)?;
        let history = vec![change(&sighting)];
        Ok(Alert { id, person, household, region, year, state, history, last: sighting })
    }

    /// The colour now; `None` = below every line.
    pub fn colour(&self) -> Option<Colour> {
        self.history.last().and_then(|change| change.colour)
    }

    /// After another run. The colour follows; an alert that is suppressed stays so to its day, one in a case stays
    /// there, whatever the run found.
    pub fn seen(&self, sighting: Sighting) -> Result<Alert, AlertFault> {
        require(sighting.on >= self.last.on, AlertFault::OutOfOrder)?;
        let mut alert = self.clone();
        if sighting.colour != self.colour() {
            alert.history.push(change(&sighting));
        }
        alert.state = match (&self.state, sighting.colour) {
            (AlertState::Linked { .. }, _) => self.state.clone(),
            (AlertState::Suppressed { until, .. }, _) if sighting.on <= *until => self.state.clone(),
            (AlertState::Cleared { reason: ClearReason::CaseClosed }, Some(_)) if !self.is_news(&sighting) => {
                self.state.clone()
            }
            (_, Some(_)) => AlertState::Raised,
            (AlertState::Cleared { .. }, None) => self.state.clone(),
            (_, None) => AlertState::Cleared { reason: ClearReason::BelowLine },
        };
        alert.last = sighting;
        Ok(alert)
    }

    /// Whether a run found other bills or a more pressing colour than the one before: only then does what people decided
    /// when they closed the case not speak to it.
    fn is_news(&self, sighting: &Sighting) -> bool {
        sighting.claims_sha256 != self.last.claims_sha256 || sighting.colour > self.colour()
    }

    /// Left alone to a day after today.
    pub fn suppressed(&self, reason: SuppressReason, until: Day, note: Note, today: Day) -> Result<Alert, AlertFault> {
        require(self.state == AlertState::Raised, AlertFault::WrongStatus)?;
        require(until > today, AlertFault::BadEnd)?;
        Ok(Alert { state: AlertState::Suppressed { reason, until, note }, ..self.clone() })
    }

    /// Taken into a case; also out of a pause, when somebody found the household by hand.
    pub fn linked(&self, case: CaseId) -> Result<Alert, AlertFault> {
        let is_free = matches!(self.state, AlertState::Raised | AlertState::Suppressed { .. });
        require(is_free, AlertFault::WrongStatus)?;
        Ok(Alert { state: AlertState::Linked { case }, ..self.clone() })
    }

    /// Over, because its case is; a later run that finds other bills or a more pressing colour raises it again.
    pub fn cleared_with(&self, closed: &CaseId) -> Result<Alert, AlertFault> {
        require(self.state == AlertState::Linked { case: closed.clone() }, AlertFault::WrongStatus)?;
        Ok(Alert { state: AlertState::Cleared { reason: ClearReason::CaseClosed }, ..self.clone() })
    }

    /// What is to be done with it, given the household's open case: merged into that, never a second case beside it.
    pub fn placement(&self, open_case: Option<&CaseId>) -> Placement {
        match (&self.state, open_case) {
            (AlertState::Raised, Some(case)) => Placement::Link(case.clone()),
            (AlertState::Raised, None) => Placement::Open,
            _ => Placement::Leave,
        }
    }

    /// What goes into the case with it; `None` below every line.
    pub fn detection(&self) -> Option<Detection> {
        let last = &self.last;
        Some(Detection {
            alert: self.id.clone(),
            person: self.person,
            year: self.year,
            rule: last.rule.clone(),
            pack: last.pack.clone(),
            claims_sha256: last.claims_sha256.clone(),
            burden_fen: last.burden_fen,
            colour: self.colour()?,
        })
    }
}

fn change(sighting: &Sighting) -> ColourChange {
    ColourChange { on: sighting.on, colour: sighting.colour, burden_fen: sighting.burden_fen }
}

fn require(holds: bool, fault: AlertFault) -> Result<(), AlertFault> {
    if holds { Ok(()) } else { Err(fault) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn sighting(month: i8, colour: Option<Colour>) -> Sighting {
        Sighting {
            on: date(2026, month, 5),
            colour,
            burden_fen: Fen::yuan(i64::from(month) * 10_000),
            rule: "三色预警".to_owned(),
            pack: "cn-33 1".to_owned(),
            claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
        }
    }

    fn raised() -> Alert {
        let whose = (PersonId(7), HouseholdId(42), RegionCode::new("330381001002").unwrap());
        Alert::raise(AlertId::new("a1").unwrap(), whose, 2026, sighting(3, Some(Colour::Yellow))).unwrap()
    }

    fn suppressed() -> Alert {
        let note = Note::new("等大病二次报销").unwrap();
        raised().suppressed(SuppressReason::RepaymentExpected, date(2026, 5, 31), note, date(2026, 3, 6)).unwrap()
    }

    fn case() -> CaseId {
        CaseId::new("case-1").unwrap()
    }

    #[test]
    fn the_colour_keeps_its_history_and_is_never_a_state() {
        let months = [(4, Some(Colour::Yellow)), (5, Some(Colour::Red)), (6, None), (7, Some(Colour::Orange))];
        let alert =
            months.iter().fold(raised(), |alert, (month, colour)| alert.seen(sighting(*month, *colour)).unwrap());
        let colours: Vec<Option<Colour>> = alert.history.iter().map(|change| change.colour).collect();
        assert_eq!(colours, [Some(Colour::Yellow), Some(Colour::Red), None, Some(Colour::Orange)]);
        assert_eq!(alert.state, AlertState::Raised, "cleared in June, raised again in July");
        assert_eq!(raised().seen(sighting(2, None)), Err(AlertFault::OutOfOrder));
        let whose = (PersonId(7), HouseholdId(42), RegionCode::new("33").unwrap());
        let nothing = Alert::raise(AlertId::new("a1").unwrap(), whose, 2026, sighting(3, None));
        assert_eq!(nothing, Err(AlertFault::NoColour));
    }

    #[test]
    fn a_deliberate_pause_is_not_undone_by_a_run() {
        for (month, colour, status) in [
            (4, Some(Colour::Red), AlertStatus::Suppressed),
            (5, None, AlertStatus::Suppressed),
            (6, Some(Colour::Red), AlertStatus::Raised),
            (6, None, AlertStatus::Cleared),
        ] {
            assert_eq!(
                suppressed().seen(sighting(month, colour)).unwrap().state.status(),
                status,
                "{month} {colour:?}"
            );
        }
        assert_eq!(suppressed().placement(None), Placement::Leave);
    }

    #[test]
    fn an_alert_goes_into_the_open_case() {
        assert_eq!(raised().placement(Some(&case())), Placement::Link(case()));
        assert_eq!(raised().placement(None), Placement::Open);
        let linked = raised().linked(case()).unwrap();
        assert_eq!(linked.placement(Some(&case())), Placement::Leave);
        assert_eq!(linked.seen(sighting(4, None)).unwrap().state, linked.state, "the case decides, not the run");
        assert_eq!(linked.detection().map(|detection| detection.colour), Some(Colour::Yellow));
        let cleared = linked.cleared_with(&case()).unwrap();
        assert_eq!(cleared.state.status(), AlertStatus::Cleared);
        assert_eq!(cleared.seen(sighting(5, Some(Colour::Red))).unwrap().state, AlertState::Raised);
        // What people decided stands while nothing is new.
        let again = cleared.seen(sighting(5, Some(Colour::Yellow))).unwrap();
        assert_eq!((&again.state, again.placement(None)), (&cleared.state, Placement::Leave));
        let more_bills = ContentHash::new(&"0b".repeat(32)).unwrap();
        let more = Sighting { claims_sha256: more_bills, ..sighting(6, Some(Colour::Yellow)) };
        assert_eq!(again.seen(more).unwrap().state, AlertState::Raised);
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let note = || Note::new("说明").unwrap();
        let today = date(2026, 3, 6);
        let reason = SuppressReason::AidUnderWay;
        assert_eq!(raised().suppressed(reason, today, note(), today), Err(AlertFault::BadEnd));
        assert_eq!(suppressed().suppressed(reason, date(2026, 9, 1), note(), today), Err(AlertFault::WrongStatus));
        let linked = raised().linked(case()).unwrap();
        assert_eq!(linked.linked(case()), Err(AlertFault::WrongStatus));
        assert_eq!(raised().cleared_with(&case()), Err(AlertFault::WrongStatus));
        assert_eq!(linked.cleared_with(&CaseId::new("other").unwrap()), Err(AlertFault::WrongStatus));
    }
}
