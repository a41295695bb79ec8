//! What the targets share: caps of a stranger's upload, made smaller, a lake that knows nothing, and a bank's headings.

pub mod bank;
pub mod package;

use std::sync::LazyLock;

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_claims::Batch;
use shukun_claims::import::{Caps, ImportError, ImportReport, Known, Settings, Source, plan_import};
use shukun_engine::facts::Claim;

/// An empty lake with codes that are no secret.
struct Nothing;

impl Known for Nothing {
    fn claim(&self, _: ClaimId) -> Option<Claim> {
        None
    }

    fn reversals_of(&self, _: ClaimId) -> Vec<Claim> {
        Vec::new()
    }

    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(hashed(id_number))
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(hashed(householder_id_number))
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(hashed(settlement_no))
    }
}

fn hashed(text: &str) -> u64 {
    text.bytes().fold(7, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Read once: the alias table alone takes longer than most inputs.
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let caps = Caps { inflated_bytes: 8 << 20, cells: 200_000, seconds: 5, ..Caps::for_uploads() };
    Settings { caps, ..Settings::default() }
});

/// Imports bytes as a file of this name and checks that no row was lost.
pub fn import(name: &str, bytes: &[u8]) {
    let outcome = plan_import(Source { name, bytes }, None, &SETTINGS, &Nothing);
    if let Ok((batch, report)) = outcome {
        check(&batch, &report);
    } else if let Err(error) = outcome {
        worded(&error);
    }
}

fn check(batch: &Batch, report: &ImportReport) {
    assert_eq!(report.accepted + report.rejected + report.duplicates, report.rows, "a row was lost");
    assert!(batch.claims.len() as u64 <= report.accepted, "a claim came from nowhere");
    for claim in &batch.claims {
        let parts = claim.in_scope_fen + claim.out_of_catalogue_fen + claim.over_limit_fen + claim.pre_selfpay_fen;
        assert_eq!(parts, claim.total_fen, "an accepted bill does not add up");
    }
    for reject in &report.rejects {
        assert!(!reject.text.zh.is_empty() && !reject.mend.en.is_empty(), "{}", reject.reason);
    }
}

fn worded(error: &ImportError) {
    assert!(!error.text().zh.is_empty() && !error.mend().en.is_empty(), "{}", error.code());
}
