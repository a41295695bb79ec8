//! A household's bills of a year at other prices.
//!
//! Every amount of a claim is multiplied and cut to whole fen, toward zero, part by part; the total is the sum of its
//! parts. So a reversal still takes back what it reverses, and at factor one nothing changes.

use std::collections::BTreeSet;

use shukun_base::{ClaimId, Exact, Fen, Rounding};
use shukun_engine::facts::{Claim, FactValue, HouseholdFacts};
use shukun_policy::program::{FactKind, Program, SettledColumn};

/// The claims that a year's settlement can see: up to the year's end, with the reversals of those whenever they came.
pub fn up_to_year(mut facts: HouseholdFacts, year: i16) -> HouseholdFacts {
    let kept: BTreeSet<ClaimId> = facts
        .claims
        .iter()
        .filter(|claim| claim.reverses_claim_id.is_none() && claim.incurred_on().year() <= year)
        .map(|claim| claim.claim_id)
        .collect();
    facts.claims.retain(|claim| kept.contains(&claim.reverses_claim_id.unwrap_or(claim.claim_id)));
    facts
}

/// Names of claim facts that are amounts.
pub fn money_facts(program: &Program) -> BTreeSet<String> {
    let declared = program.facts.iter().filter(|fact| fact.of_claim && fact.kind == FactKind::Money);
    let tiers = program.tiers.iter().filter(|tier| tier.settled == SettledColumn::Fact);
    declared.map(|fact| fact.name.clone()).chain(tiers.map(|tier| tier.name.clone())).collect()
}

/// What grows, by how much.
#[derive(Clone, Debug)]
pub struct Factors<'a> {
    /// Amounts of claims.
    pub cost: Exact,
    /// The household's income.
    pub income: Exact,
    /// Names of claim facts that are amounts.
    pub money_facts: &'a BTreeSet<String>,
}

/// The household at other prices.
pub fn scaled(facts: &HouseholdFacts, by: &Factors<'_>) -> HouseholdFacts {
    let mut scaled = facts.clone();
    scaled.claims.iter_mut().for_each(|claim| scale_claim(claim, by));
    if let Some(income) = &mut scaled.household.annual_income_fen {
        *income = times(*income, by.income);
    }
    scaled
}

fn scale_claim(claim: &mut Claim, by: &Factors<'_>) {
    let parts =
        |claim: &Claim| claim.in_scope_fen + claim.out_of_catalogue_fen + claim.over_limit_fen + claim.pre_selfpay_fen;
    let beside = claim.total_fen - parts(claim);
    for amount in [
        &mut claim.in_scope_fen,
        &mut claim.out_of_catalogue_fen,
        &mut claim.over_limit_fen,
        &mut claim.pre_selfpay_fen,
    ] {
        *amount = times(*amount, by.cost);
    }
    claim.total_fen = parts(claim) + times(beside, by.cost);
    for settled in [
        &mut claim.basic_paid_fen,
        &mut claim.critical_illness_paid_fen,
        &mut claim.medical_assistance_paid_fen,
        &mut claim.supplementary_paid_fen,
        &mut claim.other_paid_fen,
        &mut claim.account_paid_fen,
        &mut claim.cash_paid_fen,
    ] {
        *settled = settled.map(|amount| times(amount, by.cost));
    }
    for (name, value) in &mut claim.facts {
        if let FactValue::Number(fen) = value
            && by.money_facts.contains(name)
        {
            *fen = times(Fen(*fen), by.cost).0;
        }
    }
}

fn times(amount: Fen, factor: Exact) -> Fen {
    if factor == Exact::from_integer(1) { amount } else { Rounding::Down.apply(Exact::from(amount) * factor, Fen(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{claim, household};

    fn by(cost: Exact, money_facts: &BTreeSet<String>) -> Factors<'_> {
        Factors { cost, income: Exact::from_integer(1), money_facts }
    }

    #[test]
    fn parts_add_up_and_reversals_take_back_the_same() {
        let mut bill = claim(1, 1, 2022, 10, 7);
        bill.in_scope_fen = Fen(333);
        bill.out_of_catalogue_fen = Fen(667);
        bill.facts.insert("互助支付".into(), FactValue::Number(101));
        bill.facts.insert("次数".into(), FactValue::Number(101));
        let mut back = claim(2, 1, 2023, -10, -7);
        back.reverses_claim_id = Some(bill.claim_id);
        (back.in_scope_fen, back.out_of_catalogue_fen) = (Fen(-333), Fen(-667));
        let facts = up_to_year(household(1, Some(100), vec![bill, claim(3, 1, 2023, 5, 0), back]), 2022);
        assert_eq!(facts.claims.len(), 2, "the bill and its reversal");
        let names = BTreeSet::from(["互助支付".to_owned()]);
        let found = scaled(&facts, &by(Exact::new(11, 10), &names));
        let [bill, back] = found.claims.as_slice() else { panic!("two claims") };
        assert_eq!((bill.total_fen, bill.in_scope_fen, bill.out_of_catalogue_fen), (Fen(1_099), Fen(366), Fen(733)));
        assert_eq!(bill.basic_paid_fen, Some(Fen(770)));
        assert_eq!((bill.total_fen + back.total_fen, bill.in_scope_fen + back.in_scope_fen), (Fen(0), Fen(0)));
        assert_eq!(bill.facts["互助支付"], FactValue::Number(111));
        assert_eq!(bill.facts["次数"], FactValue::Number(101), "a count is no amount");
    }

    #[test]
    fn at_factor_one_nothing_changes() {
        let facts = household(1, Some(100), vec![claim(1, 1, 2022, 10, 7)]);
        assert_eq!(scaled(&facts, &by(Exact::from_integer(1), &BTreeSet::new())), facts);
    }
}
