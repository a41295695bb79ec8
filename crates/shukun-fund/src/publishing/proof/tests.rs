use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use shukun_base::{ContentHash, Fen};

use super::merkle::Hash;
use super::*;
use crate::{BatchId, BookId};

const TRIALS: u64 = 10_000;

fn cut() -> Cut {
    let head = ContentHash::new(&"ab".repeat(32)).unwrap();
    Cut { book: BookId::new("county").unwrap(), seq: 41, head }
}

fn batch(name: &str, count: i64, chance: &mut ChaCha20Rng) -> Sealed {
    let amounts: Vec<Fen> = (1..=count).map(|place| Fen(place * 10_007)).collect();
    seal(&BatchId::new(name).unwrap(), &amounts, &cut(), chance).unwrap()
}

fn keys() -> Vec<SignKey> {
    ["fund/2026", "charity/2026", "insurance/2026"]
        .iter()
        .zip(1_u8..)
        .map(|(name, byte)| SignKey::new(name, &[byte; 32]).unwrap())
        .collect()
}

fn signed(log: &[Hash], previous: Option<Hash>) -> (Checkpoint, String) {
    let checkpoint = Checkpoint {
        origin: "fund.example/charity".to_owned(),
        size: log.len() as u64,
        root: merkle::root(log),
        ledger_head: cut().head,
        previous,
    };
    let notes: String = keys().iter().map(|key| key.sign(&checkpoint)).collect();
    let text = format!("{}\n{notes}", checkpoint.lines());
    (checkpoint, text)
}

/// A batch of eight payments, second of three in the log.
fn published() -> (Sealed, Bundle) {
    let mut chance = ChaCha20Rng::seed_from_u64(5);
    let batches = [batch("b-1", 3, &mut chance), batch("b-2", 8, &mut chance), batch("b-3", 2, &mut chance)];
    let log: Vec<Hash> = batches.iter().map(|batch| batch.header.leaf()).collect();
    let bundle = Bundle::under(&batches[1], &log, signed(&log, None).1).unwrap();
    (batches[1].clone(), bundle)
}

fn check_keys() -> Vec<CheckKey> {
    keys().iter().map(SignKey::check_key).collect()
}

fn slip_of(sealed: &Sealed, index: usize) -> Slip {
    Slip::of(&sealed.header.batch, index as u64, &sealed.openings[index], &sealed.leaves).unwrap()
}

/// As whoever checks does: the bundle, its signatures, the slip.
fn holds(bundle: &Bundle, line: &str) -> bool {
    let Some(note) = Checkpoint::parse(&bundle.checkpoint) else { return false };
    let slip = Slip::parse(line);
    bundle.faults().is_empty()
        && note.is_signed_enough(&check_keys())
        && slip.is_ok_and(|slip| slip.faults(bundle).is_empty())
}

#[test]
fn what_was_published_holds() {
    let (sealed, bundle) = published();
    assert_eq!(bundle.faults(), []);
    for index in 0..sealed.openings.len() {
        let slip = slip_of(&sealed, index);
        // As it is copied from paper: with gaps.
        let copied: String = slip.short_line().chars().flat_map(|letter| [letter, ' ']).collect();
        let lowered = slip.full_line().to_lowercase().replace("sk1", "SK1");
        for line in [slip.full_line(), slip.short_line(), copied, lowered] {
            assert!(holds(&bundle, &line), "{line}");
        }
    }
    assert_eq!(bundle.header.total, Fen(36 * 10_007));
    let json = serde_json::to_string(&bundle).unwrap();
    assert_eq!(serde_json::from_str::<Bundle>(&json).unwrap(), bundle);
}

/// The bytes of a bundle that its reader relies on: everything but the signatures of further bodies.
fn changed(chance: &mut ChaCha20Rng, bundle: &Bundle) -> Bundle {
    let mut other = bundle.clone();
    let bit = |hash: &mut [u8; 32], chance: &mut ChaCha20Rng| {
        let at = chance.random_range(0..256_usize);
        hash[at / 8] ^= 1 << (at % 8);
    };
    let place = chance.random_range(0..bundle.leaves.len());
    match chance.random_range(0..12) {
        0 => other.header.total += Fen(chance.random_range(1..1_000_000)),
        1 => other.header.total -= Fen(chance.random_range(1..1_000_000)),
        2 => bit(&mut other.header.blinding, chance),
        3 => bit(&mut other.header.receipts, chance),
        4 => bit(&mut other.header.commitments, chance),
        5 => bit(&mut other.commitments[place], chance),
        6 => bit(&mut other.leaves[place], chance),
        7 => other.header.count += 1,
        8 => drop(other.commitments.remove(place)),
        9 => other.commitments.swap(place, (place + 1) % bundle.leaves.len()),
        10 => other.header.ledger_seq += chance.random_range(1..100),
        _ => bit(&mut other.log_path[0], chance),
    }
    other
}

/// A payment changed behind everybody's back and all of it published anew, unsigned: the old checkpoint does not cover it.
fn repaid(chance: &mut ChaCha20Rng, sealed: &Sealed, bundle: &Bundle) -> Bundle {
    let mut amounts: Vec<Fen> = sealed.openings.iter().map(|opening| opening.amount).collect();
    let place = chance.random_range(0..amounts.len());
    amounts[place] += Fen(chance.random_range(1..1_000_000));
    let forged = seal(&sealed.header.batch, &amounts, &cut(), chance).unwrap();
    let Sealed { header, commitments, leaves, .. } = forged;
    Bundle { header, commitments, leaves, ..bundle.clone() }
}

