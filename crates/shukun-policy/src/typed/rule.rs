//! A rule's clauses together: which a kind needs, which it knows, and the rule they make.

use std::collections::BTreeSet;

use shukun_base::{Fen, Rounding, Text};

use super::amounts::Scope;
use super::cursor::Cursor;
use super::kinds::{HEADS, factor, kind, minimum, pays_money};
use super::names::Names;
use super::periods::{accumulate, date, limit};
use super::scales::Brackets;
use super::{Parse, collecting, conditions, rounding, spelling};
use crate::document::{Clause, Declaration, Span};
use crate::finding::Finding;
use crate::program::{
    Accumulation, AlertColour, Collect, Cond, DateField, Kind, PackIx, Period, PeriodKind, Rule, TableIx, TierIx,
    Timing, Trigger, Unit, Validity,
};

/// The clauses of one declaration by keyword.
#[derive(Clone, Debug)]
pub(crate) struct Clauses<'a> {
    decl: &'a Declaration,
}

impl<'a> Clauses<'a> {
    pub(crate) fn of(decl: &'a Declaration) -> Clauses<'a> {
        Clauses { decl }
    }

    /// The clause with that keyword.
    pub(crate) fn find(&self, key: &str) -> Option<&'a Clause> {
        self.decl.clauses.iter().find(|clause| clause.key == key)
    }

    /// The same, or the finding that it is missing.
    pub(crate) fn get(&self, key: &'static str) -> Parse<&'a Clause> {
        self.find(key).ok_or_else(|| Box::new(missing(self.decl, key)))
    }

    /// A clause of free text.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.find(key).map(|clause| clause.text.clone())
    }

    /// The head clause, if there is exactly one.
    pub(crate) fn head(&self) -> Parse<&'a Clause> {
        let mut heads = self.decl.clauses.iter().filter(|clause| HEADS.contains(&clause.key));
        let Some(head) = heads.next() else { return Err(Box::new(no_head(self.decl))) };
        match heads.next() {
            None => Ok(head),
            Some(second) => Err(Box::new(two_heads(head, second))),
        }
    }
}

fn no_head(decl: &Declaration) -> Finding {
    let heads = |spell: fn(&'static str) -> Text| HEADS.iter().map(|key| spell(key)).collect::<Vec<Text>>();
    let all = heads(spelling::quoted_clause);
    let zh: String = all.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = all.iter().map(|text| text.en.as_str()).collect();
    Finding::error(
        "P0307",
        Some(decl.name_span),
        Text::new(
            format!("规则“{}”没有说它做什么", decl.name),
            format!("the rule “{}” does not say what it does", decl.name),
        ),
        Text::new(format!("写一条{zh}之一"), format!("add one of {}", en.join(", "))),
    )
}

fn two_heads(first: &Clause, second: &Clause) -> Finding {
    let (one, two) = (spelling::quoted_clause(first.key), spelling::quoted_clause(second.key));
    Finding::error(
        "P0307",
        Some(second.key_span),
        Text::new(
            format!("一条规则只做一件事，这里有{}和{}", one.zh, two.zh),
            format!("a rule does one thing; here are {} and {}", one.en, two.en),
        ),
        Text::new("分成两条规则", "make two rules of it"),
    )
    .with_related(first.key_span, Text::new("前一件", "the first"))
}

fn missing(decl: &Declaration, key: &'static str) -> Finding {
    let wanted = spelling::quoted_clause(key);
    Finding::error(
        "P0306",
        Some(decl.name_span),
        Text::new(
            format!("“{}”没有写{}", decl.name, wanted.zh),
            format!("“{}” does not state {}", decl.name, wanted.en),
        ),
        Text::new(
            format!("补上{}；它没有默认值", wanted.zh),
            format!("add {}; nothing is assumed in its place", wanted.en),
        ),
    )
}

/// What a rule has of its own besides its clauses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own<'a> {
    pub(crate) names: &'a Names,
    /// Its tables of attributes.
    pub(crate) tables: &'a [TableIx],
    /// Its table of brackets.
    pub(crate) brackets: Option<&'a Brackets>,
    /// Its table of colours.
    pub(crate) levels: Option<&'a Vec<(AlertColour, Trigger)>>,
    /// Its pack.
    pub(crate) pack: PackIx,
    /// Its tier, found before.
    pub(crate) tier: TierIx,
    /// The pack's validity; a rule may override the deciding date.
    pub(crate) validity: Validity,
}

