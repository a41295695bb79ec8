//! Tests of the lexer: one spelling after another.

use jiff::civil::date;
use shukun_base::{Exact, Fen};

use super::*;

fn tokens_with(text: &str, names: &[&str]) -> Vec<Token> {
    let span = Span { file: 0, start: 0, end: text.len() };
    let (words, findings) = lex(text, span, &names.iter().collect());
    assert_eq!(findings, [], "{text}");
    words.into_iter().map(|word| word.token).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    tokens_with(text, &[])
}

fn name(text: &str) -> Token {
    Token::Name(text.to_owned())
}

fn codes(text: &str) -> Vec<&'static str> {
    let span = Span { file: 0, start: 0, end: text.len() };
    lex(text, span, &Names::new()).1.iter().map(|finding| finding.code).collect()
}

#[test]
fn money_in_every_form() {
    for (text, fen) in [
        ("3万元", 3_000_000),
        ("３ 万元", 3_000_000),
        ("49,500元", 4_950_000),
        ("29，999.99元", 2_999_999),
        ("1.5亿元", 15_000_000_000),
        ("30000元", 3_000_000),
        ("3.000001万元", 3_000_001),
        ("30000 yuan", 3_000_000),
    ] {
        assert_eq!(tokens(text), [Token::Money(Fen(fen))], "{text}");
    }
}

#[test]
fn rates_numbers_days_months() {
    assert_eq!(tokens("90%　５‰"), [Token::Percent(Exact::new(9, 10)), Token::Percent(Exact::new(1, 200))]);
    assert_eq!(tokens("12 1/3 0.5"), [12.into(), Exact::new(1, 3), Exact::new(1, 2)].map(Token::Number));
    for text in ["2022年12月23日", "2022-12-23", "2022/12/23", "２０２２．１２．２３"] {
        assert_eq!(tokens(text), [Token::Day(date(2022, 12, 23))], "{text}");
    }
    assert_eq!(tokens("前12个月 12 months before"), [Token::MonthsBefore(12), Token::MonthsBefore(12)]);
    assert_eq!(tokens("连续12个月 rolling 12 months"), [Token::RollingMonths(12), Token::RollingMonths(12)]);
    assert_eq!(tokens("7月1日起"), [Token::MonthDay { month: 7, day: 1 }]);
    assert_eq!(tokens("--07-01"), [Token::MonthDay { month: 7, day: 1 }]);
    let y1 = Token::Reading("Y1".to_owned());
    assert_eq!(tokens("读法Y1 疑义 Ｙ１ reading Y1"), [y1.clone(), y1.clone(), y1]);
}

#[test]
fn chinese_is_split_only_where_all_of_it_is_known() {
    use Token::*;
    assert_eq!(tokens("新认定且因病"), [Known("newly_certified"), Known("and"), Known("due_to_illness")]);
    assert_eq!(tokens("超过5万元"), [More, Money(Fen::yuan(50_000))]);
    assert_eq!(tokens("认定日前12个月"), [Known("certified_on"), MonthsBefore(12)]);
    assert_eq!(tokens("按疑义Y3"), [Known("by"), Reading("Y3".to_owned())]);
    assert_eq!(tokens("四舍五入到分"), [Known("half_up"), Known("to_fen")]);
    assert_eq!(tokens("扣起付整额"), [Known("whole_above_first_line")]);
    assert_eq!(tokens("全民健康补充医疗保险"), [name("全民健康补充医疗保险")]);
    assert_eq!(tokens("低保对象"), [name("低保对象")]);
    assert_eq!(
        tokens_with("有暴力倾向且因病", &["有暴力倾向"]),
        [name("有暴力倾向"), Known("and"), Known("due_to_illness")]
    );
    assert_eq!(tokens_with("读法Y7", &["读法Y7"]), [Reading("Y7".to_owned())]);
    assert_eq!(tokens_with("追溯救助（大病）、x", &["追溯救助(大病)"]), [name("追溯救助(大病)"), ListComma, name("x")]);
}

#[test]
fn a_base_with_signs() {
    use Token::*;
    assert_eq!(
        tokens("政策范围内费用 － 已付（基本医保、大病保险，医疗救助）× 90%，余额"),
        [
            Known("in_scope"),
            Minus,
            Known("paid"),
            Open,
            name("基本医保"),
            ListComma,
            name("大病保险"),
            ListComma,
            name("医疗救助"),
            Close,
            Times,
            Percent(Exact::new(9, 10)),
            Comma,
            Known("left")
        ]
    );
}

#[test]
fn english_words_split_at_signs() {
    use Token::*;
    assert_eq!(
        tokens("in_scope-paid(basic, critical) >= 3000 yuan # why"),
        [
            Known("in_scope"),
            Minus,
            Known("paid"),
            Open,
            name("basic"),
            ListComma,
            name("critical"),
            Close,
            AtLeast,
            Money(Fen::yuan(3000))
        ]
    );
    assert_eq!(tokens("android order"), [name("android"), name("order")]);
    assert_eq!(tokens_with("due to the mind and in_scope", &["due to the mind"]).len(), 3);
}

#[test]
fn places_are_bytes_of_the_file() {
    let source = "基数：余额，３万元";
    let span = Span { file: 2, start: 9, end: source.len() };
    let (words, _) = lex(source, span, &Names::new());
    let places: Vec<&str> = words.iter().map(|word| &source[word.span.start..word.span.end]).collect();
    assert_eq!(places, ["余额", "，", "３万元"]);
    assert!(words.iter().all(|word| word.span.file == 2));
}

#[test]
fn figures_that_cannot_be_read() {
    for (text, code) in [
        ("3.0000001万元", "P0121"),
        ("3万园", "P0121"),
        ("9999999999999999999元", "P0121"),
        ("九 9999999999999999999%", "P0122"),
        ("2022-13-45", "P0123"),
        ("2022年2月30日", "P0123"),
        ("15岁", "P0124"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
}

#[test]
fn long_runs_end_soon() {
    let text = "低保".repeat(200_000);
    assert_eq!(tokens(&text).len(), 1);
    let digits = "1,234".repeat(100_000);
    codes(&digits);
}
