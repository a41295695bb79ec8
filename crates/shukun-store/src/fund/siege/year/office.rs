//! The office of a simulated year: its store, its staff and its clock, and how an act is sent until it is answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::tz::Offset;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use sea_orm::{Database, DatabaseConnection};
use shukun_base::Day;
use shukun_casework::authority::Role;
use shukun_casework::calendar::Calendar;
use shukun_casework::timers::Settings;

use crate::attack::{Attack, Blow};
use crate::error::Result;
use crate::fund::siege::statements::attacked;
use crate::testing::{TestDb, grant, new_account, scopes};
use crate::{CaseDesk, Chance, Moment, Scope, Store};

/// Who sits at which desk this month, by place in [`Desk::staff`].
pub(super) const MAKER: usize = 0;
pub(super) const CHECKER: usize = 1;
pub(super) const LEADER: usize = 2;
pub(super) const CASHIER: usize = 3;

/// Statements of the longest act, or nearly: a blow that falls behind the end of a shorter one meets nothing.
const LONGEST: usize = 60;

/// Random bytes that follow from the seed, the act and their number alone: an act that is sent again draws what it drew the
/// first time. Ids and what seals are drawn apart, for a half that was done is not sealed again.
#[derive(Clone)]
struct Dice {
    seed: u64,
    thrown: Arc<Mutex<(u64, BTreeMap<usize, ChaCha20Rng>)>>,
}

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice { seed, thrown: Arc::default() }
    }

    fn throw_for(&self, act: u64) {
        *self.thrown.lock().unwrap() = (act, BTreeMap::new());
    }

    fn fill(&self, bytes: &mut [u8]) {
        let (act, by_length) = &mut *self.thrown.lock().unwrap();
        let drawn = by_length.entry(bytes.len()).or_insert_with(|| {
            let mut drawn = ChaCha20Rng::seed_from_u64(self.seed);
            drawn.set_stream(*act << 8 | bytes.len() as u64);
            drawn
        });
        drawn.fill_bytes(bytes);
    }

    fn chance(&self) -> Chance {
        let dice = self.clone();
        Chance::new(move |bytes| {
            dice.fill(bytes);
            Ok(())
        })
    }
}

/// What befalls an act on its way.
enum Trouble {
    /// It is cut off at a statement; then the program is started anew, or not.
    CutOff { attack: Attack, restarts: bool },
    /// It is sent once more although it was answered.
    SentTwice,
}

/// The troubles of a year, drawn apart from everything else: the year is the same without.
struct Troubles {
    drawn: ChaCha8Rng,
    /// The connection that ends all others; on PostgreSQL alone.
    axe: Option<DatabaseConnection>,
}

impl Troubles {
    async fn new(db: &TestDb, seed: u64) -> Troubles {
        let is_postgres = db.url().starts_with("postgres");
        let axe = if is_postgres { Some(Database::connect(db.url()).await.unwrap()) } else { None };
        Troubles { drawn: ChaCha8Rng::seed_from_u64(seed), axe }
    }

    fn trouble(&mut self) -> Option<Trouble> {
        match self.drawn.random_range(0..8) {
            0..3 => Some(self.cut_off()),
            3 => Some(Trouble::SentTwice),
            _ => None,
        }
    }

    fn cut_off(&mut self) -> Trouble {
        let blows: &[Blow] = match self.axe {
            Some(_) => &[Blow::Before, Blow::After, Blow::Severed, Blow::SeveredAfter],
            None => &[Blow::Before, Blow::After],
        };
        let blow = blows[self.drawn.random_range(0..blows.len())];
        let attack = Attack::new(self.drawn.random_range(0..LONGEST), blow, self.axe.clone());
        Trouble::CutOff { attack, restarts: self.drawn.random_range(0..3) == 0 }
    }
}

/// What happened in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub acts: u64,
    pub cut_off: u32,
    pub restarts: u32,
    pub sent_twice: u32,
}

/// What an act has before it.
pub(super) struct Desk {
    pub store: Store,
    pub now: Moment,
    /// Maker, checker, leader and cashier of the month, as they hold their grants today.
    pub staff: Vec<Scope>,
    rules: Arc<(Calendar, Settings)>,
}

impl Desk {
    pub fn cases(&self) -> CaseDesk<'_> {
        CaseDesk { calendar: &self.rules.0, settings: &self.rules.1, now: self.now }
    }
}

pub(super) struct Office {
    pub tally: Tally,
    db: TestDb,
    store: Store,
    dice: Dice,
    staff: Vec<Scope>,
    now: Moment,
    rules: Arc<(Calendar, Settings)>,
    troubles: Option<Troubles>,
}

impl Office {
    /// An empty store out of the seed, with four of the federation.
    pub async fn open(db: TestDb, seed: u64, is_troubled: bool) -> Office {
        let dice = Dice::new(seed);
        let store = db.open_with(dice.chance()).await.unwrap();
        let accounts = ["fund-1", "fund-2", "fund-3", "fund-4"]
            .map(|login| new_account(login, &[grant(Role::CharityFederation, "330381")]));
        let staff = scopes(&store, &accounts).await;
        let troubles = if is_troubled { Some(Troubles::new(&db, seed).await) } else { None };
        let rules = Arc::new((Calendar::china(), Settings::defaults()));
        let now = crate::testing::at(0);
        Office { tally: Tally::default(), db, store, dice, staff, now, rules, troubles }
    }

    /// The morning of a day.
    pub fn begin_day(&mut self, day: Day) {
        self.now = Offset::constant(8).to_timestamp(day.at(10, 30, 0, 0)).unwrap();
    }

    pub fn today(&self) -> Day {
        crate::moment::today_in_china(self.now)
    }

    /// Others sit at the desks from now on.
    pub fn change_desks(&mut self, by: usize) {
        self.staff.rotate_left(by);
    }

    /// For reading between acts, and for what no trouble befalls.
    pub fn desk(&self) -> Desk {
        let (today, store) = (self.today(), self.store.clone());
        let of_today = |scope: &Scope| {
            Scope::of_job(scope.account_id().clone(), scope.grants().to_vec(), today, scope.is_stepped_up())
        };
        Desk { store, now: self.now, staff: self.staff.iter().map(of_today).collect(), rules: self.rules.clone() }
    }

    /// One act, a minute after the last one, sent until it is answered. It lies on the heap: a year is deep.
    pub async fn act<T>(&mut self, work: impl AsyncFn(&Desk) -> Result<T>) -> T {
        self.tally.acts += 1;
        self.now += jiff::SignedDuration::from_mins(1);
        loop {
            self.dice.throw_for(self.tally.acts);
            let desk = self.desk();
            let Some(trouble) = self.troubles.as_mut().and_then(Troubles::trouble) else {
                return Box::pin(work(&desk)).await.unwrap();
            };
            match trouble {
                Trouble::SentTwice => {
                    Box::pin(work(&desk)).await.unwrap();
                    self.tally.sent_twice += 1;
                }
                Trouble::CutOff { attack, restarts } => {
                    if let (Ok(done), _) = attacked(attack, Box::pin(work(&desk))).await {
                        return done;
                    }
                    self.tally.cut_off += 1;
                    if restarts {
                        self.restart().await;
                    }
                }
            }
        }
    }

    async fn restart(&mut self) {
        self.store = self.db.open_with(self.dice.chance()).await.unwrap();
        self.tally.restarts += 1;
    }
}
