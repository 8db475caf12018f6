"""Access: who lives how far from a joint point and from the nearest point that serves their matter.

Access is a property of a network and its people, not of a simulated year: no luck is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.calendar import MONTHS
from sim.demand.setup import Setup
from sim.population.people import RESIDENT
from sim.visits import Channel

type Bools = NDArray[np.bool_]
type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

#: The plan's limit of a reasonable journey one way [min].
FAR = 60.0
#: Minutes within which shares of people are given.
WITHIN = (10, 20, 30, 40, 50, 60, 70, 80)


def nearest_joint(setup: Setup) -> tuple[Floats, Ints]:
    """Return minutes from each resident's home to the nearest joint point of the network, and which it is.

    Returns
    -------
    tuple
        (n_residents,) minutes, inf where none can be reached or the network has none; (n_residents,) index
        of the point, -1 then.
    """
    return setup.site.origins.nearest(setup.site.network.joint, _homes(setup))


def _homes(setup: Setup) -> Ints:
    """Return (n_residents,) the origin that is each resident's home."""
    rows: Ints = setup.site.origins.home[setup.people.kind == RESIDENT].astype(np.int64)
    return rows


def catchments(setup: Setup) -> pd.DataFrame:
    """Return the residents nearest to each joint point.

    Returns
    -------
    DataFrame
        point, persons (nearest among the joint points), persons_with_outside (those left when a point outside
        the region draws the residents it competes for and is nearer to).
    """
    network, people = setup.site.network, setup.people
    least, nearest = nearest_joint(setup)
    at = people.municipality[people.kind == RESIDENT]
    drawn = np.zeros(len(least), bool)
    number = setup.land.index.municipality
    for point in np.flatnonzero(network.outside):
        rivals = str(network.point_rows["competes_for"].iloc[point] or "").split(";")
        mine = np.isin(at, [number[name] for name in rivals if name])
        only = np.arange(len(network.points)) == point
        drawn |= mine & (setup.site.origins.nearest(only, _homes(setup))[0] < least)
    joint = np.flatnonzero(network.joint)
    return pd.DataFrame(
        {
            "point": [network.points[point] for point in joint],
            "persons": [int((nearest == point).sum()) for point in joint],
            "persons_with_outside": [int(((nearest == point) & ~drawn).sum()) for point in joint],
        }
    )


def share_by_band(setup: Setup, edges: Floats) -> Floats:
    """Return the share of residents in each band of minutes to the nearest joint point.

    Parameters
    ----------
    edges
        (n + 1,) ascending ends of the bands [min]; a home exactly on an edge lies in the upper band.
    """
    least, _ = nearest_joint(setup)
    return np.histogram(least[np.isfinite(least)], edges)[0] / len(least)


def population_by_month(setup: Setup) -> pd.DataFrame:
    """Return who is where over the year: residents, and those present when cottages are in use.

    Returns
    -------
    DataFrame
        municipality, month, residents (registered there), present (residents at home and everybody at a
        cottage there), over_60 and over_60_present (those of them over an hour from the nearest joint point),
        dwellers (those present who are from outside the region); means over the days of the month.
    """
    index, inside = setup.land.index, setup.season.span.year_slice
    months, presence = setup.season.span.months[inside], setup.season.presence[inside]
    everybody = _whereabouts(setup, np.inf)
    far = _whereabouts(setup, FAR)
    people = setup.people
    guests = people.cottage_municipality[people.kind != RESIDENT]
    dwellers = np.bincount(guests, minlength=len(index.municipalities))
    rows = []
    for month, name in enumerate(MONTHS):
        share = float(presence[months == month].mean())
        now, beyond = (home - share * (owners - there) for home, owners, there in (everybody, far))
        for place in np.flatnonzero(everybody[0]):
            counts = (everybody[0][place], now[place], far[0][place], beyond[place], share * dwellers[place])
            rows.append((index.municipalities[place], name, *counts))
    columns = ["municipality", "month", "residents", "present", "over_60", "over_60_present", "dwellers"]
    return pd.DataFrame(rows, columns=columns)


def _whereabouts(setup: Setup, beyond: float) -> tuple[Floats, Floats, Floats]:
    """Return (n_municipalities,) residents, those of them with a cottage, and everybody at cottages there.

    Parameters
    ----------
    beyond
        Count only places further than this from the nearest joint point [min]; inf counts all.
    """
    people, origins = setup.people, setup.site.origins
    least, _ = origins.nearest(setup.site.network.joint, np.arange(len(origins.person)))
    counts = least > beyond if np.isfinite(beyond) else np.ones(len(least), bool)
    n = len(setup.land.index.municipalities)
    home, cottage = origins.home >= 0, origins.cottage >= 0
    at_home = np.bincount(people.municipality[home], counts[origins.home[home]], n)
    owners = home & cottage
    away = np.bincount(people.municipality[owners], counts[origins.home[owners]], n)
    there = np.bincount(people.cottage_municipality[cottage], counts[origins.cottage[cottage]], n)
    return at_home, away, there


def population_base(setup: Setup, municipalities: tuple[str, ...]) -> pd.DataFrame:
    """Return `population_by_month` of an area, without the column of municipalities."""
    table = population_by_month(setup)
    here = table[table["municipality"].isin(municipalities)].drop(columns="municipality")
    return here.groupby("month", sort=False).sum().reset_index()


