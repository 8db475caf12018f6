"""Clock changes at daylight saving, and the place of the machine: neither is part of the model."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import pytest

from sim.calendar import make_span
from sim.config import load_scenario
from sim.experiments.manifest import now
from sim.experiments.replication import replicate

#: Where clocks change, where they never do, and where a day of 2011 does not exist.
PLACES = ("Europe/Helsinki", "Pacific/Apia")


@pytest.fixture(params=PLACES)
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="module")
def here() -> pd.DataFrame:
    return replicate(load_scenario("example_2030", ["run.engine=compiled"]), 0, False)[0]


def test_the_numbers_are_those_of_any_other_place(here: pd.DataFrame, elsewhere: str) -> None:
    assert time.tzname != ("UTC", "UTC")
    there = replicate(load_scenario("example_2030", ["run.engine=compiled"]), 0, False)[0]
    pd.testing.assert_frame_equal(there, here, check_exact=True)


def test_no_day_is_lost_or_doubled_where_clocks_change(elsewhere: str) -> None:
    dates = make_span("FI", 2030, 20, 40).dates
    assert {later - day for day, later in pairwise(dates)} == {dt.timedelta(1)}


def test_the_times_of_a_manifest_are_in_utc(elsewhere: str) -> None:
    written = dt.datetime.fromisoformat(now())
    assert written.utcoffset() == dt.timedelta(0)
    assert abs(written.timestamp() - time.time()) < 60
