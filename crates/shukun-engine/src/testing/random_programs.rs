//! Random programs: every word of the language, also what no document would say.
//!
//! They are what a linked program may be: indexes point at something, money is compared with money, scales have no gap.

use jiff::civil::date;
use proptest::prelude::*;
use shukun_base::{Day, Exact, Fen, MonthEnd, Rounding};
use shukun_policy::program::*;

use super::draw::Draw;
use super::rule;

/// Tiers by name; what a tier was settled at may stand in the claim fact of its name.
pub(crate) const TIERS: [&str; 4] = ["基本医保", "大病保险", "医疗救助", "慈善救助"];
/// Declared facts: name, kind, whether it is the claim's.
pub(crate) const FACTS: [(&str, FactKind, bool); 6] = [
    ("意外", FactKind::Flag, true),
    ("慈善支付", FactKind::Money, true),
    ("病种", FactKind::Word, true),
    ("重残", FactKind::Flag, false),
    ("月收入", FactKind::Number, false),
    ("户别", FactKind::Word, false),
];
const RULES: [&str; 7] = ["甲", "乙", "丙", "丁", "戊", "己", "庚"];
const MONEY: [Field; 5] = [Field::InScope, Field::Total, Field::OutOfCatalogue, Field::OverLimit, Field::PreSelfpay];
const NUMBERS: [Field; 5] =
    [Field::Age, Field::HospitalLevel, Field::AdmissionNumber, Field::CalendarYear, Field::HouseholdMembers];
const FLAGS: [Field; 6] = [
    Field::LocalRegister,
    Field::OutOfArea,
    Field::Insured,
    Field::DisabilityCertificate,
    Field::DueToIllness,
    Field::NewlyCertified,
];
const CODES: [Field; 7] = [
    Field::Category,
    Field::Kind,
    Field::Sex,
    Field::Insurance,
    Field::DrgCode,
    Field::PrincipalDiagnosis,
    Field::Institution,
];
const KINDS: [&str; 5] = ["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"];
pub(crate) const WORDS: [&str; 3] = ["A1", "B2", "C3"];
const COMPARISONS: [Comparison; 6] = [
    Comparison::AtLeast,
    Comparison::Less,
    Comparison::AtMost,
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::More,
];
const CLAIM_DATES: [DateField; 4] =
    [DateField::Incurred, DateField::Settled, DateField::Admitted, DateField::Discharged];

/// Any program.
pub(crate) fn any_program() -> impl Strategy<Value = Program> {
    let numbers = |count: usize| prop::collection::vec(any::<u32>(), count);
    (numbers(200), prop::collection::vec(numbers(130), 1..7)).prop_map(|(shape, rules)| program_of(&shape, &rules))
}

/// The program that these numbers choose: one list for its tiers, tables and measures, one for each rule.
pub(crate) fn program_of(shape: &[u32], rules: &[Vec<u32>]) -> Program {
    let mut draw = Draw::new(shape);
    let mut maker = Maker { is_tame: !draw.chance(40), rules: rules.len(), rule: 0, measures: 0, tables: 0 };
    let mut program = Program {
        facts: FACTS
            .map(|(name, kind, of_claim)| FactDecl { name: name.to_owned(), kind, of_claim, source: String::new() })
            .to_vec(),
        tiers: TIERS.iter().enumerate().map(|(place, name)| tier(&mut draw, place, name)).collect(),
        event_order: event_order(&mut draw),
        ..Program::default()
    };
    program.tables = (0..2).map(|place| maker.table(&mut draw, place)).collect();
    maker.tables = program.tables.len();
    for name in ["负担", "自负"] {
        let amount = if maker.measures == 0 { Expr::Left } else { maker.money(&mut draw, 2) };
        program.measures.push(Measure { name: name.to_owned(), pack: PackIx(0), article: String::new(), amount });
        maker.measures += 1;
    }
    let mut tiers: Vec<usize> = rules.iter().map(|_| 1 + draw.below(TIERS.len() - 1)).collect();
    tiers.sort_unstable();
    for (number, (numbers, tier)) in rules.iter().zip(tiers).enumerate() {
        maker.rule = number;
        program.rules.push(Rule { tier: TierIx(tier), ..maker.rule(&mut Draw::new(numbers)) });
    }
    program
}