def access(setup: Setup) -> pd.DataFrame:
    """Return how far people live from service, by municipality and age group, totals as ``all``.

    Returns
    -------
    DataFrame
        municipality, age_group, metric, value, unit. Metrics: `persons`; `mean_minutes` and `within_N`
        (share) to the nearest joint point; `over_60` persons over an hour from it; `over_60_served` persons
        over an hour from the nearest point that serves their matter by a channel they accept.

    Notes
    -----
    `over_60_served` is an expectation: each person counts by the share of their needs that have to travel
    over an hour. Duties need a counter; of the rest, what video may serve goes to a station too if the person
    accepts video. Needs that end online are left out for those able to end them so. With no joint point all
    are over an hour from one.
    """
    people, index = setup.people, setup.land.index
    shape = (len(index.municipalities), len(index.age_groups))
    home = people.kind == RESIDENT
    cell = people.municipality[home].astype(np.int64) * shape[1] + people.age_group[home]
    least, _ = nearest_joint(setup)

    def total(weights: Floats | Bools | None = None) -> Floats:
        return np.bincount(cell, weights=weights, minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    reached = np.isfinite(least)
    minutes = total(np.where(reached, least, 0.0))
    persons = total()
    frames = [
        _rows(setup, "persons", persons),
        _rows(setup, "over_60", total(least > FAR)),
        _rows(setup, "over_60_served", total(_share_far(setup))),
        _rows(setup, "mean_minutes", minutes, total(reached)),
        *(_rows(setup, f"within_{limit}", total(least <= limit), persons) for limit in WITHIN),
    ]
    return pd.concat(frames, ignore_index=True)


def _rows(setup: Setup, metric: str, table: Floats, of: Floats | None = None) -> pd.DataFrame:
    """Return the cells of a metric with totals; divided by the cells of `of` where it is given."""
    keep = _inhabited(setup)
    values = _with_totals(table[keep])
    if of is not None:
        base = _with_totals(of[keep])
        values = np.divide(values, base, out=np.full_like(values, np.nan), where=base > 0)
    index = setup.land.index
    names = [*np.array(index.municipalities)[keep], "all"]
    unit = "persons" if of is None else "min" if metric == "mean_minutes" else "share"
    return pd.DataFrame(
        {
            "municipality": np.repeat(names, len(index.age_groups) + 1),
            "age_group": np.tile([*index.age_groups, "all"], len(names)),
            "metric": metric,
            "value": values.ravel(),
            "unit": unit,
        }
    )


def _inhabited(setup: Setup) -> Bools:
    """Return (n_municipalities,) whether somebody is registered there."""
    people = setup.people
    n = len(setup.land.index.municipalities)
    found: Bools = np.bincount(people.municipality[people.kind == RESIDENT], minlength=n) > 0
    return found


def _with_totals(table: Floats) -> Floats:
    """Return the table with a last row and column of sums."""
    wide = np.concatenate([table, table.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([wide, wide.sum(axis=0, keepdims=True)])


def _share_far(setup: Setup) -> Floats:
    """Return (n_residents,) the share of each resident's needs in person that lie over an hour away."""
    people = setup.people
    home = people.kind == RESIDENT
    origins, homes = setup.site.origins, _homes(setup)
    age, foreign = people.age_group[home], people.foreign[home]
    capable, accepts = setup.capable[home], setup.accepts[home]
    far_by_points: dict[bytes, Bools] = {}

    def far(points: Bools) -> Bools:
        key = points.tobytes()
        if key not in far_by_points:
            far_by_points[key] = origins.nearest(points, homes)[0] > FAR
        return far_by_points[key]

    needs, beyond = np.zeros(len(age)), np.zeros(len(age))
    for weight, closed, counters, stations in _matters(setup):
        rate = weight[age, foreign.astype(int)]
        duty, fixed, eligible, stays = closed
        normal = np.where(capable, stays, 1.0)
        plain, either = far(counters), np.where(accepts, far(counters | stations), far(counters))
        needs += rate * (duty + (fixed + eligible) * normal)
        beyond += rate * (duty * plain + normal * (fixed * plain + eligible * either))
    return np.divide(beyond, needs, out=np.zeros(len(age)), where=needs > 0)


def _matters(setup: Setup) -> Iterator[tuple[Floats, tuple[float, float, float, float], Bools, Bools]]:
    """Yield what decides who must travel for each matter that the network serves.

    Yields
    ------
    tuple
        (n_ages, 2) needs by age and background; shares of duty, of other needs for the counter and of needs
        that video may serve, and the share of needs without duty that capable people still bring; (P,) points
        with a counter, and (P,) with a station for it.
    """
    rules, doors = setup.rules, setup.site.network.doors
    need = setup.levels.by_matter(rules.authority) * setup.expected.growth[rules.authority][:, None]
    open_at_all = setup.site.network.bookable.any(axis=1)
    for m, authority in enumerate(rules.authority):
        serving = doors.serves[m] & open_at_all
        counters = _points(setup, serving & (doors.channel == Channel.COUNTER))
        if not counters.any() or not need[m].any():
            continue
        weight = np.stack([need[m] * (not rules.foreign_only[authority]), need[m]], axis=1)
        eligible = float(rules.freed[m] + rules.remote[m])
        stays = float(1.0 - rules.coverage[authority]) if rules.online[m] else 1.0
        fixed = max(0.0, 1.0 - float(rules.duty[m]) - eligible)
        shares = (float(rules.duty[m]), fixed, eligible, stays)
        yield weight, shares, counters, _points(setup, serving & (doors.channel == Channel.VIDEO))


def _points(setup: Setup, doors: Bools) -> Bools:
    """Return (P,) whether a point inside the region has one of the doors."""
    network = setup.site.network
    found = np.zeros(len(network.points), bool)
    found[network.doors.point[doors]] = True
    return found & ~network.outside
