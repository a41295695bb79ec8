//! `project.json`: the figures with what they rest on.

use schemars::JsonSchema;
use serde::Serialize;
use shukun_analysis::project::report::{Projection, SCHEMA};
use shukun_claims::Lake;

use crate::commands::compare::report::PolicySide;
use crate::run::Uncovered;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The form of this document: `shukun.project/1`.
    pub schema: String,
    /// The program's version.
    pub shukun: String,
    /// Hash over every fact of the lake.
    pub input_hash: String,
    /// The lake's state.
    pub lake_generation: u64,
    /// The policy.
    pub baseline: PolicySide,
    /// 对照方案
    pub variant: Option<PolicySide>,
    /// Whether invented values (示例) were used.
    pub illustrative: bool,
    /// Households that the packs of one policy (or both) do not cover, by county; they are in no figure.
    pub households_without_pack: Uncovered,
    /// The figures.
    #[serde(flatten)]
    pub projection: Projection,
}

impl Report {
    /// Puts figures and sources together.
    pub fn new(
        lake: &Lake,
        (baseline, variant): (PolicySide, Option<PolicySide>),
        households_without_pack: Uncovered,
        projection: Projection,
    ) -> Report {
        let is_illustrative = |side: &PolicySide| side.sources.illustrative;
        Report {
            schema: SCHEMA.to_owned(),
            shukun: env!("CARGO_PKG_VERSION").to_owned(),
            input_hash: lake.input_hash(),
            lake_generation: lake.generation(),
            illustrative: is_illustrative(&baseline) || variant.as_ref().is_some_and(is_illustrative),
            baseline,
            variant,
            households_without_pack,
            projection,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_the_one_in_force() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/project.schema.json");
        let now = serde_json::to_string_pretty(&schemars::schema_for!(Report)).unwrap() + "\n";
        if std::env::var_os("SHUKUN_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, now, "write it anew: SHUKUN_WRITE_SCHEMAS=1 cargo test -p shukun schema");
    }
}