fn tier(draw: &mut Draw<'_>, place: usize, name: &str) -> Tier {
    let source = match place {
        0 => draw.pick(&[Source::AsSettled, Source::Computed]),
        _ => draw.pick(&[
            Source::Computed,
            Source::Computed,
            Source::Computed,
            Source::SettledElseComputed,
            Source::Reconciled,
            Source::AsSettled,
        ]),
    };
    let settled = [
        SettledColumn::Basic,
        SettledColumn::CriticalIllness,
        SettledColumn::MedicalAssistance,
        SettledColumn::Supplementary,
    ];
    let other = [SettledColumn::Fact, SettledColumn::Other];
    let settled = if draw.chance(30) { draw.pick(&other) } else { settled[place] };
    Tier { name: name.to_owned(), source, settled }
}

fn event_order(draw: &mut Draw<'_>) -> Vec<SortKey> {
    let usual = vec![SortKey::Date(DateField::Incurred), SortKey::Date(DateField::Settled), SortKey::ClaimNumber];
    if !draw.chance(40) {
        return usual;
    }
    draw.some(0, 3, |draw| match draw.chance(20) {
        true => SortKey::ClaimNumber,
        false => SortKey::Date(draw.pick(&CLAIM_DATES)),
    })
}

/// What an expression may point at so far.
struct Maker {
    /// Without what only the reference evaluator does: most programs, so that the kernel has something to do.
    is_tame: bool,
    rules: usize,
    /// The number of the rule that is made.
    rule: usize,
    measures: usize,
    tables: usize,
}

impl Maker {
    fn rule(&self, draw: &mut Draw<'_>) -> Rule {
        let kind = self.kind(draw);
        let name = if draw.chance(3) { RULES[0] } else { RULES[self.rule] };
        let mut made = rule(name, kind);
        made.article = format!("第{}条", self.rule + 1);
        made.accumulate = self.accumulation(draw);
        made.timing =
            if draw.chance(if self.is_tame { 15 } else { 35 }) { Timing::PeriodEnd } else { Timing::PerClaim };
        made.who = if draw.chance(60) { self.cond(draw, 3) } else { Cond::Everyone };
        made.status_on = draw.option(30, |draw| match draw.below(4) {
            0 => StatusOn::Date(DateField::Incurred),
            1 => StatusOn::PeriodEnd,
            2 => StatusOn::AnyDayInPeriod,
            _ => StatusOn::Date(any_date(draw)),
        });
        if draw.chance(15) {
            made.validity = Validity {
                from: date(2021, 7, 1),
                to: draw.option(50, |_| date(2022, 12, 31)),
                decided_by: any_date(draw),
            };
        }
        self.collect(draw, &mut made);
        made.limits = match draw.below(10) {
            0..=5 => Vec::new(),
            6..=8 => vec![self.limit(draw)],
            _ => vec![self.limit(draw), self.limit(draw)],
        };
        // As documents have it: line and cap over the rule's own period.
        if draw.chance(40) {
            let own = made.accumulate;
            made.limits.iter_mut().take(1).for_each(|limit| limit.over = own);
            if let Kind::Pay { deductible: Some(deductible), .. } = &mut made.kind {
                deductible.over = own;
            }
        }
        made.minimum = draw.option(12, |draw| self.line(draw));
        made.prorate = draw.option(15, |draw| self.factor(draw));
        made.rounding = draw.pick(&[Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up]);
        made.rounding_unit = draw.pick(&[Fen(1), Fen(1), Fen(10), Fen(100)]);
        made
    }

