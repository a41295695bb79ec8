//! Statements on both engines: drawn up by one, published by another, and every figure that is not a plain sum by hand.

use jiff::civil::date;
use sea_orm::ConnectionTrait as _;
use shukun_base::{ContentHash, Fen, Masked};
use shukun_fund::giving::{DonorKind, Earmark, NewDonor, Showing};
use shukun_fund::ledger::{AccountCode, BusinessKey, NewTransfer, PayableLine, TransferCode, Voucher};
use shukun_fund::publishing::{DaysToPay, Hidden, Source};
use shukun_fund::{DonorId, GiftId};

use super::*;
use crate::fund::ledger::testing::{book, books, keepers, line, opening, relief, resolve, single, voucher};
use crate::testing::{at, on_both, region};
use crate::wall::OwnWork::Backup;

pub(super) fn id(id: &str) -> PublicationId {
    PublicationId::new(id).unwrap()
}

pub(super) fn code(error: StoreError) -> String {
    error.code.to_owned()
}

/// A county book with relief paid to three households, March closed.
pub(super) async fn paid(store: &Store) -> Vec<Scope> {
    let people = keepers(store).await;
    books(store, &people[0]).await;
    let mut vouchers: Vec<Voucher> = vec![opening()];
    for number in 1..=3 {
        let line = line(number);
        resolve(store, &line).await;
        vouchers.push(relief(&format!("relief-{number}"), &line, &[("unrestricted", 300)], None));
    }
    vouchers.push(voucher("fee", vec![single("fee-1", "county", "bank-fee", "bank:main", 2)]));
    for voucher in vouchers {
        store.post_voucher(&people[1], &voucher, at(2)).await.unwrap();
    }
    let close = "UPDATE books SET closed_through = '2026-03-31' WHERE book_id = 'county'";
    store.own(Backup).execute_unprepared(close).await.unwrap();
    people
}

const MARCH: (Day, Day) = (date(2026, 3, 1), date(2026, 3, 31));

#[test]
fn one_draws_up_and_another_publishes_what_the_books_say() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let (maker, checker) = (&people[0], &people[1]);
        let county = book("county");
        let drawn = store.draft_publication(maker, (&id("p-1"), &county), MARCH, at(3)).await.unwrap();
        assert_eq!((drawn.paid(), drawn.fees, drawn.closing), (Fen(900), Fen(2), Fen(348)));
        assert_eq!((drawn.reserve, drawn.households), (Fen(50), None));
        assert_eq!(drawn.payouts[0].hidden, Some(Hidden::TooFew));
        // The books' own balances at the same cut: I14.
        let accounts = store.balances(maker, &county).await.unwrap();
        let bank: Fen = accounts.iter().filter(|row| row.code.as_str() == "bank:main").map(|row| row.balance()).sum();
        let owed = accounts.iter().filter(|row| row.code.as_str().starts_with("approved-unpaid"));
        assert_eq!(bank - owed.map(|row| row.balance()).sum::<Fen>(), drawn.closing);
        assert_eq!(store.draft_publication(maker, (&id("p-1"), &county), MARCH, at(4)).await.unwrap(), drawn);
        assert_eq!(code(store.publish(maker, &id("p-1"), at(4)).await.unwrap_err()), "store-publication-own");
        assert!(store.publications().await.unwrap().is_empty());
        for _ in 0..2 {
            store.publish(checker, &id("p-1"), at(5)).await.unwrap();
        }
        let published = store.publications().await.unwrap();
        assert_eq!(published.iter().map(|one| &one.statement).collect::<Vec<_>>(), [&drawn]);
        let again = store.draft_publication(maker, (&id("p-2"), &county), MARCH, at(6)).await;
        assert_eq!(code(again.unwrap_err()), "store-publication-period");
        for statement in ["UPDATE publications SET body = ''", "DELETE FROM publications"] {
            assert!(store.own(Backup).execute_unprepared(statement).await.is_err(), "{statement}");
        }
    });
}

#[test]
fn open_months_strangers_and_forged_drafts_are_refused() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let county = book("county");
        let april = (date(2026, 3, 1), date(2026, 4, 30));
        let open = store.draft_publication(&people[0], (&id("p-1"), &county), april, at(3)).await;
        assert_eq!(code(open.unwrap_err()), "store-publication-open");
        let elsewhere = store.draft_publication(&people[4], (&id("p-1"), &county), MARCH, at(3)).await;
        assert_eq!(code(elsewhere.unwrap_err()), "store-not-found");
        store.draft_publication(&people[0], (&id("p-1"), &county), MARCH, at(3)).await.unwrap();
        assert!(store.publication_draft(&people[4], &id("p-1")).await.is_err());
        let forge = "UPDATE publication_drafts SET body = REPLACE(body, '\"closing\":348', '\"closing\":349')";
        store.own(Backup).execute_unprepared(forge).await.unwrap();
        let forged = store.publish(&people[1], &id("p-1"), at(4)).await;
        assert_eq!(code(forged.unwrap_err()), "store-publication-sum");
        let same = "UPDATE publication_drafts SET checked_by = made_by";
        assert!(store.own(Backup).execute_unprepared(same).await.is_err());
    });
}

