//! `postings.parquet`: who paid which amount of which bill, one row a posting.
//!
//! Two columns say less than the engine knew, and only they: `rate_ppm` is null where the rate is not a whole number
//! of millionths (one third), and `amount_before_rounding` has six decimals of a fen, the rest rounded half to even.
//! What was paid is in `amount_fen`, exactly.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Decimal128Array, Int16Array, RecordBatch, UInt32Array};
use shukun_base::{ClaimId, Exact, Fen, HouseholdId, PersonId};
use shukun_engine::outcome::Posting;

use super::columns::{self as col, Cells, Rows, table_of};
use super::error::{LakeError, out_of_range};
use super::output::{PartBuilder, TableWriter, write_all};
use super::parquet_file::read_tables;
use super::pick::{Wanted, read_wanted};

const MILLION: i128 = 1_000_000;

/// Begins a file of postings.
///
/// # Errors
/// `lake-file`.
pub fn postings_writer(path: &Path) -> Result<TableWriter<Posting>, LakeError> {
    TableWriter::create(path, Arc::new(postings_table))
}

/// Postings on their way to such a file.
pub fn postings_part() -> PartBuilder<Posting> {
    PartBuilder::new(Arc::new(postings_table))
}

/// Writes a file of postings and returns their number.
///
/// # Errors
/// `lake-range` for a number that its column cannot hold, `lake-file`.
pub fn write_postings(path: &Path, postings: impl IntoIterator<Item = Posting>) -> Result<u64, LakeError> {
    write_all(postings_writer(path)?, postings)
}

/// Reads a file of postings, in its order; see the module head for the two columns that are not exact.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_postings(path: &Path) -> Result<Vec<Posting>, LakeError> {
    let mut postings = Vec::new();
    let place = path.display().to_string();
    read_tables(path, None, |table| add_postings(&Rows { table, place: &place }, &mut postings))?;
    Ok(postings)
}

