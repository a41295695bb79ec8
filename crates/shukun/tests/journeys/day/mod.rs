//! Who does what, in the order of the day.

mod accounts;
mod auditor;
mod cashier;
mod certifier;
mod citizen;
mod giver;
mod importer;
mod leader;
mod officer;
mod planner;
mod second;
mod secretary;
mod village;

use std::pin::Pin;

use crate::browser::{Browser, Outcome};
use crate::seen::Seen;
use crate::{DESK, PHONE};

/// What a journey is: goes through the pages, and notes what it sees.
pub type Journey = for<'b> fn(&'b Browser<'b>, &'b mut Seen) -> Pin<Box<dyn Future<Output = Outcome> + 'b>>;

/// Name (of the screenshots), width of the screen, the journey.
pub const JOURNEYS: &[(&str, u32, Journey)] = &[
    ("accounts", DESK, |browser, seen| Box::pin(accounts::newcomer_is_granted_a_role(browser, seen))),
    ("village", PHONE, |browser, seen| Box::pin(village::verifies_at_the_door(browser, seen))),
    ("certifier", DESK, |browser, seen| Box::pin(certifier::certifies_a_household(browser, seen))),
    ("second", DESK, |browser, seen| Box::pin(second::checks_a_determination(browser, seen))),
    ("secretary", DESK, |browser, seen| Box::pin(secretary::runs_a_meeting(browser, seen))),
    ("cashier", DESK, |browser, seen| Box::pin(cashier::pays_a_line_that_the_bank_returns_once(browser, seen))),
    // From here on bills are new, and what was drafted before has to be computed again.
    ("importer", DESK, |browser, seen| Box::pin(importer::imports_and_screens(browser, seen))),
    ("officer", DESK, |browser, seen| Box::pin(officer::dismisses_in_bulk_and_dispatches(browser, seen))),
    ("planner", DESK, |browser, seen| Box::pin(planner::compares_a_reading_over_everybody(browser, seen))),
    ("leader", DESK, |browser, seen| Box::pin(leader::opens_a_figure(browser, seen))),
    ("giver", DESK, |browser, seen| Box::pin(giver::takes_a_gift_and_hands_a_certificate_over(browser, seen))),
    ("citizen", PHONE, |browser, seen| Box::pin(citizen::checks_the_total_and_a_slip_offline(browser, seen))),
    ("auditor", DESK, |browser, seen| Box::pin(auditor::follows_who_looked(browser, seen))),
];
