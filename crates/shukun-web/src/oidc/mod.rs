//! Signing in through an outside service (OpenID Connect): authorization code with PKCE.
//!
//! Knows no account: it sends a browser there, and of what comes back it tells whom the service vouches for, after signature,
//! issuer, audience, time and nonce were checked. Whose account that is was decided by an administrator
//! ([`shukun_store::Store::sign_in_subject`]). Start at [`Oidc`].

mod ask;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse as _,
};
use shukun_base::Masked;

use ask::Asking;

/// One service and what we are to it.
#[derive(Clone, Debug)]
pub struct Oidc {
    inner: Arc<Known>,
}

#[derive(Debug)]
struct Known {
    issuer: IssuerUrl,
    client: ClientId,
    secret: Masked<String>,
    asking: Asking,
}

/// Why nobody is vouched for. The reason is for the log, and holds nothing of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OidcFault {
    /// The service does not answer, or not as the standard says.
    Away(String),
    /// What came back is not what was asked for.
    Refused(&'static str),
}

/// What the browser carries there and back: secrets of one sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Comes back in the address: the answer belongs to this browser.
    pub state: String,
    /// Comes back in the token: the token belongs to this sign-in.
    pub nonce: String,
    /// Proves that who fetches the token is who asked.
    pub verifier: String,
}

impl Errand {
    /// As a cookie carries it.
    pub fn to_cookie(&self) -> String {
        format!("{}.{}.{}", self.state, self.nonce, self.verifier)
    }

    /// From a cookie; `None` if it is none of ours.
    pub fn parse(cookie: &str) -> Option<Errand> {
        let mut words = cookie.split('.').map(str::to_owned);
        let errand = Errand { state: words.next()?, nonce: words.next()?, verifier: words.next()? };
        let is_word = |word: &String| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_ours = [&errand.state, &errand.nonce, &errand.verifier].into_iter().all(is_word);
        is_ours.then_some(errand)
    }
}

/// Whom the service vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The service.
    pub issuer: String,
    /// Its name for the person.
    pub subject: String,
    /// Whether a second factor was shown there.
    pub with_second_factor: bool,
}

/// Values of `amr` (RFC 8176) that say so; a password alone, or a picture, does not.
const SECOND_FACTORS: [&str; 5] = ["mfa", "otp", "hwk", "sc", "fido"];

impl Oidc {
    /// A service by its issuer's URL.
    ///
    /// # Errors
    /// `None` if the URL is none, or goes over the network unencrypted: plain http is for the same machine only.
    pub fn new(issuer: &str, client: &str, secret: Masked<String>) -> Option<Oidc> {
        let issuer = IssuerUrl::new(issuer.to_owned()).ok()?;
        if !is_private(issuer.as_str()) || client.is_empty() {
            return None;
        }
        let client = ClientId::new(client.to_owned());
        Some(Oidc { inner: Arc::new(Known { issuer, client, secret, asking: Asking::new() }) })
    }

    /// As tokens name it.
    pub fn issuer(&self) -> &str {
        self.inner.issuer.as_str()
    }

    /// The address there to which a browser is sent.
    ///
    /// # Errors
    /// The service does not answer.
    pub async fn address(&self, errand: &Errand, back: &str) -> Result<String, OidcFault> {
        let (oidc, errand, back) = (self.clone(), errand.clone(), back.to_owned());
        on_a_thread(move || {
            let client = oidc.client(&back)?;
            let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(errand.verifier));
            let (state, nonce) = (CsrfToken::new(errand.state), Nonce::new(errand.nonce));
            let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce);
            Ok(request.set_pkce_challenge(challenge).url().0.to_string())
        })
        .await
    }

    /// Fetches the token for a code and checks it.
    ///
    /// # Errors
    /// The service does not answer, or the token is not one for us, this sign-in and now.
    pub async fn vouched(&self, errand: &Errand, code: &str, back: &str, now: Timestamp) -> Result<Vouched, OidcFault> {
        let (oidc, errand, code, back) = (self.clone(), errand.clone(), code.to_owned(), back.to_owned());
        on_a_thread(move || oidc.fetch(errand, code, &back, now)).await
    }

    fn fetch(&self, errand: Errand, code: String, back: &str, now: Timestamp) -> Result<Vouched, OidcFault> {
        let client = self.client(back)?;
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| away("no token endpoint"))?;
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(errand.verifier))
            .request(&|request| self.inner.asking.ask(request))
            .map_err(|_| OidcFault::Refused("the service gave no token for the code"))?;
        let token = answer.id_token().ok_or(OidcFault::Refused("no identity token"))?;
        let verifier = client.id_token_verifier().set_time_fn(move || SystemTime::from(now).into());
        let claims = token
            .claims(&verifier, &Nonce::new(errand.nonce))
            .map_err(|_| OidcFault::Refused("the identity token does not verify"))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| OidcFault::Refused("an unknown algorithm"))?;
            let key = token.signing_key(&verifier).map_err(|_| OidcFault::Refused("an unknown key"))?;
            let found = openidconnect::AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if found.ok().as_ref() != Some(expected) {
                return Err(OidcFault::Refused("the access token is another's"));
            }
        }
        Ok(Vouched {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            with_second_factor: has_second_factor(claims),
        })
    }

    fn client(&self, back: &str) -> Result<Client, OidcFault> {
        // Asked anew each time: sign-ins are few, and keys change.
        let metadata = CoreProviderMetadata::discover(&self.inner.issuer, &|request| self.inner.asking.ask(request))
            .map_err(|error| away(&error.to_string()))?;
        let secret =
            Some(ClientSecret::new(self.inner.secret.reveal().clone())).filter(|secret| !secret.secret().is_empty());
        let back = RedirectUrl::new(back.to_owned()).map_err(|_| OidcFault::Refused("an address of ours is none"))?;
        Ok(CoreClient::from_provider_metadata(metadata, self.inner.client.clone(), secret).set_redirect_uri(back))
    }
}

/// A client that knows where to send a browser and perhaps where to fetch a token.
type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn has_second_factor(claims: &CoreIdTokenClaims) -> bool {
    let methods = claims.auth_method_refs().into_iter().flatten();
    methods.into_iter().any(|method| SECOND_FACTORS.contains(&method.as_str()))
}

fn away(reason: &str) -> OidcFault {
    OidcFault::Away(reason.to_owned())
}

/// https, or the same machine.
fn is_private(url: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_local = local.iter().any(|local| {
        url.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':') || rest.starts_with('/'))
    });
    url.starts_with("https://") || is_local
}

/// The service is asked on a thread that may wait.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OidcFault> + Send + 'static,
) -> Result<T, OidcFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(away(&error.to_string())),
    }
}
