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
from sim.experiments.projection_draws import Draws, evaluate, make_draws
from sim.experiments.projection_rules import (
    floor_of,
    lone_answers,
    must_be_true,
    pair_rules,
    plan_question,
)
from sim.experiments.projection_shares import driver_shares

type Floats = NDArray[np.float64]
type Progress = Callable[[int, int], None]

#: Percentiles of the uncertainty that are shown, and the confidence of the probability's own interval.
PERCENTILES = (10, 50, 90)
_CONFIDENCE = 0.95
#: Drivers without which the probability is told besides.
WITHOUT = ("need", "duty")


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

    @classmethod
    def below(cls, totals: Floats, goal: float) -> Probability:
        """Return the share of `totals` that are at most `goal`."""
        return cls.of(int((totals <= goal).sum()), len(totals))

    def as_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {"value": self.value, "low": self.low, "high": self.high}


def project(
    scenario: Scenario,
    n: int,
    seed: int,
    beside: Scenario | None = None,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Return what a projection says, as plain values.

    Parameters
    ----------
    n
        Draws of all uncertain assumptions.
    seed
        Seed of the draws.
    beside
        Another scenario whose percentiles are told beside, under the same draws.
    progress
        Called with the draws evaluated and in all.

    Returns
    -------
    dict
        ``rows`` by authority, for the joint points' authorities (``joint``) and in total (``all``): visits of
        the base year, the plan, at base assumptions, percentiles, legal floor, probability of the plan or
        fewer with and without the drivers need and duty, and what must be true for the plan (empty where it
        comes true at base assumptions). ``drivers``: their shares in the change since the base year at base
        and at the median draw, which add up exactly, by row. ``levers``: the value of each driver that brings
        the plan's total about, None where no value suffices. ``pairs``: rules for two drivers.
    """
    projection = make_projection(scenario)
    draws = make_draws(projection, n, seed)
    batches = 2 + (beside is not None)

    def step(batch: int) -> Progress:
        return lambda done, _all: progress(batch * n + done, batches * n)

    full, _ = evaluate(draws, progress=step(0))
    fixed, _ = evaluate(draws, WITHOUT, step(1))
    other = None
    if beside is not None:
        # A scenario with a population of its own knows which series came true.
        known = ("population",) if beside.population != scenario.population else ()
        other, _ = evaluate(make_draws(make_projection(beside), n, seed), known, step(2))
    groups = _groups(projection)
    total = plan_question(projection, groups["all"])
    return {
        "scenario": scenario.name,
        "beside": beside.name if beside else None,
        "base_year": projection.base_year,
        "year": projection.year,
        "draws": n,
        "seed": seed,
        "rows": [_row(name, projection, groups[name], (full, fixed, other)) for name in groups],
        "drivers": _drivers(draws, full.sum(axis=1), groups),
        "levers": lone_answers(total),
        "pairs": pair_rules(total),
    }


def _groups(projection: Projection) -> dict[str, NDArray[np.bool_]]:
    """Return the (A,) authorities of each row: those with visits then or planned, and both sums."""
    names = np.array(projection.land.index.authorities)
    known = (projection.history.visits > 0) | (np.nan_to_num(projection.plan) > 0)
    single = {str(name): names == name for name in names[known]}
    joint = np.isin(names, projection.region.about_list("joint_authorities"))
    return {**single, "joint": joint & known, "all": known}


def _row(
    name: str,
    projection: Projection,
    chosen: NDArray[np.bool_],
    draws: tuple[Floats, Floats, Floats | None],
) -> dict[str, Any]:
    """Return one row of the answer, summed over the chosen authorities."""
    full, fixed, other = draws
    question = plan_question(projection, chosen)
    totals, calm = full[:, chosen].sum(axis=1), fixed[:, chosen].sum(axis=1)
    return {
        "authority": name,
        "base_year": float(projection.history.visits[chosen].sum()),
        "plan": question.goal,
        "at_base": question.visits(question.state),
        **_percentiles("", totals),
        **_percentiles("without_", calm),
        **({} if other is None else _percentiles("beside_", other[:, chosen].sum(axis=1))),
        "legal_floor": floor_of(question),
        "probability": Probability.below(totals, question.goal).as_dict(),
        "probability_without": Probability.below(calm, question.goal).as_dict(),
        "must": must_be_true(question),
    }


def _percentiles(prefix: str, totals: Floats) -> dict[str, float]:
    """Return the percentiles of (n,) totals by name."""
    found = np.percentile(totals, PERCENTILES)
    return {f"{prefix}p{at}": float(value) for at, value in zip(PERCENTILES, found, strict=True)}


def _drivers(draws: Draws, totals: Floats, groups: dict[str, NDArray[np.bool_]]) -> list[dict[str, Any]]:
    """Return the drivers' shares by row, at base and at the draw whose total is the median one."""
    median = int(np.argsort(totals)[(len(totals) - 1) // 2])
    at_base, _, _ = driver_shares(draws.projection, draws.projection.base)
    at_median, _, _ = driver_shares(draws.projection, draws.assumption(median))
    return [
        {
            "driver": driver,
            "authority": name,
            "at_base": float(at_base[driver][chosen].sum()),
            "at_median_draw": float(at_median[driver][chosen].sum()),
        }
        for driver in at_base
        for name, chosen in groups.items()
    ]
