//! The small files beside the settlements and the roster: verification outcomes, regions, README.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::error::WriteError;
use super::national_csv::quoted;
use super::people::{Household, Member};
use super::sheet_row::plain_yuan;
use super::{County, Outcome, Tally, Verification};

const VERIFICATION_HEADER: &str =
    "年度,镇街,村社,姓名,身份证号,个人负担（元）,个人自负（元）,核查结果,是否救助,救助金额（元）,家庭年收入（元）";

/// Small tables that are kept until the end.
#[derive(Default)]
pub(super) struct SideFiles {
    verification: String,
    villages: BTreeSet<(String, String, String)>,
}

impl SideFiles {
    /// Notes what a household adds.
    pub(super) fn add(&mut self, county: &County, household: &Household) {
        let village = &household.village;
        self.villages.insert((village.code.to_string(), village.town.clone(), village.name.clone()));
        for year in county.plan().years.clone() {
            for (place, member) in household.members.iter().enumerate() {
                if let Some(found) = county.verification(household, place, year) {
                    self.verification += &verification_line(household, member, &found);
                }
            }
        }
    }

    /// Writes the files and says where they lie.
    pub(super) fn write(
        self,
        county: &County,
        dir: &Path,
        tallies: &[(i16, Tally)],
    ) -> Result<Vec<PathBuf>, WriteError> {
        let regions = format!("regions_{}.csv", county.plan().county.key());
        Ok(vec![
            write_text(
                dir.join("verification.csv"),
                &format!("\u{feff}{VERIFICATION_HEADER}\r\n{}", self.verification),
            )?,
            write_text(dir.join(regions), &regions_table(&self.villages))?,
            write_text(dir.join("README.txt"), &readme(county, tallies))?,
        ])
    }
}

/// The form that [`crate::import::Regions::from_csv`] reads.
fn regions_table(villages: &BTreeSet<(String, String, String)>) -> String {
    let mut regions = "county,town_code,town,village_code,village\n".to_owned();
    for (code, town, village) in villages {
        let (county, town_code) = (code.get(..6).unwrap_or_default(), code.get(..9).unwrap_or_default());
        // Writing to a String cannot fail.
        let _ = writeln!(regions, "{county},{town_code},{town},{code},{village}");
    }
    regions
}

fn verification_line(household: &Household, member: &Member, found: &Verification) -> String {
    let (risk, aided, relief) = match found.outcome {
        Outcome::NoRisk => ("无致贫风险", "否", String::new()),
        Outcome::AtRisk => ("有致贫风险", "否", String::new()),
        Outcome::Aided(relief) => ("有致贫风险", "是", plain_yuan(relief)),
    };
    let village = &household.village;
    let fields = [
        found.year.to_string(),
        village.town.clone(),
        village.name.clone(),
        member.name.clone(),
        member.id_number.clone(),
        plain_yuan(found.personal_burden),
        plain_yuan(found.in_scope_copay),
        risk.to_owned(),
        aided.to_owned(),
        relief,
        plain_yuan(found.income_found),
    ];
    fields.map(|field| quoted(&field)).join(",") + "\r\n"
}

/// Writes a small text file.
pub(super) fn write_text(path: PathBuf, text: &str) -> Result<PathBuf, WriteError> {
    std::fs::write(&path, text).map_err(|error| WriteError::io(&path, &error))?;
    Ok(path)
}

fn readme(county: &County, tallies: &[(i16, Tally)]) -> String {
    let plan = county.plan();
    let (zh, people, seed) = (plan.county.zh(), plan.people, plan.seed);
    let (first, last) = (plan.years.start(), plan.years.end());
    let mut text = format!(
        "合成数据：{zh}，{people} 人，{first}—{last} 年，随机种子 {seed}。\n\
         表中的人、住址（村社）、病情和金额全部是虚构的；只有县和镇街的名称、代码是真实的。\n\
         身份证号前六位的后四位为 91xx—99xx，国家从未编配过这些地址码，因此不会是任何人的号码。\n\
         医保、大病、救助的支付比例也是虚构的，不是任何地方的政策。\n\
         同一县、同一种子、同一年度生成的文件逐字节相同。national/ 下是同样的结算（国家字段名，GB18030），二者导入其一即可。\n\n\
         Synthetic data: {county}, {people} people, {first}–{last}, seed {seed}.\n\
         All people, villages, illnesses and amounts are invented; only the names and codes of county and towns are real.\n\
         ID numbers begin with address codes (xx91xx–xx99xx) that the state has never given out: they are nobody's.\n\
         The funds' rates are invented too and are no place's policy. The same plan gives the same bytes.\n\
         national/ holds the same settlements in the national form; import one of the two.\n",
        county = plan.county.key(),
    );
    for (year, tally) in tallies {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{year}\n{tally}\n");
        for (published, count, of) in tally.compare(plan.county) {
            let _ = writeln!(text, "{}: {count}/{of}; published {}/{}", published.zh, published.count, published.of);
        }
    }
    text
}
