//! The front door: the files of a pack → [`Pack`]; several packs → [`PackSet`], which [`crate::link`] links.
//!
//! Takes names and bytes, opens no file. What is wrong is collected; a pack with errors is still a value, so that
//! all that is wrong with it can be shown at once.

use sha2::{Digest as _, Sha256};
use shukun_base::{Day, RegionCode, Text};

use crate::document::{Ambiguity, Document, Sources, Span};
use crate::finding::Finding;
use crate::json::from_json;
use crate::lexer::Names;
use crate::markdown::{declared_names, decode, read_document};
use crate::pack_toml::{self, PackMeta};
use crate::readings::ambiguities;
use crate::relocate::shift_files;

/// One pack as read. Places in it are in [`Pack::sources`], inside a [`PackSet`] those of its document in
/// [`PackSet::sources`].
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// pack.toml
    pub meta: PackMeta,
    /// 规则.md
    pub document: Document,
    /// Which of its files is 原文.md, where there is one.
    pub original_file: Option<usize>,
    /// SHA-256 over its files sorted by name, in hex: name, length and bytes of each.
    pub hash: String,
    /// Its files.
    pub sources: Sources,
}

impl Pack {
    /// Its 疑义 in order.
    pub fn ambiguities(&self) -> impl Iterator<Item = &Ambiguity> {
        ambiguities(&self.document)
    }

    /// The verbatim official text, where the pack carries it.
    pub fn original(&self) -> Option<&str> {
        self.sources.files.get(self.original_file?).map(|(_, text)| text.as_str())
    }

    /// First and last day of its benefits; `None` = not stated.
    pub fn benefit_days(&self) -> (Option<Day>, Option<Day>) {
        (self.meta.benefits_from.or(self.meta.in_force), self.meta.expires)
    }

    /// The folder in which its files lie, as it was given; empty where they were given without one.
    pub fn folder(&self) -> &str {
        let file = self.sources.files.first().map(|(name, _)| name.as_str()).unwrap_or_default();
        file.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
    }

    /// Where the value of a key of pack.toml stands.
    pub fn toml_place(&self, key: &str) -> Option<Span> {
        self.meta.spans.get(key).copied()
    }

    /// Whether it gives benefits on that day; days not stated do not exclude.
    pub fn is_in_force(&self, on: Day) -> bool {
        let (from, to) = self.benefit_days();
        from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
    }
}

/// Reads the files of one pack (pack.toml, 规则.md or rules.md, optionally 原文.md). Where there is neither, 规则.json
/// or rules.json states the rules in the JSON form; its source is then kept as Markdown. Files with other names count
/// toward the hash and are not read.
///
/// `None` where pack.toml cannot be read: without it nothing says whose rules these are.
pub fn read_pack(files: Vec<(String, Vec<u8>)>) -> (Option<Pack>, Vec<Finding>, Sources) {
    read_pack_with(files, &Names::new())
}

/// The same for a pack whose text uses names that other packs declare.
pub fn read_pack_with(mut files: Vec<(String, Vec<u8>)>, names: &Names) -> (Option<Pack>, Vec<Finding>, Sources) {
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    let hash = hash_of(&files);
    let (mut sources, mut findings) = (Sources::default(), Vec::new());
    for (file, (name, bytes)) in files.iter().enumerate() {
        let is_text = [TOML, RULES, JSON, ORIGINAL, CHARTER].iter().any(|known| is_named(name, known));
        let text = if is_text { decode(file, bytes).map_err(|finding| findings.push(*finding)) } else { Err(()) };
        sources.files.push((name.clone(), text.unwrap_or_default()));
    }
    let position = |known: &[&str]| sources.files.iter().position(|(name, _)| is_named(name, known));
    let (toml, rules, original_file) = (position(TOML), position(RULES), position(ORIGINAL));
    let json = position(JSON).filter(|_| rules.is_none());
    findings.extend(toml.is_none().then(|| missing_file("pack.toml")));
    findings.extend((rules.is_none() && json.is_none()).then(|| missing_file("规则.md / rules.md")));
    let text = |file: usize| sources.files.get(file).map(|(_, text)| text.as_str()).unwrap_or_default();
    let mut document = Document::default();
    if let Some(file) = rules {
        let (read, found) = read_document(file, text(file), names);
        document = read;
        findings.extend(states_nothing(file, text(file), &document));
        findings.extend(found);
    }
    if let Some(file) = json {
        let (read, found) = from_json(file, text(file), names);
        findings.extend(found);
        if let Some((read, (_, text))) = read.zip(sources.files.get_mut(file)) {
            // places point into the Markdown
            (document, *text) = (read.document, read.markdown);
            findings.extend(states_nothing(file, text, &document));
        }
    }
    let text = |file: usize| sources.files.get(file).map(|(_, text)| text.as_str()).unwrap_or_default();
    let meta = toml.and_then(|file| {
        let (meta, found) = pack_toml::read(file, text(file));
        findings.extend(found);
        meta
    });
    let pack = meta.map(|meta| Pack { meta, document, original_file, hash, sources: sources.clone() });
    (pack, findings, sources)
}

