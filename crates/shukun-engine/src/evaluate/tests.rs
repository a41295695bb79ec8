//! What the evaluator promises, rule kind by rule kind, on programs of one or two rules.

use jiff::civil::date;
use shukun_base::MonthEnd;
use shukun_base::{Exact, Fen};
use shukun_policy::program::{
    AlertColour, BaseMode, BracketMode, BracketsOn, Cond, DateField, Deductible, Expr, Field, Kind, Literal, Payer,
    PeriodKind, RuleIx, Scale, SettledColumn, Source, StatusOn, TierIx, Unit, Window,
};

use super::settle;
use crate::facts::{Category, HouseholdFacts};
use crate::outcome::{Colour, FAMILY, NoteKind, Settlement};
use crate::testing::*;

fn run(rules: Vec<shukun_policy::program::Rule>, facts: &HouseholdFacts) -> Settlement {
    let settlement = settle(&program(rules), facts);
    assert_conserved(&settlement, facts);
    settlement
}

fn kinds_of(settlement: &Settlement, rule: &str) -> Vec<NoteKind> {
    settlement.notes.iter().filter(|note| note.rule == rule).map(|note| note.outcome.clone()).collect()
}

#[test]
fn payers_come_in_order_and_the_family_bears_the_rest() {
    let mut bill = claim(1, 1, date(2022, 3, 1), 1_000);
    bill.basic_paid_fen = Some(Fen::yuan(600));
    let settlement = run(vec![rule("大病", rated(50)), rule("救助", rated(50))], &household(vec![bill]));
    let shown: Vec<(&str, i64)> =
        settlement.postings.iter().map(|posting| (posting.rule.as_str(), posting.amount_fen.0)).collect();
    assert_eq!(shown, [("基本医保", 60_000), ("大病", 20_000), ("救助", 10_000), (FAMILY, 10_000)]);
    let first_rule = settlement.postings.get(1).unwrap();
    assert_eq!((first_rule.base_fen, first_rule.rate), (Fen::yuan(400), Some(Exact::new(1, 2))));
}

#[test]
fn a_scale_runs_over_the_year_and_starts_anew() {
    let rows = [(30_000, Some(100_000), 10), (100_000, Some(150_000), 15), (150_000, None, 20)];
    let bills = vec![
        claim(1, 1, date(2022, 2, 1), 20_000),
        claim(2, 1, date(2022, 5, 1), 20_000),
        claim(3, 1, date(2022, 9, 1), 80_000),
        claim(4, 1, date(2023, 1, 1), 20_000),
    ];
    let kind = bracketed(BracketMode::Marginal, BracketsOn::Base, &rows);
    let settlement = run(vec![rule("追溯", kind)], &household(bills));
    assert_eq!(payments(&settlement, "追溯"), [100_000, 900_000]);
    let second = settlement.postings.iter().filter(|posting| posting.rule == "追溯").nth(1).unwrap();
    assert_eq!((second.bracket, second.rate), (Some(2), None));
}

#[test]
fn the_rounded_totals_add_up() {
    // A third of a fen each time: 1/3 → 0, 2/3 → 1, 3/3 → 1.
    let mut bills = Vec::new();
    for id in 1..=3 {
        let mut bill = claim(id, 1, date(2022, 1, 1), 0);
        bill.total_fen = Fen(1);
        bill.in_scope_fen = Fen(1);
        bills.push(bill);
    }
    let scale = Scale::Rate { rate: Expr::Number(Exact::new(1, 3)) };
    let kind = Kind::Pay { base: residual(Expr::Field(Field::InScope)), deductible: None, scale };
    let settlement = run(vec![rule("甲", kind)], &household(bills));
    assert_eq!(paid(&settlement, "甲"), Fen(1));
    assert_eq!(settlement.postings.iter().position(|posting| posting.rule == "甲"), Some(1));
}

