"""A scenario's expected visits without simulated persons, for any assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Span, make_span
from sim.config import Scenario
from sim.config.registry import Parameters, Registry
from sim.demand.calibration import Expected, History
from sim.demand.days import day_profiles
from sim.demand.history import history_of, plan_visits
from sim.demand.outlook import Cottages, Outlook, State, Ways, make_ways
from sim.demand.setup import plan_growth, scenario_network
from sim.demand.site import Season, make_prospect, make_site
from sim.demand.tables import age_mix, cottage_presence, matter_rules, matter_shares
from sim.errors import InputError, Problem
from sim.population.adoption import age_bounds
from sim.population.land import Census, Land, adoption_of, cottage_stock, make_land, people_input
from sim.population.margins import municipal_totals
from sim.population.people import CottageStock, make_people, owner_chance
from sim.region import Region, load_region
from sim.region.index import first_age

type Floats = NDArray[np.float64]

#: Residents per municipality and age group in the sample that stands for where people live, and its seed.
_SAMPLE, _SEED = 150, 0
#: Positions in the ranges of adoption at which its tables are read; between them it is linear.
_POSITIONS = np.linspace(-1.0, 1.0, 21)
#: First year of age that counts as old when the age structure is drawn older or younger.
_OLD = 65


@dataclass(frozen=True)
class Assumption:
    """One set of assumptions: a point in the ranges of everything uncertain.

    Attributes
    ----------
    params
        Values of the registry.
    series
        Population between the scenario's series (0) and the region's other one (1).
    ageing
        Position in the ranges of the age structure: 1 an older population, -1 a younger one.
    adoption
        Position in the ranges of digital adoption after the base year, the same for all ages.
    """

    params: Parameters
    series: float
    ageing: float
    adoption: float


@dataclass(frozen=True)
class Ages:
    """The age structure with its range: (3: low, base, high; n_municipalities, n_ages, n_years) persons."""

    years: Floats
    persons: Floats
    old: NDArray[np.bool_]

    def shares(self, year: int, position: float) -> Floats:
        """Return (n_municipalities, n_ages) shares: the old at `position` of their range, others opposite."""
        low, base, high = self.persons
        older = at_position_of(base, low, high, position)
        younger = at_position_of(base, low, high, -position)
        counts = np.where(self.old[None, :, None], older, younger)
        total = counts.sum(axis=1, keepdims=True)
        shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
        return np.array([[np.interp(year, self.years, row) for row in place] for place in shares])


def at_position_of(base: Floats, low: Floats, high: Floats, position: float) -> Floats:
    """Return the values at `position` of ranges, see `sim.population.adoption.at_position`."""
    return base + position * (high - base if position > 0 else base - low)


@dataclass(frozen=True)
class Projection:
    """A scenario ready for the closed form.

    Attributes
    ----------
    scenario, region, land, params
        Where it comes from; values of the scenario.
    base_year, year
        Years between which drivers act.
    outlook
        What holds in every state.
    ways
        By year: the base year's network, the scenario's.
    totals
        By year: (2 series, n_municipalities) residents.
    ages
        Age structure.
    adoption
        (K, 2 metrics, n_ages, 2 foreign) at `_POSITIONS` in the scenario's year.
    base_adoption
        (2 metrics, n_ages, 2 foreign) in the base year.
    history
        Counts of the base year.
    fixed_growth
        (A,) growth of need that the reading fixes, or None where it is drawn.
    plan
        (A,) visits of the plan in the plan's year, nan where it names none.
    """

    scenario: Scenario
    region: Region
    land: Land
    params: Parameters
    base_year: int
    outlook: Outlook
    ways: dict[int, Ways]
    totals: dict[int, Floats]
    ages: Ages
    adoption: Floats
    base_adoption: Floats
    history: History
    fixed_growth: Floats | None
    plan: Floats

    @property
    def year(self) -> int:
        """The scenario's year."""
        return self.scenario.year

    @property
    def progress(self) -> float:
        """Part of the way from the base year to the plan's year that lies behind, 0-1."""
        way = int(self.region.about("plan_year")) - self.base_year
        return min((self.year - self.base_year) / way, 1.0)

    @property
    def base(self) -> Assumption:
        """The scenario's own assumptions."""
        return Assumption(self.params, 0.0, 0.0, self.scenario.demand.adoption)

    def state(self, given: Assumption, year: int) -> State:
        """Return the state of the base year or the scenario's year under given assumptions."""
        params, index = given.params, self.land.index
        rules = matter_rules(self.region, params, index, year)
        able, video = self._adoption(given, year)
        series = self.totals[year]
        names = index.municipalities
        living = [
            params.get("foreign_concentration", name) if total > 0 else 0.0
            for name, total in zip(names, series[0], strict=True)
        ]
        cottages = _cottages(params, alive=self.scenario.demand.cottages or year == self.base_year)
        return State(
            ways=self.ways[year],
            totals=series[0] + given.series * (series[1] - series[0]),
            ages=self.ages.shares(year, given.ageing),
            foreign=params.at_year("foreign_language_share", "", year),
            concentration=np.array(living) / sum(living),
            able=able,
            video=video,
            coverage=rules.coverage,
            duty=rules.duty,
            freed=rules.freed,
            growth=self._growth(params, year),
            cottages=cottages,
            after_holiday=params["day_after_holiday_factor"],
        )

    def _adoption(self, given: Assumption, year: int) -> tuple[Floats, Floats]:
        """Return (n_ages, 2) who is able to use e-services, and who would accept video."""
        if year == self.base_year:
            return self.base_adoption[0], self.base_adoption[1]
        place = float(np.interp(given.adoption, _POSITIONS, np.arange(len(_POSITIONS))))
        low = min(int(place), len(_POSITIONS) - 2)
        found = self.adoption[low] + (place - low) * (self.adoption[low + 1] - self.adoption[low])
        return found[0], found[1]

    def _growth(self, params: Parameters, year: int) -> Floats:
        """Return (A,) factors on need against history: given by the reading, else the assumed growth."""
        names = self.land.index.authorities
        if year == self.base_year:
            return np.ones(len(names))
        factors = np.array([self.scenario.demand.need_factors.get(name, 1.0) for name in names])
        if self.fixed_growth is not None:
            return np.asarray(self.fixed_growth * factors, np.float64)
        known = params.subjects("need_growth_2019_2030")
        given = [params.get("need_growth_2019_2030", name) if name in known else 1.0 for name in names]
        return np.asarray((1.0 + (np.array(given) - 1.0) * self.progress) * factors, np.float64)

    def expect(self, given: Assumption) -> Expected:
        """Return the scenario's expected visits under given assumptions, history fitted anew under them."""
        shares = matter_shares(given.params, self.land.index, self.outlook.rules.authority)
        history = replace(self.history, matter_share=shares)
        levels = self.outlook.fit(history, self.state(given, self.base_year))
        return self.outlook.expect(levels, self.state(given, self.year))


