"""Outcomes of records made by hand, where every number can be worked out on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.outcomes import OutcomeSettings, cube, intervals, metrics, publishable
from sim.outcomes.access import counted_quantiles
from sim.outcomes.columns import month_of_day, read_columns, week_of_day
from sim.outcomes.crowding import daily_peaks
from sim.outcomes.grouping import most_at_once, quantiles
from sim.outcomes.labels import Family, Labels
from sim.visits import Channel, Outcome, Place, Relation
from tests.records import make_records, random_records

SETTINGS = OutcomeSettings(
    service_target_wait=15.0, service_target_share=0.8, companions=0.5, small_cell=10.0
)
WAITED = {"arrival": 600.0, "start": 620.0}
RENEGED = {"arrival": 600.0, "start": np.nan, "end": 630.0, "outcome": Outcome.RENEGED, "official": -1}
NO_SHOW = {
    "arrival": 600.0,
    "appointed": 600.0,
    "booked": 1,
    "end": 605.0,
    "outcome": Outcome.NO_SHOW,
    "place": Place.NONE,
}


def value(
    table: pd.DataFrame,
    metric: str,
    statistic: str,
    *,
    point: str = "all",
    authority: str = "all",
    channel: str = "all",
    period: str = "year",
) -> float:
    """Return the one value of a metric."""
    wanted = {"point": point, "authority": authority, "channel": channel, "period": period}
    wanted |= {"metric": metric, "statistic": statistic}
    rows = table[np.logical_and.reduce([table[key] == item for key, item in wanted.items()])]
    assert len(rows) == 1, f"{len(rows)} rows for {wanted}"
    return float(rows["value"].iloc[0])


def test_no_shows_requeues_and_returns_are_no_visits_of_their_own() -> None:
    records = make_records(
        [
            {},
            RENEGED,
            NO_SHOW,
            {"relation": Relation.RETURN, "attempt": 1},
            {"channel": Channel.VIDEO, "outcome": Outcome.REMOTE_FAILED, "end": 605.0},
            {"relation": Relation.REQUEUE, "parent": 4, "arrival": 605.0},
            {"relation": Relation.SECOND_HERE, "authority": 1},
            {"channel": Channel.SELF_SERVICE},
        ]
    )
    table = metrics(records, SETTINGS)
    assert value(table, "visits", "count") == 4
    assert value(table, "visits", "count", authority="A") == 3
    assert value(table, "visits", "served") == 3
    assert value(table, "visits", "reneged") == 1
    assert value(table, "visits", "remote_failed") == 0
    assert value(table, "visits", "served", channel="video") == 1
    assert value(table, "remote_failures", "count") == 1
    assert value(table, "no_shows", "count") == 1
    assert value(table, "repeat_visits", "count") == 1
    assert value(table, "self_service_visits", "count") == 1
    assert value(table, "arrived", "count") == 7


def test_a_failed_session_that_nobody_follows_up_stays_failed() -> None:
    table = metrics(make_records([{"outcome": Outcome.REMOTE_FAILED}]), SETTINGS)
    assert value(table, "visits", "remote_failed") == 1
    assert value(table, "visits", "served") == 0


def test_fates_add_up_to_visits() -> None:
    table = metrics(random_records(5_000), SETTINGS)
    rows = table[(table["metric"] == "visits") & (table["period"] == "year")]
    wide = rows.pivot_table(
        index=["point", "authority", "channel"], columns="statistic", values="value", fill_value=0.0
    )
    fates = wide.drop(columns="count").sum(axis=1)
    assert (fates == wide["count"]).all()
    months = table[(table["metric"] == "visits") & table["period"].str.startswith("month")]
    whole = months.groupby(["point", "authority"])["value"].sum()
    year = rows[(rows["statistic"] == "count") & (rows["channel"] == "all")]
    assert (whole.sort_index() == year.set_index(["point", "authority"])["value"].sort_index()).all()


@pytest.mark.parametrize(
    ("given", "wait"),
    [
        ({"arrival": 600.0, "start": 607.0}, 7.0),
        ({"arrival": 600.0, "appointed": 605.0, "start": 607.0}, 2.0),
        ({"arrival": 600.0, "appointed": 605.0, "start": 601.0}, 0.0),
        ({"arrival": 610.0, "appointed": 605.0, "start": 612.0}, 2.0),
        ({"arrival": 470.0, "ticket": 480.0, "start": 483.0}, 3.0),
        ({"arrival": 470.0, "ticket": 480.0, "appointed": 490.0, "start": 493.0}, 3.0),
    ],
)
def test_wait_counts_from_the_latest_of_arrival_appointment_and_opening(
    given: dict[str, float], wait: float
) -> None:
    table = metrics(make_records([given]), SETTINGS)
    assert value(table, "wait", "mean") == wait
    assert value(table, "wait", "p90") == wait


def test_the_wait_outside_is_reported_apart() -> None:
    table = metrics(make_records([{"arrival": 470.0, "ticket": 480.0, "start": 480.0}, {}]), SETTINGS)
    assert value(table, "wait_outside", "mean") == 10.0
    assert value(table, "wait_outside", "count") == 1.0


def test_who_leaves_is_not_within_any_time_and_no_shows_do_not_count() -> None:
    turned = RENEGED | {"outcome": Outcome.TURNED_AWAY, "end": 600.0}
    exactly = {"arrival": 600.0, "start": 615.0}
    table = metrics(make_records([{}, exactly, WAITED, RENEGED, turned, NO_SHOW]), SETTINGS)
    assert value(table, "within", "15_min") == pytest.approx(2 / 5)
    assert value(table, "within", "30_min") == pytest.approx(3 / 5)
    assert value(table, "within", "target") == pytest.approx(2 / 5)
    assert value(table, "abandonment", "share") == pytest.approx(1 / 5)
    assert value(table, "turned_away", "share") == pytest.approx(1 / 5)
    assert value(table, "wait", "mean") == pytest.approx((0 + 15 + 20) / 3)


def test_quantiles_are_numpys() -> None:
    rng = np.random.default_rng(3)
    group = rng.integers(0, 5, 400)
    group[group == 3] = 4
    minutes = np.rint(rng.exponential(10.0, 400) * 65536) / 65536
    got = quantiles(group, minutes, np.zeros(6, np.int64), (0.0, 0.5, 0.9, 1.0))
    for member in (0, 1, 2, 4):
        expected = np.quantile(minutes[group == member], (0.0, 0.5, 0.9, 1.0))
        np.testing.assert_allclose(got[:, member], expected, rtol=1e-12)
    assert np.isnan(got[:, [3, 5]]).all()


def test_margins_are_those_of_the_pooled_waits() -> None:
    records = random_records(3_000)
    columns = read_columns(records.visits, len(records.names.authorities))
    table = metrics(records, SETTINGS)
    assert value(table, "wait", "p90") == pytest.approx(np.nanquantile(columns.wait, 0.9))
    at_one = columns.wait[columns.point == 1]
    assert value(table, "wait", "median", point="point1") == pytest.approx(np.nanmedian(at_one))
    of_one = columns.wait[columns.authority == 2]
    assert value(table, "wait", "mean", authority="A2") == pytest.approx(np.nanmean(of_one))


def test_leaving_and_coming_at_one_instant_do_not_overlap() -> None:
    zero = np.zeros(3, np.int64)
    begin, end = np.array([0.0, 5.0, 5.0]), np.array([5.0, 9.0, 6.0])
    assert most_at_once(zero, begin, end, 2).tolist() == [2.0, 0.0]


def test_the_most_at_once_agree_with_counting_minute_by_minute() -> None:
    rng = np.random.default_rng(5)
    group = rng.integers(0, 12, 200)
    begin = rng.integers(0, 60, 200).astype(float)
    end = begin + rng.integers(1, 9, 200)
    got = most_at_once(group, begin, end, 12)
    for member in range(12):
        here = group == member
        assert got[member] == max(int(((begin <= t) & (t < end) & here).sum()) for t in range(70))


def test_zeros_told_apart_give_the_same_quantiles() -> None:
    rng = np.random.default_rng(4)
    group, shares = rng.integers(0, 4, 300), (0.1, 0.5, 0.8, 0.95)
    minutes = np.floor(rng.exponential(10.0, 300)) * (rng.random(300) < 0.6)
    zeros = np.bincount(group[minutes == 0], minlength=5)
    above = minutes > 0
    whole = quantiles(group, minutes, np.zeros(5, np.int64), shares)
    np.testing.assert_array_equal(quantiles(group[above], minutes[above], zeros, shares), whole)


def test_quantiles_of_counts_are_numpys() -> None:
    rng = np.random.default_rng(6)
    values = rng.integers(0, 20, 57)
    counts = np.bincount(values, minlength=20).astype(float)
    shares = (0.0, 0.5, 0.9, 1.0)
    assert counted_quantiles(counts, shares) == pytest.approx(np.quantile(values, shares))


def test_daily_peaks_are_numpys_quantile_to_the_last_digit() -> None:
    rng = np.random.default_rng(7)
    most = rng.integers(0, 30, (12, 365)).astype(float) * (
        rng.random((12, 365)) < np.arange(12)[:, None] / 11
    )
    for got, days in zip(daily_peaks(most), most, strict=True):
        seen = days[days > 0]
        assert got == np.quantile(seen, 0.95) if len(seen) else np.isnan(got)


def test_labels_know_metrics_that_came_after_a_table_was_made() -> None:
    labels = Labels(("town", "all"), ("A", "all", "guidance"))
    first, second = Family.of("wait", ("mean",), "min"), Family.of("visits", ("count", "served"), "visits")
    assert list(labels.columns(labels.codes(first) + 5)["metric"]) == ["wait"]
    columns = labels.columns(np.concatenate([labels.codes(second) + 4, labels.codes(first)]))
    assert list(columns["statistic"]) == ["count", "served", "mean"]
    assert list(columns["point"]) == ["all", "all", "town"]
    assert list(columns["authority"]) == ["all", "all", "A"]


def test_queue_length_is_waiting_time_over_open_time() -> None:
    visits = [{"arrival": 600.0, "start": 620.0}, {"arrival": 610.0, "start": 640.0}, RENEGED, NO_SHOW]
    table = metrics(make_records(visits), SETTINGS)
    mean = value(table, "queue_length", "mean", point="town", authority="A")
    assert mean == pytest.approx((20 + 30 + 30) / 1000)
    assert value(table, "queue_length", "max", point="town", authority="A") == 3


def test_who_goes_as_another_comes_is_not_counted_with_them() -> None:
    visits = [{"arrival": 600.0, "start": 620.0, "end": 630.0}, {"arrival": 620.0, "start": 630.0}]
    table = metrics(make_records([*visits, {"arrival": 640.0}]), SETTINGS)
    assert value(table, "queue_length", "max", point="town", authority="A") == 1
    follow = metrics(make_records([{"arrival": 600.0}, {"arrival": 610.0}]), SETTINGS)
    assert value(follow, "people_present", "p95_of_daily_max", point="town") == 1.5


def test_people_present_bring_companions_and_come_in_with_their_ticket() -> None:
    early = {"arrival": 400.0, "ticket": 600.0}
    table = metrics(make_records([early, {"arrival": 605.0}, {"arrival": 610.0}, NO_SHOW]), SETTINGS)
    assert value(table, "people_present", "p95_of_daily_max", point="town") == pytest.approx(2 * 1.5)


def test_days_below_target_and_the_worst_week() -> None:
    on_time = [{"day": 0}, *({"day": 7} for _ in range(4))]
    late = [WAITED | {"day": 6}, WAITED | {"day": 7}, WAITED | {"day": 8}]  # day 6 is the first Monday
    table = metrics(make_records(sorted(on_time + late, key=lambda visit: visit["day"])), SETTINGS)
    assert value(table, "days_with_visits", "count", authority="A") == 4
    assert value(table, "days_below_target", "count", authority="A") == 2
    assert value(table, "worst_week", "within_target", authority="A") == pytest.approx(4 / 7)
    assert value(table, "worst_week", "week", authority="A") == 2
    assert value(table, "target_met", "day", authority="A") == 2 / 4
    assert value(table, "target_met", "week", authority="A") == 1 / 2
    assert value(table, "target_met", "year", authority="A") == 0, "5 of 8 within the target are too few"


def test_utilisation_shares_an_officials_hours_by_where_the_contact_was() -> None:
    visits = [
        {"official": 1, "authority": 0, "start": 600.0, "end": 630.0},
        {"official": 1, "authority": 1, "start": 640.0, "end": 650.0},
        {
            "official": 2,
            "authority": 1,
            "point": 1,
            "channel": Channel.VIDEO,
            "end": 660.0,
            "guide": 3,
            "guidance_time": 15.0,
        },
    ]
    duty = [
        (0, 0, 100.0, 0.0, 0.0),
        (0, 1, 200.0, 40.0, 0.0),
        (0, 2, 120.0, 0.0, 0.0),
        (0, 3, 60.0, 0.0, 0.0),
        (0, 4, 0.0, 0.0, 30.0),
    ]
    table = metrics(make_records(visits, duty), SETTINGS)
    town = {"point": "town", "authority": "A"}
    assert value(table, "contact_hours", "sum", **town) == pytest.approx(0.5)
    assert value(table, "rostered_hours", "sum", **town) == pytest.approx((100 + 200 * 0.75) / 60)
    assert value(table, "overtime_hours", "sum", **town) == pytest.approx(40 * 0.75 / 60)
    assert value(table, "utilisation", "share", **town) == pytest.approx(30 / (100 + 240 * 0.75))
    village = {"point": "village", "authority": "B"}
    assert value(table, "utilisation", "share", **village) == pytest.approx(60 / (120 + 30))
    assert value(table, "on_call_hours", "sum", **village) == pytest.approx(0.5)
    assert value(table, "contact_hours", "sum", authority="guidance") == pytest.approx(0.25)
    assert value(table, "contact_hours", "sum") == pytest.approx((30 + 10 + 60 + 15) / 60)
    assert value(table, "rostered_hours", "sum") == pytest.approx(480 / 60)
    assert value(table, "pool_utilisation", "share", point="remote") == pytest.approx(0.5)


def test_a_no_show_occupies_the_official_only() -> None:
    table = metrics(make_records([NO_SHOW | {"start": 600.0, "end": 605.0}]), SETTINGS)
    assert value(table, "contact_hours", "sum") == pytest.approx(5 / 60)
    assert value(table, "place_utilisation", "counter", point="town") == 0.0
    assert np.isnan(value(table, "wait", "mean"))


def test_places_in_use_over_their_open_time() -> None:
    table = metrics(make_records([{"start": 600.0, "end": 700.0}]), SETTINGS)
    assert value(table, "place_utilisation", "counter", point="town") == pytest.approx(100 / (2 * 1000))


def test_access_delay_is_that_of_first_bookings() -> None:
    visits = [{"booked": 1, "delay": delay} for delay in (1, 3, 8)]
    visits += [{"booked": 0, "delay": 50}, {"booked": 1, "delay": 90, "attempt": 1}, NO_SHOW | {"delay": 5}]
    table = metrics(make_records(visits), SETTINGS)
    assert value(table, "access_delay", "median", authority="A") == 4.0


def test_travel_is_over_trips_and_hours_there_and_back() -> None:
    second = {"travel": 500.0, "relation": Relation.SECOND_HERE}
    table = metrics(make_records([{"travel": 30.0}, {"travel": 90.0}, second]), SETTINGS)
    assert value(table, "travel", "mean") == pytest.approx(60.0)
    assert value(table, "travel", "over_60_min") == pytest.approx(0.5)
    assert value(table, "travel", "person_hours") == pytest.approx(4.0)


def test_needs_and_their_rate() -> None:
    table = metrics(make_records(), SETTINGS)
    assert value(table, "needs", "count", authority="A", channel="visit") == 350
    rate = value(table, "needs", "per_1000_residents", authority="A", channel="visit")
    assert rate == pytest.approx(1000 * 300 / 800)
    assert value(table, "no_slot", "count") == 7


def test_needs_carried_over_the_turns_of_the_year() -> None:
    """Of 350 needs that lead to a visit two meet it this year, so 348 are due later; one came from before."""
    visits = [{"need_day": -2}, {"need_day": -1, "attempt": 1}, {"need_day": 3}, NO_SHOW | {"need_day": 4}]
    visits += [{"need_day": -3, "relation": Relation.SECOND_TRIP}]
    table = metrics(make_records(visits), SETTINGS)
    assert value(table, "carried_over", "count", authority="A") == 1 - 348


def test_what_was_expected_beforehand() -> None:
    table = metrics(make_records(), SETTINGS)
    assert value(table, "plan_visits", "value", authority="B") == 20
    assert value(table, "need_growth", "value", authority="A") == 0.5
    assert "C" not in set(table[table["metric"] == "plan_visits"]["authority"])


def test_rhythm_of_the_day() -> None:
    visits = [{"start": 585.0, "arrival": 585.0, "end": 625.0}, {"day": 1, "arrival": 700.0}]
    table = metrics(make_records(visits), SETTINGS)
    assert value(table, "arrivals_half_hour", "09:30") == 0.5
    assert value(table, "busy_half_hour", "09:30") == pytest.approx(15 / 30 / 2)
    assert value(table, "busy_half_hour", "10:00") == pytest.approx(25 / 30 / 2)
    assert value(table, "busy_half_hour", "11:30") == pytest.approx(10 / 30 / 2)


def test_wait_classes_count_everybody_once() -> None:
    visits = [{}, {"start": 605.0}, {"start": 605.5}, {"start": 670.0}, RENEGED, NO_SHOW]
    table = metrics(make_records(visits), SETTINGS)
    rows = table[(table["metric"] == "wait_histogram") & (table["point"] == "town")]
    counts = dict(zip(rows["statistic"], rows["value"], strict=True))
    expected = {"at_once": 1, "0-5": 1, "5-15": 1, "15-30": 0, "30-60": 0, "60+": 1, "unserved": 1}
    assert counts == expected


def test_a_year_without_visits_has_rows_of_zero_and_nan() -> None:
    table = metrics(make_records(), SETTINGS)
    assert value(table, "visits", "count", authority="C") == 0
    assert np.isnan(value(table, "wait", "mean"))
    assert np.isnan(value(table, "worst_week", "week"))


def test_rows_are_unique() -> None:
    table = metrics(random_records(4_000), SETTINGS)
    assert not table.duplicated([column for column in table.columns if column != "value"]).any()


def test_cube_adds_up_to_the_metrics() -> None:
    records = random_records(5_000)
    table = cube(records, ["month", "weekday", "age_group", "kind"], SETTINGS)
    assert table["visits"].sum() == value(metrics(records, SETTINGS), "visits", "count")
    total = cube(records, [], SETTINGS)
    assert total["wait_p90_min"].iloc[0] == pytest.approx(value(metrics(records, SETTINGS), "wait", "p90"))
    assert set(table["month"]) == {f"month-{month:02d}" for month in range(1, 13)}


def test_metrics_of_each_point_and_authority_are_those_of_the_cube() -> None:
    records = random_records(4_000, points=3, authorities=4)
    table = metrics(records, SETTINGS).query("channel == 'all' and period == 'year'")
    values = table.set_index(["metric", "statistic", "point", "authority"])["value"].sort_index()
    cells = cube(records, ["point", "authority"], SETTINGS).set_index(["point", "authority"])
    same = {
        "visits": ("visits", "count"),
        "booked_visits": ("booked_visits", "count"),
        "no_shows": ("no_shows", "count"),
        "served": ("visits", "served"),
        "turned_away": ("visits", "turned_away"),
        "wait_mean_min": ("wait", "mean"),
        **{f"wait_{name}_min": ("wait", name) for name in ("median", "p80", "p90", "p95")},
        **{f"within_{name}": ("within", name) for name in ("15_min", "30_min", "target")},
        "abandonment": ("abandonment", "share"),
    }
    for column, (metric, statistic) in same.items():
        found = values[metric, statistic].reindex(cells.index)
        np.testing.assert_allclose(found, cells[column], rtol=1e-12, err_msg=column)


def test_cube_knows_weekday_half_hour_and_municipality() -> None:
    records = make_records([{"day": 0, "arrival": 605.0, "municipality": 1}])  # 1.1.2030 is a Tuesday
    table = cube(records, ["weekday", "half_hour", "municipality"], SETTINGS)
    assert table.loc[0, ["weekday", "half_hour", "municipality"]].tolist() == ["Tue", "10:00", "Village"]


def test_cube_refuses_unknown_dimensions() -> None:
    with pytest.raises(InputError, match="weather: unknown dimension; allowed: point"):
        cube(make_records(), ["weather"], SETTINGS)


def test_small_cells_are_merged_and_never_alone() -> None:
    table = pd.DataFrame({"age_group": ["a", "b", "c"], "visits": [100.0, 12.0, 3.0], "wait_p90_min": 5.0})
    for name in ("booked_visits", "no_shows", "repeat_visits", "arrived", "served", "gave_up", "turned_away"):
        table[name] = 0.0
    merged = publishable(table, ["age_group"], SETTINGS)
    assert merged["age_group"].tolist() == ["a", "merged"]
    assert merged["visits"].tolist() == [100.0, 15.0]
    assert np.isnan(merged["wait_p90_min"].iloc[1])


def test_intervals_are_students() -> None:
    values = [3.0, 5.0, 10.0]
    table = pd.DataFrame({"metric": "visits", "statistic": "count", "replication": range(3), "value": values})
    row = intervals(table).iloc[0]
    assert row["mean"] == pytest.approx(6.0)
    assert row["half_width"] == pytest.approx(4.302653 * np.std(values, ddof=1) / np.sqrt(3), rel=1e-6)
    assert row["n"] == 3
    assert np.isnan(intervals(table.head(1))["half_width"].iloc[0])


def test_calendar_of_the_year() -> None:
    assert len(month_of_day(2028)) == 366
    weeks = week_of_day(2030)  # 1.1.2030 is a Tuesday, 7.1. the Monday after
    assert weeks[[0, 5, 6]].tolist() == [0, 0, 1]
