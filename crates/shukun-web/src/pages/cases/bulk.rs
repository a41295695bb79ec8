//! Dismissing several cases at once: most alerts end here, so it is the fastest act. Each case is an act of its own; one
//! that is refused does not hold up the others.

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::case::{Command, DismissalReason};
use shukun_casework::{ActorId, CaseId, Note, TransactionId};
use shukun_store::CaseRow;

use super::acts::Typed;
use super::list::Asked;
use crate::desk::Desk;
use crate::error::PageError;
use crate::guard::encoded;
use crate::http::fields::Fields;
use crate::routes::Handlers;
use crate::ui::field::{Input, input, select};
use crate::ui::layout::form_token;
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/cases/dismiss", dismiss)
}

/// The list with its ticks, and the form below it.
pub fn form(desk: &Desk, visit: &Visit, rows: &Markup) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let transaction = desk.random_word()?;
    let reasons: Vec<_> = DismissalReason::ALL
        .iter()
        .map(|reason| (reason.key().to_owned(), reason.text().in_lang(lang).to_owned()))
        .collect();
    let reason = Input::text("bulk_reason", words::REASON.text(lang));
    let why = Input { hint: words::NOTE_HINT.text(lang), ..Input::text("bulk_why", words::WHY.text(lang)) };
    Ok(html! {
        form method="post" action="/cases/dismiss" {
            (form_token(visit))
            input type="hidden" name="transaction" value=(transaction.get(..24).unwrap_or_default());
            (rows)
            section.box {
                h2 { (words::BULK.text(lang)) }
                p.quiet { (words::BULK_HINT.text(lang)) }
                div.grid-form {
                    (select(&reason, &reasons, &Vec::new(), lang))
                    (input(&why, &Vec::new(), lang))
                }
                button.btn.btn-primary type="submit" { (words::ACT_DISMISS.text(lang)) }
            }
        }
    })
}

/// The tick of a row; it carries the version that is shown.
pub fn tick(row: &CaseRow, name: &str, lang: Lang) -> Markup {
    let label = format!("{} {name}", words::SELECT.text(lang));
    html! {
        span.choice { input type="checkbox" name="case" value={(row.case_id) "." (row.version)} aria-label=(label); }
    }
}

async fn dismiss(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Redirect, PageError> {
    let (reason, why) = (DismissalReason::find(typed.get("bulk_reason")), Note::new(typed.get("bulk_why")));
    let (Some(reason), Ok(why)) = (reason, why) else { return Err(PageError::unreadable()) };
    let (mut dismissed, mut refused) = (0_u32, Vec::new());
    for ticked in typed.all("case") {
        match dismiss_one(&desk, &visit, &typed, ticked, reason, &why).await {
            Ok(()) => dismissed += 1,
            Err(error) if error.status.is_server_error() || error.code == "store-step-up" => return Err(error),
            Err(error) => refused.push(error.code),
        }
    }
    let kept = match refused.first() {
        Some(code) => format!("&kept={}.{}", refused.len(), encoded(code)),
        None => String::new(),
    };
    Ok(Redirect::to(&format!("/cases?status=detected&done={dismissed}{kept}")))
}

/// Takes the case where nobody has it, and dismisses it: one act.
async fn dismiss_one(
    desk: &Desk,
    visit: &Visit,
    typed: &Typed,
    ticked: &str,
    reason: DismissalReason,
    why: &Note,
) -> Result<(), PageError> {
    let (id, version) = ticked.rsplit_once('.').ok_or_else(PageError::unreadable)?;
    let case_id = CaseId::new(id).ok_or_else(PageError::not_found)?;
    let version = version.parse().map_err(|_| PageError::unreadable())?;
    let transaction = format!("{}-{id}", typed.get("transaction"));
    let transaction =
        TransactionId::new(transaction.get(..64).unwrap_or(&transaction)).ok_or_else(PageError::unreadable)?;
    let scope = visit.scope()?;
    let me = ActorId::new(scope.account_id().as_str()).ok_or_else(PageError::broken)?;
    let commands = [Command::Assign { to: me }, Command::Dismiss { reason, why: why.clone() }];
    let ctx = desk.numbers().context(visit.now, transaction, version);
    desk.store().act_on_case(scope, &case_id, &commands, &ctx).await?;
    Ok(())
}

/// What the last dismissal did.
pub fn outcome(asked: &Asked, lang: Lang) -> Markup {
    let done = asked.done.parse::<u32>().ok().map(|count| count.to_string());
    let kept = asked.kept.split_once('.').filter(|(count, code)| is_count(count) && is_code(code));
    html! {
        @match (done, kept) {
            (Some(done), Some((count, why))) => p.wrong role="alert" { (words::BULK_PARTLY.with(lang, &[("n", &done), ("m", count), ("why", why)])) },
            (Some(done), None) if done == "0" => p.wrong role="alert" { (words::BULK_NONE.text(lang)) },
            (Some(done), None) => p.done role="status" { (words::BULK_DONE.with(lang, &[("n", &done)])) },
            (None, _) => {}
        }
    }
}

fn is_count(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}

/// What an address says is shown only where it is one of our codes.
fn is_code(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
