//! One child: the order on its standard input, JSON lines from its standard output, ended when nobody waits for it any more.
//!
//! Its standard input stays open for as long as it is wanted: a child whose parent died reads its end and ends itself. What it
//! writes to standard error goes nowhere: a reader of outside files might say what stands in them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::sync::mpsc::{Receiver, UnboundedSender, unbounded_channel};

use super::{Order, WorkFailure};

/// One line of the child's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Steps done, all steps.
    Progress(u64, u64),
    /// The last line of a work that was done.
    Done(Json),
    /// The last line of a work that could not be done.
    Failed(WorkFailure),
}

/// What the thread that listens to a child hears.
enum Heard {
    Line(Line),
    Ended(Option<ExitStatus>),
}

/// No answer is longer: a child gone wild shall not fill the server.
const LONGEST_LINE: u64 = 64 << 20;
/// How long a child whose output is closed has to end by itself.
const TO_END: Duration = Duration::from_secs(2);

/// Whoever drops it ends the child.
struct Leash(Arc<Mutex<Child>>);

impl Drop for Leash {
    fn drop(&mut self) {
        // A child that ended already is no error; the listening thread collects it.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

/// Bytes that follow an order.
type Bytes = Receiver<Vec<u8>>;

pub async fn run(
    program: &Path,
    order: &Order,
    bytes: Option<Bytes>,
    progress: impl Fn(u64, u64),
) -> Result<Json, WorkFailure> {
    let order = serde_json::to_vec(order).map_err(|_| WorkFailure::start())?;
    let (child, stdin, stdout) = start(program)?;
    let child = Arc::new(Mutex::new(child));
    let _leash = Leash(Arc::clone(&child));
    let (tell, mut told) = unbounded_channel();
    std::thread::spawn(move || listen(&child, (stdin, stdout), (&order, bytes), &tell));
    loop {
        match told.recv().await {
            Some(Heard::Line(Line::Progress(done, total))) => progress(done, total),
            Some(Heard::Line(Line::Done(answer))) => return Ok(answer),
            Some(Heard::Line(Line::Failed(failure))) => return Err(failure),
            Some(Heard::Ended(status)) => return Err(died(status)),
            None => return Err(WorkFailure::died(None)),
        }
    }
}

fn start(program: &Path) -> Result<(Child, ChildStdin, ChildStdout), WorkFailure> {
    let mut command = Command::new(program);
    command.arg("work").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| {
        tracing::error!(kind = ?error.kind(), "a work could not be started");
        WorkFailure::start()
    })?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(stdin), Some(stdout)) => Ok((child, stdin, stdout)),
        _ => Err(WorkFailure::start()),
    }
}

/// Hands the order over and hears the child to its end.
fn listen(
    child: &Mutex<Child>,
    (mut stdin, stdout): (ChildStdin, ChildStdout),
    (order, bytes): (&[u8], Option<Bytes>),
    tell: &UnboundedSender<Heard>,
) {
    std::thread::scope(|both| {
        // It is fed and heard at once: a child that says much before it has read all shall not wait for us, nor we for it.
        let feeding = both.spawn(move || {
            feed(&mut stdin, order, bytes);
            stdin
        });
        hear(BufReader::new(stdout), tell);
        let status = collect(child);
        let _ = tell.send(Heard::Ended(status));
        // Only now its standard input ends.
        drop(feeding.join());
    });
}

/// A child that does not read to the end says so by its own.
fn feed(stdin: &mut ChildStdin, order: &[u8], bytes: Option<Bytes>) {
    let _ = stdin.write_all(order).and_then(|()| stdin.write_all(b"\n"));
    let Some(mut bytes) = bytes else { return };
    while let Some(some) = bytes.blocking_recv() {
        if stdin.write_all(&some).is_err() {
            return;
        }
    }
}

/// What is no line of an answer is passed over: a library may have printed it.
fn hear(mut from: BufReader<ChildStdout>, tell: &UnboundedSender<Heard>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line.last() != Some(&b'\n') => return,
            Ok(_) => {}
        }
        let Ok(said) = serde_json::from_slice::<Line>(&line) else { continue };
        if tell.send(Heard::Line(said)).is_err() {
            return;
        }
    }
}

/// How it ended; ended if it would not.
fn collect(child: &Mutex<Child>) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if start.elapsed() > TO_END {
            let _ = child.kill();
            return child.wait().ok();
        }
        drop(child);
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn died(status: Option<ExitStatus>) -> WorkFailure {
    let signal = status.and_then(signal);
    tracing::warn!(?signal, code = ?status.and_then(|status| status.code()), "a work died");
    WorkFailure::died(signal)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