const TOML: &[&str] = &["pack.toml"];
const RULES: &[&str] = &["规则.md", "rules.md"];
const JSON: &[&str] = &["规则.json", "rules.json"];
const ORIGINAL: &[&str] = &["原文.md", "original.md"];
/// How a fund's meetings decide: read by whoever knows meetings, kept here so that its places can be shown.
const CHARTER: &[&str] = &["charter.toml"];

fn is_named(name: &str, known: &[&str]) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    known.contains(&last)
}

fn hash_of(files: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        for part in [name.as_bytes(), bytes] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn missing_file(name: &str) -> Finding {
    Finding::error(
        "P0416",
        None,
        Text::new(format!("制度包里没有 {name}"), format!("the pack has no {name}")),
        Text::new("补上这个文件", "add the file"),
    )
}

/// A text without a rule and without a word. One with prose only restates a document that gives nothing by rule.
fn states_nothing(file: usize, text: &str, document: &Document) -> Option<Finding> {
    let is_empty = document.articles.iter().all(|article| article.items.is_empty()) && !text.contains("```");
    is_empty.then(|| {
        Finding::warning(
            "P0420",
            Span { file, start: 0, end: text.find('\n').unwrap_or(text.len()) },
            Text::new("这份制度包没有写规则", "the pack states no rule"),
            Text::new(
                "写上条文和规则块，写法见 docs/language.md",
                "write the articles and their rules, as in docs/language.md",
            ),
        )
    })
}

/// Packs that are looked at together, with one numbering of files: places of its documents and of all findings
/// about it are in [`PackSet::sources`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PackSet {
    packs: Vec<Pack>,
    /// The files of all packs.
    pub sources: Sources,
}

impl PackSet {
    /// Puts packs together.
    pub fn new(packs: Vec<Pack>) -> PackSet {
        let mut set = PackSet::default();
        for pack in packs {
            set.add(pack);
        }
        set
    }

    /// Reads several packs; names that one declares are known in the others. The findings' places are in the set.
    pub fn read(folders: Vec<Vec<(String, Vec<u8>)>>) -> (PackSet, Vec<Finding>) {
        let mut names = Names::new();
        for files in &folders {
            let (pack, ..) = read_pack(files.clone());
            if let Some(pack) = pack {
                names.join(declared_names(&pack.document));
            }
        }
        let (mut set, mut findings) = (PackSet::default(), Vec::new());
        for files in folders {
            let (pack, found, sources) = read_pack_with(files, &names);
            let by = set.sources.files.len();
            findings.extend(found.into_iter().map(|finding| shifted(finding, by)));
            match pack {
                Some(pack) => set.add(pack),
                None => set.sources.files.extend(sources.files),
            }
        }
        (set, findings)
    }

    fn add(&mut self, mut pack: Pack) {
        let by = self.sources.files.len();
        shift_files(&mut pack.document, by);
        pack.meta.spans.values_mut().for_each(|span| span.file += by);
        self.sources.files.extend(pack.sources.files.iter().cloned());
        self.packs.push(pack);
    }

    /// The packs in the order in which they were given. Their places are in [`PackSet::sources`].
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The first pack with that id.
    pub fn find(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.meta.id == id)
    }

    /// Only the packs that give benefits on that day.
    #[must_use]
    pub fn in_force(&self, on: Day) -> PackSet {
        self.only(|pack| pack.is_in_force(on))
    }

    /// Only the packs that `keep` keeps; places stay valid.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Pack) -> bool) -> PackSet {
        let packs = self.packs.iter().filter(|pack| keep(pack)).cloned().collect();
        PackSet { packs, sources: self.sources.clone() }
    }

    /// A pack with its parents and theirs, and the overlays of `id` if it is one itself: what `id` runs with.
    #[must_use]
    pub fn with_parents(&self, id: &str) -> PackSet {
        let mut wanted = vec![id.to_owned()];
        let mut at = 0;
        while let Some(id) = wanted.get(at).cloned() {
            for pack in self.packs.iter().filter(|pack| pack.meta.id == id) {
                let above = pack.meta.parent.iter().chain(&pack.meta.overlay_of);
                wanted.extend(above.filter(|above| !wanted.contains(above)).cloned().collect::<Vec<_>>());
            }
            at += 1;
        }
        self.only(|pack| wanted.contains(&pack.meta.id))
    }

    /// The regions of its packs, each once, deepest last.
    pub fn regions(&self) -> Vec<RegionCode> {
        let mut regions: Vec<RegionCode> = self.packs.iter().map(|pack| pack.meta.region.clone()).collect();
        regions.sort_by_key(|region| (region.as_str().len(), region.as_str().to_owned()));
        regions.dedup();
        regions
    }
}

fn shifted(mut finding: Finding, by: usize) -> Finding {
    let shift = |span: &mut Span| span.file += by;
    finding.place.iter_mut().for_each(shift);
    finding.related.iter_mut().for_each(|(span, _)| span.file += by);
    finding
}
