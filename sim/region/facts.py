"""What the table ``region`` must say of a region as a whole, and of which kind each fact is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import Problem
from sim.region.columns import AUTHORITY, MUNICIPALITY, POINT

if TYPE_CHECKING:
    from sim.region.checks import ReadTable


@dataclass(frozen=True, slots=True)
class Fact:
    """One key of the table.

    Attributes
    ----------
    what
        What it says.
    kind
        ``text``, ``year``, ``country``, or ``names`` of something.
    refers
        Columns, as ``table.column``, of which one must hold each name.
    """

    what: str
    kind: str = "text"
    refers: tuple[str, ...] = ()


_NETWORK = ("networks.network",)
FACTS: Mapping[str, Fact] = {
    "name": Fact("name of the folder"),
    "title_fi": Fact("name in Finnish"),
    "title_sv": Fact("name in Swedish"),
    "title_en": Fact("name in English"),
    "language": Fact("language of results unless another is asked for: fi, sv or en"),
    "country": Fact("country, ISO 3166-1, whose public holidays are kept", "country"),
    "base_year": Fact("year of the counts on which needs are set", "year"),
    "first_year": Fact("first year that the tables cover", "year"),
    "last_year": Fact("last year that they cover", "year"),
    "epidemic_year": Fact("year of the counts under the epidemic", "year"),
    "plan_year": Fact("year of the plan", "year"),
    "price_year": Fact("year of prices", "year"),
    "joint_points": Fact("joint points", "names", POINT),
    "base_network": Fact("network of the base year", "names", _NETWORK),
    "default_network": Fact("network of the plan", "names", _NETWORK),
    "default_staffing": Fact("staffing of the plan", "names", ("officials.staffing",)),
    "joint_authorities": Fact("authorities that the joint points are for", "names", AUTHORITY),
    "area_below_population_base": Fact(
        "municipalities with too few people for a point", "names", MUNICIPALITY
    ),
}


def check_facts(tables: Mapping[str, ReadTable]) -> Iterator[Problem]:
    """Yield what is missing or wrong in the table ``region``."""
    read = tables.get("region")
    if read is None or not read.rows:
        return
    said = {str(row["key"]): i for i, row in enumerate(read.rows) if "key" in row}
    for key in [key for key in FACTS if key not in said]:
        yield Problem(read.path, f"the row is missing; it says: {FACTS[key].what}", None, None, key)
    for key, i in said.items():
        faults = _faults(FACTS[key], str(read.rows[i].get("value", "")), tables)
        yield from (read.problem(i, "value", f"{key}: {fault}") for fault in faults)


def _faults(fact: Fact, value: str, tables: Mapping[str, ReadTable]) -> Iterator[str]:
    """Yield what is wrong with the value of a fact."""
    if fact.kind == "year" and not (value.isascii() and value.isdigit() and len(value) == 4):
        yield f"'{value}' is no year; write YYYY"
    if fact.kind == "country" and value not in _countries():
        yield f"the holidays of '{value}' are not known; write a code of ISO 3166-1, such as FI"
    if fact.kind == "names":
        known = {
            str(row.get(column)) for table, column in map(_parts, fact.refers) for row in tables[table].rows
        }
        unknown = [name for name in value.split(";") if name not in known]
        if known:
            yield from (f"'{name}' is unknown in {' or '.join(fact.refers)}" for name in unknown)


def _countries() -> set[str]:
    """Return the codes of the countries whose holidays are known."""
    from holidays.registry import COUNTRIES  # half a second, which runs need anyway

    return {code for names in COUNTRIES.values() for code in names}


def _parts(target: str) -> tuple[str, str]:
    """Return table and column of a target."""
    table, _, column = target.partition(".")
    return table, column
