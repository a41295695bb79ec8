//! What the typesetter stands on: one template, the paper's content, two weights of letters; no file, no clock, no network.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue as _};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::error::Fault;

const TEMPLATE: &str = include_str!("paper.typ");

static LETTERS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let regular: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regular.ttf"));
    let bold: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bold.ttf"));
    [regular, bold].into_iter().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect()
});

/// One paper's ground.
pub struct Ground {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    template: Source,
}

impl Ground {
    /// The content is handed over as data: nothing in it is read as markup.
    pub fn new(content: &str) -> Result<Ground, Fault> {
        let mut inputs = Dict::new();
        inputs.insert("given".into(), content.into_value());
        let path = VirtualPath::new("paper.typ").map_err(|error| Fault::Setting(format!("{error:?}")))?;
        let main = FileId::new(RootedPath::new(VirtualRoot::Project, path));
        Ok(Ground {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(LETTERS.iter())),
            template: Source::new(main, TEMPLATE.to_owned()),
        })
    }
}

impl World for Ground {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        LETTERS.get(index).cloned()
    }

    /// No clock: a day that stands on a sheet is part of its content.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
