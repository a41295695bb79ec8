//! What everybody may open and download without signing in: checkpoints, sealed files, the log, the keys. The checking page
//! (`/open/verify`) and `shukun verify` read these files.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Serialize;
use shukun_base::Lang;
use shukun_fund::publishing::proof::{Body, Header, hex, what_it_proves};
use shukun_store::{CheckpointRow, SignKeyRow};

use super::sums;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Page, open};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/open/fund/checkpoints", show)
        .get("/open/fund/checkpoints.json", as_json)
        .get("/open/fund/checkpoints/{log_size}", note)
        .get("/open/fund/checkpoints/{log_size}/bundle", bundle)
        .get("/open/fund/log.json", log)
        .get("/open/fund/keys.txt", keys)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let rows = desk.store().checkpoints().await?;
    let keys = desk.store().sign_keys().await?;
    let body = html! {
        p.lead { (words::CHECKPOINTS_NOTE.text(lang)) }
        p.buttons { a.btn.btn-primary href="/open/verify" { (words::CHECKPOINT_VERIFY.text(lang)) } }
        @if rows.is_empty() { (empty(words::CHECKPOINTS_EMPTY.text(lang), words::CHECKPOINTS_EMPTY_FILL.text(lang))) }
        @for row in &rows { (one(row, lang)) }
        @if !rows.is_empty() { p { a href="/open/fund/log.json" { (words::CHECKPOINT_LOG.text(lang)) } " · " a href="/open/fund/checkpoints.json" { "JSON" } } }
        h2 { (words::SEALING_KEYS.text(lang)) }
        p { (words::CHECKPOINT_KEYS_ELSEWHERE.text(lang)) }
        (key_list(&keys, lang))
        h2 { (words::CHECKPOINT_PROVES.text(lang)) }
        ul { @for line in what_it_proves() { li { (line.in_lang(lang)) } } }
    };
    Ok(open(&visit, words::CHECKPOINTS.text(lang), &body))
}

fn one(row: &CheckpointRow, lang: Lang) -> Markup {
    let size = row.size();
    html! {
        section.box {
            h2 { (words::CHECKPOINT_N.with(lang, &[("n", &size.to_string())])) }
            (sums(row, lang))
            p { (words::CHECKPOINT_HASH.text(lang)) br; code.hash { (hex::show(&row.signed.checkpoint.hash())) } }
            p.buttons {
                a.btn href={"/open/fund/checkpoints/" (size) "/bundle"} { (words::CHECKPOINT_BUNDLE.text(lang)) }
                " " a.btn href={"/open/fund/checkpoints/" (size)} { (words::CHECKPOINT_TEXT.text(lang)) }
            }
        }
    }
}

/// The public halves, each with who keeps the other.
pub(super) fn key_list(keys: &[SignKeyRow], lang: Lang) -> Markup {
    let kept = |key: &SignKeyRow| {
        let word = if key.is_kept_here { words::SEALING_KEY_HERE } else { words::SEALING_KEY_THERE };
        word.text(lang)
    };
    html! {
        @if keys.is_empty() { p.quiet { (words::SEALING_KEYS_NONE.text(lang)) } }
        @else {
            ul { @for key in keys { li { b { (key.body.text().in_lang(lang)) } " " span.quiet { (kept(key)) } br; code.hash { (key.key.line()) } } } }
            p { a href="/open/fund/keys.txt" { (words::CHECKPOINT_KEYS.text(lang)) } }
        }
    }
}

/// A checkpoint for programs; amounts in fen.
#[derive(Serialize)]
struct Shown<'a> {
    size: u64,
    publication: &'a str,
    header: &'a Header,
    paid_fen: i64,
    came_back_fen: i64,
    earlier_fen: i64,
    signers: &'a [Body],
    sha256: String,
    checkpoint: String,
    bundle: String,
}

impl Shown<'_> {
    fn of(row: &CheckpointRow) -> Shown<'_> {
        Shown {
            size: row.size(),
            publication: row.seal.publication.as_str(),
            header: &row.seal.header,
            paid_fen: row.seal.paid.0,
            came_back_fen: row.seal.came_back.0,
            earlier_fen: row.seal.earlier.0,
            signers: &row.signers,
            sha256: hex::show(&row.signed.checkpoint.hash()),
            checkpoint: row.signed.text(),
            bundle: format!("/open/fund/checkpoints/{}/bundle", row.size()),
        }
    }
}

async fn as_json(State(desk): State<Desk>) -> Result<Response, PageError> {
    let rows = desk.store().checkpoints().await?;
    let shown: Vec<Shown> = rows.iter().map(Shown::of).collect();
    let text = serde_json::to_string(&shown).map_err(|_| PageError::not_found())?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

async fn note(State(desk): State<Desk>, Path(size): Path<String>) -> Result<Response, PageError> {
    let size = number(&size)?;
    let rows = desk.store().checkpoints().await?;
    let row = rows.into_iter().find(|row| row.size() == size).ok_or_else(PageError::not_found)?;
    Ok(file(&format!("checkpoint-{size}.txt"), "text/plain; charset=utf-8", row.signed.text()))
}

async fn bundle(State(desk): State<Desk>, Path(size): Path<String>) -> Result<Response, PageError> {
    let bundle = desk.store().bundle(number(&size)?).await?;
    let text = serde_json::to_string(&bundle).map_err(|_| PageError::not_found())?;
    Ok(file(&format!("payments-{}.json", bundle.header.batch), "application/json", text))
}

async fn log(State(desk): State<Desk>) -> Result<Response, PageError> {
    let text = serde_json::to_string(&desk.store().fund_log().await?).map_err(|_| PageError::not_found())?;
    Ok(file("fund-log.json", "application/json", text))
}

async fn keys(State(desk): State<Desk>) -> Result<Response, PageError> {
    let keys = desk.store().sign_keys().await?;
    let text: String = keys.iter().map(|row| format!("{}\n", row.key.line())).collect();
    Ok(file("keys.txt", "text/plain; charset=utf-8", text))
}

fn number(size: &str) -> Result<u64, PageError> {
    size.parse().map_err(|_| PageError::not_found())
}

/// Offered for saving; the name holds nothing but letters, digits and hyphens of ids.
pub(super) fn file(name: &str, kind: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], text).into_response()
}
