//! Restrictions of donors, and which pots pay for a household: in one fixed order, so that two clerks come to the same.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, RegionCode};

use super::{AccountCode, LedgerCode, LedgerRefusal, ProgrammeKey};
use crate::{DonorId, RestrictionId};

shukun_base::words! {
    /// What becomes of what is left when a restriction has had its time.
    pub enum OnExpiry {
        Release "release" "解除限定" "it is freed",
        Return "return" "退还捐赠人" "it goes back to the donor",
        Redesignate "redesignate" "经决议调整用途" "a resolution gives it another purpose",
    }
}

/// What a donor gave money for. It never changes: another purpose is another restriction and a transfer by resolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Its id; the pot is `pot:<id>`.
    pub id: RestrictionId,
    /// Who gave it, where it is one donor's.
    pub donor: Option<DonorId>,
    /// Programmes it may pay for; none named is any.
    pub purposes: Vec<ProgrammeKey>,
    /// Households of this area alone.
    pub area: Option<RegionCode>,
    /// Households of one of these classes alone; none named is any.
    pub classes: Vec<String>,
    /// The first day on which it may pay.
    pub valid_from: Day,
    /// The last day; none is without end.
    pub valid_to: Option<Day>,
    /// What becomes of the rest after that.
    pub on_expiry: OnExpiry,
    /// A smaller number goes first, whatever else; 0 unless the donor and the fund agreed on another.
    pub priority: i64,
}

/// A household's relief, as far as restrictions look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The programme.
    pub programme: ProgrammeKey,
    /// Where the household lives.
    pub area: RegionCode,
    /// Its classes.
    pub classes: Vec<String>,
    /// The day on which it is paid.
    pub on: Day,
    /// How much.
    pub amount: Fen,
}

impl Restriction {
    /// Whether its money may pay this.
    pub fn fits(&self, needed: &Needed) -> bool {
        let purpose = self.purposes.is_empty() || self.purposes.contains(&needed.programme);
        let area = self.area.as_ref().is_none_or(|area| area.contains(&needed.area));
        let class = self.classes.is_empty() || self.classes.iter().any(|class| needed.classes.contains(class));
        let time = self.valid_from <= needed.on && self.valid_to.is_none_or(|last| needed.on <= last);
        purpose && area && class && time
    }

    /// Narrowest area, narrowest class, earliest end, oldest.
    fn order(&self) -> impl Ord + use<'_> {
        let area = self.area.as_ref().map_or(0, |area| area.as_str().len());
        let classes = if self.classes.is_empty() { usize::MAX } else { self.classes.len() };
        let end = self.valid_to.unwrap_or(Day::MAX);
        (self.priority, std::cmp::Reverse(area), classes, end, self.valid_from, &self.id)
    }
}

/// A pot with what is free in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotBalance {
    /// `pot:…`, `unit:…` or `unrestricted`.
    pub account: AccountCode,
    /// None for money without a restriction.
    pub restriction: Option<Restriction>,
    /// Balance less what is held.
    pub free: Fen,
}

/// Which pots pay how much: narrowest area → narrowest class → earliest expiry → oldest → unrestricted. The shares add up to
/// what is needed.
///
/// # Errors
/// [`LedgerCode::PotsTooSmall`] where all that fits together is not enough, [`LedgerCode::AmountNotPositive`].
pub fn share_among_pots(pots: &[PotBalance], case: &Needed) -> Result<Vec<(AccountCode, Fen)>, LedgerRefusal> {
    if case.amount <= Fen::ZERO {
        return Err(LedgerCode::AmountNotPositive.at(case.amount));
    }
    let mut fitting: Vec<&PotBalance> = pots
        .iter()
        .filter(|pot| pot.free > Fen::ZERO && pot.restriction.as_ref().is_none_or(|restriction| restriction.fits(case)))
        .collect();
    fitting.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
    let (mut open, mut shares) = (case.amount, Vec::new());
    for pot in fitting {
        let share = pot.free.min(open);
        if share > Fen::ZERO {
            shares.push((pot.account.clone(), share));
            open -= share;
        }
    }
    if open.is_zero() { Ok(shares) } else { Err(LedgerCode::PotsTooSmall.at(open)) }
}

