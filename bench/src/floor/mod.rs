//! The yardstick: the rules of the benchmark's packs written by hand in Rust, two threads, whole numbers only.
//!
//! It reads the same files with the same reader as everybody could, knows exactly these rules and nothing else, and
//! relies on the order of the rows (person, day, settlement). Start at [`floor`]; the rules are in [`year`] and
//! [`stream`].

mod stream;
mod year;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, Int16Array, Int64Array, UInt64Array};

use crate::claims::{Claims, ClaimsFile};
use crate::failure::{Failure, Outcome};
use crate::files::{Mode, Output, PAYERS, Work, split_schema, standings_schema};

/// What each payer paid of a bill, and what stays with the family.
pub type Paid = [i64; 5];

/// Settles the file and gives the sums; writes what `mode` asks for to the folder `out`, one part for each thread.
pub fn floor(work: Work, mode: Mode, path: &Path, out: Option<&Path>) -> Outcome<serde_json::Value> {
    floor_on(std::thread::available_parallelism()?.get(), work, mode, path, out)
}

fn floor_on(threads: usize, work: Work, mode: Mode, path: &Path, out: Option<&Path>) -> Outcome<serde_json::Value> {
    let begun = Instant::now();
    let file = ClaimsFile::open(path, more_columns(mode))?;
    if let Some(out) = out {
        std::fs::create_dir_all(out)?;
    } else if mode != Mode::Totals {
        return Err(Failure("where to?".to_owned()));
    }
    let groups = file.row_groups();
    let parts: Vec<Outcome<Sums>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| (thread * groups / threads..(thread + 1) * groups / threads, thread))
            .map(|(range, thread)| {
                let (file, out) = (&file, out.map(|out| out.join(format!("part-{thread}.parquet"))));
                scope.spawn(move || part(work, mode, file, range, out.as_deref()))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(Failure("a thread died".to_owned()))))
            .collect()
    });
    let mut sums = Sums::default();
    for part in parts {
        sums.add(&part?);
    }
    let totals: serde_json::Map<_, _> =
        PAYERS.iter().chain(&["family"]).zip(sums.paid).map(|(payer, fen)| ((*payer).to_owned(), fen.into())).collect();
    Ok(serde_json::json!({
        "rows": sums.rows, "total_fen": sums.total, "totals": totals, "seconds": begun.elapsed().as_secs_f64(),
    }))
}

fn more_columns(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Totals => &[],
        Mode::Split => &["claim_id"],
        Mode::Standings => &["household_id", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"],
    }
}

#[derive(Default)]
struct Sums {
    rows: u64,
    total: i64,
    paid: Paid,
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.rows += other.rows;
        self.total += other.total;
        self.paid.iter_mut().zip(other.paid).for_each(|(sum, paid)| *sum += paid);
    }
}

/// A thread's row groups. A person belongs to the thread in whose range the person's first row lies.
fn part(work: Work, mode: Mode, file: &ClaimsFile, range: std::ops::Range<usize>, out: Option<&Path>) -> Outcome<Sums> {
    let schema = if mode == Mode::Split { split_schema() } else { standings_schema() };
    let mut output = out.map(|out| Output::create(out, schema)).transpose()?;
    let mut sums = Sums::default();
    let mut state = stream::Year::default();
    let earlier = if range.start == 0 { None } else { file.last_person(range.start - 1)? };
    let mut columns: [Vec<i64>; 5] = Default::default();
    let mut is_skipping = earlier.is_some();
    for group in range.start..file.row_groups() {
        let claims = file.read(group)?;
        let rows = rows_of_mine(&claims, earlier.filter(|_| is_skipping), (group >= range.end).then_some(state.person));
        is_skipping &= rows.start == claims.person.len();
        columns.iter_mut().for_each(Vec::clear);
        let keep = output.is_some().then_some(&mut columns);
        match work {
            Work::PersonYear => year::settle(&claims, rows.clone(), &mut sums.paid, keep),
            Work::ClaimStream => stream::settle(&claims, rows.clone(), &mut state, &mut sums.paid, keep),
        }
        sums.rows += rows.len() as u64;
        sums.total += claims.total[rows.clone()].iter().sum::<i64>();
        if let Some(output) = &mut output {
            output.write(result_columns(mode, &claims, rows.clone(), &mut columns))?;
        }
        state.person = rows.clone().last().map_or(state.person, |row| claims.person[row]);
        let is_end_of_person = rows.end < claims.person.len();
        if group + 1 >= range.end && (is_end_of_person || work == Work::PersonYear) {
            break;
        }
    }
    output.map(Output::close).transpose()?;
    Ok(sums)
}

