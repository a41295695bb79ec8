//! Finds every figure that a pack's rules rest on, and changes one at a time by a unit of its last written place.

use shukun_policy::document::{Document, Item, Span};

/// A figure of the text and what it is changed to.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Where the figure stands.
    pub place: Span,
    /// As written.
    pub written: String,
    /// One unit more in the last written place.
    pub changed: String,
}

impl Mutant {
    /// `text` with the figure changed.
    pub fn apply(&self, text: &str) -> String {
        format!("{}{}{}", &text[..self.place.start], self.changed, &text[self.place.end..])
    }

    /// `text` without the figure.
    pub fn remove(&self, text: &str) -> String {
        format!("{}{}", &text[..self.place.start], &text[self.place.end..])
    }

    /// The line it stands in, for the report.
    pub fn line<'t>(&self, text: &'t str) -> (usize, &'t str) {
        let start = text[..self.place.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[self.place.start..].find('\n').map_or(text.len(), |at| self.place.start + at);
        (text[..start].matches('\n').count() + 1, &text[start..end])
    }
}

/// Every figure inside 纾困 blocks, the tables below them, and the values of readings.
pub fn mutants(document: &Document, text: &str) -> Vec<Mutant> {
    let items = document.articles.iter().flat_map(|article| &article.items);
    let mut places: Vec<Span> = items.flat_map(value_places).collect();
    places.sort_by_key(|place| place.start);
    let mut found: Vec<Mutant> = Vec::new();
    for place in places {
        for mutant in figures(text, place) {
            if found.iter().all(|known| known.place.start != mutant.place.start) {
                found.push(mutant);
            }
        }
    }
    found
}

fn value_places(item: &Item) -> Vec<Span> {
    match item {
        Item::Declaration(declaration) => {
            let clauses = declaration.clauses.iter().filter(|clause| clause.key != "source").map(|clause| clause.span);
            let tables = declaration.tables.iter().flat_map(|table| table.rows.iter().flatten().map(|cell| cell.span));
            clauses.chain(tables).collect()
        }
        Item::Ambiguity(ambiguity) => {
            let values = ambiguity.readings.iter().filter(|reading| reading.value.is_some());
            values.flat_map(|reading| reading.words.iter().map(|word| word.span)).collect()
        }
        Item::Prose(_) | Item::Example(_) => Vec::new(),
    }
}

/// Runs of digits with their commas and decimals; those of a code such as `GD25` or `Y1` are no figures.
fn figures(text: &str, place: Span) -> Vec<Mutant> {
    let letters: Vec<(usize, char)> =
        text[place.start..place.end].char_indices().map(|(at, letter)| (place.start + at, letter)).collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        if !letters[at].1.is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < letters.len() && continues(&letters, at) {
            at += 1;
        }
        let end = letters.get(at).map_or(place.end, |letter| letter.0);
        let in_code = start > 0 && letters[start - 1].1.is_ascii_alphabetic();
        if !in_code {
            let written = text[letters[start].0..end].to_owned();
            let changed = one_more(&written);
            found.push(Mutant { place: Span { file: place.file, start: letters[start].0, end }, written, changed });
        }
    }
    found
}

fn continues(letters: &[(usize, char)], at: usize) -> bool {
    match letters[at].1 {
        digit if digit.is_ascii_digit() => true,
        ',' | '.' => letters.get(at + 1).is_some_and(|next| next.1.is_ascii_digit()),
        _ => false,
    }
}

/// `49,500` → `49,501`, `2.5` → `2.6`, `9` → `10`
fn one_more(written: &str) -> String {
    let decimals = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let more = format!("{:0width$}", digits.parse::<u64>().unwrap() + 1, width = digits.len());
    let (whole, rest) = more.split_at(more.len() - decimals);
    let whole = if written.contains(',') { grouped(whole) } else { whole.to_owned() };
    if decimals == 0 { whole } else { format!("{whole}.{rest}") }
}

fn grouped(whole: &str) -> String {
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn one_unit_more_in_the_last_written_place() {
    for (written, changed) in
        [("3", "4"), ("49,500", "49,501"), ("2.5", "2.6"), ("999", "1000"), ("2,999", "3,000"), ("1.99", "2.00")]
    {
        assert_eq!(one_more(written), changed);
    }
}

#[test]
fn figures_of_rules_and_readings_but_not_of_prose_examples_or_codes() {
    let text = "3万元\n\n```纾困\n规则 甲\n触发：超过 3万元\n定额：依下表\n```\n| 病组 | 定额 |\n|---|---|\n| GD25 | 900元 |\n\n\
                ```疑义\nY1 线\n  低 ＝ 2000元：二千\n  高 ＝ 4000元：四千\n暂定：低\n```\n\n```算例 一\n规则：甲\n```\n| 情形 | 应付 |\n|---|---|\n| 甲 | 5 |\n";
    let (document, _) = shukun_policy::markdown::read_document(0, text, &Default::default());
    let written: Vec<String> = mutants(&document, text).into_iter().map(|mutant| mutant.written).collect();
    assert_eq!(written, ["3", "900", "2000", "4000"]);
}
