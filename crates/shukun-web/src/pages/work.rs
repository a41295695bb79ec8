//! The list of work at the left: what this reader may do, in the order of work.

use shukun_casework::authority::Permission;

use super::cases::queues;
use crate::desk::Desk;
use crate::error::PageError;
use crate::ui::layout::{Entry, EntryGroup, Heading, Page, page};
use crate::visit::Visit;
use crate::words::{self, Word};
use maud::Markup;

/// A page inside the frame, with the reader's list of work.
pub async fn framed(desk: &Desk, visit: &Visit, heading: &Heading<'_>, body: &Markup) -> Result<Page, PageError> {
    let groups = work(desk, visit).await?;
    Ok(page(visit, &groups, heading, body))
}

/// What the reader may do.
pub async fn work(desk: &Desk, visit: &Visit) -> Result<Vec<EntryGroup>, PageError> {
    let start = EntryGroup { heading: None, entries: vec![entry(visit, "/", words::HOME)] };
    let admin: Vec<Entry> = ADMINISTRATION
        .iter()
        .filter(|(_, _, permission)| visit.may(*permission))
        .map(|(path, word, _)| entry(visit, path, *word))
        .collect();
    let heading = Some(words::HOME_ADMIN.text(visit.lang).to_owned());
    let queues = queues(desk, visit).await?;
    let groups = [Some(start), queues, Some(EntryGroup { heading, entries: admin })];
    Ok(groups.into_iter().flatten().filter(|group| !group.entries.is_empty()).collect())
}

/// Pages of the three administrators and the auditors.
const ADMINISTRATION: [(&str, Word, Permission); 4] = [
    ("/regions", words::REGIONS, Permission::Import),
    ("/accounts", words::ACCOUNTS, Permission::ManageAccounts),
    ("/grants", words::GRANTS, Permission::ManageGrants),
    ("/audit", words::AUDIT, Permission::ReadAuditTrail),
];

fn entry(visit: &Visit, path: &str, word: Word) -> Entry {
    Entry { path: path.to_owned(), name: word.text(visit.lang).to_owned(), count: None }
}
