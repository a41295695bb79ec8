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

    /// The county's files, as the demo wrote them.
    pub fn county(&self) -> PathBuf {
        self.folder.path().join("county")
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
