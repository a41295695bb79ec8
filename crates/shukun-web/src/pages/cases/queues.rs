//! Queues: saved filters with counts, the program's own by role and those that somebody keeps.

use shukun_casework::authority::Permission;
use shukun_casework::case::Status;
use shukun_store::{Assignee, CaseFilter, CountBy};

use crate::desk::{CaseQuery, Desk};
use crate::error::PageError;
use crate::ui::layout::{Entry, EntryGroup};
use crate::visit::Visit;
use crate::words::{self, Word};

/// One queue: its name, the status it holds, and who works on it.
const QUEUES: &[(Word, Status, &[Permission])] = &[
    (words::QUEUE_SCREEN, Status::Detected, &[Permission::Screen, Permission::Dismiss]),
    (words::QUEUE_DISPATCH, Status::Screened, &[Permission::DispatchToTownship]),
    (
        words::QUEUE_VERIFY,
        Status::Dispatched,
        &[Permission::DispatchToVillage, Permission::Verify, Permission::ConfirmVerification],
    ),
    (words::QUEUE_VERIFIED, Status::Verified, &[Permission::Dismiss, Permission::EnterApplication]),
    (words::QUEUE_APPLYING, Status::Applying, &[Permission::Certify, Permission::DraftDetermination]),
    (
        words::QUEUE_DETERMINED,
        Status::Determined,
        &[Permission::RecordResolution, Permission::ApproveStatutory, Permission::ApproveGovernment],
    ),
    (words::QUEUE_RESOLVED, Status::Resolved, &[Permission::RecordSettlement]),
    (words::QUEUE_SETTLED, Status::Settled, &[Permission::ProposeClosing, Permission::ConfirmClosing]),
];

/// How many cases of the reader's area stand at each status; none for who sees no cases. What the frame of a page and the
/// start page count from.
pub async fn by_status(desk: &Desk, visit: &Visit) -> Result<Vec<(Status, u64)>, PageError> {
    if !visit.may(Permission::ViewCases) {
        return Ok(Vec::new());
    }
    counts(desk, visit, &CaseFilter::default()).await
}

/// The reader's queues with their counts: one statement, whatever they hold.
pub async fn queues(desk: &Desk, visit: &Visit, counts: &[(Status, u64)]) -> Result<Option<EntryGroup>, PageError> {
    if !visit.may(Permission::ViewCases) {
        return Ok(None);
    }
    let own = visit.visitor()?.session.account_id().clone();
    let open: Vec<Status> = Status::ALL.iter().copied().filter(|status| *status != Status::Closed).collect();
    let mine = CaseFilter { assignee: Some(Assignee::Is(own)), statuses: open, ..CaseFilter::default() };
    let waiting = CaseFilter { sample_waits: true, ..CaseFilter::default() };
    let samples = visit.may(Permission::SampleDismissals);
    let narrow: Vec<CaseFilter> = [mine].into_iter().chain(samples.then_some(waiting)).collect();
    let narrow = desk.store().count_lists(visit.scope()?, &narrow).await?;
    let at = |index: usize| narrow.get(index).copied().unwrap_or_default();
    let entry =
        |word: Word, path: String, count| Entry { path, name: word.text(visit.lang).to_owned(), count: Some(count) };
    let working = QUEUES.iter().filter(|(_, _, who)| who.iter().any(|permission| visit.may(*permission)));
    let by_status = working
        .map(|(word, status, _)| entry(*word, format!("/cases?status={}", status.key()), count_of(counts, *status)));
    let all = counts.iter().map(|(_, cases)| cases).sum();
    let mut entries = vec![entry(words::QUEUE_MINE, "/cases?hands=mine".to_owned(), at(0))];
    entries.extend(by_status);
    if samples {
        entries.push(entry(words::QUEUE_SAMPLE, "/cases?sample=waiting".to_owned(), at(1)));
    }
    if visit.may(Permission::Merge) {
        let name = words::DUPLICATES.text(visit.lang).to_owned();
        entries.push(Entry { path: "/cases/duplicates".to_owned(), name, count: None });
    }
    entries.push(entry(words::QUEUE_ALL, "/cases".to_owned(), all));
    Ok(Some(EntryGroup { heading: Some(words::QUEUES.text(visit.lang).to_owned()), entries }))
}

/// The filters that the reader keeps; on the start page each with its count, one statement for all.
pub async fn kept_filters(desk: &Desk, visit: &Visit, with_counts: bool) -> Result<Option<EntryGroup>, PageError> {
    if !visit.may(Permission::ViewCases) {
        return Ok(None);
    }
    let own = visit.visitor()?.session.account_id().clone();
    let kept = desk.store().list_filters(visit.scope()?).await?;
    let queries: Vec<CaseQuery> = kept.iter().map(|one| CaseQuery::parse(&one.query)).collect();
    let filters: Vec<CaseFilter> = queries.iter().filter(|_| with_counts).map(|query| query.filter(&own)).collect();
    let counts = desk.store().count_lists(visit.scope()?, &filters).await?;
    let counts = counts.into_iter().map(Some).chain(std::iter::repeat(None));
    let entries: Vec<Entry> = kept
        .into_iter()
        .zip(&queries)
        .zip(counts)
        .map(|((kept, query), count)| Entry { path: query.path(), name: kept.name, count })
        .collect();
    let heading = Some(words::KEPT_FILTERS.text(visit.lang).to_owned());
    Ok((!entries.is_empty()).then_some(EntryGroup { heading, entries }))
}

/// How many cases stand at each status.
pub async fn counts(desk: &Desk, visit: &Visit, filter: &CaseFilter) -> Result<Vec<(Status, u64)>, PageError> {
    let counted = desk.store().count_cases(visit.scope()?, filter, CountBy::Status).await?;
    let status = |key: Option<String>| key.and_then(|key| Status::find(&key));
    Ok(counted.into_iter().filter_map(|count| Some((status(count.key)?, count.cases))).collect())
}

/// How many a filter finds.
pub async fn total(desk: &Desk, visit: &Visit, filter: &CaseFilter) -> Result<u64, PageError> {
    Ok(counts(desk, visit, filter).await?.iter().map(|(_, cases)| cases).sum())
}

/// How many stand at this one.
pub fn count_of(counts: &[(Status, u64)], status: Status) -> u64 {
    counts.iter().find(|(counted, _)| *counted == status).map_or(0, |(_, cases)| *cases)
}
