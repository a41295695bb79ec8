//! A county for tests: its officers, a moment that moves on, sound evidence for every step. All people are made up.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::ToSpan as _;
use shukun_base::{Day, Fen, HouseholdId, PersonId, RegionCode};

use crate::alert::Colour;
use crate::authority::{Grant, Programme, Role};
use crate::calendar::Calendar;
use crate::case::*;
use crate::determination::Determination;
use crate::determination::tests::giving;
use crate::ids::*;
use crate::outcome::{Outcome, OutcomeCode};
use crate::timers::Settings;
use crate::visit::*;

pub(crate) const TOWN: &str = "330381001";
pub(crate) const VILLAGE: &str = "330381001002";
pub(crate) const HOUSEHOLD: HouseholdId = HouseholdId(42);

pub(crate) fn region(code: &str) -> RegionCode {
    RegionCode::new(code).unwrap()
}

pub(crate) fn id(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

/// The officers of the county, by name: `hsa1`, `ca2`, `ts1`, `vw1`, `rc1`, `jm1`, `cf1`, `fn1`, `au1`.
pub(crate) fn officer(name: &str) -> Actor {
    let (role, place) = match &name[..2] {
        "hs" => (Role::Insurance, "330381"),
        "ca" => (Role::CivilAffairs, "330381"),
        "ts" => (Role::Township, TOWN),
        "vw" => (Role::Village, VILLAGE),
        "rc" => (Role::RedCross, "330381"),
        "jm" => (Role::JointMeeting, "330381"),
        "cf" => (Role::CharityFederation, "330381"),
        "fn" => (Role::Finance, "330381"),
        "au" => (Role::Auditor, "330381"),
        other => panic!("no officer {other}"),
    };
    granted(name, role, place)
}

pub(crate) fn granted(name: &str, role: Role, place: &str) -> Actor {
    let grants = vec![Grant { role, region: region(place), programme: None, expires_on: None }];
    Actor::Person { id: id(name), grants, own_households: BTreeSet::new() }
}

pub(crate) fn program() -> Actor {
    Actor::Program(RunId::new("run-1").unwrap())
}

pub(crate) fn note(words: &str) -> Note {
    Note::new(words).unwrap()
}

pub(crate) fn paper(kind: DocumentKind) -> Document {
    let id = DocumentId::new(&format!("d-{}", kind.key())).unwrap();
    Document { id, kind, sha256: ContentHash::new(&"0f".repeat(32)).unwrap() }
}

pub(crate) fn detection(alert: &str, colour: Colour) -> Detection {
    Detection {
        alert: AlertId::new(alert).unwrap(),
        person: PersonId(7),
        year: 2026,
        rule: "三色预警".to_owned(),
        pack: "cn-33 1".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
        burden_fen: Fen::yuan(60_000),
        colour,
    }
}

pub(crate) fn visit(on: Day, met: Met, finding: Finding) -> Visit {
    let is_home = matches!(met, Met::Person | Met::Family);
    let income = vec![Income { kind: IncomeKind::Wages, annual_fen: Fen::yuan(20_000) }];
    let expense = vec![Expense { kind: ExpenseKind::Medical, annual_fen: Fen::yuan(60_000) }];
    Visit {
        on,
        met,
        members: if is_home { 3 } else { 0 },
        income: if is_home { income } else { Vec::new() },
        expense: if is_home { expense } else { Vec::new() },
        consent: if is_home { Consent::Given } else { Consent::NotAsked },
        finding,
        documents: Vec::new(),
        note: None,
    }
}

pub(crate) fn application_papers() -> Vec<Document> {
    use DocumentKind::*;
    [Application, MeansConsent, Identity, BankCard].map(paper).to_vec()
}

/// A case on its way, and the moment.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) case: Case,
    pub(crate) actions: Vec<Action>,
    pub(crate) now: Timestamp,
    pub(crate) settings: Settings,
    pub(crate) calendar: Calendar,
    pub(crate) acts: u32,
}

impl World {
    /// A case just opened by the screening run, on Monday 2 March 2026 at nine in China.
    pub(crate) fn new() -> World {
        World::opened(Colour::Orange)
    }

