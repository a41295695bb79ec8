//! The table: which role may do what. It reads like the charters it restates; docs/casework.md is checked against it.

use super::Permission::{self, *};
use super::Role::{self, *};

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct AuthorityRow {
    /// What is done.
    pub permission: Permission,
    /// Who may.
    pub roles: &'static [Role],
}

const fn row(permission: Permission, roles: &'static [Role]) -> AuthorityRow {
    AuthorityRow { permission, roles }
}

/// All who work on cases, and who looks over their shoulder.
const BUSINESS_AND_AUDITOR: &[Role] =
    &[Insurance, CivilAffairs, RedCross, CharityFederation, JointMeeting, Township, Village, Finance, Auditor];

/// Which role may do what, from the seeds' charters (Ruian charter; Dongtou part four). Every permission stands here
/// once; what is not here is refused.
pub const AUTHORITY: &[AuthorityRow] = &[
    row(ViewCases, BUSINESS_AND_AUDITOR),
    row(ViewStatistics, BUSINESS_AND_AUDITOR),
    row(ReadPolicy, BUSINESS_AND_AUDITOR),
    row(ComparePolicies, &[Insurance, CivilAffairs, JointMeeting, Finance, Auditor]),
    row(Reveal, &[Insurance, CivilAffairs, RedCross, CharityFederation, Township, Village, Auditor]),
    row(RevealMedical, &[Insurance]),
    row(Export, &[Insurance, CivilAffairs, CharityFederation, Township, Finance, Auditor]),
    row(ReadAuditTrail, &[Auditor, AuditAdmin]),
    row(Import, &[Insurance, CivilAffairs]),
    row(RunScreening, &[Insurance]),
    row(DiscoverByHand, &[Insurance, CivilAffairs, RedCross, CharityFederation, Township, Village, Finance]),
    row(Assign, &[Insurance, CivilAffairs, RedCross, CharityFederation, Township, Finance]),
    row(Screen, &[Insurance, CivilAffairs]),
    row(Dismiss, &[CivilAffairs]),
    row(SampleDismissals, &[Insurance, CivilAffairs]),
    row(DispatchToTownship, &[Insurance, CivilAffairs]),
    row(DispatchToVillage, &[Township]),
    row(Verify, &[Township, Village]),
    row(ConfirmVerification, &[Township]),
    row(EnterApplication, &[Insurance, CivilAffairs, RedCross, Township, Village]),
    row(AcceptRequest, &[Insurance, CivilAffairs, RedCross]),
    row(Certify, &[CivilAffairs]),
    row(DraftDetermination, &[Insurance]),
    row(CheckDetermination, &[Insurance]),
    row(ApproveStatutory, &[Insurance]),
    row(ApproveGovernment, &[Finance]),
    row(RecordResolution, &[JointMeeting]),
    row(RecordSettlement, &[Insurance, CharityFederation, Finance]),
    row(RequestAdvance, &[CivilAffairs, Township, Village]),
    row(ApproveAdvance, &[CivilAffairs, Township]),
    row(FollowUp, &[Township, Village]),
    row(ProposeClosing, &[Township]),
    row(ConfirmClosing, &[Insurance, CivilAffairs]),
    row(Return, &[Insurance, CivilAffairs, Township]),
    row(Suspend, &[Insurance, CivilAffairs, Township]),
    row(Withdraw, &[CivilAffairs, RedCross, Township, Village]),
    row(Merge, &[Insurance, CivilAffairs]),
    row(Transfer, &[Insurance, CivilAffairs]),
    row(RecordDeath, &[Insurance, CivilAffairs, Township, Village]),
    row(Reopen, &[Insurance, CivilAffairs]),
    row(StopClock, &[Insurance, CivilAffairs, RedCross, Township]),
    row(Mark, &[Insurance, CivilAffairs, Township]),
    row(RecordComplaint, &[Insurance, CivilAffairs, RedCross, Township, Village]),
    row(AnswerComplaint, &[Insurance, CivilAffairs]),
    row(Supervise, &[Insurance, CivilAffairs, JointMeeting]),
    row(
        ReportMeasures,
        &[Insurance, CivilAffairs, RedCross, CharityFederation, JointMeeting, Township, Village, Finance],
    ),
    row(ViewFund, &[Insurance, CivilAffairs, RedCross, CharityFederation, JointMeeting, Finance, Auditor]),
    row(RecordGift, &[CharityFederation]),
    row(KeepBooks, &[CharityFederation, Finance]),
    row(CheckBooks, &[CharityFederation, Finance]),
    row(RunMeeting, &[JointMeeting]),
    row(Vote, &[JointMeeting]),
    row(PostNotice, &[Insurance, JointMeeting, Township, Village]),
    row(MakeBatch, &[Insurance, CharityFederation, Finance]),
    row(CheckBatch, &[Insurance, CharityFederation, Finance]),
    row(SendBatch, &[CharityFederation, Finance]),
    row(RecordDelivery, &[Insurance, CharityFederation, Township, Village]),
    row(PublishFund, &[CharityFederation]),
    row(SignCheckpoint, &[Insurance, RedCross, CharityFederation]),
    row(Configure, &[Insurance]),
    row(ManageAccounts, &[SystemAdmin]),
    row(ManageGrants, &[SecurityAdmin]),
    row(ManageSystem, &[SystemAdmin]),
];