impl<'a> Own<'a> {
    pub(crate) fn scope(&self) -> Scope<'a> {
        Scope { names: self.names, own_tables: self.tables }
    }
}

const COMMON: &[&str] = &[
    "basis",
    "who",
    "status_on",
    "collect",
    "sort",
    "timing",
    "accumulate",
    "decided_by",
    "lead",
    "responsible",
    "hit",
    "waive",
    "tier",
];
const MONEY: &[&str] = &["base", "floor", "limit", "minimum", "prorate", "rounding", "fund", "purpose"];

/// Clauses that a kind knows beside the common ones.
fn special(head: &str) -> &'static [&'static str] {
    match head {
        "rate" | "brackets" => &["deductible"],
        "bring_down_to" | "fixed" | "by_resolution" => &["trigger"],
        "alert" => &["base", "trigger", "floor"],
        "subsidy" => &["fund", "purpose", "rounding", "limit"],
        "service" => &["fund", "purpose"],
        _ => &[],
    }
}

/// Clauses that a kind cannot do without. A base needs to know its claims and their order.
fn required(head: &str, has_base: bool) -> Vec<&'static str> {
    let mut keys = vec!["basis", "who"];
    if pays_money(head) {
        keys.extend(["timing", "accumulate", "rounding", "fund", "tier"]);
    }
    if has_base {
        keys.extend(["collect", "sort"]);
    }
    match head {
        "rate" | "brackets" => keys.push("base"),
        "bring_down_to" | "by_resolution" => keys.extend(["base", "trigger"]),
        "alert" => keys.extend(["base", "accumulate"]),
        _ => {}
    }
    keys
}

/// Clauses that are missing, or not known to the kind.
pub(crate) fn clause_findings(decl: &Declaration, head: &Clause) -> Vec<Finding> {
    let clauses = Clauses::of(decl);
    let mut found: Vec<Finding> = required(head.key, clauses.find("base").is_some() || head.key == "alert")
        .into_iter()
        .filter(|key| clauses.find(key).is_none())
        .map(|key| missing(decl, key))
        .collect();
    for clause in &decl.clauses {
        let money: &[&str] = if pays_money(head.key) { MONEY } else { &[] };
        let known = HEADS.contains(&clause.key)
            || [COMMON, money, special(head.key)].iter().any(|keys| keys.contains(&clause.key));
        if !known {
            found.push(not_known(clause, head));
        }
    }
    found
}

fn not_known(clause: &Clause, head: &Clause) -> Finding {
    let (key, head) = (spelling::quoted_clause(clause.key), spelling::quoted_clause(head.key));
    Finding::error(
        "P0305",
        Some(clause.key_span),
        Text::new(
            format!("{}的规则没有{}这一条", head.zh, key.zh),
            format!("a rule with {} has no clause {}", head.en, key.en),
        ),
        Text::new(
            format!("删去{}，或另写一条规则", key.zh),
            format!("remove {}, or put it into a rule of its own", key.en),
        ),
    )
}

/// Reads a whole rule; the findings are those of single clauses.
pub(crate) fn rule(decl: &Declaration, own: &Own<'_>) -> (Option<Rule>, Vec<Finding>) {
    let clauses = Clauses::of(decl);
    let head = match clauses.head() {
        Ok(head) => head,
        Err(finding) => return (None, vec![*finding]),
    };
    let mut found = clause_findings(decl, head);
    let is_complete = found.is_empty();
    let mut reader = Reader { clauses: &clauses, found: &mut found };
    let rule = reader.rule(decl, head, own);
    // A clause that is missing was reported once already.
    let mut seen = BTreeSet::new();
    found.retain(|finding| {
        seen.insert((finding.code, finding.place.map(|span| (span.file, span.start)), finding.message.zh.clone()))
    });
    let has_errors = found.iter().any(Finding::is_error);
    (rule.filter(|_| is_complete && !has_errors), found)
}

/// Reads clause by clause and keeps what is wrong with each.
struct Reader<'r, 'a> {
    clauses: &'r Clauses<'a>,
    found: &'r mut Vec<Finding>,
}

impl Reader<'_, '_> {
    fn keep<T>(&mut self, read: Parse<T>) -> Option<T> {
        read.map_err(|finding| self.found.push(*finding)).ok()
    }

    /// Reads a clause if it is there. `None`: it is there and wrong.
    fn optional<T>(&mut self, key: &str, read: impl FnOnce(&Clause) -> Parse<T>) -> Option<Option<T>> {
        match self.clauses.find(key) {
            None => Some(None),
            Some(clause) => self.keep(read(clause)).map(Some),
        }
    }

