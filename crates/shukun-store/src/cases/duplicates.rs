//! Open cases that may be about the same: two households with one ID number between them.
//!
//! The numbers are compared by their keyed index; nobody sees one for it.

use shukun_casework::CaseId;
use shukun_casework::authority::Permission;

use super::row::unreadable;
use crate::error::Result;
use crate::scope::Scope;
use crate::sql::Query;
use crate::store::Store;

/// Pairs of one page.
const MOST: i64 = 200;

impl Store {
    /// Pairs of open cases, both in the caller's area, whose households hold one ID number; 200 at most.
    pub async fn list_duplicates(&self, scope: &Scope) -> Result<Vec<(CaseId, CaseId)>> {
        let rows =
            duplicates_query(scope, Permission::ViewCases).all(&self.within(scope, Permission::ViewCases)).await?;
        let id = |row: &crate::sql::Row, column| CaseId::new(&row.get::<String>(column)?).ok_or_else(unreadable);
        rows.iter().map(|row| Ok((id(row, "one_case")?, id(row, "other_case")?))).collect()
    }
}

pub(crate) fn duplicates_query(scope: &Scope, permission: Permission) -> Query {
    let mut query = Query::new(
        "SELECT DISTINCT one.case_id AS one_case, other.case_id AS other_case FROM cases AS one
            JOIN people AS of_one ON of_one.household_id = one.household_id
            JOIN people AS of_other ON of_other.id_number_index = of_one.id_number_index
                AND of_other.household_id <> of_one.household_id
            JOIN cases AS other ON other.household_id = of_other.household_id
            WHERE one.status <> 'closed' AND other.status <> 'closed' AND one.case_id < other.case_id AND ",
    );
    scope.push_area(&mut query, "one.region", permission);
    query.push(" AND ");
    scope.push_area(&mut query, "other.region", permission);
    // The people too: what nobody here may see is compared for nobody here.
    query.push(" AND ");
    scope.push_area(&mut query, "of_one.region", permission);
    query.push(" AND ");
    scope.push_area(&mut query, "of_other.region", permission);
    query.push(" ORDER BY one_case, other_case LIMIT ").bind(MOST);
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Person;
    use crate::cases::testing::{Desk, county, opening, run};
    use crate::testing::{at, on_both, person};
    use shukun_base::{HouseholdId, PersonId};
    use shukun_casework::alert::Colour;

    #[test]
    fn one_number_in_two_households_is_a_pair_in_the_own_area() {
        on_both(|db| async move {
            let (store, desk) = (db.open().await, Desk::new());
            let scopes = county(&store).await;
            let places = ["330381001001", "330381001002", "330381002001"];
            for (number, place) in (1_u64..).zip(places) {
                // The first and the second hold one number; so does the third, in another town.
                let same =
                    Person { person_id: PersonId(number), household_id: HouseholdId(number), ..person(7, place) };
                store.save_people(&scopes[0], &[same], at(0)).await.unwrap();
                let ctx = desk.context(&format!("open-{number}"), 0, 1);
                store.open_in_run(&scopes[0], &run(), &opening(number, place, Colour::Red), &ctx).await.unwrap();
            }
            let pairs = async |scope: &Scope| {
                let pairs = store.list_duplicates(scope).await.unwrap();
                pairs.into_iter().map(|(one, other)| format!("{one} {other}")).collect::<Vec<_>>()
            };
            let all = ["case-0001 case-0002", "case-0001 case-0003", "case-0002 case-0003"];
            assert_eq!(pairs(&scopes[1]).await, all);
            assert_eq!(pairs(&scopes[3]).await, ["case-0001 case-0002"], "the township sees its own pair alone");
            assert_eq!(pairs(&scopes[5]).await, Vec::<String>::new());
        });
    }
}
