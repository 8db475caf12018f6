"""Joins replications: the mean of each metric and how far chance moves it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

#: What an interval over replications covers, for everybody who prints one.
RANDOM_VARIATION = "random variation"
#: Confidence of the intervals.
CONFIDENCE = 0.95

_KEYS = (
    "scenario",
    "design_point",
    "year",
    "point",
    "authority",
    "channel",
    "period",
    "metric",
    "statistic",
    "unit",
)


def intervals(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return mean, half width and number of replications of each metric.

    Parameters
    ----------
    metrics
        Long table of several replications: the columns of `metrics` and a column that tells the replications
        apart (`replication` or `run_id`); `scenario` and `design_point` are kept apart where present.

    Returns
    -------
    DataFrame
        The key columns and `mean`, `half_width`, `n`. The half width is that of a 95 % Student interval for
        the mean: *random variation*, nothing else. It is nan with fewer than two values; values
        that are nan in a replication do not count, there or in `n`.
    """
    keys = [key for key in _KEYS if key in metrics.columns]
    grouped = metrics.groupby(keys, sort=False, observed=True)["value"]
    table = grouped.agg(["mean", "std", "count"]).reset_index()
    n = table.pop("count").to_numpy()
    spread = table.pop("std").to_numpy()
    enough = n > 1
    half_width = np.full(len(table), np.nan)
    t = stdtrit(n[enough] - 1, (1 + CONFIDENCE) / 2)
    half_width[enough] = t * spread[enough] / np.sqrt(n[enough])
    return table.assign(half_width=half_width, n=n)
