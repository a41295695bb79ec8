//! The chart of one month's flows: last month's colours at the left, this month's at the right, ribbons between them
//! as thick as there are persons. Whole numbers only.

use maud::{Markup, html};
use shukun_analysis::watch::Flow;
use shukun_base::Lang;
use shukun_engine::outcome::Colour;

use super::month_page::class;
use super::month_text::colour_or_none;
use crate::words::pick;

/// The drawing is 360 wide, so that its words are as large as the page's on a phone.
const WIDTH: i64 = 360;
const LEFT: i64 = 104;
const RIGHT: i64 = 256;
const NODE: i64 = 8;
/// What all persons together are high.
const HEIGHT: i64 = 200;
const GAP: i64 = 22;
const TOP: i64 = 30;
const ORDER: [Option<Colour>; 4] = [Some(Colour::Red), Some(Colour::Orange), Some(Colour::Yellow), None];

/// One side's place of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    colour: Option<Colour>,
    persons: u64,
    y: i64,
    height: i64,
}

/// The chart.
pub fn flow_chart(flows: &[Flow], lang: Lang) -> Markup {
    let all: u64 = flows.iter().map(|flow| flow.persons).sum();
    let (left, right) = (nodes(flows, all, |flow| flow.from), nodes(flows, all, |flow| flow.to));
    let bottom = left.iter().chain(&right).map(|node| node.y + node.height).max().unwrap_or(TOP);
    html! {
        div.flow {
            svg viewBox={ "0 0 " (WIDTH) " " (bottom + 12) } role="img"
                aria-label=(pick(lang, "上月到本月的颜色变化", "changes of colour from last month to this month")) {
                text x=(LEFT) y="16" text-anchor="end" { (pick(lang, "上月", "last month")) }
                text x=(RIGHT) y="16" { (pick(lang, "本月", "this month")) }
                @for (class, path) in ribbons(flows, all, &left, &right) { path class={ "ribbon " (class) } d=(path) {} }
                @for node in &left { (drawn(node, LEFT - NODE, LEFT - NODE - 6, "end", lang)) }
                @for node in &right { (drawn(node, RIGHT, RIGHT + NODE + 6, "start", lang)) }
            }
        }
    }
}

fn drawn(node: &Node, x: i64, words: i64, anchor: &str, lang: Lang) -> Markup {
    html! {
        rect class=(class(node.colour)) x=(x) y=(node.y) width=(NODE) height=(node.height) {}
        text x=(words) y=(node.y + node.height / 2 + 5) text-anchor=(anchor) {
            (colour_or_none(node.colour, lang)) " " (node.persons)
        }
    }
}

fn scaled(persons: u64, all: u64) -> i64 {
    let height = i64::try_from(persons).unwrap_or(0) * HEIGHT / i64::try_from(all.max(1)).unwrap_or(i64::MAX);
    height.max(i64::from(persons > 0))
}

fn nodes(flows: &[Flow], all: u64, side: impl Fn(&Flow) -> Option<Colour>) -> Vec<Node> {
    let mut y = TOP;
    let mut nodes = Vec::new();
    for colour in ORDER {
        let own = flows.iter().filter(|flow| side(flow) == colour);
        let persons: u64 = own.clone().map(|flow| flow.persons).sum();
        if persons == 0 {
            continue;
        }
        // As high as its ribbons, so that none sticks out.
        let height = own.map(|flow| scaled(flow.persons, all)).sum();
        nodes.push(Node { colour, persons, y, height });
        y += height + GAP;
    }
    nodes
}

/// Class and path of each ribbon, painted as what it leads to.
fn ribbons(flows: &[Flow], all: u64, left: &[Node], right: &[Node]) -> Vec<(&'static str, String)> {
    let mut used_left: Vec<(Option<Colour>, i64)> = left.iter().map(|node| (node.colour, node.y)).collect();
    let mut used_right: Vec<(Option<Colour>, i64)> = right.iter().map(|node| (node.colour, node.y)).collect();
    let mut paths = Vec::new();
    for from in ORDER {
        for to in ORDER {
            let Some(flow) = flows.iter().find(|flow| flow.from == from && flow.to == to) else { continue };
            let height = scaled(flow.persons, all);
            let (a, b) = (take(&mut used_left, from, height), take(&mut used_right, to, height));
            paths.push((class(to), ribbon(a, b, height)));
        }
    }
    paths
}

/// The place where the next ribbon of a colour begins; the one after it begins lower.
fn take(used: &mut [(Option<Colour>, i64)], colour: Option<Colour>, height: i64) -> i64 {
    match used.iter_mut().find(|(known, _)| *known == colour) {
        Some((_, y)) => {
            *y += height;
            *y - height
        }
        None => TOP,
    }
}

fn ribbon(from: i64, to: i64, height: i64) -> String {
    let middle = (LEFT + RIGHT) / 2;
    format!(
        "M{LEFT} {from}C{middle} {from} {middle} {to} {RIGHT} {to}V{}C{middle} {} {middle} {} {LEFT} {}Z",
        to + height,
        to + height,
        from + height,
        from + height
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ribbons_fill_both_sides() {
        let flow = |from, to, persons| Flow { from, to, persons };
        let (red, yellow) = (Some(Colour::Red), Some(Colour::Yellow));
        let flows = [flow(None, yellow, 1), flow(yellow, yellow, 90), flow(yellow, red, 8), flow(red, None, 1)];
        let (left, right) = (nodes(&flows, 100, |flow| flow.from), nodes(&flows, 100, |flow| flow.to));
        let heights = |nodes: &[Node]| nodes.iter().map(|node| node.height).sum::<i64>();
        assert_eq!((heights(&left), heights(&right)), (200, 200));
        assert_eq!(left.iter().map(|node| node.persons).sum::<u64>(), 100);
        let paths = ribbons(&flows, 100, &left, &right);
        let expected = "M104 54C180 54 180 30 256 30V46C180 46 180 70 104 70Z";
        assert_eq!(paths.iter().filter(|(class, path)| *class == "red" && path == expected).count(), 1, "{paths:?}");
        assert_eq!(paths.len(), 4);
    }

    #[test]
    fn a_single_person_among_thousands_is_still_seen() {
        assert_eq!((scaled(1, 100_000), scaled(0, 100_000), scaled(5, 0)), (1, 0, 1_000));
    }
}
