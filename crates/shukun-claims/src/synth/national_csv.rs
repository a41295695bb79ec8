//! The same claims with the national platform's field names: CSV in GB18030, as older systems export it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;
use shukun_base::{Day, Fen};
use shukun_engine::facts::Sex;

use super::CountyName;
use super::error::WriteError;
use super::sheet_row::{SheetRow, insurance_words, kind_words, plain_yuan};

const FIELDS: [&str; 32] = [
    "mdtrt_id",
    "setl_id",
    "psn_no",
    "psn_name",
    "certno",
    "gend",
    "brdy",
    "insutype",
    "med_type",
    "fixmedins_code",
    "fixmedins_name",
    "hosp_lv",
    "begndate",
    "enddate",
    "setl_time",
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "hifp_pay",
    "hifmi_pay",
    "maf_pay",
    "oth_pay",
    "fund_pay_sumamt",
    "psn_part_amt",
    "acct_pay",
    "psn_cash_pay",
    "dise_codg",
    "dise_name",
    "insuplc_admdvs",
    "memo",
];

/// The file of one year.
pub(super) struct NationalCsv {
    path: PathBuf,
    out: BufWriter<File>,
    county: CountyName,
}

impl NationalCsv {
    pub(super) fn create(county: CountyName, year: i16, folder: &Path) -> Result<NationalCsv, WriteError> {
        let path = folder.join(format!("settlements_{}_{year}.csv", county.key()));
        let file = File::create(&path).map_err(|error| WriteError::io(&path, &error))?;
        let mut csv = NationalCsv { path, out: BufWriter::new(file), county };
        csv.line(&FIELDS)?;
        Ok(csv)
    }

    pub(super) fn write(&mut self, row: &SheetRow<'_>) -> Result<(), WriteError> {
        self.line(&fields(row, self.county))
    }

    pub(super) fn finish(mut self) -> Result<PathBuf, WriteError> {
        self.out.flush().map_err(|error| WriteError::io(&self.path, &error))?;
        Ok(self.path)
    }

    fn line<T: AsRef<str>>(&mut self, fields: &[T]) -> Result<(), WriteError> {
        let line: Vec<String> = fields.iter().map(|field| quoted(field.as_ref())).collect();
        let line = line.join(",") + "\r\n";
        let (bytes, _, _) = GB18030.encode(&line);
        self.out.write_all(&bytes).map_err(|error| WriteError::io(&self.path, &error))
    }
}

/// A field in quotation marks where CSV wants them.
pub(super) fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn fields(row: &SheetRow<'_>, county: CountyName) -> [String; 32] {
    let (claim, paid) = (row.claim, row.claim.paid);
    let iso = |day: Day| day.to_string();
    let sex = match row.member.sex {
        Sex::M => "1",
        Sex::F => "2",
    };
    let place = row.household.members.iter().position(|member| member.id_number == row.member.id_number);
    let minute = row.look() % 60;
    [
        format!("M{}", claim.settlement_no),
        claim.settlement_no.clone(),
        format!("{}{:07}{}", county.code(), row.household.number, place.unwrap_or(0)),
        row.name.clone(),
        row.id_number.clone(),
        sex.to_owned(),
        iso(row.member.birth),
        insurance_words(row.member.insurance).1.to_owned(),
        kind_words(claim.kind).1.to_owned(),
        claim.institution.code.clone(),
        claim.institution.name.clone(),
        format!("{:02}", claim.institution.level),
        iso(claim.admitted_on),
        row.discharged_text.map_or_else(|| iso(claim.discharged_on), str::to_owned),
        format!("{} 10:{minute:02}:00", claim.settled_on),
        plain_yuan(row.total),
        plain_yuan(claim.amounts.out_of_catalogue),
        plain_yuan(claim.amounts.over_limit),
        plain_yuan(claim.amounts.pre_selfpay),
        plain_yuan(claim.amounts.in_scope),
        plain_yuan(paid.basic),
        plain_yuan(paid.critical_illness),
        plain_yuan(paid.medical_assistance),
        plain_yuan(Fen::ZERO),
        plain_yuan(paid.by_funds()),
        plain_yuan(claim.personal_burden()),
        plain_yuan(paid.account),
        row.cash_text.map_or_else(|| plain_yuan(paid.cash), str::to_owned),
        claim.diagnosis.code.to_owned(),
        claim.diagnosis.name.to_owned(),
        county.code().to_owned(),
        claim.reverses.as_deref().map_or_else(String::new, |original| format!("冲正 {original}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        assert_eq!(quoted("陈伟"), "陈伟");
        assert_eq!(quoted("=H(\"x\",1)"), "\"=H(\"\"x\"\",1)\"");
    }
}
