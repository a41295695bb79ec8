//! Charters and seats, a meeting's record and its notices, on both engines.

use sea_orm::ConnectionTrait as _;
use shukun_base::{ActorId, ContentHash, Fen, Note};
use shukun_casework::authority::Role;
use shukun_casework::case::Context as CaseContext;
use shukun_fund::deciding::charter::{Article, Charter, MajorityOf, Provenance, QuorumOf, RUIAN, Slot, Slots};
use shukun_fund::deciding::{
    Act, ActId, Call, Event, Finding, Line, Meeting, MeetingKind, Member, MemberId, ObjectionId, Presence, RequestId,
    Signing, Vote,
};
use shukun_fund::{BookId, CaseId, LineId, MeetingId};

use super::*;
use crate::accounts::AccountId;
use crate::cases::testing::{Desk, TOWNS, VILLAGES};
use crate::fund::ledger::testing::{books, single, voucher};
use crate::testing::{at, grant, id_of, new_account, on_both, region, scopes};
use crate::{ErrorKind, Scope, Store};

const DAY: i64 = 24 * 60;

fn charter(version: &str, from: &str, supersedes: Option<&str>) -> Charter {
    let words = |slot: &Slot| Article {
        about: slot.key().to_owned(),
        says: "示例条文".to_owned(),
        source: "示例，不是任何县的规定".to_owned(),
    };
    Charter {
        provenance: Provenance::Illustrative,
        version: version.to_owned(),
        supersedes: supersedes.map(str::to_owned),
        not_stated: Vec::new(),
        articles: Slot::ALL.iter().map(words).collect(),
        slots: Slots {
            in_force_from: from.parse().ok(),
            quorum: ">=1/2".parse().ok(),
            quorum_of: Some(QuorumOf::Members),
            majority: ">1/2".parse().ok(),
            majority_of: Some(MajorityOf::Present),
            call_days: Some(0),
            notice_days: Some(7),
            routine_decides: Some(false),
        },
        ..Charter::read(RUIAN).unwrap()
    }
}

/// Two of the joint meeting, insurance, the charity, a village and the one beside it, civil affairs, an administrator.
async fn council(store: &Store) -> Vec<Scope> {
    let accounts = [
        new_account("jm1", &[grant(Role::JointMeeting, "330381")]),
        new_account("jm2", &[grant(Role::JointMeeting, "330381")]),
        new_account("hsa", &[grant(Role::Insurance, "330381")]),
        new_account("cf", &[grant(Role::CharityFederation, "330381")]),
        new_account("vw", &[grant(Role::Village, VILLAGES[0])]),
        new_account("ts2", &[grant(Role::Township, TOWNS[1])]),
        new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
        new_account("system", &[grant(Role::SystemAdmin, "330381")]),
    ];
    scopes(store, &accounts).await
}

fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

fn meeting_id() -> MeetingId {
    MeetingId::new("meeting-1").unwrap()
}

fn line_id() -> LineId {
    LineId::new("line-1").unwrap()
}

fn member(number: usize, account: Option<&AccountId>) -> Member {
    Member {
        id: MemberId::new(&format!("m{number}")).unwrap(),
        department: "测试单位".to_owned(),
        name: format!("委员{number}"),
        account: account.and_then(|account| ActorId::new(account.as_str())),
    }
}

/// Somebody at a meeting: acts, each under a name of its own, on the version as it is.
struct Secretary<'a> {
    store: &'a Store,
    desk: Desk,
    version: u32,
    minutes: i64,
    count: u32,
}

impl Secretary<'_> {
    fn context(&self, transaction: &str) -> CaseContext<'_> {
        self.desk.context(transaction, self.version, self.minutes)
    }

    async fn act(&mut self, scope: &Scope, act: &Act) -> Result<Meeting, &'static str> {
        self.count += 1;
        let transaction = format!("t{}", self.count);
        let ctx = self.context(&transaction);
        let done = self.store.act_on_meeting(scope, &meeting_id(), act, &ctx).await;
        let meeting = done.map_err(|error| error.code)?;
        self.version = meeting.version;
        Ok(meeting)
    }

    /// A line of a case that is not there, past the guard that looks at the case.
    async fn propose(&mut self, scope: &Scope, line: &Line) {
        let meeting = self.store.meeting(scope, &meeting_id()).await.unwrap();
        let event = Event {
            meeting: meeting_id(),
            sequence: meeting.version + 1,
            at: at(self.minutes),
            by: ActorId::new(scope.account_id().as_str()).unwrap(),
            transaction: ActId::new("proposed").unwrap(),
            request: ContentHash::new(&"0c".repeat(32)).unwrap(),
            act: Act::Propose(Box::new(line.clone())),
        };
        let tx = self.store.begin_within(scope).await.unwrap();
        let ctx = self.context("proposed");
        let after = self.store.write_act(&tx, scope, Some(meeting), &event, &ctx).await.unwrap();
        tx.commit().await.unwrap();
        self.version = after.version;
    }
}

