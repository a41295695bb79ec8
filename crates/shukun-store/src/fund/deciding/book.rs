//! What deciding has to do with the books: what is in the pots before a vote, and the line that a payout needs, once it is
//! in effect.

use sea_orm::DatabaseTransaction;
use shukun_base::Fen;
use shukun_casework::authority::Programme;
use shukun_casework::case::{Case, Context as CaseContext};
use shukun_fund::deciding::{Act, Line, LineRecord, Meeting, propose};
use shukun_fund::ledger::{BusinessKey, PersonKey, ProgrammeKey};
use shukun_fund::{BookId, LineId};

use super::unreadable;
use crate::chance::hex;
use crate::error::{Result, StoreError};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis, today_in_china};
use crate::scope::Scope;
use crate::sql::{execute, statements, values};
use crate::store::Store;

statements! {
    RESOLVE = "INSERT INTO resolutions (resolution_id, book_id, meeting_id, number, decided_on, minutes_hash, recorded_by, recorded_at)
        VALUES ($1, $2, $1, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    LINE = "INSERT INTO resolution_lines (line_id, resolution_id, book_id, case_id, person_key, business_key, programme, area,
            classes, amount_fen, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'approved')";
}

impl Store {
    /// What the pots of the meeting's book lack for its lines, when it is opened.
    pub(super) async fn lacking(
        &self,
        scope: &Scope,
        meeting: Option<&Meeting>,
        act: &Act,
        ctx: &CaseContext<'_>,
    ) -> Result<Option<Fen>> {
        let (Some(meeting), Act::Open(_)) = (meeting, act) else { return Ok(None) };
        let Some(book) = &meeting.book else { return Ok(None) };
        let pots = self.pots(scope, book).await?;
        let lines: Vec<Line> = meeting.live_lines().map(|record| record.line.clone()).collect();
        Ok(Some(propose(&pots, &lines, today_in_china(ctx.now)).lacking_fen()))
    }

    /// The line as the books know it: no payout without it. Money that is in no book of the fund has none.
    pub(super) async fn write_resolution(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        meeting: &Meeting,
        line: &LineId,
        now: Moment,
    ) -> Result<()> {
        let Some(book) = &meeting.book else { return Ok(()) };
        let record = meeting.line(line).ok_or_else(StoreError::not_found)?;
        let case_id = shukun_casework::CaseId::new(record.line.case.as_str()).ok_or_else(unreadable)?;
        let key = self.business_key(&self.load_case(tx, &case_id).await?, &record.line)?;
        let number = format!("{}-{}", meeting.held_on, meeting.id.as_str().chars().take(6).collect::<String>());
        let hash = meeting.minutes.as_ref().map(|minutes| minutes.text.sha256.as_str());
        let who = scope.account_id().as_str();
        let values =
            values![meeting.id.as_str(), book.as_str(), number, meeting.held_on.to_string(), hash, who, millis(now)];
        let is_first = execute(tx, RESOLVE, values).await? == 1;
        insert_line(tx, (meeting, book), record, &key).await?;
        let keeping = Keeping { account_id: who, region: &meeting.region, now };
        if is_first {
            self.keep(tx, (&kept::RESOLUTION, values![meeting.id.as_str()]), keeping).await?;
        }
        self.keep(tx, (&kept::LINE, values![line.as_str()]), keeping).await
    }

    /// What makes two payouts one: the person with the largest part of the programme's money, its year, and whether it tops
    /// another request up.
    fn business_key(&self, case: &Case, line: &Line) -> Result<BusinessKey> {
        let programme = Programme::find(&line.programme).ok_or_else(unreadable)?;
        let request = case.requests.iter().find(|request| request.id.as_str() == line.request.as_str());
        let sheet = case.live_determination().ok_or_else(unreadable)?;
        let of = |person: &shukun_casework::determination::PersonSheet| -> Fen {
            let lines = person.lines.iter().filter(|line| line.programme == Some(programme));
            lines.map(|line| line.amount_fen).sum()
        };
        let person = sheet.people.iter().max_by_key(|person| of(person)).ok_or_else(unreadable)?;
        let tier = match request.and_then(|request| request.tops_up.as_ref()) {
            Some(_) => format!("top-up-{}", sheet.version),
            None => "main".to_owned(),
        };
        let digest = self.keys.index("fund_person", person.person.to_string().as_bytes())?;
        let person_key = PersonKey::new(&hex(&digest)).ok_or_else(unreadable)?;
        let programme = ProgrammeKey::new(programme.key()).ok_or_else(unreadable)?;
        BusinessKey::new(programme, person_key, person.year, ("year", &tier), 1).ok_or_else(unreadable)
    }
}

async fn insert_line(
    tx: &DatabaseTransaction,
    (meeting, book): (&Meeting, &BookId),
    record: &LineRecord,
    key: &BusinessKey,
) -> Result<()> {
    let line = &record.line;
    let values = values![
        line.id.as_str(),
        meeting.id.as_str(),
        book.as_str(),
        line.case.as_str(),
        key.person_key.as_str(),
        key.to_string(),
        line.programme.as_str(),
        line.place.as_str(),
        line.classes.join(" "),
        line.amount_fen.0
    ];
    match execute(tx, LINE, values).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => Err(StoreError::refused(
            "store-line-twice",
            "这个人这一年的这项救助已有一项生效的决议：请撤下这一项，或按补发办理。",
            "This person's relief of the year has a line in effect already: withdraw this one, or make it a top-up.",
        )),
        Err(error) => Err(error),
    }
}
