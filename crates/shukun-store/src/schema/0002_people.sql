-- People of households with an alert or a case: what names them is sealed. The codes are those of the lake.

CREATE TABLE people (
    person_id TEXT {by_code} NOT NULL PRIMARY KEY,
    household_id TEXT {by_code} NOT NULL,
    region TEXT {by_code},
    name {bytes} NOT NULL,
    id_number {bytes} NOT NULL,
    id_number_index {bytes} NOT NULL,
    phone {bytes},
    address {bytes},
    bank_account {bytes},
    sealed_version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX people_household_id ON people (household_id);
CREATE INDEX people_id_number_index ON people (id_number_index);
CREATE INDEX people_sealed_version ON people (sealed_version);
