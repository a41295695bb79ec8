//! Relief that is handed over in person: what waits in somebody's own area, and that it was received.
//!
//! A batch lies where its book does, in the county; who hands its money over works in a town or village. So the batch is read and
//! written in the program's own name, after the place of the household was held against the caller's.

use sea_orm::DatabaseTransaction;
use shukun_base::{ActorId, Day, Fen, HouseholdId, Note, RegionCode};
use shukun_casework::authority::Permission;
use shukun_casework::{CaseId, DocumentId, DocumentKind};
use shukun_fund::BatchId;
use shukun_fund::paying::{Act, Delivery, Evidence, PaymentId};

use super::act::{CaseDesk, request_hash};
use super::unreadable;
use crate::accounts::read_region;
use crate::audit::{self, Entry, Object, append};
use crate::documents::Paper;
use crate::error::{Result, StoreError};
use crate::fund::kept::Keeping;
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Query, Row, find, statements, values};
use crate::store::Store;
use crate::wall::{OwnWork, open_for};

/// Where a household lives: with its case, where the line has one.
const PLACE: &str = "COALESCE(cases.region, resolution_lines.area)";

statements! {
    ONE = "SELECT payments.batch_id, resolution_lines.case_id, COALESCE(cases.region, resolution_lines.area) AS region
        FROM payments JOIN resolution_lines ON resolution_lines.line_id = payments.line_id
        LEFT JOIN cases ON cases.case_id = resolution_lines.case_id
        WHERE payments.payment_id = $1";
}

/// Relief that waits to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The payment.
    pub payment: PaymentId,
    /// Where the household lives.
    pub region: RegionCode,
    /// Its case, where there is one.
    pub case: Option<CaseId>,
    /// The household of the case.
    pub household: Option<HouseholdId>,
    /// The programme's key.
    pub programme: String,
    /// How much.
    pub amount: Fen,
}

/// That it was received.
#[derive(Clone, Debug)]
pub struct HandedOver<'a> {
    /// Which payment.
    pub payment: &'a PaymentId,
    /// The day.
    pub on: Day,
    /// Where, in words without a house number.
    pub place: Note,
    /// Who received it, as a relation to the person aided.
    pub received_by: Note,
    /// Who stood by, by office.
    pub witness: Note,
    /// The signed receipt as a photo or scan.
    pub receipt: &'a [u8],
}

/// Where a payment is to be handed over.
struct Door {
    batch: BatchId,
    case: Option<CaseId>,
    region: RegionCode,
}

impl Store {
    /// What waits to be handed over in the caller's area.
    pub async fn deliveries(&self, scope: &Scope) -> Result<Vec<DeliveryRow>> {
        scope.require_anywhere(Permission::RecordDelivery)?;
        let rows = deliveries_query(scope).all(&self.own(OwnWork::Deliveries)).await?;
        rows.iter().map(read).collect()
    }

    /// [`Store::deliveries`] for somebody who looks at them: written into the audit trail, once for each place.
    pub async fn view_deliveries(&self, scope: &Scope, now: Moment) -> Result<Vec<DeliveryRow>> {
        let rows = self.deliveries(scope).await?;
        let places: std::collections::BTreeSet<&RegionCode> = rows.iter().map(|row| &row.region).collect();
        if places.is_empty() {
            return Ok(rows);
        }
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            for place in &places {
                let (object, region) = (Object::new("region", place.as_str()), Some(*place));
                let act = audit::Act::DeliveriesViewed;
                append(self, &tx, now, Entry { account_id, act, object, region, fields: "", reason: None }).await?;
            }
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(rows)
    }