/// Hands the wanted postings of a file to `each`, some thousand at a time, in its order.
///
/// # Errors
/// `lake-damaged`, `lake-file`.
pub fn read_wanted_postings(
    path: &Path,
    wanted: &Wanted,
    mut each: impl FnMut(Vec<Posting>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    read_wanted(path, wanted, |rows| {
        let mut postings = Vec::new();
        add_postings(rows, &mut postings)?;
        each(postings)
    })
}

/// A posting as it comes back from a file: without the digits that its columns do not hold.
///
/// # Errors
/// `lake-range`, as writing it would.
pub fn as_stored(posting: Posting) -> Result<Posting, LakeError> {
    let amount_before_rounding =
        posting.amount_before_rounding.map(|amount| millionths(amount, &posting)).transpose()?;
    Ok(Posting {
        rate: posting.rate.and_then(ppm).map(|ppm| Exact::new(i128::from(ppm), MILLION)),
        amount_before_rounding: amount_before_rounding.map(|millionths| Exact::new(millionths, MILLION)),
        ..posting
    })
}

pub(crate) fn postings_table(rows: &[Posting]) -> Result<RecordBatch, LakeError> {
    let exact: Vec<Option<i128>> = rows
        .iter()
        .map(|row| row.amount_before_rounding.map(|amount| millionths(amount, row)).transpose())
        .collect::<Result<_, _>>()?;
    let brackets: Vec<Option<i16>> = rows.iter().map(bracket_number).collect::<Result<_, _>>()?;
    let columns = vec![
        col::optional_ids("claim_id", rows.iter().map(|row| row.claim_id.map(|id| id.0))),
        col::ids("person_id", rows.iter().map(|row| row.person_id.0)),
        col::ids("household_id", rows.iter().map(|row| row.household_id.0)),
        col::words("period", rows.iter().map(|row| row.period.as_str())),
        col::counts("seq", rows.iter().map(|row| row.seq)),
        col::words("rule", rows.iter().map(|row| row.rule.as_str())),
        col::words("article", rows.iter().map(|row| row.article.as_str())),
        col::words("reading", rows.iter().map(|row| row.reading.as_str())),
        col::optional_shorts("bracket", brackets.into_iter()),
        col::amounts("base_fen", rows.iter().map(|row| row.base_fen)),
        col::optional_numbers("rate_ppm", rows.iter().map(|row| row.rate.and_then(ppm))),
        col::optional_decimals("amount_before_rounding", exact.into_iter())?,
        col::amounts("amount_fen", rows.iter().map(|row| row.amount_fen)),
        col::words("account", rows.iter().map(|row| row.account.as_str())),
        col::flags("as_settled", rows.iter().map(|row| row.as_settled)),
    ];
    table_of(columns, "postings")
}

/// The rate in parts of a million, where it is a whole number of them.
fn ppm(rate: Exact) -> Option<i64> {
    let scaled = rate.numer().checked_mul(MILLION)?;
    (scaled % rate.denom() == 0).then(|| i64::try_from(scaled / rate.denom()).ok()).flatten()
}

fn bracket_number(row: &Posting) -> Result<Option<i16>, LakeError> {
    let number = row.bracket.map(i16::try_from).transpose();
    number.map_err(|_| out_of_range("bracket", format!("rule {}", row.rule)))
}

/// The amount in millionths of a fen, halves to even.
fn millionths(amount: Exact, row: &Posting) -> Result<i128, LakeError> {
    round_millionths(amount).ok_or_else(|| out_of_range("amount_before_rounding", format!("rule {}", row.rule)))
}

fn round_millionths(amount: Exact) -> Option<i128> {
    const MOST: i128 = 10_i128.pow(38) - 1;
    let denominator = *amount.denom();
    let whole = amount.numer().div_euclid(denominator).checked_mul(MILLION)?;
    let part = amount.numer().rem_euclid(denominator).checked_mul(MILLION)?;
    let (below, rest) = (whole.checked_add(part / denominator)?, part % denominator);
    let goes_up = match rest.cmp(&(denominator - rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => below % 2 != 0,
    };
    let rounded = below.checked_add(i128::from(goes_up))?;
    (rounded.abs() <= MOST).then_some(rounded)
}

fn add_postings(rows: &Rows, to: &mut Vec<Posting>) -> Result<(), LakeError> {
    let [claim_id, person_id, household_id] =
        [rows.ids("claim_id")?, rows.ids("person_id")?, rows.ids("household_id")?];
    let [period, rule, article] = [rows.words("period")?, rows.words("rule")?, rows.words("article")?];
    let [reading, account] = [rows.words("reading")?, rows.words("account")?];
    let seq: Cells<UInt32Array> = rows.column("seq")?;
    let bracket: Cells<Int16Array> = rows.column("bracket")?;
    let exact: Cells<Decimal128Array> = rows.column("amount_before_rounding")?;
    let [base, rate, amount] = [rows.numbers("base_fen")?, rows.numbers("rate_ppm")?, rows.numbers("amount_fen")?];
    let as_settled = rows.flags("as_settled")?;
    for row in 0..rows.table.num_rows() {
        to.push(Posting {
            claim_id: claim_id.find(row).map(ClaimId),
            person_id: PersonId(person_id.get(row)?),
            household_id: HouseholdId(household_id.get(row)?),
            period: period.get_owned(row)?,
            seq: seq.get(row)?,
            rule: rule.get_owned(row)?,
            article: article.get_owned(row)?,
            reading: reading.get_owned(row)?,
            bracket: bracket
                .find(row)
                .map(u16::try_from)
                .transpose()
                .map_err(|_| out_of_range("bracket", rows.place))?,
            base_fen: base.fen(row)?,
            rate: rate.find(row).map(|ppm| Exact::new(i128::from(ppm), MILLION)),
            amount_before_rounding: exact.find(row).map(|millionths| Exact::new(millionths, MILLION)),
            amount_fen: Fen(amount.get(row)?),
            account: account.get_owned(row)?,
            as_settled: as_settled.get(row)?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn posting() -> Posting {
        Posting {
            claim_id: Some(ClaimId(1)),
            person_id: PersonId(2),
            household_id: HouseholdId(3),
            period: "2022".to_owned(),
            seq: 0,
            rule: "基本医保".to_owned(),
            article: "第三条".to_owned(),
            reading: String::new(),
            bracket: None,
            base_fen: Fen(100),
            rate: None,
            amount_before_rounding: None,
            amount_fen: Fen(90),
            account: "基本医保基金".to_owned(),
            as_settled: false,
        }
    }

    fn written(postings: Vec<Posting>) -> Vec<Posting> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postings.parquet");
        let count = write_postings(&path, postings.clone()).unwrap();
        assert_eq!(count, u64::try_from(postings.len()).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        read_postings(&path).unwrap()
    }

    fn any_posting() -> impl Strategy<Value = Posting> {
        let keys = (proptest::option::of(any::<u64>()), any::<u64>(), any::<u64>(), any::<u32>());
        let words = ("[0-9]{4}(-[0-9]{2})?|\\*", "\\PC{0,5}", "\\PC{0,5}", "\\PC{0,5}", "\\PC{0,5}");
        let money = (any::<i64>(), any::<i64>(), proptest::option::of(0_i64..2_000_000));
        let rest = (proptest::option::of(0_u16..32_767), proptest::option::of(any::<i64>()), any::<bool>());
        (keys, words, money, rest).prop_map(|(keys, words, money, rest)| Posting {
            claim_id: keys.0.map(ClaimId),
            person_id: PersonId(keys.1),
            household_id: HouseholdId(keys.2),
            seq: keys.3,
            period: words.0,
            rule: words.1,
            article: words.2,
            reading: words.3,
            account: words.4,
            base_fen: Fen(money.0),
            amount_fen: Fen(money.1),
            rate: money.2.map(|ppm| Exact::new(i128::from(ppm), MILLION)),
            bracket: rest.0,
            amount_before_rounding: rest.1.map(|millionths| Exact::new(i128::from(millionths), MILLION)),
            as_settled: rest.2,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_posting_comes_back(postings in prop::collection::vec(any_posting(), 0..20)) {
            prop_assert_eq!(written(postings.clone()), postings);
        }
    }

    #[test]
    fn more_rows_than_one_group() {
        let postings: Vec<Posting> =
            (0..100_000).map(|seq| Posting { seq, period: format!("{}", 2000 + seq / 5_000), ..posting() }).collect();
        assert!(written(postings.clone()) == postings);
    }

    #[test]
    fn exact_amounts_keep_six_decimals_halves_to_even() {
        for (numerator, denominator, millionths) in [
            (1, 3, 333_333),
            (2, 3, 666_667),
            (-1, 3, -333_333),
            (-2, 3, -666_667),
            (1, 2_000_000, 0),
            (3, 2_000_000, 2),
            (-1, 2_000_000, 0),
            (-3, 2_000_000, -2),
            (42_978_533, 1, 42_978_533_000_000),
        ] {
            assert_eq!(
                round_millionths(Exact::new(numerator, denominator)),
                Some(millionths),
                "{numerator}/{denominator}"
            );
        }
        assert_eq!(round_millionths(Exact::from_integer(i128::MAX)), None);
        assert_eq!(round_millionths(Exact::from_integer(10_i128.pow(32))), None);
    }

    #[test]
    fn a_rate_that_is_no_whole_number_of_millionths_is_left_out() {
        assert_eq!(ppm(Exact::new(9, 10)), Some(900_000));
        assert_eq!(ppm(Exact::new(1, 3)), None);
        let [back] = written(vec![Posting { rate: Some(Exact::new(1, 3)), ..posting() }]).try_into().unwrap();
        assert_eq!(back, posting());
    }

    #[test]
    fn a_posting_that_was_stored_is_known_again() {
        let third =
            Posting { rate: Some(Exact::new(1, 3)), amount_before_rounding: Some(Exact::new(100, 3)), ..posting() };
        let [back] = written(vec![third.clone()]).try_into().unwrap();
        assert_eq!(as_stored(third).unwrap(), back);
    }

    #[test]
    fn a_number_without_a_place_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postings.parquet");
        let error = write_postings(&path, [Posting { bracket: Some(40_000), ..posting() }]).unwrap_err();
        assert_eq!(error.code, "lake-range");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