#[test]
fn a_head_is_kept_with_the_figures() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let drawn = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(3)).await.unwrap();
        let row = store.book(&people[0], &book("county")).await.unwrap();
        assert_eq!(Some(drawn.ledger_head), ContentHash::new(&row.head));
        assert_eq!(i64::try_from(drawn.ledger_seq).ok(), Some(row.sequence));
    });
}

/// A line of ten fen for a person of this key, with a case or without.
async fn ten_fen(store: &Store, number: u32, person: &str, case: Option<&str>) -> PayableLine {
    let key = BusinessKey::parse(&format!("charity_relief|{person}|2026|c{number}|t1|1")).unwrap();
    let line = PayableLine { amount: Fen(10), business_key: key, ..line(number) };
    let case = case.map_or_else(|| "NULL".to_owned(), |case| format!("'{case}'"));
    for text in [
        "INSERT INTO resolutions (resolution_id, book_id, number, decided_on, recorded_by, recorded_at)
            VALUES ('county-r1', 'county', '示例1号', '2026-03-01', 'test', 0) ON CONFLICT DO NOTHING"
            .to_owned(),
        format!(
            "INSERT INTO resolution_lines (line_id, resolution_id, book_id, case_id, person_key, business_key, programme, area,
                classes, amount_fen, state) VALUES ('{}', 'county-r1', 'county', {case}, '{person}', '{}', 'charity_relief', '{}',
                '', 10, 'approved')",
            line.id, line.business_key, line.area
        ),
    ] {
        store.own(Backup).execute_unprepared(&text).await.unwrap();
    }
    line
}

/// Relief of ten fen for: two cases of one household, two people of another who have no case, and so many strangers; with
/// the bank's answers, half of the strangers ten days after the resolution and everybody else one day after. March is closed.
pub(super) async fn counted(store: &Store, strangers: u32) -> Vec<Scope> {
    let people = keepers(store).await;
    books(store, &people[0]).await;
    store.post_voucher(&people[1], &opening(), at(2)).await.unwrap();
    let own = store.own(Backup);
    for (case, status) in [("case-1", "closed"), ("case-2", "detected")] {
        let text = format!(
            "INSERT INTO cases (case_id, household_id, region, version, round, status, flags, burden_fen, returns, opened_at,
                status_since, last_at) VALUES ('{case}', '501', '330381001001', 1, 1, '{status}', '', 0, 0, 0, 0, 0)"
        );
        own.execute_unprepared(&text).await.unwrap();
    }
    for person in [601, 602] {
        let text = format!(
            "INSERT INTO people (person_id, household_id, region, name, id_number, id_number_index, sealed_version, updated_at)
                VALUES ('{person}', '77', '330381001001', '', '', '', 1, 0)"
        );
        own.execute_unprepared(&text).await.unwrap();
    }
    let known =
        |number: u32| crate::chance::hex(&store.keys.index("fund_person", number.to_string().as_bytes()).unwrap());
    let mut lines = vec![
        (ten_fen(store, 1, "p1", Some("case-1")).await, 2),
        (ten_fen(store, 2, "p2", Some("case-2")).await, 2),
        (ten_fen(store, 3, &known(601), None).await, 2),
        (ten_fen(store, 4, &known(602), None).await, 2),
    ];
    for number in 0..strangers {
        let late = if number % 2 == 0 { 11 } else { 2 };
        lines.push((ten_fen(store, 10 + number, &format!("q{number}"), None).await, late));
    }
    for (line, answered) in &lines {
        let voucher = relief(&format!("relief-{}", line.id), line, &[("unrestricted", 10)], None);
        store.post_voucher(&people[1], &voucher, at(3)).await.unwrap();
        let sent = single(&format!("sent-{}", line.id), "county", "in-transit:b1", "bank:main", 10);
        let mut settled =
            single(&format!("settled-{}", line.id), "county", "approved-unpaid:charity_relief", "in-transit:b1", 10);
        settled.code = TransferCode::Settled;
        settled.line = Some(line.id.clone());
        let paid = voucher_on(&format!("paid-{}", line.id), *answered, vec![sent, settled]);
        store.post_voucher(&people[1], &paid, at(3)).await.unwrap();
    }
    let close = "UPDATE books SET closed_through = '2026-03-31' WHERE book_id = 'county'";
    own.execute_unprepared(close).await.unwrap();
    people
}

