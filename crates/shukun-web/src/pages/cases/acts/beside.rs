//! Beside the main road: the urgent lane, objections and appeals with their answers, supervision.

use maud::{Markup, html};
use shukun_casework::DocumentKind;
use shukun_casework::authority::{Permission, Programme};
use shukun_casework::case::{AdvanceAsked, Answer, Command, Complaint, Status, Supervision, Verdict};

use super::{Act, Form, Paper, Reader};
use crate::ui::field::Faults;
use crate::words::{self, Word};

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/answer-advance",
        key: "answer-advance",
        permission: Permission::ApproveAdvance,
        name: words::ACT_ANSWER_ADVANCE,
        leads_on: true,
        is_offered: |case| case.open_advance().is_some_and(|advance| !advance.is_granted()),
        papers: &[],
        fields: answer_advance_fields,
        read: |reader| Ok(Command::AnswerAdvance { approved: reader.yes("advance_approved")? }),
    },
    Act {
        path: "/cases/{case_id}/paper-advance",
        key: "paper-advance",
        permission: Permission::RequestAdvance,
        name: words::ACT_PAPER_ADVANCE,
        leads_on: true,
        is_offered: |case| {
            case.open_advance().is_some_and(|advance| advance.is_granted() && advance.papered_at.is_none())
        },
        papers: &[],
        fields: |form| html! { p.form-hint { (words::PAPER_ADVANCE_HINT.text(form.lang())) } },
        read: |_| Ok(Command::PaperAdvance),
    },
    Act {
        path: "/cases/{case_id}/answer-objection",
        key: "answer-objection",
        permission: Permission::AnswerComplaint,
        name: words::ACT_ANSWER_OBJECTION,
        leads_on: true,
        is_offered: |case| case.status < Status::Closed && case.open_objection().is_some(),
        papers: &[],
        fields: |form| answer_fields(form, &OBJECTION),
        read: |reader| answer(reader, &OBJECTION).map(Command::AnswerObjection),
    },
    Act {
        path: "/cases/{case_id}/answer-appeal",
        key: "answer-appeal",
        permission: Permission::AnswerComplaint,
        name: words::ACT_ANSWER_APPEAL,
        leads_on: true,
        is_offered: |case| case.status < Status::Closed && case.open_appeal().is_some(),
        papers: &[],
        fields: |form| answer_fields(form, &APPEAL),
        read: |reader| answer(reader, &APPEAL).map(Command::AnswerAppeal),
    },
    Act {
        path: "/cases/{case_id}/ask-advance",
        key: "ask-advance",
        permission: Permission::RequestAdvance,
        name: words::ACT_ASK_ADVANCE,
        leads_on: false,
        is_offered: |case| case.status <= Status::Applying && case.open_advance().is_none(),
        papers: &[],
        fields: ask_advance_fields,
        read: ask_advance,
    },
    Act {
        path: "/cases/{case_id}/object",
        key: "object",
        permission: Permission::RecordComplaint,
        name: words::ACT_OBJECT,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && case.open_objection().is_none(),
        papers: &[OBJECTION_LETTER],
        fields: |form| html! { (form.note("object_note", words::COMPLAINT, true)) (form.paper(&OBJECTION_LETTER, false)) },
        read: |reader| {
            let document = reader.find_paper(&OBJECTION_LETTER);
            Ok(Command::RaiseObjection(Complaint { document, note: reader.note("object_note")? }))
        },
    },
    Act {
        path: "/cases/{case_id}/appeal",
        key: "appeal",
        permission: Permission::RecordComplaint,
        name: words::ACT_APPEAL,
        leads_on: false,
        is_offered: |case| case.live_determination().is_some() && case.open_appeal().is_none(),
        papers: &[APPEAL_LETTER],
        fields: |form| html! { (form.note("appeal_note", words::COMPLAINT, true)) (form.paper(&APPEAL_LETTER, true)) },
        read: |reader| {
            let (document, note) = (reader.paper(&APPEAL_LETTER)?, reader.note("appeal_note")?);
            Ok(Command::RaiseAppeal(Complaint { document: Some(document), note }))
        },
    },
    Act {
        path: "/cases/{case_id}/supervise",
        key: "supervise",
        permission: Permission::Supervise,
        name: words::ACT_SUPERVISE,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed,
        papers: &[],
        fields: |form| {
            html! {
                (form.note("supervise_order", words::ORDER, true))
                (form.words("supervise_due_on", words::DUE_ON, "", "date"))
            }
        },
        read: |reader| {
            let (order, due_on) = (reader.note("supervise_order")?, reader.day("supervise_due_on")?);
            Ok(Command::Supervise(Supervision { order, due_on }))
        },
    },
];

const OBJECTION_LETTER: Paper = Paper::of(DocumentKind::ObjectionLetter, "object_paper", "object_file");
const APPEAL_LETTER: Paper = Paper::of(DocumentKind::AppealLetter, "appeal_paper", "appeal_file");

fn ask_advance_fields(form: &Form<'_>) -> Markup {
    let programmes = Programme::ALL.iter().map(|one| (one.key(), one.text()));
    html! {
        p.form-hint { (words::ASK_ADVANCE_HINT.text(form.lang())) }
        (form.select("advance_programme", words::PROGRAMME, programmes))
        (form.amount("advance_amount", words::AMOUNT_YUAN, ""))
        (form.note("advance_why", words::WHY, true))
    }
}

fn ask_advance(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::AskAdvance(AdvanceAsked {
        programme: reader.choice("advance_programme", Programme::find)?,
        amount_fen: reader.amount("advance_amount")?,
        why: reader.note("advance_why")?,
    }))
}

const APPROVE: [(&str, Word); 2] = [("yes", words::APPROVED), ("no", words::NOT_APPROVED)];

fn answer_advance_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    html! {
        @if let Some(advance) = form.case.open_advance() {
            p { (advance.asked.programme.text().in_lang(lang)) " " b { (crate::format::money(advance.asked.amount_fen, lang)) }
                br; (advance.asked.why.as_str()) }
        }
        (form.radios("advance_approved", words::RESULT, &APPROVE))
    }
}

/// The fields of an answer.
struct Fields {
    verdict: &'static str,
    back_to: &'static str,
    note: &'static str,
}

const OBJECTION: Fields = Fields { verdict: "objection_verdict", back_to: "objection_back_to", note: "objection_note" };
const APPEAL: Fields = Fields { verdict: "appeal_verdict", back_to: "appeal_back_to", note: "appeal_answer" };

fn answer_fields(form: &Form<'_>, fields: &Fields) -> Markup {
    let before = Status::ALL.iter().filter(|status| **status < form.case.status);
    let before = before.map(|status| (status.key(), status.text()));
    let verdicts = Verdict::ALL.iter().map(|verdict| (verdict.key(), verdict.text()));
    html! {
        (form.select(fields.verdict, words::RESULT, verdicts))
        (form.find_select(fields.back_to, words::BACK_TO, words::BACK_TO_HINT, before))
        (form.note(fields.note, words::ANSWER, true))
    }
}

fn answer(reader: &Reader<'_>, fields: &Fields) -> Result<Answer, Faults> {
    let is_empty = reader.typed.get(fields.back_to).is_empty();
    Ok(Answer {
        verdict: reader.choice(fields.verdict, Verdict::find)?,
        back_to: if is_empty { None } else { Some(reader.choice(fields.back_to, Status::find)?) },
        note: reader.note(fields.note)?,
    })
}
