//! How long the kernel takes for one bill of a chunk, and what it does with each rule of a pack:
//! `cargo run --release -p shukun-engine --example kernel -- bench/packs/claim-stream`. A second word (totals, split, years) keeps to one of them.

#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a measurement run by hand fails loudly")]

use std::borrow::Cow;
use std::time::Instant;

use shukun_engine::kernel::{Answer, Chunk, ClaimRows, HouseholdRows, Kernel, NO_CODE, PersonRows, Wanted};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

const BILLS: usize = 16_384;
const RUNS: u32 = 200;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of a pack");
    let program = program(&folder);
    let kernel = Kernel::new(&program);
    for (rule, lane) in program.rules.iter().zip(kernel.lanes()) {
        println!("{}: {lane:?}", rule.name);
    }
    let only = std::env::args().nth(2);
    let all = [
        ("totals", Wanted::default()),
        ("split", Wanted { split: true, years: false }),
        ("years", Wanted { split: false, years: true }),
    ];
    for bills_each in [1, 3] {
        let chunk = chunk(bills_each);
        for (name, wanted) in all.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
            let mut answer = Answer::default();
            kernel.settle(&chunk, wanted, &mut answer);
            let begun = Instant::now();
            for _ in 0..RUNS {
                kernel.settle(&chunk, wanted, &mut answer);
            }
            let each = begun.elapsed().as_nanos() / u128::from(RUNS) / BILLS as u128;
            println!(
                "{bills_each} bills a person, {name}: {each} ns a bill; {} slow, paid {:?}",
                answer.slow.len(),
                answer.totals.paid_fen
            );
        }
    }
}

fn program(folder: &str) -> Program {
    let file = |file: &str| (file.to_owned(), std::fs::read(format!("{folder}/{file}")).unwrap());
    let (set, _) = PackSet::read(vec![vec![file("pack.toml"), file("规则.md")]]);
    let (program, findings) = link(&set, &Choices::default());
    program.unwrap_or_else(|| panic!("{findings:#?}"))
}

/// Persons with so many bills each, every one a household of their own.
fn chunk(bills_each: usize) -> Chunk<'static> {
    let persons = u32::try_from(BILLS / bills_each + 1).unwrap();
    let mut state = 33_u64;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut rows = ClaimRows::default();
    let (mut person, mut day, mut kind, mut level, mut category) = (vec![], vec![], vec![], vec![], vec![]);
    let (mut total, mut in_scope) = (vec![], vec![]);
    for bill in 0..BILLS {
        person.push(u32::try_from(bill / bills_each).unwrap());
        day.push(i32::try_from(19_400 + (bill % bills_each) * 90).unwrap());
        kind.push(u8::from(draw(4) > 0));
        level.push(1 + u8::try_from(draw(3)).unwrap());
        category.push(if draw(20) == 0 { u8::try_from(draw(3)).unwrap() } else { NO_CODE });
        let size = i64::try_from((draw(2_000) + 20) * (draw(2_000) + 20)).unwrap();
        total.push(size);
        in_scope.push(size - size / 10);
    }
    rows.id = Cow::Owned((0..BILLS as u64).collect());
    rows.person = Cow::Owned(person);
    rows.settled_on = Cow::Owned(day);
    rows.kind = Cow::Owned(kind);
    rows.hospital_level = Cow::Owned(level);
    rows.settled_category = Cow::Owned(category);
    rows.money = [Cow::Owned(total), Cow::Owned(in_scope), Cow::default(), Cow::default(), Cow::default()];
    Chunk {
        households: HouseholdRows { id: Cow::Owned((0..u64::from(persons)).collect()), ..HouseholdRows::default() },
        persons: PersonRows {
            id: Cow::Owned((0..u64::from(persons)).collect()),
            household: Cow::Owned((0..persons).collect()),
            ..PersonRows::default()
        },
        claims: rows,
        ..Chunk::default()
    }
}
