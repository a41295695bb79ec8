//! Corrections of a publication: what waits, what was published, and a form for a new one.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use shukun_base::{Fen, Note};
use shukun_fund::publishing::{NoteId, PublicationId};
use shukun_store::{NoteDraft, NoteEntry, Publication, PublishedNote, StoreError};

use super::{Names, again, answer, note, own_books, publication_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::fund::giving::parts::form_id;
use crate::pages::open_fund::view::{figure_name, note_text, period};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, select, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/publishing/corrections/{publication_id}", show)
        .post("/fund/publishing/corrections/{publication_id}", draft)
        .post("/fund/publishing/notes/{note_id}/publish", publish)
        .post("/fund/publishing/notes/{note_id}/withdraw", withdraw)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    corrections_page(&desk, &visit, &publication_of(&id)?, done.is_done(), (&Typed::default(), &Faults::new())).await
}

/// A publication of a book of the reader's.
async fn own(desk: &Desk, visit: &Visit, id: &PublicationId) -> Result<Publication, PageError> {
    let publication = desk.store().publication(id).await?;
    let is_own = own_books(desk, visit).await?.iter().any(|book| book.id == publication.statement.book);
    if is_own { Ok(publication) } else { Err(PageError::not_found()) }
}

async fn draft(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = publication_of(&id)?;
    own(&desk, &visit, &id).await?;
    let mut faults = Faults::new();
    let words = note(&typed, "words", &mut faults);
    let words_en = match typed.get("words_en").trim() {
        "" => None,
        _ => note(&typed, "words_en", &mut faults),
    };
    let figure = figure(&typed, &mut faults);
    let note_id = NoteId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
    if let (Some(words), true) = (words, faults.is_empty()) {
        let entry = NoteEntry { id: note_id, publication: id.clone(), words, words_en, figure };
        let drafted = desk.store().draft_note(visit.scope()?, &entry, visit.now).await;
        match answer(drafted.map(|_| ()), "words", &format!("/fund/publishing/corrections/{id}"))? {
            Ok(done) => return Ok(done),
            Err(refused) => faults.extend(refused),
        }
    }
    Ok(again(corrections_page(&desk, &visit, &id, false, (&typed, &faults)).await?))
}

/// The figure that is chosen with its right value; none is no fault.
fn figure(typed: &Typed, faults: &mut Faults) -> Option<(String, Fen)> {
    let key = typed.get("figure");
    if key.is_empty() {
        return None;
    }
    let text = typed.get("is").trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let Some(amount) = format::read_money(text) else {
        faults.push(("is", words::PUBLISH_CORRECT_IS_WRONG.both(&[])));
        return None;
    };
    Some((key.to_owned(), if sign < 0 { -amount } else { amount }))
}

async fn publish(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = NoteId::new(&id).ok_or_else(PageError::not_found)?;
    let of = desk.store().note_draft(visit.scope()?, &id).await?.publication;
    let done = desk.store().publish_note(visit.scope()?, &id, visit.now).await;
    act(&desk, &visit, &of, done).await
}

async fn withdraw(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = NoteId::new(&id).ok_or_else(PageError::not_found)?;
    let of = desk.store().note_draft(visit.scope()?, &id).await?.publication;
    let done = desk.store().withdraw_note(visit.scope()?, &id, visit.now).await;
    act(&desk, &visit, &of, done).await
}

async fn act(
    desk: &Desk,
    visit: &Visit,
    of: &PublicationId,
    done: Result<(), StoreError>,
) -> Result<Response, PageError> {
    match answer(done, "waiting", &format!("/fund/publishing/corrections/{of}"))? {
        Ok(done) => Ok(done),
        Err(faults) => Ok(again(corrections_page(desk, visit, of, false, (&Typed::default(), &faults)).await?)),
    }
}

