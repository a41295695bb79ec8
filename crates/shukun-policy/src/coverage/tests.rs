use jiff::civil::date;
use shukun_base::Fen;

use super::*;
use crate::lexer::Names;
use crate::markdown::read_document;

fn figures(text: &str) -> Vec<Figure> {
    let found = scan(text, Span { file: 0, start: 0, end: text.len() });
    assert!(found.iter().all(|found| text[found.place.start..found.place.end] == found.text));
    found.into_iter().map(|found| found.figure).collect()
}

#[test]
fn figures_in_arabic_and_chinese() {
    use Figure::*;
    let yuan = |yuan: i64| Money(Fen::yuan(yuan));
    for (text, found) in [
        ("三万元起，最高五万元", vec![yuan(30_000), yuan(50_000)]),
        ("3万元（含3万元）至１０ 万元", vec![yuan(30_000), yuan(30_000), yuan(100_000)]),
        ("二十一万三千五百元、一百零五元、两千元", vec![yuan(213_500), yuan(105), yuan(2000)]),
        ("429,785.33元", vec![Money(Fen(42_978_533))]),
        (
            "百分之十、10%、5‰、三分之一",
            vec![
                Share(Exact::new(1, 10)),
                Share(Exact::new(1, 10)),
                Share(Exact::new(1, 200)),
                Share(Exact::new(1, 3)),
            ],
        ),
        ("认定前十二个月和6个月，三年", vec![Months(12.into()), Months(6.into()), Months(36.into())]),
        (
            "2022年12月23日、2022-12-23、2022年7月",
            vec![Day(date(2022, 12, 23)), Day(date(2022, 12, 23)), Month(2022, 7)],
        ),
        ("12月31日，2022年，二〇二二年", vec![MonthDay(12, 31), Year(2022), Year(2022)]),
        ("满60周岁，5个工作日，十个工作日", vec![Plain(60.into()), Plain(5.into()), Plain(10.into())]),
        ("3万至10万元", vec![Plain(30_000.into()), yuan(100_000)]),
        ("〔2022〕43号", vec![Plain(2022.into()), Plain(43.into())]),
    ] {
        assert_eq!(figures(text), found, "{text}");
    }
}

#[test]
fn numbers_that_are_no_figures() {
    for text in [
        "三（三）追溯救助",
        "（3）",
        "1. 对象\n2、范围",
        "第三条和第12条",
        "三重制度、四个方面、七项举措",
        "同一年度、每一年、统一年检、哪一天",
        "读法Y1 和 ICD10",
        "代码 `30000` 不算",
        "万元",
        "一般、十分、百姓、千万不要",
        "",
    ] {
        assert_eq!(figures(text), [], "{text}");
    }
}

fn codes(text: &str) -> Vec<(&'static str, String)> {
    let (document, findings) = read_document(0, text, &Names::new());
    assert_eq!(findings, [], "{text}");
    let found = check_articles(&document).into_iter().map(|finding| {
        let place = finding.place.unwrap();
        (finding.code, text[place.start..place.end].to_owned())
    });
    found.collect()
}

#[test]
fn every_figure_of_the_prose_is_used_or_waived() {
    let rule = |clauses: &str| {
        format!(
            "## 三、追溯\n认定前十二个月内，三万元起按百分之十救助，文号43。\n\n```纾困\n规则 追溯\n{clauses}\n```\n"
        )
    };
    let all = "归集：结算，费用发生日 在 认定日 前12个月 至 认定日\n触发：达到 3万元\n比例：10%";
    assert_eq!(codes(&rule(&format!("{all}\n不计：43：文号"))), []);
    assert_eq!(codes(&rule(all)), [("P0171", "43".to_owned())]);
    let other = all.replace("3万元", "30001元").replace("前12", "前6");
    let missing = codes(&rule(&format!("{other}\n不计：43、44：文号")));
    let places: Vec<(&str, &str)> = missing.iter().map(|(code, place)| (*code, place.as_str())).collect();
    assert_eq!(places, [("P0171", "十二个月"), ("P0171", "三万元"), ("P0172", "43、44：文号")]);
}

#[test]
fn tables_readings_and_articles_below_count() {
    let text = "## 三\n三万元、五万元、七万元。\n\n### （一）\n```纾困\n参数表 甲\n```\n| 线 |\n|---|\n| 3万元 |\n\n\
                ```疑义\nY1 问\n甲 ＝ 5万元：一\n乙 ＝ 6万元：二\n暂定：甲\n```\n\n## 四\n```纾困\n规则 乙\n触发：达到 7万元\n```\n";
    assert_eq!(codes(text), [("P0171", "七万元".to_owned())]);
}

#[test]
fn the_official_text_has_the_rules_figures_and_the_quotations() {
    let text = "## 三\n条文说“三万元 以上”，又说「五万元」。\n\n> 个人负担部分\n\n```纾困\n规则 甲\n触发：达到 3万元\n最低：40元\n比例：查表（甲，乙）× 50%\n不计：50%：试\n```\n";
    let (document, _) = read_document(0, text, &Names::new());
    let found: Vec<(&str, &str)> = check_original(&document, "三万元\n以上的，个人负担\n部分")
        .iter()
        .map(|finding| (finding.code, finding.place.map(|place| &text[place.start..place.end]).unwrap()))
        .collect();
    assert_eq!(found, [("P0173", "40元"), ("P0174", "五万元")]);
}

#[test]
fn a_megabyte_of_anything_ends_soon() {
    for unit in ["一", "1", "`", "1,234", "百分之", "2022年", "（", "“", "1.", "\n 1"] {
        scan(&unit.repeat(300_000 / unit.len()), Span::default());
    }
}
