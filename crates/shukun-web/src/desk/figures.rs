//! What dashboards show: figures of the reader's area, narrowed to a place and an office; without HTML.
//!
//! A board asks a constant number of statements. Start at [`Board::load`].

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::{Status, Step};
use shukun_casework::timers::Level;
use shukun_store::{
    Ageing, CaseFilter, ColourCount, Ended, Narrowed, PlaceSize, Reached, Region, Scope, StoreError, Trend,
};

use super::{Desk, Places};

/// Which part of the area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// In this region.
    pub region: Option<RegionCode>,
    /// What waits for this office.
    pub office: Option<Role>,
}

impl Part {
    /// As a filter of cases.
    pub fn filter(&self) -> CaseFilter {
        let narrowed = Narrowed { office: self.office, ..Narrowed::default() };
        CaseFilter { region: self.region.clone(), narrowed, ..CaseFilter::default() }
    }

    /// By what its places are told apart: a town by its villages, anything wider by towns.
    pub fn place_size(&self) -> PlaceSize {
        let is_town = self.region.as_ref().is_some_and(|region| region.as_str().len() >= PlaceSize::Town.digits());
        if is_town { PlaceSize::Village } else { PlaceSize::Town }
    }
}

/// One status of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The status.
    pub status: Status,
    /// Cases that came at least so far; for closed: that are closed.
    pub cases: u64,
}

/// Sums of cases and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// All cases.
    pub cases: u64,
    /// Not closed.
    pub open: u64,
    /// Burdens together.
    pub burden_fen: Fen,
    /// Cases to which something was determined, and how much.
    pub determined: u64,
    /// See there.
    pub aid_fen: Fen,
    /// Cases to which something was paid, and how much.
    pub paid: u64,
    /// See there.
    pub paid_fen: Fen,
}

/// Open cases of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The place.
    pub region: RegionCode,
    /// Not closed.
    pub open: u64,
    /// Of these, over the time of their step.
    pub late: u64,
    /// Whether it is known as exactly as the other tiles; if not, it stands for the rest.
    pub is_exact: bool,
}

/// People of each colour at the end of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColourMonth {
    /// The last day of the month.
    pub on: Day,
    /// People by colour.
    pub people: BTreeMap<Colour, u64>,
}

/// Everything of a dashboard.
#[derive(Clone, Debug)]
pub struct Board {
    /// Of which part.
    pub part: Part,
    /// How far the cases came.
    pub reached: Vec<Reached>,
    /// How long they wait.
    pub ageing: Vec<Ageing>,
    /// How they ended.
    pub endings: Vec<Ended>,
    /// Opened and closed, the last twelve months, none left out.
    pub months: Vec<Trend>,
    /// The year of the alerts, and people by colour month by month.
    pub colours: Option<(i16, Vec<ColourMonth>)>,
    /// Named places that can be chosen.
    pub regions: Vec<Region>,
    /// Names of the places of the tiles.
    pub places: Places,
}

impl Board {
    /// Asks for all of it.
    ///
    /// # Errors
    /// `store-forbidden` without the permission to see figures.
    pub async fn load(desk: &Desk, scope: &Scope, part: Part, today: Day) -> Result<Board, StoreError> {
        let (store, filter) = (desk.store(), part.filter());
        let counted = store.count_figures(scope, &filter, part.place_size()).await?;
        let ageing = counted.ageing;
        let year = store.latest_alert_year(scope).await?;
        let colours = match year {
            Some(year) => {
                let counts = store.count_colours(scope, year, part.region.as_ref()).await?;
                Some((year, colour_months(&counts, today)))
            }
            None => None,
        };
        let regions = store.list_regions(scope, Permission::ViewStatistics).await?;
        let places = desk.place_names(ageing.iter().map(|group| &group.place).chain(&part.region)).await?;
        Ok(Board {
            reached: counted.reached,
            endings: counted.endings,
            months: last_months(&counted.months, today),
            ageing,
            colours,
            regions,
            places,
            part,
        })
    }

    /// From the first status to the last.
    pub fn funnel(&self) -> Vec<Stage> {
        let cases = |status: Status| -> u64 {
            let counts = |group: &&Reached| match status {
                Status::Closed => group.is_closed,
                status => group.furthest >= status,
            };
            self.reached.iter().filter(counts).map(|group| group.cases).sum()
        };
        Status::ALL.iter().map(|status| Stage { status: *status, cases: cases(*status) }).collect()
    }

    /// Cases and money together.
    pub fn sums(&self) -> Sums {
        self.reached.iter().fold(Sums::default(), |sums, group| Sums {
            cases: sums.cases + group.cases,
            open: sums.open + if group.is_closed { 0 } else { group.cases },
            burden_fen: sums.burden_fen + group.burden_fen,
            determined: sums.determined + group.determined,
            aid_fen: sums.aid_fen + group.aid_fen,
            paid: sums.paid + group.paid,
            paid_fen: sums.paid_fen + group.paid_fen,
        })
    }

    /// Open cases that `counts` picks.
    pub fn waiting(&self, counts: impl Fn(&Ageing) -> bool) -> u64 {
        self.ageing.iter().filter(|group| counts(group)).map(|group| group.cases).sum()
    }

