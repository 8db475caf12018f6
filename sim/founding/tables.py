"""Puts all tables of a new region together from what is given and the pattern of a known one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.founding.given import Given, Rows, records
from sim.founding.pattern import Pattern
from sim.founding.towns import build_towns
from sim.population.margins import age_shares, largest_remainder
from sim.region import Region
from sim.region.schema import Table
from sim.region.tables import TABLES

#: Tables that describe the country or behaviour rather than the region.
_TAKEN_OVER = (
    "authorities",
    "matters",
    "profiles",
    "digital_adoption",
    "cottage_presence",
    "cottage_owner_ages",
)
#: Tables that a region may leave empty.
_EMPTY = (
    "travel_bands",
    "plan_travel_bands",
    "plan_municipal_visits",
    "plan_figures",
    "risks",
    "later_events",
    "inconsistencies",
)
#: Parameters whose subjects are municipalities.
_WHERE_FOREIGNERS_LIVE = "foreign_concentration"
_SERIES = ("plan", "observed")


def found(name: str, given: Given, pattern: Pattern, n_towns: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a new region by name, in file order of rows and columns.

    Parameters
    ----------
    name
        Name of its folder.
    n_towns
        Municipalities, the largest ones, that get a joint point.

    Raises
    ------
    InputError
        If there are more towns than municipalities.
    """
    if not 1 <= n_towns <= len(given.municipalities):
        message = f"{n_towns} towns; allowed: 1 to {len(given.municipalities)}, the municipalities"
        raise InputError(Problem("new-region", message))
    last = given.population.sort_values("year").groupby("municipality", sort=False)["persons"].last()
    residents = last.reindex(given.municipalities["municipality"])
    built = build_towns(pattern, given.municipalities, residents, n_towns)
    rows: dict[str, Rows] = {
        "region": _about(name, given, pattern.region, built.points),
        "municipalities": _municipalities(given),
        "population": _population(given),
        "age_structure": _ages(given, pattern.region),
        "cottages": _cottages(given),
        "travel_times": _drives(given),
        "parameters": _parameters(given, pattern.region, residents),
        "plan_visits": _visits(pattern, float(residents.sum())),
        **vars(built),
        **{key: records(pattern.region.table(key)) for key in _TAKEN_OVER},
        **{key: [] for key in _EMPTY},
    }
    return {table.name: _frame(table, rows[table.name]) for table in TABLES}


def _frame(table: Table, rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[column.name for column in table.columns])


def _mark(given: Given, table: str, note: str = "") -> dict[str, str]:
    """Return source and confidence of what an analyst gave."""
    source = given.sources.get(table) or note
    return {"source": source, "confidence": "assumption" if given.assumed or not source else "sourced"}


def _about(name: str, given: Given, like: Region, points: Rows) -> Rows:
    """Return the facts of the region as a whole."""
    joint = ";".join(row["point"] for row in points if row["type"] == "joint")
    own = {
        "name": name,
        "title_fi": name,
        "title_sv": name,
        "title_en": name,
        "joint_points": joint,
        "base_network": "plan",
        "default_network": "plan",
        "default_staffing": "plan",
        "area_below_population_base": str(given.population.sort_values("persons")["municipality"].iloc[0]),
    }
    facts = records(like.table("region"))
    source = {"source": "assumption: after the pattern of another region", "confidence": "assumption"}
    return [row | source | {"value": own.get(str(row["key"]), row["value"])} for row in facts]


def _municipalities(given: Given) -> Rows:
    mark = _mark(given, "municipalities")
    return [row | {"in_region": 1} | mark for row in records(given.municipalities)]


def _population(given: Given) -> Rows:
    mark = _mark(given, "population")
    rows = records(given.population)
    return [row | {"series": series} | mark for series in _SERIES for row in rows]


def _ages(given: Given, like: Region) -> Rows:
    """Return residents by age: those given, else the shares of the region that is the pattern."""
    if len(given.ages):
        mark = _mark(given, "population")
        counted = records(given.ages)
        return [row | {"low": row["persons"], "high": row["persons"]} | mark for row in counted]
    table = like.table("age_structure")
    groups = list(dict.fromkeys(table["age_group"]))
    whole = table.groupby(["year", "age_group"], as_index=False)["persons"].sum().assign(municipality="")
    mark = {"source": "assumption: age shares of another region", "confidence": "assumption"}
    rows: Rows = []
    for year in sorted(table["year"].unique()):
        shares = age_shares(whole, [""], groups, int(year))[0]
        for place, here in given.population.groupby("municipality", sort=False):
            ordered = here.sort_values("year")
            total = round(float(np.interp(year, ordered["year"], ordered["persons"])))
            for group, persons in zip(groups, largest_remainder(shares, total), strict=True):
                count = int(persons)
                row = {"municipality": place, "year": int(year), "age_group": group, "persons": count}
                rows.append(row | {"low": count, "high": count} | mark)
    return rows


def _cottages(given: Given) -> Rows:
    mark = _mark(given, "cottages")
    homes = given.population.groupby("municipality", sort=False)["persons"].last()
    return [row | {"households": int(homes[row["municipality"]])} | mark for row in records(given.cottages)]


def _drives(given: Given) -> Rows:
    mark = _mark(given, "drives")
    rows = records(given.drives)
    return [row | {"low": row["minutes"], "high": row["minutes"]} | mark for row in rows]


def _parameters(given: Given, like: Region, residents: pd.Series) -> Rows:
    """Return the registry: behaviour as it is, and where speakers of other languages live by residents."""
    table = like.table("parameters")
    places = set(like.table("municipalities")["municipality"])
    template = records(table[table["name"] == _WHERE_FOREIGNERS_LIVE])[0]
    kept = records(table[~table["subject"].str.partition(".")[0].isin(places)])
    for name, share in (residents / residents.sum()).items():
        value = round(float(share), 6)
        span = {"base": value, "low": round(value / 2, 6), "high": min(1.0, round(value * 2, 6))}
        mark = {"source": "assumption: as the residents", "confidence": "assumption"}
        kept.append(template | {"subject": name} | span | mark)
    return kept


def _visits(pattern: Pattern, residents: float) -> Rows:
    """Return visits by authority and year: those of the pattern for every resident."""
    ratio = residents / pattern.residents
    source = "assumption: visits per resident of another region; replace"
    mark = {"source": source, "confidence": "assumption"}
    table = records(pattern.region.table("plan_visits"))
    return [row | {"visits": round(row["visits"] * ratio)} | mark for row in table]
