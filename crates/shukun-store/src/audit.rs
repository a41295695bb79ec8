//! The audit trail: who did what to which object, which fields, why, and when. Appended to, never changed.
//!
//! Each row holds a keyed hash over itself and the row before it. Triggers refuse changes; who goes round them (with
//! rights on the database, without the key file) breaks the chain. A tail that is cut off is found only by somebody who
//! kept an [`AuditHead`] elsewhere. Reasons are free text and are sealed.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{Masked, RegionCode, Text};
use shukun_casework::authority::Permission;

use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    NEXT = "UPDATE audit_head SET number = number + 1 WHERE only_row = 1 RETURNING number, hash";
    HEAD = "SELECT number, hash FROM audit_head WHERE only_row = 1";
    ADVANCE = "UPDATE audit_head SET hash = $1 WHERE only_row = 1";
    APPEND = "INSERT INTO audit (number, at, account_id, act, object_kind, object_id, region, fields, reason, previous, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    OF_ACT = "SELECT number, at, account_id, act, object_kind, object_id, region, fields, reason, previous, hash
        FROM audit WHERE act = $1 ORDER BY number";
    LAST_OF_ACT = "SELECT number, at, account_id, act, object_kind, object_id, region, fields, reason, previous, hash
        FROM audit WHERE object_kind = $1 AND object_id = $2 AND act = $3 ORDER BY number DESC LIMIT 1";
    AFTER = "SELECT number, at, account_id, act, object_kind, object_id, region, fields, reason, previous, hash
        FROM audit WHERE number > $1 ORDER BY number LIMIT 1000";
}

macro_rules! acts {
    ($($act:ident $key:literal $zh:literal $en:literal,)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Act {
            $(#[doc = concat!($zh, ": ", $en)] $act,)+
        }

        impl Act {
            /// Every act.
            pub const ALL: &'static [Act] = &[$(Act::$act),+];

            /// The key it is stored under.
            pub fn key(self) -> &'static str {
                match self { $(Act::$act => $key,)+ }
            }

            /// In both languages.
            pub fn text(self) -> Text {
                match self { $(Act::$act => Text::new($zh, $en),)+ }
            }
        }
    };
}

