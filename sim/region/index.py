"""Names behind the model's indices, in index order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sim.region.loading import Region

_CENTURY = dt.timedelta(days=36525)


@dataclass(frozen=True)
class Index:
    """Names of a region in index order; matters are called ``authority.matter``."""

    authorities: tuple[str, ...]
    matters: tuple[str, ...]
    municipalities: tuple[str, ...]
    age_groups: tuple[str, ...]

    @property
    def municipality(self) -> dict[str, int]:
        """Index of each municipality."""
        return {name: index for index, name in enumerate(self.municipalities)}


def municipality_table(region: Region) -> pd.DataFrame:
    """Return the municipalities, those of the region first; this is their index order."""
    table = region.table("municipalities")
    return table.sort_values("in_region", ascending=False, kind="stable").reset_index(drop=True)


def make_index(region: Region) -> Index:
    """Return the names behind the indices."""
    groups = sorted(region.table("age_structure")["age_group"].unique(), key=first_age)
    matters = region.table("matters")
    named = tuple(f"{row.authority}.{row.matter}" for row in matters.itertuples())
    authorities = tuple(region.table("authorities")["authority"])
    return Index(authorities, named, tuple(municipality_table(region)["municipality"]), tuple(groups))


def first_age(group: str) -> int:
    """Return the first single year of an age group such as ``16-24`` or ``85+``.

    >>> first_age("85+")
    85
    """
    return int(group.rstrip("+").split("-")[0])


def network_tables(region: Region) -> dict[str, pd.DataFrame]:
    """Return the tables of which a network is built."""
    names = ("authorities", "matters", "points", "services", "hours", "networks", "officials", "places")
    return {name: region.table(name) for name in names}


def as_on(tables: Mapping[str, pd.DataFrame], date: dt.date) -> dict[str, pd.DataFrame]:
    """Return the tables of a network with the services and hours that hold on a date, for all dates.

    Notes
    -----
    Both ends of a validity move out by the same, so that a narrower row still replaces a wider one.
    """
    return {**tables, **{name: _held(tables[name], date) for name in ("services", "hours")}}


def _held(table: pd.DataFrame, date: dt.date) -> pd.DataFrame:
    """Return the rows that hold on a date, valid for a century more on either side."""
    first, last = table["valid_from"], table["valid_to"]
    holds = [(begins or date) <= date <= (ends or date) for begins, ends in zip(first, last, strict=True)]
    moved = {
        "valid_from": [day and day - _CENTURY for day in first[holds]],
        "valid_to": [day and day + _CENTURY for day in last[holds]],
    }
    return table[holds].assign(**moved)
