//! The payments of a batch on its page: a hundred at a time, all of them or those of one state, or the one that is looked for. The
//! forms of the page are about the payments that it shows.

use maud::{Markup, html};
use serde::Deserialize;
use shukun_casework::authority::Permission;
use shukun_fund::paying::{Batch, Channel, Payment, PaymentState};
use shukun_store::ROWS_OF_A_PAGE;

use crate::format;
use crate::ui::field::{Input, input};
use crate::ui::pager::pager;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Which of them somebody asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    /// Something was just done.
    pub done: String,
    state: String,
    find: String,
    from: usize,
}

/// A page of them.
pub(super) struct Shown<'a> {
    part: &'a Part,
    /// What stands on the page.
    pub payments: Vec<&'a Payment>,
    goes_on: bool,
}

impl Part {
    pub fn of<'a>(&'a self, batch: &'a Batch) -> Shown<'a> {
        let state = PaymentState::find(&self.state);
        let find = self.wanted();
        let is_asked_for = |payment: &&Payment| {
            state.is_none_or(|state| payment.state == state)
                && (payment.of.line.as_str().contains(&find) || payment.of.id.as_str().contains(&find))
        };
        let page = usize::from(ROWS_OF_A_PAGE);
        let mut payments: Vec<&Payment> =
            batch.payments.iter().filter(is_asked_for).skip(self.from).take(page + 1).collect();
        let goes_on = payments.len() > page;
        payments.truncate(page);
        Shown { part: self, payments, goes_on }
    }

    /// What is looked for, of the letters that a number of ours has: it stands in addresses.
    fn wanted(&self) -> String {
        let is_of_id = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-' || *letter == '_';
        self.find.chars().filter(is_of_id).collect()
    }

    fn path(&self, batch: &Batch, from: usize) -> String {
        let state = PaymentState::find(&self.state).map_or("", PaymentState::key);
        let asked = [("state", state.to_owned()), ("find", self.wanted()), ("from", from.to_string())];
        let query: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("/fund/batches/{}?{}", batch.id, query.join("&"))
    }
}

pub(super) fn payments(batch: &Batch, shown: &Shown<'_>, visit: &Visit) -> Markup {
    let lang = visit.lang;
    if batch.payments.is_empty() {
        return html! { p.quiet { (words::BATCH_LINES_EMPTY.text(lang)) } };
    }
    let (part, page) = (shown.part, usize::from(ROWS_OF_A_PAGE));
    let first = (part.from > 0).then(|| part.path(batch, 0));
    let next = shown.goes_on.then(|| part.path(batch, part.from + page));
    html! {
        @if batch.payments.len() > page { (chooser(batch, part, visit)) }
        @if shown.payments.is_empty() { p.quiet { (words::BATCH_FIND_NONE.text(lang)) } }
        @else { (rows(&shown.payments, visit)) }
        (pager(first.as_deref(), next.as_deref(), lang))
    }
}

/// How many are where, each a way to them, and a field for the one that is looked for.
fn chooser(batch: &Batch, part: &Part, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let count = |state: PaymentState| batch.payments.iter().filter(|payment| payment.state == state).count();
    let states = PaymentState::ALL.iter().map(|state| (*state, count(*state))).filter(|(_, count)| *count > 0);
    let (all, wanted) = (batch.payments.len().to_string(), part.wanted());
    html! {
        p {
            a href={"/fund/batches/" (batch.id)} { (words::BATCH_PART_ALL.with(lang, &[("n", all.as_str())])) }
            @for (state, count) in states {
                " · " a href={"/fund/batches/" (batch.id) "?state=" (state.key())} { (state.text().in_lang(lang)) " " (count) }
            }
        }
        form method="get" action={"/fund/batches/" (batch.id)} {
            @let find = Input { value: &wanted, is_required: false, ..Input::text("find", words::BATCH_FIND.text(lang)) };
            (input(&find, &Vec::new(), lang))
            button.btn type="submit" { (words::BATCH_FIND_GO.text(lang)) }
        }
    }
}