    fn collect(&self, draw: &mut Draw<'_>, rule: &mut Rule) {
        if draw.chance(20) {
            rule.collect.kinds = draw.some(1, 3, |draw| draw.pick(&KINDS).to_owned());
        }
        rule.collect.only = draw.option(15, |draw| self.cond(draw, 2));
        if !self.is_tame && draw.chance(10) {
            rule.collect.window = Some(Window {
                claim_date: draw.pick(&CLAIM_DATES),
                anchor: draw.pick(&[DateField::Certified, DateField::Applied]),
                from_months_before: 12,
                to_months_before: 0,
                to_inclusive: draw.chance(50),
                month_end: draw.pick(&[MonthEnd::PreviousDay, MonthEnd::NextDay]),
            });
            rule.accumulate.period.kind = PeriodKind::Window;
        }
        let may_have_floor = !matches!(rule.kind, Kind::Pay { .. } | Kind::BringDown { .. } | Kind::Fixed { .. })
            || rule.timing == Timing::PeriodEnd;
        if !self.is_tame && may_have_floor && draw.chance(16) {
            rule.collect.floor = Some(Floor {
                per_institution: draw.chance(50),
                per_kind: draw.chance(50),
                period: Period { kind: PeriodKind::Year, key: DateField::Incurred },
                amount: Expr::Field(draw.pick(&MONEY)),
                at_least: Fen(draw.number(400_000)),
            });
        }
    }

    fn kind(&self, draw: &mut Draw<'_>) -> Kind {
        match draw.below(20) {
            0..=7 => Kind::Pay {
                base: self.base(draw),
                deductible: draw
                    .option(40, |draw| Deductible { amount: self.line(draw), over: self.accumulation(draw) }),
                scale: self.scale(draw),
            },
            8..=10 => Kind::BringDown { base: self.base(draw), trigger: self.trigger(draw), target: self.line(draw) },
            11..=13 => Kind::Fixed {
                base: Some(self.base(draw)),
                trigger: draw.option(70, |draw| self.trigger(draw)),
                amount: self.line(draw),
            },
            14 => Kind::Fixed { base: None, trigger: None, amount: self.line(draw) },
            15..=16 => Kind::Alert {
                base: self.base(draw),
                levels: draw.some(1, 3, |draw| {
                    let colours = [AlertColour::Red, AlertColour::Orange, AlertColour::Yellow];
                    (draw.pick(&colours), self.trigger(draw))
                }),
            },
            17 => Kind::ByResolution {
                base: self.base(draw),
                trigger: self.trigger(draw),
                body: "联席会议".to_owned(),
                ceiling: draw.option(50, |draw| self.line(draw)),
            },
            18 => Kind::Eligibility { grants: "资格".to_owned() },
            _ => Kind::Service { what: "探访".to_owned(), ceiling: None },
        }
    }

    fn base(&self, draw: &mut Draw<'_>) -> Base {
        let mode = draw.pick(&[BaseMode::Residual, BaseMode::Gross, BaseMode::AsWritten]);
        let amount = if draw.chance(50) { self.money(draw, 2) } else { Expr::Field(draw.pick(&MONEY)) };
        Base { amount, mode }
    }

    fn trigger(&self, draw: &mut Draw<'_>) -> Trigger {
        Trigger { line: self.line(draw), strict: draw.chance(50) }
    }

    /// A line, target, cap or least amount.
    fn line(&self, draw: &mut Draw<'_>) -> Expr {
        match draw.below(20) {
            0..=13 => fixed_money(draw),
            14 => Expr::Field(Field::HouseholdIncome),
            15..=16 => {
                let (income, share) = (Expr::Field(Field::HouseholdIncome), percents(draw));
                Expr::Mul(Box::new(income), Box::new(share))
            }
            17 if self.tables > 0 => Expr::Lookup(TableIx(draw.below(self.tables)), 0),
            _ => self.money(draw, 1),
        }
    }

