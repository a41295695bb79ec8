//! Findings of worked examples that were run, each provoked once; shown beside the others in the gallery of codes.

use std::path::Path;

use shukun_base::Lang;
use shukun_engine::examples::run_examples;
use shukun_policy::codes::find_code;
use shukun_policy::pack::PackSet;
use shukun_policy::render::to_text;

const TOML: &str = "id = \"town\"\ntitle = \"镇办法\"\nregion = \"330305\"\nprovenance = \"illustrative\"\n\
                    language_version = 1\nin_force = \"2022-01-01\"\n";
const RULES: &str = "## 一\n\n```纾困\n次序：基本医保（已结算）、镇救助（测算）\n```\n\n```纾困\n施行 日期\n\
                     施行：2022年1月1日\n适用按：费用发生日\n```\n\n```纾困\n规则 镇救助\n依据：一\n对象：全体\n归集：结算\n\
                     排序：费用发生日、结算编号\n基数：余额 费用总额\n触发：超过 5万元\n化解至：49,500元\n时点：期末\n\
                     累计：每人 每自然年（按 费用发生日）\n舍入：四舍五入到分\n资金：镇财政\n层级：镇救助\n```\n\n";

/// Runs one example under the rules above and shows the finding `code` that it must give.
fn provoke(code: &str, rule: &str, example: &str) {
    let text = format!("{}```算例 过线一分\n{example}", rule);
    let files = vec![("pack.toml".to_owned(), TOML.into()), ("规则.md".to_owned(), text.into_bytes())];
    let (set, _) = PackSet::read(vec![files]);
    let report = run_examples(&set);
    let finding = report.findings.iter().find(|finding| finding.code == code);
    let finding = finding.unwrap_or_else(|| panic!("{code} is not among {:#?}", report.findings));
    assert_eq!(find_code(code).map(|known| known.severity), Some(finding.severity), "{code}");
    assert!(report.failed > 0);
    let show = |lang| to_text(std::slice::from_ref(finding), &set.sources, lang, false);
    let mut settings = insta::Settings::clone_current();
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shukun-policy/tests/it/gallery");
    settings.set_snapshot_path(gallery);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(code, format!("{}\n\n{}", show(Lang::Zh), show(Lang::En))));
}

#[test]
fn examples_that_do_not_hold() {
    let table = |head: &str, row: &str| format!("规则：镇救助\n```\n{head}\n|---|---|---|\n{row}\n");
    let head = "| 情形 | 费用发生日 | 应付 |";
    let total = "规则：镇救助\n设：费用总额＝50,000.01\n```\n";
    provoke("P0900", RULES, &format!("{total}{head}\n|---|---|---|\n| 甲 | 2022-05-06 | 500 |\n"));
    provoke("P0901", RULES, &table("| 情形 | 天气 | 应付 |", "| 甲 | 晴 | 0 |"));
    provoke("P0902", RULES, &table(head, "| 甲 | 五月六日 | 0 |"));
    provoke("P0903", RULES, &table("| 情形 | 费用总额 | 应付 |", "| 甲 | 60,000 | 10,500 |"));
    provoke("P0904", RULES, &table("| 情形 | 费用发生日 | 应付·区救助 |", "| 甲 | 2022-05-06 | 0 |"));
    provoke("P0905", &RULES.replace("触发：超过 5万元\n", ""), &table(head, "| 甲 | 2022-05-06 | 0 |"));
}
