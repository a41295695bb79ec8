//! Every page once: whoever may open it follows the links, at both widths and in both languages.
//!
//! Pages are told apart by their row in the table of routes; a row that nobody reaches is a fault, unless it stands in
//! [`NOT_PAGES`] or [`NOT_MET`] with its reason; one that is reached all the same has to leave that list.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shukun_web::routes::{ROUTES, Verb};

use crate::browser::{Browser, Outcome};
use crate::driver::Driver;
use crate::office::Office;
use crate::seen::Seen;
use crate::{DESK, PHONE};

/// Who walks, in this order: between them they may open every page.
const WALKERS: [&str; 12] = [
    "yibao", "minzheng", "zhenjie", "cunshe", "honghui", "cishan", "lianxi", "shenji", "system", "security", "audit",
    "xinren",
];

/// Where a walk begins. Nobody is led to the code but in the middle of an act, to the sign-in when signed in; applications
/// lead to the page of the sheet.
const BEGINNINGS: [&str; 4] = ["/", "/cases?status=applying", "/account/code", "/sign-in"];

/// Below this programs read, not people.
const INTERFACE: &str = "/api/v1/";

/// Rows that are no pages to look at, and why.
const NOT_PAGES: [(&str, &str); 30] = [
    ("/healthz", "one line of JSON"),
    ("/assets/{version}/{name}", "files of the pages"),
    ("/open/fund/statements.json", "a list for programs"),
    ("/open/fund/{publication_id}/statement.csv", "a table, handed over as a file"),
    ("/open/fund/{publication_id}/statement.json", "the same for programs"),
    ("/open/verify", "a file made while building, which works without a server"),
    ("/api/docs", "Swagger UI, another project's page"),
    ("/api/docs/{name}", "its files"),
    ("/appraisal/bulletin.xlsx", "a table, handed over as a file"),
    ("/appraisal/template", "a table, handed over as a file"),
    ("/cases/{case_id}/papers/{document_id}", "a scan, handed over as a file"),
    ("/cases/{case_id}/print/sheet.pdf", "a paper, handed over as a file"),
    ("/fund/batches/{batch_id}/file", "a file for the bank, handed over"),
    ("/fund/batches/{batch_id}/summary.pdf", "a paper, handed over as a file"),
    ("/fund/gifts/{gift_id}/certificate.pdf", "a paper, handed over as a file"),
    ("/fund/slips/{line_id}/file", "a slip, handed over as a file"),
    ("/fund/slips/{line_id}/slip.pdf", "a paper, handed over as a file"),
    ("/fund/notices/{line_id}/notice.pdf", "a paper, handed over as a file"),
    ("/fund/resolutions/{meeting_id}/minutes.pdf", "a paper, handed over as a file"),
    ("/fund/resolutions/{meeting_id}/resolution.pdf", "a paper, handed over as a file"),
    ("/imports/{import_id}/progress", "a part of a page"),
    ("/imports/{import_id}/rejects", "a workbook, handed over as a file"),
    ("/jobs/{job_id}/progress", "a part of a page"),
    ("/open/fund/checkpoints.json", "read by programs"),
    ("/open/fund/checkpoints/{log_size}", "a checkpoint, handed over as a file"),
    ("/open/fund/checkpoints/{log_size}/bundle", "a sealed file, handed over"),
    ("/open/fund/keys.txt", "keys, handed over as a file"),
    ("/open/fund/log.json", "the log, handed over as a file"),
    ("/sign-in/away", "leads to the outside service"),
    ("/sign-in/back", "comes back from the outside service"),
];

/// Pages that this day does not come to, and what would lead there; their own tests read their HTML, nobody looks at them.
const NOT_MET: [(&str, &str); 1] = [("/cases/bulk/{job_id}", "work on more than two hundred cases")];

/// What the walkers share; two walk at a time, since each waits for its own browser most of the while.
struct Walk<'a> {
    driver: &'a Driver,
    office: &'a Office,
    waiting: RefCell<VecDeque<&'static str>>,
    reached: RefCell<BTreeSet<&'static str>>,
}

