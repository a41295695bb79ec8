//! Deciding: joint meetings with their resolutions, the council, the charter's rules, public notices.
//!
//! A form of a meeting or a notice names one act; what it may do is planned in the store, and what is refused is said above
//! the page it came from. Start at `meeting` and `notice`.

mod act;
mod charter;
mod council;
mod meeting;
mod meeting_forms;
mod meetings;
mod notice;
mod notices;
mod online;
mod paper;
mod proposal;

#[cfg(test)]
pub(super) mod tests;

use shukun_base::Text;
use shukun_store::StoreError;

use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [meetings::serve, charter::serve, council::serve, meeting::serve, paper::serve, notices::serve, notice::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
}

/// What was refused, with its code for the help desk.
fn with_code(error: &StoreError) -> Text {
    let (text, code) = (&error.text, error.code);
    Text::new(format!("{}（{code}）", text.zh), format!("{} ({code})", text.en))
}
