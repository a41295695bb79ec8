//! One request as pages see it: who asks, in which language, for which address.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use shukun_base::{Day, Lang};
use shukun_casework::authority::{Permission, Role};
use shukun_store::{Scope, Session};

use crate::error::PageError;
use crate::format::china_day;
use crate::http::cookies::Transport;
use crate::lang;

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The session.
    pub session: Session,
    /// What it reaches at this moment.
    pub scope: Scope,
}

impl Visitor {
    /// The roles in force, each once: `医保局、民政局`.
    pub fn roles(&self, lang: Lang) -> String {
        let in_force = self.scope.grants().iter().filter(|grant| grant.is_in_force(self.scope.today()));
        let mut roles: Vec<Role> = in_force.map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        let names: Vec<String> = roles.iter().map(|role| role.text().in_lang(lang).to_owned()).collect();
        names.join(match lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        })
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The reader's language.
    pub lang: Lang,
    /// How the request came.
    pub transport: Transport,
    /// When it came.
    pub now: jiff::Timestamp,
    /// The path without the query.
    pub path: String,
    /// The query without the question mark; empty = none.
    pub query: String,
    /// Where to come back to after a detour: this address, or for a form the page that it was on.
    pub back: String,
    /// Whether the data is made up (a demonstration).
    pub is_illustrative: bool,
    /// What a form of this reader carries, under a fresh pad.
    pub form_token: String,
    /// Who is signed in.
    pub visitor: Option<Visitor>,
}

impl Visit {
    /// The day it is, in China.
    pub fn today(&self) -> Day {
        china_day(self.now)
    }

    /// Path and query.
    pub fn address(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// This very page in the other language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let others = self.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let query: Vec<&str> = others.chain([if lang == Lang::Zh { "lang=zh" } else { "lang=en" }]).collect();
        format!("{}?{}", self.path, query.join("&"))
    }

    /// Whether the reader may do it anywhere today.
    pub fn may(&self, permission: Permission) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| visitor.scope.allows_anywhere(permission))
    }

    /// Who is signed in, behind a door that lets nobody else through.
    ///
    /// # Errors
    /// The program's own fault: the row of the route asks for nobody.
    pub fn visitor(&self) -> Result<&Visitor, PageError> {
        self.visitor.as_ref().ok_or_else(PageError::broken)
    }

    /// What who is signed in may see.
    pub fn scope(&self) -> Result<&Scope, PageError> {
        self.visitor().map(|visitor| &visitor.scope)
    }

    /// The language's word.
    pub const fn lang_word(&self) -> &'static str {
        lang::word(self.lang)
    }
}

/// The layer around all pages made it; a request that it never saw has none.
impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, PageError> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(PageError::broken)
    }
}
