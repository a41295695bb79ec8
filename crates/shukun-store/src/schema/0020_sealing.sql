-- Sealing what was paid: of each published statement the payments as commitments, a log that is only appended to, checkpoints
-- of it, and the signatures of bodies under each.

-- For everybody: the public halves of the keys.
CREATE TABLE sign_keys (
    key_name TEXT {by_code} NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    region TEXT {by_code} NOT NULL,
    check_line TEXT {by_code} NOT NULL UNIQUE,
    is_kept_here BIGINT NOT NULL CHECK (is_kept_here IN (0, 1)),
    made_by TEXT {by_code} NOT NULL,
    made_at BIGINT NOT NULL
);

-- The secret half of a key that is kept here, sealed.
CREATE TABLE sign_key_secrets (
    key_name TEXT {by_code} NOT NULL PRIMARY KEY REFERENCES sign_keys (key_name),
    region TEXT {by_code} NOT NULL,
    secret {bytes} NOT NULL
);

-- For everybody: what was sealed of a statement; the place is that of its leaf in the log, from 1.
CREATE TABLE receipt_seals (
    log_place BIGINT NOT NULL PRIMARY KEY CHECK (log_place > 0),
    publication_id TEXT {by_code} NOT NULL UNIQUE REFERENCES publications (publication_id),
    book_id TEXT {by_code} NOT NULL,
    region TEXT {by_code} NOT NULL,
    header TEXT NOT NULL,
    commitments {bytes} NOT NULL,
    leaves {bytes} NOT NULL,
    count BIGINT NOT NULL CHECK (count > 0),
    total_fen BIGINT NOT NULL CHECK (total_fen > 0),
    paid_fen BIGINT NOT NULL,
    came_back_fen BIGINT NOT NULL,
    earlier_fen BIGINT NOT NULL CHECK (earlier_fen >= 0),
    sealed_by TEXT {by_code} NOT NULL,
    sealed_at BIGINT NOT NULL,
    CONSTRAINT seal_is_what_the_statement_says CHECK (paid_fen - came_back_fen = total_fen - earlier_fen),
    CONSTRAINT seal_has_its_maker UNIQUE (log_place, sealed_by)
);

-- What opens each commitment: sealed, for the household's slip alone.
CREATE TABLE receipt_openings (
    publication_id TEXT {by_code} NOT NULL REFERENCES receipt_seals (publication_id),
    line_id TEXT {by_code} NOT NULL REFERENCES resolution_lines (line_id),
    place BIGINT NOT NULL CHECK (place >= 0),
    opening {bytes} NOT NULL,
    PRIMARY KEY (publication_id, line_id),
    UNIQUE (publication_id, place)
);
CREATE INDEX receipt_openings_line ON receipt_openings (line_id);

-- For everybody: how far the log has come. Each names the one before it.
CREATE TABLE checkpoints (
    log_size BIGINT NOT NULL PRIMARY KEY REFERENCES receipt_seals (log_place),
    drawn_by TEXT {by_code} NOT NULL,
    note TEXT NOT NULL,
    hash TEXT {by_code} NOT NULL,
    size_before BIGINT,
    hash_before TEXT {by_code},
    drawn_at BIGINT NOT NULL,
    UNIQUE (log_size, hash),
    UNIQUE (log_size, drawn_by),
    FOREIGN KEY (log_size, drawn_by) REFERENCES receipt_seals (log_place, sealed_by),
    FOREIGN KEY (size_before, hash_before) REFERENCES checkpoints (log_size, hash),
    CONSTRAINT checkpoint_follows_the_one_before CHECK ((log_size = 1 AND size_before IS NULL AND hash_before IS NULL)
        OR (size_before IS NOT NULL AND hash_before IS NOT NULL AND size_before = log_size - 1))
);

-- For everybody: a body's signature, and after which other one it came. Who drew the checkpoint up signs for no body.
CREATE TABLE checkpoint_signatures (
    log_size BIGINT NOT NULL,
    place BIGINT NOT NULL CHECK (place > 0),
    body TEXT {by_code} NOT NULL,
    key_name TEXT {by_code} NOT NULL REFERENCES sign_keys (key_name),
    signature TEXT NOT NULL,
    signed_by TEXT {by_code} NOT NULL,
    signed_at BIGINT NOT NULL,
    drawn_by TEXT {by_code} NOT NULL,
    place_before BIGINT,
    body_before TEXT {by_code},
    signer_before TEXT {by_code},
    PRIMARY KEY (log_size, place),
    UNIQUE (log_size, body),
    UNIQUE (log_size, signed_by),
    UNIQUE (log_size, place, body, signed_by),
    FOREIGN KEY (log_size, drawn_by) REFERENCES checkpoints (log_size, drawn_by),
    FOREIGN KEY (log_size, place_before, body_before, signer_before)
        REFERENCES checkpoint_signatures (log_size, place, body, signed_by),
    CONSTRAINT signature_follows_the_one_before CHECK ((place = 1 AND place_before IS NULL AND body_before IS NULL
        AND signer_before IS NULL) OR (place_before IS NOT NULL AND body_before IS NOT NULL AND signer_before IS NOT NULL
        AND place_before = place - 1)),
    CONSTRAINT checkpoint_is_signed_by_two_bodies CHECK (body_before IS NULL OR body_before <> body),
    CONSTRAINT checkpoint_is_signed_by_two_people CHECK (signer_before IS NULL OR signer_before <> signed_by),
    CONSTRAINT checkpoint_is_signed_by_others CHECK (signed_by <> drawn_by),
    CONSTRAINT signature_is_of_another_body_than_the_fund CHECK (body <> 'fund')
);
