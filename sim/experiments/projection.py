"""The answer of a projection: visits to come, the likelihood of the plan, and what that would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from sim.config import Scenario
from sim.demand.projection import Projection, make_projection
from sim.experiments.projection_draws import evaluate, make_draws
from sim.experiments.projection_levers import Question, make_levers
from sim.experiments.projection_shares import driver_shares, levels_of

#: Percentiles of the uncertainty that are shown, and the confidence of the probability's own interval.
PERCENTILES = (10, 50, 90)
_CONFIDENCE = 0.95
#: Drivers without which the probability is told besides.
_WITHOUT = ("need", "duty")


@dataclass(frozen=True)
class Probability:
    """Share of draws that stay at or below a number, with its own uncertainty (Clopper and Pearson 1934)."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, hits: int, n: int) -> Probability:
        """Return the share of `hits` among `n` draws with its exact 95 % interval.

        >>> Probability.of(0, 100).low
        0.0
        """
        tail = (1 - _CONFIDENCE) / 2
        low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
        high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
        return cls(hits / n, low, high)

    def as_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {"value": self.value, "low": self.low, "high": self.high}


def project(
    scenario: Scenario, n: int, seed: int, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Any]:
    """Return what a projection says, as plain values.

    Parameters
    ----------
    n
        Draws of all uncertain assumptions.
    seed
        Seed of the draws.
    progress
        Called with the evaluations done and in all.

    Returns
    -------
    dict
        ``rows`` by authority and for both totals (base year, plan, percentiles, legal floor, probability of
        the plan or fewer), ``probability`` without the drivers need and duty, ``drivers`` of the change
        since the base year (they add up exactly), ``levers``: the value that would bring the plan's total
        about, None where no value suffices.
    """
    projection = make_projection(scenario)
    draws = make_draws(projection, n, seed)
    visits, floors = evaluate(draws, progress=lambda done, _all: progress(done, 2 * n))
    fewer, _ = evaluate(draws, _WITHOUT, lambda done, _all: progress(n + done, 2 * n))
    plan = np.nan_to_num(projection.plan)
    joint = np.isin(projection.land.index.authorities, projection.region.about_list("joint_authorities"))
    everybody = np.ones(len(plan), bool)
    shares, before, after = driver_shares(projection, projection.base)
    groups = [*_single(projection), ("joint", joint), ("all", everybody)]
    return {
        "scenario": scenario.name,
        "year": projection.year,
        "draws": n,
        "rows": [_row(name, chosen, (before, plan, visits, floors)) for name, chosen in groups],
        "probability_without_need_and_duty": _probability(fewer.sum(axis=1), float(plan.sum())).as_dict(),
        "drivers": {name: float(share.sum()) for name, share in shares.items()},
        "change": float(after.sum() - before.sum()),
        "levers": _levers(projection, float(plan.sum()), everybody),
    }


def _single(projection: Projection) -> list[tuple[str, NDArray[np.bool_]]]:
    names = projection.land.index.authorities
    return [(name, np.arange(len(names)) == position) for position, name in enumerate(names)]


def _row(name: str, chosen: NDArray[np.bool_], numbers: tuple[NDArray[np.float64], ...]) -> dict[str, Any]:
    """Return one row of the answer, summed over the chosen authorities."""
    before, plan, visits, floors = numbers
    total = visits[:, chosen].sum(axis=1)
    low, middle, high = np.percentile(total, PERCENTILES)
    goal = float(plan[chosen].sum())
    return {
        "authority": name,
        "base_year": float(before[chosen].sum()),
        "plan": goal,
        "p10": float(low),
        "p50": float(middle),
        "p90": float(high),
        "legal_floor": float(np.median(floors[:, chosen].sum(axis=1))),
        "probability": _probability(total, goal).as_dict(),
    }


def _probability(total: NDArray[np.float64], goal: float) -> Probability:
    return Probability.of(int((total <= goal).sum()), len(total))


def _levers(projection: Projection, goal: float, chosen: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return for each driver the value that would bring `goal` about, all others as in the scenario."""
    levels = levels_of(projection, projection.base)
    state = projection.state(projection.base, projection.year)
    question = Question(projection, levels, state, chosen, goal)
    found = []
    for lever in make_levers(projection, state):
        answer = question.alone(lever)
        found.append(
            {
                "driver": lever.name,
                "unit": lever.unit,
                "base": lever.base,
                "value": answer.value if answer.suffices else None,
                "nearest_visits": answer.nearest,
                "nearest_at": answer.at,
            }
        )
    return found
