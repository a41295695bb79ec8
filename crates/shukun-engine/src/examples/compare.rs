//! What a run gave against what a cell states.

use shukun_base::{ClaimId, Fen, Lang, Text};
use shukun_policy::document::Cell;
use shukun_policy::program::{Program, Timing};
use shukun_policy::registry;

use super::cells::{self, Read, error, is_dash, plain};
use super::heads::Output;
use crate::outcome::{Colour, FAMILY, NoteKind, Settlement};

/// A row within its case.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The rule that 应付 and 结果 mean.
    pub(super) rule: Option<&'a str>,
    /// The claim of the row.
    pub(super) claim: ClaimId,
    /// Whether it is the last row of its case: the one that holds the results of the whole.
    pub(super) is_last: bool,
}

/// What the cell states and what came out, as words; equal where the example holds.
pub(super) struct Compared {
    pub(super) expected: String,
    pub(super) got: String,
}

/// Compares one output cell.
pub(super) fn compare(
    output: &Output,
    cell: &Cell,
    settlement: &Settlement,
    program: &Program,
    place: Place<'_>,
) -> Read<Compared> {
    match output {
        Output::Due(named) => {
            let rule = named.as_deref().or(place.rule).ok_or_else(|| which_rule(cell))?;
            let rule = known_rule(rule, cell, program)?;
            amount(cell, due(rule, cell, settlement, program, place)?)
        }
        Output::Burden => amount(cell, whole_case(cell, place, burden(settlement))?),
        Output::Measure(name) => amount(cell, whole_case(cell, place, measure(name, settlement))?),
        Output::Colour => whole_case(cell, place, ()).and_then(|()| colour(cell, settlement)),
        Output::Outcome => {
            let rule = place.rule.ok_or_else(|| which_rule(cell))?;
            Ok(outcome(cell, known_rule(rule, cell, program)?, settlement, place))
        }
    }
}

fn amount(cell: &Cell, got: Fen) -> Read<Compared> {
    Ok(Compared { expected: cells::money(cell)?.to_string(), got: got.to_string() })
}

fn known_rule<'a>(name: &str, cell: &Cell, program: &'a Program) -> Read<&'a str> {
    let rule = program.rules.iter().find(|rule| plain(&rule.name) == plain(name));
    rule.map(|rule| rule.name.as_str()).ok_or_else(|| {
        Box::new(error(
            "P0904",
            cell.span,
            Text::new(format!("没有名为“{name}”的规则"), format!("there is no rule named “{name}”")),
            Text::new("写本包或上级包里一条规则的名称", "write the name of a rule of this pack or its parents"),
        ))
    })
}

fn which_rule(cell: &Cell) -> Box<shukun_policy::finding::Finding> {
    Box::new(error(
        "P0904",
        cell.span,
        Text::new("没有写这一列说的是哪条规则", "it is not said which rule this column means"),
        Text::new(
            "在算例里写“规则：…”，或者把列名写成“应付·规则名”",
            "write `rule: …` in the example, or head the column `due·rule`",
        ),
    ))
}

/// Of this claim; what is posted for the whole period belongs to the last row.
fn due(rule: &str, cell: &Cell, settlement: &Settlement, program: &Program, place: Place<'_>) -> Read<Fen> {
    let timing = program.rules.iter().find(|known| known.name == rule).map(|known| known.timing);
    let counts = |claim: Option<ClaimId>| match claim {
        Some(claim) => claim == place.claim || timing == Some(Timing::PeriodEnd),
        None => place.is_last,
    };
    let of_rule = settlement.postings.iter().filter(|posting| posting.rule == rule);
    let paid = of_rule.filter(|posting| counts(posting.claim_id)).map(|posting| posting.amount_fen).sum();
    if timing == Some(Timing::PeriodEnd) { whole_case(cell, place, paid) } else { Ok(paid) }
}

/// Results of the whole example stand in its last row only.
fn whole_case<T>(cell: &Cell, place: Place<'_>, value: T) -> Read<T> {
    if place.is_last {
        return Ok(value);
    }
    Err(Box::new(error(
        "P0904",
        cell.span,
        Text::new(
            "这一列是整个例子的结果，只写在最后一行",
            "this column is a result of the whole example, written on its last row",
        ),
        Text::new("把它移到最后一个“〃”行", "move it to the last row that starts with 〃"),
    )))
}

fn burden(settlement: &Settlement) -> Fen {
    settlement.postings.iter().filter(|posting| posting.rule == FAMILY).map(|posting| posting.amount_fen).sum()
}

fn measure(name: &str, settlement: &Settlement) -> Fen {
    settlement.standings.iter().filter_map(|standing| standing.burden_fen.get(name)).copied().sum()
}

fn colour(cell: &Cell, settlement: &Settlement) -> Read<Compared> {
    let name = |colour: Option<Colour>| match colour {
        Some(Colour::Red) => "红",
        Some(Colour::Orange) => "橙",
        Some(Colour::Yellow) => "黄",
        None => "—",
    };
    let got = settlement.standings.iter().filter_map(|standing| standing.colour).max();
    let expected = match registry::value(&plain(&cell.text)).map(registry::Entry::id) {
        Some("red") => Some(Colour::Red),
        Some("orange") => Some(Colour::Orange),
        Some("yellow") => Some(Colour::Yellow),
        _ if is_dash(&cell.text) => None,
        _ => return Err(not_a_colour(cell)),
    };
    Ok(Compared { expected: name(expected).to_owned(), got: name(got).to_owned() })
}

fn not_a_colour(cell: &Cell) -> Box<shukun_policy::finding::Finding> {
    Box::new(error(
        "P0902",
        cell.span,
        Text::new(format!("“{}”不是预警的颜色", cell.text), format!("“{}” is not an alert colour", cell.text)),
        Text::new("写红、橙、黄，没有颜色的写 —", "write red, orange or yellow; — where there is none"),
    ))
}

/// What the rule said, besides paying: any one of it may be what the cell states.
fn outcome(cell: &Cell, rule: &str, settlement: &Settlement, place: Place<'_>) -> Compared {
    let stated = plain(&cell.text);
    let stated = registry::column(&stated).map_or(stated, |word| word.spelling(Lang::Zh).to_owned());
    let of_row = |claim: Option<ClaimId>| claim.is_none_or(|claim| claim == place.claim);
    let mut said: Vec<&str> = settlement
        .notes
        .iter()
        .filter(|note| note.rule == rule && of_row(note.claim_id))
        .filter_map(|note| outcome_word(&note.outcome))
        .collect();
    said.sort_unstable();
    said.dedup();
    let got = if said.contains(&stated.as_str()) { stated.clone() } else { said.join("、") };
    Compared { expected: stated, got }
}

fn outcome_word(kind: &NoteKind) -> Option<&'static str> {
    let id = match kind {
        NoteKind::NotEligible => "not_eligible",
        NoteKind::Unknown { .. } => "facts_missing",
        NoteKind::BelowLine => "line_not_reached",
        NoteKind::AwaitsResolution { .. } => "to_be_resolved",
        NoteKind::Entitled { .. } => "entitled",
        NoteKind::CutByLimit { .. } | NoteKind::Alert { .. } | NoteKind::Difference { .. } | NoteKind::LeftOut => {
            return None;
        }
    };
    registry::column(id).map(|word| word.spelling(Lang::Zh))
}
