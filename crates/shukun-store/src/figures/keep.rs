//! Writing down what is counted, beside the row of a case and beside an alert, in the same transaction.

use sea_orm::{ConnectionTrait, Value};
use shukun_base::Fen;
use shukun_casework::alert::Alert;
use shukun_casework::authority::Programme;
use shukun_casework::case::{Case, Status, Step};
use shukun_casework::outcome::judgement;
use shukun_casework::timers::{Reading, Unit, Watch, steps};

use super::narrow::{Sway, rank};
use crate::error::Result;
use crate::moment::today_in_china;
use crate::sql::{Query, execute, statements, values};

statements! {
    WRITE = "INSERT INTO case_figures (figures_of, reached, opened_on, closed_on, judgement, aid_fen, paid_fen, orders)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (figures_of) DO UPDATE SET reached = excluded.reached,
            opened_on = excluded.opened_on, closed_on = excluded.closed_on, judgement = excluded.judgement,
            aid_fen = excluded.aid_fen, paid_fen = excluded.paid_fen, orders = excluded.orders";
    // What a determination no longer gives stays as nothing.
    NO_AID = "UPDATE case_aid SET aid_fen = 0, paid_fen = 0 WHERE aid_of = $1";
    WRITE_AID = "INSERT INTO case_aid (aid_of, programme, aid_fen, paid_fen) VALUES ($1, $2, $3, $4)
        ON CONFLICT (aid_of, programme) DO UPDATE SET aid_fen = excluded.aid_fen, paid_fen = excluded.paid_fen";
    WRITE_STAY = "UPDATE case_figures SET stay_step = $2, stay_office = $3, stay_unit = $4, stay_used = $5, stay_level = $6
        WHERE figures_of = $1";
}

/// What follows from the case alone.
pub(crate) async fn write(on: &impl ConnectionTrait, case: &Case) -> Result<()> {
    let closed_on = case.closed.as_ref().filter(|_| case.status == Status::Closed);
    let values = values![
        case.id.as_str(),
        reached(case),
        today_in_china(case.opened_at).to_string(),
        closed_on.map(|closed| today_in_china(closed.at).to_string()),
        closed_on.map(|closed| Sway::of(judgement(closed)).key()),
        determined(case).0,
        paid(case).0,
        i64::try_from(case.supervisions.len()).unwrap_or(i64::MAX),
    ];
    execute(on, WRITE, values).await?;
    write_aid(on, case).await
}

/// Programme by programme, for whoever asks who pays.
async fn write_aid(on: &impl ConnectionTrait, case: &Case) -> Result<()> {
    execute(on, NO_AID, values![case.id.as_str()]).await?;
    for programme in Programme::ALL {
        let aid = case.live_determination().map_or(Fen::ZERO, |sheet| sheet.aid_fen(*programme));
        let of_programme = case.requests.iter().filter(|request| request.programme == *programme);
        let paid: Fen = of_programme.map(|request| request.paid_fen - request.recovered_fen).sum();
        if !aid.is_zero() || !paid.is_zero() {
            execute(on, WRITE_AID, values![case.id.as_str(), programme.key(), aid.0, paid.0]).await?;
        }
    }
    Ok(())
}

/// What depends on the day: its stays in each step, and the one it is in.
pub(crate) async fn write_stays(on: &impl ConnectionTrait, case: &Case, watch: Watch<'_>) -> Result<()> {
    let readings = steps(case, watch);
    if !readings.is_empty() {
        stays_query(case, &readings).all(on).await?;
    }
    let now = readings.last().filter(|reading| reading.to.is_none() && case.status != Status::Closed);
    let values = values![
        case.id.as_str(),
        now.map(|stay| stay.step.key()),
        now.map(|stay| stay.responsible.key()),
        now.map(|stay| unit_key(stay.unit)),
        now.map(|stay| i64::from(stay.used.value)),
        now.map(|stay| stay.level.key()),
    ];
    execute(on, WRITE_STAY, values).await?;
    Ok(())
}

