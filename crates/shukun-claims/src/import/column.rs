//! The columns the importer understands: the one table that header, mapping, rows and messages share.

use crate::batch::Kind;

/// What a column's cells are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A number that names something: settlement numbers, codes.
    Code,
    /// A name, an ID number or a phone: never shown in a message.
    Personal,
    /// A day.
    Date,
    /// An amount in yuan.
    Money,
    /// A word or code with a meaning in the table of values.
    Word,
}

macro_rules! columns {
    ($($variant:ident $name:literal $zh:literal $content:ident $(settlement $settlement:tt)? $(roster $roster:tt)?;)*) => {
        /// A column with a meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column {
            $(#[doc = $zh] $variant,)*
        }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Column] = &[$(Column::$variant,)*];

            /// The name that mapping files use.
            pub fn name(self) -> &'static str {
                match self { $(Column::$variant => $name,)* }
            }

            /// The name in Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Column::$variant => $zh,)* }
            }

            /// What its cells are read as.
            pub fn content(self) -> Content {
                match self { $(Column::$variant => Content::$content,)* }
            }

            fn place(self, kind: Kind) -> Place {
                match self { $(Column::$variant => match kind {
                    Kind::Settlement => columns!(@place $($settlement)?),
                    Kind::Roster => columns!(@place $($roster)?),
                },)* }
            }
        }
    };
    (@place) => { Place::None };
    (@place !) => { Place::Required };
    (@place ?) => { Place::Optional };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    None,
    Optional,
    Required,
}

columns! {
    SettlementNo "settlement_no" "结算编号" Code settlement !;
    IdType "id_type" "证件类型" Word settlement ? roster ?;
    IdNumber "id_number" "身份证号" Personal settlement ! roster !;
    Name "name" "姓名" Personal settlement ! roster !;
    Phone "phone" "联系电话" Personal settlement ? roster ?;
    Insurance "insurance" "参保类型" Word settlement ? roster ?;
    Category "category" "救助身份" Word settlement ? roster ?;
    Town "town" "乡镇（街道）" Word settlement ? roster ?;
    Village "village" "村（社区）" Word settlement ? roster ?;
    InsuredPlace "insured_place" "参保地区划" Code settlement ? roster ?;
    LocalRegister "local_register" "本地户籍" Word settlement ? roster ?;
    InstitutionCode "institution_code" "医药机构编码" Code settlement ?;
    HospitalLevel "hospital_level" "医院等级" Word settlement ?;
    ClaimKind "kind" "就医类别" Word settlement !;
    OutOfArea "out_of_area" "异地就医" Word settlement ?;
    AdmittedOn "admitted_on" "入院日期" Date settlement ?;
    DischargedOn "discharged_on" "出院日期" Date settlement ?;
    SettledOn "settled_on" "结算日期" Date settlement !;
    DrgCode "drg_code" "病组编码" Code settlement ?;
    Diagnosis "principal_diagnosis" "主要诊断编码" Code settlement ?;
    Total "total" "费用总额" Money settlement !;
    OutOfCatalogue "out_of_catalogue" "自费" Money settlement !;
    OverLimit "over_limit" "超限价自费" Money settlement ?;
    PreSelfpay "pre_selfpay" "先行自付" Money settlement ?;
    InScope "in_scope" "政策范围内费用" Money settlement !;
    BasicPaid "basic_paid" "基本医保支付" Money settlement ?;
    CriticalIllnessPaid "critical_illness_paid" "大病保险支付" Money settlement ?;
    LargeExpensePaid "large_expense_paid" "职工大额补助支付" Money settlement ?;
    MedicalAssistancePaid "medical_assistance_paid" "医疗救助支付" Money settlement ?;
    SupplementaryPaid "supplementary_paid" "补充保险支付" Money settlement ?;
    CivilServantPaid "civil_servant_paid" "公务员补助支付" Money settlement ?;
    EnterprisePaid "enterprise_paid" "企业补充保险支付" Money settlement ?;
    OtherPaid "other_paid" "其他支付" Money settlement ?;
    HospitalBorne "hospital_borne" "医院负担" Money settlement ?;
    FundTotal "fund_total" "基金支付总额" Money settlement ?;
    PersonalTotal "personal_total" "个人负担总额" Money settlement ?;
    AccountPaid "account_paid" "个人账户支付" Money settlement ?;
    CashPaid "cash_paid" "个人现金支付" Money settlement ?;
    ReversesNo "reverses_settlement_no" "被冲正结算编号" Code settlement ?;
    Remark "remark" "备注" Word settlement ? roster ?;
    HouseholderIdNumber "householder_id_number" "户主身份证号" Personal roster ?;
    ValidFrom "valid_from" "生效日期" Date roster ?;
    ValidTo "valid_to" "失效日期" Date roster ?;
    CertifiedOn "certified_on" "认定日期" Date roster ?;
    AppliedOn "applied_on" "申请日期" Date roster ?;
    DueToIllness "due_to_illness" "因病" Word roster ?;
    DisabilityCertificate "disability_certificate" "残疾人证" Word roster ?;
    AnnualIncome "annual_income" "家庭年收入" Money roster ?;
    HouseholdMembers "household_members" "家庭人数" Word roster ?;
}

impl Column {
    /// The column of this name in mapping files.
    pub fn named(name: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.name() == name)
    }

    /// Whether files of `kind` may have it.
    pub fn is_in(self, kind: Kind) -> bool {
        self.place(kind) != Place::None
    }

    /// Whether files of `kind` must have it.
    pub fn is_required_in(self, kind: Kind) -> bool {
        self.place(kind) == Place::Required
    }

    /// Whether only files of `kind` have it: what a kind is recognised by.
    pub fn tells(self, kind: Kind) -> bool {
        let other = match kind {
            Kind::Settlement => Kind::Roster,
            Kind::Roster => Kind::Settlement,
        };
        self.is_in(kind) && !self.is_in(other)
    }

    /// Its place in tables by column.
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_to_one_and_indexes_follow_the_table() {
        for (index, column) in Column::ALL.iter().enumerate() {
            assert_eq!(Column::named(column.name()), Some(*column));
            assert_eq!(column.index(), index);
        }
    }
}