fn rows(payments: &[&Payment], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::BATCH_LINE.text(lang)),
        Column::number(words::BATCH_AMOUNT.text(lang)),
        Column::words(words::BATCH_STATE.text(lang)),
        Column::words(words::BATCH_CHANNEL.text(lang)),
        Column::words(words::BATCH_PAYEE.text(lang)),
        Column::words(words::BATCH_REASON.text(lang)),
    ];
    let rows = html! {
        @for payment in payments {
            @let payee = match (&payment.changed, &payment.payee) {
                (Some(_), _) => words::BATCH_PAYEE_CHANGED,
                (None, Some(_)) => words::BATCH_PAYEE_HAS,
                (None, None) => words::BATCH_PAYEE_NONE,
            };
            tr {
                th scope="row" { (payment.of.line) br; span.quiet { (payment.of.id) } }
                td.number { (payment.of.amount) }
                td {
                    (payment.state.text().in_lang(lang))
                    @if payment.state == PaymentState::Paid && visit.may(Permission::MakeBatch) {
                        br; a href={"/fund/slips/" (payment.of.line)} { (words::SLIP.text(lang)) }
                    }
                }
                td { (payment.of.channel.text().in_lang(lang)) " · " (payment.of.purpose.text().in_lang(lang)) }
                td { @if payment.of.channel == Channel::Bank { (payee.text(lang)) } }
                td {
                    @if let Some(reason) = payment.reason { (reason.text().in_lang(lang)) }
                    @if let Some(again) = &payment.again_in { " → " a href={"/fund/batches/" (again)} { (again) } }
                    @if payment.state == PaymentState::Paid { @if let Some(day) = payment.answered_on { (format::day(day, lang)) } }
                }
            }
        }
    };
    table(words::BATCH_LINES.text(lang), &columns, &rows)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shukun_base::{ActorId, Fen, RegionCode};
    use shukun_fund::ledger::{BusinessKey, ProgrammeKey};
    use shukun_fund::paying::{Act, BatchKind, NewPayment, PaymentId, Purpose, Recorded};
    use shukun_fund::{BatchId, BookId, CaseId, LineId};

    use super::*;

    fn new_payment(number: u32) -> NewPayment {
        NewPayment {
            id: PaymentId::new(&format!("p-{number:03}")).unwrap(),
            line: LineId::new(&format!("line-{number:03}")).unwrap(),
            case: CaseId::new("case-1").unwrap(),
            key: BusinessKey::parse(&format!("charity_relief|p{number}|2026|c1|t1|1")).unwrap(),
            amount: Fen(300),
            purpose: Purpose::CharityRelief,
            channel: Channel::Bank,
            again: None,
        }
    }

    fn batch_of(count: u32) -> Batch {
        let open = Act::Open {
            book: BookId::new("county").unwrap(),
            region: RegionCode::new("330381").unwrap(),
            programme: ProgrammeKey::new("charity_relief").unwrap(),
            kind: BatchKind::First,
            follows: None,
        };
        let by = ActorId::new("maker").unwrap();
        let recorded = |sequence, act| Recorded { sequence, by: by.clone(), on: date(2026, 3, 1), act };
        let mut batch = Batch::opened(&BatchId::new("b-1").unwrap(), &recorded(1, open)).unwrap();
        batch.apply(&recorded(2, Act::Add { payments: (0..count).map(new_payment).collect() })).unwrap();
        batch
    }

    #[test]
    fn every_payment_stands_on_one_page_and_the_way_leads_through_all() {
        let batch = batch_of(250);
        let (mut seen, mut from) = (Vec::new(), 0);
        loop {
            let part = Part { from, ..Part::default() };
            let shown = part.of(&batch);
            assert!(shown.payments.len() <= usize::from(ROWS_OF_A_PAGE));
            seen.extend(shown.payments.iter().map(|payment| payment.of.id.clone()));
            if !shown.goes_on {
                break;
            }
            from += shown.payments.len();
        }
        assert_eq!(seen, batch.payments.iter().map(|payment| payment.of.id.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn one_is_found_by_its_number_and_those_of_a_state_by_it() {
        let mut batch = batch_of(250);
        batch.payments[170].state = PaymentState::Failed;
        let shown = |state: &str, find: &str| {
            let part = Part { state: state.to_owned(), find: find.to_owned(), ..Part::default() };
            part.of(&batch).payments.iter().map(|payment| payment.of.line.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(shown("failed", ""), ["line-170"]);
        assert_eq!(shown("", " line-203\u{201d}"), ["line-203"]);
        assert_eq!(shown("", "p-099"), ["line-099"]);
        assert_eq!(shown("failed", "p-099"), Vec::<String>::new());
        let part = Part { find: "p-0&from=9".to_owned(), ..Part::default() };
        assert_eq!(part.path(&batch, 100), "/fund/batches/b-1?state=&find=p-0from9&from=100");
    }
}
