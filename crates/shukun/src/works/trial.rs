//! Tries what a work may not do; tests see that it is stopped.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;
use shukun_web::works::order::Trial;

use super::tell::Tell;
use crate::error::CliError;

/// Carries the order out; only an echo comes back.
pub fn carry_out(trial: &Trial, tell: &Tell) -> Result<Json, CliError> {
    match trial {
        Trial::Echo(words) => {
            (1..=3).for_each(|step| tell.step(step, 3));
            return Ok(Json::String(words.clone()));
        }
        Trial::Memory => take_memory(),
        Trial::Time => take_time(),
        Trial::File(path) => fill(Path::new(path))?,
        Trial::Wait => std::thread::sleep(Duration::from_secs(3_600)),
        Trial::Abort => std::process::abort(),
    }
    Ok(Json::Null)
}

fn take_memory() {
    let mut taken: Vec<Vec<u8>> = Vec::new();
    loop {
        taken.push(vec![1; 1 << 20]);
        std::hint::black_box(&taken);
    }
}

fn take_time() {
    let mut number: u64 = 0;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

fn fill(path: &Path) -> Result<(), CliError> {
    let mut file = std::fs::File::create(path).map_err(|error| CliError::unwritable(path, &error))?;
    loop {
        file.write_all(&[0; 65_536]).map_err(|error| CliError::unwritable(path, &error))?;
    }
}