#[test]
fn ten_thousand_changes_and_each_is_found() {
    let (sealed, bundle) = published();
    let lines: Vec<String> = (0..sealed.openings.len()).map(|index| slip_of(&sealed, index).full_line()).collect();
    for seed in 0..TRIALS {
        let mut chance = ChaCha20Rng::seed_from_u64(seed);
        let line = &lines[chance.random_range(0..lines.len())];
        let found = match seed % 4 {
            0 => !holds(&repaid(&mut chance, &sealed, &bundle), line),
            1 => {
                let at = chance.random_range(0..line.len());
                let other = if &line[at..=at] == "7" { "8" } else { "7" };
                !holds(&bundle, &format!("{}{other}{}", &line[..at], &line[at + 1..]))
            }
            _ => !holds(&changed(&mut chance, &bundle), line),
        };
        assert!(found, "trial {seed}");
    }
}

#[test]
fn a_slip_with_another_amount_opens_nothing() {
    let (sealed, bundle) = published();
    let mut slip = slip_of(&sealed, 2);
    slip.opening.amount += Fen(1);
    assert_eq!(slip.faults(&bundle), [Fault::NotIncluded]);
    let other = Slip { batch: BatchId::new("b-9").unwrap(), ..slip_of(&sealed, 2) };
    assert_eq!(other.faults(&bundle), [Fault::OtherBatch]);
}

#[test]
fn signatures_are_counted_by_body() {
    let (_, bundle) = published();
    let note = Checkpoint::parse(&bundle.checkpoint).unwrap();
    assert_eq!(note.signers(&check_keys()), [Body::Insurance, Body::Charity, Body::Fund]);
    let fund_and_one = Signed { signatures: note.signatures[..2].to_vec(), ..note.clone() };
    assert!(note.is_signed_enough(&check_keys()) && !fund_and_one.is_signed_enough(&check_keys()));
    assert!(
        !Signed { signatures: vec![note.signatures[0].clone(); 3], ..note.clone() }.is_signed_enough(&check_keys())
    );
    assert_eq!(note.text(), bundle.checkpoint);
    let stranger = [SignKey::new("fund/2026", &[9; 32]).unwrap().check_key()];
    assert_eq!(note.signers(&stranger), []);
}

#[test]
fn keys_are_read_as_they_are_written() {
    for key in check_keys() {
        assert_eq!(CheckKey::parse(&key.line()), Some(key.clone()));
        assert_eq!(CheckKey::parse(&key.line().replace("2026", "2027")), None);
    }
    assert!(SignKey::new("anybody/2026", &[1; 32]).is_none());
}

#[test]
fn a_newer_checkpoint_continues_the_older() {
    let mut chance = ChaCha20Rng::seed_from_u64(5);
    let log: Vec<Hash> = (0..7).map(|at| batch(&format!("b-{at}"), 1, &mut chance).header.leaf()).collect();
    let (older, _) = signed(&log[..4], None);
    let (newer, _) = signed(&log, Some(older.hash()));
    let path = merkle::consistency_path(&log, 4).unwrap();
    assert!(newer.continues(&older, &path));
    let rewritten: Vec<Hash> = log.iter().rev().copied().collect();
    let (other, _) = signed(&rewritten, Some(older.hash()));
    assert!(!other.continues(&older, &merkle::consistency_path(&rewritten, 4).unwrap()));
}

fn read(text: &str) -> Option<Published> {
    serde_json::from_str(text).ok()
}

#[test]
fn files_are_checked_as_they_were_given() {
    let (sealed, bundle) = published();
    let log: Vec<Hash> = vec![[1; 32], bundle.header.leaf(), [2; 32]];
    let log = Log { kind: LOG_KIND.to_owned(), leaves: log };
    let mut given = Given::default();
    assert!(!given.has_keys());
    let lines: String = check_keys().iter().map(|key| key.line() + "\n").collect();
    assert_eq!(given.take_keys(&lines), 3);
    given.take(&serde_json::to_string(&bundle).unwrap(), &read).unwrap();
    given.take(&bundle.checkpoint, &read).unwrap();
    given.take(&(slip_of(&sealed, 1).short_line() + "\n"), &read).unwrap();
    let holds =
        |given: &Given| given.checks().iter().map(|check| (check.checked, check.faults.len())).collect::<Vec<_>>();
    assert_eq!(holds(&given), [(Checked::Total, 0), (Checked::Slip, 0), (Checked::Signatures, 0)]);
    given.take(&serde_json::to_string(&log).unwrap(), &read).unwrap();
    given.take_slip("SK1/b-2/0/00/0000");
    let found = given.checks();
    assert!(found.iter().any(|check| check.faults == [Fault::History]));
    assert!(found.iter().any(|check| check.faults == [Fault::Slip]));
    assert_eq!(given.take("{\"kind\":\"other\"}", &read), Err(Fault::Kind));
    assert_eq!(given.take("no checkpoint", &read), Err(Fault::Kind));
}

#[test]
fn two_roots_of_one_size_are_no_history() {
    let (_, bundle) = published();
    let (_, other) = signed(&[[1; 32], [2; 32], [3; 32]], None);
    let mut given = Given::default();
    given.take(&bundle.checkpoint, &read).unwrap();
    given.take(&other, &read).unwrap();
    assert_eq!(given.checks().last().map(|check| check.faults.clone()), Some(vec![Fault::History]));
}
