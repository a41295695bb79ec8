//! Doing one act on a case, for pages and programs alike.

use jiff::Timestamp;
use serde_json::Value;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::{ActorId, CaseId, Document, TransactionId};
use shukun_store::Scope;

use super::Desk;
use crate::api::problem;
use crate::error::PageError;

/// One act as it was asked for: on which version, under which name.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The case.
    pub case_id: CaseId,
    /// The version that was read.
    pub version: u32,
    /// The name under which it is done once.
    pub transaction: TransactionId,
    /// What is to be done.
    pub command: Command,
}

/// Does it; whoever goes on with a case that is in nobody's hands takes it by that. Papers that the command names have to
/// lie in the store.
///
/// # Errors
/// Casework's and the store's own; `api-document` for a paper that was never added.
pub async fn act(desk: &Desk, scope: &Scope, asked: Asked, now: Timestamp) -> Result<Case, PageError> {
    let case = desk.store().case(scope, &asked.case_id).await?;
    require_papers(desk, scope, &asked).await?;
    let is_assigning = matches!(asked.command, Command::Assign { .. });
    let is_in_hands = case.assignee.is_some() || case.status == Status::Closed || is_assigning;
    let me = ActorId::new(scope.account_id().as_str()).ok_or_else(PageError::broken)?;
    let taking = (!is_in_hands).then_some(Command::Assign { to: me });
    let commands: Vec<Command> = taking.into_iter().chain([asked.command]).collect();
    let ctx = desk.numbers().context(now, asked.transaction, asked.version);
    Ok(desk.store().act_on_case(scope, &asked.case_id, &commands, &ctx).await?)
}

async fn require_papers(desk: &Desk, scope: &Scope, asked: &Asked) -> Result<(), PageError> {
    let named = papers(&serde_json::to_value(&asked.command).map_err(|_| PageError::broken())?);
    if named.is_empty() {
        return Ok(());
    }
    let held = desk.store().list_documents(scope, &asked.case_id).await?;
    let is_held = |named: &Document| held.iter().any(|held| held.document == *named);
    if named.iter().all(is_held) { Ok(()) } else { Err(problem::no_such_paper()) }
}

/// The papers that a command names, wherever in it.
fn papers(value: &Value) -> Vec<Document> {
    if let Ok(document) = serde_json::from_value::<Document>(value.clone()) {
        return vec![document];
    }
    match value {
        Value::Array(values) => values.iter().flat_map(papers).collect(),
        Value::Object(fields) => fields.values().flat_map(papers).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_found_wherever_a_command_names_them() {
        let paper =
            |id: &str| format!("{{\"id\":\"{id}\",\"kind\":\"application\",\"sha256\":\"{}\"}}", "0a".repeat(32));
        for (text, found) in [
            ("{\"kind\":\"resume\"}".to_owned(), 0),
            (format!("{{\"kind\":\"add_document\",\"of\":{}}}", paper("a")), 1),
            (format!("{{\"kind\":\"decline\",\"of\":{{\"document\":{},\"why\":\"不申请\"}}}}", paper("a")), 1),
            (
                format!(
                    "{{\"kind\":\"enter_application\",\"of\":{{\"requests\":[],\"documents\":[{},{}],\"claims_complete\":true}}}}",
                    paper("a"),
                    paper("b")
                ),
                2,
            ),
        ] {
            let command: Command = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(papers(&serde_json::to_value(&command).unwrap()).len(), found, "{text}");
        }
    }
}
