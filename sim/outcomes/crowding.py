"""How many people are in the queue and at a point at once."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, Metric
from sim.visits import YearRecords

_PEAK = 0.95


def add_crowding(table: LongTable, records: YearRecords, year: Tally, settings: OutcomeSettings) -> None:
    """Add queue lengths by point and authority, and how many people are at a point at once.

    Notes
    -----
    A person is in the queue while their wait counts: from the latest of arrival, appointed time and
    opening to the start of service or the moment they left. The mean is over the open time of the
    authority's doors at the point (the longest of its channels), so waits past closing are in it. People
    *present* are all with a ticket who have not left, with companions; no-shows are neither.
    """
    point, authority = np.nonzero(table.shown[:-1, :-1])
    mean = ratio(year["queued"], records.open_minutes.max(axis=2))[point, authority]
    longest = year["longest"][point, authority]
    table.add_rows(Metric("queue_length", "mean", "persons"), point, authority, mean)
    table.add_rows(Metric("queue_length", "max", "persons"), point, authority, longest)
    present = _peaks(year["present"]) * (1 + settings.companions)
    shown = np.flatnonzero(table.shown[:-1, -1])
    everybody = np.full(len(shown), table.all_authorities)
    table.add_rows(Metric("people_present", "p95_of_daily_max", "persons"), shown, everybody, present[shown])


def _peaks(most: Floats) -> Floats:
    """Return the 95th percentile over days with visits of the most people present, (n_points,)."""
    out = np.full(len(most), np.nan)
    for point in np.flatnonzero(most.any(axis=1)):
        days = most[point]
        out[point] = np.quantile(days[days > 0], _PEAK)
    return out
