//! Files that come from a bank: whatever they hold, each line is read or told, and nothing is read that the words do not say.

use std::sync::LazyLock;

use shukun_fund::paying::FailureReason;
use shukun_fund::paying::files::{
    CellFault, FileRefused, ReturnColumns, ReturnResult, StatementColumns, read_pain, read_returns, read_statement,
};

static RETURNS: LazyLock<ReturnColumns> = LazyLock::new(|| {
    let results = [("成功", ReturnResult::Paid), ("销户", ReturnResult::Failed(FailureReason::AccountClosed))];
    ReturnColumns {
        reference: "付款编号".to_owned(),
        amount: "金额".to_owned(),
        result: "结果".to_owned(),
        day: "日期".to_owned(),
        results: results.into_iter().map(|(word, result)| (word.to_owned(), result)).collect(),
    }
});

static STATEMENT: LazyLock<StatementColumns> = LazyLock::new(|| {
    let some = |heading: &str| Some(heading.to_owned());
    StatementColumns {
        day: "交易日期".to_owned(),
        debit: "支出".to_owned(),
        credit: some("收入"),
        reference: some("附言"),
        name: some("对方户名"),
        account: some("对方账号"),
        balance: some("余额"),
    }
});

/// A bank's answer to a file of payments, and the order that is read back before it leaves.
pub fn answer(bytes: &[u8]) {
    match read_returns(bytes, &RETURNS) {
        Ok(file) => {
            assert!(file.lines.iter().all(|line| shukun_base::is_text_id(&line.reference)), "a number that is none");
            file.faults.iter().for_each(told);
        }
        Err(refused) => worded(&refused),
    }
    if let Err(refused) = read_pain(bytes) {
        worded(&refused);
    }
}

/// A bank's statement: a spreadsheet or camt.053.
pub fn statement(bytes: &[u8]) {
    match read_statement(bytes, &STATEMENT) {
        Ok(statement) => {
            assert!(!statement.faults.is_empty() || statement.adds_up(), "a line was lost");
            statement.faults.iter().for_each(told);
        }
        Err(refused) => worded(&refused),
    }
}

fn told(fault: &CellFault) {
    let text = fault.why.text();
    assert!(!text.zh.is_empty() && !text.en.is_empty(), "{}", fault.column);
    let longest = fault.shown().split(|letter: char| !letter.is_ascii_digit()).map(str::len).max();
    assert!(longest.unwrap_or(0) <= 8, "a number of somebody is shown");
}

fn worded(refused: &FileRefused) {
    let text = refused.text();
    assert!(!text.zh.is_empty() && !text.en.is_empty(), "{}", refused.why);
}
