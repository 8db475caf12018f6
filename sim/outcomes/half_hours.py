"""The day's rhythm: arrivals and busy officials by half hour, as a mean over open days."""

from __future__ import annotations

import numpy as np

from sim.outcomes.grouping import Tally, days_with_arrivals, ratio, with_margins
from sim.outcomes.table import LongTable, Metric

_LENGTH = 30.0


def half_hour_name(index: int) -> str:
    """Return when a half hour of the day begins.

    >>> half_hour_name(17)
    '08:30'
    """
    return f"{index // 2:02d}:{index % 2 * 30:02d}"


def add_half_hours(table: LongTable, year: Tally) -> None:
    """Add arrivals and the mean number of officials in a session, by half hour and point.

    Notes
    -----
    A point's open day is one on which anybody arrived there; the row for all points is over the days on
    which anybody arrived anywhere. Half hours without either are left out. No-shows are neither
    arrivals nor sessions here.
    """
    days = days_with_arrivals(year).sum(axis=1).astype(np.float64)
    arrivals = ratio(with_margins(year["arrivals"], axes=1), days[:, None])
    busy = ratio(with_margins(year["serving"], axes=1), days[:, None] * _LENGTH)
    for index in np.flatnonzero((arrivals[-1] > 0) | (busy[-1] > 0)):
        name = half_hour_name(int(index))
        table.add_points(Metric("arrivals_half_hour", name, "persons per half hour"), arrivals[:, index])
        table.add_points(Metric("busy_half_hour", name, "officials"), busy[:, index])
