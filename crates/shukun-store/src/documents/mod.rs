//! Papers of cases (scans, photos, minutes): sealed in the database, opened with a line in the audit trail.
//!
//! What a file is is told from its first bytes, never from its name. Three forms are taken, which browsers show without
//! running anything in them; of pictures, what a camera wrote beside the picture is left out ([`picture`]).

mod picture;

use sea_orm::DatabaseTransaction;
use sha2::{Digest as _, Sha256};
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_casework::{CaseId, ContentHash, Document, DocumentId, DocumentKind};

use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::chance::hex;
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    ADD = "INSERT INTO documents (document_id, case_id, kind, form, sha256, size_bytes, content, added_by, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OF_CASE = "SELECT document_id, kind, form, sha256, size_bytes, added_by, added_at FROM documents
        WHERE case_id = $1 ORDER BY added_at, document_id";
    SAME = "SELECT document_id FROM documents WHERE case_id = $1 AND kind = $2 AND sha256 = $3";
    DAY = "SELECT COUNT(*) AS papers, CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) AS bytes FROM documents
        WHERE added_by = $1 AND added_at > $2";
    OPENED = "SELECT COUNT(*) AS papers FROM audit WHERE account_id = $1 AND act = $2 AND at > $3";
    ONE = "SELECT document_id, kind, form, sha256, size_bytes, content, added_by, added_at FROM documents
        WHERE document_id = $1 AND case_id = $2";
}

/// Largest paper: 20 MiB.
const LARGEST: usize = 20 << 20;

/// What one account adds in 24 hours at most: papers, and bytes (1 GiB).
const PER_DAY: (i64, i64) = (500, 1 << 30);

/// What one account opens in an hour at most.
const PER_HOUR: i64 = 100;

const HOUR_MS: i64 = 3_600_000;

macro_rules! forms {
    ($($form:ident $media:literal $head:literal,)+) => {
        /// What a file is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DocumentForm {
            $(#[doc = $media] $form,)+
        }

        impl DocumentForm {
            /// Every form that is taken.
            pub const ALL: &'static [DocumentForm] = &[$(DocumentForm::$form),+];

            /// For the header `content-type`.
            pub fn media_type(self) -> &'static str {
                match self { $(DocumentForm::$form => $media,)+ }
            }

            fn head(self) -> &'static [u8] {
                match self { $(DocumentForm::$form => $head,)+ }
            }
        }
    };
}

forms! {
    Pdf "application/pdf" b"%PDF-",
    Jpeg "image/jpeg" b"\xff\xd8\xff",
    Png "image/png" b"\x89PNG\r\n\x1a\n",
}

impl DocumentForm {
    /// What bytes are, by their head.
    pub fn of(bytes: &[u8]) -> Option<DocumentForm> {
        DocumentForm::ALL.iter().copied().find(|form| bytes.starts_with(form.head()))
    }
}

/// A paper as it is kept: of a form that is taken, a picture without what the camera wrote beside it.
pub(crate) struct Paper {
    form: DocumentForm,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their hash.
    pub sha256: ContentHash,
}

impl Paper {
    /// What somebody sent.
    ///
    /// # Errors
    /// `store-document-form`, `store-document-size`, `store-document-broken`, `store-document-pixels`.
    pub fn read(bytes: &[u8]) -> Result<Paper> {
        let form = DocumentForm::of(bytes).ok_or_else(wrong_form)?;
        if bytes.len() > LARGEST {
            return Err(too_large());
        }
        let bytes = picture::without_traces(form, bytes).map_err(wrong_picture)?;
        let sha256 = ContentHash::new(&hex(&Sha256::digest(&bytes))).ok_or_else(unreadable)?;
        Ok(Paper { form, bytes, sha256 })
    }

    /// As the actions of a case name it.
    pub fn named(&self, id: DocumentId, kind: DocumentKind) -> Document {
        Document { id, kind, sha256: self.sha256.clone() }
    }

    fn size_bytes(&self) -> Result<i64> {
        i64::try_from(self.bytes.len()).map_err(|_| too_large())
    }
}

/// A paper in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// What the actions of the case name it by.
    pub document: Document,
    /// What the file is.
    pub form: DocumentForm,
    /// How large.
    pub size_bytes: u64,
    /// Who added it.
    pub added_by: AccountId,
    /// When.
    pub added_at: Moment,
}

