//! Facts, tables, measures, and the order of claims: what rules rest on.

use shukun_base::Text;

use super::Linker;
use crate::check;
use crate::document::{DeclarationKind, Span};
use crate::finding::Finding;
use crate::inherit::Part;
use crate::program::{Expr, Hit, Measure, MeasureIx, PackIx, SortKey, TableIx};
use crate::typed::amounts::{Scope, unstated_table};
use crate::typed::cursor::Cursor;
use crate::typed::names::canonical;
use crate::typed::rule::Clauses;
use crate::typed::{collecting, declared, kinds, tables};

impl Linker<'_, '_> {
    pub(super) fn read_facts(&mut self) {
        for part in self.of_kind(DeclarationKind::Fact) {
            match declared::fact(&part.decl) {
                Ok(fact) => self.names.facts.push(fact),
                Err(finding) => self.findings.push(*finding),
            }
        }
    }

    /// 参数表 and 判定表.
    pub(super) fn read_tables(&mut self) {
        self.names.tables.push(unstated_table());
        let parameters = self.of_kind(DeclarationKind::Parameters);
        let all: Vec<&Part> = parameters.chain(self.of_kind(DeclarationKind::Decision)).collect();
        for part in all {
            let name = canonical(&part.decl.name);
            let [mark] = part.decl.tables.as_slice() else {
                self.findings.push(no_table(part));
                continue;
            };
            let hit = self.hit(part);
            let read = tables::of_parameters(mark, &self.names).and_then(|read| {
                let hit = hit.unwrap_or(Hit::Unique);
                read.table(&name, hit, &self.names)
            });
            match read {
                Ok(table) => {
                    let places = row_places(mark);
                    self.findings.extend(check::tables::table(
                        &table,
                        hit,
                        &places,
                        part.decl.name_span,
                        &self.names.facts,
                    ));
                    self.names.named_tables.insert(name, TableIx(self.names.tables.len()));
                    self.names.tables.push(table);
                }
                Err(found) => self.findings.extend(found),
            }
        }
    }

    /// 命中, where it is stated.
    pub(super) fn hit(&mut self, part: &Part) -> Option<Hit> {
        let clause = Clauses::of(&part.decl).find("hit")?;
        let mut cursor = Cursor::of(clause);
        let hit = if cursor.eat_known("unique") {
            Some(Hit::Unique)
        } else if cursor.eat_known("first") {
            Some(Hit::First)
        } else {
            None
        };
        if hit.is_none() || cursor.expect_end().is_err() {
            let wanted = Text::new("“唯一”或“首行”", "`unique` or `first`");
            self.findings.push(*cursor.expected(&wanted));
        }
        hit
    }

    pub(super) fn name_measures(&mut self) {
        for (at, part) in self.of_kind(DeclarationKind::Measure).enumerate() {
            self.names.measures.entry(canonical(&part.decl.name)).or_insert(MeasureIx(at));
        }
    }

    /// The measures; `None` where one of them cannot be read.
    pub(super) fn measures(&mut self) -> Option<Vec<Measure>> {
        let parts: Vec<&Part> = self.of_kind(DeclarationKind::Measure).collect();
        let mut measures = Vec::new();
        for part in &parts {
            let scope = Scope { names: &self.names, own_tables: &[] };
            let clauses = Clauses::of(&part.decl);
            match clauses.get("amount").and_then(|clause| kinds::measure(clause, &scope)) {
                Ok(amount) => measures.push(Measure {
                    name: canonical(&part.decl.name),
                    pack: PackIx(part.pack),
                    article: clauses.text("basis").unwrap_or_default(),
                    amount,
                }),
                Err(finding) => self.findings.push(*finding),
            }
        }
        if measures.len() < parts.len() {
            return None;
        }
        let circles: Vec<usize> = (0..measures.len()).filter(|at| is_circular(&measures, *at)).collect();
        for at in &circles {
            self.findings.extend(parts.get(*at).map(|part| circular(&part.decl.name, part.decl.name_span)));
        }
        circles.is_empty().then_some(measures)
    }

    /// 排序 of all rules, which must be the same.
    pub(super) fn event_order(&mut self) -> Vec<SortKey> {
        let mut first: Option<(Vec<SortKey>, Span)> = None;
        for part in self.of_kind(DeclarationKind::Rule) {
            let Some(clause) = Clauses::of(&part.decl).find("sort") else { continue };
            let keys = match collecting::sort(&mut Cursor::of(clause)) {
                Ok(keys) => keys,
                Err(finding) => {
                    self.findings.push(*finding);
                    continue;
                }
            };
            match &first {
                None => first = Some((keys, clause.span)),
                Some((agreed, place)) if *agreed != keys => self.findings.push(other_order(clause.span, *place)),
                Some(_) => {}
            }
        }
        first.map(|(keys, _)| keys).unwrap_or_default()
    }
}

/// Where each row of a table stands.
pub(super) fn row_places(mark: &crate::document::MarkTable) -> Vec<Span> {
    let place = |row: &Vec<crate::document::Cell>| match (row.first(), row.last()) {
        (Some(first), Some(last)) => Span { end: last.span.end, ..first.span },
        _ => mark.span,
    };
    mark.rows.iter().map(place).collect()
}

fn no_table(part: &Part) -> Finding {
    let name = &part.decl.name;
    Finding::error(
        "P0509",
        part.decl.name_span,
        Text::new(format!("“{name}”下面应当紧接一张表"), format!("“{name}” needs one table right below it")),
        Text::new("在块的下面写一张表", "put one table below the block"),
    )
}

/// Whether a measure rests on itself.
fn is_circular(measures: &[Measure], start: usize) -> bool {
    let mut ahead = vec![start];
    let mut seen = vec![false; measures.len()];
    while let Some(at) = ahead.pop() {
        let Some(measure) = measures.get(at) else { continue };
        let mut rests_on = Vec::new();
        crate::walk::visit(&measure.amount, &mut |part| {
            if let Expr::Measure(other) = part {
                rests_on.push(other.0);
            }
        });
        if rests_on.contains(&start) {
            return true;
        }
        for other in rests_on {
            if let Some(seen) = seen.get_mut(other).filter(|seen| !**seen) {
                *seen = true;
                ahead.push(other);
            }
        }
    }
    false
}

fn circular(name: &str, place: Span) -> Finding {
    Finding::error(
        "P0405",
        place,
        Text::new(format!("口径“{name}”绕了一圈又用到自己"), format!("the measure “{name}” rests on itself")),
        Text::new("让其中一个口径直接写费用字段", "let one of the measures name columns of the claim"),
    )
}

fn other_order(place: Span, first: Span) -> Finding {
    Finding::error(
        "P0407",
        place,
        Text::new("这条规则的费用先后与其他规则不一致", "this rule puts claims in another order than the others"),
        Text::new(
            "一次运行只有一个先后，各条规则的“排序”要相同",
            "a run has one order: write the same `sort` in every rule",
        ),
    )
    .with_related(first, Text::new("前面写的先后", "the order written first"))
}
