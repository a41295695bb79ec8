//! Each page asked by one person while nobody else works: what is left of a figure when nobody is in the way.
//!
//! `/healthz` does next to nothing in the server; how long it takes is what the measurement itself costs.

use std::time::Duration;

use shukun_casework::authority::Role;

use crate::Outcome;
use crate::figures::{micros, ms};
use crate::http::Browser;
use crate::machine::load;
use crate::staff::Worker;

/// So often each.
const TIMES: usize = 40;

const PAGES: [&str; 9] = [
    "/healthz",
    "/",
    "/cases",
    "/cases?status=detected",
    "/cases?status=detected&colour=red&order=burden",
    "/cases/load-case-3",
    "/cases/load-case-3?tab=timeline",
    "/alerts",
    "/figures",
];

/// Asks them for somebody who sees the whole county, and prints how long they took.
pub async fn ask(address: &str, staff: &[Worker]) -> Outcome {
    let reader = staff.iter().find(|one| one.role == Role::CivilAffairs).ok_or("nobody sees the whole county")?;
    let browser = Browser::open(address, &reader.cookie)?;
    println!("alone, {TIMES} times each (load {})", load());
    for page in PAGES {
        let mut took = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            let answer = browser.get(page).await?;
            if answer.status != 200 {
                return Err(format!("{page} was answered with {}", answer.status).into());
            }
            took.push(answer.took);
        }
        took.sort_unstable();
        let at = |index: usize| took.get(index).map_or(0, |took: &Duration| micros(*took));
        println!("  {page:<50}{:>8} ms, slowest {:>8} ms", ms(at(TIMES / 2)), ms(at(TIMES - 1)));
    }
    Ok(())
}