impl Store {
    /// Adds a paper to a case of the caller's area; whoever may write anything there may. The case's actions then name it.
    /// The same bytes of the same kind are added once: sent again, the paper that is there comes back.
    ///
    /// # Errors
    /// `store-document-form` unless it is a PDF, JPEG or PNG by its first bytes; `store-document-size` above 20 MiB;
    /// `store-document-broken`, `store-document-pixels` for a picture; `store-document-quota` above 500 papers or 1 GiB
    /// in 24 hours.
    pub async fn add_document(
        &self,
        scope: &Scope,
        case_id: &CaseId,
        kind: DocumentKind,
        bytes: &[u8],
        now: Moment,
    ) -> Result<Document> {
        let region = self.case_row(scope, case_id).await?.region;
        refuse_reader(scope, &region)?;
        let paper = Paper::read(bytes)?;
        let (form, bytes, sha256) = (paper.form, &paper.bytes, paper.sha256.clone());
        if let Some(row) = find(
            &self.within(scope, Permission::ViewCases),
            SAME,
            values![case_id.as_str(), kind.key(), sha256.as_str()],
        )
        .await?
        {
            let id = DocumentId::new(&row.get::<String>("document_id")?).ok_or_else(unreadable)?;
            return Ok(Document { id, kind, sha256 });
        }
        let document = Document { id: DocumentId::new(&self.chance.id()?).ok_or_else(unreadable)?, kind, sha256 };
        let content = self.keys.seal(&self.chance, place(&document.id), bytes)?;
        let size_bytes = paper.size_bytes()?;
        let by = scope.account_id().as_str();
        self.refuse_above_quota(by, &paper, now).await?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![
                document.id.as_str(),
                case_id.as_str(),
                kind.key(),
                form.media_type(),
                document.sha256.as_str(),
                size_bytes,
                content.clone(),
                by,
                millis(now),
            ];
            execute(&tx, ADD, values).await?;
            append(self, &tx, now, entry(by, Act::DocumentAdded, case_id, &region, document.id.as_str())).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(document)
    }

    /// Keeps a paper that the program made, inside a transaction that looked at the case.
    pub(crate) async fn add_document_within(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        (case_id, region): (&CaseId, &RegionCode),
        (document, bytes): (&Document, &[u8]),
        now: Moment,
    ) -> Result<()> {
        let form = DocumentForm::of(bytes).ok_or_else(wrong_form)?;
        let content = self.keys.seal(&self.chance, place(&document.id), bytes)?;
        let by = scope.account_id().as_str();
        let values = values![
            document.id.as_str(),
            case_id.as_str(),
            document.kind.key(),
            form.media_type(),
            document.sha256.as_str(),
            i64::try_from(bytes.len()).map_err(|_| too_large())?,
            content,
            by,
            millis(now),
        ];
        execute(tx, ADD, values).await?;
        append(self, tx, now, entry(by, Act::DocumentAdded, case_id, region, document.id.as_str())).await
    }

    pub(crate) async fn refuse_above_quota(&self, by: &str, paper: &Paper, now: Moment) -> Result<()> {
        let size_bytes = paper.size_bytes()?;
        let since = millis(now).saturating_sub(24 * HOUR_MS);
        let Some(row) = find(&self.own(OwnWork::Quota), DAY, values![by, since]).await? else { return Ok(()) };
        let (papers, bytes): (i64, i64) = (row.get("papers")?, row.get("bytes")?);
        let fits = papers < PER_DAY.0 && bytes.saturating_add(size_bytes) <= PER_DAY.1;
        if fits { Ok(()) } else { Err(above_quota()) }
    }

    /// Somebody who opens paper after paper is stopped before the hundred and first of an hour.
    async fn refuse_many_openings(&self, by: &str, now: Moment) -> Result<()> {
        let since = millis(now).saturating_sub(HOUR_MS);
        let row = find(&self.own(OwnWork::Quota), OPENED, values![by, Act::DocumentOpened.key(), since]).await?;
        let opened = row.map_or(Ok(0), |row| row.get::<i64>("papers"))?;
        if opened < PER_HOUR { Ok(()) } else { Err(too_many_openings()) }
    }

