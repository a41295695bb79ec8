//! The application layer: what pages (and later the JSON interface) ask for, without HTML and without HTTP bodies.
//!
//! Holds what every request shares: the clock, randomness, how the pages are reached. Start at [`Desk`].

use std::sync::Arc;

use axum::http::HeaderMap;
use jiff::Timestamp;
pub use shukun_store::Region;
use shukun_store::{Store, StoreError, Token};

use crate::api::limit::Limits;
use crate::error::PageError;
use crate::http::around::SESSION;
use crate::http::cookies::{self, Transport};
use crate::oidc::Oidc;
use crate::visit::Visitor;
use crate::works::Works;

pub mod acts;
pub mod bulk;
mod bulk_job;
mod case_query;
pub mod county_map;
pub mod export;
pub mod figures;
mod folders;
pub mod imports;
pub mod jobs;
mod names;
pub mod narrow;
mod numbers;
mod places;
pub mod policies;
mod printing;
mod regions;
pub mod screening;
pub mod sheet;
mod workers;

pub use bulk_job::BULK;
pub use case_query::{CaseQuery, ORDERS};
pub use folders::Folders;
pub use names::Names;
pub use numbers::Numbers;
pub use places::{Places, part};
pub use printing::{Pdf, Press};
pub use regions::read_regions;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What differs from office to office.
#[derive(Clone)]
pub struct Settings {
    /// How browsers reach the pages.
    pub transport: Transport,
    /// Whether the data is made up, so that every page says so.
    pub is_illustrative: bool,
    /// The clock.
    pub clock: Clock,
    /// Working days, times, and the seed of samples.
    pub numbers: Arc<Numbers>,
    /// Where files lie.
    pub folders: Folders,
    /// Where heavy work goes.
    pub works: Works,
    /// Where papers are set as PDF; without it there are pages for print alone.
    pub press: Option<Press>,
}

/// Everything a page works with. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    settings: Settings,
    limits: Arc<Limits>,
    oidc: Option<Oidc>,
    waker: Arc<tokio::sync::Notify>,
}

impl Desk {
    /// A desk.
    pub fn new(store: Store, settings: Settings) -> Desk {
        Desk { store, settings, limits: Arc::new(Limits::default()), oidc: None, waker: Arc::default() }
    }

    /// What differs from office to office.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How browsers reach the pages.
    pub fn transport(&self) -> Transport {
        self.settings.transport
    }

    /// Whether every page says that its data is made up.
    pub fn is_illustrative(&self) -> bool {
        self.settings.is_illustrative
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Working days, times, and the seed of samples.
    pub fn numbers(&self) -> &Numbers {
        &self.settings.numbers
    }

    /// Where files lie.
    pub fn folders(&self) -> &Folders {
        &self.settings.folders
    }

    /// Reads the county's own times and numbers anew.
    ///
    /// # Errors
    /// The store's own.
    pub async fn read_numbers(&self) -> Result<(), StoreError> {
        self.numbers().take(&self.store.county_numbers().await?);
        Ok(())
    }

    /// Where heavy work goes, and whatever reads outside bytes.
    pub fn works(&self) -> &Works {
        &self.settings.works
    }

    /// Where papers are set as PDF, if it is there.
    pub fn press(&self) -> Option<&Press> {
        self.settings.press.as_ref()
    }

    /// Tells the runner of jobs that there is one.
    pub fn wake_runner(&self) {
        self.waker.notify_one();
    }

    /// Waits until somebody asked for a job.
    pub async fn job_waits(&self) {
        self.waker.notified().await;
    }

    /// The same desk with other works, for tests.
    pub fn with_works(mut self, works: Works) -> Desk {
        self.settings.works = works;
        self
    }

    /// The same desk with another press, for tests.
    pub fn with_press(mut self, press: Press) -> Desk {
        self.settings.press = Some(press);
        self
    }

    /// Bytes nobody can guess.
    pub fn random_bytes(&self) -> Result<[u8; 32], PageError> {
        let mut bytes = [0; 32];
        match getrandom::fill(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) => {
                tracing::error!(%error, "the system gives no random bytes");
                Err(PageError::broken())
            }
        }
    }

    /// A word nobody can guess.
    pub fn random_word(&self) -> Result<String, PageError> {
        Ok(self.random_bytes()?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The same with an outside sign-in service.
    pub fn with_oidc(self, oidc: Oidc) -> Desk {
        Desk { oidc: Some(oidc), ..self }
    }

    /// The outside sign-in service, if one is connected.
    pub fn oidc(&self) -> Option<&Oidc> {
        self.oidc.as_ref()
    }

    /// How much programs may still ask.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What is stored.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who is signed in with this request's cookie. What a page asks by itself does not keep the session alive.
    ///
    /// # Errors
    /// `store-signed-out`, which leads to the sign-in page.
    pub async fn visitor(&self, headers: &HeaderMap, now: Timestamp, is_polled: bool) -> Result<Visitor, PageError> {
        let cookie = cookies::find(self.transport(), headers, SESSION).unwrap_or_default();
        // What is no token is nobody's: the store answers for both.
        let token = Token::parse(&cookie).or_else(|| Token::parse(&"0".repeat(64))).ok_or_else(PageError::broken)?;
        let session = match is_polled {
            true => self.store.session_looked_at(&token, now).await?,
            false => self.store.session(&token, now).await?,
        };
        let scope = session.scope(now);
        Ok(Visitor { session, scope })
    }
}
