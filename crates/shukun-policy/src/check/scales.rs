//! Scales: no gap, no overlap, no end, and what happens at their lines.

use shukun_base::{Exact, Fen, Rounding, Text};

use crate::document::{Declaration, Span, Token};
use crate::finding::Finding;
use crate::program::{Bracket, BracketMode};
use crate::registry;
use crate::typed::rule::Clauses;
use crate::typed::scales::{Brackets, is_share, not_a_share};

/// What is wrong with the brackets of a rule, and what they do at their lines under the mode it names.
pub(crate) fn scales(brackets: &Brackets, decl: &Declaration) -> Vec<Finding> {
    let words = Clauses::of(decl).find("brackets").map(|clause| clause.words.as_slice()).unwrap_or_default();
    let keys = || words.iter().filter_map(|word| if let Token::Known(key) = word.token { Some(key) } else { None });
    let mode = keys().find_map(registry::bracket_mode);
    let on_patient_paid = keys().any(|key| key == "patient_paid");
    let each = brackets.scales.iter().zip(&brackets.places);
    each.flat_map(|(scale, places)| {
        let mut rows: Vec<(&Bracket, Span)> = scale.rows.iter().zip(places.iter().copied()).collect();
        rows.sort_by_key(|(row, _)| row.from);
        let mut found = lines(&rows, on_patient_paid);
        if found.is_empty() {
            found = rates(&rows);
            found.extend(mode.into_iter().flat_map(|mode| jumps(&rows, mode)));
        }
        found
    })
    .collect()
}

fn lines(rows: &[(&Bracket, Span)], on_patient_paid: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for (row, place) in rows {
        if row.to.is_some_and(|to| to <= row.from) {
            found.push(empty_row(row, *place));
        }
    }
    for ((row, place), (next, next_place)) in rows.iter().zip(rows.iter().skip(1)) {
        match row.to {
            Some(to) if to < next.from => found.push(gap(to, next.from, *next_place)),
            Some(to) if to == next.from => {}
            _ => found.push(overlap(next.from, *next_place, *place)),
        }
    }
    if let Some((last, place)) = rows.last()
        && let Some(to) = last.to
    {
        found.push(no_end(to, *place));
    }
    if let Some((first, place)) = rows.first().filter(|(first, _)| on_patient_paid && first.from != Fen::ZERO) {
        found.push(no_start(first.from, *place));
    }
    found
}

fn empty_row(row: &Bracket, place: Span) -> Finding {
    Finding::error(
        "P0503",
        place,
        Text::new(
            format!("这一档从 {}元 起，没有一分钱落在里面", row.from),
            format!("this row starts at {} and holds no amount", row.from),
        ),
        Text::new("“至（不含）”要大于“基数从（含）”", "let the row end above its start"),
    )
}

fn gap(from: Fen, to: Fen, place: Span) -> Finding {
    Finding::error(
        "P0501",
        place,
        Text::new(format!("{from}元 到 {to}元 之间没有比例"), format!("no rate holds from {from} to {to}")),
        Text::new(
            "让这一档从上一档的终点起，或补一档 0%",
            "start this row where the last one ends, or add a row of 0%",
        ),
    )
}

fn overlap(at: Fen, place: Span, before: Span) -> Finding {
    Finding::error(
        "P0502",
        place,
        Text::new(format!("{at}元 同时落在两档"), format!("{at} lies in two rows")),
        Text::new("让上一档到这一档的起点为止", "end the row before where this one starts"),
    )
    .with_related(before, Text::new("另一档", "the other row"))
}

fn no_end(to: Fen, place: Span) -> Finding {
    Finding::error(
        "P0513",
        place,
        Text::new(format!("{to}元 以上没有比例"), format!("no rate holds from {to} on")),
        Text::new("最后一档的“至（不含）”写“—”，或补一档", "write “—” for the end of the last row, or add a row"),
    )
}

fn no_start(from: Fen, place: Span) -> Finding {
    Finding::error(
        "P0513",
        place,
        Text::new(
            format!("以个人已付计的分段要从 0 起，这里从 {from}元 起"),
            format!("a scale on what the patient paid starts at 0, this one at {from}"),
        ),
        Text::new("在前面补一档，从 0 起", "add a row that starts at 0"),
    )
}

fn rates(rows: &[(&Bracket, Span)]) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        rows.iter().filter(|(row, _)| !is_share(row.rate)).map(|(_, place)| not_a_share(*place)).collect();
    for ((row, _), (next, place)) in rows.iter().zip(rows.iter().skip(1)) {
        if next.rate < row.rate {
            found.push(Finding::warning(
                "P0504",
                *place,
                Text::new("费用越高，这一档的比例反而越低", "the rate falls as the cost grows"),
                Text::new(
                    "核对条文；确实如此就在条文里说明",
                    "check it against the text; if it is meant, say so there",
                ),
            ));
        }
    }
    found
}

/// What one fen more changes at each line.
fn jumps(rows: &[(&Bracket, Span)], mode: BracketMode) -> Vec<Finding> {
    let first = rows.first().map_or(Fen::ZERO, |(row, _)| row.from);
    let mut before = Exact::from_integer(0);
    let mut found = Vec::new();
    for (row, place) in rows {
        let counted = match mode {
            BracketMode::Whole => Some(row.from),
            BracketMode::WholeAboveFirstLine => Some(row.from - first),
            // Marginal scales have no jump; from the first fen on they have one, at the first line.
            BracketMode::MarginalFromFirstFen if row.from == first => Some(first),
            BracketMode::Marginal | BracketMode::MarginalFromFirstFen => None,
        };
        if let Some(counted) = counted {
            let jump = (before_line(counted, before), Exact::from(counted) * row.rate);
            found.extend(jump_at(row.from, jump.1 - jump.0, *place));
        }
        before = row.rate;
    }
    found
}

fn before_line(counted: Fen, rate: Exact) -> Exact {
    Exact::from(counted) * rate
}

fn jump_at(line: Fen, jump: Exact, place: Span) -> Option<Finding> {
    let amount = Rounding::HalfUp.apply(jump, Fen(1));
    if amount > Fen::ZERO {
        return Some(Finding::advice(
            "P0505",
            place,
            Text::new(
                format!("断崖：费用到 {line}元 时，多一分钱就多付 {amount}元"),
                format!("a cliff: at {line} one fen more of cost pays {amount} more"),
            ),
            Text::new("分别累进没有断崖；确实如此就保留", "the mode `marginal` has none; keep it if it is meant"),
        ));
    }
    (amount < Fen::ZERO).then(|| {
        Finding::warning(
            "P0516",
            place,
            Text::new(
                format!("费用到 {line}元 时，多一分钱反而少付 {}元", -amount),
                format!("at {line} one fen more of cost pays {} less", -amount),
            ),
            Text::new("核对比例，或改用分别累进", "check the rates, or use the mode `marginal`"),
        )
    })
}
