//! What a county writes down before it pays: the charter's rules, the account that pays, and how its bank's files look. A text
//! with a line for each, `词：值`, as an officer types it; nothing that is left out is supposed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, Text};

use super::files::{Encoding, Form, ReturnColumns, ReturnResult, StatementColumns, Template, parse_amount};
use super::{Band, FailureReason, PaymentRules, YearlyCap};
use crate::ledger::{AccountCode, AccountHead, ProgrammeKey};

/// Everything that is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentSettings {
    /// The charter's rules.
    pub rules: PaymentRules,
    /// The account of the book: `bank:…`.
    pub bank: AccountCode,
    /// The fund's name at the bank.
    pub payer_name: String,
    /// The fund's account at the bank.
    pub payer_account: String,
    /// The fund's bank.
    pub payer_bank: String,
    /// The file that goes out.
    pub template: Template,
    /// The bank's answer.
    pub returns: ReturnColumns,
    /// The bank's statement.
    pub statement: StatementColumns,
}

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// The line, from 1; none where a line is lacking.
    pub line: Option<usize>,
    /// The word that the line begins with, or that is lacking.
    pub word: String,
}

impl SettingFault {
    /// What is wrong and how to mend it.
    pub fn text(&self) -> Text {
        let word = &self.word;
        match self.line {
            Some(line) => Text::new(
                format!("第{line}行“{word}”读不懂：请照样例写成“词：值”。"),
                format!("Line {line} ({word}) cannot be read: write it as in the sample, word：value."),
            ),
            None => Text::new(
                format!("缺少“{word}”：请照文件补写，系统不作假定。"),
                format!("{word} is lacking: write down what the document says; nothing is supposed."),
            ),
        }
    }
}

/// A text that shows every word; its names and figures are nobody's.
pub const SAMPLE: &str = "依据：慈善基金章程第八条（示例）
审批：100,000元以下 1人
审批：以上 2人
预留：30天
封顶：charity_relief 50,000元
封顶：premium_subsidy 文件未定
科目：bank:main
付款户名：某县慈善总会（示例）
付款账号：1200000001
开户行：某某银行（示例）
文件：csv gb18030
列：付款编号 = 付款编号
列：账号 = 收款账号
列：户名 = 收款户名
列：金额 = 金额
列：附言 = 附言
回盘编号：付款编号
回盘金额：金额
回盘结果：处理结果
回盘日期：处理日期
结果：成功 = 成功
结果：户名不符 = 户名不符
结果：账户已销户 = 账户已销户
对账日期：交易日期
对账支出：支出
对账收入：收入
对账附言：附言
对账户名：对方户名
对账账号：对方账号
对账余额：余额
";

/// Words that stand once each and have to be there.
const ONCE: [&str; 13] = [
    "依据",
    "预留",
    "科目",
    "付款户名",
    "付款账号",
    "开户行",
    "文件",
    "回盘编号",
    "回盘金额",
    "回盘结果",
    "回盘日期",
    "对账日期",
    "对账支出",
];

#[derive(Default)]
struct Read {
    once: BTreeMap<&'static str, (usize, String)>,
    maybe: BTreeMap<String, String>,
    bands: Vec<Band>,
    caps: BTreeMap<ProgrammeKey, YearlyCap>,
    columns: Vec<String>,
    results: BTreeMap<String, ReturnResult>,
}

impl PaymentSettings {
    /// Reads the text.
    ///
    /// # Errors
    /// The first line that cannot be read, or what is lacking.
    pub fn read(text: &str) -> Result<PaymentSettings, SettingFault> {
        let mut read = Read::default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let unread = |word: &str| SettingFault { line: Some(number), word: word.to_owned() };
            let (word, value) = line.split_once(['：', ':']).ok_or_else(|| unread(line.trim()))?;
            let (word, value) = (word.trim(), value.trim());
            read.take(number, word, value).ok_or_else(|| unread(word))?;
        }
        read.finish()
    }
}

impl Read {
    fn take(&mut self, number: usize, word: &str, value: &str) -> Option<()> {
        if value.is_empty() {
            return None;
        }
        match word {
            "审批" => self.bands.push(band(value)?),
            "封顶" => {
                let (programme, cap) = value.split_once(' ')?;
                self.caps.insert(ProgrammeKey::new(programme)?, cap_of(cap.trim())?);
            }
            "列" => self.columns.push(value.to_owned()),
            "结果" => {
                let (theirs, ours) = value.split_once(['=', '＝'])?;
                self.results.insert(theirs.trim().to_owned(), result(ours.trim())?);
            }
            "对账收入" | "对账附言" | "对账户名" | "对账账号" | "对账余额" => {
                self.maybe.insert(word.to_owned(), value.to_owned());
            }
            _ => {
                let word = ONCE.iter().find(|once| **once == word)?;
                self.once.insert(word, (number, value.to_owned())).is_none().then_some(())?;
            }
        }
        Some(())
    }

    fn text(&self, word: &'static str) -> Result<String, SettingFault> {
        let found = self.once.get(word).map(|(_, value)| value.clone());
        found.ok_or_else(|| lacking(word))
    }

    /// A word's value through its own reader.
    fn value<T>(&self, word: &'static str, of: impl Fn(&str) -> Option<T>) -> Result<T, SettingFault> {
        let (line, value) = self.once.get(word).ok_or_else(|| lacking(word))?;
        of(value).ok_or_else(|| SettingFault { line: Some(*line), word: word.to_owned() })
    }