    /// The steps in which cases wait, in their order.
    pub fn steps(&self) -> BTreeSet<Step> {
        self.ageing.iter().map(|group| group.step).collect()
    }

    /// The offices for which cases wait.
    pub fn offices(&self) -> BTreeSet<Role> {
        self.ageing.iter().map(|group| group.office).collect()
    }

    /// Every place with a name, and every place where cases wait; at last all those together that are known less exactly.
    pub fn tiles(&self) -> Vec<Tile> {
        let digits = self.part.place_size().digits();
        let inside = |region: &RegionCode| self.part.region.as_ref().is_none_or(|part| part.contains(region));
        let named = self.regions.iter().map(|region| &region.code).filter(|code| code.as_str().len() == digits);
        let is_exact = |region: &RegionCode| region.as_str().len() == digits;
        let (exact, vague): (Vec<&RegionCode>, Vec<&RegionCode>) =
            self.ageing.iter().map(|group| &group.place).partition(|place| is_exact(place));
        let codes: BTreeSet<&RegionCode> = named.filter(|code| inside(code)).chain(exact).collect();
        let tile = |region: &RegionCode| Tile {
            region: region.clone(),
            open: self.waiting(|group| group.place == *region),
            late: self.waiting(|group| group.place == *region && is_late(group.level)),
            is_exact: true,
        };
        let rest = vague.first().map(|region| Tile {
            region: (*region).clone(),
            open: self.waiting(|group| !is_exact(&group.place)),
            late: self.waiting(|group| !is_exact(&group.place) && is_late(group.level)),
            is_exact: false,
        });
        codes.into_iter().map(tile).chain(rest).collect()
    }

    /// A place's name, from the names that can be chosen or of the tiles.
    pub fn place_name(&self, code: &RegionCode) -> String {
        let known = self.regions.iter().find(|region| region.code == *code);
        known.map_or_else(|| self.places.own_name(code), |region| region.name.clone())
    }
}

/// Over the time of its step.
pub fn is_late(level: Level) -> bool {
    level >= Level::Breached
}

/// `2026-03`
pub fn month_of(day: Day) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The first days of the last twelve months, this one last.
fn twelve_months(today: Day) -> Vec<Day> {
    let first = today.first_of_month();
    (0..12).rev().filter_map(|back| first.checked_sub(jiff::Span::new().months(back)).ok()).collect()
}

fn last_months(found: &[Trend], today: Day) -> Vec<Trend> {
    let known = |month: &str| found.iter().find(|trend| trend.month == month).cloned();
    let months = twelve_months(today).into_iter().map(month_of);
    months.map(|month| known(&month).unwrap_or(Trend { month, opened: 0, closed: 0 })).collect()
}

/// The state at the end of each month (of this one: today) from the first in which anybody had a colour, at most twelve, up to today's.
fn colour_months(counts: &[ColourCount], today: Day) -> Vec<ColourMonth> {
    let Some(first) = counts.first().map(|count| count.month.clone()) else { return Vec::new() };
    let months = twelve_months(today).into_iter().filter(|day| month_of(*day) >= first);
    months
        .map(|day| ColourMonth { on: day.last_of_month().min(today), people: colours_at(counts, &month_of(day)) })
        .collect()
}

fn colours_at(counts: &[ColourCount], month: &str) -> BTreeMap<Colour, u64> {
    let mut people: BTreeMap<Colour, u64> = Colour::ALL.iter().map(|colour| (*colour, 0)).collect();
    for count in counts.iter().filter(|count| count.month.as_str() <= month) {
        let now = people.entry(count.colour).or_default();
        *now = (*now + count.came).saturating_sub(count.left);
    }
    people
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn no_month_is_left_out() {
        let found = [Trend { month: "2026-01".to_owned(), opened: 3, closed: 1 }];
        let months = last_months(&found, date(2026, 2, 28));
        assert_eq!(months.len(), 12);
        assert_eq!(months.first().map(|trend| trend.month.as_str()), Some("2025-03"));
        assert_eq!(months.iter().rev().map(|trend| trend.opened).take(3).collect::<Vec<_>>(), [0, 3, 0]);
    }

    #[test]
    fn colours_add_up_over_months_that_nobody_changed_in() {
        let count = |month: &str, came, left| ColourCount { month: month.to_owned(), colour: Colour::Red, came, left };
        let months = colour_months(&[count("2026-01", 5, 1), count("2026-03", 1, 3)], date(2026, 4, 2));
        let red: Vec<u64> = months.iter().map(|month| month.people[&Colour::Red]).collect();
        assert_eq!(red, [4, 4, 2, 2]);
        assert_eq!(months.last().map(|month| month.on), Some(date(2026, 4, 2)));
    }

    #[test]
    fn a_town_is_told_apart_by_its_villages() {
        let part = |code: &str| Part { region: RegionCode::new(code), office: None };
        assert_eq!(part("330381").place_size(), PlaceSize::Town);
        assert_eq!(part("330381001").place_size(), PlaceSize::Village);
    }
}
