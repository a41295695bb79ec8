//! Builders for the unit tests: programs of one or two rules, households with a few claims. Yuan throughout.

pub(crate) mod draw;
pub(crate) mod random_households;
pub(crate) mod random_programs;

use std::collections::BTreeMap;

use jiff::civil::date;
use shukun_base::{ClaimId, Day, Exact, Fen, HouseholdId, PersonId, RegionCode, Rounding};
use shukun_policy::program::{
    Accumulation, Base, BaseMode, Bracket, BracketMode, BracketScale, BracketsOn, Collect, Cond, DateField, Expr,
    Field, Kind, Limit, PackIx, Payer, Period, PeriodKind, Program, Rule, Scale, SettledColumn, SortKey, Source, Tier,
    TierIx, Timing, Trigger, Unit, Validity,
};

use crate::facts::{
    Category, Certification, Claim, ClaimKind, Household, HouseholdFacts, Insurance, Person, Resolution,
};
use crate::outcome::{FAMILY, Settlement};

pub(crate) fn yuan(amount: i64) -> Expr {
    Expr::Money(Fen::yuan(amount))
}

pub(crate) fn percent(percent: i128) -> Expr {
    Expr::Number(Exact::new(percent, 100))
}

pub(crate) fn period(kind: PeriodKind) -> Period {
    Period { kind, key: DateField::Incurred }
}

pub(crate) fn over(unit: Unit, kind: PeriodKind) -> Accumulation {
    Accumulation { unit, period: period(kind) }
}

pub(crate) const A_YEAR: Accumulation =
    Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key: DateField::Incurred } };

pub(crate) fn residual(amount: Expr) -> Base {
    Base { amount, mode: BaseMode::Residual }
}

pub(crate) fn at_least(line: i64) -> Trigger {
    Trigger { line: yuan(line), strict: false }
}

pub(crate) fn rated(rate: i128) -> Kind {
    Kind::Pay {
        base: residual(Expr::Field(Field::InScope)),
        deductible: None,
        scale: Scale::Rate { rate: percent(rate) },
    }
}

/// Rows of from, to, percent.
pub(crate) fn bracketed(mode: BracketMode, on: BracketsOn, rows: &[(i64, Option<i64>, i128)]) -> Kind {
    let row = |(from, to, rate): &(i64, Option<i64>, i128)| Bracket {
        from: Fen::yuan(*from),
        to: to.map(Fen::yuan),
        rate: Exact::new(*rate, 100),
    };
    let scales = vec![BracketScale { tests: Vec::new(), rows: rows.iter().map(row).collect() }];
    Kind::Pay {
        base: residual(Expr::Field(Field::InScope)),
        deductible: None,
        scale: Scale::Brackets { mode, on, scales },
    }
}

/// A rule for everyone, bill by bill, over a calendar year, in the tier of its name.
pub(crate) fn rule(name: &str, kind: Kind) -> Rule {
    Rule {
        name: name.to_owned(),
        pack: PackIx(0),
        article: "一".to_owned(),
        tier: TierIx(0),
        validity: Validity { from: date(2000, 1, 1), to: None, decided_by: DateField::Incurred },
        who: Cond::Everyone,
        status_on: None,
        collect: Collect::default(),
        timing: Timing::PerClaim,
        kind,
        accumulate: A_YEAR,
        limits: Vec::new(),
        minimum: None,
        prorate: None,
        rounding: Rounding::HalfUp,
        rounding_unit: Fen(1),
        account: format!("{name}基金"),
        purpose: None,
        lead: None,
        responsible: Vec::new(),
        readings: Vec::new(),
    }
}

pub(crate) fn at_period_end(mut rule: Rule, accumulate: Accumulation) -> Rule {
    rule.timing = Timing::PeriodEnd;
    rule.accumulate = accumulate;
    rule
}

pub(crate) fn limited(mut rule: Rule, cap: i64, accumulation: Accumulation, counts: Vec<Payer>) -> Rule {
    rule.limits.push(Limit { counts, over: accumulation, cap: yuan(cap) });
    rule
}

/// Basic insurance as settled, then one computed tier for each rule.
pub(crate) fn program(rules: Vec<Rule>) -> Program {
    let settled = Tier { name: "基本医保".to_owned(), source: Source::AsSettled, settled: SettledColumn::Basic };
    let mut program = Program {
        tiers: vec![settled],
        event_order: vec![SortKey::Date(DateField::Incurred), SortKey::Date(DateField::Settled), SortKey::ClaimNumber],
        ..Program::default()
    };
    for mut rule in rules {
        rule.tier = TierIx(program.tiers.len());
        program.tiers.push(Tier { name: rule.name.clone(), source: Source::Computed, settled: SettledColumn::Fact });
        program.rules.push(rule);
    }
    program
}

