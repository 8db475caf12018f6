"""What a planner may change on the page: each lever with its key in a scenario and its value there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from sim.app.windows import written_windows
from sim.config import Scenario
from sim.config.registry import Registry
from sim.network.network import PLACE_KINDS, open_points
from sim.network.roster import merge_rows
from sim.region import Region, load_region
from sim.region.index import network_tables

type Kind = Literal["count", "clock", "position", "percent", "minutes", "windows"]

#: Keys of the service target among the parameters.
TARGET_SHARE, TARGET_WAIT = "service_target_share", "service_target_wait"
_SHARED = ("remote", "guidance")


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be changed.

    Attributes
    ----------
    key
        Dotted key in the scenario; it stands in the link too.
    kind
        How its value is written.
    base
        Value in the shipped scenario, as it is written in its field.
    point
        Point or remote pool that it belongs to, empty for none.
    subject
        Roster row, kind of place, or authority that it is about.
    """

    key: str
    kind: Kind
    base: str
    point: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A roster row as the page shows it: where, what for, when."""

    name: str
    works_at: str
    authorities: tuple[str, ...]
    days: str
    on_call: bool


@dataclass(frozen=True)
class Levers:
    """All levers of a scenario.

    Attributes
    ----------
    scenario
        The shipped scenario.
    all
        Levers by key, in the order of the page.
    rows
        Roster rows by name.
    """

    scenario: Scenario
    all: dict[str, Lever]
    rows: dict[str, RosterRow]

    def at(self, part: str, point: str) -> list[Lever]:
        """Return the levers of one part of the scenario, such as ``staffing.places``, at one point."""
        return [lever for lever in self.all.values() if lever.key.startswith(part) and lever.point == point]

    def places_of(self, part: str) -> list[str]:
        """Return the points and pools that one part of the scenario has levers for, in order."""
        found = (lever.point for lever in self.all.values() if lever.key.startswith(part))
        return list(dict.fromkeys(found))


def levers_of(scenario: Scenario) -> Levers:
    """Return the levers of a shipped scenario with their values in it."""
    region = load_region(scenario.region)
    points = open_points(network_tables(region), scenario.network, scenario.points)
    rows = _roster(scenario, region, points)
    levers = [
        *_target(scenario, region),
        Lever("demand.adoption", "position", f"{scenario.demand.adoption:g}"),
        Lever("demand.acceptance", "position", f"{scenario.demand.acceptance:g}"),
        *(lever for row in rows for lever in _officials(row)),
        *_places(scenario, region, points),
        *_hours(scenario, region, points),
    ]
    return Levers(scenario, {lever.key: lever for lever in levers}, {row["row"]: _shown(row) for row in rows})


def _target(scenario: Scenario, region: Region) -> Iterator[Lever]:
    """Yield the levers of the service target."""
    values = Registry.from_region(region).resolve(scenario.in_force())
    yield Lever(f"parameters.{TARGET_SHARE}", "percent", f"{100 * values[TARGET_SHARE]:g}")
    yield Lever(f"parameters.{TARGET_WAIT}", "minutes", f"{values[TARGET_WAIT]:g}")


def _roster(scenario: Scenario, region: Region, points: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the roster rows of the scenario that work at an open point or in a pool that serves one."""
    table = region.table("points")
    pools = set(table.loc[table["point"].isin(points), "remote_pool"])
    changes = {name: row.model_dump(exclude_none=True) for name, row in scenario.staffing.officials.items()}
    rows = merge_rows(region.table("officials"), scenario.staffing.base, changes)
    order = [*points, *sorted(pool for pool in pools if pool)]
    mine = [row for row in rows if row["works_at"] in order]
    return sorted(mine, key=lambda row: order.index(row["works_at"]))


def _shown(row: dict[str, Any]) -> RosterRow:
    """Return a roster row as the page shows it."""
    skills = (skill.partition(":")[0] for skill in str(row["skills"]).split(";"))
    days = str(row["days"])
    return RosterRow(row["row"], row["works_at"], tuple(dict.fromkeys(skills)), days, bool(row["on_call"]))


def _officials(row: dict[str, Any]) -> Iterator[Lever]:
    """Yield the levers of one roster row."""
    kinds: dict[str, Kind] = {"count": "count", "diary": "count", "start": "clock", "end": "clock"}
    for field, kind in kinds.items():
        key = f"staffing.officials.{row['row']}.{field}"
        yield Lever(key, kind, str(row[field]), row["works_at"], row["row"])


def _places(scenario: Scenario, region: Region, points: tuple[str, ...]) -> Iterator[Lever]:
    """Yield the levers of the places at each open point that has any in the region's tables."""
    table = region.table("places")
    mine = table[table["staffing"] == scenario.staffing.base]
    rows: dict[str, dict[Any, Any]] = {str(row["point"]): row for row in mine.to_dict("records")}
    for point in points:
        if point not in rows and point not in scenario.staffing.places:
            continue
        given = scenario.staffing.places.get(point)
        for kind in PLACE_KINDS:
            changed = getattr(given, kind) if given else None
            listed = int(rows[point][kind]) if point in rows else 0
            base = listed if changed is None else changed
            yield Lever(f"staffing.places.{point}.{kind}", "count", str(base), point, kind)


def _hours(scenario: Scenario, region: Region, points: tuple[str, ...]) -> Iterator[Lever]:
    """Yield the levers of the opening hours that hold in the middle of the year."""
    middle = dt.date(scenario.year, 7, 1)
    table = region.table("hours")
    outside = set(region.table("points").query("type == 'outside'")["point"])
    served = {(row["point"], row["authority"]) for row in region.table("services").to_dict("records")}
    for point in (point for point in points if point not in outside):
        mine = table[table["point"] == point]
        for authority in dict.fromkeys([*mine["authority"], *scenario.hours.get(point, ())]):
            if authority not in _SHARED and (point, authority) not in served:
                continue
            rows = mine[mine["authority"] == authority]
            given = scenario.hours.get(point, {}).get(authority)
            windows = [window.model_dump() for window in given] if given else _holding(rows, middle)
            if windows:
                key = f"hours.{point}.{authority}"
                yield Lever(key, "windows", written_windows(windows), point, authority)


def _holding(rows: pd.DataFrame, day: dt.date) -> list[dict[str, Any]]:
    """Return the rows of opening hours that hold on a day."""
    found = []
    for row in rows.to_dict("records"):
        if (row["valid_from"] or dt.date.min) <= day <= (row["valid_to"] or dt.date.max):
            found.append({key: row[key] for key in ("days", "open", "close", "mode")})
    return found
