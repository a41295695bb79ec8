"""Polars: the rules as lazy expressions, run by the streaming engine where it can.

Money in fen; exact amounts in hundredths of a fen, rounded once, halves up. The rows of a person stand in the order
of the packs (day, settlement, number), which `cum_sum().over(…)` follows.
"""

import polars as pl

from common import PAID, run

INPATIENT = pl.col("kind").cast(pl.String) == "inpatient"
CATEGORY = pl.col("settled_category").cast(pl.String)
DAY = pl.coalesce("discharged_on", "settled_on")
TILTED = CATEGORY.is_in(["destitute", "dibao", "dibao_marginal"]).fill_null(False)


def half_up(hundredths):
    return (hundredths + 50) // 100


def between(base, low, high=None):
    return base.clip(low, high) - low


def general(base):
    return half_up(
        between(base, 1_500_000, 10_000_000) * 60
        + between(base, 10_000_000, 30_000_000) * 65
        + between(base, 30_000_000) * 70
    )


def tilted(base):
    return half_up(between(base, 750_000, 10_000_000) * 65 + between(base, 10_000_000) * 75)


def charity(base):
    return half_up(between(base, 2_000_000, 6_000_000) * 30 + between(base, 6_000_000) * 50).clip(upper_bound=5_000_000)


def by_level(first, second, third):
    """A rate by the level of the hospital; without a level nobody can say at which rate."""
    rates = {1: first, 2: second, 3: third}
    return pl.col("hospital_level").replace_strict(rates, default=0, return_dtype=pl.Int64)


def years(file):
    """packs/person-year"""
    basic, critical, aid, rest, given = map(pl.col, ["basic", "critical", "aid", "rest", "given"])
    burden = pl.col("in_scope_fen") - basic
    left = burden - critical
    return (
        pl.scan_parquet(file)
        .with_columns(half_up(pl.col("in_scope_fen") * by_level(85, 75, 65)).clip(upper_bound=25_000_000).alias("basic"))
        .with_columns(pl.when(TILTED).then(tilted(burden)).otherwise(general(burden)).alias("critical"))
        .with_columns(
            pl.when(CATEGORY == "destitute").then(left.clip(upper_bound=20_000_000))
            .when(CATEGORY == "dibao").then(half_up(left * 80).clip(upper_bound=5_000_000))
            .when(CATEGORY == "dibao_marginal").then(half_up(left * 70).clip(upper_bound=3_000_000))
            .otherwise(0).alias("aid")
        )
        .with_columns((pl.col("total_fen") - basic - critical - aid).alias("rest"))
        .with_columns(charity(rest).alias("given"))
    )


def stream(file):
    """packs/claim-stream: what a rule pays is its rounded total with this claim less the total before it."""
    insured, line, cap, exact = map(pl.col, ["insured", "line", "cap", "exact"])
    so_far = lambda column, *group: pl.col(column).cum_sum().over("person_id", "year", *group)
    paid = lambda total, sum_, last: total(sum_) - total(sum_ - last)
    basic, burden, critical, left, aid = map(pl.col, ["basic", "burden", "critical", "left", "aid"])
    aid_1 = lambda x: half_up(x * 90).clip(upper_bound=10_000_000)
    aid_2 = lambda x: half_up(between(x, 300_000) * 70).clip(upper_bound=3_000_000)
    return (
        pl.scan_parquet(file)
        .with_columns(
            DAY.dt.year().alias("year"),
            INPATIENT.alias("is_stay"),
            TILTED.alias("is_tilted"),
            pl.when(CATEGORY.is_in(["destitute", "dibao"])).then(1).when(CATEGORY == "dibao_marginal").then(2)
            .otherwise(0).alias("aid_by"),
            pl.when(pl.col("hospital_level").is_null()).then(0).otherwise(pl.col("in_scope_fen")).alias("insured"),
            pl.when(INPATIENT).then(80_000).otherwise(30_000).alias("line"),
            pl.when(INPATIENT).then(25_000_000).otherwise(400_000).alias("cap"),
            pl.when(INPATIENT).then(by_level(85, 75, 65)).otherwise(by_level(60, 50, 40)).alias("rate"),
        )
        .with_columns(so_far("insured", "is_stay").alias("sum"))
        .with_columns((paid(lambda x: (x - line).clip(0), pl.col("sum"), insured) * pl.col("rate")).alias("exact"))
        .with_columns(so_far("exact", "is_stay").alias("sum"))
        .with_columns(paid(lambda x: pl.min_horizontal(half_up(x), cap), pl.col("sum"), exact).alias("basic"))
        .with_columns((pl.col("in_scope_fen") - basic).alias("burden"))
        .with_columns(so_far("burden", "is_tilted").alias("sum"))
        .with_columns(
            pl.when("is_tilted").then(paid(tilted, pl.col("sum"), burden))
            .otherwise(paid(general, pl.col("sum"), burden)).alias("critical")
        )
        .with_columns((burden - critical).alias("left"))
        .with_columns(so_far("left", "aid_by").alias("sum"))
        .with_columns(
            pl.when(pl.col("aid_by") == 1).then(paid(aid_1, pl.col("sum"), left))
            .when(pl.col("aid_by") == 2).then(paid(aid_2, pl.col("sum"), left)).otherwise(0).alias("aid")
        )
        .with_columns((pl.col("total_fen") - basic - critical - aid).alias("rest"))
        .with_columns(so_far("rest").alias("sum"))
        .with_columns(paid(charity, pl.col("sum"), pl.col("rest")).alias("given"))
    )


RESULTS = ["basic", "critical", "aid", "given"]
FAMILY = pl.col("rest") - pl.col("given")


def totals(settled):
    def way(file):
        sums = [pl.len().alias("rows"), pl.col("total_fen").sum(), *(pl.col(name).sum() for name in RESULTS)]
        rows, total, *paid = settled(file).select(*sums, FAMILY.sum().alias("family")).collect(engine="streaming").row(0)
        return rows, total, paid

    return way


def written(settled, columns):
    def way(file, out):
        results = [pl.col(name).alias(paid) for name, paid in zip(RESULTS, PAID)]
        table = settled(file).select(*columns, *results, FAMILY.alias(PAID[-1]))
        table.sink_parquet(out, compression="zstd", compression_level=1)
        return lambda: added_up(out)

    return way


def added_up(out):
    rows, *paid = pl.scan_parquet(out).select(pl.len(), *(pl.col(name).sum() for name in PAID)).collect().row(0)
    return rows, sum(paid), paid


BILL = ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"]

run(
    {
        ("person-year", "totals"): totals(years),
        ("person-year", "standings"): written(
            years, ["person_id", "household_id", DAY.dt.year().cast(pl.Int16).alias("year"), *BILL]
        ),
        ("claim-stream", "totals"): totals(stream),
        ("claim-stream", "split"): written(stream, ["claim_id", "person_id"]),
    }
)
