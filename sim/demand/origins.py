"""Where people set out from, and their ways to the points that they consider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.network import Network
from sim.population.land import Land
from sim.population.people import RESIDENT, People
from sim.population.travel import Travel, replace_minutes


@dataclass(frozen=True)
class Nearby:
    """Which points people consider, by the area that they set out from.

    Where no authority has more points than people consider, one area holds all points in their order; else
    each municipality is an area of its own.

    Attributes
    ----------
    area
        (n_municipalities,) area of a municipality.
    points
        (n_areas, W) points, ascending, padded with P.
    column
        (n_areas, P) where a point stands in `points`, -1: not considered.
    """

    area: NDArray[np.int64]
    points: NDArray[np.int64]
    column: NDArray[np.int64]


def make_nearby(network: Network, minutes: NDArray[np.float32], most: int) -> Nearby:
    """Return which points people consider.

    Parameters
    ----------
    minutes
        (n_municipalities, P) travel times from centres.
    most
        Points of an authority and a channel that people consider, the nearest ones.
    """
    doors, n_points = network.doors, len(network.points)
    offers = [
        np.unique(doors.point[(doors.authority == authority) & (doors.channel == channel)])
        for authority in np.unique(doors.authority)
        for channel in np.unique(doors.channel)
    ]
    if all(len(points) <= most for points in offers):
        everywhere = np.arange(n_points)
        return Nearby(np.zeros(len(minutes), np.int64), everywhere[None], everywhere[None])
    taken = np.zeros(minutes.shape, bool)
    for points in offers:
        order = np.argsort(minutes[:, points], axis=1, kind="stable")[:, :most]
        np.put_along_axis(taken, points[order], values=True, axis=1)
    points = np.full((len(taken), int(taken.sum(axis=1).max())), n_points, np.int64)
    for area, mine in enumerate(taken):
        points[area, : int(mine.sum())] = np.flatnonzero(mine)
    column = np.where(taken, np.cumsum(taken, axis=1) - 1, -1)
    return Nearby(np.arange(len(taken)), points, column)


@dataclass(frozen=True)
class Origins:
    """Places that people set out from: homes of residents, then cottages.

    Attributes
    ----------
    home, cottage
        (N,) rows of `minutes` by person, -1 where there is none.
    municipality
        (n_origins,) municipality of the origin.
    person
        (n_origins,) row of the person.
    ways
        (n_origins, W, 2) choice weight and one-way travel time [min] to the points of `nearby`.
    nearby
        Which points people consider, by where they set out.
    """

    home: NDArray[np.int32]
    cottage: NDArray[np.int32]
    municipality: NDArray[np.signedinteger[Any]]
    person: NDArray[np.int32]
    ways: NDArray[np.float32]
    nearby: Nearby

    @property
    def weight(self) -> NDArray[np.float32]:
        """(n_origins, W) choice weights, 0 where a point is out of question."""
        return self.ways[..., 0]

    @property
    def minutes(self) -> NDArray[np.float32]:
        """(n_origins, W) one-way travel times [min], inf where a point cannot be reached."""
        return self.ways[..., 1]

    def weights_to_all(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n, P) choice weights of some origins, 0 for points that they do not consider."""
        near = self.nearby
        dense = np.zeros((len(rows), near.column.shape[1] + 1), np.float32)
        at = near.points[near.area[self.municipality[rows]]]
        np.put_along_axis(dense, at, self.weight[rows], axis=1)
        return np.ascontiguousarray(dense[:, :-1])

    def nearest(
        self, among: NDArray[np.bool_], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the least minutes of some origins to any of some points, and to which.

        Parameters
        ----------
        among
            (P,) whether a point is one of them.
        rows
            (n,) origins.

        Returns
        -------
        tuple
            (n,) minutes, inf where none can be reached; (n,) index of the point, -1 then.
        """
        near = self.nearby
        least, which = np.full(len(rows), np.inf), np.full(len(rows), -1, np.int64)
        area = near.area[self.municipality[rows]]
        for number in np.unique(area):
            points = near.points[number]
            columns = np.flatnonzero(np.append(among, False)[points])
            if len(columns):
                here = area == number
                chosen = self.minutes[rows[here]][:, columns].astype(np.float64)
                least[here] = chosen.min(axis=1)
                which[here] = np.where(np.isfinite(least[here]), points[columns[chosen.argmin(axis=1)]], -1)
        return least, which


@dataclass(frozen=True)
class _Roadmap:
    """All that the way from anywhere to the points of a network depends on."""

    network: Network
    land: Land
    travel: Travel
    sensitivity: float

    def minutes(
        self, spots: NDArray[np.float64], municipality: NDArray[np.int64], points: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return (n, len(points)) minutes by the road rule."""
        rows, number = self.network.point_rows, self.land.index.municipality
        where = self.land.plane.km(rows["lat"].to_numpy(float), rows["lon"].to_numpy(float))
        minutes = np.empty((len(spots), len(points)), np.float32)
        for column, point in enumerate(points):
            at = number[str(rows["municipality"].iloc[point])]
            minutes[:, column] = self.land.roads.to_point(spots, municipality, where[point], at)
        return minutes

    def tabled(
        self,
        minutes: NDArray[np.float32],
        spots: NDArray[np.float64],
        municipality: NDArray[np.int64],
        rides: NDArray[np.bool_],
        points: NDArray[np.int64],
    ) -> None:
        """Put the times of travel tables in the place of the road rule's, by each person's mode."""
        names = tuple(self.network.points[point] for point in points)
        for times, whose in ((self.travel.car, ~rides), (self.travel.public_transport, rides)):
            if times is not None:
                part = minutes[whose]
                replace_minutes(part, names, times, times.rows(spots[whose], municipality[whose]))
                minutes[whose] = part

    def weights(
        self, minutes: NDArray[np.float32], municipality: NDArray[np.int64], points: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return ``exp(-sensitivity * minutes)``, 0 where a point is out of question.

        Out of question: points that cannot be reached, and points where they do not compete.
        """
        reached = np.isfinite(minutes)
        weight = np.exp(np.where(reached, minutes, 0) * np.float32(-self.sensitivity))
        weight[~reached] = 0.0
        number = self.land.index.municipality
        for column, names in enumerate(self.network.point_rows["competes_for"].iloc[points]):
            rivals = [number[name] for name in str(names or "").split(";") if name]
            if rivals:
                weight[~np.isin(municipality, rivals), column] = 0.0
        return weight


def make_origins(
    people: People, network: Network, land: Land, travel: Travel, choice: tuple[float, int]
) -> Origins:
    """Return the origins of `people` with their ways to the points of a network.

    Parameters
    ----------
    choice
        Utility per minute of one-way travel; points of an authority and a channel that people consider.
    """
    at_home, at_cottage = ~np.isnan(people.home[:, 0]), people.cottage_municipality >= 0
    person = np.concatenate([np.flatnonzero(at_home), np.flatnonzero(at_cottage)]).astype(np.int32)
    spots = np.concatenate([people.home[at_home], people.cottage[at_cottage]])
    municipality = np.concatenate([people.municipality[at_home], people.cottage_municipality[at_cottage]])
    home, cottage = np.full(people.n, -1, np.int32), np.full(people.n, -1, np.int32)
    home[at_home] = np.arange(at_home.sum())
    cottage[at_cottage] = at_home.sum() + np.arange(at_cottage.sum())
    rides = (travel.rides(people.id) & (people.kind == RESIDENT))[person]
    roads = _Roadmap(network, land, travel, choice[0])
    centres = land.roads.centres
    from_centres = roads.minutes(centres, np.arange(len(centres)), np.arange(len(network.points)))
    nearby = make_nearby(network, from_centres, choice[1])
    ways = np.zeros((len(spots), nearby.points.shape[1], 2), np.float32)
    for rows, points in _by_area(nearby, municipality):
        minutes = roads.minutes(spots[rows], municipality[rows], points)
        roads.tabled(minutes, spots[rows], municipality[rows], rides[rows], points)
        ways[rows, : len(points), 0] = roads.weights(minutes, municipality[rows], points)
        ways[rows, : len(points), 1] = minutes
    return Origins(home, cottage, municipality, person, ways, nearby)


def _by_area(
    nearby: Nearby, municipality: NDArray[np.int64]
) -> Iterator[tuple[slice | NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the origins of each area with the points that are considered there."""
    if len(nearby.points) == 1:
        yield slice(None), nearby.points[0]
        return
    area = nearby.area[municipality]
    order = np.argsort(area, kind="stable")
    ends = np.searchsorted(area[order], np.arange(len(nearby.points) + 1))
    for number, points in enumerate(nearby.points):
        yield order[ends[number] : ends[number + 1]], points[points < nearby.column.shape[1]]
