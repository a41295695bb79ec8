//! The parts of an XLSX package, inflated within the caps, as XML events.
//!
//! Does not know what the parts mean. The sizes in the package's directory are not used: bytes are counted as they
//! come out of the inflater, so a package that lies about them gains nothing.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::caps::{Cap, Caps};
use super::super::error::ImportError;
use super::Meter;

/// An opened package.
pub(super) struct Package<'b> {
    archive: zip::ZipArchive<Cursor<&'b [u8]>>,
    inflated: u64,
}

impl<'b> Package<'b> {
    pub fn open(bytes: &'b [u8], meter: &Meter<'_>) -> Result<Package<'b>, ImportError> {
        let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("ZIP"))?;
        meter.check(Cap::Entries, archive.len() as u64, meter.caps.entries)?;
        Ok(Package { archive, inflated: 0 })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, part: &str) -> bool {
        self.archive.index_for_name(part).is_some()
    }

    /// Hands every XML event of a part to `each` until it answers `false` or the part ends.
    pub fn events(
        &mut self,
        part: &str,
        meter: &mut Meter<'_>,
        each: &mut dyn FnMut(&mut Meter<'_>, &Event<'_>) -> Result<bool, ImportError>,
    ) -> Result<(), ImportError> {
        let file = self.archive.by_name(part).map_err(|_| damaged(part))?;
        let broken = Cell::new(None);
        let watched = Watched {
            compressed: file.compressed_size().max(1),
            already: self.inflated,
            read: 0,
            caps: meter.caps,
            broken: &broken,
            inner: file,
        };
        let mut xml = Reader::from_reader(PerEvent {
            inner: BufReader::with_capacity(64 << 10, watched),
            since_event: 0,
            limit: meter.caps.event_bytes,
            broken: &broken,
        });
        xml.config_mut().check_end_names = false;
        let mut buffer = Vec::new();
        let outcome = loop {
            buffer.clear();
            xml.get_mut().since_event = 0;
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Eof) => break Ok(()),
                Ok(event) => match each(meter, &event) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                },
                Err(_) => break Err(broken.get().map_or_else(|| damaged(part), |(cap, limit)| too_big(cap, limit))),
            }
        };
        self.inflated += xml.into_inner().inner.into_inner().read;
        meter.look_at_clock()?;
        outcome
    }
}

fn damaged(part: &str) -> ImportError {
    ImportError::Damaged { part: part.chars().take(60).collect() }
}

fn too_big(cap: Cap, limit: u64) -> ImportError {
    ImportError::TooBig { cap, limit }
}

type Broken<'a> = &'a Cell<Option<(Cap, u64)>>;

/// Counts inflated bytes against the caps.
struct Watched<'a, R> {
    compressed: u64,
    already: u64,
    read: u64,
    caps: &'a Caps,
    broken: Broken<'a>,
    inner: R,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        if self.already + self.read > self.caps.inflated_bytes {
            return Err(stop(self.broken, Cap::InflatedBytes, self.caps.inflated_bytes));
        }
        if self.read > self.caps.ratio_from_bytes && self.read / self.compressed > self.caps.ratio {
            return Err(stop(self.broken, Cap::Ratio, self.caps.ratio));
        }
        Ok(count)
    }
}

/// Limits the bytes of one event, so that one endless tag is not collected in memory.
struct PerEvent<'a, R> {
    inner: R,
    since_event: u64,
    limit: u64,
    broken: Broken<'a>,
}

impl<R: BufRead> Read for PerEvent<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for PerEvent<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since_event > self.limit {
            return Err(stop(self.broken, Cap::EventBytes, self.limit));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.since_event += count as u64;
        self.inner.consume(count);
    }
}

fn stop(broken: Broken<'_>, cap: Cap, limit: u64) -> io::Error {
    broken.set(Some((cap, limit)));
    io::Error::other("over a cap")
}

/// The value of one attribute, entities resolved; a name that begins with `:` stands for any prefix. Tags with more attributes than the cap are refused before a
/// parser that compares each with each sees them.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str, caps: &Caps) -> Result<Option<String>, ImportError> {
    let mut found = None;
    for (index, attribute) in tag.attributes().with_checks(false).enumerate() {
        if index as u64 >= caps.attributes {
            return Err(too_big(Cap::Attributes, caps.attributes));
        }
        let Ok(attribute) = attribute else { continue };
        let key = attribute.key.as_ref();
        // The prefix before `:id` is the writer's own choice.
        if key == name || (name.starts_with(':') && key.ends_with(name)) {
            found = quick_xml::escape::unescape(&attribute.value).ok().map(std::borrow::Cow::into_owned);
        }
    }
    Ok(found)
}
