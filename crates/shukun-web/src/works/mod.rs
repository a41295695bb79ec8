//! Works: what is heavy or reads outside bytes runs in a child process of the same program, within limits.
//!
//! A page or a job hands in an [`Order`] and gets a JSON value or a [`WorkFailure`]; it knows neither lake nor pack. The other
//! side is the hidden command `shukun work` (crates/shukun/src/works): it reads the order, limits itself and answers. A child
//! that dies, however it dies, harms nobody: the answer is a failure with words. Start at [`Works::run`].

mod child;
mod failure;
pub mod order;

use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use shukun_store::FileOpener;
use tokio::sync::Semaphore;

pub use child::Line;
pub use failure::WorkFailure;
pub use order::{Limits, Order};

/// Children that may take all memory and cores they are allowed: one at a time, others wait their turn.
const HEAVY_AT_ONCE: usize = 1;
/// Children that take little; they do not wait for a heavy one.
const LIGHT_AT_ONCE: usize = 2;

/// What stands in for the child in tests.
type Double = Box<dyn Fn(&Order) -> Result<Json, WorkFailure> + Send + Sync>;

enum How {
    Child(PathBuf),
    Double(Double),
}

/// Where orders go. Cheap to clone; all clones share the same turns.
#[derive(Clone)]
pub struct Works {
    how: Arc<How>,
    heavy: Arc<Semaphore>,
    light: Arc<Semaphore>,
}

impl Works {
    /// Children of this very program.
    pub fn of_this_program() -> Works {
        Works::child(this_program())
    }

    /// Children of the program at `path`, for tests of the real thing.
    pub fn child(path: PathBuf) -> Works {
        Works::new(How::Child(path))
    }

    /// For tests of pages: `answer` stands in for the child.
    pub fn double(answer: impl Fn(&Order) -> Result<Json, WorkFailure> + Send + Sync + 'static) -> Works {
        Works::new(How::Double(Box::new(answer)))
    }

    /// Nothing can be ordered: every order fails with `work-start`.
    pub fn none() -> Works {
        Works::double(|_| Err(WorkFailure::start()))
    }

    fn new(how: How) -> Works {
        let turns = |count| Arc::new(Semaphore::new(count));
        Works { how: Arc::new(how), heavy: turns(HEAVY_AT_ONCE), light: turns(LIGHT_AT_ONCE) }
    }

    /// Carries an order out, when it is its turn. `progress` hears how far it is: steps done and all steps. Dropping the
    /// future ends the child.
    ///
    /// # Errors
    /// What the work itself could not do, with its own code; `work-…` where it did not come to an answer.
    pub async fn run(&self, order: &Order, progress: impl Fn(u64, u64)) -> Result<Json, WorkFailure> {
        let turns = if order.is_heavy() { &self.heavy } else { &self.light };
        let _turn = turns.acquire().await.map_err(|_| WorkFailure::start())?;
        match self.how.as_ref() {
            How::Double(answer) => answer(order),
            How::Child(program) => child::run(program, order, None, progress).await,
        }
    }

    /// [`Works::run`] for an order that is followed by a sealed file's bytes. They pass through piece by piece.
    ///
    /// # Errors
    /// As there; the store's where the file does not open.
    pub async fn run_over(
        &self,
        order: &Order,
        mut file: FileOpener,
        progress: impl Fn(u64, u64),
    ) -> Result<Json, WorkFailure> {
        let turns = if order.is_heavy() { &self.heavy } else { &self.light };
        let _turn = turns.acquire().await.map_err(|_| WorkFailure::start())?;
        let program = match self.how.as_ref() {
            How::Double(answer) => return answer(order),
            How::Child(program) => program,
        };
        let (feed, fed) = tokio::sync::mpsc::channel(2);
        let feeding = async move {
            while let Some(piece) = file.next().await? {
                // A child that does not want more says why by its answer.
                if feed.send(piece).await.is_err() {
                    break;
                }
            }
            Ok::<(), WorkFailure>(())
        };
        let running = child::run(program, order, Some(fed), progress);
        tokio::pin!(feeding, running);
        tokio::select! {
            fed = &mut feeding => {
                fed?;
                running.await
            }
            answer = &mut running => answer,
        }
    }

    /// [`Works::run`] with a typed answer.
    ///
    /// # Errors
    /// As there; `work-answer` where the answer has another form.
    pub async fn ask<T: DeserializeOwned>(&self, order: &Order, progress: impl Fn(u64, u64)) -> Result<T, WorkFailure> {
        let answer = self.run(order, progress).await?;
        serde_json::from_value(answer).map_err(|_| WorkFailure::answer())
    }
}

/// On Linux the running program itself, even where its file was replaced by a newer one meanwhile.
fn this_program() -> PathBuf {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { own } else { std::env::current_exe().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use order::Trial;

    #[tokio::test]
    async fn a_double_answers_and_a_wrong_form_is_told() {
        let works = Works::double(|order| match order {
            Order::Trial(Trial::Echo(words)) => Ok(Json::String(words.clone())),
            _ => Err(WorkFailure::start()),
        });
        let order = Order::Trial(Trial::Echo("你好".to_owned()));
        assert_eq!(works.ask::<String>(&order, |_, _| {}).await.unwrap(), "你好");
        assert_eq!(works.ask::<u64>(&order, |_, _| {}).await.unwrap_err().code, "work-answer");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_told() {
        let works = Works::child(PathBuf::from("/nowhere/shukun"));
        let order = Order::Trial(Trial::Echo(String::new()));
        assert_eq!(works.run(&order, |_, _| {}).await.unwrap_err().code, "work-start");
        assert_eq!(Works::none().run(&order, |_, _| {}).await.unwrap_err().code, "work-start");
    }

    #[tokio::test]
    async fn a_program_that_says_nothing_sensible_has_died() {
        let works = Works::child(PathBuf::from("/bin/echo"));
        let order = Order::Trial(Trial::Echo(String::new()));
        assert_eq!(works.run(&order, |_, _| {}).await.unwrap_err().code, "work-died");
    }
}
