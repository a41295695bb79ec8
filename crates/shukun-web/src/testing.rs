//! For tests: the whole program without a socket, an office with accounts, a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::{Grant, Role};
use shukun_casework::case::{Detection, Discovery, Opening};
use shukun_casework::{AlertId, CaseId, ContentHash, RunId, TransactionId};
use shukun_store::{NewAccount, Person, Scope, Store};
use tower::ServiceExt as _;

use crate::demo::authenticator;
use crate::desk::{Clock, Desk, Folders, Numbers, Settings};
use crate::http::cookies::Transport;
use crate::works::Works;

/// When a test begins: 22 November 2026, 10:30 in China.
pub const START: &str = "2026-11-22T02:30:00Z";
/// Everybody's password once the first one is changed.
pub const PASSWORD: &str = "correct horse battery";
/// The county of the tests.
pub const COUNTY: &str = "330381";

/// A database of its own where `SHUKUN_WEB_ON_PG` is set beside the server that `SHUKUN_TEST_PG` names; its owner is no
/// superuser, so that the second wall holds.
fn postgres() -> Option<String> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    std::env::var_os("SHUKUN_WEB_ON_PG")?;
    let server = std::env::var("SHUKUN_TEST_PG").ok()?;
    let name = format!("web_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let role = "DO $$ BEGIN PERFORM pg_advisory_xact_lock(7346527112346);
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shukun_office') THEN CREATE ROLE shukun_office LOGIN; END IF; END $$";
    let make = format!("CREATE DATABASE {name} OWNER shukun_office");
    let mut psql = std::process::Command::new("psql");
    let done = psql.arg(format!("{server}/postgres")).args(["-q", "-c", role, "-c", &make]).status().unwrap();
    assert!(done.success(), "psql: {done}");
    Some(format!("{}/{name}", server.replacen("postgres@", "shukun_office@", 1)))
}

/// A program with a database of its own, a clock that tests turn, and accounts.
pub struct Office {
    pub desk: Desk,
    clock: Arc<Mutex<Timestamp>>,
    first_passwords: BTreeMap<String, String>,
    asked: Arc<Mutex<Vec<String>>>,
    _dir: tempfile::TempDir,
}

impl Office {
    /// With accounts of these logins, each with one role at one place.
    pub async fn new(transport: Transport, staff: &[(&str, Role, &str)]) -> Office {
        let staff: Vec<_> = staff.iter().map(|(login, role, place)| (*login, vec![(*role, *place)])).collect();
        Office::granted(transport, &staff).await
    }

    /// With accounts of these logins, each with these roles at these places; the first place is the account's own.
    pub async fn granted(transport: Transport, staff: &[(&str, Vec<(Role, &str)>)]) -> Office {
        let dir = tempfile::tempdir().unwrap();
        let url = postgres().unwrap_or_else(|| Store::sqlite_url(dir.path()));
        let mut store = Store::open(&url, &dir.path().join("keys")).await.unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let told = Arc::clone(&asked);
        store.tell_statements(move |statement| told.lock().unwrap().push(statement.to_owned()));
        let clock = Arc::new(Mutex::new(START.parse::<Timestamp>().unwrap()));
        let accounts: Vec<NewAccount> = staff.iter().map(|(login, holds)| account(login, holds)).collect();
        let first = store.set_up(&accounts, START.parse().unwrap()).await.unwrap();
        let first_passwords = first.into_iter().map(|first| (first.login, first.password.reveal().clone())).collect();
        let told = Arc::clone(&clock);
        let clock_for_desk: Clock = Arc::new(move || *told.lock().unwrap());
        let desk = Desk::new(
            store,
            Settings {
                transport,
                is_illustrative: false,
                clock: clock_for_desk,
                numbers: Arc::new(Numbers::defaults(1)),
                folders: Folders::of(dir.path(), &[]),
                works: Works::none(),
                press: None,
            },
        );
        Office { desk, clock, first_passwords, asked, _dir: dir }
    }

    /// The office of the demo: its users, and fifty cases.
    pub async fn furnished() -> Office {
        let mut office = Office::new(Transport::Plain, &[]).await;
        let (desk, now) = (&office.desk, office.now());
        let settings = Settings { works: crate::demo::tests::works(), ..desk.settings().clone() };
        let first = crate::demo::furnish(desk.store(), &settings, &crate::demo::tests::county(), now).await.unwrap();
        let watch = desk.numbers().watch(now);
        desk.store().refresh_clocks(watch).await.unwrap();
        office.first_passwords =
            first.passwords.into_iter().map(|one| (one.login, one.password.reveal().clone())).collect();
        office
    }

    /// The same, connected to an outside sign-in service.
    pub fn with_oidc(self, oidc: crate::oidc::Oidc) -> Office {
        Office { desk: self.desk.with_oidc(oidc), ..self }
    }

