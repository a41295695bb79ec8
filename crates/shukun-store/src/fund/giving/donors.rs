//! Donors. A name is sealed, a telephone too; an anonymous donor is a row of its own whose identity is sealed under the key
//! `donor_links`, and no row says when it was written.
//!
//! Turning to or from anonymous moves the gifts and pledges to a new row and empties the old one. The audit trail names one of
//! the two rows, never both.

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, Masked, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::DonorId;
use shukun_fund::giving::{DonorKind, GivingCode, Heads, NewDonor, Showing, Turn, listed_name, plan_donor, turns_into};

use super::{ROWS_OF_A_PAGE, is_replay, push_seen, read_region, refused, refused_code, require_at, unreadable};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    REQUEST = "SELECT request_hash FROM donors WHERE donor_id = $1";
    ADD = "INSERT INTO donors (donor_id, region, donor_kind, showing, shown_name, heads, heads_at_least, name, contact,
            linkage, donor_state, request_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'current', $11)";
    // Reads the row and holds it until the end.
    HOLD = "UPDATE donors SET donor_state = donor_state WHERE donor_id = $1 AND donor_state = 'current'
        RETURNING region, donor_kind, showing, shown_name, heads, heads_at_least, name, contact, linkage";
    SHOW = "UPDATE donors SET showing = $2, shown_name = $3 WHERE donor_id = $1";
    LEAVE = "UPDATE donors SET donor_state = 'left', shown_name = NULL, name = NULL, contact = NULL, linkage = NULL
        WHERE donor_id = $1";
    // A paper with the name that was shown then is no longer what the fund would print.
    UNPRINT = "UPDATE certificates SET check_code = NULL WHERE gift_id IN (SELECT gift_id FROM gifts WHERE donor_id = $1)";
    MOVE_GIFTS = "UPDATE gifts SET donor_id = $2 WHERE donor_id = $1";
    MOVE_PLEDGES = "UPDATE pledges SET donor_id = $2 WHERE donor_id = $1";
}

/// A donor to be written down.
#[derive(Clone, Debug)]
pub struct DonorEntry {
    /// Its id, by chance.
    pub donor_id: DonorId,
    /// The county whose fund it gives to.
    pub region: RegionCode,
    /// What is written.
    pub donor: NewDonor,
}

/// Which donors.
#[derive(Clone, Debug, Default)]
pub struct DonorFilter {
    /// These alone, all at once.
    pub donors: Option<Vec<DonorId>>,
    /// Those that stand after this one on the list.
    pub after: Option<DonorId>,
}

/// A donor on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DonorRow {
    /// Its id.
    pub donor_id: DonorId,
    /// The county whose fund it gives to.
    pub region: RegionCode,
    /// Organisation, group or individual.
    pub kind: DonorKind,
    /// How it is shown.
    pub showing: Showing,
    /// What is shown: a person's own name as lists show it (one character); none = anonymous.
    pub shown: Option<String>,
    /// How many of a group gave.
    pub heads: Option<Heads>,
    /// How many gifts.
    pub gifts: i64,
    /// What arrived, paid back already taken off.
    pub received: Fen,
    /// What was promised in all.
    pub pledged: Fen,
}

/// Who a donor is, behind the mask.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Identity {
    name: String,
    contact: Option<String>,
}

/// Who a donor is.
#[derive(Clone, Debug)]
pub struct RevealedDonor {
    /// The name; empty where nobody said it.
    pub name: Masked<String>,
    /// Telephone or address.
    pub contact: Option<Masked<String>>,
}

