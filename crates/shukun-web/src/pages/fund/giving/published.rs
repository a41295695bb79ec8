//! The donations to Ruian's fund as they were published: each sentence, what is booked, and what the reports leave open.

use axum::extract::State;
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_fund::giving::published::{GIFTS, INSTITUTIONS, PLEDGE, Within, bounds, open_questions};

use super::parts::{heads, kind_text, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/campaigns/published", show)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (count, sum, sentence) = INSTITUTIONS;
    let found = bounds(GIFTS, &PLEDGE, sum);
    let money = |amount| format::money(amount, lang);
    let at_least = |amount| words::PUBLISHED_AT_LEAST.with(lang, &[("amount", &format::money(amount, lang))]);
    let institutions = words::PUBLISHED_INSTITUTIONS.with(lang, &[("n", &count.to_string()), ("amount", &money(sum))]);
    let body = html! {
        (tiles(&[
            (words::PUBLISHED_BOOKED, money(found.booked), words::PUBLISHED_BOOKED_NOTE.text(lang)),
            (words::PUBLISHED_WITHIN, at_least(found.at_least_if_within), words::RECEIVED.text(lang)),
            (words::PUBLISHED_APART, at_least(found.at_least_if_apart), words::RECEIVED.text(lang)),
            (words::PROMISED, money(found.promised), words::PLEDGED_NOTE.text(lang)),
        ], lang))
        section.box {
            h2 { (words::PUBLISHED_OPEN.text(lang)) }
            ul { @for question in open_questions() { li { (question.in_lang(lang)) } } }
        }
        section { h2 { (words::GIFTS.text(lang)) } (gifts(lang)) }
        section.box {
            h2 { (words::PLEDGES.text(lang)) }
            p { (words::PUBLISHED_PLEDGE.with(lang, &[("total", &money(PLEDGE.total)), ("each", &money(PLEDGE.each)), ("years", &PLEDGE.years.to_string())])) }
            p lang="zh-CN" { "“" (PLEDGE.sentence) "”" }
            p { (institutions) }
            p lang="zh-CN" { "“" (sentence) "”" }
        }
        p { a href="/fund/campaigns" { "← " (words::CAMPAIGNS.text(lang)) } }
    };
    let heading = Heading { title: words::PUBLISHED.text(lang), note: Some(words::PUBLISHED_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn gifts(lang: Lang) -> Markup {
    let columns = [
        Column::words(words::PUBLISHED_SENTENCE.text(lang)),
        Column::words(words::DONOR_KIND.text(lang)),
        Column::number(words::AMOUNT_YUAN.text(lang)),
        Column::words(words::PUBLISHED_IN_SUM.text(lang)),
    ];
    let rows = html! {
        @for gift in GIFTS {
            tr {
                td.wide lang="zh-CN" { "“" (gift.sentence) "”" }
                td { (kind_text(gift.kind, lang)) " " (heads(gift.heads, lang)) }
                td.number { (gift.amount) }
                td {
                    @match gift.within {
                        Within::NotSaid => span.tag.tag-orange { span.shape aria-hidden="true" { "?" } (words::PUBLISHED_NOT_SAID.text(lang)) },
                        Within::Apart => span.tag { (words::PUBLISHED_IS_APART.text(lang)) },
                    }
                }
            }
        }
    };
    table(words::GIFTS.text(lang), &columns, &rows)
}
