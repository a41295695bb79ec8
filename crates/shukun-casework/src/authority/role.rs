//! Roles: the bodies of the charters, and the three administrators of graded protection.

shukun_base::words! {
    /// What somebody is at work.
    pub enum Role {
        Insurance "insurance" "医保局" "insurance bureau",
        CivilAffairs "civil_affairs" "民政局" "civil affairs bureau",
        RedCross "red_cross" "红十字会" "Red Cross",
        CharityFederation "charity_federation" "慈善总会" "charity federation",
        JointMeeting "joint_meeting" "联席会议" "joint meeting",
        Township "township" "镇街" "township",
        Village "village" "村社" "village",
        Finance "finance" "财政" "finance bureau",
        Auditor "auditor" "纪检审计" "discipline and audit",
        SystemAdmin "system_admin" "系统管理员" "system administrator",
        SecurityAdmin "security_admin" "安全管理员" "security administrator",
        AuditAdmin "audit_admin" "审计管理员" "audit administrator",
    }
}

/// What sort of role it is: it decides what may be held beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoleKind {
    /// Works on cases.
    Business,
    /// Reads, and never acts on a case.
    Oversight,
    /// One of the three administrators (三员): keeps the system, and sees no case.
    Administrator,
}

impl Role {
    /// Its kind.
    pub const fn kind(self) -> RoleKind {
        match self {
            Role::Auditor => RoleKind::Oversight,
            Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => RoleKind::Administrator,
            Role::Insurance
            | Role::CivilAffairs
            | Role::RedCross
            | Role::CharityFederation
            | Role::JointMeeting
            | Role::Township
            | Role::Village
            | Role::Finance => RoleKind::Business,
        }
    }

    /// How many digits of a region code a grant of this role has at least: a township is granted a town (9) or a
    /// village, a village worker a village (12); everybody else at most a whole city (4).
    pub const fn widest_region(self) -> usize {
        match self {
            Role::Township => 9,
            Role::Village => 12,
            _ => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_finds_its_role_again() {
        for role in Role::ALL {
            assert_eq!(Role::find(role.key()), Some(*role));
            assert_eq!(serde_json::to_string(role).unwrap(), format!("{:?}", role.key()));
        }
        assert_eq!(Role::find("emperor"), None);
    }
}
