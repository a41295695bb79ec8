//! What a county wrote down of paying: never changed, written anew.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_fund::paying::PaymentSettings;

use super::no_settings;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{execute, find, statements, values};
use crate::store::Store;

statements! {
    SET = "INSERT INTO payment_settings (setting_id, region, words, set_by, set_at) VALUES ($1, $2, $3, $4, $5)";
    NEWEST = "SELECT words FROM payment_settings WHERE region = $1 ORDER BY set_at DESC, setting_id LIMIT 1";
}

/// Digits of a county's code: rules of paying are a county's.
const COUNTY: usize = 6;

impl Store {
    /// Writes the rules of a county down, in the words that [`PaymentSettings::read`] reads.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller checks the books of the whole county; `store-payment-words` where the words cannot be
    /// read.
    pub async fn set_payment_settings(
        &self,
        scope: &Scope,
        region: &RegionCode,
        words: &str,
        now: Moment,
    ) -> Result<()> {
        scope.require(Permission::CheckBooks, Some(region))?;
        PaymentSettings::read(words).map_err(|fault| {
            let text = fault.text();
            StoreError::refused("store-payment-words", text.zh, text.en)
        })?;
        let (id, by) = (self.chance.id()?, scope.account_id().as_str());
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            execute(&tx, SET, values![id.as_str(), region.as_str(), words, by, millis(now)]).await?;
            let object = Object::new("payment_settings", &id);
            let entry = Entry {
                account_id: by,
                act: Act::PaymentRulesSet,
                object,
                region: Some(region),
                fields: "",
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            let keeping = Keeping { account_id: by, region, now };
            self.keep(&tx, (&kept::PAYING_RULES, values![id.as_str()]), keeping).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The words in force in a county, if anybody wrote some.
    pub async fn payment_words(&self, scope: &Scope, region: &RegionCode) -> Result<Option<String>> {
        scope.require_anywhere(Permission::ViewFund)?;
        words_in_force(&self.within(scope, Permission::ViewFund), region).await
    }

    /// [`Store::payment_words`], read.
    ///
    /// # Errors
    /// `store-payment-settings` where there are none.
    pub async fn payment_settings(&self, scope: &Scope, region: &RegionCode) -> Result<PaymentSettings> {
        let words = self.payment_words(scope, region).await?.ok_or_else(no_settings)?;
        read(&words)
    }

    /// The rules in force, inside the transaction of an act on a batch: who may do the act was asked before, and an officer who
    /// hands money over needs them without seeing the fund.
    pub(super) async fn settings_within(
        &self,
        tx: &DatabaseTransaction,
        region: &RegionCode,
    ) -> Result<Option<PaymentSettings>> {
        words_in_force(tx, region).await?.map(|words| read(&words)).transpose()
    }
}

async fn words_in_force(on: &impl ConnectionTrait, region: &RegionCode) -> Result<Option<String>> {
    let county = region.as_str().get(..COUNTY).unwrap_or(region.as_str());
    find(on, NEWEST, values![county]).await?.map(|row| row.get("words")).transpose()
}

fn read(words: &str) -> Result<PaymentSettings> {
    PaymentSettings::read(words).map_err(|_| super::unreadable())
}
