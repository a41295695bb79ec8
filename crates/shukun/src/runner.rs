//! Which program settles whom: packs are linked once for each set of packs that covers a region.
//!
//! Several counties' packs may lie side by side; a household is settled by those whose region it lives in. Nobody is
//! settled by no pack: such households are counted and told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use shukun_base::{Day, Lang, RegionCode, Text};
use shukun_engine::trace::ReadingExplained;
use shukun_policy::document::{Item, Reading};
use shukun_policy::finding::Finding;
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::{Pack, PackSet};
use shukun_policy::program::{ChosenReading, Program};

use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::packs::{load_packs, shown};

/// A reading of an ambiguity that the run did not follow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OtherReading {
    /// The pack's id.
    pub pack: String,
    /// `Y1`
    pub ambiguity: String,
    /// Its name.
    pub reading: String,
}

/// The packs of a run and the programs linked of them so far.
pub struct Runner {
    set: PackSet,
    named: Vec<String>,
    choices: Vec<(String, String)>,
    lang: Lang,
    /// By the places of the packs in the set.
    linked: Mutex<BTreeMap<Vec<usize>, Arc<Program>>>,
}

impl Runner {
    /// Reads the packs and the readings that were asked for. Findings that are errors stop here.
    pub fn load(packs: &[PathBuf], as_of: Option<Day>, readings: &[String], lang: Lang) -> Result<Runner, CliError> {
        let loaded = load_packs(packs)?;
        if loaded.findings.iter().any(Finding::is_error) {
            return Err(pack_errors(&loaded.findings, &loaded.set, lang));
        }
        let named = loaded.named.clone();
        let set = match as_of {
            Some(day) => loaded.set.in_force(day),
            None => loaded.set,
        };
        let choices = readings.iter().map(|words| choice(words)).collect::<Result<Vec<_>, _>>()?;
        let runner = Runner { set, named, choices, lang, linked: Mutex::default() };
        runner.choices.iter().try_for_each(|choice| runner.check_choice(choice))?;
        Ok(runner)
    }

    /// The program for people of `region`; none where no pack covers it.
    pub fn program_for(&self, region: &RegionCode) -> Result<Option<Arc<Program>>, CliError> {
        let key = self.covering(region);
        if key.is_empty() {
            return Ok(None);
        }
        let mut linked = self.linked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(program) = linked.get(&key) {
            return Ok(Some(Arc::clone(program)));
        }
        let program = Arc::new(self.link(&key, region, None)?);
        linked.insert(key, Arc::clone(&program));
        Ok(Some(program))
    }

    /// Every program that was used, in the order of the packs.
    pub fn programs(&self) -> Vec<Arc<Program>> {
        let linked = self.linked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        linked.values().map(Arc::clone).collect()
    }

    /// The same with one ambiguity read otherwise.
    pub fn program_with(&self, region: &RegionCode, other: &OtherReading) -> Result<Program, CliError> {
        self.link(&self.covering(region), region, Some(other))
    }

    /// The packs that were named on the command line.
    pub fn named_packs(&self) -> impl Iterator<Item = &Pack> {
        self.set.packs().iter().filter(|pack| self.named.contains(&pack.meta.id))
    }

    /// The regions of the named packs.
    pub fn regions(&self) -> BTreeSet<RegionCode> {
        self.named_packs().map(|pack| pack.meta.region.clone()).collect()
    }

