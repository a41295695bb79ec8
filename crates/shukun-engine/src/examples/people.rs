//! Rows of an example as one household: persons, certifications, claims, resolutions.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use shukun_base::{ClaimId, Day, Fen, HouseholdId, Lang, PersonId, RegionCode, Text};
use shukun_policy::document::{Cell, Span};
use shukun_policy::program::{FactDecl, FactKind, Program, SettledColumn};
use shukun_policy::registry;

use super::cells::{self, Read, error, is_dash};
use super::heads::Input;
use crate::facts::{
    Certification, Claim, ClaimKind, FactValue, Household, HouseholdFacts, Insurance, Person, Resolution,
};

/// What one row gives: 设 first, then its own cells.
pub(super) struct Row {
    /// Where it stands.
    pub(super) place: Span,
    /// Inputs that are not empty.
    pub(super) given: Vec<(Input, Cell)>,
}

/// Builds the household of the rows of one case. Each row is a claim; `rule` is the one that 议定金额 belongs to.
pub(super) fn household(
    rows: &[Row],
    rule: Option<&str>,
    region: &RegionCode,
    program: &Program,
) -> Read<HouseholdFacts> {
    let home =
        Household { household_id: HouseholdId(1), region_code: region.clone(), annual_income_fen: None, members: 1 };
    let facts = HouseholdFacts {
        household: home,
        persons: Vec::new(),
        certifications: Vec::new(),
        claims: Vec::new(),
        resolutions: Vec::new(),
    };
    let mut builder = Builder { facts, labels: BTreeMap::new(), rule, region, program };
    for row in rows {
        builder.row(row)?;
    }
    let members = i16::try_from(builder.facts.persons.len()).unwrap_or(i16::MAX);
    builder.facts.household.members = builder.facts.household.members.max(members);
    Ok(builder.facts)
}

struct Builder<'a> {
    facts: HouseholdFacts,
    labels: BTreeMap<String, PersonId>,
    rule: Option<&'a str>,
    region: &'a RegionCode,
    program: &'a Program,
}

/// What a row says of the certification and of dates, before they are put together.
#[derive(Default)]
struct Dates {
    incurred: Option<Day>,
    settled: Option<Day>,
    category: Option<crate::facts::Category>,
    certified: Option<Day>,
    applied: Option<Day>,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    due_to_illness: bool,
    not_new: bool,
    age: Option<i16>,
    resolved: Option<Fen>,
    total: Option<Fen>,
}

