//! Sealing one published statement: its payments as commitments, its leaf in the log, the checkpoint with the fund's signature.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha20Rng;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::{AccountCode, TransferCode};
use shukun_fund::publishing::proof::merkle::{Hash, leaf_hash};
use shukun_fund::publishing::proof::{Body, Checkpoint, Cut, Header, Sealed, SignKey, hex, seal};
use shukun_fund::publishing::{FundStatement, Movement, Net, PublicationId};
use shukun_fund::{BatchId, LineId};

use super::{place, read_note, unreadable};
use crate::audit::{Act, Object};
use crate::error::{Result, StoreError};
use crate::fund::kept;
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, all, commit, execute, find, insert, statements, values};
use crate::store::Store;

statements! {
    PUBLISHED = "SELECT body FROM publications WHERE publication_id = $1";
    KNOWN = "SELECT log_place FROM receipt_seals WHERE publication_id = $1";
    // A correction that names no line is about that of the transfer it corrects.
    MOVED = "SELECT COALESCE(transfers.line_id, corrected.line_id) AS line_id, transfers.debit, transfers.credit, transfers.code,
            CAST(SUM(transfers.amount_fen) AS BIGINT) AS fen
        FROM transfers LEFT JOIN transfers AS corrected ON corrected.transfer_id = transfers.corrects_id
        WHERE transfers.book_id = $1 AND transfers.phase IN (0, 2) AND transfers.sequence <= $2 AND transfers.effective >= $3
            AND transfers.effective <= $4 AND (transfers.debit LIKE 'relief:%' OR transfers.credit LIKE 'relief:%'
            OR transfers.code IN ('bank_return', 'reissue', 'recovery'))
        GROUP BY COALESCE(transfers.line_id, corrected.line_id), transfers.debit, transfers.credit, transfers.code";
    SEAL = "INSERT INTO receipt_seals (log_place, publication_id, book_id, region, header, commitments, leaves, count, total_fen,
        paid_fen, came_back_fen, earlier_fen, sealed_by, sealed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    OPENING = "INSERT INTO receipt_openings (publication_id, line_id, place, opening) VALUES ($1, $2, $3, $4)";
    HEADERS = "SELECT header FROM receipt_seals ORDER BY log_place";
    LAST = "SELECT log_size, note, hash FROM checkpoints ORDER BY log_size DESC LIMIT 1";
    DRAW = "INSERT INTO checkpoints (log_size, drawn_by, note, hash, size_before, hash_before, drawn_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// What is to be sealed of a statement.
struct ToSeal {
    id: PublicationId,
    statement: FundStatement,
    region: RegionCode,
    net: Net,
    sealed: Sealed,
}

impl Store {
    /// Seals the payments of a published statement and draws up the log's next checkpoint, signed with the fund's key: its
    /// size comes back. Sealed again it is the same.
    ///
    /// # Errors
    /// `store-forbidden`; `store-not-found` for what is not published; `store-seal-empty` where nothing was paid;
    /// `store-seal-sum` where the payments, one by one, are not what the statement says; `store-sign-key-missing` where the
    /// fund has no key; `store-damaged` where the log does not continue its last checkpoint.
    pub async fn seal_publication(&self, scope: &Scope, id: &PublicationId, now: Moment) -> Result<u64> {
        scope.require_anywhere(Permission::PublishFund)?;
        let row = find(&self.db, PUBLISHED, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let statement: FundStatement = serde_json::from_str(&row.get::<String>("body")?).map_err(|_| unreadable())?;
        let region = self.place_of_book(scope, &statement.book).await?;
        scope.require(Permission::PublishFund, Some(&region))?;
        let seed: [u8; 32] = self.chance.bytes()?;
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            if let Some(known) = find(&tx, KNOWN, values![id.as_str()]).await? {
                return u64::try_from(known.get::<i64>("log_place")?).map_err(|_| unreadable());
            }
            let key = self.newest_key(&tx, Body::Fund, &region).await?;
            let key = self.open_key(&tx, &key).await?.ok_or_else(fund_key_elsewhere)?;
            let net =
                moved(&tx, &statement).await?.filter(|net| net.fits(statement.paid())).ok_or_else(does_not_add)?;
            let (id, statement, region) = (id.clone(), statement.clone(), region.clone());
            let (net, sealed) = seal_all(&id, net, &statement, seed)?;
            let to_seal = ToSeal { id, statement, region, net, sealed };
            let size = self.write_seal(&tx, scope, (&to_seal, &key), now).await?;
            commit(tx).await?;
            Ok(size)
        })
        .await
    }

    async fn write_seal(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (to_seal, key): (&ToSeal, &SignKey),
        now: Moment,
    ) -> Result<u64> {
        let mut leaves = log(tx).await?;
        leaves.push(to_seal.sealed.header.leaf());
        let last = find(tx, LAST, values![]).await?;
        let before = match last {
            Some(row) => Some(read_note(&row.get::<String>("note")?)?.checkpoint),
            None => None,
        };
        let head = to_seal.statement.ledger_head.clone();
        let next = Checkpoint::after(before.as_ref(), &origin(key), &leaves, head).ok_or_else(unreadable)?;
        let size = i64::try_from(next.size).map_err(|_| unreadable())?;
        let by = scope.account_id().as_str();
        insert_seal(tx, to_seal, (size, by), now).await?;
        self.insert_openings(tx, to_seal).await?;
        let note = format!("{}\n{}", next.lines(), key.sign(&next));
        let (size_before, hash_before) = match &before {
            Some(before) => (Some(size - 1), Some(hex::show(&before.hash()))),
            None => (None, None),
        };
        let hash = hex::show(&next.hash());
        execute(tx, DRAW, values![size, by, note, hash, size_before, hash_before, millis(now)]).await?;
        let object = Object::new("checkpoint", next.size.to_string());
        self.note_sealing(tx, (Act::PaymentsSealed, scope), (object, &to_seal.region), now).await?;
        let id = to_seal.id.as_str();
        let records = [(&kept::SEAL, values![id]), (&kept::OPENINGS, values![id]), (&kept::CHECKPOINT, values![size])];
        self.keep_sealing(tx, (scope, &to_seal.region), records, now).await?;
        Ok(next.size)
    }

    async fn insert_openings(&self, tx: &DatabaseTransaction, to_seal: &ToSeal) -> Result<()> {
        let each = to_seal.net.paid.iter().zip(&to_seal.sealed.openings);
        let mut rows = Vec::new();
        for (number, ((line, _), opening)) in (0_i64..).zip(each) {
            let row = opening_row(&to_seal.id, line);
            let text = serde_json::to_vec(opening).map_err(|_| unreadable())?;
            let cell = self.keys.seal(&self.chance, place("receipt_openings", "opening", &row), &text)?;
            rows.push(values![to_seal.id.as_str(), line.as_str(), number, cell]);
        }
        insert(tx, OPENING, &rows).await
    }
}

