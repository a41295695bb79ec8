//! What stands on a donor's certificate: one form for the page and for the program that prints it.
//!
//! Numbers run without a gap per book and year. The check code is a digest of everything the paper says, so that a changed
//! paper does not match what the fund wrote down. It is no signature: whoever has the program can work it out.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shukun_base::{Day, Fen, Text};

use super::capitals::capitals;
use super::donor::Heads;
use super::refusal::{GivingCode, Planned, ensure};

/// Version of the form in JSON.
const FORM: u16 = 1;

/// A certificate as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of this form.
    pub form: u16,
    /// `2026-0001`: the year of issue and the number in it.
    pub number: String,
    /// Name of the fund.
    pub fund: String,
    /// Who issues it and puts the seal on it.
    pub issuer: String,
    /// The donor as the donor wants to be shown.
    pub donor: Text,
    /// How many people gave, where that is known.
    pub heads: Option<u32>,
    /// Whether that figure is a lower bound.
    pub heads_are_at_least: bool,
    /// How much was given, in fen.
    pub amount_fen: Fen,
    /// The same in capital numerals.
    pub amount_words: String,
    /// When it arrived.
    pub received_on: Day,
    /// What it is for, in words.
    pub purpose: Text,
    /// When the certificate was made.
    pub issued_on: Day,
    /// 16 hexadecimal digits over all of the above.
    pub check: String,
}

/// What a certificate is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// Name of the fund.
    pub fund: String,
    /// Who issues it.
    pub issuer: String,
    /// The donor as shown; none = anonymous.
    pub donor: Option<String>,
    /// How many people gave.
    pub heads: Option<Heads>,
    /// What was given and not paid back.
    pub amount: Fen,
    /// When it arrived.
    pub received_on: Day,
    /// What it is for.
    pub purpose: Text,
}

/// The number of a certificate as it is written: `2026-0001`.
pub fn certificate_number(year: i16, number: i64) -> String {
    format!("{year}-{number:04}")
}

/// The certificate with this number.
///
/// # Errors
/// `G151` where nothing of the gift is left.
pub fn plan_certificate(number: &str, of: &Certified, issued_on: Day) -> Planned<Certificate> {
    ensure(of.amount > Fen::ZERO, GivingCode::CertificateOfRefunded)?;
    let anonymous = || Text::new("一位不愿署名的捐赠人", "A donor who wishes to stay unnamed");
    let mut made = Certificate {
        form: FORM,
        number: number.to_owned(),
        fund: of.fund.clone(),
        issuer: of.issuer.clone(),
        donor: of.donor.as_ref().map_or_else(anonymous, |name| Text::new(name, name)),
        heads: of.heads.map(|heads| heads.count),
        heads_are_at_least: of.heads.is_some_and(|heads| heads.is_at_least),
        amount_fen: of.amount,
        amount_words: capitals(of.amount),
        received_on: of.received_on,
        purpose: of.purpose.clone(),
        issued_on,
        check: String::new(),
    };
    made.check = made.digest();
    Ok(made)
}

impl Certificate {
    /// Whether the check code is that of the rest.
    pub fn is_whole(&self) -> bool {
        self.check == self.digest()
    }

    /// What the QR code says.
    pub fn qr_text(&self) -> String {
        format!("shukun:certificate:{}:{}:{}", self.number, self.amount_fen.0, self.check)
    }

    fn digest(&self) -> String {
        let heads = self.heads.map(|heads| format!("{heads}{}", if self.heads_are_at_least { "+" } else { "" }));
        let (received, issued) = (self.received_on.to_string(), self.issued_on.to_string());
        let (form, amount) = (self.form.to_string(), self.amount_fen.0.to_string());
        let fields = [
            form.as_str(),
            &self.number,
            &self.fund,
            &self.issuer,
            &self.donor.zh,
            &self.donor.en,
            heads.as_deref().unwrap_or(""),
            &amount,
            &self.amount_words,
            &received,
            &self.purpose.zh,
            &self.purpose.en,
            &issued,
        ];
        let mut hash = Sha256::new();
        for field in fields {
            // The length first, so that no two ways to cut the fields are the same bytes.
            hash.update(format!("{}:", field.len()));
            hash.update(field);
        }
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn certified() -> Certified {
        Certified {
            fund: "测试共富基金".to_owned(),
            issuer: "测试慈善总会".to_owned(),
            donor: Some("测试医院职工".to_owned()),
            heads: Some(Heads { count: 3000, is_at_least: true }),
            amount: Fen::yuan(311_000),
            received_on: date(2026, 4, 1),
            purpose: Text::new("不限定用途", "for anything the fund is for"),
        }
    }

    #[test]
    fn a_certificate_says_what_was_given_and_checks() {
        let made = plan_certificate(&certificate_number(2026, 7), &certified(), date(2026, 4, 2)).unwrap();
        assert_eq!((made.number.as_str(), made.amount_words.as_str()), ("2026-0007", "人民币叁拾壹万壹仟元整"));
        assert!(made.is_whole() && made.heads_are_at_least);
        let json = serde_json::to_string(&made).unwrap();
        assert_eq!(serde_json::from_str::<Certificate>(&json).unwrap(), made);
    }

    #[test]
    fn any_change_is_seen() {
        let made = plan_certificate("2026-0001", &certified(), date(2026, 4, 2)).unwrap();
        let changes: [fn(&mut Certificate); 6] = [
            |paper| paper.amount_fen = Fen(paper.amount_fen.0 + 1),
            |paper| paper.number = "2026-0002".to_owned(),
            |paper| paper.donor.zh.push('甲'),
            |paper| paper.heads = None,
            |paper| paper.heads_are_at_least = false,
            |paper| paper.issued_on = date(2026, 4, 3),
        ];
        for change in changes {
            let mut paper = made.clone();
            change(&mut paper);
            assert!(!paper.is_whole(), "{paper:?}");
        }
    }

    #[test]
    fn an_anonymous_donor_is_shown_as_one_and_nothing_paid_back_is_certified() {
        let unnamed = Certified { donor: None, heads: None, ..certified() };
        let made = plan_certificate("2026-0001", &unnamed, date(2026, 4, 2)).unwrap();
        assert_eq!(made.donor.zh, "一位不愿署名的捐赠人");
        let paid_back = Certified { amount: Fen::ZERO, ..certified() };
        let refused = plan_certificate("2026-0001", &paid_back, date(2026, 4, 2)).unwrap_err();
        assert_eq!(refused.code, GivingCode::CertificateOfRefunded);
    }
}
