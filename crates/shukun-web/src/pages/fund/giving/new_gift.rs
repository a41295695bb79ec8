//! Recording a gift: who gave, when it arrived, and what it is for, in words.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_fund::giving::InstalmentState;
use shukun_fund::ledger::AccountCode;
use shukun_fund::{BookId, CampaignId, DonorId, GiftId, PledgeId, RestrictionId, UnitId};
use shukun_store::{Aim, BookRow, NewGift, PledgeRow};

use super::parts::{
    DonorNames, again, amount, book_field, book_of, books, day, earmark, earmark_fields, form_id, named, places,
    refusal,
};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::cases::Typed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, radios, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/gifts/new", form).post("/fund/gifts/new", add)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    donor: String,
    campaign: String,
    pledge: String,
}

async fn form(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let fields = [("donor", asked.donor), ("campaign", asked.campaign), ("instalment", asked.pledge)];
    let mut typed = Typed::from(fields.map(|(name, value)| (name.to_owned(), value)).to_vec());
    if !typed.get("instalment").is_empty() {
        typed.put("aim", "pledge".to_owned());
    }
    form_page(&desk, &visit, &typed, &Faults::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let books = books(&desk, &visit).await?;
    let gift_id = GiftId::new(&form_id(&desk, &typed)?).ok_or_else(PageError::broken)?;
    if let Some(gift) = read(&typed, gift_id, &books, &mut faults) {
        match desk.store().record_gift(visit.scope()?, &gift, visit.now).await {
            Ok(()) => return Ok(Redirect::to(&format!("/fund/gifts/{}?done=yes", gift.gift_id)).into_response()),
            Err(error) => refusal(error, "amount", &mut faults)?,
        }
    }
    Ok(again(form_page(&desk, &visit, &typed, &faults).await?))
}

fn read(typed: &Typed, gift_id: GiftId, books: &[BookRow], faults: &mut Faults) -> Option<NewGift> {
    let amount = amount(typed, "amount", faults);
    let received_on = day(typed, "received_on", faults);
    let book = book_of(typed.get("book"), books);
    let donor = DonorId::new(typed.get("donor"));
    let bank = AccountCode::new(typed.get("bank"));
    for (name, is_there) in [("book", book.is_some()), ("donor", donor.is_some()), ("bank", bank.is_some())] {
        if !is_there {
            faults.push((name, words::CHOICE_WRONG.both(&[])));
        }
    }
    let aim = read_aim(typed, faults);
    faults.is_empty().then_some(())?;
    Some(NewGift {
        gift_id,
        book: book?,
        donor: donor?,
        campaign: CampaignId::new(typed.get("campaign")),
        unit: UnitId::new(typed.get("unit")),
        received_on: received_on?,
        amount: amount?,
        bank: bank?,
        aim: aim?,
        source: typed.get("source").trim().chars().take(120).collect(),
    })
}

/// What it is for is always said: nothing is unrestricted because a field stayed empty.
pub(super) fn read_aim(typed: &Typed, faults: &mut Faults) -> Option<Aim> {
    let found = match typed.get("aim") {
        "free" => Some(Aim::Earmark(shukun_fund::giving::Earmark::default())),
        "earmark" => {
            let earmark = earmark(typed, faults);
            if earmark.is_free() {
                faults.push(("aim", words::EARMARK_EMPTY.both(&[])));
                return None;
            }
            Some(Aim::Earmark(earmark))
        }
        "pot" => RestrictionId::new(typed.get("pot")).map(Aim::Pot),
        "pledge" => {
            let part = typed.get("instalment").split_once('.');
            part.and_then(|(pledge, number)| Some(Aim::Pledge(PledgeId::new(pledge)?, number.parse().ok()?)))
        }
        _ => None,
    };
    if found.is_none() {
        faults.push(("aim", words::CHOICE_WRONG.both(&[])));
    }
    found
}

/// Bank accounts, pots, campaigns, units and open instalments that a form offers, as value and name.
struct Offers {
    banks: Vec<(String, String)>,
    pots: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
    units: Vec<(String, String)>,
    instalments: Vec<(String, String)>,
}

impl Offers {
    async fn load(desk: &Desk, visit: &Visit, books: &[BookRow]) -> Result<Offers, PageError> {
        let (scope, store, lang) = (visit.scope()?, desk.store(), visit.lang);
        let mut banks = Vec::new();
        for book in books {
            let accounts = store.banks_of_book(scope, &book.id).await?;
            let several = if books.len() > 1 { format!("{} · ", book.name) } else { String::new() };
            banks.extend(
                accounts.iter().map(|code| (code.to_string(), format!("{several}{}", code.part().unwrap_or("")))),
            );
        }
        let campaigns = store.list_campaigns(scope, None).await?;
        let units = store.fund_units(scope).await?;
        let pledges = store.list_pledges(scope, None).await?;
        Ok(Offers {
            banks,
            pots: pots(desk, visit, books).await?,
            campaigns: campaigns
                .into_iter()
                .map(|one| (one.campaign.campaign_id.to_string(), one.campaign.title))
                .collect(),
            units: units.into_iter().map(|unit| (unit.unit_id.to_string(), unit.name)).collect(),
            instalments: pledges.iter().flat_map(|pledge| open_instalments(pledge, visit, lang)).collect(),
        })
    }
}

/// Pots that are there, by what they are for.
pub(super) async fn pots(desk: &Desk, visit: &Visit, books: &[BookRow]) -> Result<Vec<(String, String)>, PageError> {
    let (places, _) = places(desk, visit).await?;
    let name = named(&places);
    let mut pots = Vec::new();
    for book in books {
        for restriction in desk.store().restrictions_of_book(visit.scope()?, &book.id).await? {
            let text = shukun_fund::giving::earmark_text(Some(&restriction), &name);
            pots.push((restriction.id.to_string(), text.in_lang(visit.lang).to_owned()));
        }
    }
    Ok(pots)
}

fn open_instalments(pledge: &PledgeRow, visit: &Visit, lang: Lang) -> Vec<(String, String)> {
    let open = pledge.instalments.iter().filter(|one| one.state(visit.today(), 0) != InstalmentState::Received);
    open.map(|one| {
        let (number, due) = (one.number.to_string(), format::day(one.promised.due_on, lang));
        let lacks = format::money(one.promised.amount - one.received, lang);
        let name = words::INSTALMENT_OF.with(lang, &[("n", &number), ("day", &due), ("amount", &lacks)]);
        (format!("{}.{number}", pledge.pledge_id), name)
    })
    .collect()
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let heading = Heading { title: words::GIFT_NEW.text(lang), note: Some(words::GIFT_NEW_NOTE.text(lang)) };
    let books = books(desk, visit).await?;
    let donors = DonorNames::offered(desk, visit, typed.get("donor")).await?;
    if books.is_empty() {
        let body = empty(words::GIVING_NO_BOOK.text(lang), words::GIVING_NO_BOOK_FILL.text(lang));
        return framed(desk, visit, &heading, &body).await;
    }
    let offers = Offers::load(desk, visit, &books).await?;
    let (places, towns) = places(desk, visit).await?;
    let id = form_id(desk, typed)?;
    let today = visit.today().to_string();
    let field = |name: &'static str, label: Word, hint: &'static str, is_required: bool| {
        let value = if name == "received_on" && typed.get(name).is_empty() { today.as_str() } else { typed.get(name) };
        Input { value, hint, is_required, ..Input::text(name, label.text(lang)) }
    };
    let bank = Input {
        value: match (typed.get("bank"), offers.banks.as_slice()) {
            ("", [(only, _)]) => only.as_str(),
            (chosen, _) => chosen,
        },
        ..Input::text("bank", words::GIFT_BANK.text(lang))
    };
    let body = html! {
        (wrong(faults, lang))
        p { a href="/fund/donors/new" { (words::DONOR_NEW.text(lang)) } }
        form.box method="post" action="/fund/gifts/new" {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (book_field(&books, typed.get("book"), faults, lang))
            (select(&field("donor", words::DONOR, words::DONOR_CHOICE_HINT.text(lang), true), &donors, faults, lang))
            (input(&Input { kind: "decimal", ..field("amount", words::AMOUNT_YUAN, words::GIFT_AMOUNT_HINT.text(lang), true) }, faults, lang))
            (input(&Input { kind: "date", ..field("received_on", words::GIFT_DAY, words::GIFT_DAY_HINT.text(lang), true) }, faults, lang))
            (select(&bank, &offers.banks, faults, lang))
            (aim_fields(typed, (&offers.pots, Some(&offers.instalments)), faults, lang))
            (earmark_fields(typed, &towns, &places, faults, lang))
            @if !offers.campaigns.is_empty() { (select(&field("campaign", words::CAMPAIGN, "", false), &offers.campaigns, faults, lang)) }
            @if !offers.units.is_empty() { (select(&field("unit", words::FUND_UNIT, "", false), &offers.units, faults, lang)) }
            (input(&field("source", words::GIFT_SOURCE, words::GIFT_SOURCE_HINT.text(lang), false), faults, lang))
            button.btn.btn-primary type="submit" { (words::GIFT_NEW.text(lang)) }
        }
    };
    framed(desk, visit, &heading, &body).await
}

/// Value and name of what a list offers.
type Choice = (String, String);

/// What a gift is for: one choice that is always made, and what belongs to each.
pub(super) fn aim_fields(
    typed: &Typed,
    (pots, instalments): (&[Choice], Option<&[Choice]>),
    faults: &Faults,
    lang: Lang,
) -> Markup {
    let mut aims = vec![("free", words::AIM_FREE), ("earmark", words::AIM_EARMARK)];
    if !pots.is_empty() {
        aims.push(("pot", words::AIM_POT));
    }
    let instalments = instalments.filter(|offered| !offered.is_empty());
    if instalments.is_some() {
        aims.push(("pledge", words::AIM_PLEDGE));
    }
    let aims: Vec<(String, String)> =
        aims.iter().map(|(key, word)| ((*key).to_owned(), word.text(lang).to_owned())).collect();
    let aim = Input {
        value: typed.get("aim"),
        hint: words::AIM_HINT.text(lang),
        ..Input::text("aim", words::AIM.text(lang))
    };
    let list = |name: &'static str, label: Word| Input {
        value: typed.get(name),
        is_required: false,
        ..Input::text(name, label.text(lang))
    };
    html! {
        (radios(&aim, &aims, faults, lang))
        @if !pots.is_empty() { (select(&list("pot", words::AIM_POT), pots, faults, lang)) }
        @if let Some(offered) = instalments { (select(&list("instalment", words::AIM_PLEDGE), offered, faults, lang)) }
    }
}

/// The only book, or the one chosen; for forms that ask for one.
pub(super) fn chosen_book(typed: &Typed, books: &[BookRow], faults: &mut Faults) -> Option<BookId> {
    let book = book_of(typed.get("book"), books);
    if book.is_none() {
        faults.push(("book", words::CHOICE_WRONG.both(&[])));
    }
    book
}