    /// The papers of a case of the caller's area, without their bytes.
    pub async fn list_documents(&self, scope: &Scope, case_id: &CaseId) -> Result<Vec<StoredDocument>> {
        self.case_row(scope, case_id).await?;
        all(&self.within(scope, Permission::ViewCases), OF_CASE, values![case_id.as_str()])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Opens a paper: whoever may look behind a mask there, with the second factor. Who opened it is written down first.
    ///
    /// # Errors
    /// `store-seal-broken` if its bytes are not what was added; `store-document-openings` for the hundred and first
    /// paper of an hour.
    pub async fn open_document(
        &self,
        scope: &Scope,
        case_id: &CaseId,
        document_id: &DocumentId,
        now: Moment,
    ) -> Result<(StoredDocument, Vec<u8>)> {
        let region = self.case_row(scope, case_id).await?.region;
        scope.require(Permission::Reveal, Some(&region))?;
        let row =
            find(&self.within(scope, Permission::ViewCases), ONE, values![document_id.as_str(), case_id.as_str()])
                .await?;
        let row = row.ok_or_else(StoreError::not_found)?;
        self.refuse_many_openings(scope.account_id().as_str(), now).await?;
        let (stored, cell) = (read(&row)?, row.get::<Vec<u8>>("content")?);
        let content = self.keys.open_cell(&self.db, place(document_id), &cell).await?.reveal().clone();
        if hex(&Sha256::digest(&content)) != stored.document.sha256.as_str() {
            return Err(unreadable());
        }
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            append(self, &tx, now, entry(by, Act::DocumentOpened, case_id, &region, document_id.as_str())).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok((stored, content))
    }
}

fn entry<'a>(by: &'a str, act: Act, case_id: &CaseId, region: &'a RegionCode, document: &'a str) -> Entry<'a> {
    let object = Object::new("case", case_id.as_str());
    Entry { account_id: by, act, object, region: Some(region), fields: document, reason: None }
}

fn refuse_reader(scope: &Scope, region: &RegionCode) -> Result<()> {
    let mut writing = Permission::ALL.iter().filter(|permission| !permission.is_reading());
    let writes = writing.any(|permission| scope.allows(*permission, Some(region)));
    if writes { Ok(()) } else { Err(StoreError::forbidden()) }
}

fn read(row: &Row) -> Result<StoredDocument> {
    let text = |column| row.get::<String>(column);
    let form = text("form")?;
    let document = Document {
        id: DocumentId::new(&text("document_id")?).ok_or_else(unreadable)?,
        kind: DocumentKind::find(&text("kind")?).ok_or_else(unreadable)?,
        sha256: ContentHash::new(&text("sha256")?).ok_or_else(unreadable)?,
    };
    Ok(StoredDocument {
        document,
        form: DocumentForm::ALL.iter().copied().find(|known| known.media_type() == form).ok_or_else(unreadable)?,
        size_bytes: u64::try_from(row.get::<i64>("size_bytes")?).map_err(|_| unreadable())?,
        added_by: AccountId::new(&text("added_by")?),
        added_at: moment(row.get("added_at")?)?,
    })
}

fn place(id: &DocumentId) -> Place<'_> {
    Place { table: "documents", column: "content", row: id.as_str() }
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一份材料读不懂：请从备份核对。", "A document cannot be read: compare it with a backup.")
}

fn wrong_form() -> StoreError {
    StoreError::refused(
        "store-document-form",
        "只接收 PDF、JPEG 或 PNG 文件：请转换后再上传。",
        "A document is a PDF, JPEG or PNG file: convert it first.",
    )
}

fn too_large() -> StoreError {
    StoreError::refused(
        "store-document-size",
        "文件超过 20 MiB：请压缩或分开上传。",
        "The file is larger than 20 MiB: compress or split it.",
    )
}

fn wrong_picture(fault: picture::PictureFault) -> StoreError {
    match fault {
        picture::PictureFault::Broken => StoreError::refused(
            "store-document-broken",
            "图片文件不完整，读不到结尾：请重新拍照或扫描。",
            "The picture is broken off or not whole: photograph or scan it again.",
        ),
        picture::PictureFault::TooManyPixels => StoreError::refused(
            "store-document-pixels",
            "图片超过4000万像素：请缩小后再上传。",
            "The picture has more than 40 million pixels: make it smaller.",
        ),
    }
}

fn above_quota() -> StoreError {
    StoreError::refused(
        "store-document-quota",
        "24小时内上传的材料已满500份或1 GiB：请明天再传，或由他人上传。",
        "You added 500 papers or 1 GiB within 24 hours: go on tomorrow, or let somebody else add it.",
    )
}

