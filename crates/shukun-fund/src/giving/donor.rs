//! Who gives, and under which name it is shown.
//!
//! An anonymous donor is a record of its own with an id of its own, made by chance: who it is lies sealed under another key
//! (the store's affair), so that no page, address, order or export leads from the gift to the person. Turning from a name to
//! anonymous is therefore not a switch on a record but a move to another one ([`turns_into`]).

use shukun_base::Masked;

use super::refusal::{GivingCode, Planned, ensure};

shukun_base::words! {
    /// What kind of donor.
    pub enum DonorKind {
        Organisation "organisation" "单位" "organisation",
        Group "group" "集体" "group of people",
        Individual "individual" "个人" "individual",
    }
}

shukun_base::words! {
    /// Under which name a donor is shown; chosen by the donor, changeable.
    pub enum Showing {
        Name "name" "真名" "own name",
        Alias "alias" "别名" "an alias",
        Anonymous "anonymous" "匿名" "anonymous",
    }
}

/// A donor as written down for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDonor {
    /// Organisation, group or individual.
    pub kind: DonorKind,
    /// How it is shown.
    pub showing: Showing,
    /// Who it is. Empty only where somebody gave without saying who it was.
    pub name: Masked<String>,
    /// What is shown instead of the name; empty unless shown under an alias.
    pub alias: String,
    /// How many people of a group gave, where it is known.
    pub heads: Option<Heads>,
    /// Telephone or address, where the donor left one.
    pub contact: Option<Masked<String>>,
}

/// How many people gave together. Published figures often say only "more than".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The figure.
    pub count: u32,
    /// Whether it is a lower bound ("3000余人", "200多人").
    pub is_at_least: bool,
}

/// Checks what was written of a donor.
///
/// # Errors
/// `G103` without a name that is to be shown, `G104` and `G105` for the alias, `G106` for a count of anything but a group.
pub fn plan_donor(donor: &NewDonor) -> Planned<()> {
    let (name, alias) = (donor.name.reveal().trim(), donor.alias.trim());
    ensure(donor.showing != Showing::Name || !name.is_empty(), GivingCode::NoName)?;
    ensure(donor.showing != Showing::Alias || !alias.is_empty(), GivingCode::NoAlias)?;
    ensure(donor.showing != Showing::Alias || name.is_empty() || !alias.contains(name), GivingCode::AliasTells)?;
    ensure(donor.kind == DonorKind::Group || donor.heads.is_none(), GivingCode::HeadsOnlyOfGroups)
}

/// What a change of showing does to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The record stays and shows another name.
    Stays,
    /// Gifts and pledges move to a new record of another id; the old one keeps nothing.
    Moves,
}

/// Whether a donor keeps its record when the showing changes. To and from anonymous it never does: whoever knew the one id
/// must not recognise the other.
pub fn turns_into(from: Showing, to: Showing) -> Turn {
    if from != to && (from == Showing::Anonymous || to == Showing::Anonymous) { Turn::Moves } else { Turn::Stays }
}

/// A name as lists show it to staff: an organisation's whole, of a person's only the first character.
pub fn listed_name(kind: DonorKind, name: &str) -> String {
    match kind {
        DonorKind::Individual => name.chars().take(1).chain("**".chars()).collect(),
        DonorKind::Organisation | DonorKind::Group => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn donor(kind: DonorKind, showing: Showing, name: &str, alias: &str) -> NewDonor {
        let name = Masked::new(name.to_owned());
        NewDonor { kind, showing, name, alias: alias.to_owned(), heads: None, contact: None }
    }

    #[test]
    fn each_showing_asks_for_what_it_shows() {
        use DonorKind::Individual;
        for (showing, name, alias, refused) in [
            (Showing::Name, "测试甲", "", None),
            (Showing::Name, " ", "", Some(GivingCode::NoName)),
            (Showing::Alias, "测试甲", "一位医生", None),
            (Showing::Alias, "测试甲", " ", Some(GivingCode::NoAlias)),
            (Showing::Alias, "测试甲", "医生测试甲", Some(GivingCode::AliasTells)),
            (Showing::Anonymous, "测试甲", "", None),
            (Showing::Anonymous, "", "", None),
        ] {
            let planned = plan_donor(&donor(Individual, showing, name, alias));
            assert_eq!(planned.err().map(|refusal| refusal.code), refused, "{showing} {name} {alias}");
        }
    }

    #[test]
    fn only_a_group_is_counted() {
        let heads = Some(Heads { count: 3000, is_at_least: true });
        let group = NewDonor { heads, ..donor(DonorKind::Group, Showing::Name, "测试医院职工", "") };
        assert_eq!(plan_donor(&group), Ok(()));
        let single = NewDonor { kind: DonorKind::Individual, ..group };
        assert_eq!(plan_donor(&single).unwrap_err().code, GivingCode::HeadsOnlyOfGroups);
    }

    #[test]
    fn to_and_from_anonymous_one_moves_to_another_record() {
        use Showing::{Alias, Anonymous, Name};
        for (from, to, turn) in [
            (Name, Alias, Turn::Stays),
            (Alias, Name, Turn::Stays),
            (Name, Anonymous, Turn::Moves),
            (Anonymous, Alias, Turn::Moves),
            (Anonymous, Anonymous, Turn::Stays),
        ] {
            assert_eq!(turns_into(from, to), turn, "{from} {to}");
        }
        assert_eq!(listed_name(DonorKind::Individual, "测试甲"), "测**");
        assert_eq!(listed_name(DonorKind::Organisation, "测试药店"), "测试药店");
    }
}
