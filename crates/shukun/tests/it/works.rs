//! Works as real children of the real program: what they answer, and what stops them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use shukun_web::works::order::Trial;
use shukun_web::works::{Order, WorkFailure, Works};

fn works() -> Works {
    Works::child(PathBuf::from(env!("CARGO_BIN_EXE_shukun")))
}

fn run(trial: Trial) -> Result<serde_json::Value, WorkFailure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(works().run(&Order::Trial(trial), |_, _| {}))
}

#[test]
fn a_work_answers_and_tells_its_steps() {
    let steps = Mutex::new(Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let order = Order::Trial(Trial::Echo("账单".to_owned()));
    let answer =
        runtime.block_on(works().ask::<String>(&order, |done, total| steps.lock().unwrap().push((done, total))));
    assert_eq!(answer.unwrap(), "账单");
    assert_eq!(steps.lock().unwrap().last(), Some(&(3, 3)));
}

#[test]
fn what_takes_too_much_is_stopped_and_says_which_limit_it_met() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("full");
    let start = Instant::now();
    assert_eq!(run(Trial::Memory).unwrap_err().code, "work-memory");
    assert_eq!(run(Trial::Time).unwrap_err().code, "work-time");
    assert_eq!(run(Trial::File(file.display().to_string())).unwrap_err().code, "work-file");
    assert!(file.metadata().unwrap().len() <= 1 << 20);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// The ids of living children of this process that wait as a work.
#[cfg(target_os = "linux")]
fn children() -> Vec<u32> {
    let own = std::process::id();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|id| is_work_of(*id, own)).collect()
}

#[cfg(target_os = "linux")]
fn is_work_of(id: u32, parent: u32) -> bool {
    let read = |name: &str| std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join(name));
    let (Ok(stat), Ok(line)) = (read("stat"), read("cmdline")) else { return false };
    let after = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    line.ends_with("\0work\0") && after.get(1) == Some(&parent.to_string().as_str()) && after.first() != Some(&"Z")
}

#[cfg(target_os = "linux")]
#[test]
fn a_work_nobody_waits_for_ends() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let waiting = runtime.spawn(async { works().run(&Order::Trial(Trial::Wait), |_, _| {}).await });
    let until = |wanted: &dyn Fn(&[u32]) -> bool| {
        let start = Instant::now();
        while !wanted(&children()) {
            assert!(start.elapsed() < Duration::from_secs(120), "{:?}", children());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    // Other tests of this program run beside this one; theirs end by themselves.
    until(&|children| !children.is_empty());
    waiting.abort();
    until(&|children| children.is_empty());
}

#[test]
fn a_work_ends_with_its_standard_input() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_shukun"));
    let mut child = command.arg("work").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", serde_json::to_string(&Order::Trial(Trial::Wait)).unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    drop(stdin);
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "it outlived its parent");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The packs of this repository as the policy desk shows them.
#[test]
fn packs_are_told_as_an_official_reads_them() {
    use shukun_web::works::order::{Policies, PoliciesOrder};
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let order = PoliciesOrder {
        packs: vec![policies],
        on: "2024-01-01".parse().unwrap(),
        only: Some("cn-330305-dongtou".to_owned()),
        against: Some("cn-330381-ruian".to_owned()),
        readings: Vec::new(),
        lang: shukun_base::Lang::Zh,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told: Policies = runtime.block_on(works().ask(&Order::Policies(order), |_, _| {})).unwrap();
    let dongtou = told.packs.iter().find(|pack| pack.id == "cn-330305-dongtou").unwrap();
    assert!(dongtou.is_in_force && dongtou.ambiguities > 3 && dongtou.examples > 10);
    assert_eq!(dongtou.examples, dongtou.examples_hold);
    let shown = told.shown.unwrap();
    assert!(shown.text.contains("```纾困") && shown.rules.iter().any(|rule| rule.name.contains("高额")));
    assert!(shown.findings.iter().any(|finding| finding.code == "P0505" && finding.line.is_some()));
    assert!(!shown.cliffs.is_empty() && shown.curves.iter().all(|curve| curve.points.len() > 10));
    assert!(!told.changes.is_empty());
}
