//! What holds for any program and any household, tried on random ones.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use shukun_base::{ClaimId, Day, Exact, Fen, MonthEnd, Rounding};
use shukun_policy::program::{
    AlertColour, BaseMode, BracketMode, BracketsOn, Cond, DateField, Deductible, Expr, Field, Kind, Literal, Payer,
    PeriodKind, Program, Rule, RuleIx, Scale, SettledColumn, Source, StatusOn, TierIx, Timing, Trigger, Unit, Window,
};

use super::{Detail, Prepared, settle};
use crate::facts::{Category, Claim, ClaimKind, HouseholdFacts};
use crate::outcome::{FAMILY, Posting};
use crate::resettle::{balances, resettle};
use crate::testing::*;

const MODES: [BracketMode; 4] =
    [BracketMode::Marginal, BracketMode::Whole, BracketMode::WholeAboveFirstLine, BracketMode::MarginalFromFirstFen];

fn base() -> impl Strategy<Value = shukun_policy::program::Base> {
    let mode = prop::sample::select(vec![BaseMode::Residual, BaseMode::Gross, BaseMode::AsWritten]);
    let field = prop::sample::select(vec![Field::Total, Field::InScope, Field::OutOfCatalogue]);
    (mode, field).prop_map(|(mode, field)| {
        let field = Expr::Field(field);
        let amount = match mode {
            BaseMode::AsWritten => Expr::Sub(Box::new(field), Box::new(Expr::Paid(vec![Payer::Tier(TierIx(0))]))),
            BaseMode::Residual | BaseMode::Gross => field,
        };
        shukun_policy::program::Base { amount, mode }
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::Person, Unit::Household])
}

fn period_kind() -> impl Strategy<Value = PeriodKind> {
    prop::sample::select(vec![
        PeriodKind::Event,
        PeriodKind::Month,
        PeriodKind::Year,
        PeriodKind::PolicyYear { month: 7, day: 1 },
        PeriodKind::Lifetime,
    ])
}

