//! The list of work at the left: what this reader may do, in the order of work.

use shukun_casework::authority::Permission;

use shukun_casework::case::Status;

use super::cases::{by_status, kept_filters, queues};
use crate::desk::Desk;
use crate::error::PageError;
use crate::ui::layout::{Entry, EntryGroup, Heading, Page, page};
use crate::visit::Visit;
use crate::words::{self, Word};
use maud::Markup;

/// A page inside the frame, with the reader's list of work.
pub async fn framed(desk: &Desk, visit: &Visit, heading: &Heading<'_>, body: &Markup) -> Result<Page, PageError> {
    let groups = work(desk, visit, &by_status(desk, visit).await?).await?;
    Ok(page(visit, &groups, heading, body))
}

/// What the reader may do; `counts` is [`by_status`].
pub async fn work(desk: &Desk, visit: &Visit, counts: &[(Status, u64)]) -> Result<Vec<EntryGroup>, PageError> {
    let start = EntryGroup { heading: None, entries: vec![entry(visit, "/", words::HOME)] };
    let queues = queues(desk, visit, counts).await?;
    let kept = kept_filters(desk, visit, false).await?;
    let data = group(visit, words::HOME_DATA, DATA);
    let groups = [
        Some(start),
        queues,
        kept,
        Some(group(visit, words::HOME_OVERVIEW, OVERVIEW)),
        Some(group(visit, words::GIVING_NAV, GIVING)),
        Some(group(visit, words::HOME_FUND, FUND)),
        Some(data),
        Some(group(visit, words::HOME_ADMIN, ADMINISTRATION)),
    ];
    Ok(groups.into_iter().flatten().filter(|group| !group.entries.is_empty()).collect())
}

/// Entries that the reader's permissions open; one page may stand there for several permissions.
fn group(visit: &Visit, heading: Word, rows: &[(&str, Word, Permission)]) -> EntryGroup {
    let mut entries: Vec<Entry> = Vec::new();
    for (path, word, permission) in rows {
        if visit.may(*permission) && !entries.iter().any(|entry| entry.path == *path) {
            entries.push(entry(visit, path, *word));
        }
    }
    EntryGroup { heading: Some(heading.text(visit.lang).to_owned()), entries }
}

/// What the office's work adds up to.
const OVERVIEW: &[(&str, Word, Permission)] = &[
    ("/figures", words::FIGURES, Permission::ViewStatistics),
    ("/figures/tasks", words::TASKS, Permission::ViewStatistics),
    ("/appraisal", words::MEASURES, Permission::ViewStatistics),
    ("/policies", words::POLICIES, Permission::ReadPolicy),
    ("/fund/meetings", words::MEETINGS, Permission::ViewFund),
    ("/fund/notices", words::NOTICES, Permission::ViewCases),
    ("/fund/batches", words::BATCHES, Permission::ViewFund),
    ("/fund/statements", words::STATEMENTS, Permission::ViewFund),
    ("/fund/deliveries", words::DELIVERIES, Permission::RecordDelivery),
];

/// Money that is given.
const GIVING: &[(&str, Word, Permission)] = &[
    ("/fund/donors", words::DONORS, Permission::ViewFund),
    ("/fund/gifts", words::GIFTS, Permission::ViewFund),
    ("/fund/pledges", words::PLEDGES, Permission::ViewFund),
    ("/fund/campaigns", words::CAMPAIGNS, Permission::ViewFund),
    ("/fund/outlook", words::OUTLOOK, Permission::ViewFund),
];
/// The fund: books, gifts, decisions, payments, what is published.
const FUND: &[(&str, Word, Permission)] = &[
    ("/fund", words::BOOKS, Permission::ViewFund),
    ("/fund/publishing", words::PUBLISH_NAV, Permission::PublishFund),
    ("/fund/publishing/duties", words::DUTIES, Permission::PublishFund),
    ("/fund/checkpoints", words::SEALING, Permission::SignCheckpoint),
];

/// What comes in, what is run over it, and long work under way.
const DATA: &[(&str, Word, Permission)] = &[
    ("/exports", words::EXPORTS, Permission::Export),
    ("/imports", words::IMPORTS, Permission::Import),
    ("/runs", words::RUNS, Permission::RunScreening),
    ("/alerts", words::ALERTS, Permission::ViewCases),
    ("/jobs", words::JOBS, Permission::Import),
    ("/jobs", words::JOBS, Permission::RunScreening),
    ("/jobs", words::JOBS, Permission::Export),
];

/// Pages of the three administrators and the auditors.
const ADMINISTRATION: &[(&str, Word, Permission)] = &[
    ("/regions", words::REGIONS, Permission::Import),
    ("/numbers", words::NUMBERS, Permission::Configure),
    ("/accounts", words::ACCOUNTS, Permission::ManageAccounts),
    ("/grants", words::GRANTS, Permission::ManageGrants),
    ("/audit", words::AUDIT, Permission::ReadAuditTrail),
];

fn entry(visit: &Visit, path: &str, word: Word) -> Entry {
    Entry { path: path.to_owned(), name: word.text(visit.lang).to_owned(), count: None }
}
