-- Paying: batches and their acts, the payments of each as they stand, the bank's files, payees' accounts, what a county wrote
-- down of paying, and which lines of statements people matched by hand. What a batch does to the books is in the ledger.

CREATE TABLE payment_settings (
    setting_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    words TEXT NOT NULL,
    set_by TEXT {by_code} NOT NULL,
    set_at BIGINT NOT NULL
);
CREATE INDEX payment_settings_region ON payment_settings (region, set_at);

-- The newest of a line of a resolution is in force. The account is sealed; its keyed hash tells whether it is another one.
CREATE TABLE payee_accounts (
    line_id TEXT {by_code} NOT NULL REFERENCES resolution_lines (line_id),
    number BIGINT NOT NULL,
    payee_key TEXT {by_code} NOT NULL,
    account_key TEXT {by_code} NOT NULL,
    payee {bytes} NOT NULL,
    entered_by TEXT {by_code} NOT NULL,
    entered_at BIGINT NOT NULL,
    PRIMARY KEY (line_id, number)
);

CREATE TABLE payment_batches (
    batch_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    region TEXT {by_code} NOT NULL,
    programme TEXT {by_code} NOT NULL,
    kind TEXT NOT NULL,
    follows TEXT {by_code},
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    payments BIGINT NOT NULL,
    sum_fen BIGINT NOT NULL,
    made_by TEXT {by_code} NOT NULL,
    released_by TEXT {by_code},
    sent_by TEXT {by_code},
    file_hash TEXT {by_code},
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT batch_is_released_by_another CHECK (released_by IS NULL OR released_by <> made_by),
    CONSTRAINT batch_is_sent_by_a_third CHECK (sent_by IS NULL OR (sent_by <> made_by AND sent_by <> released_by)),
    CONSTRAINT batch_is_released_before_it_is_sent CHECK (sent_by IS NULL OR released_by IS NOT NULL)
);
CREATE INDEX payment_batches_region ON payment_batches (region, state);

CREATE TABLE batch_acts (
    batch_id TEXT {by_code} NOT NULL REFERENCES payment_batches (batch_id),
    sequence BIGINT NOT NULL,
    transaction_id TEXT {by_code} NOT NULL,
    request_hash TEXT {by_code} NOT NULL,
    kind TEXT NOT NULL,
    by_account TEXT {by_code} NOT NULL,
    at BIGINT NOT NULL,
    act {bytes} NOT NULL,
    PRIMARY KEY (batch_id, sequence)
);
CREATE INDEX batch_acts_transaction ON batch_acts (batch_id, transaction_id);

CREATE TABLE payments (
    payment_id TEXT {by_code} NOT NULL PRIMARY KEY,
    batch_id TEXT {by_code} NOT NULL REFERENCES payment_batches (batch_id),
    line_id TEXT {by_code} NOT NULL REFERENCES resolution_lines (line_id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    payee_key TEXT {by_code}
);
CREATE INDEX payments_batch ON payments (batch_id);
-- A line is in one batch at a time.
CREATE UNIQUE INDEX payments_live_once ON payments (line_id) WHERE state IN ('pending', 'sent', 'paid');

-- Files to the bank ('out') and its answers ('answer'), sealed.
CREATE TABLE bank_files (
    batch_id TEXT {by_code} NOT NULL REFERENCES payment_batches (batch_id),
    way TEXT NOT NULL CHECK (way IN ('out', 'answer')),
    file_hash TEXT {by_code} NOT NULL,
    ending TEXT NOT NULL,
    content {bytes} NOT NULL,
    made_by TEXT {by_code} NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (batch_id, way, file_hash)
);

CREATE TABLE statement_files (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    file_hash TEXT {by_code} NOT NULL,
    bank_account TEXT {by_code} NOT NULL,
    closing_fen BIGINT,
    closing_on TEXT {by_code},
    line_count BIGINT NOT NULL,
    read_by TEXT {by_code} NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (book_id, file_hash)
);

CREATE TABLE match_proposals (
    statement_line_id TEXT {by_code} NOT NULL PRIMARY KEY REFERENCES statement_lines (statement_line_id),
    transfer_ids TEXT NOT NULL,
    proposed_by TEXT {by_code} NOT NULL,
    proposed_at BIGINT NOT NULL,
    confirmed_by TEXT {by_code},
    CONSTRAINT match_is_confirmed_by_another CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by)
);
