//! A donor's certificate (捐赠证书): the words of thanks, the amount twice, the code of its number.

use shukun_base::{Lang, Text};
use shukun_fund::giving::Certificate;
use shukun_paper::{Code, Look, Paper};

use super::{heading, paragraph, remark};
use crate::{format, words};

/// The certificate as it is printed; `note` says where its data is made up.
pub fn paper(certificate: &Certificate, note: Option<&str>, lang: Lang) -> Paper {
    let said = |text: &Text| text.in_lang(lang).to_owned();
    let mut blocks = vec![
        heading(words::PAPER_CERTIFICATE_TO.with(lang, &[("name", &said(&certificate.donor))])),
        paragraph(thanks(certificate, lang)),
    ];
    blocks.extend(note.map(remark));
    Paper {
        lang,
        look: Look::Certificate,
        issuer: certificate.fund.clone(),
        title: words::PAPER_CERTIFICATE_TITLE.text(lang).to_owned(),
        number: words::PAPER_CERTIFICATE_NUMBER.with(lang, &[("n", &certificate.number)]),
        blocks,
        seals: vec![certificate.issuer.clone()],
        dated: format::day(certificate.issued_on, lang),
        code: Some(Code {
            text: certificate.qr_text(),
            caption: words::PAPER_CERTIFICATE_CHECK.with(lang, &[("n", &certificate.check)]),
        }),
        footer: words::PRODUCT_LONG.text(lang).to_owned(),
    }
}

fn thanks(certificate: &Certificate, lang: Lang) -> String {
    let heads = certificate.heads.map(|heads| {
        let word = if certificate.heads_are_at_least {
            words::PAPER_CERTIFICATE_HEADS_OVER
        } else {
            words::PAPER_CERTIFICATE_HEADS
        };
        word.with(lang, &[("n", &heads.to_string())])
    });
    words::PAPER_CERTIFICATE_THANKS.with(
        lang,
        &[
            ("day", &format::day(certificate.received_on, lang)),
            ("heads", heads.as_deref().unwrap_or_default()),
            ("amount", &format::money(certificate.amount_fen, lang)),
            ("capitals", &certificate.amount_words),
            ("purpose", certificate.purpose.in_lang(lang)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use shukun_base::Fen;
    use shukun_fund::giving::{Certified, Heads, plan_certificate};
    use shukun_paper::Block;

    #[test]
    fn a_certificate_names_donor_amount_and_purpose() {
        let of = Certified {
            fund: "测试共富基金".to_owned(),
            issuer: "测试慈善总会".to_owned(),
            donor: Some("测试医院职工".to_owned()),
            heads: Some(Heads { count: 3000, is_at_least: true }),
            amount: Fen::yuan(311_000),
            received_on: date(2026, 4, 1),
            purpose: Text::new("用于低收入家庭", "for low-income households"),
        };
        let certificate = plan_certificate("2026-0007", &of, date(2026, 4, 2)).unwrap();
        let made = paper(&certificate, Some("示例"), Lang::Zh);
        let Block::Paragraph { text } = &made.blocks[1] else { panic!("{made:?}") };
        for part in ["311,000.00元", "人民币叁拾壹万壹仟元整", "3000余人", "用于低收入家庭", "2026年4月1日"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(made.code.unwrap().text.contains("2026-0007"));
        assert_eq!(made.blocks.len(), 3);
    }
}
