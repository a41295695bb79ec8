//! Asking the service over HTTP: no redirects followed, no patience without end, no answer without bounds.

use std::io::Read as _;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};

/// Longer than any service takes that is well.
const PATIENCE: Duration = Duration::from_secs(10);
/// No description, key set or token is larger.
const LARGEST: u64 = 1 << 20;

/// The way there.
#[derive(Clone, Debug)]
pub struct Asking(ureq::Agent);

impl Asking {
    /// Trusts whom this machine trusts: a county's service often has a certificate of the county's own.
    pub fn new() -> Asking {
        let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::PlatformVerifier).build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Asking(config.into())
    }

    /// One request and its answer.
    ///
    /// # Errors
    /// The service does not answer in time, or with too much.
    pub fn ask(&self, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
        let answer = self.0.run(request).map_err(std::io::Error::other)?;
        let (head, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().take(LARGEST).read_to_end(&mut bytes)?;
        Ok(HttpResponse::from_parts(head, bytes))
    }
}
