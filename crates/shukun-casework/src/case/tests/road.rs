//! The whole road, and the ways beside it, as an officer would walk them.

use shukun_base::Fen;

use super::world::*;
use crate::case::*;
use crate::outcome::OutcomeCode;
use crate::request::RequestStatus;
use crate::visit::Finding;

fn bytes(case: &Case) -> Vec<u8> {
    serde_json::to_vec(case).unwrap()
}

#[test]
fn from_alert_to_close_out() {
    let world = World::new().until_closed();
    let case = &world.case;
    assert_eq!(case.status, Status::Closed);
    assert_eq!(case.closed.as_ref().map(|closed| closed.outcome.code), Some(OutcomeCode::AidedCharity));
    let requests: Vec<(&str, RequestStatus, Fen)> =
        case.requests.iter().map(|request| (request.id.as_str(), request.status, request.paid_fen)).collect();
    let expected =
        [("r-charity", RequestStatus::Paid, Fen::yuan(3_000)), ("r-medical", RequestStatus::Refused, Fen::ZERO)];
    assert_eq!(requests, expected);
    assert!(!case.has_open_child());
    let steps: Vec<Step> = case.spans.iter().map(|span| span.step).collect();
    use Step::*;
    let walked = [
        Screening,
        DispatchToTownship,
        DispatchToVillage,
        Verification,
        Invitation,
        Certification,
        Determination,
        Resolution,
        Settlement,
        FollowUp,
        CloseOut,
    ];
    assert_eq!(steps, walked);
    assert!(case.spans.iter().all(|span| span.to.is_some()));
}

#[test]
fn a_record_read_again_is_the_same_to_the_byte() {
    let world = World::new().until_closed();
    let stored: Vec<String> = world.actions.iter().map(|action| serde_json::to_string(action).unwrap()).collect();
    let read: Vec<Action> = stored.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, world.actions);
    assert_eq!(bytes(&Case::replay(&read).unwrap()), bytes(&world.case));
}

#[test]
fn no_risk_ends_early() {
    let mut world = World::new().until_verified(Finding::NoRisk);
    let outcome = crate::outcome::Outcome::plain(OutcomeCode::BurdenBelowLine);
    world.act("ca1", Command::AcceptNoRisk { outcome, why: note("收入稳定") });
    assert_eq!(world.case.status, Status::Closed);
}
