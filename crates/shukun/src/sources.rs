//! What a run rested on: packs and readings of every program that was used, each once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shukun_engine::receipt::{PackReceipt, ReadingReceipt, receipt};
use shukun_policy::program::{Program, Provenance};

/// Packs and readings, as receipts, workbooks and JSON name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sources {
    /// The packs that ran.
    pub packs: Vec<PackReceipt>,
    /// The reading of each ambiguity that was followed.
    pub readings: Vec<ReadingReceipt>,
    /// Whether invented values (示例) were used.
    pub illustrative: bool,
}

impl Sources {
    /// Those of several programs.
    pub fn of<'a>(programs: impl IntoIterator<Item = &'a Program>) -> Sources {
        let mut sources = Sources::default();
        for program in programs {
            let receipt = receipt(program, "");
            receipt.packs.into_iter().for_each(|pack| add_new(&mut sources.packs, pack));
            receipt.readings.into_iter().for_each(|reading| add_new(&mut sources.readings, reading));
        }
        sources.illustrative = sources.packs.iter().any(|pack| pack.provenance == Provenance::Illustrative)
            || sources.readings.iter().any(|reading| reading.illustrative);
        sources
    }
}

fn add_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
