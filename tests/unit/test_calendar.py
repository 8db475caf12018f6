"""Days and hours: timetables, holidays, the span of simulated days."""

import datetime as dt

import numpy as np
import pytest

from sim.calendar import Timetable, make_span, parse_clock, parse_timetable


@pytest.mark.parametrize(
    ("text", "minutes"), [("00:00", 0.0), ("9:05", 545.0), ("16:15", 975.0), ("24:00", 1440.0)]
)
def test_times_of_day(text: str, minutes: float) -> None:
    assert parse_clock(text) == minutes


@pytest.mark.parametrize("text", ["", "25:00", "12:60", "12", "noon", "-1:00", "24:01"])
def test_no_times_of_day(text: str) -> None:
    with pytest.raises(ValueError, match="not a time of day"):
        parse_clock(text)


def test_weekday_ranges_and_lists() -> None:
    assert parse_timetable("Mon-Fri").weekdays == frozenset(range(5))
    assert parse_timetable("Mon,Wed-Thu").weekdays == frozenset({0, 2, 3})


def test_ordinals_count_weekdays_of_the_month() -> None:
    timetable = parse_timetable("1st,3rd Tue")
    days = [day for day in range(1, 32) if timetable.holds(dt.date(2030, 1, day))]
    assert days == [1, 15]


@pytest.mark.parametrize("text", ["", "Mo", "Fri-Mon", "6th Tue", "1st", "Mon Tue", "1st,x Tue", "Mon--Fri"])
def test_no_timetables(text: str) -> None:
    with pytest.raises(ValueError, match="allowed forms"):
        parse_timetable(text)


def test_eves_are_the_two_days_before_a_weekday_holiday() -> None:
    span = make_span("FI", 2030, 0, 0)
    eves = [date for date in span.dates if Timetable(frozenset(), eves=True).holds(date, span.eves)]
    assert dt.date(2030, 4, 17) in eves
    assert dt.date(2030, 4, 18) in eves
    assert dt.date(2030, 4, 16) not in eves


@pytest.mark.parametrize(("year", "working"), [(2019, 251), (2020, 253), (2024, 252), (2030, 251)])
def test_working_days_of_a_year(year: int, working: int) -> None:
    span = make_span("FI", year, 20, 40)
    assert int(span.working[span.year_slice].sum()) == working


def test_span_has_its_run_in_and_what_follows() -> None:
    span = make_span("FI", 2030, 20, 40)
    assert span.dates[-span.first] == dt.date(2030, 1, 1)
    assert int(span.working[: -span.first].sum()) == 20
    assert int(span.working[span.year_slice.stop :].sum()) == 40


def test_next_working_day_skips_weekends_and_holidays() -> None:
    span = make_span("FI", 2030, 5, 5)
    position = {date: index for index, date in enumerate(span.dates)}
    following = span.next_working()
    assert following[position[dt.date(2030, 1, 1)]] == position[dt.date(2030, 1, 2)]
    assert following[position[dt.date(2030, 1, 5)]] == position[dt.date(2030, 1, 7)]
    assert following[position[dt.date(2030, 1, 8)]] == position[dt.date(2030, 1, 8)]


def test_working_count_is_the_number_of_working_days_before() -> None:
    span = make_span("FI", 2030, 5, 5)
    count = span.working_count()
    assert count[0] == 0
    assert np.array_equal(np.diff(count), span.working.astype(int))
