"""Everything about a scenario's demand that luck does not touch: people, network, expectation.

One set-up serves all replications of a scenario.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.calendar import Span, make_span
from sim.config import Scenario
from sim.config.registry import Parameters, Registry
from sim.demand.calibration import Expected, Levels, expect, solve_growth
from sim.demand.cells import count_cells
from sim.demand.days import DayProfiles, day_profiles
from sim.demand.epidemic import epidemic_power
from sim.demand.expectation import Cells, MatterRules, Units
from sim.demand.history import Counts, HistoryFit, fit_attraction, history_of, plan_visits, point_counts
from sim.demand.observed import Anchor, anchor_of
from sim.demand.site import Prospect, Season, Site, make_prospect, make_site
from sim.demand.tables import cottage_presence, epidemic_months, matter_rules
from sim.demand.ways import scenario_travel
from sim.network import Events, Network, build_network
from sim.network.network import Staffing, open_points, restaff
from sim.population.land import Census, Land, adopters, adoption_of, make_land, people_of
from sim.population.people import People
from sim.region import Region, load_region
from sim.region.index import Index, as_on, network_tables
from sim.region.user_tables import read_observed_visits

#: Working days simulated before the year so that diaries are filled when it begins.
RUN_IN = 20


@dataclass(frozen=True)
class Setup:
    """What all replications of a scenario share.

    Attributes
    ----------
    scenario, region, params, land
        Where it comes from.
    people
        Persons, with `capable` and `accepts` (N,): able to use e-services, accepting video this year.
    site, attraction, season
        The network and the ways to it; (P, A) factors on the choice; days.
    rules, levels, expected
        Rules of matters, needs of history, expectation of this year.
    plan
        (A,) visits of the plan in this year, nan where it names none.
    months
        (A, 12) factors on needs that the epidemic or counted visits bring.
    """

    scenario: Scenario
    region: Region
    params: Parameters
    land: Land
    people: People
    capable: NDArray[np.bool_]
    accepts: NDArray[np.bool_]
    site: Site
    attraction: NDArray[np.float64]
    season: Season
    rules: MatterRules
    levels: Levels
    expected: Expected
    plan: NDArray[np.float64]
    months: NDArray[np.float64]

    @cached_property
    def persons(self) -> NDArray[np.int64]:
        """Persons by age group, municipality and kind of person."""
        people, index = self.people, self.land.index
        shape = (len(index.age_groups), len(index.municipalities), 2)
        one = np.ravel_multi_index(
            (people.age_group, people.municipality, people.kind.astype(np.int64)), shape
        )
        counts = np.bincount(one, minlength=int(np.prod(shape))).reshape(shape)
        counts.flags.writeable = False
        return counts

    @property
    def events(self) -> Events:
        """What happens for some days of the year."""
        return Events.of(self.scenario.events, self.land.index.authorities, self.season.span)


@dataclass(frozen=True)
class _Ground:
    """A scenario's people, network and season before its needs are set to a reading."""

    people: People
    capable: NDArray[np.bool_]
    accepts: NDArray[np.bool_]
    attraction: NDArray[np.float64]
    prospect: Prospect
    cells: Cells
    units: Units


def make_setup(scenario: Scenario) -> Setup:
    """Return everything that the replications of a scenario share.

    Notes
    -----
    Needs are set on the scenario without its shocks and events, which then act on people, network and days.
    """
    usual = _undisturbed(scenario.undisturbed())
    return _disturbed(scenario, usual) if scenario.events or scenario.shocks else usual


def _disturbed(scenario: Scenario, usual: Setup) -> Setup:
    """Return a set-up under the scenario's shocks and events, with the needs of `usual`."""
    region = usual.region
    params = Registry.from_region(region).resolve(scenario.in_force())
    land, fit = make_land(region, params), history_of(region, usual.params)
    ground = _attracted(_ground(scenario, region, params, land, fit, usual.months), usual.attraction)
    expected = expect(usual.levels, usual.expected.growth, ground.units, ground.prospect.rules)
    return replace(
        usual,
        scenario=scenario,
        params=params,
        land=land,
        people=ground.people,
        capable=ground.capable,
        accepts=ground.accepts,
        site=ground.prospect.site,
        season=ground.prospect.season,
        rules=ground.prospect.rules,
        expected=expected,
    )