acts! {
    SetUp "set_up" "初始建账" "set up",
    SignedIn "signed_in" "登录" "signed in",
    SignInRefused "sign_in_refused" "登录被拒" "sign-in refused",
    SignedOut "signed_out" "退出" "signed out",
    PasswordChanged "password_changed" "修改口令" "changed the password",
    SecondFactorEnrolled "second_factor_enrolled" "登记第二因素" "enrolled a second factor",
    SecondFactorShown "second_factor_shown" "验证第二因素" "showed the second factor",
    SecondFactorRefused "second_factor_refused" "第二因素被拒" "second factor refused",
    AccountAdded "account_added" "新增账号" "added an account",
    AccountClosed "account_closed" "停用账号" "closed an account",
    PasswordReset "password_reset" "重置口令" "reset a password",
    Granted "granted" "授权" "granted a role",
    Revoked "revoked" "收回授权" "took a grant back",
    AuditRead "audit_read" "查阅审计" "read the audit trail",
    PeopleSaved "people_saved" "录入人员" "wrote people down",
    PersonSearched "person_searched" "按证件号查人" "searched by ID number",
    Revealed "revealed" "查看敏感信息" "looked behind a mask",
    JobAdded "job_added" "登记任务" "asked for a job",
    JobCancelled "job_cancelled" "取消任务" "cancelled a job",
    BackedUp "backed_up" "备份" "made a backup",
    Screened "screened" "筛查" "wrote down what a run found",
    AlertPaused "alert_paused" "暂缓预警" "left an alert alone for a time",
    CaseActed "case_acted" "办理案件" "acted on a case",
    CaseViewed "case_viewed" "查看案件" "looked at a case",
    DocumentAdded "document_added" "上传材料" "added a document",
    DocumentOpened "document_opened" "打开材料" "opened a document",
    OwnHousehold "own_household" "申报回避" "declared an own household",
    RegionsSaved "regions_saved" "保存区划名称" "saved names of regions",
    FilterSaved "filter_saved" "保存筛选" "kept a filter",
    FilterDropped "filter_dropped" "删除筛选" "dropped a filter",
    Exported "exported" "导出" "made an export",
    ExportFetched "export_fetched" "下载导出" "fetched an export",
    MeasureAdded "measure_added" "列入清单" "put a measure on the list",
    MeasureReported "measure_reported" "填报清单" "reported on a measure",
    ImportAdded "import_added" "上传文件" "brought a file",
    ImportStepped "import_stepped" "办理导入" "took an import further",
    RejectsTaken "rejects_taken" "下载退回行" "took the rejected rows of an import",
    MappingSaved "mapping_saved" "保存列名对照" "saved the meaning of columns",
    RunRecorded "run_recorded" "记录筛查结果" "wrote down a screening run",
    ScheduleSet "schedule_set" "设定筛查日" "set the day of the screening",
    KeyChanged "key_changed" "更换密钥" "changed a key",
    NumberSet "number_set" "设定业务参数" "set a time or number",
    ApiTokenMade "api_token_made" "生成接口令牌" "made an interface token",
    ApiTokenRevoked "api_token_revoked" "收回接口令牌" "took an interface token back",
    ApiTokenUsed "api_token_used" "接口令牌当日首次使用" "used an interface token, first time of the day",
    ApiCalled "api_called" "经接口提交" "sent something through the interface",
    SubjectLinked "subject_linked" "关联统一身份" "linked a sign-in service's account",
    SubjectUnlinked "subject_unlinked" "解除统一身份关联" "unlinked a sign-in service's account",
    BookOpened "book_opened" "建账" "opened a book",
    BookAccountOpened "book_account_opened" "开设科目" "opened an account of a book",
    BatchActed "batch_acted" "办理拨付批次" "acted on a batch of payments",
    BankFileFetched "bank_file_fetched" "下载银行文件" "fetched a file for the bank",
    DeliveriesViewed "deliveries_viewed" "查看待送达" "looked at what is to be handed over",
    PayeeEntered "payee_entered" "登记收款账户" "entered a payee's account",
    PaymentRulesSet "payment_rules_set" "登记拨付规则" "wrote the rules of paying down",
    StatementRead "statement_read" "读入对账单" "read a statement of the bank",
    StatementMatched "statement_matched" "人工对账" "matched a statement by hand",
    VoucherDrafted "voucher_drafted" "制单" "made a voucher",
    VoucherChecked "voucher_checked" "复核凭证" "checked a voucher",
    LedgerAudited "ledger_audited" "核验账目" "audited the books",
    BookTaken "book_taken" "导出整本账" "took a whole book as open files",
    MonthProposed "month_proposed" "提出结账" "proposed to close a month",
    MonthClosed "month_closed" "结账" "closed a month",
    VoucherPosted "voucher_posted" "凭证入账" "posted a voucher",
    PublicationDrafted "publication_drafted" "编制公开报表" "drew up a statement for the public",
    StatementPublished "statement_published" "公布报表" "published a statement",
    PublicationWithdrawn "publication_withdrawn" "撤下公开报表草稿" "withdrew a draft for the public",
    NoteDrafted "note_drafted" "起草更正" "drew up a correction",
    NotePublished "note_published" "公布更正" "published a correction",
    NoteWithdrawn "note_withdrawn" "撤下更正草稿" "withdrew a correction",
    DisclosureRulesSet "disclosure_rules_set" "登记公开规则" "wrote the fund's rules of publishing down",
    DisclosureActed "disclosure_acted" "办理公开事项" "took or did a duty of publishing",
    SignKeyAdded "sign_key_added" "登记签名密钥" "added a key to sign with",
    PaymentsSealed "payments_sealed" "封存拨付" "sealed what was paid",
    CheckpointSigned "checkpoint_signed" "签署检查点" "signed a checkpoint",
    SlipShown "slip_shown" "出具回执单" "gave out a slip",
    DonorSaved "donor_saved" "登记捐赠人" "wrote a donor down",
    CampaignSaved "campaign_saved" "登记募捐活动" "wrote a campaign down",
    GiftRecorded "gift_recorded" "登记捐赠" "recorded a gift",
    PledgeRecorded "pledge_recorded" "登记认捐" "recorded a pledge",
    RefundAsked "refund_asked" "提出退还捐赠" "asked for a refund",
    RefundPaid "refund_paid" "复核退还捐赠" "checked a refund",
    CertificateIssued "certificate_issued" "开具捐赠证书" "made a certificate",
    CharterAdded "charter_added" "登记章程版本" "added a version of the charter",
    MemberSeated "member_seated" "登记委员" "gave or ended a seat in the council",
    MeetingActed "meeting_acted" "办理会议" "acted on a meeting",
    RecordKept "record_kept" "记录存证" "kept the hash of a record",
}

