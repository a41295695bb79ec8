//! Places as tiles: no map is asked of anybody. Darker = more open cases; the bar = the share that is overdue; each tile
//! is a link, and below it leads the way into the place's own dashboard.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_store::PlaceSize;

use super::address::{address, cases};
use crate::desk::figures::{Board, Tile};
use crate::format;
use crate::ui::chart::parts_bar;
use crate::words;

/// The section.
pub fn section(board: &Board, lang: Lang) -> Markup {
    let tiles = board.tiles();
    let most = tiles.iter().map(|tile| tile.open).max().unwrap_or_default();
    let is_town = board.part.place_size() == PlaceSize::Town;
    let heading = if is_town { words::PLACES_TOWNS } else { words::PLACES_VILLAGES };
    html! {
        section.box.wide {
            h2 { (heading.text(lang)) }
            p.quiet {
                (words::PLACES_NOTE.text(lang))
                @if board.part.region.is_some() { " " a href=(address("/figures", &board.part, &[("region", "")])) { (words::PLACES_UP.text(lang)) } }
            }
            ul.tiles { @for tile in &tiles { (place(board, tile, most, is_town, lang)) } }
        }
    }
}

fn place(board: &Board, tile: &Tile, most: u64, is_town: bool, lang: Lang) -> Markup {
    let name = name(board, tile, is_town, lang);
    let (open, late) = (format::count(tile.open), format::count(tile.late));
    let told = words::PLACES_TILE.with(lang, &[("place", &name), ("open", &open), ("late", &late)]);
    let vague = if is_town { "town" } else { "village" };
    let place = if tile.is_exact {
        [("region", tile.region.as_str()), ("has", "open")]
    } else {
        [("vague", vague), ("has", "open")]
    };
    html! {
        li {
            a class={"tile shade-" (shade(tile.open, most))} href=(cases(&board.part, &place)) title=(told) {
                span.name { (name) }
                b { (open) }
                span.late { @if tile.late > 0 { (words::PLACES_LATE.with(lang, &[("n", &late)])) } @else { "\u{a0}" } }
                (parts_bar(&[(tile.late, "level-breached"), (tile.open.saturating_sub(tile.late), "tile-rest")]))
            }
            @if is_town && tile.is_exact {
                a.into href=(address("/figures", &board.part, &[("region", tile.region.as_str())])) aria-label=(words::PLACES_INTO.with(lang, &[("place", &name)])) { "›" }
            }
        }
    }
}

fn name(board: &Board, tile: &Tile, is_town: bool, lang: Lang) -> String {
    if tile.is_exact {
        return board.place_name(&tile.region);
    }
    let word = if is_town { words::PLACES_VAGUE_TOWN } else { words::PLACES_VAGUE_VILLAGE };
    word.text(lang).to_owned()
}

/// 0 for none, then 1 to 4 by quarters of the most.
fn shade(open: u64, most: u64) -> u64 {
    if open == 0 { 0 } else { open.saturating_mul(4).div_ceil(most.max(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_place_is_the_darkest_and_an_empty_one_has_no_shade() {
        for (open, most, expected) in [(0, 0, 0), (0, 9, 0), (1, 100, 1), (26, 100, 2), (75, 100, 3), (100, 100, 4)] {
            assert_eq!(shade(open, most), expected, "{open} of {most}");
        }
    }
}
