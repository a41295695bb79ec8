//! A draft as it would be published, with what is left out and why; a second person publishes it, or somebody withdraws it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use shukun_fund::publishing::PublicationId;
use shukun_store::{PublicationDraft, PublicationState};

use super::list::state_tag;
use super::{Names, again, answer, note, publication_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::open_fund::places_of;
use crate::pages::open_fund::view::{period, statement};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/publishing/drafts/{draft_id}", show)
        .post("/fund/publishing/drafts/{draft_id}/publish", publish)
        .post("/fund/publishing/drafts/{draft_id}/withdraw", withdraw)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    draft_page(&desk, &visit, &publication_of(&id)?, done.is_done(), (&Typed::default(), &Faults::new())).await
}

async fn publish(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = publication_of(&id)?;
    let done = desk.store().publish(visit.scope()?, &id, visit.now).await;
    match answer(done, "publish", "/fund/publishing")? {
        Ok(done) => Ok(done),
        Err(faults) => Ok(again(draft_page(&desk, &visit, &id, false, (&Typed::default(), &faults)).await?)),
    }
}

async fn withdraw(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = publication_of(&id)?;
    // Nothing of another area is told apart from nothing by what is wrong with the form.
    desk.store().publication_draft(visit.scope()?, &id).await?;
    let mut faults = Faults::new();
    if let Some(reason) = note(&typed, "reason", &mut faults) {
        let done = desk.store().withdraw_publication(visit.scope()?, &id, &reason, visit.now).await;
        match answer(done, "reason", "/fund/publishing")? {
            Ok(done) => return Ok(done),
            Err(refused) => faults.extend(refused),
        }
    }
    Ok(again(draft_page(&desk, &visit, &id, false, (&typed, &faults)).await?))
}

async fn draft_page(
    desk: &Desk,
    visit: &Visit,
    id: &PublicationId,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let draft = desk.store().publication_draft(visit.scope()?, id).await?;
    let of = &draft.statement;
    let places = places_of(desk, of).await?;
    let ended = draft.withdrawn.iter().map(|(_, who)| who.clone());
    let names = Names::of(desk, visit, std::iter::once(draft.made_by.clone()).chain(ended)).await?;
    let body = html! {
        @if is_done { p.done role="status" { (words::PUBLISH_DONE.text(lang)) } }
        (wrong(faults, lang))
        p.lead {
            b { (of.fund.as_str()) } " · " (period(of.from, of.to, lang)) " " (state_tag(draft.state, lang)) br;
            span.quiet { (words::PUBLISH_MADE_BY.text(lang)) " " (names.get(&draft.made_by)) " · " (format::moment(draft.made_at, lang)) }
        }
        @if let Some((why, who)) = &draft.withdrawn {
            p.warn { (words::PUBLISH_WITHDRAWN.with(lang, &[("who", &names.get(who)), ("why", why.as_str())])) }
        }
        (suppressed(&draft, visit))
        (statement(of, &[], &places, lang))
        @if draft.state == PublicationState::Waiting { (acts(&draft, visit, (typed, faults))?) }
        p { a href="/fund/publishing" { (words::PUBLISH_NAV.text(lang)) } }
    };
    let heading = Heading { title: words::PUBLISH_DRAFT.text(lang), note: Some(words::PUBLISH_DRAFT_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// What is left out, and by which rule; where few households were helped, that a longer period would be better.
fn suppressed(draft: &PublicationDraft, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let of = &draft.statement;
    let hidden: Vec<_> = of.payouts.iter().filter_map(|one| one.hidden.map(|why| (one.key(), why))).collect();
    html! {
        @if !of.payouts.is_empty() {
            section.box {
                h2 { (words::PUBLISH_SUPPRESSED.text(lang)) }
                p { (words::PUBLISH_SUPPRESSED_NOTE.text(lang)) }
                @if of.households.is_none() { p.warn { (words::PUBLISH_FEW_IN_ALL.text(lang)) } }
                @if !hidden.is_empty() {
                    ul {
                        @for (key, why) in &hidden {
                            li { (crate::pages::open_fund::view::figure_name(&format!("payouts/{key}"), lang)) " · " (why.text().in_lang(lang)) }
                        }
                    }
                }
            }
        }
    }
}

fn acts(draft: &PublicationDraft, visit: &Visit, (typed, faults): (&Typed, &Faults)) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let is_own = draft.made_by == visit.visitor()?.session.account_id().as_str();
    let reason = Input {
        hint: words::PUBLISH_REASON_HINT.text(lang),
        value: typed.get("reason"),
        ..Input::text("reason", words::PUBLISH_REASON.text(lang))
    };
    Ok(html! {
        section.box #publish {
            @if is_own { p.quiet { (words::PUBLISH_OTHERS.text(lang)) } }
            @else {
                form method="post" action={"/fund/publishing/drafts/" (draft.id) "/publish"} {
                    (form_token(visit))
                    button.btn.btn-primary type="submit" { (words::PUBLISH_DO.text(lang)) }
                }
            }
        }
        details.box open[!typed.get("reason").is_empty() || faults.iter().any(|(name, _)| *name == "reason")] {
            summary { (words::PUBLISH_WITHDRAW.text(lang)) }
            form method="post" action={"/fund/publishing/drafts/" (draft.id) "/withdraw"} {
                (form_token(visit))
                (text_area(&reason, 2, faults, lang))
                button.btn.btn-plain type="submit" { (words::PUBLISH_WITHDRAW.text(lang)) }
            }
        }
    })
}