impl Store {
    /// Writes a donor down. Sent again it is the same donor.
    ///
    /// # Errors
    /// `store-forbidden`; `G103`…`G106` where the donor cannot be shown like this, `G161`.
    pub async fn add_donor(&self, scope: &Scope, entry: &DonorEntry, now: Moment) -> Result<()> {
        scope.require(Permission::RecordGift, Some(&entry.region))?;
        plan_donor(&entry.donor).map_err(|refusal| refused(&refusal))?;
        let hash = self.donor_hash(entry)?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let found = find(&tx, REQUEST, values![entry.donor_id.as_str()]).await?;
            if is_replay(found.as_ref(), &hash)? {
                return Ok(());
            }
            self.insert_donor(&tx, entry, &hash).await?;
            self.log_donor(&tx, scope, &entry.donor_id, &entry.region, entry.donor.showing, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    fn donor_hash(&self, entry: &DonorEntry) -> Result<Vec<u8>> {
        let donor = &entry.donor;
        let heads = donor.heads.map(|heads| format!("{} {}", heads.count, heads.is_at_least)).unwrap_or_default();
        let contact = donor.contact.as_ref().map_or("", |contact| contact.reveal().as_str());
        let (kind, showing) = (donor.kind.key(), donor.showing.key());
        let (id, region, name) = (entry.donor_id.as_str(), entry.region.as_str(), donor.name.reveal().as_str());
        self.request_hash(&[id, region, kind, showing, name, &donor.alias, &heads, contact])
    }

    async fn insert_donor(&self, tx: &sea_orm::DatabaseTransaction, entry: &DonorEntry, hash: &[u8]) -> Result<()> {
        let (donor, id) = (&entry.donor, entry.donor_id.as_str());
        let is_anonymous = donor.showing == Showing::Anonymous;
        let heads = donor.heads.map(|heads| i64::from(heads.count));
        let at_least = i64::from(donor.heads.is_some_and(|heads| heads.is_at_least));
        let identity = Identity {
            name: donor.name.reveal().trim().to_owned(),
            contact: donor.contact.as_ref().map(|contact| contact.reveal().trim().to_owned()),
        };
        let (name, contact, linkage) = if is_anonymous {
            (None, None, Some(self.seal_linkage(id, &identity)?))
        } else {
            let name = self.keys.seal(&self.chance, place("name", id), identity.name.as_bytes())?;
            let seal = |text: &String| self.keys.seal(&self.chance, place("contact", id), text.as_bytes());
            (Some(name), identity.contact.as_ref().map(seal).transpose()?, None)
        };
        let (kind, showing) = (donor.kind.key(), donor.showing.key());
        let shown = shown_in_the_open(donor.kind, donor.showing, &identity.name, donor.alias.trim());
        let region = entry.region.as_str();
        let values = values![id, region, kind, showing, shown, heads, at_least, name, contact, linkage, hash.to_vec()];
        execute(tx, ADD, values).await?;
        Ok(())
    }

    fn seal_linkage(&self, id: &str, identity: &Identity) -> Result<Vec<u8>> {
        let text = serde_json::to_string(identity).map_err(|_| unreadable())?;
        self.keys.seal(&self.chance, linkage_place(id), text.as_bytes())
    }

    async fn log_donor(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        scope: &Scope,
        donor_id: &DonorId,
        region: &RegionCode,
        showing: Showing,
        now: Moment,
    ) -> Result<()> {
        let (account_id, object) = (scope.account_id().as_str(), Object::new("donor", donor_id.as_str()));
        let (region, fields) = (Some(region), showing.key());
        append(self, tx, now, Entry { account_id, act: Act::DonorSaved, object, region, fields, reason: None }).await
    }

    /// Donors where the caller sees the fund: those who gave most first, and whoever gave the same in the order of ids,
    /// which says nothing. A page ([`ROWS_OF_A_PAGE`]) and one more where the list goes on; those that are named, all at once.
    pub async fn list_donors(&self, scope: &Scope, filter: &DonorFilter) -> Result<Vec<DonorRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = donors_query(scope, filter).all(&self.within(scope, Permission::ViewFund)).await?;
        let mut donors = Vec::with_capacity(rows.len());
        for row in &rows {
            donors.push(self.read_donor(row).await?);
        }
        Ok(donors)
    }

    /// One donor.
    pub async fn donor(&self, scope: &Scope, donor_id: &DonorId) -> Result<DonorRow> {
        let filter = DonorFilter { donors: Some(vec![donor_id.clone()]), after: None };
        self.list_donors(scope, &filter).await?.pop().ok_or_else(StoreError::not_found)
    }

    async fn read_donor(&self, row: &Row) -> Result<DonorRow> {
        let donor_id = DonorId::new(&row.get::<String>("donor_id")?).ok_or_else(unreadable)?;
        let kind = DonorKind::find(&row.get::<String>("donor_kind")?).ok_or_else(unreadable)?;
        let showing = Showing::find(&row.get::<String>("showing")?).ok_or_else(unreadable)?;
        let shown: Option<String> = row.get("shown_name")?;
        let shown = match (shown, showing) {
            (None, Showing::Name) => {
                self.sealed_name(row, &donor_id).await?.map(|name| listed_name(kind, name.reveal()))
            }
            (shown, _) => shown,
        };
        Ok(DonorRow {
            kind,
            showing,
            shown,
            region: read_region(row)?,
            heads: read_heads(row)?,
            gifts: row.get("gifts")?,
            received: Fen(row.get("received_fen")?),
            pledged: Fen(row.get("pledged_fen")?),
            donor_id,
        })
    }

    pub(super) async fn sealed_name(&self, row: &Row, donor_id: &DonorId) -> Result<Option<Masked<String>>> {
        let Some(cell) = row.get::<Option<Vec<u8>>>("name")? else { return Ok(None) };
        Ok(Some(self.keys.open_text(&self.db, place("name", donor_id.as_str()), &cell).await?))
    }

    /// Who a donor is, whole, with a reason that is written down.
    ///
    /// # Errors
    /// `store-forbidden`, `store-step-up`, `store-reason-missing`, `store-not-found`.
    pub async fn reveal_donor(
        &self,
        scope: &Scope,
        donor_id: &DonorId,
        reason: &Masked<String>,
        now: Moment,
    ) -> Result<RevealedDonor> {
        if reason.reveal().trim().is_empty() {
            return Err(no_reason());
        }
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, HOLD, values![donor_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            require_at(scope, Permission::Reveal, &region)?;
            let identity = self.identity(&row, donor_id).await?;
            let (account_id, object) = (scope.account_id().as_str(), Object::new("donor", donor_id.as_str()));
            let (region, fields, reason) = (Some(&region), "name contact", Some(reason));
            append(self, &tx, now, Entry { account_id, act: Act::Revealed, object, region, fields, reason }).await?;
            tx.commit().await?;
            Ok(RevealedDonor { name: Masked::new(identity.name), contact: identity.contact.map(Masked::new) })
        })
        .await
    }

