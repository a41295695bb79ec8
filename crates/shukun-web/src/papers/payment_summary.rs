//! The summary of a batch of payments (拨付汇总表): each payment by its number, what became of it, the sums, who signed for what.
//!
//! Names and accounts of families stand nowhere in it: it goes to the meeting, the auditor and the file.

use std::collections::BTreeMap;

use shukun_base::{Fen, Lang};
use shukun_fund::paying::{Batch, Payment, PaymentState};
use shukun_paper::{Block, Code, Look, Paper};

use super::{fact, figures_column, remark, words_column};
use crate::{format, words};

/// What stands around the batch's own figures.
pub struct Around {
    /// The book's name.
    pub book: String,
    /// The organisation it belongs to, which puts its seal on it.
    pub owner: String,
    /// The programme in words.
    pub programme: String,
    /// Who made, approved, released and sent it; empty where nobody did yet.
    pub signers: [String; 4],
    /// The day on which it is printed.
    pub printed_on: String,
    /// Where its data is made up.
    pub note: Option<String>,
}

/// The summary as it is printed.
pub fn paper(batch: &Batch, around: &Around, lang: Lang) -> Paper {
    let mut blocks =
        vec![Block::Facts { facts: head(batch, around, lang) }, payments(batch, lang), states(batch, lang)];
    let roles = [words::SUMMARY_MAKER, words::SUMMARY_APPROVER, words::SUMMARY_RELEASER, words::SUMMARY_CASHIER];
    let signed = roles.iter().zip(&around.signers).map(|(role, name)| format!("{} {name}", role.text(lang)));
    blocks.push(Block::Signatures { names: signed.map(|line| line.trim_end().to_owned()).collect() });
    blocks.extend(around.note.as_deref().map(remark));
    Paper {
        lang,
        look: Look::Office,
        issuer: around.book.clone(),
        title: words::SUMMARY_TITLE.text(lang).to_owned(),
        number: batch.id.to_string(),
        blocks,
        seals: vec![around.owner.clone()],
        dated: around.printed_on.clone(),
        code: Some(Code { text: code(batch), caption: words::PRINT_SCAN.text(lang).to_owned() }),
        footer: words::PRODUCT_LONG.text(lang).to_owned(),
    }
}

/// Batch, version, number of payments, sum in fen, hash of the file for the bank.
fn code(batch: &Batch) -> String {
    let file = batch.file.as_ref().map_or("", |file| file.as_str());
    format!("shukun:batch:{}:{}:{}:{}:{file}", batch.id, batch.version, batch.payments.len(), batch.sum().0)
}

fn head(batch: &Batch, around: &Around, lang: Lang) -> Vec<(String, String)> {
    let mut facts = vec![
        fact(words::BATCH_PROGRAMME.text(lang), around.programme.clone()),
        fact(words::BATCH_KIND.text(lang), batch.kind.text().in_lang(lang)),
        fact(words::BATCH_STATE.text(lang), batch.state.text().in_lang(lang)),
        fact(words::BATCH_PAYMENTS.text(lang), batch.payments.len().to_string()),
        fact(words::AMOUNT.text(lang), format::money(batch.sum(), lang)),
    ];
    facts.extend(batch.follows.as_ref().map(|first| fact(words::BATCH_FOLLOWS.text(lang), first.to_string())));
    facts.extend(batch.locked_on.map(|day| fact(words::SUMMARY_LOCKED.text(lang), format::day(day, lang))));
    facts.extend(batch.file.as_ref().map(|file| fact(words::BATCH_FILE.text(lang), file.as_str())));
    facts
}

fn payments(batch: &Batch, lang: Lang) -> Block {
    let row = |(number, payment): (usize, &Payment)| {
        let day = payment.answered_on.map(|day| format::day(day, lang));
        let reason = payment.reason.map(|reason| reason.text().in_lang(lang).to_owned());
        let state = payment.state.text().in_lang(lang).to_owned();
        vec![
            number.to_string(),
            payment.of.id.to_string(),
            payment.of.channel.text().in_lang(lang).to_owned(),
            [Some(state), reason, day].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            format::money(payment.of.amount, lang),
        ]
    };
    let total = [words::SUMMARY_TOTAL.text(lang), "", "", ""].map(str::to_owned);
    Block::Table {
        columns: vec![
            words_column(words::SUMMARY_NUMBER.text(lang), 1),
            words_column(words::SUMMARY_PAYMENT.text(lang), 4),
            words_column(words::BATCH_CHANNEL.text(lang), 2),
            words_column(words::BATCH_STATE.text(lang), 5),
            figures_column(words::AMOUNT.text(lang), 3),
        ],
        rows: (1..).zip(&batch.payments).map(row).collect(),
        total: total.into_iter().chain([format::money(batch.sum(), lang)]).collect(),
    }
}

