//! One's own account: what one may do, the password, the second factor.

use axum::extract::{Query, State};
use maud::{Markup, html};
use shukun_casework::authority::Grant;

use super::work::framed;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Done;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/account", show)
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let session = &visit.visitor()?.session;
    let has_code = if session.has_second_factor() { words::MY_SECOND_FACTOR_YES } else { words::MY_SECOND_FACTOR_NO };
    let enrol = if session.has_second_factor() { words::ENROL_REPLACE } else { words::ENROL };
    let places = desk.place_names(session.grants().iter().map(|grant| &grant.region)).await?;
    let body = html! {
        @match done.what() {
            "password" => p.done role="status" { (words::PASSWORD_CHANGED.text(lang)) },
            "code" => p.done role="status" { (words::ENROL_DONE.text(lang)) },
            _ => {}
        }
        section.box {
            dl.facts {
                dt { (words::DISPLAY_NAME.text(lang)) } dd { (session.display_name()) }
                dt { (words::LOGIN.text(lang)) } dd { (session.login()) }
                dt { (words::OFFICE.text(lang)) } dd { (session.office()) }
                dt { (words::SECOND_FACTOR.text(lang)) } dd { (has_code.text(lang)) }
            }
            div.buttons.mt-3 {
                a.btn.btn-plain href="/account/password" { (words::PASSWORD_CHANGE.text(lang)) }
                a.btn.btn-plain href="/account/enrol" { (enrol.text(lang)) }
                a.btn.btn-plain href="/account/tokens" { (words::TOKENS.text(lang)) }
            }
        }
        section {
            h2 { (words::MY_GRANTS.text(lang)) }
            @if session.grants().is_empty() {
                (empty(words::HOME_NO_GRANT.text(lang), words::HOME_NO_GRANT_FILL.text(lang)))
            } @else { (grants(session.grants(), &places, &visit)) }
        }
    };
    framed(&desk, &visit, &Heading { title: words::MY_ACCOUNT.text(lang), note: None }, &body).await
}

fn grants(grants: &[Grant], places: &Places, visit: &Visit) -> Markup {
    let rows = html! { @for grant in grants { tr { (grant_cells(grant, places, visit)) } } };
    let columns = grant_columns(visit);
    table(words::MY_GRANTS.text(visit.lang), &columns, &rows)
}

/// The headings over [`grant_cells`].
pub fn grant_columns(visit: &Visit) -> [Column<'static>; 4] {
    let lang = visit.lang;
    [words::ROLE, words::REGION, words::PROGRAMME, words::EXPIRES_ON].map(|word| Column::words(word.text(lang)))
}

/// Role, region, programme, last day.
pub fn grant_cells(grant: &Grant, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        td { (grant.role.text().in_lang(lang)) }
        td { (place(places, &grant.region)) }
        td {
            @match grant.programme {
                Some(programme) => (programme.text().in_lang(lang)),
                None => (words::PROGRAMME_ANY.text(lang)),
            }
        }
        td.nowrap {
            @match grant.expires_on {
                Some(last) => (format::day(last, lang)),
                None => (words::EXPIRES_NEVER.text(lang)),
            }
            @if !grant.is_in_force(visit.today()) { " " span.tag { (words::GRANT_EXPIRED.text(lang)) } }
        }
    }
}
