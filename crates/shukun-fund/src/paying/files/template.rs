//! What a bank's upload looks like: which columns in which order, under which headings, in which form. Data, not code.

use serde::{Deserialize, Serialize};

shukun_base::words! {
    /// The form of a file for a bank.
    pub enum Form {
        Csv "csv" "CSV" "CSV",
        Workbook "xlsx" "Excel 工作簿" "Excel workbook",
        Pain "pain.001" "pain.001 报文" "pain.001 message",
    }
}

shukun_base::words! {
    /// How the letters of a CSV are written.
    pub enum Encoding {
        Utf8 "utf-8" "UTF-8" "UTF-8",
        Gb18030 "gb18030" "GB18030" "GB18030",
    }
}

shukun_base::words! {
    /// What a column of a bank's file holds.
    pub enum Field {
        Number "number" "序号" "number of the line",
        Reference "reference" "付款编号" "number of the payment",
        Account "account" "收款账号" "payee's account",
        Name "name" "收款户名" "payee's name",
        Bank "bank" "开户行" "payee's bank",
        Amount "amount" "金额" "amount",
        Remark "remark" "附言" "remark",
    }
}

impl Form {
    /// How its file's name ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Workbook => "xlsx",
            Form::Pain => "xml",
        }
    }
}

/// A bank's upload as a county writes it down. Headings are the bank's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The form.
    pub form: Form,
    /// How the letters of a CSV are written; of no effect elsewhere.
    pub encoding: Encoding,
    /// The columns in the bank's order, each with its heading; of no effect on pain.001.
    pub columns: Vec<(String, Field)>,
}

impl Template {
    /// Fields without which nobody can be paid, and no answer be told apart.
    pub const NEEDED: [Field; 4] = [Field::Reference, Field::Account, Field::Name, Field::Amount];

    /// Every field under its own name: for a bank that leaves the form to its customer.
    pub fn plain(form: Form, encoding: Encoding) -> Template {
        let columns = Field::ALL.iter().map(|field| (field.text().zh, *field)).collect();
        Template { form, encoding, columns }
    }

    /// The needed fields that no column holds. A template with some of them cannot be used.
    pub fn lacking(&self) -> Vec<Field> {
        let holds = |field: &Field| self.form == Form::Pain || self.columns.iter().any(|(_, held)| held == field);
        Template::NEEDED.into_iter().filter(|field| !holds(field)).collect()
    }

    /// Reads lines of `heading = field`, as an officer types them.
    ///
    /// # Errors
    /// The number of the first line that is none.
    pub fn read_columns(text: &str) -> Result<Vec<(String, Field)>, usize> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(number, line)| read_column(line).ok_or(number)).collect()
    }
}

fn read_column(line: &str) -> Option<(String, Field)> {
    let (heading, field) = line.split_once(['=', '＝'])?;
    let field = field.trim();
    let field = Field::ALL.iter().find(|one| one.key() == field || one.text().zh == field)?;
    let heading = heading.trim();
    (!heading.is_empty()).then(|| (heading.to_owned(), *field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_typed_in_words() {
        let columns = Template::read_columns("客户账号 = 收款账号\n\n金额（元）= amount\n").unwrap();
        assert_eq!(columns, [("客户账号".to_owned(), Field::Account), ("金额（元）".to_owned(), Field::Amount)]);
        assert_eq!(Template::read_columns("客户账号 = 收款账号\n金额"), Err(2));
        let template = Template { form: Form::Csv, encoding: Encoding::Utf8, columns };
        assert_eq!(template.lacking(), [Field::Reference, Field::Name]);
        assert_eq!(Template::plain(Form::Csv, Encoding::Utf8).lacking(), []);
    }
}
