//! How long receipts take: `cargo run --release -p shukun-fund --example receipts -- 10000`.

use std::time::Instant;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use shukun_base::{ContentHash, Fen};
use shukun_fund::publishing::proof::{Cut, adds_up, hex, seal, second_generator};
use shukun_fund::{BatchId, BookId};

fn main() {
    if measure().is_none() {
        eprintln!("nothing to measure: give a number of payments above zero");
    }
}

fn measure() -> Option<()> {
    let count: i64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let amounts: Vec<Fen> = (1..=count).map(|place| Fen(place * 37)).collect();
    let cut = Cut { book: BookId::new("county")?, seq: 1, head: ContentHash::new(&"0".repeat(64))? };
    let mut chance = ChaCha20Rng::seed_from_u64(1);
    let begun = Instant::now();
    let sealed = seal(&BatchId::new("b-1")?, &amounts, &cut, &mut chance)?;
    println!("{count} payments sealed in {:?}", begun.elapsed());
    let begun = Instant::now();
    let holds = adds_up(&sealed.commitments, sealed.header.total, &sealed.header.blinding);
    println!("second generator {}", hex::show(&second_generator()));
    println!("their total checked in {:?}: {holds}", begun.elapsed());
    Some(())
}
