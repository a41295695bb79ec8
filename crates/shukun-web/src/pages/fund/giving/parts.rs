//! What the pages of giving share: names of donors, amounts as typed, the earmark as fields and in words, choosing a book.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use shukun_base::{Day, Fen, Lang, RegionCode, Text};
use shukun_casework::authority::{Permission, Programme};
use shukun_casework::case::Category;
use shukun_fund::giving::{DonorKind, Earmark, Heads};
use shukun_fund::ledger::{AccountCode, AccountHead, OnExpiry, ProgrammeKey};
use shukun_fund::{BookId, DonorId};
use shukun_store::{BookRow, DonorFilter, DonorRow, ErrorKind, ROWS_OF_A_PAGE, StoreError};

use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::cases::Typed;
use crate::ui::field::{Faults, Input, checks, input, radios, select};
use crate::ui::layout::Page;
use crate::visit::Visit;
use crate::words::{self, Word};

/// Longest line that a form takes, in characters.
const LONGEST: usize = 120;

/// A donor's name as it is shown, or that it is anonymous.
pub fn donor_name(donor: &DonorRow, lang: Lang) -> String {
    donor.shown.clone().unwrap_or_else(|| words::DONOR_ANONYMOUS.text(lang).to_owned())
}

/// Names of the donors that a page shows.
pub struct DonorNames(BTreeMap<DonorId, DonorRow>);

impl DonorNames {
    /// Of these, in one statement.
    pub async fn of(
        desk: &Desk,
        visit: &Visit,
        donors: impl Iterator<Item = &DonorId>,
    ) -> Result<DonorNames, PageError> {
        let donors: BTreeSet<&DonorId> = donors.collect();
        let filter = DonorFilter { donors: Some(donors.into_iter().cloned().collect()), after: None };
        DonorNames::listed(desk, visit, &filter).await
    }

    async fn listed(desk: &Desk, visit: &Visit, filter: &DonorFilter) -> Result<DonorNames, PageError> {
        let donors = desk.store().list_donors(visit.scope()?, filter).await?;
        Ok(DonorNames(donors.into_iter().map(|donor| (donor.donor_id.clone(), donor)).collect()))
    }

    /// Those that a form offers: the first page of the list and whoever was chosen on a page of theirs.
    pub async fn offered(desk: &Desk, visit: &Visit, chosen: &str) -> Result<Vec<(String, String)>, PageError> {
        let mut names = DonorNames::listed(desk, visit, &DonorFilter::default()).await?;
        let chosen = DonorId::new(chosen).filter(|chosen| !names.0.contains_key(chosen));
        names.0.extend(DonorNames::of(desk, visit, chosen.iter()).await?.0);
        Ok(names.choices(visit.lang))
    }

    /// A donor's name as a link to its page.
    pub fn link(&self, donor: &DonorId, lang: Lang) -> Markup {
        let name =
            self.0.get(donor).map_or_else(|| words::DONOR_ANONYMOUS.text(lang).to_owned(), |row| donor_name(row, lang));
        html! { a href={"/fund/donors/" (donor)} { (name) } }
    }

    /// Value and name of each, for a list that opens.
    fn choices(&self, lang: Lang) -> Vec<(String, String)> {
        let mut choices: Vec<(String, String)> = self
            .0
            .values()
            .map(|row| {
                // Several who are anonymous are told apart by the first letters of their own ids.
                let head: String = row.donor_id.as_str().chars().take(6).collect();
                let name = row.shown.clone().unwrap_or_else(|| format!("{} {head}", words::DONOR_ANONYMOUS.text(lang)));
                (row.donor_id.to_string(), name)
            })
            .collect();
        choices.sort_by(|one, other| one.1.cmp(&other.1));
        choices
    }
}

/// Takes the row beyond the page off a list; whether there was one.
pub fn goes_on<T>(rows: &mut Vec<T>) -> bool {
    let page = usize::from(ROWS_OF_A_PAGE);
    let more = rows.len() > page;
    rows.truncate(page);
    more
}

/// `3000余人`
pub fn heads(heads: Option<Heads>, lang: Lang) -> String {
    let Some(heads) = heads else { return String::new() };
    let word = if heads.is_at_least { words::HEADS_AT_LEAST } else { words::HEADS };
    word.with(lang, &[("n", &format::count(u64::from(heads.count)))])
}