    /// Every reading that was not followed, of the ambiguities that these explanations rest on.
    pub fn other_readings<'a>(&self, used: impl Iterator<Item = &'a ReadingExplained>) -> BTreeSet<OtherReading> {
        used.flat_map(|row| self.others(&row.pack, &row.ambiguity, &row.reading)).collect()
    }

    /// Every reading that a program does not follow.
    pub fn other_readings_of(&self, program: &Program) -> BTreeSet<OtherReading> {
        let pack_id = |place: usize| program.packs.get(place).map(|pack| pack.id.as_str()).unwrap_or_default();
        let others = |row: &ChosenReading| self.others(pack_id(row.pack.0), &row.ambiguity, &row.reading);
        program.readings.iter().flat_map(others).collect()
    }

    fn others(&self, pack: &str, ambiguity: &str, chosen: &str) -> Vec<OtherReading> {
        let found = self.set.packs().iter().filter(|known| known.meta.id == pack).flat_map(Pack::ambiguities);
        let readings = found.filter(|found| found.id == ambiguity).flat_map(|found| &found.readings);
        let other = |reading: &Reading| OtherReading {
            pack: pack.to_owned(),
            ambiguity: ambiguity.to_owned(),
            reading: reading.name.clone(),
        };
        readings.filter(|reading| reading.name != chosen).map(other).collect()
    }

    /// A parent that was only looked up covers nobody by itself: the neighbour county's people would be settled by
    /// the province's rules alone and look as if they were helped by nothing.
    fn covering(&self, region: &RegionCode) -> Vec<usize> {
        if !self.named_packs().any(|pack| pack.meta.region.contains(region)) {
            return Vec::new();
        }
        let covers = |(place, pack): (usize, &Pack)| pack.meta.region.contains(region).then_some(place);
        self.set.packs().iter().enumerate().filter_map(covers).collect()
    }

    fn link(&self, key: &[usize], region: &RegionCode, other: Option<&OtherReading>) -> Result<Program, CliError> {
        let packs: Vec<&Pack> = key.iter().filter_map(|place| self.set.packs().get(*place)).collect();
        let applies = |choice: &&(String, String)| packs.iter().any(|pack| knows(pack, &choice.0));
        let mut readings: Vec<(String, String)> = self.choices.iter().filter(applies).cloned().collect();
        readings.extend(other.map(|other| (format!("{}:{}", other.pack, other.ambiguity), other.reading.clone())));
        let choices = Choices { readings, region: Some(region.clone()) };
        match link(&self.set, &choices) {
            (Some(program), _) => Ok(program),
            (None, findings) => {
                let errors: Vec<Finding> = findings.into_iter().filter(Finding::is_error).collect();
                Err(pack_errors(&errors, &self.set, self.lang))
            }
        }
    }

    /// Whether some pack has this ambiguity or rule.
    pub fn knows(&self, asked: &str) -> bool {
        self.set.packs().iter().any(|pack| knows(pack, asked))
    }

    /// The same packs with one more reading chosen.
    pub fn reading(mut self, asked: &str, reading: &str) -> Runner {
        self.choices.push((asked.to_owned(), reading.to_owned()));
        self.linked = Mutex::default();
        self
    }

    fn check_choice(&self, (asked, reading): &(String, String)) -> Result<(), CliError> {
        if self.knows(asked) {
            return Ok(());
        }
        let known: Vec<String> = self
            .set
            .packs()
            .iter()
            .flat_map(|pack| pack.ambiguities().map(|found| format!("{}:{}", pack.meta.id, found.id)))
            .collect();
        Err(CliError::usage(
            "cli-unknown-ambiguity",
            Text::new(
                format!("这些制度包里没有疑义或规则“{asked}”"),
                format!("no ambiguity or rule of these packs is called {asked:?}"),
            ),
            Some(format!("--reading {asked}={reading}")),
            Text::new(
                format!("有这些疑义：{}", known.join("、")),
                format!("the ambiguities are: {}", known.join(", ")),
            ),
        ))
    }
}

/// `Y1=整额`
fn choice(words: &str) -> Result<(String, String), CliError> {
    match words.split_once(['=', '＝']) {
        Some((asked, reading)) => Ok((asked.trim().to_owned(), reading.trim().to_owned())),
        None => Err(CliError::usage(
            "cli-reading",
            Text::new("读法应写成“疑义=读法”", "a reading is written AMBIGUITY=READING"),
            Some(format!("--reading {words}")),
            Text::new("例如 --reading Y1=整额", "for example --reading Y1=整额"),
        )),
    }
}

/// Whether a pack has this ambiguity (`Y1`, `pack:Y1`, its question) or a rule of this name.
fn knows(pack: &Pack, asked: &str) -> bool {
    let own = match asked.split_once(':') {
        Some((id, own)) if id == pack.meta.id => own,
        Some(_) => return false,
        None => asked,
    };
    let has_rule = || {
        let items = pack.document.articles.iter().flat_map(|article| &article.items);
        items.into_iter().any(|item| matches!(item, Item::Declaration(found) if found.name == own))
    };
    pack.ambiguities().any(|found| found.id == own || found.question == own) || has_rule()
}

/// The packs cannot run: the findings go to standard error, the error tells what to do.
pub fn pack_errors(findings: &[Finding], set: &PackSet, lang: Lang) -> CliError {
    eprint!("{}", shown(findings, set, lang));
    let count = findings.iter().filter(|finding| finding.is_error()).count();
    CliError::from(Problem {
        code: "cli-pack-errors",
        what: Text::new(
            format!("制度包有 {count} 处错误，没有运行"),
            format!("the packs have {count} errors, so nothing ran"),
        ),
        place: None,
        mend: Text::new(
            "按上面的提示改好，用 shukun pack check 检查",
            "mend what is listed above and look with shukun pack check",
        ),
        exit: Exit::Pack,
    })
}
