//! Against a small service of the test's own, over a socket, with real signatures.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use jiff::SignedDuration;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey,
};
use openidconnect::{
    Audience, AuthenticationMethodReference, EmptyAdditionalClaims, IssuerUrl, JsonWebKeyId, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, PrivateSigningKey as _, StandardClaims, SubjectIdentifier,
};
use serde_json::json;
use shukun_base::Masked;
use shukun_casework::authority::Role;
use tokio::net::TcpListener;

use super::Oidc;
use crate::http::cookies::Transport;
use crate::testing::{Answer, Browser, COUNTY, Office};

/// Keys for tests alone; they open nothing.
const KEY: &str = include_str!("test_key.pem");
const OTHER_KEY: &str = include_str!("test_other_key.pem");
const CLIENT: &str = "shukun";
const SECRET: &str = "between us";

/// What the service says next; the default is a right token for subject `u-1`.
#[derive(Clone, Debug)]
struct Says {
    challenge: String,
    nonce: String,
    subject: &'static str,
    methods: Vec<&'static str>,
    audience: &'static str,
    issuer: Option<&'static str>,
    minutes_left: i64,
    key: &'static str,
}

impl Says {
    fn right() -> Says {
        Says {
            challenge: String::new(),
            nonce: String::new(),
            subject: "u-1",
            methods: vec!["pwd"],
            audience: CLIENT,
            issuer: None,
            minutes_left: 5,
            key: KEY,
        }
    }
}

/// The service.
#[derive(Clone)]
struct Service {
    issuer: String,
    says: Arc<Mutex<Says>>,
    now: jiff::Timestamp,
}

impl Service {
    async fn start(now: jiff::Timestamp) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let service = Service { issuer, says: Arc::new(Mutex::new(Says::right())), now };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    fn key(pem: &str) -> CoreRsaPrivateSigningKey {
        CoreRsaPrivateSigningKey::from_pem(pem, Some(JsonWebKeyId::new("1".to_owned()))).unwrap()
    }

    fn identity_token(&self) -> String {
        let says = self.says.lock().unwrap().clone();
        let at = |minutes: i64| SystemTime::from(self.now + SignedDuration::from_mins(minutes)).into();
        let issuer = says.issuer.map_or_else(|| self.issuer.clone(), str::to_owned);
        let subject = StandardClaims::new(SubjectIdentifier::new(says.subject.to_owned()));
        let methods = says.methods.iter().map(|method| AuthenticationMethodReference::new((*method).to_owned()));
        let claims = CoreIdTokenClaims::new(
            IssuerUrl::new(issuer).unwrap(),
            vec![Audience::new(says.audience.to_owned())],
            at(says.minutes_left),
            at(-1),
            subject,
            EmptyAdditionalClaims {},
        )
        .set_nonce(Some(Nonce::new(says.nonce)))
        .set_auth_method_refs(Some(methods.collect()));
        let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        CoreIdToken::new(claims, &Service::key(says.key), algorithm, None, None).unwrap().to_string()
    }
}