/// The row that an opening is bound to.
pub(super) fn opening_row(id: &PublicationId, line: &LineId) -> String {
    format!("{id}|{line}")
}

/// The lines in an order that tells nothing, each sealed.
fn seal_all(id: &PublicationId, mut net: Net, statement: &FundStatement, seed: [u8; 32]) -> Result<(Net, Sealed)> {
    let mut chance = ChaCha20Rng::from_seed(seed);
    net.paid.shuffle(&mut chance);
    let amounts: Vec<Fen> = net.paid.iter().map(|(_, amount)| *amount).collect();
    let batch = BatchId::new(id.as_str()).ok_or_else(unreadable)?;
    let cut = Cut { book: statement.book.clone(), seq: statement.ledger_seq, head: statement.ledger_head.clone() };
    let sealed = seal(&batch, &amounts, &cut, &mut chance).ok_or_else(nothing_paid)?;
    Ok((net, sealed))
}

async fn insert_seal(tx: &DatabaseTransaction, to_seal: &ToSeal, (size, by): (i64, &str), now: Moment) -> Result<()> {
    let ToSeal { id, statement, region, net, sealed } = to_seal;
    let header = serde_json::to_string(&sealed.header).map_err(|_| unreadable())?;
    let count = i64::try_from(sealed.header.count).map_err(|_| unreadable())?;
    let values = values![
        size,
        id.as_str(),
        statement.book.as_str(),
        region.as_str(),
        header,
        sealed.commitments.concat(),
        sealed.leaves.concat(),
        count,
        sealed.header.total.0,
        statement.paid().0,
        net.came_back.0,
        net.earlier.0,
        by,
        millis(now)
    ];
    execute(tx, SEAL, values).await?;
    Ok(())
}

/// Whose log it is: named after the first key of the fund, so that no two installations have the same.
fn origin(key: &SignKey) -> String {
    let line = key.check_key().line();
    let mark = hex::show(&leaf_hash(line.as_bytes()));
    format!("shukun-fund/{}", mark.get(..16).unwrap_or(&mark))
}

/// What the lines of a statement's period had, by the books as they stood at its cut; none where money names no line.
pub(crate) async fn moved(on: &impl ConnectionTrait, statement: &FundStatement) -> Result<Option<Net>> {
    let sequence = i64::try_from(statement.ledger_seq).map_err(|_| unreadable())?;
    let values = values![statement.book.as_str(), sequence, statement.from.to_string(), statement.to.to_string()];
    let rows = all(on, MOVED, values).await?.iter().map(read_moved).collect::<Result<Vec<_>>>()?;
    Ok(Net::of(rows.iter().map(|(line, movement)| (line.clone(), movement))))
}

fn read_moved(row: &Row) -> Result<(Option<LineId>, Movement)> {
    let account = |column| AccountCode::new(&row.get::<String>(column)?).ok_or_else(unreadable);
    let line: Option<String> = row.get("line_id")?;
    let movement = Movement {
        debit: account("debit")?,
        credit: account("credit")?,
        code: TransferCode::find(&row.get::<String>("code")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("fen")?),
    };
    Ok((line.as_deref().and_then(LineId::new), movement))
}

/// The leaves of the log, in order.
pub(super) async fn log(on: &impl ConnectionTrait) -> Result<Vec<Hash>> {
    let leaf = |row: &Row| -> Result<Hash> { Ok(read_header(row)?.leaf()) };
    all(on, HEADERS, values![]).await?.iter().map(leaf).collect()
}

pub(super) fn read_header(row: &Row) -> Result<Header> {
    serde_json::from_str(&row.get::<String>("header")?).map_err(|_| unreadable())
}

fn does_not_add() -> StoreError {
    StoreError::refused(
        "store-seal-sum",
        "逐笔的拨付与公布的报表不符，或有拨付没有对应的决议行，没有封存：请核对账目。",
        "The payments, one by one, are not what the published statement says, or one names no line of a resolution; nothing was sealed: look into the books.",
    )
}

fn nothing_paid() -> StoreError {
    StoreError::refused(
        "store-seal-empty",
        "这一期没有付出去的款项，不需要封存。",
        "Nothing was paid in this period: there is nothing to seal.",
    )
}

fn fund_key_elsewhere() -> StoreError {
    StoreError::refused(
        "store-sign-key-fund",
        "基金的密钥不在这里保管，不能封存：请在本页生成基金的密钥。",
        "The fund's own key is not kept here and cannot sign: make one on this page.",
    )
}
