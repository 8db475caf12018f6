"""The day's rhythm: arrivals and busy officials by half hour, as a mean over open days."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, Ints, VisitColumns
from sim.outcomes.grouping import count, ratio, with_margins
from sim.outcomes.table import LongTable, Metric
from sim.visits import YearRecords

_LENGTH = 30.0
_BINS = 48


def half_hour_name(index: int) -> str:
    """Return when a half hour of the day begins.

    >>> half_hour_name(17)
    '08:30'
    """
    return f"{index // 2:02d}:{index % 2 * 30:02d}"


def add_half_hours(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add arrivals and the mean number of officials in a session, by half hour and point.

    Notes
    -----
    A point's open day is one on which anybody arrived there; the row for all points is over the days on
    which anybody arrived anywhere. Half hours without either are left out. No-shows are neither
    arrivals nor sessions here.
    """
    n_points = len(records.names.points)
    days = _open_days(columns, n_points)
    arrived = columns.arrived & (columns.arrival >= 0)
    key = columns.point[arrived] * _BINS + _half_hour(columns.arrival[arrived])
    arrivals = ratio(with_margins(count(key, (n_points, _BINS)), axes=1), days[:, None])
    busy = ratio(with_margins(_busy_minutes(columns, n_points), axes=1), days[:, None] * _LENGTH)
    for index in np.flatnonzero((arrivals[-1] > 0) | (busy[-1] > 0)):
        name = half_hour_name(int(index))
        table.add_points(Metric("arrivals_half_hour", name, "persons per half hour"), arrivals[:, index])
        table.add_points(Metric("busy_half_hour", name, "officials"), busy[:, index])


def _half_hour(minutes: Floats) -> Ints:
    """Return the half hour of the day; what passes midnight stays in the last."""
    return np.minimum((minutes / _LENGTH).astype(np.int64), _BINS - 1)


def _open_days(columns: VisitColumns, n_points: int) -> Floats:
    """Return the days with arrivals of each point and of all together, (n_points + 1,)."""
    n_days = int(columns.day.max(initial=0)) + 1
    key = columns.point[columns.arrived] * n_days + columns.day[columns.arrived]
    arrivals = with_margins(count(key, (n_points, n_days)), axes=1)
    return (arrivals > 0).sum(axis=1).astype(np.float64)


def _busy_minutes(columns: VisitColumns, n_points: int) -> Floats:
    """Return the minutes of service that fall into each half hour over the year, (n_points, 48).

    Notes
    -----
    Minutes in service before time t are the sum of (t - start) over the starts before t, less the same
    for the ends; at the edges of half hours both are running sums.
    """
    began = columns.began
    point = columns.point[began]
    before = _minutes_since(point, columns.start[began], n_points)
    before -= _minutes_since(point, columns.end[began], n_points)
    return np.diff(before, axis=1, prepend=0.0)


def _minutes_since(point: Ints, moment: Floats, n_points: int) -> Floats:
    """Return the sum of (edge - moment) over the moments before the end of each half hour."""
    shape = (n_points, _BINS)
    key = point * _BINS + _half_hour(moment)
    edges = (np.arange(_BINS) + 1) * _LENGTH
    return count(key, shape).cumsum(axis=1) * edges - count(key, shape, moment).cumsum(axis=1)