    /// Nobody but the three administrators.
    pub async fn of_administrators() -> Office {
        let staff = [
            ("system", Role::SystemAdmin, COUNTY),
            ("security", Role::SecurityAdmin, COUNTY),
            ("audit", Role::AuditAdmin, COUNTY),
        ];
        Office::new(Transport::Plain, &staff).await
    }

    pub fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    /// The statements that the database was asked since this was called last.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub fn later(&self, seconds: i64) {
        let mut now = self.clock.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.desk)
    }

    pub fn first_password(&self, login: &str) -> &str {
        &self.first_passwords[login]
    }

    /// What an account may do, without a browser: for putting things into the store. Its password is then everybody's.
    pub async fn scope(&self, login: &str) -> Scope {
        let (first, password) = (self.first_password(login).to_owned(), Masked::new(PASSWORD.to_owned()));
        let store = self.desk.store();
        let session = match store.sign_in(login, &password, self.now()).await {
            Ok((_, session)) => session,
            Err(_) => {
                let first = Masked::new(first);
                let (_, session) = store.sign_in(login, &first, self.now()).await.unwrap();
                store.change_password(&session, &first, &password, self.now()).await.unwrap().1
            }
        };
        session.scope(self.now())
    }

    /// What whoever sits at this browser may do now.
    pub async fn scope_at(&self, browser: &Browser) -> Scope {
        let token = shukun_store::Token::parse(browser.cookie("session").unwrap()).unwrap();
        self.desk.store().session(&token, self.now()).await.unwrap().scope(self.now())
    }

    /// Signed in, with the first password changed.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let first = self.first_password(login);
        browser.submit("/sign-in", &[("login", login), ("password", first)]).await.sent_to("/");
        let fields = [("old", first), ("new", PASSWORD), ("again", PASSWORD)];
        browser.submit("/account/password", &fields).await.sent_to("/account?done=password");
        browser
    }

    /// Signed in, whether or not the first password was changed before.
    pub async fn signed_in_again(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.submit("/sign-in", &[("login", login), ("password", PASSWORD)]).await;
        if answer.status == StatusCode::SEE_OTHER { browser } else { self.signed_in(login).await }
    }

    /// A case that a screening opened for a household of one, under everybody's eyes at `place`: `case-1` for number 1.
    pub async fn open_case(&self, login: &str, number: u64, place: &str) -> CaseId {
        self.open_case_within(&self.scope(login).await, number, place).await
    }

    /// [`Office::open_case`] for whoever opens many.
    pub async fn open_case_within(&self, scope: &Scope, number: u64, place: &str) -> CaseId {
        let region = RegionCode::new(place).unwrap();
        let person = Person {
            person_id: PersonId(number),
            household_id: HouseholdId(number),
            region: Some(region.clone()),
            name: Masked::new("王小明".to_owned()),
            id_number: Masked::new(format!("99000019800101{number:04}")),
            phone: Some(Masked::new("13800000000".to_owned())),
            address: None,
            bank_account: None,
        };
        self.desk.store().save_people(scope, &[person], self.now()).await.unwrap();
        let detection = Detection {
            alert: AlertId::new(&format!("alert-{number}")).unwrap(),
            person: PersonId(number),
            year: 2026,
            rule: "三色预警".to_owned(),
            pack: "cn-330381".to_owned(),
            claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
            burden_fen: Fen::yuan(60_000),
            colour: Colour::Red,
        };
        let case = CaseId::new(&format!("case-{number}")).unwrap();
        let discovery = Discovery::Alert(detection);
        let opening = Opening { case, household: HouseholdId(number), region, discovery };
        let transaction = TransactionId::new(&format!("open-{number}")).unwrap();
        let ctx = self.desk.numbers().context(self.now(), transaction, 0);
        let run = RunId::new("run-1").unwrap();
        self.desk.store().open_in_run(scope, &run, &opening, &ctx).await.unwrap().id
    }

    /// Signed in, with one-time codes set up and shown a moment ago.
    pub async fn stepped_up(&self, login: &str) -> (Browser, Secret) {
        self.stepped_up_again(self.signed_in(login).await).await
    }

    /// The same for a browser that is signed in.
    pub async fn stepped_up_again(&self, mut browser: Browser) -> (Browser, Secret) {
        let page = browser.submit("/account/enrol", &[("password", PASSWORD)]).await;
        let secret = Secret::on(&page);
        let code = secret.code(self.now());
        let token = page.form_token();
        browser
            .post("/account/enrol/finish", &form(&[("form_token", &token), ("code", &code)]))
            .await
            .sent_to("/account?done=code");
        (browser, secret)
    }
}

fn account(login: &str, holds: &[(Role, &str)]) -> NewAccount {
    let (first, place) = holds[0];
    let grant = |(role, place): &(Role, &str)| Grant {
        role: *role,
        region: RegionCode::new(place).unwrap(),
        programme: None,
        expires_on: None,
    };
    NewAccount {
        login: login.to_owned(),
        display_name: format!("{}甲", first.text().zh),
        office: first.text().zh,
        region: RegionCode::new(place).unwrap(),
        grants: holds.iter().map(grant).collect(),
    }
}