/// Without the rows of the `earlier` thread's last person; past the range's end, only those of `mine`.
fn rows_of_mine(claims: &Claims, earlier: Option<u64>, mine: Option<u64>) -> std::ops::Range<usize> {
    let start = earlier.map_or(0, |earlier| claims.person.iter().take_while(|person| **person == earlier).count());
    let end = match mine {
        Some(mine) => claims.person.iter().take_while(|person| **person == mine).count(),
        None => claims.person.len(),
    };
    start.min(end)..end
}

fn result_columns(
    mode: Mode,
    claims: &Claims,
    rows: std::ops::Range<usize>,
    paid: &mut [Vec<i64>; 5],
) -> Vec<ArrayRef> {
    let ids = |ids: &arrow::buffer::ScalarBuffer<u64>| -> ArrayRef {
        Arc::new(UInt64Array::new(ids.slice(rows.start, rows.len()), None))
    };
    let money = |fen: &arrow::buffer::ScalarBuffer<i64>| -> ArrayRef {
        Arc::new(Int64Array::new(fen.slice(rows.start, rows.len()), None))
    };
    let mut columns = if mode == Mode::Split {
        vec![ids(&claims.claim_id), ids(&claims.person)]
    } else {
        let years = claims.incurred[rows.clone()].iter().map(|day| year_of(*day) as i16);
        let year: ArrayRef = Arc::new(Int16Array::from_iter_values(years));
        let mut columns = vec![ids(&claims.person), ids(&claims.household), year];
        let of = [&claims.total, &claims.in_scope, &claims.out_of_catalogue, &claims.over_limit, &claims.pre_selfpay];
        columns.extend(of.map(money));
        columns
    };
    columns.extend(paid.iter_mut().map(|column| Arc::new(Int64Array::from(std::mem::take(column))) as ArrayRef));
    columns
}

/// The calendar year of a day since 1970 (after Hinnant).
pub fn year_of(day: i32) -> i32 {
    let days = day + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // The year of that calendar begins in March.
    year + era * 400 + i32::from(of_year >= 306)
}

/// The first and the last day of a calendar year.
pub fn days_of_year(year: i32) -> (i32, i32) {
    let new_year = |year: i32| {
        let before = year - 1;
        365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
    };
    (new_year(year), new_year(year + 1) - 1)
}

/// Hundredths of a fen to fen, halves up; not for amounts below nothing.
pub fn round(hundredths: i64) -> i64 {
    (hundredths + 50) / 100
}

/// The part of `base` between two lines.
pub fn between(base: i64, from: i64, to: i64) -> i64 {
    base.clamp(from, to) - from
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;
    use crate::files::remove_all;
    use crate::generate::generate;
    use crate::reference::reference;

    /// A folder of the test's own.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("shukun-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn the_rules_by_hand_are_those_of_the_packs() {
        let folder = folder("packs");
        for (work, mode, pack) in
            [(Work::PersonYear, Mode::Standings, "person-year"), (Work::ClaimStream, Mode::Split, "claim-stream")]
        {
            let [claims, by_hand, by_pack] =
                ["claims", "by-hand", "by-pack"].map(|name| folder.join(format!("{name}-{pack}")));
            generate(work, 600, &claims).unwrap();
            floor_on(2, work, mode, &claims, Some(&by_hand)).unwrap();
            let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
            reference(work, &packs.join(pack), &claims, &by_pack).unwrap();
            compare(&by_pack, &by_hand).unwrap();
        }
        remove_all(&folder);
    }

    #[test]
    fn a_person_across_two_threads_is_settled_once() {
        let folder = folder("threads");
        let [claims, by_one, by_three, others] =
            ["claims", "by-one", "by-three", "others"].map(|name| folder.join(name));
        generate(Work::ClaimStream, 70_000, &claims).unwrap();
        floor_on(1, Work::ClaimStream, Mode::Split, &claims, Some(&by_one)).unwrap();
        floor_on(3, Work::ClaimStream, Mode::Split, &claims, Some(&by_three)).unwrap();
        compare(&by_one, &by_three).unwrap();
        generate(Work::ClaimStream, 69_999, &claims).unwrap();
        floor_on(2, Work::ClaimStream, Mode::Split, &claims, Some(&others)).unwrap();
        assert!(compare(&by_one, &others).is_err(), "a result of other people passed for the same");
        remove_all(&folder);
    }

    #[test]
    fn years_change_on_new_years_day() {
        for (day, year) in [(0, 1970), (-1, 1969), (19_357, 2022), (19_358, 2023), (19_722, 2023), (19_723, 2024)] {
            assert_eq!(year_of(day), year, "{day}");
            let (first, last) = days_of_year(year);
            assert_eq!(
                (year_of(first - 1), year_of(first), year_of(last), year_of(last + 1)),
                (year - 1, year, year, year + 1)
            );
        }
        assert_eq!((round(49), round(50), between(5, 3, 9), between(2, 3, 9), between(12, 3, 9)), (0, 1, 2, 0, 6));
    }
}