fn scale() -> impl Strategy<Value = Scale> {
    let rows = (1_i64..3_000, 1_i64..9_000, 0_i128..=100, 0_i128..=100);
    prop_oneof![
        (0_i128..=100).prop_map(|rate| Scale::Rate { rate: percent(rate) }),
        (prop::sample::select(MODES.to_vec()), any::<bool>(), rows).prop_map(
            |(mode, on_base, (from, more, low, high))| {
                let on = if on_base { BracketsOn::Base } else { BracketsOn::PatientPaid };
                let rows = [(from, Some(from + more), low), (from + more, None, high)];
                match bracketed(mode, on, &rows) {
                    Kind::Pay { scale, .. } => scale,
                    _ => Scale::Rate { rate: percent(0) },
                }
            }
        ),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let deductible = prop::option::of((0_i64..2_000, unit(), period_kind()));
    let trigger = || (0_i64..9_000, any::<bool>()).prop_map(|(line, strict)| Trigger { line: yuan(line), strict });
    prop_oneof![
        3 => (base(), deductible, scale()).prop_map(|(base, deductible, scale)| {
            let deductible = deductible.map(|(line, unit, kind)| Deductible { amount: yuan(line), over: over(unit, kind) });
            Kind::Pay { base, deductible, scale }
        }),
        2 => (base(), trigger(), 0_i64..9_000).prop_map(|(base, trigger, target)| Kind::BringDown { base, trigger, target: yuan(target) }),
        1 => (base(), trigger(), 0_i64..5_000).prop_map(|(base, trigger, amount)| Kind::Fixed { base: Some(base), trigger: Some(trigger), amount: yuan(amount) }),
        1 => (base(), trigger(), prop::option::of(0_i64..5_000)).prop_map(|(base, trigger, ceiling)| Kind::ByResolution {
            base,
            trigger,
            body: "联席会议".to_owned(),
            ceiling: ceiling.map(yuan),
        }),
        1 => (base(), trigger()).prop_map(|(base, trigger)| Kind::Alert { base, levels: vec![(AlertColour::Red, trigger)] }),
    ]
}

prop_compose! {
    fn any_rule()(
        kind in kind(),
        unit in unit(),
        period_kind in period_kind(),
        rolling in prop::option::weighted(0.15, 1_u32..6),
        at_end in any::<bool>(),
        window in prop::bool::weighted(0.2),
        status in prop::option::of(prop::sample::select(vec![StatusOn::Date(DateField::Incurred), StatusOn::PeriodEnd, StatusOn::AnyDayInPeriod])),
        limit in prop::option::of((0_i64..4_000, unit(), period_kind(), any::<bool>())),
        minimum in prop::option::weighted(0.2, 1_i64..500),
        prorate in prop::option::weighted(0.2, 1_i128..12),
        rounding in prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up]),
        rounding_unit in prop::sample::select(vec![Fen(1), Fen(10), Fen(100)]),
    ) -> Rule {
        let mut rule = rule("甲", kind);
        rule.accumulate = over(unit, period_kind);
        rule.timing = if at_end { Timing::PeriodEnd } else { Timing::PerClaim };
        if let (Some(months), false) = (rolling, at_end) {
            rule.accumulate = over(unit, PeriodKind::Rolling { months });
        }
        let words = ["dibao", "expenditure_type"].map(|word| Literal::Word(word.to_owned())).to_vec();
        if window {
            rule.collect.window = Some(Window {
                claim_date: DateField::Incurred, anchor: DateField::Certified, from_months_before: 12,
                to_months_before: 0, to_inclusive: false, month_end: MonthEnd::PreviousDay,
            });
            rule.accumulate = over(unit, PeriodKind::Window);
            rule.who = Cond::OneOf(Field::Category, words);
        } else if status.is_some() {
            rule.status_on = status;
            rule.who = Cond::OneOf(Field::Category, words);
        }
        if let Some((cap, unit, kind, shared)) = limit {
            let counts = if shared { vec![Payer::Tier(TierIx(1)), Payer::Rule(RuleIx(0))] } else { Vec::new() };
            rule = limited(rule, cap, over(unit, kind), counts);
        }
        rule.minimum = minimum.map(yuan);
        rule.prorate = prorate.map(|months| Expr::Number(Exact::new(months, 12)));
        (rule.rounding, rule.rounding_unit) = (rounding, rounding_unit);
        rule
    }
}

pub(crate) fn any_program() -> impl Strategy<Value = Program> {
    let sources =
        [Source::Computed, Source::Computed, Source::SettledElseComputed, Source::Reconciled, Source::AsSettled];
    (prop::collection::vec(any_rule(), 1..5), prop::sample::select(sources.to_vec())).prop_map(|(rules, source)| {
        let named =
            rules.into_iter().zip(["甲", "乙", "丙", "丁"]).map(|(rule, name)| Rule { name: name.to_owned(), ..rule });
        let mut program = program(named.collect());
        if let Some(tier) = program.tiers.get_mut(1) {
            tier.source = source;
            tier.settled = SettledColumn::CriticalIllness;
        }
        program
    })
}

prop_compose! {
    fn any_claim(id: u64)(
        person in 1_u64..=2,
        days in 0_i32..900,
        components in prop::array::uniform4(0_i64..400_000),
        basic in 0_i64..300_000,
        critical in prop::option::of(0_i64..200_000),
        kind in prop::sample::select(vec![ClaimKind::Inpatient, ClaimKind::Outpatient]),
        settled_category in prop::option::weighted(0.2, Just(Category::Dibao)),
    ) -> Claim {
        let on = day(days);
        let [in_scope, out, over, pre] = components;
        let mut claim = claim(id, person, on, 0);
        claim.kind = kind;
        claim.settled_category = settled_category;
        claim.in_scope_fen = Fen(in_scope);
        claim.out_of_catalogue_fen = Fen(out);
        claim.over_limit_fen = Fen(over);
        claim.pre_selfpay_fen = Fen(pre);
        claim.total_fen = Fen(in_scope + out + over + pre);
        claim.basic_paid_fen = Some(Fen(basic));
        claim.critical_illness_paid_fen = critical.map(Fen);
        claim
    }
}

fn day(days: i32) -> Day {
    use jiff::ToSpan as _;
    date(2021, 1, 1).saturating_add(days.days())
}