/// Walks, and notes what is wrong.
pub async fn every_page(driver: &Driver, office: &Office, seen: &mut Seen) {
    let walk = Walk { driver, office, waiting: RefCell::new(WALKERS.into()), reached: RefCell::default() };
    let (one, other) = tokio::join!(walk.lane(), walk.lane());
    seen.add(one);
    seen.add(other);
    let mut reached = walk.reached.into_inner();
    reached.extend(seen.paths().filter_map(row));
    let pages = ROUTES.iter().filter(|route| route.verb == Verb::Get).map(|route| route.path);
    let is_met = |path: &&str| !NOT_MET.iter().any(|(row, _)| row == path);
    for (path, _) in NOT_MET.iter().filter(|(row, _)| reached.contains(row)) {
        seen.fault(format!("{path} is reached: take it off the list of those that are not"));
    }
    for path in pages.filter(|path| is_page(path)).filter(is_met).filter(|path| !reached.contains(path)) {
        seen.fault(format!("nobody reaches {path} by a link"));
    }
}

impl Walk<'_> {
    /// Walkers one after another, as long as there are any.
    async fn lane(&self) -> Seen {
        let mut seen = Seen::default();
        loop {
            let Some(walker) = self.waiting.borrow_mut().pop_front() else { return seen };
            let browser = Browser::open(self.driver, self.office, walker, DESK).await;
            if let Err(error) = self.follow(&browser, walker, &mut seen).await {
                seen.fault(format!("walk of {walker}: {error}"));
            }
            browser.close().await;
        }
    }

    async fn follow(&self, browser: &Browser<'_>, walker: &str, seen: &mut Seen) -> Outcome {
        let mut waiting: VecDeque<String> = BEGINNINGS.map(str::to_owned).into();
        let (mut known, mut met) = (BTreeSet::new(), BTreeMap::new());
        browser.sign_in(walker).await?;
        while let Some(path) = waiting.pop_front() {
            let Some(row) = row(&path).filter(|row| is_page(row)) else { continue };
            let times = met.entry(row).or_insert(0);
            *times += 1;
            if *times > variants(row) {
                continue;
            }
            browser.go(&path).await?;
            browser.step_up(walker).await?;
            // Everybody has a home of their own; any other page is one page whoever opens it.
            let is_new = self.reached.borrow_mut().insert(row);
            if is_new || row == "/" {
                look_everywhere(browser, &name(row), &path, seen).await?;
            }
            for link in browser.links().await? {
                if known.insert(link.clone()) {
                    waiting.push_back(link);
                }
            }
        }
        Ok(())
    }
}

fn is_page(row: &str) -> bool {
    !row.starts_with(INTERFACE) && !NOT_PAGES.iter().any(|(no_page, _)| *no_page == row)
}

/// A list, a case and a notice have other links at every step; of any other page one is enough.
fn variants(row: &str) -> usize {
    if matches!(row, "/cases" | "/cases/{case_id}" | "/fund/notices/{line_id}") { 10 } else { 1 }
}

/// At a desk in both languages, and on a phone.
pub async fn look_everywhere(browser: &Browser<'_>, name: &str, path: &str, seen: &mut Seen) -> Outcome {
    for (lang, width) in [("en", DESK), ("zh", PHONE), ("zh", DESK)] {
        browser.widen(width).await?;
        browser.go(&with_lang(path, lang)).await?;
        browser.look(seen, &format!("{name}-{lang}-{width}")).await?;
    }
    Ok(())
}

fn with_lang(path: &str, lang: &str) -> String {
    format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' })
}

fn name(row: &str) -> String {
    let words = row.split(['/', '{', '}', '.']).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() { "home".to_owned() } else { name }
}

/// The row of the table that an address belongs to; a row without braces goes first.
fn row(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next()?;
    let rows = ROUTES.iter().filter(|route| route.verb == Verb::Get && matches(route.path, path));
    rows.min_by_key(|route| route.path.matches('{').count()).map(|route| route.path)
}

fn matches(row: &str, path: &str) -> bool {
    let (row, path): (Vec<&str>, Vec<&str>) = (row.split('/').collect(), path.split('/').collect());
    row.len() == path.len()
        && row.iter().zip(&path).all(|(part, word)| part.starts_with('{') && !word.is_empty() || part == word)
}
