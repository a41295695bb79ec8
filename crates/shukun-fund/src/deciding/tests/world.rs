//! A council of four, a secretary, and what they do; the clock and the charter are the world's.

use std::collections::BTreeSet;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode};

use crate::deciding::charter::tests::illustrative;
use crate::deciding::charter::{Charter, in_force_on};
use crate::deciding::notice::china_day;
use crate::deciding::*;
use crate::{BookId, CaseId, LineId, MeetingId};

pub fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

pub fn who(name: &str) -> ActorId {
    ActorId::new(name).unwrap()
}

pub fn line_id(number: u64) -> LineId {
    LineId::new(&format!("line-{number}")).unwrap()
}

pub fn member(number: usize) -> MemberId {
    MemberId::new(&format!("m{number}")).unwrap()
}

pub fn objection(number: u64) -> ObjectionId {
    ObjectionId::new(&format!("o{number}")).unwrap()
}

pub fn hash(fill: &str) -> ContentHash {
    ContentHash::new(&fill.repeat(32)).unwrap()
}

pub fn line(number: u64, yuan: i64) -> Line {
    let standard = Standard {
        rule: "慈善医疗救助".to_owned(),
        article: "慈善医疗救助".to_owned(),
        pack: "cn-330381-ruian 试行".to_owned(),
        sha256: hash("0a"),
        determination: 1,
    };
    Line {
        id: line_id(number),
        case: CaseId::new(&format!("case-{number}")).unwrap(),
        request: RequestId::new("r1").unwrap(),
        programme: "charity_relief".to_owned(),
        place: RegionCode::new("330381001001").unwrap(),
        amount_fen: Fen::yuan(yuan),
        classes: vec!["low_income".to_owned()],
        standards: vec![standard],
    }
}

/// Members 1 to 3 have accounts, member 4 raises a hand.
pub fn council() -> Vec<Member> {
    let seat = |number: usize| Member {
        id: member(number),
        department: format!("单位{number}"),
        name: format!("委员{number}"),
        account: (number < 4).then(|| who(&format!("member{number}"))),
    };
    (1..=4).map(seat).collect()
}

#[derive(Clone)]
pub struct World {
    pub id: MeetingId,
    pub meeting: Option<Meeting>,
    pub events: Vec<Event>,
    pub now: Timestamp,
    pub charters: Vec<Charter>,
    pub involved: BTreeSet<ActorId>,
    pub available: Fen,
    next: u32,
}

impl World {
    pub fn new() -> World {
        World {
            id: MeetingId::new("meeting-1").unwrap(),
            meeting: None,
            events: Vec::new(),
            now: "2026-03-02T02:00:00Z".parse().unwrap(),
            charters: vec![illustrative("一", date(2026, 1, 1), None)],
            involved: BTreeSet::from([who("verifier")]),
            available: Fen::yuan(100_000),
            next: 0,
        }
    }

    pub fn today(&self) -> Day {
        china_day(self.now)
    }

    pub fn in_days(&self, days: i64) -> Day {
        self.today().checked_add(days.days()).unwrap()
    }

    pub fn wait(&mut self, days: i64) {
        self.now += SignedDuration::from_hours(24 * days);
    }

    pub fn meeting(&self) -> &Meeting {
        self.meeting.as_ref().unwrap()
    }

    pub fn state_of(&self, number: u64) -> LineState {
        self.meeting().line(&line_id(number)).unwrap().state
    }

    pub fn version(&self) -> u32 {
        self.meeting.as_ref().map_or(0, |meeting| meeting.version)
    }

    pub fn planned(&self, name: &str, act: &Act, transaction: &str, version: u32) -> Result<Planned, Refusal> {
        let held_on = self.meeting.as_ref().map_or_else(|| self.today(), |meeting| meeting.held_on);
        let charter = in_force_on(&self.charters, held_on)
            .map(|found| found.map(|charter| (charter, Charter::hash(&charter.write().unwrap()).unwrap())));
        let by = who(name);
        let ctx = Context {
            now: self.now,
            today: self.today(),
            by: &by,
            transaction: ActId::new(transaction).unwrap(),
            version,
            charter,
            involved: &self.involved,
            lacking_fen: self.meeting.as_ref().map(|meeting| meeting.total_fen() - self.available),
        };
        plan(&self.id, self.meeting.as_ref(), act, &ctx)
    }

