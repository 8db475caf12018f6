"""The rhythm of the week: arrivals and waits by weekday and hour, and how it changes over the year."""

from __future__ import annotations

import datetime

import numpy as np

from sim.outcomes.columns import Floats, VisitColumns, month_of_day
from sim.outcomes.grouping import Axes, Tally, count, ratio, with_margins
from sim.outcomes.table import LongTable, Metric

#: Weekdays in the order of the calendar, as they are named in statistics.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = 24


def tally_rhythm(columns: VisitColumns, axes: Axes, weekday: int) -> Tally:
    """Return a month's arrivals, begun services and minutes waited by weekday and hour of arrival.

    `month_rhythm` (3 measures; point, weekday, hour).

    Parameters
    ----------
    columns
        A month's records.
    axes
        Lengths of the axes.
    weekday
        Weekday of the month's first day, Monday = 0.
    """
    came = np.flatnonzero(columns.arrived & (columns.arrival >= 0))
    hour = np.minimum((columns.arrival[came] / 60.0).astype(np.int64), _HOURS - 1)
    shape = (axes.points, len(WEEKDAYS), _HOURS)
    key = (columns.point[came] * len(WEEKDAYS) + (columns.day[came] + weekday) % 7) * _HOURS + hour
    weights = (None, columns.began[came], np.nan_to_num(columns.wait[came]))
    return {"month_rhythm": np.stack([count(key, shape, weight) for weight in weights])}


def add_rhythm(table: LongTable, year: Tally) -> None:
    """Add arrivals in an hour of a weekday and the mean wait of those who came in it.

    Notes
    -----
    `arrivals_by_hour` is a mean over the weekday's days on which anybody arrived (at the point, or anywhere
    for all points); `wait_by_hour` is over those who began service. Statistics are named like `Mon-09`. The
    year has rows for every point; the months have arrivals at all points together.
    """
    days = _open_days(year["month_days"], table.year)
    rhythm = year["month_rhythm"]
    whole = with_margins(rhythm.sum(axis=0).swapaxes(0, 1), axes=1)  # (point, measure, weekday, hour)
    arrivals = ratio(whole[:, 0], days.sum(axis=0)[:, :, None])
    waits = ratio(whole[:, 2], whole[:, 1])
    months = ratio(rhythm[:, 0].sum(axis=1), days[:, -1, :, None])
    everything = np.array([table.all_points]), np.array([table.all_authorities])
    for weekday, hour in np.argwhere(whole[-1, 0] > 0):
        name, at = f"{WEEKDAYS[weekday]}-{hour:02d}", (weekday, hour)
        table.add_points(_arrivals(name), arrivals[:, *at])
        table.add_points(Metric("wait_by_hour", name, "min"), waits[:, *at])
        for month in np.flatnonzero(months[:, *at] > 0):
            period = f"month-{month + 1:02d}"
            table.add_rows(_arrivals(name, period), *everything, months[month, *at, None])


def first_weekday(year: int, month: int) -> int:
    """Return the weekday, Monday = 0, of the first day of a month (0-11).

    >>> WEEKDAYS[first_weekday(2030, 0)]
    'Tue'
    """
    return datetime.date(year, month + 1, 1).weekday()


def _arrivals(name: str, period: str = "year") -> Metric:
    return Metric("arrivals_by_hour", name, "persons per hour", period)


def _open_days(month_days: Floats, year: int) -> Floats:
    """Return the days with arrivals, (12 months, n_points + 1, 7 weekdays)."""
    came = with_margins(month_days[..., :2].sum(axis=(2, 4)).swapaxes(0, 1), axes=1) > 0
    days = np.zeros((12, came.shape[0], len(WEEKDAYS)))
    for month, length in enumerate(np.bincount(month_of_day(year))):
        weekdays = (np.arange(length) + first_weekday(year, month)) % 7
        np.add.at(days[month].T, weekdays, came[:, month, :length].T.astype(np.float64))
    return days
