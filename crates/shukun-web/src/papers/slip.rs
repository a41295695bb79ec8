//! A household's slip (回执单): what it opens, as a code and as a line to type. Nobody's name, no village, no seal: it proves by
//! what it opens and not by who stamped it.

use shukun_base::Lang;
use shukun_paper::{Block, Code, Look, Paper};
use shukun_store::SlipOf;

use super::{fact, heading, paragraph, remark};
use crate::{format, words};

/// The slip as it is printed; `note` says where its data is made up.
pub fn paper(of: &SlipOf, note: Option<&str>, lang: Lang) -> Paper {
    let slip = of.slip.reveal();
    let facts = vec![
        fact(words::CHECKPOINT_OF.text(lang), of.publication.to_string()),
        fact(words::CHECKPOINT.text(lang), of.log_place.to_string()),
        fact(words::AMOUNT.text(lang), format::money(of.amount, lang)),
        fact(words::SLIP_WHERE.text(lang), "/open/fund/checkpoints · /open/verify"),
    ];
    let mut blocks = vec![
        paragraph(words::SLIP_NOTE.text(lang)),
        Block::Facts { facts },
        heading(words::SLIP_TYPED.text(lang)),
        paragraph(in_groups(&slip.short_line())),
    ];
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

/// Four letters at a time, as they are copied; whoever reads the line passes over the gaps. A line in one piece would run off
/// the sheet.
fn in_groups(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_type_can_break_anywhere_and_is_the_same_line() {
        let line = "SK1/demo-publication-2/0/667046EF0F600495871D86671668A406/9f3a";
        let shown = in_groups(line);
        assert!(shown.split(' ').all(|group| group.chars().count() <= 4));
        assert_eq!(shown.replace(' ', ""), line);
    }
}
