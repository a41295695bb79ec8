//! Papers as PDF: handed to `shukun-print`, a program of its own, as JSON; the PDF comes back.
//!
//! Where that program is not there, nothing is lost: every paper has a page that a browser prints. Start at [`Press`].

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use shukun_paper::Paper;

use crate::error::PageError;

/// Longer than the longest list takes.
const LONGEST: Duration = Duration::from_secs(60);
/// Names the program where it lies elsewhere than beside this one.
const PROGRAM: &str = "SHUKUN_PRINT";

/// Where papers are set.
#[derive(Clone, Debug)]
pub struct Press {
    program: PathBuf,
}

/// A paper that was set, offered under a name.
#[derive(Debug)]
pub struct Pdf {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its file name: letters, digits, hyphens.
    pub name: String,
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let kept: String =
            self.name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
        let disposition = format!("inline; filename=\"{kept}.pdf\"");
        ([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, disposition)], self.bytes).into_response()
    }
}

impl Press {
    /// Beside the running program, or where `SHUKUN_PRINT` says; `None` where there is none.
    pub fn find() -> Option<Press> {
        let named = std::env::var_os(PROGRAM).map(PathBuf::from);
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join(file_name()));
        named.or_else(beside).filter(|path| path.is_file()).map(Press::at)
    }

    /// The program at `path`.
    pub fn at(program: PathBuf) -> Press {
        Press { program }
    }

    /// The paper as PDF.
    ///
    /// # Errors
    /// `web-broken` where the program cannot be started, refuses the paper or takes longer than a minute; why stands in the log.
    pub async fn set(&self, paper: &Paper) -> Result<Vec<u8>, PageError> {
        let program = self.program.clone();
        let content = serde_json::to_vec(paper).map_err(|_| PageError::broken())?;
        let set = tokio::task::spawn_blocking(move || run(&program, &content)).await;
        match set {
            Ok(Ok(pdf)) => Ok(pdf),
            Ok(Err(why)) => {
                tracing::error!(%why, "a paper could not be set");
                Err(PageError::broken())
            }
            Err(_) => Err(PageError::broken()),
        }
    }
}

fn file_name() -> String {
    format!("shukun-print{}", std::env::consts::EXE_SUFFIX)
}

/// Feeds, listens and watches the time, each in a thread, so that neither pipe can fill up and stand still.
fn run(program: &Path, content: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("start: {:?}", error.kind()))?;
    let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("no pipes".to_owned());
    };
    std::thread::scope(|all| {
        // A child that does not read to the end says why by its own.
        all.spawn(move || drop(stdin.write_all(content)));
        let pdf = all.spawn(move || read(&mut stdout));
        let words = all.spawn(move || read(&mut stderr));
        let is_done = wait(&mut child);
        let pdf = pdf.join().unwrap_or_default();
        let words = words.join().unwrap_or_default();
        if is_done { Ok(pdf) } else { Err(String::from_utf8_lossy(&words).trim().to_owned()) }
    })
}

fn read(from: &mut impl std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error is not used: the program's end tells whether it is whole.
    let _ = from.take(256 << 20).read_to_end(&mut bytes);
    bytes
}

/// Whether the child ended well in time; a slow one is ended.
fn wait(child: &mut Child) -> bool {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < LONGEST => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Lang;
    use shukun_paper::Look;

    fn paper() -> Paper {
        Paper {
            lang: Lang::Zh,
            look: Look::Office,
            issuer: String::new(),
            title: "公示单".to_owned(),
            number: String::new(),
            blocks: Vec::new(),
            seals: Vec::new(),
            dated: String::new(),
            code: None,
            footer: "字".repeat(200_000),
        }
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    #[cfg(unix)]
    #[test]
    fn what_the_program_says_comes_back_and_a_refusal_is_told() {
        // cat gives back more than a pipe holds: feeding and listening must not wait for each other.
        let same = block_on(Press::at("/bin/cat".into()).set(&paper())).unwrap();
        assert_eq!(same, serde_json::to_vec(&paper()).unwrap());
        assert!(block_on(Press::at("/bin/false".into()).set(&paper())).is_err());
        assert!(block_on(Press::at("/nowhere/shukun-print".into()).set(&paper())).is_err());
    }

    #[test]
    fn the_name_of_a_file_holds_nothing_that_ends_it() {
        let answer = Pdf { bytes: Vec::new(), name: "证书 2023-1\"\r\n".to_owned() }.into_response();
        assert_eq!(answer.headers()[CONTENT_DISPOSITION], "inline; filename=\"2023-1.pdf\"");
    }
}
