//! How a work tells its parent where it is, and what stopped it.

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use shukun_web::works::{Line, WorkFailure};

use crate::error::CliError;

/// Nobody reads faster.
const BETWEEN: Duration = Duration::from_millis(200);

/// The work's voice.
#[derive(Debug, Default)]
pub struct Tell {
    last: Mutex<Option<Instant>>,
}

impl Tell {
    /// So many steps of all are done. Said five times a second at most; the last step always.
    pub fn step(&self, done: u64, total: u64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if done < total && last.is_some_and(|last| last.elapsed() < BETWEEN) {
            return;
        }
        *last = Some(Instant::now());
        say(&Line::Progress(done, total));
    }

    /// What came of it.
    pub fn last(&self, line: &Line) {
        say(line);
    }
}

/// A parent that went away is no error: the work ends by itself.
fn say(line: &Line) {
    let Ok(mut text) = serde_json::to_vec(line) else { return };
    text.push(b'\n');
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(&text).and_then(|()| out.flush());
}

/// Without the place: a path of the server is nobody's business.
pub fn failure(error: &CliError) -> WorkFailure {
    WorkFailure { code: error.code.to_owned(), what: error.what.clone(), mend: error.mend.clone() }
}
