//! The reference evaluator over a claims file: what every other result of a small size has to equal.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int16Array, Int64Array, UInt64Array};
use shukun_base::{ClaimId, Fen, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{Category, Claim, ClaimKind, Household, HouseholdFacts, Person};
use shukun_engine::outcome::{FAMILY, Settlement};
use shukun_engine::{Detail, Prepared};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

use crate::claims::{CATEGORIES, Claims, ClaimsFile, KINDS, NONE};
use crate::failure::{Failure, Outcome};
use crate::files::{Output, PAYERS, Work, split_schema, standings_schema};

/// Settles the file under the pack in the folder `pack`, household by household, and writes what the floor writes.
pub fn reference(work: Work, pack: &Path, path: &Path, out: &Path) -> Outcome<serde_json::Value> {
    let program = load(pack)?;
    let prepared = Prepared::new(&program);
    let schema = if work == Work::ClaimStream { split_schema() } else { standings_schema() };
    let mut output = Output::create(out, schema)?;
    let mut result = Rows::default();
    let households = households(path)?;
    for household in &households {
        result.add(work, &program, &prepared.settle(household, Detail::default()), household);
    }
    output.write(result.columns(work))?;
    output.close()?;
    Ok(serde_json::json!({"households": households.len()}))
}

/// All households of a file that fits into memory.
pub fn households(path: &Path) -> Outcome<Vec<HouseholdFacts>> {
    let more = ["claim_id", "household_id", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
    let file = ClaimsFile::open(path, &more)?;
    let mut households: Vec<HouseholdFacts> = Vec::new();
    for group in 0..file.row_groups() {
        let claims = file.read(group)?;
        for row in 0..claims.person.len() {
            let id = HouseholdId(claims.household[row]);
            if households.last().is_none_or(|last| last.household.household_id != id) {
                households.push(empty_household(id)?);
            }
            if let Some(household) = households.last_mut() {
                add_claim(household, &claims, row)?;
            }
        }
    }
    Ok(households)
}

/// A household of which only the bills are known.
fn empty_household(id: HouseholdId) -> Outcome<HouseholdFacts> {
    let household = Household { household_id: id, region_code: region()?, annual_income_fen: None, members: 1 };
    let (persons, certifications, claims, resolutions) = Default::default();
    Ok(HouseholdFacts { household, persons, certifications, claims, resolutions })
}

fn region() -> Outcome<RegionCode> {
    RegionCode::new("330000000000").ok_or_else(|| Failure("no region".to_owned()))
}

fn add_claim(household: &mut HouseholdFacts, claims: &Claims, row: usize) -> Outcome<()> {
    let person_id = PersonId(claims.person[row]);
    if household.persons.last().is_none_or(|last| last.person_id != person_id) {
        household.persons.push(Person {
            person_id,
            household_id: household.household.household_id,
            birth_date: None,
            sex: None,
            region_code: region()?,
            insurance: None,
            local_register: None,
            disability_certificate: None,
            facts: BTreeMap::new(),
        });
    }
    let code = |code: u8, words: &[&str]| words.get(usize::from(code)).map(|word| serde_json::Value::from(*word));
    let kind: ClaimKind = serde_json::from_value(code(claims.kind[row], &KINDS).unwrap_or_default())?;
    let category: Option<Category> = code(claims.category[row], &CATEGORIES).map(serde_json::from_value).transpose()?;
    let day = |days: i32| jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days));
    household.claims.push(Claim {
        claim_id: ClaimId(claims.claim_id[row]),
        settlement_no: None,
        person_id,
        admitted_on: None,
        discharged_on: claims
            .discharged
            .as_ref()
            .is_none_or(|days| days.is_valid(row))
            .then(|| day(claims.incurred[row]))
            .transpose()?,
        settled_on: day(claims.settled[row])?,
        kind,
        institution_code: String::new(),
        hospital_level: (claims.level[row] != NONE).then_some(claims.level[row] as i8),
        out_of_area: None,
        drg_code: None,
        principal_diagnosis: None,
        settled_category: category,
        total_fen: Fen(claims.total[row]),
        in_scope_fen: Fen(claims.in_scope[row]),
        out_of_catalogue_fen: Fen(claims.out_of_catalogue[row]),
        over_limit_fen: Fen(claims.over_limit[row]),
        pre_selfpay_fen: Fen(claims.pre_selfpay[row]),
        basic_paid_fen: None,
        critical_illness_paid_fen: None,
        medical_assistance_paid_fen: None,
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: BTreeMap::new(),
    });
    Ok(())
}

