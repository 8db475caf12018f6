"""The day's rhythm: arrivals and busy officials by half hour, as a mean over open days."""

from __future__ import annotations

import numpy as np

from sim.outcomes.grouping import Tally, days_with_arrivals, ratio, with_margins
from sim.outcomes.labels import Family
from sim.outcomes.table import Block, LongTable

_LENGTH = 30.0


def half_hour_name(index: int) -> str:
    """Return when a half hour of the day begins.

    >>> half_hour_name(17)
    '08:30'
    """
    return f"{index // 2:02d}:{index % 2 * 30:02d}"


_NAMES = tuple(half_hour_name(index) for index in range(48))
_ARRIVALS = Family.of("arrivals_half_hour", _NAMES, "persons per half hour")
_BUSY = Family.of("busy_half_hour", _NAMES, "officials")


def add_half_hours(table: LongTable, year: Tally) -> None:
    """Add arrivals and the mean number of officials in a session, by half hour and point.

    Notes
    -----
    A point's open day is one on which anybody arrived there; the row for all points is over the days on
    which anybody arrived anywhere. Half hours without either are left out. No-shows are neither
    arrivals nor sessions here.
    """
    days = np.count_nonzero(days_with_arrivals(year), axis=0)[:, None].astype(np.float64)
    arrivals = ratio(with_margins(year["arrivals"], axes=1), days).T
    busy = ratio(with_margins(year["serving"], axes=1), days * _LENGTH).T
    either = (arrivals[:, -1:] > 0) | (busy[:, -1:] > 0)
    table.add_in_turn(
        len(_NAMES),
        Block(_ARRIVALS, table.points, table.of_points(arrivals), either),
        Block(_BUSY, table.points, table.of_points(busy), either),
    )
