//! What the columns of an answer are called, and the reference evaluator for the households that the kernel leaves.

use shukun_policy::program::{PeriodKind, Program, SettledColumn};

use super::Kernel;
use crate::evaluate::SplitSettlement;
use crate::facts::HouseholdFacts;

/// The names behind the places in a chunk and an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Tiers (层级), payers first to last.
    pub tiers: Vec<String>,
    /// By tier: whether what was settled under it stands in the claim fact of its name.
    pub settled_in_fact: Vec<bool>,
    /// Named bases (口径).
    pub measures: Vec<String>,
    /// Rules.
    pub rules: Vec<String>,
    /// By rule: whether it has a limit of which something can be left over a bill.
    pub limited: Vec<bool>,
    /// Declared facts (事实).
    pub facts: Vec<String>,
    /// By fact: whether it belongs to a claim, not a person.
    pub fact_of_claim: Vec<bool>,
}

impl Names {
    /// Those of a program.
    pub fn of(program: &Program) -> Names {
        Names {
            tiers: program.tiers.iter().map(|tier| tier.name.clone()).collect(),
            settled_in_fact: program.tiers.iter().map(|tier| tier.settled == SettledColumn::Fact).collect(),
            measures: program.measures.iter().map(|measure| measure.name.clone()).collect(),
            rules: program.rules.iter().map(|rule| rule.name.clone()).collect(),
            limited: program
                .rules
                .iter()
                .map(|rule| rule.limits.iter().any(|limit| limit.over.period.kind != PeriodKind::Event))
                .collect(),
            facts: program.facts.iter().map(|fact| fact.name.clone()).collect(),
            fact_of_claim: program.facts.iter().map(|fact| fact.of_claim).collect(),
        }
    }
}

impl Kernel<'_> {
    /// What the columns are called.
    pub fn names(&self) -> Names {
        Names::of(self.prepared.program())
    }

    /// Settles one household by the reference evaluator: for those in [`super::Answer::slow`].
    pub fn settle_slow(&self, facts: &HouseholdFacts) -> SplitSettlement {
        self.prepared.settle_split(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{A_YEAR, limited, program, rated, rule};

    #[test]
    fn names_stand_in_the_program_s_order() {
        let names = Names::of(&program(vec![
            rule("大病保险", rated(60)),
            limited(rule("医疗救助", rated(50)), 1_000, A_YEAR, Vec::new()),
        ]));
        assert_eq!(names.tiers, ["基本医保", "大病保险", "医疗救助"]);
        assert_eq!(names.settled_in_fact, [false, true, true]);
        assert_eq!((names.rules.len(), names.limited), (2, vec![false, true]));
    }
}