fn call(members: Vec<Member>, day: &str) -> Act {
    let (region, held_on) = (region("330381"), day.parse().unwrap());
    Act::Call(Call {
        kind: MeetingKind::Plenary,
        region,
        held_on,
        venue: note("三楼会议室"),
        members,
        book: BookId::new("county"),
    })
}

fn line() -> Line {
    Line {
        id: line_id(),
        case: CaseId::new("case-0001").unwrap(),
        request: RequestId::new("r1").unwrap(),
        programme: "charity_relief".to_owned(),
        place: region(VILLAGES[0]),
        amount_fen: Fen::yuan(12_000),
        classes: Vec::new(),
        standards: Vec::new(),
    }
}

#[test]
fn a_charter_is_added_and_never_two_for_one_day() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = council(&store).await;
        let (jm, county) = (&scopes[0], region("330381"));
        let text = charter("一", "2026-01-01", None).write().unwrap();
        store.add_charter(jm, &text, at(1)).await.unwrap();
        for (version, from, supersedes, code) in [
            ("一", "2030-01-01", None, "store-charter"),
            ("二", "2026-06-01", None, "store-charter"),
            ("一", "2027-01-01", Some("一"), "store-charter-twice"),
        ] {
            let text = charter(version, from, supersedes).write().unwrap();
            let error = store.add_charter(jm, &text, at(2)).await.unwrap_err();
            assert_eq!(error.code, code, "{version} {from} {}", error.text);
        }
        let heir = charter("二", "2026-06-01", Some("一")).write().unwrap();
        assert_eq!(store.add_charter(&scopes[2], &heir, at(3)).await.unwrap_err().kind, ErrorKind::Forbidden);
        store.add_charter(jm, &heir, at(3)).await.unwrap();
        let kept = store.charters(&scopes[3], &county).await.unwrap();
        assert_eq!(kept.iter().map(|kept| kept.charter.version.as_str()).collect::<Vec<_>>(), ["一", "二"]);
        assert_eq!(Some(kept[0].sha256.clone()), Charter::hash(&text));
        assert!(store.charters(&scopes[4], &county).await.is_err());
        for statement in ["UPDATE charters SET body = ''", "DELETE FROM charters"] {
            let tx = store.begin_within(jm).await.unwrap();
            assert!(tx.execute_unprepared(statement).await.is_err(), "{statement}");
        }
    });
}

#[test]
fn seats_are_held_from_a_day_to_a_day() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = council(&store).await;
        let seat = NewCouncilMember {
            id: MemberId::new("m1").unwrap(),
            region: region("330381"),
            department: "市民政局".to_owned(),
            name: "测试委员".to_owned(),
            account: Some(id_of(&scopes[0])),
            valid_from: "2026-01-01".parse().unwrap(),
        };
        let nameless = NewCouncilMember { name: " ".to_owned(), ..seat.clone() };
        assert_eq!(store.add_council_member(&scopes[0], &nameless, at(1)).await.unwrap_err().code, "store-member");
        assert!(store.add_council_member(&scopes[3], &seat, at(1)).await.is_err());
        store.add_council_member(&scopes[0], &seat, at(1)).await.unwrap();
        let (early, last) = ("2025-12-31".parse().unwrap(), "2026-03-31".parse().unwrap());
        assert_eq!(
            store.end_council_member(&scopes[0], &seat.id, early, at(2)).await.unwrap_err().code,
            "store-member"
        );
        store.end_council_member(&scopes[0], &seat.id, last, at(2)).await.unwrap();
        assert!(store.end_council_member(&scopes[0], &seat.id, last, at(3)).await.is_err());
        let council = store.council(&scopes[3]).await.unwrap();
        assert!(council[0].sits_on(last) && !council[0].sits_on(last.tomorrow().unwrap()));
        assert_eq!(council[0].as_member().account.unwrap().as_str(), id_of(&scopes[0]).as_str());
        assert!(store.council(&scopes[4]).await.is_err());
    });
}

