//! Two policies over the office's lake: `shukun compare` for the policy desk, small groups without figures.

use std::path::Path;

use serde_json::Value as Json;
use shukun_analysis::compare::Options;
use shukun_analysis::compare::report::{Cell, Comparison, GroupRow, Line, Unit};
use shukun_base::{Fen, Lang};
use shukun_claims::Lake;
use shukun_web::works::order::{CompareOrder, CompareSide, Compared, ComparedGroup, ComparedGroups, ComparedLine};

use super::policies::{no_packs, unwritable};
use super::tell::Tell;
use crate::commands::compare::{compare_watched, report::Report, write};
use crate::error::CliError;
use crate::runner::Runner;
use crate::spec::Spec;

/// Fewer households than this are nobody else's business.
const FEWEST: u64 = 11;
/// How near to a line somebody stands at a cliff, in yuan, as `shukun compare` has it.
const NEAR_YUAN: i64 = 1_000;

/// Carries the order out; what comes back is a [`Compared`], its files lie in the order's folder.
pub fn carry_out(order: &CompareOrder, tell: &Tell) -> Result<Json, CliError> {
    let first = order.packs.first().ok_or_else(no_packs)?;
    let load = |side: &CompareSide| Runner::load(&order.packs, side.on, &side.readings, Lang::Zh);
    let (baseline, variant) = (load(&order.baseline)?, load(&order.variant)?);
    let specs = [spec(first, &order.baseline), spec(first, &order.variant)];
    let lake = Lake::open(&order.lake)?;
    std::fs::create_dir_all(&order.out).map_err(|error| CliError::unwritable(&order.out, &error))?;
    let options = Options { year: None, cliff_within: Fen::yuan(NEAR_YUAN) };
    let sides = ((&specs[0], &baseline), (&specs[1], &variant));
    let report = compare_watched(&lake, sides.0, sides.1, options, &order.out, |done, all| tell.step(done, all))?;
    write(&report, &order.out, Lang::Zh)?;
    serde_json::to_value(compared(&report)).map_err(|error| unwritable(&error))
}

fn spec(first: &Path, side: &CompareSide) -> Spec {
    let on = side.on.map(|day| format!("@{day}")).unwrap_or_default();
    let readings = if side.readings.is_empty() { String::new() } else { format!("#{}", side.readings.join(",")) };
    Spec { words: format!("{on}{readings}"), path: first.to_owned(), as_of: side.on, readings: side.readings.clone() }
}

fn compared(report: &Report) -> Compared {
    let found: &Comparison = &report.comparison;
    let change = found.change.iter().find(|change| change.unit == Unit::PersonYear);
    let titles = |side: &crate::commands::compare::report::PolicySide| {
        side.sources.packs.iter().map(|pack| pack.title.clone()).collect()
    };
    Compared {
        is_illustrative: report.illustrative,
        packs: [titles(&report.baseline), titles(&report.variant)],
        person_years: found.population.person_years,
        persons: found.population.persons,
        households: found.population.households,
        years: found.population.years.clone(),
        households_without_pack: report.households_without_pack.values().sum(),
        payers: found.payers.iter().map(line).collect(),
        funds: found.funds.iter().map(line).collect(),
        rules: found.rules.iter().map(line).collect(),
        family: line(&found.family),
        gaining: change.map_or(0, |change| change.gaining),
        losing: change.map_or(0, |change| change.losing),
        unchanged: change.map_or(0, |change| change.unchanged),
        gained_fen: change.map_or(Fen::ZERO, |change| change.gained_fen),
        lost_fen: change.map_or(Fen::ZERO, |change| change.lost_fen),
        histogram: found.histogram.iter().map(|bar| (bar.above_fen, bar.up_to_fen, bar.person_years)).collect(),
        groups: found
            .groups
            .iter()
            .map(|grouping| ComparedGroups { by: grouping.by.text(), rows: grouping.rows.iter().map(group).collect() })
            .collect(),
    }
}

fn line(line: &Line) -> ComparedLine {
    let is_told = line.households_changed == 0 || line.households_changed >= FEWEST;
    ComparedLine {
        name: line.name.clone(),
        baseline_fen: line.baseline_fen,
        variant_fen: line.variant_fen,
        households_changed: is_told.then_some(line.households_changed),
    }
}

fn group(row: &GroupRow) -> ComparedGroup {
    let side = |side: &Cell| (row.publishable && side.publishable).then_some((side.households, side.sum_fen));
    ComparedGroup {
        name: row.name.clone(),
        households: row.publishable.then_some(row.households),
        difference_fen: row.publishable.then_some(row.difference_fen),
        gaining: side(&row.gaining),
        losing: side(&row.losing),
    }
}