    /// Records that a payment was handed over: the batch, its voucher, the case and the receipt in one transaction. Sent again it is
    /// done once.
    ///
    /// # Errors
    /// `store-not-found` outside the area; `store-document-…` for the receipt; `P103`, `P111`, `P118`, `P119`; casework's codes.
    pub async fn record_delivery(&self, scope: &Scope, handed: &HandedOver<'_>, desk: &CaseDesk<'_>) -> Result<()> {
        scope.require_writing()?;
        let paper = Paper::read(handed.receipt)?;
        let by = scope.account_id().as_str();
        self.refuse_above_quota(by, &paper, desk.now).await?;
        let delivery = Delivery {
            on: handed.on,
            place: handed.place.clone(),
            handed_by: ActorId::new(by).ok_or_else(unreadable)?,
            received_by: handed.received_by.clone(),
            witness: Some(handed.witness.clone()),
            paper: paper.sha256.clone(),
        };
        let evidence = Evidence::Delivery(delivery);
        let act = Act::Pay { payment: handed.payment.clone(), on: handed.on, evidence };
        let (transaction, acts) = (format!("deliver-{}", handed.payment), [act]);
        let request = request_hash(&acts)?;
        let name = (transaction.as_str(), request.as_str());
        let asked = std::sync::Mutex::new(None);
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let opening = open_for(&tx, OwnWork::Deliveries).await?;
            let door = door_of(&tx, scope, handed.payment).await?;
            let mut held = self.hold_batch(&tx, &door.batch).await?;
            if !self.is_known(&tx, &door.batch, name.0, name.1).await? {
                self.act_within_batch(&tx, scope, &mut held, (&acts, name), (desk, &asked)).await?;
                let keeping = Keeping { account_id: by, region: &held.region, now: desk.now };
                self.keep_receipt(&tx, scope, (&door, &paper), keeping).await?;
            }
            opening.close(&tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Among the papers of the case; with the batch's files where the line has no case.
    async fn keep_receipt(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (door, paper): (&Door, &Paper),
        keeping: Keeping<'_>,
    ) -> Result<()> {
        let Some(case) = &door.case else {
            let sealed = self.file_to_keep((&door.batch, "answer"), ("receipt", &paper.bytes))?;
            return self.keep_file(tx, (&door.batch, &sealed), keeping).await;
        };
        let id = DocumentId::new(&self.chance.id()?).ok_or_else(unreadable)?;
        let document = paper.named(id, DocumentKind::Receipt);
        self.add_document_within(tx, scope, (case, &door.region), (&document, &paper.bytes), keeping.now).await
    }
}

/// The payment's household, where it lies in the caller's area; outside of it there is none.
async fn door_of(tx: &DatabaseTransaction, scope: &Scope, payment: &PaymentId) -> Result<Door> {
    let row = find(tx, ONE, values![payment.as_str()]).await?.ok_or_else(StoreError::not_found)?;
    let case: Option<String> = row.get("case_id")?;
    let region = read_region(&row)?;
    if !scope.allows(Permission::RecordDelivery, Some(&region)) {
        return Err(StoreError::not_found());
    }
    Ok(Door {
        batch: BatchId::new(&row.get::<String>("batch_id")?).ok_or_else(unreadable)?,
        case: case.map(|id| CaseId::new(&id).ok_or_else(unreadable)).transpose()?,
        region,
    })
}

/// Whether an act is a delivery that the caller may record where the household lives.
pub(super) async fn require_delivery(tx: &DatabaseTransaction, scope: &Scope, payment: &PaymentId) -> Result<()> {
    let door = door_of(tx, scope, payment).await?;
    scope.require(Permission::RecordDelivery, Some(&door.region))
}

pub(crate) fn deliveries_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT payments.payment_id, payments.amount_fen, resolution_lines.case_id, resolution_lines.programme,
            cases.household_id, COALESCE(cases.region, resolution_lines.area) AS region
        FROM payments JOIN resolution_lines ON resolution_lines.line_id = payments.line_id
        LEFT JOIN cases ON cases.case_id = resolution_lines.case_id
        WHERE payments.channel = 'in_person' AND payments.state = 'sent' AND ",
    );
    scope.push_area(&mut query, PLACE, Permission::RecordDelivery);
    query.push(" ORDER BY region, payments.payment_id LIMIT 300");
    query
}

fn read(row: &Row) -> Result<DeliveryRow> {
    let case: Option<String> = row.get("case_id")?;
    let household: Option<String> = row.get("household_id")?;
    Ok(DeliveryRow {
        payment: PaymentId::new(&row.get::<String>("payment_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        case: case.map(|id| CaseId::new(&id).ok_or_else(unreadable)).transpose()?,
        household: household.map(|id| id.parse().map(HouseholdId).map_err(|_| unreadable())).transpose()?,
        programme: row.get("programme")?,
        amount: Fen(row.get("amount_fen")?),
    })
}
