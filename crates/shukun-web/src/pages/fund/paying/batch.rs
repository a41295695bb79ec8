//! One batch: its payments, what the reader can do next, the files, what was done.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use shukun_casework::authority::{Permission, Programme};
use shukun_fund::BatchId;
use shukun_fund::paying::{Act, Batch, BatchState, Channel, PaymentState, Purpose, Recorded};
use shukun_store::{AccountId, BankFileRow, BatchView, PayableRow, ROWS_OF_A_PAGE};

use super::payments::{Part, Shown, payments};
use super::{batch_id, short_hash, state_tag};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, checks, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/batches/{batch_id}", show)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Result<Page, PageError> {
    let told = (!part.done.is_empty()).then(|| words::BATCH_DONE.text(visit.lang).to_owned());
    page_of_part(&desk, &visit, (&batch_id(&id)?, &part), told.as_deref(), &Vec::new(), &[]).await
}

/// The page, with what was just done, what was wrong with a form, and lines of a file that were not taken.
pub(super) async fn batch_page(
    desk: &Desk,
    visit: &Visit,
    id: &BatchId,
    told: Option<&str>,
    faults: &Faults,
    lines: &[String],
) -> Result<Page, PageError> {
    page_of_part(desk, visit, (id, &Part::default()), told, faults, lines).await
}

async fn page_of_part(
    desk: &Desk,
    visit: &Visit,
    (id, part): (&BatchId, &Part),
    told: Option<&str>,
    faults: &Faults,
    lines: &[String],
) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let view = desk.store().batch(scope, id).await?;
    let batch = &view.batch;
    let shown = part.of(batch);
    let files = desk.store().bank_files(scope, id).await?;
    let is_open = batch.state == BatchState::Open && scope.allows(Permission::MakeBatch, Some(&batch.region));
    let payable = if is_open { desk.store().payable_lines(scope, batch).await? } else { Vec::new() };
    let mut ids: Vec<AccountId> = view.acts.iter().map(|(_, act)| AccountId::new(act.by.as_str())).collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(scope, &ids).await?;
    let body = html! {
        @if let Some(told) = told { p.done role="status" { (told) } }
        (wrong(faults, lang))
        @if !lines.is_empty() { ul { @for line in lines { li { (line) } } } }
        div.board {
            section.box { p { (state_tag(batch.state, lang)) } (facts(batch, (&files, desk.press().is_some()), visit)) }
            section.box { h2 { (words::BATCH_NEXT.text(lang)) } (next(batch, visit)?) }
            section.box.wide { h2 { (words::BATCH_LINES.text(lang)) } (payments(batch, &shown, visit)) }
            @if is_open {
                section.box.wide { h2 { (words::BATCH_ADD.text(lang)) } (add_form(batch, &payable, faults, visit)) }
            }
            @if (batch.state == BatchState::Open || batch.state.is_waiting()) && scope.allows(Permission::MakeBatch, Some(&batch.region)) {
                section.box.wide { h2 { (words::BATCH_ENTER_PAYEE.text(lang)) } (payee_form(batch, &shown, faults, visit)) }
            }
            (super::back::forms(batch, &shown, faults, visit)?)
            section.box.wide { h2 { (words::BATCH_HISTORY.text(lang)) } (history(&view, &names, visit)) }
        }
    };
    let title = format!("{} {id}", words::BATCH.text(lang));
    let known = Programme::find(batch.programme.as_str()).map(Programme::text);
    let programme = known.as_ref().map_or(batch.programme.as_str(), |text| text.in_lang(lang));
    let note = format!("{} · {programme}", batch.kind.text().in_lang(lang));
    framed(desk, visit, &Heading { title: &title, note: Some(&note) }, &body).await
}

fn facts(batch: &Batch, (files, has_press): (&[BankFileRow], bool), visit: &Visit) -> Markup {
    let lang = visit.lang;
    let approved = [("n", batch.approvers.to_string()), ("m", batch.approved_by.len().to_string())];
    let approved: Vec<(&str, &str)> = approved.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        dl.facts {
            dt { (words::BATCH_SUM.text(lang)) } dd { (batch.sum()) }
            dt { (words::BATCH_PAYMENTS.text(lang)) } dd { (batch.payments.len()) }
            @if let Some(follows) = &batch.follows {
                dt { (words::BATCH_FOLLOWS.text(lang)) } dd { a href={"/fund/batches/" (follows)} { (follows) } }
            }
            @if batch.approvers > 0 { dt { (words::BATCH_ACT_APPROVE.text(lang)) } dd { (words::BATCH_APPROVALS.with(lang, &approved)) } }
            @if let Some(file) = &batch.file { dt { (words::BATCH_FILE.text(lang)) } dd { (short_hash(file.as_str())) } }
        }
        @if has_press && !batch.payments.is_empty() {
            p { a href={"/fund/batches/" (batch.id) "/summary.pdf"} { (words::SUMMARY_TITLE.text(lang)) " · " (words::PRINT_PDF.text(lang)) } }
        }
        @let in_force = batch.file.as_ref().is_some_and(|file| files.iter().any(|row| row.sha256 == file.as_str()));
        @if in_force && visit.may(Permission::SendBatch) {
            p { a.btn href={"/fund/batches/" (batch.id) "/file"} { (words::BATCH_FETCH.text(lang)) } }
        }
    }
}

