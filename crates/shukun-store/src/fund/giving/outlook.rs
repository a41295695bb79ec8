//! What the outlook of a fund rests on: past months from the ledger, promises, what casework determined and did not pay, cases that
//! wait and those that ended before them, and who paid relief so far.

use shukun_base::{Day, Fen};
use shukun_casework::authority::{Approval, Permission, Programme};
use shukun_fund::BookId;
use shukun_fund::outlook::{Ended, Month, Past, Shares, Waiting};

use super::books::region_of;
use super::{push_seen, unreadable};
use crate::error::{Result, StoreError};
use crate::moment::{moment, today_in_china};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, find, statements, values};
use crate::store::Store;

statements! {
    // Income of a month without instalments of pledges, and relief decided and posted; what was taken back, off.
    MONTHS = "SELECT month, CAST(SUM(gifts) AS BIGINT) AS gifts_fen, CAST(SUM(relief) AS BIGINT) AS relief_fen FROM (
            SELECT substr(received_on, 1, 7) AS month, CASE WHEN pledge_id IS NULL THEN amount_fen ELSE 0 END AS gifts,
                0 AS relief FROM gifts WHERE book_id = $1
            UNION ALL
            SELECT substr(gift_refunds.paid_on, 1, 7), -gift_refunds.amount_fen, 0 FROM gift_refunds
                JOIN gifts ON gifts.gift_id = gift_refunds.gift_id
                WHERE gifts.book_id = $1 AND gift_refunds.voucher_id IS NOT NULL
            UNION ALL
            SELECT substr(effective, 1, 7), 0, CASE WHEN substr(debit, 1, 7) = 'relief:' THEN amount_fen ELSE -amount_fen END
                FROM transfers WHERE book_id = $1 AND phase IN (0, 2)
                AND (substr(debit, 1, 7) = 'relief:' AND substr(credit, 1, 16) = 'approved-unpaid:'
                    OR substr(credit, 1, 7) = 'relief:' AND substr(debit, 1, 16) = 'approved-unpaid:')
        ) AS moved GROUP BY month ORDER BY month";
    MONEY = "SELECT
            CAST(COALESCE(SUM(CASE WHEN code = 'unrestricted' OR substr(code, 1, 4) = 'pot:' OR substr(code, 1, 5) = 'unit:'
                THEN credits_posted - debits_posted - debits_pending ELSE 0 END), 0) AS BIGINT) AS free_fen,
            CAST(COALESCE(SUM(CASE WHEN code = 'unrestricted' OR substr(code, 1, 4) = 'pot:' OR substr(code, 1, 5) = 'unit:'
                THEN debits_pending ELSE 0 END), 0) AS BIGINT) AS held_fen,
            CAST(COALESCE(SUM(CASE WHEN substr(code, 1, 8) = 'reserve:'
                THEN credits_posted - debits_posted - debits_pending ELSE 0 END), 0) AS BIGINT) AS reserve_fen
        FROM book_accounts WHERE book_id = $1";
    PROMISED = "SELECT substr(due_on, 1, 7) AS month, due_on, CAST(SUM(pledge_instalments.amount_fen
            - COALESCE((SELECT SUM(gifts.amount_fen) FROM gifts WHERE gifts.pledge_id = pledges.pledge_id
                AND gifts.instalment = pledge_instalments.instalment), 0)) AS BIGINT) AS lacks_fen
        FROM pledge_instalments JOIN pledges ON pledges.pledge_id = pledge_instalments.pledge_id
        WHERE pledges.book_id = $1 GROUP BY due_on ORDER BY due_on";
}

/// What is known of a fund's months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundAhead {
    /// Whole months that are over, from the book's first, without a gap.
    pub past: Vec<Past>,
    /// Free in pots and unrestricted.
    pub free: Fen,
    /// Held for relief that is decided.
    pub held: Fen,
    /// In reserves: not counted on.
    pub reserve: Fen,
    /// Promised and not yet due, by month.
    pub promised: Vec<(Month, Fen)>,
    /// Promised and overdue: not counted on.
    pub overdue: Fen,
    /// Charity relief determined in open cases, neither paid nor held here.
    pub determined: Fen,
    /// Cases with such relief.
    pub open_cases: i64,
    /// Households whose charity relief nobody determined yet (open cases, and alerts without one), and how cases ended.
    pub waiting: Waiting,
    /// Alerts that the latest screening raised anew, where there was one.
    pub raised: Option<i64>,
    /// Who paid relief so far: the ledger's, and casework's other programmes.
    pub shares: Shares,
}

