"""Where people live: coordinates scattered round the municipality's centre, and minutes from there to points.

Distances are kilometres on a plane that is flat round the region's middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.streams import stream_key, uniform

#: Kilometres in a degree of latitude, and of longitude at the equator (WGS84, mean).
_KM_LATITUDE, _KM_LONGITUDE = 110.574, 111.320
#: Attempts to find a home in the drive-time band of a person; then the nearest one found is kept.
ATTEMPTS = 160
_SIXTY = 60.0


@dataclass(frozen=True)
class Plane:
    """The flat map: degrees to kilometres round a reference point."""

    lat: float
    lon: float

    def km(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (..., 2) coordinates [km] east and north of the reference point."""
        east = (np.asarray(lon) - self.lon) * _KM_LONGITUDE * np.cos(np.radians(self.lat))
        return np.stack([east, (np.asarray(lat) - self.lat) * _KM_LATITUDE], axis=-1)

    def degrees(self, km: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitudes and longitudes of (n, 2) coordinates [km]."""
        lon = self.lon + km[:, 0] / (_KM_LONGITUDE * np.cos(np.radians(self.lat)))
        return self.lat + km[:, 1] / _KM_LATITUDE, lon


@dataclass(frozen=True)
class Roads:
    """What is known of driving.

    Attributes
    ----------
    centres
        (n, 2) municipal centres [km].
    minutes
        (n, n) centre-to-centre minutes, nan where none is listed.
    pace
        [min/km] of straight line, for pairs that are not listed.
    """

    centres: NDArray[np.float64]
    minutes: NDArray[np.float64]
    pace: float

    def to_point(
        self, homes: NDArray[np.float64], municipality: NDArray[np.int64], point: NDArray[np.float64], at: int
    ) -> NDArray[np.float64]:
        """Return (n_homes,) one-way minutes from homes to one point.

        Parameters
        ----------
        homes
            (n_homes, 2) coordinates [km].
        municipality
            (n_homes,) municipality of each home.
        point
            (2,) coordinates [km] of the point.
        at
            Municipality of the point.

        Notes
        -----
        Centre-to-centre time times the ratio of distances; pairs without a listed time take the straight
        line at `pace`.
        """
        return np.asarray(straight(homes, point) * self.pace_to(at)[municipality], np.float64)

    def pace_to(self, at: int) -> NDArray[np.float64]:
        """Return (n,) minutes by kilometre of straight line from each municipality to the points of one."""
        between = np.hypot(*(self.centres - self.centres[at]).T)
        with np.errstate(divide="ignore", invalid="ignore"):
            per_km = self.minutes[:, at] / between
        return np.where(np.isfinite(per_km), per_km, self.pace)


def straight(spots: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) kilometres of straight line from (n, 2) coordinates to those of one point, (2,)."""
    east, north = spots[:, 0] - point[0], spots[:, 1] - point[1]
    return np.asarray(np.sqrt(east * east + north * north), np.float64)  # as compiled code has it, to the bit


def make_roads(
    municipalities: pd.DataFrame, travel_times: pd.DataFrame, speed: float, detour: float
) -> tuple[Plane, Roads]:
    """Return the plane and the roads of a region.

    Parameters
    ----------
    municipalities
        municipality, lat, lon.
    travel_times
        from, to, minutes; each pair holds in both directions.
    speed, detour
        [km/h] on roads, and roads' length over the straight line, for pairs that are not listed.
    """
    plane = Plane(float(municipalities["lat"].mean()), float(municipalities["lon"].mean()))
    centres = plane.km(municipalities["lat"].to_numpy(float), municipalities["lon"].to_numpy(float))
    number = {name: index for index, name in enumerate(municipalities["municipality"])}
    minutes = np.full((len(number), len(number)), np.nan)
    for start, end, value in travel_times[["from", "to", "minutes"]].itertuples(index=False):
        minutes[number[start], number[end]] = minutes[number[end], number[start]] = value
    return plane, Roads(centres, minutes, detour * _SIXTY / speed)


def scatter(
    ids: NDArray[np.int64], name: str, seed: int, mean_km: float, attempt: int = 0
) -> NDArray[np.float64]:
    """Return (n, 2) offsets [km] from the centre: exponential distance with mean `mean_km`, any direction."""
    entity = ids * (ATTEMPTS + 1) + attempt
    radius = -mean_km * np.log1p(-uniform(stream_key(seed, 0, f"{name} distance"), entity))
    angle = 2.0 * np.pi * uniform(stream_key(seed, 0, f"{name} direction"), entity)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


@dataclass(frozen=True)
class Bands:
    """Drive-time bands to the nearest joint point.

    Attributes
    ----------
    upper
        (n_bands,) upper ends [min], ascending.
    shares
        (n_municipalities, n_bands) shares of residents, cumulated along the bands.
    """

    upper: NDArray[np.float64]
    shares: NDArray[np.float64]


def make_bands(table: pd.DataFrame, municipalities: list[str]) -> Bands:
    """Return the bands of ``travel_bands``: municipality, from_min, to_min, share.

    Where a municipality has no bands its homes lie wherever they are scattered: one band holds them all.
    """
    wide = table.pivot_table(index="municipality", columns="to_min", values="share").reindex(municipalities)
    if wide.isna().all(axis=1).any():
        wide[np.inf] = np.where(wide.isna().all(axis=1), 1.0, np.nan)
        wide = wide.fillna(0.0)
    shares = wide.to_numpy(float)
    return Bands(wide.columns.to_numpy(float), np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1))


@dataclass(frozen=True)
class Settlement:
    """Where the nearest joint points are, for the resampling of homes to their bands."""

    roads: Roads
    joint: NDArray[np.float64]  # (n_joint, 2) [km]
    joint_municipality: tuple[int, ...]
    bands: Bands
    mean_km: float

    def minutes(self, homes: NDArray[np.float64], municipality: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (n,) minutes to the nearest joint point."""
        least = np.full(len(homes), np.inf)
        for point, at in zip(self.joint, self.joint_municipality, strict=True):
            np.minimum(least, self.roads.to_point(homes, municipality, point, at), out=least)
        return least


def settle_homes(
    ids: NDArray[np.int64], municipality: NDArray[np.int64], seed: int, settlement: Settlement
) -> NDArray[np.float64]:
    """Return (n, 2) home coordinates [km], resampled until each home lies in its person's band.

    Each person belongs to a drive-time band by a draw from the municipality's shares; homes are drawn until
    one lies in that band, at most `ATTEMPTS` times, then the one that came nearest to it is kept.
    """
    bands = settlement.bands
    draw = uniform(stream_key(seed, 0, "home band"), ids)
    wanted = (draw[:, None] >= bands.shares[municipality][:, :-1]).sum(axis=1)
    lower = np.concatenate(([0.0], bands.upper[:-1]))[wanted]
    upper = bands.upper[wanted]
    homes = np.empty((len(ids), 2))
    best = np.full(len(ids), np.inf)
    left = np.arange(len(ids))
    for attempt in range(ATTEMPTS):
        where = municipality[left]
        offsets = scatter(ids[left], "home", seed, settlement.mean_km, attempt)
        candidates = settlement.roads.centres[where] + offsets
        anywhere = np.isinf(upper[left]).all()
        minutes = np.zeros(len(left)) if anywhere else settlement.minutes(candidates, where)
        gap = np.maximum(np.maximum(lower[left] - minutes, minutes - upper[left]), 0.0)
        nearer = gap < best[left]
        homes[left[nearer]] = candidates[nearer]
        best[left[nearer]] = gap[nearer]
        left = left[best[left] > 0.0]
        if not len(left):
            break
    return homes