/// A donor's kind as its word.
pub fn kind_text(kind: DonorKind, lang: Lang) -> String {
    kind.text().in_lang(lang).to_owned()
}

/// Yuan above nothing.
pub fn sum(text: &str) -> Option<Fen> {
    format::read_money(text).filter(|amount| *amount > Fen::ZERO)
}

/// An amount of a form above nothing, or what is wrong with it.
pub fn amount(typed: &Typed, name: &'static str, faults: &mut Faults) -> Option<Fen> {
    let found = sum(typed.get(name));
    if found.is_none() {
        faults.push((name, words::AMOUNT_WRONG.both(&[])));
    }
    found
}

/// A day of a form, or what is wrong with it.
pub fn day(typed: &Typed, name: &'static str, faults: &mut Faults) -> Option<Day> {
    let found = typed.get(name).trim().parse().ok();
    if found.is_none() {
        faults.push((name, words::DAY_WRONG.both(&[])));
    }
    found
}

/// A line of a form that may not be empty.
pub fn line<'a>(typed: &'a Typed, name: &'static str, faults: &mut Faults) -> &'a str {
    let text = typed.get(name).trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        faults.push((name, words::GIVING_LINE_WRONG.both(&[])));
    }
    text
}

/// What a closed list offers, as value and name.
pub fn choices<T: Copy>(all: &[T], of: impl Fn(T) -> (&'static str, Text), lang: Lang) -> Vec<(String, String)> {
    all.iter().map(|one| of(*one)).map(|(key, text)| (key.to_owned(), text.in_lang(lang).to_owned())).collect()
}

/// A new id of our own making.
///
/// # Errors
/// No randomness.
pub fn new_id<T>(desk: &Desk, read: impl Fn(&str) -> Option<T>) -> Result<T, PageError> {
    let bytes = desk.random_bytes()?;
    let id: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    read(&id).ok_or_else(PageError::broken)
}

/// The id that a form brought along, so that a form sent twice is one act; a new one for an empty form.
pub fn form_id(desk: &Desk, typed: &Typed) -> Result<String, PageError> {
    let known = typed.get("form_id");
    if shukun_base::is_text_id(known) && known.len() <= 32 {
        return Ok(known.to_owned());
    }
    new_id(desk, |id| Some(id.to_owned()))
}

/// What a refused form shows: its page once more, with the status of a wrong request.
pub fn again(page: Page) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// A refusal becomes a fault at a field; everything else is an error page.
pub fn refusal(error: StoreError, at: &'static str, faults: &mut Faults) -> Result<(), PageError> {
    if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) {
        faults.push((at, error.text));
        return Ok(());
    }
    Err(error.into())
}

/// Programmes, classes and places as people call them.
pub fn named<'a>(places: &'a Places) -> impl Fn(&str) -> Text + Sync + use<'a> {
    move |key: &str| {
        let known = Programme::find(key).map(Programme::text).or_else(|| Category::find(key).map(Category::text));
        known.unwrap_or_else(|| {
            let name = RegionCode::new(key).map_or_else(|| key.to_owned(), |code| places.name(&code));
            Text::new(name.clone(), name)
        })
    }
}

/// Names of the places that earmarks of a county may name: its towns.
pub async fn places(desk: &Desk, visit: &Visit) -> Result<(Places, Vec<RegionCode>), PageError> {
    let regions = desk.store().list_regions(visit.scope()?, Permission::ViewFund).await?;
    let towns: Vec<RegionCode> =
        regions.iter().map(|region| region.code.clone()).filter(|code| code.as_str().len() == 9).collect();
    let names = regions.into_iter().map(|region| (region.code, region.name)).collect();
    Ok((Places::new(names), towns))
}

/// The books that the reader sees.
pub async fn books(desk: &Desk, visit: &Visit) -> Result<Vec<BookRow>, PageError> {
    Ok(desk.store().books(visit.scope()?).await?)
}

/// The book that a form names, or the only one there is.
pub fn book_of(typed: &str, books: &[BookRow]) -> Option<BookId> {
    match books {
        [only] => Some(only.id.clone()),
        _ => books.iter().find(|book| book.id.as_str() == typed).map(|book| book.id.clone()),
    }
}

