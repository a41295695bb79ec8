//! A household's slip: what opens its own payment, for whoever hands it over. Each look is written down.

use shukun_base::{Fen, Masked};
use shukun_casework::authority::Permission;
use shukun_fund::publishing::PublicationId;
use shukun_fund::publishing::proof::merkle::Hash;
use shukun_fund::publishing::proof::{Opening, Slip};
use shukun_fund::{BatchId, LineId};

use super::seal::opening_row;
use super::{place, unreadable};
use crate::accounts::read_region;
use crate::audit::{Act, Object};
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Row, all, commit, find, statements, values};
use crate::store::Store;

statements! {
    OPENINGS = "SELECT receipt_openings.publication_id, place, opening, leaves, log_place FROM receipt_openings
        JOIN receipt_seals ON receipt_seals.publication_id = receipt_openings.publication_id
        WHERE line_id = $1 ORDER BY log_place DESC";
    BOOK_OF_LINE = "SELECT books.region FROM resolution_lines JOIN books ON books.book_id = resolution_lines.book_id
        WHERE line_id = $1";
}

/// A slip as it is handed over. The slip itself opens a payment: it is masked, so that no log shows it.
#[derive(Clone, Debug)]
pub struct SlipOf {
    /// The statement in whose total the payment is.
    pub publication: PublicationId,
    /// The checkpoint under which it lies.
    pub log_place: u64,
    /// The amount.
    pub amount: Fen,
    /// The slip.
    pub slip: Masked<Slip>,
}

impl Store {
    /// The slips of a line of a resolution, newest first: one for each period in which money went out for it. Empty: its
    /// payment is in no sealed statement yet.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area; `store-forbidden` for who does not pay.
    pub async fn slips(&self, scope: &Scope, line: &LineId, now: Moment) -> Result<Vec<SlipOf>> {
        let row = find(&self.within(scope, Permission::ViewFund), BOOK_OF_LINE, values![line.as_str()]).await?;
        let region = read_region(&row.ok_or_else(StoreError::not_found)?)?;
        if !scope.allows(Permission::ViewFund, Some(&region)) {
            return Err(StoreError::not_found());
        }
        scope.require(Permission::MakeBatch, Some(&region))?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let mut slips = Vec::new();
            for row in all(&tx, OPENINGS, values![line.as_str()]).await? {
                slips.push(self.read_slip(&row, line).await?);
            }
            if !slips.is_empty() {
                let object = Object::new("line", line.as_str());
                self.note_sealing(&tx, (Act::SlipShown, scope), (object, &region), now).await?;
            }
            commit(tx).await?;
            Ok(slips)
        })
        .await
    }

    async fn read_slip(&self, row: &Row, line: &LineId) -> Result<SlipOf> {
        let publication = PublicationId::new(&row.get::<String>("publication_id")?).ok_or_else(unreadable)?;
        let bound = opening_row(&publication, line);
        let cell: Vec<u8> = row.get("opening")?;
        let text = self.keys.open_cell(&self.db, place("receipt_openings", "opening", &bound), &cell).await?;
        let opening: Opening = serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?;
        let bytes: Vec<u8> = row.get("leaves")?;
        let leaves: Vec<Hash> =
            bytes.chunks(32).map(|chunk| chunk.try_into().map_err(|_| unreadable())).collect::<Result<_>>()?;
        let number = u64::try_from(row.get::<i64>("place")?).map_err(|_| unreadable())?;
        let batch = BatchId::new(publication.as_str()).ok_or_else(unreadable)?;
        let slip = Slip::of(&batch, number, &opening, &leaves).ok_or_else(unreadable)?;
        let log_place = u64::try_from(row.get::<i64>("log_place")?).map_err(|_| unreadable())?;
        Ok(SlipOf { publication, log_place, amount: opening.amount, slip: Masked::new(slip) })
    }
}
