"""Days and hours: holidays, timetables such as ``1st,3rd Tue``, minutes of the day, the span of days.

A day is an integer counted from 1 January of the simulated year = 0; run-in days are negative.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTES_A_DAY = 1440
SATURDAY = 5
_ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}
_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$|^24:00$")

#: What a timetable may look like, for error messages.
TIMETABLE_FORMS = "Mon, Mon-Fri, Mon,Wed, 1st,3rd Tue, eves"


def parse_clock(text: str) -> float:
    """Return minutes since midnight of ``HH:MM`` (``24:00`` allowed).

    Raises
    ------
    ValueError
        When `text` is not a time of day.

    >>> parse_clock("09:30")
    570.0
    """
    match = _CLOCK.match(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a time of day HH:MM")
    if match.group(1) is None:
        return float(MINUTES_A_DAY)
    return float(int(match.group(1)) * 60 + int(match.group(2)))


@lru_cache(maxsize=16)
def public_holidays(country: str, first: int, last: int) -> frozenset[dt.date]:
    """Return the public holidays of `country` in the years `first`..`last`, from the *holidays* package."""
    found = holidays.country_holidays(
        country, years=range(first, last + 1), language="fi" if country == "FI" else None
    )
    return frozenset(found.keys())


@dataclass(frozen=True)
class Timetable:
    """Days on which something happens.

    Attributes
    ----------
    weekdays
        0 = Monday.
    ordinals
        Which of these weekdays in a month (1..5); empty: every one.
    eves
        Also the last two working days before a weekday public holiday.
    """

    weekdays: frozenset[int]
    ordinals: frozenset[int] = frozenset()
    eves: bool = False

    def holds(self, date: dt.date, eves: frozenset[dt.date] = frozenset()) -> bool:
        """Return whether `date` is one of its days; `eves` are the eves of holidays."""
        if self.eves:
            return date in eves
        if date.weekday() not in self.weekdays:
            return False
        return not self.ordinals or (date.day - 1) // 7 + 1 in self.ordinals


@lru_cache(maxsize=512)
def parse_timetable(text: str) -> Timetable:
    """Return the timetable that `text` names, see `TIMETABLE_FORMS`.

    Raises
    ------
    ValueError
        When `text` has none of the forms.

    >>> sorted(parse_timetable("Mon-Wed").weekdays)
    [0, 1, 2]
    >>> parse_timetable("1st,3rd Tue").holds(dt.date(2030, 1, 15))
    True
    """
    words = text.split()
    if words == ["eves"]:
        return Timetable(frozenset(), eves=True)
    if len(words) == 2:
        ordinals = [_ORDINALS.get(part) for part in words[0].split(",")]
        days = _weekdays(words[1])
        if days and all(ordinals):
            return Timetable(days, frozenset(n for n in ordinals if n))
    elif len(words) == 1 and (days := _weekdays(words[0])):
        return Timetable(days)
    raise ValueError(f"'{text}' is not a timetable; allowed forms: {TIMETABLE_FORMS}")


def _weekdays(text: str) -> frozenset[int] | None:
    """Return the weekdays of ``Mon``, ``Mon-Fri`` or ``Mon,Wed``, or None."""
    found: set[int] = set()
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            return None
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        if first > last:
            return None
        found.update(range(first, last + 1))
    return frozenset(found)


@dataclass(frozen=True)
class Span:
    """The simulated days: run-in, the year, and the days after it that a booking diary reaches.

    Attributes
    ----------
    year
        Calendar year.
    first
        First day, ≤ 0.
    dates
        Date of each day from `first` on, length D.
    working
        (D,) bool: neither weekend nor public holiday.
    holiday
        (D,) bool: public holiday, whatever the weekday.
    """

    year: int
    first: int
    dates: tuple[dt.date, ...]
    working: NDArray[np.bool_]
    holiday: NDArray[np.bool_]
    eves: frozenset[dt.date]

    @property
    def n_days(self) -> int:
        """Number of days D."""
        return len(self.dates)

    @property
    def year_slice(self) -> slice:
        """Positions of the days of the year itself."""
        length = (dt.date(self.year + 1, 1, 1) - dt.date(self.year, 1, 1)).days
        return slice(-self.first, length - self.first)

    @cached_property
    def months(self) -> NDArray[np.int64]:
        """(D,) month 0..11 of each day."""
        return _fixed([date.month - 1 for date in self.dates])

    @cached_property
    def weekdays(self) -> NDArray[np.int64]:
        """(D,) weekday of each day, 0 = Monday."""
        return _fixed([date.weekday() for date in self.dates])

    def next_working(self) -> NDArray[np.int64]:
        """Return (D,) position of the first working day at or after each position (D where there is none)."""
        following = np.full(self.n_days + 1, self.n_days, np.int64)
        for position in range(self.n_days - 1, -1, -1):
            following[position] = position if self.working[position] else following[position + 1]
        return following[:-1]

    def working_count(self) -> NDArray[np.int64]:
        """Return (D + 1,) number of working days before each position."""
        return np.concatenate(([0], np.cumsum(self.working)))


def _fixed(values: list[int]) -> NDArray[np.int64]:
    """Return values that are kept and may not be written to."""
    array = np.array(values, np.int64)
    array.flags.writeable = False
    return array


def make_span(country: str, year: int, run_in: int, after: int) -> Span:
    """Return the span of `year` with `run_in` working days before it and `after` working days behind it."""
    free = public_holidays(country, year - 1, year + 1)
    new_year = dt.date(year, 1, 1)
    first = _walk(new_year, -run_in, free)
    last = _walk(dt.date(year, 12, 31), after, free)
    dates = tuple(first + dt.timedelta(n) for n in range((last - first).days + 1))
    holiday = np.array([date in free for date in dates])
    weekday = np.array([date.weekday() for date in dates])
    working = ~holiday & (weekday < SATURDAY)
    return Span(year, (first - new_year).days, dates, working, holiday, _eves(dates, free))


def _walk(start: dt.date, working_days: int, free: frozenset[dt.date]) -> dt.date:
    """Return the day that lies `working_days` working days from `start` (negative: before it)."""
    step = dt.timedelta(1 if working_days > 0 else -1)
    day, left = start, abs(working_days)
    while left:
        day += step
        left -= day not in free and day.weekday() < SATURDAY
    return day


def _eves(dates: tuple[dt.date, ...], free: frozenset[dt.date]) -> frozenset[dt.date]:
    """Return the two days before each public holiday that falls on a weekday."""
    weekday_holidays = [date for date in dates if date in free and date.weekday() < SATURDAY]
    return frozenset(date - dt.timedelta(back) for date in weekday_holidays for back in (1, 2))
