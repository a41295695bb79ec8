//! Grants: a role, where, for which programme and until when; and the one question that is asked of them.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, RegionCode};

use super::{Permission, Programme, Role, may};

/// What one person was given. A person's grants together say what the person may do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Everything in this region, down to its villages.
    pub region: RegionCode,
    /// Only requests of this programme; `None` is every programme.
    pub programme: Option<Programme>,
    /// The last day it holds; `None` is until it is taken back.
    pub expires_on: Option<Day>,
}

impl Grant {
    /// Whether it still holds on `today`.
    pub fn is_in_force(&self, today: Day) -> bool {
        self.expires_on.is_none_or(|last| today <= last)
    }

    /// Whether it covers the request of a programme.
    pub fn covers(&self, programme: Programme) -> bool {
        self.programme.is_none_or(|mine| mine == programme)
    }

    /// Whether it gives the permission at `place` on `today`, for the request of a programme where one is named.
    pub fn gives(&self, permission: Permission, place: &RegionCode, programme: Option<Programme>, today: Day) -> bool {
        let covers = programme.is_none_or(|programme| covers(self, permission, programme));
        covers && self.allows(permission, place, today)
    }

    fn allows(&self, permission: Permission, place: &RegionCode, today: Day) -> bool {
        self.is_in_force(today) && may(self.role, permission) && self.region.contains(place)
    }
}

/// Whether somebody with these grants may do it to something at `place` on `today`.
///
/// INVARIANT: no place = nobody. What has no place, or lies higher than the grant's region (a county for a township), is
/// refused. A grant for one programme counts; where the thing is a request of a programme, ask [`allows_for`].
pub fn allows(grants: &[Grant], permission: Permission, place: Option<&RegionCode>, today: Day) -> bool {
    place.is_some_and(|place| grants.iter().any(|grant| grant.allows(permission, place, today)))
}

/// [`allows`], for the request of one programme.
pub fn allows_for(
    grants: &[Grant],
    permission: Permission,
    place: Option<&RegionCode>,
    programme: Programme,
    today: Day,
) -> bool {
    place.is_some_and(|place| grants.iter().any(|grant| grant.gives(permission, place, Some(programme), today)))
}

fn covers(grant: &Grant, permission: Permission, programme: Programme) -> bool {
    !permission.is_of_a_programme() || grant.covers(programme)
}

/// Where the permission holds: the regions of the grants that give it, widest only (a town inside a granted county is
/// left out), in order. Empty = nowhere.
pub fn regions(grants: &[Grant], permission: Permission, today: Day) -> Vec<RegionCode> {
    let giving = grants.iter().filter(|grant| grant.is_in_force(today) && may(grant.role, permission));
    let mut given: Vec<&RegionCode> = giving.map(|grant| &grant.region).collect();
    given.sort();
    given.dedup();
    let is_widest = |region: &RegionCode| !given.iter().any(|other| *other != region && other.contains(region));
    given.iter().filter(|region| is_widest(region)).map(|region| (*region).clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Day = date(2026, 3, 2);

    fn region(code: &str) -> RegionCode {
        RegionCode::new(code).unwrap()
    }

    fn grant(role: Role, code: &str) -> Grant {
        Grant { role, region: region(code), programme: None, expires_on: None }
    }

    #[test]
    fn a_region_covers_what_lies_in_it_and_nothing_else() {
        // granted region, place, allowed
        for (granted, place, allowed) in [
            ("330381", "330381", true),
            ("330381", "330381001", true),
            ("330381", "330381001002", true),
            ("330381001", "330381001002", true),
            ("330381001002", "330381001002", true),
            ("330381001", "330381002", false),
            ("330381001", "330381", false),
            ("330381001002", "330381001", false),
            ("330381001002", "330381001003", false),
            ("330381", "330305001", false),
        ] {
            let grants = [grant(Role::CivilAffairs, granted)];
            let found = allows(&grants, Permission::ViewCases, Some(&region(place)), TODAY);
            assert_eq!(found, allowed, "{granted} sees {place}");
        }
    }

    #[test]
    fn no_place_is_nobody() {
        let grants: Vec<Grant> = Role::ALL.iter().map(|role| grant(*role, "33")).collect();
        for permission in Permission::ALL {
            assert!(!allows(&grants, *permission, None, TODAY), "{permission}");
            assert!(!allows_for(&grants, *permission, None, Programme::CharityRelief, TODAY), "{permission}");
        }
    }

    #[test]
    fn a_grant_ends_after_its_last_day() {
        let grants = [Grant { expires_on: Some(date(2026, 3, 2)), ..grant(Role::Township, "330381001") }];
        let place = region("330381001002");
        for (today, allowed) in [(date(2026, 3, 1), true), (date(2026, 3, 2), true), (date(2026, 3, 3), false)] {
            assert_eq!(allows(&grants, Permission::ViewCases, Some(&place), today), allowed, "{today}");
            assert_eq!(regions(&grants, Permission::ViewCases, today).is_empty(), !allowed, "{today}");
        }
    }

    #[test]
    fn the_right_region_in_another_role_does_not_help() {
        let grants = [grant(Role::Village, "330381001002"), grant(Role::Insurance, "330305")];
        let place = region("330381001002");
        assert!(allows(&grants, Permission::Verify, Some(&place), TODAY));
        assert!(!allows(&grants, Permission::CheckDetermination, Some(&place), TODAY));
    }

    #[test]
    fn a_grant_for_one_programme_settles_no_other() {
        let charity = Some(Programme::CharityRelief);
        let grants = [Grant { programme: charity, ..grant(Role::CharityFederation, "330381") }];
        let place = region("330381001");
        let settles = |programme| allows_for(&grants, Permission::RecordSettlement, Some(&place), programme, TODAY);
        assert!(settles(Programme::CharityRelief));
        assert!(!settles(Programme::MedicalAssistance));
        assert!(allows_for(&grants, Permission::ViewCases, Some(&place), Programme::MedicalAssistance, TODAY));
    }

    #[test]
    fn regions_are_the_widest_ones() {
        let grants = [
            grant(Role::Township, "330381002"),
            grant(Role::CivilAffairs, "330381"),
            grant(Role::Village, "330305001001"),
            grant(Role::Village, "330305001001"),
            grant(Role::SystemAdmin, "33"),
        ];
        let found: Vec<String> =
            regions(&grants, Permission::ViewCases, TODAY).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["330305001001", "330381"]);
        assert!(regions(&grants, Permission::RunScreening, TODAY).is_empty());
    }
}
