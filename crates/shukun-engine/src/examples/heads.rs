//! Heads of an example's columns: what goes in, what is expected to come out, and under which readings.

use shukun_base::Text;
use shukun_policy::document::Cell;
use shukun_policy::program::Program;
use shukun_policy::registry;

use super::cells::{Read, error, plain};

/// Which readings a column is computed under, beyond the provisional ones: `Y1`, `整额`.
pub(super) type Readings = Vec<(String, String)>;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// The first column: what the row shows, or 〃.
    Label,
    /// A fact, by the identity of its word, or by its own name.
    Input(Input),
    /// Something to be compared.
    Output(Output, Readings),
}

/// A fact that a column or 设 gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A word of the registry, by its identity: `in_scope`, `certified_on`, `person`.
    Known(&'static str),
    /// 已付（层级）
    Settled(String),
    /// A declared fact.
    Declared(String),
}

/// A result that a column states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// 应付, of the example's own rule or of the one that is named.
    Due(Option<String>),
    /// 个人负担
    Burden,
    /// 颜色
    Colour,
    /// 结果
    Outcome,
    /// A 口径 by name.
    Measure(String),
}

/// The column under a head. `program` knows the names of facts, tiers and 口径.
pub(super) fn head(cell: &Cell, is_first: bool, program: &Program) -> Read<Head> {
    if is_first {
        return Ok(Head::Label);
    }
    let text = plain(&cell.text);
    let (name, readings) = split_readings(&text);
    if let Some(output) = output(name, program) {
        return Ok(Head::Output(output, readings));
    }
    input(cell, program).map(Head::Input)
}

/// The fact that a head or a name in 设 means.
pub(super) fn input(cell: &Cell, program: &Program) -> Read<Input> {
    let text = plain(&cell.text);
    if let Some(tier) = in_parentheses(&text, &["已付", "paid"]) {
        let known = program.tiers.iter().find(|known| plain(&known.name) == tier);
        return known.map(|known| Input::Settled(known.name.clone())).ok_or_else(|| unknown(cell));
    }
    if let Some(fact) = program.facts.iter().find(|fact| plain(&fact.name) == text) {
        return Ok(Input::Declared(fact.name.clone()));
    }
    registry::header(&text).map(|word| Input::Known(word.id())).ok_or_else(|| unknown(cell))
}

fn unknown(cell: &Cell) -> Box<shukun_policy::finding::Finding> {
    Box::new(error(
        "P0901",
        cell.span,
        Text::new(format!("算例里没有“{}”这一列", cell.text), format!("examples have no column “{}”", cell.text)),
        Text::new(
            "写一个字段、日期、事实、已付（层级），或者应付、个人负担、口径名、颜色、结果",
            "write a field, a date, a fact, paid(tier), or due, burden, the name of a measure, colour, outcome",
        ),
    ))
}

fn output(name: &str, program: &Program) -> Option<Output> {
    if let Some((first, rule)) = name.split_once('·') {
        let is_due = registry::column(first.trim()).is_some_and(|word| word.id() == "due");
        return is_due.then(|| Output::Due(Some(rule.trim().to_owned())));
    }
    match registry::column(name).map(registry::Entry::id) {
        Some("due") => Some(Output::Due(None)),
        Some("burden") => Some(Output::Burden),
        Some("colour") => Some(Output::Colour),
        Some("outcome") => Some(Output::Outcome),
        _ => {
            let measure = program.measures.iter().find(|measure| plain(&measure.name) == name)?;
            Some(Output::Measure(measure.name.clone()))
        }
    }
}

/// `应付(Y1=整额,Y3=费用年)` → `应付` and its readings.
fn split_readings(text: &str) -> (&str, Readings) {
    let Some((name, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
        return (text, Vec::new());
    };
    let pairs: Option<Readings> = inner
        .split([',', '、', ';'])
        .map(|pair| pair.split_once('=').map(|(id, reading)| (id.trim().to_owned(), reading.trim().to_owned())))
        .collect();
    match pairs {
        Some(readings) => (name.trim(), readings),
        None => (text, Vec::new()),
    }
}

fn in_parentheses<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let rest = words.iter().find_map(|word| text.strip_prefix(word))?;
    rest.trim().strip_prefix('(')?.strip_suffix(')').map(str::trim)
}

#[cfg(test)]
mod tests {
    use shukun_policy::document::Span;
    use shukun_policy::program::{FactDecl, FactKind, SettledColumn, Source, Tier};

    use super::*;

    fn program() -> Program {
        let fact =
            FactDecl { name: "有暴力倾向".into(), kind: FactKind::Flag, of_claim: false, source: String::new() };
        let tier = Tier { name: "基本医保".into(), source: Source::AsSettled, settled: SettledColumn::Basic };
        Program { facts: vec![fact], tiers: vec![tier], ..Program::default() }
    }

    fn read(text: &str) -> Read<Head> {
        head(&Cell { text: text.into(), span: Span::default() }, false, &program())
    }

    #[test]
    fn inputs_and_outputs() {
        assert_eq!(read("政策范围内费用"), Ok(Head::Input(Input::Known("in_scope"))));
        assert_eq!(read("已付（基本医保）"), Ok(Head::Input(Input::Settled("基本医保".into()))));
        assert_eq!(read("有暴力倾向"), Ok(Head::Input(Input::Declared("有暴力倾向".into()))));
        let two = vec![("Y1".to_owned(), "整额".to_owned()), ("Y3".to_owned(), "费用年".to_owned())];
        assert_eq!(read("应付（Y1＝整额，Y3＝费用年）"), Ok(Head::Output(Output::Due(None), two)));
        assert_eq!(read("应付·低保救助"), Ok(Head::Output(Output::Due(Some("低保救助".into())), Vec::new())));
        assert_eq!(read("天气").unwrap_err().code, "P0901");
        assert_eq!(read("已付（商保）").unwrap_err().code, "P0901");
    }
}
