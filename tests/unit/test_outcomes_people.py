"""Outcomes by who came, whence, and in which hour, against the cube and against counting by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from sim.outcomes import OutcomeSettings, cube, metrics
from sim.visits import Outcome, YearRecords
from tests.records import random_records

SETTINGS = OutcomeSettings(15.0, 0.8, 0.2, 10.0)
MEASURES = {
    "visits": "visits",
    "wait": "wait_mean_min",
    "within_target": "within_target",
    "abandonment": "abandonment",
    "travel": "travel_mean_min",
}


@pytest.fixture(scope="module")
def records() -> YearRecords:
    return random_records(3_000, seed=5, points=3, authorities=4)


@pytest.fixture(scope="module")
def table(records: YearRecords) -> pd.DataFrame:
    return metrics(records, SETTINGS)


@pytest.mark.parametrize("dimension", ["age_group", "municipality", "kind"])
def test_groups_of_people_agree_with_the_cube(
    records: YearRecords, table: pd.DataFrame, dimension: str
) -> None:
    expected = cube(records, [dimension], SETTINGS).set_index(dimension)
    for measure, column in MEASURES.items():
        rows = table[(table["metric"] == f"{measure}_by_{dimension}") & (table["period"] == "year")]
        found = rows.set_index("statistic")["value"].loc[list(expected.index)]
        np.testing.assert_allclose(found.to_numpy(), expected[column].to_numpy(float))


def test_origins_add_up_to_the_visits_of_each_point(records: YearRecords, table: pd.DataFrame) -> None:
    origins = table[table["metric"] == "visits_from"].groupby("point")["value"].sum()
    expected = cube(records, ["point"], SETTINGS).set_index("point")["visits"]
    assert origins.to_dict() == expected.to_dict()
    by_both = cube(records, ["municipality", "point"], SETTINGS)
    first = by_both.iloc[0]
    mine = table[(table["metric"] == "visits_from") & (table["point"] == first["point"])]
    assert mine.set_index("statistic")["value"][first["municipality"]] == first["visits"]


def test_an_hour_counts_the_arrivals_of_its_weekday(records: YearRecords, table: pd.DataFrame) -> None:
    rows = table[(table["metric"] == "arrivals_by_hour") & (table["point"] == "all")]
    visits = records.visits
    came = np.flatnonzero((visits["outcome"] != Outcome.NO_SHOW) & (visits["arrival"] >= 0))
    first = datetime.date(records.year, 1, 1)
    dates = [first + datetime.timedelta(int(day)) for day in visits["day"][came]]
    open_days = {date for date in dates if date.weekday() == 2 and date.month == 3}
    at_ten = sum(
        date in open_days and 600 <= minute < 660
        for date, minute in zip(dates, visits["arrival"][came], strict=True)
    )
    found = rows[(rows["statistic"] == "Wed-10") & (rows["period"] == "month-03")]["value"]
    assert at_ten > 0
    assert found.item() == pytest.approx(at_ten / len(open_days))