    /// Does it; the refusal's code where it is refused.
    pub fn act(&mut self, name: &str, act: &Act) -> Result<(), RefusalCode> {
        self.next += 1;
        let transaction = format!("t{}", self.next);
        match self.planned(name, act, &transaction, self.version()) {
            Ok(Planned::New(event)) => {
                match &mut self.meeting {
                    Some(meeting) => meeting.apply(&event).unwrap(),
                    None => self.meeting = Some(Meeting::replay(std::slice::from_ref(&*event)).unwrap()),
                }
                self.events.push(*event);
                Ok(())
            }
            Ok(Planned::OnRecord) => Ok(()),
            Err(refusal) => Err(refusal.code),
        }
    }

    #[track_caller]
    pub fn does(&mut self, name: &str, act: Act) {
        assert_eq!(self.act(name, &act), Ok(()), "{name} {act:?}");
    }

    pub fn call(&self, kind: MeetingKind, held_on: Day) -> Act {
        let region = RegionCode::new("330381").unwrap();
        let members = if kind.is_voted() { council() } else { Vec::new() };
        Act::Call(Call {
            kind, region, held_on, venue: note("市医保局三楼会议室"), members, book: BookId::new("book")
        })
    }

    /// A plenary meeting that is called with the lines on its agenda and opened on its day, members 1 to `present` there.
    pub fn in_session(lines: &[(u64, i64)], present: usize) -> World {
        let mut world = World::new();
        let call = world.call(MeetingKind::Plenary, world.in_days(3));
        world.does("secretary", call);
        for (number, yuan) in lines {
            world.does("secretary", Act::Propose(Box::new(line(*number, *yuan))));
        }
        world.wait(3);
        world.does("secretary", Act::Open(None));
        for number in 1..=present {
            world.does("secretary", attend(number));
        }
        world
    }

    /// Votes of members 1 to n on one line; member 4's by the secretary.
    pub fn votes(&mut self, number: u64, votes: &[Vote]) {
        for (seat, vote) in (1..).zip(votes) {
            let name = if seat < 4 { format!("member{seat}") } else { "secretary".to_owned() };
            self.does(&name, cast(seat, number, *vote));
        }
    }

    /// Minutes written and signed by both.
    pub fn signed(&mut self) {
        self.does("secretary", Act::Conclude { words: note("照议程进行"), minutes: None });
        let sha256 = self.meeting().minutes.as_ref().unwrap().text.sha256.clone();
        self.does("member1", Act::Sign { signing: Signing::Chair, sha256: sha256.clone() });
        self.does("secretary", Act::Sign { signing: Signing::Secretary, sha256 });
    }

    /// A line that all voted for, with its notice on the board.
    pub fn on_notice() -> World {
        let mut world = World::in_session(&[(1, 12_000)], 4);
        world.votes(1, &[Vote::Yes; 4]);
        world.signed();
        let post = world.post(1, 7);
        world.does("poster", post);
        world
    }

    pub fn post(&self, number: u64, days: i64) -> Act {
        Act::Post {
            line: line_id(number), board: note("村务公开栏"), from: self.today(), until: self.in_days(days)
        }
    }
}

pub fn attend(number: usize) -> Act {
    Act::Attend { member: member(number), presence: Presence::Present }
}

pub fn cast(seat: usize, number: u64, vote: Vote) -> Act {
    Act::Vote { member: member(seat), line: line_id(number), vote }
}

pub fn object(number: u64, id: u64, is_named: bool) -> Act {
    let words = note("家里新买了车，情况请核实");
    Act::Object { line: line_id(number), objection: objection(id), is_named, words }
}

pub fn reverify(id: u64, finding: Finding) -> Act {
    Act::Reverify { objection: objection(id), finding, words: note("再次入户，情况属实") }
}

pub fn post_result(id: u64) -> Act {
    Act::PostResult { objection: objection(id), board: note("村务公开栏") }
}

pub fn approve(number: u64) -> Act {
    Act::Approve { line: line_id(number) }
}
