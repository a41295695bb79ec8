//! How far the cases of the reader's area have come: one bar for each step, each opening its list.

use maud::{Markup, html};
use shukun_casework::case::Status;

use super::queues::count_of;
use crate::format;
use crate::visit::Visit;
use crate::words;

/// The bars; nothing for who sees no cases, or where there are none.
pub fn funnel(counts: &[(Status, u64)], visit: &Visit) -> Markup {
    let most = counts.iter().map(|(_, cases)| *cases).max().unwrap_or_default();
    html! {
        @if most > 0 {
            section.box {
                h2 { (words::FUNNEL.text(visit.lang)) }
                p.quiet { (words::FUNNEL_NOTE.text(visit.lang)) }
                ol.funnel { @for status in Status::ALL { li { (bar(*status, count_of(counts, *status), most, visit)) } } }
            }
        }
    }
}

fn bar(status: Status, cases: u64, most: u64, visit: &Visit) -> Markup {
    let width = cases.saturating_mul(1000) / most.max(1);
    html! {
        span { (status.text().in_lang(visit.lang)) }
        svg viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground width="1000" height="16" {}
            rect.bar-paid width=(width) height="16" {}
        }
        a.number href={"/cases?status=" (status.key())} { (format::count(cases)) }
    }
}
