-- The fund's ledger: books, accounts, vouchers and transfers in double entry, months, restrictions, resolutions and their
-- lines, yearly caps, what the bank's statements say. Amounts are fen. What is paid is held by the database itself: floors,
-- the two indexes that let a hold end once and a payout happen once, and the triggers.

-- Holds a row while a backup is copied in: rows come in another order than that in which they were made.
CREATE TABLE restoring (only_row BIGINT NOT NULL PRIMARY KEY);

CREATE TABLE books (
    book_id TEXT {by_code} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    region TEXT {by_code} NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    head {bytes} NOT NULL,
    closed_through TEXT {by_code} NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);
CREATE INDEX books_region ON books (region);

CREATE TABLE restrictions (
    restriction_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    donor_id TEXT {by_code},
    purposes TEXT NOT NULL,
    area TEXT {by_code},
    classes TEXT NOT NULL,
    valid_from TEXT {by_code} NOT NULL,
    valid_to TEXT {by_code},
    on_expiry TEXT NOT NULL,
    priority BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX restrictions_book ON restrictions (book_id);

CREATE TABLE book_accounts (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    code TEXT {by_code} NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('D', 'C')),
    floor_zero BIGINT NOT NULL CHECK (floor_zero IN (0, 1)),
    restriction_id TEXT {by_code} REFERENCES restrictions (restriction_id),
    debits_posted BIGINT NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
    debits_pending BIGINT NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
    credits_posted BIGINT NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
    credits_pending BIGINT NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (book_id, code),
    CONSTRAINT book_account_keeps_its_floor CHECK (floor_zero = 0
        OR (side = 'C' AND credits_posted >= debits_posted + debits_pending)
        OR (side = 'D' AND debits_posted >= credits_posted + credits_pending))
);

CREATE TABLE vouchers (
    voucher_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    effective TEXT {by_code} NOT NULL,
    words TEXT NOT NULL,
    maker TEXT {by_code} NOT NULL,
    checker TEXT {by_code},
    request_hash TEXT {by_code} NOT NULL,
    transfer_count BIGINT NOT NULL CHECK (transfer_count > 0),
    recorded_at BIGINT NOT NULL,
    CONSTRAINT voucher_is_checked_by_another CHECK (checker IS NULL OR checker <> maker)
);
CREATE INDEX vouchers_book ON vouchers (book_id, effective);

-- A voucher that waits for its checker; posted it is a row of vouchers.
CREATE TABLE voucher_drafts (
    voucher_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    body TEXT NOT NULL,
    maker TEXT {by_code} NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'posted', 'refused')),
    checker TEXT {by_code},
    checked_at BIGINT,
    CONSTRAINT draft_is_checked_by_another CHECK (checker IS NULL OR checker <> maker)
);
CREATE INDEX voucher_drafts_book ON voucher_drafts (book_id, state);

CREATE TABLE resolutions (
    resolution_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    meeting_id TEXT {by_code},
    number TEXT NOT NULL,
    decided_on TEXT {by_code} NOT NULL,
    minutes_hash TEXT {by_code},
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX resolutions_book ON resolutions (book_id, decided_on);

CREATE TABLE resolution_lines (
    line_id TEXT {by_code} NOT NULL PRIMARY KEY,
    resolution_id TEXT {by_code} NOT NULL REFERENCES resolutions (resolution_id),
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    case_id TEXT {by_code},
    person_key TEXT {by_code} NOT NULL,
    business_key TEXT {by_code} NOT NULL,
    programme TEXT {by_code} NOT NULL,
    area TEXT {by_code} NOT NULL,
    classes TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'blocked', 'withdrawn', 'paid', 'returned')),
    UNIQUE (business_key)
);
CREATE INDEX resolution_lines_resolution ON resolution_lines (resolution_id);
CREATE INDEX resolution_lines_case ON resolution_lines (case_id);

