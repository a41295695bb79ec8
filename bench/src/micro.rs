//! Small workloads of a fixed size, run some times: what one more time costs in instructions is the difference of two
//! runs, so that reading packs and making data does not count. Start at [`WORKLOADS`].

use std::hint::black_box;
use std::path::Path;

use shukun_base::{ClaimId, HouseholdId, PersonId, RegionCode};
use shukun_claims::columns::{ClaimsFile, Layout, TotalsOnly, settle_with};
use shukun_claims::import::{Known, Settings, Source, plan_import};
use shukun_engine::facts::{Claim, HouseholdFacts};
use shukun_engine::kernel::{Answer, Chunk, Kernel, Wanted};
use shukun_engine::{Detail, Prepared};

use crate::failure::{Failure, Outcome};
use crate::files::Work;
use crate::generate::generate;
use crate::reference::{households, load};

/// People of the workloads that settle chunks.
const PEOPLE: u64 = 4_000;
/// Rows of the imported file.
const ROWS: usize = 1_000;

type Workload = fn(&Path, u32) -> Outcome<()>;

/// Each settles, imports or decodes the same thing `times` times.
const WORKLOADS: [(&str, Workload); 8] = [
    ("kernel-claim-stream-totals", |packs, times| kernel(packs, "claim-stream", Wanted::default(), times)),
    ("kernel-claim-stream-split", |packs, times| {
        kernel(packs, "claim-stream", Wanted { split: true, years: false }, times)
    }),
    ("kernel-claim-stream-40-totals", |packs, times| kernel(packs, "claim-stream-40", Wanted::default(), times)),
    ("kernel-person-year-totals", |packs, times| kernel(packs, "person-year", Wanted::default(), times)),
    ("kernel-person-year-standings", |packs, times| {
        kernel(packs, "person-year", Wanted { split: false, years: true }, times)
    }),
    ("reference-one-household", reference),
    ("file-claim-stream-totals", file),
    ("import-1000-rows", import),
];

/// Runs the workload of that name.
pub fn micro(packs: &Path, name: &str, times: u32) -> Outcome<serde_json::Value> {
    let Some((_, workload)) = WORKLOADS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = WORKLOADS.iter().map(|(name, _)| *name).collect();
        return Err(Failure(names.join("\n")));
    };
    workload(packs, times)?;
    Ok(serde_json::json!({"workload": name, "times": times}))
}

/// The claims of some people under a pack's data: 40 rules settle the same claims as seven.
fn people(pack: &str) -> Outcome<Vec<HouseholdFacts>> {
    with_file(pack, households)
}

/// Gives a generated file to `of` and removes it.
fn with_file<T>(pack: &str, of: impl FnOnce(&Path) -> Outcome<T>) -> Outcome<T> {
    let work = if pack == "person-year" { Work::PersonYear } else { Work::ClaimStream };
    let path = std::env::temp_dir().join(format!("shukun-bench-{}.parquet", std::process::id()));
    generate(work, PEOPLE, &path)?;
    let found = of(&path);
    std::fs::remove_file(&path)?;
    found
}

fn kernel(packs: &Path, pack: &str, wanted: Wanted, times: u32) -> Outcome<()> {
    let program = load(&packs.join(pack))?;
    let kernel = Kernel::new(&program);
    let people = people(pack)?;
    let chunk = Chunk::from_facts(&program, &people);
    let mut answer = Answer::default();
    for _ in 0..times {
        kernel.settle(black_box(&chunk), wanted, &mut answer);
    }
    black_box(&answer);
    Ok(())
}

/// The household with the most claims.
fn reference(packs: &Path, times: u32) -> Outcome<()> {
    let program = load(&packs.join("claim-stream"))?;
    let prepared = Prepared::new(&program);
    let people = people("claim-stream")?;
    let Some(household) = people.iter().max_by_key(|household| household.claims.len()) else { return Ok(()) };
    for _ in 0..times {
        black_box(prepared.settle(black_box(household), Detail::default()));
    }
    Ok(())
}

/// From Parquet to the sums, as `shukun settle-file` does it, on one thread.
fn file(packs: &Path, times: u32) -> Outcome<()> {
    let program = load(&packs.join("claim-stream"))?;
    let kernel = Kernel::new(&program);
    let region = RegionCode::new("33").ok_or_else(|| Failure("no region".to_owned()))?;
    let layout = Layout { threads: 1, ..Layout::default() };
    with_file("claim-stream", |path| {
        let failed = |error: shukun_claims::lake::LakeError| Failure(format!("{error:?}"));
        let file = ClaimsFile::open(path).map_err(failed)?;
        for _ in 0..times {
            let settled = settle_with(&file, &kernel, &region, Wanted::default(), &mut TotalsOnly, layout);
            black_box(settled.map_err(failed)?);
        }
        Ok(())
    })
}

/// A settlement file of one person as CSV, into an empty lake.
fn import(_: &Path, times: u32) -> Outcome<()> {
    let text = settlement_csv();
    let settings = Settings::default();
    let source = Source { name: "settlements.csv", bytes: text.as_bytes() };
    for _ in 0..times {
        let (batch, report) = plan_import(black_box(source), None, &settings, &Nothing)
            .map_err(|error| Failure(format!("{:?}", error.code())))?;
        if batch.claims.len() != ROWS {
            return Err(Failure(format!("{} of {} rows were accepted", report.accepted, report.rows)));
        }
    }
    Ok(())
}

fn settlement_csv() -> String {
    let mut text =
        "姓名,身份证号,结算编号,就医类别,入院日期,出院日期,结算日期,医疗费总额（元）,政策范围内费用,自费,超限价,\
                    先行自付,基本医保支付,大病保险支付,医疗救助支付\n"
            .to_owned();
    for row in 0..ROWS {
        let (month, day) = (1 + row % 12, 1 + row % 28);
        text.push_str(&format!(
            "某甲,330305196001010019,S{row:06},住院,2022-{month:02}-{day:02},2022-{month:02}-{day:02},\
             2022-{month:02}-{day:02},{}.67,10000.00,{}.67,0,1000.00,8000.00,0,0\n",
            11_000 + row,
            row
        ));
    }
    text
}

/// An empty lake with codes that are no secret.
struct Nothing;

impl Known for Nothing {
    fn claim(&self, _: ClaimId) -> Option<Claim> {
        None
    }

    fn reversals_of(&self, _: ClaimId) -> Vec<Claim> {
        Vec::new()
    }

    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(hashed(id_number))
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(hashed(householder_id_number))
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(hashed(settlement_no))
    }
}

fn hashed(text: &str) -> u64 {
    text.bytes().fold(7, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
