//! What one signed-in person may see and do, as an argument of every function and a condition of every statement.

use sea_orm::DbBackend;
use shukun_base::{Day, RegionCode};
use shukun_casework::authority::{Grant, Permission, Programme, allows, allows_for, regions};

use crate::accounts::AccountId;
use crate::error::{ErrorKind, Result, StoreError};
use crate::sessions::Session;
use crate::sql::Query;

/// Which permissions reach which regions for one person at one moment.
///
/// INVARIANT: it is made from a [`Session`] ([`Session::scope`]), so that nobody has one who did not sign in, or for a job from
/// the account that asked for it with such a scope; one whose first password was not changed yet reaches nowhere.
#[derive(Clone, Debug)]
pub struct Scope {
    account_id: AccountId,
    grants: Vec<Grant>,
    today: Day,
    stepped_up: bool,
    ceiling: Ceiling,
}

/// Digits of a county's code.
const COUNTY_DIGITS: usize = 6;

/// How far somebody's grants may be used: whole by the person, within limits by a program that holds the person's token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ceiling {
    /// By the person, signed in.
    #[default]
    Whole,
    /// By a program.
    Token {
        /// Whether it may change anything.
        can_write: bool,
        /// What it may do although a person is asked for the second factor before it.
        also: Vec<Permission>,
    },
}

impl Ceiling {
    /// Whether the permission may be used under it at all.
    pub fn admits(&self, permission: Permission) -> bool {
        match self {
            Ceiling::Whole => true,
            Ceiling::Token { can_write, also } => {
                let is_within = *can_write || permission.is_reading();
                is_within
                    && !is_for_people_only(permission)
                    && (!permission.needs_second_factor() || also.contains(&permission))
            }
        }
    }
}

/// Who keeps accounts, grants and the system itself is a person at a screen.
const fn is_for_people_only(permission: Permission) -> bool {
    matches!(permission, Permission::ManageAccounts | Permission::ManageGrants | Permission::ManageSystem)
}

impl Scope {
    pub(crate) fn of(session: &Session, today: Day, stepped_up: bool) -> Scope {
        let grants = if session.must_change_password() { Vec::new() } else { session.grants().to_vec() };
        let (account_id, ceiling) = (session.account_id().clone(), session.ceiling().clone());
        Scope { account_id, grants, today, stepped_up, ceiling }
    }

    pub(crate) fn of_job(account_id: AccountId, grants: Vec<Grant>, today: Day, stepped_up: bool) -> Scope {
        Scope { account_id, grants, today, stepped_up, ceiling: Ceiling::Whole }
    }

    #[cfg(test)]
    pub(crate) fn stepped_up_for_a_test(self) -> Scope {
        Scope { stepped_up: true, ..self }
    }

    /// Who asks.
    pub fn account_id(&self) -> &AccountId {
        &self.account_id
    }

    /// The grants behind it, for the guards of casework.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The day for which it holds.
    pub fn today(&self) -> Day {
        self.today
    }

    /// Whether the second factor was shown a moment ago.
    pub fn is_stepped_up(&self) -> bool {
        self.stepped_up
    }

    /// How far the grants may be used.
    pub fn ceiling(&self) -> &Ceiling {
        &self.ceiling
    }

    /// Whether the permission reaches `place`; no place = nobody. Says nothing about the second factor.
    pub fn allows(&self, permission: Permission, place: Option<&RegionCode>) -> bool {
        self.ceiling.admits(permission) && allows(&self.grants, permission, place, self.today)
    }

    /// [`Scope::allows`] for the request of one programme.
    pub fn allows_for(&self, permission: Permission, place: Option<&RegionCode>, programme: Programme) -> bool {
        self.ceiling.admits(permission) && allows_for(&self.grants, permission, place, programme, self.today)
    }

    /// Where the permission reaches, widest regions only. Empty = nowhere.
    pub fn regions(&self, permission: Permission) -> Vec<RegionCode> {
        if !self.ceiling.admits(permission) {
            return Vec::new();
        }
        regions(&self.grants, permission, self.today)
    }

    /// Where any permission reaches, widest regions only: what the second wall bounds a write by.
    pub(crate) fn all_regions(&self) -> Vec<RegionCode> {
        let mut found: Vec<RegionCode> =
            Permission::ALL.iter().flat_map(|permission| self.regions(*permission)).collect();
        found.sort();
        found.dedup();
        let all = found.clone();
        found.retain(|region| !all.iter().any(|other| other != region && other.contains(region)));
        found
    }

    /// Whether it reaches anywhere: for menus.
    pub fn allows_anywhere(&self, permission: Permission) -> bool {
        !self.regions(permission).is_empty()
    }

    /// Refuses unless the permission reaches `place` and, where it asks for one, the second factor was shown.
    ///
    /// # Errors
    /// `store-forbidden`; `store-step-up` where only the second factor is missing.
    pub fn require(&self, permission: Permission, place: Option<&RegionCode>) -> Result<()> {
        if !self.allows(permission, place) {
            return Err(StoreError::forbidden());
        }
        self.require_second_factor(permission)
    }

    /// [`Scope::require`] for what has no place of its own, such as a list that the statement narrows itself.
    pub fn require_anywhere(&self, permission: Permission) -> Result<()> {
        if !self.allows_anywhere(permission) {
            return Err(StoreError::forbidden());
        }
        self.require_second_factor(permission)
    }