    fn scale(&self, draw: &mut Draw<'_>) -> Scale {
        match draw.below(10) {
            0..=4 => Scale::Rate { rate: percents(draw) },
            5 => Scale::Rate { rate: self.factor(draw) },
            _ => {
                let on = if !self.is_tame && draw.chance(25) { BracketsOn::PatientPaid } else { BracketsOn::Base };
                let mode = draw.pick(&[
                    BracketMode::Marginal,
                    BracketMode::Whole,
                    BracketMode::WholeAboveFirstLine,
                    BracketMode::MarginalFromFirstFen,
                ]);
                let scales = match draw.chance(30) {
                    true => draw.some(1, 3, |draw| self.bracket_scale(draw, 2)),
                    false => vec![self.bracket_scale(draw, 0)],
                };
                Scale::Brackets { mode, on, scales }
            }
        }
    }

    fn bracket_scale(&self, draw: &mut Draw<'_>, tests: usize) -> BracketScale {
        let tests = draw.some(0, tests, |draw| self.tested(draw));
        let count = 1 + draw.below(4);
        let mut from = draw.pick(&[0, 1_000, 100_000, 33_333]);
        let mut rows = Vec::new();
        for row in 0..count {
            let is_last = row + 1 == count;
            let to = from + 1 + draw.number(400_000);
            let has_end = !is_last || draw.chance(20);
            let rate = draw.pick(&[
                Exact::new(50, 100),
                Exact::new(0, 1),
                Exact::new(1, 3),
                Exact::new(65, 100),
                Exact::new(1, 1),
            ]);
            rows.push(Bracket { from: Fen(from), to: has_end.then_some(Fen(to)), rate });
            from = to;
        }
        BracketScale { tests, rows }
    }

    fn limit(&self, draw: &mut Draw<'_>) -> Limit {
        let counts = match draw.below(4) {
            0..=1 => Vec::new(),
            _ => self.payers(draw),
        };
        let cap = if draw.chance(20) { self.line(draw) } else { fixed_money(draw) };
        Limit { counts, over: self.accumulation(draw), cap }
    }

    fn payers(&self, draw: &mut Draw<'_>) -> Vec<Payer> {
        draw.some(1, 3, |draw| match draw.chance(50) {
            true => Payer::Tier(TierIx(draw.below(TIERS.len()))),
            false => Payer::Rule(RuleIx(draw.below(self.rules))),
        })
    }

    fn accumulation(&self, draw: &mut Draw<'_>) -> Accumulation {
        let kinds = [
            PeriodKind::Year,
            PeriodKind::Event,
            PeriodKind::Month,
            PeriodKind::Lifetime,
            PeriodKind::PolicyYear { month: 7, day: 1 },
            PeriodKind::PolicyYear { month: 2, day: 29 },
        ];
        let kind = match !self.is_tame && draw.chance(8) {
            true => PeriodKind::Rolling { months: u32::try_from(1 + draw.below(6)).unwrap() },
            false => draw.pick(&kinds),
        };
        let key = match draw.below(20) {
            0..=15 => DateField::Incurred,
            16..=18 => draw.pick(&CLAIM_DATES),
            _ if self.is_tame => DateField::Incurred,
            _ => any_date(draw),
        };
        Accumulation { unit: draw.pick(&[Unit::Person, Unit::Household]), period: Period { kind, key } }
    }

