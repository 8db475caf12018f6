"""Comparison of scenarios: paired differences on common random numbers, and what they are worth in words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from sim.config.experiment import OutcomeSpec
from sim.outcomes.replications import CONFIDENCE

Verdict = Literal["better", "worse", "higher", "lower", "not distinguishable"]

#: Outcomes that are shown and compared when nobody names any.
MAIN = tuple(
    OutcomeSpec(metric=metric, statistic=statistic)
    for metric, statistic in (
        ("visits", "count"),
        ("wait", "mean"),
        ("wait", "p90"),
        ("within", "target"),
        ("target_met", "day"),
        ("target_met", "week"),
        ("target_met", "year"),
        ("worst_week", "within_target"),
        ("abandonment", "share"),
        ("days_below_target", "count"),
        ("access_delay", "p90"),
        ("travel", "mean"),
        ("travel", "over_60_min"),
        ("contact_hours", "sum"),
        ("rostered_hours", "sum"),
        ("overtime_hours", "sum"),
        ("utilisation", "share"),
    )
)

#: Metrics of which less is better (-1) or more is better (1), broken down by anything; of others neither is.
_DIRECTION = {
    "wait": -1,
    "wait_outside": -1,
    "within": 1,
    "target_met": 1,
    "worst_week": 1,
    "abandonment": -1,
    "turned_away": -1,
    "days_below_target": -1,
    "access_delay": -1,
    "no_slot": -1,
    "travel": -1,
    "overtime_hours": -1,
    "rostered_hours": -1,
    "hours": -1,
    "travel_hours": -1,
    "wait_hours": -1,
    "unserved": -1,
    "over_60": -1,
    "over_60_served": -1,
    "htv": -1,
    "cost": -1,
    "cost_per_visit": -1,
}
_BROKEN_DOWN = re.compile("_(?:by|of)_.*")
#: Parameter that holds the practical threshold of a unit; other units take the relative one.
_THRESHOLDS = {
    "min": "practical_wait_difference",
    "share": "practical_share_difference",
    "HTV": "practical_htv_difference",
}
_RELATIVE = "practical_relative_difference"


@dataclass(frozen=True, slots=True)
class Difference:
    """A scenario against the reference in one outcome.

    Attributes
    ----------
    scenario, outcome, unit
        What is compared.
    reference, mean
        Mean of the reference and of the scenario.
    difference, half_width
        Scenario less reference, and the half width of its 95 % interval: *random variation*, from differences
        paired by replication.
    p_value
        Two-sided, corrected for all comparisons of the table (Holm).
    threshold
        Smallest difference that means something in practice.
    low, high
        10th and 90th percentile of the difference over design points: *uncertainty*; nan for a single point.
    variance_ratio
        Variance of the difference with pairing over the one that independent seeds would give.
    verdict
        In words.
    """

    scenario: str
    outcome: str
    unit: str
    reference: float
    mean: float
    difference: float
    half_width: float
    p_value: float
    threshold: float
    low: float
    high: float
    variance_ratio: float
    n: int
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        """Return all fields; a number that does not exist is None."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in values.items()
        }


@dataclass(frozen=True, slots=True)
class _Pairs:
    """An outcome of two scenarios, (n_points, n_replications) each, where both have a value."""

    scenario: str
    outcome: OutcomeSpec
    unit: str
    reference: NDArray[np.float64]
    other: NDArray[np.float64]


def compare(
    metrics: pd.DataFrame,
    parameters: Mapping[str, float],
    outcomes: Sequence[OutcomeSpec] = MAIN,
    reference: str | None = None,
) -> list[Difference]:
    """Return the differences of all scenarios from a reference.

    Parameters
    ----------
    metrics
        Long table of runs that share seed and replications: of a sweep, or of several runs put together.
    parameters
        Values of the registry, for the practical thresholds.
    outcomes
        What to compare.
    reference
        Scenario that the others are compared with; default: the first of the table.

    Returns
    -------
    list of Difference
        By scenario, then by outcome. An outcome that a scenario does not have is left out.

    Notes
    -----
    *Better* and *worse* need both: a corrected p-value below 0.05, and a difference of at least the practical
    threshold. Differences are paired by design point and replication, as people and visits meet the same luck
    in every scenario.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70. Law (2015), Simulation modeling and analysis,
    5th ed., section 10.2: paired-t intervals.
    """
    names = list(dict.fromkeys(metrics["scenario"]))
    first = reference or names[0]
    pairs = []
    for outcome in outcomes:
        table = values_of(metrics, outcome)
        pairs += [
            _paired(table, outcome, first, name)
            for name in names
            if name != first and {name, first} <= set(table["scenario"])
        ]
    pairs = [pair for pair in pairs if pair.reference.size]
    p_values = holm([_p_value(pair) for pair in pairs])
    found = [_difference(pair, p, parameters) for pair, p in zip(pairs, p_values, strict=True)]
    return sorted(found, key=lambda difference: names.index(difference.scenario))