def make_projection(scenario: Scenario) -> Projection:
    """Return a scenario ready for the closed form.

    Raises
    ------
    InputError
        For a reading of history, or a year that is not after the region's base year: there is no change.
    """
    region = load_region(scenario.region)
    base_year = int(region.about("base_year"))
    if scenario.year <= base_year or scenario.reading == "history":
        message = f"a projection needs a year after {base_year} and the reading projection or plan"
        raise InputError(Problem(scenario.name, message))
    if scenario.shocks or scenario.events:
        raise InputError(Problem(scenario.name, "a projection draws its years itself: no shocks, no events"))
    params = Registry.from_region(region).resolve(scenario.parameters)
    land = make_land(region, params)
    rules = matter_rules(region, params, land.index, base_year)
    classes, mix = age_mix(region, land.index)
    visits = np.nan_to_num(plan_visits(region, land.index, base_year))
    stock = cottage_stock(region, params, land.index)
    groups = land.index.age_groups
    eligible = np.array([params.get("remote_eligible", matter) for matter in land.index.matters])
    base = _base_scenario(region, scenario)
    return Projection(
        scenario=scenario,
        region=region,
        land=land,
        params=params,
        base_year=base_year,
        outlook=Outlook(rules, eligible, groups, stock, _owner_ages(stock, groups)),
        ways={each.year: _ways(each, region, land, params) for each in (base, scenario)},
        totals={
            year: _totals(region, land, scenario.population, year) for year in (base_year, scenario.year)
        },
        ages=_ages(region, land),
        adoption=np.array([_adoption(region, scenario, groups, position) for position in _POSITIONS]),
        base_adoption=_adoption(region, base, groups, 0.0),
        history=History(visits, matter_shares(params, land.index, rules.authority), classes, mix),
        fixed_growth=_fixed_growth(scenario, region, params),
        plan=plan_visits(region, land.index, int(region.about("plan_year"))),
    )


def _base_scenario(region: Region, scenario: Scenario) -> Scenario:
    """Return the base year on the base network, whose people have its adoption at base values."""
    network = region.about("base_network")
    return Scenario.model_validate(
        {
            "name": "base",
            "region": scenario.region,
            "year": int(region.about("base_year")),
            "reading": "history",
            "network": network,
            "population": scenario.population,
            "staffing": {"base": network},
            "parameters": dict(scenario.parameters),
        }
    )