    fn finish(self) -> Result<PaymentSettings, SettingFault> {
        for word in ONCE {
            self.text(word)?;
        }
        let rules = PaymentRules {
            basis: self.text("依据")?,
            bands: self.bands.clone(),
            hold_days: self
                .value("预留", |value| value.strip_suffix('天')?.trim().parse().ok().filter(|days| *days > 0))?,
            caps: self.caps.clone(),
        };
        if !rules.are_whole() {
            return Err(lacking("审批"));
        }
        let template = self.template()?;
        let find = |word: &str| self.maybe.get(word).cloned();
        Ok(PaymentSettings {
            rules,
            bank: self
                .value("科目", |value| AccountCode::new(value).filter(|code| code.head() == AccountHead::Bank))?,
            payer_name: self.text("付款户名")?,
            payer_account: self.text("付款账号")?,
            payer_bank: self.text("开户行")?,
            template,
            returns: ReturnColumns {
                reference: self.text("回盘编号")?,
                amount: self.text("回盘金额")?,
                result: self.text("回盘结果")?,
                day: self.text("回盘日期")?,
                results: if self.results.is_empty() { return Err(lacking("结果")) } else { self.results.clone() },
            },
            statement: StatementColumns {
                day: self.text("对账日期")?,
                debit: self.text("对账支出")?,
                credit: find("对账收入"),
                reference: find("对账附言"),
                name: find("对账户名"),
                account: find("对账账号"),
                balance: find("对账余额"),
            },
        })
    }

    fn template(&self) -> Result<Template, SettingFault> {
        let (form, encoding) = self.value("文件", |value| {
            let (form, encoding) = value.split_once(' ').unwrap_or((value, Encoding::Utf8.key()));
            Some((Form::find(form)?, Encoding::find(encoding.trim())?))
        })?;
        let columns = Template::read_columns(&self.columns.join("\n")).map_err(|_| lacking("列"))?;
        let template = Template { form, encoding, columns };
        match template.lacking().first() {
            Some(field) => Err(SettingFault { line: None, word: format!("列：… = {}", field.text().zh) }),
            None => Ok(template),
        }
    }
}

fn lacking(word: &str) -> SettingFault {
    SettingFault { line: None, word: word.to_owned() }
}

/// `100,000元以下 1人`, `以上 2人`
fn band(value: &str) -> Option<Band> {
    let (reach, approvers) = value.split_once(' ')?;
    let approvers = approvers.trim().strip_suffix('人')?.parse().ok()?;
    let up_to = match reach {
        "以上" => None,
        reach => Some(yuan(reach.strip_suffix("以下")?)?),
    };
    Some(Band { up_to, approvers })
}

fn yuan(value: &str) -> Option<Fen> {
    parse_amount(value.strip_suffix('元')?).ok().filter(|amount| *amount > Fen::ZERO)
}

fn cap_of(value: &str) -> Option<YearlyCap> {
    if value == "文件未定" { Some(YearlyCap::NoneStated) } else { yuan(value).map(YearlyCap::AtMost) }
}

/// Our words for results: 成功, or a reason of failure.
fn result(word: &str) -> Option<ReturnResult> {
    if word == "成功" {
        return Some(ReturnResult::Paid);
    }
    FailureReason::ALL.iter().find(|reason| reason.text().zh == word).map(|reason| ReturnResult::Failed(*reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_read_whole() {
        let settings = PaymentSettings::read(SAMPLE).unwrap();
        assert_eq!(settings.rules.approvers(Fen::yuan(100_001)), Ok(2));
        assert_eq!(settings.rules.caps.len(), 2);
        assert_eq!(settings.template.columns.len(), 5);
        assert_eq!(settings.returns.results["户名不符"], ReturnResult::Failed(FailureReason::NameDiffers));
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<PaymentSettings>(&text).unwrap(), settings);
    }

    #[test]
    fn what_is_lacking_or_unread_is_told_by_word_and_line() {
        for (text, line, word) in [
            (SAMPLE.replace("审批：以上 2人\n", ""), None, "审批"),
            (SAMPLE.replace("预留：30天\n", ""), None, "预留"),
            (SAMPLE.replace("30天", "一个月"), Some(4), "预留"),
            (SAMPLE.replace("50,000元", "五万"), Some(5), "封顶"),
            (SAMPLE.replace("科目：bank:main", "科目：pot:r1"), Some(7), "科目"),
            (SAMPLE.replace("列：户名 = 收款户名\n", ""), None, "列：… = 收款户名"),
            (SAMPLE.replace("列：户名 = 收款户名", "列：户名 = 姓名"), None, "列"),
            (SAMPLE.replace("= 户名不符", "= 不对"), Some(22), "结果"),
            (format!("{SAMPLE}别的：一句"), Some(31), "别的"),
            (format!("{SAMPLE}预留：40天"), Some(31), "预留"),
            (format!("{SAMPLE}一句话"), Some(31), "一句话"),
        ] {
            let fault = PaymentSettings::read(&text).unwrap_err();
            assert_eq!((fault.line, fault.word.as_str()), (line, word));
            assert!(!fault.text().zh.is_empty() && !fault.text().en.is_empty());
        }
    }
}