/// Which book; nothing where there is one.
pub fn book_field(books: &[BookRow], value: &str, faults: &Faults, lang: Lang) -> Markup {
    let names: Vec<(String, String)> = books.iter().map(|book| (book.id.to_string(), book.name.clone())).collect();
    let field = Input { value, ..Input::text("book", words::GIVING_BOOK.text(lang)) };
    html! { @if books.len() > 1 { (select(&field, &names, faults, lang)) } }
}

/// An account in words: what a pot is for is said elsewhere.
pub fn account_text(account: &AccountCode, lang: Lang) -> String {
    account.head().text().in_lang(lang).to_owned()
}

/// Of relief the programme, of everything else what the account is.
pub fn spent_text(account: &AccountCode, lang: Lang) -> String {
    let programme = account.part().filter(|_| account.head() == AccountHead::Relief).and_then(Programme::find);
    programme.map_or_else(|| account_text(account, lang), |programme| programme.text().in_lang(lang).to_owned())
}

/// The fields of an earmark, each explained.
pub fn earmark_fields(typed: &Typed, towns: &[RegionCode], places: &Places, faults: &Faults, lang: Lang) -> Markup {
    let field = |name: &'static str, label: Word, hint: Word| Input {
        hint: hint.text(lang),
        is_required: false,
        value: typed.get(name),
        ..Input::text(name, label.text(lang))
    };
    let programmes = choices(Programme::ALL, |one| (one.key(), one.text()), lang);
    let classes = choices(Category::ALL, |one| (one.key(), one.text()), lang);
    let endings = choices(OnExpiry::ALL, |one| (one.key(), one.text()), lang);
    let towns: Vec<(String, String)> = towns.iter().map(|code| (code.to_string(), places.name(code))).collect();
    let chosen = |name: &'static str| typed.all(name).collect::<Vec<_>>();
    let until = Input { kind: "date", ..field("until", words::EARMARK_UNTIL, words::EARMARK_UNTIL_HINT) };
    html! {
        fieldset.box {
            legend { (words::EARMARK.text(lang)) }
            p.form-hint { (words::EARMARK_HINT.text(lang)) }
            (checks(&field("purpose", words::EARMARK_PURPOSE, words::EARMARK_PURPOSE_HINT), &programmes, &chosen("purpose"), faults, lang))
            (select(&field("area", words::EARMARK_AREA, words::EARMARK_AREA_HINT), &towns, faults, lang))
            (checks(&field("class", words::EARMARK_CLASS, words::EARMARK_CLASS_HINT), &classes, &chosen("class"), faults, lang))
            (input(&until, faults, lang))
            (radios(&field("on_expiry", words::EARMARK_THEN, words::EARMARK_THEN_HINT), &endings, faults, lang))
        }
    }
}

/// The earmark of a form.
pub fn earmark(typed: &Typed, faults: &mut Faults) -> Earmark {
    let purposes =
        typed.all("purpose").filter_map(|key| Programme::find(key).and_then(|known| ProgrammeKey::new(known.key())));
    let classes = typed.all("class").filter_map(|key| Category::find(key).map(|known| known.key().to_owned()));
    let until = typed.get("until").trim();
    let until = if until.is_empty() { None } else { day(typed, "until", faults) };
    let area = typed.get("area");
    Earmark {
        purposes: purposes.collect(),
        area: if area.is_empty() { None } else { RegionCode::new(area) },
        classes: classes.collect(),
        until,
        on_expiry: OnExpiry::find(typed.get("on_expiry")),
    }
}

/// Received, promised and so on in a row of tiles.
pub fn tiles(tiles: &[(Word, String, &str)], lang: Lang) -> Markup {
    html! {
        ul.sums {
            @for (name, value, note) in tiles {
                li { div.sum { span.name { (name.text(lang)) } b { (value) } @if !note.is_empty() { span.quiet { (note) } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earmark_takes_known_words_only() {
        let fields = [
            ("purpose", "charity_relief"),
            ("purpose", "x"),
            ("class", "low_income"),
            ("until", ""),
            ("area", "330381001"),
        ];
        let typed = Typed::from(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let mut faults = Faults::new();
        let found = earmark(&typed, &mut faults);
        assert_eq!((found.purposes.len(), found.classes.len(), found.until), (1, 1, None));
        assert!(faults.is_empty() && found.area.is_some());
    }
}
