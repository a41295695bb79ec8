//! From a gift, a pledge or a refund to the voucher that the ledger posts.
//!
//! Money received: bank against income, and in the same voucher income into the pot. A pledge: memo accounts alone. An instalment
//! received: both, so that the memo is cleared exactly where the money arrives. Ids of vouchers and transfers follow from the
//! gift's own, so that what is sent again is the same voucher.

use shukun_base::{ActorId, Day, Fen, Note};

use super::campaign::CampaignTime;
use super::pledge::{Instalment, check_instalments};
use super::refusal::{GivingCode, Planned, ensure};
use crate::ledger::account::{AccountCode, AccountHead};
use crate::ledger::{NewTransfer, TransferCode, Voucher};
use crate::{BookId, GiftId, PledgeId, RefundId, RestrictionId, TransferId, VoucherId};

/// Money that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The gift's id.
    pub id: GiftId,
    /// Whose book.
    pub book: BookId,
    /// When it stood in the bank account.
    pub on: Day,
    /// How much.
    pub amount: Fen,
    /// Into which bank account of the book, such as `bank:main`.
    pub bank: AccountCode,
    /// What it is for; none = unrestricted.
    pub restriction: Option<RestrictionId>,
}

/// An instalment of a pledge and what arrived of it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenInstalment {
    /// The pledge.
    pub pledge: PledgeId,
    /// Its number, from 1.
    pub number: u32,
    /// What was promised.
    pub promised: Instalment,
    /// What arrived of it.
    pub received: Fen,
}

/// A pledge as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Its id.
    pub id: PledgeId,
    /// Whose book.
    pub book: BookId,
    /// When it was given.
    pub on: Day,
    /// The whole.
    pub total: Fen,
    /// In parts.
    pub instalments: Vec<Instalment>,
}

/// Who writes and on which day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub maker: ActorId,
    /// Today.
    pub today: Day,
}

/// The account a gift goes to: the pot of its restriction, or what is unrestricted.
///
/// # Errors
/// `G162` where the id is no part of an account's code.
pub fn account_of(restriction: Option<&RestrictionId>) -> Planned<AccountCode> {
    match restriction {
        Some(id) => AccountCode::of(AccountHead::Pot, id.as_str()).ok_or_else(|| GivingCode::IdTooLong.into()),
        None => only(AccountHead::Unrestricted),
    }
}

/// A gift that is nobody's instalment.
///
/// # Errors
/// `G101`, `G102`, `G141`.
pub fn plan_gift(gift: &Received, campaign: Option<&CampaignTime>, hand: &Hand) -> Planned<Voucher> {
    check_received(gift, hand)?;
    ensure(campaign.is_none_or(|time| time.holds(gift.on)), GivingCode::CampaignClosed)?;
    voucher(&format!("gift-{}", gift.id), gift.on, "收到捐赠", hand, money_in(gift)?)
}

/// Money that fulfils an instalment, whole or in part.
///
/// # Errors
/// `G101`, `G102`; `G116` where more arrived than it still lacks.
pub fn plan_instalment(gift: &Received, of: &OpenInstalment, hand: &Hand) -> Planned<Voucher> {
    check_received(gift, hand)?;
    ensure(gift.amount <= of.promised.amount - of.received, GivingCode::MoreThanDue)?;
    let mut transfers = money_in(gift)?;
    let memo = (only(AccountHead::PledgePromised)?, due_account(&of.pledge, of.number)?);
    transfers.push(transfer(
        &format!("{}-memo", gift.id),
        &gift.book,
        memo,
        gift.amount,
        TransferCode::PledgeReceived,
    )?);
    voucher(&format!("gift-{}", gift.id), gift.on, &format!("认捐第{}期到账", of.number), hand, transfers)
}

/// A pledge: one memo for each instalment, no money.
///
/// # Errors
/// `G101`, `G102`, `G111`…`G114`.
pub fn plan_pledge(pledge: &Promised, hand: &Hand) -> Planned<Voucher> {
    ensure(pledge.total > Fen::ZERO, GivingCode::NoAmount)?;
    ensure(pledge.on <= hand.today, GivingCode::GivenInFuture)?;
    check_instalments(pledge.total, &pledge.instalments)?;
    let transfers = (1_u32..).zip(&pledge.instalments).map(|(number, part)| {
        let memo = (due_account(&pledge.id, number)?, only(AccountHead::PledgePromised)?);
        transfer(&format!("{}-{number}", pledge.id), &pledge.book, memo, part.amount, TransferCode::PledgePromised)
    });
    voucher(&format!("pledge-{}", pledge.id), pledge.on, "登记认捐", hand, transfers.collect::<Planned<_>>()?)
}

