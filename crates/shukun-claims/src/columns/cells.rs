//! One Arrow column as one column of the kernel: borrowed where no cell is empty, copied with a mark otherwise.
//!
//! Knows Arrow types and nothing of what the columns mean. Copies go into buffers that are kept from chunk to chunk.
//! Start at [`Cells`].

use std::borrow::Cow;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray as _, BooleanArray, Int64Array, PrimitiveArray, RecordBatch,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use shukun_engine::kernel::{Amounts, Codes, Days, NO_AMOUNT, NO_CODE, NO_DAY};

use super::error::{Place, empty_cell, unknown_value, wrong_type};
use crate::lake::LakeError;

/// One column of the rows at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    /// The cells.
    pub array: &'a ArrayRef,
    /// The column's name.
    pub name: &'a str,
    /// Where the rows lie.
    pub place: Place<'a>,
}

/// The column of this name, where the rows have it.
pub(crate) fn find<'a>(rows: &'a RecordBatch, name: &'a str, place: Place<'a>) -> Option<Cells<'a>> {
    rows.column_by_name(name).map(|array| Cells { array, name, place })
}

impl<'a> Cells<'a> {
    fn wrong(&self, wanted: &str) -> LakeError {
        wrong_type(self.name, self.array.data_type(), wanted, self.place.file)
    }

