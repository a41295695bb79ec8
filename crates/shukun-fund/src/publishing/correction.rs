//! A correction (更正) of something published: a note that stands beside it for good. What was published stays as it was.
//!
//! A note says what was wrong in words; where a figure was wrong it names the figure, and the old value is read from the
//! statement, never typed. Start at [`plan_note`].

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, Note, Text};

use super::leaks::{Allowed, scan};
use super::statement::FundStatement;

shukun_base::text_id! {
    /// A correction on its way to the public, and the note that it becomes.
    NoteId
}

/// A figure that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectedFigure {
    /// Which: `fees`, `receipts/donation`, as [`FundStatement::figures`] names them.
    pub figure: String,
    /// As it was published, in fen.
    pub was: Fen,
    /// As it should have been, in fen.
    pub is: Fen,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteBody {
    /// What was wrong and why.
    pub words: Note,
    /// The same in English, where somebody wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words_en: Option<Note>,
    /// The figure, where one was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<CorrectedFigure>,
}

/// Why no note is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionFault {
    /// The statement has no such figure.
    NoFigure,
    /// The corrected value is the published one.
    Same,
    /// Its words may lead to a person.
    Leak,
}

impl CorrectionFault {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            CorrectionFault::NoFigure => Text::new(
                "这份报表里没有这一项：请从列表里选择。",
                "The statement has no such figure: choose one of the list.",
            ),
            CorrectionFault::Same => Text::new(
                "更正后的数与公布的数相同：请填写正确的数，或不选数字，只写说明。",
                "The corrected value is the published one: write the right one, or choose no figure and say it in words.",
            ),
            CorrectionFault::Leak => Text::new(
                "说明里有可能指向个人的内容（姓名、号码或疾病）：请去掉后再提交。",
                "The words may lead to a person (a name, a number, an illness): take that out and send it again.",
            ),
        }
    }
}

/// A note on a statement: `figure` is its key and the right value.
///
/// # Errors
/// The first [`CorrectionFault`] that is found.
pub fn plan_note(
    statement: &FundStatement,
    words: Note,
    words_en: Option<Note>,
    figure: Option<(&str, Fen)>,
) -> Result<NoteBody, CorrectionFault> {
    let figure = match figure {
        None => None,
        Some((key, is)) => {
            let figures = statement.figures();
            let (figure, was) = figures.into_iter().find(|(known, _)| known == key).ok_or(CorrectionFault::NoFigure)?;
            if was == is {
                return Err(CorrectionFault::Same);
            }
            Some(CorrectedFigure { figure, was, is })
        }
    };
    let both = format!("{} | {}", words.as_str(), words_en.as_ref().map_or("", Note::as_str));
    let known = Allowed { phones: Vec::new(), words: vec![statement.fund.as_str().to_owned()] };
    scan(&both, &known).map_err(|_| CorrectionFault::Leak)?;
    Ok(NoteBody { words, words_en, figure })
}

#[cfg(test)]
mod tests {
    use super::super::statement::tests::statement;
    use super::*;

    fn note(text: &str) -> Note {
        Note::new(text).unwrap()
    }

    #[test]
    fn the_old_value_is_the_published_one() {
        let statement = statement();
        let fees = Some(("fees", Fen::yuan(12)));
        let body = plan_note(&statement, note("手续费少记一笔"), None, fees).unwrap();
        let expected = CorrectedFigure { figure: "fees".to_owned(), was: Fen::yuan(10), is: Fen::yuan(12) };
        assert_eq!(body.figure, Some(expected));
        assert_eq!(plan_note(&statement, note("决议编号漏列"), None, None).unwrap().figure, None);
    }

    #[test]
    fn no_figure_of_nowhere_no_same_value_nobodys_name() {
        let statement = statement();
        let plan = |words: &str, figure| plan_note(&statement, note(words), None, figure);
        assert_eq!(plan("更正", Some(("nothing", Fen(1)))), Err(CorrectionFault::NoFigure));
        assert_eq!(plan("更正", Some(("fees", Fen::yuan(10)))), Err(CorrectionFault::Same));
        for words in ["隔岸村张三丰", "一户肺癌家庭重复计入"] {
            assert_eq!(plan(words, None), Err(CorrectionFault::Leak), "{words}");
        }
    }
}