def _undisturbed(scenario: Scenario) -> Setup:
    """Return the set-up of a scenario without shocks and events."""
    region = load_region(scenario.region)
    params = Registry.from_region(region).resolve(scenario.parameters)
    land = make_land(region, params)
    fit = history_of(region, params)
    plan = plan_visits(region, land.index, scenario.year)
    months = np.ones((len(plan), 12))
    ground = _ground(scenario, region, params, land, fit, months)
    if scenario.demand.epidemic:
        months = _epidemic_months(scenario, region, ground, fit.levels, plan)
        ground = _ground(scenario, region, params, land, fit, months)
    if scenario.reading == "history":
        ground = _as_counted(region, land.index, ground, fit.levels, plan)
    growth = _growth(scenario, region, params, ground, fit.levels, plan)
    if scenario.observed_visits:
        usual = expect(fit.levels, growth, ground.units, ground.prospect.rules).visits
        anchor, of_this_year = _anchor(scenario, scenario.observed_visits, region)
        if of_this_year:
            months = months * anchor.month
            changed = _ground(scenario, region, params, land, fit, months)
            ground = _attracted(changed, ground.attraction)
        goal = anchor.visits if of_this_year else usual * anchor.level
        growth = solve_growth(fit.levels, goal, ground.units, ground.prospect.rules).growth
    factors = [scenario.demand.need_factors.get(name, 1.0) for name in land.index.authorities]
    expected = expect(fit.levels, growth * np.array(factors), ground.units, ground.prospect.rules)
    return Setup(
        scenario=scenario,
        region=region,
        params=params,
        land=land,
        people=ground.people,
        capable=ground.capable,
        accepts=ground.accepts,
        site=ground.prospect.site,
        attraction=ground.attraction,
        season=ground.prospect.season,
        rules=ground.prospect.rules,
        levels=fit.levels,
        expected=expected,
        plan=plan,
        months=months,
    )


