//! Files that came in, newest first, and the form that brings another.

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use shukun_base::{Lang, RegionCode};
use shukun_casework::authority::Permission;
use shukun_store::{Import, ImportState};

use crate::desk::Desk;
use crate::desk::imports::Receiving;
use crate::error::PageError;
use crate::format;
use crate::http::upload::Upload;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/imports", list).post("/imports", bring)
}

async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let imports = desk.store().list_imports(visit.scope()?).await?;
    let columns = [words::IMPORT_FILE, words::STATE, words::IMPORT_KIND, words::IMPORT_BROUGHT];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let body = html! {
        (upload_form(&visit)?)
        section {
            h2 { (words::IMPORTS_BEFORE.text(lang)) }
            @if imports.is_empty() { (empty(words::IMPORTS_EMPTY.text(lang), words::IMPORTS_EMPTY_FILL.text(lang))) }
            @else {
                (table(words::IMPORTS.text(lang), &columns, &html! { @for import in &imports { (row(import, lang)) } }))
            }
        }
    };
    framed(
        &desk,
        &visit,
        &Heading { title: words::IMPORTS.text(lang), note: Some(words::IMPORTS_NOTE.text(lang)) },
        &body,
    )
    .await
}

fn row(import: &Import, lang: Lang) -> Markup {
    html! {
        tr {
            td { a.row-link href={"/imports/" (import.import_id)} { (import.file_name) } }
            td { (state_tag(import.state, lang)) }
            td { (kind_word(import.kind.as_deref(), lang)) }
            td.nowrap { (format::moment(import.created_at, lang)) }
        }
    }
}

/// How far an import is.
pub fn state_tag(state: ImportState, lang: Lang) -> Markup {
    let (word, class) = match state {
        ImportState::Uploaded => (words::IMPORT_UPLOADED, "tag"),
        ImportState::Checked => (words::IMPORT_CHECKED, "tag tag-accent"),
        ImportState::Refused => (words::IMPORT_REFUSED, "tag tag-red"),
        ImportState::Committed => (words::IMPORT_COMMITTED, "tag tag-green"),
        ImportState::Undone => (words::IMPORT_UNDONE, "tag"),
        ImportState::Discarded => (words::IMPORT_DISCARDED, "tag"),
    };
    html! { span class=(class) { (word.text(lang)) } }
}

/// What a file holds.
pub fn kind_word(kind: Option<&str>, lang: Lang) -> &'static str {
    match kind {
        Some("settlement") => words::KIND_SETTLEMENT.text(lang),
        Some("roster") => words::KIND_ROSTER.text(lang),
        _ => "—",
    }
}

fn upload_form(visit: &Visit) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let regions = visit.scope()?.regions(Permission::Import);
    Ok(html! {
        form.box method="post" action="/imports" enctype="multipart/form-data" {
            (form_token(visit))
            @if let [only] = regions.as_slice() { input type="hidden" name="region" value=(only); }
            @else {
                div.field {
                    label.form-label for="region" { (words::REGION.text(lang)) }
                    select.form-select #region name="region" { @for region in &regions { option value=(region) { (region) } } }
                }
            }
            div.field {
                label.form-label for="file" { (words::IMPORT_CHOOSE.text(lang)) }
                p.form-hint #file-hint { (words::IMPORT_CHOOSE_HINT.text(lang)) }
                input.form-control #file type="file" name="file" required accept=".xlsx,.csv,.txt" aria-describedby="file-hint";
            }
            button.btn.btn-primary type="submit" { (words::IMPORT_BRING.text(lang)) }
        }
    })
}

async fn bring(State(desk): State<Desk>, visit: Visit, mut upload: Upload) -> Result<Redirect, PageError> {
    let region = RegionCode::new(&upload.field("region").await?).ok_or_else(PageError::unreadable)?;
    let scope = visit.scope()?;
    scope.require(Permission::Import, Some(&region))?;
    let (name, mut file) = upload.file().await?;
    let mut receiving = Receiving::begin(&desk)?;
    loop {
        let pushed = match file.chunk().await {
            Ok(Some(bytes)) => receiving.push(&bytes),
            Ok(None) => break,
            Err(_) => Err(PageError::unreadable()),
        };
        if let Err(error) = pushed {
            receiving.abandon();
            return Err(error);
        }
    }
    let id = receiving.finish(&desk, scope, &region, &name).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}