    /// Refuses a column with an empty cell.
    pub(crate) fn no_empty(&self) -> Result<(), LakeError> {
        match self.array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => Ok(()),
            Some(nulls) => {
                let row = nulls.iter().position(|valid| !valid).unwrap_or_default();
                Err(empty_cell(self.name, row, self.place))
            }
        }
    }

    /// Ids, of which none may be empty.
    pub(crate) fn ids<'s>(&self, slot: &'s mut Vec<u64>) -> Result<Cow<'s, [u64]>, LakeError>
    where
        'a: 's,
    {
        self.no_empty()?;
        self.optional_ids(slot)
    }

    /// Ids; what stands in an empty cell means nothing.
    pub(crate) fn optional_ids<'s>(&self, slot: &'s mut Vec<u64>) -> Result<Cow<'s, [u64]>, LakeError>
    where
        'a: 's,
    {
        match self.array.data_type() {
            DataType::UInt64 => Ok(Cow::Borrowed(self.array.as_primitive::<UInt64Type>().values())),
            DataType::Int64 => self.cast_ids::<Int64Type>(slot),
            DataType::UInt32 => self.cast_ids::<UInt32Type>(slot),
            DataType::Int32 => self.cast_ids::<Int32Type>(slot),
            _ => Err(self.wrong("UInt64")),
        }
    }

    fn cast_ids<'s, T: ArrowPrimitiveType>(&self, slot: &'s mut Vec<u64>) -> Result<Cow<'s, [u64]>, LakeError>
    where
        T::Native: TryInto<u64>,
    {
        self.cast::<T, u64>(slot, u64::MAX)?;
        Ok(Cow::Borrowed(slot))
    }

    /// Money and whole numbers; [`NO_AMOUNT`] where empty.
    pub(crate) fn amounts(&self, slot: &'a mut Vec<i64>) -> Result<Amounts<'a>, LakeError> {
        match self.array.data_type() {
            DataType::Int64 => Ok(with_mark(self.array.as_primitive::<Int64Type>(), NO_AMOUNT, slot)),
            DataType::Int32 => self.cast_amounts::<Int32Type>(slot),
            DataType::Int16 => self.cast_amounts::<Int16Type>(slot),
            _ => Err(self.wrong("Int64")),
        }
    }

    fn cast_amounts<T: ArrowPrimitiveType>(&self, slot: &'a mut Vec<i64>) -> Result<Amounts<'a>, LakeError>
    where
        T::Native: TryInto<i64>,
    {
        self.cast::<T, i64>(slot, NO_AMOUNT)?;
        Ok(Cow::Borrowed(slot))
    }

    /// Money of which no cell may be empty.
    pub(crate) fn money(&self, slot: &'a mut Vec<i64>) -> Result<Amounts<'a>, LakeError> {
        self.no_empty()?;
        self.amounts(slot)
    }

    /// Days; [`NO_DAY`] where empty.
    pub(crate) fn days(&self, slot: &'a mut Vec<i32>) -> Result<Days<'a>, LakeError> {
        match self.array.as_primitive_opt::<Date32Type>() {
            Some(array) => Ok(with_mark(array, NO_DAY, slot)),
            None => Err(self.wrong("Date32")),
        }
    }

    /// Days of which none may be empty.
    pub(crate) fn known_days(&self, slot: &'a mut Vec<i32>) -> Result<Days<'a>, LakeError> {
        self.no_empty()?;
        self.days(slot)
    }

    /// Flags: 0, 1, or [`NO_CODE`] where empty.
    pub(crate) fn flags(&self, slot: &'a mut Vec<u8>) -> Result<Codes<'a>, LakeError> {
        let Some(array) = self.array.as_boolean_opt() else { return Err(self.wrong("Boolean")) };
        spread_flags(array, slot);
        Ok(Cow::Borrowed(slot))
    }

    /// Small whole numbers from 0 to 254; [`NO_CODE`] where empty.
    pub(crate) fn levels(&self, slot: &'a mut Vec<u8>) -> Result<Codes<'a>, LakeError> {
        match self.array.data_type() {
            DataType::Int8 => self.cast::<Int8Type, u8>(slot, NO_CODE)?,
            DataType::Int16 => self.cast::<Int16Type, u8>(slot, NO_CODE)?,
            DataType::Int32 => self.cast::<Int32Type, u8>(slot, NO_CODE)?,
            DataType::Int64 => self.cast::<Int64Type, u8>(slot, NO_CODE)?,
            DataType::UInt8 => self.cast::<UInt8Type, u8>(slot, NO_CODE)?,
            DataType::UInt16 => self.cast::<UInt16Type, u8>(slot, NO_CODE)?,
            DataType::UInt32 => self.cast::<UInt32Type, u8>(slot, NO_CODE)?,
            _ => return Err(self.wrong("Int8")),
        }
        Ok(Cow::Borrowed(slot))
    }

    /// 1 where a cell holds something, 0 where it is empty.
    pub(crate) fn presence(&self, slot: &'a mut Vec<u8>) -> Codes<'a> {
        slot.clear();
        slot.resize(self.array.len(), 1);
        if let Some(nulls) = self.array.nulls() {
            mark(nulls, 0, slot);
        }
        Cow::Borrowed(slot)
    }

    /// Converts every cell; a value that does not fit is refused.
    fn cast<T: ArrowPrimitiveType, W: Copy + PartialEq>(&self, slot: &mut Vec<W>, none: W) -> Result<(), LakeError>
    where
        T::Native: TryInto<W>,
    {
        let array = self.array.as_primitive::<T>();
        slot.clear();
        for (row, value) in array.values().iter().enumerate() {
            match (*value).try_into() {
                Ok(value) if value != none => slot.push(value),
                _ if array.is_null(row) => slot.push(none),
                _ => return Err(unknown_value(self.name, row, "≥ 0", self.place)),
            }
        }
        if let Some(nulls) = array.nulls() {
            mark(nulls, none, slot);
        }
        Ok(())
    }
}

/// The cells as they lie, or a copy with `none` where they are empty.
fn with_mark<'a, T: ArrowPrimitiveType>(
    array: &'a PrimitiveArray<T>,
    none: T::Native,
    slot: &'a mut Vec<T::Native>,
) -> Cow<'a, [T::Native]> {
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => Cow::Borrowed(array.values()),
        Some(nulls) => {
            slot.clear();
            slot.extend_from_slice(array.values());
            mark(nulls, none, slot);
            Cow::Borrowed(slot)
        }
    }
}

/// Writes `none` over every cell that is empty, 64 at a time.
pub(crate) fn mark<T: Copy>(nulls: &NullBuffer, none: T, cells: &mut [T]) {
    let words = nulls.inner().bit_chunks();
    for (word, cells) in words.iter_padded().zip(cells.chunks_mut(64)) {
        if word == 0 {
            cells.fill(none);
        } else if word != u64::MAX {
            for (bit, cell) in cells.iter_mut().enumerate() {
                *cell = if (word >> bit) & 1 == 1 { *cell } else { none };
            }
        }
    }
}

fn spread_flags(array: &BooleanArray, slot: &mut Vec<u8>) {
    slot.clear();
    slot.resize(array.len(), 0);
    for (word, cells) in array.values().bit_chunks().iter_padded().zip(slot.chunks_mut(64)) {
        for (bit, cell) in cells.iter_mut().enumerate() {
            *cell = u8::from((word >> bit) & 1 == 1);
        }
    }
    if let Some(nulls) = array.nulls() {
        mark(nulls, NO_CODE, slot);
    }
}

/// An amount column of which every cell that is [`NO_AMOUNT`] is empty: for writing.
pub(crate) fn optional_amounts(cells: Vec<i64>) -> Int64Array {
    let nulls = cells.contains(&NO_AMOUNT).then(|| cells.iter().map(|cell| *cell != NO_AMOUNT).collect::<NullBuffer>());
    Int64Array::new(cells.into(), nulls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Date32Array, Int8Array, Int32Array, StringArray, UInt64Array};
    use proptest::prelude::*;
    use std::sync::Arc;

    const PLACE: Place<'static> = Place { file: "claims.parquet", first_row: 1_000 };

    fn cells(array: &ArrayRef) -> Cells<'_> {
        Cells { array, name: "total_fen", place: PLACE }
    }

    proptest! {
        #[test]
        fn empty_cells_are_marked_wherever_a_slice_begins(
            values in prop::collection::vec(prop::option::of(0_i64..9), 0..300), from in 0_usize..300
        ) {
            let from = from.min(values.len());
            let array: ArrayRef = Arc::new(Int64Array::from(values.clone()).slice(from, values.len() - from));
            let wanted: Vec<i64> = values[from..].iter().map(|value| value.unwrap_or(NO_AMOUNT)).collect();
            let mut slot = vec![7; 3];
            prop_assert_eq!(cells(&array).amounts(&mut slot).unwrap(), wanted);
            let flags: Vec<Option<bool>> = values.iter().map(|value| value.map(|value| value > 4)).collect();
            let array: ArrayRef = Arc::new(BooleanArray::from(flags.clone()).slice(from, values.len() - from));
            let wanted: Vec<u8> = flags[from..].iter().map(|flag| flag.map_or(NO_CODE, u8::from)).collect();
            let mut slot = vec![7; 3];
            prop_assert_eq!(cells(&array).flags(&mut slot).unwrap(), wanted);
            let wanted: Vec<u8> = flags[from..].iter().map(|flag| u8::from(flag.is_some())).collect();
            prop_assert_eq!(cells(&array).presence(&mut slot), wanted);
        }
    }

    #[test]
    fn a_column_without_empty_cells_is_not_copied() {
        let (money, days): (ArrayRef, ArrayRef) =
            (Arc::new(Int64Array::from(vec![1, 2])), Arc::new(Date32Array::from(vec![3, 4])));
        let (mut amounts, mut numbers) = (Vec::new(), Vec::new());
        assert!(matches!(cells(&money).money(&mut amounts).unwrap(), Cow::Borrowed([1, 2])));
        assert!(matches!(cells(&days).known_days(&mut numbers).unwrap(), Cow::Borrowed([3, 4])));
        assert!(amounts.is_empty() && numbers.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused_by_row() {
        let short: ArrayRef = Arc::new(Int32Array::from(vec![Some(5), Some(-1), None]));
        assert_eq!(cells(&short).ids(&mut vec![]).unwrap_err().code, "columns-empty");
        assert_eq!(cells(&short).amounts(&mut vec![]).unwrap(), [5, -1, NO_AMOUNT].as_slice());
        let error = cells(&short).levels(&mut vec![]).unwrap_err();
        assert_eq!((error.code, error.what.en.contains("row 1002")), ("columns-value", true), "{error}");
        let text: ArrayRef = Arc::new(StringArray::from(vec!["5"]));
        assert_eq!(cells(&text).money(&mut vec![]).unwrap_err().code, "columns-type");
        let gap: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None]));
        assert!(cells(&gap).money(&mut vec![]).unwrap_err().what.zh.contains("第 1002 行"));
    }

    #[test]
    fn ids_and_levels_of_other_widths_are_read() {
        let signed: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
        assert_eq!(cells(&signed).ids(&mut vec![]).unwrap(), [7, 8].as_slice());
        let ids: ArrayRef = Arc::new(UInt64Array::from(vec![7, u64::MAX]));
        assert_eq!(cells(&ids).ids(&mut vec![]).unwrap(), [7, u64::MAX].as_slice());
        let levels: ArrayRef = Arc::new(Int8Array::from(vec![Some(3), None]));
        assert_eq!(cells(&levels).levels(&mut vec![]).unwrap(), [3, NO_CODE].as_slice());
    }
}
