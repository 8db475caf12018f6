"""Outcomes that an experiment asks for: by month, by who carries them and by who pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.config import load_scenario
from sim.demand.setup import Setup, make_setup
from sim.network.rows import roster_rows
from sim.outcomes import OutcomeSettings, metrics
from sim.outcomes.burden import burdens, far_people
from sim.outcomes.costs import Costs, Premises, RowHours, costs_of, mobile_units
from sim.outcomes.details import resources
from sim.outcomes.months import monthly_target_days, monthly_waits, officials_present
from sim.outcomes.reach import nearest_joint
from sim.outcomes.table import COLUMNS, long_rows
from sim.outcomes.whence import needs_by_origin, people_present, visits_by_origin
from sim.visits import Channel, NeedChannel, Outcome, Relation, YearRecords
from tests.records import make_records, random_records

SETTINGS = OutcomeSettings(15.0, 0.8, 0.2, 10.0)
JULY = 181


@pytest.fixture(scope="module")
def records() -> YearRecords:
    return random_records(4_000, seed=8, points=3, authorities=4)


@pytest.fixture(scope="module")
def north() -> Setup:
    return make_setup(load_scenario("plan_2030_mobile"))


def value(table: pd.DataFrame, **keys: str) -> float:
    """Return the only value of a long table under some keys, the others being those of a total."""
    rows = table
    for column, wanted in {"point": "all", "channel": "all", "period": "year", **keys}.items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1, keys
    return float(rows["value"].iloc[0])


def test_long_rows_hold_totals_where_nothing_is_said() -> None:
    values = pd.Series([2.5], pd.Index(["a"], name="statistic"))
    rows = long_rows(2030, values, metric="m", unit="h")
    assert list(rows.columns) == list(COLUMNS)
    assert rows.iloc[0].to_dict() == {
        **dict.fromkeys(COLUMNS, "all"),
        "year": 2030,
        "period": "year",
        "metric": "m",
        "statistic": "a",
        "value": 2.5,
        "unit": "h",
    }


def test_waits_of_a_month_are_those_of_its_visits_alone(records: YearRecords) -> None:
    table = monthly_waits(records, SETTINGS)
    first = int(np.searchsorted(records.visits["day"], JULY))
    last = int(np.searchsorted(records.visits["day"], JULY + 31))
    july = replace(records, visits=records.visits[first:last])
    expected = metrics(july, SETTINGS)
    point = records.names.points[1]
    for metric, statistic in (
        ("wait", "p90"),
        ("wait", "mean"),
        ("within", "target"),
        ("abandonment", "share"),
    ):
        for where in (point, "all"):
            keys = {"metric": metric, "statistic": statistic, "point": where}
            found = value(table, period="month-07", **keys)
            assert found == pytest.approx(value(expected, authority="all", **keys))


def test_days_below_target_of_the_months_add_up_to_the_year(records: YearRecords) -> None:
    table, year = monthly_target_days(records, SETTINGS), metrics(records, SETTINGS)
    for metric in ("days_below_target", "days_with_visits"):
        for point in (*records.names.points, "all"):
            rows = table[(table["metric"] == metric) & (table["point"] == point)]
            assert len(rows) == 12
            expected = value(year, metric=metric, statistic="count", point=point, authority="all")
            assert rows["value"].sum() == expected


def test_officials_present_are_a_mean_over_the_days_on_which_somebody_was_there() -> None:
    duty = [(0, 0, 420.0, 0.0, 0.0), (0, 1, 420.0, 0.0, 0.0), (1, 0, 420.0, 0.0, 0.0), (2, 4, 0.0, 0.0, 9.0)]
    table = officials_present(make_records(officials=duty))
    keys = {"metric": "officials_present", "point": "town"}
    assert value(table, statistic="mean", period="month-01", **keys) == 1.5
    assert value(table, statistic="days", **keys) == 2
    assert "village" not in set(table["point"]), "on call is not there"


def test_visits_are_told_apart_by_whence_channel_and_month() -> None:
    cases = [
        {"day": 3, "municipality": 1},
        {"day": JULY, "municipality": 1, "point": 1, "channel": Channel.VIDEO, "authority": 1},
        {"day": JULY, "municipality": 1, "point": 1, "channel": Channel.VIDEO, "outcome": Outcome.RENEGED},
        {"day": JULY, "municipality": 0, "outcome": Outcome.NO_SHOW},
    ]
    table = visits_by_origin(make_records(cases), SETTINGS)
    video = {"statistic": "Village", "point": "village", "channel": "video"}
    assert value(table, metric="came_from", period="month-07", **video) == 2
    assert value(table, metric="served_from", **video) == 1
    assert value(table, metric="left_from", **video) == 1
    counter = {"statistic": "Village", "point": "town", "channel": "counter"}
    assert value(table, metric="came_from", period="month-01", **counter) == 1
    assert "Town" not in set(table["statistic"]), "who did not come is nowhere"


def test_needs_by_whence_hold_cottage_dwellers_apart() -> None:
    table = needs_by_origin(make_records())
    assert value(table, metric="needs_from", statistic="Town", channel="visit") == 300
    assert value(table, metric="needs_from", statistic="Village", channel="visit", period="month-07") == 50
    assert value(table, metric="cottage_needs_from", statistic="Village", channel="visit") == 50
    assert value(table, metric="cottage_needs_from", statistic="Town", channel="visit") == 0
    assert table[table["metric"] == "needs_from"]["value"].sum() == 2 * make_records().needs.sum()
    assert set(table["channel"]) == {channel.name.lower() for channel in NeedChannel}


def test_hours_count_the_way_back_each_wait_and_no_way_for_a_second_matter() -> None:
    """Town: 30 min there and back and 12 min of waiting; the second matter here waits 6 more."""
    cases = [
        {"travel": 30.0, "arrival": 600.0, "start": 612.0},
        {"travel": 30.0, "arrival": 640.0, "start": 646.0, "relation": Relation.SECOND_HERE},
        {"travel": 20.0, "start": np.nan, "end": 618.0, "outcome": Outcome.RENEGED, "municipality": 1},
        {"travel": 50.0, "outcome": Outcome.NO_SHOW, "municipality": 1},
    ]
    table = burdens(make_records(cases))
    people = 4 * 100  # four age groups of a hundred
    by_place = {"statistic": "Town"}
    assert value(table, metric="travel_hours_by_municipality", **by_place) == pytest.approx(1000 / people)
    assert value(table, metric="wait_hours_by_municipality", **by_place) == pytest.approx(300 / people)
    assert value(table, metric="hours_by_municipality", **by_place) == pytest.approx(1300 / people)
    assert value(table, metric="hours_by_municipality", statistic="Village") == pytest.approx(
        1000 * (40 + 18) / 60 / people
    )


def test_unserved_are_those_who_left_and_those_without_a_slot_or_a_point() -> None:
    cases = [
        {"outcome": Outcome.RENEGED, "age": 1},
        {"outcome": Outcome.TURNED_AWAY, "age": 1, "kind": 1, "municipality": 1},
        {"outcome": Outcome.NO_SHOW},
    ]
    table = burdens(make_records(cases))
    assert value(table, metric="unserved_by_age_group", statistic="16-24") == 1000 * 1 / 200
    assert value(table, metric="unserved_by_age_group", statistic="25-64") == 1000 * 7 / 200
    assert value(table, metric="unserved_by_kind", statistic="cottage_dweller") == 1000 * 1 / 800
    assert value(table, metric="unserved_of_cottage_dwellers_by_municipality", statistic="Village") == 2.5


def test_far_people_add_up_over_municipalities_and_ages(north: Setup) -> None:
    table = far_people(north)
    least, _ = nearest_joint(north)
    assert value(table, metric="over_60", statistic="persons") == (least > 60).sum()
    for metric in ("over_60", "over_60_served"):
        total = value(table, metric=metric, statistic="persons")
        for dimension in ("municipality", "age_group"):
            rows = table[table["metric"] == f"{metric}_by_{dimension}"]
            assert rows["value"].sum() == pytest.approx(total)


def test_who_is_present_is_whoever_is_registered_but_away_and_the_guests(north: Setup) -> None:
    table = people_present(north).set_index(["period", "metric", "statistic"])["value"]
    march, july = (table[f"month-{month}"].groupby("metric").sum() for month in ("03", "07"))
    for month in (march, july):
        assert month["present_in"] == pytest.approx(month["residents_in"] + month["cottage_dwellers_in"])
    assert july["residents_in"] == march["residents_in"] == north.people.n_residents
    assert july["cottage_dwellers_in"] > 3 * march["cottage_dwellers_in"]


def test_resources_are_told_apart_by_payer(north: Setup) -> None:
    rows = roster_rows(north.scenario, north.region)
    kela, te = (next(row for row in rows if row.name == name) for name in ("lahti_kela", "lahti_te"))
    costs = Costs(
        (RowHours(kela, 90.0, 100.0, 5.0, 0.5, 1000.0), RowHours(te, 30.0, 50.0, 0.0, 0.25, 500.0)),
        (Premises("heinola_yhteinen", "municipality", (1, 0, 2), 4.0, 40.0, 300.0, 20.0),),
        visits=10.0,
    )
    table = resources(2030, costs)
    assert value(table, metric="htv", statistic="sum") == 0.75
    assert value(table, metric="contact_hours_by_payer", statistic="Kela") == 90
    assert value(table, metric="working_hours_by_payer", statistic="Kela") == 105
    assert value(table, metric="cost_by_payer", statistic="municipality") == 320
    assert value(table, metric="cost_per_visit", statistic="mean") == 182
    assert value(table, metric="customer_space", statistic="sum", point="heinola_yhteinen") == 40


@pytest.mark.parametrize(("name", "units"), [("plan_2030_mobile", 1), ("plan_2030_mobile_8", 2)])
def test_stops_share_the_vehicles_that_serve_them(north: Setup, name: str, units: int) -> None:
    """Three stops take one vehicle, unless two of them are served on the same day."""
    setup = north if name == "plan_2030_mobile" else make_setup(load_scenario(name))
    assert mobile_units(setup.site.network) == pytest.approx(units / 3)
    empty = pd.DataFrame(columns=["metric", "statistic", "point", "authority", "channel", "period", "value"])
    nobody = replace(make_records(), official_names=())
    costs = costs_of(setup, roster_rows(setup.scenario, setup.region), [nobody], empty)
    stops = [part for part in costs.premises if part.point.startswith("liikkuva")]
    factor = (1 + setup.params["cost_growth"]) ** 8
    one = setup.params["mobile_unit_cost"] + setup.params["remote_station_cost"]
    assert sum(part.equipment for part in stops) == pytest.approx(units * one * factor)
    assert all(part.area == part.rent == 0 for part in stops)
