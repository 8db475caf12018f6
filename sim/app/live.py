"""A scenario as it is being played for a page: its tables so far, and against the pinned one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.app.costs import EUROS, HTV, SPACE, SPACE_EUROS, STAFF_EUROS
from sim.config import Scenario
from sim.outcomes.labels import YEAR
from sim.reports.results import ALL, Estimate, Values

_CELL = ["replication", "metric", "statistic", "point", "authority", "channel", "period"]


#: Metrics that the page shows.
SHOWN = (
    *("visits", "self_service_visits", "plan_visits", "expected_visits", "legal_floor", "need_growth"),
    *("wait", "within", "abandonment", "utilisation", "wait_histogram", "arrivals_by_hour", "wait_by_hour"),
    *("contact_hours", "rostered_hours", "overtime_hours", HTV, STAFF_EUROS, SPACE_EUROS, EUROS, SPACE),
)


@dataclass(frozen=True)
class LiveRun:
    """A run that is in memory only; reports read it like a stored one."""

    scenario: Scenario
    metrics: pd.DataFrame
    folder: Path = Path()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def shown_rows(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that the page shows: of the year, over all channels."""
    whole = (metrics["period"] == YEAR) & (metrics["channel"] == ALL)
    return metrics[whole & metrics["metric"].isin(SHOWN)]


def differences(metrics: pd.DataFrame, pinned: pd.DataFrame, names: Iterable[str]) -> Values:
    """Return the paired differences of metrics, replication by replication.

    The same persons meet the same luck in both, so most of the random variation falls away.
    """
    wanted = list(names)
    both = metrics[metrics["metric"].isin(wanted)].merge(
        pinned.loc[pinned["metric"].isin(wanted), [*_CELL, "value"]], on=_CELL, suffixes=("", "_pinned")
    )
    return Values.of(both.assign(value=both["value"] - both["value_pinned"]), wanted)


def clear_of_zero(difference: Estimate) -> bool:
    """Return whether an interval of a difference lies on one side of 0; without an interval it does not."""
    return abs(difference.mean) > difference.half_width