/// The whole or a part of a bill taken back.
fn taken_back(id: u64, original: &Claim, percent: i64) -> Claim {
    let part = |amount: Fen| Fen(-(amount.0 * percent / 100));
    let mut reversal = original.clone();
    reversal.claim_id = ClaimId(id);
    reversal.reverses_claim_id = Some(original.claim_id);
    reversal.in_scope_fen = part(original.in_scope_fen);
    reversal.out_of_catalogue_fen = part(original.out_of_catalogue_fen);
    reversal.over_limit_fen = part(original.over_limit_fen);
    reversal.pre_selfpay_fen = part(original.pre_selfpay_fen);
    reversal.total_fen =
        reversal.in_scope_fen + reversal.out_of_catalogue_fen + reversal.over_limit_fen + reversal.pre_selfpay_fen;
    reversal.basic_paid_fen = original.basic_paid_fen.map(part);
    reversal.critical_illness_paid_fen = original.critical_illness_paid_fen.map(part);
    reversal
}

pub(crate) fn any_household() -> impl Strategy<Value = HouseholdFacts> {
    let claims = (1_u64..8).prop_flat_map(|count| (1..=count).map(any_claim).collect::<Vec<_>>());
    let reversed = prop::option::of((any::<prop::sample::Index>(), 1_i64..=100));
    let certified_on = prop::collection::vec((1_u64..=2, 0_i32..900, prop::option::of(0_i32..400)), 0..3);
    let granted = prop::option::of((1_u64..=2, 0_i64..5_000));
    (claims, reversed, certified_on, granted).prop_map(|(claims, reversed, certifications, granted)| {
        let mut facts = household(claims);
        if let Some((index, percent)) = reversed {
            let reversal = taken_back(99, index.get(&facts.claims), percent);
            facts.claims.push(reversal);
        }
        for (person, from, length) in certifications {
            let to = length.map(|length| day(from + length));
            facts.certifications.push(certified(person, Category::Dibao, day(from), to));
        }
        facts.resolutions.extend(granted.map(|(person, amount)| resolved(person, "甲", 2022, amount)));
        facts
    })
}

