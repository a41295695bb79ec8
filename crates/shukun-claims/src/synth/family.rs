//! Who lives under one roof: generations, sexes and ages that fit each other.
//!
//! Knows no names, illness or money. Start at [`draw_roles`].

use shukun_engine::facts::Sex;

use super::county::Profile;
use super::draw::{Draw, MILLION, Quantiles};
use super::people::Relation;

/// Ages of the old.
const OLD_AGES: [(u32, i64); 5] = [(0, 60), (520_000, 70), (850_000, 80), (985_000, 90), (MILLION, 105)];

/// Who a member is before they have a name.
pub(super) struct Role {
    pub(super) relation: Relation,
    pub(super) sex: Sex,
    pub(super) age: i64,
}

/// Who lives in a household of `size`.
pub(super) fn draw_roles(draw: &mut Draw, size: u64, profile: &Profile) -> Vec<Role> {
    let with_elders = draw.chance(profile.elder_households);
    match (size, with_elders) {
        (1, true) => vec![draw_head(draw, true)],
        (1, false) => vec![draw_head(draw, false)],
        (2, true) => draw_couple(draw, true),
        _ => draw_family(draw, size, with_elders),
    }
}

fn draw_head(draw: &mut Draw, old: bool) -> Role {
    let sex = if draw.chance(600_000) { Sex::M } else { Sex::F };
    let age = if old { draw.quantile(&OLD_AGES as &Quantiles, 1) } else { draw.between(24, 59) };
    Role { relation: Relation::Head, sex, age }
}

fn draw_couple(draw: &mut Draw, old: bool) -> Vec<Role> {
    let head = draw_head(draw, old);
    let age = (head.age + draw.between(-4, 4)).max(22);
    let spouse = Role { relation: Relation::Spouse, sex: other(head.sex), age };
    vec![head, spouse]
}

/// Two or three generations under one roof; a household of two is a couple, or one parent with a child.
fn draw_family(draw: &mut Draw, size: u64, with_elders: bool) -> Vec<Role> {
    if size == 2 && draw.chance(200_000) {
        let head = draw_head(draw, false);
        let child = draw_child(draw, head.age);
        return vec![head, child];
    }
    let mut roles = draw_couple(draw, false);
    let (oldest, youngest) = roles.iter().fold((0, 120), |(old, young), role| (role.age.max(old), role.age.min(young)));
    let elders = if with_elders || size > 4 { draw.between(1, 2) } else { 0 };
    let mut first_sex = None;
    for _ in 0..elders {
        if roles.len() as u64 == size {
            break;
        }
        let sex = first_sex.map_or(if draw.chance(400_000) { Sex::M } else { Sex::F }, other);
        first_sex = Some(sex);
        let age = (oldest + draw.between(20, 32)).min(105);
        roles.push(Role { relation: Relation::Parent, sex, age });
    }
    while (roles.len() as u64) < size {
        roles.push(draw_child(draw, youngest));
    }
    roles
}

fn draw_child(draw: &mut Draw, parent_age: i64) -> Role {
    let sex = if draw.chance(520_000) { Sex::M } else { Sex::F };
    Role { relation: Relation::Child, sex, age: (parent_age - draw.between(20, 34)).max(1) }
}

fn other(sex: Sex) -> Sex {
    match sex {
        Sex::M => Sex::F,
        Sex::F => Sex::M,
    }
}
