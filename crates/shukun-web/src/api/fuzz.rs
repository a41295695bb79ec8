//! The interface against schemathesis: what its description allows, and what it forbids, over a socket.
//!
//! `cargo xtask api-fuzz` installs schemathesis and runs this; alone it says that it was left out.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use shukun_casework::authority::Role;
use tokio::net::TcpListener;

use crate::http::cookies::Transport;
use crate::testing::{COUNTY, Office, token};

/// No answer may be the server's own fault, nor one that the description does not know.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs schemathesis: cargo xtask api-fuzz"]
async fn no_request_that_the_description_allows_or_forbids_breaks_the_server() {
    let Ok(program) = std::env::var("SHUKUN_SCHEMATHESIS") else {
        panic!("SHUKUN_SCHEMATHESIS names no program: run cargo xtask api-fuzz");
    };
    let office = Arc::new(Office::new(Transport::Plain, &[("one", Role::Insurance, COUNTY)]).await);
    for number in 1..=20 {
        office.open_case("one", number, "330381001002").await;
    }
    let (mut browser, _) = office.stepped_up_again(office.signed_in_again("one").await).await;
    let token = token(&mut browser, "write", &[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = crate::router(&office.desk).unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    // The clock of tests stands still, and with it the brake on requests.
    let clock = Arc::clone(&office);
    let ticking = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            clock.later(1);
        }
    });
    let more = std::env::var("SHUKUN_SCHEMATHESIS_ARGUMENTS").unwrap_or_default();
    let status = tokio::task::spawn_blocking(move || {
        Command::new(program)
            .args(["run", "--checks", CHECKS, "--max-examples", "25", "--max-time", "40", "--seed", "1"])
            .args([
                "--phases",
                "examples,coverage,fuzzing",
                "--no-color",
                "--warnings",
                "off",
                "--generation-database",
                "none",
            ])
            .args(["--suppress-health-check", "all", "--header", &format!("Authorization: Bearer {token}")])
            .args(more.split_whitespace())
            .arg(format!("http://{address}/api/v1/openapi.json"))
            .status()
    });
    let status = status.await.unwrap().unwrap();
    ticking.abort();
    server.abort();
    assert!(status.success(), "schemathesis found something: see above");
}
