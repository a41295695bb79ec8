//! Every route as data: method, path, what it needs. There is no way to serve a route without a row.
//!
//! [`Handlers`] takes a handler only for a row of [`ROUTES`] and puts the guard of that row before it, so that who may
//! come in is decided here and nowhere else. What a person sees behind the door is a matter of the person's scope.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use shukun_casework::authority::Permission;

use crate::desk::Desk;
use crate::error::PageError;
use crate::guard;

/// What a route asks of who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: sign-in, health, files of the pages.
    Nobody,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds this permission somewhere.
    Permission(Permission),
}

/// GET reads, POST writes; pages use no other method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes something.
    Post,
}

impl Verb {
    fn filter(self) -> MethodFilter {
        match self {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        }
    }

    /// As HTTP says it.
    pub fn method(self) -> Method {
        match self {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        }
    }
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub verb: Verb,
    /// The path, with its parts in braces.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// The largest body it reads, in bytes.
    pub largest: usize,
}

/// No form of a page without files is larger.
const FORM_LIMIT: usize = 512 * 1024;

/// A form with files: the largest paper, and its fields beside it.
const FILES_LIMIT: usize = (20 << 20) + FORM_LIMIT;
impl Route {
    /// Whether its page reads the body itself.
    pub fn is_streamed(&self) -> bool {
        self.largest == STREAMED
    }

    /// Whether pages ask for it by themselves: that says nothing about somebody being there.
    pub fn is_polled(&self) -> bool {
        self.path.ends_with("/progress")
    }
}

impl Route {
    /// Whether programs come here with a token, instead of people with a session.
    pub fn is_for_programs(&self) -> bool {
        self.path.starts_with(crate::api::ROOT)
    }
}

const fn get(path: &'static str, needs: Needs) -> Route {
    Route { verb: Verb::Get, path, needs, largest: FORM_LIMIT }
}

const fn post(path: &'static str, needs: Needs) -> Route {
    Route { verb: Verb::Post, path, needs, largest: FORM_LIMIT }
}

/// A form that may bring papers.
const fn papers(path: &'static str, needs: Needs) -> Route {
    Route { verb: Verb::Post, path, needs, largest: FILES_LIMIT }
}

/// A form whose file streams in; its page looks for the token and counts the bytes ([`crate::http::upload`]).
const STREAMED: usize = usize::MAX;

const fn upload(path: &'static str, needs: Needs) -> Route {
    Route { verb: Verb::Post, path, needs, largest: STREAMED }
}

