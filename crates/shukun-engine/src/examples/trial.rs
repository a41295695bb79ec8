//! One pack on the bench: links it under the readings a column names and runs the rows of its examples.

use std::collections::BTreeMap;
use std::rc::Rc;

use shukun_base::{ClaimId, Text};
use shukun_policy::document::{Cell, Example};
use shukun_policy::finding::{Finding, Severity};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::{Pack, PackSet};
use shukun_policy::program::{Cond, Kind, PackIx, Program, Rule, Source};

use super::cells::{Read, error};
use super::compare::{Compared, Place, compare};
use super::heads::{self, Head, Input, Output, Readings};
use super::people::{self, Row};
use super::{ExampleCell, ExamplesReport};
use crate::outcome::Settlement;

/// A pack with the programs it was linked to so far, one for each choice of readings.
pub(super) struct Bench<'a> {
    own: PackSet,
    pack: &'a Pack,
    programs: BTreeMap<Readings, Rc<Linked>>,
}

type Linked = Result<Program, Vec<Finding>>;

/// A column of outputs under its readings.
struct Column<'a> {
    index: usize,
    head: &'a Cell,
    output: Output,
    readings: Readings,
}

impl<'a> Bench<'a> {
    pub(super) fn new(set: &PackSet, pack: &'a Pack) -> Bench<'a> {
        Bench { own: set.with_parents(&pack.meta.id), pack, programs: BTreeMap::new() }
    }

    /// Runs one example; every output cell that is not empty is compared.
    pub(super) fn run(&mut self, example: &Example, report: &mut ExamplesReport) {
        if let Err(findings) = self.try_run(example, report) {
            report.failed += 1;
            report.findings.extend(findings);
        }
    }

    fn try_run(&mut self, example: &Example, report: &mut ExamplesReport) -> Result<(), Vec<Finding>> {
        let basis = self.program(&Vec::new(), example)?;
        let Ok(basis) = basis.as_ref() else { return Ok(()) };
        let heads = read_heads(example, basis)?;
        let common = one(given(example, basis))?;
        for case in cases(example) {
            let rows = case.iter().map(|index| row(example, *index, &heads, &common)).collect::<Vec<_>>();
            self.run_case(example, &heads, &case, &rows, report)?;
        }
        Ok(())
    }

    fn run_case(
        &mut self,
        example: &Example,
        heads: &[Head],
        case: &[usize],
        rows: &[Row],
        report: &mut ExamplesReport,
    ) -> Result<(), Vec<Finding>> {
        let rule = example.rule.as_ref().map(|rule| rule.text.as_str());
        let mut settled: BTreeMap<Readings, Settlement> = BTreeMap::new();
        for column in columns(example, heads) {
            let program = self.program(&column.readings, example)?;
            let Ok(program) = program.as_ref() else { continue };
            if !settled.contains_key(&column.readings) {
                let household = one(people::household(rows, rule, &self.pack.meta.region, program))?;
                settled.insert(column.readings.clone(), crate::settle(program, &household));
            }
            let Some(settlement) = settled.get(&column.readings) else { continue };
            self.compare_column(example, &column, case, settlement, program, report);
        }
        Ok(())
    }

    fn compare_column(
        &self,
        example: &Example,
        column: &Column<'_>,
        case: &[usize],
        settlement: &Settlement,
        program: &Program,
        report: &mut ExamplesReport,
    ) {
        let rule = example.rule.as_ref().map(|rule| rule.text.as_str());
        for (position, index) in case.iter().enumerate() {
            let Some(cell) = cell(example, *index, column.index).filter(|cell| !cell.text.is_empty()) else { continue };
            let place = Place { rule, claim: ClaimId(position as u64 + 1), is_last: position + 1 == case.len() };
            let compared = compare(&column.output, cell, settlement, program, place);
            self.record(example, column, *index, cell, compared, report);
        }
    }

    fn record(
        &self,
        example: &Example,
        column: &Column<'_>,
        index: usize,
        cell: &Cell,
        compared: Read<Compared>,
        report: &mut ExamplesReport,
    ) {
        let Compared { expected, got } = match compared {
            Ok(compared) => compared,
            Err(finding) => {
                report.failed += 1;
                report.findings.push(*finding);
                return;
            }
        };
        let done = ExampleCell {
            pack: self.pack.meta.id.clone(),
            example: example.title.clone(),
            row: self::cell(example, index, 0).map(|label| label.text.clone()).unwrap_or_default(),
            column: column.head.text.clone(),
            expected,
            got,
            place: cell.span,
        };
        if done.holds() {
            report.passed += 1;
        } else {
            report.failed += 1;
            report.findings.push(differs(&done, column.head));
        }
        report.cells.push(done);
    }

    /// The pack linked under these readings, with other packs' payers silent.
    fn program(&mut self, readings: &Readings, example: &Example) -> Result<Rc<Linked>, Vec<Finding>> {
        let linked = match self.programs.get(readings) {
            Some(linked) => Rc::clone(linked),
            None => {
                let linked = Rc::new(self.link(readings, example));
                self.programs.insert(readings.clone(), Rc::clone(&linked));
                linked
            }
        };
        match linked.as_ref() {
            Ok(_) => Ok(linked),
            Err(findings) => Err(findings.clone()),
        }
    }

    fn link(&self, readings: &Readings, example: &Example) -> Linked {
        let id = &self.pack.meta.id;
        let choices = Choices {
            readings: readings
                .iter()
                .map(|(ambiguity, reading)| (format!("{id}:{ambiguity}"), reading.clone()))
                .collect(),
            region: Some(self.pack.meta.region.clone()),
        };
        match link(&self.own, &choices) {
            (Some(mut program), _) => {
                silence_others(&mut program, id);
                Ok(program)
            }
            (None, findings) => Err(vec![not_linked(example, findings)]),
        }
    }
}

/// Rules of other packs pay nothing here; a tier without a rule of this pack is as settled.
fn silence_others(program: &mut Program, id: &str) {
    let own = program.packs.iter().position(|pack| pack.id == id).map(PackIx);
    let pays = |rule: &Rule| {
        matches!(rule.kind, Kind::Pay { .. } | Kind::BringDown { .. } | Kind::Fixed { .. } | Kind::ByResolution { .. })
    };
    let is_own = |rule: &Rule| Some(rule.pack) == own;
    for (index, tier) in program.tiers.iter_mut().enumerate() {
        if !program.rules.iter().any(|rule| rule.tier.0 == index && pays(rule) && is_own(rule)) {
            tier.source = Source::AsSettled;
        }
    }
    for rule in program.rules.iter_mut().filter(|rule| pays(rule) && !is_own(rule)) {
        rule.who = Cond::Not(Box::new(Cond::Everyone));
    }
}

fn not_linked(example: &Example, causes: Vec<Finding>) -> Finding {
    let first = causes.into_iter().find(|finding| finding.severity == Severity::Error);
    let because = first.as_ref().map_or_else(|| Text::new("", ""), |first| first.message.clone());
    let mut finding = error(
        "P0905",
        example.span,
        Text::new(
            format!("算例“{}”要用的规则接不起来：{}", example.title, because.zh),
            format!("the rules that the example “{}” needs do not link: {}", example.title, because.en),
        ),
        Text::new(
            "先改好规则，或者改正列名里写的读法",
            "mend the rules first, or the reading named in the column's head",
        ),
    );
    let place = first.and_then(|first| first.place.map(|place| (place, first.message)));
    finding.related.extend(place);
    finding
}

fn differs(cell: &ExampleCell, head: &Cell) -> Finding {
    let mut finding = error(
        "P0900",
        cell.place,
        Text::new(
            format!("算例“{}”的“{}”：这里写 {}，算出来是 {}", cell.example, cell.row, cell.expected, shown(&cell.got)),
            format!(
                "example “{}”, “{}”: it states {}, the rules give {}",
                cell.example,
                cell.row,
                cell.expected,
                shown(&cell.got)
            ),
        ),
        Text::new("核对规则的数字，或者改正算例", "check the figures of the rule, or correct the example"),
    );
    finding.related.push((head.span, Text::new("这一列", "this column")));
    finding
}

fn shown(got: &str) -> &str {
    if got.is_empty() { "—" } else { got }
}

fn one<T>(read: Read<T>) -> Result<T, Vec<Finding>> {
    read.map_err(|finding| vec![*finding])
}

fn read_heads(example: &Example, program: &Program) -> Result<Vec<Head>, Vec<Finding>> {
    let (mut heads, mut findings) = (Vec::new(), Vec::new());
    for (index, cell) in example.table.header.iter().enumerate() {
        match heads::head(cell, index == 0, program) {
            Ok(head) => heads.push(head),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(heads) } else { Err(findings) }
}

fn given(example: &Example, program: &Program) -> Read<Vec<(Input, Cell)>> {
    example.given.iter().map(|(name, value)| Ok((heads::input(name, program)?, value.clone()))).collect()
}

/// Rows by case: a row whose first cell is 〃 continues the one above.
fn cases(example: &Example) -> Vec<Vec<usize>> {
    let mut cases: Vec<Vec<usize>> = Vec::new();
    for (index, row) in example.table.rows.iter().enumerate() {
        let continues = row.first().is_some_and(|first| matches!(first.text.as_str(), "〃" | "″" | "\""));
        match cases.last_mut() {
            Some(case) if continues => case.push(index),
            _ => cases.push(vec![index]),
        }
    }
    cases
}

fn row(example: &Example, index: usize, heads: &[Head], common: &[(Input, Cell)]) -> Row {
    let cells = example.table.rows.get(index).map(Vec::as_slice).unwrap_or_default();
    let own = heads.iter().zip(cells).filter_map(|(head, cell)| match head {
        Head::Input(input) => Some((input.clone(), cell.clone())),
        Head::Label | Head::Output(..) => None,
    });
    let place = cells.first().map_or(example.span, |first| first.span);
    Row { place, given: people::merge(common, own.collect()) }
}

fn columns<'e>(example: &'e Example, heads: &'e [Head]) -> impl Iterator<Item = Column<'e>> {
    example.table.header.iter().zip(heads).enumerate().filter_map(|(index, (cell, head))| match head {
        Head::Output(output, readings) => {
            Some(Column { index, head: cell, output: output.clone(), readings: readings.clone() })
        }
        Head::Label | Head::Input(_) => None,
    })
}

fn cell(example: &Example, row: usize, column: usize) -> Option<&Cell> {
    example.table.rows.get(row)?.get(column)
}
