//! The demo's joint meetings: a charter whose values are made up and say so, a council, one meeting months ago whose lines
//! were paid since, one some weeks ago, its notices, and what became of them, and one that was called for today.
//!
//! Everything goes through the store at the moment at which it would have been done. Of the later meeting one line waits for
//! an objection, one still hangs, the others are in effect and can be paid. Nothing here is any county's rule. Start at
//! [`Council::go`].

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan as _};
use shukun_base::{ContentHash, Day, Note, RegionCode};
use shukun_casework::calendar::Calendar;
use shukun_casework::{CaseId, TransactionId};
use shukun_fund::deciding::charter::{Article, Charter, MajorityOf, Provenance, QuorumOf, RUIAN, Slot, Slots};
use shukun_fund::deciding::{
    Act, Call, Line, Meeting, MeetingKind, Member, MemberId, ObjectionId, Presence, Signing, Vote,
};
use shukun_fund::{LineId, MeetingId};
use shukun_store::{NewCouncilMember, Scope};

use super::gifts::BOOK;
use super::hours::in_office;
use super::payday::PAID_DAYS_AGO;
use super::road::hours;
use super::walk::Step;
use super::{refused, text_id};
use crate::format::china_day;
use crate::start::StartError;

/// Which meeting of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sitting {
    /// Its lines took effect, and were paid.
    Earlier,
    /// Its lines are in effect, on the board or objected to.
    Present,
    /// It was called for today.
    Today,
}

impl Sitting {
    /// In their order.
    pub const ALL: [Sitting; 3] = [Sitting::Earlier, Sitting::Present, Sitting::Today];

    /// Its id.
    pub const fn id(self) -> &'static str {
        match self {
            Sitting::Earlier => "demo-meeting-earlier",
            Sitting::Present => "demo-meeting",
            Sitting::Today => "demo-meeting-today",
        }
    }

    /// How many days before now it was held.
    const fn days_ago(self) -> i64 {
        match self {
            // Its notices hang for a week, longer where offices are closed; then there is time for the batch.
            Sitting::Earlier => PAID_DAYS_AGO + 22,
            Sitting::Present => 20,
            Sitting::Today => 0,
        }
    }

    /// The line of so many that somebody objects to.
    fn doubted(self, lines: usize) -> Option<usize> {
        (self == Sitting::Present && lines > 1).then_some(1)
    }

    /// The line of so many whose notice hangs late, so that it still hangs: the third; of two the second.
    fn late(self, lines: usize) -> Option<usize> {
        (self == Sitting::Present && lines > 1).then(|| lines.min(3) - 1)
    }
}

/// Who keeps the minutes, who presides, and who votes as well.
const SECRETARY: &str = "lianxi";
const CHAIR: &str = "lianxi2";
/// Seats by department: who has an account votes in person.
const SEATS: [(&str, Option<&str>); 4] =
    [("市医疗保障局", Some(CHAIR)), ("市民政局", Some("lianxi3")), ("市总工会", None), ("市红十字会", None)];
/// Days between the call and the meeting.
const CALLED_BEFORE: i64 = 5;
/// Days that a made-up notice hangs.
const NOTICE_DAYS: u16 = 7;

/// What is done for the meeting, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Charter,
    Call,
    Meet,
    Post,
    Object,
    Effect,
    PostLate,
}

/// A meeting's stages that are to come.
pub struct Council {
    sitting: Sitting,
    held_on: Day,
    ahead: BTreeSet<(Timestamp, Stage)>,
}

impl Council {
    /// The stages of a meeting up to now, each in office hours. The charter comes with the earliest one.
    pub fn convene(sitting: Sitting, now: Timestamp, calendar: &Calendar) -> Council {
        let before = |from: Timestamp, days: i64, number| in_office(from - hours(24 * days), number, calendar);
        if sitting == Sitting::Today {
            let ahead = BTreeSet::from([(before(now, CALLED_BEFORE, 0), Stage::Call)]);
            return Council { sitting, held_on: china_day(now), ahead };
        }
        let held = before(now, sitting.days_ago(), 0);
        let call = before(held, CALLED_BEFORE, 0);
        let posted = before(now, sitting.days_ago() - 1, 40);
        let mut ahead = BTreeSet::from([
            (call, Stage::Call),
            (held, Stage::Meet),
            (posted, Stage::Post),
            (after_notice(posted, calendar), Stage::Effect),
        ]);
        if sitting == Sitting::Earlier {
            ahead.insert((before(call, 3, 0), Stage::Charter));
        } else {
            ahead.insert((before(posted, -3, 41), Stage::Object));
            ahead.insert((before(now, 4, 42), Stage::PostLate));
        }
        Council { sitting, held_on: china_day(held), ahead }
    }

