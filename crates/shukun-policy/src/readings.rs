//! 疑义: which reading a run follows, and the reading's words in the placeholder's place.
//!
//! Knows words and ambiguities, not what clauses mean. Start at [`Scopes::new`] and [`Scopes::substitute`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use shukun_base::Text;

use crate::document::{Ambiguity, Cell, Clause, Declaration, Document, Item, MarkTable, Reading, Span, Token, Word};
use crate::finding::Finding;
use crate::program::{ChosenReading, PackIx};
use crate::registry::nearest;
use crate::typed::tables::cell_words;

/// A reading may name another ambiguity, but not without end.
const DEEPEST: usize = 4;
/// No clause has more words.
const MOST_WORDS: usize = 1000;
/// Nor deeper parentheses, nor more negations.
const DEEPEST_NESTING: usize = 32;

/// One ambiguity of the run with the reading chosen.
#[derive(Clone, Debug)]
struct Doubt<'a> {
    pack: usize,
    ambiguity: &'a Ambiguity,
    chosen: usize,
    provisional: bool,
}

/// All ambiguities of the packs of a run.
#[derive(Debug)]
pub(crate) struct Scopes<'a> {
    doubts: Vec<Doubt<'a>>,
    /// For each pack the packs whose ambiguities it may name, its own first.
    visible: Vec<Vec<usize>>,
    findings: RefCell<Vec<Finding>>,
    used: RefCell<BTreeSet<usize>>,
}

/// A pack as readings see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PackWords<'a> {
    pub(crate) id: &'a str,
    pub(crate) document: &'a Document,
}

/// All 疑义 of a document.
pub(crate) fn ambiguities(document: &Document) -> impl Iterator<Item = &Ambiguity> {
    items(document).filter_map(|item| if let Item::Ambiguity(found) = item { Some(found) } else { None })
}

/// All ```纾困 blocks of a document.
pub(crate) fn declarations(document: &Document) -> impl Iterator<Item = &Declaration> {
    items(document).filter_map(|item| if let Item::Declaration(found) = item { Some(found) } else { None })
}

fn items(document: &Document) -> impl Iterator<Item = &Item> {
    document.articles.iter().flat_map(|article| &article.items)
}

