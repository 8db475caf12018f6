"""What an analyst gives of a new region: municipalities, residents by age, cottages, drives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pandas as pd

from sim.errors import InputError, Problem
from sim.founding.statistics import ages_of, read_statistics
from sim.region.columns import names
from sim.region.index import first_age
from sim.region.schema import Column, Table
from sim.region.user_tables import read_user_table

#: Oldest age that a group without an upper end holds.
_OLDEST = 130

CENTRES = Table(
    "centres",
    "municipality and its centre",
    ("municipality",),
    (
        Column("municipality", "text", "name in all other tables"),
        Column("code", "text", "official code, three digits"),
        *names("municipality"),
        Column("lat", "number", "latitude of its centre", "degrees", -90, 90),
        Column("lon", "number", "longitude of its centre", "degrees", -180, 180),
    ),
    provenance=False,
)
DRIVES = Table(
    "drives",
    "drive between two centres in r5py's long format, empty where there is none",
    ("from_id", "to_id"),
    (
        Column("from_id", "text", "municipality", refers=("centres.municipality",)),
        Column("to_id", "text", "municipality", refers=("centres.municipality",)),
        Column("travel_time", "number", "one-way drive", "min", 0, optional=True),
    ),
    provenance=False,
)


#: Rows of a table by column.
Rows = list[dict[str, Any]]


def records(table: pd.DataFrame) -> Rows:
    """Return the rows of a table."""
    return cast(Rows, table.to_dict("records"))


@dataclass(frozen=True)
class Given:
    """What is known of a new region.

    Attributes
    ----------
    municipalities
        municipality, code, name_fi, name_sv, name_en, lat, lon.
    population
        municipality, year, persons.
    ages
        municipality, year, age_group, persons; empty where only totals are known.
    cottages
        municipality, cottages.
    drives
        from, to, minutes; may be empty.
    sources
        Where each table comes from, by its name here.
    assumed
        Whether it is imagined rather than counted.
    """

    municipalities: pd.DataFrame
    population: pd.DataFrame
    ages: pd.DataFrame
    cottages: pd.DataFrame
    drives: pd.DataFrame
    sources: dict[str, str] = field(default_factory=dict)
    assumed: bool = False


def given_from_files(
    centres: Path,
    population: Path,
    age_groups: Iterable[str],
    cottages: Path | None = None,
    drives: Path | None = None,
) -> Given:
    """Return what files tell of a new region.

    Parameters
    ----------
    centres
        CSV of the table `CENTRES`: it says which municipalities belong to the region.
    population
        Residents by area and year, and by age if the export has ages, see `read_statistics`.
    age_groups
        The model's age groups.
    cottages
        Free-time residences by area and year; the last year counts. None: no cottages.
    drives
        CSV of the table `DRIVES`.

    Raises
    ------
    InputError
        For everything that is wrong in a file, and for municipalities that a file does not know.
    """
    places = read_user_table(centres, CENTRES, {})
    known = {"centres.municipality": list(places["municipality"])}
    people = _of_region(population, read_statistics(population), places)
    with_ages = (people["age"] != "").any()
    groups = age_bounds(age_groups)
    unknown = people.iloc[:0].assign(age_group="", persons=0)
    ages = ages_of(population, people, groups) if with_ages else unknown
    totals = ages.rename(columns={"persons": "value"}) if with_ages else people
    counts = totals.groupby(["area", "year"], sort=False)["value"].sum().reset_index(name="persons")
    homes = _cottages(cottages, places)
    roads = read_user_table(drives, DRIVES, known) if drives else None
    return Given(
        municipalities=places,
        population=counts.rename(columns={"area": "municipality"}),
        ages=ages.rename(columns={"area": "municipality"})[["municipality", "year", "age_group", "persons"]],
        cottages=homes,
        drives=_pairs(roads),
        sources={
            "municipalities": centres.name,
            "population": population.name,
            "cottages": cottages.name if cottages else "assumption: no cottages",
            "drives": drives.name if drives else "",
        },
    )


def age_bounds(groups: Iterable[str]) -> list[tuple[str, int, int]]:
    """Return name, first and last age of each age group, ascending.

    >>> age_bounds(["0-15", "16+"])
    [('0-15', 0, 15), ('16+', 16, 130)]
    """
    ordered = sorted(groups, key=first_age)
    last = [int(re.findall(r"\d+", name)[-1]) if "-" in name else _OLDEST for name in ordered]
    return [(name, first_age(name), end) for name, end in zip(ordered, last, strict=True)]


def _of_region(path: Path, table: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the region's municipalities under their names in `places`."""
    by_code = dict(zip(places["code"], places["municipality"], strict=True))
    by_name = {
        str(name).lower(): row.municipality
        for row in places.itertuples()
        for name in (row.municipality, row.name_fi, row.name_sv, row.name_en)
    }
    named = table["code"].map(by_code)
    table = table.assign(area=named.where(named.notna(), table["area"].str.lower().map(by_name)))
    table = table[table["area"].notna()]
    missing = [name for name in places["municipality"] if name not in set(table["area"])]
    if missing:
        raise InputError([Problem(str(path), f"knows no municipality '{name}'") for name in missing])
    return table


def _cottages(path: Path | None, places: pd.DataFrame) -> pd.DataFrame:
    """Return municipality and cottages, those of the export's last year."""
    if path is None:
        return pd.DataFrame({"municipality": places["municipality"], "cottages": 0})
    table = _of_region(path, read_statistics(path), places)
    last = table[table["year"] == table["year"].max()]
    counted = last.groupby("area", sort=False)["value"].sum()
    return pd.DataFrame(
        {"municipality": counted.index, "cottages": counted.round().astype(int).to_numpy()}
    ).reset_index(drop=True)


def _pairs(table: pd.DataFrame | None) -> pd.DataFrame:
    """Return each pair of different centres once, with the mean of its two directions [min]."""
    found: dict[tuple[str, str], list[float]] = {}
    listed = [] if table is None else table[["from_id", "to_id", "travel_time"]].itertuples(index=False)
    for start, end, minutes in listed:
        if start != end and pd.notna(minutes) and minutes > 0:
            found.setdefault((min(start, end), max(start, end)), []).append(float(minutes))
    rows = [(a, b, round(sum(times) / len(times), 1)) for (a, b), times in sorted(found.items())]
    return pd.DataFrame(rows, columns=["from", "to", "minutes"])