/// By bill and rule, with other bills' numbers.
fn by_rule(postings: &[Posting], renamed: ClaimId, back: ClaimId) -> BTreeMap<(u64, Option<ClaimId>, String), Fen> {
    let mut sums = BTreeMap::new();
    for posting in postings {
        let claim = posting.claim_id.map(|claim| if claim == renamed { back } else { claim });
        *sums.entry((posting.person_id.0, claim, posting.rule.clone())).or_insert(Fen::ZERO) += posting.amount_fen;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums
}

proptest! {
    #[test]
    fn payers_never_exceed_the_bill_and_the_family_never_gains(program in any_program(), facts in any_household()) {
        let settlement = settle(&program, &facts);
        assert_conserved(&settlement, &facts);
    }

    #[test]
    fn limits_hold(program in any_program(), facts in any_household()) {
        let settlement = settle(&program, &facts);
        for rule in &program.rules {
            for limit in &rule.limits {
                let Expr::Money(cap) = limit.cap else { continue };
                if limit.over.period.kind == PeriodKind::Lifetime && limit.over.unit == Unit::Household {
                    let computed = settlement.postings.iter().filter(|posting| posting.rule == rule.name && !posting.as_settled);
                    prop_assert!(computed.map(|posting| posting.amount_fen).sum::<Fen>() <= cap);
                }
            }
        }
    }

    #[test]
    fn any_order_of_arrival_gives_the_same(
        program in any_program(),
        facts in any_household(),
        seed in prop::collection::vec(any::<u32>(), 16),
    ) {
        let mut shuffled = facts.clone();
        let mut keys = seed.iter().cycle();
        shuffled.claims.sort_by_cached_key(|_| keys.next());
        shuffled.certifications.reverse();
        shuffled.persons.reverse();
        prop_assert_eq!(settle(&program, &facts), settle(&program, &shuffled));
    }

    #[test]
    fn fewer_notes_change_no_yuan(program in any_program(), facts in any_household()) {
        let prepared = Prepared::new(&program);
        let (brief, full) = (prepared.settle(&facts, Detail::BRIEF), prepared.settle(&facts, Detail::FULL));
        prop_assert_eq!(brief.postings, full.postings);
        prop_assert_eq!(brief.standings, full.standings);
    }

    #[test]
    fn workings_add_up_to_what_was_paid(program in any_program(), facts in any_household()) {
        let settlement = Prepared::new(&program).settle(&facts, Detail::FULL);
        for working in &settlement.workings {
            let posting = settlement.postings.iter().find(|posting| posting.seq == working.seq).unwrap();
            prop_assert_eq!(posting.amount_fen, working.paid_fen);
            prop_assert!(working.paid_fen <= working.allowed_fen.max(working.wanted_fen));
        }
    }

    #[test]
    fn settling_again_adds_up(program in any_program(), facts in any_household(), late in any_claim(50)) {
        let old = settle(&program, &facts).postings;
        let mut more = facts;
        more.claims.push(late);
        let new = settle(&program, &more).postings;
        let entries: Vec<Posting> = old.iter().cloned().chain(resettle(&old, &new)).collect();
        prop_assert_eq!(balances(&entries), balances(&new));
    }

    #[test]
    fn taken_back_and_entered_again_is_the_original(program in any_program(), facts in any_household(), pick in any::<prop::sample::Index>()) {
        let mut facts = facts;
        // Bills on one day would change places with their numbers.
        facts.claims.retain(|claim| claim.reverses_claim_id.is_none());
        facts.claims.sort_by_key(|claim| claim.incurred_on());
        facts.claims.dedup_by_key(|claim| claim.incurred_on());
        let original = pick.get(&facts.claims).clone();
        let mut again = facts.clone();
        again.claims.push(taken_back(60, &original, 100));
        again.claims.push(Claim { claim_id: ClaimId(61), ..original.clone() });
        let (once, twice) = (settle(&program, &facts).postings, settle(&program, &again).postings);
        prop_assert_eq!(
            by_rule(&once, ClaimId(61), original.claim_id),
            by_rule(&twice, ClaimId(61), original.claim_id)
        );
    }

    #[test]
    fn event_by_event_is_the_year(
        mode in prop::sample::select(vec![BracketMode::Marginal, BracketMode::WholeAboveFirstLine]),
        lines in (0_i64..5_000, 1_i64..9_000),
        rates in (0_i128..=50, 50_i128..=100),
        amounts in prop::collection::vec(0_i64..900_000, 1..7),
    ) {
        let rows = [(lines.0, Some(lines.0 + lines.1), rates.0), (lines.0 + lines.1, None, rates.1)];
        let program = program(vec![rule("甲", bracketed(mode, BracketsOn::Base, &rows))]);
        let bill = |id: u64, fen: i64| {
            let mut bill = claim(id, 1, date(2022, 3, 1), 0);
            (bill.total_fen, bill.in_scope_fen) = (Fen(fen), Fen(fen));
            bill
        };
        let one_by_one = amounts.iter().zip(1..).map(|(fen, id)| bill(id, *fen)).collect();
        let at_once = vec![bill(1, amounts.iter().sum())];
        let (events, year) = (settle(&program, &household(one_by_one)), settle(&program, &household(at_once)));
        prop_assert_eq!(paid(&events, "甲"), paid(&year, "甲"));
    }

    #[test]
    fn a_household_is_the_sum_of_its_members(program in any_program(), facts in any_household()) {
        let settlement = settle(&program, &facts);
        let family: Fen = settlement.standings.iter().map(|standing| standing.family_fen).sum();
        prop_assert_eq!(family, paid(&settlement, FAMILY));
        for (index, tier) in program.tiers.iter().enumerate() {
            let by_members: Fen = settlement.standings.iter().filter_map(|row| row.paid_fen.get(index)).map(|(_, paid)| *paid).sum();
            let posted = settlement.postings.iter().filter(|posting| {
                posting.rule == tier.name || program.rules.iter().any(|rule| rule.name == posting.rule && rule.tier == TierIx(index))
            });
            prop_assert_eq!(by_members, posted.map(|posting| posting.amount_fen).sum::<Fen>());
        }
    }
}
