//! The tables of docs/casework.md and of the glossary stand between marks and are made from the code.
//! `SHUKUN_BLESS=1` writes them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shukun_base::Text;
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_casework::authority::{AUTHORITY, Approval, Programme, Role, clashing_duties, clashing_roles};
use shukun_casework::authority::{Permission, RoleKind};
use shukun_casework::calendar::Calendar;
use shukun_casework::case::{Flag, RefusalCode, Status, Step};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::request::RequestStatus;
use shukun_casework::timers::{Level, Settings, Unit};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Holds the block `name` of a page equal to `made`.
fn hold(page: &str, name: &str, made: &str) {
    let path = docs(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- made: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("docs/{page} has no block {name}"));
    let (kept, after) = rest.split_once(&end).unwrap_or_else(|| panic!("docs/{page}: block {name} has no end"));
    if std::env::var_os("SHUKUN_BLESS").is_some() && kept != made {
        std::fs::write(&path, format!("{before}{begin}{made}{end}{after}")).unwrap();
    } else {
        assert_eq!(kept, made, "docs/{page}, {name}: run this test with SHUKUN_BLESS=1");
    }
}

fn list(words: &[(&str, Text)]) -> String {
    let mut made = "| 中文 | English | key |\n|---|---|---|\n".to_owned();
    for (key, text) in words {
        writeln!(made, "| {} | {} | `{key}` |", text.zh, text.en).unwrap();
    }
    made
}

fn roles() -> String {
    let mut made = "| 角色 role | key | 类别 kind | 授权区域至少 region at least |\n|---|---|---|---|\n".to_owned();
    for role in Role::ALL {
        let kind = match role.kind() {
            RoleKind::Business => "业务 business",
            RoleKind::Oversight => "监督 oversight",
            RoleKind::Administrator => "三员 administrator",
        };
        let text = role.text();
        let digits = role.widest_region();
        writeln!(made, "| {} {} | `{role}` | {kind} | {digits}位 digits |", text.zh, text.en).unwrap();
    }
    made
}

fn authority() -> String {
    let mut made = "| 事项 what | key | 谁可以 who | 二次验证 second factor |\n|---|---|---|---|\n".to_owned();
    for row in AUTHORITY {
        let (text, key) = (row.permission.text(), row.permission.key());
        let roles: Vec<String> = row.roles.iter().map(|role| role.text().zh).collect();
        let factor = if row.permission.needs_second_factor() { "是 yes" } else { "" };
        writeln!(made, "| {} {} | `{key}` | {} | {factor} |", text.zh, text.en, roles.join("、")).unwrap();
    }
    made
}

fn apart() -> String {
    let mut made = "| 不得兼任 not by one person | |\n|---|---|\n".to_owned();
    let business = |role: &Role| role.kind() == RoleKind::Business;
    for (index, one) in Role::ALL.iter().enumerate().filter(|(_, role)| business(role)) {
        for other in Role::ALL.iter().skip(index + 1).filter(|role| business(role) && clashing_roles(*one, **role)) {
            writeln!(made, "| {} · {} | 角色 roles |", one.text().zh, other.text().zh).unwrap();
        }
    }
    for (index, one) in Permission::ALL.iter().enumerate() {
        for other in Permission::ALL.iter().skip(index).filter(|other| clashing_duties(*one, **other)) {
            writeln!(made, "| {} · {} | 同一案件 on one case |", one.text().zh, other.text().zh).unwrap();
        }
    }
    made
}

fn clocks() -> String {
    let settings = Settings::defaults();
    let mut made = "| 环节 step | 时限 limit | 红色 red | 可延长到 extended | 谁办 who | 超期报 then | 依据 basis |\n|---|---|---|---|---|---|---|\n".to_owned();
    for clock in settings.clocks() {
        let unit = match clock.unit {
            Unit::WorkingDays => "个工作日 wd",
            Unit::Days => "天 days",
            Unit::Hours => "小时 hours",
        };
        let amount = |limit: Option<u32>| limit.map_or_else(String::new, |limit| format!("{limit} {unit}"));
        let step = clock.step.text();
        let (limit, red, extended) = (amount(clock.limit), amount(clock.red), amount(clock.extended));
        let limit = if limit.is_empty() { "无 none".to_owned() } else { limit };
        let (who, next) = (clock.responsible.text().zh, clock.next.text().zh);
        writeln!(made, "| {} {} | {limit} | {red} | {extended} | {who} | {next} | {} |", step.zh, step.en, clock.basis)
            .unwrap();
    }
    made
}