impl Store {
    /// What is known of a fund's months on a day.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`.
    pub async fn fund_ahead(&self, scope: &Scope, book: &BookId, today: Day) -> Result<FundAhead> {
        let within = self.within(scope, Permission::ViewFund);
        let region = region_of(&within, book).await?;
        if !scope.allows(Permission::ViewFund, Some(&region)) {
            return Err(StoreError::not_found());
        }
        let months = all(&within, MONTHS, values![book.as_str()]).await?;
        let months: Vec<Past> = months.iter().map(read_month).collect::<Result<_>>()?;
        let money = find(&within, MONEY, values![book.as_str()]).await?.ok_or_else(unreadable)?;
        let promised = all(&within, PROMISED, values![book.as_str()]).await?;
        let (promised, overdue) = split_promised(&promised, today)?;
        let aid = aid_query(scope).all(&within).await?;
        let aid: Vec<Aid> = aid.iter().map(read_aid).collect::<Result<_>>()?;
        let of_charity = aid.iter().filter(|aid| aid.is_charity);
        let held = Fen(money.get("held_fen")?);
        let social = months.iter().map(|month| month.relief).sum();
        Ok(FundAhead {
            past: whole_months(&months, Month::of(today)),
            free: Fen(money.get("free_fen")?),
            held,
            reserve: Fen(money.get("reserve_fen")?),
            promised,
            overdue,
            determined: (of_charity.clone().map(|aid| aid.open).sum::<Fen>() - held).or_zero(),
            open_cases: of_charity.map(|aid| aid.open_cases).sum(),
            waiting: self.cases_waiting(scope, today).await?,
            raised: self.raised_lately(scope).await?,
            shares: Shares { fiscal: aid.iter().filter(|aid| !aid.is_charity).map(|aid| aid.paid).sum(), social },
        })
    }

    async fn cases_waiting(&self, scope: &Scope, today: Day) -> Result<Waiting> {
        let pass = self.within(scope, Permission::ViewFund);
        let opened = undetermined_query(scope).all(&pass).await?;
        let mut waited: Vec<u32> = opened.iter().map(|row| waited(row, today)).collect::<Result<_>>()?;
        let raised = alerts_alone_query(scope).find(&pass).await?.ok_or_else(unreadable)?;
        let raised = usize::try_from(raised.get::<i64>("households")?).map_err(|_| unreadable())?;
        waited.extend(std::iter::repeat_n(0, raised));
        let ended = ended_query(scope).all(&pass).await?;
        Ok(Waiting { waited, ended: ended.iter().map(read_ended).collect::<Result<_>>()? })
    }

    async fn raised_lately(&self, scope: &Scope) -> Result<Option<i64>> {
        let row = raised_query(scope).find(&self.within(scope, Permission::ViewFund)).await?;
        row.map(|row| row.get("raised")).transpose()
    }
}

/// Aid of one programme as casework has it.
struct Aid {
    is_charity: bool,
    open: Fen,
    open_cases: i64,
    paid: Fen,
}

pub(crate) fn aid_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT programme, CAST(SUM(paid_fen) AS BIGINT) AS paid_fen,
            CAST(SUM(CASE WHEN status <> 'closed' AND aid_fen > paid_fen THEN aid_fen - paid_fen ELSE 0 END) AS BIGINT)
            AS open_fen,
            CAST(SUM(CASE WHEN status <> 'closed' AND aid_fen > paid_fen THEN 1 ELSE 0 END) AS BIGINT) AS open_cases
            FROM case_aid JOIN cases ON case_id = aid_of WHERE ",
    );
    push_seen(&mut query, scope, "region");
    query.push(" GROUP BY programme");
    query
}

/// Open cases without charity relief that was determined.
pub(crate) fn undetermined_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT opened_at FROM cases WHERE status <> 'closed' AND NOT EXISTS (SELECT 1 FROM case_aid
            WHERE aid_of = case_id AND programme IN (",
    );
    push_charity(&mut query);
    query.push(") AND aid_fen > 0) AND ");
    push_seen(&mut query, scope, "region");
    query
}

