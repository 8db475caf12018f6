"""How many people are in the queue and at a point at once."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio
from sim.outcomes.labels import Family
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable
from sim.visits import YearRecords

_PEAK = 0.95
_QUEUE = Family.of("queue_length", ("mean", "max"), "persons")
_PRESENT = Family.of("people_present", ("p95_of_daily_max",), "persons")


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
    lengths = np.stack([ratio(year["queued"], records.open_minutes.max(axis=2)), year["longest"]])
    table.add_rows(_QUEUE, table.place(point, authority), lengths[:, point, authority])
    present = daily_peaks(year["present"]) * (1 + settings.companions)
    shown = np.flatnonzero(table.shown[:-1, -1])
    table.add_rows(_PRESENT, table.place(shown, table.all_authorities), present[None, shown])


def daily_peaks(most: Floats) -> Floats:
    """Return the 95th percentile over days with visits of the most people present, (n_points,).

    Interpolated linearly as numpy does, to the same last digit.
    """
    ordered = np.sort(most, axis=1)  # days without visits come first
    days = np.count_nonzero(ordered, axis=1)
    place = (days - 1) * _PEAK
    low = np.floor(place).astype(np.int64)
    point, first = np.arange(len(most)), most.shape[1] - days
    before, after = (ordered[point, np.clip(first + at, 0, most.shape[1] - 1)] for at in (low, low + 1))
    part, step = place - low, after - before
    value = np.where(part >= 0.5, after - step * (1 - part), before + step * part)
    return np.where(days > 0, value, np.nan)