#[test]
fn what_does_not_fit_into_a_bill_is_carried() {
    // Reaching 10,000 on the gross amount pays 80 % from the first fen, but the second bill has only 2,000 left.
    let mut first = claim(1, 1, date(2022, 1, 1), 9_000);
    first.basic_paid_fen = Some(Fen::yuan(1_000));
    let bills = vec![first, claim(2, 1, date(2022, 2, 1), 2_000), claim(3, 1, date(2022, 3, 1), 3_000)];
    let mut kind = bracketed(BracketMode::MarginalFromFirstFen, BracketsOn::Base, &[(10_000, None, 80)]);
    if let Kind::Pay { base, .. } = &mut kind {
        base.mode = BaseMode::Gross;
    }
    let settlement = run(vec![rule("甲", kind)], &household(bills));
    // 80 % of 14,000 in all: 2,000 + 3,000 on the bills, 6,200 at period level out of the first bill's 8,000.
    assert_eq!(payments(&settlement, "甲"), [200_000, 300_000, 620_000]);
    assert_eq!(burden(&settlement), Fen::yuan(1_800));
}

#[test]
fn deductibles_have_their_own_accumulation() {
    let deductible = |accumulation| Some(Deductible { amount: yuan(1_000), over: accumulation });
    let bills = || {
        vec![claim(1, 1, date(2022, 1, 1), 600), claim(2, 1, date(2022, 2, 1), 600), claim(3, 2, date(2022, 2, 1), 600)]
    };
    for (accumulation, total) in [
        (over(Unit::Person, PeriodKind::Event), 0),
        (over(Unit::Person, PeriodKind::Year), 100),
        (over(Unit::Household, PeriodKind::Year), 400),
        (over(Unit::Person, PeriodKind::Month), 0),
    ] {
        let scale = Scale::Rate { rate: percent(50) };
        let kind =
            Kind::Pay { base: residual(Expr::Field(Field::InScope)), deductible: deductible(accumulation), scale };
        assert_eq!(paid(&run(vec![rule("甲", kind)], &household(bills())), "甲"), Fen::yuan(total), "{accumulation:?}");
    }
}

#[test]
fn a_limit_on_each_bill_has_nothing_left_for_others() {
    let each = limited(rule("甲", rated(50)), 215, over(Unit::Person, PeriodKind::Event), Vec::new());
    let bills = vec![claim(1, 1, date(2022, 1, 1), 1_000)];
    let settlement = run(vec![each.clone()], &household(bills.clone()));
    assert!(settlement.standings.first().unwrap().cap_left_fen.is_empty());
    let settlement = run(vec![limited(each, 2_000, A_YEAR, Vec::new())], &household(bills));
    assert_eq!(settlement.standings.first().unwrap().cap_left_fen.get("甲"), Some(&Fen::yuan(1_785)));
}

#[test]
fn caps_nest_and_are_shared() {
    let bills = || {
        vec![
            claim(1, 1, date(2022, 1, 1), 1_000),
            claim(2, 2, date(2022, 2, 1), 1_000),
            claim(3, 1, date(2023, 2, 1), 1_000),
        ]
    };
    let own_year = limited(rule("甲", rated(50)), 300, A_YEAR, Vec::new());
    assert_eq!(payments(&run(vec![own_year.clone()], &household(bills())), "甲"), [30_000, 30_000, 30_000]);
    let lifetime = limited(own_year, 400, over(Unit::Person, PeriodKind::Lifetime), Vec::new());
    let settlement = run(vec![lifetime], &household(bills()));
    assert_eq!(payments(&settlement, "甲"), [30_000, 30_000, 10_000]);
    let left: Vec<_> = settlement.standings.iter().map(|standing| standing.cap_left_fen.get("甲").copied()).collect();
    assert_eq!(left, [Some(Fen::ZERO), Some(Fen::ZERO), Some(Fen::ZERO)]);
    // Both payers and both persons share 900 a year.
    let household_year = over(Unit::Household, PeriodKind::Year);
    let first = limited(rule("甲", rated(50)), 900, household_year, vec![Payer::Tier(TierIx(2))]);
    let second = limited(rule("乙", rated(50)), 900, household_year, vec![Payer::Rule(RuleIx(0))]);
    let settlement = run(vec![first, second], &household(bills()));
    assert_eq!(payments(&settlement, "甲"), [50_000, 15_000, 50_000]);
    assert_eq!(payments(&settlement, "乙"), [25_000, 25_000]);
    assert!(
        kinds_of(&settlement, "甲")
            .contains(&NoteKind::CutByLimit { formula_fen: Fen::yuan(500), paid_fen: Fen::yuan(150) })
    );
}

