"""The day's rhythm: arrivals and busy officials by half hour, as a mean over open days."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, Ints, VisitColumns
from sim.outcomes.grouping import Axes, Tally, count, ratio, with_margins
from sim.outcomes.table import LongTable, Metric

_LENGTH = 30.0
_BINS = 48


def half_hour_name(index: int) -> str:
    """Return when a half hour of the day begins.

    >>> half_hour_name(17)
    '08:30'
    """
    return f"{index // 2:02d}:{index % 2 * 30:02d}"


def tally_half_hours(columns: VisitColumns, axes: Axes) -> Tally:
    """Return a month's arrivals and minutes in service by half hour, both (point, half hour).

    Notes
    -----
    Minutes in service before time t are the sum of (t - start) over the starts before t, less the same
    for the ends; at the edges of half hours both are running sums.
    """
    shape = (axes.points, _BINS)
    arrived = np.flatnonzero(columns.arrived & (columns.arrival >= 0))
    key = columns.point[arrived] * _BINS + _half_hour(columns.arrival[arrived])
    began = np.flatnonzero(columns.began)
    row = columns.point[began] * _BINS
    before = _minutes_since(row, columns.start[began], shape) - _minutes_since(row, columns.end[began], shape)
    return {"arrivals": count(key, shape), "serving": np.diff(before, axis=1, prepend=0.0)}


def add_half_hours(table: LongTable, year: Tally) -> None:
    """Add arrivals and the mean number of officials in a session, by half hour and point.

    Notes
    -----
    A point's open day is one on which anybody arrived there; the row for all points is over the days on
    which anybody arrived anywhere. Half hours without either are left out. No-shows are neither
    arrivals nor sessions here.
    """
    days = _open_days(year["month_days"])
    arrivals = ratio(with_margins(year["arrivals"], axes=1), days[:, None])
    busy = ratio(with_margins(year["serving"], axes=1), days[:, None] * _LENGTH)
    for index in np.flatnonzero((arrivals[-1] > 0) | (busy[-1] > 0)):
        name = half_hour_name(int(index))
        table.add_points(Metric("arrivals_half_hour", name, "persons per half hour"), arrivals[:, index])
        table.add_points(Metric("busy_half_hour", name, "officials"), busy[:, index])


def _half_hour(minutes: Floats) -> Ints:
    """Return the half hour of the day; what passes midnight stays in the last."""
    return np.minimum((minutes / _LENGTH).astype(np.int64), _BINS - 1)


def _open_days(days: Floats) -> Floats:
    """Return the days with arrivals of each point and of all together, (n_points + 1,)."""
    arrived = with_margins(days[..., :2].sum(axis=(2, 4)).transpose(1, 0, 2), axes=1)
    return (arrived > 0).sum(axis=(1, 2)).astype(np.float64)


def _minutes_since(row: Ints, moment: Floats, shape: tuple[int, int]) -> Floats:
    """Return the sum of (edge - moment) over the moments before the end of each half hour."""
    key = row + _half_hour(moment)
    edges = (np.arange(_BINS) + 1) * _LENGTH
    return count(key, shape).cumsum(axis=1) * edges - count(key, shape, moment).cumsum(axis=1)
