"""Check a scenario's changes of officials: known skills and places of work, shifts that are possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sim.calendar import parse_clock, parse_timetable
from sim.config.scenario import Scenario
from sim.config.yaml_source import Where, nearest
from sim.region import Region

#: Where something is wrong, and what.
Finding = tuple[Where, str]

#: Skill of supporting a person's first remote visit.
GUIDANCE = "guidance"

#: What a roster row that is not in the region must give, and what it need not.
_NEEDED = ("works_at", "skills", "count", "start", "end")
NEW_ROW: dict[str, Any] = {"days": "Mon-Fri", "breaks": (), "diary": 0, "on_call": False}


def check_officials(scenario: Scenario, region: Region) -> Iterator[Finding]:
    """Find what is wrong in the changed and added roster rows of a scenario."""
    base = _base_rows(scenario.staffing.base, region)
    points = region.table("points")
    workplaces = {
        name for name in (*points["point"], *points["remote_pool"]) if isinstance(name, str) and name
    }
    authorities = set(region.table("authorities")["authority"])
    for name, change in scenario.staffing.officials.items():
        where = ("staffing", "officials", name)
        given = change.model_dump(exclude_none=True)
        workplace = given.get("works_at")
        if workplace is not None and workplace not in workplaces:
            hint = nearest(workplace, workplaces)
            yield (*where, "works_at"), f"'{workplace}' is no point or remote pool of the region{hint}"
        yield from _check_skills((*where, "skills"), given.get("skills"), authorities)
        missing = [key for key in _NEEDED if key not in given]
        if name not in base and missing:
            hint = nearest(name, base)
            new = f"a new row also needs {', '.join(missing)}"
            yield where, f"is no row of staffing '{scenario.staffing.base}' ({new}){hint}"
            continue
        yield from _check_shift(where, given, {**base.get(name, NEW_ROW), **given})


def check_days(where: Where, days: str) -> Iterator[Finding]:
    """Find days that look like a timetable but are none, such as ``Fri-Mon``."""
    try:
        parse_timetable(days)
    except ValueError as error:
        yield where, str(error)


@lru_cache(maxsize=16)
def _base_rows(staffing: str, region: Region) -> Mapping[str, dict[str, Any]]:
    """Return the region's roster rows of a staffing, in the words of a scenario file; every check asks."""
    table = region.table("officials")
    mine = table[table["staffing"] == staffing]
    return {str(row["row"]): _as_written(row) for row in mine.to_dict("records")}


def _as_written(row: Mapping[Any, Any]) -> dict[str, Any]:
    breaks = row["breaks"] if isinstance(row["breaks"], str) else ""
    return {**row, "breaks": tuple(part for part in breaks.split("|") if part)}


def _check_skills(where: Where, skills: tuple[str, ...] | None, authorities: set[str]) -> Iterator[Finding]:
    if skills is None:
        return
    for index, skill in enumerate(skills):
        authority = skill.partition(":")[0]
        if skill != GUIDANCE and authority not in authorities:
            yield (
                (*where, index),
                f"'{authority}' is no authority of the region{nearest(authority, authorities)}",
            )
        if skill in skills[:index]:
            yield (*where, index), f"'{skill}' is named twice"
    if not skills:
        yield where, "must name at least one skill"


def _check_shift(where: Where, given: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is impossible in a roster row once its changes are applied."""

    def at(*keys: str) -> Where:
        """Point at the first of these keys that the scenario gives, else at the row."""
        return next(((*where, key) for key in keys if key in given), where)

    if "days" in given:
        yield from check_days((*where, "days"), given["days"])
    if row["diary"] > row["count"]:
        wrong = f"{row['diary']} officials set aside for bookings are more than the {row['count']} of the row"
        yield at("diary", "count"), wrong
    start, end = parse_clock(row["start"]), parse_clock(row["end"])
    if end <= start:
        yield at("end", "start"), f"the shift {row['start']}-{row['end']} ends before it begins"
        return
    for index, pause in enumerate(row["breaks"]):
        first, last = (parse_clock(part) for part in pause.split("-"))
        key = (*where, "breaks", index) if "breaks" in given else at("start", "end")
        if last <= first:
            yield key, f"the break {pause} ends before it begins"
        elif first < start or last > end:
            yield key, f"the break {pause} is not within the shift {row['start']}-{row['end']}"
