//! A program back in words: amounts, conditions, periods and whole rules as a pack would write them, in Chinese or
//! English. Traces, notices and reports use it.
//!
//! What it writes of amounts, conditions and periods can be read again: the tests hold that.

mod rule;

use shukun_base::{Day, Exact, Fen, Lang};

use crate::program::{
    Accumulation, Comparison, Cond, Expr, Field, Literal, Payer, Period, PeriodKind, Program, TableIx, Trigger,
};
use crate::registry;
use crate::typed::amounts::UNSTATED;
use crate::typed::fields::closed_word_key;
use crate::typed::spelling::{clause_spelled, spelled};

impl Program {
    /// `政策范围内费用 － 已付（基本医保）`
    pub fn describe_amount(&self, amount: &Expr, lang: Lang) -> String {
        Words { program: self, lang }.amount(amount, 0)
    }

    /// `新认定 且 认定类别 属于【低保、低边】`
    pub fn describe_condition(&self, cond: &Cond, lang: Lang) -> String {
        Words { program: self, lang }.condition(cond, 0)
    }

    /// `超过 5万元`
    pub fn describe_trigger(&self, trigger: &Trigger, lang: Lang) -> String {
        let word = if trigger.strict { "above" } else { "at_least" };
        format!("{} {}", spelled(word, lang), self.describe_amount(&trigger.line, lang))
    }

    /// The name of a column or declared fact.
    pub fn describe_field(&self, field: Field, lang: Lang) -> String {
        Words { program: self, lang }.field(field)
    }
}

/// `每自然年（按 费用发生日）`
pub fn describe_period(period: Period, lang: Lang) -> String {
    let date = spelled(registry::date_word(period.key), lang);
    let by = spelled("by", lang);
    let word = |key| spelled(key, lang);
    let keyed = |text: &str, extra: &str| match lang {
        Lang::Zh => format!("{text}（{extra}{by} {date}）"),
        Lang::En => format!("{text} ({extra}{by} {date})"),
    };
    match (period.kind, lang) {
        (PeriodKind::Event, _) => word("per_event").to_owned(),
        (PeriodKind::Window, _) => word("this_window").to_owned(),
        (PeriodKind::Lifetime, _) => word("lifetime").to_owned(),
        (PeriodKind::Month, _) => keyed(word("per_month"), ""),
        (PeriodKind::Year, _) => keyed(word("per_year"), ""),
        (PeriodKind::Rolling { months }, Lang::Zh) => keyed(&format!("连续{months}个月"), ""),
        (PeriodKind::Rolling { months }, Lang::En) => keyed(&format!("rolling {months} months"), ""),
        (PeriodKind::PolicyYear { month, day }, Lang::Zh) => {
            keyed(word("per_policy_year"), &format!("{month}月{day}日起，"))
        }
        (PeriodKind::PolicyYear { month, day }, Lang::En) => {
            keyed(word("per_policy_year"), &format!("--{month:02}-{day:02}, "))
        }
    }
}

/// `每人 每自然年（按 费用发生日）`
pub fn describe_accumulation(over: Accumulation, lang: Lang) -> String {
    format!("{} {}", spelled(registry::unit_word(over.unit), lang), describe_period(over.period, lang))
}

/// `5万元`, `49,500元`, `29,999.99元`; `50,000 yuan`
pub fn describe_money(amount: Fen, lang: Lang) -> String {
    let shown = amount.to_string();
    let shown = shown.strip_suffix(".00").unwrap_or(&shown);
    let ten_thousands = amount.0 / 1_000_000;
    match lang {
        Lang::Zh if amount.0 != 0 && amount.0 % 1_000_000 == 0 => format!("{ten_thousands}万元"),
        Lang::Zh => format!("{shown}元"),
        Lang::En => format!("{shown} yuan"),
    }
}

/// `12`, `90%`, `2.5%`, `1/3`
pub fn describe_number(number: Exact) -> String {
    if number.is_integer() {
        return number.to_string();
    }
    let percent = number * Exact::from_integer(100);
    decimal(percent).map_or_else(|| number.to_string(), |percent| format!("{percent}%"))
}

