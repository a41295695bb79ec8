//! Statements held against the books: which line of a statement is which transfer, what is left on both sides.
//!
//! Two rules match by themselves: our number of the payment stands in the bank's reference and the amount is the same; or amount,
//! day (within some days) and the payee's account are the same and no other line or transfer could be meant. One line for a whole
//! batch is the sum of what is sent and not yet matched of it. Everything else is for two people.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Day, Fen};

use super::PaymentId;
use crate::{BatchId, TransferId};

shukun_base::words! {
    /// How a line and a transfer came together.
    pub enum MatchRule {
        Reference "reference" "付款编号和金额相同" "the number and amount of the payment",
        BatchSum "batch_sum" "批次编号和合计相同" "the number and sum of the batch",
        Payee "payee" "金额、日期和账户相同" "amount, day and account",
        ByHand "by_hand" "人工核对，两人" "by hand, two people",
    }
}

/// A transfer that moves money on the bank's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankTransfer {
    /// Which.
    pub id: TransferId,
    /// What came (above nothing) or went (below).
    pub amount: Fen,
    /// The day in the books.
    pub on: Day,
    /// The payment it is for.
    pub payment: Option<PaymentId>,
    /// Its batch.
    pub batch: Option<BatchId>,
    /// The hash of the payee's account.
    pub payee: Option<ContentHash>,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLine {
    /// Which.
    pub id: String,
    /// What came or went.
    pub amount: Fen,
    /// The day.
    pub on: Day,
    /// The bank's reference or remark.
    pub reference: String,
    /// The hash of the other side's account, where the statement names it.
    pub payee: Option<ContentHash>,
}

/// A line and its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The line.
    pub line: String,
    /// The transfers; together they are the line's amount.
    pub transfers: Vec<TransferId>,
    /// How.
    pub rule: MatchRule,
}

/// Days between the books and the bank that are the same payment.
const DAYS: i32 = 5;

/// What belongs together beyond doubt. Each line and each transfer is in one match at most. The work grows with the number of
/// lines and of transfers, not with their product: a month has ten thousand of each.
pub fn match_lines(lines: &[BankLine], transfers: &[BankTransfer]) -> Vec<Matched> {
    let mut desk = Matching::new(lines, transfers);
    desk.each(lines, MatchRule::Reference, &|desk, line| desk.by_reference(line));
    desk.each(lines, MatchRule::BatchSum, &|desk, line| desk.by_batch(line));
    desk.each(lines, MatchRule::Payee, &|desk, line| desk.by_payee(line));
    desk.found
}

/// What lines and transfers have in common that are alike but for some days.
type Alike<'a> = (Fen, &'a ContentHash);

struct Matching<'a> {
    of_payments: BTreeMap<&'a str, Vec<&'a BankTransfer>>,
    of_batches: BTreeMap<&'a str, Vec<&'a BankTransfer>>,
    alike: BTreeMap<Alike<'a>, Vec<&'a BankTransfer>>,
    lines_alike: BTreeMap<Alike<'a>, Vec<&'a BankLine>>,
    taken: BTreeSet<&'a TransferId>,
    done: BTreeSet<&'a str>,
    found: Vec<Matched>,
}

type Rule<'r, 'a> = &'r dyn Fn(&Matching<'a>, &'a BankLine) -> Vec<&'a BankTransfer>;