impl Builder<'_> {
    fn row(&mut self, row: &Row) -> Read<()> {
        let person = self.person(row);
        let mut claim = empty_claim(self.facts.claims.len(), person);
        let mut dates = Dates::default();
        for (input, cell) in &row.given {
            match input {
                Input::Settled(tier) => self.settled(tier, cell, &mut claim)?,
                Input::Declared(fact) => self.declared(fact, cell, &mut claim)?,
                Input::Known(word) => self.known(word, cell, &mut claim, &mut dates)?,
            }
        }
        self.date_claim(&dates, row.place, &mut claim)?;
        sum_up(&mut claim, dates.total);
        self.certify(&dates, row.place, person)?;
        self.resolve(&dates, row.place, &claim)?;
        if let (Some(age), Some(person)) =
            (dates.age, self.facts.persons.iter_mut().find(|one| one.person_id == person))
        {
            person.birth_date = claim.incurred_on().checked_sub(i64::from(age).years()).ok();
        }
        self.facts.claims.push(claim);
        Ok(())
    }

    /// The person that the row's 人员 names; the same one where it names none.
    fn person(&mut self, row: &Row) -> PersonId {
        let label = row.given.iter().find(|(input, _)| *input == Input::Known("person"));
        let label = label.map(|(_, cell)| cell.text.clone()).unwrap_or_default();
        if let Some(known) = self.labels.get(&label) {
            return *known;
        }
        let person_id = PersonId(self.facts.persons.len() as u64 + 1);
        self.labels.insert(label, person_id);
        self.facts.persons.push(Person {
            person_id,
            household_id: HouseholdId(1),
            birth_date: None,
            sex: None,
            region_code: self.region.clone(),
            insurance: None,
            local_register: None,
            disability_certificate: None,
            facts: BTreeMap::new(),
        });
        person_id
    }

    fn settled(&mut self, tier: &str, cell: &Cell, claim: &mut Claim) -> Read<()> {
        let amount = cells::money(cell)?;
        let column = self.program.tiers.iter().find(|known| known.name == tier).map(|known| known.settled);
        let slot = match column {
            Some(SettledColumn::Basic) => &mut claim.basic_paid_fen,
            Some(SettledColumn::CriticalIllness) => &mut claim.critical_illness_paid_fen,
            Some(SettledColumn::MedicalAssistance) => &mut claim.medical_assistance_paid_fen,
            Some(SettledColumn::Supplementary) => &mut claim.supplementary_paid_fen,
            Some(SettledColumn::Other) => &mut claim.other_paid_fen,
            Some(SettledColumn::Fact) | None => {
                claim.facts.insert(tier.to_owned(), FactValue::Number(amount.0));
                return Ok(());
            }
        };
        *slot = Some(amount);
        Ok(())
    }

    fn declared(&mut self, name: &str, cell: &Cell, claim: &mut Claim) -> Read<()> {
        let Some(declared) = self.program.facts.iter().find(|fact| fact.name == name) else { return Ok(()) };
        let value = fact_value(declared, cell)?;
        let person = self.facts.persons.iter_mut().find(|person| person.person_id == claim.person_id);
        match person {
            Some(person) if !declared.of_claim => person.facts.insert(name.to_owned(), value),
            _ => claim.facts.insert(name.to_owned(), value),
        };
        Ok(())
    }

    fn known(&mut self, word: &str, cell: &Cell, claim: &mut Claim, dates: &mut Dates) -> Read<()> {
        match word {
            "total" => dates.total = Some(cells::money(cell)?),
            "in_scope" => claim.in_scope_fen = cells::money(cell)?,
            "out_of_catalogue" => claim.out_of_catalogue_fen = cells::money(cell)?,
            "over_limit" => claim.over_limit_fen = cells::money(cell)?,
            "pre_selfpay" => claim.pre_selfpay_fen = cells::money(cell)?,
            "kind" => claim.kind = cells::kind(cell)?,
            "hospital_level" => claim.hospital_level = Some(cells::small(cell)?),
            "out_of_area" => claim.out_of_area = Some(cells::flag(cell)?),
            "drg_code" => claim.drg_code = Some(cell.text.clone()),
            "principal_diagnosis" => claim.principal_diagnosis = Some(cell.text.clone()),
            "institution" => claim.institution_code = cell.text.clone(),
            "admitted_on" => claim.admitted_on = Some(cells::day(cell)?),
            "incurred_on" | "discharged_on" => dates.incurred = Some(cells::day(cell)?),
            "settled_on" => dates.settled = Some(cells::day(cell)?),
            "resolved_amount" => dates.resolved = Some(cells::money(cell)?),
            "person" => {}
            _ => return self.of_person(word, cell, claim.person_id, dates),
        }
        Ok(())
    }

    fn of_person(&mut self, word: &str, cell: &Cell, id: PersonId, dates: &mut Dates) -> Read<()> {
        match word {
            "category" => dates.category = Some(cells::category(cell)?),
            "certified_on" => dates.certified = Some(cells::day(cell)?),
            "applied_on" => dates.applied = Some(cells::day(cell)?),
            "valid_from" => dates.valid_from = Some(cells::day(cell)?),
            "valid_to" => dates.valid_to = Some(cells::day(cell)?),
            "due_to_illness" => dates.due_to_illness = cells::flag(cell)?,
            "newly_certified" => dates.not_new = !cells::flag(cell)?,
            "age" => dates.age = Some(cells::small(cell)?),
            "household_income" => self.facts.household.annual_income_fen = Some(cells::money(cell)?),
            "household_members" => self.facts.household.members = cells::small(cell)?,
            _ => return self.of_register(word, cell, id),
        }
        Ok(())
    }

    fn of_register(&mut self, word: &str, cell: &Cell, id: PersonId) -> Read<()> {
        let Some(person) = self.facts.persons.iter_mut().find(|person| person.person_id == id) else { return Ok(()) };
        match word {
            "sex" => person.sex = Some(cells::sex(cell)?),
            "insurance" => person.insurance = Some(cells::insurance(cell)?),
            // the roster holds a kind of insurance, or nothing is known
            "insured" if cells::flag(cell)? => person.insurance = person.insurance.or(Some(Insurance::Resident)),
            "local_register" => person.local_register = Some(cells::flag(cell)?),
            "disability_certificate" => person.disability_certificate = Some(cells::flag(cell)?),
            _ => return Err(not_an_input(cell)),
        }
        Ok(())
    }

    fn date_claim(&self, dates: &Dates, place: Span, claim: &mut Claim) -> Read<()> {
        let Some(day) = dates.incurred.or(dates.settled) else { return Err(missing_day(place, "incurred_on")) };
        claim.discharged_on = dates.incurred;
        claim.settled_on = dates.settled.unwrap_or(day);
        Ok(())
    }

    fn certify(&mut self, dates: &Dates, place: Span, person_id: PersonId) -> Read<()> {
        let Some(category) = dates.category else { return Ok(()) };
        let Some(certified_on) = dates.certified.or(dates.valid_from) else {
            return Err(missing_day(place, "certified_on"));
        };
        let valid_from = dates.valid_from.unwrap_or(certified_on);
        let certification = Certification {
            person_id,
            category,
            valid_from,
            valid_to: dates.valid_to,
            certified_on,
            applied_on: dates.applied,
            due_to_illness: dates.due_to_illness,
        };
        if dates.not_new {
            self.add_certification(earlier(&certification));
        }
        self.add_certification(certification);
        Ok(())
    }

    fn add_certification(&mut self, certification: Certification) {
        if !self.facts.certifications.contains(&certification) {
            self.facts.certifications.push(certification);
        }
    }

    fn resolve(&mut self, dates: &Dates, place: Span, claim: &Claim) -> Read<()> {
        let Some(amount_fen) = dates.resolved else { return Ok(()) };
        let Some(rule) = self.rule else { return Err(Box::new(no_rule(place))) };
        self.facts.resolutions.push(Resolution {
            person_id: claim.person_id,
            rule: rule.to_owned(),
            year: claim.incurred_on().year(),
            amount_fen,
            document: "算例".to_owned(),
        });
        Ok(())
    }
}

