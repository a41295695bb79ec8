//! Whether the rows of a case document fit together. What the engine would leave out or count once without a word is
//! a problem here, because a case is written by hand to be understood.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{ClaimId, Fen, PersonId, Text};
use shukun_engine::facts::{Certification, Claim, HouseholdFacts};

use super::CaseProblem;

/// A column's name and its value on a claim.
type MoneyColumn = (&'static str, fn(&Claim) -> Option<Fen>);

/// The columns of a bill that hold money.
const MONEY: [MoneyColumn; 12] = [
    ("total_fen", |claim| Some(claim.total_fen)),
    ("in_scope_fen", |claim| Some(claim.in_scope_fen)),
    ("out_of_catalogue_fen", |claim| Some(claim.out_of_catalogue_fen)),
    ("over_limit_fen", |claim| Some(claim.over_limit_fen)),
    ("pre_selfpay_fen", |claim| Some(claim.pre_selfpay_fen)),
    ("basic_paid_fen", |claim| claim.basic_paid_fen),
    ("critical_illness_paid_fen", |claim| claim.critical_illness_paid_fen),
    ("medical_assistance_paid_fen", |claim| claim.medical_assistance_paid_fen),
    ("supplementary_paid_fen", |claim| claim.supplementary_paid_fen),
    ("other_paid_fen", |claim| claim.other_paid_fen),
    ("account_paid_fen", |claim| claim.account_paid_fen),
    ("cash_paid_fen", |claim| claim.cash_paid_fen),
];

/// Every way in which the rows of a document do not fit together.
pub(super) fn check(facts: &HouseholdFacts) -> Vec<CaseProblem> {
    let mut checker = Checker { facts, problems: Vec::new() };
    checker.persons();
    checker.household();
    facts.certifications.iter().enumerate().for_each(|(index, row)| checker.certification(index, row));
    checker.twice("claims", "claim_id", facts.claims.iter().map(|claim| claim.claim_id.0));
    facts.claims.iter().enumerate().for_each(|(index, claim)| checker.claim(index, claim));
    checker.nets();
    for (index, row) in facts.resolutions.iter().enumerate() {
        checker.known_person(&format!("resolutions[{index}]"), row.person_id);
        if row.amount_fen.is_negative() {
            checker.say(format!("resolutions[{index}].amount_fen"), below_nothing());
        }
    }
    checker.problems
}

fn below_nothing() -> Text {
    Text::new(
        "金额小于零；只有冲正（写 reverses_claim_id）才用负数",
        "the amount is below zero; only a reversal (with reverses_claim_id) carries negative amounts",
    )
}

struct Checker<'a> {
    facts: &'a HouseholdFacts,
    problems: Vec<CaseProblem>,
}

