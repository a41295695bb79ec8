//! The dashboard: sums, how far cases came, months, ageing, time limits, places, precision, colours.

use axum::extract::{Query, State};
use maud::{Markup, html};
use shukun_base::{Fen, RegionCode};
use shukun_casework::authority::{Role, RoleKind};
use shukun_casework::timers::Level;

use super::address::{AskedPart, address, cases};
use super::{ageing, colours, funnel, map, precision, towns, trend};
use crate::desk::Desk;
use crate::desk::county_map::CountyMap;
use crate::desk::figures::{Board, Part, is_late};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::{map_scripts, scripts};
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/figures", board)
}

async fn board(State(desk): State<Desk>, visit: Visit, Query(asked): Query<AskedPart>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let board = Board::load(&desk, visit.scope()?, asked.part(), visit.today()).await?;
    let sums = board.sums();
    let county_map = CountyMap::find(&desk).await;
    let body = html! {
        (tabs(&board.part, true, &visit))
        (chooser(&board, &visit))
        @if sums.cases == 0 { (empty(words::FIGURES_EMPTY.text(lang), words::FIGURES_EMPTY_FILL.text(lang))) }
        @else {
            (headline(&board, &visit))
            div.board {
                (funnel::section(&board, lang))
                (trend::section(&board, lang))
                (ageing::waiting(&board, lang))
                (ageing::standing(&board, lang))
                (map::section(&board, &county_map, lang))
                (towns::section(&board, lang))
                (precision::section(&board, lang))
                (colours::section(&board, lang))
            }
            @if map::is_drawn(&board, &county_map) { (map_scripts()) } @else { (scripts()) }
        }
    };
    let title = title(&board, &visit);
    let heading = Heading { title: &title, note: Some(words::FIGURES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn title(board: &Board, visit: &Visit) -> String {
    let lang = visit.lang;
    let place = board.part.region.as_ref().map(|region| board.place_name(region));
    let office = board.part.office.map(|office| office.text().in_lang(lang).to_owned());
    let parts: Vec<String> =
        [Some(words::FIGURES.text(lang).to_owned()), place, office].into_iter().flatten().collect();
    parts.join(" · ")
}

/// Between the dashboard and the tasks of offices.
pub fn tabs(part: &Part, is_board: bool, visit: &Visit) -> Markup {
    let tab = |path: &str, word: Word, is_here: bool| {
        html! { a href=(address(path, part, &[])) aria-current=[is_here.then_some("page")] { (word.text(visit.lang)) } }
    };
    html! {
        nav.tabs aria-label=(words::TABS.text(visit.lang)) {
            (tab("/figures", words::FIGURES, is_board))
            (tab("/figures/tasks", words::TASKS, !is_board))
        }
    }
}

fn chooser(board: &Board, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let towns = board.regions.iter().filter(|region| region.code.as_str().len() <= 9);
    let places: Vec<(String, String)> = towns.map(|region| (region.code.to_string(), region.name.clone())).collect();
    let offices: Vec<(String, String)> =
        business().map(|role| (role.key().to_owned(), role.text().in_lang(lang).to_owned())).collect();
    let region = board.part.region.as_ref().map(RegionCode::as_str).unwrap_or_default();
    let office = board.part.office.map(Role::key).unwrap_or_default();
    let select = |name: &str, word: Word, chosen: &str, all: Word, choices: &[(String, String)]| {
        html! {
            div.field {
                label.form-label for={"board-" (name)} { (word.text(lang)) }
                select.form-select id={"board-" (name)} name=(name) {
                    option value="" selected[chosen.is_empty()] { (all.text(lang)) }
                    @if !chosen.is_empty() && !choices.iter().any(|(value, _)| value == chosen) {
                        option value=(chosen) selected { (board.part.region.as_ref().map(|code| board.place_name(code)).unwrap_or_default()) }
                    }
                    @for (value, name) in choices { option value=(value) selected[value == chosen] { (name) } }
                }
            }
        }
    };
    html! {
        form.filters method="get" action="/figures" {
            (select("region", words::BOARD_PLACE, region, words::ANY, &places))
            (select("office", words::BOARD_OFFICE, office, words::BOARD_ALL, &offices))
            div.buttons {
                button.btn.btn-plain type="submit" { (words::BOARD_SHOW.text(lang)) }
                @if let Some(own) = own_office(visit).filter(|own| Some(*own) != board.part.office) {
                    a.btn.btn-link href=(address("/figures", &board.part, &[("office", own.key())])) { (own.text().in_lang(lang)) }
                }
            }
        }
    }
}

/// Roles that work on cases.
pub fn business() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| role.kind() == RoleKind::Business)
}

/// The reader's own office, where that is one.
fn own_office(visit: &Visit) -> Option<Role> {
    let scope = &visit.visitor.as_ref()?.scope;
    let in_force = scope.grants().iter().filter(|grant| grant.is_in_force(scope.today()));
    in_force.map(|grant| grant.role).find(|role| role.kind() == RoleKind::Business)
}

fn headline(board: &Board, visit: &Visit) -> Markup {
    let (lang, sums, part) = (visit.lang, board.sums(), &board.part);
    let late = board.waiting(|group| is_late(group.level));
    let supervised = board.waiting(|group| group.level == Level::Supervision);
    let households = |count: u64| words::SUM_HOUSEHOLDS.with(lang, &[("n", &format::count(count))]);
    let money = |amount: Fen| format::money(amount, lang);
    let of_all = words::SUM_OF_ALL.with(lang, &[("n", &format::count(sums.cases))]);
    let open = cases(part, &[("has", "open")]);
    html! {
        ul.sums {
            (sum(words::SUM_OPEN, &format::count(sums.open), &of_all, &open, "", lang))
            (sum(words::SUM_LATE, &format::count(late), &share(late, sums.open), &cases(part, &[("clock", "late")]), if late > 0 { "bad" } else { "" }, lang))
            (sum(words::SUM_ORDERS, &format::count(supervised), &share(supervised, sums.open), &cases(part, &[("clock", "supervision")]), if supervised > 0 { "bad" } else { "" }, lang))
            (sum(words::SUM_BURDEN, &money(sums.burden_fen), &households(sums.cases), &cases(part, &[]), "", lang))
            (sum(words::SUM_AID, &money(sums.aid_fen), &households(sums.determined), &cases(part, &[("has", "determined")]), "", lang))
            (sum(words::SUM_PAID, &money(sums.paid_fen), &households(sums.paid), &cases(part, &[("has", "paid")]), "", lang))
        }
    }
}

fn share(part: u64, whole: u64) -> String {
    crate::ui::chart::percent(part, whole)
}

fn sum(name: Word, value: &str, beside: &str, path: &str, class: &str, lang: shukun_base::Lang) -> Markup {
    html! {
        li { a class={"sum " (class)} href=(path) {
            span.name { (name.text(lang)) }
            b { (value) }
            span.quiet { (beside) }
        } }
    }
}
