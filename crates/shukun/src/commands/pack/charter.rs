//! The charter of a pack: how a fund's meetings decide. What is wrong with it, and what the document leaves open, in place.

use shukun_base::Text;
use shukun_fund::deciding::charter::{Charter, CharterFault, Slot};
use shukun_policy::document::{Sources, Span};
use shukun_policy::finding::Finding;

/// What there is to say of the charters among these files.
pub fn charter_findings(sources: &Sources) -> Vec<Finding> {
    let files = sources.files.iter().enumerate();
    let charters = files.filter(|(_, (name, _))| name.rsplit(['/', '\\']).next() == Some("charter.toml"));
    charters.flat_map(|(file, (_, text))| of_charter(file, text)).collect()
}

fn of_charter(file: usize, text: &str) -> Vec<Finding> {
    match Charter::read(text) {
        Ok(charter) => left_open(file, text, &charter.slots.empty()).into_iter().collect(),
        Err(faults) => faults.iter().map(|fault| wrong(file, text, fault)).collect(),
    }
}

fn wrong(file: usize, text: &str, fault: &CharterFault) -> Finding {
    let place = match fault {
        CharterFault::Form(_, Some((start, end))) => Span { file, start: *start, end: *end },
        fault => place_of(file, text, fault.key()),
    };
    let mend = Text::new(
        "章程里每一项都要么填写并引用原文，要么列入 not_stated。",
        "Each thing is either filled in with the words it rests on, or listed under not_stated.",
    );
    Finding::error(fault.code(), place, fault.text(), mend)
}

/// Not wrong: a document may leave things open. But then nobody can vote yet.
fn left_open(file: usize, text: &str, slots: &[Slot]) -> Option<Finding> {
    let named =
        |name: fn(Text) -> String, by: &str| slots.iter().map(|slot| name(slot.text())).collect::<Vec<_>>().join(by);
    let message = Text::new(
        format!("章程没有写：{}", named(|text| text.zh, "、")),
        format!("the charter does not state: {}", named(|text| text.en, ", ")),
    );
    let mend = Text::new(
        "由县里依正式章程填写；八项填齐以前不能表决。",
        "The county fills them in from its charter; until all eight are there no meeting decides.",
    );
    let place = place_of(file, text, "not_stated");
    (!slots.is_empty()).then(|| Finding::advice("H201", place, message, mend))
}

/// Where a word stands first outside of comments; the beginning where it stands nowhere.
fn place_of(file: usize, text: &str, word: &str) -> Span {
    let mut begins = 0;
    for line in text.split_inclusive('\n') {
        if let Some(at) = line.find(word).filter(|_| !line.starts_with('#')) {
            return Span { file, start: begins + at, end: begins + at + word.len() };
        }
        begins += line.len();
    }
    Span { file, start: 0, end: 0 }
}