fn gathered<'a, K: Ord, T>(all: &'a [T], key: impl Fn(&'a T) -> Option<K>) -> BTreeMap<K, Vec<&'a T>> {
    let mut gathered: BTreeMap<K, Vec<&T>> = BTreeMap::new();
    for one in all {
        if let Some(key) = key(one) {
            gathered.entry(key).or_default().push(one);
        }
    }
    gathered
}

impl<'a> Matching<'a> {
    fn new(lines: &'a [BankLine], transfers: &'a [BankTransfer]) -> Matching<'a> {
        Matching {
            of_payments: gathered(transfers, |one| one.payment.as_ref().map(PaymentId::as_str)),
            of_batches: gathered(transfers, |one| one.batch.as_ref().map(BatchId::as_str)),
            alike: gathered(transfers, |one| Some((one.amount, one.payee.as_ref()?))),
            lines_alike: gathered(lines, |one| Some((one.amount, one.payee.as_ref()?))),
            taken: BTreeSet::new(),
            done: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    fn each(&mut self, lines: &'a [BankLine], rule: MatchRule, find: Rule<'_, 'a>) {
        for line in lines {
            if self.done.contains(line.id.as_str()) {
                continue;
            }
            let transfers = find(self, line);
            if transfers.is_empty() {
                continue;
            }
            self.taken.extend(transfers.iter().map(|transfer| &transfer.id));
            self.done.insert(&line.id);
            let transfers = transfers.iter().map(|transfer| transfer.id.clone()).collect();
            self.found.push(Matched { line: line.id.clone(), transfers, rule });
        }
    }

    fn free<'s>(&'s self, of: Option<&'s Vec<&'a BankTransfer>>) -> impl Iterator<Item = &'a BankTransfer> + 's {
        of.into_iter().flatten().copied().filter(|transfer| !self.taken.contains(&transfer.id))
    }

    fn by_reference(&self, line: &BankLine) -> Vec<&'a BankTransfer> {
        let mut named = words(&line.reference).flat_map(|word| self.free(self.of_payments.get(word)));
        named.find(|transfer| transfer.amount == line.amount).into_iter().collect()
    }

    fn by_batch(&self, line: &BankLine) -> Vec<&'a BankTransfer> {
        let Some(of_batch) = words(&line.reference).find_map(|word| self.of_batches.get(word)) else {
            return Vec::new();
        };
        let goes = |transfer: &&BankTransfer| transfer.amount.is_negative() == line.amount.is_negative();
        let of_batch: Vec<&BankTransfer> = self.free(Some(of_batch)).filter(goes).collect();
        let sum: Fen = of_batch.iter().map(|transfer| transfer.amount).sum();
        if sum == line.amount { of_batch } else { Vec::new() }
    }

    /// One transfer and one line, or nothing: two of the same are for people.
    fn by_payee(&self, line: &BankLine) -> Vec<&'a BankTransfer> {
        let Some(payee) = &line.payee else { return Vec::new() };
        let alike = self.free(self.alike.get(&(line.amount, payee)));
        let found: Vec<&BankTransfer> = alike.filter(|transfer| is_near(line, transfer)).take(2).collect();
        let [only] = found.as_slice() else { return Vec::new() };
        let rivals = self.lines_alike.get(&(line.amount, payee)).into_iter().flatten();
        let waiting = rivals.filter(|other| !self.done.contains(other.id.as_str()) && is_near(other, only));
        if waiting.take(2).count() == 1 { found } else { Vec::new() }
    }
}

fn is_near(line: &BankLine, transfer: &BankTransfer) -> bool {
    (line.on - transfer.on).get_days().abs() <= DAYS
}

/// The words of a text that may be an id: `p-1` is not in `p-12`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_of_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    text.split(move |letter: char| !is_of_id(letter)).filter(|word| !word.is_empty())
}

/// How the books and the bank stand against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The bank's account in the books.
    pub books: Fen,
    /// Of it, what no statement has shown yet: came less went.
    pub outstanding: Fen,
    /// Lines of statements that no transfer explains: came less went.
    pub unexplained: Fen,
    /// The balance of the last statement.
    pub statement: Fen,
}

impl Standing {
    /// INVARIANT: books − outstanding + unexplained = statement. What is left is money that nobody can tell where it is.
    pub fn difference(&self) -> Fen {
        self.books - self.outstanding + self.unexplained - self.statement
    }