    /// Refuses where the permission asks for the second factor and it was not shown. A program shows none: what its
    /// token does not admit is refused, whatever the grants say.
    pub(crate) fn require_second_factor(&self, permission: Permission) -> Result<()> {
        if self.ceiling != Ceiling::Whole {
            return if self.ceiling.admits(permission) { Ok(()) } else { Err(StoreError::forbidden()) };
        }
        if self.stepped_up || !permission.needs_second_factor() { Ok(()) } else { Err(step_up()) }
    }

    /// Refuses whoever may change nothing, whatever it is.
    pub(crate) fn require_writing(&self) -> Result<()> {
        match self.ceiling {
            Ceiling::Token { can_write: false, .. } => Err(StoreError::forbidden()),
            _ => Ok(()),
        }
    }

    /// The region as a condition names it where a list has an order or everything is read. SQLite does not know how many rows
    /// lie in an area, and would look all of a county's up by their region and sort them: of a county or more it is to
    /// follow the order's own index, or the table. PostgreSQL knows.
    pub(crate) fn region_column(&self, engine: DbBackend, narrowed: Option<&RegionCode>) -> &'static str {
        let is_wide = |region: &RegionCode| region.as_str().len() <= COUNTY_DIGITS;
        let is_narrow = narrowed.is_some_and(|region| !is_wide(region));
        let follows = !is_narrow && self.regions(Permission::ViewCases).iter().any(is_wide);
        if engine == DbBackend::Sqlite && follows { "(region || '')" } else { "region" }
    }

    /// Adds the condition that a row lies where the permission reaches. A row without a place fulfils none.
    pub(crate) fn push_area(&self, query: &mut Query, column: &'static str, permission: Permission) {
        let regions = self.regions(permission);
        if regions.is_empty() {
            query.push("1 = 0");
            return;
        }
        query.push("(");
        for (index, region) in regions.iter().enumerate() {
            query.push(if index == 0 { "(" } else { " OR (" }).push(column).push(" >= ").bind(region.as_str());
            query.push(" AND ").push(column).push(" < ").bind(after(region)).push(")");
        }
        query.push(")");
    }
}

/// The first text after every code that begins with this one: `:` follows `9`.
pub(crate) fn after(region: &RegionCode) -> String {
    format!("{region}:")
}

pub(crate) fn step_up() -> StoreError {
    StoreError::new(
        ErrorKind::StepUp,
        "store-step-up",
        "这项操作需要先输入动态口令。",
        "This needs your one-time code first.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{grant, new_account, on_both, region, scopes};
    use proptest::prelude::*;
    use shukun_casework::authority::Role;

    #[test]
    fn the_statement_and_the_function_allow_the_same() {
        on_both(|db| async move {
            let store = db.open().await;
            let grants = [grant(Role::Insurance, "330381"), grant(Role::Township, "330305001")];
            let scope = scopes(&store, &[new_account("one", &grants)]).await.remove(0);
            for permission in [Permission::ViewCases, Permission::ConfirmVerification, Permission::Configure] {
                for place in [
                    "33",
                    "3303",
                    "330381",
                    "330382",
                    "330381001",
                    "330381999999",
                    "330305",
                    "330305001",
                    "330305001001",
                    "330305002",
                ] {
                    let mut query = Query::new("SELECT 1 AS one FROM (SELECT CAST(");
                    query.bind(place).push(" AS TEXT) AS region) AS place WHERE ");
                    scope.push_area(&mut query, "region", permission);
                    let found = query.find(&store.db).await.unwrap().is_some();
                    assert_eq!(found, scope.allows(permission, Some(&region(place))), "{permission} at {place}");
                }
            }
            let mut nowhere = Query::new("SELECT 1 AS one FROM (SELECT CAST(NULL AS TEXT) AS region) AS place WHERE ");
            scope.push_area(&mut nowhere, "region", Permission::ViewCases);
            assert!(nowhere.find(&store.db).await.unwrap().is_none());
        });
    }

    proptest! {
        #[test]
        fn the_end_of_a_region_is_after_all_of_it(code in "[0-9]{6}", place in "[0-9]{12}") {
            let (region, place) = (region(&code), region(&place));
            let between = region.as_str() <= place.as_str() && place.as_str() < after(&region).as_str();
            prop_assert_eq!(between, region.contains(&place));
        }
    }

    #[test]
    fn a_second_factor_is_asked_for_where_the_table_says() {
        on_both(|db| async move {
            let store = db.open().await;
            let sessions =
                crate::testing::staff(&store, &[new_account("one", &[grant(Role::Insurance, "330381")])]).await;
            let scope = sessions[0].1.scope(crate::testing::at(0));
            let county = region("330381");
            assert!(scope.require(Permission::ViewCases, Some(&county)).is_ok());
            let error = scope.require(Permission::Reveal, Some(&county)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::StepUp);
            assert!(scope.clone().stepped_up_for_a_test().require(Permission::Reveal, Some(&county)).is_ok());
            assert_eq!(scope.require(Permission::Certify, Some(&county)).unwrap_err().kind, ErrorKind::Forbidden);
        });
    }
}