/// All stays in one statement: a pause or an extension changes earlier ones too.
fn stays_query(case: &Case, readings: &[Reading]) -> Query {
    let mut query = Query::new(
        "INSERT INTO case_stays (stay_of, stay_number, stayed_at, office, from_on, to_on, used, unit, time_limit, how) VALUES ",
    );
    for (number, reading) in readings.iter().enumerate() {
        query.push(if number == 0 { "(" } else { ", (" });
        query.bind_list(stay(case, number, reading).into_iter()).push(")");
    }
    query.push(
        " ON CONFLICT (stay_of, stay_number) DO UPDATE SET stayed_at = excluded.stayed_at, office = excluded.office,
            from_on = excluded.from_on, to_on = excluded.to_on, used = excluded.used, unit = excluded.unit,
            time_limit = excluded.time_limit, how = excluded.how RETURNING stay_number",
    );
    query
}

fn stay(case: &Case, number: usize, reading: &Reading) -> Vec<Value> {
    values![
        case.id.as_str(),
        i64::try_from(number).unwrap_or(i64::MAX),
        reading.step.key(),
        reading.responsible.key(),
        today_in_china(reading.from).to_string(),
        reading.to.map(|to| today_in_china(to).to_string()),
        i64::from(reading.used.value),
        unit_key(reading.unit),
        reading.limit.map(i64::from),
        reading.level.key(),
    ]
}

/// Every change of an alert's colour, and until when it held.
pub(crate) async fn write_colours(on: &impl ConnectionTrait, alert: &Alert) -> Result<()> {
    let mut query = Query::new("INSERT INTO alert_colours (colour_of, colour_number, was, from_on, until_on) VALUES ");
    let ends = alert.history.iter().skip(1).map(|next| Some(next.on.to_string())).chain([None]);
    for (number, (change, until)) in alert.history.iter().zip(ends).enumerate() {
        query.push(if number == 0 { "(" } else { ", (" });
        let values = values![
            alert.id.as_str(),
            i64::try_from(number).unwrap_or(i64::MAX),
            change.colour.map(|colour| colour.key()),
            change.on.to_string(),
            until,
        ];
        query.bind_list(values.into_iter()).push(")");
    }
    query.push(
        " ON CONFLICT (colour_of, colour_number) DO UPDATE SET was = excluded.was, from_on = excluded.from_on,
            until_on = excluded.until_on RETURNING colour_number",
    );
    query.all(on).await?;
    Ok(())
}

/// The furthest status of any round.
fn reached(case: &Case) -> i64 {
    let open = (case.status != Status::Closed).then_some(case.status);
    let from = case.closed.as_ref().map(|closed| closed.from);
    let stays = case.spans.iter().map(|span| status_of(span.step));
    stays.chain(open).chain(from).map(rank).max().unwrap_or_default()
}

/// The least status that a case in this step has.
const fn status_of(step: Step) -> Status {
    match step {
        Step::DispatchToTownship => Status::Screened,
        Step::DispatchToVillage | Step::Verification => Status::Dispatched,
        Step::Acceptance | Step::Invitation => Status::Verified,
        Step::Certification | Step::Determination => Status::Applying,
        Step::Resolution | Step::CloseOut => Status::Determined,
        Step::Settlement => Status::Resolved,
        Step::FollowUp => Status::Settled,
        Step::Screening | Step::WholeCase | Step::Objection | Step::AdvanceApproval | Step::AdvancePapers => {
            Status::Detected
        }
    }
}

/// What the determination in force gives.
fn determined(case: &Case) -> Fen {
    let sheet = case.live_determination();
    sheet.map_or(Fen::ZERO, |sheet| Programme::ALL.iter().map(|programme| sheet.aid_fen(*programme)).sum())
}

/// What was paid on requests and has not come back.
fn paid(case: &Case) -> Fen {
    case.requests.iter().map(|request| request.paid_fen - request.recovered_fen).sum()
}

pub(super) const fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "working_days",
        Unit::Days => "days",
        Unit::Hours => "hours",
    }
}
