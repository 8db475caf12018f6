"""Where people set out from, and their ways to the points that they consider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.network import Network
from sim.population.homes import straight
from sim.population.land import Land
from sim.population.people import RESIDENT, People
from sim.population.travel import Travel, replace_minutes

#: Origins whose weights are worked out at once: more would need more memory for a while.
_AT_ONCE = 100_000


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
class Roadmap:
    """All that the way from anywhere to the points of a network depends on."""

    network: Network
    land: Land
    travel: Travel
    sensitivity: float

    @cached_property
    def where(self) -> NDArray[np.float64]:
        """(P, 2) coordinates of the points [km]."""
        rows = self.network.point_rows
        return self.land.plane.km(rows["lat"].to_numpy(float), rows["lon"].to_numpy(float))

    @cached_property
    def pace(self) -> NDArray[np.float64]:
        """(n_municipalities, P) minutes by kilometre of straight line."""
        number, roads = self.land.index.municipality, self.land.roads
        names = self.network.point_rows["municipality"]
        paces = [roads.pace_to(number[str(name)]) for name in names]
        return np.stack(paces, axis=1) if paces else np.zeros((len(number), 0))

    def minutes(
        self,
        spots: NDArray[np.float64],
        municipality: NDArray[np.signedinteger[Any]],
        points: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Return (n, len(points)) minutes by the road rule, as `sim.demand.kernel` works them out."""
        minutes = np.empty((len(spots), len(points)), np.float32)
        for column, point in enumerate(points):
            distance = straight(spots, self.where[point])
            minutes[:, column] = distance * self.pace[municipality, point]
        return minutes

    def tabled(
        self,
        minutes: NDArray[np.float32],
        spots: NDArray[np.float64],
        municipality: NDArray[np.signedinteger[Any]],
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
        self,
        minutes: NDArray[np.float32],
        municipality: NDArray[np.signedinteger[Any]],
        points: NDArray[np.int64],
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


@dataclass(frozen=True)
class Origins:
    """Places that people set out from: homes of residents, then cottages.

    Attributes
    ----------
    people
        Who set out.
    roads
        The ways to the points.
    nearby
        Which points people consider, by where they set out.
    home, cottage
        (N,) origin of each person, -1 where there is none.
    municipality
        (n_origins,) municipality of the origin.
    person
        (n_origins,) row of the person.

    Notes
    -----
    Weights of all origins are worked out when they are asked for: a year needs them, expectations do not.
    """

    people: People
    roads: Roadmap
    nearby: Nearby
    home: NDArray[np.int32]
    cottage: NDArray[np.int32]
    municipality: NDArray[np.int16]
    person: NDArray[np.int32]

    @cached_property
    def weight(self) -> NDArray[np.float32]:
        """(n_origins, W) choice weights to the points of `nearby`, 0 where a point is out of question."""
        weight = np.zeros((len(self.person), self.nearby.points.shape[1]), np.float32)
        for area, places in self._by_area(np.arange(len(self.person), dtype=np.int32)):
            for rows in np.array_split(places, -(-len(places) // _AT_ONCE) or 1):
                columns, found = self._weights(area, rows)
                weight[rows[:, None], columns] = found
        return weight

    @cached_property
    def timetable(self) -> NDArray[np.float32]:
        """(n_origins, W) one-way minutes to the points of `nearby`, inf where one cannot be reached.

        Empty, (0, W), where everybody goes by the road rule, from which minutes are quickly worked out.
        """
        travel, width = self.roads.travel, self.nearby.points.shape[1]
        if travel.car is None and travel.public_transport is None:
            return np.zeros((0, width), np.float32)
        rides = (travel.rides(self.people.id) & (self.people.kind == RESIDENT))[self.person]
        table = np.zeros((len(self.person), width), np.float32)
        for area, rows in self._by_area(np.arange(len(self.person), dtype=np.int32)):
            points, spots, at = self._points(area), self._spots(rows), self.municipality[rows]
            minutes = self.roads.minutes(spots, at, points)
            self.roads.tabled(minutes, spots, at, rides[rows], points)
            table[rows, : len(points)] = minutes
        return table

    def weights_to_all(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n, P) choice weights of some origins, 0 for points that they do not consider."""
        dense = np.zeros((len(rows), self.nearby.column.shape[1]), np.float32)
        for area, at in self._by_area(rows):
            columns, weights = self._weights(area, rows[at])
            dense[at[:, None], self._points(area)[columns]] = weights
        return dense

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
        least, which = np.full(len(rows), np.inf), np.full(len(rows), -1, np.int64)
        for area, at in self._by_area(rows):
            points = self._points(area)
            columns = np.flatnonzero(among[points])
            if len(columns):
                minutes = self._minutes(area, rows[at], columns).astype(np.float64)
                least[at] = minutes.min(axis=1)
                which[at] = np.where(np.isfinite(least[at]), points[columns[minutes.argmin(axis=1)]], -1)
        return least, which

    def _weights(
        self, area: int, rows: NDArray[np.signedinteger[Any]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the columns of `nearby` in use in an area, and the weights of some of its origins there."""
        points = self._points(area)
        columns = np.arange(len(points))
        minutes = self._minutes(area, rows, columns)
        return columns, self.roads.weights(minutes, self.municipality[rows], points)

    def _minutes(
        self, area: int, rows: NDArray[np.signedinteger[Any]], columns: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the minutes of some origins of an area to the points in some columns of `nearby`."""
        if len(self.timetable):
            tabled: NDArray[np.float32] = self.timetable[rows[:, None], columns]
            return tabled
        points = self._points(area)[columns]
        return self.roads.minutes(self._spots(rows), self.municipality[rows], points)

    def _points(self, area: int) -> NDArray[np.int64]:
        """Return the points considered in an area."""
        points: NDArray[np.int64] = self.nearby.points[area]
        return points[: np.searchsorted(points, self.nearby.column.shape[1])]

    def _spots(self, rows: NDArray[np.signedinteger[Any]]) -> NDArray[np.float64]:
        """Return (n, 2) coordinates [km] of some origins."""
        who = self.person[rows]
        at_home = self.home[who] == rows
        spots = np.where(at_home[:, None], self.people.home[who], self.people.cottage[who])
        return np.asarray(spots, np.float64)

    def _by_area(
        self, rows: NDArray[np.signedinteger[Any]]
    ) -> Iterator[tuple[int, NDArray[np.signedinteger[Any]]]]:
        """Yield the areas of some origins with the places in `rows` that lie there, ascending."""
        if len(self.nearby.points) == 1:
            yield 0, np.arange(len(rows))
            return
        area = self.nearby.area.astype(np.int16)[self.municipality[rows]]
        order = np.argsort(area, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(area, minlength=len(self.nearby.points)))
        for number, places in enumerate(np.split(order, ends[:-1])):
            if len(places):
                yield number, places


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
    municipality = np.concatenate([people.municipality[at_home], people.cottage_municipality[at_cottage]])
    home, cottage = np.full(people.n, -1, np.int32), np.full(people.n, -1, np.int32)
    home[at_home] = np.arange(at_home.sum())
    cottage[at_cottage] = at_home.sum() + np.arange(at_cottage.sum())
    roads = Roadmap(network, land, travel, choice[0])
    centres = land.roads.centres
    from_centres = roads.minutes(centres, np.arange(len(centres)), np.arange(len(network.points)))
    nearby = make_nearby(network, from_centres, choice[1])
    return Origins(people, roads, nearby, home, cottage, municipality.astype(np.int16), person)