fn voucher_on(id: &str, day: i8, transfers: Vec<NewTransfer>) -> Voucher {
    Voucher { effective: date(2026, 3, day), ..voucher(id, transfers) }
}

pub(super) async fn published(store: &Store, people: &[Scope]) -> PublicationId {
    store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(4)).await.unwrap();
    store.publish(&people[1], &id("p-1"), at(5)).await.unwrap();
    id("p-1")
}

#[test]
fn a_household_counts_once_whatever_it_has_of_cases_and_members() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = counted(&store, 9).await;
        let drawn = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(4)).await.unwrap();
        assert_eq!((drawn.paid(), drawn.households), (Fen(130), Some(11)));
        let cell = &drawn.payouts[0].cells[0];
        assert_eq!((cell.households, cell.amount, cell.area.key().as_str()), (11, Fen(130), "330381001001"));
        assert_eq!(cell.month.map(|month| month.to_string()).as_deref(), Some("2026-03"));
        // Sorted: six of one day, five of ten.
        assert_eq!(drawn.days_to_pay, Some(DaysToPay { p50: 1, p90: 10 }));
    });
}

#[test]
fn one_household_less_and_nothing_is_told_of_households() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = counted(&store, 8).await;
        let drawn = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(4)).await.unwrap();
        assert_eq!((drawn.paid(), drawn.households, drawn.days_to_pay), (Fen(120), None, None));
        assert_eq!((drawn.payouts[0].cells.len(), drawn.payouts[0].hidden), (0, Some(Hidden::TooFew)));
        assert_eq!(drawn.reconciled_to, None);
    });
}

#[test]
fn figures_that_could_be_subtracted_from_published_ones_are_refused() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = counted(&store, 9).await;
        let own = store.own(Backup);
        let rows = all(&own, RELIEF_OF_SOME, values![]).await.unwrap();
        let some: Vec<String> = rows.iter().map(|row| row.get("transfer_id").unwrap()).collect();
        assert_eq!(some.len(), 5);
        let set = PublishedSet { payments: some.into_iter().map(|id| (id.clone(), id)).collect() };
        let set = serde_json::to_string(&set).unwrap();
        for text in [
            "INSERT INTO publications VALUES ('p-0', 'county', '2026-02-01', '2026-02-28', '', 0, '', 0)".to_owned(),
            format!("INSERT INTO publication_sets VALUES ('p-0', 0, 'county', '{set}')"),
        ] {
            own.execute_unprepared(&text).await.unwrap();
        }
        let near = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(4)).await;
        assert_eq!(code(near.unwrap_err()), "store-publication-near");
    });
}

const RELIEF_OF_SOME: crate::sql::Sql =
    crate::sql::Sql("SELECT transfer_id FROM transfers WHERE code = 'payout' ORDER BY sequence DESC LIMIT 5");

#[test]
fn the_bank_agrees_up_to_the_day_before_the_first_thing_open() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let own = store.own(Backup);
        let asked = async |name: &str| {
            let of = (&id(name), &book("county"));
            store.draft_publication(&people[0], of, MARCH, at(4)).await.unwrap().reconciled_to
        };
        assert_eq!(asked("p-1").await, None, "no statement was read");
        let file = "INSERT INTO statement_files VALUES ('county', 'f', 'bank:main', NULL, '2026-03-20', 1, 'a', 0)";
        own.execute_unprepared(file).await.unwrap();
        assert_eq!(asked("p-2").await, Some(date(2026, 3, 1)), "the opening and the fee of the second are open");
        for (at, row) in (0..).zip(all(&own, BANK_OF_ALL, values![]).await.unwrap()) {
            let transfer: String = row.get("transfer_id").unwrap();
            for text in [
                format!(
                    "INSERT INTO statement_lines VALUES ('s{at}', 'county', 'bank:main', 'f', {at}, '2026-03-02', 1, NULL, '',
                        NULL, '', 0)"
                ),
                format!("INSERT INTO statement_matches VALUES ('s{at}', '{transfer}', 'by_hand', 'a', 0)"),
            ] {
                own.execute_unprepared(&text).await.unwrap();
            }
        }
        assert_eq!(asked("p-3").await, Some(date(2026, 3, 20)));
        let line = "INSERT INTO statement_lines VALUES ('open', 'county', 'bank:main', 'f', 99, '2026-03-15', 1, NULL, '', NULL, '', 0)";
        own.execute_unprepared(line).await.unwrap();
        assert_eq!(asked("p-4").await, Some(date(2026, 3, 14)));
        // What was drawn up when the bank agreed further is not published now.
        let stale = store.publish(&people[1], &id("p-3"), at(5)).await;
        assert_eq!(code(stale.unwrap_err()), "store-publication-sum");
        store.publish(&people[1], &id("p-2"), at(5)).await.unwrap();
        let shown = store.publications().await.unwrap();
        assert_eq!(shown[0].statement.reconciled_to, Some(date(2026, 3, 1)), "as the second person saw it");
    });
}