async fn corrections_page(
    desk: &Desk,
    visit: &Visit,
    id: &PublicationId,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let publication = own(desk, visit, id).await?;
    let notes = desk.store().notes_of(id).await?;
    let waiting = desk.store().note_drafts(visit.scope()?, id).await?;
    let names = Names::of(desk, visit, waiting.iter().map(|draft| draft.made_by.clone())).await?;
    let of = &publication.statement;
    let form = form(visit, &publication, (typed, faults), &form_id(desk, typed)?);
    let body = html! {
        @if is_done { p.done role="status" { (words::PUBLISH_DONE.text(lang)) } }
        (wrong(faults, lang))
        p.lead { a href={"/open/fund/" (id)} { (of.fund.as_str()) " · " (period(of.from, of.to, lang)) } }
        section #waiting {
            h2 { (words::PUBLISH_CORRECT_WAITING.text(lang)) }
            @if waiting.is_empty() { p.quiet { (words::PUBLISH_DRAFTS_NONE.text(lang)) } }
            @for draft in &waiting { (waiting_note(draft, &names, visit)?) }
        }
        section { h2 { (words::OPEN_NOTES.text(lang)) } (published(&notes, visit)) }
        section { h2 { (words::PUBLISH_CORRECT_NEW.text(lang)) } (form) }
        p { a href="/fund/publishing" { (words::PUBLISH_NAV.text(lang)) } }
    };
    let heading =
        Heading { title: words::PUBLISH_CORRECT.text(lang), note: Some(words::PUBLISH_CORRECT_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn published(notes: &[PublishedNote], visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        @if notes.is_empty() { p.quiet { (words::PUBLISH_CORRECT_NONE.text(lang)) } }
        @for note in notes {
            p {
                b { (words::OPEN_NOTE.with(lang, &[("n", &note.number.to_string())])) } " · "
                span.quiet { (format::moment(note.published_at, lang)) } br;
                (note_text(&note.body, lang))
            }
        }
    }
}

fn waiting_note(draft: &NoteDraft, names: &Names, visit: &Visit) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let is_own = draft.made_by == visit.visitor()?.session.account_id().as_str();
    let english = draft.body.words_en.as_ref().map(Note::as_str);
    Ok(html! {
        div.box {
            p { (note_text(&draft.body, lang)) @if let Some(english) = english { br; span.quiet lang="en" { (english) } } }
            p.quiet { (words::PUBLISH_MADE_BY.text(lang)) " " (names.get(&draft.made_by)) " · " (format::moment(draft.made_at, lang)) }
            @if is_own { p.quiet { (words::PUBLISH_OTHERS.text(lang)) } }
            div.buttons {
                @if !is_own {
                    form method="post" action={"/fund/publishing/notes/" (draft.id) "/publish"} {
                        (form_token(visit))
                        button.btn.btn-primary type="submit" { (words::PUBLISH_CORRECT_DO.text(lang)) }
                    }
                }
                form method="post" action={"/fund/publishing/notes/" (draft.id) "/withdraw"} {
                    (form_token(visit))
                    button.btn.btn-plain type="submit" { (words::PUBLISH_CORRECT_DROP.text(lang)) }
                }
            }
        }
    })
}

fn form(visit: &Visit, publication: &Publication, (typed, faults): (&Typed, &Faults), id: &str) -> Markup {
    let lang = visit.lang;
    let choices: Vec<(String, String)> = publication
        .statement
        .figures()
        .into_iter()
        .map(|(key, amount)| {
            let name = format!("{}（{}）", figure_name(&key, lang), format::money(amount, lang));
            (key, name)
        })
        .collect();
    let field = |name: &'static str, label: words::Word, hint: &'static str| Input {
        hint,
        value: typed.get(name),
        is_required: name == "words",
        ..Input::text(name, label.text(lang))
    };
    let is =
        Input { kind: "decimal", ..field("is", words::PUBLISH_CORRECT_IS, words::PUBLISH_CORRECT_IS_HINT.text(lang)) };
    html! {
        form.box method="post" action={"/fund/publishing/corrections/" (publication.id)} {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (text_area(&field("words", words::PUBLISH_CORRECT_WORDS, words::PUBLISH_CORRECT_WORDS_HINT.text(lang)), 3, faults, lang))
            (text_area(&field("words_en", words::PUBLISH_CORRECT_WORDS_EN, ""), 2, faults, lang))
            (select(&field("figure", words::PUBLISH_CORRECT_FIGURE, ""), &choices, faults, lang))
            (input(&is, faults, lang))
            button.btn.btn-primary type="submit" { (words::PUBLISH_CORRECT_NEW.text(lang)) }
        }
    }
}
