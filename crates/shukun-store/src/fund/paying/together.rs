//! Payments that arrived, told by many acts in a row: an act for each, one voucher for all of them.
//!
//! INVARIANT: the books have one transfer for each payment, as they would by one voucher each. What came back is none of this: each has
//! its own voucher. Start at [`Store::pay_together`].

use std::collections::BTreeMap;
use std::sync::PoisonError;

use sea_orm::{DatabaseTransaction, Value};
use shukun_fund::LineId;
use shukun_fund::paying::{Act, Payment, PlanDesk, Recorded};

use super::act::{Around, Held, actor};
use super::case::Done;
use super::{no_settings, refused_pay, unreadable};
use crate::error::Result;
use crate::moment::today_in_china;
use crate::scope::Scope;
use crate::sql::Query;
use crate::store::Store;

/// Lines asked for by one statement.
const LINES_AT_A_TIME: usize = 500;

impl Store {
    /// Carries out acts that each say of a payment that it arrived.
    pub(super) async fn pay_together(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        held: &mut Held,
        (acts, name): (&[Act], (&str, &str)),
        (desk, asked, settings): Around<'_>,
    ) -> Result<()> {
        let (who, payees) = (actor(scope)?, BTreeMap::new());
        let settings = settings.ok_or_else(no_settings)?;
        let plan =
            PlanDesk { who: &who, today: today_in_china(desk.now), rules: Some(&settings.rules), payees: &payees };
        let mut recorded: Vec<Recorded> = Vec::new();
        for act in acts {
            let one = held.batch.plan(act.clone(), &plan).map_err(refused_pay)?;
            held.batch.apply(&one).map_err(refused_pay)?;
            recorded.push(one);
        }
        let of = |one: &Recorded| match &one.act {
            Act::Pay { payment, .. } => held.batch.payment(payment).ok_or_else(unreadable),
            _ => Err(unreadable()),
        };
        let paid = recorded.iter().map(of).collect::<Result<Vec<&Payment>>>()?;
        let voucher = self.settling_voucher(tx, scope, (&held.batch, &paid), settings, desk.now).await?;
        self.write_batch_acts(tx, &held.batch.id, &recorded, name, desk.now).await?;
        *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(voucher.clone());
        self.post_within(tx, scope, &voucher, desk.now).await?;
        let lines: Vec<&LineId> = paid.iter().map(|payment| &payment.of.line).collect();
        let mut with_case = Vec::new();
        for some in lines.chunks(LINES_AT_A_TIME) {
            paid_lines_query(some).all(tx).await?;
            for row in with_case_query(some).all(tx).await? {
                with_case.push(row.get::<String>("line_id")?);
            }
        }
        with_case.sort_unstable();
        for (payment, one) in paid.iter().zip(&recorded) {
            if with_case.binary_search_by(|line| line.as_str().cmp(payment.of.line.as_str())).is_ok() {
                let done = Done { act: &one.act, sequence: one.sequence, had_arrived: false };
                self.tell_case(tx, scope, &held.batch, &done, desk).await?;
            }
        }
        Ok(())
    }
}

fn ids(lines: &[&LineId]) -> impl Iterator<Item = Value> {
    lines.iter().map(|line| Value::from(line.as_str()))
}

pub(crate) fn paid_lines_query(lines: &[&LineId]) -> Query {
    let mut query = Query::new("UPDATE resolution_lines SET state = 'paid' WHERE line_id IN (");
    query.bind_list(ids(lines)).push(")");
    query
}

pub(crate) fn with_case_query(lines: &[&LineId]) -> Query {
    let mut query = Query::new("SELECT line_id FROM resolution_lines WHERE case_id IS NOT NULL AND line_id IN (");
    query.bind_list(ids(lines)).push(")");
    query
}
