//! The closed lists of columns by their English keys, in the order of their codes.

/// 就医类别
pub(crate) const KINDS: &[&str] = &["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"];
/// 认定类别
pub(crate) const CATEGORIES: &[&str] =
    &["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"];
/// 性别
pub(crate) const SEXES: &[&str] = &["male", "female"];
/// 参保类型
pub(crate) const INSURANCES: &[&str] = &["employee", "resident"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::fields::{category_key, kind_key};
    use crate::facts::{Category, ClaimKind};
    use crate::kernel::{category_code, kind_code};

    #[test]
    fn keys_stand_at_their_codes() {
        use Category::{Destitute, Dibao, DibaoMarginal, ExpenditureType, LowIncome, Other};
        for category in [Destitute, Dibao, DibaoMarginal, LowIncome, ExpenditureType, Other] {
            assert_eq!(CATEGORIES[usize::from(category_code(category))], category_key(category));
        }
        use ClaimKind::{Emergency, Inpatient, Outpatient, Pharmacy, SpecialOutpatient};
        for kind in [Inpatient, Outpatient, SpecialOutpatient, Pharmacy, Emergency] {
            assert_eq!(KINDS[usize::from(kind_code(kind))], kind_key(kind));
        }
    }
}