    /// Which meeting.
    pub fn sitting(&self) -> Sitting {
        self.sitting
    }

    /// The next stage, if it comes before a moment.
    pub fn next_before(&self, until: Timestamp) -> Option<Timestamp> {
        self.ahead.first().map(|(at, _)| *at).filter(|at| *at < until)
    }

    /// Does the next stage; `cases` are those that wait for this meeting.
    pub async fn go(
        &mut self,
        step: &Step<'_>,
        county: &RegionCode,
        cases: &BTreeSet<CaseId>,
    ) -> Result<(), StartError> {
        let Some((_, stage)) = self.ahead.pop_first() else { return Ok(()) };
        let room = Room { step, county, sitting: self.sitting, held_on: self.held_on };
        match stage {
            Stage::Charter => room.found().await,
            Stage::Call => room.call().await,
            Stage::Meet => room.meet(cases).await,
            Stage::Post => room.post(false).await,
            Stage::Object => room.object(false).await,
            Stage::Effect => room.effect().await,
            Stage::PostLate => {
                room.post(true).await?;
                room.show_online().await?;
                room.object(true).await
            }
        }
    }
}

/// A moment in office hours after the last day of a notice that was posted then.
fn after_notice(posted: Timestamp, calendar: &Calendar) -> Timestamp {
    let last = china_day(posted).saturating_add(i64::from(NOTICE_DAYS).days());
    let later = (1..=30).map(|days| in_office(posted + hours(24 * days), 43, calendar));
    later.into_iter().find(|at| china_day(*at) > last).unwrap_or(posted)
}

/// The meeting at one moment.
struct Room<'a> {
    step: &'a Step<'a>,
    county: &'a RegionCode,
    sitting: Sitting,
    held_on: Day,
}