    async fn identity(&self, row: &Row, donor_id: &DonorId) -> Result<Identity> {
        let id = donor_id.as_str();
        if let Some(cell) = row.get::<Option<Vec<u8>>>("linkage")? {
            let text = self.keys.open_text(&self.db, linkage_place(id), &cell).await?;
            return serde_json::from_str(text.reveal()).map_err(|_| unreadable());
        }
        let name = self.sealed_name(row, donor_id).await?.ok_or_else(unreadable)?;
        let contact = match row.get::<Option<Vec<u8>>>("contact")? {
            Some(cell) => Some(self.keys.open_text(&self.db, place("contact", id), &cell).await?),
            None => None,
        };
        Ok(Identity { name: name.reveal().clone(), contact: contact.map(|contact| contact.reveal().clone()) })
    }

    /// Shows a donor otherwise from now on. To and from anonymous it becomes the new row `moved_to`, whose id the caller makes by
    /// chance; which row it is afterwards is the answer.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `G103`…`G105`.
    pub async fn show_donor(
        &self,
        scope: &Scope,
        donor_id: &DonorId,
        (showing, alias): (Showing, &str),
        moved_to: &DonorId,
        now: Moment,
    ) -> Result<DonorId> {
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, HOLD, values![donor_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            require_at(scope, Permission::RecordGift, &region)?;
            let was = Showing::find(&row.get::<String>("showing")?).ok_or_else(unreadable)?;
            let entry = self.shown_otherwise(&row, donor_id, moved_to, (showing, alias)).await?;
            execute(&tx, UNPRINT, values![donor_id.as_str()]).await?;
            let now_is = match turns_into(was, showing) {
                Turn::Stays => {
                    let shown = shown_in_the_open(entry.donor.kind, showing, entry.donor.name.reveal(), alias.trim());
                    execute(&tx, SHOW, values![donor_id.as_str(), showing.key(), shown]).await?;
                    donor_id.clone()
                }
                Turn::Moves => {
                    self.insert_donor(&tx, &entry, &self.donor_hash(&entry)?).await?;
                    for moves in [MOVE_GIFTS, MOVE_PLEDGES] {
                        execute(&tx, moves, values![donor_id.as_str(), moved_to.as_str()]).await?;
                    }
                    execute(&tx, LEAVE, values![donor_id.as_str()]).await?;
                    moved_to.clone()
                }
            };
            self.log_donor(&tx, scope, &now_is, &region, showing, now).await?;
            tx.commit().await?;
            Ok(now_is)
        })
        .await
    }

    async fn shown_otherwise(
        &self,
        row: &Row,
        donor_id: &DonorId,
        moved_to: &DonorId,
        (showing, alias): (Showing, &str),
    ) -> Result<DonorEntry> {
        let identity = self.identity(row, donor_id).await?;
        let donor = NewDonor {
            kind: DonorKind::find(&row.get::<String>("donor_kind")?).ok_or_else(unreadable)?,
            showing,
            name: Masked::new(identity.name),
            alias: alias.to_owned(),
            heads: read_heads(row)?,
            contact: identity.contact.map(Masked::new),
        };
        plan_donor(&donor).map_err(|refusal| refused(&refusal))?;
        if donor_id == moved_to {
            return Err(refused_code(GivingCode::IdTaken));
        }
        Ok(DonorEntry { donor_id: moved_to.clone(), region: read_region(row)?, donor })
    }
}