    /// An amount of money.
    fn money(&self, draw: &mut Draw<'_>, depth: usize) -> Expr {
        let both = |draw: &mut Draw<'_>| (Box::new(self.money(draw, depth - 1)), Box::new(self.money(draw, depth - 1)));
        match draw.below(if depth == 0 { 9 } else { 18 }) {
            0..=2 => Expr::Field(draw.pick(&MONEY)),
            3 => fixed_money(draw),
            4 => Expr::Paid(self.payers(draw)),
            5 => Expr::Left,
            6 => Expr::Fact(FactIx(1)),
            7 if self.measures > 0 => Expr::Measure(MeasureIx(draw.below(self.measures))),
            8 if self.tables > 0 => Expr::Lookup(TableIx(draw.below(self.tables)), 0),
            9 | 10 => some_of(both(draw), Expr::Sub),
            11 => some_of(both(draw), Expr::Add),
            12 => some_of(both(draw), Expr::Min),
            13 => some_of(both(draw), Expr::Max),
            14 | 15 => Expr::Mul(Box::new(self.money(draw, depth - 1)), Box::new(self.factor(draw))),
            16 if draw.chance(if self.is_tame { 30 } else { 60 }) => {
                Expr::Div(Box::new(self.money(draw, depth - 1)), Box::new(self.factor(draw)))
            }
            17 if !self.is_tame && draw.chance(60) => Expr::PeriodTotal(Box::new(self.money(draw, depth - 1))),
            _ => Expr::Field(draw.pick(&MONEY)),
        }
    }

    /// A number: a rate, a count, a share.
    fn factor(&self, draw: &mut Draw<'_>) -> Expr {
        match draw.below(20) {
            0..=9 => percents(draw),
            10 => Expr::Number(Exact::new(1, 3)),
            11 => Expr::Number(Exact::from_integer(i128::try_from(draw.below(3)).unwrap())),
            12..=14 if self.tables > 0 => Expr::Lookup(TableIx(draw.below(self.tables)), 1),
            15 => Expr::Mul(Box::new(percents(draw)), Box::new(Expr::Field(draw.pick(&NUMBERS)))),
            16 if !self.is_tame => Expr::Div(Box::new(percents(draw)), Box::new(Expr::Field(Field::HouseholdMembers))),
            17 => Expr::Field(draw.pick(&[Field::HospitalLevel, Field::AdmissionNumber])),
            18 if !self.is_tame => {
                let hits = Expr::Hits { rule: RuleIx(draw.below(self.rules)), months: 6 };
                Expr::Mul(Box::new(percents(draw)), Box::new(hits))
            }
            _ => percents(draw),
        }
    }

    fn cond(&self, draw: &mut Draw<'_>, depth: usize) -> Cond {
        let parts = |draw: &mut Draw<'_>| draw.some(0, 3, |draw| self.cond(draw, depth - 1));
        match draw.below(if depth == 0 { 13 } else { 19 }) {
            0 | 1 => Cond::OneOf(Field::Category, literals(draw, Field::Category)),
            2..=4 => {
                let field = any_field(draw);
                Cond::OneOf(field, literals(draw, field))
            }
            5 => Cond::Flag(draw.pick(&FLAGS)),
            6 => Cond::FactFlag(FactIx(draw.pick(&[0, 3]))),
            7 => Cond::FactOneOf(FactIx(draw.pick(&[2, 5])), draw.some(1, 2, |draw| word(draw.pick(&WORDS)))),
            8 => {
                let (a, b) = (self.money(draw, depth.min(1)), self.line(draw));
                Cond::Compare(Box::new(a), draw.pick(&COMPARISONS), Box::new(b))
            }
            9 => {
                let a = draw.pick(&[Expr::Field(Field::Age), Expr::Fact(FactIx(4)), Expr::Field(Field::HospitalLevel)]);
                let b = draw.pick(&[60, 3, 18, 61, 2]);
                let b = Expr::Number(Exact::from_integer(b));
                Cond::Compare(Box::new(a), draw.pick(&COMPARISONS), Box::new(b))
            }
            10 => Cond::CompareDay(any_date(draw), draw.pick(&COMPARISONS), some_day(draw)),
            11 | 12 if self.rule > 0 => Cond::Has(RuleIx(draw.below(self.rule))),
            13 | 14 => Cond::And(parts(draw)),
            15 | 16 => Cond::Or(parts(draw)),
            17 | 18 => Cond::Not(Box::new(self.cond(draw, depth - 1))),
            _ => Cond::Everyone,
        }
    }

