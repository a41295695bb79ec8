//! Who looked: every view, act, opened paper and reveal of a case, for those who may read the trail.

use maud::{Markup, html};
use shukun_casework::case::Case;
use shukun_store::{AccountId, Act, AuditFilter, AuditRow, Object};

use super::reveal::people;
use crate::desk::Desk;
use crate::desk::Names;
use crate::error::PageError;
use crate::format;
use crate::ui::empty::empty;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// The rows about the case and the people of its household, newest first.
pub async fn looked(desk: &Desk, visit: &Visit, case: &Case, names: &Names) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let persons = people(case, names).into_iter().map(|id| Object { kind: "person", id: id.to_string() });
    let objects = [Object { kind: "case", id: case.id.to_string() }].into_iter().chain(persons).collect();
    let filter = AuditFilter { objects, ..AuditFilter::default() };
    let rows = desk.store().list_audit(visit.scope()?, &filter).await?;
    let mut ids: Vec<AccountId> = rows.iter().map(|row| AccountId::new(&row.account_id)).collect();
    ids.sort();
    ids.dedup();
    let who = desk.store().display_names(visit.scope()?, &ids).await?;
    let columns = [words::LOOKED_AT, words::LOOKED_WHO, words::LOOKED_WHAT, words::LOOKED_WHY];
    let columns = columns.map(|word| Column::words(word.text(lang)));
    let shown = html! { @for row in &rows { (line(row, &who, visit)) } };
    Ok(html! {
        p.quiet { (words::LOOKED_NOTE.text(lang)) }
        @if rows.is_empty() { (empty(words::LOOKED_NONE.text(lang), words::LOOKED_NONE_FILL.text(lang))) }
        @else { (table(words::TAB_LOOKED.text(lang), &columns, &shown)) }
    })
}

fn line(row: &AuditRow, who: &[(AccountId, String)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let name = who.iter().find(|(id, _)| id.as_str() == row.account_id).map_or("", |(_, name)| name.as_str());
    let act = Act::find(&row.act).map_or_else(|| row.act.clone(), |act| act.text().in_lang(lang).to_owned());
    html! {
        tr {
            td.quiet { (format::moment(row.at, lang)) }
            td { b { (name) } }
            td { (act) @if row.act == Act::Revealed.key() { br; span.quiet { (row.fields) } } }
            td { @if let Some(reason) = &row.reason { (reason.reveal()) } }
        }
    }
}
