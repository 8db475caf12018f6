"""Tables that a scenario names besides its region's: travel times, origins of trips, observed visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from sim.errors import InputError, Problem
from sim.region.checks import ReadTable, check_tables
from sim.region.columns import AUTHORITY, MUNICIPALITY, POINT, count
from sim.region.loading import Region
from sim.region.reading import frame, read_table
from sim.region.schema import Column, Table

ORIGINS = Table(
    "origins",
    "place from which travel times are given, such as the middle of a grid cell",
    ("id",),
    (
        Column("id", "text", "name in the travel times"),
        Column("lat", "number", "latitude", "degrees", -90, 90),
        Column("lon", "number", "longitude", "degrees", -180, 180),
    ),
    provenance=False,
)


def _times(origins: str) -> Table:
    """Return the table of travel times in r5py's long format; `origins` is where `from_id` must stand."""
    return Table(
        "travel_times",
        "one-way travel time, empty where the point cannot be reached",
        ("from_id", "to_id"),
        (
            Column("from_id", "text", "origin", refers=(origins,)),
            Column("to_id", "text", "point", refers=POINT),
            Column("travel_time", "number", "one-way travel time", "min", 0, optional=True),
        ),
        provenance=False,
    )


_OBSERVED = Table(
    "observed_visits",
    "visits counted at a point",
    ("month", "point", "authority"),
    (
        Column("month", "text", "month counted, YYYY-MM"),
        Column("point", "text", "point, empty: all points together", refers=POINT, optional=True),
        Column("authority", "text", "authority", refers=AUTHORITY),
        count("count", "visits", "visits/month"),
    ),
    provenance=False,
)


def read_origins(path: str | Path) -> pd.DataFrame:
    """Return id, lat and lon of the origins of a travel-time table.

    Raises
    ------
    InputError
        With one problem for each wrong cell, row or column.
    """
    return read_user_table(Path(path), ORIGINS, {})


def read_travel_times(path: str | Path, region: Region, origins: pd.DataFrame | None) -> pd.DataFrame:
    """Return from_id, to_id and travel_time [min], nan where a point cannot be reached.

    Parameters
    ----------
    origins
        Result of `read_origins`; None where ``from_id`` is a municipality.

    Raises
    ------
    InputError
        With one problem for each wrong cell, row or column; an origin without a row for one of the points
        that the table lists is wrong too.
    """
    points = {POINT[0]: list(region.table("points")["point"])}
    if origins is None:
        places = {MUNICIPALITY[0]: list(region.table("municipalities")["municipality"])}
        wanted = list(region.table("municipalities").query("in_region == 1")["municipality"])
    else:
        places = {"origins.id": list(origins["id"])}
        wanted = list(origins["id"])
    table = read_user_table(Path(path), _times(next(iter(places))), points | places)
    missing = _missing_pairs(table, wanted)
    if missing:
        raise InputError([Problem(str(path), f"there is no row from '{a}' to '{b}'") for a, b in missing])
    return table


def _missing_pairs(table: pd.DataFrame, origins: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of origins and of points that are listed at all for which there is no row."""
    given = set(zip(table["from_id"], table["to_id"], strict=True))
    points = list(dict.fromkeys(table["to_id"]))
    return [(a, b) for a in origins for b in points if (a, b) not in given]


def read_observed_visits(path: str | Path, region: Region) -> pd.DataFrame:
    """Return year, month (0-11), point (empty: all), authority and count of visits that were counted.

    Raises
    ------
    InputError
        With one problem for each wrong cell, row or column; all months must be of one year.
    """
    known = {
        POINT[0]: list(region.table("points")["point"]),
        AUTHORITY[0]: list(region.table("authorities")["authority"]),
    }
    table = read_user_table(Path(path), _OBSERVED, known)
    months = pd.to_datetime(table["month"], format="%Y-%m", errors="coerce")
    problems = [
        Problem(str(path), f"'{table['month'][row]}' is no month; write YYYY-MM", int(row) + 2, None, "month")
        for row in table.index[months.isna()]
    ]
    if not problems and len(set(months.dt.year)) != 1:
        problems = [Problem(str(path), "must hold months of one year", None, None, "month")]
    if problems:
        raise InputError(problems)
    return table.assign(year=months.dt.year, month=months.dt.month - 1)


def read_user_table(path: Path, table: Table, known: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return a checked table; `known` holds the names that its columns may refer to by ``table.column``.

    Raises
    ------
    InputError
        With one problem for each wrong cell, row or column, or if it holds no rows.
    """
    problems: list[Problem] = []
    read = read_table(path, table, problems)
    others = [_names(target, names) for target, names in known.items()]
    problems += check_tables({table.name: read} | {other.table.name: other for other in others})
    if not problems and not read.rows:
        problems.append(Problem(str(path), "holds no rows"))
    if problems:
        raise InputError(sorted(problems, key=lambda p: (p.line or 0, p.column or 0)))
    return frame(read)


def _names(target: str, names: Sequence[str]) -> ReadTable:
    """Return a table that holds nothing but the names in one column."""
    name, _, column = target.partition(".")
    table = Table(name, "names", (column,), (Column(column, "text", "name"),), provenance=False)
    return ReadTable(table, name, [column], list(range(len(names))), [{column: value} for value in names])
