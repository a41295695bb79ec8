//! One person's browser: what a person does with a page, and what is looked at on each.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shukun_web::demo::authenticator;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::{By, ChromeCapabilities, ChromiumLikeCapabilities as _, WebDriver, WebElement};

use crate::driver::Driver;
use crate::office::{Login, Office};
use crate::seen::Seen;

/// Everybody's new password; longer than any policy asks.
const PASSWORD: &str = "the county office at work 2026";
/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a page may move under the pointer.
const STILL: Duration = Duration::from_secs(5);
/// The screen's height, and the tallest page that is photographed whole.
const HEIGHT: u32 = 900;
const TALLEST: u64 = 6_000;

/// A browser window.
pub struct Browser<'a> {
    driver: WebDriver,
    /// Where its chromedriver answers.
    at: String,
    office: &'a Office,
    name: &'static str,
    width: Cell<u32>,
    shots: Cell<u32>,
}

/// What a journey returns.
pub type Outcome<T = ()> = Result<T, String>;

fn told(error: &WebDriverError) -> String {
    error.to_string().lines().map(str::trim).take(6).collect::<Vec<_>>().join(" ")
}

impl<'a> Browser<'a> {
    /// Opens a window of this width; `name` is the journey's, of its screenshots.
    pub async fn open(driver: &Driver, office: &'a Office, name: &'static str, width: u32) -> Browser<'a> {
        Browser::open_at(driver.url(), office, name, width).await
    }

    /// Opens somebody else's window beside this one, with cookies of its own.
    pub async fn another(&self, name: &'static str, width: u32) -> Browser<'a> {
        Browser::open_at(self.at.clone(), self.office, name, width).await
    }

    async fn open_at(at: String, office: &'a Office, name: &'static str, width: u32) -> Browser<'a> {
        let mut capabilities = ChromeCapabilities::new();
        for argument in FLAGS {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--window-size={width},{HEIGHT}")).unwrap();
        let logging = json!({ "browser": "WARNING" });
        let mut capabilities: thirtyfour::Capabilities = capabilities.into();
        capabilities.set("goog:loggingPrefs", logging).unwrap();
        let driver = WebDriver::new(&at, capabilities).await.unwrap();
        let browser = Browser { driver, at, office, name, width: Cell::new(width), shots: Cell::new(0) };
        browser.screen(HEIGHT).await.unwrap();
        browser
    }

    /// Closes it.
    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }

    /// The office it looks at.
    pub fn office(&self) -> &Office {
        self.office
    }

    /// Goes to an address of the office.
    pub async fn go(&self, path: &str) -> Outcome {
        self.driver
            .goto(format!("{}{path}", self.office.url))
            .await
            .map_err(|error| format!("{path}: {}", told(&error)))
    }

    /// Signs in, with whatever a first sign-in asks for besides: a password of one's own, then one-time codes.
    pub async fn sign_in(&self, login: &str) -> Outcome {
        let known =
            self.office.logins.borrow().get(login).cloned().ok_or_else(|| format!("nobody is called {login}"))?;
        self.go("/sign-in?lang=zh").await?;
        self.fill("login", login).await?;
        self.fill("password", &known.password).await?;
        self.press("main form button[type=submit]").await?;
        if known.is_first { self.first_sign_in(login, &known.password).await } else { Ok(()) }
    }

    async fn first_sign_in(&self, login: &str, printed: &str) -> Outcome {
        let password = PASSWORD.to_owned();
        self.fill("old", printed).await?;
        self.fill("new", &password).await?;
        self.fill("again", &password).await?;
        self.press("main form button[type=submit]").await?;
        if self.path().await?.starts_with("/account/password") {
            return Err("the new password is not taken".to_owned());
        }
        self.go("/account/enrol").await?;
        self.fill("password", &password).await?;
        self.press("main form button[type=submit]").await?;
        let secret = self.text(".secret").await?;
        self.fill("code", &digits(&secret)?).await?;
        self.press("main form button[type=submit]").await?;
        let login_of = Login { password, secret: Some(secret), is_first: false };
        self.office.logins.borrow_mut().insert(login.to_owned(), login_of);
        Ok(())
    }

    /// Types a one-time code if the page asks for one; a code counts once, so the next half minute is waited for.
    pub async fn step_up(&self, login: &str) -> Outcome {
        if !self.path().await?.starts_with("/account/code") {
            return Ok(());
        }
        let secret = self.office.logins.borrow().get(login).and_then(|login| login.secret.clone());
        let secret = secret.ok_or_else(|| format!("{login} has no one-time codes"))?;
        for _ in 0..3 {
            self.fill("code", &digits(&secret)?).await?;
            self.press("main form button[type=submit]").await?;
            if !self.path().await?.starts_with("/account/code") {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(15)).await;
        }
        Err("the one-time code is not taken".to_owned())
    }

    /// Where it is: the path with what follows it.
    pub async fn path(&self) -> Outcome<String> {
        let url = self.driver.current_url().await.map_err(|error| told(&error))?;
        Ok(url.as_str().strip_prefix(&self.office.url).unwrap_or(url.as_str()).to_owned())
    }

    /// The first element of a selector, waited for.
    pub async fn find(&self, css: &str) -> Outcome<WebElement> {
        let since = Instant::now();
        loop {
            match self.driver.find(By::Css(css)).await {
                Ok(element) => return Ok(element),
                Err(_) if since.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(_) => return Err(format!("{} has no {css}", self.path().await?)),
            }
        }
    }

    /// Every element of a selector, as they are now.
    pub async fn all(&self, css: &str) -> Outcome<Vec<WebElement>> {
        self.driver.find_all(By::Css(css)).await.map_err(|error| format!("{css}: {}", told(&error)))
    }

    /// The text of the first element of a selector.
    pub async fn text(&self, css: &str) -> Outcome<String> {
        self.find(css).await?.text().await.map_err(|error| format!("{css}: {}", told(&error)))
    }

    /// Types into a field, in place of what stands there; a date as a person's picker would leave it.
    pub async fn fill(&self, name: &str, value: &str) -> Outcome {
        let css = format!("[name='{name}']");
        self.find(&css).await?;
        let script = "const [css, value] = arguments; const all = [...document.querySelectorAll(css)];
            const field = all.find(field => field.type !== 'hidden'); field.closest('details')?.setAttribute('open', '');
            if (field.type === 'radio' || field.type === 'checkbox') {
                all.find(one => one.value === value).click(); return null; }
            field.focus(); field.value = value;
            field.dispatchEvent(new Event('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }));
            return field.value === value ? null : 'it took ' + JSON.stringify(field.value);";
        match self.run(script, vec![json!(css), json!(value)]).await? {
            Value::Null => Ok(()),
            fault => Err(format!("{name}: {value:?} cannot be typed, {fault}")),
        }
    }

    /// Ticks the first so many boxes of a name.
    pub async fn tick(&self, name: &str, count: usize) -> Outcome {
        let script =
            "[...document.getElementsByName(arguments[0])].slice(0, arguments[1]).forEach(one => one.click());";
        self.run(script, vec![json!(name), json!(count)]).await.map(|_| ())
    }

    /// Lets a form go although the browser would hold it back: what the server says of it is to be seen.
    pub async fn allow_empty(&self, css: &str) -> Outcome {
        self.find(css).await?;
        self.run("document.querySelector(arguments[0]).noValidate = true;", vec![json!(css)]).await.map(|_| ())
    }

    /// Chooses a file.
    pub async fn upload(&self, name: &str, file: &Path) -> Outcome {
        self.choose(&format!("input[type=file][name='{name}']"), file).await
    }

    /// Chooses a file in the first field of a selector.
    pub async fn choose(&self, css: &str, file: &Path) -> Outcome {
        let field = self.find(css).await?;
        self.run("arguments[0].closest('details')?.setAttribute('open', '');", vec![json(&field)?]).await?;
        field.send_keys(file.to_string_lossy()).await.map_err(|error| format!("{css}: {}", told(&error)))
    }

    /// What an address of the office hands over as a file, read as text in this encoding.
    pub async fn save(&self, path: &str, encoding: &str) -> Outcome<String> {
        let script = "const [path, encoding] = arguments; return fetch(path).then(async answer =>
            answer.ok ? new TextDecoder(encoding).decode(await answer.arrayBuffer()) : null);";
        let text = self.run(script, vec![json!(path), json!(encoding)]).await?;
        text.as_str().map(str::to_owned).ok_or_else(|| format!("{path} hands nothing over"))
    }

    /// Opens a file of this machine with the network off.
    pub async fn open_offline(&self, file: &Path) -> Outcome {
        let off = json!({ "offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0 });
        let cdp = self.driver.cdp();
        cdp.send_raw("Network.enable", json!({})).await.map_err(|error| told(&error))?;
        cdp.send_raw("Network.emulateNetworkConditions", off).await.map_err(|error| told(&error))?;
        let url = format!("file://{}", file.display());
        self.driver.goto(url).await.map_err(|error| format!("{}: {}", file.display(), told(&error)))
    }

    /// Clicks where no other page follows.
    pub async fn click(&self, css: &str) -> Outcome {
        self.find(css).await?.click().await.map_err(|error| format!("{css}: {}", told(&error)))
    }

    /// Waits until an element says this.
    pub async fn wait_for(&self, css: &str, words: &str) -> Outcome {
        let since = Instant::now();
        while self.expect(css, words).await.is_err() {
            if since.elapsed() > PATIENCE {
                return self.expect(css, words).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Presses a button or a link and waits for what it leads to.
    pub async fn press(&self, css: &str) -> Outcome {
        let element = self.find(css).await?;
        let marked = "arguments[0].closest('details')?.setAttribute('open', ''); arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });
            document.querySelector('main').dataset.before = 'yes';";
        let since = Instant::now();
        loop {
            self.run(marked, vec![json(&element)?]).await?;
            match element.click().await {
                Ok(()) => return self.arrive(css).await,
                // The window may still be on its way back from a photograph; what stays covered is a fault.
                Err(error) if told(&error).contains("click intercepted") && since.elapsed() < STILL => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(format!("{css}: {}", told(&error))),
            }
        }
    }

    /// Waits until the page that was there is gone.
    async fn arrive(&self, pressed: &str) -> Outcome {
        let since = Instant::now();
        let gone = "return document.readyState === 'complete' && !document.querySelector('main[data-before]');";
        while self.run(gone, Vec::new()).await != Ok(json!(true)) {
            if since.elapsed() > PATIENCE {
                return Err(format!("{pressed} leads nowhere"));
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        self.settle().await
    }

    /// Waits until nothing is loading and nothing is swapped any more.
    async fn settle(&self) -> Outcome {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let script =
            "return document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping');";
        let since = Instant::now();
        while self.run(script, Vec::new()).await != Ok(json!(true)) {
            if since.elapsed() > PATIENCE {
                return Err(format!("{} does not come to rest", self.path().await?));
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        Ok(())
    }

    /// Makes the window as wide as this.
    pub async fn widen(&self, width: u32) -> Outcome {
        self.width.set(width);
        self.screen(HEIGHT).await.map_err(|error| told(&error))
    }

    /// That an element is there and says this.
    pub async fn expect(&self, css: &str, words: &str) -> Outcome {
        let text = self.text(css).await?;
        if text.contains(words) { Ok(()) } else { Err(format!("{css} does not say {words:?}: {text:?}")) }
    }

    /// How many cases a list has, by its own heading: 共60件.
    pub async fn count(&self) -> Outcome<usize> {
        let heading = self.text("main header").await?;
        let number = heading
            .split_once('共')
            .and_then(|(_, rest)| rest.split_once('件'))
            .map(|(number, _)| number.replace(',', ""));
        number.and_then(|number| number.trim().parse().ok()).ok_or_else(|| format!("no count in {heading:?}"))
    }

    /// Signs out.
    pub async fn sign_out(&self) -> Outcome {
        let script = "document.querySelector('main').dataset.before = 'yes';
            document.querySelector('form[action=\"/sign-out\"]').requestSubmit();";
        self.run(script, Vec::new()).await?;
        self.arrive("sign-out").await
    }

    /// Opens the cases of the list at hand, one after another, until one has such an element; the address it leads to.
    pub async fn first_case_with(&self, css: &str) -> Outcome<String> {
        let list = self.path().await?;
        let cases = self.links().await?;
        for case in cases.iter().filter(|link| link.starts_with("/cases/") && link.matches('/').count() == 2) {
            self.go(case).await?;
            if let Some(found) = self.all(css).await?.first() {
                let leads = found.attr("href").await.ok().flatten();
                return Ok(leads.unwrap_or_else(|| case.clone()));
            }
        }
        Err(format!("{list} holds no case with {css}"))
    }

    /// Where the page's links lead within the office, each once.
    pub async fn links(&self) -> Outcome<Vec<String>> {
        let script =
            "return [...new Set([...document.querySelectorAll('a[href]')].filter(one => one.origin === location.origin)
            .map(one => one.pathname + one.search))];";
        let links = self.run(script, Vec::new()).await?;
        Ok(links.as_array().into_iter().flatten().filter_map(|link| link.as_str().map(str::to_owned)).collect())
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        let given = self.driver.execute(script, arguments).await.map_err(|error| told(&error))?;
        Ok(given.json().clone())
    }

    /// Looks at the page as a reviewer would: keeps a screenshot, and notes what axe finds, what sticks out at the side,
    /// what the console says.
    pub async fn look(&self, seen: &mut Seen, what: &str) -> Outcome {
        self.settle().await?;
        let path = self.path().await?;
        seen.page(&path);
        let place = format!("{} {what} at {} ({path})", self.name, self.width.get());
        for fault in self.faults().await? {
            seen.fault(format!("{place}: {fault}"));
        }
        self.photograph(what).await
    }

    async fn faults(&self) -> Outcome<Vec<String>> {
        let mut faults = self.accessibility().await?;
        let wide = self.run(TOO_WIDE, Vec::new()).await?;
        faults.extend(wide.as_str().map(|what| format!("wider than the screen: {what}")));
        let log = self.driver.get_log("browser").await.map_err(|error| told(&error))?;
        // A form that is answered with what is to be mended is no failure; the browser says it of every 4xx.
        let log = log.iter().map(|line| format!("{} {}", line.level, line.message));
        faults.extend(log.filter(|line| !is_answer(line)).map(|line| format!("console: {line}")));
        Ok(faults)
    }

    /// What axe finds by WCAG 2.2 A and AA.
    async fn accessibility(&self) -> Outcome<Vec<String>> {
        let axe = String::from_utf8(shukun_assets::AXE.plain()).map_err(|error| error.to_string())?;
        self.run(&format!("if (!window.axe) {{ {axe}\n }} return true;"), Vec::new()).await?;
        let ran = self.driver.execute_async(RUN_AXE, Vec::new()).await.map_err(|error| told(&error))?;
        Ok(ran.json().as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect())
    }

    /// That a page with faults of every kind does not pass: what finds nothing is no check.
    pub async fn sees_faults(&self) -> Outcome {
        let spoil = "document.querySelectorAll('label').forEach(label => label.remove());
            document.querySelector('main').insertAdjacentHTML('beforeend', '<div class=\"wide\">.</div>');
            document.querySelector('.wide').style.width = '3000px'; console.error('spoiled');";
        self.run(spoil, Vec::new()).await?;
        let faults = self.faults().await?.join("\n");
        let kinds = ["axe label", "wider than the screen", "console: "];
        match kinds.iter().find(|kind| !faults.contains(**kind)) {
            None => Ok(()),
            Some(kind) => Err(format!("a spoiled page shows no fault {kind:?}:\n{faults}")),
        }
    }

    /// The whole page, as far as it is not endless.
    async fn photograph(&self, what: &str) -> Outcome {
        let height = self.run("return document.documentElement.scrollHeight;", Vec::new()).await?;
        let height = height.as_u64().unwrap_or(u64::from(HEIGHT)).clamp(u64::from(HEIGHT), TALLEST);
        self.screen(u32::try_from(height).unwrap_or(HEIGHT)).await.map_err(|error| told(&error))?;
        let number = self.shots.get();
        self.shots.set(number + 1);
        let file = screenshots().join(format!("{}-{number:02}-{what}-{}.png", self.name, self.width.get()));
        self.driver.screenshot(&file).await.map_err(|error| told(&error))?;
        self.screen(HEIGHT).await.map_err(|error| told(&error))
    }

    async fn screen(&self, height: u32) -> WebDriverResult<()> {
        let is_phone = self.width.get() < 600;
        let screen = json!({ "width": self.width.get(), "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await.map(|_| ())
    }

    /// What the page looked like when a journey could not go on.
    pub async fn keep_failure(&self, seen: &mut Seen, error: &str) {
        let path = self.path().await.unwrap_or_default();
        let alert = self.run("return document.querySelector('[role=alert]')?.innerText ?? document.title;", Vec::new());
        let alert = alert.await.unwrap_or_default();
        seen.fault(format!("{} cannot go on at {path}: {error} (the page says: {alert})", self.name));
        let _ = self.photograph("failed").await;
    }
}

fn is_answer(line: &str) -> bool {
    ["403", "404", "409", "422"].iter().any(|status| line.contains(&format!("responded with a status of {status}")))
}

/// The day so many days from today, as a date field takes it.
pub fn day(from_today: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date();
    today.saturating_add(jiff::Span::new().days(from_today)).to_string()
}

/// An element as a script takes it.
fn json(element: &WebElement) -> Outcome<Value> {
    element.to_json().map_err(|error| told(&error))
}

/// Where reviewers find the screenshots.
pub fn screenshots() -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().map(PathBuf::from).unwrap_or_default();
    let folder = target.join("journeys");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The code of this half minute.
fn digits(secret: &str) -> Outcome<String> {
    let now = std::time::SystemTime::now().try_into().map_err(|error| format!("{error}"))?;
    authenticator::code(secret, now).ok_or_else(|| "the secret is not Base32".to_owned())
}

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=zh-CN",
];

/// Names the innermost element that makes the page wider than the screen; what scrolls by itself may.
const TOO_WIDE: &str = "const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    const scrolls = one => { for (let up = one; up; up = up.parentElement) {
        const way = getComputedStyle(up).overflowX; if (way === 'auto' || way === 'scroll' || way === 'hidden') return true; }
        return false; };
    const wide = [...document.body.querySelectorAll('*')]
        .filter(one => one.getBoundingClientRect().right > width + 1 && !scrolls(one));
    const one = wide.at(-1); return one ? one.tagName + '.' + one.className : 'something';";

const RUN_AXE: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
        .then(found => done(found.violations.map(one =>
            'axe ' + one.id + ': ' + one.help + ' ' + one.nodes.slice(0, 2).map(node => node.target.join(' ')).join(' | '))))
        .catch(error => done(['axe: ' + error]));";
