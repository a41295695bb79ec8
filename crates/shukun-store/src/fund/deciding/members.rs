//! Who sits in the council, for which department, from when to when.

use shukun_base::{ActorId, Day, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::{Member, MemberId};

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    ADD = "INSERT INTO council_members (member_id, region, department, name, account_id, valid_from, valid_to, added_at, added_by)
        VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8)";
    END = "UPDATE council_members SET valid_to = $2 WHERE member_id = $1 AND valid_to IS NULL";
    ACCOUNTS = "SELECT DISTINCT accounts.account_id, display_name, office FROM accounts
        JOIN grants ON grants.account_id = accounts.account_id
        WHERE role = 'joint_meeting' AND revoked_at IS NULL AND closed_at IS NULL AND grants.region = $1 ORDER BY office, display_name";
    OF_MEMBER = "SELECT region, valid_from FROM council_members WHERE member_id = $1";
}

/// A seat as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCouncilMember {
    /// The seat's id.
    pub id: MemberId,
    /// Whose council.
    pub region: RegionCode,
    /// For which department.
    pub department: String,
    /// The official.
    pub name: String,
    /// The account, where there is one: it votes in person.
    pub account: Option<AccountId>,
    /// The first day.
    pub valid_from: Day,
}

/// A seat on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouncilMember {
    /// The seat.
    pub seat: NewCouncilMember,
    /// Its last day.
    pub valid_to: Option<Day>,
}

impl CouncilMember {
    /// Whether it is held on a day.
    pub fn sits_on(&self, day: Day) -> bool {
        self.seat.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// As a meeting takes it.
    pub fn as_member(&self) -> Member {
        let account = self.seat.account.as_ref().and_then(|account| ActorId::new(account.as_str()));
        let (department, name) = (self.seat.department.clone(), self.seat.name.clone());
        Member { id: self.seat.id.clone(), department, name, account }
    }
}

impl Store {
    /// Gives somebody a seat.
    ///
    /// # Errors
    /// `store-member` where department or name is empty, too long, or of several lines.
    pub async fn add_council_member(&self, scope: &Scope, member: &NewCouncilMember, now: Moment) -> Result<()> {
        scope.require(Permission::RunMeeting, Some(&member.region))?;
        let is_line =
            |text: &str| !text.trim().is_empty() && text.chars().count() <= 60 && !text.chars().any(char::is_control);
        if !is_line(&member.department) || !is_line(&member.name) {
            return Err(not_a_seat());
        }
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![
                member.id.as_str(),
                member.region.as_str(),
                member.department.trim(),
                member.name.trim(),
                member.account.as_ref().map(AccountId::as_str),
                member.valid_from.to_string(),
                millis(now),
                account_id
            ];
            execute(&tx, ADD, values).await?;
            let (object, region) = (Object::new("council_member", member.id.as_str()), Some(&member.region));
            append(
                self,
                &tx,
                now,
                Entry { account_id, act: Act::MemberSeated, object, region, fields: "", reason: None },
            )
            .await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Ends a seat after its last day.
    ///
    /// # Errors
    /// `store-not-found`; `store-member` where it had ended, or would end before it begins.
    pub async fn end_council_member(&self, scope: &Scope, id: &MemberId, last: Day, now: Moment) -> Result<()> {
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let row = find(&tx, OF_MEMBER, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
            let region = read_region(&row)?;
            scope.require(Permission::RunMeeting, Some(&region))?;
            let from: Day = read_day(&row, "valid_from")?;
            if last < from || execute(&tx, END, values![id.as_str(), last.to_string()]).await? == 0 {
                return Err(not_a_seat());
            }
            let (object, region) = (Object::new("council_member", id.as_str()), Some(&region));
            let fields = "valid_to";
            append(self, &tx, now, Entry { account_id, act: Act::MemberSeated, object, region, fields, reason: None })
                .await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Accounts of the joint meeting of a region, with name and office: who may be given a seat that votes in person.
    pub async fn council_accounts(
        &self,
        scope: &Scope,
        region: &RegionCode,
    ) -> Result<Vec<(AccountId, String, String)>> {
        scope.require(Permission::RunMeeting, Some(region))?;
        let rows = all(&self.db, ACCOUNTS, values![region.as_str()]).await?;
        let read = |row: &Row| {
            Ok((AccountId::new(&row.get::<String>("account_id")?), row.get("display_name")?, row.get("office")?))
        };
        rows.iter().map(read).collect()
    }

    /// Everybody who sits or sat in a council of the caller's area.
    pub async fn council(&self, scope: &Scope) -> Result<Vec<CouncilMember>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = members_query(scope).all(&self.within(scope, Permission::ViewFund)).await?;
        rows.iter().map(read).collect()
    }
}

pub(crate) fn members_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT member_id, region, department, name, account_id, valid_from, valid_to FROM council_members WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::ViewFund);
    query.push(" ORDER BY valid_from, department, member_id");
    query
}

fn read(row: &Row) -> Result<CouncilMember> {
    let account: Option<String> = row.get("account_id")?;
    let valid_to: Option<String> = row.get("valid_to")?;
    Ok(CouncilMember {
        seat: NewCouncilMember {
            id: MemberId::new(&row.get::<String>("member_id")?).ok_or_else(super::unreadable)?,
            region: read_region(row)?,
            department: row.get("department")?,
            name: row.get("name")?,
            account: account.as_deref().map(AccountId::new),
            valid_from: read_day(row, "valid_from")?,
        },
        valid_to: valid_to.map(|day| day.parse().map_err(|_| super::unreadable())).transpose()?,
    })
}

pub(super) fn read_day(row: &Row, column: &str) -> Result<Day> {
    row.get::<String>(column)?.parse().map_err(|_| super::unreadable())
}

fn not_a_seat() -> StoreError {
    StoreError::refused(
        "store-member",
        "委员没有登记：请写单位和姓名（各不超过60字），日期先起后止。",
        "The seat was not written down: give department and name (60 characters at most) and days in their order.",
    )
}