def values_of(metrics: pd.DataFrame, outcome: OutcomeSpec) -> pd.DataFrame:
    """Return the rows of a long table that hold an outcome."""
    chosen = np.ones(len(metrics), bool)
    for column, wanted in outcome.model_dump().items():
        chosen &= (metrics[column] == wanted).to_numpy()
    return metrics[chosen]


def _paired(table: pd.DataFrame, outcome: OutcomeSpec, first: str, name: str) -> _Pairs:
    wide = table.pivot_table(index="design_point", columns=["replication", "scenario"], values="value")
    shared = [
        replication
        for replication in dict.fromkeys(wide.columns.get_level_values("replication"))
        if (replication, first) in wide and (replication, name) in wide
    ]
    whole = wide[[(r, s) for r in shared for s in (first, name)]].dropna()
    return _Pairs(
        name,
        outcome,
        str(table["unit"].iloc[0]),
        whole[[(r, first) for r in shared]].to_numpy(np.float64),
        whole[[(r, name) for r in shared]].to_numpy(np.float64),
    )


def _by_replication(pair: _Pairs) -> NDArray[np.float64]:
    """Return the difference of each replication, the mean over design points, (n_replications,)."""
    means: NDArray[np.float64] = (pair.other - pair.reference).mean(axis=0)
    return means


def _p_value(pair: _Pairs) -> float:
    """Return the two-sided p-value of a paired t-test; differences that never vary are certain."""
    values = _by_replication(pair)
    if not values.any():
        return 1.0
    if len(values) < 2:
        return math.nan
    error = values.std(ddof=1) / math.sqrt(len(values))
    return 0.0 if error == 0 else float(2 * stdtr(len(values) - 1, -abs(values.mean() / error)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, step by step from the smallest.

    Values that are nan count as comparisons and stay nan.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda i: (math.isnan(p_values[i]), p_values[i]))
    corrected, highest = [math.nan] * len(p_values), 0.0
    for rank, index in enumerate(order):
        if not math.isnan(p_values[index]):
            highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
            corrected[index] = highest
    return corrected


def _difference(pair: _Pairs, p_value: float, parameters: Mapping[str, float]) -> Difference:
    values = _by_replication(pair)
    reference, mean = float(pair.reference.mean()), float(pair.other.mean())
    threshold = threshold_of(pair.unit, reference, parameters)
    by_point = (pair.other - pair.reference).mean(axis=1)
    low, high = np.quantile(by_point, (0.1, 0.9)) if len(by_point) > 1 else (math.nan, math.nan)
    difference = mean - reference
    return Difference(
        scenario=pair.scenario,
        outcome=pair.outcome.label(),
        unit=pair.unit,
        reference=reference,
        mean=mean,
        difference=difference,
        half_width=half_width_of(values),
        p_value=p_value,
        threshold=threshold,
        low=float(low),
        high=float(high),
        variance_ratio=_variance_ratio(pair),
        n=len(values),
        verdict=_verdict(pair.outcome.metric, difference, threshold, p_value),
    )


def half_width_of(values: NDArray[np.float64]) -> float:
    """Return the half width of the 95 % Student interval of the mean of (n,) values, nan of a single one."""
    if len(values) < 2:
        return math.nan
    t = stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)
    return float(t * values.std(ddof=1) / math.sqrt(len(values)))


def _variance_ratio(pair: _Pairs) -> float:
    """Return the variance of paired differences over the sum of the two variances."""
    reference, other = pair.reference.mean(axis=0), pair.other.mean(axis=0)
    if len(reference) < 2:
        return math.nan
    apart = reference.var(ddof=1) + other.var(ddof=1)
    return float((other - reference).var(ddof=1) / apart) if apart > 0 else math.nan


def threshold_of(unit: str, reference: float, parameters: Mapping[str, float]) -> float:
    """Return the smallest difference of an outcome that means something in practice, in its unit."""
    if unit in _THRESHOLDS:
        return parameters[_THRESHOLDS[unit]]
    return parameters[_RELATIVE] * abs(reference)


def _verdict(metric: str, difference: float, threshold: float, p_value: float) -> Verdict:
    if not p_value < 1 - CONFIDENCE or abs(difference) < threshold:
        return "not distinguishable"
    direction = _DIRECTION.get(_BROKEN_DOWN.sub("", metric), 0)
    if direction == 0:
        return "higher" if difference > 0 else "lower"
    return "better" if difference * direction > 0 else "worse"
