//! A household settled bill by bill: what each payer and each rule paid of every bill, without postings.
//!
//! What columns of splits and sums are made of. Start at [`Prepared::settle_split`].

use shukun_base::{ClaimId, Fen};
use shukun_policy::program::{Payer, RuleIx};

use super::{Detail, Prepared, Run};
use crate::facts::HouseholdFacts;
use crate::outcome::Standing;

/// Who paid one bill, period-level payments included; after reversals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillSplit {
    /// The claim.
    pub claim_id: ClaimId,
    /// 费用总额
    pub total_fen: Fen,
    /// By tier (层级), payers first to last.
    pub paid_fen: Vec<Fen>,
    /// By rule; what was settled under a tier is no rule's.
    pub rule_fen: Vec<Fen>,
    /// What stays with the family.
    pub family_fen: Fen,
}

/// One household, bill by bill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitSettlement {
    /// Bills in the order in which they were settled. Rows that reversals leave out are not among them.
    pub bills: Vec<BillSplit>,
    /// One row per person and year with a bill.
    pub standings: Vec<Standing>,
}

impl<'a> Prepared<'a> {
    /// Settles one household and says of every bill who paid it.
    pub fn settle_split(&self, facts: &HouseholdFacts) -> SplitSettlement {
        let run = Run::begin(self, facts, Detail::BRIEF).finish();
        let bills = (0..run.events.len()).filter_map(|event| run.bill(event)).collect();
        SplitSettlement { bills, standings: run.out.standings }
    }
}

impl Run<'_> {
    fn bill(&self, event: usize) -> Option<BillSplit> {
        let of = self.events.get(event)?;
        let by_rule = |rule: usize| self.books.paid_by(&[Payer::Rule(RuleIx(rule))], event);
        Some(BillSplit {
            claim_id: of.claim.claim_id,
            total_fen: of.total(),
            paid_fen: (0..self.program.tiers.len()).map(|tier| self.books.paid_by_tier(tier, event)).collect(),
            rule_fen: (0..self.program.rules.len()).map(by_rule).collect(),
            family_fen: self.books.left(event),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{A_YEAR, at_period_end, claim, household, program, rated, reversal, rule};
    use jiff::civil::date;

    #[test]
    fn bills_add_up_and_agree_with_the_standing() {
        let by_claim = rule("大病保险", rated(50));
        let at_end = at_period_end(rule("医疗救助", rated(40)), A_YEAR);
        let program = program(vec![by_claim, at_end]);
        let taken_back = claim(3, 1, date(2022, 5, 1), 300);
        let back = reversal(4, &taken_back, 300);
        let claims = vec![claim(1, 1, date(2022, 1, 1), 1_000), claim(2, 1, date(2022, 2, 1), 500), taken_back, back];
        let facts = household(claims);
        let split = Prepared::new(&program).settle_split(&facts);
        assert_eq!(split.standings, Prepared::new(&program).settle(&facts, Detail::BRIEF).standings);
        let ids: Vec<u64> = split.bills.iter().map(|bill| bill.claim_id.0).collect();
        assert_eq!(ids, [1, 2]);
        for bill in &split.bills {
            assert_eq!(bill.paid_fen.iter().copied().sum::<Fen>() + bill.family_fen, bill.total_fen);
            assert_eq!(bill.rule_fen, bill.paid_fen[1..]);
            assert_eq!(bill.rule_fen[0], Fen(bill.total_fen.0 / 2));
            assert!(bill.rule_fen[1] > Fen::ZERO);
        }
        let left: Fen = split.bills.iter().map(|bill| bill.family_fen).sum();
        assert_eq!(split.standings[0].family_fen, left);
    }
}