impl Act {
    /// The act stored under this key.
    pub fn find(key: &str) -> Option<Act> {
        Act::ALL.iter().copied().find(|act| act.key() == key)
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// `account`, `case`, `person`, …
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

impl Object {
    pub(crate) fn new(kind: &'static str, id: impl Into<String>) -> Object {
        Object { kind, id: id.into() }
    }
}

/// What is written into the trail.
pub(crate) struct Entry<'a> {
    /// Who; empty where nobody is signed in.
    pub account_id: &'a str,
    pub act: Act,
    pub object: Object,
    /// Where the object is: it decides which auditor reads the row. None = the whole system's.
    pub region: Option<&'a RegionCode>,
    /// Which fields, or other details in codes; never a personal value.
    pub fields: &'a str,
    /// Why, in somebody's own words.
    pub reason: Option<&'a Masked<String>>,
}

/// The end of the trail: how many rows, and the hash over all of them. Kept elsewhere it proves that nothing was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of the last row; 0 = none.
    pub number: i64,
    /// Hash of the last row; empty = none.
    pub hash: Vec<u8>,
}

/// What [`Store::verify_audit`] found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Rows that were checked, from the first.
    pub rows: i64,
    /// The end of the trail as it is.
    pub head: AuditHead,
}

/// One row of the trail, for an auditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Number, from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: Moment,
    /// Who; empty where nobody was signed in.
    pub account_id: String,
    /// What, as stored: [`Act::find`].
    pub act: String,
    /// Kind of object.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// Which fields or details.
    pub fields: String,
    /// Why; masked until the auditor's page opens it.
    pub reason: Option<Masked<String>>,
}

/// Which rows an auditor wants to see; newest first, 50 at a time.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this account.
    pub account_id: Option<String>,
    /// Of one of these objects; none = of any. A page holds 50 rows for each.
    pub objects: Vec<Object>,
    /// Of this act.
    pub act: Option<Act>,
    /// Before this number: the last one of the page before.
    pub before: Option<i64>,
}

/// Rows of one page.
const PAGE: u64 = 50;

/// Adds a row. It is the last thing a transaction does: from here on the others wait.
pub(crate) async fn append(store: &Store, tx: &DatabaseTransaction, now: Moment, entry: Entry<'_>) -> Result<()> {
    let head = find(tx, NEXT, values![]).await?.ok_or_else(|| broken(0))?;
    let number: i64 = head.get("number")?;
    let previous = head.get::<Option<Vec<u8>>>("hash")?.unwrap_or_default();
    let row_id = number.to_string();
    let place = Place { table: "audit", column: "reason", row: &row_id };
    let reason = entry.reason.map(|reason| store.keys.seal_text(&store.chance, place, reason)).transpose()?;
    let row = Stored {
        number,
        at: millis(now),
        account_id: entry.account_id.to_owned(),
        act: entry.act.key().to_owned(),
        object_kind: entry.object.kind.to_owned(),
        object_id: entry.object.id,
        region: entry.region.map(|region| region.as_str().to_owned()),
        fields: entry.fields.to_owned(),
        reason,
        previous,
    };
    let hash = row.hash(store)?;
    execute(tx, ADVANCE, values![hash.clone()]).await?;
    execute(tx, APPEND, row.into_values(hash)).await?;
    Ok(())
}

/// A row as it lies in the table.
struct Stored {
    number: i64,
    at: i64,
    account_id: String,
    act: String,
    object_kind: String,
    object_id: String,
    region: Option<String>,
    fields: String,
    reason: Option<Vec<u8>>,
    previous: Vec<u8>,
}

impl Stored {
    fn read(row: &Row) -> Result<Stored> {
        Ok(Stored {
            number: row.get("number")?,
            at: row.get("at")?,
            account_id: row.get("account_id")?,
            act: row.get("act")?,
            object_kind: row.get("object_kind")?,
            object_id: row.get("object_id")?,
            region: row.get("region")?,
            fields: row.get("fields")?,
            reason: row.get("reason")?,
            previous: row.get("previous")?,
        })
    }

