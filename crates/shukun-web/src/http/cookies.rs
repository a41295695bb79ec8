//! Cookies: read by name, written so that no script and no other site gets them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// Whether the pages are reached through https, so that cookies can be tied to this one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain http: a desk of one's own, or a county network behind nothing.
    Plain,
    /// https, as a rule ended by a gateway in front.
    Secure,
}

impl Transport {
    const fn prefix(self) -> &'static str {
        match self {
            Transport::Plain => "",
            Transport::Secure => "__Host-",
        }
    }
}

/// The value of a cookie. Behind https only its `__Host-` name counts: a neighbouring host could set the plain one.
pub fn find(transport: Transport, headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| found.strip_prefix(transport.prefix()) == Some(name)).map(|(_, value)| value.to_owned())
}

/// A cookie for the whole site: out of reach of scripts, not sent along from other sites. `max_age_s` of `None` lasts
/// until the browser is closed, 0 takes it away.
pub fn written(transport: Transport, name: &str, value: &str, max_age_s: Option<u32>) -> Option<HeaderValue> {
    let prefix = transport.prefix();
    let secure = if transport == Transport::Secure { "; Secure" } else { "" };
    let age = max_age_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_https_only_the_hosts_own_name_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; __Host-session=x=y; session=planted"));
        assert_eq!(find(Transport::Secure, &headers, "session").as_deref(), Some("x=y"));
        assert_eq!(find(Transport::Plain, &headers, "session").as_deref(), Some("planted"));
        assert_eq!(find(Transport::Secure, &headers, "a"), None);
    }

    #[test]
    fn https_ties_a_cookie_to_the_host() {
        let secure = written(Transport::Secure, "session", "t", None).unwrap();
        assert_eq!(secure, "__Host-session=t; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = written(Transport::Plain, "session", "", Some(0)).unwrap();
        assert_eq!(plain, "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(written(Transport::Plain, "session", "line\nbreak", None).is_none());
    }
}