    fn table(&self, draw: &mut Draw<'_>, place: usize) -> Table {
        let inputs = draw.some(1, 2, |draw| if draw.chance(60) { any_field(draw) } else { Field::Category });
        let rows = draw.some(1, 4, |draw| TableRow {
            tests: inputs.iter().map(|field| cell_test(draw, *field)).collect(),
            values: vec![
                draw.pick(&[Literal::Money(Fen(50_000)), Literal::Money(Fen(33_333)), Literal::Unstated]),
                draw.pick(&[
                    Literal::Number(Exact::new(60, 100)),
                    Literal::Number(Exact::new(1, 3)),
                    Literal::Number(Exact::new(5, 7)),
                    Literal::Unstated,
                ]),
            ],
        });
        Table {
            name: format!("表{place}"),
            inputs,
            outputs: vec!["限额".to_owned(), "比例".to_owned()],
            rows,
            hit: draw.pick(&[Hit::First, Hit::First, Hit::Unique]),
        }
    }

    fn tested(&self, draw: &mut Draw<'_>) -> (Field, CellTest) {
        let field = any_field(draw);
        (field, cell_test(draw, field))
    }
}

fn some_of((a, b): (Box<Expr>, Box<Expr>), make: fn(Box<Expr>, Box<Expr>) -> Expr) -> Expr {
    make(a, b)
}

fn fixed_money(draw: &mut Draw<'_>) -> Expr {
    let some = draw.number(900_000);
    Expr::Money(Fen(draw.pick(&[100_000, 0, some, some, 30_000, 1])))
}

fn percents(draw: &mut Draw<'_>) -> Expr {
    let percent = draw.pick(&[50, 0, 65, 100, 33, 7]);
    Expr::Number(Exact::new(percent, 100))
}

fn any_date(draw: &mut Draw<'_>) -> DateField {
    draw.pick(&[
        DateField::Incurred,
        DateField::Settled,
        DateField::Admitted,
        DateField::Discharged,
        DateField::Certified,
        DateField::Applied,
    ])
}

fn some_day(draw: &mut Draw<'_>) -> Day {
    draw.pick(&[date(2022, 1, 1), date(2021, 7, 15), date(2022, 6, 30), date(2023, 3, 1)])
}

fn any_field(draw: &mut Draw<'_>) -> Field {
    match draw.below(8) {
        0..=2 => draw.pick(&CODES),
        3 | 4 => draw.pick(&NUMBERS),
        5 => draw.pick(&FLAGS),
        6 => draw.pick(&[Field::InScope, Field::HouseholdIncome, Field::Total]),
        _ => Field::Declared(FactIx(draw.below(FACTS.len()))),
    }
}

fn word(word: &str) -> Literal {
    Literal::Word(word.to_owned())
}

fn literals(draw: &mut Draw<'_>, field: Field) -> Vec<Literal> {
    draw.some(1, 3, |draw| literal(draw, field))
}

fn literal(draw: &mut Draw<'_>, field: Field) -> Literal {
    let listed = |draw: &mut Draw<'_>, of: &[&str]| word(draw.pick(of));
    if draw.chance(3) {
        return draw.pick(&[Literal::Flag(true), word("A1"), Literal::Number(Exact::from_integer(1))]);
    }
    match field {
        Field::Category => listed(draw, &["dibao", "expenditure_type", "destitute", "low_income", "dibao_marginal"]),
        Field::Kind => listed(draw, &KINDS),
        Field::Sex => listed(draw, &["female", "male"]),
        Field::Insurance => listed(draw, &["resident", "employee"]),
        Field::DrgCode | Field::PrincipalDiagnosis | Field::Institution => listed(draw, &WORDS),
        Field::Declared(fact) => match FACTS[fact.0].1 {
            FactKind::Flag => Literal::Flag(draw.chance(50)),
            FactKind::Word => listed(draw, &WORDS),
            FactKind::Money => Literal::Money(Fen(draw.pick(&[10_000, 0]))),
            FactKind::Number => Literal::Number(Exact::from_integer(draw.pick(&[3, 0, 1]))),
        },
        Field::HospitalLevel | Field::AdmissionNumber | Field::HouseholdMembers => {
            Literal::Number(Exact::from_integer(draw.pick(&[2, 1, 3])))
        }
        Field::Age => Literal::Number(Exact::from_integer(draw.pick(&[61, 62, 60]))),
        Field::CalendarYear => Literal::Number(Exact::from_integer(draw.pick(&[2022, 2021]))),
        field if FLAGS.contains(&field) => Literal::Flag(draw.chance(50)),
        _ => Literal::Money(Fen(draw.pick(&[100_000, 0]))),
    }
}