impl Room<'_> {
    fn scope(&self, login: &str) -> Result<&Scope, StartError> {
        self.step.staff.scope(login)
    }

    /// The charter with its slots filled in by what nobody decided, and the seats.
    async fn found(&self) -> Result<(), StartError> {
        let (store, at) = (self.step.store, self.step.at);
        let secretary = self.scope(SECRETARY)?;
        let charter = made_up(self.county, china_day(at).first_of_year())?;
        let text = charter.write().map_err(|_| refused())?;
        store.add_charter(secretary, &text, at).await?;
        for (number, (department, login)) in SEATS.iter().enumerate() {
            let account = login.map(|login| self.scope(login)).transpose()?.map(|scope| scope.account_id().clone());
            let seat = NewCouncilMember {
                id: text_id(MemberId::new, "demo-seat", number)?,
                region: self.county.clone(),
                department: (*department).to_owned(),
                name: format!("{department}委员（示例）"),
                account,
                valid_from: china_day(at).first_of_year(),
            };
            store.add_council_member(secretary, &seat, at).await?;
        }
        Ok(())
    }

    async fn call(&self) -> Result<(), StartError> {
        let today = china_day(self.step.at);
        let council = self.step.store.council(self.scope(SECRETARY)?).await?;
        let members: Vec<Member> =
            council.iter().filter(|seat| seat.sits_on(today)).map(|seat| seat.as_member()).collect();
        let call = Call {
            kind: MeetingKind::Plenary,
            region: self.county.clone(),
            held_on: self.held_on,
            venue: note("政务中心三楼会议室（示例）")?,
            members,
            book: shukun_fund::BookId::new(BOOK),
        };
        self.act(SECRETARY, Act::Call(call)).await?;
        self.act(SECRETARY, Act::AddTopic(note("通报基金一季度募集和救助情况（示例议题）")?)).await
    }

    /// Agenda, attendance, a conflict, votes, minutes and both signatures.
    async fn meet(&self, cases: &BTreeSet<CaseId>) -> Result<(), StartError> {
        self.propose(cases).await?;
        let lines: Vec<LineId> = self.meeting().await?.live_lines().map(|record| record.line.id.clone()).collect();
        self.act(SECRETARY, Act::Open(None)).await?;
        for number in 0..SEATS.len() {
            let member = text_id(MemberId::new, "demo-seat", number)?;
            self.act(SECRETARY, Act::Attend { member, presence: Presence::Present }).await?;
        }
        for (place, line) in lines.iter().enumerate() {
            self.vote(place, line).await?;
        }
        let words = note("逐户审议，红十字会委员对其中一户回避（示例）")?;
        self.act(SECRETARY, Act::Conclude { words, minutes: None }).await?;
        let minutes = self.meeting().await?.minutes.ok_or_else(refused)?;
        self.sign(CHAIR, Signing::Chair, minutes.text.sha256.clone()).await?;
        self.sign(SECRETARY, Signing::Secretary, minutes.text.sha256).await
    }

    async fn sign(&self, login: &str, signing: Signing, sha256: ContentHash) -> Result<(), StartError> {
        self.act(login, Act::Sign { signing, sha256 }).await
    }

    /// The lines that the store drafts from the cases that wait for this meeting.
    async fn propose(&self, cases: &BTreeSet<CaseId>) -> Result<(), StartError> {
        let waiting = self.step.store.lines_to_propose(self.scope(SECRETARY)?, MeetingKind::Plenary).await?;
        let is_ours = |line: &Line| cases.iter().any(|case| case.as_str() == line.case.as_str());
        for candidate in waiting.into_iter().filter(|candidate| is_ours(&candidate.line)) {
            self.act(SECRETARY, Act::Propose(Box::new(candidate.line))).await?;
        }
        Ok(())
    }

    /// Everybody agrees; of the first line the last member keeps out.
    async fn vote(&self, place: usize, line: &LineId) -> Result<(), StartError> {
        for (number, (_, login)) in SEATS.iter().enumerate() {
            let member = text_id(MemberId::new, "demo-seat", number)?;
            if place == 0 && number + 1 == SEATS.len() {
                let why = note("与申请人是亲属（示例）")?;
                self.act(SECRETARY, Act::Declare { member, line: line.clone(), why }).await?;
                continue;
            }
            let vote = Act::Vote { member, line: line.clone(), vote: Vote::Yes };
            self.act(login.unwrap_or(SECRETARY), vote).await?;
        }
        Ok(())
    }

    /// The notices of the lines go up on their villages' boards: the late one, or all others.
    async fn post(&self, is_late: bool) -> Result<(), StartError> {
        let from = china_day(self.step.at);
        let until = from.checked_add(i64::from(NOTICE_DAYS).days()).map_err(|_| refused())?;
        let lines = self.lines().await?;
        let late = self.sitting.late(lines.len());
        for (_, line) in lines.into_iter().enumerate().filter(|(place, _)| (late == Some(*place)) == is_late) {
            let board = note("村务公开栏（示例）")?;
            let post = Act::Post { line: line.id.clone(), board, from, until };
            self.act_at("cunshe", &line.place, post).await?;
        }
        Ok(())
    }

    /// One copy is switched on, so that there is one to look at.
    async fn show_online(&self) -> Result<(), StartError> {
        let lines = self.lines().await?;
        let late = self.sitting.late(lines.len()).and_then(|place| lines.get(place));
        let Some(line) = late else { return Ok(()) };
        let until = china_day(self.step.at).checked_add(i64::from(NOTICE_DAYS).days()).map_err(|_| refused())?;
        self.act_at("cunshe", &line.place, Act::ShowOnline { line: line.id.clone(), until }).await
    }

    /// Somebody objects while the notice hangs; where the meeting has few lines it is the late one's.
    async fn object(&self, is_late: bool) -> Result<(), StartError> {
        let lines = self.lines().await?;
        let doubted = self.sitting.doubted(lines.len());
        if (doubted == self.sitting.late(lines.len())) != is_late {
            return Ok(());
        }
        let Some(line) = doubted.and_then(|place| lines.get(place)) else { return Ok(()) };
        let objection = text_id(ObjectionId::new, "demo-objection", 1)?;
        let words = note("听说这户有营运车辆，请核实收入（示例）")?;
        let object = Act::Object { line: line.id.clone(), objection, is_named: false, words };
        self.act_at("cunshe", &line.place, object).await
    }

    /// Notices that ran out are taken down; lines without an open objection take effect.
    async fn effect(&self) -> Result<(), StartError> {
        let on = china_day(self.step.at);
        let lines = self.lines().await?;
        let (doubted, late) = (self.sitting.doubted(lines.len()), self.sitting.late(lines.len()));
        for (place, line) in lines.into_iter().enumerate().filter(|(place, _)| late != Some(*place)) {
            self.act_at("cunshe", &line.place, Act::TakeDown { line: line.id.clone(), on }).await?;
            if doubted != Some(place) {
                self.act(SECRETARY, Act::Approve { line: line.id }).await?;
            }
        }
        Ok(())
    }

    async fn meeting(&self) -> Result<Meeting, StartError> {
        Ok(self.step.store.meeting(self.scope(SECRETARY)?, &meeting_id(self.sitting)?).await?)
    }

    async fn lines(&self) -> Result<Vec<Line>, StartError> {
        Ok(self.meeting().await?.live_lines().map(|record| record.line.clone()).collect())
    }

    async fn act(&self, login: &str, act: Act) -> Result<(), StartError> {
        self.send(self.scope(login)?, act).await
    }

    async fn act_at(&self, login: &str, place: &RegionCode, act: Act) -> Result<(), StartError> {
        self.send(self.step.staff.scope_at(login, place)?, act).await
    }

    async fn send(&self, scope: &Scope, act: Act) -> Result<(), StartError> {
        let version = match act {
            Act::Call(_) => 0,
            _ => self.meeting().await?.version,
        };
        let transaction = TransactionId::new(&format!("{}-act-{version}", self.sitting.id())).ok_or_else(refused)?;
        let ctx = self.step.numbers.context(self.step.at, transaction, version);
        self.step.store.act_on_meeting(scope, &meeting_id(self.sitting)?, &act, &ctx).await?;
        Ok(())
    }
}