/// The acts that lead on from where it stands, with what each needs and its word.
fn acts(batch: &Batch) -> Vec<(&'static str, Word, Permission)> {
    use Permission::{CheckBatch, MakeBatch, SendBatch};
    let abort = ("abort", words::BATCH_ACT_ABORT, MakeBatch);
    let mut acts = match batch.state {
        BatchState::Open if batch.payments.is_empty() => vec![abort],
        BatchState::Open => vec![("lock", words::BATCH_ACT_LOCK, MakeBatch), abort],
        BatchState::Locked if batch.file.is_none() && batch.goes_by_bank() => {
            vec![("file", words::BATCH_ACT_FILE, MakeBatch), abort]
        }
        BatchState::Locked => vec![("submit", words::BATCH_ACT_SUBMIT, MakeBatch), abort],
        BatchState::InApproval => {
            vec![
                ("approve", words::BATCH_ACT_APPROVE, CheckBatch),
                ("reject", words::BATCH_ACT_REJECT, CheckBatch),
                abort,
            ]
        }
        BatchState::InAuthorisation => {
            vec![
                ("release", words::BATCH_ACT_RELEASE, CheckBatch),
                ("reject", words::BATCH_ACT_REJECT, CheckBatch),
                abort,
            ]
        }
        BatchState::Released => vec![("send", words::BATCH_ACT_SEND, SendBatch), abort],
        BatchState::Finished => vec![("close", words::BATCH_ACT_CLOSE, CheckBatch)],
        BatchState::Sent | BatchState::Reconciling | BatchState::Closed | BatchState::Aborted => Vec::new(),
    };
    if batch.is_stopped() {
        acts.insert(0, ("settle", words::BATCH_ACT_SETTLE, CheckBatch));
    }
    acts
}

fn next(batch: &Batch, visit: &Visit) -> Result<Markup, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let open: Vec<_> =
        acts(batch).into_iter().filter(|(_, _, needed)| scope.allows(*needed, Some(&batch.region))).collect();
    let takes_answers = batch.state.is_sent() && scope.allows(Permission::SendBatch, Some(&batch.region));
    Ok(html! {
        @if open.is_empty() && !takes_answers { p.quiet { (words::BATCH_NEXT_NONE.text(lang)) } }
        @for (key, word, _) in open {
            form method="post" action={"/fund/batches/" (batch.id) "/act"} {
                (form_token(visit))
                input type="hidden" name="act" value=(key);
                input type="hidden" name="version" value=(batch.version);
                input type="hidden" name="sha256" value=(batch.file.as_ref().map_or("", |file| file.as_str()));
                @if ["reject", "abort"].contains(&key) {
                    div.field {
                        label.form-label for={(key) "-why"} { (words::BATCH_WHY.text(lang)) }
                        input.form-control #{(key) "-why"} name="why" required autocomplete="off";
                    }
                    button.btn type="submit" { (word.text(lang)) }
                } @else { button.btn.btn-primary type="submit" { (word.text(lang)) } }
            }
        }
        @if takes_answers { (answer_form(batch, visit)) }
    })
}

fn answer_form(batch: &Batch, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        form method="post" enctype="multipart/form-data" action={"/fund/batches/" (batch.id) "/answer"} {
            (form_token(visit))
            div.field {
                label.form-label for="answer" { (words::BATCH_ANSWER_FILE.text(lang)) }
                input.form-control #answer name="answer" type="file" accept=".csv,.xlsx" required;
            }
            button.btn type="submit" { (words::BATCH_ANSWER.text(lang)) }
        }
    }
}