    pub(crate) fn opened(colour: Colour) -> World {
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let (settings, calendar) = (with_cap(), Calendar::china());
        let opening = Opening {
            case: CaseId::new("case-1").unwrap(),
            household: HOUSEHOLD,
            region: region("330381"),
            discovery: Discovery::Alert(detection("alert-1", colour)),
        };
        let context = context(&settings, &calendar, now, "t-0", 0);
        let actions = plan_open(&program(), &opening, &context).unwrap();
        let case = Case::replay(&actions).unwrap();
        World { case, actions, now, settings, calendar, acts: 0 }
    }

    pub(crate) fn today(&self) -> Day {
        china_day(self.now)
    }

    pub(crate) fn pass_days(&mut self, days: i32) {
        self.now = self.now.checked_add((i64::from(days) * 24).hours()).unwrap();
    }

    pub(crate) fn context(&self, transaction: &str) -> Context<'_> {
        context(&self.settings, &self.calendar, self.now, transaction, self.case.version)
    }

    /// What `command` gives, without doing it.
    pub(crate) fn plan(&self, actor: &Actor, command: &Command) -> Result<Vec<Action>, RefusalCode> {
        let context = self.context(&format!("t-{}", self.acts + 1));
        plan(&self.case, actor, command, &context).map_err(|refusal| refusal.code)
    }

    pub(crate) fn try_act(&mut self, actor: &Actor, command: &Command) -> Result<(), RefusalCode> {
        let actions = self.plan(actor, command)?;
        self.acts += 1;
        for action in &actions {
            self.case.apply(action).unwrap();
        }
        self.actions.extend(actions);
        Ok(())
    }

    /// Does it as `name`, who takes the case first where nobody has it.
    pub(crate) fn act(&mut self, name: &str, command: Command) -> &mut World {
        self.now = self.now.checked_add(10.minutes()).unwrap();
        let actor = officer(name);
        if self.case.assignee.is_none() && self.case.status != Status::Closed {
            let take = Command::Assign { to: id(name) };
            if self.plan(&actor, &take).is_ok() {
                self.try_act(&actor, &take).unwrap();
            } else {
                self.try_act(&officer("hsa9"), &Command::Assign { to: id("hsa9") }).unwrap();
            }
        }
        let result = self.try_act(&actor, &command);
        assert_eq!(result, Ok(()), "{name}: {command:?}");
        self
    }

    pub(crate) fn until_screened(mut self) -> World {
        self.act("ca1", Command::Screen(Screening { result: ScreeningResult::Suspected, note: None }));
        self
    }

    pub(crate) fn until_dispatched(self) -> World {
        let mut world = self.until_screened();
        world.act("ca1", world.dispatch());
        world.act("ts1", forward());
        world
    }

    pub(crate) fn dispatch(&self) -> Command {
        let due_on = self.today().checked_add(14.days()).unwrap();
        Command::Dispatch(Dispatch { township: region(TOWN), task: note("核实家庭收支"), due_on })
    }

    pub(crate) fn until_verified(self, finding: Finding) -> World {
        let mut world = self.until_dispatched();
        world.pass_days(1);
        world.act("vw1", Command::RecordVisit(visit(world.today(), Met::Person, finding)));
        world.act("ts1", confirm(finding));
        world
    }

    /// From a case that was dispatched, with whatever happened to it, on to the certification.
    pub(crate) fn walk_on_to_certified(mut self) -> World {
        self.pass_days(1);
        self.act("vw1", Command::RecordVisit(visit(self.today(), Met::Person, Finding::AtRisk)));
        self.act("ts1", confirm(Finding::AtRisk));
        self.act("vw1", enter_application());
        self.certify()
    }

    /// At risk, and requests for charity and medical assistance entered.
    pub(crate) fn until_applying(self) -> World {
        let mut world = self.until_verified(Finding::AtRisk);
        world.act("vw1", enter_application());
        world
    }

    pub(crate) fn until_certified(self) -> World {
        self.until_applying().certify()
    }

    fn certify(self) -> World {
        let mut world = self;
        for request in ["r-charity", "r-medical"] {
            world.act("ca1", Command::AcceptRequest { request: request_id(request) });
        }
        world.pass_days(10);
        world.act("ca1", Command::Certify(world.certification()));
        world
    }

    pub(crate) fn certification(&self) -> Certification {
        let ago = |days: i32| self.today().checked_sub(days.days()).unwrap();
        Certification::Certified {
            category: Category::LowIncome,
            valid_from: self.today(),
            valid_to: None,
            due_to_illness: true,
            notice_from: ago(7),
            notice_to: ago(1),
            report: paper(DocumentKind::MeansReport),
        }
    }

    pub(crate) fn until_determined(self) -> World {
        let mut world = self.until_certified();
        world.act("hsa1", draft(1, Fen::yuan(3_000)));
        world.act("hsa2", check(1));
        world
    }

    /// The charity request approved and the medical one refused (nothing was determined for it).
    pub(crate) fn until_resolved(self) -> World {
        let mut world = self.until_determined();
        world.act("jm1", Command::RecordApproval(world.approval(true)));
        world
    }

    pub(crate) fn approval(&self, approved: bool) -> ApprovalRecord {
        let document = paper(DocumentKind::Minutes);
        ApprovalRecord { request: request_id("r-charity"), approved, decided_on: self.today(), document }
    }

    pub(crate) fn payment(&self, amount_fen: Fen) -> PaymentRecord {
        let document = paper(DocumentKind::PaymentProof);
        PaymentRecord { request: request_id("r-charity"), amount_fen, paid_on: self.today(), document }
    }

    pub(crate) fn returned(&self, amount_fen: Fen) -> ReturnRecord {
        let (request, document) = (request_id("r-charity"), paper(DocumentKind::PaymentProof));
        ReturnRecord { request, amount_fen, returned_on: self.today(), why: note("账户已销户"), document }
    }

    pub(crate) fn until_settled(self) -> World {
        let mut world = self.until_resolved();
        world.act("cf1", Command::RecordPayment(world.payment(Fen::yuan(3_000))));
        world
    }

    pub(crate) fn until_proposed(self) -> World {
        let mut world = self.until_settled();
        world.pass_days(20);
        world.act("vw1", follow_up(world.today()));
        world.act("ts1", propose(OutcomeCode::AidedCharity));
        world
    }

    pub(crate) fn until_closed(self) -> World {
        let mut world = self.until_proposed();
        world.act("ca1", Command::ConfirmClosing { agreed: true, note: note("材料齐全") });
        world
    }
}