/// The table.
pub const ROUTES: &[Route] = &[
    get("/healthz", Needs::Nobody),
    get("/assets/{version}/{name}", Needs::Nobody),
    get("/open/verify", Needs::Nobody),
    get("/open/notices/{line_id}", Needs::Nobody),
    get("/open/fund", Needs::Nobody),
    get("/open/fund/fields", Needs::Nobody),
    get("/open/fund/statements.json", Needs::Nobody),
    get("/open/fund/{publication_id}", Needs::Nobody),
    get("/open/fund/{publication_id}/statement.json", Needs::Nobody),
    get("/open/fund/{publication_id}/statement.csv", Needs::Nobody),
    get("/open/fund/checkpoints", Needs::Nobody),
    get("/open/fund/checkpoints.json", Needs::Nobody),
    get("/open/fund/checkpoints/{log_size}", Needs::Nobody),
    get("/open/fund/checkpoints/{log_size}/bundle", Needs::Nobody),
    get("/open/fund/log.json", Needs::Nobody),
    get("/open/fund/keys.txt", Needs::Nobody),
    get("/sign-in", Needs::Nobody),
    post("/sign-in", Needs::Nobody),
    post("/sign-out", Needs::SignedIn),
    get("/", Needs::SignedIn),
    get("/account", Needs::SignedIn),
    get("/account/password", Needs::SignedIn),
    post("/account/password", Needs::SignedIn),
    get("/account/code", Needs::SignedIn),
    post("/account/code", Needs::SignedIn),
    get("/account/enrol", Needs::SignedIn),
    post("/account/enrol", Needs::SignedIn),
    post("/account/enrol/finish", Needs::SignedIn),
    get("/accounts", Needs::Permission(Permission::ManageAccounts)),
    get("/accounts/new", Needs::Permission(Permission::ManageAccounts)),
    post("/accounts/new", Needs::Permission(Permission::ManageAccounts)),
    post("/accounts/{account_id}/reset", Needs::Permission(Permission::ManageAccounts)),
    post("/accounts/{account_id}/close", Needs::Permission(Permission::ManageAccounts)),
    get("/grants", Needs::Permission(Permission::ManageGrants)),
    get("/grants/{account_id}", Needs::Permission(Permission::ManageGrants)),
    post("/grants/{account_id}", Needs::Permission(Permission::ManageGrants)),
    post("/grants/{account_id}/take/{grant_id}", Needs::Permission(Permission::ManageGrants)),
    get("/audit", Needs::Permission(Permission::ReadAuditTrail)),
    get("/exports", Needs::Permission(Permission::Export)),
    get("/exports/new", Needs::Permission(Permission::Export)),
    post("/exports", Needs::Permission(Permission::Export)),
    get("/exports/{export_id}", Needs::Permission(Permission::Export)),
    post("/exports/{export_id}/fetch", Needs::Permission(Permission::Export)),
    get("/regions", Needs::Permission(Permission::Import)),
    post("/regions", Needs::Permission(Permission::Import)),
    get("/imports", Needs::Permission(Permission::Import)),
    upload("/imports", Needs::Permission(Permission::Import)),
    get("/imports/{import_id}", Needs::Permission(Permission::Import)),
    get("/imports/{import_id}/progress", Needs::Permission(Permission::Import)),
    get("/imports/{import_id}/rejects", Needs::Permission(Permission::Import)),
    post("/imports/{import_id}/check", Needs::Permission(Permission::Import)),
    post("/imports/{import_id}/commit", Needs::Permission(Permission::Import)),
    post("/imports/{import_id}/discard", Needs::Permission(Permission::Import)),
    post("/imports/{import_id}/undo", Needs::Permission(Permission::Import)),
    get("/runs", Needs::Permission(Permission::ViewCases)),
    post("/runs", Needs::Permission(Permission::RunScreening)),
    post("/runs/schedule", Needs::Permission(Permission::RunScreening)),
    get("/runs/{run_id}", Needs::Permission(Permission::ViewCases)),
    get("/alerts", Needs::Permission(Permission::ViewCases)),
    get("/alerts/{alert_id}", Needs::Permission(Permission::ViewCases)),
    post("/alerts/{alert_id}/suppress", Needs::Permission(Permission::Screen)),
    get("/jobs", Needs::SignedIn),
    get("/jobs/{job_id}", Needs::SignedIn),
    get("/jobs/{job_id}/progress", Needs::SignedIn),
    post("/jobs/{job_id}/cancel", Needs::SignedIn),
    get("/figures", Needs::Permission(Permission::ViewStatistics)),
    get("/figures/tasks", Needs::Permission(Permission::ViewStatistics)),
    get("/figures/people", Needs::Permission(Permission::ViewStatistics)),
    get("/numbers", Needs::Permission(Permission::Configure)),
    get("/numbers/{key}", Needs::Permission(Permission::Configure)),
    post("/numbers/{key}", Needs::Permission(Permission::Configure)),
    get("/fund/donors", Needs::Permission(Permission::ViewFund)),
    get("/fund/donors/new", Needs::Permission(Permission::RecordGift)),
    post("/fund/donors/new", Needs::Permission(Permission::RecordGift)),
    get("/fund/donors/{donor_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/donors/{donor_id}/showing", Needs::Permission(Permission::RecordGift)),
    post("/fund/donors/{donor_id}/reveal", Needs::Permission(Permission::Reveal)),
    get("/fund/campaigns", Needs::Permission(Permission::ViewFund)),
    get("/fund/campaigns/new", Needs::Permission(Permission::RecordGift)),
    post("/fund/campaigns/new", Needs::Permission(Permission::RecordGift)),
    post("/fund/campaigns/units", Needs::Permission(Permission::RecordGift)),
    get("/fund/campaigns/published", Needs::Permission(Permission::ViewFund)),
    get("/fund/campaigns/{campaign_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/campaigns/{campaign_id}/ask", Needs::Permission(Permission::RecordGift)),
    post("/fund/campaigns/{campaign_id}/answer", Needs::Permission(Permission::RecordGift)),
    get("/fund/gifts", Needs::Permission(Permission::ViewFund)),
    get("/fund/gifts/new", Needs::Permission(Permission::RecordGift)),
    post("/fund/gifts/new", Needs::Permission(Permission::RecordGift)),
    get("/fund/gifts/{gift_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/gifts/{gift_id}/refund", Needs::Permission(Permission::RecordGift)),
    post("/fund/gifts/{gift_id}/refund/{refund_id}", Needs::Permission(Permission::CheckBooks)),
    get("/fund/gifts/{gift_id}/certificate", Needs::Permission(Permission::RecordGift)),
    get("/fund/gifts/{gift_id}/certificate.pdf", Needs::Permission(Permission::RecordGift)),
    post("/fund/gifts/{gift_id}/certificate", Needs::Permission(Permission::RecordGift)),
    get("/fund/pledges", Needs::Permission(Permission::ViewFund)),
    get("/fund/pledges/new", Needs::Permission(Permission::RecordGift)),
    post("/fund/pledges/new", Needs::Permission(Permission::RecordGift)),
    get("/fund/outlook", Needs::Permission(Permission::ViewFund)),
    get("/fund", Needs::Permission(Permission::ViewFund)),
    get("/fund/books/new", Needs::Permission(Permission::KeepBooks)),
    post("/fund/books/new", Needs::Permission(Permission::KeepBooks)),
    get("/fund/books/{book_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/books/{book_id}/accounts", Needs::Permission(Permission::KeepBooks)),
    get("/fund/books/{book_id}/journal", Needs::Permission(Permission::ViewFund)),
    get("/fund/books/{book_id}/accounts/{code}", Needs::Permission(Permission::ViewFund)),
    get("/fund/books/{book_id}/new-voucher", Needs::Permission(Permission::KeepBooks)),
    post("/fund/books/{book_id}/new-voucher", Needs::Permission(Permission::KeepBooks)),
    get("/fund/vouchers/{voucher_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/vouchers/{voucher_id}/check", Needs::Permission(Permission::CheckBooks)),
    get("/fund/periods/{book_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/periods/{book_id}/propose", Needs::Permission(Permission::KeepBooks)),
    post("/fund/periods/{book_id}/approve", Needs::Permission(Permission::CheckBooks)),
    get("/fund/publishing", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing", Needs::Permission(Permission::PublishFund)),
    get("/fund/publishing/drafts/{draft_id}", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/drafts/{draft_id}/publish", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/drafts/{draft_id}/withdraw", Needs::Permission(Permission::PublishFund)),
    get("/fund/publishing/corrections/{publication_id}", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/corrections/{publication_id}", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/notes/{note_id}/publish", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/notes/{note_id}/withdraw", Needs::Permission(Permission::PublishFund)),
    get("/fund/publishing/duties", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/duties", Needs::Permission(Permission::PublishFund)),
    post("/fund/publishing/rules", Needs::Permission(Permission::PublishFund)),
    get("/policies", Needs::Permission(Permission::ReadPolicy)),
    get("/policies/compare", Needs::Permission(Permission::ComparePolicies)),
    post("/policies/compare", Needs::Permission(Permission::ComparePolicies)),
    get("/policies/compare/{job_id}", Needs::Permission(Permission::ComparePolicies)),
    get("/policies/{pack_id}", Needs::Permission(Permission::ReadPolicy)),
    get("/policies/{pack_id}/differ", Needs::Permission(Permission::ReadPolicy)),
    get("/appraisal", Needs::Permission(Permission::ViewStatistics)),
    post("/appraisal", Needs::Permission(Permission::Supervise)),
    get("/appraisal/template", Needs::Permission(Permission::ViewStatistics)),
    get("/appraisal/bulletin", Needs::Permission(Permission::ViewStatistics)),
    get("/appraisal/bulletin.xlsx", Needs::Permission(Permission::ViewStatistics)),
    get("/appraisal/{measure_id}", Needs::Permission(Permission::ViewStatistics)),
    post("/appraisal/{measure_id}", Needs::Permission(Permission::ReportMeasures)),
    get("/fund/meetings", Needs::Permission(Permission::ViewFund)),
    post("/fund/meetings", Needs::Permission(Permission::ViewFund)),
    get("/fund/meetings/charter", Needs::Permission(Permission::ViewFund)),
    post("/fund/meetings/charter", Needs::Permission(Permission::RunMeeting)),
    get("/fund/meetings/council", Needs::Permission(Permission::ViewFund)),
    post("/fund/meetings/council", Needs::Permission(Permission::RunMeeting)),
    post("/fund/meetings/council/{member_id}/end", Needs::Permission(Permission::RunMeeting)),
    get("/fund/meetings/{meeting_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/meetings/{meeting_id}", Needs::Permission(Permission::ViewFund)),
    get("/fund/resolutions/{meeting_id}", Needs::Permission(Permission::ViewFund)),
    get("/fund/resolutions/{meeting_id}/resolution.pdf", Needs::Permission(Permission::ViewFund)),
    get("/fund/resolutions/{meeting_id}/minutes.pdf", Needs::Permission(Permission::ViewFund)),
    get("/fund/notices", Needs::Permission(Permission::ViewCases)),
    get("/fund/notices/{line_id}", Needs::Permission(Permission::ViewCases)),
    post("/fund/notices/{line_id}", Needs::Permission(Permission::ViewCases)),
    get("/fund/notices/{line_id}/print", Needs::Permission(Permission::ViewCases)),
    get("/fund/notices/{line_id}/notice.pdf", Needs::Permission(Permission::ViewCases)),
    get("/fund/batches", Needs::Permission(Permission::ViewFund)),
    post("/fund/batches", Needs::Permission(Permission::MakeBatch)),
    post("/fund/batches/many", Needs::Permission(Permission::CheckBatch)),
    get("/fund/batches/rules", Needs::Permission(Permission::ViewFund)),
    post("/fund/batches/rules", Needs::Permission(Permission::CheckBooks)),
    get("/fund/batches/{batch_id}", Needs::Permission(Permission::ViewFund)),
    post("/fund/batches/{batch_id}/act", Needs::Permission(Permission::ViewFund)),
    post("/fund/batches/{batch_id}/add", Needs::Permission(Permission::MakeBatch)),
    post("/fund/batches/{batch_id}/payee", Needs::Permission(Permission::MakeBatch)),
    papers("/fund/batches/{batch_id}/answer", Needs::Permission(Permission::SendBatch)),
    papers("/fund/batches/{batch_id}/back", Needs::Permission(Permission::SendBatch)),
    post("/fund/batches/{batch_id}/give-up", Needs::Permission(Permission::MakeBatch)),
    get("/fund/batches/{batch_id}/file", Needs::Permission(Permission::SendBatch)),
    get("/fund/checkpoints", Needs::Permission(Permission::SignCheckpoint)),
    post("/fund/checkpoints/seal", Needs::Permission(Permission::PublishFund)),
    post("/fund/checkpoints/sign", Needs::Permission(Permission::SignCheckpoint)),
    post("/fund/checkpoints/keys", Needs::Permission(Permission::SignCheckpoint)),
    get("/fund/slips/{line_id}", Needs::Permission(Permission::MakeBatch)),
    get("/fund/slips/{line_id}/slip.pdf", Needs::Permission(Permission::MakeBatch)),
    get("/fund/slips/{line_id}/file", Needs::Permission(Permission::MakeBatch)),
    get("/fund/batches/{batch_id}/summary.pdf", Needs::Permission(Permission::ViewFund)),
    get("/fund/statements", Needs::Permission(Permission::ViewFund)),
    papers("/fund/statements", Needs::Permission(Permission::SendBatch)),
    post("/fund/statements/match", Needs::Permission(Permission::ViewFund)),
    get("/fund/deliveries", Needs::Permission(Permission::RecordDelivery)),
    papers("/fund/deliveries", Needs::Permission(Permission::RecordDelivery)),
    get("/cases", Needs::Permission(Permission::ViewCases)),
    get("/cases/duplicates", Needs::Permission(Permission::Merge)),
    get("/cases/{case_id}/beside/{other_id}", Needs::Permission(Permission::Merge)),
    post("/cases/{case_id}/beside/{other_id}", Needs::Permission(Permission::Merge)),
    get("/cases/new", Needs::Permission(Permission::DiscoverByHand)),
    post("/cases/new", Needs::Permission(Permission::DiscoverByHand)),
    post("/cases/{case_id}/assign", Needs::Permission(Permission::Assign)),
    post("/cases/{case_id}/transfer", Needs::Permission(Permission::Transfer)),
    papers("/cases/{case_id}/death", Needs::Permission(Permission::RecordDeath)),
    post("/cases/{case_id}/reopen", Needs::Permission(Permission::Reopen)),
    post("/cases/find", Needs::Permission(Permission::ViewCases)),
    post("/filters", Needs::Permission(Permission::ViewCases)),
    post("/filters/{filter_id}/drop", Needs::Permission(Permission::ViewCases)),
    post("/cases/bulk", Needs::Permission(Permission::ViewCases)),
    get("/cases/bulk/{job_id}", Needs::Permission(Permission::ViewCases)),
    get("/cases/{case_id}", Needs::Permission(Permission::ViewCases)),
    post("/cases/{case_id}/take", Needs::Permission(Permission::ViewCases)),
    post("/cases/{case_id}/screen", Needs::Permission(Permission::Screen)),
    post("/cases/{case_id}/dismiss", Needs::Permission(Permission::Dismiss)),
    post("/cases/{case_id}/data-error", Needs::Permission(Permission::Dismiss)),
    get("/cases/{case_id}/split", Needs::Permission(Permission::Merge)),
    post("/cases/{case_id}/split", Needs::Permission(Permission::Merge)),
    post("/cases/{case_id}/dispatch", Needs::Permission(Permission::DispatchToTownship)),
    post("/cases/{case_id}/forward", Needs::Permission(Permission::DispatchToVillage)),
    get("/cases/{case_id}/visit", Needs::Permission(Permission::Verify)),
    papers("/cases/{case_id}/visit", Needs::Permission(Permission::Verify)),
    post("/cases/{case_id}/confirm", Needs::Permission(Permission::ConfirmVerification)),
    post("/cases/{case_id}/accept", Needs::Permission(Permission::Dismiss)),
    post("/cases/{case_id}/check", Needs::Permission(Permission::CheckDetermination)),
    post("/cases/{case_id}/propose", Needs::Permission(Permission::ProposeClosing)),
    post("/cases/{case_id}/close", Needs::Permission(Permission::ConfirmClosing)),
    post("/cases/{case_id}/sample", Needs::Permission(Permission::SampleDismissals)),
    papers("/cases/{case_id}/papers", Needs::Permission(Permission::ViewCases)),
    get("/cases/{case_id}/papers/{document_id}", Needs::Permission(Permission::Reveal)),
    get("/cases/{case_id}/reveal", Needs::Permission(Permission::Reveal)),
    post("/cases/{case_id}/reveal", Needs::Permission(Permission::Reveal)),
    get("/cases/{case_id}/print/sheet", Needs::Permission(Permission::ViewCases)),
    get("/cases/{case_id}/print/sheet.pdf", Needs::Permission(Permission::ViewCases)),
    get("/cases/{case_id}/print/visit", Needs::Permission(Permission::ViewCases)),
    get("/cases/{case_id}/sheet", Needs::Permission(Permission::DraftDetermination)),
    post("/cases/{case_id}/sheet", Needs::Permission(Permission::DraftDetermination)),
    papers("/cases/{case_id}/apply", Needs::Permission(Permission::EnterApplication)),
    post("/cases/{case_id}/accept-request", Needs::Permission(Permission::AcceptRequest)),
    post("/cases/{case_id}/return-request", Needs::Permission(Permission::AcceptRequest)),
    post("/cases/{case_id}/resubmit-request", Needs::Permission(Permission::EnterApplication)),
    papers("/cases/{case_id}/certify", Needs::Permission(Permission::Certify)),
    papers("/cases/{case_id}/certify-again", Needs::Permission(Permission::Certify)),
    papers("/cases/{case_id}/decline", Needs::Permission(Permission::Withdraw)),
    papers("/cases/{case_id}/approve", Needs::Permission(Permission::ApproveStatutory)),
    papers("/cases/{case_id}/approve-government", Needs::Permission(Permission::ApproveGovernment)),
    papers("/cases/{case_id}/resolve", Needs::Permission(Permission::RecordResolution)),
    papers("/cases/{case_id}/pay", Needs::Permission(Permission::RecordSettlement)),
    papers("/cases/{case_id}/recover", Needs::Permission(Permission::RecordSettlement)),
    papers("/cases/{case_id}/record-return", Needs::Permission(Permission::RecordSettlement)),
    papers("/cases/{case_id}/follow-up", Needs::Permission(Permission::FollowUp)),
    post("/cases/{case_id}/ask-advance", Needs::Permission(Permission::RequestAdvance)),
    post("/cases/{case_id}/answer-advance", Needs::Permission(Permission::ApproveAdvance)),
    post("/cases/{case_id}/paper-advance", Needs::Permission(Permission::RequestAdvance)),
    papers("/cases/{case_id}/object", Needs::Permission(Permission::RecordComplaint)),
    post("/cases/{case_id}/answer-objection", Needs::Permission(Permission::AnswerComplaint)),
    papers("/cases/{case_id}/appeal", Needs::Permission(Permission::RecordComplaint)),
    post("/cases/{case_id}/answer-appeal", Needs::Permission(Permission::AnswerComplaint)),
    post("/cases/{case_id}/supervise", Needs::Permission(Permission::Supervise)),
    post("/cases/{case_id}/stop-clock", Needs::Permission(Permission::StopClock)),
    post("/cases/{case_id}/run-clock", Needs::Permission(Permission::StopClock)),
    post("/cases/{case_id}/extend", Needs::Permission(Permission::StopClock)),
    post("/cases/{case_id}/mark", Needs::Permission(Permission::Mark)),
    post("/cases/{case_id}/unmark", Needs::Permission(Permission::Mark)),
    post("/cases/{case_id}/recalculate", Needs::Permission(Permission::DraftDetermination)),
    post("/cases/{case_id}/resume", Needs::Permission(Permission::Suspend)),
    post("/cases/{case_id}/return", Needs::Permission(Permission::Return)),
    post("/cases/{case_id}/suspend", Needs::Permission(Permission::Suspend)),
    get("/sign-in/away", Needs::Nobody),
    get("/sign-in/back", Needs::Nobody),
    get("/accounts/{account_id}/subjects", Needs::Permission(Permission::ManageAccounts)),
    post("/accounts/{account_id}/subjects", Needs::Permission(Permission::ManageAccounts)),
    post("/accounts/{account_id}/subjects/take", Needs::Permission(Permission::ManageAccounts)),
    get("/account/tokens", Needs::SignedIn),
    post("/account/tokens", Needs::SignedIn),
    post("/account/tokens/{token_id}/take", Needs::SignedIn),
    get("/api/docs", Needs::Nobody),
    get("/api/docs/{name}", Needs::Nobody),
    get("/api/v1/openapi.json", Needs::Nobody),
    get("/api/v1/me", Needs::SignedIn),
    get("/api/v1/cases", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/cases/{case_id}", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/cases/{case_id}/actions", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/cases/{case_id}/acts", Needs::Permission(Permission::ViewCases)),
    post("/api/v1/cases", Needs::Permission(Permission::DiscoverByHand)),
    post("/api/v1/cases/{case_id}/actions", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/cases/{case_id}/documents", Needs::Permission(Permission::ViewCases)),
    papers("/api/v1/cases/{case_id}/documents", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/figures/cases", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/jobs", Needs::SignedIn),
    get("/api/v1/jobs/{job_id}", Needs::SignedIn),
    post("/api/v1/jobs/{job_id}/cancel", Needs::SignedIn),
    get("/api/v1/regions", Needs::SignedIn),
    get("/api/v1/alerts", Needs::Permission(Permission::ViewCases)),
    get("/api/v1/people", Needs::Permission(Permission::ViewCases)),
];

/// The row of a method and a path.
pub fn find(verb: Verb, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.verb == verb && route.path == path)
}

/// What does not fit between the table and the handlers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFault(pub String);

impl std::fmt::Display for RouteFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RouteFault {}

/// Handlers on their way into a router, each behind the guard of its row.
pub struct Handlers {
    desk: Desk,
    router: Router<Desk>,
    served: Vec<(Verb, &'static str)>,
    without_row: Vec<String>,
}

impl Handlers {
    /// None yet.
    pub fn new(desk: Desk) -> Handlers {
        Handlers { desk, router: Router::new(), served: Vec::new(), without_row: Vec::new() }
    }

    /// A handler that reads.
    pub fn get<H: Handler<T, Desk>, T: 'static>(self, path: &'static str, handler: H) -> Handlers {
        self.add(Verb::Get, path, on(Verb::Get.filter(), handler))
    }

    /// A handler that writes.
    pub fn post<H: Handler<T, Desk>, T: 'static>(self, path: &'static str, handler: H) -> Handlers {
        self.add(Verb::Post, path, on(Verb::Post.filter(), handler))
    }

    fn add(mut self, verb: Verb, path: &'static str, handler: MethodRouter<Desk>) -> Handlers {
        let Some(route) = find(verb, path) else {
            self.without_row.push(format!("{} {path}", verb.method()));
            return self;
        };
        let guard = guard::Door { desk: self.desk.clone(), route };
        let guarded = handler.route_layer(axum::middleware::from_fn_with_state(guard, guard::guard));
        self.router = self.router.route(path, guarded);
        self.served.push((verb, path));
        self
    }

    /// The router, if every handler has a row and every row a handler.
    ///
    /// # Errors
    /// The rows and handlers that are alone.
    pub fn finish(self) -> Result<Router<Desk>, RouteFault> {
        let is_served = |route: &&Route| self.served.contains(&(route.verb, route.path));
        let without_handler = ROUTES.iter().filter(|route| !is_served(route));
        let mut alone: Vec<String> =
            without_handler.map(|route| format!("no handler for {} {}", route.verb.method(), route.path)).collect();
        alone.extend(self.without_row.iter().map(|name| format!("no row for {name}")));
        if !alone.is_empty() {
            return Err(RouteFault(alone.join("; ")));
        }
        let not_found = || async { PageError::not_found() };
        let method = || async { PageError::method() };
        Ok(self.router.fallback(not_found).method_not_allowed_fallback(method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_stands_twice() {
        for route in ROUTES {
            assert_eq!(ROUTES.iter().filter(|other| (other.verb, other.path) == (route.verb, route.path)).count(), 1);
        }
    }
}