fn add_form(batch: &Batch, payable: &[PayableRow], faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    if payable.is_empty() {
        return html! { p.quiet { (words::BATCH_ADD_NONE.text(lang)) } };
    }
    let listed = payable.iter().take(usize::from(ROWS_OF_A_PAGE));
    let choices: Vec<(String, String)> =
        listed.map(|row| (row.line.id.to_string(), format!("{} · {}", row.line.id, row.line.amount))).collect();
    let named = |all: Vec<(&str, shukun_base::Text)>| -> Vec<(String, String)> {
        all.into_iter().map(|(key, text)| (key.to_owned(), text.in_lang(lang).to_owned())).collect()
    };
    let channels = named(Channel::ALL.iter().map(|channel| (channel.key(), channel.text())).collect());
    let purposes = named(Purpose::ALL.iter().map(|purpose| (purpose.key(), purpose.text())).collect());
    html! {
        form method="post" action={"/fund/batches/" (batch.id) "/add"} {
            (form_token(visit))
            input type="hidden" name="version" value=(batch.version);
            (checks(&Input::text("line", words::BATCH_LINE.text(lang)), &choices, &[], faults, lang))
            @if payable.len() > choices.len() {
                @let figures = [payable.len(), choices.len()].map(|figure| figure.to_string());
                @let [all, listed] = &figures;
                @let all = words::BATCH_ADD_ALL.with(lang, &[("n", all.as_str()), ("shown", listed)]);
                (checks(&Input::text("all", words::BATCH_ADD_MORE.text(lang)), &[("yes".to_owned(), all)], &[], faults, lang))
            }
            (select(&Input::text("channel", words::BATCH_CHANNEL.text(lang)), &channels, faults, lang))
            (select(&Input::text("purpose", words::BATCH_PURPOSE.text(lang)), &purposes, faults, lang))
            button.btn.btn-primary type="submit" { (words::BATCH_ADD.text(lang)) }
        }
    }
}

fn payee_form(batch: &Batch, shown: &Shown<'_>, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let by_bank = shown.payments.iter().filter(|payment| payment.of.channel == Channel::Bank);
    let lines: Vec<(String, String)> =
        by_bank.map(|payment| (payment.of.line.to_string(), payment.of.line.to_string())).collect();
    if lines.is_empty() {
        return html! { p.quiet { (words::BATCH_LINES_EMPTY.text(lang)) } };
    }
    let line = Input {
        hint: words::BATCH_ENTER_PAYEE_HINT.text(lang),
        ..Input::text("payee_line", words::BATCH_LINE.text(lang))
    };
    let account = Input { kind: "numeric", ..Input::text("account", words::BATCH_PAYEE_ACCOUNT.text(lang)) };
    let bank = Input { is_required: false, ..Input::text("bank", words::BATCH_PAYEE_BANK.text(lang)) };
    html! {
        form method="post" action={"/fund/batches/" (batch.id) "/payee"} {
            (form_token(visit))
            (select(&line, &lines, faults, lang))
            (input(&Input::text("name", words::BATCH_PAYEE_NAME.text(lang)), faults, lang))
            (input(&account, faults, lang))
            (input(&bank, faults, lang))
            button.btn type="submit" { (words::BATCH_ENTER_PAYEE.text(lang)) }
        }
    }
}

/// The word of an act, as its button says it.
fn act_word(act: &Act) -> Option<Word> {
    Some(match act {
        Act::Open { .. } => words::BATCH_BEGIN,
        Act::Add { .. } => words::BATCH_ADD,
        Act::Lock { .. } => words::BATCH_ACT_LOCK,
        Act::MakeFile { .. } => words::BATCH_ACT_FILE,
        Act::Submit { .. } => words::BATCH_ACT_SUBMIT,
        Act::Approve { .. } => words::BATCH_ACT_APPROVE,
        Act::Lapse => words::BATCH_LAPSED,
        Act::Reject { .. } => words::BATCH_ACT_REJECT,
        Act::Release { .. } => words::BATCH_ACT_RELEASE,
        Act::Send { .. } => words::BATCH_ACT_SEND,
        Act::ChangePayee { .. } => words::BATCH_PAYEE_CHANGED,
        Act::SettlePayee { .. } => words::BATCH_ACT_SETTLE,
        Act::Abort { .. } => words::BATCH_ACT_ABORT,
        Act::Close => words::BATCH_ACT_CLOSE,
        _ => return None,
    })
}

/// An answer is told by where it took its payment.
fn told(act: &Recorded, lang: shukun_base::Lang) -> String {
    let state = match &act.act {
        Act::Pay { .. } => PaymentState::Paid,
        Act::Fail { .. } => PaymentState::Failed,
        Act::Return { .. } => PaymentState::Returned,
        Act::Reissue { .. } => PaymentState::Reissued,
        Act::Reverse { .. } | Act::Recover { .. } => PaymentState::Reversed,
        Act::Remove { .. } => PaymentState::Pending,
        other => return act_word(other).map_or_else(String::new, |word| word.text(lang).to_owned()),
    };
    state.text().in_lang(lang).to_owned()
}

fn history(view: &BatchView, names: &[(AccountId, String)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let name = |by: &str| {
        names.iter().find(|(id, _)| id.as_str() == by).map_or_else(|| by.to_owned(), |(_, name)| name.clone())
    };
    let shown = view.acts.iter().rev().filter(|(_, act)| !matches!(act.act, Act::Hold { .. })).take(100);
    html! {
        ol.acts {
            @for (at, act) in shown {
                li {
                    span.quiet { (format::moment(*at, lang)) }
                    div { b { (told(act, lang)) } @if act.act != Act::Lapse { " " span.quiet { (words::BATCH_BY.text(lang)) " " (name(act.by.as_str())) } } }
                }
            }
        }
    }
}
