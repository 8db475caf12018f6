"""Opening windows of every door on every date, from rows of opening hours.

Of the rows that hold on a date, those with the narrowest validity count: eves of holidays before plain
weekdays, a trial of some months before the rule without an end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.calendar import Span, Timetable, parse_clock, parse_timetable

#: A window: open, close [min], mode.
Window = tuple[float, float, str]

_EVER = (dt.date.min, dt.date.max)


@dataclass(frozen=True)
class HoursRow:
    """One row of opening hours, parsed."""

    days: Timetable
    window: Window
    valid: tuple[dt.date, dt.date]

    @property
    def narrowness(self) -> tuple[int, int]:
        """Sort key: smaller is narrower."""
        return (0 if self.days.eves else 1, (self.valid[1] - self.valid[0]).days)


def parse_row(row: Mapping[str, Any]) -> HoursRow:
    """Return an hours row (keys days, open, close, mode, valid_from, valid_to) with parsed cells."""
    window = (parse_clock(row["open"]), parse_clock(row["close"]), str(row["mode"]))
    valid = (row.get("valid_from") or _EVER[0], row.get("valid_to") or _EVER[1])
    return HoursRow(parse_timetable(row["days"]), window, valid)


def day_windows(rows: Iterable[HoursRow], span: Span) -> list[tuple[Window, ...]]:
    """Return the windows of each day of `span`, ascending; none on public holidays."""
    by_narrowness = sorted(rows, key=lambda row: row.narrowness)
    return [
        () if closed else _windows_on(by_narrowness, date, span.eves)
        for date, closed in zip(span.dates, span.holiday, strict=True)
    ]


def _windows_on(rows: Sequence[HoursRow], date: dt.date, eves: frozenset[dt.date]) -> tuple[Window, ...]:
    """Return the windows of one date from rows sorted by narrowness."""
    holding = [row for row in rows if row.valid[0] <= date <= row.valid[1] and row.days.holds(date, eves)]
    if not holding:
        return ()
    narrowest = holding[0].narrowness
    return tuple(sorted(row.window for row in holding if row.narrowness == narrowest))
