//! Which packs and readings a program was made of.

use shukun_base::RegionCode;

use super::PackIx;

/// Where a pack's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// 官方: signed by the issuing office.
    Official,
    /// 转写: restated from the published document.
    Transcribed,
    /// 示例: invented for demonstration; every output says so.
    Illustrative,
}

/// Identity of a pack in receipts and outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackStamp {
    /// `cn-330305-dongtou`
    pub id: String,
    /// The document's title.
    pub title: String,
    /// 文号, where it has one.
    pub document_number: Option<String>,
    /// Whose people it covers.
    pub region: RegionCode,
    /// Where its values come from.
    pub provenance: Provenance,
    /// SHA-256 of its files, in hex.
    pub hash: String,
}

/// The reading of one 疑义 that the program follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenReading {
    /// The pack.
    pub pack: PackIx,
    /// `Y1`
    pub ambiguity: String,
    /// `分段方式`
    pub question: String,
    /// `分别累进`
    pub reading: String,
    /// Whether this is the provisional one, not one that somebody confirmed or chose for this run.
    pub provisional: bool,
    /// Whether its values are invented for demonstration.
    pub illustrative: bool,
}