/// What of a name may stand open: an organisation's or group's, and an alias.
fn shown_in_the_open(kind: DonorKind, showing: Showing, name: &str, alias: &str) -> Option<String> {
    match (showing, kind) {
        (Showing::Anonymous, _) | (Showing::Name, DonorKind::Individual) => None,
        (Showing::Alias, _) => Some(alias.to_owned()),
        (Showing::Name, DonorKind::Organisation | DonorKind::Group) => Some(name.to_owned()),
    }
}

fn read_heads(row: &Row) -> Result<Option<Heads>> {
    let Some(count) = row.get::<Option<i64>>("heads")? else { return Ok(None) };
    let count = u32::try_from(count).map_err(|_| unreadable())?;
    Ok(Some(Heads { count, is_at_least: row.get::<i64>("heads_at_least")? == 1 }))
}

/// What came from a donor, less what went back to it.
const RECEIVED: &str =
    "(SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM gifts WHERE gifts.donor_id = donors.donor_id)
    - (SELECT CAST(COALESCE(SUM(gift_refunds.amount_fen), 0) AS BIGINT) FROM gift_refunds
        JOIN gifts ON gifts.gift_id = gift_refunds.gift_id
        WHERE gifts.donor_id = donors.donor_id AND gift_refunds.voucher_id IS NOT NULL) AS received_fen";

pub(crate) fn donors_query(scope: &Scope, filter: &DonorFilter) -> Query {
    let mut query = Query::new(
        "SELECT * FROM (SELECT donor_id, region, donor_kind, showing, shown_name, heads, heads_at_least, name,
            (SELECT COUNT(*) FROM gifts WHERE gifts.donor_id = donors.donor_id) AS gifts,
            (SELECT CAST(COALESCE(SUM(total_fen), 0) AS BIGINT) FROM pledges WHERE pledges.donor_id = donors.donor_id)
            AS pledged_fen, ",
    );
    query.push(RECEIVED).push(" FROM donors WHERE donor_state = 'current' AND ");
    push_seen(&mut query, scope, "region");
    query.push(") AS listed");
    if let Some(donors) = &filter.donors {
        query.push(" WHERE donor_id IN (").bind_list(donors.iter().map(|donor| donor.as_str().into())).push(")");
    } else if let Some(after) = &filter.after {
        query.push(" WHERE EXISTS (SELECT 1 FROM (SELECT donor_id AS last_id, ").push(RECEIVED);
        query.push(" FROM donors WHERE donor_id = ").bind(after.as_str());
        query.push(
            ") AS last WHERE listed.received_fen < last.received_fen
                OR listed.received_fen = last.received_fen AND listed.donor_id > last_id)",
        );
    }
    query.push(" ORDER BY received_fen DESC, donor_id");
    if filter.donors.is_none() {
        query.push(" LIMIT ").bind(i64::from(ROWS_OF_A_PAGE) + 1);
    }
    query
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: "donors", column, row }
}

/// Under a key of its own.
fn linkage_place(row: &str) -> Place<'_> {
    Place { table: "donor_links", column: "linkage", row }
}

fn no_reason() -> StoreError {
    StoreError::refused("store-reason-missing", "请写明查看的理由。", "Say why you look behind the mask.")
}
