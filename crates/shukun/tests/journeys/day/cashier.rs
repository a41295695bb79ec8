//! Three people pay a family: one makes the batch, one checks it, one sends it. The bank sends the money back, since the account
//! is closed; another account is looked into by the second person, and the money goes out again.

use crate::DESK;
use crate::browser::{Browser, Outcome, day};
use crate::seen::Seen;

/// Who pays, each at a desk of their own.
struct Counter<'a> {
    maker: &'a Browser<'a>,
    checker: Browser<'a>,
    cashier: Browser<'a>,
}

pub async fn pays_a_line_that_the_bank_returns_once(browser: &Browser<'_>, seen: &mut Seen) -> Outcome {
    let counter = Counter {
        maker: browser,
        checker: browser.another("cashier-checker", DESK).await,
        cashier: browser.another("cashier-sends", DESK).await,
    };
    let outcome = counter.pay(seen).await;
    for window in [counter.checker, counter.cashier] {
        if let Err(error) = &outcome {
            window.keep_failure(seen, error).await;
        }
        window.close().await;
    }
    outcome
}

impl Counter<'_> {
    async fn pay(&self, seen: &mut Seen) -> Outcome {
        self.maker.sign_in("cishan").await?;
        self.checker.sign_in("cishan2").await?;
        self.cashier.sign_in("cishan3").await?;
        let first = self.make("first", "", seen).await?;
        self.account(&first, "6222020000000001").await?;
        press(self.maker, &first, &["lock", "file", "submit"]).await?;
        self.own_work_is_refused(&first, seen).await?;
        press(&self.checker, &first, &["approve", "release"]).await?;
        self.checker.look(seen, "released").await?;
        press(&self.cashier, &first, &["send"]).await?;
        self.answer(&first, "账户已销户").await?;
        self.cashier.expect("main", "账户已销户").await?;
        self.cashier.look(seen, "returned").await?;
        let again = self.issue_again(&first, seen).await?;
        press(&self.cashier, &again, &["send"]).await?;
        self.answer(&again, "成功").await?;
        self.cashier.expect("main", "已到账").await?;
        self.cashier.look(seen, "paid").await?;
        for batch in [&first, &again] {
            press(&self.checker, batch, &["close"]).await?;
        }
        self.checker.look(seen, "closed").await
    }

    /// A batch with the first line that waits; its address.
    async fn make(&self, kind: &str, follows: &str, seen: &mut Seen) -> Outcome<String> {
        let maker = self.maker;
        maker.go("/fund/batches").await?;
        maker.look(seen, &format!("batches-before-{kind}")).await?;
        for (name, value) in [("book", "demo-gongfu"), ("programme", "charity_relief"), ("kind", kind)] {
            maker.fill(name, value).await?;
        }
        if !follows.is_empty() {
            maker.fill("follows", follows.rsplit('/').next().unwrap_or_default()).await?;
        }
        maker.press("form[action='/fund/batches'] button[type=submit]").await?;
        maker.look(seen, &format!("empty-{kind}")).await?;
        let batch = maker.path().await?;
        let batch = batch.split('?').next().unwrap_or_default().to_owned();
        maker.tick("line", 1).await?;
        for (name, value) in [("channel", "bank"), ("purpose", "charity_relief")] {
            maker.fill(name, value).await?;
        }
        maker.press("form[action$='/add'] button[type=submit]").await?;
        Ok(batch)
    }

    /// Enters the family's account.
    async fn account(&self, batch: &str, account: &str) -> Outcome {
        self.maker.go(batch).await?;
        let line = "return document.querySelector(\"[name='payee_line'] option:not([value=''])\").value;";
        let line = self.maker.run(line, Vec::new()).await?;
        let line = line.as_str().unwrap_or_default();
        for (name, value) in [("payee_line", line), ("name", "示例收款人"), ("account", account)] {
            self.maker.fill(name, value).await?;
        }
        self.maker.press("form[action$='/payee'] button[type=submit]").await
    }

    /// Who made the batch may not check it as well.
    async fn own_work_is_refused(&self, batch: &str, seen: &mut Seen) -> Outcome {
        press(self.maker, batch, &["approve"]).await?;
        self.maker.expect("main", "编制、复核、发放须是三个人").await?;
        self.maker.look(seen, "own-batch").await
    }

    /// The second batch: after it was approved its account changes, so that a second person looks and all begins anew.
    async fn issue_again(&self, first: &str, seen: &mut Seen) -> Outcome<String> {
        let again = self.make("follow_up", first, seen).await?;
        self.account(&again, "6222020000000022").await?;
        press(self.maker, &again, &["lock", "file", "submit"]).await?;
        press(&self.checker, &again, &["approve"]).await?;
        self.account(&again, "6222020000000033").await?;
        press(&self.checker, &again, &["release"]).await?;
        self.checker.expect("main", "锁定之后收款账户变了").await?;
        self.checker.look(seen, "account-changed").await?;
        press(&self.checker, &again, &["settle"]).await?;
        press(self.maker, &again, &["file", "submit"]).await?;
        press(&self.checker, &again, &["approve", "release"]).await?;
        Ok(again)
    }

    /// Brings the bank's answer to the file that the cashier took there: every payment of it with this result.
    async fn answer(&self, batch: &str, result: &str) -> Outcome {
        let cashier = &self.cashier;
        let file = cashier.save(&format!("{batch}/file"), "gb18030").await?;
        let mut rows = file.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let heading = rows.next().unwrap_or_default();
        let place = |name: &str| heading.iter().position(|one| one.ends_with(name)).ok_or_else(|| format!("no {name}"));
        let (number, amount) = (place("付款编号")?, place("金额")?);
        let mut text = "付款编号,金额,处理结果,处理日期\n".to_owned();
        for row in rows {
            let cell = |at: usize| row.get(at).copied().unwrap_or_default();
            text.push_str(&format!("{},{},{result},{}\n", cell(number), cell(amount), day(0)));
        }
        cashier.go(batch).await?;
        cashier.upload("answer", &cashier.office().file("回盘.csv", &text)).await?;
        cashier.press("form[action$='/answer'] button[type=submit]").await
    }
}

/// Presses the buttons of a batch, one after another.
async fn press(browser: &Browser<'_>, batch: &str, acts: &[&str]) -> Outcome {
    for act in acts {
        browser.go(batch).await?;
        browser.press(&format!("form[action='{batch}/act']:has(input[name=act][value={act}]) button")).await?;
    }
    Ok(())
}