impl Checker<'_> {
    fn say(&mut self, place: String, what: Text) {
        self.problems.push(CaseProblem { place, what });
    }

    /// The same number twice: the later place names the earlier.
    fn twice(&mut self, list: &str, column: &str, ids: impl Iterator<Item = u64>) {
        let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
        for (index, id) in ids.enumerate() {
            if let Some(first) = seen.get(&id) {
                let what = Text::new(
                    format!("{column} 与 {list}[{first}] 相同；每一条要有自己的编号，也可以都不写"),
                    format!("{column} is that of {list}[{first}]; give each its own, or leave all of them out"),
                );
                self.say(format!("{list}[{index}].{column}"), what);
            } else {
                seen.insert(id, index);
            }
        }
    }

    fn persons(&mut self) {
        let facts = self.facts;
        self.twice("persons", "person_id", facts.persons.iter().map(|person| person.person_id.0));
        for (index, person) in facts.persons.iter().enumerate() {
            if person.household_id != facts.household.household_id {
                let what = Text::new(
                    "household_id 与 household 的不同；一份算例只写一户，也可以不写",
                    "household_id is not that of the household; a case is one household; it may be left out",
                );
                self.say(format!("persons[{index}].household_id"), what);
            }
        }
    }

    fn household(&mut self) {
        if self.facts.household.annual_income_fen.is_some_and(Fen::is_negative) {
            let what = Text::new("收入小于零；不知道就不写", "an income below zero; leave it out if it is not known");
            self.say("household.annual_income_fen".to_owned(), what);
        }
    }

    fn known_person(&mut self, place: &str, person: PersonId) {
        if !self.facts.persons.iter().any(|known| known.person_id == person) {
            let what = Text::new(
                "这份算例里没有这个人；改正 person_id，或在 persons 里加上这个人",
                "no person of this case has this number; correct person_id or add the person to persons",
            );
            self.say(format!("{place}.person_id"), what);
        }
    }

    fn certification(&mut self, index: usize, row: &Certification) {
        let place = format!("certifications[{index}]");
        self.known_person(&place, row.person_id);
        if row.valid_to.is_some_and(|to| to < row.valid_from) {
            let what = Text::new(
                "失效日期 valid_to 早于生效日期 valid_from；改正其中之一",
                "valid_to is before valid_from; correct one of them",
            );
            self.say(format!("{place}.valid_to"), what);
        }
    }

    fn claim(&mut self, index: usize, claim: &Claim) {
        let place = format!("claims[{index}]");
        self.known_person(&place, claim.person_id);
        if claim.admitted_on.zip(claim.discharged_on).is_some_and(|(admitted, discharged)| admitted > discharged) {
            let what = Text::new(
                "入院日期 admitted_on 晚于出院日期 discharged_on；改正其中之一",
                "admitted_on is after discharged_on; correct one of them",
            );
            self.say(format!("{place}.admitted_on"), what);
        }
        let Some(reversed) = claim.reverses_claim_id else { return self.no_negative(&place, claim) };
        let original = self.original_of(claim);
        if original.is_none_or(|original| original.person_id != claim.person_id) {
            let what = Text::new(
                "没有这一笔可以冲正：要写本算例里同一个人的另一笔费用的 claim_id",
                "there is no such claim to reverse: write the claim_id of another claim of the same person here",
            );
            self.say(format!("{place}.reverses_claim_id"), what);
        } else if original.is_some_and(|original| original.claim_id == reversed) {
            self.no_positive(&place, claim);
        }
    }

    fn no_negative(&mut self, place: &str, claim: &Claim) {
        for (name, of) in MONEY {
            if of(claim).is_some_and(Fen::is_negative) {
                self.say(format!("{place}.{name}"), below_nothing());
            }
        }
    }

    fn no_positive(&mut self, place: &str, claim: &Claim) {
        for (name, of) in MONEY {
            if of(claim).is_some_and(|amount| amount > Fen::ZERO) {
                let what = Text::new("冲正的金额应是负数或零", "a reversal carries negative amounts or zero");
                self.say(format!("{place}.{name}"), what);
            }
        }
    }

    /// Follows reversals of reversals to the bill they began with.
    fn original_of(&self, claim: &Claim) -> Option<&Claim> {
        let mut next = claim.reverses_claim_id;
        let mut current = None;
        let mut passed: BTreeSet<ClaimId> = BTreeSet::new();
        while let Some(id) = next.filter(|id| *id != claim.claim_id) {
            if !passed.insert(id) {
                return None;
            }
            current = self.facts.claims.iter().find(|other| other.claim_id == id);
            next = current?.reverses_claim_id;
        }
        current.filter(|found| found.reverses_claim_id.is_none())
    }

    /// What reversals leave of a bill is not below nothing.
    fn nets(&mut self) {
        let mut reversals: BTreeMap<ClaimId, Vec<usize>> = BTreeMap::new();
        for (index, claim) in self.facts.claims.iter().enumerate() {
            if let Some(original) = claim.reverses_claim_id.and_then(|_| self.original_of(claim)) {
                reversals.entry(original.claim_id).or_default().push(index);
            }
        }
        for (original, of_it) in reversals {
            let claims = &self.facts.claims;
            let all: Vec<&Claim> = claims
                .iter()
                .enumerate()
                .filter(|(index, claim)| claim.claim_id == original || of_it.contains(index))
                .map(|(_, claim)| claim)
                .collect();
            let Some(last) = of_it.last() else { continue };
            for (name, of) in MONEY {
                let left: Fen = all.iter().filter_map(|claim| of(claim)).sum();
                let had = all
                    .iter()
                    .any(|claim| claim.reverses_claim_id.is_none() && of(claim).is_some_and(Fen::is_negative));
                if left.is_negative() && !had {
                    let over = -left;
                    let what = Text::new(
                        format!("冲正比原来这一笔多 {over} 元；冲正不能超过原金额"),
                        format!("the reversal takes {over} yuan more than the claim had; it cannot take more"),
                    );
                    self.say(format!("claims[{last}].{name}"), what);
                }
            }
        }
    }
}