#[test]
fn rolling_months_end_with_the_claims_own() {
    let quarter = over(Unit::Person, PeriodKind::Rolling { months: 3 });
    let mut rolling = rule("甲", bracketed(BracketMode::Marginal, BracketsOn::Base, &[(1_000, None, 50)]));
    rolling.accumulate = quarter;
    let bills = [(1, 1, 31), (2, 3, 31), (3, 4, 1), (4, 8, 1)];
    let bills = bills.map(|(id, month, day)| claim(id, 1, date(2022, month, day), 800)).to_vec();
    // January and March make 1,600: 300. March and April make 1,600, of which April adds 300. August stands alone.
    assert_eq!(payments(&run(vec![rolling], &household(bills)), "甲"), [30_000, 30_000]);
}

#[test]
fn policy_years_do_not_end_with_the_calendar() {
    let mut capped = rule("甲", rated(100));
    capped.accumulate = over(Unit::Person, PeriodKind::PolicyYear { month: 7, day: 1 });
    let capped = limited(capped.clone(), 1_000, capped.accumulate, Vec::new());
    let bills = [(1, 6, 30), (2, 7, 1), (3, 12, 31)];
    let mut bills: Vec<_> = bills.map(|(id, month, day)| claim(id, 1, date(2022, month, day), 800)).to_vec();
    bills.push(claim(4, 1, date(2023, 6, 30), 800));
    let settlement = run(vec![capped], &household(bills));
    assert_eq!(payments(&settlement, "甲"), [80_000, 80_000, 20_000]);
    assert_eq!(settlement.postings.first().unwrap().period, "2021-07-01/2022-06-30");
}

#[test]
fn lines_can_count_what_the_patient_paid() {
    // 25 % own share until the patient has borne 2,000 (the deductible of 500 counts), then 5 %.
    let mut kind =
        bracketed(BracketMode::Marginal, BracketsOn::PatientPaid, &[(0, Some(2_000), 75), (2_000, None, 95)]);
    if let Kind::Pay { deductible, .. } = &mut kind {
        *deductible = Some(Deductible { amount: yuan(500), over: A_YEAR });
    }
    let bills = vec![claim(1, 1, date(2022, 1, 1), 2_500), claim(2, 1, date(2022, 2, 1), 10_000)];
    let settlement = run(vec![rule("甲", kind)], &household(bills));
    // 500 borne, then 2,000 × 25 % = 500: 1,000 borne. Then 4,000 × 25 % = 1,000, and 6,000 × 5 % = 300.
    assert_eq!(payments(&settlement, "甲"), [150_000, 870_000]);
    assert_eq!(burden(&settlement), Fen::yuan(2_300));
}

fn bring_down(line: i64, strict: bool, target: i64) -> Kind {
    let mut trigger = at_least(line);
    trigger.strict = strict;
    Kind::BringDown { base: residual(Expr::Field(Field::Total)), trigger, target: yuan(target) }
}

#[test]
fn a_trigger_is_strict_or_inclusive_and_may_differ_from_the_target() {
    for (total, strict, relief) in
        [(50_000, true, 0), (50_001, true, 501), (50_000, false, 500), (49_999, false, 0), (80_000, true, 30_500)]
    {
        for timing_at_end in [false, true] {
            let at_bills = rule("化解", bring_down(50_000, strict, 49_500));
            let rule = if timing_at_end { at_period_end(at_bills, A_YEAR) } else { at_bills };
            let bills = vec![claim(1, 1, date(2022, 1, 1), 20_000), claim(2, 1, date(2022, 6, 1), total - 20_000)];
            assert_eq!(paid(&run(vec![rule], &household(bills)), "化解"), Fen::yuan(relief), "{total} {strict}");
        }
    }
}

