//! The audit trail, for the audit administrator and auditors: who did what, newest first.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_store::{AccountId, Act, AuditFilter, AuditRow};

use super::work::framed;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::filters::{Filter, filters};
use crate::ui::layout::{Heading, Page};
use crate::ui::pager::pager;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/audit", list)
}

/// Rows of a page of the store.
const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    act: String,
    account: String,
    before: Option<i64>,
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let filter = AuditFilter {
        act: Act::find(&asked.act),
        account_id: Some(asked.account.clone()).filter(|id| !id.is_empty()),
        before: asked.before,
        ..AuditFilter::default()
    };
    let rows = desk.store().list_audit(visit.scope()?, &filter).await?;
    let names = names(&desk, &visit, &rows).await?;
    let body = html! {
        (filter_form(&asked, &names, &visit))
        @if rows.is_empty() { (empty(words::AUDIT_EMPTY.text(lang), words::AUDIT_EMPTY_FILL.text(lang))) }
        @else { (rows_table(&rows, &names, &visit)) }
        (paging(&asked, &rows, &visit))
    };
    let heading = Heading { title: words::AUDIT.text(lang), note: Some(words::AUDIT_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

type Names = Vec<(AccountId, String)>;

/// One look-up for all accounts that the rows name.
async fn names(desk: &Desk, visit: &Visit, rows: &[AuditRow]) -> Result<Names, PageError> {
    let objects = rows.iter().filter(|row| row.object_kind == "account").map(|row| row.object_id.as_str());
    let mut ids: Vec<&str> = rows.iter().map(|row| row.account_id.as_str()).chain(objects).collect();
    ids.sort_unstable();
    ids.dedup();
    let ids: Vec<AccountId> = ids.into_iter().filter(|id| !id.is_empty()).map(AccountId::new).collect();
    Ok(desk.store().display_names(visit.scope()?, &ids).await?)
}

fn name_of<'a>(names: &'a Names, id: &'a str) -> &'a str {
    names.iter().find(|(known, _)| known.as_str() == id).map_or(id, |(_, name)| name)
}

fn filter_form(asked: &Asked, names: &Names, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let acts: Vec<_> = Act::ALL.iter().map(|act| (act.key().to_owned(), act.text().in_lang(lang).to_owned())).collect();
    let mut people: Vec<_> = names.iter().map(|(id, name)| (id.as_str().to_owned(), name.clone())).collect();
    if !asked.account.is_empty() && !people.iter().any(|(id, _)| *id == asked.account) {
        people.push((asked.account.clone(), asked.account.clone()));
    }
    let act = Filter { name: "act", label: words::AUDIT_ACT.text(lang), value: &asked.act, choices: &acts };
    let account =
        Filter { name: "account", label: words::AUDIT_WHO.text(lang), value: &asked.account, choices: &people };
    filters("/audit", &[act, account], lang)
}

fn rows_table(rows: &[AuditRow], names: &Names, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let number = Column::number(words::AUDIT_NUMBER.text(lang));
    let others = [words::AUDIT_AT, words::AUDIT_WHO, words::AUDIT_ACT, words::AUDIT_OBJECT, words::AUDIT_DETAIL];
    let columns: Vec<Column<'_>> =
        [number].into_iter().chain(others.map(|word| Column::words(word.text(lang)))).collect();
    table(words::AUDIT.text(lang), &columns, &html! { @for row in rows { (audit_row(row, names, visit)) } })
}

fn audit_row(row: &AuditRow, names: &Names, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let who = match row.account_id.as_str() {
        "" => words::AUDIT_NOBODY.text(lang),
        id => name_of(names, id),
    };
    let act = Act::find(&row.act).map_or_else(|| row.act.clone(), |act| act.text().in_lang(lang).to_owned());
    html! {
        tr {
            td.number { (row.number) }
            td.nowrap { (format::moment(row.at, lang)) }
            td { (who) }
            td { b { (act) } }
            td { (name_of(names, &row.object_id)) }
            td.quiet {
                (row.fields)
                @if let Some(reason) = &row.reason { br; (words::AUDIT_REASON.text(lang)) "：" (reason.reveal()) }
            }
        }
    }
}

fn paging(asked: &Asked, rows: &[AuditRow], visit: &Visit) -> Markup {
    let kept = format!("act={}&account={}", crate::guard::encoded(&asked.act), crate::guard::encoded(&asked.account));
    let first = asked.before.map(|_| format!("/audit?{kept}"));
    let last = rows.get(PAGE.saturating_sub(1)).map(|row| row.number);
    let next = last.map(|number| format!("/audit?{kept}&before={number}"));
    pager(first.as_deref(), next.as_deref(), visit.lang)
}