/// A meeting's id.
pub fn meeting_id(sitting: Sitting) -> Result<MeetingId, StartError> {
    MeetingId::new(sitting.id()).ok_or_else(refused)
}

fn note(words: &str) -> Result<Note, StartError> {
    Note::new(words).map_err(|_| refused())
}

/// What was published of the charter, and made-up values where it says nothing.
fn made_up(county: &RegionCode, from: Day) -> Result<Charter, StartError> {
    let published = Charter::read(RUIAN).map_err(|_| refused())?;
    let article = |slot: &Slot| Article {
        about: slot.key().to_owned(),
        says: format!("示例条文，演示虚构：{}", slot.text().zh),
        source: "示例值，不是任何县的规定".to_owned(),
    };
    Ok(Charter {
        version: "示例".to_owned(),
        region: county.clone(),
        provenance: Provenance::Illustrative,
        not_stated: Vec::new(),
        articles: published.articles.into_iter().chain(Slot::ALL.iter().map(article)).collect(),
        slots: Slots {
            in_force_from: Some(from),
            quorum: ">=2/3".parse().ok(),
            quorum_of: Some(QuorumOf::Members),
            majority: ">1/2".parse().ok(),
            majority_of: Some(MajorityOf::Present),
            call_days: Some(3),
            notice_days: Some(NOTICE_DAYS),
            routine_decides: Some(false),
        },
        ..published
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_come_in_order_on_every_day_of_a_year() {
        let begin: Timestamp = "2026-01-05T02:30:00Z".parse().unwrap();
        let calendar = Calendar::china();
        for day in 0..360 {
            let now = begin + hours(24 * day);
            for (sitting, count) in [(Sitting::Earlier, 5), (Sitting::Present, 6), (Sitting::Today, 1)] {
                let council = Council::convene(sitting, now, &calendar);
                let stages: Vec<Stage> = council.ahead.iter().map(|(_, stage)| *stage).collect();
                assert!(stages.is_sorted() && stages.len() == count, "{now}: {stages:?}");
                assert!(council.ahead.iter().all(|(at, _)| *at < now), "{now}");
            }
        }
    }

    #[test]
    fn a_meeting_with_few_lines_leaves_one_in_effect_and_one_that_hangs() {
        let of = |lines| (Sitting::Present.doubted(lines), Sitting::Present.late(lines));
        assert_eq!([0, 1].map(of), [(None, None), (None, None)]);
        assert_eq!([2, 3, 9].map(of), [(Some(1), Some(1)), (Some(1), Some(2)), (Some(1), Some(2))]);
        assert_eq!((Sitting::Earlier.doubted(9), Sitting::Earlier.late(9)), (None, None));
    }

    #[test]
    fn the_charter_is_whole_and_says_in_its_data_that_it_is_made_up() {
        let county = RegionCode::new("330381").unwrap();
        let charter = made_up(&county, "2026-01-01".parse().unwrap()).unwrap();
        assert_eq!(charter.faults(), Vec::new());
        assert!(charter.slots.rules().is_some() && charter.provenance == Provenance::Illustrative);
        assert!(charter.articles.iter().any(|article| article.source.contains("示例值")));
    }
}
