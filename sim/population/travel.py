"""Travel times from tables, by car and by public transport, in place of the road rule.

A table's origins are municipalities or places with coordinates; a home or cottage takes the row of its
municipality, or of the nearest place. Points that the table does not list keep the road rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.population.homes import Plane
from sim.streams import stream_key, uniform

#: Name of the stream that decides who goes by public transport.
_MODE = "public transport"


@dataclass(frozen=True)
class TravelTimes:
    """A table of travel times.

    Attributes
    ----------
    points
        Points that the table lists.
    minutes
        (n_origins, n_points) one-way minutes, inf where a point cannot be reached.
    places
        (n_origins, 2) coordinates [km] of the origins; empty where origins are municipalities, in the
        model's order.
    """

    points: tuple[str, ...]
    minutes: NDArray[np.float64]
    places: NDArray[np.float64]

    def rows(self, spots: NDArray[np.float64], municipality: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (n,) the row of `minutes` that holds for each spot.

        Parameters
        ----------
        spots
            (n, 2) coordinates [km].
        municipality
            (n,) municipality of each spot.
        """
        if not len(self.places):
            return municipality
        _, nearest = cKDTree(self.places).query(spots)
        return np.asarray(nearest, np.int64)


@dataclass(frozen=True)
class Travel:
    """How people travel where tables replace the road rule.

    Attributes
    ----------
    car, public_transport
        Tables by mode; None: by the road rule, and nobody goes by public transport.
    share
        Share of the people who go by public transport where there is a table of it.
    seed
        Seed of the people.
    """

    car: TravelTimes | None = None
    public_transport: TravelTimes | None = None
    share: float = 0.0
    seed: int = 0

    def rides(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return (n,) who goes by public transport, by id: a lasting property of a person."""
        if self.public_transport is None:
            return np.zeros(len(ids), bool)
        return uniform(stream_key(self.seed, 0, _MODE), ids) < self.share


def travel_times(
    table: pd.DataFrame, municipalities: tuple[str, ...], origins: pd.DataFrame | None, plane: Plane
) -> TravelTimes:
    """Return a table of travel times ready for look-up.

    Parameters
    ----------
    table
        from_id, to_id, travel_time [min], nan where a point cannot be reached.
    municipalities
        Names in index order.
    origins
        id, lat, lon of the origins; None where they are municipalities.
    plane
        The map.
    """
    names = list(municipalities) if origins is None else list(origins["id"])
    points = tuple(dict.fromkeys(table["to_id"]))
    minutes = np.full((len(names), len(points)), np.inf)
    at = tuple(
        pd.Index(known).get_indexer(pd.Index(table[key]))
        for known, key in ((names, "from_id"), (points, "to_id"))
    )
    minutes[at] = table["travel_time"].fillna(np.inf)
    places = np.zeros((0, 2))
    if origins is not None:
        places = plane.km(origins["lat"].to_numpy(float), origins["lon"].to_numpy(float))
    return TravelTimes(points, minutes, places)


def replace_minutes(
    minutes: NDArray[np.float32], points: tuple[str, ...], times: TravelTimes, rows: NDArray[np.int64]
) -> None:
    """Put a table's times in the place of others, for the points that it lists.

    Parameters
    ----------
    minutes
        (n, P) one-way minutes, changed in place.
    points
        P points.
    times, rows
        The table, and which of its rows holds for each of the n spots.
    """
    for column, point in enumerate(times.points):
        if point in points:
            minutes[:, points.index(point)] = times.minutes[rows, column]


__all__ = ["Travel", "TravelTimes", "replace_minutes", "travel_times"]
