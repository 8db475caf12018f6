"""The rhythm of the week: arrivals and waits by weekday and hour, and how it changes over the year."""

from __future__ import annotations

import datetime

import numpy as np

from sim.outcomes.columns import Bools, Floats, Ints, month_of_day
from sim.outcomes.grouping import Tally, days_with_arrivals, ratio, with_margins
from sim.outcomes.table import LongTable, Metric

#: Weekdays in the order of the calendar, as they are named in statistics.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def add_rhythm(table: LongTable, year: Tally) -> None:
    """Add arrivals in an hour of a weekday and the mean wait of those who came in it.

    Notes
    -----
    `arrivals_by_hour` is a mean over the weekday's days on which anybody arrived (at the point, or anywhere
    for all points); `wait_by_hour` is over those who began service. Statistics are named like `Mon-09`. The
    year has rows for every point; the months have arrivals at all points together.
    """
    days = _open_days(days_with_arrivals(year), table.year)
    rhythm = year["month_rhythm"]
    whole = with_margins(rhythm.sum(axis=0).swapaxes(0, 1), axes=1)  # (point, measure, weekday, hour)
    arrivals = ratio(whole[:, 0], days.sum(axis=0)[:, :, None])
    waits = ratio(whole[:, 2], whole[:, 1])
    months = ratio(rhythm[:, 0].sum(axis=1), days[:, -1, :, None])
    for weekday, hour in np.argwhere(whole[-1, 0] > 0):
        name, at = f"{WEEKDAYS[weekday]}-{hour:02d}", (weekday, hour)
        table.add_points(_arrivals(name), arrivals[:, *at])
        table.add_points(Metric("wait_by_hour", name, "min"), waits[:, *at])
        of_months = months[:, *at]
        there = np.flatnonzero(of_months > 0)
        periods = [_arrivals(name, f"month-{month + 1:02d}") for month in there.tolist()]
        table.add_overall(periods, of_months[there])


def weekday_of_day(year: int) -> Ints:
    """Return the weekday, Monday = 0, of each day of `year`.

    >>> WEEKDAYS[weekday_of_day(2030)[0]]
    'Tue'
    """
    return (np.arange(len(month_of_day(year))) + datetime.date(year, 1, 1).weekday()) % len(WEEKDAYS)


def _arrivals(name: str, period: str = "year") -> Metric:
    return Metric("arrivals_by_hour", name, "persons per hour", period)


def _open_days(came: Bools, year: int) -> Floats:
    """Return the days with arrivals, (12 months, n_points + 1, 7 weekdays)."""
    days = np.zeros((12, len(WEEKDAYS), len(came)))
    np.add.at(days, (month_of_day(year), weekday_of_day(year)), came.T)
    return days.swapaxes(1, 2)
