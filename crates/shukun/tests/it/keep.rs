//! The restore drill: a server under writes is backed up, the backup restored, and everything in it proved.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::office::{Office, somebody};
use crate::run::{Said, shukun};

/// A server in a folder of its own; it ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shukun"))
            .args(["serve", "--listen", "127.0.0.1:0", "--region", "330381", "--data"])
            .arg(data)
            .env("LC_ALL", "en_GB.UTF-8")
            .env_remove("SHUKUN_DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(rest.trim_end_matches('/').to_owned())
        });
        Server { child, address: address.unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn between<'a>(text: &'a str, before: &str, after: char) -> &'a str {
    text.split_once(before).unwrap().1.split(after).next().unwrap()
}

/// A sign-in that fails: it leaves a row in the audit trail.
fn fail_to_sign_in(address: &str, number: usize) {
    let page = ask(address, &format!("GET /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"));
    let cookie = between(&page, "set-cookie: ", ';');
    let token = between(&page, "name=\"form_token\" value=\"", '"');
    let body = format!("form_token={token}&login=nobody{number}&password=wrong");
    let answer = ask(
        address,
        &format!(
            "POST /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
}

fn head(said: &Said) -> String {
    assert_eq!(said.code, 0, "{}", said.all());
    let line = said.out.lines().find(|line| line.starts_with("  ")).unwrap();
    line.trim().to_owned()
}

fn number(head: &str) -> usize {
    head.split(':').next().unwrap().parse().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_server_under_writes_is_backed_up_and_restored_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (data, keys) = (dir.path().join("county"), dir.path().join("county.keys"));
    let server = Server::start(&data);
    let (is_over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..2)
        .map(|writer| {
            let (address, is_over, written) = (server.address.clone(), is_over.clone(), written.clone());
            std::thread::spawn(move || {
                let mut number = writer;
                while !is_over.load(Ordering::Relaxed) {
                    fail_to_sign_in(&address, number);
                    written.fetch_add(1, Ordering::Relaxed);
                    number += 2;
                }
            })
        })
        .collect();
    while written.load(Ordering::Relaxed) < 3 {
        std::thread::yield_now();
    }
    let backup = dir.path().join("county.backup");
    let made = shukun(&["backup", "--data", text(&data), "--out", text(&backup)]);
    let kept = head(&made);
    let twice = shukun(&["backup", "--data", text(&data), "--out", text(&backup)]);
    assert!(twice.err.contains("store-backup-exists") && twice.code == 3, "{}", twice.all());
    let before = written.load(Ordering::Relaxed);
    while written.load(Ordering::Relaxed) < before + 2 {
        std::thread::yield_now();
    }
    is_over.store(true, Ordering::Relaxed);
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    // The server wrote on meanwhile, and its trail still holds what the backup saw.
    let now = head(&shukun(&["audit", "--data", text(&data), "--head", &kept]));
    assert!(number(&now) > number(&kept) && number(&kept) > 3, "{now} after {kept}");

    let again = dir.path().join("again");
    let restore =
        |head: &str| shukun(&["restore", text(&backup), "--data", text(&again), "--keys", text(&keys), "--head", head]);
    assert_eq!(head(&restore(&kept)), kept);
    let audited = shukun(&["audit", "--data", text(&again), "--keys", text(&keys), "--head", &kept]);
    assert_eq!(head(&audited), kept, "every row of the backup is there, and none after it");
    let refused = restore(&kept);
    assert!(refused.err.contains("store-restore-not-empty") && refused.code == 3, "{}", refused.all());
    // What the server wrote later is not in the backup: its end is not met.
    let wrong = shukun(&["audit", "--data", text(&again), "--keys", text(&keys), "--head", &now]);
    assert!(wrong.err.contains("store-audit-broken") && wrong.code == 3, "{}", wrong.all());
    // A backup of what was restored is the same rows again.
    let copy = dir.path().join("again.backup");
    let copied = shukun(&["backup", "--data", text(&again), "--keys", text(&keys), "--out", text(&copy)]);
    assert_eq!(head(&copied), kept);
}

#[test]
fn a_backup_that_somebody_changed_is_not_restored() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("county");
    let keys = dir.path().join("county.keys");
    {
        let server = Server::start(&data);
        fail_to_sign_in(&server.address, 1);
    }
    let backup = dir.path().join("county.backup");
    head(&shukun(&["backup", "--data", text(&data), "--out", text(&backup)]));
    let mut bytes = std::fs::read(&backup).unwrap();
    let word = b"sign_in_refused";
    let at = bytes.windows(word.len()).position(|window| window == word).unwrap();
    bytes[at..at + word.len()].copy_from_slice(b"signed_in______");
    std::fs::write(&backup, bytes).unwrap();
    let again = dir.path().join("again");
    let said = shukun(&["restore", text(&backup), "--data", text(&again), "--keys", text(&keys)]);
    assert!(said.err.contains("store-audit-broken") && said.code == 3, "{}", said.all());
    let said = shukun(&["restore", text(&backup), "--data", text(&dir.path().join("third"))]);
    assert!(said.err.contains("store-key-missing"), "{}", said.all());
    let said = shukun(&["audit", "--data", text(&data), "--head", "not a head"]);
    assert!(said.err.contains("keep-head") && said.code == 2, "{}", said.all());
}

/// A file of a book, by column.
fn rows(file: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    let columns = lines.next().unwrap();
    lines.map(|row| columns.iter().cloned().zip(row).collect()).collect()
}

#[test]
fn the_books_leave_as_open_files_that_come_to_the_same_and_the_audit_says_so_for_scripts() {
    let dir = tempfile::tempdir().unwrap();
    let (data, out) = (dir.path().join("county"), dir.path().join("books"));
    drop(Office::furnished(&data, None, None, &[somebody("330381001001")]));
    let export =
        |more: &[&str]| shukun(&[&["fund", "export", "--data", text(&data), "--out", text(&out)], more].concat());
    let none = export(&["--book", "no-such-book"]);
    assert!(none.err.contains("keep-no-book") && none.code == 3 && !out.exists(), "{}", none.all());
    let said = export(&[]);
    assert_eq!(said.code, 0, "{}", said.all());
    let again = export(&[]);
    assert!(again.err.contains("keep-book-exists") && again.code == 3, "{}", again.all());
    let book = std::fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let mut posted = std::collections::BTreeMap::<String, i64>::new();
    for row in rows(&book.join("transfers.csv")) {
        let is_posted = row["phase"] == "single" || row["phase"] == "post";
        let amount: i64 = if is_posted { row["amount_fen"].parse().unwrap() } else { 0 };
        *posted.entry(row["debit"].clone()).or_default() += amount;
        *posted.entry(row["credit"].clone()).or_default() -= amount;
    }
    let accounts = rows(&book.join("accounts.csv"));
    let fen = |row: &std::collections::BTreeMap<String, String>, column: &str| row[column].parse::<i64>().unwrap();
    for account in &accounts {
        let stands = fen(account, "debits_posted_fen") - fen(account, "credits_posted_fen");
        assert_eq!(stands, posted.get(&account["account"]).copied().unwrap_or(0), "{account:?}");
    }
    let bank = accounts.iter().find(|row| row["account"] == "bank:main").unwrap();
    assert!(fen(bank, "balance_fen") > 0, "{bank:?}");
    let audit = shukun(&["audit", "--data", text(&data), "--format", "json"]);
    assert_eq!(audit.code, 0, "{}", audit.all());
    let audit: serde_json::Value = serde_json::from_str(&audit.out).unwrap();
    let rules = audit["books"].as_array().unwrap();
    assert_eq!((rules.len(), &rules[0]["rule"], &rules[0]["holds"]), (17, &"I1".into(), &true.into()));
    assert!(rules.iter().all(|rule| rule["at"].as_array().unwrap().is_empty()), "{audit}");
    let label = format!("{}:", audit["trail"]["rows"]);
    assert!(audit["trail"]["end"].as_str().unwrap().starts_with(&label), "{audit}");
}