-- phase: 0 at once, 1 held, 2 posts what was held, 3 lets it go.
CREATE TABLE transfers (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    sequence BIGINT NOT NULL,
    transfer_id TEXT {by_code} NOT NULL,
    voucher_id TEXT {by_code} NOT NULL REFERENCES vouchers (voucher_id),
    position BIGINT NOT NULL,
    phase BIGINT NOT NULL CHECK (phase IN (0, 1, 2, 3)),
    pending_id TEXT {by_code} REFERENCES transfers (transfer_id),
    debit TEXT {by_code} NOT NULL,
    credit TEXT {by_code} NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0 AND amount_fen <= 1000000000000),
    code TEXT NOT NULL,
    business_key TEXT {by_code},
    line_id TEXT {by_code} REFERENCES resolution_lines (line_id),
    resolution_id TEXT {by_code} REFERENCES resolutions (resolution_id),
    rule_hash TEXT {by_code},
    corrects_id TEXT {by_code} REFERENCES transfers (transfer_id),
    cap_person TEXT {by_code},
    cap_year BIGINT,
    cap_programme TEXT {by_code},
    cap_fen BIGINT,
    expires_on TEXT {by_code},
    effective TEXT {by_code} NOT NULL,
    recorded_at BIGINT NOT NULL,
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (book_id, sequence),
    UNIQUE (transfer_id),
    FOREIGN KEY (book_id, debit) REFERENCES book_accounts (book_id, code),
    FOREIGN KEY (book_id, credit) REFERENCES book_accounts (book_id, code),
    CHECK (debit <> credit),
    CHECK ((phase IN (2, 3)) = (pending_id IS NOT NULL)),
    CHECK ((phase = 1) = (expires_on IS NOT NULL)),
    CHECK ((substr(debit, 1, 7) = 'pledge-') = (substr(credit, 1, 7) = 'pledge-')),
    CHECK ((cap_person IS NULL) = (cap_fen IS NULL) AND (cap_person IS NULL) = (cap_year IS NULL)
        AND (cap_person IS NULL) = (cap_programme IS NULL)),
    -- Relief booked or made due is a payout: it names what is paid once, and the line that allows it.
    CONSTRAINT transfer_of_relief_names_its_line CHECK ((business_key IS NOT NULL) = (phase IN (0, 1) AND (
        (substr(debit, 1, 7) = 'relief:' AND substr(credit, 1, 16) = 'approved-unpaid:')
        OR (corrects_id IS NULL AND (substr(debit, 1, 7) = 'relief:' OR substr(credit, 1, 16) = 'approved-unpaid:'))))),
    CHECK (business_key IS NULL OR line_id IS NOT NULL),
    CONSTRAINT transfer_from_reserve_names_its_resolution CHECK (phase IN (2, 3) OR corrects_id IS NOT NULL
        OR substr(debit, 1, 8) <> 'reserve:' OR resolution_id IS NOT NULL)
);
CREATE UNIQUE INDEX resolve_once ON transfers (pending_id) WHERE pending_id IS NOT NULL;
CREATE UNIQUE INDEX pay_once ON transfers (business_key) WHERE business_key IS NOT NULL AND phase IN (0, 1);
CREATE INDEX transfers_voucher ON transfers (voucher_id, position);
CREATE INDEX transfers_debit ON transfers (book_id, debit, sequence);
CREATE INDEX transfers_credit ON transfers (book_id, credit, sequence);
CREATE INDEX transfers_line ON transfers (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX transfers_corrects ON transfers (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX transfers_expiry ON transfers (expires_on) WHERE expires_on IS NOT NULL;

CREATE TABLE periods (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    month TEXT {by_code} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'closed')),
    head_sequence BIGINT NOT NULL,
    head_hash {bytes} NOT NULL,
    trial_hash {bytes} NOT NULL,
    proposed_by TEXT {by_code} NOT NULL,
    proposed_at BIGINT NOT NULL,
    approved_by TEXT {by_code},
    approved_at BIGINT,
    PRIMARY KEY (book_id, month),
    CHECK ((state = 'closed') = (approved_by IS NOT NULL)),
    CONSTRAINT period_is_approved_by_another CHECK (approved_by IS NULL OR approved_by <> proposed_by)
);

-- What a person has used of a programme's yearly cap in a county, over all books, held money with it.
CREATE TABLE benefit_years (
    region TEXT {by_code} NOT NULL,
    person_key TEXT {by_code} NOT NULL,
    year BIGINT NOT NULL,
    programme TEXT {by_code} NOT NULL,
    used_fen BIGINT NOT NULL,
    cap_fen BIGINT NOT NULL,
    PRIMARY KEY (region, person_key, year, programme),
    CONSTRAINT benefit_year_stays_under_its_cap CHECK (used_fen >= 0 AND used_fen <= cap_fen)
);

CREATE TABLE statement_lines (
    statement_line_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    bank_account TEXT {by_code} NOT NULL,
    file_hash TEXT {by_code} NOT NULL,
    line_number BIGINT NOT NULL,
    booked_on TEXT {by_code} NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen <> 0),
    balance_fen BIGINT,
    reference TEXT {by_code} NOT NULL,
    counterparty {bytes},
    read_by TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    UNIQUE (file_hash, line_number),
    FOREIGN KEY (book_id, bank_account) REFERENCES book_accounts (book_id, code)
);
CREATE INDEX statement_lines_account ON statement_lines (book_id, bank_account, booked_on);

CREATE TABLE statement_matches (
    statement_line_id TEXT {by_code} NOT NULL REFERENCES statement_lines (statement_line_id),
    transfer_id TEXT {by_code} NOT NULL REFERENCES transfers (transfer_id),
    rule TEXT NOT NULL,
    matched_by TEXT NOT NULL,
    matched_at BIGINT NOT NULL,
    PRIMARY KEY (statement_line_id, transfer_id)
);
CREATE INDEX statement_matches_transfer ON statement_matches (transfer_id);

-- What the nightly audit of the books found.
CREATE TABLE ledger_audits (
    audit_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    ran_at BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX ledger_audits_region ON ledger_audits (region, ran_at);