/// What was given goes back: out of the pot, through what is owed to donors, out of the bank. Whether the pot still has it the
/// ledger says.
///
/// # Errors
/// `G101`; `G121` where it is more than `left` of the gift, `G123` where one person asked and checks.
pub fn plan_refund(
    id: &RefundId,
    gift: &Received,
    amount: Fen,
    left: Fen,
    hands: (&Hand, &ActorId),
) -> Planned<Voucher> {
    let (hand, checker) = hands;
    ensure(amount > Fen::ZERO, GivingCode::NoAmount)?;
    ensure(amount <= left, GivingCode::RefundTooLarge)?;
    ensure(hand.maker != *checker, GivingCode::SamePerson)?;
    let (owed, pot) = (only(AccountHead::RefundToDonor)?, account_of(gift.restriction.as_ref())?);
    let part =
        |name: &str, accounts| transfer(&format!("{id}-{name}"), &gift.book, accounts, amount, TransferCode::Refund);
    let transfers = vec![part("owed", (pot, owed.clone()))?, part("paid", (owed, gift.bank.clone()))?];
    let planned = voucher(&format!("refund-{id}"), hand.today, "退还捐赠", hand, transfers)?;
    Ok(Voucher { checker: Some(checker.clone()), ..planned })
}

/// The accounts that a pledge needs in its book.
///
/// # Errors
/// `G162`.
pub fn pledge_accounts(pledge: &Promised) -> Planned<Vec<AccountCode>> {
    let count = u32::try_from(pledge.instalments.len()).unwrap_or(0);
    let due = (1..=count).map(|number| due_account(&pledge.id, number));
    std::iter::once(only(AccountHead::PledgePromised)).chain(due).collect()
}

/// The accounts that a gift needs in its book.
///
/// # Errors
/// `G162`.
pub fn gift_accounts(gift: &Received) -> Planned<Vec<AccountCode>> {
    Ok(vec![gift.bank.clone(), only(AccountHead::Donation)?, account_of(gift.restriction.as_ref())?])
}

/// The account through which money goes back to donors.
///
/// # Errors
/// None with the accounts as they are.
pub fn refund_account() -> Planned<AccountCode> {
    only(AccountHead::RefundToDonor)
}

fn check_received(gift: &Received, hand: &Hand) -> Planned<()> {
    ensure(gift.amount > Fen::ZERO, GivingCode::NoAmount)?;
    ensure(gift.bank.head() == AccountHead::Bank, GivingCode::NotABank)?;
    ensure(gift.on <= hand.today, GivingCode::GivenInFuture)
}

fn money_in(gift: &Received) -> Planned<Vec<NewTransfer>> {
    let (income, pot) = (only(AccountHead::Donation)?, account_of(gift.restriction.as_ref())?);
    let part =
        |name: &str, accounts, code| transfer(&format!("{}-{name}", gift.id), &gift.book, accounts, gift.amount, code);
    Ok(vec![
        part("in", (gift.bank.clone(), income.clone()), TransferCode::Gift)?,
        part("to", (income, pot), TransferCode::Allotment)?,
    ])
}

fn voucher(id: &str, effective: Day, words: &str, hand: &Hand, transfers: Vec<NewTransfer>) -> Planned<Voucher> {
    let id = VoucherId::new(id).ok_or(GivingCode::IdTooLong)?;
    let words = Note::new(words).map_err(|_| GivingCode::IdTooLong)?;
    Ok(Voucher { id, effective, words, maker: hand.maker.clone(), checker: None, transfers })
}

fn transfer(
    id: &str,
    book: &BookId,
    accounts: (AccountCode, AccountCode),
    amount: Fen,
    code: TransferCode,
) -> Planned<NewTransfer> {
    let id = TransferId::new(id).ok_or(GivingCode::IdTooLong)?;
    Ok(NewTransfer::single(id, book.clone(), accounts, amount, code))
}

/// The account of which a book has one.
fn only(head: AccountHead) -> Planned<AccountCode> {
    AccountCode::only(head).ok_or_else(|| GivingCode::IdTooLong.into())
}

fn due_account(pledge: &PledgeId, number: u32) -> Planned<AccountCode> {
    AccountCode::of(AccountHead::PledgeDue, &format!("{pledge}-{number}")).ok_or_else(|| GivingCode::IdTooLong.into())
}

#[cfg(test)]
mod tests {
    use super::super::pledge::yearly;
    use super::*;
    use crate::ledger::account::AccountClass;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Day = date(2026, 3, 2);

    fn hand() -> Hand {
        Hand { maker: ActorId::new("keeper").unwrap(), today: TODAY }
    }