/// Whether the role may do it at all; where, for which programme and until when is the grant's
/// ([`super::allows`]).
pub fn may(role: Role, permission: Permission) -> bool {
    AUTHORITY.iter().any(|row| row.permission == permission && row.roles.contains(&role))
}

/// Everything the role may do, in the table's order.
pub fn permissions_of(role: Role) -> impl Iterator<Item = Permission> {
    AUTHORITY.iter().filter(move |row| row.roles.contains(&role)).map(|row| row.permission)
}

#[cfg(test)]
mod tests {
    use super::super::RoleKind;
    use super::*;

    #[test]
    fn every_permission_has_one_row_and_somebody() {
        for permission in Permission::ALL {
            let rows: Vec<_> = AUTHORITY.iter().filter(|row| row.permission == *permission).collect();
            assert_eq!(rows.len(), 1, "{permission}");
            assert!(!rows[0].roles.is_empty(), "{permission}");
        }
        assert_eq!(AUTHORITY.len(), Permission::ALL.len());
    }

    #[test]
    fn who_may_do_what_as_the_charters_say() {
        // role, what it may, what it may not
        for (role, may_do, may_not) in [
            (Insurance, RunScreening, Certify),
            (CivilAffairs, Certify, RevealMedical),
            (Township, ConfirmVerification, Dismiss),
            (Village, Verify, ConfirmVerification),
            (RedCross, EnterApplication, CheckDetermination),
            (CharityFederation, RecordSettlement, RecordResolution),
            (JointMeeting, RecordResolution, RecordSettlement),
            (Finance, ApproveGovernment, RecordResolution),
            (Auditor, ReadAuditTrail, Assign),
            (SystemAdmin, ManageAccounts, ManageGrants),
            (SecurityAdmin, ManageGrants, ReadAuditTrail),
            (AuditAdmin, ReadAuditTrail, ManageAccounts),
        ] {
            assert!(may(role, may_do), "{role} may {may_do}");
            assert!(!may(role, may_not), "{role} may not {may_not}");
        }
    }

    #[test]
    fn an_auditor_only_reads_and_an_administrator_sees_no_case() {
        assert!(permissions_of(Auditor).all(Permission::is_reading));
        for role in Role::ALL.iter().filter(|role| role.kind() == RoleKind::Administrator) {
            assert!(!may(*role, ViewCases) && !may(*role, Reveal) && !may(*role, Export), "{role}");
        }
        for role in Role::ALL.iter().filter(|role| role.kind() == RoleKind::Business) {
            assert!(may(*role, ViewCases), "{role}");
        }
    }

    #[test]
    fn medical_details_stay_with_the_insurance_bureau() {
        let who: Vec<_> = Role::ALL.iter().filter(|role| may(**role, RevealMedical)).collect();
        assert_eq!(who, [&Insurance]);
    }
}
