//! No update lost: what was acknowledged stands in its case once, and nobody's act took the place of another's.

use std::collections::BTreeMap;

use shukun_casework::CaseId;
use shukun_casework::authority::Role;
use shukun_casework::case::Action;
use shukun_store::Store;

use crate::Outcome;
use crate::day::Written;
use crate::staff::Worker;

/// Reads every case that was written to; says what was found.
pub async fn nothing_lost(store: &Store, staff: &[Worker], written: Vec<Written>) -> Outcome<String> {
    let reader = staff.iter().find(|one| one.role == Role::Insurance).ok_or("nobody sees the whole county")?;
    let mut by_case: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &written {
        by_case.entry(one.case.clone()).or_default().push(one.transaction.clone());
    }
    for (case, transactions) in &by_case {
        let id = CaseId::new(case).ok_or("no case id")?;
        let actions = store.case_actions(&reader.scope, &id).await?;
        for transaction in transactions {
            once(case, &actions, transaction)?;
        }
        let gaps = actions.iter().zip(1..).find(|(action, number)| action.sequence != *number);
        if gaps.is_some() {
            return Err(format!("{case}: the actions are not 1, 2, 3 …").into());
        }
    }
    let most = by_case.values().map(Vec::len).max().unwrap_or_default();
    let (acts, cases) = (written.len(), by_case.len());
    Ok(format!("{acts} acknowledged acts on {cases} cases (at most {most} on one): every one is there, none twice"))
}

/// The actions of one act stand beside each other; written a second time they would not.
fn once(case: &str, actions: &[Action], transaction: &str) -> Outcome {
    let its = |action: &&Action| action.transaction.as_str() == transaction;
    let sequences: Vec<u32> = actions.iter().filter(its).map(|action| action.sequence).collect();
    match sequences.first() {
        None => Err(format!("{case}: an acknowledged act is not there").into()),
        Some(first) if !sequences.iter().zip(*first..).all(|(found, next)| *found == next) => {
            Err(format!("{case}: an act was written twice").into())
        }
        Some(_) => Ok(()),
    }
}
