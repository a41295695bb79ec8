//! The online copy of a notice, as its staff switch it on: off by default, never longer than the paper.

use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::LineState;
use shukun_store::{NoticeRow, OnlineNotice};

use super::act::{Stamp, Typed};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::open_notice::cleared;
use crate::ui::field::{Faults, Input, input};
use crate::visit::Visit;
use crate::words;

/// What the page says of the copy, with the form for whoever posts notices there.
pub fn section(row: &NoticeRow, visit: &Visit, stamp: &Stamp, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let may = visit.scope().is_ok_and(|scope| scope.allows(Permission::PostNotice, Some(&row.region)));
    let hangs = row.state == LineState::OnNotice && row.taken_down_on.is_none();
    let is_over = row.posted_until.is_none_or(|until| until < visit.today());
    let online = row.online_until.filter(|until| hangs && *until >= visit.today());
    let last = row.posted_until.map(|day| day.to_string()).unwrap_or_default();
    let until = Input { kind: "date", value: &last, ..Input::text("online_until", words::ONLINE_UNTIL.text(lang)) };
    html! {
        @if hangs && !is_over {
            section.box {
                h2 { (words::ONLINE.text(lang)) }
                p.quiet { (words::ONLINE_OFF.text(lang)) }
                @if let Some(day) = online {
                    p { a href={"/open/notices/" (row.line)} { (words::ONLINE_ON.with(lang, &[("day", &format::day(day, lang))])) } }
                }
                @if may { (stamp.form(visit, "online", words::ONLINE_SWITCH.text(lang), &input(&until, faults, lang))) }
            }
        }
    }
}

/// Why the copy cannot be switched on: its page, as everybody would read it in either language, is looked through first.
pub async fn faults(desk: &Desk, visit: &Visit, row: &NoticeRow, typed: &Typed) -> Result<Option<Faults>, PageError> {
    if typed.get("act").map(String::as_str) != Some("online") {
        return Ok(None);
    }
    let copy = OnlineNotice {
        meeting: row.meeting.clone(),
        region: row.region.clone(),
        programme: row.programme.clone(),
        amount_fen: row.amount_fen,
        from: row.posted_from.unwrap_or_else(|| visit.today()),
        until: row.posted_until.unwrap_or_else(|| visit.today()),
    };
    for lang in [shukun_base::Lang::Zh, shukun_base::Lang::En] {
        if cleared(desk, &copy, lang).await?.is_none() {
            return Ok(Some(vec![("main", words::ONLINE_CANNOT.both(&[]))]));
        }
    }
    Ok(None)
}
