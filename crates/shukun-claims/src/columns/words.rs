//! Columns of words: the dictionary is looked at once, not each row.
//!
//! Parquet readers hand out the same dictionary with every batch of a row group; what was made of it is kept for as
//! long as it stays the same. Start at [`WordCache`] and [`Cells::codes`].

use std::borrow::Cow;

use arrow::array::{Array as _, AsArray as _, DictionaryArray, StringArray};
use arrow::datatypes::Int32Type;
use shukun_engine::kernel::{Codes, NO_CODE, Words};

use super::cells::Cells;
use super::error::{unknown_value, wrong_type};
use crate::lake::LakeError;

/// The mark of a word that is not known.
const NO_WORD: u32 = u32::MAX;

/// The words of the last dictionary of one column.
#[derive(Debug, Default)]
pub(crate) struct WordCache {
    of: Option<StringArray>,
    words: Vec<String>,
}

impl WordCache {
    /// The dictionary's words, made anew only where it is another one than last time.
    fn take(&mut self, dictionary: &StringArray) -> Vec<String> {
        let is_same = self.of.as_ref().is_some_and(|known| is_same(known, dictionary));
        if !is_same || self.words.len() != dictionary.len() {
            self.of = Some(dictionary.clone());
            return dictionary.iter().map(|word| word.unwrap_or_default().to_owned()).collect();
        }
        std::mem::take(&mut self.words)
    }

    /// Gives back what [`Cells::words`] took, for the next chunk.
    pub(crate) fn give_back(&mut self, words: Vec<String>) {
        self.words = words;
    }
}

/// Whether two arrays are the same bytes in memory.
fn is_same(one: &StringArray, other: &StringArray) -> bool {
    one.len() == other.len()
        && one.values().ptr_eq(other.values())
        && one.offsets().inner().inner().ptr_eq(other.offsets().inner().inner())
}

impl<'a> Cells<'a> {
    fn dictionary(&self) -> Result<(&'a DictionaryArray<Int32Type>, &'a StringArray), LakeError> {
        let wrong = || wrong_type(self.name, self.array.data_type(), "Utf8", self.place.file);
        let array = self.array.as_dictionary_opt::<Int32Type>().ok_or_else(wrong)?;
        let words = array.values().as_string_opt::<i32>().ok_or_else(wrong)?;
        Ok((array, words))
    }

    /// Each row's place among the words.
    pub(crate) fn words(&self, cache: &mut WordCache, slot: &'a mut Vec<u32>) -> Result<Words<'a>, LakeError> {
        let (array, dictionary) = self.dictionary()?;
        slot.clear();
        slot.extend(array.keys().values().iter().map(|key| u32::try_from(*key).unwrap_or(NO_WORD)));
        if let Some(nulls) = array.keys().nulls().filter(|nulls| nulls.null_count() > 0) {
            super::cells::mark(nulls, NO_WORD, slot);
        }
        Ok(Words { place: Cow::Borrowed(slot), values: cache.take(dictionary) })
    }

    /// The same for a column of which no cell may be empty.
    pub(crate) fn known_codes(
        &self,
        code_of: impl Fn(&str) -> Option<u8>,
        known: &str,
        slot: &'a mut Vec<u8>,
    ) -> Result<Codes<'a>, LakeError> {
        self.no_empty()?;
        self.codes(code_of, known, slot)
    }

    /// Each row's code, as `code_of` knows the words; [`NO_CODE`] where empty. A word without a code is refused.
    pub(crate) fn codes(
        &self,
        code_of: impl Fn(&str) -> Option<u8>,
        known: &str,
        slot: &'a mut Vec<u8>,
    ) -> Result<Codes<'a>, LakeError> {
        let (array, dictionary) = self.dictionary()?;
        let codes: Vec<u8> = dictionary.iter().map(|word| word.and_then(&code_of).unwrap_or(NO_CODE)).collect();
        let code = |key: &i32| usize::try_from(*key).ok().and_then(|key| codes.get(key)).copied().unwrap_or(NO_CODE);
        slot.clear();
        slot.extend(array.keys().values().iter().map(code));
        if let Some(nulls) = array.keys().nulls().filter(|nulls| nulls.null_count() > 0) {
            super::cells::mark(nulls, NO_CODE, slot);
        }
        if codes.contains(&NO_CODE) {
            let is_unknown = |row: &usize| slot.get(*row) == Some(&NO_CODE) && array.keys().is_valid(*row);
            if let Some(row) = (0..slot.len()).find(is_unknown) {
                return Err(unknown_value(self.name, row, known, self.place));
            }
        }
        Ok(Cow::Borrowed(slot))
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Place;
    use super::*;
    use crate::lake::codes::Code as _;
    use arrow::array::ArrayRef;
    use shukun_engine::facts::ClaimKind;
    use shukun_engine::kernel::kind_code;
    use std::sync::Arc;

    fn column(words: &[Option<&str>]) -> ArrayRef {
        Arc::new(words.iter().copied().collect::<DictionaryArray<Int32Type>>())
    }

    fn cells(array: &ArrayRef) -> Cells<'_> {
        Cells { array, name: "kind", place: Place { file: "f", first_row: 0 } }
    }

    fn kind(word: &str) -> Option<u8> {
        ClaimKind::from_word(word).map(kind_code)
    }

    #[test]
    fn words_become_places_and_the_dictionary_is_kept() {
        let array = column(&[Some("H1"), None, Some("H2"), Some("H1")]);
        let (mut cache, mut slot) = (WordCache::default(), Vec::new());
        let words = cells(&array).words(&mut cache, &mut slot).unwrap();
        assert_eq!(
            (words.place.as_ref(), words.values.as_slice()),
            (&[0, NO_WORD, 1, 0][..], &["H1".into(), "H2".into()][..])
        );
        let at = words.values.as_ptr();
        cache.give_back(words.values);
        let part = array.slice(2, 2);
        let again = cells(&part).words(&mut cache, &mut slot).unwrap();
        assert_eq!((again.place.as_ref(), again.values.as_ptr()), (&[1, 0][..], at));
        let other = column(&[Some("H3"), Some("H4")]);
        assert_eq!(cells(&other).words(&mut cache, &mut slot).unwrap().values, ["H3", "H4"]);
    }

    #[test]
    fn codes_are_looked_up_and_unknown_words_are_refused() {
        let array = column(&[Some("pharmacy"), None, Some("inpatient")]);
        assert_eq!(cells(&array).codes(kind, "", &mut vec![9]).unwrap(), [3, NO_CODE, 0].as_slice());
        let array = column(&[Some("inpatient"), Some("住院")]);
        let error = cells(&array).codes(kind, "inpatient", &mut vec![]).unwrap_err();
        assert_eq!((error.code, error.what.en.contains("row 2")), ("columns-value", true));
        let unused = array.slice(0, 1);
        assert_eq!(cells(&unused).codes(kind, "", &mut vec![]).unwrap(), [0].as_slice());
    }
}
