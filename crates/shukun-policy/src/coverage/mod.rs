//! Number coverage: what the articles say in figures must be used by a rule of the same article, or waived with a
//! reason; and where the official text is at hand, rules and quotations must agree with it.
//!
//! Knows figures, not what they mean. Start at [`check_articles`].

mod original;
mod scan;

use std::collections::HashSet;

use shukun_base::{Exact, Text};

use crate::document::{Article, Clause, Declaration, Document, Item, MarkTable, Span, Token, Word};
use crate::finding::Finding;
use crate::lexer::fold;

pub use original::check_original;
pub use scan::{Figure, Found, scan};

/// Every figure, percentage, date and period of an article's prose that no clause, table or reading of that article
/// (or of the articles below it) uses and no 不计 waives; and every waiver that meets no figure.
pub fn check_articles(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, article) in document.articles.iter().enumerate() {
        let scope = scope(&document.articles, index);
        let used: HashSet<Figure> = scope.iter().flat_map(used).flat_map(|figure| figure.meets()).collect();
        let waivers: Vec<Waiver> = scope.iter().flat_map(waivers).collect();
        let waived: HashSet<Figure> = waivers.iter().flat_map(Waiver::meets).collect();
        let waived_words: HashSet<&str> = waivers.iter().map(|waiver| waiver.text.as_str()).collect();
        for found in prose_figures(article) {
            let is_waived = waived.contains(&found.figure) || waived_words.contains(fold(&found.text).as_str());
            if !is_waived && !used.contains(&found.figure) {
                findings.push(unused(&found));
            }
        }
    }
    findings.extend(idle_waivers(document));
    findings
}

/// The article itself and those below it; what stands above all articles speaks for itself only.
fn scope(articles: &[Article], index: usize) -> &[Article] {
    let rest = articles.get(index..).unwrap_or_default();
    let Some((article, below)) = rest.split_first() else { return &[] };
    let below = below.iter().take_while(|next| article.level > 1 && next.level > article.level).count();
    rest.get(..=below).unwrap_or_default()
}

fn prose_figures(article: &Article) -> Vec<Found> {
    let prose = article.items.iter().filter_map(|item| match item {
        Item::Prose(prose) => Some(prose),
        _ => None,
    });
    prose.flat_map(|prose| scan(&prose.text, prose.span)).collect()
}

fn declarations(article: &Article) -> impl Iterator<Item = &Declaration> {
    article.items.iter().filter_map(|item| match item {
        Item::Declaration(declaration) => Some(declaration),
        _ => None,
    })
}

/// The figures that clauses, tables and readings of an article use.
fn used(article: &Article) -> Vec<Figure> {
    let mut figures = Vec::new();
    for item in &article.items {
        match item {
            Item::Declaration(declaration) => {
                let words = declaration.clauses.iter().flat_map(|clause| &clause.words);
                figures.extend(words.filter_map(figure_of));
                figures.extend(declaration.tables.iter().flat_map(table_figures).map(|found| found.figure));
            }
            Item::Ambiguity(doubt) => {
                figures.extend(doubt.readings.iter().flat_map(|reading| &reading.words).filter_map(figure_of));
            }
            Item::Prose(_) | Item::Example(_) => {}
        }
    }
    figures
}

fn table_figures(table: &MarkTable) -> impl Iterator<Item = Found> + '_ {
    table.rows.iter().flatten().flat_map(|cell| scan(&cell.text, cell.span))
}

/// The figure that a word states.
fn figure_of(word: &Word) -> Option<Figure> {
    Some(match &word.token {
        Token::Money(fen) => Figure::Money(*fen),
        Token::Percent(share) => Figure::Share(*share),
        Token::Number(number) => Figure::Plain(*number),
        Token::Day(day) => Figure::Day(*day),
        Token::MonthsBefore(months) | Token::RollingMonths(months) => {
            Figure::Months(Exact::from_integer((*months).into()))
        }
        // 一年 in the text is 每自然年 in the rule
        Token::Known("per_year" | "per_policy_year") => Figure::Months(Exact::from_integer(12)),
        Token::Known("per_month") => Figure::Months(Exact::from_integer(1)),
        Token::MonthDay { month, day } => Figure::MonthDay(*month, *day),
        _ => return None,
    })
}

/// One figure that a 不计 clause names.
struct Waiver {
    /// As written.
    text: String,
    figures: Vec<Figure>,
    place: Span,
}

impl Waiver {
    fn meets(&self) -> Vec<Figure> {
        self.figures.iter().flat_map(Figure::meets).collect()
    }
}

fn waivers(article: &Article) -> Vec<Waiver> {
    let clauses = declarations(article).flat_map(|declaration| &declaration.clauses);
    clauses.filter(|clause| clause.key == "waive").flat_map(read_waivers).collect()
}

/// `43、2022年：文号与日期；5：另一处`: the figures before each colon.
fn read_waivers(clause: &Clause) -> Vec<Waiver> {
    let lists = clause.text.split([';', '；']).map(|part| part.split([':', '：']).next().unwrap_or_default());
    // a comma between digits belongs to a figure
    let items = lists.flat_map(|list| list.split(['、', '，'])).map(str::trim).filter(|item| !item.is_empty());
    let waivers = items.map(|item| {
        let figures = scan::scan_loosely(item).into_iter().collect();
        Waiver { text: fold(item), figures, place: clause.span }
    });
    waivers.collect()
}

/// A waiver may serve its article's prose, or that of an article above it.
fn idle_waivers(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut above: Vec<(u8, HashSet<Figure>, HashSet<String>)> = Vec::new();
    for article in &document.articles {
        above.retain(|(level, ..)| *level > 1 && *level < article.level);
        let found = prose_figures(article);
        let words = found.iter().map(|found| fold(&found.text)).collect();
        above.push((article.level, found.into_iter().map(|found| found.figure).collect(), words));
        for waiver in waivers(article) {
            let met = waiver.meets();
            let serves = above.iter().any(|(_, figures, words)| {
                words.contains(&waiver.text) || met.iter().any(|figure| figures.contains(figure))
            });
            if !serves {
                findings.push(idle(&waiver));
            }
        }
    }
    findings
}

fn unused(found: &Found) -> Finding {
    Finding::warning(
        "P0171",
        found.place,
        Text::new(
            format!("条文里的“{}”没有规则用到", found.text),
            format!("No rule of this article uses `{}`", found.text),
        ),
        Text::new(
            format!("补上用到它的条款；确实不需要的，在本条的规则里写“不计：{}：原因”。", found.text),
            format!(
                "Add the clause that needs it; if none does, write `waive: {}: why` in a rule of this article.",
                found.text
            ),
        ),
    )
}

fn idle(waiver: &Waiver) -> Finding {
    Finding::warning(
        "P0172",
        waiver.place,
        Text::new(
            format!("不计的“{}”不在条文里", waiver.text),
            format!("The article has no `{}` to waive", waiver.text),
        ),
        Text::new("照条文写数字，或删去这一项。", "Write the figure as the article has it, or remove it."),
    )
}

#[cfg(test)]
mod tests;
