//! The kernel's columns back to rows: standings and postings, as the reference evaluator tells them.

use shukun_base::{Fen, HouseholdId, PersonId};

use super::answer::YearRows;
use super::chunk::{Chunk, NO_AMOUNT, NO_CODE};
use super::run::bills::read;
use crate::evaluate::prepared::Prepared;
use crate::outcome::{Colour, Standing};

/// The standing in row `row` of the person-years.
pub(crate) fn standing(prepared: &Prepared<'_>, chunk: &Chunk<'_>, years: &YearRows, row: usize) -> Standing {
    let program = prepared.program;
    let person = read(&years.person, row, u32::MAX) as usize;
    let household = read(&chunk.persons.household, person, u32::MAX) as usize;
    let at = |column: &[i64]| Fen(read(column, row, 0));
    let [total, in_scope, out_of_catalogue, over_limit, pre_selfpay] = &years.money;
    let named = |names: Vec<String>, columns: &[Vec<i64>]| {
        let known = names.into_iter().zip(columns).map(|(name, column)| (name, read(column, row, NO_AMOUNT)));
        known.filter(|(_, amount)| *amount != NO_AMOUNT).map(|(name, amount)| (name, Fen(amount))).collect::<Vec<_>>()
    };
    let mut cap_left = std::collections::BTreeMap::new();
    for (rule, left) in named(program.rules.iter().map(|rule| rule.name.clone()).collect(), &years.cap_left_fen) {
        let tightest = cap_left.entry(rule).or_insert(left);
        *tightest = left.min(*tightest);
    }
    Standing {
        person_id: PersonId(read(&chunk.persons.id, person, 0)),
        household_id: HouseholdId(read(&chunk.households.id, household, 0)),
        year: read(&years.year, row, 0),
        total_fen: at(total),
        in_scope_fen: at(in_scope),
        out_of_catalogue_fen: at(out_of_catalogue),
        over_limit_fen: at(over_limit),
        pre_selfpay_fen: at(pre_selfpay),
        paid_fen: program.tiers.iter().zip(&years.paid_fen).map(|(tier, paid)| (tier.name.clone(), at(paid))).collect(),
        family_fen: at(&years.family_fen),
        burden_fen: named(program.measures.iter().map(|measure| measure.name.clone()).collect(), &years.burden_fen)
            .into_iter()
            .collect(),
        colour: colour(read(&years.colour, row, NO_CODE)),
        cap_left_fen: cap_left,
    }
}

fn colour(code: u8) -> Option<Colour> {
    match code {
        0 => Some(Colour::Yellow),
        1 => Some(Colour::Orange),
        2 => Some(Colour::Red),
        _ => None,
    }
}
