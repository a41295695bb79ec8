"""DataFusion: the same SQL as DuckDB's. Its macros are written out here, because DataFusion has none."""

import pathlib
import re

from datafusion import SessionContext

from common import PAID, run

HERE = pathlib.Path(__file__).parent


def macros():
    """Name, parameters and body of each macro of macros.sql."""
    text = re.sub(r"--.*", "", (HERE / "macros.sql").read_text())
    for name, parameters, body in re.findall(r"CREATE MACRO (\w+)\(([^)]*)\) AS ([^;]*);", text):
        yield name, [parameter.strip() for parameter in parameters.split(",")], body


def arguments_at(sql, start):
    """The arguments of a call whose parenthesis opens at `start`, and where it closes."""
    arguments, depth, begun = [], 0, start + 1
    for place in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[place], 0)
        if depth == 0 or (depth == 1 and sql[place] == ","):
            arguments.append(sql[begun:place])
            begun = place + 1
        if depth == 0:
            return arguments, place


def written_out(sql):
    for name, parameters, body in reversed(list(macros())):
        while call := re.search(rf"\b{name}\(", sql):
            arguments, end = arguments_at(sql, call.end() - 1)
            given = dict(zip(parameters, arguments))
            text = re.sub(r"\b\w+\b", lambda word: f"({given[word[0]]})" if word[0] in given else word[0], body)
            sql = f"{sql[:call.start()]}({text}){sql[end + 1:]}"
    return sql.replace("//", "/")


SUMS = """SELECT count(*), sum(total_fen), sum(basic_fen), sum(critical_fen), sum(assistance_fen), sum(charity_fen),
    sum(rest_fen - charity_fen) FROM """

PAID_COLUMNS = ", ".join(
    f'{value} AS "{name}"'
    for value, name in zip(["basic_fen", "critical_fen", "assistance_fen", "charity_fen", "rest_fen - charity_fen"], PAID)
)


def row(query):
    return [column[0].as_py() for column in query.collect()[0].columns]


def connect(file):
    context = SessionContext()
    context.register_parquet("claims", file)
    return context


def totals(sql):
    def way(file):
        rows, total, *paid = row(connect(file).sql(written_out((HERE / sql).read_text()) + SUMS + "split"))
        return rows, total, paid

    return way


def written(sql, columns):
    def way(file, out):
        query = written_out((HERE / sql).read_text()) + f"SELECT {columns}, {PAID_COLUMNS} FROM split"
        connect(file).sql(query).write_parquet(out, compression="zstd", compression_level=1)
        return lambda: added_up(out)

    return way


def added_up(out):
    context = SessionContext()
    context.register_parquet("results", out)
    sums = ", ".join(f'sum("{name}")' for name in PAID)
    rows, *paid = row(context.sql(f"SELECT count(*), {sums} FROM results"))
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
