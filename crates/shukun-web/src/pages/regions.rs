//! What places are called, for whoever imports: what is there, and a table pasted from the office's spreadsheet.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Text;
use shukun_casework::authority::Permission;
use shukun_store::{ErrorKind, Region};

use super::work::framed;
use crate::desk::{Desk, read_regions};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/regions", show).post("/regions", save)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    saved: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    table: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    regions_page(&desk, &visit, asked.saved, "", &Vec::new()).await
}

async fn save(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let (regions, wrong) = read_regions(&typed.table);
    if !wrong.is_empty() {
        return again(&desk, &visit, &typed, wrong).await;
    }
    match desk.store().save_regions(visit.scope()?, &regions, visit.now).await {
        Ok(changed) => Ok(Redirect::to(&format!("/regions?saved={changed}")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden) => {
            again(&desk, &visit, &typed, vec![error.text]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// As many faults as somebody mends in one go.
const FAULTS: usize = 20;

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, wrong: Vec<Text>) -> Result<Response, PageError> {
    let faults: Faults = wrong.into_iter().take(FAULTS).map(|text| ("table", text)).collect();
    let page = regions_page(desk, visit, None, &typed.table, &faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn regions_page(
    desk: &Desk,
    visit: &Visit,
    saved: Option<u64>,
    typed: &str,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let regions = desk.store().list_regions(visit.scope()?, Permission::Import).await?;
    let body = html! {
        @if let Some(changed) = saved {
            p.done role="status" { (words::REGIONS_SAVED.with(lang, &[("n", &format::count(changed))])) }
        }
        @if regions.is_empty() { (empty(words::REGIONS_EMPTY.text(lang), words::REGIONS_EMPTY_FILL.text(lang))) }
        @else { (table_of(&regions, visit)) }
        section {
            (wrong(faults, lang))
            form.box method="post" action="/regions" {
                (form_token(visit))
                @let hint = words::REGIONS_TABLE_HINT.text(lang);
                (text_area(&Input { value: typed, hint, ..Input::text("table", words::REGIONS_TABLE.text(lang)) }, 8, faults, lang))
                button.btn.btn-primary type="submit" { (words::REGIONS_ADD.text(lang)) }
            }
        }
    };
    let heading = Heading { title: words::REGIONS.text(lang), note: Some(words::REGIONS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// A line for each place that is no village, its villages beside it.
fn table_of(regions: &[Region], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::REGIONS_TOWN.text(lang)),
        Column::words(words::REGION_CODE.text(lang)),
        Column::words(words::REGIONS_VILLAGES.text(lang)),
    ];
    let is_village = |region: &&Region| region.code.as_str().len() == 12;
    let in_it = |town: &Region| {
        let of_town = |region: &&Region| town.code.as_str().len() == 9 && town.code.contains(&region.code);
        let names = regions.iter().filter(is_village).filter(of_town).map(|village| village.name.as_str());
        names.collect::<Vec<_>>().join("、")
    };
    let rows = html! {
        @for town in regions.iter().filter(|region| !is_village(region)) {
            tr { td { b { (town.name) } } td { (town.code) } td.wide { (in_it(town)) } }
        }
    };
    table(words::REGIONS.text(lang), &columns, &rows)
}

#[cfg(test)]
mod tests {
    use shukun_casework::authority::Role;

    use super::*;
    use crate::http::cookies::Transport;
    use crate::testing::{COUNTY, Office};

    const TABLE: &str = "county,town_code,town,village_code,village\n330381,330381001,东门街道,330381001201,河头村\n";

    #[tokio::test]
    async fn a_pasted_table_names_places_and_faults_are_told_line_by_line() {
        let staff = [("hsa", Role::Insurance, COUNTY), ("town", Role::Township, "330381001")];
        let office = Office::new(Transport::Plain, &staff).await;
        let mut hsa = office.signed_in("hsa").await;
        assert!(hsa.get("/regions").await.body.contains("还没有区划名称"));
        hsa.submit("/regions", &[("table", TABLE)]).await.sent_to("/regions?saved=2");
        let page = hsa.get("/regions").await.body;
        assert!(page.contains("<b>东门街道</b>") && page.contains("河头村"), "{page}");
        let answer = hsa.submit("/regions", &[("table", "code,name\n33x,某地")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("第2行") && answer.body.contains("33x,某地"));
        let beside = hsa.submit("/regions", &[("table", "code,name\n330382,别县")]).await;
        assert!(beside.status == StatusCode::UNPROCESSABLE_ENTITY && beside.body.contains("您的授权不包括"));
        let mut town = office.signed_in("town").await;
        assert_eq!(town.get("/regions").await.status, StatusCode::FORBIDDEN);
    }
}
