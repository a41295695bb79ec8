//! pack.toml: who issued what, when, for whom.
//!
//! Knows each key's form; whether days and parents fit the document is checked where packs are linked.

use std::collections::BTreeMap;

use shukun_base::{Day, RegionCode, Text};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::Span;
use crate::finding::Finding;
use crate::program::Provenance;
use crate::registry::nearest;

/// The only version of the language so far.
pub const LANGUAGE_VERSION: u32 = 1;

/// pack.toml
#[derive(Clone, Debug, PartialEq)]
pub struct PackMeta {
    /// `cn-330305-dongtou`
    pub id: String,
    /// The document's title.
    pub title: String,
    /// The title in English.
    pub title_en: Option<String>,
    /// 文号
    pub document_number: Option<String>,
    /// 发文机关
    pub issuer: Option<String>,
    /// Whose people it covers.
    pub region: RegionCode,
    /// Where its values come from.
    pub provenance: Provenance,
    /// The pack it extends.
    pub parent: Option<String>,
    /// Which articles of the parent it carries out.
    pub implements: Vec<String>,
    /// [`LANGUAGE_VERSION`]
    pub language_version: u32,
    /// 印发
    pub issued: Option<Day>,
    /// 施行
    pub in_force: Option<Day>,
    /// 待遇自
    pub benefits_from: Option<Day>,
    /// 有效至, inclusive
    pub expires: Option<Day>,
    /// The pack that this what-if changes.
    pub overlay_of: Option<String>,
    /// Where the value of each key stands.
    pub spans: BTreeMap<String, Span>,
}

const KEYS: [&str; 15] = [
    "id",
    "title",
    "title_en",
    "document_number",
    "issuer",
    "region",
    "provenance",
    "parent",
    "implements",
    "language_version",
    "issued",
    "in_force",
    "benefits_from",
    "expires",
    "overlay_of",
];

/// Reads pack.toml, which is file number `file` of the pack. `None` where a required key is missing or unreadable:
/// id, title, region, provenance, language_version.
pub fn read(file: usize, text: &str) -> (Option<PackMeta>, Vec<Finding>) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return (None, vec![not_toml(file, text, &error)]),
    };
    let mut reader = Reader { file, table: table.get_ref(), findings: Vec::new(), spans: BTreeMap::new() };
    reader.unknown_keys();
    let meta = reader.meta();
    (meta, reader.findings)
}

struct Reader<'a> {
    file: usize,
    table: &'a DeTable<'a>,
    findings: Vec<Finding>,
    spans: BTreeMap<String, Span>,
}

impl<'a> Reader<'a> {
    fn meta(&mut self) -> Option<PackMeta> {
        let id = self.required("id", Reader::id);
        let title = self.required("title", Reader::text);
        let region = self.required("region", Reader::region);
        let provenance = self.required("provenance", Reader::provenance);
        let language_version = self.required("language_version", Reader::version);
        let [title_en, document_number, issuer] =
            ["title_en", "document_number", "issuer"].map(|key| self.optional(key, Reader::text));
        let [parent, overlay_of] = ["parent", "overlay_of"].map(|key| self.optional(key, Reader::id));
        let [issued, in_force, benefits_from, expires] =
            ["issued", "in_force", "benefits_from", "expires"].map(|key| self.optional(key, Reader::day));
        let implements = self.optional("implements", Reader::list).unwrap_or_default();
        self.days_in_order(benefits_from.or(in_force), expires);
        Some(PackMeta {
            id: id?,
            title: title?,
            title_en,
            document_number,
            issuer,
            region: region?,
            provenance: provenance?,
            parent,
            implements,
            language_version: language_version?,
            issued,
            in_force,
            benefits_from,
            expires,
            overlay_of,
            spans: std::mem::take(&mut self.spans),
        })
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span { file: self.file, start: range.start, end: range.end }
    }