    fn rule(&mut self, decl: &Declaration, head: &Clause, own: &Own<'_>) -> Option<Rule> {
        let scope = &own.scope();
        let kind = kind(head, self.clauses, own);
        let kind = self.keep(kind);
        let who = self.optional("who", |clause| {
            let mut cursor = Cursor::of(clause);
            let who = conditions::condition(&mut cursor, scope)?;
            cursor.expect_end()?;
            Ok(who)
        });
        let status_on = self.optional("status_on", |clause| collecting::status_on(&mut Cursor::of(clause)));
        let collect = self.collect(scope);
        let timing = self.optional("timing", |clause| collecting::timing(&mut Cursor::of(clause)));
        let accumulate = self.optional("accumulate", |clause| accumulate(&mut Cursor::of(clause), scope));
        let limits = self.limits(scope);
        let minimum = self.optional("minimum", |clause| minimum(clause, scope));
        let prorate = self.optional("prorate", |clause| factor(clause, scope));
        let rounding = self.optional("rounding", |clause| rounding::rounding(&mut Cursor::of(clause)));
        let validity = self.validity(own);
        let (accumulate, first_limit) = accumulate?.map_or((yearly(), None), |(over, cap)| (over, cap));
        let (rounding, rounding_unit) = rounding?.unwrap_or((Rounding::HalfUp, Fen(1)));
        Some(Rule {
            name: super::names::canonical(&decl.name),
            pack: own.pack,
            article: self.clauses.text("basis").unwrap_or_default(),
            tier: own.tier,
            validity: validity?,
            who: who?.unwrap_or(Cond::Everyone),
            status_on: status_on?,
            collect: collect?,
            timing: timing?.unwrap_or(Timing::PeriodEnd),
            kind: kind?,
            accumulate,
            limits: first_limit.into_iter().chain(limits?).collect(),
            minimum: minimum?,
            prorate: prorate?,
            rounding,
            rounding_unit,
            account: self.clauses.text("fund").unwrap_or_default(),
            purpose: self.clauses.text("purpose"),
            lead: self.clauses.text("lead"),
            responsible: self.responsible(),
            readings: Vec::new(),
        })
    }

    fn collect(&mut self, scope: &Scope<'_>) -> Option<Collect> {
        let collect = self.optional("collect", |clause| collecting::collect(Cursor::of(clause), scope));
        let floor = self.optional("floor", |clause| collecting::floor(&mut Cursor::of(clause), scope));
        let mut collect = collect?.unwrap_or_default();
        collect.floor = floor?;
        Some(collect)
    }

    fn limits(&mut self, scope: &Scope<'_>) -> Option<Vec<crate::program::Limit>> {
        let clauses: Vec<&Clause> = self.clauses.decl.clauses.iter().filter(|clause| clause.key == "limit").collect();
        let mut limits = Vec::new();
        for clause in clauses {
            limits.push(self.keep(limit(&mut Cursor::of(clause), scope))?);
        }
        Some(limits)
    }

    fn validity(&mut self, own: &Own<'_>) -> Option<Validity> {
        let decided_by = self.optional("decided_by", decided_by)?;
        Some(Validity { decided_by: decided_by.unwrap_or(own.validity.decided_by), ..own.validity })
    }

    fn responsible(&self) -> Vec<String> {
        let clauses = self.clauses.decl.clauses.iter().filter(|clause| clause.key == "responsible");
        let offices = clauses.flat_map(|clause| clause.text.split(['、', '，', ',', '；', ';']));
        offices.map(str::trim).filter(|office| !office.is_empty()).map(str::to_owned).collect()
    }
}

/// 适用按
pub(crate) fn decided_by(clause: &Clause) -> Parse<DateField> {
    let mut cursor = Cursor::of(clause);
    let date = date(&mut cursor)?;
    cursor.expect_end()?;
    Ok(date)
}

/// Kinds without money that state no accumulation are looked at per person and year; no amount depends on it.
fn yearly() -> Accumulation {
    Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key: DateField::Incurred } }
}

/// Where a rule's clause stands, for findings about the rule as a whole.
pub(crate) fn place_of(decl: &Declaration, key: &str) -> Span {
    Clauses::of(decl).find(key).map_or(decl.name_span, |clause| clause.span)
}

/// Whether a kind pays money.
pub(crate) fn is_money(kind: &Kind) -> bool {
    matches!(kind, Kind::Pay { .. } | Kind::BringDown { .. } | Kind::Fixed { .. } | Kind::ByResolution { .. })
}
