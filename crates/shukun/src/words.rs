//! Words that several outputs share, in both languages.

use shukun_base::{Lang, Text};
use shukun_engine::facts::{Category, ClaimKind};
use shukun_engine::outcome::Colour;
use shukun_policy::program::Provenance;

/// `zh` or `en`, by the reader's language.
pub fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The kind of care.
pub fn claim_kind(kind: ClaimKind) -> Text {
    match kind {
        ClaimKind::Inpatient => Text::new("住院", "inpatient"),
        ClaimKind::Outpatient => Text::new("门诊", "outpatient"),
        ClaimKind::SpecialOutpatient => Text::new("门诊特病", "special outpatient"),
        ClaimKind::Pharmacy => Text::new("药店", "pharmacy"),
        ClaimKind::Emergency => Text::new("急诊", "emergency"),
    }
}

/// The category of hardship.
pub fn category(category: Category) -> Text {
    match category {
        Category::Destitute => Text::new("特困", "destitute"),
        Category::Dibao => Text::new("低保", "dibao"),
        Category::DibaoMarginal => Text::new("低边", "dibao-marginal"),
        Category::LowIncome => Text::new("低收入", "low income"),
        Category::ExpenditureType => Text::new("支出型", "expenditure type"),
        Category::Other => Text::new("其他", "other"),
    }
}

/// A colour as word and shape, because a colour alone is not seen by everyone.
pub fn colour(colour: Colour) -> Text {
    match colour {
        Colour::Red => Text::new("● 红", "● red"),
        Colour::Orange => Text::new("▲ 橙", "▲ orange"),
        Colour::Yellow => Text::new("◆ 黄", "◆ yellow"),
    }
}

/// Where a pack's values come from.
pub fn provenance(provenance: Provenance) -> Text {
    match provenance {
        Provenance::Official => Text::new("官方", "official"),
        Provenance::Transcribed => Text::new("转写", "transcribed"),
        Provenance::Illustrative => Text::new("示例", "illustrative"),
    }
}

/// The sentence that stands on every output that rests on invented values.
pub fn illustrative_warning() -> Text {
    Text::new(
        "本结果用到了“示例”制度或读法：其中的数是为演示虚构的，不能作为待遇依据。",
        "This result rests on illustrative packs or readings: their values were invented for demonstration and entitle nobody to anything.",
    )
}
