//! What one person may not hold together, and what one person may not do both of on one case.

use shukun_base::{Day, Text};

use super::{Grant, Permission, Role, RoleKind};

/// What is wrong with somebody's grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantFault {
    /// Two roles that exclude each other.
    Roles(Role, Role),
    /// A region wider than the role has, such as a county for a township: index of the grant.
    TooWide(usize, Role),
}

impl GrantFault {
    /// What is wrong and how to mend it.
    pub fn text(&self) -> Text {
        match self {
            GrantFault::Roles(one, other) => {
                let (one, other) = (one.text(), other.text());
                Text::new(
                    format!("“{}”与“{}”不得由同一人担任：请授予另一个人。", one.zh, other.zh),
                    format!("One person may not be both {} and {}: grant one to somebody else.", one.en, other.en),
                )
            }
            GrantFault::TooWide(_, role) => {
                let (name, digits) = (role.text(), role.widest_region());
                Text::new(
                    format!("“{}”的区域过大：区划代码至少应有{digits}位。", name.zh),
                    format!("The region is too wide for {}: its code needs at least {digits} digits.", name.en),
                )
            }
        }
    }
}

/// Every fault of one person's grants, as they hold on `today` or will. Expired grants are not looked at.
pub fn check_grants(grants: &[Grant], today: Day) -> Vec<GrantFault> {
    let held = || grants.iter().enumerate().filter(|(_, grant)| grant.is_in_force(today));
    let mut faults: Vec<GrantFault> = held()
        .filter(|(_, grant)| grant.region.as_str().len() < grant.role.widest_region())
        .map(|(index, grant)| GrantFault::TooWide(index, grant.role))
        .collect();
    for (index, grant) in held() {
        let later = held().filter(|(other, _)| *other > index).map(|(_, other)| other.role);
        for role in later.filter(|role| clashing_roles(grant.role, *role)) {
            let fault = GrantFault::Roles(grant.role, role);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

/// Whether one person may not hold both roles, in whatever regions.
///
/// The three administrators exclude each other and every other role (等保三员分立); an auditor acts on nothing that he
/// audits; the meeting that resolves and the body that pays are two (secretary of a resolution / payer).
pub fn clashing_roles(one: Role, other: Role) -> bool {
    if one == other {
        return false;
    }
    let stands_alone = |role: Role| role.kind() != RoleKind::Business;
    stands_alone(one) || stands_alone(other) || is_resolver_and_payer(one, other) || is_resolver_and_payer(other, one)
}

fn is_resolver_and_payer(one: Role, other: Role) -> bool {
    one == Role::JointMeeting && other == Role::CharityFederation
}

/// Pairs of acts that need two persons on one case.
const TWO_PERSONS: &[(Permission, Permission)] = &[
    (Permission::Dismiss, Permission::SampleDismissals),
    (Permission::Verify, Permission::ConfirmVerification),
    (Permission::DraftDetermination, Permission::CheckDetermination),
    (Permission::RecordResolution, Permission::RecordSettlement),
    (Permission::ApproveStatutory, Permission::RecordSettlement),
    (Permission::ApproveGovernment, Permission::RecordSettlement),
    (Permission::ProposeClosing, Permission::ConfirmClosing),
    (Permission::KeepBooks, Permission::CheckBooks),
    (Permission::MakeBatch, Permission::CheckBatch),
    (Permission::MakeBatch, Permission::SendBatch),
    (Permission::CheckBatch, Permission::SendBatch),
];

/// Whether the two acts on one case need two persons (maker / checker / payer).
pub fn clashing_duties(one: Permission, other: Permission) -> bool {
    TWO_PERSONS.iter().any(|pair| *pair == (one, other) || *pair == (other, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use shukun_base::RegionCode;

    const TODAY: Day = date(2026, 3, 2);

    fn grant(role: Role, code: &str) -> Grant {
        Grant { role, region: RegionCode::new(code).unwrap(), programme: None, expires_on: None }
    }

    #[test]
    fn administrators_exclude_each_other_and_everybody() {
        for admin in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            for role in Role::ALL {
                assert_eq!(clashing_roles(admin, *role), admin != *role, "{admin} and {role}");
                assert_eq!(clashing_roles(*role, admin), admin != *role, "{role} and {admin}");
            }
        }
    }

    #[test]
    fn roles_that_go_together_and_not() {
        for (one, other, clash) in [
            (Role::Insurance, Role::CivilAffairs, false),
            (Role::Insurance, Role::JointMeeting, false),
            (Role::Township, Role::Village, false),
            (Role::Auditor, Role::Village, true),
            (Role::JointMeeting, Role::CharityFederation, true),
            (Role::CharityFederation, Role::JointMeeting, true),
            (Role::Finance, Role::CharityFederation, false),
        ] {
            assert_eq!(clashing_roles(one, other), clash, "{one} and {other}");
        }
    }

    #[test]
    fn faults_of_grants_are_all_told() {
        let grants = [
            grant(Role::Township, "330381"),
            grant(Role::Village, "330381001"),
            grant(Role::SystemAdmin, "330381"),
            Grant { expires_on: Some(date(2026, 3, 1)), ..grant(Role::AuditAdmin, "330381") },
        ];
        let expected = [
            GrantFault::TooWide(0, Role::Township),
            GrantFault::TooWide(1, Role::Village),
            GrantFault::Roles(Role::Township, Role::SystemAdmin),
            GrantFault::Roles(Role::Village, Role::SystemAdmin),
        ];
        assert_eq!(check_grants(&grants, TODAY), expected);
        assert!(expected.iter().all(|fault| !fault.text().zh.is_empty() && !fault.text().en.is_empty()));
        assert_eq!(check_grants(&[grant(Role::Township, "330381001"), grant(Role::Insurance, "3303")], TODAY), []);
    }

    #[test]
    fn duties_that_need_two_persons() {
        for (one, other, clash) in [
            (Permission::DraftDetermination, Permission::CheckDetermination, true),
            (Permission::CheckDetermination, Permission::DraftDetermination, true),
            (Permission::ConfirmClosing, Permission::ProposeClosing, true),
            (Permission::Dismiss, Permission::SampleDismissals, true),
            (Permission::Screen, Permission::DispatchToTownship, false),
            (Permission::CheckDetermination, Permission::CheckDetermination, false),
        ] {
            assert_eq!(clashing_duties(one, other), clash, "{one} and {other}");
        }
    }
}
