//! The commands of the demo, with evidence that says of itself that it is an example.

use jiff::ToSpan as _;
use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Programme;
use shukun_casework::case::{
    Category, Certification, Check, Closing, Command, Conclusion, DismissalReason, Dispatch, FollowUp, Forwarding,
    NewRequest, Return, ReturnReason, Screening, ScreeningResult, Status, Suspension,
};
use shukun_casework::determination::{Determination, Line, PersonSheet};
use shukun_casework::outcome::{Outcome, OutcomeCode};
use shukun_casework::visit::{Consent, Expense, ExpenseKind, Finding, Income, IncomeKind, Met, Visit};
use shukun_casework::{ActorId, DocumentKind, Note, RequestId};

use super::road::What;
use super::staff::cut;
use super::walk::Scene;
use super::{hash, refused, text_id};
use crate::format::china_day;
use crate::start::StartError;

/// The papers that are handed in with a stop.
pub fn papers_of(what: What) -> &'static [DocumentKind] {
    use DocumentKind::{Application, BankCard, Identity, MeansConsent, MeansReport, Receipt, VisitPhoto};
    match what {
        What::Visit(_) => &[VisitPhoto],
        What::Apply => &[Application, MeansConsent, Identity, BankCard],
        What::Certify => &[MeansReport],
        What::FollowUp => &[Receipt],
        _ => &[],
    }
}

/// The command of one stop.
pub fn command(what: What, scene: &Scene<'_>) -> Result<Command, StartError> {
    let today = china_day(scene.at);
    Ok(match what {
        What::Screen => Command::Screen(Screening { result: ScreeningResult::Suspected, note: None }),
        What::Dismiss => Command::Dismiss {
            reason: DismissalReason::AlreadyAided,
            why: note("已享受医疗救助，负担不再超线")?,
        },
        What::Dispatch => {
            let township = cut(scene.region, 9).ok_or_else(refused)?;
            Command::Dispatch(Dispatch {
                township, task: note("核实家庭收入和医疗支出")?, due_on: later(today, 14)?
            })
        }
        What::Forward => forward(scene)?,
        What::Visit(finding) => Command::RecordVisit(visit(finding, today, scene)?),
        What::Confirm(finding) => Command::ConfirmVerification(Conclusion { finding, note: None }),
        What::AcceptNoRisk => {
            let outcome = Outcome::plain(OutcomeCode::BurdenBelowLine);
            Command::AcceptNoRisk { outcome, why: note("收入稳定，能够负担")? }
        }
        What::Suspend => {
            Command::Suspend(Suspension { until: later(today, 60)?, why: note("当事人在外地就医")? })
        }
        What::Return => Command::Return(Return {
            to: Status::Screened,
            reason: ReturnReason::DoubtfulFigures,
            note: note("收入与社保缴费记录不符，请重新核实")?,
        }),
        other => of_money(other, scene, today)?,
    })
}

/// From the application on.
fn of_money(what: What, scene: &Scene<'_>, today: Day) -> Result<Command, StartError> {
    let request = text_id(RequestId::new, "demo-request", scene.number)?;
    Ok(match what {
        What::Apply => apply(request, scene)?,
        What::AcceptRequest => Command::AcceptRequest { request },
        What::Certify => Command::Certify(certification(today, scene)?),
        What::Draft => Command::DraftDetermination(Box::new(sheet(scene)?)),
        What::Check => {
            let version = scene.case.draft().map_or(1, |draft| draft.sheet.version);
            Command::CheckDetermination(Check { version, agreed: true, note: None, by: None, at: None })
        }
        What::FollowUp => {
            let receipt = scene.paper(DocumentKind::Receipt)?;
            Command::FollowUp(FollowUp { on: today, receipt, note: note("款项已收到，病情稳定")? })
        }
        What::Propose => {
            let outcome = Outcome::plain(OutcomeCode::AidedCharity);
            Command::ProposeClosing(Closing { outcome, why: note("救助到位，回访无新增困难")?, by: None })
        }
        _ => Command::ConfirmClosing { agreed: true, note: note("材料齐全")? },
    })
}

