"""How many replications a stated precision takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.config.experiment import UntilSpec
from sim.experiments.comparison import values_of
from sim.outcomes.replications import CONFIDENCE

#: Fewest replications from which a spread is estimated.
FEWEST = 3


def half_widths(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half width of the 95 % Student interval after each replication.

    Parameters
    ----------
    values
        Outcome by replication, (n,); nan counts for nothing.

    Returns
    -------
    ndarray
        (n,); inf until there are two values.

    Examples
    --------
    >>> half_widths(np.array([1.0, 2.0, 3.0])).round(2).tolist()
    [inf, 6.35, 2.48]
    """
    known = np.isfinite(values)
    n = known.cumsum()
    centred = np.where(known, values - _first(values), 0.0)
    total, squares = centred.cumsum(), (centred**2).cumsum()
    enough = n > 1
    variance = np.full(len(values), np.inf)
    np.divide(squares - total**2 / np.maximum(n, 1), n - 1, out=variance, where=enough)
    t = np.where(enough, stdtrit(np.maximum(n - 1, 1), (1 + CONFIDENCE) / 2), np.inf)
    spread = np.sqrt(np.maximum(variance, 0.0) / np.maximum(n, 1))
    return np.where(enough, t * spread, np.inf)


def running_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the outcome after each replication, (n,); nan until there is a value."""
    known = np.isfinite(values)
    n = known.cumsum()
    total = np.where(known, values, 0.0).cumsum()
    means = np.full(len(values), np.nan)
    np.divide(total, n, out=means, where=n > 0)
    return means


def replications_until(values: NDArray[np.float64], until: UntilSpec, least: int) -> int | None:
    """Return after how many replications the outcome is as precise as asked, or None if it is not yet.

    Parameters
    ----------
    values
        Outcome by replication, (n,).
    until
        The half width, absolute or as a share of the mean, and the most replications.
    least
        Fewest replications.

    References
    ----------
    Robinson (2014), Simulation: the practice of model development and use, 2nd ed., section 9.6: the
    confidence interval method.
    """
    target = until.half_width * (np.abs(running_means(values)) if until.relative else 1.0)
    precise = half_widths(values) <= target
    precise[: max(least, FEWEST) - 1] = False
    first = np.flatnonzero(precise)
    if len(first):
        return min(int(first[0]) + 1, until.at_most)
    return until.at_most if len(values) >= until.at_most else None


@dataclass(frozen=True, slots=True)
class Reached:
    """How precise an outcome became at one design point.

    Attributes
    ----------
    replications
        With a value.
    half_width, target
        Of the 95 % interval of the mean, and the one that was asked for.
    """

    scenario: str
    design_point: int
    outcome: str
    replications: int
    half_width: float
    target: float

    @property
    def precise(self) -> bool:
        """Whether the interval is as narrow as asked."""
        return self.half_width <= self.target

    def as_dict(self) -> dict[str, Any]:
        """Return all fields; a half width that does not exist is None."""
        values = {name: getattr(self, name) for name in self.__slots__}
        known = {key: None if value == np.inf else value for key, value in values.items()}
        return {**known, "precise": self.precise}


def reached(metrics: pd.DataFrame, until: UntilSpec) -> list[Reached]:
    """Return how precise the outcome of `until` became at each design point of a long table."""
    found = []
    rows = values_of(metrics, until.outcome)
    for (scenario, point), table in rows.groupby(["scenario", "design_point"], sort=False):
        place = str(scenario), int(str(point))
        values = table.sort_values("replication")["value"].to_numpy(np.float64)
        width = float(half_widths(values)[-1])
        target = until.half_width * (abs(float(running_means(values)[-1])) if until.relative else 1.0)
        n = int(np.isfinite(values).sum())
        found.append(Reached(*place, until.outcome.label(), n, width, target))
    return found


def _first(values: NDArray[np.float64]) -> float:
    """Return the first known value, from which sums are taken so that they lose no digits."""
    known = values[np.isfinite(values)]
    return float(known[0]) if len(known) else 0.0
