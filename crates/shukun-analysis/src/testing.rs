//! Builders for the unit tests: programs of a few rules, households with a few claims. Yuan throughout.

use shukun_base::{ClaimId, Day, Exact, Fen, HouseholdId, PersonId, RegionCode, Rounding};
use shukun_engine::facts::{Claim, ClaimKind, Facts, Household, HouseholdFacts, Insurance, Person};
use shukun_policy::program::{
    Accumulation, Base, BaseMode, Bracket, BracketMode, BracketScale, BracketsOn, Collect, Cond, DateField, Expr,
    Field, Kind, Limit, PackIx, Period, PeriodKind, Program, Rule, Scale, SettledColumn, SortKey, Source, Tier, TierIx,
    Timing, Unit, Validity,
};

const A_YEAR: Accumulation =
    Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key: DateField::Incurred } };

fn base() -> Base {
    Base { amount: Expr::Field(Field::InScope), mode: BaseMode::Residual }
}

/// Pays a share of what is in scope, from the fund of its name.
pub(crate) fn rated(name: &str, percent: i128) -> Rule {
    let scale = Scale::Rate { rate: Expr::Number(Exact::new(percent, 100)) };
    rule(name, Kind::Pay { base: base(), deductible: None, scale })
}

/// The whole of a year's base at the rate of the row it reaches: from 30,000 10 %, from 100,000 20 %.
pub(crate) fn whole_brackets(name: &str) -> Rule {
    let row = |from, to: Option<i64>, percent| Bracket {
        from: Fen::yuan(from),
        to: to.map(Fen::yuan),
        rate: Exact::new(percent, 100),
    };
    let rows = vec![row(30_000, Some(100_000), 10), row(100_000, None, 20)];
    let scales = vec![BracketScale { tests: Vec::new(), rows }];
    let scale = Scale::Brackets { mode: BracketMode::Whole, on: BracketsOn::Base, scales };
    let of = rule(name, Kind::Pay { base: base(), deductible: None, scale });
    Rule { timing: Timing::PeriodEnd, ..of }
}

/// With a yearly cap for each person.
pub(crate) fn capped(of: Rule, cap: i64) -> Rule {
    let limit = Limit { counts: Vec::new(), over: A_YEAR, cap: Expr::Money(Fen::yuan(cap)) };
    Rule { limits: vec![limit], ..of }
}

fn rule(name: &str, kind: Kind) -> Rule {
    Rule {
        name: name.to_owned(),
        pack: PackIx(0),
        article: "一".to_owned(),
        tier: TierIx(0),
        validity: Validity { from: Day::constant(2000, 1, 1), to: None, decided_by: DateField::Incurred },
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

/// An inpatient bill on 1 March, all of it in scope; basic insurance settled `basic` of it.
pub(crate) fn claim(id: u64, of: u64, year: i16, total: i64, basic: i64) -> Claim {
    let on = Day::constant(year, 3, 1);
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
        basic_paid_fen: Some(Fen::yuan(basic)),
        critical_illness_paid_fen: None,
        medical_assistance_paid_fen: None,
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: None,
        cash_paid_fen: None,
        reverses_claim_id: None,
        facts: Facts::new(),
    }
}

/// A household of this number, whose members are the claims' persons.
pub(crate) fn household(id: u64, income: Option<i64>, claims: Vec<Claim>) -> HouseholdFacts {
    let region = RegionCode::new("330305001001").unwrap();
    let mut ids: Vec<PersonId> = claims.iter().map(|claim| claim.person_id).collect();
    ids.sort();
    ids.dedup();
    let person = |person_id: PersonId| Person {
        person_id,
        household_id: HouseholdId(id),
        birth_date: Some(Day::constant(1960, 1, 1)),
        sex: None,
        region_code: region.clone(),
        insurance: Some(Insurance::Resident),
        local_register: Some(true),
        disability_certificate: None,
        facts: Facts::new(),
    };
    HouseholdFacts {
        household: Household {
            household_id: HouseholdId(id),
            region_code: region.clone(),
            annual_income_fen: income.map(Fen::yuan),
            members: i16::try_from(ids.len()).unwrap(),
        },
        persons: ids.into_iter().map(person).collect(),
        certifications: Vec::new(),
        claims,
        resolutions: Vec::new(),
    }
}
