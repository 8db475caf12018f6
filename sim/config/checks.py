"""Check a scenario against its region: every name must exist there, every time must be possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from sim.calendar import parse_clock
from sim.config.registry import Registry
from sim.config.rosters import GUIDANCE, Finding, check_days, check_officials
from sim.config.scenario import Event, Scenario
from sim.config.yaml_source import Where, nearest
from sim.errors import InputError, Problem
from sim.region import Region, load_region
from sim.region.user_tables import read_observed_visits, read_origins, read_travel_times

#: Rows of opening hours that hold for no single authority.
_SHARED_HOURS = {"remote", GUIDANCE}


def check_scenario(scenario: Scenario) -> list[Finding]:
    """Return everything in a scenario that does not fit its region.

    Raises
    ------
    InputError
        The region's own tables are wrong, or those that the scenario names.
    """
    try:
        region = load_region(scenario.region)
    except InputError as error:
        if any(problem.line for problem in error.problems):
            raise
        return [(("region",), problem.message) for problem in error.problems]
    _check_files(scenario, region)
    of_year = (_check_choices, _check_keys, check_officials, _check_places)
    checks = (*of_year, _check_hours, _check_parameters, _check_events, _check_years)
    found = [finding for check in checks for finding in check(scenario, region)]
    for key in _steps_inside(scenario):
        known = {(where, text) for where, text in found}
        changed = scenario.in_year(int(key))
        findings = (finding for check in of_year for finding in check(changed, region))
        found += [
            (("trajectory", "steps", key, *where), text)
            for where, text in findings
            if (where, text) not in known
        ]
    return found


def _steps_inside(scenario: Scenario) -> list[str]:
    """Return the years of the steps that lie within the trajectory."""
    steps = scenario.trajectory.steps if scenario.trajectory else {}
    return [key for key in steps if int(key) in scenario.years[1:]]


def _check_years(scenario: Scenario, region: Region) -> Iterator[Finding]:
    """Find years that do not follow each other."""
    if scenario.people_since is not None and scenario.people_since > scenario.year:
        yield ("people_since",), f"lies after the simulated year {scenario.year}"
    if scenario.trajectory is None:
        return
    if scenario.trajectory.last <= scenario.year:
        yield ("trajectory", "last"), f"must lie after the first year {scenario.year}"
    for key in scenario.trajectory.steps:
        if key not in _steps_inside(scenario):
            text = f"lies outside the years after the first, {scenario.year + 1}–{scenario.years[-1]}"
            yield ("trajectory", "steps", key), text


def _check_files(scenario: Scenario, region: Region) -> None:
    """Read the tables that a scenario names; what is wrong in them stands in them, not in the scenario.

    Raises
    ------
    InputError
        With the lines of the tables.
    """
    travel = scenario.travel
    problems: list[Problem] = []
    origins = read_origins(travel.origins) if travel.origins else None
    readers: list[Callable[[], object]] = []
    for path in (travel.car, travel.public_transport):
        if path:
            readers.append(partial(read_travel_times, path, region, origins))
    if scenario.observed_visits:
        readers.append(partial(read_observed_visits, scenario.observed_visits, region))
    for read in readers:
        try:
            read()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _check_choices(scenario: Scenario, region: Region) -> Iterator[Finding]:
    """Find names of networks, series and staffings that the region does not have."""
    staffing = ("staffing", "base")
    yield from _unknown(("network",), scenario.network, _names(region, "networks", "network"))
    yield from _unknown(("population",), scenario.population, _names(region, "population", "series"))
    yield from _unknown(staffing, scenario.staffing.base, _names(region, "officials", "staffing"))
    if scenario.network_date:
        try:
            dt.date.fromisoformat(scenario.network_date)
        except ValueError:
            yield ("network_date",), f"'{scenario.network_date}' is no day of the calendar"


def _check_keys(scenario: Scenario, region: Region) -> Iterator[Finding]:
    """Find keys that should be points or authorities of the region."""
    points, authorities = _names(region, "points", "point"), _names(region, "authorities", "authority")
    groups: tuple[tuple[Where, Iterable[str], set[str]], ...] = (
        (("points",), scenario.points, points),
        (("catchments",), scenario.catchments or (), points),
        (("staffing", "places"), scenario.staffing.places, points),
        (("hours",), scenario.hours, points),
        (("demand", "need_factors"), scenario.demand.need_factors, authorities),
        *((("hours", point), rows, authorities | _SHARED_HOURS) for point, rows in scenario.hours.items()),
    )
    for where, keys, valid in groups:
        for key in keys:
            yield from _unknown((*where, key), key, valid)
    municipalities = _names(region, "municipalities", "municipality")
    for point, names in (scenario.catchments or {}).items():
        for index, name in enumerate(names):
            yield from _unknown(("catchments", point, index), name, municipalities)


def _unknown(where: Where, name: str, valid: set[str]) -> Iterator[Finding]:
    if name not in valid:
        yield where, f"'{name}' is not in the region{nearest(name, valid)}"


def _names(region: Region, table: str, column: str) -> set[str]:
    return {str(name) for name in region.table(table)[column]}


def _check_places(scenario: Scenario, region: Region) -> Iterator[Finding]:
    for point in scenario.staffing.places:
        if scenario.points.get(point) == "closed":
            yield ("staffing", "places", point), "has places though the scenario closes the point"


def _check_hours(scenario: Scenario, region: Region) -> Iterator[Finding]:
    for point, rows in scenario.hours.items():
        for authority, windows in rows.items():
            for index, window in enumerate(windows):
                where = ("hours", point, authority, index)
                yield from check_days((*where, "days"), window.days)
                if parse_clock(window.close) <= parse_clock(window.open):
                    yield where, f"{window.open}-{window.close} closes before it opens"


def _check_parameters(scenario: Scenario, region: Region) -> Iterator[Finding]:
    registry = Registry.from_region(region)
    for part, values in (("parameters", scenario.parameters), ("shocks", scenario.shocks)):
        try:
            registry.resolve(values)
        except InputError as error:
            for problem in error.problems:
                yield (part, *filter(None, [problem.key])), problem.message


def _check_events(scenario: Scenario, region: Region) -> Iterator[Finding]:
    """Find events at unknown places, on impossible days, or with no effect."""
    authorities, points = _names(region, "authorities", "authority"), _names(region, "points", "point")
    pools = _names(region, "points", "remote_pool") - {""}
    for name, event in scenario.events.items():
        where = ("events", name)
        for index, authority in enumerate(event.authorities):
            yield from _unknown((*where, "authorities", index), authority, authorities)
        for index, point in enumerate(event.points):
            yield from _unknown((*where, "points", index), point, points | pools)
        yield from _check_event_days(where, event, scenario.year)
        yield from _check_effect(where, event)


def _check_event_days(where: Where, event: Event, year: int) -> Iterator[Finding]:
    for key in ("first", "last"):
        try:
            dt.date.fromisoformat(f"{year}-{getattr(event, key)}")
        except ValueError:
            yield (*where, key), f"{year} has no day {getattr(event, key)}"
    if event.last < event.first:
        yield (*where, "last"), f"{event.last} is before the first day {event.first}"


def _check_effect(where: Where, event: Event) -> Iterator[Finding]:
    """Find what an event can't do: nothing at all, or needs of a single point or channel."""
    given = {key for key in ("needs", "service_time", "absence") if getattr(event, key) is not None}
    if not given and not event.shut:
        yield where, "does nothing; allowed: needs, service_time, absence, shut"
    for key in sorted(given & {"needs", "service_time"}):
        if event.points or event.channels:
            yield (*where, key), "holds for whole authorities; name neither points nor channels"
