//! Giving: donors and how they are shown, campaigns, pledges by instalments, what a gift is for, certificates, refunds.
//!
//! Knows not how a book is kept: it plans vouchers, the ledger posts them. Promises and money received never stand in one
//! account. Start at [`plan_gift`]; the published donations to Ruian's fund are in [`published`].

mod campaign;
mod capitals;
mod certificate;
mod donor;
mod earmark;
mod gift;
mod pledge;
pub mod published;
mod refusal;

pub use campaign::{Answer, CampaignKind, CampaignTime, Progress, UnitLevel};
pub use capitals::capitals;
pub use certificate::{Certificate, Certified, certificate_number, plan_certificate};
pub use donor::{DonorKind, Heads, NewDonor, Showing, Turn, listed_name, plan_donor, turns_into};
pub use earmark::{Earmark, earmark_text, plan_earmark};
pub use gift::{
    Hand, OpenInstalment, Promised, Received, account_of, gift_accounts, plan_gift, plan_instalment, plan_pledge,
    plan_refund, pledge_accounts, refund_account,
};
pub use pledge::{Instalment, InstalmentState, PledgeSums, check_instalments, yearly};
pub use refusal::{GivingCode, GivingRefusal, Planned};
