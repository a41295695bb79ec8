//! An office as it runs: the real server as a process of its own, its officers' browsers, and its database seen from outside.
//!
//! It can be killed (SIGKILL) while somebody works in it, and started again. Start at [`Office::furnished`].

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shukun_base::{Fen, HouseholdId, PersonId, RegionCode};
use shukun_casework::determination::Line;
use shukun_web::demo::{Burdened, County};
use shukun_web::desk::Folders;
use shukun_web::http::cookies::Transport;
use shukun_web::start::{Start, open, settings};

use crate::run::root;

/// The document names three colours and no lines; this reading's lines are invented.
pub const READING: &str = "cn-330381-ruian:R3=三线";
/// Everybody's password once the first one is changed.
pub const PASSWORD: &str = "correct horse battery";
/// Names the office in the environment of its server and of whatever that starts.
const MARK: &str = "SHUKUN_TEST_OFFICE";
const FORM: &str = "application/x-www-form-urlencoded";
/// How long a job may take on a machine that does much else.
const TO_END: Duration = Duration::from_secs(120);

/// An answer; a server that died over it gave none.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// 0 = none.
    pub status: u16,
    /// Where it leads.
    pub location: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where a form that was taken leads; `None` where the server died over it.
    pub fn taken(self) -> Option<String> {
        assert!(self.status == 303 || self.status == 0, "{} {}", self.status, self.text());
        Some(self.location).filter(|location| !location.is_empty())
    }
}

/// The office's folder, its database, its server, and the cookies of whoever is signed in.
pub struct Office {
    pub data: PathBuf,
    url: Option<String>,
    identity_key: Option<PathBuf>,
    first: BTreeMap<String, String>,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    server: Option<(Arc<Mutex<Child>>, String)>,
}

