//! Who pays the relief: public money or what society gave (由“财政保障”向“社会保障”转变).

use serde::{Deserialize, Serialize};
use shukun_base::Fen;

shukun_base::words! {
    /// Where money of relief comes from.
    pub enum Source {
        Fiscal "fiscal" "财政与医保资金" "public money and the insurance funds",
        Social "social" "社会捐赠" "what society gave",
    }
}

/// What one source paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSum {
    /// Which.
    pub source: Source,
    /// How much.
    pub paid: Fen,
}

/// The two sums and the share of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Paid from public money.
    pub fiscal: Fen,
    /// Paid from gifts.
    pub social: Fen,
}

impl Shares {
    /// Society's part in thousandths; none while nothing was paid.
    pub fn social_permille(&self) -> Option<i64> {
        let whole = self.fiscal.0.checked_add(self.social.0).filter(|whole| *whole > 0)?;
        self.social.0.checked_mul(1000).map(|social| social / whole)
    }
}

/// Adds sums up by source.
pub fn shares(sums: &[SourceSum]) -> Shares {
    let of = |source| sums.iter().filter(|sum| sum.source == source).map(|sum| sum.paid).sum();
    Shares { fiscal: of(Source::Fiscal), social: of(Source::Social) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let sum = |source, yuan| SourceSum { source, paid: Fen::yuan(yuan) };
        let found = shares(&[sum(Source::Fiscal, 600), sum(Source::Social, 300), sum(Source::Fiscal, 100)]);
        assert_eq!((found.fiscal, found.social), (Fen::yuan(700), Fen::yuan(300)));
        assert_eq!(found.social_permille(), Some(300));
        assert_eq!(Shares::default().social_permille(), None);
    }
}