    /// Over every field, each with its length and whether it is there, so that no two rows run together.
    fn hash(&self, store: &Store) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut add = |field: Option<&[u8]>| {
            let length = field.map_or(u64::MAX, |field| u64::try_from(field.len()).unwrap_or(u64::MAX));
            bytes.extend(length.to_be_bytes());
            bytes.extend(field.unwrap_or_default());
        };
        add(Some(&self.number.to_be_bytes()));
        add(Some(&self.at.to_be_bytes()));
        for text in [&self.account_id, &self.act, &self.object_kind, &self.object_id, &self.fields] {
            add(Some(text.as_bytes()));
        }
        add(self.region.as_deref().map(str::as_bytes));
        add(self.reason.as_deref());
        add(Some(&self.previous));
        store.keys.index("audit", &bytes)
    }

    fn into_values(self, hash: Vec<u8>) -> Vec<sea_orm::Value> {
        values![
            self.number,
            self.at,
            self.account_id,
            self.act,
            self.object_kind,
            self.object_id,
            self.region,
            self.fields,
            self.reason,
            self.previous,
            hash,
        ]
    }
}

/// What a row of the trail says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Kind of the object.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The details.
    pub fields: String,
}

impl Store {
    /// What the trail says of an act, in order; of a row whose own hash is not right its number alone. Whether rows were taken out or
    /// put in, [`Store::verify_audit`] says.
    pub(crate) async fn told(
        &self,
        on: &impl ConnectionTrait,
        act: Act,
    ) -> Result<Vec<std::result::Result<Told, i64>>> {
        all(on, OF_ACT, values![act.key()]).await?.iter().map(|row| self.read_told(row)).collect()
    }

    /// The last that it says of one object; none also where that row's own hash is not right.
    pub(crate) async fn last_told(&self, on: &impl ConnectionTrait, act: Act, object: &Object) -> Result<Option<Told>> {
        let row = find(on, LAST_OF_ACT, values![object.kind, object.id.as_str(), act.key()]).await?;
        Ok(row.map(|row| self.read_told(&row)).transpose()?.and_then(std::result::Result::ok))
    }

    fn read_told(&self, row: &Row) -> Result<std::result::Result<Told, i64>> {
        let stored = Stored::read(row)?;
        if stored.hash(self)? != row.get::<Vec<u8>>("hash")? {
            return Ok(Err(stored.number));
        }
        Ok(Ok(Told { kind: stored.object_kind, id: stored.object_id, fields: stored.fields }))
    }

    /// The end of the trail, to be kept where the database's administrator cannot reach it.
    pub async fn audit_head(&self) -> Result<AuditHead> {
        let row = find(&self.db, HEAD, values![]).await?.ok_or_else(|| broken(0))?;
        Ok(AuditHead { number: row.get("number")?, hash: row.get::<Option<Vec<u8>>>("hash")?.unwrap_or_default() })
    }

    /// Checks the trail from its first row to its last, and that it still holds what `kept` saw.
    ///
    /// # Errors
    /// `store-audit-broken` with the number of the first row that is not what it was.
    pub async fn verify_audit(&self, kept: Option<&AuditHead>) -> Result<Verified> {
        let head = self.audit_head().await?;
        let mut last = AuditHead { number: 0, hash: Vec::new() };
        let mut kept_is_met = kept.is_none_or(|kept| kept.number == 0);
        while last.number < head.number {
            let rows = all(&self.own(OwnWork::Audit), AFTER, values![last.number]).await?;
            if rows.is_empty() {
                return Err(broken(last.number + 1));
            }
            for row in rows.iter() {
                last = self.check_row(row, &last)?;
                kept_is_met |= kept == Some(&last);
            }
        }
        let rest = all(&self.own(OwnWork::Audit), AFTER, values![last.number]).await?;
        let is_whole = rest.is_empty() || last.number > head.number || self.audit_head().await? != head;
        if !is_whole || last.number == head.number && last.hash != head.hash {
            return Err(broken(last.number));
        }
        if kept_is_met {
            Ok(Verified { rows: last.number, head: last })
        } else {
            Err(broken(kept.map_or(0, |kept| kept.number)))
        }
    }

    fn check_row(&self, row: &Row, last: &AuditHead) -> Result<AuditHead> {
        let stored = Stored::read(row)?;
        let hash: Vec<u8> = row.get("hash")?;
        let follows = stored.number == last.number + 1 && stored.previous == last.hash;
        if !follows || stored.hash(self)? != hash {
            return Err(broken(last.number + 1));
        }
        Ok(AuditHead { number: stored.number, hash })
    }