fn cell_test(draw: &mut Draw<'_>, field: Field) -> CellTest {
    let has_order = match field {
        Field::Declared(fact) => matches!(FACTS[fact.0].1, FactKind::Money | FactKind::Number),
        field => NUMBERS.contains(&field) || MONEY.contains(&field) || field == Field::HouseholdIncome,
    };
    match draw.below(4) {
        0 => CellTest::Any,
        1 | 2 if has_order => {
            let lines: &[i128] = match field {
                Field::Age => &[60, 62, 18],
                Field::CalendarYear => &[2022, 2021],
                field if NUMBERS.contains(&field) => &[2, 1, 3],
                Field::Declared(FactIx(4)) => &[2, 1, 3],
                Field::HouseholdIncome => &[5_000_000, 9_000_000],
                _ => &[100_000, 200_000],
            };
            let line = |draw: &mut Draw<'_>| Exact::from_integer(draw.pick(lines));
            CellTest::Range { from: draw.option(60, line), to: draw.option(60, line), to_inclusive: draw.chance(50) }
        }
        _ => CellTest::OneOf(literals(draw, field)),
    }
}

/// Any program whose rules pay, if at a bill, as most documents have it: a rate or one scale of rows, a fixed deductible
/// and cap over the rule's own period.
pub(crate) fn any_common_program() -> impl Strategy<Value = Program> {
    any_program().prop_map(|mut program| {
        program.tiers.iter_mut().skip(1).for_each(|tier| tier.source = Source::Computed);
        program.rules.iter_mut().for_each(make_common);
        program
    })
}

fn make_common(rule: &mut Rule) {
    let fixed = |line: &mut Expr| {
        if !matches!(line, Expr::Money(_)) {
            *line = Expr::Money(Fen(80_000));
        }
    };
    let is_watched = rule.timing == Timing::PeriodEnd;
    rule.kind = match std::mem::replace(&mut rule.kind, Kind::Eligibility { grants: String::new() }) {
        kind if is_watched => kind,
        Kind::BringDown { base, .. } | Kind::Fixed { base: Some(base), .. } => {
            Kind::Pay { base, deductible: None, scale: Scale::Rate { rate: percents(&mut Draw::new(&[60])) } }
        }
        Kind::Fixed { base: None, .. } => Kind::Eligibility { grants: "资格".to_owned() },
        other => other,
    };
    if CLAIM_DATES.contains(&rule.validity.decided_by) {
        rule.validity.decided_by = DateField::Incurred;
    }
    let own = rule.accumulate;
    let Kind::Pay { deductible, scale, .. } = &mut rule.kind else { return };
    if is_watched {
        return;
    }
    if let Some(deductible) = deductible {
        deductible.over = own;
        fixed(&mut deductible.amount);
    }
    if let Scale::Brackets { scales, .. } = scale {
        scales.truncate(1);
        scales.iter_mut().for_each(|scale| scale.tests.clear());
    }
    (rule.minimum, rule.prorate) = (None, None);
    rule.limits.truncate(1);
    for limit in &mut rule.limits {
        (limit.over, limit.counts) = (own, Vec::new());
        fixed(&mut limit.cap);
    }
}
