"""What the base year teaches: levels of need, and how much the municipal points attract.

History is the same for every scenario of a region and a set of parameters, so a process works it out once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.calendar import make_span
from sim.config.registry import Parameters
from sim.demand.calibration import History, Levels, fit_history
from sim.demand.cells import expected_cells
from sim.demand.days import day_profiles
from sim.demand.expectation import Cells, Reach, Units
from sim.demand.site import Prospect, Season, make_prospect, make_site
from sim.demand.tables import age_mix, cottage_presence, matter_rules, matter_shares
from sim.network import Events, build_network
from sim.network.network import Staffing, open_points
from sim.population.land import Census, adoption_of, make_land, people_input
from sim.population.people import make_people
from sim.region import Region, load_region
from sim.region.index import Index, network_tables

#: Residents per municipality and age group in the sample that stands for where people live.
_SAMPLE = 150
_ROUNDS = 40
_CLOSE = 1e-5
#: Seed of that sample: history has no luck of its own.
_SEED = 0


@dataclass(frozen=True)
class HistoryFit:
    """What the base year taught.

    Attributes
    ----------
    levels
        Needs per person.
    attraction
        Factor on a point's choice weight by (point, authority), 1 where none is listed.
    """

    levels: Levels
    attraction: Mapping[tuple[str, str], float]

    def table(self, points: tuple[str, ...], authorities: tuple[str, ...]) -> NDArray[np.float64]:
        """Return (P, A) attraction."""
        return np.array(
            [[self.attraction.get((point, name), 1.0) for name in authorities] for point in points]
        )


def history_of(region: Region, params: Parameters) -> HistoryFit:
    """Return what the region's base year teaches under given parameters."""
    return _fit(region.path, region.digest, tuple(sorted(params.as_dict().items())))


def plan_visits(region: Region, index: Index, year: int) -> NDArray[np.float64]:
    """Return (A,) visits that the plan counts or expects in `year`, nan where it names none."""
    table = region.table("plan_visits")
    rows = table[table["year"] == year]
    by_name = dict(zip(rows["authority"], rows["visits"], strict=True))
    return np.array([float(by_name.get(name, np.nan)) for name in index.authorities])


@dataclass(frozen=True)
class Counts:
    """Counts of a year.

    Attributes
    ----------
    visits
        (A,) visits.
    points
        Visits at points that keep a count of their own, by (point, authority).
    """

    visits: NDArray[np.float64]
    points: Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class _Year:
    """The base year's people and network, ready for the closed form."""

    prospect: Prospect
    cells: Cells
    history: History


@lru_cache(maxsize=64)
def _fit(path: Path, digest: str, values: tuple[tuple[str, float], ...]) -> HistoryFit:
    """Fit levels and attraction in turn; the arguments (`digest` among them) are the key of the cache."""
    region, params = load_region(path), Parameters(dict(values))
    year, index = _base_year(region, params)
    points = year.prospect.site.network.points
    counts = Counts(year.history.visits, point_counts(region, points, index, int(region.about("base_year"))))
    flat = np.ones((len(points), len(index.authorities)))

    def levels_of(units: Units) -> Levels:
        return fit_history(year.history, units, year.prospect.rules)

    levels, attraction = fit_attraction(year.prospect, year.cells, counts, levels_of, flat)
    found = {(points[p], index.authorities[a]): float(attraction[p, a]) for p, a in counts.points}
    return HistoryFit(levels, MappingProxyType(found))


def fit_attraction(
    prospect: Prospect,
    cells: Cells,
    counts: Counts,
    levels_of: Callable[[Units], Levels],
    attraction: NDArray[np.float64],
) -> tuple[Levels, NDArray[np.float64]]:
    """Return needs and (P, A) factors on the choice under which the points' own counts are expected.

    Parameters
    ----------
    prospect, cells, counts
        A network in a season, its people and its counts.
    levels_of
        Gives the needs from the visits per unit of need.
    attraction
        (P, A) factors to start from.
    """
    attraction = attraction.copy()
    shares = prospect.shares(attraction)
    moved = np.flatnonzero(np.isin(prospect.offers.authority, [authority for _, authority in counts.points]))
    for _ in range(_ROUNDS):
        reach = prospect.reach(shares, cells)
        units = prospect.units(reach, cells)
        levels = levels_of(units)
        visits = expected_counts(levels, units, (prospect, cells, reach), counts.visits, counts.points)
        steps = {cell: count / visits[cell] for cell, count in counts.points.items() if visits[cell] > 0}
        for cell, step in steps.items():
            attraction[cell] *= step
        if all(abs(step - 1) < _CLOSE for step in steps.values()):
            break
        shares[moved] = prospect.shares(attraction, moved)
    return levels, attraction