fn too_many_openings() -> StoreError {
    StoreError::refused(
        "store-document-openings",
        "一小时内已打开100份材料：请稍后再看。审计记录里有每一次打开。",
        "You opened 100 papers within an hour: wait a while. Each of them stands in the audit trail.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::testing::{county, opened};
    use crate::error::ErrorKind;
    use crate::testing::{at, on_both};
    use crate::{AuditFilter, Store};
    use sea_orm::ConnectionTrait as _;

    const SCAN: &[u8] = b"%PDF-1.7 scan of a card that nobody holds";

    async fn add(store: &Store, scope: &Scope, case_id: &CaseId, bytes: &[u8]) -> Result<Document> {
        store.add_document(scope, case_id, DocumentKind::Identity, bytes, at(3)).await
    }

    #[test]
    fn a_paper_is_added_listed_and_opened_with_a_line_in_the_trail() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = county(&store).await;
            let case_id = opened(&store, &scopes[0], 1).await;
            let document = add(&store, &scopes[3], &case_id, SCAN).await.unwrap();
            assert_eq!(document.sha256.as_str(), hex(&Sha256::digest(SCAN)));
            let listed = store.list_documents(&scopes[3], &case_id).await.unwrap();
            assert_eq!((listed.len(), &listed[0].document, listed[0].form), (1, &document, DocumentForm::Pdf));
            let (_, bytes) = store.open_document(&scopes[3], &case_id, &document.id, at(4)).await.unwrap();
            assert_eq!(bytes, SCAN);
            let filter = AuditFilter { act: Some(Act::DocumentOpened), ..AuditFilter::default() };
            assert_eq!(store.list_audit(&scopes[6], &filter).await.unwrap().len(), 1);
            let cell = find(&store.own(OwnWork::Backup), ONE, values![document.id.as_str(), case_id.as_str()])
                .await
                .unwrap()
                .unwrap();
            let cell: Vec<u8> = cell.get("content").unwrap();
            assert!(!cell.windows(5).any(|window| window == b"%PDF-"));
        });
    }

    #[test]
    fn papers_of_another_area_readers_and_other_files_are_refused() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = county(&store).await;
            let case_id = opened(&store, &scopes[0], 1).await;
            let document = add(&store, &scopes[0], &case_id, SCAN).await.unwrap();
            let neighbour = &scopes[5];
            assert_eq!(add(&store, neighbour, &case_id, SCAN).await.unwrap_err().kind, ErrorKind::NotFound);
            assert_eq!(store.list_documents(neighbour, &case_id).await.unwrap_err().kind, ErrorKind::NotFound);
            let opened = store.open_document(neighbour, &case_id, &document.id, at(4)).await;
            assert_eq!(opened.unwrap_err().kind, ErrorKind::NotFound);
            assert_eq!(
                add(&store, &scopes[6], &case_id, SCAN).await.unwrap_err().kind,
                ErrorKind::Forbidden,
                "an auditor"
            );
            assert_eq!(add(&store, &scopes[0], &case_id, b"MZ").await.unwrap_err().code, "store-document-form");
            let cut = b"\xff\xd8\xff\xe0\0";
            assert_eq!(add(&store, &scopes[0], &case_id, cut).await.unwrap_err().code, "store-document-broken");
            let again = add(&store, &scopes[0], &case_id, SCAN).await.unwrap();
            assert_eq!(again, document, "the same paper is there once");
            let large = [SCAN, &vec![0; LARGEST]].concat();
            assert_eq!(add(&store, &scopes[0], &case_id, &large).await.unwrap_err().code, "store-document-size");
            let change = "UPDATE documents SET kind = 'other'";
            assert!(
                StoreError::from(store.own(OwnWork::Backup).execute_unprepared(change).await.unwrap_err()).is_trigger()
            );
        });
    }

    #[test]
    fn who_opens_paper_after_paper_is_stopped() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = county(&store).await;
            let case_id = opened(&store, &scopes[0], 1).await;
            let document = add(&store, &scopes[0], &case_id, SCAN).await.unwrap();
            for _ in 0..PER_HOUR {
                store.open_document(&scopes[3], &case_id, &document.id, at(4)).await.unwrap();
            }
            let error = store.open_document(&scopes[3], &case_id, &document.id, at(5)).await.unwrap_err();
            assert_eq!(error.code, "store-document-openings");
            store.open_document(&scopes[0], &case_id, &document.id, at(5)).await.unwrap();
            store.open_document(&scopes[3], &case_id, &document.id, at(70)).await.unwrap();
        });
    }
}