#[test]
fn a_household_is_brought_down_after_its_members() {
    let own = at_period_end(rule("个人封顶", bring_down(30_000, true, 30_000)), A_YEAR);
    let pooled =
        at_period_end(rule("家庭封顶", bring_down(40_000, true, 40_000)), over(Unit::Household, PeriodKind::Year));
    let bills = vec![claim(1, 1, date(2022, 1, 1), 50_000), claim(2, 2, date(2022, 6, 1), 15_000)];
    let settlement = run(vec![own, pooled], &household(bills));
    assert_eq!(paid(&settlement, "个人封顶"), Fen::yuan(20_000));
    // 30,000 + 15,000 − 40,000, shared 2 : 1.
    assert_eq!(payments(&settlement, "家庭封顶"), [333_333, 166_667]);
    assert_eq!(burden(&settlement), Fen::yuan(40_000));
}

#[test]
fn a_meeting_decides_up_to_the_ceiling() {
    let relief = |ceiling: Option<i64>| {
        let base = residual(Expr::Field(Field::Total));
        let kind = Kind::ByResolution {
            base,
            trigger: at_least(50_000),
            body: "联席会议".to_owned(),
            ceiling: ceiling.map(yuan),
        };
        at_period_end(rule("救助", kind), A_YEAR)
    };
    let bills = vec![claim(1, 1, date(2022, 1, 1), 70_000)];
    let mut facts = household(bills);
    let awaiting = run(vec![relief(Some(50_000))], &facts);
    assert_eq!(kinds_of(&awaiting, "救助"), [NoteKind::AwaitsResolution { ceiling_fen: Some(Fen::yuan(50_000)) }]);
    assert_eq!(kinds_of(&run(vec![relief(None)], &facts), "救助"), [NoteKind::AwaitsResolution { ceiling_fen: None }]);
    facts.resolutions.push(resolved(1, "救助", 2022, 60_000));
    let granted = run(vec![relief(Some(50_000))], &facts);
    assert_eq!(payments(&granted, "救助"), [5_000_000]);
    assert_eq!(
        kinds_of(&granted, "救助"),
        [NoteKind::CutByLimit { formula_fen: Fen::yuan(60_000), paid_fen: Fen::yuan(50_000) }]
    );
    facts.resolutions = vec![resolved(1, "救助", 2021, 60_000)];
    assert_eq!(paid(&run(vec![relief(None)], &facts), "救助"), Fen::ZERO);
}

#[test]
fn the_highest_line_reached_gives_the_colour() {
    let levels = [(AlertColour::Red, 80_000), (AlertColour::Orange, 50_000), (AlertColour::Yellow, 30_000)];
    let levels = levels.map(|(colour, line)| (colour, at_least(line))).to_vec();
    let alert = at_period_end(rule("预警", Kind::Alert { base: residual(Expr::Field(Field::Total)), levels }), A_YEAR);
    for (total, colour) in
        [(29_999, None), (30_000, Some(Colour::Yellow)), (79_999, Some(Colour::Orange)), (90_000, Some(Colour::Red))]
    {
        let settlement = run(vec![alert.clone()], &household(vec![claim(1, 1, date(2022, 1, 1), total)]));
        assert_eq!(settlement.standings.first().unwrap().colour, colour);
    }
}

fn in_categories(words: &[&str]) -> Cond {
    Cond::OneOf(Field::Category, words.iter().map(|word| Literal::Word((*word).to_owned())).collect())
}