/// A number with at most four decimals.
fn decimal(number: Exact) -> Option<String> {
    let scaled = number * Exact::from_integer(10_000);
    if !scaled.is_integer() {
        return None;
    }
    let (whole, part) = (scaled.to_integer() / 10_000, (scaled.to_integer() % 10_000).abs());
    let sign = if scaled < Exact::from_integer(0) && whole == 0 { "-" } else { "" };
    let part = format!("{part:04}");
    let part = part.trim_end_matches('0');
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

fn day(day: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.to_string(),
    }
}

/// A program's words in one language.
#[derive(Clone, Copy)]
struct Words<'p> {
    program: &'p Program,
    lang: Lang,
}

impl Words<'_> {
    fn word(&self, key: impl Into<Option<&'static str>>) -> &'static str {
        spelled(key, self.lang)
    }

    /// `name（a、b）`
    fn call(&self, name: &'static str, parts: &[String]) -> String {
        let name = self.word(name);
        match self.lang {
            Lang::Zh => format!("{name}（{}）", parts.join("、")),
            Lang::En => format!("{name}({})", parts.join(", ")),
        }
    }

    fn in_parentheses(&self, inner: String, needed: bool) -> String {
        match (needed, self.lang) {
            (false, _) => inner,
            (true, Lang::Zh) => format!("（{inner}）"),
            (true, Lang::En) => format!("({inner})"),
        }
    }

    /// `level` is how tightly the place binds: 0 a whole clause, 1 an operand of ＋ －, 2 of × ÷.
    fn amount(&self, amount: &Expr, level: u8) -> String {
        let sign = |zh, en| if self.lang == Lang::Zh { zh } else { en };
        match amount {
            Expr::Money(fen) => describe_money(*fen, self.lang),
            Expr::Number(number) => describe_number(*number),
            Expr::Field(field) => self.field(*field),
            Expr::Fact(fact) => self.field(Field::Declared(*fact)),
            Expr::Measure(measure) => {
                self.program.measures.get(measure.0).map(|measure| measure.name.clone()).unwrap_or_default()
            }
            Expr::Paid(payers) => self.call("paid", &payers.iter().map(|payer| self.payer(*payer)).collect::<Vec<_>>()),
            Expr::Left => self.word("left").to_owned(),
            Expr::Lookup(table, _) if *table == UNSTATED => self.word("unstated").to_owned(),
            Expr::Lookup(table, output) => self.lookup(*table, *output),
            Expr::Add(a, b) => self.operation((a, b), sign("＋", "+"), (level, 1, 1)),
            Expr::Sub(a, b) => self.operation((a, b), sign("－", "-"), (level, 1, 2)),
            Expr::Mul(a, b) => self.operation((a, b), "×", (level, 2, 2)),
            Expr::Div(a, b) => self.operation((a, b), "÷", (level, 2, 3)),
            Expr::Min(a, b) => self.call("smaller", &[self.amount(a, 0), self.amount(b, 0)]),
            Expr::Max(a, b) => self.call("larger", &[self.amount(a, 0), self.amount(b, 0)]),
            Expr::PeriodTotal(inner) => self.call("period_total", &[self.amount(inner, 0)]),
            Expr::Hits { rule, months } => {
                let ahead = match self.lang {
                    Lang::Zh => format!("前{months}个月"),
                    Lang::En => format!("{months} months before"),
                };
                self.call("hits", &[self.payer(Payer::Rule(*rule)), ahead])
            }
        }
    }

    /// `(outside, own, right)`: how tightly the place, the operation and its right side bind.
    fn operation(&self, (a, b): (&Expr, &Expr), sign: &str, (outside, own, right): (u8, u8, u8)) -> String {
        let right = self.amount(b, right.max(own + u8::from(right > own)));
        let inner = format!("{} {sign} {right}", self.amount(a, own));
        self.in_parentheses(inner, outside > own)
    }

    fn lookup(&self, table: TableIx, output: usize) -> String {
        let Some(table) = self.program.tables.get(table.0) else { return String::new() };
        let column = table.outputs.get(output).map(String::as_str).unwrap_or_default();
        let column = registry::clause(column).map_or(column, |clause| clause_spelled(clause.id(), self.lang));
        self.call("lookup", &[table.name.clone(), column.to_owned()])
    }

    fn payer(&self, payer: Payer) -> String {
        let name = match payer {
            Payer::Tier(tier) => self.program.tiers.get(tier.0).map(|tier| &tier.name),
            Payer::Rule(rule) => self.program.rules.get(rule.0).map(|rule| &rule.name),
        };
        name.cloned().unwrap_or_default()
    }

    fn field(&self, field: Field) -> String {
        match field {
            Field::Declared(fact) => self.program.facts.get(fact.0).map(|fact| fact.name.clone()).unwrap_or_default(),
            _ => self.word(registry::field_word(field)).to_owned(),
        }
    }

    /// `level`: 0 a whole clause, 1 a part of 且, 2 after 非.
    fn condition(&self, cond: &Cond, level: u8) -> String {
        match cond {
            Cond::Everyone => self.word("everyone").to_owned(),
            Cond::And(parts) => self.joined(parts, "and", (level, 1)),
            Cond::Or(parts) => self.joined(parts, "or", (level, 0)),
            Cond::Not(inner) => self.negated(inner),
            Cond::Flag(field) => self.field(*field),
            Cond::FactFlag(fact) => self.field(Field::Declared(*fact)),
            Cond::OneOf(field, values) => self.one_of(*field, "one_of", values),
            Cond::FactOneOf(fact, values) => self.one_of(Field::Declared(*fact), "one_of", values),
            Cond::Compare(left, sign, right) => {
                format!("{} {} {}", self.amount(left, 0), self.sign(*sign), self.amount(right, 0))
            }
            Cond::CompareDay(date, sign, on) => {
                let date = self.word(registry::date_word(*date));
                format!("{date} {} {}", self.sign(*sign), day(*on, self.lang))
            }
            Cond::Has(rule) => self.call("has", &[self.payer(Payer::Rule(*rule))]),
        }
    }

    /// `(outside, own)`: how tightly the place and the operation bind.
    fn joined(&self, parts: &[Cond], word: &'static str, (outside, own): (u8, u8)) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part, own + 1)).collect();
        self.in_parentheses(parts.join(&format!(" {} ", self.word(word))), outside > own)
    }

    fn negated(&self, inner: &Cond) -> String {
        match inner {
            Cond::OneOf(field, values) => self.one_of(*field, "not_one_of", values),
            Cond::FactOneOf(fact, values) => self.one_of(Field::Declared(*fact), "not_one_of", values),
            _ => format!("{} {}", self.word("not"), self.condition(inner, 2)),
        }
    }

    fn one_of(&self, field: Field, word: &'static str, values: &[Literal]) -> String {
        let values: Vec<String> = values.iter().map(|value| self.literal(value)).collect();
        match self.lang {
            Lang::Zh => format!("{} {}【{}】", self.field(field), self.word(word), values.join("、")),
            Lang::En => format!("{} {} [{}]", self.field(field), self.word(word), values.join(", ")),
        }
    }

    fn literal(&self, value: &Literal) -> String {
        match value {
            Literal::Money(fen) => describe_money(*fen, self.lang),
            Literal::Number(number) => describe_number(*number),
            Literal::Flag(flag) => self.word(if *flag { "yes" } else { "no" }).to_owned(),
            Literal::Word(word) => closed_word_key(word).map_or(word.as_str(), |key| self.word(key)).to_owned(),
            Literal::Day(on) => day(*on, self.lang),
            Literal::Unstated => self.word("unstated").to_owned(),
        }
    }

    fn sign(&self, sign: Comparison) -> &'static str {
        self.word(match sign {
            Comparison::Less => "below",
            Comparison::AtMost => "at_most",
            Comparison::Equal => "equals",
            Comparison::NotEqual => "not_equals",
            Comparison::AtLeast => "at_least",
            Comparison::More => "above",
        })
    }
}

#[cfg(test)]
mod tests;
