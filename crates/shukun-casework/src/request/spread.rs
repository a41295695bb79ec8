//! How a determination spreads over a case's requests: an open request takes what is not promised yet, more becomes a
//! top-up, less is cut from what is unpaid and then taken back.

use shukun_base::Fen;

use super::{AidRequest, RequestStatus};
use crate::authority::Programme;
use crate::determination::Determination;

/// Sets the requests to what `determination` gives in `round`.
///
/// INVARIANT: afterwards the promised and the newly determined amounts of a programme add up to what it gives, or
/// nothing more can be taken back.
pub(crate) fn spread(requests: &mut Vec<AidRequest>, determination: &Determination, round: u16) {
    for programme in Programme::ALL {
        let target = determination.payable_fen(*programme);
        let promised: Fen = of(requests, *programme).map(AidRequest::committed_fen).sum();
        let rest = target - promised;
        if let Some(open) = open_request(requests, *programme) {
            give(open, rest.or_zero(), determination.version);
        } else if rest > Fen::ZERO {
            top_up(requests, *programme, rest, determination.version, round);
        }
        if rest.is_negative() {
            take_back(requests, *programme, -rest, determination.version);
        }
    }
}

fn of(requests: &[AidRequest], programme: Programme) -> impl Iterator<Item = &AidRequest> {
    requests.iter().filter(move |request| request.programme == programme)
}

/// The request that waits for an amount: accepted, or determined and not approved.
fn open_request(requests: &mut [AidRequest], programme: Programme) -> Option<&mut AidRequest> {
    let waits = |status| matches!(status, RequestStatus::Accepted | RequestStatus::Determined);
    requests.iter_mut().find(|request| request.programme == programme && waits(request.status))
}

fn give(request: &mut AidRequest, amount: Fen, version: u32) {
    request.amount_fen = amount;
    request.determination = Some(version);
    request.status = if amount.is_zero() { RequestStatus::Refused } else { RequestStatus::Determined };
}

fn top_up(requests: &mut Vec<AidRequest>, programme: Programme, amount: Fen, version: u32, round: u16) {
    let Some(first) = of(requests, programme).next().map(|request| request.id.clone()) else { return };
    let mut more = AidRequest::new(first.top_up(version), programme, round, RequestStatus::Determined);
    more.tops_up = Some(first);
    more.amount_fen = amount;
    more.determination = Some(version);
    requests.push(more);
}

/// The last first: what is unpaid is cut, what is paid is to come back.
fn take_back(requests: &mut [AidRequest], programme: Programme, mut need: Fen, version: u32) {
    let promised = |request: &&mut AidRequest| request.programme == programme && request.committed_fen() > Fen::ZERO;
    for request in requests.iter_mut().rev().filter(promised) {
        need -= cut(request, need);
        need -= recall(request, need);
        request.determination = Some(version);
    }
    if need > Fen::ZERO
        && let Some(refused) = requests.iter_mut().rev().find(|request| was_refused(request, programme, version))
    {
        // An advance that exceeds what is determined: it was paid outside any request.
        refused.status = RequestStatus::Recovering;
        refused.to_recover_fen = need;
    }
}

fn was_refused(request: &AidRequest, programme: Programme, version: u32) -> bool {
    request.programme == programme && request.status == RequestStatus::Refused && request.determination == Some(version)
}

fn cut(request: &mut AidRequest, need: Fen) -> Fen {
    let cut = request.unpaid_fen().min(need);
    if cut.is_zero() {
        return Fen::ZERO;
    }
    request.amount_fen -= cut;
    if request.amount_fen.is_zero() {
        request.status = RequestStatus::Closed;
    } else if request.amount_fen == request.paid_fen {
        request.status = RequestStatus::Paid;
    }
    cut
}

fn recall(request: &mut AidRequest, need: Fen) -> Fen {
    let back = (request.paid_fen - request.to_recover_fen).or_zero().min(need);
    if !back.is_zero() {
        request.to_recover_fen += back;
        request.status = RequestStatus::Recovering;
    }
    back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::determination::tests::giving;
    use crate::ids::RequestId;

    const CHARITY: Programme = Programme::CharityRelief;

    fn request(id: &str, status: RequestStatus, amount: i64, paid: i64) -> AidRequest {
        let id = RequestId::new(id).unwrap();
        AidRequest { amount_fen: Fen(amount), paid_fen: Fen(paid), ..AidRequest::new(id, CHARITY, 1, status) }
    }

    fn spread_over(mut requests: Vec<AidRequest>, amount: i64, advance: i64) -> Vec<(String, RequestStatus, i64, i64)> {
        spread(&mut requests, &giving(2, CHARITY, Fen(amount), Fen(advance)), 1);
        let row = |request: AidRequest| {
            (request.id.to_string(), request.status, request.amount_fen.0, request.to_recover_fen.0)
        };
        requests.into_iter().map(row).collect()
    }

    fn expect(rows: &[(&str, RequestStatus, i64, i64)]) -> Vec<(String, RequestStatus, i64, i64)> {
        rows.iter().map(|(id, status, amount, back)| ((*id).to_owned(), *status, *amount, *back)).collect()
    }

    #[test]
    fn an_open_request_takes_it_all() {
        use RequestStatus::*;
        let accepted = || vec![request("a", Accepted, 0, 0)];
        assert_eq!(spread_over(accepted(), 500, 0), expect(&[("a", Determined, 500, 0)]));
        assert_eq!(spread_over(accepted(), 0, 0), expect(&[("a", Refused, 0, 0)]));
        assert_eq!(spread_over(accepted(), 500, 200), expect(&[("a", Determined, 300, 0)]));
        assert_eq!(spread_over(accepted(), 500, 700), expect(&[("a", Recovering, 0, 200)]));
        assert_eq!(spread_over(vec![request("a", Determined, 400, 0)], 500, 0), expect(&[("a", Determined, 500, 0)]));
    }

    #[test]
    fn more_is_a_top_up_and_less_comes_back() {
        use RequestStatus::*;
        let paid = || vec![request("a", Paid, 500, 500)];
        assert_eq!(spread_over(paid(), 800, 0), expect(&[("a", Paid, 500, 0), ("a-up2", Determined, 300, 0)]));
        assert_eq!(spread_over(paid(), 350, 0), expect(&[("a", Recovering, 500, 150)]));
        assert_eq!(spread_over(paid(), 500, 0), expect(&[("a", Paid, 500, 0)]));
        let approved = || vec![request("a", Approved, 500, 0)];
        assert_eq!(spread_over(approved(), 200, 0), expect(&[("a", Approved, 200, 0)]));
        assert_eq!(spread_over(approved(), 0, 0), expect(&[("a", Closed, 0, 0)]));
        let part = || vec![request("a", PartPaid, 500, 200)];
        assert_eq!(spread_over(part(), 200, 0), expect(&[("a", Paid, 200, 0)]));
        assert_eq!(spread_over(part(), 150, 0), expect(&[("a", Recovering, 200, 50)]));
        let two = vec![request("a", Paid, 500, 500), request("b", Paid, 100, 100)];
        assert_eq!(spread_over(two, 450, 0), expect(&[("a", Recovering, 500, 50), ("b", Recovering, 100, 100)]));
    }
}