#[test]
fn a_category_counts_on_the_status_day() {
    let mut facts = household(vec![claim(1, 1, date(2022, 3, 1), 1_000), claim(2, 1, date(2022, 8, 1), 1_000)]);
    facts.certifications.push(certified(1, Category::Dibao, date(2022, 6, 1), Some(date(2022, 8, 1))));
    for (status, expected) in
        [(StatusOn::Date(DateField::Incurred), 100_000), (StatusOn::PeriodEnd, 0), (StatusOn::AnyDayInPeriod, 200_000)]
    {
        let mut helped = rule("救助", rated(100));
        helped.who = in_categories(&["dibao", "destitute"]);
        helped.status_on = Some(status);
        let settlement = run(vec![helped.clone()], &facts);
        assert_eq!(paid(&settlement, "救助").0, expected, "{status:?}");
        // "Not dibao" is true of nobody who holds it besides something else.
        helped.who = Cond::Not(Box::new(helped.who));
        let mut twice = facts.clone();
        twice.certifications.push(certified(1, Category::ExpenditureType, date(2022, 1, 1), None));
        assert_eq!(paid(&run(vec![helped], &twice), "救助").0, 200_000 - expected, "{status:?}");
    }
}

#[test]
fn the_settlements_own_category_counts_where_no_roster_does() {
    let mut bill = claim(1, 1, date(2022, 3, 1), 1_000);
    bill.settled_category = Some(Category::Dibao);
    let mut helped = rule("救助", rated(100));
    helped.who = in_categories(&["dibao"]);
    helped.status_on = Some(StatusOn::Date(DateField::Incurred));
    assert_eq!(paid(&run(vec![helped.clone()], &household(vec![bill.clone()])), "救助"), Fen::yuan(1_000));
    helped.who = Cond::And(vec![helped.who, Cond::Flag(Field::DueToIllness)]);
    let settlement = run(vec![helped], &household(vec![bill]));
    assert_eq!(kinds_of(&settlement, "救助"), [NoteKind::Unknown { missing: "因病".to_owned() }]);
}

fn retroactive() -> shukun_policy::program::Rule {
    let mut rule = rule("追溯", rated(10));
    rule.who = in_categories(&["dibao", "dibao_marginal"]);
    rule.collect.window = Some(Window {
        claim_date: DateField::Incurred,
        anchor: DateField::Certified,
        from_months_before: 12,
        to_months_before: 0,
        to_inclusive: false,
        month_end: MonthEnd::PreviousDay,
    });
    rule.accumulate = over(Unit::Person, PeriodKind::Window);
    limited(rule, 50, over(Unit::Person, PeriodKind::Window), Vec::new())
}

#[test]
fn a_window_runs_for_each_certification_and_the_earlier_comes_first() {
    let days = [(1, 2021, 7, 14), (2, 2021, 7, 15), (3, 2022, 7, 14), (4, 2022, 7, 15), (5, 2022, 12, 1)];
    let bills = days.map(|(id, year, month, day)| claim(id, 1, date(year, month, day), 300)).to_vec();
    let mut facts = household(bills);
    facts.certifications.push(certified(1, Category::Dibao, date(2022, 7, 15), None));
    facts.certifications.push(certified(1, Category::DibaoMarginal, date(2022, 12, 15), None));
    let settlement = run(vec![retroactive()], &facts);
    // First window: bills 2 and 3, cut at 50. Second: 4 and 5 (3 lies in both and counts in the earlier).
    assert_eq!(payments(&settlement, "追溯"), [3_000, 2_000, 3_000, 2_000]);
    let periods: Vec<&str> = settlement
        .postings
        .iter()
        .filter(|posting| posting.rule == "追溯")
        .map(|posting| posting.period.as_str())
        .collect();
    assert_eq!(
        periods,
        ["2021-07-15/2022-07-14", "2021-07-15/2022-07-14", "2021-12-15/2022-12-14", "2021-12-15/2022-12-14"]
    );
}

#[test]
fn not_known_is_never_no() {
    let mut facts = household(vec![claim(1, 1, date(2022, 3, 1), 1_000)]);
    facts.household.annual_income_fen = None;
    let mut poor = rule("救助", rated(100));
    let income = Expr::Field(Field::HouseholdIncome);
    poor.who = Cond::Compare(Box::new(income), shukun_policy::program::Comparison::Less, Box::new(yuan(50_000)));
    let settlement = run(vec![poor.clone()], &facts);
    assert_eq!(kinds_of(&settlement, "救助"), [NoteKind::Unknown { missing: "家庭年收入".to_owned() }]);
    poor.who = Cond::Or(vec![poor.who, Cond::Flag(Field::LocalRegister)]);
    assert_eq!(paid(&run(vec![poor], &facts), "救助"), Fen::yuan(1_000));
}