/// The defaults with a cap for advances, and every dismissal drawn for a second look.
pub(crate) fn with_cap() -> Settings {
    let cap = "[[number]]\nkey = \"advance_cap_yuan\"\nvalue = 10000\nbasis = \"县里文件\"\n";
    let defaults = include_str!("../../timers/defaults.toml");
    let (few, all) = ("dismissal_sample_percent\"\nvalue = 5", "dismissal_sample_percent\"\nvalue = 100");
    assert!(defaults.contains(few));
    Settings::read(&format!("{}\n{cap}", defaults.replace(few, all))).unwrap()
}

pub(crate) fn context<'a>(
    settings: &'a Settings,
    calendar: &'a Calendar,
    now: Timestamp,
    transaction: &str,
    version: u32,
) -> Context<'a> {
    let transaction = TransactionId::new(transaction).unwrap();
    Context { now, transaction, version, calendar, settings, sample_seed: 1 }
}

pub(crate) fn request_id(id: &str) -> RequestId {
    RequestId::new(id).unwrap()
}

pub(crate) fn forward() -> Command {
    Command::Forward(Forwarding { village: region(VILLAGE), worker: id("vw1") })
}

pub(crate) fn confirm(finding: Finding) -> Command {
    Command::ConfirmVerification(Conclusion { finding, note: None })
}

pub(crate) fn enter_application() -> Command {
    let new = |id: &str, programme| NewRequest { id: request_id(id), programme };
    Command::EnterApplication {
        requests: vec![new("r-charity", Programme::CharityRelief), new("r-medical", Programme::MedicalAssistance)],
        documents: application_papers(),
        claims_complete: true,
    }
}

pub(crate) fn sheet(version: u32, amount: Fen) -> Determination {
    giving(version, Programme::CharityRelief, amount, Fen::ZERO)
}

pub(crate) fn draft(version: u32, amount: Fen) -> Command {
    Command::DraftDetermination(Box::new(sheet(version, amount)))
}

pub(crate) fn check(version: u32) -> Command {
    Command::CheckDetermination(Check { version, agreed: true, note: None, by: None, at: None })
}

pub(crate) fn follow_up(on: Day) -> Command {
    Command::FollowUp(FollowUp { on, receipt: paper(DocumentKind::Receipt), note: note("家中已缓解") })
}

pub(crate) fn propose(code: OutcomeCode) -> Command {
    Command::ProposeClosing(Closing { outcome: Outcome::plain(code), why: note("救助到位"), by: None })
}
