//! A process of its own that posts, so that it can be killed and its system calls made to fail. It says each act aloud after
//! it was answered, and what it was not told.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use shukun_base::Masked;
use shukun_fund::TransferId;

use super::*;
use crate::fund::ledger::testing::resolve;
use crate::testing::{PASSWORD, TestDb};

const URL: &str = "SHUKUN_SIEGE_URL";
const KEY_FILE: &str = "SHUKUN_SIEGE_KEY_FILE";
const ACTS: &str = "SHUKUN_SIEGE_ACTS";
/// The last day of every hold here.
pub(super) const LAST: shukun_base::Day = shukun_base::Day::constant(2026, 12, 31);

/// What it does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// One gift.
    Gift,
    /// Relief held, then the hold posted: two vouchers.
    Relief,
}

impl Work {
    pub const ALL: &[Work] = &[Work::Gift, Work::Relief];

    fn key(self) -> &'static str {
        if self == Work::Gift { "gift" } else { "relief" }
    }

    /// The vouchers of the act of this number, the same whenever it is asked for.
    pub fn vouchers(self, number: u32) -> Vec<Voucher> {
        if self == Work::Gift {
            let gift = single(&format!("gift-{number}-1"), "county", "bank:main", "unrestricted", 300);
            return vec![voucher(&format!("gift-{number}"), vec![gift])];
        }
        let mut hold = pay(&format!("hold-{number}"), &relief_line("county", number), None);
        hold.transfers = hold.transfers.into_iter().map(|transfer| transfer.held(LAST)).collect();
        let paid =
            hold.transfers.iter().enumerate().map(|(place, held)| {
                held.posted(TransferId::new(&format!("paid-{number}-{place}")).unwrap(), held.amount)
            });
        let paid = voucher(&format!("paid-{number}"), paid.collect());
        vec![hold, paid]
    }

    /// What has to be there before.
    pub async fn prepare(self, store: &Store, numbers: std::ops::Range<u32>) {
        for number in numbers.filter(|_| self == Work::Relief) {
            resolve(store, &relief_line("county", number)).await;
        }
    }
}

/// The process: does nothing unless it is started by [`Writer::start`].
#[test]
fn writer() {
    let Ok(url) = std::env::var(URL) else { return };
    let key_file = std::env::var(KEY_FILE).unwrap();
    let acts = std::env::var(ACTS).unwrap();
    let (work, numbers) = acts.split_once(' ').unwrap();
    let work = *Work::ALL.iter().find(|known| known.key() == work).unwrap();
    let (from, to) = numbers.split_once(' ').unwrap();
    let numbers = from.parse().unwrap()..to.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url, Path::new(&key_file)).await.unwrap();
        let (_, session) = store.sign_in("maker", &Masked::new(PASSWORD.to_owned()), at(5)).await.unwrap();
        let scope = session.scope(at(5)).stepped_up_for_a_test();
        say("ready");
        std::io::stdin().read_line(&mut String::new()).unwrap();
        for number in numbers {
            say(&match do_it(&store, &scope, work, number).await {
                Ok(()) => format!("done {number}"),
                Err(error) => format!("unknown {number} {error}"),
            });
        }
        say("end");
    });
}

pub(super) async fn do_it(store: &Store, scope: &Scope, work: Work, number: u32) -> crate::Result<()> {
    for voucher in work.vouchers(number) {
        store.post_voucher(scope, &voucher, at(5)).await?;
    }
    Ok(())
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what}").unwrap();
    out.flush().unwrap();
}

/// A started process.
pub(super) struct Writer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Writer {
    /// Starts it; it is signed in and waits for [`Writer::go`].
    pub fn start(db: &TestDb, work: Work, numbers: std::ops::Range<u32>) -> Writer {
        let program = std::env::current_exe().unwrap();
        // A file that may not grow is an error to it, not its end.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(program);
        command.args(["--exact", "fund::siege::writer::writer", "--nocapture"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env(ACTS, format!("{} {} {}", work.key(), numbers.start, numbers.end));
        let mut child = command.env(URL, db.url()).env(KEY_FILE, db.key_file()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut writer = Writer { child, lines };
        while writer.line().expect("it did not come up") != "ready" {}
        writer
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn go(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    }

    /// The number of the next act that was answered; none at its end.
    pub fn next_done(&mut self) -> Option<u32> {
        loop {
            let line = self.line()?;
            if let Some(number) = line.strip_prefix("done ") {
                return Some(number.parse().unwrap());
            }
            if line == "end" {
                return None;
            }
        }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn line(&mut self) -> Option<String> {
        self.lines.next()?.ok()
    }
}

/// What was said to be done is there; everything sent again is done once; the books hold.
pub(super) async fn check_work(store: &Store, scope: &Scope, work: Work, done: &[u32], sent: std::ops::Range<u32>) {
    for voucher in done.iter().flat_map(|number| work.vouchers(*number)) {
        let found = store.voucher(scope, &voucher.id).await;
        assert_eq!(found.expect("it was said to be done").voucher, voucher);
    }
    for voucher in sent.flat_map(|number| work.vouchers(number)) {
        store.post_voucher(scope, &voucher, at(6)).await.unwrap();
    }
    check_books(store, scope).await;
}
