//! The headers of every answer: nothing from anybody else, nothing framed, nothing kept by a cache on the way.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::cookies::Transport;

/// Scripts, styles, pictures and requests of this server alone; nothing inline. Tabler's style sheet holds its small
/// pictures as `data:`.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const EVERYWHERE: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // A case's address goes to nobody else.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
];

/// Two years, as browsers ask before they remember it for good.
const ONLY_HTTPS: &str = "max-age=63072000";

/// Puts them onto an answer; what a page said of caching stays.
pub fn put(headers: &mut HeaderMap, transport: Transport) {
    for (name, value) in EVERYWHERE {
        // A paper of a case is shown under a stricter policy of its own.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if transport == Transport::Secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nothing_inline_or_foreign_in() {
        for word in ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"] {
            assert!(!POLICY.contains(word), "{word}");
        }
    }

    #[test]
    fn what_a_page_said_of_caching_stays() {
        let mut headers = HeaderMap::new();
        put(&mut headers, Transport::Plain);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("immutable"));
        put(&mut headers, Transport::Secure);
        assert_eq!(headers[CACHE_CONTROL], "immutable");
        assert!(headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}