    /// Rows of the trail within the auditor's area; rows of the whole system go to whoever audits a whole county or more.
    pub async fn list_audit(&self, scope: &Scope, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        scope.require_anywhere(Permission::ReadAuditTrail)?;
        let rows = audit_query(scope, filter).all(&self.within(scope, Permission::ReadAuditTrail)).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in &rows {
            shown.push(self.shown_row(row).await?);
        }
        Ok(shown)
    }

    async fn shown_row(&self, row: &Row) -> Result<AuditRow> {
        let stored = Stored::read(row)?;
        let row_id = stored.number.to_string();
        let place = Place { table: "audit", column: "reason", row: &row_id };
        let reason = match &stored.reason {
            Some(cell) => Some(self.keys.open_text(&self.db, place, cell).await?),
            None => None,
        };
        Ok(AuditRow {
            number: stored.number,
            at: moment(stored.at)?,
            account_id: stored.account_id,
            act: stored.act,
            object_kind: stored.object_kind,
            object_id: stored.object_id,
            fields: stored.fields,
            reason,
        })
    }
}

pub(crate) fn audit_query(scope: &Scope, filter: &AuditFilter) -> Query {
    let mut query = Query::new(
        "SELECT number, at, account_id, act, object_kind, object_id, region, fields, reason, previous FROM audit WHERE (",
    );
    scope.push_area(&mut query, "region", Permission::ReadAuditTrail);
    if scope.regions(Permission::ReadAuditTrail).iter().any(|region| region.as_str().len() <= 6) {
        query.push(" OR region IS NULL");
    }
    query.push(")");
    if let Some(account_id) = &filter.account_id {
        query.push(" AND account_id = ").bind(account_id.as_str());
    }
    for (number, object) in filter.objects.iter().enumerate() {
        query.push(if number == 0 { " AND (" } else { " OR " });
        query.push("object_kind = ").bind(object.kind).push(" AND object_id = ").bind(object.id.as_str());
    }
    query.push(if filter.objects.is_empty() { "" } else { ")" });
    if let Some(act) = filter.act {
        query.push(" AND act = ").bind(act.key());
    }
    if let Some(before) = filter.before {
        query.push(" AND number < ").bind(before);
    }
    let objects = u64::try_from(filter.objects.len()).unwrap_or(u64::MAX).max(1);
    query.push(" ORDER BY number DESC LIMIT ").bind(PAGE.saturating_mul(objects));
    query
}

