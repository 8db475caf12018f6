"""How many people are in the queue and at a point at once."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, Ints, VisitColumns
from sim.outcomes.grouping import Axes, Tally, count, most_at_once, ratio
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, Metric
from sim.visits import YearRecords

_MONTH = 31
_DAY = 1440.0
_PEAK = 0.95


def waiting(columns: VisitColumns) -> Ints:
    """Return the rows of those who waited: arrived, got in, and had their wait count for a while."""
    leave = np.where(columns.began, columns.start, columns.end)
    return np.flatnonzero((leave > columns.base) & (columns.ticket == columns.ticket) & columns.arrived)


def tally_crowding(columns: VisitColumns, axes: Axes, rows: Ints) -> Tally:
    """Return a month's queues and crowds, given the rows of those who waited.

    `queued` (point, authority) minutes of waiting, `month_queue` (point, authority) the longest
    queue, `month_present` (point, day of the month) most people at once.
    """
    cells = (axes.points, axes.authorities)
    begin, cell = columns.base[rows], columns.cell[rows]
    leave = np.where(columns.began[rows], columns.start[rows], columns.end[rows])
    midnight = columns.day[rows].astype(np.float64) * _DAY
    longest = most_at_once(cell, midnight + begin, midnight + leave, axes.points * axes.authorities)
    inside = np.flatnonzero(columns.arrived & (columns.end > columns.ticket))
    place = columns.point[inside] * _MONTH + columns.day[inside]
    present = most_at_once(place, columns.ticket[inside], columns.end[inside], axes.points * _MONTH)
    return {
        "queued": count(cell, cells, leave - begin),
        "month_queue": longest.reshape(cells),
        "month_present": present.reshape(axes.points, _MONTH),
    }


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
    longest = year["month_queue"].max(axis=0)[point, authority]
    table.add_rows(Metric("queue_length", "mean", "persons"), point, authority, mean)
    table.add_rows(Metric("queue_length", "max", "persons"), point, authority, longest)
    present = _peaks(year["month_present"].transpose(1, 0, 2)) * (1 + settings.companions)
    shown = np.flatnonzero(table.shown[:-1, -1])
    everybody = np.full(len(shown), table.all_authorities)
    table.add_rows(Metric("people_present", "p95_of_daily_max", "persons"), shown, everybody, present[shown])


def _peaks(most: Floats) -> Floats:
    """Return the 95th percentile over days with visits of the most people present, (n_points,)."""
    out = np.full(len(most), np.nan)
    for point in np.flatnonzero(most.any(axis=(1, 2))):
        days = most[point]
        out[point] = np.quantile(days[days > 0], _PEAK)
    return out
