//! Counting cases: the funnel with its money, ageing and time limits of what is open, endings, months.

use std::collections::BTreeMap;

use sea_orm::DbBackend;
use shukun_base::{Fen, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::{Status, Step};
use shukun_casework::outcome::Precision;
use shukun_casework::timers::Level;

use super::narrow::{PlaceSize, Sway, USED_BOX};
use crate::cases::{Beside, CaseFilter, push_conditions_at};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{Query, Row};
use crate::store::Store;

/// Cases that came as far as a status and no further, some open and some closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The furthest status of any round; never closed.
    pub furthest: Status,
    /// Whether they are closed.
    pub is_closed: bool,
    /// How many.
    pub cases: u64,
    /// Burdens of their alerts together.
    pub burden_fen: Fen,
    /// How many had something determined.
    pub determined: u64,
    /// What was determined.
    pub aid_fen: Fen,
    /// How many had something paid.
    pub paid: u64,
    /// What was paid and has not come back.
    pub paid_fen: Fen,
}

/// Open cases that wait alike: one step, office, town, box of ageing and standing of the step's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The step.
    pub step: Step,
    /// Who does it.
    pub office: Role,
    /// The township or village, or fewer digits where no more is known.
    pub place: RegionCode,
    /// The box, 0 to 4: [`super::USED_BOXES`].
    pub used_box: u8,
    /// How the step's clock stands.
    pub level: Level,
    /// How many.
    pub cases: u64,
}

/// Closed cases of one rule and colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The rule; `None` = found by hand.
    pub rule: Option<String>,
    /// The colour; `None` = found by hand.
    pub colour: Option<Colour>,
    /// What their endings say.
    pub precision: Precision,
}

/// What happened in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// `2026-03`
    pub month: String,
    /// Cases whose first round began in it.
    pub opened: u64,
    /// Cases that are closed and were closed in it.
    pub closed: u64,
}

/// What a dashboard counts of cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How far the cases came. The sum is the length of the list.
    pub reached: Vec<Reached>,
    /// How long the open cases wait, and how they stand against the limits of their steps, as last read.
    pub ageing: Vec<Ageing>,
    /// How the closed cases ended, by rule and colour.
    pub endings: Vec<Ended>,
    /// Cases opened and closed, by month, the first month first. Months in which nothing happened are not there.
    pub months: Vec<Trend>,
}

impl Store {
    /// Counts the cases of the caller's area that the filter finds, in one pass over them.
    ///
    /// # Errors
    /// `store-forbidden` without the permission to see figures.
    pub async fn count_figures(&self, scope: &Scope, filter: &CaseFilter, by: PlaceSize) -> Result<Counted> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let mut sums = Sums::default();
        let query = figures_query(self.db.get_database_backend(), (scope, filter), by);
        for row in query.all(&self.within(scope, Permission::ViewCases)).await? {
            sums.add(&row)?;
        }
        Ok(sums.counted())
    }
}

/// Cases that are alike in everything that is counted, in one row; a county has some hundred of them.
pub(crate) fn figures_query(engine: DbBackend, (scope, filter): (&Scope, &CaseFilter), by: PlaceSize) -> Query {
    let mut query = Query::new("SELECT reached, CASE WHEN status = 'closed' THEN 1 ELSE 0 END AS is_closed, ");
    query.push("stay_step, stay_office, CASE WHEN stay_step IS NULL THEN NULL ELSE ").push(by.expression());
    query.push(" END AS place, CASE WHEN stay_step IS NULL THEN NULL ELSE ").push(USED_BOX).push(
        " END AS used_box, stay_level, rule, colour, judgement,
            CASE WHEN outcome = 'data_error' THEN 1 ELSE 0 END AS is_wrong_data,
            substr(opened_on, 1, 7) AS opened_in, substr(closed_on, 1, 7) AS closed_in, COUNT(*) AS cases,
            CAST(SUM(burden_fen) AS BIGINT) AS burden_fen, CAST(SUM(aid_fen) AS BIGINT) AS aid_fen,
            CAST(SUM(paid_fen) AS BIGINT) AS paid_fen, COUNT(CASE WHEN aid_fen > 0 THEN 1 END) AS determined,
            COUNT(CASE WHEN paid_fen > 0 THEN 1 END) AS paid ",
    );
    Beside { figures: true, ..filter.beside() }.push(&mut query);
    push_conditions_at(&mut query, scope.region_column(engine, filter.region.as_ref()), scope, filter);
    query.push(" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13");
    query
}

