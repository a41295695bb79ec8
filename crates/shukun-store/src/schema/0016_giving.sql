-- Giving: who gives and how the donor is shown, campaigns, gifts, pledges by instalments, refunds, certificates.
-- A donor has no time and no number: an anonymous one must not be found out by when or in which order it was written down.

CREATE TABLE fund_units (
    unit_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    unit_level TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    UNIQUE (region, unit_name)
);

CREATE TABLE donors (
    donor_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    donor_kind TEXT NOT NULL,
    showing TEXT NOT NULL,
    shown_name TEXT,
    heads BIGINT CHECK (heads > 0),
    heads_at_least BIGINT NOT NULL CHECK (heads_at_least IN (0, 1)),
    name {bytes},
    contact {bytes},
    linkage {bytes},
    donor_state TEXT NOT NULL,
    request_hash {bytes} NOT NULL,
    CHECK (showing <> 'anonymous' OR shown_name IS NULL AND name IS NULL AND contact IS NULL),
    CHECK (showing = 'anonymous' OR linkage IS NULL)
);
CREATE INDEX donors_region ON donors (region);

CREATE TABLE campaigns (
    campaign_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    unit_id TEXT {by_code} REFERENCES fund_units (unit_id),
    campaign_kind TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    from_on TEXT {by_code} NOT NULL,
    to_on TEXT {by_code},
    target_fen BIGINT CHECK (target_fen > 0),
    request_hash {bytes} NOT NULL,
    CHECK (to_on IS NULL OR from_on <= to_on)
);
CREATE INDEX campaigns_region ON campaigns (region);

CREATE TABLE campaign_asked (
    campaign_id TEXT {by_code} NOT NULL REFERENCES campaigns (campaign_id),
    asked_number BIGINT NOT NULL,
    institution TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_on TEXT {by_code},
    PRIMARY KEY (campaign_id, asked_number),
    UNIQUE (campaign_id, institution)
);

CREATE TABLE pledges (
    pledge_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    donor_id TEXT {by_code} NOT NULL REFERENCES donors (donor_id),
    campaign_id TEXT {by_code} REFERENCES campaigns (campaign_id),
    total_fen BIGINT NOT NULL CHECK (total_fen > 0),
    promised_on TEXT {by_code} NOT NULL,
    into_account TEXT {by_code} NOT NULL,
    voucher_id TEXT {by_code} NOT NULL UNIQUE REFERENCES vouchers (voucher_id),
    request_hash {bytes} NOT NULL
);
CREATE INDEX pledges_donor ON pledges (donor_id);

CREATE TABLE pledge_instalments (
    pledge_id TEXT {by_code} NOT NULL REFERENCES pledges (pledge_id),
    instalment BIGINT NOT NULL,
    due_on TEXT {by_code} NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    PRIMARY KEY (pledge_id, instalment)
);
CREATE INDEX pledge_instalments_due ON pledge_instalments (due_on);

CREATE TABLE gifts (
    gift_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    donor_id TEXT {by_code} NOT NULL REFERENCES donors (donor_id),
    campaign_id TEXT {by_code} REFERENCES campaigns (campaign_id),
    unit_id TEXT {by_code} REFERENCES fund_units (unit_id),
    pledge_id TEXT {by_code},
    instalment BIGINT,
    received_on TEXT {by_code} NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    into_account TEXT {by_code} NOT NULL,
    bank_account TEXT {by_code} NOT NULL,
    voucher_id TEXT {by_code} NOT NULL UNIQUE REFERENCES vouchers (voucher_id),
    source TEXT NOT NULL,
    request_hash {bytes} NOT NULL,
    FOREIGN KEY (pledge_id, instalment) REFERENCES pledge_instalments (pledge_id, instalment),
    CHECK ((pledge_id IS NULL) = (instalment IS NULL))
);
CREATE INDEX gifts_donor ON gifts (donor_id);
CREATE INDEX gifts_received ON gifts (received_on);
CREATE INDEX gifts_pledge ON gifts (pledge_id, instalment);

CREATE TABLE gift_refunds (
    refund_id TEXT {by_code} NOT NULL PRIMARY KEY,
    gift_id TEXT {by_code} NOT NULL REFERENCES gifts (gift_id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    reason {bytes} NOT NULL,
    asked_by TEXT NOT NULL,
    asked_on TEXT {by_code} NOT NULL,
    checked_by TEXT,
    paid_on TEXT {by_code},
    voucher_id TEXT {by_code} UNIQUE REFERENCES vouchers (voucher_id),
    request_hash {bytes} NOT NULL,
    CHECK (checked_by IS NULL OR checked_by <> asked_by),
    CHECK ((checked_by IS NULL) = (voucher_id IS NULL) AND (checked_by IS NULL) = (paid_on IS NULL))
);
CREATE INDEX gift_refunds_gift ON gift_refunds (gift_id);

CREATE TABLE certificates (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    certificate_year BIGINT NOT NULL,
    certificate_number BIGINT NOT NULL,
    gift_id TEXT {by_code} NOT NULL UNIQUE REFERENCES gifts (gift_id),
    issued_on TEXT {by_code} NOT NULL,
    check_code TEXT,
    PRIMARY KEY (book_id, certificate_year, certificate_number)
);

CREATE TABLE certificate_counters (
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    certificate_year BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (book_id, certificate_year)
);

-- What a case gives and got, programme by programme. It follows from its actions; the rows of cases are made again for it.
CREATE TABLE case_aid (
    aid_of TEXT {by_code} NOT NULL,
    programme TEXT {by_code} NOT NULL,
    aid_fen BIGINT NOT NULL,
    paid_fen BIGINT NOT NULL,
    PRIMARY KEY (aid_of, programme)
);

UPDATE cases SET years = NULL;