/// The result, row by row.
#[derive(Default)]
struct Rows {
    /// claim and person, or person and household
    ids: [Vec<u64>; 2],
    year: Vec<i16>,
    money: [Vec<i64>; 5],
    paid: [Vec<i64>; 5],
}

impl Rows {
    fn add(&mut self, work: Work, program: &Program, settled: &Settlement, facts: &HouseholdFacts) {
        match work {
            Work::ClaimStream => self.add_claims(program, settled, facts),
            Work::PersonYear => self.add_years(settled),
        }
    }

    fn add_claims(&mut self, program: &Program, settled: &Settlement, facts: &HouseholdFacts) {
        for claim in &facts.claims {
            let mut paid = [0; 5];
            for posting in settled.postings.iter().filter(|posting| posting.claim_id == Some(claim.claim_id)) {
                paid[payer_of(program, &posting.rule)] += posting.amount_fen.0;
            }
            self.push([claim.claim_id.0, claim.person_id.0], paid);
        }
    }

    fn add_years(&mut self, settled: &Settlement) {
        for standing in &settled.standings {
            let mut paid = [0, 0, 0, 0, standing.family_fen.0];
            paid.iter_mut().zip(&standing.paid_fen).for_each(|(paid, (_, fen))| *paid = fen.0);
            self.push([standing.person_id.0, standing.household_id.0], paid);
            self.year.push(standing.year);
            let money = [
                standing.total_fen,
                standing.in_scope_fen,
                standing.out_of_catalogue_fen,
                standing.over_limit_fen,
                standing.pre_selfpay_fen,
            ];
            self.money.iter_mut().zip(money).for_each(|(column, fen)| column.push(fen.0));
        }
    }

    fn push(&mut self, ids: [u64; 2], paid: [i64; 5]) {
        self.ids.iter_mut().zip(ids).for_each(|(column, id)| column.push(id));
        self.paid.iter_mut().zip(paid).for_each(|(column, fen)| column.push(fen));
    }

    fn columns(self, work: Work) -> Vec<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::new();
        columns.extend(self.ids.map(|ids| Arc::new(UInt64Array::from(ids)) as ArrayRef));
        if work == Work::PersonYear {
            columns.push(Arc::new(Int16Array::from(self.year)));
            columns.extend(self.money.map(|fen| Arc::new(Int64Array::from(fen)) as ArrayRef));
        }
        columns.extend(self.paid.map(|fen| Arc::new(Int64Array::from(fen)) as ArrayRef));
        columns
    }
}

/// The place of a rule's payer; the family comes last.
fn payer_of(program: &Program, rule: &str) -> usize {
    let tier = program.rules.iter().find(|known| known.name == rule).and_then(|rule| program.tiers.get(rule.tier.0));
    let payer = tier.and_then(|tier| PAYERS.iter().position(|payer| *payer == tier.name));
    payer.unwrap_or(if rule == FAMILY { PAYERS.len() } else { usize::MAX })
}

/// Links the one pack of a folder.
pub fn load(folder: &Path) -> Outcome<Program> {
    let read = |name: &str| -> Outcome<(String, Vec<u8>)> {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        Ok((name.to_owned(), bytes))
    };
    let (set, _) = PackSet::read(vec![vec![read("pack.toml")?, read("规则.md")?]]);
    let (program, findings) = link(&set, &Choices::default());
    program.ok_or_else(|| Failure(format!("{}: {findings:?}", folder.display())))
}
