//! Packs written out in full, linked. The packs of `policies/` link too: see `tests/it`.

use super::*;
use crate::program::*;

/// A province that settles two payers, and a county whose rules are `rules`.
pub(crate) fn county(rules: &str) -> PackSet {
    let toml = |id: &str, region: &str, more: &str| {
        format!(
            "id = \"{id}\"\ntitle = \"t\"\nregion = \"{region}\"\nprovenance = \"transcribed\"\nlanguage_version = 1\nbenefits_from = \"2022-01-01\"\n{more}"
        )
    };
    let province = "```纾困\n次序 省\n次序：基本医保（已结算）、大病保险（已结算）\n```\n";
    let folder = |toml: String, rules: &str| {
        vec![("pack.toml".to_owned(), toml.into_bytes()), ("规则.md".to_owned(), rules.as_bytes().to_vec())]
    };
    let folders = vec![
        folder(toml("province", "33", ""), province),
        folder(toml("county", "330305", "parent = \"province\""), rules),
    ];
    let (set, findings) = PackSet::read(folders);
    assert_eq!(findings, []);
    set
}

/// The retroactive aid of the design, with what the reference requires added.
const RETROACTIVE: &str = "
```纾困
次序 县
次序：基本医保（已结算）、大病保险（已结算）、补充保险（已结算）、省级追溯救助（已结算）、追溯救助（测算）
```
```纾困
施行 日期
待遇自：2022年1月1日
适用按：认定日
```
## 三、（三）追溯救助
```纾困
规则 追溯救助
依据：三（三）
对象：新认定 且 认定类别 属于【低保、低边】 且 因病
归集：结算，费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日
排序：费用发生日、结算时间、结算编号
基数：政策范围内费用 － 已付（基本医保、大病保险、补充保险、省级追溯救助）
分段：按 读法Y1，依下表
时点：逐笔
累计：本规则 每人 每自然年（按 疑义Y3），封顶 5万元
舍入：四舍五入到分
资金：医疗救助基金
层级：追溯救助
```
| 基数从（含） | 至（不含） | 比例 |
|---|---|---|
| 3万元 | 10万元 | 10% |
| 10万元 | 15万元 | 15% |
| 15万元 | — | 20% |

```疑义
Y1 分段方式
  分别累进：各段只就落在该段内的部分计算，3万元以下不救助
  整额：全部基数按所在档的比例计算
  扣起付整额：超过3万元的部分按所在档的比例计算
  达线累进：达到3万元后自第一元起分段计算
暂定：分别累进    确认人：（待书面答复）
```

```疑义
Y3 封顶的年度
  费用年 ＝ 费用发生日：按费用年
  认定年 ＝ 认定日：按认定年
暂定：认定年
```
";

fn codes(set: &PackSet) -> Vec<&'static str> {
    link(set, &Choices::default()).1.iter().map(|finding| finding.code).collect()
}

#[test]
fn the_example_of_the_design_links() {
    let set = county(RETROACTIVE);
    let (program, findings) = link(&set, &Choices::default());
    assert_eq!(findings.iter().filter(|finding| finding.code != "P0419").collect::<Vec<_>>(), Vec::<&Finding>::new());
    let program = program.unwrap();
    let rule = &program.rules[0];
    assert_eq!((rule.name.as_str(), rule.tier, rule.pack), ("追溯救助", TierIx(4), PackIx(1)));
    let Kind::Pay { scale: Scale::Brackets { mode, scales, .. }, .. } = &rule.kind else { panic!() };
    assert_eq!((*mode, scales[0].rows.len()), (BracketMode::Marginal, 3));
    assert_eq!(rule.accumulate.period, Period { kind: PeriodKind::Year, key: DateField::Certified });
    assert_eq!(rule.limits.len(), 1);
    assert_eq!(rule.readings, [0, 1]);
    let choices = Choices { readings: vec![("Y1".to_owned(), "整额".to_owned())], region: None };
    let other = link(&set, &choices).0.unwrap();
    assert!(matches!(other.rules[0].kind, Kind::Pay { scale: Scale::Brackets { mode: BracketMode::Whole, .. }, .. }));
    assert!(!other.readings[0].provisional);
}

#[test]
fn a_missing_clause_is_never_assumed() {
    for (left_out, code) in [
        ("时点：逐笔\n", "P0306"),
        ("舍入：四舍五入到分\n", "P0306"),
        ("，月末取前一日", "P0312"),
        ("适用按：认定日\n", "P0705"),
        ("层级：追溯救助\n", "P0306"),
        ("归集：结算，费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日\n", "P0306"),
        ("| 10万元 | 15万元 | 15% |\n", "P0501"),
    ] {
        let rules = RETROACTIVE.replace(left_out, "");
        assert!(codes(&county(&rules)).contains(&code), "{left_out}");
        assert!(link(&county(&rules), &Choices::default()).0.is_none());
    }
}

#[test]
fn a_bad_cell_is_one_finding() {
    for (from, to) in [("15万元 | — |", "15万元以上 | — |"), ("| 10% |", "| 十分之一 |")] {
        assert!(RETROACTIVE.contains(from), "{from}");
        let (program, findings) = link(&county(&RETROACTIVE.replacen(from, to, 1)), &Choices::default());
        assert_eq!(program, None);
        let errors: Vec<&str> = findings.iter().filter(|found| found.is_error()).map(|found| found.code).collect();
        assert_eq!(errors, ["P0511"], "{to}");
    }
}
