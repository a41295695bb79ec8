//! The way back: what counts no longer once a case is returned or opened again.

use jiff::Timestamp;
use shukun_base::Fen;

use super::fold::Case;
use super::status::Status;
use crate::request::{AidRequest, RequestStatus};

impl Case {
    /// Back to `to`: what was found after it no longer counts and has to be found again.
    pub(super) fn go_back(&mut self, to: Status, at: Timestamp) {
        self.closing = None;
        self.follow_up = None;
        if to < Status::Resolved {
            self.undo_approvals();
        }
        if to < Status::Determined {
            self.undo_amounts();
        }
        if to < Status::Applying {
            self.drop_application();
        }
        if to < Status::Verified {
            self.verification = None;
            self.visits.clear();
        }
        if to < Status::Dispatched {
            self.dispatch = None;
            self.forwarding = None;
        }
        if to < Status::Screened {
            self.screening = None;
        }
        self.hand_over();
        self.move_to(to, at);
    }

    /// Requests of this round that wait, as a return finds them.
    fn this_round(&mut self) -> impl Iterator<Item = &mut AidRequest> {
        let round = self.round;
        self.requests.iter_mut().filter(move |request| request.round == round)
    }

    fn undo_approvals(&mut self) {
        let undone = |request: &&mut AidRequest| {
            let was_decided = matches!(request.status, RequestStatus::Approved | RequestStatus::Refused);
            request.approval.is_some() && was_decided && request.paid_fen.is_zero()
        };
        for request in self.this_round().filter(undone) {
            request.status = RequestStatus::Determined;
            request.approval = None;
            request.approved_by = None;
        }
    }

    fn undo_amounts(&mut self) {
        let undone =
            |request: &&mut AidRequest| matches!(request.status, RequestStatus::Determined | RequestStatus::Refused);
        for request in self.this_round().filter(undone) {
            request.status = RequestStatus::Accepted;
            request.amount_fen = Fen::ZERO;
        }
    }

    fn drop_application(&mut self) {
        for request in self.this_round().filter(|request| !request.status.is_terminal()) {
            request.drop_unpaid();
        }
        self.claims_complete = None;
        self.certification = None;
    }
}
