"""Officials, places and open points of a scenario: the region's rows with the scenario's changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.config.scenario import OfficialChange, Scenario
    from sim.region import Region

#: Skill of supporting a person's first remote visit.
GUIDANCE = "guidance"
#: Kinds of place, in the order of `sim.visits.Place`.
KINDS = ("counter", "closed_room", "remote_station")
#: What a roster row that is not in the region must give.
NEEDED = ("works_at", "skills", "count", "start", "end")

#: What such a row need not give.
DEFAULTS: dict[str, Any] = {"days": "Mon-Fri", "breaks": (), "diary": 0, "on_call": False}


@dataclass(frozen=True)
class RosterRow:
    """Officials who share skills, place of work and shift.

    Attributes
    ----------
    works_at
        Point, or remote pool.
    skills
        (authority, channel) pairs with channel ``counter``, ``video`` or ``self_service``;
        ``("guidance", "counter")`` for guidance.
    days
        Timetable, such as ``Mon-Fri`` or ``1st,3rd Tue``.
    start, end
        Shift ``[start, end)`` [min since midnight].
    breaks
        (start, end) [min], one for each official, given in turn.
    diary
        How many of `count` are set aside for booked visits.
    on_call
        Not rostered; comes when somebody waits.
    """

    row: str
    works_at: str
    skills: tuple[tuple[str, str], ...]
    count: int
    days: str
    start: float
    end: float
    breaks: tuple[tuple[float, float], ...]
    diary: int
    on_call: bool


def roster(scenario: Scenario, region: Region) -> tuple[RosterRow, ...]:
    """Return the roster rows of a scenario, sorted by name; rows without officials are left out."""
    rows = base_rows(scenario, region)
    for name, change in scenario.staffing.officials.items():
        rows[name] = {**rows.get(name, DEFAULTS), **changes(change)}
    return tuple(roster_row(name, rows[name]) for name in sorted(rows) if rows[name]["count"] > 0)


def places(scenario: Scenario, region: Region) -> dict[str, tuple[int, int, int]]:
    """Return the number of counters, closed rooms and remote stations by point."""
    table = _of_staffing(region.table("places"), scenario)
    found = {str(row["point"]): [int(row[kind]) for kind in KINDS] for row in table.to_dict("records")}
    for point, change in scenario.staffing.places.items():
        old = found.get(point, [0, 0, 0])
        new = [getattr(change, kind) for kind in KINDS]
        found[point] = [before if after is None else after for before, after in zip(old, new, strict=True)]
    return {point: (counts[0], counts[1], counts[2]) for point, counts in sorted(found.items())}


def open_points(scenario: Scenario, region: Region) -> tuple[str, ...]:
    """Return the points of the scenario's network with its differences, in the order of the region's table."""
    networks = region.table("networks")
    listed = set(networks.loc[networks["network"] == scenario.network, "point"])
    listed |= {point for point, state in scenario.points.items() if state == "open"}
    listed -= {point for point, state in scenario.points.items() if state == "closed"}
    return tuple(str(point) for point in region.table("points")["point"] if point in listed)


def base_rows(scenario: Scenario, region: Region) -> dict[str, dict[str, Any]]:
    """Return the region's roster rows of the scenario's staffing, by name, in the words of a scenario file."""
    table = _of_staffing(region.table("officials"), scenario)
    return {str(row["row"]): _as_written(row) for row in table.to_dict("records")}


def changes(change: OfficialChange) -> dict[str, Any]:
    """Return what a change gives, by key."""
    return change.model_dump(exclude_none=True)


def roster_row(name: str, row: dict[str, Any]) -> RosterRow:
    """Return a roster row from its values in the words of a scenario file."""
    skills = (skill.partition(":") for skill in row["skills"])
    return RosterRow(
        row=name,
        works_at=row["works_at"],
        skills=tuple((authority, channel or "counter") for authority, _, channel in skills),
        count=row["count"],
        days=row["days"],
        start=minutes(row["start"]),
        end=minutes(row["end"]),
        breaks=tuple(span(part) for part in row["breaks"]),
        diary=row["diary"],
        on_call=row["on_call"],
    )


def minutes(clock: str) -> float:
    """Return a time of day in minutes since midnight.

    >>> minutes("09:30")
    570.0
    """
    hour, _, minute = clock.partition(":")
    return 60.0 * int(hour) + int(minute)


def span(text: str) -> tuple[float, float]:
    """Return start and end of ``HH:MM-HH:MM`` in minutes since midnight.

    >>> span("11:00-11:30")
    (660.0, 690.0)
    """
    start, _, end = text.partition("-")
    return minutes(start), minutes(end)


def _of_staffing(table: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    return table[table["staffing"] == scenario.staffing.base]


def _as_written(row: dict[Any, Any]) -> dict[str, Any]:
    breaks = row["breaks"] if isinstance(row["breaks"], str) else ""
    return {
        "works_at": str(row["works_at"]),
        "skills": tuple(row["skills"].split(";")),
        "count": int(row["count"]),
        "days": str(row["days"]),
        "start": str(row["start"]),
        "end": str(row["end"]),
        "breaks": tuple(part for part in breaks.split("|") if part),
        "diary": int(row["diary"]),
        "on_call": bool(row["on_call"]),
    }
