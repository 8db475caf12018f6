"""How strongly each authority felt the epidemic: a common monthly profile to a power of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.site import Season
from sim.demand.tables import epidemic_months
from sim.region import Region

#: Powers between which the solution lies; below 0 an authority gained visits.
_LOWEST, _HIGHEST = -4.0, 12.0
_BISECTIONS = 80
_MONTHS = 12


def epidemic_power(
    region: Region, season: Season, usual: NDArray[np.float64], counted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (A,) powers of the epidemic's monthly profile that lead from the usual year to the counts.

    Parameters
    ----------
    season
        Days of the usual year.
    usual, counted
        (A,) visits without the epidemic, and those that were counted.
    """
    ratio = np.divide(counted, usual, out=np.ones_like(usual), where=usual > 0)
    inside = season.span.year_slice
    months, weights = season.span.months[inside], season.days.share.mean(axis=1)[:, inside]
    by_month = np.stack([weights[:, months == month].sum(axis=1) for month in range(_MONTHS)], axis=1)
    profile = epidemic_months(region, np.ones(1))[0]
    low, high = np.full(len(usual), _LOWEST), np.full(len(usual), _HIGHEST)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        total = (by_month * profile[None, :] ** middle[:, None]).sum(axis=1)
        too_many = total > ratio * by_month.sum(axis=1)
        low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
    return np.where(ratio == 1.0, 0.0, (low + high) / 2)
