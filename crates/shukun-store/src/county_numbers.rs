//! The county's own times and numbers: each set for a day to come, with what it rests on; none is ever rewritten.
//!
//! Knows not what a number means: casework checks its range. Start at [`Store::set_number`].

use shukun_base::Day;
use shukun_casework::authority::Permission;
use shukun_casework::timers::Change;

use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, statements, values};
use crate::store::Store;

statements! {
    SET = "INSERT INTO county_numbers (number_id, key, value, basis, from_day, set_by, set_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    EVERY = "SELECT value, basis, from_day, set_by, set_at FROM county_numbers ORDER BY from_day, set_at, number_id";
}

/// A time or number that the county set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountyNumber {
    /// What holds.
    pub change: Change,
    /// What it rests on.
    pub basis: String,
    /// The first day on which it holds.
    pub from_day: Day,
    /// Who set it.
    pub set_by: AccountId,
    /// When.
    pub set_at: Moment,
}

impl Store {
    /// Every number that was ever set, in the order in which they take hold. They are no secret, so that the program
    /// itself reads them when it starts.
    pub async fn county_numbers(&self) -> Result<Vec<CountyNumber>> {
        all(&self.db, EVERY, values![]).await?.iter().map(read).collect()
    }

    /// Sets a time or number from a day on; whoever may, for a whole county or more. What it means and whether it is in
    /// range the caller has found out before ([`shukun_casework::timers::Settings::changed`]).
    ///
    /// # Errors
    /// `store-forbidden`; `store-number-past` for a day before today.
    pub async fn set_number(
        &self,
        scope: &Scope,
        change: Change,
        basis: &str,
        from_day: Day,
        now: Moment,
    ) -> Result<()> {
        scope.require_anywhere(Permission::Configure)?;
        let regions = scope.regions(Permission::Configure);
        let region = regions.iter().find(|region| region.as_str().len() <= 6).ok_or_else(StoreError::forbidden)?;
        if from_day < scope.today() {
            return Err(in_the_past());
        }
        let (id, by) = (self.chance.id()?, scope.account_id().as_str());
        let value = serde_json::to_string(&change).map_err(|_| unreadable())?;
        let fields = format!("{} {from_day}", change.key());
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let values =
                values![id.as_str(), change.key(), value.as_str(), basis.trim(), from_day.to_string(), by, millis(now)];
            execute(&tx, SET, values).await?;
            let object = Object::new("number", change.key());
            let entry = Entry {
                account_id: by,
                act: Act::NumberSet,
                object,
                region: Some(region),
                fields: &fields,
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn read(row: &Row) -> Result<CountyNumber> {
    let text = |column| row.get::<String>(column);
    Ok(CountyNumber {
        change: serde_json::from_str(&text("value")?).map_err(|_| unreadable())?,
        basis: text("basis")?,
        from_day: text("from_day")?.parse().map_err(|_| unreadable())?,
        set_by: AccountId::new(&text("set_by")?),
        set_at: moment(row.get("set_at")?)?,
    })
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一个业务参数读不懂。", "One of the county's numbers cannot be read.")
}

fn in_the_past() -> StoreError {
    StoreError::refused(
        "store-number-past",
        "业务参数只能从今天或以后的日期起执行：请改生效日期。",
        "A number holds from today or a later day on: change the day.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuditFilter;
    use crate::cases::testing::county;
    use crate::error::ErrorKind;
    use crate::testing::{at, on_both};
    use jiff::ToSpan as _;
    use sea_orm::ConnectionTrait as _;
    use shukun_casework::timers::Number;

    #[test]
    fn the_bureau_sets_a_number_from_a_day_on_and_nobody_rewrites_it() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = county(&store).await;
            let today = scopes[0].today();
            let cap = |value| Change::Number { key: Number::AdvanceCapYuan, value };
            let set = async |scope, value, day| store.set_number(scope, cap(value), " 县里文件 ", day, at(2)).await;
            set(&scopes[0], 30_000, today.saturating_add(30.days())).await.unwrap();
            set(&scopes[0], 20_000, today).await.unwrap();
            let kept = store.county_numbers().await.unwrap();
            assert_eq!(kept.iter().map(|one| one.change).collect::<Vec<_>>(), [cap(20_000), cap(30_000)]);
            assert_eq!((kept[0].basis.as_str(), kept[0].from_day), ("县里文件", today));
            assert_eq!(set(&scopes[0], 1, today.saturating_sub(1.days())).await.unwrap_err().code, "store-number-past");
            assert_eq!(set(&scopes[3], 1, today).await.unwrap_err().kind, ErrorKind::Forbidden, "a township");
            let filter = AuditFilter { act: Some(Act::NumberSet), ..AuditFilter::default() };
            let rows = store.list_audit(&scopes[6], &filter).await.unwrap();
            assert_eq!((rows.len(), rows[0].object_id.as_str()), (2, "advance_cap_yuan"));
            for statement in ["UPDATE county_numbers SET basis = ''", "DELETE FROM county_numbers"] {
                assert!(StoreError::from(store.db.execute_unprepared(statement).await.unwrap_err()).is_trigger());
            }
        });
    }
}
