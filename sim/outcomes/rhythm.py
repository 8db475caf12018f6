"""The rhythm of the week: arrivals and waits by weekday and hour, and how it changes over the year."""

from __future__ import annotations

import datetime

import numpy as np

from sim.outcomes.columns import Bools, Floats, Ints, month_of_day
from sim.outcomes.grouping import Tally, days_with_arrivals, ratio, with_margins
from sim.outcomes.labels import YEAR, Family, Metric
from sim.outcomes.table import Block, LongTable

#: Weekdays in the order of the calendar, as they are named in statistics.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = tuple(f"month-{month:02d}" for month in range(1, 13))
_HOURS = tuple(f"{weekday}-{hour:02d}" for weekday in WEEKDAYS for hour in range(24))


def _arrivals(*periods: str) -> Family:
    """Return the arrivals of each hour of the week in some periods."""
    return Family(
        tuple(
            Metric("arrivals_by_hour", hour, "persons per hour", period)
            for hour in _HOURS
            for period in periods
        )
    )


_OF_YEAR, _OF_MONTHS = _arrivals(YEAR), _arrivals(*_MONTHS)
_WAITS = Family.of("wait_by_hour", _HOURS, "min")


def add_rhythm(table: LongTable, year: Tally) -> None:
    """Add arrivals in an hour of a weekday and the mean wait of those who came in it.

    Notes
    -----
    `arrivals_by_hour` is a mean over the weekday's days on which anybody arrived (at the point, or anywhere
    for all points); `wait_by_hour` is over those who began service. Statistics are named like `Mon-09`. The
    year has rows for every point; the months have arrivals at all points together.
    """
    days = _open_days(days_with_arrivals(year), table.year)  # (month, point, weekday)
    rhythm = year["month_rhythm"]
    whole = with_margins(rhythm.sum(axis=0), 1, after=1)  # (measure, point, weekday, hour)
    arrivals = _by_hour(ratio(whole[0], days.sum(axis=0)[:, :, None]))
    waits = _by_hour(ratio(whole[2], whole[1]))
    months = _by_hour(ratio(rhythm[:, 0].sum(axis=1), days[:, -1, :, None]))
    busy = (whole[0, -1] > 0).reshape(-1, 1)
    table.add_in_turn(
        len(_HOURS),
        Block(_OF_YEAR, table.points, table.of_points(arrivals), busy),
        Block(_WAITS, table.points, table.of_points(waits), busy),
        Block(_OF_MONTHS, table.overall, months.reshape(-1, 1), months.reshape(-1, 1) > 0),
    )


def _by_hour(values: Floats) -> Floats:
    """Return values (n, 7 weekdays, 24 hours) as (hours of the week, n)."""
    return values.reshape(len(values), -1).T


def weekday_of_day(year: int) -> Ints:
    """Return the weekday, Monday = 0, of each day of `year`.

    >>> WEEKDAYS[weekday_of_day(2030)[0]]
    'Tue'
    """
    return (np.arange(len(month_of_day(year))) + datetime.date(year, 1, 1).weekday()) % len(WEEKDAYS)


def _open_days(came: Bools, year: int) -> Floats:
    """Return the days with arrivals, (12 months, n_points + 1, 7 weekdays)."""
    group = month_of_day(year) * len(WEEKDAYS) + weekday_of_day(year)
    turn = np.argsort(group, kind="stable")
    # Every month has every weekday, so that no group is empty.
    days = np.add.reduceat(came[turn].astype(np.float64), np.flatnonzero(np.diff(group[turn], prepend=-1)))
    return days.reshape(12, len(WEEKDAYS), -1).swapaxes(1, 2)
