//! The fund's statement for everybody: what was there, what came, what went, what is left, and how far the bank agrees.
//!
//! Knows no SQL: figures come in, taken at one cut of the ledger. What is too small to show is an empty slot. Start at
//! [`FundStatement::check`].

use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Day, Fen, Text, words};

use super::cells::FEWEST;
use super::notice::PlainName;
use super::payouts::{Payouts, ProgrammeKey};
use crate::BookId;
use crate::deciding::Signing;
use crate::ledger::{AccountClass, AccountCode, AccountHead, TransferCode};

shukun_base::text_id! {
    /// A statement on its way to the public, and the publication that it becomes.
    PublicationId
}

words! {
    /// Where money came from.
    pub enum Source {
        Donation "donation" "捐赠" "donations",
        Household "household" "家庭缴费" "households' contributions",
        Subsidy "subsidy" "财政补助" "public subsidy",
        Interest "interest" "利息" "interest",
        Recovered "recovered" "退回和追回的救助款" "relief that came back",
        Other "other" "其他" "other",
    }
}

/// What donors promised, and how far they kept it. Never part of the balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledges {
    /// Promised in all.
    pub promised: Fen,
    /// Of that, due by the cut.
    pub due: Fen,
    /// Of what was due, received.
    pub received: Fen,
}

/// How many days households waited from the resolution to the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaysToPay {
    /// Half of them at most.
    pub p50: u32,
    /// Nine of ten at most.
    pub p90: u32,
}

/// A resolution behind payouts, and who stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionNote {
    /// Its number.
    pub number: String,
    /// Hash of the signed minutes; none where they are not kept here.
    pub minutes: Option<ContentHash>,
    /// In which parts they were signed; no person is named.
    pub signed: Vec<Signing>,
}

/// Who gave in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Donors {
    /// Names that organisations and groups agreed to show, and aliases; a person's own name never stands here.
    pub named: Vec<PlainName>,
    /// What these gave together.
    pub named_amount: Fen,
    /// How many others gave.
    pub unnamed: usize,
    /// What the others gave together.
    pub unnamed_amount: Fen,
}

/// A statement over a period, at a cut of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundStatement {
    /// Whose.
    pub fund: PlainName,
    /// The book.
    pub book: BookId,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// What was there before the first day.
    pub opening: Fen,
    /// What came, by source.
    pub receipts: Vec<(Source, Fen)>,
    /// What was paid, by programme.
    pub payouts: Vec<Payouts>,
    /// What running it cost.
    pub fees: Fen,
    /// What went back to donors.
    pub refunds: Fen,
    /// What is left after the last day.
    pub closing: Fen,
    /// Of what is left, set apart for bad years.
    pub reserve: Fen,
    /// The last day up to which the bank's statements agree; none: not compared yet.
    pub reconciled_to: Option<Day>,
    /// Promises.
    pub pledges: Pledges,
    /// The resolutions behind the payouts.
    pub resolutions: Vec<ResolutionNote>,
    /// Hashes of the rules by which was decided.
    pub rules: Vec<ContentHash>,
    /// How many households were helped; none where they are fewer than eleven.
    pub households: Option<usize>,
    /// How long they waited; none where they are fewer than eleven.
    pub days_to_pay: Option<DaysToPay>,
    /// Who gave.
    pub donors: Donors,
    /// How many transfers the book held at the cut.
    pub ledger_seq: u64,
    /// The head of its chain at the cut.
    pub ledger_head: ContentHash,
}

/// Why a statement is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementFault {
    /// Opening and what came and went do not give what is left.
    DoesNotAdd,
    /// Cells of a programme do not give what it paid.
    CellsDoNotAdd,
    /// A cell or a count is of fewer than eleven households.
    TooFew,
    /// More was received of pledges than was due, or more due than promised.
    Pledges,
}

impl StatementFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            StatementFault::DoesNotAdd => Text::new(
                "期初、收入、支出与期末不平：请按同一时点的账重新生成。",
                "Opening, receipts and payments do not give the closing balance: draw it up again from one cut of the books.",
            ),
            StatementFault::CellsDoNotAdd => Text::new(
                "分地区的金额与该项目的总额不符：请重新生成。",
                "The amounts by place do not give the programme's total: draw it up again.",
            ),
            StatementFault::TooFew => Text::new(
                "有一格少于11户，不能公布：请并入上一级。",
                "A cell holds fewer than 11 households and may not be shown: roll it up.",
            ),
            StatementFault::Pledges => Text::new(
                "认捐的承诺、到期、到账数不合：请核对认捐记录。",
                "Promised, due and received pledges do not fit: check the pledges.",
            ),
        }
    }
}