fn broken(number: i64) -> StoreError {
    StoreError::new(
        ErrorKind::Damaged,
        "store-audit-broken",
        format!("审计记录从第{number}条起与写入时不同。请保全数据库并报告审计管理员。"),
        format!(
            "The audit trail is not what was written, from row {number} on. Secure the database and tell the audit administrator."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, scopes};
    use shukun_casework::authority::Role;

    async fn with_rows(store: &Store) -> Vec<Scope> {
        let (auditor, clerk) = (grant(Role::Auditor, "330381"), grant(Role::CivilAffairs, "330381"));
        scopes(store, &[new_account("auditor", &[auditor]), new_account("clerk", &[clerk])]).await
    }

    #[test]
    fn the_database_refuses_changes_on_its_own() {
        on_both(|db| async move {
            let store = db.open().await;
            with_rows(&store).await;
            for statement in ["UPDATE audit SET act = 'x' WHERE number = 1", "DELETE FROM audit WHERE number = 1"] {
                let error =
                    StoreError::from(store.own(OwnWork::Backup).execute_unprepared(statement).await.unwrap_err());
                assert!(error.is_trigger(), "{statement}: {error}");
            }
            assert!(store.verify_audit(None).await.unwrap().rows > 4);
        });
    }

    #[test]
    fn whoever_goes_round_the_triggers_breaks_the_chain() {
        on_both(|db| async move {
            let store = db.open().await;
            with_rows(&store).await;
            let drops = match store.engine() {
                "sqlite" => "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted",
                _ => "DROP TRIGGER audit_is_not_changed ON audit; DROP TRIGGER audit_is_not_deleted ON audit",
            };
            store.own(OwnWork::Backup).execute_unprepared(drops).await.unwrap();
            let kept = store.audit_head().await.unwrap();
            for (change, undo) in [
                ("at = at + 1", "at = at - 1"),
                ("account_id = account_id || 'x'", "account_id = substr(account_id, 1, length(account_id) - 1)"),
                ("act = act || 'x'", "act = substr(act, 1, length(act) - 1)"),
                ("fields = fields || 'x'", "fields = substr(fields, 1, length(fields) - 1)"),
                ("region = '330381' || region", "region = substr(region, 7)"),
                ("number = 1000", "number = 3"),
            ] {
                let changed = format!("UPDATE audit SET {change} WHERE number = 3");
                store.own(OwnWork::Backup).execute_unprepared(&changed).await.unwrap();
                assert_eq!(store.verify_audit(None).await.unwrap_err().code, "store-audit-broken", "{change}");
                let undone = format!("UPDATE audit SET {undo} WHERE number IN (3, 1000)");
                store.own(OwnWork::Backup).execute_unprepared(&undone).await.unwrap();
                assert_eq!(store.verify_audit(Some(&kept)).await.unwrap().head, kept, "{undo}");
            }
            let cut = format!("DELETE FROM audit WHERE number = {}", kept.number);
            store.own(OwnWork::Backup).execute_unprepared(&cut).await.unwrap();
            assert!(store.verify_audit(None).await.is_err());
            let head = "UPDATE audit_head SET number = number - 1, hash = (SELECT hash FROM audit ORDER BY number DESC LIMIT 1)";
            store.own(OwnWork::Backup).execute_unprepared(head).await.unwrap();
            assert!(store.verify_audit(None).await.is_ok(), "a tail cut off with its head is seen from outside only");
            assert!(store.verify_audit(Some(&kept)).await.is_err());
        });
    }

    #[test]
    fn an_auditor_reads_and_a_clerk_does_not() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = with_rows(&store).await;
            let rows = store.list_audit(&scopes[0], &AuditFilter::default()).await.unwrap();
            assert!(rows.iter().any(|row| row.act == "signed_in"), "{rows:?}");
            assert!(rows.is_sorted_by(|one, next| one.number > next.number));
            let filter =
                AuditFilter { act: Some(Act::SignedIn), before: Some(rows[0].number), ..AuditFilter::default() };
            let fewer = store.list_audit(&scopes[0], &filter).await.unwrap();
            assert!(!fewer.is_empty() && fewer.iter().all(|row| row.act == "signed_in"));
            let error = store.list_audit(&scopes[1], &AuditFilter::default()).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Forbidden);
        });
    }

    #[test]
    fn reasons_are_sealed_and_open_for_the_auditor() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = with_rows(&store).await;
            let reason = Masked::new("核对银行卡".to_owned());
            let tx = store.begin_write().await.unwrap();
            let entry = Entry {
                account_id: "1",
                act: Act::AuditRead,
                object: Object::new("test", "1"),
                region: None,
                fields: "",
                reason: Some(&reason),
            };
            append(&store, &tx, at(1), entry).await.unwrap();
            tx.commit().await.unwrap();
            let filter = AuditFilter { objects: vec![Object::new("test", "1")], ..AuditFilter::default() };
            let rows = store.list_audit(&scopes[0], &filter).await.unwrap();
            assert_eq!(rows[0].reason.as_ref(), Some(&reason));
            let stored = find(&store.own(OwnWork::Audit), AFTER, values![rows[0].number - 1]).await.unwrap().unwrap();
            let cell: Vec<u8> = stored.get("reason").unwrap();
            assert!(!String::from_utf8_lossy(&cell).contains("银行"));
            assert!(store.verify_audit(None).await.is_ok());
        });
    }

    #[test]
    fn many_writers_make_one_chain() {
        on_both(|db| async move {
            let store = db.open().await;
            let writers = (0..8).map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        let written = store.retry(|| async {
                            let tx = store.begin_write().await?;
                            let object = Object::new("test", writer.to_string());
                            let entry = Entry {
                                account_id: "",
                                act: Act::SetUp,
                                object,
                                region: None,
                                fields: "",
                                reason: None,
                            };
                            append(&store, &tx, at(0), entry).await?;
                            Ok(tx.commit().await?)
                        });
                        written.await.unwrap();
                    }
                })
            });
            for writer in writers.collect::<Vec<_>>() {
                writer.await.unwrap();
            }
            assert_eq!(store.verify_audit(None).await.unwrap().rows, 80);
        });
    }
}