fn region() -> RegionCode {
    RegionCode::new("330305001001").unwrap()
}

pub(crate) fn person(id: u64) -> Person {
    Person {
        person_id: PersonId(id),
        household_id: HouseholdId(1),
        birth_date: Some(date(1960, 1, 1)),
        sex: None,
        region_code: region(),
        insurance: Some(Insurance::Resident),
        local_register: Some(true),
        disability_certificate: None,
        facts: BTreeMap::new(),
    }
}

/// An inpatient bill, all of it in scope, nothing settled.
pub(crate) fn claim(id: u64, of: u64, on: Day, total: i64) -> Claim {
    Claim {
        claim_id: ClaimId(id),
        settlement_no: None,
        person_id: PersonId(of),
        admitted_on: Some(on),
        discharged_on: Some(on),
        settled_on: on,
        kind: ClaimKind::Inpatient,
        institution_code: "H1".to_owned(),
        hospital_level: Some(2),
        out_of_area: None,
        drg_code: None,
        principal_diagnosis: None,
        settled_category: None,
        total_fen: Fen::yuan(total),
        in_scope_fen: Fen::yuan(total),
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

/// The whole of `original` (or `total` of it) taken back.
pub(crate) fn reversal(id: u64, original: &Claim, total: i64) -> Claim {
    Claim { reverses_claim_id: Some(original.claim_id), ..claim(id, original.person_id.0, original.settled_on, -total) }
}

pub(crate) fn certified(of: u64, category: Category, from: Day, to: Option<Day>) -> Certification {
    Certification {
        person_id: PersonId(of),
        category,
        valid_from: from,
        valid_to: to,
        certified_on: from,
        applied_on: None,
        due_to_illness: true,
    }
}

pub(crate) fn resolved(of: u64, rule: &str, year: i16, amount: i64) -> Resolution {
    Resolution {
        person_id: PersonId(of),
        rule: rule.to_owned(),
        year,
        amount_fen: Fen::yuan(amount),
        document: "联席会议纪要".to_owned(),
    }
}

/// Persons 1 and 2 and these claims.
pub(crate) fn household(claims: Vec<Claim>) -> HouseholdFacts {
    HouseholdFacts {
        household: Household {
            household_id: HouseholdId(1),
            region_code: region(),
            annual_income_fen: Some(Fen::yuan(100_000)),
            members: 2,
        },
        persons: vec![person(1), person(2)],
        certifications: Vec::new(),
        claims,
        resolutions: Vec::new(),
    }
}

/// What a rule paid in all.
pub(crate) fn paid(settlement: &Settlement, rule: &str) -> Fen {
    settlement.postings.iter().filter(|posting| posting.rule == rule).map(|posting| posting.amount_fen).sum()
}

/// What a rule paid, posting by posting, in yuan and with what is not whole yuan in the sum of fen.
pub(crate) fn payments(settlement: &Settlement, rule: &str) -> Vec<i64> {
    settlement.postings.iter().filter(|posting| posting.rule == rule).map(|posting| posting.amount_fen.0).collect()
}

/// What stays with the family.
pub(crate) fn burden(settlement: &Settlement) -> Fen {
    paid(settlement, FAMILY)
}

/// Fails unless every bill's postings, and every person's, add up to the bills, and nothing is below zero.
pub(crate) fn assert_conserved(settlement: &Settlement, facts: &HouseholdFacts) {
    for person in &facts.persons {
        let own = |id: PersonId| id == person.person_id;
        let bills: Fen = facts.claims.iter().filter(|claim| own(claim.person_id)).map(|claim| claim.total_fen).sum();
        let postings = settlement.postings.iter().filter(|posting| own(posting.person_id));
        assert_eq!(postings.clone().map(|posting| posting.amount_fen).sum::<Fen>(), bills, "{:?}", person.person_id);
        let family = postings.filter(|posting| posting.rule == FAMILY).map(|posting| posting.amount_fen).sum::<Fen>();
        assert!(family >= Fen::ZERO, "the family cannot gain: {family}");
        let standings = settlement.standings.iter().filter(|standing| own(standing.person_id));
        assert_eq!(standings.clone().map(|standing| standing.family_fen).sum::<Fen>(), family);
        for standing in standings {
            let payers: Fen = standing.paid_fen.iter().map(|(_, paid)| *paid).sum();
            assert_eq!(payers + standing.family_fen, standing.total_fen);
            assert!(standing.family_fen >= Fen::ZERO);
        }
    }
    for posting in settlement.postings.iter().filter(|posting| posting.claim_id.is_some()) {
        assert!(posting.amount_fen >= Fen::ZERO, "{posting:?}");
    }
}