/// Households with an alert and no case yet.
pub(crate) fn alerts_alone_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT COUNT(DISTINCT household_id) AS households FROM alerts WHERE status = 'raised' AND case_id IS NULL AND ",
    );
    push_seen(&mut query, scope, "region");
    query
}

/// The latest cases that ended, with what charity paid.
pub(crate) fn ended_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT opened_at, status_since, CAST(COALESCE((SELECT SUM(paid_fen) FROM case_aid WHERE aid_of = case_id
            AND programme IN (",
    );
    push_charity(&mut query);
    query.push(")), 0) AS BIGINT) AS relief_fen FROM cases WHERE status = 'closed' AND ");
    push_seen(&mut query, scope, "region");
    query.push(" ORDER BY status_since DESC, case_id LIMIT 5000");
    query
}

/// The programmes whose money a meeting resolves on.
fn push_charity(query: &mut Query) {
    let charity = Programme::ALL.iter().filter(|programme| programme.approval() == Approval::Resolution);
    query.bind_list(charity.map(|programme| programme.key().into()));
}

pub(crate) fn raised_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT (SELECT COUNT(*) FROM run_changes WHERE run_changes.run_id = screening_runs.run_id AND change = 'new')
            AS raised FROM screening_runs WHERE state = 'done' AND ",
    );
    push_seen(&mut query, scope, "region");
    query.push(" ORDER BY asked_at DESC LIMIT 1");
    query
}

fn read_month(row: &Row) -> Result<Past> {
    let month = Month::parse(&row.get::<String>("month")?).ok_or_else(unreadable)?;
    Ok(Past { month, gifts: Fen(row.get("gifts_fen")?), relief: Fen(row.get("relief_fen")?) })
}

fn read_aid(row: &Row) -> Result<Aid> {
    let programme = Programme::find(&row.get::<String>("programme")?).ok_or_else(unreadable)?;
    Ok(Aid {
        is_charity: programme.approval() == Approval::Resolution,
        open: Fen(row.get("open_fen")?),
        open_cases: row.get("open_cases")?,
        paid: Fen(row.get("paid_fen")?),
    })
}

fn waited(row: &Row, today: Day) -> Result<u32> {
    let opened = today_in_china(moment(row.get("opened_at")?)?);
    Ok(Month::of(opened).until(Month::of(today)))
}

fn read_ended(row: &Row) -> Result<Ended> {
    let day = |column| -> Result<Month> { Ok(Month::of(today_in_china(moment(row.get(column)?)?))) };
    Ok(Ended { relief: Fen(row.get("relief_fen")?), months: day("opened_at")?.until(day("status_since")?) })
}

/// Months from the first that is known to the one before `running`, those in which nothing moved among them.
fn whole_months(known: &[Past], running: Month) -> Vec<Past> {
    let Some(first) = known.first() else { return Vec::new() };
    let months =
        std::iter::successors(Some(first.month), |month| Some(month.next())).take_while(|month| *month < running);
    let of = |month: Month| {
        let quiet = Past { month, gifts: Fen::ZERO, relief: Fen::ZERO };
        known.iter().find(|past| past.month == month).copied().unwrap_or(quiet)
    };
    months.map(of).collect()
}

fn split_promised(rows: &[Row], today: Day) -> Result<(Vec<(Month, Fen)>, Fen)> {
    let (mut ahead, mut overdue) = (Vec::new(), Fen::ZERO);
    for row in rows {
        let month = Month::parse(&row.get::<String>("month")?).ok_or_else(unreadable)?;
        let lacks = Fen(row.get("lacks_fen")?);
        let due: Day = row.get::<String>("due_on")?.parse().map_err(|_| unreadable())?;
        if due < today {
            overdue += lacks;
        } else if lacks > Fen::ZERO {
            ahead.push((month, lacks));
        }
    }
    Ok((ahead, overdue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_in_which_nothing_moved_stand_in_the_history_and_the_running_one_does_not() {
        let month = |text: &str| Month::parse(text).unwrap();
        let past = |text: &str, yuan| Past { month: month(text), gifts: Fen::yuan(yuan), relief: Fen::ZERO };
        let known = [past("2026-01", 5), past("2026-03", 7), past("2026-04", 9)];
        let found = whole_months(&known, month("2026-04"));
        assert_eq!(found, [past("2026-01", 5), past("2026-02", 0), past("2026-03", 7)]);
        assert_eq!(whole_months(&[], month("2026-04")), []);
    }
}
