//! What the store says when it cannot: a kind the edges can act on, a stable code, and a text in both languages.
//!
//! No value of a row ever stands in an error: of the database's own message only its number is kept.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr};
use shukun_base::Text;

/// What sort of "no" it is; a web server turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Not signed in, or no longer.
    SignedOut,
    /// Allowed, but the second factor has to be shown first.
    StepUp,
    /// Not allowed to this person.
    Forbidden,
    /// There is no such thing, or it lies outside the caller's scope: the two are not told apart.
    NotFound,
    /// Somebody else changed it in the meantime.
    Stale,
    /// The request itself is wrong; the text says how to mend it.
    Refused,
    /// The database cannot be reached, or is busy for too long. Once more may help.
    Unavailable,
    /// What is stored is not what was stored: a broken seal, a broken chain, a foreign key file.
    Damaged,
}

/// An error of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What sort it is.
    pub kind: ErrorKind,
    /// Stable, for documents and tests: `store-…`.
    pub code: &'static str,
    /// What happened, where, how to mend it.
    pub text: Text,
    /// The engine's number of the error (SQLSTATE, or SQLite's extended code), where it came from there.
    pub(crate) number: Option<String>,
}

impl StoreError {
    pub(crate) fn new(kind: ErrorKind, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> StoreError {
        StoreError { kind, code, text: Text::new(zh, en), number: None }
    }

    pub(crate) fn refused(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> StoreError {
        StoreError::new(ErrorKind::Refused, code, zh, en)
    }

    pub(crate) fn forbidden() -> StoreError {
        StoreError::new(
            ErrorKind::Forbidden,
            "store-forbidden",
            "您的授权不包括这项操作。请联系安全管理员。",
            "Your grants do not include this. Ask the security administrator.",
        )
    }

    pub(crate) fn not_found() -> StoreError {
        StoreError::new(
            ErrorKind::NotFound,
            "store-not-found",
            "没有找到，或不在您的辖区内。",
            "There is no such record, or it lies outside your area.",
        )
    }

    pub(crate) fn damaged(zh: impl Into<String>, en: impl Into<String>) -> StoreError {
        StoreError::new(ErrorKind::Damaged, "store-damaged", zh, en)
    }

    /// Whether the same work may succeed when done again: a lost race, not a wrong request.
    pub(crate) fn is_lost_race(&self) -> bool {
        // serialization_failure, deadlock_detected; SQLITE_BUSY, _BUSY_RECOVERY, _BUSY_SNAPSHOT
        self.number.as_deref().is_some_and(|number| ["40001", "40P01", "5", "261", "517"].contains(&number))
    }

    /// Whether a unique index said no.
    pub(crate) fn is_duplicate(&self) -> bool {
        // unique_violation; SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE
        self.number.as_deref().is_some_and(|number| ["23505", "1555", "2067"].contains(&number))
    }

    /// Whether any rule of the tables said no: a unique index, a reference, a check, a trigger.
    pub(crate) fn is_constraint(&self) -> bool {
        // foreign_key_violation, check_violation; SQLITE_CONSTRAINT_FOREIGNKEY, _CHECK
        let is_check = self.number.as_deref().is_some_and(|number| ["23503", "23514", "787", "275"].contains(&number));
        is_check || self.is_duplicate() || self.is_trigger()
    }

    /// Whether a trigger of ours said no.
    pub(crate) fn is_trigger(&self) -> bool {
        // raise_exception; SQLITE_CONSTRAINT_TRIGGER
        self.number.as_deref().is_some_and(|number| ["P0001", "1811"].contains(&number))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)?;
        self.number.as_ref().map_or(Ok(()), |number| write!(f, " ({number})"))
    }
}

impl std::error::Error for StoreError {}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> StoreError {
        let number = engine_number(&error);
        if number.as_deref().is_some_and(|number| FULL.contains(&number)) {
            return StoreError { number, ..full() };
        }
        let place = number.clone().unwrap_or_else(|| kind_of(&error).to_owned());
        let text = Text::new(
            format!("数据库没有完成这一步（{place}）。请重试；仍不行，请把这个编号告诉系统管理员。"),
            format!(
                "The database did not do this ({place}). Try again; if it stays, give the number to the system administrator."
            ),
        );
        StoreError { kind: ErrorKind::Unavailable, code: "store-database", text, number }
    }
}

/// `SQLITE_FULL`; `disk_full`.
const FULL: &[&str] = &["13", "53100"];

fn full() -> StoreError {
    StoreError::new(
        ErrorKind::Unavailable,
        "store-full",
        "数据库所在的磁盘已满，这一步没有完成。请告诉系统管理员清出空间；之后重试即可，不必重启。",
        "The disk that holds the database is full, and this was not done. Ask the system administrator to free space; then try again, no restart is needed.",
    )
}

fn engine_number(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else { return None };
    let RuntimeErr::SqlxError(cause) = cause else { return None };
    cause.as_database_error()?.code().map(|code| code.into_owned())
}

fn kind_of(error: &DbErr) -> &'static str {
    match error {
        DbErr::ConnectionAcquire(_) => "pool",
        DbErr::Conn(_) => "connection",
        DbErr::Type(_) | DbErr::TryIntoErr { .. } => "type",
        _ => "statement",
    }
}

/// What was read; none where a row cannot be. For an audit, which looks on.
pub(crate) fn readable<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Err(error) if error.kind == ErrorKind::Damaged => Ok(None),
        read => read.map(Some),
    }
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, StoreError>;
