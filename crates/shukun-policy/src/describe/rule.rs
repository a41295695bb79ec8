//! A whole rule as clauses.

use shukun_base::{Fen, Lang, MonthEnd};

use super::{Words, describe_accumulation, describe_money, describe_number};
use crate::program::{
    Base, BaseMode, Collect, Deductible, Kind, Limit, Program, Rule, RuleIx, Scale, StatusOn, Timing, Window,
};
use crate::registry;
use crate::typed::fields::closed_word_key;
use crate::typed::spelling::{clause_spelled, spelled};
use crate::walk::base_of;

impl Program {
    /// The clauses of a rule as its pack would write them, keyword and value; brackets of a table are one clause
    /// each (`3万元 至 10万元`, `10%`). Nothing for an index that points at no rule.
    pub fn describe_rule(&self, rule: RuleIx, lang: Lang) -> Vec<(String, String)> {
        let Some(rule) = self.rules.get(rule.0) else { return Vec::new() };
        let mut lines = Lines { words: Words { program: self, lang }, lines: Vec::new() };
        lines.rule(rule);
        lines.lines
    }
}

struct Lines<'p> {
    words: Words<'p>,
    lines: Vec<(String, String)>,
}

impl Lines<'_> {
    fn lang(&self) -> Lang {
        self.words.lang
    }

    fn word(&self, key: impl Into<Option<&'static str>>) -> &'static str {
        spelled(key, self.lang())
    }

    fn say(&mut self, key: &'static str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.lines.push((clause_spelled(key, self.lang()).to_owned(), value));
        }
    }

    fn comma(&self) -> &'static str {
        if self.lang() == Lang::Zh { "，" } else { ", " }
    }

    fn list(&self, parts: &[String]) -> String {
        parts.join(if self.lang() == Lang::Zh { "、" } else { ", " })
    }

    fn rule(&mut self, rule: &Rule) {
        self.say("basis", rule.article.clone());
        self.say("who", self.words.condition(&rule.who, 0));
        if let Some(on) = rule.status_on {
            self.say("status_on", self.status_on(on));
        }
        if let Some(base) = base_of(&rule.kind) {
            self.say("collect", self.collect(&rule.collect));
            self.floor(&rule.collect);
            self.say("base", self.base(base));
        }
        self.kind(&rule.kind);
        let timing = if rule.timing == Timing::PerClaim { "per_claim" } else { "period_end" };
        self.say("timing", self.word(timing));
        self.say("accumulate", describe_accumulation(rule.accumulate, self.lang()));
        for limit in &rule.limits {
            self.say("limit", self.limit(limit));
        }
        for (key, amount) in [("minimum", &rule.minimum), ("prorate", &rule.prorate)] {
            if let Some(amount) = amount {
                self.say(key, self.words.amount(amount, 0));
            }
        }
        self.money(rule);
        self.say("lead", rule.lead.clone().unwrap_or_default());
        self.say("responsible", self.list(&rule.responsible));
        self.say("decided_by", self.word(registry::date_word(rule.validity.decided_by)));
    }

    fn money(&mut self, rule: &Rule) {
        if !crate::typed::rule::is_money(&rule.kind) {
            self.say("fund", rule.account.clone());
            return;
        }
        let unit = match rule.rounding_unit {
            Fen(1) => "to_fen",
            Fen(10) => "to_jiao",
            _ => "to_yuan",
        };
        let gap = if self.lang() == Lang::Zh { "" } else { " " };
        let rounding = self.word(registry::rounding_word(rule.rounding));
        self.say("rounding", format!("{rounding}{gap}{}", self.word(unit)));
        self.say("fund", rule.account.clone());
        self.say("purpose", rule.purpose.clone().unwrap_or_default());
        let tier = self.words.program.tiers.get(rule.tier.0).map(|tier| tier.name.clone());
        self.say("tier", tier.unwrap_or_default());
    }

    fn status_on(&self, on: StatusOn) -> &'static str {
        match on {
            StatusOn::Date(date) => self.word(registry::date_word(date)),
            StatusOn::PeriodEnd => self.word("period_end"),
            StatusOn::AnyDayInPeriod => self.word("any_day_in_period"),
        }
    }

    fn collect(&self, collect: &Collect) -> String {
        let kinds: Vec<String> = collect
            .kinds
            .iter()
            .map(|kind| closed_word_key(kind).map_or(kind.as_str(), |key| self.word(key)).to_owned())
            .collect();
        let mut parts = vec![if kinds.is_empty() { self.word("claim").to_owned() } else { self.list(&kinds) }];
        if let Some(window) = &collect.window {
            parts.push(self.window(window));
            parts.push(self.word(month_end_word(window.month_end)).to_owned());
        }
        if let Some(only) = &collect.only {
            parts.push(format!("{} {}", self.word("only"), self.words.condition(only, 0)));
        }
        parts.join(self.comma())
    }

    fn window(&self, window: &Window) -> String {
        let date = |date| self.word(registry::date_word(date));
        let (claim, anchor) = (date(window.claim_date), date(window.anchor));
        let before = |months: u32| match self.lang() {
            Lang::Zh => format!(" 前{months}个月"),
            Lang::En => format!(" {months} months before"),
        };
        let to = if window.to_months_before == 0 { String::new() } else { before(window.to_months_before) };
        let end = self.word(if window.to_inclusive { "inclusive" } else { "exclusive" });
        let end = if self.lang() == Lang::Zh { format!("（{end}）") } else { format!(" ({end})") };
        let (within, until) = (self.word("within"), self.word("to"));
        format!("{claim} {within} {anchor}{} {until} {anchor}{to}{end}", before(window.from_months_before))
    }

    fn floor(&mut self, collect: &Collect) {
        let Some(floor) = &collect.floor else { return };
        let mut parts = vec![self.word("per_person").to_owned()];
        parts.extend(floor.per_institution.then(|| self.word("per_institution").to_owned()));
        parts.extend(floor.per_kind.then(|| self.word("per_kind").to_owned()));
        parts.push(super::describe_period(floor.period, self.lang()));
        parts.push(self.words.amount(&floor.amount, 0));
        parts.push(format!("{} {}", self.word("at_least"), describe_money(floor.at_least, self.lang())));
        self.say("floor", parts.join(" "));
    }

    fn base(&self, base: &Base) -> String {
        let amount = self.words.amount(&base.amount, 0);
        match base.mode {
            BaseMode::AsWritten => amount,
            BaseMode::Residual => format!("{} {amount}", self.word("left")),
            BaseMode::Gross => format!("{} {amount}", self.word("gross")),
        }
    }

    fn limit(&self, limit: &Limit) -> String {
        let over = describe_accumulation(limit.over, self.lang());
        let cap = self.words.amount(&limit.cap, 0);
        if limit.counts.is_empty() {
            return format!("{over} {cap}");
        }
        let payers: Vec<String> = limit.counts.iter().map(|payer| self.words.payer(*payer)).collect();
        format!("{} {} {over} {cap}", self.words.call("together_with", &payers), self.word("combined"))
    }

    fn kind(&mut self, kind: &Kind) {
        let lang = self.lang();
        match kind {
            Kind::Pay { deductible, scale, .. } => {
                self.deductible(deductible.as_ref());
                self.scale(scale);
            }
            Kind::BringDown { trigger, target, .. } => {
                self.say("trigger", self.words.program.describe_trigger(trigger, lang));
                self.say("bring_down_to", self.words.amount(target, 0));
            }
            Kind::Fixed { trigger, amount, .. } => {
                if let Some(trigger) = trigger {
                    self.say("trigger", self.words.program.describe_trigger(trigger, lang));
                }
                self.say("fixed", self.words.amount(amount, 0));
            }
            Kind::ByResolution { trigger, body, ceiling, .. } => {
                self.say("trigger", self.words.program.describe_trigger(trigger, lang));
                self.say("by_resolution", format!("{body}{}{}", self.comma(), self.up_to(ceiling.as_ref())));
            }
            Kind::Subsidy { scheme, share, premium } => {
                let premium =
                    premium.as_ref().map_or(self.word("unstated").to_owned(), |premium| self.words.amount(premium, 0));
                let share = self.words.amount(share, 0);
                let share = if share == "1" { self.word("gross").to_owned() } else { share };
                let premium = format!("{} {premium}", self.word("premium"));
                self.say("subsidy", [scheme.clone(), share, premium].join(self.comma()));
            }
            Kind::Eligibility { grants } => self.say("eligibility", grants.clone()),
            Kind::Service { what, ceiling } => {
                let most = ceiling.as_ref().map(|most| format!("{}{}", self.comma(), self.up_to(Some(most))));
                self.say("service", format!("{what}{}", most.unwrap_or_default()));
            }
            Kind::Alert { levels, .. } => {
                for (colour, trigger) in levels {
                    let line = self.words.program.describe_trigger(trigger, lang);
                    self.say("alert", format!("{} {line}", self.word(registry::colour_word(*colour))));
                }
            }
        }
    }

    fn up_to(&self, ceiling: Option<&crate::program::Expr>) -> String {
        let most = ceiling.map_or(self.word("unstated").to_owned(), |most| self.words.amount(most, 0));
        format!("{} {most}", self.word("up_to"))
    }

    fn deductible(&mut self, deductible: Option<&Deductible>) {
        let Some(Deductible { amount, over }) = deductible else { return };
        let amount = self.words.amount(amount, 0);
        self.say("deductible", format!("{amount}{}{}", self.comma(), describe_accumulation(*over, self.lang())));
    }

    fn scale(&mut self, scale: &Scale) {
        match scale {
            Scale::Rate { rate } => self.say("rate", self.words.amount(rate, 0)),
            Scale::Brackets { mode, scales, .. } => {
                self.say("brackets", self.word(registry::bracket_mode_word(*mode)));
                for row in scales.iter().flat_map(|scale| &scale.rows) {
                    let to = row.to.map_or("—".to_owned(), |to| describe_money(to, self.lang()));
                    let range = format!("{} {} {to}", describe_money(row.from, self.lang()), self.word("to"));
                    self.lines.push((range, describe_number(row.rate)));
                }
            }
        }
    }
}

fn month_end_word(month_end: MonthEnd) -> &'static str {
    match month_end {
        MonthEnd::PreviousDay => "month_end_previous_day",
        MonthEnd::NextDay => "month_end_next_day",
    }
}