const BANK_OF_ALL: crate::sql::Sql = crate::sql::Sql(
    "SELECT transfer_id FROM transfers WHERE debit = 'bank:main' OR credit = 'bank:main' ORDER BY sequence",
);

#[test]
fn a_draft_is_withdrawn_with_a_reason_and_not_published_after() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let draft = async |name: &str| {
            store.draft_publication(&people[0], (&id(name), &book("county")), MARCH, at(3)).await.unwrap();
            id(name)
        };
        let (reason, name) = (Note::new("期间选错").unwrap(), Note::new("退给肺癌家庭核对").unwrap());
        let first = draft("p-1").await;
        let leak = store.withdraw_publication(&people[0], &first, &name, at(4)).await;
        assert_eq!(code(leak.unwrap_err()), "store-publication-leak");
        for _ in 0..2 {
            store.withdraw_publication(&people[0], &first, &reason, at(4)).await.unwrap();
        }
        assert_eq!(code(store.publish(&people[1], &first, at(5)).await.unwrap_err()), "store-publication-done");
        let drafts = store.publication_drafts(&people[2]).await.unwrap();
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].state, PublicationState::Refused);
        assert_eq!(drafts[0].withdrawn.as_ref().map(|(words, _)| words), Some(&reason));
        let second = draft("p-2").await;
        store.publish(&people[1], &second, at(5)).await.unwrap();
        let late = store.withdraw_publication(&people[0], &second, &reason, at(6)).await;
        assert_eq!(code(late.unwrap_err()), "store-publication-done");
        assert!(store.publication_drafts(&people[4]).await.unwrap().is_empty(), "not elsewhere");
        store.verify_audit(None).await.unwrap();
    });
}

#[test]
fn donors_stand_there_by_their_own_wish_and_the_others_as_a_sum() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let own = store.own(Backup);
        own.execute_unprepared("UPDATE books SET closed_through = '' WHERE book_id = 'county'").await.unwrap();
        for (kind, showing, name, fen) in [
            (DonorKind::Organisation, Showing::Name, "测试商会", 500),
            (DonorKind::Individual, Showing::Name, "张三丰", 70),
            (DonorKind::Individual, Showing::Alias, "一位医生", 30),
            (DonorKind::Individual, Showing::Anonymous, "", 4),
            (DonorKind::Organisation, Showing::Alias, "第13800000000号", 6),
        ] {
            give(&store, &people[0], (kind, showing, name), fen).await;
        }
        own.execute_unprepared("UPDATE books SET closed_through = '2026-03-31' WHERE book_id = 'county'")
            .await
            .unwrap();
        let drawn = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(4)).await.unwrap();
        let names: Vec<&str> = drawn.donors.named.iter().map(|name| name.as_str()).collect();
        assert_eq!(names, ["一位医生", "测试商会"]);
        assert_eq!((drawn.donors.named_amount, drawn.donors.unnamed), (Fen(530), 3));
        assert_eq!(drawn.donors.unnamed_amount, Fen(80));
        assert!(drawn.receipts.contains(&(Source::Donation, Fen(610))), "{:?}", drawn.receipts);
        let body = serde_json::to_string(&drawn).unwrap() + &drawn.csv(&[]);
        assert!(!body.contains("张") && !body.contains("1380"), "{body}");
    });
}

async fn give(store: &Store, scope: &Scope, (kind, showing, name): (DonorKind, Showing, &str), fen: i64) {
    let donor_id = DonorId::new(&format!("donor-{fen}")).unwrap();
    let (name, alias) = if showing == Showing::Alias { ("", name) } else { (name, "") };
    let donor = NewDonor {
        kind,
        showing,
        name: Masked::new(name.to_owned()),
        alias: alias.to_owned(),
        heads: None,
        contact: None,
    };
    let entry = crate::DonorEntry { donor_id: donor_id.clone(), region: region("330381"), donor };
    store.add_donor(scope, &entry, at(3)).await.unwrap();
    let gift = crate::NewGift {
        gift_id: GiftId::new(&format!("gift-{fen}")).unwrap(),
        book: book("county"),
        donor: donor_id,
        campaign: None,
        unit: None,
        received_on: date(2026, 3, 2),
        amount: Fen(fen),
        bank: AccountCode::new("bank:main").unwrap(),
        aim: crate::Aim::Earmark(Earmark::default()),
        source: String::new(),
    };
    store.record_gift(scope, &gift, at(3)).await.unwrap();
}
