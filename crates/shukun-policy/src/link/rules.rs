//! Rules: put in payer order first, so that each can name the others by index, then read.

use shukun_base::{Day, Text};

use super::Linker;
use super::declarations::row_places;
use super::order::Order;
use super::validity::PackDays;
use crate::check;
use crate::document::{DeclarationKind, MarkTable, Span, Token};
use crate::finding::Finding;
use crate::inherit::Part;
use crate::program::{
    AlertColour, Base, BaseMode, Field, Hit, Measure, PackIx, Rule, RuleIx, TableIx, TierIx, Timing, Trigger,
};
use crate::typed::amounts::names_payers;
use crate::typed::cursor::Cursor;
use crate::typed::kinds::pays_money;
use crate::typed::names::{canonical, take_name, unknown};
use crate::typed::rule::{Clauses, Own, rule};
use crate::typed::scales::{Brackets, brackets, levels};
use crate::typed::{collecting, tables};
use crate::walk::base_of;

/// A rule before it is read: where it stands in the order, and its own tables.
#[derive(Debug)]
pub(crate) struct Draft<'l> {
    pub(crate) part: &'l Part,
    tier: TierIx,
    tables: Vec<TableIx>,
    brackets: Option<Brackets>,
    levels: Option<Vec<(AlertColour, Trigger)>>,
    /// A table of its own could not be read: that it lacks a column is then no news.
    has_bad_table: bool,
}

