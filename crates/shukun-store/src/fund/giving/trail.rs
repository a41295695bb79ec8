//! Where a donor's money went: what left the account in which it lies, as the ledger posted it.
//!
//! Where a pot holds one donor's gifts alone the sums are that donor's to the fen. Where several gave into one account the
//! money cannot be told apart, and the page says so: what is shown is the account's, with the donor's part beside it.

use shukun_base::Fen;
use shukun_casework::authority::Permission;
use shukun_fund::ledger::AccountCode;
use shukun_fund::{BookId, DonorId};

use super::unreadable;
use crate::error::Result;
use crate::scope::Scope;
use crate::sql::{Row, all, statements, values};
use crate::store::Store;

statements! {
    // Accounts the donor's gifts lie in: the donor's, and everybody's.
    INTO = "SELECT book_id, into_account,
            CAST(SUM(CASE WHEN donor_id = $1 THEN amount_fen ELSE 0 END) AS BIGINT) AS donor_fen,
            CAST(SUM(amount_fen) AS BIGINT) AS all_fen
        FROM gifts WHERE EXISTS (SELECT 1 FROM gifts AS own WHERE own.donor_id = $1 AND own.book_id = gifts.book_id
            AND own.into_account = gifts.into_account)
        GROUP BY book_id, into_account ORDER BY book_id, into_account";
    // What went out of the account, what came back taken off; income coming in is none of it.
    SPENT = "SELECT other, CAST(SUM(fen) AS BIGINT) AS fen, COUNT(DISTINCT line_id) AS lines FROM (
            SELECT credit AS other, amount_fen AS fen, line_id FROM transfers
                WHERE book_id = $1 AND debit = $2 AND phase IN (0, 2)
            UNION ALL
            SELECT debit AS other, -amount_fen AS fen, line_id FROM transfers
                WHERE book_id = $1 AND credit = $2 AND phase IN (0, 2) AND code <> 'allotment'
        ) AS moved GROUP BY other ORDER BY other";
    FREE = "SELECT credits_posted - debits_posted - debits_pending AS free_fen, debits_pending AS held_fen
        FROM book_accounts WHERE book_id = $1 AND code = $2";
}

/// Households below which their number is not told: somebody might be recognised.
const LEAST_SHOWN: i64 = 11;

/// What left an account for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentOn {
    /// The other account: `relief:…`, `refund-to-donor`, …
    pub other: AccountCode,
    /// How much, what came back taken off.
    pub amount: Fen,
    /// How many lines of resolutions; none where they are fewer than eleven.
    pub households: Option<i64>,
}

/// An account in which a donor's gifts lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotTrail {
    /// Whose book.
    pub book: BookId,
    /// `pot:…` or `unrestricted`.
    pub account: AccountCode,
    /// What this donor gave into it.
    pub donor: Fen,
    /// What everybody gave into it.
    pub everybody: Fen,
    /// What is free in it.
    pub free: Fen,
    /// What is held for relief that is decided.
    pub held: Fen,
    /// What left it.
    pub spent: Vec<SpentOn>,
}

impl PotTrail {
    /// Whether all of it is this donor's, so that the sums are exact.
    pub fn is_the_donors_alone(&self) -> bool {
        self.donor == self.everybody
    }

    /// What left it in all.
    pub fn spent_fen(&self) -> Fen {
        self.spent.iter().map(|spent| spent.amount).sum()
    }
}

impl Store {
    /// Where the money of one donor went.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`.
    pub async fn trail_of_donor(&self, scope: &Scope, donor_id: &DonorId) -> Result<Vec<PotTrail>> {
        self.donor(scope, donor_id).await?;
        let within = self.within(scope, Permission::ViewFund);
        let mut trails = Vec::new();
        for row in all(&within, INTO, values![donor_id.as_str()]).await? {
            let (book, account): (String, String) = (row.get("book_id")?, row.get("into_account")?);
            let free = all(&within, FREE, values![book.as_str(), account.as_str()]).await?;
            let free = free.first().ok_or_else(unreadable)?;
            let spent = all(&within, SPENT, values![book.as_str(), account.as_str()]).await?;
            trails.push(PotTrail {
                donor: Fen(row.get("donor_fen")?),
                everybody: Fen(row.get("all_fen")?),
                free: Fen(free.get("free_fen")?),
                held: Fen(free.get("held_fen")?),
                spent: spent.iter().map(read_spent).collect::<Result<_>>()?,
                book: BookId::new(&book).ok_or_else(unreadable)?,
                account: AccountCode::new(&account).ok_or_else(unreadable)?,
            });
        }
        Ok(trails)
    }
}

fn read_spent(row: &Row) -> Result<SpentOn> {
    let lines: i64 = row.get("lines")?;
    Ok(SpentOn {
        other: AccountCode::new(&row.get::<String>("other")?).ok_or_else(unreadable)?,
        amount: Fen(row.get("fen")?),
        households: (lines >= LEAST_SHOWN).then_some(lines),
    })
}
