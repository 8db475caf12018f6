"""The plan's patterns beside the model's: what the model should reproduce, how near it comes, and why not.

The plan's values are rows of the region's tables. Volumes come from simulated replications, the rest from
the simulated people and their homes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.setup import Setup
from sim.experiments.pattern_store import Pattern
from sim.locale import message
from sim.model import simulate
from sim.outcomes.columns import read_columns
from sim.outcomes.reach import catchments, nearest_joint, population_base, share_by_band
from sim.population.land import Census, people_input
from sim.population.people import RESIDENT
from sim.region import Region, load_region
from sim.region.index import first_age
from sim.stage import stage_of

type Floats = NDArray[np.float64]

#: How near the model has to come: shares of the plan's value, share points, and standard errors.
_TOTAL, _POINT, _CATCHMENT, _BAND, _ERRORS = 0.01, 0.10, 0.07, 0.015, 4.0
_SHARE, _ABOUT = 0.005, 0.02
#: A number of people so small that it may miss the plan's by this share of all residents.
_FEW = 0.0005
#: Needs are calibrated on the counts, and a point's attraction on its own count.
_BY_CONSTRUCTION = message("by construction (needs)")
_AS_COUNTED = message("by construction (attraction)")
_AS_SHARES = message("the plan's table counts people of about 2020 under a heading of 2030; read as shares")
_EXACT = message("the plan's table is followed")
_OWN_TABLE = message("read from the region's tables")
_STATED = message("stated in the plan's text, rounded")
_IN_SEASON = message("residents at home and everybody at a cottage, mean of {month}; met in the season only")
_DRAWN_AWAY = message("the plan's and ours leave out those to whom a point outside the region is nearer")
_OF_USERS = message("of the simulated people with a cottage")
_KEPT = message(
    "kept as they are: populations follow the table, drive times are shares, the rest are switches"
)
_LARGEST = message("largest difference of a cell")


@dataclass(frozen=True)
class Year:
    """A simulated year of the plan.

    Attributes
    ----------
    setup
        What its replications share.
    replications
        How many there are.
    visits, at_points
        (A,) and (P,) visits as the plan counts them, means over the replications.
    """

    setup: Setup
    replications: int
    visits: Floats
    at_points: Floats

    @property
    def year(self) -> int:
        """Calendar year."""
        return self.setup.scenario.year


def plan_year_scenario(scenario: Scenario, year: int) -> Scenario:
    """Return the scenario of one of the years for which the plan has visits, on the network of that time.

    Parameters
    ----------
    scenario
        Region, parameters, seed and engine are taken from it.
    """
    region = load_region(scenario.region)
    planned = year >= int(region.about("plan_year"))
    network = region.about("default_network" if planned else "base_network")
    return Scenario.model_validate(
        {
            "name": f"plan_{year}",
            "region": scenario.region,
            "year": year,
            "reading": "plan" if planned else "history",
            "network": network,
            "population": "plan",
            "staffing": {"base": region.about("default_staffing") if planned else network},
            "demand": {"epidemic": not planned and year > int(region.about("base_year"))},
            "parameters": dict(scenario.parameters),
            "run": scenario.run,
        }
    )


def simulate_year(scenario: Scenario, replications: int) -> Year:
    """Return the mean visits of some replications of a scenario."""
    setup = stage_of(scenario).setup
    n_authorities, n_points = len(setup.land.index.authorities), len(setup.site.network.points)
    visits, at_points = np.zeros(n_authorities), np.zeros(n_points)
    for replication in range(replications):
        columns = read_columns(simulate(scenario, replication, scenario.run.engine).visits, n_authorities)
        counted = columns.counted
        visits += np.bincount(columns.authority[counted], minlength=n_authorities) / replications
        at_points += np.bincount(columns.point[counted], minlength=n_points) / replications
    return Year(setup, replications, visits, at_points)


def patterns(scenario: Scenario, replications: int) -> list[Pattern]:
    """Return the table of patterns that the region's plan has a value for.

    Parameters
    ----------
    scenario
        Region, parameters, seed and engine; the years, networks and readings are the plan's own.
    replications
        Simulated years for each year of the plan, ≥ 1.
    """
    region = load_region(scenario.region)
    numbers = sorted(int(year) for year in region.table("plan_visits")["year"].unique())
    found: list[Pattern] = []
    for number in numbers:
        year = simulate_year(plan_year_scenario(scenario, number), replications)
        found += visits_of(year)
        found += people_of_year(year)
        if number == numbers[-1]:
            found += where_people_live(year)
    rows = [*found, *population_of(year.setup), *contradictions(region)]
    return [row for row in rows if not isnan(row.plan)]


def visits_of(year: Year) -> Iterator[Pattern]:
    """Yield the visits of a year: in total, by authority, and at points that keep a count of their own."""
    setup, number = year.setup, year.year
    region, n = setup.region, year.replications
    table = region.table("plan_visits")
    plan = table[table["year"] == number].set_index("authority")["visits"]
    total = float(plan.sum())
    unit = "visits/year"
    yield Pattern(
        "visits", "", number, total, float(year.visits.sum()), _TOTAL * total, unit, _BY_CONSTRUCTION
    )
    for name, visits in zip(setup.land.index.authorities, year.visits, strict=True):
        count = float(plan.get(name, 0.0))
        tolerance = _ERRORS * sqrt(count / n)
        yield Pattern("visits", name, number, count, float(visits), tolerance, unit, _BY_CONSTRUCTION)
    joint = [a in region.about_list("joint_authorities") for a in setup.land.index.authorities]
    stated = figure(region, "visits_joint_authorities", number)
    if not isnan(stated):
        model = float(year.visits[joint].sum())
        yield Pattern(
            "visits_joint_authorities", "", number, stated, model, _TOTAL * stated, unit, _BY_CONSTRUCTION
        )
    rows = region.table("plan_municipal_visits")
    points = setup.site.network.points
    for point, count in rows.loc[rows["year"] == number, ["point", "visits"]].itertuples(index=False):
        if point in points:
            model = float(year.at_points[points.index(point)])
            yield Pattern("visits_at_point", point, number, count, model, _POINT * count, unit, _AS_COUNTED)


def people_of_year(year: Year) -> Iterator[Pattern]:
    """Yield the plan's figures of a year's residents: how many, their ages and language."""
    setup, number = year.setup, year.year
    people, region = setup.people, setup.region
    resident = people.kind == RESIDENT
    shares = {
        "share_65_plus": float((people.age[resident] >= 65).mean()),
        "foreign_language_share": float(people.foreign[resident].mean()),
    }
    for name, model in shares.items():
        stated = figure(region, name, number)
        if not isnan(stated):
            yield Pattern(name, "", number, stated, model, _SHARE, "share", _STATED)
    area = region.about_list("area_below_population_base")
    stated = figure(region, "population_below_base", number)
    if not isnan(stated):
        base = population_base(setup, area)
        residents, peak = float(base["residents"].iloc[0]), int(base["present"].argmax())
        where = ", ".join(area)
        yield Pattern("population_below_base", where, number, stated, residents, 0.0, "persons", _EXACT)
        limit = figure(region, "criterion_population_base", None)
        yield Pattern(
            "population_base_in_season",
            where,
            number,
            limit,
            float(base["present"].iloc[peak]),
            0.0,
            "persons",
            _IN_SEASON,
            at_least=True,
            month=str(base["month"].iloc[peak]),
        )


def where_people_live(year: Year) -> Iterator[Pattern]:
    """Yield drive times to the nearest joint point, catchments, and cottages."""
    setup, number = year.setup, year.year
    region = setup.region
    bands = region.table("plan_travel_bands")
    edges = np.array([*bands["from_min"], *bands["to_min"].iloc[-1:]], float)
    for row, share in zip(bands.to_dict("records"), share_by_band(setup, edges), strict=True):
        band = f"{row['from_min']:g}-{row['to_min']:g} min"
        yield Pattern("share_in_band", band, number, row["share"], float(share), _BAND, "share", _AS_SHARES)
    minutes, _ = nearest_joint(setup)
    limit = figure(region, "criterion_travel_time", None)
    within = float((minutes <= limit).mean())
    stated = figure(region, "share_within_hour", number)
    yield Pattern("share_within_hour", "", number, stated, within, _SHARE, "share", _AS_SHARES)
    beyond = float((minutes > limit).sum())
    stated = figure(region, "persons_over_hour", number)
    tolerance = _FEW * len(minutes)
    yield Pattern("persons_over_hour", "", number, stated, beyond, tolerance, "persons", _AS_SHARES)
    for row in catchments(setup).to_dict("records"):
        name = f"catchment.{row['point']}"
        stated = figure(region, name, number)
        model, tolerance = float(row["persons_with_outside"]), _CATCHMENT * stated
        yield Pattern("catchment", row["point"], number, stated, model, tolerance, "persons", _DRAWN_AWAY)
    yield from cottages_of(setup)


def cottages_of(setup: Setup) -> Iterator[Pattern]:
    """Yield what the plan says of cottages: how many, where they outnumber homes, and who uses them."""
    region, people = setup.region, setup.people
    table = region.table("cottages")
    more = float((table["cottages"] > table["households"]).sum())
    users = people.kind[people.cottage_municipality >= 0]
    outside = float((users != RESIDENT).mean())
    total = float(table["cottages"].sum())
    values = {
        "cottages_exceed_dwellings": (more, 0.0, "municipalities", _OWN_TABLE),
        "cottages_total": (total, _ABOUT * total, "cottages", _OWN_TABLE),
        "cottage_owners_outside": (outside, _SHARE, "share", _OF_USERS),
    }
    figures = region.table("plan_figures")
    for row in figures[figures["figure"].isin(values)].to_dict("records"):
        model, tolerance, unit, reason = values[str(row["figure"])]
        yield Pattern(
            str(row["figure"]), "", int(row["year"]), float(row["value"]), model, tolerance, unit, reason
        )


def population_of(setup: Setup) -> Iterator[Pattern]:
    """Yield residents by municipality in the plan's years, and how near the ages come."""
    region, index = setup.region, setup.land.index
    plan = region.table("population").query("series == 'plan'")
    ages = region.table("age_structure")
    for number in sorted(plan["year"].unique()):
        census = Census(int(number), "plan", setup.scenario.demand.cottages)
        persons = people_input(region, setup.params, setup.land, census).residents
        stated = plan[plan["year"] == number].set_index("municipality")["persons"]
        for place, name in enumerate(index.municipalities):
            if name in stated.index:
                model = float(persons[place].sum())
                yield Pattern(
                    "population", name, int(number), float(stated[name]), model, 0.0, "persons", _EXACT
                )
        known = ages[ages["year"] == number]
        if len(known):
            gap = _largest_gap(known, persons, index.municipalities)
            yield Pattern("age_groups", _LARGEST, int(number), 0.0, gap, 1.0, "persons", _EXACT)


def _largest_gap(known: pd.DataFrame, persons: NDArray[np.int64], municipalities: tuple[str, ...]) -> float:
    """Return the largest difference of a municipality's age group between a table and the model."""
    wide = known.pivot_table(index="municipality", columns="age_group", values="persons", aggfunc="sum")
    groups: list[str] = sorted(map(str, wide.columns), key=first_age)
    rows = [municipalities.index(name) for name in wide.index]
    return float(np.abs(wide.reindex(columns=groups).to_numpy(float) - persons[rows]).max())


def contradictions(region: Region) -> Iterator[Pattern]:
    """Yield how many statements of the plan its own numbers contradict."""
    table = region.table("inconsistencies")
    year = int(region.about("plan_year"))
    kept = float((table["result"] == "fails").sum())
    yield Pattern("contradictions_in_the_plan", "", year, kept, kept, 0.0, "statements", _KEPT)


def figure(region: Region, name: str, year: int | None) -> float:
    """Return a figure of the plan, nan where it gives none for the year."""
    figures = region.table("plan_figures")
    of_year = figures["year"].isna() if year is None else (figures["year"] == year).fillna(False)
    rows = figures[(figures["figure"] == name) & of_year]
    return float(rows["value"].iloc[0]) if len(rows) else nan