impl<'l> Linker<'l, '_> {
    /// All rules in their order: claim-level before period-level, then by tier, then as written.
    pub(super) fn drafts(&mut self, order: &Order) -> Vec<Draft<'l>> {
        let mut drafts: Vec<(bool, Draft<'l>)> = Vec::new();
        for part in self.of_kind(DeclarationKind::Rule) {
            let tier = self.tier_of(part, order);
            let per_claim = timing_of(part) == Some(Timing::PerClaim);
            let mut draft =
                Draft { part, tier, tables: Vec::new(), brackets: None, levels: None, has_bad_table: false };
            for mark in &part.decl.tables {
                self.own_table(&mut draft, mark);
            }
            drafts.push((!per_claim, draft));
        }
        drafts.sort_by_key(|(at_period_end, draft)| (*at_period_end, draft.tier));
        let drafts: Vec<Draft<'l>> = drafts.into_iter().map(|(_, draft)| draft).collect();
        for (at, draft) in drafts.iter().enumerate() {
            self.names.rules.entry(canonical(&draft.part.decl.name)).or_default().push(RuleIx(at));
        }
        drafts
    }

    /// The payer under which a rule counts. Rules without money come after all payers.
    fn tier_of(&mut self, part: &Part, order: &Order) -> TierIx {
        let last = TierIx(order.tiers.len().saturating_sub(1));
        let clauses = Clauses::of(&part.decl);
        if order.tiers.is_empty() {
            self.findings.push(no_order(part));
            return last;
        }
        let Some(clause) = clauses.find("tier") else { return last };
        let mut cursor = Cursor::of(clause);
        let (name, place) = take_name(&mut cursor).unwrap_or_else(|| (clause.text.clone(), clause.span));
        if let Err(finding) = cursor.expect_end() {
            self.findings.push(*finding);
        }
        let found = self.names.tiers.get(&canonical(&name)).copied();
        if found.is_none() {
            let known = self.names.tiers.keys().map(String::as_str);
            let finding = unknown(&name, place, &Text::new("支付方（次序里没有它）", "payer in the order"), known);
            self.findings.push(Finding { code: "P0402", ..*finding });
        }
        found.unwrap_or(last)
    }

    /// A table below a rule: brackets, colours, or values by attribute.
    fn own_table(&mut self, draft: &mut Draft<'_>, mark: &MarkTable) {
        if let Err(found) = self.read_own_table(draft, mark) {
            draft.has_bad_table = true;
            self.findings.extend(found);
        }
    }

    fn read_own_table(&mut self, draft: &mut Draft<'_>, mark: &MarkTable) -> Result<(), Vec<Finding>> {
        let read = tables::of_rule(mark, &self.names)?;
        if read.gives("from_inclusive") || read.gives("to_exclusive") {
            draft.brackets = Some(brackets(&read, &self.names)?);
        } else if read.gives("colour") {
            draft.levels = Some(levels(&read)?);
        } else {
            self.attribute_table(draft, &read, mark)?;
        }
        Ok(())
    }

    fn attribute_table(
        &mut self,
        draft: &mut Draft<'_>,
        read: &tables::Read<'_>,
        mark: &MarkTable,
    ) -> Result<(), Vec<Finding>> {
        let hit = self.hit(draft.part);
        if hit.is_none() && read.inputs().contains(&Field::Category) {
            self.findings.push(no_hit(mark.span));
        }
        let table = read.table(&draft.part.decl.name, hit.unwrap_or(Hit::Unique), &self.names)?;
        let places = row_places(mark);
        self.findings.extend(check::tables::table(&table, hit, &places, mark.span, &self.names.facts));
        draft.tables.push(TableIx(self.names.tables.len()));
        self.names.tables.push(table);
        Ok(())
    }

    /// Reads the rules; `None` where one of them cannot be read.
    pub(super) fn rules(
        &mut self,
        drafts: &[Draft<'l>],
        order: &Order,
        measures: &Option<Vec<Measure>>,
    ) -> Option<Vec<Rule>> {
        let days: Vec<Option<PackDays>> = self.days_of_packs(drafts);
        let mut rules = Vec::new();
        for draft in drafts {
            let validity = days.get(draft.part.pack).copied().flatten();
            if let Some(rule) = self.rule(draft, validity, measures.as_deref()) {
                rules.push(rule);
            }
        }
        self.findings.extend(check::funds::funds(self.parts, drafts));
        for draft in drafts {
            self.findings
                .extend(draft.brackets.iter().flat_map(|found| check::scales::scales(found, &draft.part.decl)));
        }
        let complete = rules.len() == drafts.len() && (drafts.is_empty() || !order.tiers.is_empty());
        complete.then_some(rules)
    }

    /// Each pack's days once; packs without rules need none.
    fn days_of_packs(&mut self, drafts: &[Draft<'l>]) -> Vec<Option<PackDays>> {
        let with_rules = |pack: usize| drafts.iter().any(|draft| draft.part.pack == pack);
        (0..self.family.packs.len()).map(|pack| if with_rules(pack) { self.days_of(pack) } else { None }).collect()
    }

    fn rule(&mut self, draft: &Draft<'_>, days: Option<PackDays>, measures: Option<&[Measure]>) -> Option<Rule> {
        let days = days?;
        let decl = &draft.part.decl;
        let states_date = Clauses::of(decl).find("decided_by").is_some();
        let has_days = days.from != Day::MIN || days.to.is_some();
        if days.decided_by.is_none() && !states_date && has_days && needs_date(decl) {
            self.findings.push(no_deciding_date(decl.name_span));
        }
        let decided_by = days.decided_by.unwrap_or(crate::program::DateField::Incurred);
        let own = Own {
            names: &self.names,
            tables: &draft.tables,
            brackets: draft.brackets.as_ref(),
            levels: draft.levels.as_ref(),
            pack: PackIx(draft.part.pack),
            tier: draft.tier,
            validity: days.decided_by(decided_by),
        };
        let (rule, found) = rule(decl, &own);
        self.findings.extend(found.into_iter().filter(|finding| !(draft.has_bad_table && finding.code == "P0509")));
        let rule = rule?;
        if let (Some(base), Some(measures)) = (base_of(&rule.kind), measures) {
            let place = Clauses::of(decl).find("base").map_or(decl.name_span, |clause| clause.span);
            self.findings.extend(base_relation(base, measures, place));
        }
        Some(rule)
    }
}

/// Only rules that look at claims are decided by a date of the claim.
fn needs_date(decl: &crate::document::Declaration) -> bool {
    decl.clauses.iter().any(|clause| pays_money(clause.key) || clause.key == "alert")
}

fn timing_of(part: &Part) -> Option<Timing> {
    let clause = Clauses::of(&part.decl).find("timing")?;
    match clause.words.first().map(|word| &word.token) {
        Some(Token::Known(_)) => collecting::timing(&mut Cursor::of(clause)).ok(),
        _ => None,
    }
}

/// A base says how it relates to what earlier payers paid, once.
fn base_relation(base: &Base, measures: &[Measure], place: Span) -> Option<Finding> {
    match (base.mode, names_payers(&base.amount, measures)) {
        (BaseMode::AsWritten, false) => Some(Finding::error(
            "P0310",
            place,
            Text::new(
                "基数没有说与前面已付的钱是什么关系",
                "the base does not say how it relates to what earlier payers paid",
            ),
            Text::new(
                "前面写“余额”（扣除前面已付的）或“全额”（不扣），或用“已付（…）”写明扣谁的",
                "begin with `left` (what earlier payers left) or `gross` (nothing taken off), or take off `paid(...)`",
            ),
        )),
        (BaseMode::Residual, true) => Some(Finding::error(
            "P0315",
            place,
            Text::new(
                "“余额”已经扣了前面已付的，又写了“已付”，会扣两次",
                "`left` takes off earlier payers already; `paid` would take them off twice",
            ),
            Text::new("二者只写一个", "write one of them"),
        )),
        _ => None,
    }
}

fn no_order(part: &Part) -> Finding {
    Finding::error(
        "P0401",
        part.decl.name_span,
        Text::new(
            "有规则而没有“次序”：不知道谁先付、谁后付",
            "there are rules and no `order`: nothing says who pays first",
        ),
        Text::new("在本包或上级包里写一个“次序”块", "write an `order` block in this pack or a parent"),
    )
}

fn no_hit(place: Span) -> Finding {
    Finding::error(
        "P0514",
        place,
        Text::new(
            "表按认定类别取值，一个人可以同时有两种类别，没有写“命中”",
            "the table goes by category, of which a person can have two, and `hit` is not stated",
        ),
        Text::new(
            "写“命中：首行”（取最先符合的一行）或“命中：唯一”",
            "write `hit: first` (the first row that fits) or `hit: unique`",
        ),
    )
}

fn no_deciding_date(place: Span) -> Finding {
    Finding::error(
        "P0705",
        place,
        Text::new(
            "没有写按费用的哪个日期判断是否适用",
            "nothing says which date of the claim decides whether the rule applies",
        ),
        Text::new(
            "在“施行”块或本规则里写“适用按：费用发生日”（或其他日期）",
            "write `decided_by: incurred_on` (or another date) in the `validity` block or in the rule",
        ),
    )
}
