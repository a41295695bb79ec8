//! Every reading of a 疑义 and every article with a rule has a worked example.

use shukun_base::Text;

use crate::document::{Ambiguity, Article, DeclarationKind, Example, Item};
use crate::finding::Finding;
use crate::lexer::fold;
use crate::pack::Pack;

/// Readings that no example names, and articles whose rules no example shows.
pub(crate) fn examples(pack: &Pack) -> Vec<Finding> {
    let all: Vec<&Example> = pack.document.articles.iter().flat_map(examples_of).collect();
    let names: Vec<String> = all.iter().flat_map(|example| readings_named(example)).collect();
    let mut found: Vec<Finding> = pack.ambiguities().flat_map(|ambiguity| unnamed(ambiguity, &names)).collect();
    let rules_shown: Vec<&str> =
        all.iter().filter_map(|example| example.rule.as_ref()).map(|cell| cell.text.as_str()).collect();
    found.extend(pack.document.articles.iter().filter_map(|article| unshown(article, &rules_shown)));
    found
}

fn examples_of(article: &Article) -> impl Iterator<Item = &Example> {
    article.items.iter().filter_map(|item| if let Item::Example(example) = item { Some(example) } else { None })
}

/// `Y1=整额` wherever an example says it: in a column's name or in 设.
fn readings_named(example: &Example) -> Vec<String> {
    let squeezed = |text: &str| fold(text).chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let columns = example.table.header.iter().map(|cell| squeezed(&cell.text));
    let given = example.given.iter().map(|(name, value)| format!("{}={}", squeezed(&name.text), squeezed(&value.text)));
    columns.chain(given).collect()
}

fn unnamed(ambiguity: &Ambiguity, names: &[String]) -> Vec<Finding> {
    let is_named = |reading: &str| {
        let wanted = fold(&format!("{}={reading}", ambiguity.id));
        let after = |text: &String| text.split(&wanted).nth(1).map(|rest| rest.chars().next());
        names.iter().filter_map(after).any(|next| next.is_none_or(|next| !next.is_alphanumeric()))
    };
    let readings = ambiguity.readings.iter().filter(|reading| !is_named(&reading.name));
    readings
        .map(|reading| {
            let (id, name) = (&ambiguity.id, &reading.name);
            Finding::warning(
                "P0606",
                reading.span,
                Text::new(
                    format!("{id} 的读法“{name}”没有算例"),
                    format!("no example shows the reading “{name}” of {id}"),
                ),
                Text::new(
                    format!("在算例里加一列“应付（{id}＝{name}）”"),
                    format!("add a column `due ({id}={name})` to an example"),
                ),
            )
        })
        .collect()
}

/// An article with rules of which none is shown, neither in it nor by name elsewhere.
fn unshown(article: &Article, rules_shown: &[&str]) -> Option<Finding> {
    let mut rules = article.items.iter().filter_map(|item| match item {
        Item::Declaration(decl) if matches!(decl.kind, DeclarationKind::Rule | DeclarationKind::Amend) => Some(decl),
        _ => None,
    });
    let first = rules.next()?;
    let shown = examples_of(article).next().is_some()
        || std::iter::once(first).chain(rules).any(|decl| rules_shown.contains(&decl.name.as_str()));
    (!shown).then(|| {
        Finding::warning(
            "P0607",
            first.name_span,
            Text::new("这一条有规则，没有算例", "this article has a rule and no worked example"),
            Text::new("在规则下面写一个算例块", "write an example block below the rule"),
        )
    })
}
