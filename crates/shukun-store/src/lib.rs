//! The store: the only crate that knows SQL. One code base on SQLite (a folder, nothing to install) and PostgreSQL.
//!
//! Knows no HTTP and no policy. The clock (`now`), randomness ([`Chance`]) and the person who asks ([`Scope`]) are
//! arguments. How a request goes:
//!
//! 1. [`Store::open`] once.
//! 2. [`Store::sign_in`] gives a token for a cookie; [`Store::session`] finds who it is at every request.
//! 3. [`Session::scope`] is the one way to a [`Scope`], and every function that reads or writes for somebody takes one:
//!    it holds which permissions reach which regions, and becomes a condition of the SQL statement itself.
//! 4. On PostgreSQL it is told to the database too, which holds a second wall: `wall`.
//!
//! INVARIANT: whatever is read for a person is a subset of the person's scope; what has no place is nobody's.
//! INVARIANT: every write leaves a row in the audit trail, in the same transaction.

mod accounts;
mod alerts;
mod answers;
mod api_tokens;
mod audit;
mod backup;
mod cases;
mod chance;
mod copy;
mod county_numbers;
mod documents;
mod error;
mod exports;
mod figures;
mod fund;
mod grants;
mod imports;
mod jobs;
mod keys;
mod measures;
mod moment;
mod password;
mod people;
mod regions;
mod runs;
mod saved_filters;
mod schema;
mod scope;
mod sealed;
mod sealed_files;
mod sessions;
mod sign_in;
mod sql;
mod store;
mod subjects;
mod totp;
mod wall;
mod workers;

#[cfg(test)]
mod attack;
#[cfg(test)]
mod error_codes;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod testing;

pub use accounts::{Account, AccountId, FirstPassword, NewAccount};
pub use alerts::{AlertCursor, AlertFilter, AlertPage, AlertRow, Seen};
pub use answers::{Once, RequestAnswer};
pub use api_tokens::{ALSO_FOR_TOKENS, ApiToken, ApiTokenId, NewApiToken};
pub use audit::{Act, AuditFilter, AuditHead, AuditRow, Object, Verified};
pub use backup::BackedUp;
pub use cases::{Assignee, CaseClock, CaseCursor, CaseFilter, CaseOrder, CasePage, CaseRow, Count, CountBy};
pub use chance::Chance;
pub use county_numbers::CountyNumber;
pub use documents::{DocumentForm, StoredDocument};
pub use error::{ErrorKind, Result, StoreError};
pub use exports::{EXPORTS_A_DAY, Export, ExportedPerson, NewExport};
pub use figures::{
    Ageing, ColourCount, ColourFilter, ColourRow, Counted, Ended, Narrowed, OfficeTasks, PlaceSize, Reached, Sway,
    TaskCursor, TaskFilter, TaskKind, TaskPage, TaskRow, Trend, USED_BOXES,
};
pub use fund::deciding::{
    Candidate, CouncilMember, KeptCharter, MeetingRow, NewCouncilMember, NoticeFilter, NoticeRow, OnlineNotice,
};
pub use fund::giving::{
    Aim, Asked, Campaign, DonorEntry, DonorFilter, DonorRow, FundAhead, FundUnit, GiftFilter, GiftRow, GiftSums,
    InstalmentRow, NewCampaign, NewGift, NewPledge, PledgeRow, PotTrail, ROWS_OF_A_PAGE, RefundRow, RevealedDonor,
    SpentOn,
};
pub use fund::ledger::StoredTransfer;
pub use fund::ledger::check::LedgerAudit;
pub use fund::ledger::draft::DraftRow;
pub use fund::ledger::period::PeriodRow;
pub use fund::ledger::post::Posted;
pub use fund::ledger::read::{AccountRow, BookRow, VoucherRow};
pub use fund::paying::{
    Answered, BankFileRow, BatchOrder, BatchRow, BatchView, CameBack, CaseDesk, DeliveryRow, HandedOver, Imported,
    MoneyBack, NewPayee, PayableRow, StatementRow, batch_permission,
};
pub use fund::publishing::{
    DoneBy, DutyRow, Evidence, NoteDraft, NoteEntry, Publication, PublicationDraft, PublicationState, PublishedNote,
};
pub use fund::sealing::{CheckpointRow, SealRow, SignKeyRow, SlipOf};
pub use grants::HeldGrant;
pub use imports::{Import, ImportState, ImportStep, NewImport};
pub use jobs::{ClaimedJob, Job, JobId, JobState, NewJob};
pub use measures::{Measure, MeasureAct, MeasureReport, MeasureState, NewMeasure, Reported};
pub use moment::{Moment, today_in_china};
pub use people::{MaskedPerson, Person, PersonField, Revealed};
pub use regions::Region;
pub use runs::{AlertChange, ScreeningDay, ScreeningRun};
pub use saved_filters::SavedFilter;
pub use scope::{Ceiling, Scope};
pub use sealed::SuiteName;
pub use sealed_files::{FileOpener, FileSealer, SealedFile};
pub use sessions::{Session, Token};
pub use store::Store;
pub use subjects::LinkedSubject;
pub use totp::Enrolment;
pub use wall::Wall;
pub use workers::Worker;
