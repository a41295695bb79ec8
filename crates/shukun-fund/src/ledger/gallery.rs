//! Every refusal of the ledger, provoked.

use std::collections::BTreeSet;

use jiff::civil::date;
use shukun_base::{ActorId, Day, Fen, Note, RegionCode};

use super::model::{Model, ModelAccount, ModelBook, Outcome};
use super::*;
use crate::{BookId, LineId, ResolutionId, RestrictionId, TransferId, VoucherId};

fn book(id: &str) -> BookId {
    BookId::new(id).unwrap()
}

fn code(code: &str) -> AccountCode {
    AccountCode::new(code).unwrap()
}

fn day() -> Day {
    date(2026, 3, 2)
}

fn line(state: LineState) -> PayableLine {
    PayableLine {
        id: LineId::new("l1").unwrap(),
        book: book("county"),
        business_key: BusinessKey::parse("charity_relief|p1|2026|c1|t1|1").unwrap(),
        amount: Fen(300),
        area: RegionCode::new("330381001001").unwrap(),
        classes: vec![],
        state,
    }
}

fn cap(cap: i64) -> CapUse {
    let (person_key, programme) = (PersonKey::new("p1").unwrap(), ProgrammeKey::new("charity_relief").unwrap());
    CapUse { person_key, year: 2026, programme, cap: Fen(cap) }
}

/// 1,000 fen free of restriction, 200 for one town, 100 for another; 50 in the reserve.
fn model() -> Model {
    let mut model = Model::default();
    for name in ["county", "town"] {
        let mut accounts = std::collections::BTreeMap::new();
        for account in [
            "bank:main",
            "donation",
            "unrestricted",
            "pot:here",
            "pot:there",
            "reserve:2026",
            "relief:charity_relief",
            "approved-unpaid:charity_relief",
            "returned:closed-account",
            "due-to:town",
            "due-from:county",
            "pledge-promised",
            "pledge-due:p1",
        ] {
            let town =
                account.strip_prefix("pot:").map(|pot| (pot, if pot == "here" { "330381001" } else { "330381002" }));
            let restriction = town.map(|(id, area)| Restriction {
                id: RestrictionId::new(id).unwrap(),
                donor: None,
                purposes: vec![],
                area: RegionCode::new(area),
                classes: vec![],
                valid_from: date(2026, 1, 1),
                valid_to: None,
                on_expiry: OnExpiry::Release,
                priority: 0,
            });
            accounts.insert(code(account), ModelAccount { restriction, ..ModelAccount::default() });
        }
        model.books.insert(book(name), ModelBook { accounts, closed_through: Some(date(2026, 1, 31)) });
    }
    model.lines.insert(LineId::new("l1").unwrap(), line(LineState::Approved));
    let opening = [("unrestricted", 1_000), ("pot:here", 200), ("pot:there", 100), ("reserve:2026", 50)];
    let transfers = opening.map(|(to, amount)| single(&format!("open-{amount}"), "bank:main", to, amount));
    assert_eq!(model.post(&voucher("opening", transfers.to_vec())).unwrap(), Outcome::Posted);
    model
}

fn single(id: &str, debit: &str, credit: &str, amount: i64) -> NewTransfer {
    let id = TransferId::new(id).unwrap();
    NewTransfer::single(id, book("county"), (code(debit), code(credit)), Fen(amount), TransferCode::Correction)
}

fn voucher(id: &str, transfers: Vec<NewTransfer>) -> Voucher {
    Voucher {
        id: VoucherId::new(id).unwrap(),
        effective: day(),
        words: Note::new("测试").unwrap(),
        maker: ActorId::new("a").unwrap(),
        checker: ActorId::new("b"),
        transfers,
    }
}