fn order_of(pot: &PotBalance) -> (bool, Option<impl Ord + use<'_>>, &AccountCode) {
    (pot.restriction.is_none(), pot.restriction.as_ref().map(Restriction::order), &pot.account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn restriction(id: &str, area: Option<&str>, classes: &[&str], to: Option<Day>, from: Day) -> Restriction {
        Restriction {
            id: RestrictionId::new(id).unwrap(),
            donor: None,
            purposes: vec![],
            area: area.and_then(RegionCode::new),
            classes: classes.iter().map(ToString::to_string).collect(),
            valid_from: from,
            valid_to: to,
            on_expiry: OnExpiry::Release,
            priority: 0,
        }
    }

    fn pot(restriction: Restriction, free: i64) -> PotBalance {
        let account = AccountCode::new(&format!("pot:{}", restriction.id)).unwrap();
        PotBalance { account, restriction: Some(restriction), free: Fen(free) }
    }

    fn needed(amount: i64) -> Needed {
        Needed {
            programme: ProgrammeKey::new("charity_relief").unwrap(),
            area: RegionCode::new("330381001002").unwrap(),
            classes: vec!["low_income".to_owned()],
            on: date(2026, 3, 2),
            amount: Fen(amount),
        }
    }

    fn pots() -> Vec<PotBalance> {
        let from = date(2026, 1, 1);
        vec![
            PotBalance { account: AccountCode::new("unrestricted").unwrap(), restriction: None, free: Fen(1_000) },
            pot(restriction("any-old", None, &[], None, date(2025, 1, 1)), 10),
            pot(restriction("any-new", None, &[], None, from), 10),
            pot(restriction("ends", None, &[], Some(date(2026, 12, 31)), from), 10),
            pot(restriction("class", None, &["low_income"], None, from), 10),
            pot(restriction("classes", None, &["low_income", "destitute"], None, from), 10),
            pot(restriction("county", Some("330381"), &[], None, from), 10),
            pot(restriction("town", Some("330381001"), &[], None, from), 10),
            pot(restriction("elsewhere", Some("330381002"), &[], None, from), 10),
            pot(restriction("other-class", None, &["destitute"], None, from), 10),
            pot(restriction("over", None, &[], Some(date(2026, 3, 1)), from), 10),
            pot(restriction("not-yet", None, &[], None, date(2026, 3, 3)), 10),
        ]
    }

    #[test]
    fn pots_pay_in_the_fixed_order() {
        let shares = share_among_pots(&pots(), &needed(75)).unwrap();
        let order: Vec<String> = shares.iter().map(|(account, fen)| format!("{account}={}", fen.0)).collect();
        assert_eq!(
            order.join(" "),
            "pot:town=10 pot:county=10 pot:class=10 pot:classes=10 pot:ends=10 pot:any-old=10 pot:any-new=10 unrestricted=5"
        );
        let mut first = pots();
        first.get_mut(2).unwrap().restriction.as_mut().unwrap().priority = -1;
        assert_eq!(share_among_pots(&first, &needed(10)).unwrap()[0].0.as_str(), "pot:any-new");
    }

    #[test]
    fn what_fits_is_not_enough_or_nothing_is_needed() {
        assert_eq!(share_among_pots(&pots(), &needed(1_071)).unwrap_err().code, LedgerCode::PotsTooSmall);
        assert_eq!(share_among_pots(&pots(), &needed(0)).unwrap_err().code, LedgerCode::AmountNotPositive);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_no_pot_gives_more_than_it_has(amount in 1..1_200_i64, turn in 0..12_usize) {
            let (case, mut pots) = (needed(amount), pots());
            let as_listed = share_among_pots(&pots, &case);
            pots.rotate_left(turn);
            prop_assert_eq!(&share_among_pots(&pots, &case), &as_listed);
            if let Ok(shares) = as_listed {
                prop_assert_eq!(shares.iter().map(|(_, fen)| *fen).sum::<Fen>(), case.amount);
                for (account, share) in &shares {
                    let pot = pots.iter().find(|pot| pot.account == *account).unwrap();
                    prop_assert!(*share <= pot.free && *share > Fen::ZERO);
                    prop_assert!(pot.restriction.as_ref().is_none_or(|restriction| restriction.fits(&case)));
                }
            }
        }
    }
}
