"""Visits count on the day due, so the ends of a year carry needs in and out of it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.config import load_scenario
from sim.demand.expectation import NeedDays
from sim.demand.setup import make_setup

#: Ten days in a row: a run-in of three, a year of five, two days after it; all of them working days.
WORKING = np.arange(11)


def needs(first: int = 3) -> NeedDays:
    return NeedDays(np.full((1, 10), 0.2), np.zeros(10), WORKING, slice(first, 8))


def test_a_delay_carries_the_last_days_of_each_year():
    days, change = needs().carried(np.full((10, 1), 2))
    assert dict(zip(days.tolist(), change[:, 0].tolist(), strict=True)) == {1: 1, 2: 1, 6: -1, 7: -1}


def test_points_carry_for_themselves_and_nothing_comes_from_where_nobody_serves():
    delay = np.tile([0, 1, -1], (10, 1))
    days, change = needs().carried(delay)
    assert days.tolist() == [2, 7]
    assert change.tolist() == [[0, 1, 0], [0, -1, 0]]


def test_a_year_without_run_in_carries_nothing():
    days, change = needs(first=0).carried(np.full((10, 1), 2))
    assert len(days) == 0
    assert change.shape == (0, 1)


def test_an_authority_open_on_two_weekdays_gains_at_a_new_year_in_midweek():
    """The needs of the last two working days of 2018 fall due on the first open day of 2019."""
    state = make_setup(load_scenario("baseline_2019", ["run.engine=compiled"]))
    names = state.land.index.authorities
    assert 0.985 < state.expected.growth[names.index("DVV")] < 0.997
    assert state.expected.visits == pytest.approx(state.plan)