def _epidemic_months(
    scenario: Scenario, region: Region, ground: _Ground, levels: Levels, plan: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (A, 12) factors of the epidemic, solved on the counts of the year that had it."""
    year = int(region.about("epidemic_year"))
    if scenario.year != year:
        return _undisturbed(_reference(scenario, region, year)).months
    usual = expect(levels, np.ones(len(plan)), ground.units, ground.prospect.rules).visits
    power = epidemic_power(region, ground.prospect.season, usual, np.nan_to_num(plan))
    return epidemic_months(region, power)


def _reference(scenario: Scenario, region: Region, year: int) -> Scenario:
    """Return the year of the epidemic on the base network, under a scenario's parameters."""
    network = region.about("base_network")
    changes = {
        "year": year,
        "reading": "history",
        "network": network,
        "points": {},
        "population": "plan",
        "staffing": {"base": network},
        "demand": {"epidemic": True},
        "hours": {},
        "observed_visits": None,
    }
    return Scenario.model_validate({**scenario.model_dump(exclude_none=True), **changes})


def _ground(
    scenario: Scenario,
    region: Region,
    params: Parameters,
    land: Land,
    fit: HistoryFit,
    months: NDArray[np.float64],
) -> _Ground:
    """Return a scenario's people and network with the expected visits per unit of need."""
    demand = scenario.demand
    span = make_span(
        region.about("country"), scenario.year, RUN_IN, round(params["booking_horizon"]) + RUN_IN
    )
    since = scenario.people_since if scenario.people_since != scenario.year else None
    census = Census(scenario.year, scenario.population, demand.cottages, demand.freeze_ages_at, since)
    people = people_of(region, params, land, census, scenario.run.seed)
    capable, accepts = adopters(
        people, adoption_of(region, scenario.year, demand.adoption, demand.acceptance)
    )
    network = scenario_network(scenario, region, span)
    site = make_site(network, people, land, params, scenario_travel(scenario, region, params, land))
    rules = matter_rules(region, params, land.index, scenario.year)
    boost = params["day_after_holiday_factor"]
    events = Events.of(scenario.events, land.index.authorities, span)
    days = day_profiles(region.table("authorities"), region.table("profiles"), span, boost, months)
    days = DayProfiles(days.share * events.needs()[:, None, :])
    presence = cottage_presence(region, params, span) if demand.cottages else np.zeros(span.n_days)
    season = Season(span, days, presence)
    attraction = fit.table(site.network.points, land.index.authorities)
    shape = (len(land.index.municipalities), len(land.index.age_groups))
    cells = count_cells(people, capable, accepts, shape)
    prospect = make_prospect(site, season, rules, shape[0])
    units = prospect.units(prospect.reach(prospect.shares(attraction), cells), cells)
    return _Ground(people, capable, accepts, attraction, prospect, cells, units)


def _as_counted(
    region: Region, index: Index, ground: _Ground, levels: Levels, plan: NDArray[np.float64]
) -> _Ground:
    """Return the ground with the attraction under which the points' own counts of the year are expected."""
    prospect, cells = ground.prospect, ground.cells
    network = prospect.site.network
    found = point_counts(region, network.points, index, prospect.season.span.year)
    if not found:
        return ground
    counts = Counts(np.nan_to_num(plan), found)
    _, attraction = fit_attraction(prospect, cells, counts, lambda _: levels, ground.attraction)
    return _attracted(ground, attraction)


def _attracted(ground: _Ground, attraction: NDArray[np.float64]) -> _Ground:
    """Return the ground under other (P, A) factors on the choice."""
    prospect, cells = ground.prospect, ground.cells
    units = prospect.units(prospect.reach(prospect.shares(attraction), cells), cells)
    return replace(ground, attraction=attraction, units=units)


def _anchor(scenario: Scenario, path: str, region: Region) -> tuple[Anchor, bool]:
    """Return what counted visits say, and whether they are of the scenario's own year."""
    observed = read_observed_visits(path, region)
    year = int(observed["year"].iloc[0])
    own = year == scenario.year
    epidemic = scenario.demand.epidemic and own
    demand = scenario.demand.model_copy(update={"need_factors": {}, "epidemic": epidemic})
    changes = {"year": year, "observed_visits": None, "demand": demand}
    return anchor_of(observed, make_setup(scenario.model_copy(update=changes))), own


def scenario_network(scenario: Scenario, region: Region, span: Span) -> Network:
    """Return the network that a scenario describes."""
    tables = network_tables(region)
    if scenario.network_date:
        tables = as_on(tables, dt.date.fromisoformat(scenario.network_date))
    if scenario.catchments:
        tables = {**tables, "points": _caught(tables["points"], scenario.catchments)}
    hours = {
        point: {name: [row.model_dump() for row in rows] for name, rows in by_authority.items()}
        for point, by_authority in scenario.hours.items()
    }
    points = open_points(tables, scenario.network, scenario.points)
    events = Events.of(scenario.events, tuple(tables["authorities"]["authority"]), span)
    return build_network(tables, points, _staffing(scenario), hours, events)


def _caught(points: pd.DataFrame, catchments: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the points with the catchments of a scenario."""
    found = zip(points["point"], points["competes_for"], strict=True)
    return points.assign(competes_for=[";".join(catchments.get(name, (own,))) for name, own in found])


def restaffed(setup: Setup, scenario: Scenario) -> Setup:
    """Return the set-up of a scenario that differs from that of `setup` in its staffing only.

    People, needs and choices do not know the officials, so all but the network is taken over.
    """
    tables, span = network_tables(setup.region), setup.season.span
    network = restaff(setup.site.network, tables, _staffing(scenario), span)
    return replace(setup, scenario=scenario, site=replace(setup.site, network=network))


def _staffing(scenario: Scenario) -> Staffing:
    """Return a scenario's officials and places as the network takes them."""
    chosen = scenario.staffing
    officials = {name: row.model_dump(exclude_none=True) for name, row in chosen.officials.items()}
    places = {name: row.model_dump(exclude_none=True) for name, row in chosen.places.items()}
    return Staffing(chosen.base, officials, places)


def _growth(
    scenario: Scenario,
    region: Region,
    params: Parameters,
    ground: _Ground,
    levels: Levels,
    plan: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (A,) factors on need under the scenario's reading.

    Notes
    -----
    *Plan*: solved once on the plan's own network and people (`plan_growth`), linear from 1 in the base year,
    so that another network, population or adoption shows its effect. *History*: solved on the counts, in a
    year without them as in a projection. *Projection*: the assumed growth.
    """
    base_year, plan_year = int(region.about("base_year")), int(region.about("plan_year"))
    progress = min(max((scenario.year - base_year) / (plan_year - base_year), 0.0), 1.0)
    if scenario.reading == "history" and not np.isnan(plan).all():
        goal = np.nan_to_num(plan)
        return solve_growth(levels, goal, ground.units, ground.prospect.rules).growth
    if scenario.reading == "plan":
        return 1.0 + (plan_growth(region, params, scenario.run.seed) - 1.0) * progress
    names = region.table("authorities")["authority"]
    known = params.subjects("need_growth_2019_2030")
    given = [params.get("need_growth_2019_2030", name) if name in known else 1.0 for name in names]
    return 1.0 + (np.array(given) - 1.0) * progress


def plan_growth(region: Region, params: Parameters, seed: int) -> NDArray[np.float64]:
    """Return (A,) factors on need under which the plan's estimates are expected in the plan's own setting.

    Its setting: the plan's year, network and population, adoption at base values, cottages in use.
    """
    return _plan_growth(region.path, region.digest, tuple(sorted(params.as_dict().items())), seed)


@lru_cache(maxsize=64)
def _plan_growth(
    path: Path, digest: str, values: tuple[tuple[str, float], ...], seed: int
) -> NDArray[np.float64]:
    """Solve the plan reading; the arguments (`digest` among them) are the key of the cache."""
    region, params = load_region(path), Parameters(dict(values))
    reference = Scenario.model_validate(
        {
            "name": "plan",
            "region": str(path),
            "year": int(region.about("plan_year")),
            "reading": "plan",
            "network": region.about("default_network"),
            "population": "plan",
            "staffing": {"base": region.about("default_staffing")},
            "run": {"seed": seed},
        }
    )
    land = make_land(region, params)
    fit = history_of(region, params)
    goal = np.nan_to_num(plan_visits(region, land.index, reference.year))
    ground = _ground(reference, region, params, land, fit, np.ones((len(goal), 12)))
    return solve_growth(fit.levels, goal, ground.units, ground.prospect.rules).growth
