//! A policy as a person types it: which packs, on which day, in which readings.
//!
//! `policies`, `policies#Y1=整额`, `policies@2024-01-01`, `policies@2024-01-01#Y1=整额,Y7=救助在前`. Full-width signs are
//! the same as narrow ones. A folder whose own name holds these signs is taken as it stands.

use std::path::{Path, PathBuf};

use shukun_base::{Day, Lang, Text};

use crate::error::CliError;
use crate::runner::Runner;

/// A policy to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// As it was typed.
    pub words: String,
    /// Pack folder, or folder of packs.
    pub path: PathBuf,
    /// The day whose versions count.
    pub as_of: Option<Day>,
    /// `Y1=整额`
    pub readings: Vec<String>,
}

impl Spec {
    /// Reads the words after `argument`; `as_of` is the day where the words name none.
    pub fn read(argument: &str, words: &str, as_of: Option<Day>) -> Result<Spec, CliError> {
        let plain =
            |path: &str| Spec { words: words.to_owned(), path: PathBuf::from(path), as_of, readings: Vec::new() };
        if Path::new(words).exists() {
            return Ok(plain(words));
        }
        let (front, readings) = words.split_once(['#', '＃']).unwrap_or((words, ""));
        let (path, day) = match front.rsplit_once(['@', '＠']) {
            Some((path, day)) => (path, Some(day.parse().map_err(|_| bad_day(argument, words, day))?)),
            None => (front, None),
        };
        let readings = readings.split([',', '，', ';', '；', '、']).map(str::trim).filter(|words| !words.is_empty());
        let readings: Vec<String> = readings.map(str::to_owned).collect();
        match readings.iter().find(|reading| !reading.contains(['=', '＝'])) {
            Some(odd) => Err(bad_reading(argument, words, odd)),
            None => Ok(Spec { as_of: day.or(as_of), readings, ..plain(path) }),
        }
    }

    /// Its packs, linked when they are asked for.
    pub fn load(&self, lang: Lang) -> Result<Runner, CliError> {
        Runner::load(std::slice::from_ref(&self.path), self.as_of, &self.readings, lang)
    }
}

fn bad_reading(argument: &str, words: &str, odd: &str) -> CliError {
    CliError::usage(
        "cli-spec-reading",
        Text::new(format!("“{odd}”不是“疑义=读法”"), format!("{odd:?} is not AMBIGUITY=READING")),
        Some(format!("{argument} {words}")),
        how_to_write(),
    )
}

fn how_to_write() -> Text {
    Text::new(
        "写成 制度包@日期#读法，如 policies@2024-01-01#Y1=整额",
        "write PACKS@DATE#READINGS, such as policies@2024-01-01#Y1=整额",
    )
}

fn bad_day(argument: &str, words: &str, day: &str) -> CliError {
    CliError::usage(
        "cli-spec-day",
        Text::new(format!("“{day}”不是日期"), format!("{day:?} is no date")),
        Some(format!("{argument} {words}")),
        how_to_write(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Spec {
        Spec::read("--baseline", words, None).unwrap()
    }

    #[test]
    fn packs_day_and_readings() {
        let day = Some(Day::constant(2024, 1, 1));
        for (words, path, as_of, readings) in [
            ("nowhere", "nowhere", None, vec![]),
            ("nowhere#Y1=整额", "nowhere", None, vec!["Y1=整额"]),
            ("a/b@2024-01-01", "a/b", day, vec![]),
            ("a@2024-01-01#Y1=整额,cn-33:Y2=x", "a", day, vec!["Y1=整额", "cn-33:Y2=x"]),
            ("a＠2024-01-01＃Y1＝整额，Y7＝救助在前", "a", day, vec!["Y1＝整额", "Y7＝救助在前"]),
        ] {
            let found = read(words);
            assert_eq!((found.path.to_str().unwrap(), found.as_of), (path, as_of), "{words}");
            assert_eq!(found.readings, readings, "{words}");
        }
        assert_eq!(Spec::read("--variant", "a", day).unwrap().as_of, day);
        let wrong = Spec::read("--variant", "a@January", None).unwrap_err();
        assert_eq!((wrong.code, wrong.place.as_deref()), ("cli-spec-day", Some("--variant a@January")));
        assert_eq!(Spec::read("--variant", "a#Y1", None).unwrap_err().code, "cli-spec-reading");
    }

    #[test]
    fn a_folder_of_that_name_is_itself() {
        let dir = tempfile::tempdir().unwrap();
        let odd = dir.path().join("packs@home#2");
        std::fs::create_dir(&odd).unwrap();
        let found = read(odd.to_str().unwrap());
        assert_eq!((found.path, found.readings.len()), (odd, 0));
    }
}