    fn received(yuan: i64) -> Received {
        let (id, book) = (GiftId::new("g1").unwrap(), BookId::new("county").unwrap());
        let bank = AccountCode::new("bank:main").unwrap();
        Received { id, book, on: TODAY, amount: Fen::yuan(yuan), bank, restriction: RestrictionId::new("r1") }
    }

    fn lines(voucher: &Voucher) -> Vec<String> {
        voucher.check().unwrap();
        let line = |one: &NewTransfer| format!("{} {} {} {}", one.debit, one.credit, one.amount, one.code);
        voucher.transfers.iter().map(line).collect()
    }

    #[test]
    fn a_gift_is_income_and_lies_in_its_pot() {
        let planned = plan_gift(&received(5000), None, &hand()).unwrap();
        assert_eq!(lines(&planned), ["bank:main donation 5,000.00 gift", "donation pot:r1 5,000.00 allotment"]);
        let free = Received { restriction: None, ..received(1) };
        assert!(lines(&plan_gift(&free, None, &hand()).unwrap())[1].starts_with("donation unrestricted"));
    }

    #[test]
    fn what_is_no_gift_is_refused() {
        let closed = CampaignTime { from_on: date(2026, 1, 1), to_on: Some(date(2026, 3, 1)) };
        let tomorrow = Received { on: date(2026, 3, 3), ..received(1) };
        let no_bank = Received { bank: AccountCode::new("unrestricted").unwrap(), ..received(1) };
        let long = Received { id: GiftId::new(&"g".repeat(64)).unwrap(), ..received(1) };
        for (gift, campaign, code) in [
            (received(0), None, GivingCode::NoAmount),
            (tomorrow, None, GivingCode::GivenInFuture),
            (no_bank, None, GivingCode::NotABank),
            (long, None, GivingCode::IdTooLong),
            (received(1), Some(&closed), GivingCode::CampaignClosed),
        ] {
            assert_eq!(plan_gift(&gift, campaign, &hand()).unwrap_err().code, code);
        }
    }

    #[test]
    fn a_pledge_moves_no_money_and_its_receipt_clears_one_memo() {
        let pledge = Promised {
            id: PledgeId::new("p1").unwrap(),
            book: BookId::new("county").unwrap(),
            on: TODAY,
            total: Fen::yuan(3_000_000),
            instalments: yearly(Fen::yuan(3_000_000), TODAY, 5),
        };
        let planned = plan_pledge(&pledge, &hand()).unwrap();
        planned.check().unwrap();
        assert!(
            planned
                .transfers
                .iter()
                .all(|one| one.debit.class() == AccountClass::Memo && one.credit.class() == AccountClass::Memo)
        );
        assert_eq!(pledge_accounts(&pledge).unwrap().len(), 6);
        let of = OpenInstalment { pledge: pledge.id, number: 1, promised: pledge.instalments[0], received: Fen::ZERO };
        let receipt = plan_instalment(&received(600_000), &of, &hand()).unwrap();
        assert_eq!(lines(&receipt)[2], "pledge-promised pledge-due:p1-1 600,000.00 pledge_received");
        let over = plan_instalment(&received(600_001), &of, &hand()).unwrap_err();
        assert_eq!(over.code, GivingCode::MoreThanDue);
    }

    #[test]
    fn a_refund_takes_two_and_at_most_what_is_left() {
        let (id, other) = (RefundId::new("f1").unwrap(), ActorId::new("checker").unwrap());
        let plan = |amount, left, checker| plan_refund(&id, &received(100), Fen(amount), Fen(left), (&hand(), checker));
        let planned = plan(50, 100, &other).unwrap();
        assert_eq!(lines(&planned), ["pot:r1 refund-to-donor 0.50 refund", "refund-to-donor bank:main 0.50 refund"]);
        assert_eq!(planned.checker.as_ref(), Some(&other));
        let own = ActorId::new("keeper").unwrap();
        for (amount, left, checker, code) in [
            (0, 100, &other, GivingCode::NoAmount),
            (51, 50, &other, GivingCode::RefundTooLarge),
            (50, 100, &own, GivingCode::SamePerson),
        ] {
            assert_eq!(plan(amount, left, checker).unwrap_err().code, code);
        }
    }

    proptest! {
        #[test]
        fn sent_again_it_is_the_same_voucher(yuan in 1_i64..1_000_000) {
            let (one, again) = (plan_gift(&received(yuan), None, &hand()).unwrap(), plan_gift(&received(yuan), None, &hand()).unwrap());
            prop_assert_eq!(one.request_hash(), again.request_hash());
            let other = plan_gift(&received(yuan + 1), None, &hand()).unwrap();
            prop_assert_ne!(one.request_hash(), other.request_hash());
        }
    }
}
