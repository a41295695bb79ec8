//! What is measured, from the command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;

/// How large, how many, how long.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the county; furnished once, found again.
    pub dir: PathBuf,
    /// Another database than the file in the folder.
    pub database_url: Option<String>,
    /// Open cases.
    pub cases: u64,
    /// Households on the county's register; three people each.
    pub households: u64,
    /// Staff at work at once.
    pub staff: u64,
    /// How long.
    pub seconds: u64,
    /// What somebody does with a page before the next, on average, in milliseconds.
    pub think_ms: u64,
    /// Of a hundred turns so many write.
    pub writes_percent: u64,
    /// The list as a workbook instead of a day's work.
    pub exports: bool,
    /// So many days; the one in the middle counts.
    pub repeat: u64,
}

impl Options {
    /// `--cases 20000 --households 400000 …`
    pub fn read(mut words: impl Iterator<Item = String>) -> Outcome<Options> {
        let mut options = Options {
            dir: PathBuf::from("load"),
            database_url: None,
            cases: 20_000,
            households: 400_000,
            staff: 200,
            seconds: 60,
            think_ms: 5_000,
            writes_percent: 20,
            exports: false,
            repeat: 3,
        };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--dir" => options.dir = value.into(),
                "--database-url" => options.database_url = Some(value),
                "--cases" => options.cases = value.parse()?,
                "--households" => options.households = value.parse()?,
                "--staff" => options.staff = value.parse()?,
                "--seconds" => options.seconds = value.parse()?,
                "--think-ms" => options.think_ms = value.parse()?,
                "--writes-percent" => options.writes_percent = value.parse()?,
                "--export" => {
                    options.exports = true;
                    options.cases = value.parse()?;
                    options.households = options.cases;
                    options.staff = 20;
                }
                "--repeat" => options.repeat = value.parse()?,
                other => return Err(format!("{other} is not known").into()),
            }
        }
        Ok(options)
    }

    /// The file with the keys, beside the folder as the server expects it.
    pub fn keys(&self) -> PathBuf {
        let mut name = self.dir.file_name().unwrap_or_default().to_owned();
        name.push(".keys");
        self.dir.with_file_name(name)
    }

    /// How long.
    pub fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
