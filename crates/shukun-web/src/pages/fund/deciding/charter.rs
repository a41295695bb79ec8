//! The charter's rules: what public sources say, what they leave open, the versions of the county, filling one in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Lang, Text};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::charter::{Article, Charter, MajorityOf, Provenance, QuorumOf, RUIAN, Slot, Slots};
use shukun_store::{ErrorKind, KeptCharter};

use super::act::Typed;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/meetings/charter", show).post("/fund/meetings/charter", add)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    charter_page(&desk, &visit, &Typed::new(), &Vec::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let region = visit.scope()?.regions(Permission::RunMeeting).into_iter().next().ok_or_else(PageError::forbidden)?;
    let base = Charter::read(RUIAN).map_err(|_| PageError::broken())?;
    let charter = Charter { region, ..filled(base, &typed) };
    let text = charter.write().map_err(|_| PageError::unreadable())?;
    match desk.store().add_charter(visit.scope()?, &text, visit.now).await {
        Ok(()) => Ok(Redirect::to("/fund/meetings/charter").into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            let faults = vec![("main", super::with_code(&error))];
            let page = charter_page(&desk, &visit, &typed, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The published charter with the slots of the form; an empty field is not stated.
fn filled(base: Charter, typed: &Typed) -> Charter {
    let get = |name: &str| typed.get(name).map_or("", |value| value.trim());
    let slots = Slots {
        in_force_from: get("in_force_from").parse().ok(),
        quorum: get("quorum").parse().ok(),
        quorum_of: QuorumOf::find(get("quorum_of")),
        majority: get("majority").parse().ok(),
        majority_of: MajorityOf::find(get("majority_of")),
        call_days: get("call_days").parse().ok(),
        notice_days: get("notice_days").parse().ok(),
        routine_decides: match get("routine_decides") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
    };
    let source = get("source");
    let quoted = |slot: &Slot| Article {
        about: slot.key().to_owned(),
        says: get("quote").to_owned(),
        source: source.to_owned(),
    };
    let stated: Vec<Article> = Slot::ALL.iter().filter(|slot| slots.has(**slot)).map(quoted).collect();
    let supersedes = Some(get("supersedes").to_owned()).filter(|version| !version.is_empty());
    let is_example = typed.contains_key("illustrative");
    Charter {
        version: get("version").to_owned(),
        provenance: if is_example { Provenance::Illustrative } else { Provenance::Adopted },
        supersedes,
        not_stated: slots.empty(),
        articles: base.articles.into_iter().chain(stated).collect(),
        slots,
        ..base
    }
}

async fn charter_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let mut kept: Vec<KeptCharter> = Vec::new();
    for region in visit.scope()?.regions(Permission::ViewFund) {
        kept.extend(desk.store().charters(visit.scope()?, &region).await?);
    }
    let public = Charter::read(RUIAN).map_err(|_| PageError::broken())?;
    let body = html! {
        @if kept.is_empty() { (empty(words::CHARTER_NONE.text(lang), words::CHARTER_NONE_FILL.text(lang))) }
        @for version in kept.iter().rev() { section { (shown(&version.charter, version.sha256.as_str(), lang)) } }
        @if visit.may(Permission::RunMeeting) { (form(visit, typed, faults)) }
        section {
            h2 { (words::CHARTER_PUBLIC.text(lang)) }
            p { (public.title) " · " (public.departments.join("、")) }
            (articles(public.articles.iter(), lang))
        }
    };
    let heading = Heading { title: words::CHARTER.text(lang), note: Some(words::CHARTER_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn shown(charter: &Charter, sha256: &str, lang: Lang) -> Markup {
    let columns = [Column::words(words::CHARTER_SLOT.text(lang)), Column::words(words::CHARTER_VALUE.text(lang))];
    let rows = html! {
        @for slot in Slot::ALL {
            tr { td { (slot.text().in_lang(lang)) } td { (value(charter, *slot, lang)) } }
        }
    };
    let of_slots = charter.articles.iter().filter(|article| Slot::find(&article.about).is_some());
    html! {
        h2 { (words::CHARTER_VERSION.text(lang)) " " (charter.version) }
        p { span.tag { (charter.provenance.text().in_lang(lang)) } }
        (table(words::CHARTER.text(lang), &columns, &rows))
        (articles(of_slots.take(1), lang))
        p.quiet { code { (sha256) } }
    }
}

/// What a version says of a slot, or that it does not.
fn value(charter: &Charter, slot: Slot, lang: Lang) -> Markup {
    let slots = &charter.slots;
    let word = |text: Text| text.in_lang(lang).to_owned();
    let yes = |flag: bool| if flag { words::CHARTER_YES } else { words::CHARTER_NO }.text(lang).to_owned();
    let said = match slot {
        Slot::InForceFrom => slots.in_force_from.map(|day| format::day(day, lang)),
        Slot::Quorum => slots.quorum.map(|share| share.to_string()),
        Slot::QuorumOf => slots.quorum_of.map(|of| word(of.text())),
        Slot::Majority => slots.majority.map(|share| share.to_string()),
        Slot::MajorityOf => slots.majority_of.map(|of| word(of.text())),
        Slot::CallDays => slots.call_days.map(|days| days.to_string()),
        Slot::NoticeDays => slots.notice_days.map(|days| days.to_string()),
        Slot::RoutineDecides => slots.routine_decides.map(yes),
    };
    html! {
        @match said {
            Some(said) => { (said) }
            None => { span.tag { (words::CHARTER_EMPTY_SLOT.text(lang)) } }
        }
    }
}

fn articles<'a>(articles: impl Iterator<Item = &'a Article>, lang: Lang) -> Markup {
    html! {
        dl.facts {
            @for article in articles {
                dt { (words::CHARTER_SAYS.text(lang)) } dd { "“" (article.says) "”" br; span.quiet { (article.source) } }
            }
        }
    }
}

fn form(visit: &Visit, typed: &Typed, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let get = |name: &str| typed.get(name).map_or("", String::as_str);
    let text = |name, word: words::Word| Input { value: get(name), ..Input::text(name, word.text(lang)) };
    let open = |name, label: &'static str| Input { value: get(name), is_required: false, ..Input::text(name, label) };
    let of = |all: Vec<(&str, Text)>| -> Vec<(String, String)> {
        all.into_iter().map(|(key, text)| (key.to_owned(), text.in_lang(lang).to_owned())).collect()
    };
    let quorum_of = of(QuorumOf::ALL.iter().map(|one| (one.key(), one.text())).collect());
    let majority_of = of(MajorityOf::ALL.iter().map(|one| (one.key(), one.text())).collect());
    let yes_no = of(vec![("yes", words::CHARTER_YES.both(&[])), ("no", words::CHARTER_NO.both(&[]))]);
    let slot = |slot: Slot| slot.text().in_lang(lang).to_owned();
    let labels = [Slot::QuorumOf, Slot::MajorityOf, Slot::RoutineDecides, Slot::CallDays, Slot::NoticeDays].map(slot);
    let [of_quorum, of_majority, routine, call_days, notice_days] = &labels;
    let field = |name, label| Input { value: get(name), is_required: false, ..Input::text(name, label) };
    html! {
        section {
            h2 { (words::CHARTER_ADD.text(lang)) }
            (wrong(faults, lang))
            form.box method="post" action="/fund/meetings/charter" {
                (form_token(visit))
                (input(&text("version", words::CHARTER_VERSION), faults, lang))
                (input(&open("supersedes", words::CHARTER_SUPERSEDES.text(lang)), faults, lang))
                (input(&Input { kind: "date", ..open("in_force_from", words::CHARTER_FROM.text(lang)) }, faults, lang))
                (input(&open("quorum", words::CHARTER_QUORUM.text(lang)), faults, lang))
                (select(&field("quorum_of", of_quorum), &quorum_of, faults, lang))
                (input(&open("majority", words::CHARTER_MAJORITY.text(lang)), faults, lang))
                (select(&field("majority_of", of_majority), &majority_of, faults, lang))
                (input(&Input { kind: "numeric", ..field("call_days", call_days) }, faults, lang))
                (input(&Input { kind: "numeric", ..field("notice_days", notice_days) }, faults, lang))
                (select(&field("routine_decides", routine), &yes_no, faults, lang))
                (text_area(&text("quote", words::CHARTER_QUOTE), 4, faults, lang))
                (input(&text("source", words::CHARTER_SOURCE), faults, lang))
                div.choice {
                    input #illustrative type="checkbox" name="illustrative" value="yes" checked[typed.contains_key("illustrative")];
                    label for="illustrative" { (words::CHARTER_ILLUSTRATIVE.text(lang)) }
                }
                button.btn.btn-primary type="submit" { (words::CHARTER_SAVE.text(lang)) }
            }
        }
    }
}
