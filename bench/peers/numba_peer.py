"""NumPy and Numba: the columns read whole with pyarrow, the rules as a compiled loop over rows, whole numbers only.

Money in fen; exact amounts in hundredths of a fen, rounded once, halves up. The rows of a person stand together, in
the order of the packs (day, settlement, number).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numba import int16, int64, njit, types, uint8, uint64

from common import PAID, run

KINDS = ["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"]
CATEGORIES = ["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"]
NONE = 255
NEEDED = ["person_id", "discharged_on", "settled_on", "kind", "hospital_level", "settled_category", "total_fen", "in_scope_fen"]

# Columns as they come from the reader; the loops are compiled for them before the clock starts.
column = lambda of: types.Array(of, 1, "C", readonly=True)
FEN, CODES, TABLE = column(int64), column(uint8), int64[:, ::1]


@njit(inline="always")
def half_up(hundredths):
    return (hundredths + 50) // 100


@njit(inline="always")
def between(base, low, high):
    return min(max(base, low), high) - low


@njit(inline="always")
def general(base):
    return between(base, 1_500_000, 10_000_000) * 60 + between(base, 10_000_000, 30_000_000) * 65 + max(base - 30_000_000, 0) * 70


@njit(inline="always")
def tilted(base):
    return between(base, 750_000, 10_000_000) * 65 + max(base - 10_000_000, 0) * 75


@njit(inline="always")
def charity(base):
    return min(half_up(between(base, 2_000_000, 6_000_000) * 30 + max(base - 6_000_000, 0) * 50), 5_000_000)


@njit(int64[::1](FEN, FEN, CODES, CODES, TABLE), cache=True)
def years(total, in_scope, level, category, keep):
    """packs/person-year; `keep` is a table of five columns, or empty where only the sums are wanted."""
    sums = np.zeros(5, np.int64)
    rates = np.array([0, 85, 75, 65], np.int64)
    for row in range(len(total)):
        rate = 0 if level[row] == NONE else rates[level[row]]
        basic = min(half_up(in_scope[row] * rate), 25_000_000)
        burden = in_scope[row] - basic
        critical = half_up(tilted(burden) if category[row] <= 2 else general(burden))
        left = burden - critical
        aid = 0
        if category[row] == 0:
            aid = min(left, 20_000_000)
        elif category[row] == 1:
            aid = min(half_up(left * 80), 5_000_000)
        elif category[row] == 2:
            aid = min(half_up(left * 70), 3_000_000)
        rest = total[row] - basic - critical - aid
        given = charity(rest)
        paid = (basic, critical, aid, given, rest - given)
        for payer in range(5):
            sums[payer] += paid[payer]
        if len(keep):
            for payer in range(5):
                keep[payer, row] = paid[payer]
    return sums


@njit(int64[::1](column(uint64), column(int16), FEN, FEN, CODES, CODES, CODES, TABLE), cache=True)
def stream(person, year, total, in_scope, kind, level, category, keep):
    """packs/claim-stream: the tallies of a person's year, started anew with each."""
    sums = np.zeros(5, np.int64)
    lines, caps = np.array([80_000, 30_000]), np.array([25_000_000, 400_000])
    rates = np.array([[0, 85, 75, 65], [0, 60, 50, 40]], np.int64)
    used, exact, basic_paid = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    burdens, critical_paid = np.zeros(2, np.int64), np.zeros(2, np.int64)
    aid_exact, aid_used, aid_paid = np.zeros(2, np.int64), np.int64(0), np.zeros(2, np.int64)
    rest_sum, charity_paid = np.int64(0), np.int64(0)
    for row in range(len(total)):
        if row == 0 or person[row] != person[row - 1] or year[row] != year[row - 1]:
            used[:] = 0
            exact[:] = 0
            basic_paid[:] = 0
            burdens[:] = 0
            critical_paid[:] = 0
            aid_exact[:] = 0
            aid_paid[:] = 0
            aid_used = rest_sum = charity_paid = 0
        basic = 0
        if level[row] != NONE:
            other = 0 if kind[row] == 0 else 1
            taken = min(in_scope[row], lines[other] - used[other])
            used[other] += taken
            exact[other] += (in_scope[row] - taken) * rates[other, level[row]]
            owed = min(half_up(exact[other]), caps[other])
            basic = owed - basic_paid[other]
            basic_paid[other] = owed
        burden = in_scope[row] - basic
        scale = 1 if category[row] <= 2 else 0
        burdens[scale] += burden
        owed = half_up(tilted(burdens[scale]) if scale else general(burdens[scale]))
        critical = owed - critical_paid[scale]
        critical_paid[scale] = owed
        left = burden - critical
        aid = 0
        if category[row] <= 1:
            aid_exact[0] += left * 90
            owed = min(half_up(aid_exact[0]), 10_000_000)
            aid = owed - aid_paid[0]
            aid_paid[0] = owed
        elif category[row] == 2:
            taken = min(left, 300_000 - aid_used)
            aid_used += taken
            aid_exact[1] += (left - taken) * 70
            owed = min(half_up(aid_exact[1]), 3_000_000)
            aid = owed - aid_paid[1]
            aid_paid[1] = owed
        rest = total[row] - basic - critical - aid
        rest_sum += rest
        owed = charity(rest_sum)
        given = owed - charity_paid
        charity_paid = owed
        paid = (basic, critical, aid, given, rest - given)
        for payer in range(5):
            sums[payer] += paid[payer]
        if len(keep):
            for payer in range(5):
                keep[payer, row] = paid[payer]
    return sums


