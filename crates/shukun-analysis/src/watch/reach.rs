//! Whom an alert can reach at all: asked by trying. One more bill, far above every line and paid by nobody, is added to
//! what is known; who gets a colour from it meets the alert's conditions (对象) as far as they are known.
//!
//! So the conditions stay where they are written, in the pack. Used only to choose whom a prediction is about; the
//! bill never leaves this module. Start at [`reachable`].

use std::collections::BTreeSet;

use shukun_base::{ClaimId, Day, Fen, PersonId};
use shukun_engine::facts::{Claim, ClaimKind, Facts, HouseholdFacts};

use super::Watch;

/// A hundred million yuan: above every line that anybody draws.
const FAR_ABOVE: Fen = Fen::yuan(100_000_000);

/// Of each household, who would get a colour for the year of `day`.
pub(super) fn reachable(watch: &Watch<'_>, households: &[&HouseholdFacts], day: Day) -> Vec<BTreeSet<PersonId>> {
    let tried: Vec<HouseholdFacts> = households.iter().map(|facts| with_one_more_bill(facts, day)).collect();
    let standings = watch.standings_of(&tried);
    let coloured = |rows: Vec<shukun_engine::outcome::Standing>| {
        rows.into_iter().filter(|row| row.year == day.year() && row.colour.is_some()).map(|row| row.person_id).collect()
    };
    standings.into_iter().map(coloured).collect()
}

fn with_one_more_bill(facts: &HouseholdFacts, day: Day) -> HouseholdFacts {
    let mut tried = facts.clone();
    let ids = (0..=u64::MAX).rev();
    tried.claims.extend(facts.persons.iter().zip(ids).map(|(person, id)| bill(ClaimId(id), person.person_id, day)));
    tried
}

fn bill(claim_id: ClaimId, person_id: PersonId, day: Day) -> Claim {
    Claim {
        claim_id,
        settlement_no: None,
        person_id,
        admitted_on: Some(day),
        discharged_on: Some(day),
        settled_on: day,
        kind: ClaimKind::Inpatient,
        institution_code: String::new(),
        hospital_level: Some(3),
        out_of_area: Some(false),
        drg_code: None,
        principal_diagnosis: None,
        settled_category: None,
        total_fen: FAR_ABOVE,
        in_scope_fen: FAR_ABOVE,
        out_of_catalogue_fen: Fen::ZERO,
        over_limit_fen: Fen::ZERO,
        pre_selfpay_fen: Fen::ZERO,
        basic_paid_fen: Some(Fen::ZERO),
        critical_illness_paid_fen: Some(Fen::ZERO),
        medical_assistance_paid_fen: Some(Fen::ZERO),
        supplementary_paid_fen: Some(Fen::ZERO),
        other_paid_fen: Some(Fen::ZERO),
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: Facts::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{claim, day, household, person, ruian};
    use super::*;
    use shukun_engine::facts::{Category, Certification};

    #[test]
    fn who_is_certified_or_not_local_is_not_reached() {
        let program = ruian();
        let watch = Watch::new(&program).unwrap();
        let mut facts = household((1..=4).map(person).collect(), vec![claim(9, 1, "2024-02-01", "2024-02-01", 1_000)]);
        facts.persons[1].local_register = Some(false);
        facts.persons[2].local_register = None;
        facts.certifications.push(Certification {
            person_id: PersonId(4),
            category: Category::Dibao,
            valid_from: day("2023-01-01"),
            valid_to: None,
            certified_on: day("2023-01-01"),
            applied_on: None,
            due_to_illness: false,
        });
        let found = reachable(&watch, &[&facts], day("2024-05-31"));
        assert_eq!(found, [BTreeSet::from([PersonId(1)])]);
    }
}
