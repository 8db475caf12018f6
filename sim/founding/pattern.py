"""What the points of a known region look like, as patterns for the points of a new one.

A *town* is a municipality with a joint point. Its points, services, hours, officials and places are the
pattern of a town of its size; small points, stops of mobile units and points outside are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.founding.given import records
from sim.population.homes import Plane
from sim.population.margins import municipal_totals
from sim.region import Region

#: Kinds of point that a town is built of.
_KINDS = ("joint", "authority")
#: A word in fi, sv and en.
Words = tuple[str, str, str]
#: Size class of a joint point that serves all of its surroundings in person.
LARGE = "L"


@dataclass(frozen=True)
class Town:
    """The points of one town.

    Attributes
    ----------
    municipality
        Where it is.
    size
        Size class of its joint point.
    points, services, hours, officials, places
        Rows of the region's tables, validity and staffing left out.
    residents
        People of the surroundings that it serves.
    offices
        What an authority calls an office of its own in fi, sv and en, empty where it has no word for it, by
        point that serves it alone.
    """

    municipality: str
    size: str
    points: pd.DataFrame
    services: pd.DataFrame
    hours: pd.DataFrame
    officials: pd.DataFrame
    places: pd.DataFrame
    residents: float
    offices: dict[str, Words]


@dataclass(frozen=True)
class Pattern:
    """A region as a pattern.

    Attributes
    ----------
    region
        The region itself; its tables of authorities, matters, profiles and behaviour are taken over.
    towns
        One town a size class, the largest first.
    pool
        Rows of the officials of the remote pool that the first town's joint point uses.
    residents
        Residents in the plan's year.
    """

    region: Region
    towns: tuple[Town, ...]
    pool: pd.DataFrame
    residents: int


def pattern_of(region: Region) -> Pattern:
    """Return a region as a pattern for others."""
    year = int(region.about("plan_year"))
    points = _open_points(region)
    places = region.table("municipalities").query("in_region == 1")
    totals = municipal_totals(region.table("population"), "plan", list(places["municipality"]), year)
    joint = points[points["type"] == "joint"]
    found: dict[str, Town] = {}
    for row in records(joint.sort_values("size_class")):
        if row["size_class"] not in found:
            served = surroundings(places, totals, joint, str(row["municipality"]), row["size_class"])
            found[str(row["size_class"])] = _town(region, points, row, served, date(year, 7, 1))
    officials = region.table("officials")
    officials = officials[officials["staffing"] == region.about("default_staffing")]
    towns = tuple(found.values())
    pools = towns[0].points.loc[towns[0].points["type"] == "joint", "remote_pool"]
    return Pattern(region, towns, officials[officials["works_at"].isin(pools)], int(totals.sum()))


def surroundings(
    municipalities: pd.DataFrame, residents: NDArray[np.int64], joint: pd.DataFrame, town: str, size: str
) -> float:
    """Return the residents to whom a town is the nearest: of the large ones for a large one, else of all.

    Parameters
    ----------
    municipalities, residents
        municipality, lat, lon; (n,) residents of each.
    joint
        municipality, size_class, lat, lon of the joint points.
    """
    rivals = joint[joint["size_class"] == LARGE] if size == LARGE else joint
    plane = Plane(float(municipalities["lat"].mean()), float(municipalities["lon"].mean()))
    here, there = (
        plane.km(table["lat"].to_numpy(float), table["lon"].to_numpy(float))
        for table in (municipalities, rivals)
    )
    nearest = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)).argmin(axis=1)
    own = (rivals["municipality"] == town).to_numpy(bool)[nearest]
    return float(residents[own].sum())


def _open_points(region: Region) -> pd.DataFrame:
    """Return the points of the default network that a town can be built of."""
    network = region.table("networks")
    listed = network.loc[network["network"] == region.about("default_network"), "point"]
    points = region.table("points")
    return points[points["point"].isin(listed) & points["type"].isin(_KINDS)]


def _town(
    region: Region, points: pd.DataFrame, joint: dict[str, object], residents: float, day: date
) -> Town:
    """Return the town of a joint point with what holds on a day."""
    mine = points[points["municipality"] == joint["municipality"]]
    ids = set(mine["point"])
    services = _valid(region.table("services").query("status == 'in_use'"), day)
    officials = region.table("officials")
    places = region.table("places")
    staffing = region.about("default_staffing")
    return Town(
        str(joint["municipality"]),
        str(joint["size_class"]),
        mine,
        _of(services, ids),
        _of(_valid(region.table("hours"), day), ids),
        officials[(officials["staffing"] == staffing) & officials["works_at"].isin(ids)],
        _of(places[places["staffing"] == staffing], ids),
        residents,
        _offices(region, mine, services),
    )


def _offices(region: Region, points: pd.DataFrame, services: pd.DataFrame) -> dict[str, Words]:
    """Return the words of the authorities for the points that serve one of them alone."""
    words = {
        row["authority"]: (row["office_fi"], row["office_sv"], row["office_en"])
        for row in records(region.table("authorities"))
    }
    own = set(points.loc[points["type"] == "authority", "point"])
    served = services[services["point"].isin(own)].groupby("point")["authority"].unique()
    alone = {str(point): found[0] for point, found in served.items() if len(found) == 1}
    return {point: words[authority] for point, authority in alone.items()}


def _valid(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows that hold on a day, for good."""
    holds = [
        (start is None or start <= day) and (end is None or end >= day)
        for start, end in zip(rows["valid_from"], rows["valid_to"], strict=True)
    ]
    return rows[holds].assign(valid_from=None, valid_to=None)


def _of(rows: pd.DataFrame, points: set[str]) -> pd.DataFrame:
    return rows[rows["point"].isin(points)]
