//! Certificates: numbers without gaps per book and year; the paper is made anew from what is known, its check code is kept.

use shukun_base::{Masked, Text};
use shukun_casework::authority::Permission;
use shukun_fund::GiftId;
use shukun_fund::giving::{
    Certificate, Certified, DonorKind, Showing, certificate_number, earmark_text, plan_certificate,
};

use super::books::{book_names, maybe_restriction};
use super::donors::DonorFilter;
use super::gifts::GiftRow;
use super::{read_day, refused, require_at, unreadable};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{execute, find, statements, values};
use crate::store::Store;

statements! {
    OF_GIFT = "SELECT certificate_year, certificate_number, issued_on, check_code FROM certificates WHERE gift_id = $1";
    // One row of the counter: the number is taken together with its certificate, or not at all.
    NEXT = "INSERT INTO certificate_counters (book_id, certificate_year, last_number) VALUES ($1, $2, 1)
        ON CONFLICT (book_id, certificate_year)
        DO UPDATE SET last_number = certificate_counters.last_number + 1 RETURNING last_number";
    ADD = "INSERT INTO certificates (book_id, certificate_year, certificate_number, gift_id, issued_on, check_code)
        VALUES ($1, $2, $3, $4, $5, $6)";
    REPRINT = "UPDATE certificates SET check_code = $2 WHERE gift_id = $1";
}

impl Store {
    /// The certificate of a gift: made now with the next number, or the one there is, printed again with what holds today.
    ///
    /// `name` says programmes, places and classes in words.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G151` where all of the gift was paid back.
    pub async fn issue_certificate(
        &self,
        scope: &Scope,
        gift_id: &GiftId,
        name: &(dyn Fn(&str) -> Text + Sync),
        now: Moment,
    ) -> Result<Certificate> {
        let gift = self.gift(scope, gift_id).await?;
        require_at(scope, Permission::RecordGift, &gift.region)?;
        let certified = self.certified(scope, &gift, name).await?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let known = find(&tx, OF_GIFT, values![gift_id.as_str()]).await?;
            let (year, number, issued_on) = match &known {
                Some(row) => {
                    (row.get("certificate_year")?, row.get("certificate_number")?, read_day(row, "issued_on")?)
                }
                None => {
                    let year = i64::from(scope.today().year());
                    let row = find(&tx, NEXT, values![gift.book.as_str(), year]).await?.ok_or_else(unreadable)?;
                    (year, row.get::<i64>("last_number")?, scope.today())
                }
            };
            let written = certificate_number(i16::try_from(year).map_err(|_| unreadable())?, number);
            let made = plan_certificate(&written, &certified, issued_on).map_err(|refusal| refused(&refusal))?;
            let (id, check) = (gift_id.as_str(), made.check.as_str());
            match known {
                Some(_) => execute(&tx, REPRINT, values![id, check]).await?,
                None => {
                    execute(&tx, ADD, values![gift.book.as_str(), year, number, id, issued_on.to_string(), check])
                        .await?
                }
            };
            let (account_id, object) = (scope.account_id().as_str(), Object::new("gift", id));
            let (region, fields) = (Some(&gift.region), written.as_str());
            let entry = Entry { account_id, act: Act::CertificateIssued, object, region, fields, reason: None };
            append(self, &tx, now, entry).await?;
            tx.commit().await?;
            Ok(made)
        })
        .await
    }

    /// The certificate that was made, and whether it still says what was printed last.
    ///
    /// # Errors
    /// `store-forbidden`; `store-not-found` where none was made; `G151`.
    pub async fn certificate(
        &self,
        scope: &Scope,
        gift_id: &GiftId,
        name: &(dyn Fn(&str) -> Text + Sync),
    ) -> Result<(Certificate, bool)> {
        let gift = self.gift(scope, gift_id).await?;
        require_at(scope, Permission::RecordGift, &gift.region)?;
        let row = find(&self.within(scope, Permission::ViewFund), OF_GIFT, values![gift_id.as_str()]).await?;
        let row = row.ok_or_else(StoreError::not_found)?;
        let year = i16::try_from(row.get::<i64>("certificate_year")?).map_err(|_| unreadable())?;
        let number = certificate_number(year, row.get("certificate_number")?);
        let certified = self.certified(scope, &gift, name).await?;
        let made = plan_certificate(&number, &certified, read_day(&row, "issued_on")?);
        let made = made.map_err(|refusal| refused(&refusal))?;
        let is_as_printed = row.get::<Option<String>>("check_code")?.as_deref() == Some(made.check.as_str());
        Ok((made, is_as_printed))
    }

    async fn certified(
        &self,
        scope: &Scope,
        gift: &GiftRow,
        name: &(dyn Fn(&str) -> Text + Sync),
    ) -> Result<Certified> {
        let donor = self.donor(scope, &gift.donor).await?;
        let whole = match (donor.showing, donor.kind) {
            // A certificate says the whole name; lists do not.
            (Showing::Name, DonorKind::Individual) => Some(self.whole_name(scope, gift).await?.reveal().clone()),
            _ => donor.shown.clone(),
        };
        let within = self.within(scope, Permission::ViewFund);
        let restriction = maybe_restriction(&within, &gift.book, &gift.into).await?;
        let (fund, issuer) = book_names(&within, &gift.book).await?;
        Ok(Certified {
            fund,
            issuer,
            donor: whole,
            heads: donor.heads,
            amount: gift.left(),
            received_on: gift.received_on,
            purpose: earmark_text(restriction.as_ref(), &|key| name(key)),
        })
    }

    async fn whole_name(&self, scope: &Scope, gift: &GiftRow) -> Result<Masked<String>> {
        let filter = DonorFilter { donors: Some(vec![gift.donor.clone()]), after: None };
        let rows = super::donors::donors_query(scope, &filter).all(&self.within(scope, Permission::ViewFund)).await?;
        let row = rows.first().ok_or_else(StoreError::not_found)?;
        self.sealed_name(row, &gift.donor).await?.ok_or_else(unreadable)
    }
}
