"""How many places of each kind a staffing needs at each point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.network.network import PLACE_KINDS
from sim.outcomes.grouping import most_at_once
from sim.staffing.bench import PlayedYear
from sim.staffing.problem import Problem
from sim.stage import stage_of

#: Share of the days on which the places must suffice without a queue for places.
_DAYS_SERVED = 0.99
_YEAR = 366


def places_needed(problem: Problem, years: Sequence[PlayedYear]) -> dict[str, dict[str, int]]:
    """Return the places of each kind that suffice on `_DAYS_SERVED` of the days of use, by point.

    What a point has one of stays, though nobody may have used it. The years must have been played with
    ample places.
    """
    network, base = problem.bench.setup.site.network, stage_of(problem.scenario).setup.site.network
    peaks = np.concatenate([_daily_peaks(year, base.places.shape) for year in years], axis=2)
    needed = np.minimum(base.places, 1)
    for cell in zip(*np.nonzero(peaks.any(axis=2)), strict=True):
        days = peaks[cell]
        needed[cell] = max(needed[cell], int(np.ceil(np.quantile(days[days > 0], _DAYS_SERVED))))
    return {
        point: {kind: int(n) for kind, n in zip(PLACE_KINDS, needed[index], strict=True)}
        for index, point in enumerate(base.points)
        if not network.outside[index] and peaks[index].any()
    }


def _daily_peaks(year: PlayedYear, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return (P, 3, 366) most places of each kind in use at once on each day."""
    visits = year.visits[(year.visits["place"] >= 0) & np.isfinite(year.visits["start"])]
    key = visits["point"].astype(np.int64) * shape[1] + visits["place"]
    key = key * _YEAR + visits["day"]
    n = shape[0] * shape[1] * _YEAR
    return most_at_once(key, visits["start"], visits["end"], n).reshape(*shape, _YEAR)
