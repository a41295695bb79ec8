//! The list of donors, and writing one down.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Masked;
use shukun_casework::authority::Permission;
use shukun_fund::DonorId;
use shukun_fund::giving::{DonorKind, Heads, NewDonor, Showing};
use shukun_store::{DonorEntry, DonorFilter, DonorRow};

use super::parts::{again, choices, donor_name, form_id, goes_on, heads, kind_text, refusal};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::pager::pager;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/donors", list).get("/fund/donors/new", form).post("/fund/donors/new", add)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    after: String,
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let filter = DonorFilter { donors: None, after: DonorId::new(&asked.after) };
    let mut donors = desk.store().list_donors(visit.scope()?, &filter).await?;
    let next = goes_on(&mut donors).then(|| donors.last()).flatten();
    let next = next.map(|last| format!("/fund/donors?after={}", last.donor_id));
    let first = filter.after.is_some().then_some("/fund/donors");
    let body = html! {
        @if asked.done == "yes" { p.done role="status" { (words::GIVING_DONE.text(lang)) } }
        @if visit.may(Permission::RecordGift) {
            p.buttons {
                a.btn.btn-primary href="/fund/donors/new" { (words::DONOR_NEW.text(lang)) }
                a.btn.btn-plain href="/fund/gifts/new" { (words::GIFT_NEW.text(lang)) }
            }
        }
        @if donors.is_empty() { (empty(words::DONORS_NONE.text(lang), words::DONORS_NONE_FILL.text(lang))) }
        @else { (rows(&donors, &visit)) (pager(first, next.as_deref(), lang)) }
    };
    let heading = Heading { title: words::DONORS.text(lang), note: Some(words::DONORS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn rows(donors: &[DonorRow], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::DONOR.text(lang)),
        Column::words(words::DONOR_KIND.text(lang)),
        Column::words(words::DONOR_SHOWING.text(lang)),
        Column::number(words::DONOR_GIFTS.text(lang)),
        Column::number(words::RECEIVED.text(lang)),
        Column::number(words::PLEDGED.text(lang)),
    ];
    let row = |donor: &DonorRow| {
        html! {
            tr {
                td { a.row-link href={"/fund/donors/" (donor.donor_id)} { (donor_name(donor, lang)) } " " span.quiet { (heads(donor.heads, lang)) } }
                td { (kind_text(donor.kind, lang)) }
                td { (donor.showing.text().in_lang(lang)) }
                td.number { (donor.gifts) }
                td.number { (format::money(donor.received, lang)) }
                td.number { @if donor.pledged.is_zero() { "—" } @else { (format::money(donor.pledged, lang)) } }
            }
        }
    };
    table(words::DONORS.text(lang), &columns, &html! { @for donor in donors { (row(donor)) } })
}

async fn form(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    form_page(&desk, &visit, &Typed::default(), &Faults::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    if let Some(donor) = read(&typed, &mut faults) {
        let region =
            visit.scope()?.regions(Permission::RecordGift).into_iter().next().ok_or_else(PageError::forbidden)?;
        let donor_id = DonorId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
        let entry = DonorEntry { donor_id: donor_id.clone(), region, donor };
        match desk.store().add_donor(visit.scope()?, &entry, visit.now).await {
            Ok(()) => return Ok(Redirect::to(&format!("/fund/donors/{donor_id}?done=yes")).into_response()),
            Err(error) => refusal(error, "name", &mut faults)?,
        }
    }
    Ok(again(form_page(&desk, &visit, &typed, &faults).await?))
}

fn read(typed: &Typed, faults: &mut Faults) -> Option<NewDonor> {
    let (kind, showing) = (DonorKind::find(typed.get("kind")), Showing::find(typed.get("showing")));
    for (name, is_there) in [("kind", kind.is_some()), ("showing", showing.is_some())] {
        if !is_there {
            faults.push((name, words::CHOICE_WRONG.both(&[])));
        }
    }
    let count = typed.get("heads").trim();
    let heads: Option<u32> = count.parse().ok().filter(|count| *count > 0);
    if !count.is_empty() && heads.is_none() {
        faults.push(("heads", words::NUMBER_WRONG.both(&[])));
    }
    let is_at_least = typed.get("heads_at_least") == "yes";
    let contact = Some(typed.get("contact").trim().to_owned()).filter(|text| !text.is_empty()).map(Masked::new);
    faults.is_empty().then_some(())?;
    Some(NewDonor {
        kind: kind?,
        showing: showing?,
        name: Masked::new(typed.get("name").trim().to_owned()),
        alias: typed.get("alias").trim().to_owned(),
        heads: heads.map(|count| Heads { count, is_at_least }),
        contact,
    })
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let id = form_id(desk, typed)?;
    let field = |name: &'static str, label: words::Word, hint: &'static str| Input {
        value: typed.get(name),
        hint,
        is_required: false,
        ..Input::text(name, label.text(lang))
    };
    let kinds = choices(DonorKind::ALL, |kind| (kind.key(), kind.text()), lang);
    let showings = choices(Showing::ALL, |showing| (showing.key(), showing.text()), lang);
    let required = |input| Input { is_required: true, ..input };
    let at_least = vec![("yes".to_owned(), words::HEADS_IS_AT_LEAST.text(lang).to_owned())];
    let chosen: Vec<&str> = typed.all("heads_at_least").collect();
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/fund/donors/new" {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (radios(&required(field("kind", words::DONOR_KIND, "")), &kinds, faults, lang))
            (input(&field("name", words::DONOR_NAME, words::DONOR_NAME_HINT.text(lang)), faults, lang))
            (radios(&required(field("showing", words::DONOR_SHOWING, words::DONOR_SHOWING_HINT.text(lang))), &showings, faults, lang))
            (input(&field("alias", words::DONOR_ALIAS, ""), faults, lang))
            (input(&Input { kind: "numeric", ..field("heads", words::DONOR_HEADS, words::DONOR_HEADS_HINT.text(lang)) }, faults, lang))
            (crate::ui::field::checks(&field("heads_at_least", words::HEADS_HOW, ""), &at_least, &chosen, faults, lang))
            (input(&field("contact", words::DONOR_CONTACT, words::DONOR_CONTACT_HINT.text(lang)), faults, lang))
            button.btn.btn-primary type="submit" { (words::DONOR_NEW.text(lang)) }
        }
    };
    let heading = Heading { title: words::DONOR_NEW.text(lang), note: Some(words::DONORS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}
