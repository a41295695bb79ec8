//! A request for aid (救助申请): one for each programme, with a small life of its own inside a case.
//!
//! Knows what was determined, approved, paid and taken back in whole fen; not who decides about it. Start at
//! [`AidRequest`]; how a determination spreads over requests is in [`spread`].

mod spread;

use serde::{Deserialize, Serialize};
use shukun_base::Fen;

use crate::authority::Programme;
use crate::ids::{ActorId, Document, RequestId};

pub(crate) use spread::spread;

shukun_base::words! {
    /// Where a request stands.
    pub enum RequestStatus {
        Draft "draft" "待补材料" "draft",
        Submitted "submitted" "已提交" "submitted",
        Returned "returned" "已退回" "returned",
        Accepted "accepted" "已受理" "accepted",
        Determined "determined" "已核定" "determined",
        Approved "approved" "已核准" "approved",
        Refused "refused" "不予救助" "refused",
        Paid "paid" "已拨付" "paid",
        PartPaid "part_paid" "部分拨付" "part paid",
        Recovering "recovering" "追回中" "recovering",
        Closed "closed" "已办结" "closed",
    }
}

impl RequestStatus {
    /// Whether nothing more happens to it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, RequestStatus::Refused | RequestStatus::Paid | RequestStatus::Closed)
    }

    /// Whether money was promised or paid on it, so that it cannot simply be dropped.
    pub const fn holds_money(self) -> bool {
        matches!(
            self,
            RequestStatus::Approved | RequestStatus::Paid | RequestStatus::PartPaid | RequestStatus::Recovering
        )
    }

    /// Where it may go from here. A determination that supersedes may take a paid request back to recovering.
    pub const fn next(self) -> &'static [RequestStatus] {
        use RequestStatus::*;
        match self {
            Draft => &[Submitted, Closed],
            Submitted => &[Accepted, Returned, Closed],
            Returned => &[Submitted, Closed],
            Accepted => &[Determined, Refused, Recovering, Submitted, Closed],
            Determined => &[Approved, Refused, Accepted, Recovering, Closed],
            Approved => &[Paid, PartPaid, Determined, Closed],
            PartPaid => &[Paid, Recovering, Approved],
            Paid => &[Recovering, Approved, PartPaid],
            Recovering => &[Closed, Approved, PartPaid, Paid],
            Refused => &[Accepted, Determined],
            Closed => &[Recovering],
        }
    }
}

/// A request of one programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AidRequest {
    /// Its id.
    pub id: RequestId,
    /// Its programme.
    pub programme: Programme,
    /// The case's round in which it was made.
    pub round: u16,
    /// Where it stands.
    pub status: RequestStatus,
    /// What was determined, and once approved what is owed.
    pub amount_fen: Fen,
    /// What was paid so far.
    pub paid_fen: Fen,
    /// What has to come back.
    pub to_recover_fen: Fen,
    /// What came back so far.
    pub recovered_fen: Fen,
    /// The version of the determination that set the amount.
    pub determination: Option<u32>,
    /// The request it adds to, when a determination that supersedes gave more.
    pub tops_up: Option<RequestId>,
    /// Who recorded the approval or refusal.
    pub approved_by: Option<ActorId>,
    /// The paper it rests on.
    pub approval: Option<Document>,
}

impl AidRequest {
    /// A request just made.
    pub fn new(id: RequestId, programme: Programme, round: u16, status: RequestStatus) -> AidRequest {
        AidRequest {
            id,
            programme,
            round,
            status,
            amount_fen: Fen::ZERO,
            paid_fen: Fen::ZERO,
            to_recover_fen: Fen::ZERO,
            recovered_fen: Fen::ZERO,
            determination: None,
            tops_up: None,
            approved_by: None,
            approval: None,
        }
    }

    /// What the household keeps or is promised by it.
    pub fn committed_fen(&self) -> Fen {
        if self.status.holds_money() || self.status == RequestStatus::Closed {
            self.amount_fen - self.to_recover_fen
        } else {
            Fen::ZERO
        }
    }

    /// What is still owed on it.
    pub fn unpaid_fen(&self) -> Fen {
        if self.status.holds_money() { (self.amount_fen - self.paid_fen).or_zero() } else { Fen::ZERO }
    }

    /// Drops it, with nothing promised.
    pub(crate) fn drop_unpaid(&mut self) {
        self.status = RequestStatus::Closed;
        self.amount_fen = Fen::ZERO;
    }

    /// Takes a payment; `amount_fen` is at most what is unpaid.
    pub(crate) fn pay(&mut self, amount_fen: Fen) {
        self.paid_fen += amount_fen;
        let is_whole = self.paid_fen >= self.amount_fen;
        self.status = if is_whole { RequestStatus::Paid } else { RequestStatus::PartPaid };
    }