/// Money that moved between two accounts for one reason, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The account debited.
    pub debit: AccountCode,
    /// The account credited.
    pub credit: AccountCode,
    /// Why.
    pub code: TransferCode,
    /// How much.
    pub amount: Fen,
}

/// What movements did to the fund's own money (net assets, income less expense): by what they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Brought forward from other books, when this one was opened.
    pub opening: Fen,
    /// What came, by source.
    pub receipts: std::collections::BTreeMap<Source, Fen>,
    /// What was paid, by programme, less what came back.
    pub payouts: std::collections::BTreeMap<ProgrammeKey, Fen>,
    /// Fees.
    pub fees: Fen,
    /// What went back to donors.
    pub refunds: Fen,
}

impl Flows {
    /// Sorts movements. What moves within the fund's own money, or not at all in it, is none.
    pub fn of(movements: &[Movement]) -> Flows {
        let mut flows = Flows::default();
        movements.iter().for_each(|movement| flows.add(movement));
        flows
    }

    fn add(&mut self, movement: &Movement) {
        let Movement { debit, credit, code, amount } = movement;
        let (own, comes) = match (is_own(debit), is_own(credit)) {
            (false, true) => (credit, *amount),
            (true, false) => (debit, -*amount),
            (true, true) | (false, false) => return,
        };
        match (own.head(), code) {
            (_, TransferCode::Opening) => self.opening += comes,
            (AccountHead::Relief, _) => {
                if let Some(programme) = own.part().and_then(ProgrammeKey::new) {
                    *self.payouts.entry(programme).or_default() += -comes;
                }
            }
            (AccountHead::ServiceFee | AccountHead::BankFee, _) => self.fees += -comes,
            (_, TransferCode::Refund) => self.refunds += -comes,
            (head, code) => *self.receipts.entry(source(head, *code)).or_default() += comes,
        }
    }

    /// What all of it did to the fund's own money.
    pub fn net(&self) -> Fen {
        let came: Fen = self.receipts.values().copied().sum();
        let went: Fen = self.payouts.values().copied().sum();
        self.opening + came - went - self.fees - self.refunds
    }
}

/// Net assets, income and expense: together what belongs to the fund.
pub fn is_own(account: &AccountCode) -> bool {
    matches!(account.class(), AccountClass::NetAssets | AccountClass::Income | AccountClass::Expense)
}

fn source(head: AccountHead, code: TransferCode) -> Source {
    match (head, code) {
        (AccountHead::Donation, _) | (_, TransferCode::Gift | TransferCode::PledgeReceived) => Source::Donation,
        (AccountHead::Contribution, _) | (_, TransferCode::Contribution) => Source::Household,
        (AccountHead::Subsidy, _) | (_, TransferCode::Subsidy) => Source::Subsidy,
        (AccountHead::Interest, _) | (_, TransferCode::Interest) => Source::Interest,
        (_, TransferCode::Recovery) => Source::Recovered,
        _ => Source::Other,
    }
}

impl FundStatement {
    /// What came in all.
    pub fn received(&self) -> Fen {
        self.receipts.iter().map(|(_, amount)| *amount).sum()
    }

    /// What was paid to households in all.
    pub fn paid(&self) -> Fen {
        self.payouts.iter().map(|payouts| payouts.amount).sum()
    }

