-- Papers of cases: scans, photos, minutes. Their bytes are sealed; a paper is added and opened, never changed.

CREATE TABLE documents (
    document_id TEXT {by_code} NOT NULL PRIMARY KEY,
    case_id TEXT {by_code} NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    content {bytes} NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE INDEX documents_case_id ON documents (case_id, added_at);
