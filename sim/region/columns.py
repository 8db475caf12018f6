"""Columns that several tables of a region share."""

from __future__ import annotations

from sim.region.schema import Column, Kind, Order

#: Where points, authorities and municipalities must stand.
POINT = ("points.point",)
AUTHORITY = ("authorities.authority",)
MUNICIPALITY = ("municipalities.municipality",)


def flag(name: str, description: str) -> Column:
    """Return a column of 0 or 1."""
    return Column(name, "integer", description, "0 or 1", 0, 1)


def count(name: str, description: str, unit: str) -> Column:
    """Return a column of whole numbers from 0."""
    return Column(name, "integer", description, unit, 0)


def year(name: str = "year", *, optional: bool = False) -> Column:
    """Return a column of calendar years."""
    return Column(name, "integer", "calendar year", "", 1900, 2200, optional=optional)


def point(name: str = "point") -> Column:
    """Return a column of points."""
    return Column(name, "text", "point", refers=POINT)


def authority(name: str = "authority") -> Column:
    """Return a column of authorities."""
    return Column(name, "text", "authority", refers=AUTHORITY)


def municipality(name: str = "municipality") -> Column:
    """Return a column of municipalities."""
    return Column(name, "text", "municipality", refers=MUNICIPALITY)


def names(what: str) -> tuple[Column, ...]:
    """Return the columns of a name in the three languages."""
    return tuple(
        Column(f"name_{lang}", "text", f"name of the {what} ({lang})") for lang in ("fi", "sv", "en")
    )


def plausible(unit: str, kind: Kind = "share", low: float = float("-inf")) -> tuple[Column, ...]:
    """Return the columns of a plausible range."""
    return (
        Column("low", kind, "low end of the plausible range", unit, low),
        Column("high", kind, "high end of the plausible range", unit, low),
    )


def validity() -> tuple[Column, ...]:
    """Return the columns of a validity, both days included."""
    return (
        Column("valid_from", "date", "first day, empty: always", optional=True),
        Column("valid_to", "date", "last day, empty: for good", optional=True),
    )


def minutes(name: str, description: str) -> Column:
    """Return a column of minutes from 0."""
    return Column(name, "number", description, "min", 0)


#: Interval of a table of shares; order of a validity; columns of a band of drive times.
SHARE = ("share", "low", "high")
VALID = Order("valid_from", "valid_to", strict=False)
BAND = (minutes("from_min", "shortest drive"), minutes("to_min", "longest drive"))
