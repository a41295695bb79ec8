//! Personal values that may not be printed.

use std::fmt;

/// A personal value (name, ID number, phone). `Debug` and `Display` show only `***`, so it cannot leak through a
/// log line or an error; [`Masked::reveal`] is the one way out, and callers say for what purpose in the name of
/// the function that calls it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Masked<T>(T);

impl<T> Masked<T> {
    /// Hides `value`.
    pub fn new(value: T) -> Masked<T> {
        Masked(value)
    }

    /// The value itself, for a report written to an officer or for encryption.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_what_it_holds() {
        let name = Masked::new("某某".to_owned());
        assert_eq!(format!("{name} {name:?}"), "*** ***");
        assert_eq!(name.reveal(), "某某");
    }
}