def codes(column, words):
    """Each row's place among `words`, or NONE."""
    column = column.unify_dictionaries().combine_chunks()
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    of_value = np.array([words.index(word) for word in column.dictionary.to_pylist()] + [NONE], np.uint8)
    places = pc.fill_null(column.indices, len(of_value) - 1).to_numpy(zero_copy_only=False)
    return of_value[places]


def read(file, more):
    table = pq.read_table(file, columns=NEEDED + more, read_dictionary=["kind", "settled_category"])
    whole = lambda name: table[name].to_numpy()
    day = pc.coalesce(table["discharged_on"], table["settled_on"]).to_numpy()
    return table, {
        "total": whole("total_fen"),
        "in_scope": whole("in_scope_fen"),
        "level": pc.fill_null(table["hospital_level"].cast(pa.uint8()), NONE).to_numpy(),
        "category": codes(table["settled_category"], CATEGORIES),
    }, day.astype("datetime64[Y]").astype(np.int16) + np.int16(1970)


def room(rows, wanted):
    return np.empty((5, rows) if wanted else (0, 0), np.int64)


def write(out, columns, keep):
    columns |= dict(zip(PAID, keep))
    pq.write_table(pa.table(columns), out, compression="zstd", compression_level=1, use_dictionary=False)


def settle_years(file, out=None):
    more = ["household_id", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"] if out else []
    table, bills, year = read(file, more)
    keep = room(len(year), out)
    sums = years(bills["total"], bills["in_scope"], bills["level"], bills["category"], keep)
    if out:
        of = lambda names: {name: table[name] for name in names}
        bill = of(["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"])
        write(out, of(["person_id", "household_id"]) | {"year": year} | bill, keep)
    return len(year), bills["total"].sum(), sums


def settle_stream(file, out=None):
    table, bills, year = read(file, ["claim_id"] if out else [])
    kind = codes(table["kind"], KINDS)
    keep = room(len(year), out)
    person = table["person_id"].to_numpy()
    sums = stream(person, year, bills["total"], bills["in_scope"], kind, bills["level"], bills["category"], keep)
    if out:
        write(out, {"claim_id": table["claim_id"], "person_id": table["person_id"]}, keep)
    return len(year), bills["total"].sum(), sums


run(
    {
        ("person-year", "totals"): settle_years,
        ("person-year", "standings"): settle_years,
        ("claim-stream", "totals"): settle_stream,
        ("claim-stream", "split"): settle_stream,
    }
)
