//! Why a command could not be done. A benchmark is run by its developers: English, and the cause as it came.

/// In words for the terminal.
#[derive(Debug)]
pub struct Failure(pub String);

/// Done, or why not.
pub type Outcome<T> = Result<T, Failure>;

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}