fn relief(id: &str, shares: &[(&str, i64)], of: impl Fn(&mut Relief<'_>), line: &PayableLine) -> Voucher {
    let shares: Vec<_> = shares.iter().map(|(pot, share)| (code(pot), Fen(*share))).collect();
    let mut relief = Relief { line, shares: &shares, cap: None, rule_hash: None, held_until: None };
    of(&mut relief);
    let id = VoucherId::new(id).unwrap();
    voucher(id.as_str(), relief_transfers(&id, 1, &relief).unwrap())
}

fn held(id: &str) -> Voucher {
    relief(
        id,
        &[("pot:here", 200), ("unrestricted", 100)],
        |relief| relief.held_until = Some(date(2026, 4, 1)),
        &line(LineState::Approved),
    )
}

fn refused(model: &mut Model, voucher: &Voucher) -> LedgerCode {
    let before = model.clone();
    let refusal = model.post(voucher).unwrap_err();
    assert_eq!(*model, before, "a refusal changes nothing");
    let text = refusal.text();
    assert!(!text.zh.is_empty() && !text.en.is_empty());
    refusal.code
}

/// What is wrong with a voucher in itself.
#[test]
fn wrong_vouchers() {
    let mut seen = BTreeSet::new();
    let mut check = |expected: LedgerCode, voucher: Voucher| {
        assert_eq!(refused(&mut model(), &voucher), expected);
        seen.insert(expected);
    };
    let one = |transfer| voucher("v", vec![transfer]);
    let gift = || single("t", "bank:main", "donation", 1);
    check(LedgerCode::Empty, voucher("v", vec![]));
    check(LedgerCode::TransferTwice, voucher("v", vec![gift(), gift()]));
    check(LedgerCode::AmountNotPositive, one(NewTransfer { amount: Fen(0), ..gift() }));
    check(LedgerCode::AmountTooLarge, one(NewTransfer { amount: Fen(i64::MAX), ..gift() }));
    check(LedgerCode::SameAccount, one(single("t", "bank:main", "bank:main", 1)));
    check(LedgerCode::PhaseWithoutHold, one(NewTransfer { phase: Phase::Post, ..gift() }));
    check(LedgerCode::ExpiryMissing, one(NewTransfer { phase: Phase::Pending, ..gift() }));
    check(LedgerCode::ExpiryMissing, one(gift().held(date(2026, 3, 1))));
    check(LedgerCode::ExpiryMissing, one(NewTransfer { expires_on: Some(day()), ..gift() }));
    check(LedgerCode::PayoutWithoutLine, one(single("t", "unrestricted", "approved-unpaid:charity_relief", 1)));
    check(LedgerCode::PayoutWithoutLine, one(single("t", "unrestricted", "relief:charity_relief", 1)));
    check(LedgerCode::WithoutResolution, one(single("t", "reserve:2026", "unrestricted", 1)));
    check(LedgerCode::WithoutResolution, one(single("t", "pot:here", "pot:there", 1)));
    check(LedgerCode::SamePerson, Voucher { checker: ActorId::new("a"), ..one(gift()) });
    check(LedgerCode::BooksDoNotPair, one(single("t", "unrestricted", "due-to:town", 1)));
    check(LedgerCode::MemoWithMoney, one(single("t", "pledge-due:p1", "donation", 1)));
    let under = relief("v", &[("unrestricted", 299)], |_| {}, &line(LineState::Approved));
    check(LedgerCode::NotFunded, under);
    let resolved =
        NewTransfer { resolution: ResolutionId::new("r1"), ..single("t", "reserve:2026", "unrestricted", 1) };
    assert_eq!(model().post(&one(resolved)).unwrap(), Outcome::Posted);
    assert_eq!(seen.len(), 13);
}

/// What the books say of a voucher.
#[test]
fn refused_by_the_books() {
    let one = |transfer| voucher("v", vec![transfer]);
    let gift = || single("t", "bank:main", "donation", 1);
    let other_book = NewTransfer { book: book("nowhere"), ..gift() };
    assert_eq!(refused(&mut model(), &one(other_book)), LedgerCode::NoBook);
    assert_eq!(refused(&mut model(), &one(single("t", "bank:other", "donation", 1))), LedgerCode::NoAccount);
    let early = Voucher { effective: date(2026, 1, 31), ..one(gift()) };
    assert_eq!(refused(&mut model(), &early), LedgerCode::MonthClosed);
    assert_eq!(refused(&mut model(), &one(single("t", "unrestricted", "donation", 1_001))), LedgerCode::NotEnough);
    let corrects = NewTransfer { corrects: TransferId::new("none"), ..gift() };
    assert_eq!(refused(&mut model(), &one(corrects)), LedgerCode::NothingToCorrect);
    let mut books = model();
    assert_eq!(books.post(&one(gift())).unwrap(), Outcome::Posted);
    assert_eq!(books.post(&one(gift())).unwrap(), Outcome::Replayed);
    assert_eq!(refused(&mut books, &one(single("t", "bank:main", "donation", 2))), LedgerCode::VoucherTaken);
    assert_eq!(refused(&mut books, &voucher("w", vec![gift()])), LedgerCode::TransferTaken);
}

#[test]
fn refused_holds() {
    let mut books = model();
    let hold = held("hold");
    let post = |id: &str, amount| {
        let ends = hold.transfers.iter().enumerate().map(|(number, held)| {
            held.posted(TransferId::new(&format!("{id}-{number}")).unwrap(), Fen(held.amount.0.min(amount)))
        });
        voucher(id, ends.collect())
    };
    assert_eq!(refused(&mut books, &post("p", 300)), LedgerCode::NoHold);
    assert_eq!(books.post(&hold).unwrap(), Outcome::Posted);
    assert_eq!(books.free(&book("county"), &code("pot:here")), Fen(0));
    let early = Voucher { effective: date(2026, 3, 1), ..post("p", 300) };
    assert_eq!(refused(&mut books, &early), LedgerCode::NotAsHeld);
    let more =
        hold.transfers.iter().enumerate().map(|(number, held)| {
            held.posted(TransferId::new(&format!("m-{number}")).unwrap(), held.amount + held.amount)
        });
    assert_eq!(refused(&mut books, &voucher("m", more.collect())), LedgerCode::NotAsHeld);
    let mut part = post("part", 300);
    for (transfer, amount) in part.transfers.iter_mut().zip([150, 100, 250]) {
        transfer.amount = Fen(amount);
    }
    assert_eq!(books.post(&part).unwrap(), Outcome::Posted);
    assert_eq!(books.free(&book("county"), &code("pot:here")), Fen(50), "the rest is let go");
    assert_eq!(refused(&mut books, &post("again", 300)), LedgerCode::HoldResolved);
}

#[test]
fn refused_relief() {
    let approved = line(LineState::Approved);
    let whole = [("unrestricted", 300)];
    let mut books = model();
    let wrong_pot = relief("v", &[("unrestricted", 200), ("pot:there", 100)], |_| {}, &approved);
    assert_eq!(refused(&mut books, &wrong_pot), LedgerCode::RestrictionDoesNotFit);
    let more = PayableLine { amount: Fen(301), ..approved.clone() };
    assert_eq!(refused(&mut books, &relief("v", &[("unrestricted", 301)], |_| {}, &more)), LedgerCode::NoApprovedLine);
    for state in [LineState::Proposed, LineState::Blocked, LineState::Withdrawn, LineState::Paid] {
        let mut books = model();
        books.lines.insert(approved.id.clone(), line(state));
        assert_eq!(refused(&mut books, &relief("v", &whole, |_| {}, &approved)), LedgerCode::NoApprovedLine, "{state}");
    }
    assert_eq!(refused(&mut books, &relief("v", &whole, |of| of.cap = Some(cap(299)), &approved)), LedgerCode::OverCap);
    assert_eq!(books.post(&relief("v", &whole, |of| of.cap = Some(cap(300)), &approved)).unwrap(), Outcome::Posted);
    assert_eq!(refused(&mut books, &relief("w", &whole, |_| {}, &approved)), LedgerCode::PaidAlready);
    let again = |id: &str| {
        let payout = NewTransfer {
            line: Some(approved.id.clone()),
            business_key: Some(approved.business_key.issued(2)),
            ..single(&format!("{id}-1"), "returned:closed-account", "approved-unpaid:charity_relief", 300)
        };
        voucher(id, vec![payout])
    };
    let mut cheat = books.clone();
    let in_hand = single("x-1", "bank:main", "returned:closed-account", 300);
    assert_eq!(cheat.post(&voucher("x", vec![in_hand])).unwrap(), Outcome::Posted);
    assert_eq!(refused(&mut cheat, &again("y")), LedgerCode::PaidAlready, "nothing came back");
    let back = NewTransfer {
        corrects: TransferId::new("v-2"),
        ..single("back-1", "bank:main", "returned:closed-account", 300)
    };
    assert_eq!(books.post(&voucher("back", vec![back])).unwrap(), Outcome::Posted);
    assert_eq!(books.post(&again("again")).unwrap(), Outcome::Posted);
    assert_eq!(refused(&mut books, &again("third")), LedgerCode::PaidAlready);
}

#[test]
fn every_code_is_its_own_and_in_order() {
    let keys: BTreeSet<_> = LedgerCode::ALL.iter().map(|code| code.key()).collect();
    assert_eq!(keys.len(), LedgerCode::ALL.len());
    assert!(keys.iter().all(|key| key.len() == 4 && key.starts_with("L1")));
    let document = include_str!("../../../../docs/fund.md");
    for code in LedgerCode::ALL {
        let (what, mend) = (code.text(), code.mend());
        let row = format!("| {code} | {} | {} | {} | {} |", what.zh, mend.zh, what.en, mend.en);
        assert!(document.contains(&row), "docs/fund.md lacks\n{row}");
    }
}
