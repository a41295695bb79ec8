//! T0 and what concerns two cases: opening, merging, splitting.

use super::*;
use crate::case::command::Opening;
use crate::case::record::{ClosingWay, Detection, Discovery};
use crate::ids::{AlertId, Note};
use crate::outcome::{Outcome, OutcomeCode};
use shukun_base::PersonId;

/// Opens a case: the program for an alert, a person for a household found by hand. `ctx.version` is 0.
pub fn plan_open(actor: &Actor, opening: &Opening, ctx: &Context) -> Result<Vec<Action>, Refusal> {
    require(ctx.version == 0, RefusalCode::StaleVersion)?;
    require(opening.region.as_str().len() >= 6, RefusalCode::PlaceUnknown)?;
    let who = match (actor, &opening.discovery) {
        (Actor::Program(run), Discovery::Alert(_)) => Who::Program { run: run.clone() },
        (Actor::Person { .. }, Discovery::Hand { .. }) => {
            officer(actor, Permission::DiscoverByHand, &opening.region, opening.household, ctx)?
        }
        _ => return Err(RefusalCode::NotPermitted.into()),
    };
    Ok(opened(opening, &who, ctx))
}

fn opened(opening: &Opening, who: &Who, ctx: &Context) -> Vec<Action> {
    let Opening { case, household, region, discovery } = opening.clone();
    actions(&case, 0, who, ctx, vec![Content::Opened { household, region, discovery }])
}

fn officer(
    actor: &Actor,
    permission: Permission,
    place: &RegionCode,
    household: HouseholdId,
    ctx: &Context,
) -> Result<Who, Refusal> {
    let Actor::Person { id, own_households, .. } = actor else { return Err(RefusalCode::NotByProgram.into()) };
    let role = role_for(actor, permission, place, None, ctx.today()).ok_or(RefusalCode::NotPermitted)?;
    require(!own_households.contains(&household), RefusalCode::OwnRelative)?;
    Ok(Who::Person { actor: id.clone(), role })
}

/// Merges `duplicate` into `keep`: the actions of each. `ctx.version` is that of `keep`, `duplicate_version` that of the
/// other as it was read. Both are stored in one go: on record in one is on record in both.
pub fn plan_merge(
    keep: &Case,
    duplicate: &Case,
    duplicate_version: u32,
    why: &Note,
    actor: &Actor,
    ctx: &Context,
) -> Result<(Vec<Action>, Vec<Action>), Refusal> {
    let ctx_of_duplicate = Context { version: duplicate_version, ..ctx.clone() };
    if is_on_record(keep, actor, ctx)? || is_on_record(duplicate, actor, &ctx_of_duplicate)? {
        return Ok((Vec::new(), Vec::new()));
    }
    let who = check_writable(keep, actor, ctx)?;
    let who_of_duplicate = check_writable(duplicate, actor, ctx)?;
    let can_end = !duplicate.holds_money()
        && duplicate.open_advance().is_none()
        && duplicate.open_objection().is_none()
        && duplicate.open_appeal().is_none();
    require(keep.id != duplicate.id && can_end, RefusalCode::CannotMerge)?;
    if !are_duplicates(keep, duplicate) {
        return Err(lacking(RefusalCode::CannotMerge, unrelated()));
    }
    let absorbed = Content::Absorbed { case: duplicate.id.clone(), detections: duplicate.detections.clone() };
    let ended = vec![
        Content::MergedInto { case: keep.id.clone() },
        Content::Closed {
            outcome: Outcome::plain(OutcomeCode::Duplicate),
            way: ClosingWay::Merged,
            why: why.clone(),
            sampled: false,
            document: None,
        },
    ];
    let kept = actions(&keep.id, keep.version, &who, ctx, vec![absorbed]);
    Ok((kept, actions(&duplicate.id, duplicate.version, &who_of_duplicate, ctx, ended)))
}

/// One household, one person in both, or marked by somebody as a potential duplicate: nothing else says that two cases are
/// about the same.
fn are_duplicates(one: &Case, other: &Case) -> bool {
    let is_marked = |case: &Case| case.marks.contains(&Flag::PotentialDuplicate);
    let people = |case: &Case| -> BTreeSet<PersonId> {
        let found_by_hand = match &case.discovery {
            Discovery::Hand { person, .. } => Some(*person),
            Discovery::Alert(_) | Discovery::Split { .. } => None,
        };
        case.detections.iter().map(|detection| detection.person).chain(found_by_hand).collect()
    };
    one.household == other.household || is_marked(one) || is_marked(other) || !people(one).is_disjoint(&people(other))
}

fn unrelated() -> Text {
    Text::new(
        "不是同一户，没有同一个人，也没有标记疑似重复",
        "not one household, no person in both, and neither is marked as a potential duplicate",
    )
}

/// Takes alerts out of `case` into a case of their own: the actions of each.
pub fn plan_split(
    case: &Case,
    alerts: &[AlertId],
    new: (CaseId, HouseholdId, RegionCode),
    actor: &Actor,
    ctx: &Context,
) -> Result<(Vec<Action>, Vec<Action>), Refusal> {
    if is_on_record(case, actor, ctx)? {
        return Ok((Vec::new(), Vec::new()));
    }
    let who = check_writable(case, actor, ctx)?;
    let (id, household, region) = new;
    require(region.as_str().len() >= 6, RefusalCode::PlaceUnknown)?;
    let (taken, left): (Vec<Detection>, Vec<Detection>) =
        case.detections.iter().cloned().partition(|detection| alerts.contains(&detection.alert));
    let is_known = alerts.iter().all(|alert| taken.iter().any(|detection| detection.alert == *alert));
    let can_split = is_known && !taken.is_empty() && !left.is_empty() && !case.holds_money() && id != case.id;
    require(can_split, RefusalCode::CannotMerge)?;
    let split_off = Content::SplitOff { case: id.clone(), alerts: alerts.to_vec() };
    let discovery = Discovery::Split { from: case.id.clone(), detections: taken };
    let opening = Opening { case: id, household, region, discovery };
    Ok((actions(&case.id, case.version, &who, ctx, vec![split_off]), opened(&opening, &who, ctx)))
}

/// What the general guards ask of a case that is merged or split.
fn check_writable(case: &Case, actor: &Actor, ctx: &Context) -> Result<Who, Refusal> {
    let who = officer(actor, Permission::Merge, &case.region, case.household, ctx)?;
    require(case.status != Status::Closed, RefusalCode::IsClosed)?;
    require(case.suspended.is_none(), RefusalCode::IsSuspended)?;
    require(case.assignee.is_some(), RefusalCode::NotAssigned)?;
    Ok(who)
}
