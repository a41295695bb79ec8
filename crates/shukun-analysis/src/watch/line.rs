//! What the alerts of a program measure, and where their lines are drawn.
//!
//! Knows no person. The lines are read from the program, never from this crate: a pack without an alert rule is not
//! watched. Start at [`Alerts::of`].

use serde::Serialize;
use shukun_base::Fen;
use shukun_engine::outcome::{Colour, Standing};
use shukun_policy::program::{AlertColour, BaseMode, Expr, Kind, Program, Trigger};

/// The alert rules of a program (预警).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alerts {
    /// Their names, in the program's order.
    pub rules: Vec<String>,
    /// The named base (口径) that all of them measure; none where they measure something without a name, or different
    /// things: then the burden of a person without a colour is what stays with the family.
    pub measure: Option<String>,
    /// The fixed lines, lowest first: colour and amount. A line that depends on the person is not among them.
    pub lines: Vec<(Colour, Fen)>,
}

impl Alerts {
    /// Those of a program; none where it has no alert rule.
    pub fn of(program: &Program) -> Option<Alerts> {
        let mut alerts = Alerts { rules: Vec::new(), measure: None, lines: Vec::new() };
        let mut measures: Vec<Option<String>> = Vec::new();
        for rule in &program.rules {
            let Kind::Alert { base, levels } = &rule.kind else { continue };
            alerts.rules.push(rule.name.clone());
            let is_plain = base.mode == BaseMode::AsWritten;
            measures.push(find_measure(program, &base.amount).filter(|_| is_plain));
            alerts.lines.extend(levels.iter().filter_map(fixed_line));
        }
        measures.dedup();
        alerts.measure = if measures.len() == 1 { measures.pop().flatten() } else { None };
        alerts.lines.sort_by_key(|(_, line)| *line);
        alerts.lines.dedup();
        (!alerts.rules.is_empty()).then_some(alerts)
    }

    /// The lowest line: who passes it gets a colour.
    pub fn first_line(&self) -> Option<Fen> {
        self.lines.first().map(|(_, line)| *line)
    }

    /// Whether a standing alone tells rule and burden of a coloured person.
    pub fn is_plain(&self) -> bool {
        self.rules.len() == 1 && self.measure.is_some()
    }

    /// The measured burden of a standing.
    pub fn burden_of(&self, standing: &Standing) -> Fen {
        let measured = self.measure.as_ref().and_then(|name| standing.burden_fen.get(name));
        measured.copied().unwrap_or(standing.family_fen)
    }
}

fn find_measure(program: &Program, amount: &Expr) -> Option<String> {
    let found = match amount {
        Expr::Measure(place) => program.measures.get(place.0),
        written => program.measures.iter().find(|measure| measure.amount == *written),
    };
    found.map(|measure| measure.name.clone())
}

fn fixed_line((colour, trigger): &(AlertColour, Trigger)) -> Option<(Colour, Fen)> {
    let colour = match colour {
        AlertColour::Yellow => Colour::Yellow,
        AlertColour::Orange => Colour::Orange,
        AlertColour::Red => Colour::Red,
    };
    match trigger.line {
        Expr::Money(line) => Some((colour, line)),
        _ => None,
    }
}