    fn unknown_keys(&mut self) {
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if KEYS.contains(&name) {
                continue;
            }
            let shown: String = name.chars().take(40).collect();
            let meant = nearest(name, KEYS.into_iter());
            let (zh, en) =
                meant.map(|key| (format!("是不是 {key}？"), format!("Did you mean {key}? "))).unwrap_or_default();
            self.findings.push(Finding::error(
                "P0152",
                self.span(key.span()),
                Text::new(format!("pack.toml 没有这一项：{shown}"), format!("pack.toml has no such key: {shown}")),
                Text::new(format!("{zh}改正或删去。"), format!("{en}Correct or remove it.")),
            ));
        }
    }

    fn required<Value>(
        &mut self,
        key: &'static str,
        read: fn(&mut Self, &'static str, &Spanned<DeValue<'a>>) -> Option<Value>,
    ) -> Option<Value> {
        if !self.table.contains_key(key) {
            self.findings.push(Finding::error(
                "P0153",
                Span { file: self.file, start: 0, end: 0 },
                Text::new(format!("pack.toml 缺少 {key}"), format!("pack.toml lacks {key}")),
                Text::new(
                    format!("加一行 {key} = …；写法见语言手册。"),
                    format!("Add a line `{key} = …`, as in the language reference."),
                ),
            ));
        }
        self.optional(key, read)
    }

    fn optional<Value>(
        &mut self,
        key: &'static str,
        read: fn(&mut Self, &'static str, &Spanned<DeValue<'a>>) -> Option<Value>,
    ) -> Option<Value> {
        let table = self.table;
        let value = table.get(key)?;
        self.spans.insert(key.to_owned(), self.span(value.span()));
        read(self, key, value)
    }

    fn text(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<String> {
        match value.get_ref().as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => self.unreadable(key, value, "非空的文字，加引号", "text in quotes, not empty"),
        }
    }

    fn id(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<String> {
        let well_formed = |id: &&str| {
            let letters = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            letters && (1..=64).contains(&id.len())
        };
        match value.get_ref().as_str().filter(well_formed) {
            Some(id) => Some(id.to_owned()),
            None => self.unreadable(
                key,
                value,
                "小写字母、数字和连字符，例如 cn-330305-dongtou",
                "lower-case letters, digits and hyphens, as in cn-330305-dongtou",
            ),
        }
    }

    fn region(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<RegionCode> {
        match value.get_ref().as_str().and_then(RegionCode::new) {
            Some(region) => Some(region),
            None => self.unreadable(
                key,
                value,
                "2、4、6、9 或 12 位区划代码，加引号",
                "a region code of 2, 4, 6, 9 or 12 digits, in quotes",
            ),
        }
    }

    fn provenance(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<Provenance> {
        match value.get_ref().as_str() {
            Some("official") => Some(Provenance::Official),
            Some("transcribed") => Some(Provenance::Transcribed),
            Some("illustrative") => Some(Provenance::Illustrative),
            _ => self.unreadable(
                key,
                value,
                "official、transcribed 或 illustrative",
                "official, transcribed or illustrative",
            ),
        }
    }

    fn version(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<u32> {
        let version = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        match version {
            Some(LANGUAGE_VERSION) => Some(LANGUAGE_VERSION),
            _ => self.unreadable(key, value, "1（本程序认识的版本）", "1, the version this program knows"),
        }
    }

    /// `"2022-12-23"`, or a TOML date.
    fn day(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<Day> {
        let written = value.get_ref().as_datetime().map(ToString::to_string);
        let written = written.or_else(|| value.get_ref().as_str().map(str::to_owned));
        match written.filter(|text| text.len() == 10).and_then(|text| text.parse().ok()) {
            Some(day) => Some(day),
            None => self.unreadable(key, value, "日期，例如 \"2022-12-23\"", "a day, as in \"2022-12-23\""),
        }
    }

    fn list(&mut self, key: &'static str, value: &Spanned<DeValue<'a>>) -> Option<Vec<String>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.unreadable(key, value, "文字的列表，例如 [\"总体\"]", "a list of texts, as in [\"general\"]");
        };
        let texts: Vec<Option<String>> = array.iter().map(|item| self.text(key, item)).collect();
        texts.into_iter().collect()
    }

    fn unreadable<Value>(&mut self, key: &str, value: &Spanned<DeValue<'a>>, zh: &str, en: &str) -> Option<Value> {
        self.findings.push(Finding::error(
            "P0154",
            self.span(value.span()),
            Text::new(format!("读不懂 {key} 的值"), format!("The value of {key} cannot be read")),
            Text::new(format!("写成{zh}。"), format!("Write {en}.")),
        ));
        None
    }

    fn days_in_order(&mut self, from: Option<Day>, to: Option<Day>) {
        let Some((from, to)) = from.zip(to).filter(|(from, to)| from > to) else { return };
        let place = self.spans.get("expires").copied().unwrap_or_default();
        self.findings.push(Finding::error(
            "P0155",
            place,
            Text::new(
                format!("有效至 {to} 早于开始的 {from}"),
                format!("It expires on {to}, before it begins on {from}"),
            ),
            Text::new("核对文件上的日期。", "Check the days against the document."),
        ));
    }
}

fn not_toml(file: usize, text: &str, error: &toml::de::Error) -> Finding {
    let range = error.span().unwrap_or_default();
    let message = error.message();
    if message.starts_with("duplicate key") {
        let key = text.get(range.clone()).unwrap_or_default();
        return key_twice(key, Span { file, start: range.start, end: range.end });
    }
    Finding::error(
        "P0151",
        Span { file, start: range.start, end: range.end },
        Text::new("pack.toml 从这里起不是 TOML 格式", format!("pack.toml is not TOML: {message}")),
        Text::new("写成“项 = \"值\"”，用半角的等号和引号。", "Write `key = \"value\"` with half-width signs."),
    )
}

fn key_twice(key: &str, place: Span) -> Finding {
    let key: String = key.trim().chars().take(40).collect();
    Finding::error(
        "P0151",
        place,
        Text::new(format!("pack.toml 里 {key} 写了两次"), format!("{key} stands twice in pack.toml")),
        Text::new("留下对的一行，删去另一行。", "Keep the line that is right and remove the other."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "id = \"cn-330305-dongtou\"\ntitle = \"洞头方案\"\nregion = \"330305\"\nprovenance = \"transcribed\"\n\
                        language_version = 1\nin_force = \"2022-12-23\"\nexpires = 2025-12-31\nimplements = [\"总体\"]\n";

    #[test]
    fn reads_every_key() {
        let (meta, findings) = read(3, FULL);
        assert_eq!(findings, []);
        let meta = meta.unwrap();
        assert_eq!(
            (meta.id.as_str(), meta.region.as_str(), meta.provenance),
            ("cn-330305-dongtou", "330305", Provenance::Transcribed)
        );
        assert_eq!(
            (meta.in_force, meta.expires),
            (Some(Day::constant(2022, 12, 23)), Some(Day::constant(2025, 12, 31)))
        );
        assert_eq!(meta.implements, ["总体"]);
        let span = meta.spans["in_force"];
        assert_eq!((span.file, &FULL[span.start..span.end]), (3, "\"2022-12-23\""));
    }

    #[test]
    fn a_key_that_stands_twice_is_named() {
        let text = format!("{FULL}title = \"另一个\"\n");
        let (meta, findings) = read(0, &text);
        assert_eq!(meta, None);
        let [found] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((found.code, found.message.zh.as_str()), ("P0151", "pack.toml 里 title 写了两次"));
        assert!(found.mend.zh.contains("删去另一行") && !found.mend.zh.contains("半角"), "{}", found.mend.zh);
        let place = found.place.unwrap();
        assert_eq!((&text[place.start..place.end], place.start > FULL.len() - 1), ("title", true));
    }

    #[test]
    fn what_is_wrong_is_found() {
        for (from, to, code) in [
            ("id = ", "id ： ", "P0151"),
            ("in_force", "inforce", "P0152"),
            ("title = \"洞头方案\"\n", "", "P0153"),
            ("\"330305\"", "330305", "P0154"),
            ("transcribed", "copied", "P0154"),
            ("= 1", "= 2", "P0154"),
            ("2022-12-23", "2022-13-23", "P0154"),
            ("[\"总体\"]", "\"总体\"", "P0154"),
            ("\"2022-12-23\"", "\"2027-12-23\"", "P0155"),
        ] {
            let text = FULL.replace(from, to);
            let codes: Vec<&str> = read(0, &text).1.iter().map(|finding| finding.code).collect();
            assert_eq!(codes, [code], "{from} → {to}");
        }
    }
}