#[test]
fn a_tier_is_settled_or_computed_or_both_compared() {
    for (source, settled, paid_by_tier, differs) in [
        (Source::AsSettled, Some(300), 300, false),
        (Source::Computed, Some(300), 500, false),
        (Source::SettledElseComputed, Some(300), 300, false),
        (Source::SettledElseComputed, None, 500, false),
        (Source::Reconciled, Some(300), 300, true),
        (Source::Reconciled, Some(500), 500, false),
    ] {
        let mut program = program(vec![rule("大病", rated(50))]);
        let tier = program.tiers.get_mut(1).unwrap();
        tier.source = source;
        tier.settled = SettledColumn::CriticalIllness;
        let mut bill = claim(1, 1, date(2022, 3, 1), 1_000);
        bill.critical_illness_paid_fen = settled.map(Fen::yuan);
        let settlement = settle(&program, &household(vec![bill.clone()]));
        assert_conserved(&settlement, &household(vec![bill]));
        assert_eq!(
            settlement.standings.first().unwrap().paid_fen.get(1).unwrap().1,
            Fen::yuan(paid_by_tier),
            "{source:?}"
        );
        let found = settlement.notes.iter().any(|note| {
            note.outcome == NoteKind::Difference { settled_fen: Fen::yuan(300), computed_fen: Fen::yuan(500) }
        });
        assert_eq!(found, differs, "{source:?}");
    }
}

#[test]
fn reversals_are_netted_where_the_original_stood() {
    let first = claim(1, 1, date(2022, 1, 1), 1_000);
    let second = claim(2, 1, date(2022, 2, 1), 1_000);
    let whole = reversal(3, &first, 1_000);
    let part = reversal(4, &second, 400);
    let undone = reversal(5, &part, -400);
    for (claims, expected) in [
        (vec![first.clone(), whole.clone(), second.clone()], vec![(2, 50_000)]),
        (vec![first.clone(), second.clone(), part.clone()], vec![(1, 50_000), (2, 30_000)]),
        (vec![first.clone(), second.clone(), part.clone(), undone], vec![(1, 50_000), (2, 50_000)]),
    ] {
        let settlement = run(vec![rule("甲", rated(50))], &household(claims));
        let shown = settlement.postings.iter().filter(|posting| posting.rule == "甲");
        let shown: Vec<_> = shown.map(|posting| (posting.claim_id.unwrap().0, posting.amount_fen.0)).collect();
        assert_eq!(shown, expected);
    }
    let orphan = settle(&program(vec![]), &household(vec![whole]));
    assert!(orphan.postings.is_empty());
    assert_eq!(kinds_of(&orphan, ""), [NoteKind::LeftOut]);
}

#[test]
fn hits_lower_a_cap_within_the_months_before() {
    // The second of two monthly caps holds once the first or second paid three times in the twelve months before.
    let hits = |rule: usize| Expr::Hits { rule: RuleIx(rule), months: 12 };
    let both = Expr::Add(Box::new(hits(0)), Box::new(hits(1)));
    let compared =
        |comparison| Cond::Compare(Box::new(both.clone()), comparison, Box::new(Expr::Number(Exact::from_integer(3))));
    let month = over(Unit::Person, PeriodKind::Month);
    let mut first = at_period_end(rule("前三次", bring_down(80_000, true, 80_000)), month);
    first.who = compared(shukun_policy::program::Comparison::Less);
    let mut later = at_period_end(rule("第四次起", bring_down(44_000, true, 44_000)), month);
    later.who = compared(shukun_policy::program::Comparison::AtLeast);
    let bills = (1..=5).map(|month| claim(month, 1, date(2022, i8::try_from(month).unwrap(), 10), 100_000)).collect();
    let settlement = run(vec![first, later], &household(bills));
    assert_eq!(payments(&settlement, "前三次"), [2_000_000; 3]);
    assert_eq!(payments(&settlement, "第四次起"), [5_600_000; 2]);
}
