"""DuckDB: the rules as SQL (claim_stream.sql, person_year.sql), scales as macros (macros.sql)."""

import pathlib

import duckdb

from common import PAID, run

HERE = pathlib.Path(__file__).parent

SUMS = """SELECT count(*), sum(total_fen), sum(basic_fen), sum(critical_fen), sum(assistance_fen), sum(charity_fen),
    sum(rest_fen - charity_fen) FROM """

PAID_COLUMNS = ", ".join(
    f'{value} AS "{name}"'
    for value, name in zip(["basic_fen", "critical_fen", "assistance_fen", "charity_fen", "rest_fen - charity_fen"], PAID)
)


def connect(file):
    connection = duckdb.connect()
    connection.execute((HERE / "macros.sql").read_text())
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"CREATE VIEW claims AS SELECT * FROM read_parquet('{file}')")
    return connection


def totals(sql):
    def way(file):
        connection = connect(file)
        rows, total, *paid = connection.execute((HERE / sql).read_text() + SUMS + "split").fetchone()
        return rows, total, paid

    return way


def written(sql, columns):
    def way(file, out):
        connection = connect(file)
        query = (HERE / sql).read_text() + f"SELECT {columns}, {PAID_COLUMNS} FROM split"
        connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
        return lambda: added_up(connection, out)

    return way


def added_up(connection, out):
    sums = ", ".join(f'sum("{name}")' for name in PAID)
    rows, *paid = connection.execute(f"SELECT count(*), {sums} FROM read_parquet('{out}')").fetchone()
    return rows, sum(paid), paid


STANDING = (
    "person_id, household_id, CAST(in_year AS SMALLINT) AS year, total_fen, in_scope_fen, out_of_catalogue_fen, "
    "over_limit_fen, pre_selfpay_fen"
)

run(
    {
        ("person-year", "totals"): totals("person_year.sql"),
        ("person-year", "standings"): written("person_year.sql", STANDING),
        ("claim-stream", "totals"): totals("claim_stream.sql"),
        ("claim-stream", "split"): written("claim_stream.sql", "claim_id, person_id"),
    }
)
