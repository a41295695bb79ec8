//! What the importer asks of the lake. It does not know what a lake is made of.

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_engine::facts::Claim;

/// What is already on file, and the ids it gives.
pub trait Known {
    /// Which claims will be asked for, so that they can be looked up together.
    fn look_ahead(&self, _claims: &[ClaimId]) {}
    /// The claim with this id, if it was imported before.
    fn claim(&self, id: ClaimId) -> Option<Claim>;
    /// The reversals on file that name this claim, in any order.
    fn reversals_of(&self, id: ClaimId) -> Vec<Claim>;
    /// The code of a person, from the 18-character ID number.
    fn person_id(&self, id_number: &str) -> PersonId;
    /// The code of a household, from its householder's ID number.
    fn household_id(&self, householder_id_number: &str) -> HouseholdId;
    /// The code of a claim, from the settlement number as the office writes it.
    fn claim_id(&self, settlement_no: &str) -> ClaimId;
}
