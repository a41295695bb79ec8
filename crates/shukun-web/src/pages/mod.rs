//! The pages, one module each: its handler, its view, its tests.

mod account;
mod accounts;
mod appraisal;
mod audit;
mod cases;
mod county_numbers;
mod enrol;
mod exports;
mod figures;
mod fund;
mod grants;
mod health;
mod home;
mod imports;
mod jobs;
mod oidc;
mod open;
mod open_fund;
mod open_notice;
mod password;
mod policies;
mod regions;
mod screening;
mod second_factor;
mod sign_in;
mod subjects;
mod tokens;
mod work;

#[cfg(test)]
mod tests_of_accounts;
#[cfg(test)]
mod tests_of_statements;

use crate::routes::Handlers;

/// All of them.
pub fn serve(handlers: Handlers) -> Handlers {
    let all = [
        health::serve,
        sign_in::serve,
        oidc::serve,
        open::serve,
        open_fund::serve,
        open_notice::serve,
        subjects::serve,
        password::serve,
        second_factor::serve,
        enrol::serve,
        account::serve,
        tokens::serve,
        accounts::serve,
        grants::serve,
        audit::serve,
        exports::serve,
        regions::serve,
        county_numbers::serve,
        cases::serve,
        imports::serve,
        screening::serve,
        jobs::serve,
        figures::serve,
        appraisal::serve,
        policies::serve,
        fund::serve,
        home::serve,
    ];
    all.into_iter().fold(handlers, |handlers, serve| serve(handlers))
}