/// How many and how much in each state: what is with the families stands apart from what is not.
fn states(batch: &Batch, lang: Lang) -> Block {
    let mut sums: BTreeMap<PaymentState, (u64, Fen)> = BTreeMap::new();
    for payment in &batch.payments {
        let sum = sums.entry(payment.state).or_default();
        *sum = (sum.0 + 1, sum.1 + payment.of.amount);
    }
    let facts = sums.into_iter().map(|(state, (count, amount))| {
        let value = format!("{} · {}", format::count(count), format::money(amount, lang));
        fact(state.text().in_lang(lang), value)
    });
    Block::Facts { facts: facts.collect() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shukun_base::{ActorId, ContentHash, RegionCode};
    use shukun_fund::ledger::{BusinessKey, ProgrammeKey};
    use shukun_fund::paying::{
        Act, BatchKind, BatchState, Channel, FailureReason, NewPayment, PaymentId, Purpose, Recorded,
    };
    use shukun_fund::{BatchId, BookId, CaseId, LineId};

    use super::*;

    fn payment(number: i64, state: PaymentState) -> Payment {
        Payment {
            of: NewPayment {
                id: PaymentId::new(&format!("p-{number}")).unwrap(),
                line: LineId::new(&format!("line-{number}")).unwrap(),
                amount: Fen::yuan(number),
                channel: Channel::Bank,
                purpose: Purpose::CharityRelief,
                case: CaseId::new("case-1").unwrap(),
                key: BusinessKey::parse(&format!("charity_relief|p{number}|2026|c1|t1|1")).unwrap(),
                again: None,
            },
            state,
            payee: None,
            changed: None,
            reason: (state == PaymentState::Returned).then_some(FailureReason::AccountClosed),
            answered_on: Some(date(2026, 3, 2)),
            evidence: None,
            again_in: None,
            recovered: Fen::ZERO,
        }
    }

    fn batch() -> Batch {
        let act = Act::Open {
            book: BookId::new("county").unwrap(),
            region: RegionCode::new("330381").unwrap(),
            programme: ProgrammeKey::new("charity_relief").unwrap(),
            kind: BatchKind::First,
            follows: None,
        };
        let first = Recorded { sequence: 1, by: ActorId::new("maker").unwrap(), on: date(2026, 3, 1), act };
        let mut batch = Batch::opened(&BatchId::new("b1").unwrap(), &first).unwrap();
        (batch.version, batch.state) = (9, BatchState::Reconciling);
        batch.payments = vec![
            payment(300, PaymentState::Paid),
            payment(200, PaymentState::Returned),
            payment(5, PaymentState::Paid),
        ];
        batch.locked_on = Some(date(2026, 3, 1));
        batch.file = ContentHash::new(&"ab".repeat(32));
        batch
    }

    #[test]
    fn what_arrived_stands_apart_from_what_came_back_and_all_of_it_adds_up() {
        let around = Around {
            book: "测试基金".to_owned(),
            owner: "测试慈善总会".to_owned(),
            programme: "慈善救助".to_owned(),
            signers: ["甲", "乙", "丙", ""].map(str::to_owned),
            printed_on: "2026年3月3日".to_owned(),
            note: None,
        };
        let made = paper(&batch(), &around, Lang::Zh);
        assert_eq!(made.faults(), []);
        let Block::Table { rows, total, .. } = &made.blocks[1] else { panic!("{made:?}") };
        assert_eq!((rows.len(), total[4].as_str()), (3, "505.00元"));
        assert_eq!(rows[1][3], "已退汇 · 账户已销户 · 2026年3月2日");
        let Block::Facts { facts } = &made.blocks[2] else { panic!("{made:?}") };
        let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(facts, [("已到账", "2 · 305.00元"), ("已退汇", "1 · 200.00元")]);
        let Block::Signatures { names } = &made.blocks[3] else { panic!("{made:?}") };
        assert_eq!(names, &["制单 甲", "审批 乙", "授权 丙", "出纳"]);
        let code = made.code.unwrap().text;
        assert_eq!(code, format!("shukun:batch:b1:9:3:50500:{}", "ab".repeat(32)));
    }
}