fn note(words: &str) -> Result<Note, StartError> {
    Note::new(words).map_err(|_| refused())
}

fn later(day: Day, days: i64) -> Result<Day, StartError> {
    day.checked_add(days.days()).map_err(|_| refused())
}

fn forward(scene: &Scene<'_>) -> Result<Command, StartError> {
    let village: RegionCode = cut(scene.region, 12).ok_or_else(refused)?;
    let worker =
        ActorId::new(scene.staff.scope_at("cunshe", scene.region)?.account_id().as_str()).ok_or_else(refused)?;
    Ok(Command::Forward(Forwarding { village, worker }))
}

/// A household with an income of 24,000 or of 180,000 yuan a year, and the bills that were found.
fn visit(finding: Finding, on: Day, scene: &Scene<'_>) -> Result<Visit, StartError> {
    let is_poor = finding == Finding::AtRisk;
    let wages = if is_poor { Fen::yuan(24_000) } else { Fen::yuan(180_000) };
    let said = if is_poor { "主要劳力患病，靠亲戚周济" } else { "子女有固定工作" };
    Ok(Visit {
        on,
        met: Met::Family,
        members: 3,
        income: vec![Income { kind: IncomeKind::Wages, annual_fen: wages }],
        expense: vec![
            Expense { kind: ExpenseKind::Medical, annual_fen: scene.one.left_fen },
            Expense { kind: ExpenseKind::Living, annual_fen: Fen::yuan(18_000) },
        ],
        consent: Consent::Given,
        finding,
        documents: vec![scene.paper(DocumentKind::VisitPhoto)?],
        note: Some(note(said)?),
    })
}

fn apply(request: RequestId, scene: &Scene<'_>) -> Result<Command, StartError> {
    let papers = papers_of(What::Apply).iter().map(|kind| scene.paper(*kind));
    Ok(Command::EnterApplication {
        requests: vec![NewRequest { id: request, programme: Programme::CharityRelief }],
        documents: papers.collect::<Result<_, _>>()?,
        claims_complete: true,
    })
}

fn certification(today: Day, scene: &Scene<'_>) -> Result<Certification, StartError> {
    Ok(Certification::Certified {
        category: Category::LowIncome,
        valid_from: today,
        valid_to: None,
        due_to_illness: true,
        notice_from: later(today, -8)?,
        notice_to: later(today, -1)?,
        report: scene.paper(DocumentKind::MeansReport)?,
    })
}

/// The yearly cap of the sample rules of paying.
const MOST: i64 = 50_000;

/// A tenth of what is left, in whole yuan; at least one, at most the cap.
fn charity(left: Fen) -> Fen {
    Fen::yuan((left.0 / 1_000).clamp(1, MOST)).min(left)
}

/// What the engine found, and one invented line of charity below it.
fn sheet(scene: &Scene<'_>) -> Result<Determination, StartError> {
    let one = scene.one;
    let aid_fen = charity(one.left_fen);
    let mut lines = one.lines.clone();
    lines.push(Line {
        tier: "慈善救助（示例）".to_owned(),
        programme: Some(Programme::CharityRelief),
        rule: "示例：余下负担的一成，至多五万元".to_owned(),
        article: "演示虚构，不是任何文件的条款".to_owned(),
        base_fen: one.left_fen,
        amount_fen: aid_fen,
        cap_left_fen: None,
    });
    let (bill_fen, left_fen) = (one.bill_fen, one.left_fen - aid_fen);
    let input = lines.iter().map(|line| format!("{} {}", line.rule, line.amount_fen)).collect::<Vec<_>>().join("\n");
    Ok(Determination {
        version: 1,
        supersedes: None,
        input_sha256: hash(&input)?,
        packs: one.packs.clone(),
        people: vec![PersonSheet { person: one.person, year: one.year, bill_fen, lines, left_fen }],
        nettings: Vec::new(),
        double_aid_searched: vec!["示例：本平台已有案件".to_owned()],
        readings: Vec::new(),
    })
}
