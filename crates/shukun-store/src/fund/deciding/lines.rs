//! From a case's determination to a line of a resolution: who, on which standard, how much; and back, the approval on the case.

use shukun_base::{HouseholdId, RegionCode};
use shukun_casework::authority::{Approval, Permission, Programme};
use shukun_casework::case::{ApprovalRecord, Case, Certification, Status};
use shukun_casework::request::{AidRequest, RequestStatus};
use shukun_casework::{Document, DocumentId, DocumentKind};
use shukun_fund::deciding::{Line, LineRecord, Meeting, MeetingKind, RequestId, Standard};
use shukun_fund::{CaseId, LineId};

use crate::cases::{CaseFilter, CaseOrder};
use crate::error::{Result, StoreError};
use crate::moment::today_in_china;
use crate::scope::Scope;
use crate::store::Store;

/// As many cases as one proposal offers.
const MOST: u16 = 60;

/// A request that waits for a resolution or an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whose.
    pub household: HouseholdId,
    /// The line it would be.
    pub line: Line,
}

impl Store {
    /// Requests of determined cases in the caller's area that wait to be decided in this way, those that wait longest first.
    /// The lines have ids of no meeting yet.
    pub async fn lines_to_propose(&self, scope: &Scope, kind: MeetingKind) -> Result<Vec<Candidate>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let filter = CaseFilter { statuses: vec![Status::Determined], ..CaseFilter::default() };
        let page = self.list_cases(scope, &filter, CaseOrder::Longest, None, MOST).await?;
        let mut found = Vec::new();
        for row in page.rows {
            let case = self.case(scope, &row.case_id).await?;
            let waiting = case.requests.iter().filter(|request| waits(request) && kind_of(request.programme, kind));
            for request in waiting {
                let id = LineId::new(&self.chance.id()?).ok_or_else(super::unreadable)?;
                let line = line_of(&case, request, id)?;
                found.push(Candidate { household: case.household, line });
            }
        }
        Ok(found)
    }
}

fn waits(request: &AidRequest) -> bool {
    request.status == RequestStatus::Determined
}

/// Whether the programme's money is decided in this way.
fn kind_of(programme: Programme, kind: MeetingKind) -> bool {
    match programme.approval() {
        Approval::Resolution => kind.is_voted(),
        Approval::Statutory => kind == MeetingKind::Statutory,
        Approval::Government => kind == MeetingKind::Treasury,
    }
}

/// The line that a request would be, with the articles of its live determination.
fn line_of(case: &Case, request: &AidRequest, id: LineId) -> Result<Line> {
    Ok(Line {
        id,
        case: CaseId::new(case.id.as_str()).ok_or_else(super::unreadable)?,
        request: RequestId::new(request.id.as_str()).ok_or_else(super::unreadable)?,
        programme: request.programme.key().to_owned(),
        place: case.region.clone(),
        amount_fen: request.amount_fen,
        classes: classes(case),
        standards: standards(case, request.programme),
    })
}

/// What the household is certified as, as donors' restrictions name it.
fn classes(case: &Case) -> Vec<String> {
    match &case.certification {
        Some(Certification::Certified { category, .. } | Certification::Held { category, .. }) => {
            vec![category.key().to_owned()]
        }
        _ => Vec::new(),
    }
}

fn standards(case: &Case, programme: Programme) -> Vec<Standard> {
    let Some(sheet) = case.live_determination() else { return Vec::new() };
    let lines = sheet.people.iter().flat_map(|person| &person.lines);
    let of_programme = lines.filter(|line| line.programme == Some(programme) && !line.amount_fen.is_zero());
    let mut found: Vec<Standard> = Vec::new();
    for line in of_programme {
        for pack in &sheet.packs {
            let standard = Standard {
                rule: line.rule.clone(),
                article: line.article.clone(),
                pack: format!("{} {}", pack.id, pack.version),
                sha256: pack.sha256.clone(),
                determination: sheet.version,
            };
            if !found.contains(&standard) {
                found.push(standard);
            }
        }
    }
    found
}

/// That a line says of its case what the case says now: request, amount, place, standards, and that its money is decided so.
pub(super) fn check_line(case: &Case, line: &Line, kind: MeetingKind) -> Result<()> {
    let request = case.requests.iter().find(|request| request.id.as_str() == line.request.as_str());
    let request = request.filter(|request| waits(request) && kind_of(request.programme, kind));
    let request = request.ok_or_else(other_case)?;
    if line_of(case, request, line.id.clone())? == *line { Ok(()) } else { Err(other_case()) }
}

/// The approval as casework takes it, with the minutes (or the office's answer) as its paper.
pub(super) fn approval(meeting: &Meeting, record: &LineRecord, at: crate::Moment) -> Result<ApprovalRecord> {
    let (kind, sha256) = match &meeting.minutes {
        Some(minutes) => (DocumentKind::Minutes, Some(minutes.text.sha256.clone())),
        None => (DocumentKind::ApprovalSheet, answer_hash(record)),
    };
    let document = Document {
        id: DocumentId::new(meeting.id.as_str()).ok_or_else(super::unreadable)?,
        kind,
        sha256: sha256.ok_or_else(super::unreadable)?,
    };
    let request = shukun_casework::RequestId::new(record.line.request.as_str()).ok_or_else(super::unreadable)?;
    Ok(ApprovalRecord { request, approved: true, decided_on: today_in_china(at), document })
}

/// Hash of a line with the office's answer.
fn answer_hash(record: &LineRecord) -> Option<shukun_casework::ContentHash> {
    let text = serde_json::to_string(&(&record.line, &record.answer)).ok()?;
    shukun_fund::deciding::charter::Charter::hash(&text)
}

/// The permission that approves the money.
pub(super) const fn approving(kind: MeetingKind) -> Permission {
    match kind {
        MeetingKind::Routine | MeetingKind::Plenary => Permission::RecordResolution,
        MeetingKind::Statutory => Permission::ApproveStatutory,
        MeetingKind::Treasury => Permission::ApproveGovernment,
    }
}

/// The permission that prepares a meeting of the kind.
pub(super) const fn preparing(kind: MeetingKind) -> Permission {
    match kind {
        MeetingKind::Routine | MeetingKind::Plenary => Permission::RunMeeting,
        MeetingKind::Statutory | MeetingKind::Treasury => Permission::DraftDetermination,
    }
}

/// Where the line's household lives.
pub(super) fn place_of<'a>(meeting: &'a Meeting, line: &LineId) -> Result<&'a RegionCode> {
    meeting.line(line).map(|record| &record.line.place).ok_or_else(StoreError::not_found)
}

fn other_case() -> StoreError {
    StoreError::refused(
        "store-line-differs",
        "案件的申请已不是这一项所写的样子：请撤下这一项，按案件现在的核定另列一项。",
        "The case's request is no longer what the line says: withdraw the line and add a new one from the case as it is.",
    )
}
