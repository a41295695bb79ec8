//! Papers of a case: which there are, and adding one. Opening one is a look behind the mask, which no program does.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_casework::{Document, DocumentKind};
use shukun_store::StoredDocument;
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, WordDto, ok};
use super::ask::{Asked, OfCase, RequestKey};
use super::once::once;
use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/cases/{case_id}/documents", list).post("/api/v1/cases/{case_id}/documents", add)
}

/// The largest paper, as the store takes it.
const LARGEST: usize = 20 << 20;

/// A paper in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredDocument)]
pub struct StoredDocumentDto {
    /// What commands name it by.
    document: DocumentDto,
    /// What the file is: `application/pdf`, `image/jpeg`, `image/png`.
    media_type: &'static str,
    /// How large.
    size_bytes: u64,
    /// The account that added it.
    added_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
}

/// What commands name a paper by: written into them as it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentDto {
    /// Its id.
    id: String,
    /// What sort of paper.
    kind: String,
    /// Of its bytes.
    sha256: String,
}

impl DocumentDto {
    fn new(document: &Document) -> DocumentDto {
        DocumentDto {
            id: document.id.to_string(),
            kind: document.kind.key().to_owned(),
            sha256: document.sha256.as_str().to_owned(),
        }
    }
}

impl StoredDocumentDto {
    fn new(stored: &StoredDocument) -> StoredDocumentDto {
        StoredDocumentDto {
            document: DocumentDto::new(&stored.document),
            media_type: stored.form.media_type(),
            size_bytes: stored.size_bytes,
            added_by: stored.added_by.to_string(),
            added_at: stored.added_at,
        }
    }
}

/// The papers of a case, without their bytes, and the kinds that there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Documents)]
pub struct DocumentsDto {
    /// The papers.
    rows: Vec<StoredDocumentDto>,
    /// Every kind of paper.
    kinds: Vec<WordDto>,
}

/// The papers of a case.
#[utoipa::path(get, path = "/api/v1/cases/{case_id}/documents", tag = "documents",
    params(("case_id" = String, Path, description = "Its id.", example = "case-1")),
    responses((status = 200, description = "The papers.", body = DocumentsDto)))]
pub async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
) -> Result<Answer<DocumentsDto>, PageError> {
    let stored = desk.store().list_documents(visit.scope()?, &case_id).await?;
    let kinds = DocumentKind::ALL.iter().map(|kind| WordDto::new(kind.key(), kind.text())).collect();
    Ok(ok(DocumentsDto { rows: stored.iter().map(StoredDocumentDto::new).collect(), kinds }))
}

/// What is added.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AddAsked {
    /// What sort of paper: a key of `kinds`.
    #[param(example = "application")]
    kind: String,
}

/// Adds a paper: its bytes are the body. A PDF, JPEG or PNG by its first bytes, 20 MiB at most; whatever the body calls itself.
#[utoipa::path(post, path = "/api/v1/cases/{case_id}/documents", tag = "documents",
    params(AddAsked, ("case_id" = String, Path, description = "Its id.", example = "case-1"),
        ("Idempotency-Key" = String, Header, description = "The name of this request: 1 to 64 letters, digits, - or _.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The paper."),
    responses((status = 201, description = "What commands name it by.", body = DocumentDto)))]
pub async fn add(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
    RequestKey(key): RequestKey,
    Asked(asked): Asked<AddAsked>,
    body: Body,
) -> Result<Response, PageError> {
    let kind = DocumentKind::find(&asked.kind).ok_or_else(problem::query)?;
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| PageError::too_large())?;
    let request = [format!("document|{case_id}|{}|", kind.key()).as_bytes(), &bytes].concat();
    once(&desk, &visit, &key, &request, async {
        let document = desk.store().add_document(visit.scope()?, &case_id, kind, &bytes, visit.now).await?;
        Ok(Answer(StatusCode::CREATED, DocumentDto::new(&document)))
    })
    .await
}