    /// Whether it adds up and shows nothing too small.
    ///
    /// # Errors
    /// The first [`StatementFault`] that is found.
    pub fn check(&self) -> Result<(), StatementFault> {
        let left = self.opening + self.received() - self.paid() - self.fees - self.refunds;
        let cells = || self.payouts.iter().flat_map(|payouts| &payouts.cells);
        let adds = |payouts: &Payouts| {
            payouts.cells.is_empty() || payouts.cells.iter().map(|cell| cell.amount).sum::<Fen>() == payouts.amount
        };
        let Pledges { promised, due, received } = self.pledges;
        let few = |count: Option<usize>| count.is_some_and(|count| count < FEWEST);
        let is_few = few(self.households) || self.households.is_none() && self.days_to_pay.is_some();
        let faults = [
            (left != self.closing, StatementFault::DoesNotAdd),
            (!self.payouts.iter().all(adds), StatementFault::CellsDoNotAdd),
            (is_few || cells().any(|cell| cell.households < FEWEST), StatementFault::TooFew),
            (due > promised || received > promised, StatementFault::Pledges),
        ];
        faults.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, fault)| Err(fault))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::super::cells::{Area, Cell};
    use super::*;

    pub(in crate::publishing) fn statement() -> FundStatement {
        let name = |name| PlainName::new(name).unwrap();
        let cell = |households, amount| Cell { area: Area::RestOfCounty, month: None, households, amount };
        FundStatement {
            fund: name("慈善共富基金"),
            book: BookId::new("county").unwrap(),
            from: date(2026, 1, 1),
            to: date(2026, 12, 31),
            opening: Fen::yuan(100_000),
            receipts: vec![(Source::Donation, Fen::yuan(60_000)), (Source::Interest, Fen::yuan(10))],
            payouts: vec![Payouts {
                programmes: vec![ProgrammeKey::new("charity_relief").unwrap()],
                amount: Fen::yuan(90_000),
                cells: vec![cell(20, Fen::yuan(90_000))],
                hidden: None,
            }],
            fees: Fen::yuan(10),
            refunds: Fen::ZERO,
            closing: Fen::yuan(70_000),
            reserve: Fen::yuan(5000),
            reconciled_to: None,
            pledges: Pledges { promised: Fen::yuan(300), due: Fen::yuan(60), received: Fen::yuan(60) },
            resolutions: vec![ResolutionNote { number: "2026-3".to_owned(), minutes: None, signed: vec![] }],
            rules: vec![],
            households: Some(20),
            days_to_pay: None,
            donors: Donors {
                named: vec![name("测试商会")],
                named_amount: Fen::yuan(50_000),
                unnamed: 3,
                unnamed_amount: Fen::yuan(10_000),
            },
            ledger_seq: 9,
            ledger_head: ContentHash::new(&"0a".repeat(32)).unwrap(),
        }
    }

    #[test]
    fn a_statement_adds_up_to_the_fen_or_is_refused() {
        let good = statement();
        assert_eq!(good.check(), Ok(()));
        let closing = good.closing + Fen(1);
        assert_eq!(FundStatement { closing, ..good.clone() }.check(), Err(StatementFault::DoesNotAdd));
        let mut cells = good.clone();
        cells.payouts[0].cells[0].amount += Fen(1);
        assert_eq!(cells.check(), Err(StatementFault::CellsDoNotAdd));
        assert_eq!(FundStatement { households: Some(10), ..good.clone() }.check(), Err(StatementFault::TooFew));
        let pledges = Pledges { due: Fen::yuan(301), ..good.pledges };
        assert_eq!(FundStatement { pledges, ..good }.check(), Err(StatementFault::Pledges));
    }

    #[test]
    fn movements_are_sorted_and_add_up() {
        let moved = |debit: &str, credit: &str, code, amount| Movement {
            debit: AccountCode::new(debit).unwrap(),
            credit: AccountCode::new(credit).unwrap(),
            code,
            amount: Fen(amount),
        };
        let flows = Flows::of(&[
            moved("bank:main", "unrestricted", TransferCode::Opening, 1000),
            moved("bank:main", "donation", TransferCode::Gift, 700),
            moved("donation", "pot:r1", TransferCode::Allotment, 700),
            moved("pot:r1", "relief:charity", TransferCode::Funding, 300),
            moved("relief:charity", "approved-unpaid:charity", TransferCode::Payout, 300),
            moved("approved-unpaid:charity", "in-transit:b1", TransferCode::Sent, 300),
            moved("returned:closed", "relief:charity", TransferCode::BankReturn, 50),
            moved("bank-fee", "bank:main", TransferCode::BankFee, 2),
            moved("pot:r1", "refund-to-donor", TransferCode::Refund, 40),
        ]);
        assert_eq!((flows.opening, flows.fees, flows.refunds), (Fen(1000), Fen(2), Fen(40)));
        assert_eq!(flows.receipts.get(&Source::Donation), Some(&Fen(700)));
        assert_eq!(flows.payouts.values().copied().collect::<Vec<_>>(), [Fen(250)]);
        assert_eq!(flows.net(), Fen(1408));
    }
}