fn numbers() -> String {
    let mut made = "| 数 number | key | 默认 default | 依据 basis |\n|---|---|---|---|\n".to_owned();
    for row in Settings::defaults().numbers() {
        let text = row.key.text();
        writeln!(made, "| {} {} | `{}` | {} | {} |", text.zh, text.en, row.key, row.value, row.basis).unwrap();
    }
    made
}

fn refusals() -> String {
    let mut made =
        "| 代码 code | 发生了什么 what | 怎样处理 how to mend | what | how to mend |\n|---|---|---|---|---|\n"
            .to_owned();
    for code in RefusalCode::ALL {
        let (what, mend) = (code.text(), code.mend());
        writeln!(made, "| {code} | {} | {} | {} | {} |", what.zh, mend.zh, what.en, mend.en).unwrap();
    }
    made
}

fn notices() -> String {
    let calendar = Calendar::china();
    let mut made = "| 年 year | 通知 notice |\n|---|---|\n".to_owned();
    for year in calendar.years() {
        writeln!(made, "| {year} | {} |", calendar.notice(year).unwrap_or_default()).unwrap();
    }
    made
}

#[test]
fn the_page_of_casework() {
    let words = |all: Vec<(&'static str, Text)>| list(&all);
    hold("casework.md", "roles", &roles());
    hold("casework.md", "authority", &authority());
    hold("casework.md", "apart", &apart());
    hold("casework.md", "statuses", &words(Status::ALL.iter().map(|word| (word.key(), word.text())).collect()));
    hold("casework.md", "flags", &words(Flag::ALL.iter().map(|word| (word.key(), word.text())).collect()));
    hold("casework.md", "outcomes", &words(OutcomeCode::ALL.iter().map(|word| (word.key(), word.text())).collect()));
    hold("casework.md", "requests", &words(RequestStatus::ALL.iter().map(|word| (word.key(), word.text())).collect()));
    hold("casework.md", "clocks", &clocks());
    hold("casework.md", "numbers", &numbers());
    hold("casework.md", "notices", &notices());
    hold("casework.md", "refusals", &refusals());
}

#[test]
fn the_words_of_casework_in_the_glossary() {
    let mut rows: Vec<(&'static str, Text, &str)> = Vec::new();
    rows.extend(Role::ALL.iter().map(|word| (word.key(), word.text(), "角色 role")));
    rows.extend(Programme::ALL.iter().map(|word| (word.key(), word.text(), "项目 programme")));
    rows.extend(Approval::ALL.iter().map(|word| (word.key(), word.text(), "核准方式 approval")));
    rows.extend(Status::ALL.iter().map(|word| (word.key(), word.text(), "案件状态 status")));
    rows.extend(Flag::ALL.iter().map(|word| (word.key(), word.text(), "标记 flag")));
    rows.extend(Step::ALL.iter().map(|word| (word.key(), word.text(), "环节 step")));
    rows.extend(Level::ALL.iter().map(|word| (word.key(), word.text(), "时限 level")));
    rows.extend(Colour::ALL.iter().map(|word| (word.key(), word.text(), "三色 colour")));
    rows.extend(AlertStatus::ALL.iter().map(|word| (word.key(), word.text(), "预警状态 alert")));
    rows.extend(OutcomeCode::ALL.iter().map(|word| (word.key(), word.text(), "销号结果 outcome")));
    let mut made = "| 中文 | identifier | meaning | list |\n|---|---|---|---|\n".to_owned();
    for (key, text, of) in rows {
        writeln!(made, "| {} | `{key}` | {} | {of} |", text.zh, text.en).unwrap();
    }
    hold("glossary.md", "casework", &made);
}
