//! Claims as events: reversals netted, put in the order of the packs.
//!
//! Knows nothing of rules. What cannot be netted (a reversal of a claim that is not there) stays out and is named.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use shukun_base::{ClaimId, Day, Fen};
use shukun_policy::program::{DateField, SortKey};

use crate::facts::{Claim, ClaimKind, FactValue, Facts, Person};

/// One bill after reversals.
#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    /// The original claim: its dates, kind and place.
    pub claim: &'a Claim,
    /// Index of the person among the household's members by id.
    pub person: usize,
    /// 费用总额, 政策范围内费用, 自费, 超限价, 先行自付 after reversals.
    pub money: [Fen; 5],
    /// 基本医保, 大病保险, 医疗救助, 补充保险, 其他 as settled, after reversals.
    pub settled: [Option<Fen>; 5],
    /// Facts, where reversals changed an amount among them.
    pub netted_facts: Option<Facts>,
    /// 费用发生日
    pub incurred: Day,
    /// Which inpatient stay of the person's calendar year this is; 0 for other kinds of care.
    pub admission_number: u32,
}

impl Event<'_> {
    /// The facts of this bill.
    pub(crate) fn facts(&self) -> &Facts {
        self.netted_facts.as_ref().unwrap_or(&self.claim.facts)
    }

    /// 费用总额
    pub(crate) fn total(&self) -> Fen {
        let [total, ..] = self.money;
        total
    }
}

/// Why a row stays out of the settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LeftOut {
    /// It reverses a claim that is not among the person's.
    Orphan,
    /// The reversals take more than the bill, or a bill is below nothing.
    BelowNothing,
    /// The person is not a member of the household.
    Stranger,
}

/// The household's bills in order, and the rows that stay out.
pub(crate) fn net_and_order<'a>(
    claims: &'a [Claim],
    people: &[&Person],
    order: &[SortKey],
    money_facts: &BTreeSet<&str>,
) -> (Vec<Event<'a>>, Vec<(&'a Claim, LeftOut)>) {
    let by_id: BTreeMap<ClaimId, &Claim> = claims.iter().map(|claim| (claim.claim_id, claim)).collect();
    let mut nets: BTreeMap<ClaimId, Event<'a>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for claim in by_id.values().filter(|claim| claim.reverses_claim_id.is_none()) {
        match people.iter().position(|person| person.person_id == claim.person_id) {
            Some(person) => drop(nets.insert(claim.claim_id, event_of(claim, person))),
            None => left_out.push((*claim, LeftOut::Stranger)),
        }
    }
    for claim in by_id.values().filter(|claim| claim.reverses_claim_id.is_some()) {
        match original_of(claim, &by_id).and_then(|original| nets.get_mut(&original)) {
            Some(net) if net.claim.person_id == claim.person_id => add_reversal(net, claim, money_facts),
            _ => left_out.push((*claim, LeftOut::Orphan)),
        }
    }
    let mut events = Vec::with_capacity(nets.len());
    for net in nets.into_values() {
        if net.money.iter().any(|amount| amount.is_negative()) {
            left_out.push((net.claim, LeftOut::BelowNothing));
        } else if !is_gone(&net) {
            events.push(net);
        }
    }
    sort(&mut events, order);
    number_admissions(&mut events);
    left_out.sort_by_key(|(claim, why)| (claim.claim_id, *why));
    (events, left_out)
}

fn event_of(claim: &Claim, person: usize) -> Event<'_> {
    Event {
        claim,
        person,
        money: money_of(claim),
        settled: settled_of(claim),
        netted_facts: None,
        incurred: claim.incurred_on(),
        admission_number: 0,
    }
}

fn money_of(claim: &Claim) -> [Fen; 5] {
    [claim.total_fen, claim.in_scope_fen, claim.out_of_catalogue_fen, claim.over_limit_fen, claim.pre_selfpay_fen]
}

fn settled_of(claim: &Claim) -> [Option<Fen>; 5] {
    [
        claim.basic_paid_fen,
        claim.critical_illness_paid_fen,
        claim.medical_assistance_paid_fen,
        claim.supplementary_paid_fen,
        claim.other_paid_fen,
    ]
}

/// Follows a chain of reversals of reversals to the bill it began with.
fn original_of(claim: &Claim, by_id: &BTreeMap<ClaimId, &Claim>) -> Option<ClaimId> {
    let mut current = claim;
    for _ in 0..by_id.len() {
        match current.reverses_claim_id {
            Some(reversed) => current = by_id.get(&reversed)?,
            None => return Some(current.claim_id),
        }
    }
    None
}

fn add_reversal(net: &mut Event<'_>, reversal: &Claim, money_facts: &BTreeSet<&str>) {
    for (amount, change) in net.money.iter_mut().zip(money_of(reversal)) {
        *amount += change;
    }
    for (amount, change) in net.settled.iter_mut().zip(settled_of(reversal)) {
        if let Some(change) = change {
            *amount = Some(amount.unwrap_or(Fen::ZERO) + change);
        }
    }
    let changes = reversal.facts.iter().filter_map(|(name, value)| match value {
        FactValue::Number(number) if money_facts.contains(name.as_str()) => Some((name, *number)),
        _ => None,
    });
    for (name, change) in changes {
        let facts = net.netted_facts.get_or_insert_with(|| net.claim.facts.clone());
        if let Some(FactValue::Number(number)) = facts.get_mut(name) {
            *number += change;
        }
    }
}

fn is_gone(net: &Event<'_>) -> bool {
    let was_something = money_of(net.claim).iter().any(|amount| !amount.is_zero());
    was_something && net.money.iter().all(|amount| amount.is_zero())
}

fn sort(events: &mut [Event<'_>], order: &[SortKey]) {
    events.sort_by(|a, b| {
        let by_keys = order.iter().map(|key| match key {
            SortKey::Date(field) => sort_date(a, *field).cmp(&sort_date(b, *field)),
            SortKey::ClaimNumber => a.claim.claim_id.cmp(&b.claim.claim_id),
        });
        by_keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.claim.claim_id.cmp(&b.claim.claim_id))
    });
}

/// A claim without the date stands where its cost arose.
fn sort_date(event: &Event<'_>, field: DateField) -> Day {
    claim_date(event, field).unwrap_or(event.incurred)
}

/// A date of the claim itself. Care without a stay has one day only; a stay without the date has none.
pub(crate) fn claim_date(event: &Event<'_>, field: DateField) -> Option<Day> {
    let without_stay = |date: Option<Date>| match (date, event.claim.kind) {
        (Some(day), _) => Some(day),
        (None, ClaimKind::Inpatient) => None,
        (None, _) => Some(event.incurred),
    };
    match field {
        DateField::Incurred => Some(event.incurred),
        DateField::Settled => Some(event.claim.settled_on),
        DateField::Admitted => without_stay(event.claim.admitted_on),
        DateField::Discharged => without_stay(event.claim.discharged_on),
        DateField::Certified | DateField::Applied => None,
    }
}

fn number_admissions(events: &mut [Event<'_>]) {
    let mut stays: BTreeMap<(usize, i16), u32> = BTreeMap::new();
    for event in events.iter_mut().filter(|event| event.claim.kind == ClaimKind::Inpatient) {
        let stay = stays.entry((event.person, event.incurred.year())).or_default();
        *stay += 1;
        event.admission_number = *stay;
    }
}