/// The same category until the day before: the later one is then not new.
fn earlier(certification: &Certification) -> Certification {
    let year_before = certification.valid_from.checked_sub(1.year()).unwrap_or(certification.valid_from);
    Certification {
        valid_from: year_before,
        certified_on: year_before,
        valid_to: certification.valid_from.yesterday().ok(),
        ..certification.clone()
    }
}

fn empty_claim(index: usize, person_id: PersonId) -> Claim {
    Claim {
        claim_id: ClaimId(index as u64 + 1),
        settlement_no: None,
        person_id,
        admitted_on: None,
        discharged_on: None,
        settled_on: Day::MIN,
        kind: ClaimKind::Inpatient,
        institution_code: String::new(),
        hospital_level: None,
        out_of_area: None,
        drg_code: None,
        principal_diagnosis: None,
        settled_category: None,
        total_fen: Fen::ZERO,
        in_scope_fen: Fen::ZERO,
        out_of_catalogue_fen: Fen::ZERO,
        over_limit_fen: Fen::ZERO,
        pre_selfpay_fen: Fen::ZERO,
        basic_paid_fen: None,
        critical_illness_paid_fen: None,
        medical_assistance_paid_fen: None,
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: BTreeMap::new(),
    }
}

/// The total is the sum of the components; where only a total is given, what the components leave is in scope.
fn sum_up(claim: &mut Claim, total: Option<Fen>) {
    let outside = claim.out_of_catalogue_fen + claim.over_limit_fen + claim.pre_selfpay_fen;
    if let Some(total) = total
        && claim.in_scope_fen.is_zero()
    {
        claim.in_scope_fen = total - outside;
    }
    claim.total_fen = claim.in_scope_fen + outside;
}

fn fact_value(declared: &FactDecl, cell: &Cell) -> Read<FactValue> {
    Ok(match declared.kind {
        FactKind::Flag => FactValue::Flag(cells::flag(cell)?),
        FactKind::Money => FactValue::Number(cells::money(cell)?.0),
        FactKind::Number => FactValue::Number(cells::whole(cell)?),
        FactKind::Word => FactValue::Word(cell.text.clone()),
    })
}

fn not_an_input(cell: &Cell) -> Box<shukun_policy::finding::Finding> {
    Box::new(error(
        "P0901",
        cell.span,
        Text::new("这一列不能在算例里给定", "this column cannot be given in an example"),
        Text::new("它由别的列算出来；删去这一列", "it follows from other columns; leave it out"),
    ))
}

fn missing_day(place: Span, word: &'static str) -> Box<shukun_policy::finding::Finding> {
    let name = |lang| registry::value(word).map_or(word, |entry| entry.spelling(lang));
    let (zh, en) = (name(Lang::Zh), name(Lang::En));
    Box::new(error(
        "P0903",
        place,
        Text::new(format!("这一行没有写{zh}"), format!("this row does not say on which day (`{en}`)")),
        Text::new(format!("加一列“{zh}”，或者写进“设”"), format!("add a column `{en}`, or write it under `given`")),
    ))
}

fn no_rule(place: Span) -> shukun_policy::finding::Finding {
    error(
        "P0903",
        place,
        Text::new("有议定金额，但没有写它属于哪条规则", "there is a resolved amount but no rule it belongs to"),
        Text::new("在算例里写“规则：…”", "write `rule: …` in the example"),
    )
}

/// The cells of a row that say something; a dash means that nothing is known, even where 设 knows.
pub(super) fn merge(common: &[(Input, Cell)], own: Vec<(Input, Cell)>) -> Vec<(Input, Cell)> {
    let own: Vec<(Input, Cell)> = own.into_iter().filter(|(_, cell)| !cell.text.is_empty()).collect();
    let is_overridden = |input: &Input| own.iter().any(|(mine, _)| mine == input);
    let kept = common.iter().filter(|(input, _)| !is_overridden(input)).cloned().collect::<Vec<_>>();
    kept.into_iter().chain(own).filter(|(_, cell)| !is_dash(&cell.text)).collect()
}
