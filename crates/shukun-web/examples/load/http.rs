//! The server as a process of its own, and the requests of one browser.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::options::Options;

/// A running server.
pub struct Server {
    /// `http://127.0.0.1:4711`
    pub address: String,
    process: Child,
}

impl Server {
    /// Starts it and waits until it says where it answers.
    pub fn start(options: &Options) -> Outcome<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg(&options.dir).args(&options.database_url);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        for line in BufReader::new(process.stdout.take().ok_or("the server says nothing")?).lines() {
            if let Some((_, rest)) = line?.split_once("http://") {
                let address = format!("http://{}", rest.trim().trim_end_matches('/'));
                return Ok(Server { address, process });
            }
        }
        Err("the server did not start".into())
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The most memory it had at once; 0 where the system does not tell.
    pub fn peak_mib(&self) -> u64 {
        self.of_status("VmHWM:")
    }

    /// What it has now.
    pub fn memory_mib(&self) -> u64 {
        self.of_status("VmRSS:")
    }

    fn of_status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok();
        let line = status.as_deref().unwrap_or_default().lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1_024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is over.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came back.
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// Where it leads, for 303.
    pub location: String,
    /// The page.
    pub body: String,
    /// From the first byte sent to the last received.
    pub took: Duration,
}

/// One person's browser: a connection that stays open, and a cookie.
pub struct Browser {
    client: reqwest::Client,
    address: String,
    cookie: String,
}

impl Browser {
    /// Opens one.
    pub fn open(address: &str, cookie: &str) -> Outcome<Browser> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        Ok(Browser { client, address: address.to_owned(), cookie: cookie.to_owned() })
    }

    /// Reads a page.
    pub async fn get(&self, path: &str) -> Outcome<Answer> {
        self.send(self.client.get(format!("{}{path}", self.address))).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Outcome<Answer> {
        let request = self.client.post(format!("{}{path}", self.address)).form(fields);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form and gets a file.
    pub async fn fetch(&self, path: &str, fields: &[(&str, &str)]) -> Outcome<Vec<u8>> {
        let request = self.client.post(format!("{}{path}", self.address)).form(fields);
        let request = request.header("sec-fetch-site", "same-origin").header("cookie", &self.cookie);
        Ok(request.send().await?.error_for_status()?.bytes().await?.to_vec())
    }

    /// The value of a hidden field of a page.
    pub fn field<'a>(page: &'a str, name: &str) -> &'a str {
        let after = page.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, after)| after);
        after.and_then(|after| after.split_once('"')).map_or("", |(value, _)| value)
    }

    /// As browsers do: compressed. Unpacking is not in the time that is told.
    async fn send(&self, request: reqwest::RequestBuilder) -> Outcome<Answer> {
        let begun = Instant::now();
        let response = request.header("cookie", &self.cookie).header("accept-encoding", "gzip").send().await?;
        let status = response.status().as_u16();
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (location, is_packed) = (text("location").to_owned(), text("content-encoding") == "gzip");
        let bytes = response.bytes().await?;
        let took = begun.elapsed();
        let mut body = String::new();
        if is_packed {
            flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut body)?;
        } else {
            body = String::from_utf8_lossy(&bytes).into_owned();
        }
        Ok(Answer { status, location, body, took })
    }
}