def _ways(scenario: Scenario, region: Region, land: Land, params: Parameters) -> Ways:
    """Return the ways of a scenario's network in its year, from a sample of homes and cottages."""
    span = make_span(region.about("country"), scenario.year, 0, round(params["booking_horizon"]))
    census = Census(scenario.year, scenario.population, cottages=True)
    given = people_input(region, params, land, census)
    sample = make_people(replace(given, residents=np.minimum(given.residents, _SAMPLE)), _SEED)
    site = make_site(scenario_network(scenario, region, span), sample, land, params)
    rules = matter_rules(region, params, land.index, scenario.year)
    factors = _factors(region, params)
    seasons = [_season(region, params, span, factor) for factor in factors]
    prospect = make_prospect(site, seasons[0], rules, len(land.index.municipalities))
    attraction = history_of(region, params).table(site.network.points, land.index.authorities)
    year = span.year_slice
    days = np.array([season.by_matter(rules)[:, year] for season in seasons])
    per_day = cottage_presence(region, Parameters({"cottage_use_days": _PER_DAY}), span)[year] / _PER_DAY
    return make_ways(prospect, attraction, factors, days, per_day)


#: Days of use a year at which the presence is read, so few that no day reaches 1.
_PER_DAY = 1.0


def _factors(region: Region, params: Parameters) -> Floats:
    """Return the factors of the day after a holiday at which days are tabulated."""
    row = Registry.from_region(region)["day_after_holiday_factor"]
    return np.unique([row.low, row.base, row.high, params[row.key]])


def _season(region: Region, params: Parameters, span: Span, factor: float) -> Season:
    """Return the season of a year under a factor of the day after a holiday."""
    table = region.table("authorities")
    days = day_profiles(table, region.table("profiles"), span, factor, np.ones((len(table), 12)))
    return Season(span, days, cottage_presence(region, params, span))


def _totals(region: Region, land: Land, series: str, year: int) -> Floats:
    """Return (2, n_municipalities) residents: the scenario's series, and the region's other one."""
    table = region.table("population")
    names = tuple(dict.fromkeys(table["series"]))
    other = next((name for name in names if name != series), series)
    known = set(table["municipality"])
    living = [name for name in land.index.municipalities if name in known]
    found = np.zeros((2, len(land.index.municipalities)))
    for row, name in enumerate((series, other)):
        found[row, : len(living)] = municipal_totals(table, name, living, year)
    return found


def _ages(region: Region, land: Land) -> Ages:
    """Return the age structure of a region with its range."""
    table, index = region.table("age_structure"), land.index
    years = sorted(table["year"].unique())
    found = np.zeros((3, len(index.municipalities), len(index.age_groups), len(years)))
    place = {name: number for number, name in enumerate(index.municipalities)}
    group = {name: number for number, name in enumerate(index.age_groups)}
    at = (table["municipality"].map(place), table["age_group"].map(group), table["year"].map(years.index))
    for row, column in enumerate(("low", "persons", "high")):
        found[row][tuple(np.array(part, np.int64) for part in at)] = table[column].to_numpy(float)
    old = np.array([first_age(name) >= _OLD for name in index.age_groups])
    return Ages(np.array(years, float), found, old)


def _adoption(region: Region, scenario: Scenario, groups: tuple[str, ...], position: float) -> Floats:
    """Return (2 metrics, n_ages, 2 foreign) shares by age group."""
    tables = adoption_of(region, scenario.year, position, scenario.demand.acceptance)
    bounds = [age_bounds(name) for name in groups]
    return np.array([[table[:, first : last + 1].mean(axis=1) for first, last in bounds] for table in tables])


def _owner_ages(stock: CottageStock, groups: tuple[str, ...]) -> Floats:
    """Return (n_ages,) shares of cottage owners by age group."""
    # So few owners that nobody's chance reaches 1: then the chances are in proportion to the shares.
    few = replace(stock, cottages=np.array([0.5]), share_outside=0.0, persons=1.0)
    chance = owner_chance(few, np.ones(len(groups), np.int64), groups)
    return chance / chance.sum()


def _cottages(params: Parameters, *, alive: bool) -> Cottages:
    """Return cottage life under given parameters, or none."""
    if not alive:
        return Cottages(0.0, 0.0, 0.0, 0.0)
    return Cottages(
        params["cottage_owners_outside"],
        params["cottage_persons"],
        params["cottage_use_days"],
        params["cottage_need_ratio"],
    )


def _fixed_growth(scenario: Scenario, region: Region, params: Parameters) -> Floats | None:
    """Return (A,) growth of need under the plan reading, else None."""
    if scenario.reading != "plan":
        return None
    base_year, plan_year = int(region.about("base_year")), int(region.about("plan_year"))
    progress = min((scenario.year - base_year) / (plan_year - base_year), 1.0)
    return 1.0 + (plan_growth(region, params, scenario.run.seed) - 1.0) * progress
