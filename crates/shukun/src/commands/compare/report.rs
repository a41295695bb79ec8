//! `compare.json`: the figures with what they rest on.

use schemars::JsonSchema;
use serde::Serialize;
use shukun_analysis::compare::report::{Comparison, SCHEMA};
use shukun_base::Day;
use shukun_claims::Lake;
use shukun_claims::import::Regions;

use crate::run::Uncovered;
use crate::runner::Runner;
use crate::sources::Sources;
use crate::spec::Spec;
use shukun_analysis::compare::marks::By;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The form of this document: `shukun.compare/1`.
    pub schema: String,
    /// The program's version.
    pub shukun: String,
    /// Hash over every fact of the lake.
    pub input_hash: String,
    /// The lake's state.
    pub lake_generation: u64,
    /// 基准方案
    pub baseline: PolicySide,
    /// 对照方案
    pub variant: PolicySide,
    /// Whether invented values (示例) were used on either side.
    pub illustrative: bool,
    /// Households that one side's packs (or both) do not cover, by county; they are in no figure.
    pub households_without_pack: Uncovered,
    /// The figures.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// One of the two policies.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicySide {
    /// As it was typed.
    pub spec: String,
    /// The day whose versions counted.
    #[schemars(with = "Option<String>")]
    pub as_of: Option<Day>,
    /// Packs and readings.
    #[serde(flatten)]
    pub sources: Sources,
}

impl PolicySide {
    /// What the runner ran.
    pub fn of(spec: &Spec, runner: &Runner) -> PolicySide {
        let programs = runner.programs();
        let sources = Sources::of(programs.iter().map(AsRef::as_ref));
        PolicySide { spec: spec.words.clone(), as_of: spec.as_of, sources }
    }
}

impl Report {
    /// Puts figures and sources together and names the towns.
    pub fn new(
        lake: &Lake,
        (baseline, variant): (PolicySide, PolicySide),
        households_without_pack: Uncovered,
        comparison: Comparison,
    ) -> Report {
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            shukun: env!("CARGO_PKG_VERSION").to_owned(),
            input_hash: lake.input_hash(),
            lake_generation: lake.generation(),
            illustrative: baseline.sources.illustrative || variant.sources.illustrative,
            baseline,
            variant,
            households_without_pack,
            comparison,
        };
        report.name_towns();
        report
    }

    fn name_towns(&mut self) {
        let regions = Regions::default();
        let towns = self.comparison.groups.iter_mut().filter(|grouping| grouping.by == By::Town);
        for row in towns.flat_map(|grouping| &mut grouping.rows) {
            if let Some(name) = regions.find_town_name(&row.code) {
                row.name.zh = name.to_owned();
                row.name.en = format!("{name} {}", row.code);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_the_one_in_force() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compare.schema.json");
        let now = serde_json::to_string_pretty(&schemars::schema_for!(Report)).unwrap() + "\n";
        if std::env::var_os("SHUKUN_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, now, "write it anew: SHUKUN_WRITE_SCHEMAS=1 cargo test -p shukun schema");
    }
}
