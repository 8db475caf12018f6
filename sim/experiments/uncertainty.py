"""Two levels of not knowing, kept apart: uncertain assumptions, and luck that varies from year to year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config.experiment import SAMPLED, Experiment, OutcomeSpec
from sim.experiments.comparison import MAIN, half_width_of, values_of
from sim.experiments.store import RunResult
from sim.experiments.sweep import plan

#: Percentiles of the uncertainty that are told.
PERCENTILES = (10, 90)


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """What is known of an outcome over draws of the assumptions and replications.

    Attributes
    ----------
    mean
        Over all draws and replications.
    half_width
        Of the mean's 95 % interval: *random variation*, of the draws that were made.
    p10, p90
        Percentiles of the draws' means: *uncertainty*.
    variance_uncertainty, variance_random
        Variance of a single year's outcome that comes from the assumptions, and from luck.
    share_uncertainty
        The first of the two over their sum; nan if nothing varies.
    draws, n
        Number of draws, and of the replications of each.
    """

    mean: float
    half_width: float
    p10: float
    p90: float
    variance_uncertainty: float
    variance_random: float
    share_uncertainty: float
    draws: int
    n: int


def is_drawn(experiment: Experiment) -> bool:
    """Return whether the design of an experiment draws uncertainties."""
    return experiment.spec.design.kind in SAMPLED


def two_levels(values: NDArray[np.float64]) -> TwoLevels:
    """Return the two levels of an outcome.

    Parameters
    ----------
    values
        (n_draws, n_replications); replication k meets the same luck in every draw.

    Notes
    -----
    A two-way layout without repetition: value = mean + draw + luck of the replication + rest. As all draws
    share their luck, it cancels out of the differences between draws; the variance between draws is that of
    their means less the rest's, Var(draw means) - rest / n, and not below 0. The luck of a single year is
    that of the replication and the rest.

    References
    ----------
    Searle, Casella and McCulloch (1992), Variance components, section 4.3.

    Examples
    --------
    >>> found = two_levels(np.array([[1.0, 3.0], [5.0, 7.0]]))
    >>> found.variance_uncertainty, found.variance_random, found.share_uncertainty
    (8.0, 2.0, 0.8)
    """
    draws, n = values.shape
    of_draw, of_luck = values.mean(axis=1), values.mean(axis=0)
    rest = values - of_draw[:, None] - of_luck + values.mean()
    free = (draws - 1) * (n - 1)
    noise = float((rest**2).sum() / free) if free else math.nan
    between = max(float(of_draw.var(ddof=1)) - noise / n, 0.0) if draws > 1 else math.nan
    luck = max(float(of_luck.var(ddof=1)) - noise / draws, 0.0) + noise if n > 1 else math.nan
    low, high = np.percentile(of_draw, PERCENTILES)
    total = between + luck
    return TwoLevels(
        mean=float(values.mean()),
        half_width=half_width_of(of_luck),
        p10=float(low),
        p90=float(high),
        variance_uncertainty=between,
        variance_random=luck,
        share_uncertainty=between / total if total > 0 else math.nan,
        draws=draws,
        n=n,
    )


def uncertainty_rows(
    experiment: Experiment, metrics: pd.DataFrame, outcomes: Sequence[OutcomeSpec] = ()
) -> list[dict[str, Any]]:
    """Return both levels of outcomes, a row for each scenario, setting of the levers, and outcome.

    Parameters
    ----------
    experiment
        Its design draws uncertainties.
    metrics
        Long table of its runs.
    outcomes
        Default: the experiment's.

    Returns
    -------
    list of dict
        scenario, the levers, the keys of the outcome, unit, and the fields of `TwoLevels`. Draws and
        replications that lack a value are left out.
    """
    levers = {factor.key for factor in experiment.factors if factor.role == "lever"}
    settings = {
        point.key: tuple((key, value) for key, value, _unit in point.factors if key in levers)
        for point in plan(experiment)
    }
    rows: list[dict[str, Any]] = []
    for outcome in outcomes or experiment.spec.outcomes or MAIN:
        table = values_of(metrics, outcome)
        keys = zip(table["scenario"], table["design_point"].astype(int), strict=True)
        side = pd.Series([(name, settings[name, point]) for name, point in keys], table.index, dtype=object)
        for scenario, setting in dict.fromkeys(side):
            group = table[[one == (scenario, setting) for one in side]]
            values = _whole(group)
            if values.size:
                place = {"scenario": scenario, **dict(setting), **outcome.model_dump()}
                found = two_levels(values)
                numbers = {name: getattr(found, name) for name in TwoLevels.__slots__}
                rows.append({**place, "unit": str(group["unit"].iloc[0]), **numbers})
    return rows


def uncertainty_table(experiment: Experiment, result: RunResult) -> list[dict[str, Any]]:
    """Return both levels of the outcomes of a sweep as plain values, numbers that do not exist as None."""
    return [
        {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in uncertainty_rows(experiment, result.metrics)
    ]


def _whole(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return (n_draws, n_replications) values: replications that all draws share, of draws that have any."""
    wide = table.pivot_table(index="design_point", columns="replication", values="value")
    return wide.dropna(axis=1).to_numpy(np.float64)
