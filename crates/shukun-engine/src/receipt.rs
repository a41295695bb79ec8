//! What a run has to keep so that it can be repeated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shukun_policy::program::{Program, Provenance};

/// Engine, packs, readings and input of one run. The same receipt means the same postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The version of this engine.
    pub engine_version: String,
    /// The packs, parents first.
    pub packs: Vec<PackReceipt>,
    /// The reading of each ambiguity.
    pub readings: Vec<ReadingReceipt>,
    /// SHA-256 of the facts, in hex, as the caller computed it.
    pub input_hash: String,
}

/// One pack of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackReceipt {
    /// `cn-330305-dongtou`
    pub id: String,
    /// The document's title.
    pub title: String,
    /// 文号
    pub document_number: Option<String>,
    /// Where its values come from.
    pub provenance: Provenance,
    /// SHA-256 of its files, in hex.
    pub hash: String,
}

/// One chosen reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingReceipt {
    /// The pack's id.
    pub pack: String,
    /// `Y1`
    pub ambiguity: String,
    /// `分段方式`
    pub question: String,
    /// `分别累进`
    pub reading: String,
    /// Not confirmed, not chosen for this run.
    pub provisional: bool,
    /// Its values are invented for demonstration.
    pub illustrative: bool,
}

/// The receipt of a run of `program` over facts with this hash.
pub fn receipt(program: &Program, input_hash: &str) -> Receipt {
    let pack_id = |index: usize| program.packs.get(index).map_or_else(String::new, |pack| pack.id.clone());
    let pack = |pack: &shukun_policy::program::PackStamp| PackReceipt {
        id: pack.id.clone(),
        title: pack.title.clone(),
        document_number: pack.document_number.clone(),
        provenance: pack.provenance,
        hash: pack.hash.clone(),
    };
    let reading = |chosen: &shukun_policy::program::ChosenReading| ReadingReceipt {
        pack: pack_id(chosen.pack.0),
        ambiguity: chosen.ambiguity.clone(),
        question: chosen.question.clone(),
        reading: chosen.reading.clone(),
        provisional: chosen.provisional,
        illustrative: chosen.illustrative,
    };
    Receipt {
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        packs: program.packs.iter().map(pack).collect(),
        readings: program.readings.iter().map(reading).collect(),
        input_hash: input_hash.to_owned(),
    }
}