    /// Whether every fen of the statement is in the books.
    pub fn is_reconciled(&self) -> bool {
        self.unexplained.is_zero() && self.difference().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn hash(number: u8) -> ContentHash {
        ContentHash::new(&format!("{number:02x}").repeat(32)).unwrap()
    }

    fn transfer(number: u8, fen: i64) -> BankTransfer {
        BankTransfer {
            id: TransferId::new(&format!("t-{number}")).unwrap(),
            amount: Fen(fen),
            on: date(2026, 3, 2),
            payment: PaymentId::new(&format!("p-{number}")),
            batch: BatchId::new("b-1"),
            payee: Some(hash(number)),
        }
    }

    fn line(id: &str, fen: i64, reference: &str, payee: Option<u8>) -> BankLine {
        let payee = payee.map(hash);
        BankLine { id: id.to_owned(), amount: Fen(fen), on: date(2026, 3, 4), reference: reference.to_owned(), payee }
    }

    fn found(lines: &[BankLine], transfers: &[BankTransfer]) -> Vec<(String, Vec<String>, MatchRule)> {
        let names = |matched: &Matched| matched.transfers.iter().map(ToString::to_string).collect();
        match_lines(lines, transfers).iter().map(|one| (one.line.clone(), names(one), one.rule)).collect()
    }

    #[test]
    fn a_line_finds_its_payment_by_number_sum_or_account() {
        let transfers = [transfer(1, -100), transfer(12, -100), transfer(3, -70), transfer(4, 50)];
        let own = |id: &str| id.to_owned();
        // What stands in the line, and which transfers it is.
        for (line, expected) in [
            (line("a", -100, "代发 p-1。", None), Some((vec![own("t-1")], MatchRule::Reference))),
            (line("a", -100, "p-12", None), Some((vec![own("t-12")], MatchRule::Reference))),
            (line("a", -101, "p-1", None), None),
            (line("a", -270, "批次 b-1", None), Some((vec![own("t-1"), own("t-12"), own("t-3")], MatchRule::BatchSum))),
            (line("a", -269, "b-1", None), None),
            (line("a", -70, "救助", Some(3)), Some((vec![own("t-3")], MatchRule::Payee))),
            (line("a", -70, "救助", Some(4)), None),
            (line("a", -70, "救助", None), None),
        ] {
            let matched = found(std::slice::from_ref(&line), &transfers);
            let expected: Vec<_> = expected.map(|(names, rule)| (own("a"), names, rule)).into_iter().collect();
            assert_eq!(matched, expected, "{} {}", line.amount, line.reference);
        }
    }

    #[test]
    fn two_of_the_same_are_left_to_people() {
        let twice = BankTransfer { id: TransferId::new("t-2").unwrap(), ..transfer(1, -100) };
        let two = [BankTransfer { payment: None, ..transfer(1, -100) }, BankTransfer { payment: None, ..twice }];
        assert_eq!(found(&[line("a", -100, "", Some(1))], &two), []);
        let one = [BankTransfer { payment: None, ..transfer(1, -100) }];
        assert_eq!(found(&[line("a", -100, "", Some(1)), line("b", -100, "", Some(1))], &one), []);
        let mut late = line("a", -100, "", Some(1));
        late.on = date(2026, 3, 8);
        assert_eq!(found(&[late], &one), []);
    }

    proptest! {
        #[test]
        fn nothing_is_matched_twice_and_sums_are_kept(
            transfers in proptest::collection::vec((1_u8..9, 1_i64..4), 0..14),
            lines in proptest::collection::vec((0_u8..9, 1_i64..6, 0_u8..3), 0..14),
        ) {
            let transfers: Vec<BankTransfer> = (0..).zip(&transfers).map(|(index, (number, fen))| {
                let id = TransferId::new(&format!("t-{index}-{number}")).unwrap();
                BankTransfer { id, ..transfer(*number, -fen) }
            }).collect();
            let lines: Vec<BankLine> = (0..).zip(&lines).map(|(index, (number, fen, kind))| {
                let reference = match kind { 0 => format!("p-{number}"), 1 => "b-1".to_owned(), _ => String::new() };
                line(&format!("l-{index}"), -fen, &reference, Some(*number))
            }).collect();
            let found = match_lines(&lines, &transfers);
            let mut seen = BTreeSet::new();
            for matched in &found {
                prop_assert!(seen.insert(matched.line.clone()));
                let mut sum = Fen::ZERO;
                for id in &matched.transfers {
                    prop_assert!(seen.insert(id.to_string()));
                    sum += transfers.iter().find(|transfer| transfer.id == *id).unwrap().amount;
                }
                prop_assert_eq!(sum, lines.iter().find(|line| line.id == matched.line).unwrap().amount);
            }
        }
    }

    #[test]
    fn every_fen_of_a_statement_is_told() {
        let standing = |books, outstanding, unexplained, statement| Standing {
            books: Fen(books),
            outstanding: Fen(outstanding),
            unexplained: Fen(unexplained),
            statement: Fen(statement),
        };
        // Sent 100 that the bank has not paid yet.
        assert!(standing(900, -100, 0, 1_000).is_reconciled());
        // Interest of 5 that is not in the books.
        let interest = standing(900, 0, 5, 905);
        assert_eq!((interest.difference(), interest.is_reconciled()), (Fen::ZERO, false));
        assert_eq!(standing(900, 0, 0, 899).difference(), Fen(1));
    }
}