def _base_year(region: Region, params: Parameters) -> tuple[_Year, Index]:
    """Return the base year on the base network, at base values of adoption."""
    year = int(region.about("base_year"))
    land = make_land(region, params)
    tables = network_tables(region)
    span = make_span(region.about("country"), year, 0, round(params["booking_horizon"]))
    given = people_input(region, params, land, Census(year, "plan", cottages=True))
    sample = make_people(replace(given, residents=np.minimum(given.residents, _SAMPLE)), _SEED)
    base = region.about("base_network")
    calm = Events.of({}, land.index.authorities, span)
    network = build_network(tables, open_points(tables, base, {}), Staffing(base, {}, {}), {}, calm)
    rules = matter_rules(region, params, land.index, year)
    flat = np.ones((len(land.index.authorities), 12))
    boost = params["day_after_holiday_factor"]
    days = day_profiles(tables["authorities"], region.table("profiles"), span, boost, flat)
    season = Season(span, days, cottage_presence(region, params, span))
    classes, mix = age_mix(region, land.index)
    visits = np.nan_to_num(plan_visits(region, land.index, year))
    history = History(visits, matter_shares(params, land.index, rules.authority), classes, mix)
    cells = expected_cells(given, sample, adoption_of(region, year))
    site = make_site(network, sample, land, params)
    prospect = make_prospect(site, season, rules, len(land.index.municipalities))
    return _Year(prospect, cells, history), land.index


def expected_counts(
    levels: Levels,
    units: Units,
    where: tuple[Prospect, Cells, Reach],
    visits: NDArray[np.float64],
    cells: Collection[tuple[int, int]],
) -> dict[tuple[int, int], float]:
    """Return the expected visits, second matters included, by (point, authority).

    Parameters
    ----------
    where
        Network, people, and where their visits go.
    visits
        (A,) expected visits of each authority. Second matters go where first ones of their authority go.
    cells
        The (point, authority) asked for.
    """
    rules = where[0].rules
    first = (levels.by_matter(rules.authority)[:, :, None] * units.counted).sum(axis=(1, 2))
    by_authority = np.bincount(rules.authority, weights=first, minlength=len(rules.coverage))
    return {
        (point, authority): _first_visits(levels, where, (point, authority))
        * visits[authority]
        / by_authority[authority]
        for point, authority in cells
        if by_authority[authority] > 0
    }


def _first_visits(levels: Levels, where: tuple[Prospect, Cells, Reach], cell: tuple[int, int]) -> float:
    """Return the expected first visits at one (point, authority), no-shows left out."""
    prospect, people, reach = where
    point, authority = cell
    rules = prospect.rules
    own = np.flatnonzero(rules.authority == authority).tolist()
    units = prospect.units(replace(reach, counted=reach.point[..., point]), people, own)
    need = levels.by_matter(rules.authority)[:, :, None]
    return float((need * units.counted)[own].sum())


def point_counts(
    region: Region, points: tuple[str, ...], index: Index, year: int
) -> dict[tuple[int, int], float]:
    """Return the visits of a year at points that keep a count of their own, by (point, authority)."""
    table, services = region.table("plan_municipal_visits"), region.table("services")
    rows = table[(table["year"] == year) & table["point"].isin(points)]
    found: dict[tuple[int, int], float] = {}
    for row in rows.to_dict("records"):
        served = services.loc[services["point"] == row["point"], "authority"].iloc[0]
        found[points.index(row["point"]), index.authorities.index(served)] = float(row["visits"])
    return found
