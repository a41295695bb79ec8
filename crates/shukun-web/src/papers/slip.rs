//! A household's slip (回执单): what it opens, as a code and as a line to type. Nobody's name, no village, no seal: it proves by
//! what it opens and not by who stamped it.

use shukun_base::Lang;
use shukun_paper::{Block, Code, Look, Paper};
use shukun_store::SlipOf;

use super::{fact, paragraph, remark};
use crate::{format, words};

/// The slip as it is printed; `note` says where its data is made up.
pub fn paper(of: &SlipOf, note: Option<&str>, lang: Lang) -> Paper {
    let slip = of.slip.reveal();
    let facts = vec![
        fact(words::CHECKPOINT_OF.text(lang), of.publication.to_string()),
        fact(words::CHECKPOINT.text(lang), of.log_place.to_string()),
        fact(words::AMOUNT.text(lang), format::money(of.amount, lang)),
        fact(words::SLIP_WHERE.text(lang), "/open/fund/checkpoints · /open/verify"),
        fact(words::SLIP_TYPED.text(lang), slip.short_line()),
    ];
    let mut blocks = vec![paragraph(words::SLIP_NOTE.text(lang)), Block::Facts { facts }];
    blocks.extend(note.map(remark));
    Paper {
        lang,
        look: Look::Office,
        issuer: words::PRODUCT_LONG.text(lang).to_owned(),
        title: words::SLIP.text(lang).to_owned(),
        number: String::new(),
        blocks,
        seals: Vec::new(),
        dated: String::new(),
        code: Some(Code { text: slip.full_line(), caption: words::SLIP_QR.text(lang).to_owned() }),
        footer: String::new(),
    }
}