impl<'a> Scopes<'a> {
    /// Chooses a reading of every ambiguity: the one asked for in `choices` (`Y1=整额`, `pack:Y1=整额`,
    /// `规则=整额`), else the provisional one. `visible` lists for each pack the packs whose ambiguities it may name.
    pub(crate) fn new(packs: &[PackWords<'a>], visible: Vec<Vec<usize>>, choices: &[(String, String)]) -> Scopes<'a> {
        let mut doubts = Vec::new();
        for (pack, words) in packs.iter().enumerate() {
            doubts.extend(ambiguities(words.document).map(|ambiguity| Doubt {
                pack,
                ambiguity,
                chosen: provisional_reading(ambiguity),
                provisional: true,
            }));
        }
        let (findings, used) = (RefCell::default(), RefCell::default());
        let mut scopes = Scopes { doubts, visible, findings, used };
        for (asked, reading) in choices {
            scopes.choose(packs, asked, reading);
        }
        scopes
    }

    fn choose(&mut self, packs: &[PackWords<'_>], asked: &str, reading: &str) {
        let named = self.asked_for(packs, asked, reading);
        let fitting: Vec<(usize, usize)> =
            named.iter().filter_map(|doubt| Some((*doubt, self.find_reading(*doubt, reading)?))).collect();
        match fitting.as_slice() {
            several if self.is_one(packs, several) => {
                for (doubt, chosen) in several {
                    let Some(doubt) = self.doubts.get_mut(*doubt) else { continue };
                    (doubt.chosen, doubt.provisional) = (*chosen, false);
                }
            }
            [] if named.is_empty() => self.find_out(no_such_ambiguity(asked, &self.ids(packs))),
            [] => self.find_out(no_such_reading(asked, reading, &self.reading_names(&named))),
            _ => self.find_out(several(asked, packs)),
        }
    }

    /// Whether these are one ambiguity, in one pack or in its versions.
    fn is_one(&self, packs: &[PackWords<'_>], fitting: &[(usize, usize)]) -> bool {
        let name = |at: usize| {
            let doubt = self.doubts.get(at)?;
            Some((packs.get(doubt.pack)?.id, doubt.ambiguity.id.as_str()))
        };
        let names: BTreeSet<_> = fitting.iter().map(|(doubt, _)| name(*doubt)).collect();
        names.len() == 1
    }

    /// Which ambiguities `Y1`, `pack:Y1` or the name of a rule may mean.
    fn asked_for(&self, packs: &[PackWords<'_>], asked: &str, reading: &str) -> Vec<usize> {
        let (pack, id) =
            asked.split_once([':', '：']).map_or((None, asked), |(pack, id)| (Some(pack.trim()), id.trim()));
        let is_asked = |doubt: &Doubt<'_>| {
            let in_pack = pack.is_none_or(|pack| packs.get(doubt.pack).is_some_and(|words| words.id == pack));
            in_pack && doubt.ambiguity.id == id
        };
        let by_id: Vec<usize> = self.positions(is_asked);
        if !by_id.is_empty() {
            return by_id;
        }
        let mut rests_on = BTreeSet::new();
        for (at, words) in packs.iter().enumerate() {
            for decl in declarations(words.document).filter(|decl| decl.name == id) {
                rests_on.extend(named_in(decl).iter().filter_map(|name| self.find(at, name)));
            }
        }
        let fitting: Vec<usize> =
            rests_on.iter().copied().filter(|doubt| self.find_reading(*doubt, reading).is_some()).collect();
        if fitting.is_empty() { rests_on.into_iter().collect() } else { fitting }
    }

    fn positions(&self, is_asked: impl Fn(&Doubt<'_>) -> bool) -> Vec<usize> {
        self.doubts.iter().enumerate().filter(|(_, doubt)| is_asked(doubt)).map(|(at, _)| at).collect()
    }

    fn find_reading(&self, doubt: usize, name: &str) -> Option<usize> {
        self.doubts.get(doubt)?.ambiguity.readings.iter().position(|reading| reading.name == name.trim())
    }

    fn ids(&self, packs: &[PackWords<'_>]) -> Vec<String> {
        let full = |doubt: &Doubt<'_>| packs.get(doubt.pack).map(|pack| format!("{}:{}", pack.id, doubt.ambiguity.id));
        self.doubts.iter().map(|doubt| doubt.ambiguity.id.clone()).chain(self.doubts.iter().filter_map(full)).collect()
    }

    fn reading_names(&self, doubts: &[usize]) -> Vec<String> {
        let readings =
            doubts.iter().filter_map(|doubt| self.doubts.get(*doubt)).flat_map(|doubt| &doubt.ambiguity.readings);
        readings.map(|reading| reading.name.clone()).collect()
    }

    fn find_out(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// The ambiguity that a pack means by an id.
    fn find(&self, pack: usize, id: &str) -> Option<usize> {
        let visible = self.visible.get(pack)?;
        visible.iter().find_map(|of| self.doubts.iter().position(|doubt| doubt.pack == *of && doubt.ambiguity.id == id))
    }

    /// The declaration with every placeholder replaced, and for each clause (`table` for its tables) the readings
    /// that shaped it, as indexes into [`Scopes::chosen`].
    pub(crate) fn substitute(&self, pack: usize, decl: &Declaration) -> (Declaration, Uses) {
        let (mut decl, mut uses) = (decl.clone(), Uses::new());
        for clause in &mut decl.clauses {
            let used = self.clause(pack, clause);
            uses.entry(clause.key).or_default().extend(used);
        }
        for table in &mut decl.tables {
            let used = self.table(pack, table);
            uses.entry("table").or_default().extend(used);
        }
        (decl, uses)
    }

    fn clause(&self, pack: usize, clause: &mut Clause) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        if clause.words.iter().any(|word| matches!(word.token, Token::Reading(_))) {
            self.replace(pack, clause, &mut used);
        }
        if is_unwieldy(&clause.words) {
            self.find_out(unwieldy(clause.span));
            clause.words.clear();
        }
        used
    }

    /// Puts the readings' words in place of the clause's placeholders.
    fn replace(&self, pack: usize, clause: &mut Clause, used: &mut BTreeSet<usize>) {
        let mut words = Vec::new();
        for word in &clause.words {
            let Token::Reading(id) = &word.token else {
                words.push(word.clone());
                continue;
            };
            let Some(reading) = self.reading(pack, id, word.span, used) else { continue };
            for spelling in [format!("读法{id}"), format!("疑义{id}"), format!("reading {id}")] {
                clause.text = clause.text.replace(&spelling, verbatim(reading));
            }
            self.expand(pack, &reading.words, 1, &mut words, used);
        }
        clause.words = words;
    }

    /// The words of a reading; placeholders inside it are replaced too.
    fn expand(&self, pack: usize, words: &[Word], depth: usize, into: &mut Vec<Word>, used: &mut BTreeSet<usize>) {
        for word in words {
            if into.len() > MOST_WORDS {
                return;
            }
            match &word.token {
                Token::Reading(id) if depth < DEEPEST => {
                    if let Some(reading) = self.reading(pack, id, word.span, used) {
                        self.expand(pack, &reading.words, depth + 1, into, used);
                    }
                }
                Token::Reading(id) => self.find_out(too_deep(id, word.span)),
                _ => into.push(word.clone()),
            }
        }
    }

    fn reading(&self, pack: usize, id: &str, place: Span, used: &mut BTreeSet<usize>) -> Option<&'a Reading> {
        let Some(at) = self.find(pack, id) else {
            self.find_out(unknown_placeholder(id, place, &self.visible_ids(pack)));
            return None;
        };
        used.insert(at);
        self.used.borrow_mut().insert(at);
        let doubt = self.doubts.get(at)?;
        doubt.ambiguity.readings.get(doubt.chosen)
    }

    fn visible_ids(&self, pack: usize) -> Vec<&str> {
        let visible = self.visible.get(pack).cloned().unwrap_or_default();
        let seen = self.doubts.iter().filter(|doubt| visible.contains(&doubt.pack));
        seen.map(|doubt| doubt.ambiguity.id.as_str()).collect()
    }

    fn table(&self, pack: usize, table: &mut MarkTable) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        for cell in table.header.iter_mut().chain(table.rows.iter_mut().flatten()) {
            self.cell(pack, cell, &mut used);
        }
        used
    }

    fn cell(&self, pack: usize, cell: &mut Cell, used: &mut BTreeSet<usize>) {
        if let [Word { token: Token::Reading(id), .. }] = cell_words(cell).as_slice()
            && let Some(reading) = self.reading(pack, id, cell.span, used)
        {
            *cell = Cell { text: verbatim(reading).to_owned(), span: reading.span };
        }
    }

    /// The readings of the run, in the order of their indexes.
    pub(crate) fn chosen(&self) -> Vec<ChosenReading> {
        self.doubts.iter().filter_map(Doubt::chosen).collect()
    }

    /// What is wrong with choices and placeholders, and ambiguities that nothing names.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let used = self.used.into_inner();
        let mut findings = self.findings.into_inner();
        let idle = self.doubts.iter().enumerate().filter(|(at, _)| !used.contains(at));
        findings.extend(idle.map(|(_, doubt)| idle_ambiguity(doubt.ambiguity)));
        findings
    }
}

/// For each clause the readings that shaped it.
pub(crate) type Uses = BTreeMap<&'static str, BTreeSet<usize>>;

impl Doubt<'_> {
    fn chosen(&self) -> Option<ChosenReading> {
        let reading = self.ambiguity.readings.get(self.chosen).or(self.ambiguity.readings.first())?;
        Some(ChosenReading {
            pack: PackIx(self.pack),
            ambiguity: self.ambiguity.id.clone(),
            question: self.ambiguity.question.clone(),
            reading: reading.name.clone(),
            provisional: self.provisional,
            illustrative: reading.illustrative,
        })
    }
}

fn provisional_reading(ambiguity: &Ambiguity) -> usize {
    let named = ambiguity.provisional.as_ref().map(|cell| cell.text.as_str());
    ambiguity.readings.iter().position(|reading| Some(reading.name.as_str()) == named).unwrap_or(0)
}

fn verbatim(reading: &Reading) -> &str {
    reading.value.as_deref().unwrap_or(&reading.name)
}

/// The ids of all placeholders of a declaration.
fn named_in(decl: &Declaration) -> BTreeSet<String> {
    let cells = decl.tables.iter().flat_map(|table| table.header.iter().chain(table.rows.iter().flatten()));
    let words = decl.clauses.iter().flat_map(|clause| clause.words.clone()).chain(cells.flat_map(cell_words));
    words.filter_map(|word| if let Token::Reading(id) = word.token { Some(id) } else { None }).collect()
}

/// Longer or deeper clauses are no rule that an official could read.
fn is_unwieldy(words: &[Word]) -> bool {
    let mut depth = 0usize;
    let mut deepest = 0;
    for word in words {
        match word.token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let negations = words.iter().filter(|word| word.token == Token::Known("not")).count();
    words.len() > MOST_WORDS || deepest.max(negations) > DEEPEST_NESTING
}

fn unwieldy(place: Span) -> Finding {
    Finding::error(
        "P0318",
        place,
        Text::new("这一条太长，或括号套得太深", "the clause is too long, or its parentheses are too deep"),
        Text::new(
            "把一部分写成口径、资格规则或参数表",
            "move parts of it into a measure, an eligibility rule or a table",
        ),
    )
}

fn did_you_mean(name: &str, known: &[&str]) -> Text {
    match nearest(name, known.iter().copied()) {
        Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None if known.is_empty() => Text::new("先写一个疑义块", "write a block of that ambiguity first"),
        None => Text::new(format!("可用的有：{}", known.join("、")), format!("there are: {}", known.join(", "))),
    }
}

fn unknown_placeholder(id: &str, place: Span, known: &[&str]) -> Finding {
    let message = Text::new(format!("没有编号为“{id}”的疑义"), format!("there is no ambiguity “{id}”"));
    Finding::error("P0601", place, message, did_you_mean(id, known))
}

fn too_deep(id: &str, place: Span) -> Finding {
    Finding::error(
        "P0601",
        place,
        Text::new(
            format!("疑义“{id}”的读法层层引用，没有尽头"),
            format!("the readings of “{id}” refer to each other without end"),
        ),
        Text::new("让读法直接写出含义", "write out what the reading means"),
    )
}

fn no_such_ambiguity(asked: &str, known: &[String]) -> Finding {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let message = Text::new(
        format!("“{asked}”不是疑义的编号，也不是涉及疑义的规则"),
        format!("“{asked}” is neither an ambiguity nor a rule that rests on one"),
    );
    Finding::error("P0602", None, message, did_you_mean(asked, &known))
}

fn no_such_reading(asked: &str, reading: &str, known: &[String]) -> Finding {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let message = Text::new(format!("“{asked}”没有读法“{reading}”"), format!("“{asked}” has no reading “{reading}”"));
    Finding::error("P0602", None, message, did_you_mean(reading, &known))
}

fn several(asked: &str, packs: &[PackWords<'_>]) -> Finding {
    let ids: Vec<&str> = packs.iter().map(|pack| pack.id).collect();
    Finding::error(
        "P0602",
        None,
        Text::new(format!("“{asked}”可以指不止一处疑义"), format!("“{asked}” can mean more than one ambiguity")),
        Text::new(
            format!("写明制度包和编号，如 {}:Y1＝…", ids.last().unwrap_or(&"")),
            format!("name the pack and the id, such as {}:Y1=…", ids.last().unwrap_or(&"")),
        ),
    )
}

fn idle_ambiguity(ambiguity: &Ambiguity) -> Finding {
    Finding::warning(
        "P0603",
        ambiguity.span,
        Text::new(
            format!("疑义“{}”没有哪一条用到", ambiguity.id),
            format!("no clause uses the ambiguity “{}”", ambiguity.id),
        ),
        Text::new(
            format!("在有疑问的那一条里写“读法{}”，或删去这个疑义", ambiguity.id),
            format!("write `reading {}` in the clause that is in doubt, or remove the block", ambiguity.id),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::Names;
    use crate::markdown::read_document;

    const TEXT: &str = "```纾困\n规则 甲\n依据：一\n分段：按 读法Y1，依下表\n累计：每人 读法Y2\n```\n\n```疑义\nY1 分段方式\n  分别累进：各段\n  整额：全部\n暂定：整额\n```\n\n```疑义\nY2 年度\n  费用年 ＝ 每自然年（按 费用发生日）：费用\n  认定年 ＝ 每自然年（按 认定日）：认定\n暂定：费用年\n```\n";

    fn run(choices: &[(&str, &str)], clause: usize) -> (Vec<Token>, Vec<ChosenReading>, Vec<&'static str>) {
        let (document, findings) = read_document(0, TEXT, &Names::new());
        assert_eq!(findings, []);
        let packs = [PackWords { id: "p", document: &document }];
        let choices: Vec<_> = choices.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect();
        let scopes = Scopes::new(&packs, vec![vec![0]], &choices);
        let decl = declarations(&document).next().unwrap();
        let words = scopes.substitute(0, decl).0.clauses[clause].words.iter().map(|word| word.token.clone()).collect();
        let chosen = scopes.chosen();
        (words, chosen, scopes.into_findings().iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn the_provisional_reading_unless_told() {
        let (words, chosen, codes) = run(&[], 1);
        assert_eq!(words[1], Token::Known("whole"));
        assert!(chosen[0].provisional && codes.is_empty());
        for asked in ["Y1", "p:Y1", "甲"] {
            let (words, chosen, codes) = run(&[(asked, "分别累进")], 1);
            assert_eq!((&words[1], &chosen[0].reading), (&Token::Known("marginal"), &"分别累进".to_owned()), "{asked}");
            assert!(!chosen[0].provisional && codes.is_empty());
        }
    }

    #[test]
    fn a_run_of_words() {
        let (words, ..) = run(&[("Y2", "认定年")], 2);
        assert_eq!(words[4], Token::Known("certified_on"));
    }

    #[test]
    fn wrong_choices_are_findings() {
        for choice in [("Y9", "整额"), ("Y1", "整颜"), ("乙", "整额"), ("q:Y1", "整额")] {
            assert_eq!(run(&[choice], 1).2, ["P0602"], "{choice:?}");
        }
    }
}