/// The same rows, added up in four ways; the keys order as answers are ordered.
#[derive(Default)]
struct Sums {
    reached: BTreeMap<(i64, bool), Reached>,
    ageing: BTreeMap<(String, String, String, u8, String), Ageing>,
    endings: BTreeMap<(Option<String>, Option<Colour>), Precision>,
    months: BTreeMap<String, (u64, u64)>,
}

impl Sums {
    fn add(&mut self, row: &Row) -> Result<()> {
        let cases = number(row, "cases")?;
        self.add_reached(row, cases)?;
        if let Some(step) = row.get::<Option<String>>("stay_step")? {
            self.add_ageing(row, step, cases)?;
        }
        if let Some(judgement) = row.get::<Option<String>>("judgement")? {
            self.add_ending(row, &judgement, cases)?;
        }
        self.months.entry(row.get("opened_in")?).or_default().0 += cases;
        if let Some(closed_in) = row.get::<Option<String>>("closed_in")? {
            self.months.entry(closed_in).or_default().1 += cases;
        }
        Ok(())
    }

    fn add_reached(&mut self, row: &Row, cases: u64) -> Result<()> {
        let (rank, is_closed): (i64, bool) = (row.get("reached")?, number(row, "is_closed")? == 1);
        let furthest = usize::try_from(rank).ok().and_then(|rank| Status::ALL.get(rank)).copied();
        let furthest = furthest.ok_or_else(unreadable)?;
        let group = self.reached.entry((rank, is_closed)).or_insert(Reached {
            furthest,
            is_closed,
            cases: 0,
            burden_fen: Fen::ZERO,
            determined: 0,
            aid_fen: Fen::ZERO,
            paid: 0,
            paid_fen: Fen::ZERO,
        });
        group.cases += cases;
        group.burden_fen += Fen(row.get("burden_fen")?);
        group.determined += number(row, "determined")?;
        group.aid_fen += Fen(row.get("aid_fen")?);
        group.paid += number(row, "paid")?;
        group.paid_fen += Fen(row.get("paid_fen")?);
        Ok(())
    }

    fn add_ageing(&mut self, row: &Row, step: String, cases: u64) -> Result<()> {
        let word = |column| row.get::<String>(column);
        let used_box = number(row, "used_box")?.try_into().map_err(|_| unreadable())?;
        let (office, place, level) = (word("stay_office")?, word("place")?, word("stay_level")?);
        let group = Ageing {
            step: Step::find(&step).ok_or_else(unreadable)?,
            office: Role::find(&office).ok_or_else(unreadable)?,
            place: RegionCode::new(&place).ok_or_else(unreadable)?,
            used_box,
            level: Level::find(&level).ok_or_else(unreadable)?,
            cases: 0,
        };
        self.ageing.entry((step, office, place, used_box, level)).or_insert(group).cases += cases;
        Ok(())
    }

    fn add_ending(&mut self, row: &Row, judgement: &str, cases: u64) -> Result<()> {
        let colour: Option<String> = row.get("colour")?;
        let colour = colour.map(|key| Colour::find(&key).ok_or_else(unreadable)).transpose()?;
        let precision = self.endings.entry((row.get("rule")?, colour)).or_default();
        match Sway::find(judgement).ok_or_else(unreadable)? {
            Sway::Confirmed => precision.confirmed += cases,
            Sway::Wrong => precision.wrong += cases,
            Sway::NotJudged => precision.not_judged += cases,
        }
        if number(row, "is_wrong_data")? == 1 {
            precision.wrong_data += cases;
        }
        Ok(())
    }

    fn counted(self) -> Counted {
        let ended = |((rule, colour), precision)| Ended { rule, colour, precision };
        let trend = |(month, (opened, closed))| Trend { month, opened, closed };
        Counted {
            reached: self.reached.into_values().collect(),
            ageing: self.ageing.into_values().collect(),
            endings: self.endings.into_iter().map(ended).collect(),
            months: self.months.into_iter().map(trend).collect(),
        }
    }
}

/// A count, or another number that is not below zero; engines differ in the width of small ones.
pub(super) fn number(row: &Row, column: &str) -> Result<u64> {
    let wide = row.get::<i64>(column).or_else(|_| row.get::<i32>(column).map(i64::from))?;
    u64::try_from(wide).map_err(|_| unreadable())
}

pub(super) fn unreadable() -> StoreError {
    StoreError::damaged(
        "有一个统计数读不懂：请重建案件的统计。",
        "A figure cannot be read: have the rows of cases made again.",
    )
}
