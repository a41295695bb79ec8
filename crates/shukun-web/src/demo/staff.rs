//! Users of every role, signed in with a second factor, so that they can do everything that their role does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shukun_base::{Masked, RegionCode};
use shukun_casework::authority::{Grant, Role};
use shukun_store::{AccountId, FirstPassword, NewAccount, Scope, Store};

use super::authenticator::code;
use super::{County, refused};
use crate::start::StartError;

/// Who works there. The first of the town and of the village have one town; the second ones stand for all the others.
const USERS: [(&str, &str, Role); 21] = [
    ("yibao", "陈安平", Role::Insurance),
    ("yibao2", "周立群", Role::Insurance),
    ("minzheng", "林秀兰", Role::CivilAffairs),
    ("minzheng2", "吴建民", Role::CivilAffairs),
    ("zhenjie", "黄国强", Role::Township),
    ("zhenjie2", "邵志远", Role::Township),
    ("cunshe", "叶小芳", Role::Village),
    ("cunshe2", "何美玲", Role::Village),
    ("honghui", "蔡文静", Role::RedCross),
    ("cishan", "郑德厚", Role::CharityFederation),
    ("cishan2", "孔令仪", Role::CharityFederation),
    ("cishan3", "温守成", Role::CharityFederation),
    ("lianxi", "潘明远", Role::JointMeeting),
    ("lianxi2", "方若谷", Role::JointMeeting),
    ("lianxi3", "程月如", Role::JointMeeting),
    ("caizheng", "金守信", Role::Finance),
    ("shenji", "夏正清", Role::Auditor),
    ("system", "系统管理员", Role::SystemAdmin),
    ("security", "安全管理员", Role::SecurityAdmin),
    ("audit", "审计管理员", Role::AuditAdmin),
    ("xinren", "新来的同事", Role::CivilAffairs),
];

/// Longer than any policy of passwords asks; it is gone when the staff leaves.
const PASSWORD: &str = "demo furnishes the county office";

/// Everybody at work.
pub struct Staff {
    scopes: BTreeMap<&'static str, Scope>,
    home: RegionCode,
    ids: Vec<(&'static str, AccountId)>,
}

impl Staff {
    /// Makes the accounts, signs everybody in and sets up their one-time codes.
    pub async fn hire(store: &Store, county: &County, now: Timestamp) -> Result<Staff, StartError> {
        let places: BTreeSet<RegionCode> = county.people.iter().map(|one| one.region.clone()).collect();
        let home = home(places_of_cases(county)).ok_or_else(refused)?;
        let accounts: Vec<NewAccount> = USERS
            .iter()
            .map(|(login, name, role)| {
                account((login, name, *role), &county.region, &reach(login, *role, &home, &places))
            })
            .collect();
        let mut staff = Staff { scopes: BTreeMap::new(), home, ids: Vec::new() };
        for ((login, _, _), first) in USERS.iter().zip(store.set_up(&accounts, now).await?) {
            staff.ids.push((login, first.account_id.clone()));
            staff.scopes.insert(login, work(store, &first, now).await?);
        }
        Ok(staff)
    }

    /// What a user may see and do.
    pub fn scope(&self, login: &str) -> Result<&Scope, StartError> {
        self.scopes.get(login).ok_or_else(refused)
    }

    /// Whether a place is in the one town that has users of its own.
    pub fn is_home(&self, place: &RegionCode) -> bool {
        place.as_str().starts_with(self.home.as_str())
    }

    /// Whoever does this user's work at a place.
    pub fn scope_at(&self, login: &str, place: &RegionCode) -> Result<&Scope, StartError> {
        let is_home = self.is_home(place);
        match OF_OTHER_TOWNS.iter().find(|(of_home, _)| *of_home == login) {
            Some((_, of_others)) if !is_home => self.scope(of_others),
            _ => self.scope(login),
        }
    }

    /// Everybody gets a new password for one use, the system administrator last.
    pub async fn leave(self, store: &Store, now: Timestamp) -> Result<Vec<FirstPassword>, StartError> {
        let system = self.scope("system")?;
        let mut first = Vec::with_capacity(self.ids.len());
        let (own, others): (Vec<_>, Vec<_>) = self.ids.iter().partition(|(login, _)| *login == "system");
        for (_, id) in others.into_iter().chain(own) {
            first.push(store.reset_password(system, id, now).await?);
        }
        Ok(first)
    }
}

/// Signed in with a password of one's own and a one-time code.
pub(super) async fn work(store: &Store, first: &FirstPassword, now: Timestamp) -> Result<Scope, StartError> {
    let password = Masked::new(PASSWORD.to_owned());
    let (_, session) = store.sign_in(&first.login, &first.password, now).await?;
    let (_, session) = store.change_password(&session, &first.password, &password, now).await?;
    let enrolment = store.begin_enrolment(&session, &password, now).await?;
    let digits = code(enrolment.secret.reveal(), now).ok_or_else(refused)?;
    let (_, session) = store.finish_enrolment(&session, &digits, now).await?;
    Ok(session.scope(now))
}

/// The users of one town, and who does the same work in all the others.
const OF_OTHER_TOWNS: [(&str, &str); 2] = [("zhenjie", "zhenjie2"), ("cunshe", "cunshe2")];

/// Where each case will be.
fn places_of_cases(county: &County) -> impl Iterator<Item = &RegionCode> {
    county.people.iter().map(|one| &one.region)
}

/// The town where most of the cases are; of equals the last.
fn home<'a>(cases: impl Iterator<Item = &'a RegionCode>) -> Option<RegionCode> {
    let mut towns: BTreeMap<RegionCode, usize> = BTreeMap::new();
    for town in cases.filter_map(|place| cut(place, 9)) {
        *towns.entry(town).or_default() += 1;
    }
    towns.into_iter().max_by_key(|(_, cases)| *cases).map(|(town, _)| town)
}

/// The towns or villages of a user's grants; whoever works for the county has the county.
fn reach(login: &str, role: Role, home: &RegionCode, places: &BTreeSet<RegionCode>) -> BTreeSet<RegionCode> {
    let is_at_home = OF_OTHER_TOWNS.iter().any(|(of_home, _)| *of_home == login);
    let own = places.iter().filter(|place| place.as_str().starts_with(home.as_str()) == is_at_home);
    match role {
        Role::Township => own.filter_map(|place| cut(place, 9)).collect(),
        Role::Village => own.filter(|place| place.as_str().len() == 12).cloned().collect(),
        _ => places.iter().filter_map(|place| cut(place, 6)).collect(),
    }
}

fn account((login, name, role): (&str, &str, Role), county: &RegionCode, reach: &BTreeSet<RegionCode>) -> NewAccount {
    let grant = |region: &RegionCode| Grant { role, region: region.clone(), programme: None, expires_on: None };
    // A newcomer has nothing yet, so that the empty page can be seen.
    let is_new = login == "xinren";
    NewAccount {
        login: login.to_owned(),
        display_name: name.to_owned(),
        office: if is_new { "民政局".to_owned() } else { role.text().zh },
        region: county.clone(),
        grants: if is_new { Vec::new() } else { reach.iter().map(grant).collect() },
    }
}

/// The first digits of a region's code.
pub fn cut(place: &RegionCode, digits: usize) -> Option<RegionCode> {
    place.as_str().get(..digits).and_then(RegionCode::new)
}