#[test]
fn a_meeting_is_its_acts_and_a_notice_is_the_villages() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = council(&store).await;
        let [jm1, jm2, hsa, cf, village, neighbour, civil, _] = scopes.as_slice() else { panic!() };
        store.add_charter(jm1, &charter("一", "2026-01-01", None).write().unwrap(), at(0)).await.unwrap();
        books(&store, cf).await;
        let money = single("f1", "county", "bank:main", "unrestricted", Fen::yuan(20_000).0);
        store.post_voucher(cf, &voucher("v1", vec![money]), at(1)).await.unwrap();
        let members = vec![member(1, Some(&id_of(jm1))), member(2, Some(&id_of(jm2)))];
        let mut at_work = Secretary { store: &store, desk: Desk::new(), version: 0, minutes: 1, count: 0 };

        let call = call(members, "2026-03-02");
        assert_eq!(at_work.act(cf, &call).await.unwrap_err(), "store-forbidden");
        at_work.act(jm1, &call).await.unwrap();
        let again = at_work.desk.context("t2", 0, 1);
        assert_eq!(store.act_on_meeting(jm1, &meeting_id(), &call, &again).await.unwrap().version, 1);
        let stale = at_work.desk.context("stale", 0, 1);
        let open = Act::Open(None);
        assert_eq!(store.act_on_meeting(jm1, &meeting_id(), &open, &stale).await.unwrap_err().code, "R101");
        // The case is not there: a line is what its case says.
        assert_eq!(at_work.act(jm1, &Act::Propose(Box::new(line()))).await.unwrap_err(), "store-not-found");
        at_work.propose(jm1, &line()).await;
        at_work.act(jm1, &open).await.unwrap();
        for seat in ["m1", "m2"] {
            let attend = Act::Attend { member: MemberId::new(seat).unwrap(), presence: Presence::Present };
            at_work.act(jm1, &attend).await.unwrap();
        }
        let vote = |seat| Act::Vote { member: MemberId::new(seat).unwrap(), line: line_id(), vote: Vote::Yes };
        assert_eq!(at_work.act(jm1, &vote("m2")).await.unwrap_err(), "R132");
        at_work.act(jm1, &vote("m1")).await.unwrap();
        at_work.act(jm2, &vote("m2")).await.unwrap();
        let after = at_work.act(jm1, &Act::Conclude { words: note("照议程"), minutes: None }).await.unwrap();
        let sha256 = after.minutes.unwrap().text.sha256;
        for (who, signing) in [(jm2, Signing::Chair), (jm1, Signing::Secretary)] {
            at_work.act(who, &Act::Sign { signing, sha256: sha256.clone() }).await.unwrap();
        }

        let [from, until] = ["2026-03-02", "2026-03-09"].map(|day| day.parse().unwrap());
        let post = Act::Post { line: line_id(), board: note("村务公开栏"), from, until };
        assert_eq!(at_work.act(neighbour, &post).await.unwrap_err(), "store-not-found");
        assert_eq!(at_work.act(cf, &post).await.unwrap_err(), "store-forbidden");
        at_work.act(village, &post).await.unwrap();
        // Off by default, never longer than the paper, and gone with its last day.
        let [today, last] = ["2026-03-02", "2026-03-05"].map(|day| day.parse().unwrap());
        assert_eq!(store.online_notice(&line_id(), today).await.unwrap_err().code, "store-not-found");
        let online = |until| Act::ShowOnline { line: line_id(), until };
        assert!(at_work.act(village, &online("2026-03-10".parse().unwrap())).await.is_err());
        assert_eq!(at_work.act(neighbour, &online(last)).await.unwrap_err(), "store-not-found");
        at_work.act(village, &online(last)).await.unwrap();
        let copy = store.online_notice(&line_id(), last).await.unwrap();
        assert_eq!((copy.amount_fen, copy.until), (Fen::yuan(12_000), last));
        for day in [last.tomorrow().unwrap(), today.yesterday().unwrap()] {
            assert_eq!(store.online_notice(&line_id(), day).await.unwrap_err().code, "store-not-found", "{day}");
        }
        let object = ObjectionId::new("o1").unwrap();
        let objects =
            Act::Object { line: line_id(), objection: object.clone(), is_named: false, words: note("请核实") };
        at_work.act(village, &objects).await.unwrap();
        assert_eq!(store.notices(neighbour, NoticeFilter::All).await.unwrap(), []);
        let seen = store.notices(village, NoticeFilter::Open).await.unwrap();
        assert_eq!((seen.len(), seen[0].open_objections, seen[0].amount_fen), (1, 1, Fen::yuan(12_000)));
        assert!(seen[0].is_overdue("2026-03-10".parse().unwrap()));
        let (_, record, version) = store.notice(village, &line_id()).await.unwrap();
        assert_eq!((record.objections.len(), version), (1, at_work.version));
        assert!(
            store.notice(neighbour, &line_id()).await.is_err() && store.meeting(village, &meeting_id()).await.is_err()
        );

        // Whoever looks into it reads the case, which is not there in this test.
        let words = note("再次核实，情况属实");
        let found = Act::Reverify { objection: object, finding: Finding::Rejected, words };
        assert_eq!(at_work.act(village, &found).await.unwrap_err(), "store-forbidden");
        assert_eq!(at_work.act(civil, &found).await.unwrap_err(), "store-damaged");
        at_work.minutes += 9 * DAY;
        assert_eq!(at_work.act(jm2, &Act::Approve { line: line_id() }).await.unwrap_err(), "R163");

        let listed = store.meetings(hsa).await.unwrap();
        assert_eq!((listed.len(), listed[0].waiting_count, listed[0].total_fen), (1, 1, Fen::yuan(12_000)));
        for statement in ["UPDATE meeting_acts SET at = 0", "DELETE FROM meeting_acts"] {
            let tx = store.begin_within(jm1).await.unwrap();
            assert!(tx.execute_unprepared(statement).await.is_err(), "{statement}");
        }
    });
}
