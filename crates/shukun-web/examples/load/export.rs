//! The whole list as a workbook: asked for on the page, made by the server's own job, fetched, read back cell by cell and
//! compared with the database.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use shukun_base::Masked;
use shukun_casework::authority::Role;
use shukun_store::{Scope, Store};
use shukun_web::demo::authenticator;

use crate::Outcome;
use crate::county;
use crate::figures::{micros, ms};
use crate::http::{Browser, Server};
use crate::machine::{Ticks, load};
use crate::options::Options;
use crate::staff;
use crate::workbook;

/// Longer than anybody waits for an export.
const PATIENCE: Duration = Duration::from_secs(600);

/// Furnishes, exports masked and in clear, compares; says how long it took and what memory the server had.
pub async fn measure(store: &Store, options: &Options) -> Outcome {
    let staff = county::furnish(store, options).await?;
    let insurance = staff.iter().position(|one| one.role == Role::Insurance).ok_or("nobody exports")?;
    let (cookie, scope) = stepped_up(store, options, insurance).await?;
    let server = Server::start(options)?;
    let browser = Browser::open(&server.address, &cookie)?;
    browser.get("/cases").await?;
    println!("{} cases, server's memory before: {} MiB, load {}", options.cases, server.memory_mib(), load());
    for with_numbers in [false, true] {
        let before = Ticks::read(server.id());
        let (took, fetched, book) = export(&browser, with_numbers).await?;
        let used = Ticks::read(server.id()).since(&before);
        let what = if with_numbers { "names and numbers in clear" } else { "masked" };
        let kib = book.len().div_ceil(1_024);
        println!(
            "{what}: made in {} ms, fetched in {} ms, {kib} KiB, peak memory {} MiB",
            ms(took),
            ms(fetched),
            server.peak_mib()
        );
        println!("  {used}");
        let rows = workbook::compare(store, &scope, &book, with_numbers).await?;
        println!("  {rows} rows read back: every one is the database's, cell by cell");
    }
    Ok(())
}

/// A session with the second factor, enrolled at the first time; its secret lies beside the database.
async fn stepped_up(store: &Store, options: &Options, number: usize) -> Outcome<(String, Scope)> {
    let password = Masked::new(staff::PASSWORD.to_owned());
    let (_, session) = store.sign_in(&staff::login(number as u64), &password, Timestamp::now()).await?;
    let kept = options.dir.join("exporter.secret");
    let (token, session) = if let Ok(secret) = std::fs::read_to_string(&kept) {
        store.step_up(&session, &code(&secret)?, Timestamp::now()).await?
    } else {
        let enrolment = store.begin_enrolment(&session, &password, Timestamp::now()).await?;
        let secret = enrolment.secret.reveal();
        std::fs::write(&kept, secret)?;
        store.finish_enrolment(&session, &code(secret)?, Timestamp::now()).await?
    };
    Ok((format!("session={}; lang=zh", token.to_cookie()), session.scope(Timestamp::now())))
}

fn code(secret: &str) -> Outcome<String> {
    authenticator::code(secret, Timestamp::now()).ok_or_else(|| "the secret is no Base32".into())
}

/// Microseconds until the job was done, and until the file was there; the file.
async fn export(browser: &Browser, with_numbers: bool) -> Outcome<(u64, u64, Vec<u8>)> {
    let page = browser.get("/exports/new").await?.body;
    let numbers = if with_numbers { "yes" } else { "" };
    let fields = [
        ("form_token", Browser::field(&page, "form_token")),
        ("once", Browser::field(&page, "once")),
        ("query", ""),
        ("reason", "测量导出的快慢"),
        ("numbers", numbers),
    ];
    let begun = Instant::now();
    let asked = browser.post("/exports", &fields).await?;
    let id = asked
        .location
        .strip_prefix("/jobs/")
        .ok_or_else(|| format!("the export was answered with {}", asked.status))?;
    let progress = format!("/jobs/{id}/progress");
    while !browser.get(&progress).await?.body.contains("已完成") {
        if begun.elapsed() > PATIENCE {
            return Err("the export was not done in ten minutes".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = begun.elapsed();
    let begun = Instant::now();
    let token = [("form_token", Browser::field(&page, "form_token"))];
    let book = browser.fetch(&format!("/exports/{id}/fetch"), &token).await?;
    Ok((micros(took), micros(begun.elapsed()), book))
}
