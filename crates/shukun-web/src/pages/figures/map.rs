//! The county's own map above the tiles: the same words, numbers and links, in their places. The tiles stay beneath.

use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::Lang;

use super::address::cases;
use crate::desk::county_map::{CountyMap, MapFault, Shape};
use crate::desk::figures::{Board, Tile};
use crate::ui::chart::{DEEPENING, tall_chart};
use crate::words;

/// The map, or why there is none though the county has put a file; nothing where it has not.
pub fn section(board: &Board, found: &Result<Option<CountyMap>, MapFault>, lang: Lang) -> Markup {
    match found {
        Ok(None) => html! {},
        Err(MapFault(text)) => html! { section.box.wide { p.warn { (text.in_lang(lang)) } } },
        Ok(Some(map)) => drawn(board, map, lang),
    }
}

/// Whether a map is drawn on this board: it shows at least one of its places.
pub fn is_drawn(board: &Board, found: &Result<Option<CountyMap>, MapFault>) -> bool {
    let tiles = board.tiles();
    let map = found.as_ref().ok().and_then(Option::as_ref);
    map.is_some_and(|map| map.shapes.iter().any(|shape| tile_of(board, &tiles, shape).is_some()))
}

fn drawn(board: &Board, map: &CountyMap, lang: Lang) -> Markup {
    let tiles = board.tiles();
    let of_shapes: Vec<Option<&Tile>> = map.shapes.iter().map(|shape| tile_of(board, &tiles, shape)).collect();
    html! {
        @if of_shapes.iter().any(Option::is_some) {
            section.box.wide {
                h2 { (words::MAP.text(lang)) }
                p.quiet { (words::MAP_NOTE.text(lang)) }
                (tall_chart(&option(board, map, &of_shapes, lang), words::MAP.text(lang)))
            }
        }
    }
}

/// By code, else by name.
fn tile_of<'a>(board: &Board, tiles: &'a [Tile], shape: &Shape) -> Option<&'a Tile> {
    let exact = || tiles.iter().filter(|tile| tile.is_exact);
    let by_code = exact().find(|tile| !shape.code.is_empty() && tile.region.as_str() == shape.code);
    by_code.or_else(|| exact().find(|tile| !shape.name.is_empty() && board.place_name(&tile.region) == shape.name))
}

fn option(board: &Board, map: &CountyMap, tiles: &[Option<&Tile>], lang: Lang) -> Value {
    let name = |(shape, tile): (&Shape, &Option<&Tile>)| match tile {
        Some(tile) => board.place_name(&tile.region),
        None if shape.name.is_empty() => shape.code.clone(),
        None => shape.name.clone(),
    };
    let names: Vec<String> = map.shapes.iter().zip(tiles).map(name).collect();
    let data: Vec<Value> = names.iter().zip(tiles).map(|(name, tile)| datum(board, name, *tile)).collect();
    let most = tiles.iter().flatten().map(|tile| tile.open).max().unwrap_or_default().max(1);
    json!({
        "animation": false,
        "geoMap": map.named(&names),
        "tooltip": { "trigger": "item", "renderMode": "richText", "formatter": "{b}  {c}" },
        "visualMap": {
            "type": "continuous", "min": 0, "max": most, "left": 8, "bottom": 8, "itemHeight": 90,
            "text": [words::MAP_MORE.text(lang), words::MAP_FEWER.text(lang)], "inRange": { "color": DEEPENING },
        },
        "series": [{
            "type": "map", "map": "county", "data": data, "roam": false, "name": words::MAP.text(lang),
            "itemStyle": { "borderColor": "#55606e", "areaColor": "#f4f6f9" },
            "emphasis": { "disabled": true }, "select": { "disabled": true },
            "label": {
                "show": true, "formatter": "{b}\n{c}", "color": "#1a1f26", "backgroundColor": "#ffffffdd", "padding": 3,
                "borderRadius": 3, "lineHeight": 16,
            },
        }],
    })
}

/// A place that holds no case is drawn with a nought; only a place that can be opened is a link.
fn datum(board: &Board, name: &str, tile: Option<&Tile>) -> Value {
    match tile {
        None => json!({ "name": name, "value": 0 }),
        Some(tile) => {
            let href = cases(&board.part, &[("region", tile.region.as_str()), ("has", "open")]);
            json!({ "name": name, "value": tile.open, "href": href })
        }
    }
}
