//! The program as anybody starts it: `shukun demo --serve`, its address and passwords read from the terminal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Enough for cases in every step; few, so that the day begins soon.
const PEOPLE: &str = "8000";

/// What a user signs in with.
#[derive(Clone, Debug)]
pub struct Login {
    pub password: String,
    /// Of the one-time codes, once they are set up.
    pub secret: Option<String>,
    /// Whether the password was printed, so that it has to be changed.
    pub is_first: bool,
}

/// A running office; ended with the test.
pub struct Office {
    process: Child,
    pub url: String,
    pub logins: RefCell<BTreeMap<String, Login>>,
    folder: tempfile::TempDir,
}

impl Office {
    /// Starts one in a folder of its own and waits until it answers.
    pub fn open() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        command
            .args(["demo", "--serve", "--people", PEOPLE, "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder.path().join("county"));
        command.current_dir(root).env("LC_ALL", "zh_CN.UTF-8");
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let (url, logins) = read(said);
        Office { process, url, logins: RefCell::new(logins), folder }
    }

    /// Writes a file that somebody brings along; where it lies.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The year's settlements once more as those of another month: every number new, and one amount in words.
    pub fn settlements(&self) -> PathBuf {
        let national = self.folder.path().join("county/files/national/settlements_ruian_2022.csv");
        // GB18030: numbers are bytes of their own in it.
        let bytes = std::fs::read(national).unwrap();
        let text = replaced(&bytes, b"330381202200", b"330381202299", usize::MAX);
        // 六千元
        let words = *b"\xc1\xf9\xc7\xa7\xd4\xaa";
        let amount = first_amount(&text);
        let path = self.folder.path().join("settlements.csv");
        std::fs::write(&path, replaced(&text, &amount, &words, 1)).unwrap();
        path
    }

    /// A scan as an office would file it: the smallest PDF there is.
    pub fn paper(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, PDF).unwrap();
        path
    }
}

const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
    trailer<</Root 1 0 R>>\n%%EOF\n";

impl Drop for Office {
    fn drop(&mut self) {
        // It may have ended by itself; the day is over either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `  minzheng    abcd-efgh-…` for each user, at last `… http://127.0.0.1:4711/`.
fn read(said: BufReader<std::process::ChildStdout>) -> (String, BTreeMap<String, Login>) {
    let mut logins = BTreeMap::new();
    let mut lines = Vec::new();
    for line in said.lines() {
        let line = line.unwrap();
        if let [login, password] = line.split_whitespace().collect::<Vec<_>>().as_slice()
            && password.matches('-').count() == 3
        {
            let login_of = Login { password: (*password).to_owned(), secret: None, is_first: true };
            logins.insert((*login).to_owned(), login_of);
        }
        if let Some(at) = line.find("http://127.0.0.1:") {
            return (line[at..].trim().trim_end_matches('/').to_owned(), logins);
        }
        lines.push(line);
    }
    panic!("the office did not open:\n{}", lines.join("\n"));
}

/// The total of the first bill: the sixteenth field of the second line.
fn first_amount(text: &[u8]) -> Vec<u8> {
    let line = text.split(|byte| *byte == b'\n').nth(1).unwrap();
    line.split(|byte| *byte == b',').nth(15).unwrap().to_vec()
}

/// `text` with the first `times` of one word in the place of another.
fn replaced(text: &[u8], word: &[u8], by: &[u8], mut times: usize) -> Vec<u8> {
    let mut done = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        match rest.strip_prefix(word) {
            Some(after) if times > 0 => {
                done.extend_from_slice(by);
                (rest, times) = (after, times - 1);
            }
            _ => {
                done.push(*first);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    done
}