async fn describe(State(service): State<Service>) -> Said {
    said(&json!({
        "issuer": service.issuer,
        "authorization_endpoint": format!("{}/authorize", service.issuer),
        "token_endpoint": format!("{}/token", service.issuer),
        "jwks_uri": format!("{}/keys", service.issuer),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// JSON under its own name: anything else is not taken.
type Said = ([(axum::http::HeaderName, &'static str); 1], String);

fn said(value: &serde_json::Value) -> Said {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

async fn keys() -> Said {
    let keys = CoreJsonWebKeySet::new(vec![Service::key(KEY).as_verification_key()]);
    said(&serde_json::to_value(keys).unwrap())
}

/// Takes a code only from our client, with the verifier of the challenge that was sent.
async fn token(
    State(service): State<Service>,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> (StatusCode, Said) {
    let field = |name: &str| form.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str());
    let challenge =
        PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(field("code_verifier").to_owned()));
    let is_ours = challenge.as_str() == service.says.lock().unwrap().challenge
        && field("code") == "the-code"
        && field("redirect_uri") == "http://help.example/sign-in/back"
        && headers.get(AUTHORIZATION).is_some_and(|value| value.to_str().unwrap().starts_with("Basic "));
    if !is_ours {
        return (StatusCode::BAD_REQUEST, said(&json!({"error": "invalid_grant"})));
    }
    let answer = json!({"access_token": "a", "token_type": "Bearer", "id_token": service.identity_token()});
    (StatusCode::OK, said(&answer))
}

/// An office connected to a service, where the insurance officer's outside account is `u-1`.
async fn office() -> (Office, Service) {
    let staff = [("system", Role::SystemAdmin, COUNTY), ("one", Role::Insurance, COUNTY)];
    let office = Office::new(Transport::Plain, &staff).await;
    let service = Service::start(office.now()).await;
    let oidc = Oidc::new(&service.issuer, CLIENT, Masked::new(SECRET.to_owned())).unwrap();
    let office = office.with_oidc(oidc);
    let system = office.scope("system").await;
    let one = office.scope("one").await;
    let who = (service.issuer.as_str(), "u-1");
    office.desk.store().link_subject(&system, one.account_id(), who, office.now()).await.unwrap();
    (office, service)
}

fn part<'a>(address: &'a str, name: &str) -> &'a str {
    let query = address.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap()
}

/// A browser on its way through the service, which says what the test wants.
async fn go(office: &Office, service: &Service, says: Says) -> (Browser, Answer) {
    let mut browser = office.browser();
    let away = browser.get("/sign-in/away?next=/cases?status=detected").await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.body);
    let address = away.location().to_owned();
    assert!(address.starts_with(&format!("{}/authorize?", service.issuer)), "{address}");
    assert_eq!((part(&address, "response_type"), part(&address, "code_challenge_method")), ("code", "S256"));
    let nonce = if says.nonce.is_empty() { part(&address, "nonce").to_owned() } else { says.nonce.clone() };
    let challenge = part(&address, "code_challenge").to_owned();
    *service.says.lock().unwrap() = Says { challenge, nonce, ..says };
    let back = format!("/sign-in/back?code=the-code&state={}", part(&address, "state"));
    let answer = browser.get(&back).await;
    (browser, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_linked_signs_in_and_is_where_they_wanted_to_be() {
    let (office, service) = office().await;
    assert!(office.browser().get("/sign-in").await.body.contains("/sign-in/away"));
    let (mut browser, answer) = go(&office, &service, Says::right()).await;
    answer.sent_to("/cases?status=detected");
    assert_eq!(browser.get("/cases").await.status, StatusCode::OK);
    assert_eq!((browser.cookie("errand"), browser.cookie("errand-next")), (None, None));
    // A password alone is no second factor: ours is asked for.
    assert!(browser.get("/account/code").await.location().starts_with("/account/enrol"));
    let answer = browser.submit("/account/tokens", &[("name", "x"), ("last_day", "2026-12-31")]).await;
    assert!(answer.location().starts_with("/account/code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_shown_there_counts_for_ten_minutes() {
    let (office, service) = office().await;
    let (mut browser, answer) = go(&office, &service, Says { methods: vec!["pwd", "otp"], ..Says::right() }).await;
    answer.sent_to("/cases?status=detected");
    assert!(crate::testing::token(&mut browser, "read", &[]).await.starts_with("shukun_"));
    office.later(601);
    let answer = browser.submit("/account/tokens", &[("name", "x"), ("last_day", "2026-12-31")]).await;
    assert!(answer.location().starts_with("/account/code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_for_us_and_now_opens_nothing() {
    let (office, service) = office().await;
    let right = Says::right;
    for (why, says) in [
        ("another key", Says { key: OTHER_KEY, ..right() }),
        ("another audience", Says { audience: "other", ..right() }),
        ("another issuer", Says { issuer: Some("https://evil.example"), ..right() }),
        ("too old", Says { minutes_left: -1, ..right() }),
        ("another sign-in", Says { nonce: "planted".to_owned(), ..right() }),
    ] {
        let (mut browser, answer) = go(&office, &service, says).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{why}");
        assert!(answer.body.contains("web-oidc-failed"), "{why}");
        browser.get("/cases").await.sent_to("/sign-in?next=/cases");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_in_by_anothers_browser_or_without_a_link() {
    let (office, service) = office().await;
    let (_, answer) = go(&office, &service, Says { subject: "u-2", ..Says::right() }).await;
    assert!(answer.body.contains("store-subject-unlinked"), "{}", answer.body);
    let mut other = office.browser();
    let answer = other.get("/sign-in/back?code=the-code&state=0").await;
    assert_eq!((answer.status, answer.body.contains("web-oidc-failed")), (StatusCode::FORBIDDEN, true));
    // The address of one browser's sign-in is of no use in another one.
    let away = other.get("/sign-in/away").await.location().to_owned();
    let mut victim = office.browser();
    victim.get("/sign-in/away").await;
    let answer = victim.get(&format!("/sign-in/back?code=the-code&state={}", part(&away, "state"))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = other.get(&format!("/sign-in/back?error=access_denied&state={}", part(&away, "state"))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_is_told_and_the_password_still_works() {
    let office = Office::new(Transport::Plain, &[("one", Role::Insurance, COUNTY)]).await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let oidc = Oidc::new(&format!("http://{free}"), CLIENT, Masked::new(SECRET.to_owned())).unwrap();
    let office = office.with_oidc(oidc);
    let answer = office.browser().get("/sign-in/away").await;
    assert_eq!((answer.status, answer.body.contains("web-oidc-away")), (StatusCode::SERVICE_UNAVAILABLE, true));
    office.signed_in("one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_links_on_a_page() {
    let (office, service) = office().await;
    let one = office.scope("one").await.account_id().clone();
    let mut browser = office.signed_in_again("system").await;
    let path = format!("/accounts/{one}/subjects");
    let page = browser.get(&path).await;
    assert!(page.body.contains("u-1") && page.body.contains(&service.issuer));
    browser.submit(&path, &[("subject", "u-9")]).await.sent_to(&format!("{path}?done=linked"));
    let (_, answer) = go(&office, &service, Says { subject: "u-9", ..Says::right() }).await;
    answer.sent_to("/cases?status=detected");
    let again = browser.submit(&path, &[("subject", "u-9")]).await;
    assert_eq!((again.status, again.body.contains("已关联到一个账号")), (StatusCode::UNPROCESSABLE_ENTITY, true));
}

#[test]
fn a_service_is_reached_encrypted_or_on_this_machine() {
    for (issuer, is_taken) in [
        ("https://id.example", true),
        ("http://127.0.0.1:9000", true),
        ("http://localhost/realm", true),
        ("http://id.example", false),
        ("http://localhost.evil.example", false),
        ("ftp://id.example", false),
        ("id.example", false),
    ] {
        assert_eq!(Oidc::new(issuer, CLIENT, Masked::new(String::new())).is_some(), is_taken, "{issuer}");
    }
    assert!(Oidc::new("https://id.example", "", Masked::new(String::new())).is_none());
}
