"""OpenFisca-Core: packs/person-year as variables with formulas over a population of one entity.

Money in fen. OpenFisca keeps whole numbers in 32 bits, so a formula widens what it multiplies. Its marginal scales
compute in floating point and may miss a half fen; so the scales are written out in whole numbers. It has variables by
period, not a sequence of events within one: the claim stream cannot be said in it.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from common import PAID, run

CATEGORIES = ["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"]
NONE = 255
YEAR = "2023"

Person = build_entity(key="person", plural="persons", label="a person", is_person=True)


def half_up(hundredths):
    return (hundredths + 50) // 100


def between(base, low, high):
    return np.clip(base, low, high) - low


def general(base):
    return between(base, 1_500_000, 10_000_000) * 60 + between(base, 10_000_000, 30_000_000) * 65 + np.maximum(base - 30_000_000, 0) * 70


def tilted(base):
    return between(base, 750_000, 10_000_000) * 65 + np.maximum(base - 10_000_000, 0) * 75


class total_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "费用总额"


class in_scope_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "政策范围内费用"


class hospital_level(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "医院等级 (0: not known)"


class category(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "认定类别"


class basic_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "基本医保"

    def formula(person, period):
        level = person("hospital_level", period)
        rate = np.select([level == 1, level == 2, level == 3], [85, 75, 65], 0)
        return np.minimum(half_up(person("in_scope_fen", period).astype(np.int64) * rate), 25_000_000)


class critical_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "大病保险"

    def formula(person, period):
        burden = (person("in_scope_fen", period) - person("basic_fen", period)).astype(np.int64)
        return half_up(np.where(person("category", period) <= 2, tilted(burden), general(burden)))


class assistance_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "医疗救助"

    def formula(person, period):
        who = person("category", period)
        paid = person("basic_fen", period) + person("critical_fen", period)
        left = (person("in_scope_fen", period) - paid).astype(np.int64)
        return np.select(
            [who == 0, who == 1, who == 2],
            [
                np.minimum(left, 20_000_000),
                np.minimum(half_up(left * 80), 5_000_000),
                np.minimum(half_up(left * 70), 3_000_000),
            ],
            0,
        )


class rest_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "各家付完剩下的"

    def formula(person, period):
        paid = person("basic_fen", period) + person("critical_fen", period) + person("assistance_fen", period)
        return person("total_fen", period) - paid


class charity_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "慈善救助"

    def formula(person, period):
        rest = person("rest_fen", period).astype(np.int64)
        exact = between(rest, 2_000_000, 6_000_000) * 30 + np.maximum(rest - 6_000_000, 0) * 50
        return np.minimum(half_up(exact), 5_000_000)


class family_fen(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.YEAR
    label = "个人负担"

    def formula(person, period):
        return person("rest_fen", period) - person("charity_fen", period)


INPUTS = [total_fen, in_scope_fen, hospital_level, category]
RESULTS = [basic_fen, critical_fen, assistance_fen, charity_fen, family_fen]


def system():
    of_persons = TaxBenefitSystem([Person])
    of_persons.add_variables(*INPUTS, *RESULTS, rest_fen)
    return of_persons


def settled(table):
    simulation = SimulationBuilder().build_default_simulation(SYSTEM, count=len(table))
    words = table["settled_category"].unify_dictionaries()
    places = pc.index_in(words.cast(pa.string()), value_set=pa.array(CATEGORIES)).fill_null(NONE)
    inputs = [table["total_fen"], table["in_scope_fen"], table["hospital_level"].fill_null(0), places]
    for variable, column in zip(INPUTS, inputs):
        simulation.set_input(variable.__name__, YEAR, column.to_numpy().astype(np.int32))
    return [simulation.calculate(variable.__name__, YEAR) for variable in RESULTS]


NEEDED = ["total_fen", "in_scope_fen", "hospital_level", "settled_category"]


def totals(file):
    table = pq.read_table(file, columns=NEEDED, read_dictionary=["settled_category"])
    sums = [column.sum(dtype=np.int64) for column in settled(table)]
    return len(table), pc.sum(table["total_fen"]).as_py(), sums


def standings(file, out):
    bill = ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"]
    ids = ["person_id", "household_id", "discharged_on", "settled_on"]
    table = pq.read_table(file, columns=ids + bill + NEEDED[2:], read_dictionary=["settled_category"])
    results = settled(table)
    columns = {name: table[name] for name in ids[:2]}
    columns["year"] = pc.year(pc.coalesce(table["discharged_on"], table["settled_on"])).cast(pa.int16())
    columns |= {name: table[name] for name in bill}
    columns |= {name: pa.array(column, pa.int64()) for name, column in zip(PAID, results)}
    pq.write_table(pa.table(columns), out, compression="zstd", compression_level=1, use_dictionary=False)
    return len(table), pc.sum(table["total_fen"]).as_py(), [column.sum(dtype=np.int64) for column in results]


SYSTEM = system()
run({("person-year", "totals"): totals, ("person-year", "standings"): standings})