    /// The bank sent a payment back; `amount_fen` is at most what was paid. It is owed again, but for what was to come back.
    pub(crate) fn take_returned(&mut self, amount_fen: Fen) {
        let not_owed = (self.to_recover_fen - self.recovered_fen).or_zero().min(amount_fen);
        self.to_recover_fen -= not_owed;
        self.amount_fen -= not_owed;
        self.paid_fen -= amount_fen;
        self.status = if self.to_recover_fen > self.recovered_fen {
            RequestStatus::Recovering
        } else if self.amount_fen.is_zero() {
            RequestStatus::Closed
        } else if self.paid_fen >= self.amount_fen {
            RequestStatus::Paid
        } else if self.paid_fen.is_zero() {
            RequestStatus::Approved
        } else {
            RequestStatus::PartPaid
        };
    }

    /// Takes back; closed once everything came back.
    pub(crate) fn recover(&mut self, amount_fen: Fen) {
        self.recovered_fen += amount_fen;
        if self.recovered_fen >= self.to_recover_fen {
            self.status = RequestStatus::Closed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(status: RequestStatus, amount: i64) -> AidRequest {
        let id = RequestId::new("r1").unwrap();
        AidRequest { amount_fen: Fen(amount), ..AidRequest::new(id, Programme::CharityRelief, 1, status) }
    }

    #[test]
    fn the_life_of_a_request() {
        for (from, to, allowed) in [
            (RequestStatus::Draft, RequestStatus::Submitted, true),
            (RequestStatus::Draft, RequestStatus::Approved, false),
            (RequestStatus::Accepted, RequestStatus::Determined, true),
            (RequestStatus::Accepted, RequestStatus::Paid, false),
            (RequestStatus::Approved, RequestStatus::Paid, true),
            (RequestStatus::Paid, RequestStatus::Recovering, true),
            (RequestStatus::Recovering, RequestStatus::Closed, true),
            (RequestStatus::Paid, RequestStatus::Approved, true),
            (RequestStatus::Recovering, RequestStatus::Refused, false),
        ] {
            assert_eq!(from.next().contains(&to), allowed, "{from} → {to}");
        }
    }

    #[test]
    fn payments_fill_a_request_and_recoveries_empty_it() {
        let mut request = request(RequestStatus::Approved, 1000);
        request.pay(Fen(400));
        assert_eq!((request.status, request.unpaid_fen()), (RequestStatus::PartPaid, Fen(600)));
        request.pay(Fen(600));
        assert_eq!((request.status, request.unpaid_fen()), (RequestStatus::Paid, Fen::ZERO));
        request.status = RequestStatus::Recovering;
        request.to_recover_fen = Fen(300);
        request.recover(Fen(100));
        assert_eq!(request.status, RequestStatus::Recovering);
        request.recover(Fen(200));
        assert_eq!((request.status, request.committed_fen()), (RequestStatus::Closed, Fen(700)));
    }

    #[test]
    fn what_the_bank_sends_back_is_owed_again_but_for_what_was_to_come_back() {
        use RequestStatus::*;
        let returned = |(paid, to_recover, recovered): (i64, i64, i64), amount: i64| {
            let status = if to_recover > recovered { Recovering } else { Paid };
            let mut request = request(status, 1000);
            (request.paid_fen, request.to_recover_fen, request.recovered_fen) =
                (Fen(paid), Fen(to_recover), Fen(recovered));
            request.take_returned(Fen(amount));
            (request.status, request.paid_fen.0, request.unpaid_fen().0, request.committed_fen().0)
        };
        assert_eq!(returned((1000, 0, 0), 1000), (Approved, 0, 1000, 1000));
        assert_eq!(returned((1000, 0, 0), 400), (PartPaid, 600, 400, 1000));
        assert_eq!(returned((1000, 300, 0), 1000), (Approved, 0, 700, 700));
        assert_eq!(returned((1000, 300, 0), 300), (Paid, 700, 0, 700));
        assert_eq!(returned((1000, 300, 0), 200), (Recovering, 800, 0, 700));
        assert_eq!(returned((1000, 1000, 0), 1000), (Closed, 0, 0, 0));
        // What the household gave back itself is paid again as well: it keeps what it was determined to get.
        assert_eq!(returned((1000, 300, 100), 1000), (Approved, 0, 800, 700));
    }

    #[test]
    fn nothing_is_promised_before_approval() {
        for status in RequestStatus::ALL {
            let promised = request(*status, 500).committed_fen();
            let expected = if status.holds_money() || *status == RequestStatus::Closed { 500 } else { 0 };
            assert_eq!(promised, Fen(expected), "{status}");
        }
    }
}