impl Office {
    /// With users of every role, workers where `people` live among them, and no case yet. `identity_key` = the key under which its lake codes people.
    pub fn furnished(data: &Path, url: Option<String>, identity_key: Option<&Path>, people: &[Burdened]) -> Office {
        let start = Start {
            data: data.to_owned(),
            database_url: url.clone(),
            keys: None,
            listen: "127.0.0.1:0".parse().unwrap(),
            transport: Transport::Plain,
            region: None,
            packs: Vec::new(),
            readings: Vec::new(),
            oidc: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let first = runtime.block_on(async {
            let store = open(&start).await.unwrap();
            let now = jiff::Timestamp::now();
            let county = County {
                region: RegionCode::new("330381").unwrap(),
                year: 2022,
                regions: Vec::new(),
                known: Vec::new(),
                people: people.to_vec(),
            };
            let settings = settings(Transport::Plain, false, Folders::of(data, &[])).unwrap();
            let first = shukun_web::demo::furnish(&store, &settings, &county, now).await.unwrap().passwords;
            store.close().await.unwrap();
            first
        });
        let first = first.iter().map(|first| (first.login.clone(), first.password.reveal().clone())).collect();
        let (data, identity_key) = (data.to_owned(), identity_key.map(Path::to_owned));
        Office { data, url, identity_key, first, cookies: BTreeMap::new(), server: None }
    }

    /// The database, from outside.
    pub fn database(&self) -> String {
        self.url.clone().unwrap_or_else(|| format!("sqlite://{}", self.data.join("shukun.db").display()))
    }

    /// Everything its servers wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    pub fn start(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--packs", "policies", "--reading", READING, "--data"]);
        command.arg(&self.data).current_dir(root());
        // What it leaves lying for a moment lies beside it.
        let passing = self.data.with_extension("tmp");
        std::fs::create_dir_all(&passing).unwrap();
        command.env("LC_ALL", "zh_CN.UTF-8").env(MARK, &self.data).env("TMPDIR", passing);
        command.env_remove("SHUKUN_DATABASE_URL");
        if let Some(url) = &self.url {
            command.env("SHUKUN_DATABASE_URL", url);
        }
        if let Some(key) = &self.identity_key {
            command.env("SHUKUN_IDENTITY_KEY", key);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.data.with_extension("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()));
        let Some(address) = address else { panic!("the server does not start: {}", self.log()) };
        self.server = Some((Arc::new(Mutex::new(child)), address));
    }

    /// What kills the server, for another thread.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let child = Arc::clone(&self.server.as_ref().unwrap().0);
        move || {
            let mut child = child.lock().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The server is gone, and so is whatever it had started.
    pub fn bury(&mut self) {
        self.server = None;
        let start = Instant::now();
        while !children_of(&self.data).is_empty() {
            assert!(start.elapsed() < Duration::from_secs(20), "a child outlives its killed server");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A request of somebody's browser.
    pub fn ask(&mut self, who: &str, method: &str, path: &str, (kind, body): (&str, &[u8])) -> Answer {
        let (_, address) = self.server.as_ref().unwrap();
        let cookies = self.cookies.get(who).into_iter().flatten();
        let cookies: Vec<String> = cookies.map(|(name, value)| format!("{name}={value}")).collect();
        let (cookies, length) = (cookies.join("; "), body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncookie: {cookies}\r\n\
             content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut answer = Vec::new();
        let talked = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(TO_END))?;
            stream.write_all(head.as_bytes())?;
            stream.write_all(body)?;
            stream.read_to_end(&mut answer)
        });
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
        let (Ok(_), Some(end)) = (talked, end) else { return Answer::default() };
        let (head, body) = (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec());
        self.keep_cookies(who, &head);
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        let body = if header("transfer-encoding: ") == "chunked" { unchunked(&body) } else { body };
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Answer { status, location: header("location: "), body }
    }

    fn keep_cookies(&mut self, who: &str, head: &str) {
        let of = self.cookies.entry(who.to_owned()).or_default();
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            if let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) {
                of.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A page; empty where the server died over it.
    pub fn get(&mut self, who: &str, path: &str) -> String {
        self.ask(who, "GET", path, ("text/plain", &[])).text()
    }

    /// A page that has to be there.
    pub fn page(&mut self, who: &str, path: &str) -> String {
        let answer = self.ask(who, "GET", path, ("text/plain", &[]));
        assert_eq!(answer.status, 200, "{who} {path} {} {}", answer.location, answer.text());
        answer.text()
    }

    /// Fills in a form of `page` and sends it to `path`. No answer where the server died over it.
    pub fn send(&mut self, who: &str, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let Some(token) = self.token_on(who, page) else { return Answer::default() };
        let pairs = fields.iter().copied().chain([("form_token", token.as_str())]);
        let body: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask(who, "POST", path, (FORM, body.join("&").as_bytes()))
    }

    fn token_on(&mut self, who: &str, page: &str) -> Option<String> {
        value_of(&self.get(who, page), "form_token")
    }

    /// Signs in with the first password, and chooses one of one's own.
    pub fn sign_in(&mut self, who: &str) {
        let first = self.first[who].clone();
        let sent = self.send(who, "/sign-in", "/sign-in", &[("login", who), ("password", &first)]);
        assert_eq!(sent.status, 303, "{}", sent.text());
        let fields = [("old", first.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
        let sent = self.send(who, "/account/password", "/account/password", &fields);
        assert_eq!(sent.status, 303, "{}", sent.text());
    }

    /// The form that brings a file, as a browser sends it: what kind, and the bytes. `None` where the server died over its page.
    pub fn upload(&mut self, who: &str, name: &str, bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
        let token = self.token_on(who, "/imports")?;
        let mut body = Vec::new();
        for (field, value) in [("form_token", token.as_str()), ("region", "330381")] {
            write!(body, "--parts\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").unwrap();
        }
        let head = format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"");
        write!(body, "--parts\r\n{head}\r\n\r\n").unwrap();
        body.extend(bytes);
        body.extend(b"\r\n--parts--\r\n");
        Some(("multipart/form-data; boundary=parts", body))
    }

    /// Sends half of a request and leaves it there.
    pub fn begin(&mut self, who: &str, path: &str, (kind, body): (&str, &[u8])) -> TcpStream {
        let (_, address) = self.server.as_ref().unwrap();
        let cookies: Vec<String> =
            self.cookies.get(who).into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
        let (cookies, length) = (cookies.join("; "), body.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookies}\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..length / 2]).unwrap();
        stream
    }

    /// Waits until a page no longer asks for itself.
    pub fn settled(&mut self, who: &str, path: &str) -> String {
        let start = Instant::now();
        loop {
            let page = self.page(who, path);
            if !page.contains("hx-trigger=\"every 2s\"") {
                return page;
            }
            assert!(start.elapsed() < TO_END, "{path} does not come to its end: {page}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some((child, _)) = self.server.take() {
            let mut child = child.lock().unwrap();
            // It may be dead already; nobody needs it either way.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Processes that carry the office's mark.
fn children_of(data: &Path) -> Vec<String> {
    let mark = format!("{MARK}={}", data.display());
    let has_mark = |id: &str| {
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && has_mark(name)).collect()
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let length = std::str::from_utf8(&body[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        match length {
            Some(length) if length > 0 && body.len() >= end + 2 + length => {
                whole.extend(&body[end + 2..end + 2 + length]);
                body = body.get(end + 4 + length..).unwrap_or_default();
            }
            _ => break,
        }
    }
    whole
}

/// The value of a field that a page has.
pub fn value_of(page: &str, name: &str) -> Option<String> {
    let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
    Some(rest.split('"').next()?.to_owned())
}

/// As a form writes it.
pub fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Somebody of a village: a furnished office needs one, and its village has a worker then.
pub fn somebody(village: &str) -> Burdened {
    let line = Line {
        tier: "基本医保".to_owned(),
        programme: None,
        rule: "统筹".to_owned(),
        article: "第六条".to_owned(),
        base_fen: Fen::yuan(150_000),
        amount_fen: Fen::yuan(100_000),
        cap_left_fen: None,
    };
    Burdened {
        person: PersonId(1),
        household: HouseholdId(1),
        region: RegionCode::new(village).unwrap(),
        year: 2022,
        last_bill_on: "2022-03-20".parse().unwrap(),
        bill_fen: Fen::yuan(160_000),
        lines: vec![line],
        left_fen: Fen::yuan(60_000),
        packs: Vec::new(),
    }
}
