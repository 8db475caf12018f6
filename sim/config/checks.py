"""Check a scenario against its region: names that must exist and rosters that must be possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sim.config.registry import Registry
from sim.config.scenario import Scenario
from sim.config.staffing import DEFAULTS, GUIDANCE, NEEDED, base_rows, changes, minutes, roster_row
from sim.config.yaml_source import Where, nearest
from sim.errors import InputError
from sim.region import Region, load_region

#: Where something is wrong, and what.
Finding = tuple[Where, str]

#: Rows of opening hours that hold for no single authority.
_SHARED_HOURS = ("remote", GUIDANCE)


def check_scenario(scenario: Scenario) -> list[Finding]:
    """Return everything in a scenario that does not fit its region.

    Raises
    ------
    InputError
        The region's own tables are wrong.
    """
    try:
        region = load_region(scenario.region)
    except InputError as error:
        if any(problem.line for problem in error.problems):
            raise
        return [(("region",), problem.message) for problem in error.problems]
    checks = (_check_names, _check_officials, _check_places, _check_hours, _check_parameters)
    return [finding for check in checks for finding in check(scenario, region)]


def _check_names(scenario: Scenario, region: Region) -> Iterator[Finding]:
    points, authorities = _names(region, "points", "point"), _names(region, "authorities", "authority")
    yield from _known(("network",), [scenario.network], _names(region, "networks", "network"))
    yield from _known(("population",), [scenario.population], _names(region, "population", "series"))
    yield from _known(("staffing", "base"), [scenario.staffing.base], _names(region, "officials", "staffing"))
    for where, names, valid in (
        (("points",), scenario.points, points),
        (("staffing", "places"), scenario.staffing.places, points),
        (("hours",), scenario.hours, points),
        (("demand", "need_factors"), scenario.demand.need_factors, authorities),
    ):
        for name in names:
            yield from _known((*where, name), [name], valid)


def _known(where: Where, names: Iterable[str], valid: set[str]) -> Iterator[Finding]:
    for name in names:
        if name not in valid:
            yield where, f"'{name}' is not in the region{nearest(name, valid)}"


def _names(region: Region, table: str, column: str) -> set[str]:
    return {str(name) for name in region.table(table)[column]}


def _check_officials(scenario: Scenario, region: Region) -> Iterator[Finding]:
    rows = base_rows(scenario, region)
    workplaces = _names(region, "points", "point") | _pools(region)
    authorities = _names(region, "authorities", "authority")
    for name, change in scenario.staffing.officials.items():
        where = ("staffing", "officials", name)
        given = changes(change)
        yield from _check_skills((*where, "skills"), given.get("skills", ()), authorities)
        if "works_at" in given:
            yield from _known((*where, "works_at"), [given["works_at"]], workplaces)
        missing = [key for key in NEEDED if key not in given]
        if name not in rows and missing:
            hint = nearest(name, rows)
            yield (
                where,
                f"is no row of staffing '{scenario.staffing.base}'{hint}; a new row also needs {', '.join(missing)}",
            )
            continue
        base = rows.get(name, DEFAULTS)
        yield from _check_shift(where, given, {**base, **given})


def _pools(region: Region) -> set[str]:
    pools = region.table("points")["remote_pool"]
    return {pool for pool in pools if isinstance(pool, str) and pool}


def _check_skills(where: Where, skills: tuple[str, ...], authorities: set[str]) -> Iterator[Finding]:
    for index, skill in enumerate(skills):
        authority = skill.partition(":")[0]
        if skill != GUIDANCE:
            yield from _known((*where, index), [authority], authorities)
    if len(set(skills)) < len(skills):
        yield where, "names a skill twice"


def _check_shift(where: Where, given: dict[str, Any], full: dict[str, Any]) -> Iterator[Finding]:
    """Find what is impossible in a roster row once its changes are applied."""
    row = roster_row("", full)
    if row.end <= row.start:
        key = "end" if "end" in given else "start"
        yield (*where, key), f"the shift {full['start']}-{full['end']} ends before it begins"
        return
    for index, (start, end) in enumerate(row.breaks):
        at = (*where, "breaks", index) if "breaks" in given else where
        text = full["breaks"][index]
        if end <= start:
            yield at, f"the break {text} ends before it begins"
        elif start < row.start or end > row.end:
            yield at, f"the break {text} is not within the shift {full['start']}-{full['end']}"
    if row.diary > row.count:
        key = "diary" if "diary" in given else "count"
        yield (
            (*where, key),
            f"{row.diary} officials for booked visits are more than the {row.count} of the row",
        )
    if not row.skills:
        yield (*where, "skills"), "must name at least one skill"


def _check_places(scenario: Scenario, region: Region) -> Iterator[Finding]:
    closed = {point for point, state in scenario.points.items() if state == "closed"}
    for point in scenario.staffing.places:
        if point in closed:
            yield ("staffing", "places", point), "has places though the scenario closes the point"


def _check_hours(scenario: Scenario, region: Region) -> Iterator[Finding]:
    authorities = _names(region, "authorities", "authority") | set(_SHARED_HOURS)
    for point, rows in scenario.hours.items():
        for authority, windows in rows.items():
            where = ("hours", point, authority)
            yield from _known(where, [authority], authorities)
            for index, window in enumerate(windows):
                if minutes(window.close) <= minutes(window.open):
                    yield (*where, index), f"{window.open}-{window.close} closes before it opens"


def _check_parameters(scenario: Scenario, region: Region) -> Iterator[Finding]:
    try:
        Registry.from_region(region).resolve(scenario.parameters)
    except InputError as error:
        for problem in error.problems:
            yield ("parameters", *filter(None, [problem.key])), problem.message
