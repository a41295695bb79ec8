//! Sealing what was published: the page where it is sealed and signed, a household's slip, and what everybody downloads.

mod open;
mod slip;
mod staff;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_the_road;

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_fund::publishing::proof::Body;
use shukun_store::CheckpointRow;

use crate::format;
use crate::routes::Handlers;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [staff::serve, slip::serve, open::serve].into_iter().fold(handlers, |handlers, serve| serve(handlers))
}

/// What a checkpoint's last batch adds up to, and how that hangs together with its statement.
fn sums(row: &CheckpointRow, lang: Lang) -> Markup {
    let seal = &row.seal;
    html! {
        dl.facts {
            dt { (words::CHECKPOINT_OF.text(lang)) } dd { (seal.publication) }
            dt { (words::CHECKPOINT_BOOK.text(lang)) } dd { (seal.header.book) }
            dt { (words::CHECKPOINT_COUNT.text(lang)) } dd { (seal.header.count) }
            dt { (words::CHECKPOINT_PAID.text(lang)) } dd { (format::money(seal.paid, lang)) }
            dt { (words::CHECKPOINT_BACK.text(lang)) } dd { (format::money(seal.came_back, lang)) }
            dt { (words::CHECKPOINT_EARLIER.text(lang)) } dd { (format::money(seal.earlier, lang)) }
            dt { (words::CHECKPOINT_TOTAL.text(lang)) } dd { b { (format::money(seal.header.total, lang)) } }
            dt { (words::SEALING_SIGNED_BY.text(lang)) } dd { (bodies(&row.signers, lang)) }
        }
    }
}

/// Bodies by their names.
fn bodies(bodies: &[Body], lang: Lang) -> String {
    let between = if lang == Lang::Zh { "、" } else { ", " };
    bodies.iter().map(|body| body.text().in_lang(lang).to_owned()).collect::<Vec<_>>().join(between)
}