/// Makes an interface token on the page, as a person does: every grant, `reach` and what else is ticked.
pub async fn token(browser: &mut Browser, reach: &str, also: &[&str]) -> String {
    let page = browser.get("/account/tokens").await;
    let grants = page.body.split("name=\"grant\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let form_token = page.form_token();
    let mut fields =
        vec![("form_token", form_token.as_str()), ("name", "对账程序"), ("reach", reach), ("last_day", "2026-12-31")];
    fields.extend(grants.map(|grant| ("grant", grant)));
    fields.extend(also.iter().map(|also| ("also", *also)));
    let page = browser.post("/account/tokens", &form(&fields)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let at = page.body.find("shukun_").expect("the token is shown");
    page.body[at..].split('<').next().unwrap().to_owned()
}

/// What a phone's authenticator holds.
pub struct Secret(String);

impl Secret {
    fn on(page: &Answer) -> Secret {
        let marker = "class=\"secret\">";
        let at = page.body.find(marker).expect("a secret to type") + marker.len();
        Secret(page.body[at..].split('<').next().unwrap().to_owned())
    }

    /// The six digits of this half minute.
    pub fn code(&self, now: Timestamp) -> String {
        authenticator::code(&self.0, now).unwrap()
    }
}

/// Fields as a form sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", crate::guard::encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// Holds that the answer leads there.
    pub fn sent_to(&self, path: &str) {
        assert_eq!((self.status, self.location()), (StatusCode::SEE_OTHER, path), "{}", self.body);
    }

    /// The token of the page's first form.
    pub fn form_token(&self) -> String {
        let marker = "name=\"form_token\" value=\"";
        let at = self.body.find(marker).expect("a form with a token") + marker.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

/// How pages send forms without files.
const FORM: &str = "application/x-www-form-urlencoded";

/// One browser.
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub fn new(desk: &Desk) -> Browser {
        Browser { router: crate::router(desk).unwrap(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// Another one with the same headers and no cookies.
    pub fn of(other: &Browser) -> Browser {
        Browser { router: other.router.clone(), cookies: BTreeMap::new(), headers: other.headers.clone() }
    }

    /// A header of every request from now on.
    pub fn header(mut self, name: &'static str, value: &str) -> Browser {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// Opens the page at `path`, and sends its form there.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        let token = page.form_token();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        self.post(path, &form(&fields)).await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send("POST", path, body).await
    }

    /// A form with files, as a browser sends it.
    pub async fn post_files(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--parts\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!("content-disposition: form-data; name=\"{name}\"; filename=\"张三身份证.jpg\"");
            body.extend(format!("--parts\r\n{head}\r\ncontent-type: image/jpeg\r\n\r\n").as_bytes());
            body.extend([bytes, &b"\r\n"[..]].concat());
        }
        body.extend(b"--parts--\r\n");
        self.send_as("POST", path, "multipart/form-data; boundary=parts", body).await
    }

    /// The bytes of a file that a link leads to.
    pub async fn fetch_get(&mut self, path: &str) -> Vec<u8> {
        let (parts, bytes) = self.answer("GET", path, FORM, Vec::new()).await;
        assert_eq!(parts.status, StatusCode::OK, "{path}");
        bytes
    }

    /// The bytes that a form gives.
    pub async fn fetch(&mut self, path: &str, body: &str) -> Vec<u8> {
        let (parts, bytes) = self.answer("POST", path, FORM, body.as_bytes().to_vec()).await;
        assert_eq!(parts.status, StatusCode::OK, "{path}");
        bytes
    }

    /// A form with one file of a name, as a browser sends it.
    pub async fn post_file(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Answer {
        let (field, name, bytes) = file;
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--parts\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.as_bytes());
        }
        let head = format!("content-disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
        body.extend(format!("--parts\r\n{head}\r\n\r\n").as_bytes());
        body.extend([bytes, &b"\r\n--parts--\r\n"[..]].concat());
        self.send_as("POST", path, "multipart/form-data; boundary=parts", body).await
    }

    pub async fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        self.send_as(method, path, FORM, body.as_bytes().to_vec()).await
    }

    async fn send_as(&mut self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let (parts, bytes) = self.answer(method, path, kind, body).await;
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn answer(&mut self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> (Parts, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path).header("host", "help.example");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(COOKIE, cookies.join("; "));
        let says_its_kind = self.headers.iter().any(|(name, _)| *name == "content-type");
        if method == "POST" && !says_its_kind {
            request = request.header("content-type", kind);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        (parts, to_bytes(body, 16 << 20).await.unwrap().to_vec())
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for value in headers.get_all(SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (pair, rest) = text.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
