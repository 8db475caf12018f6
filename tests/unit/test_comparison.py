"""Differences between scenarios are paired, corrected for their number, and said when they matter."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.config.experiment import OutcomeSpec
from sim.experiments.comparison import compare, holm, threshold_of
from sim.experiments.detailed import detailed_outcomes

WAIT = OutcomeSpec(metric="wait", statistic="mean")
VISITS = OutcomeSpec(metric="visits", statistic="count")
HOURS = OutcomeSpec(metric="hours_by_municipality", statistic="Town")
PARAMETERS = {
    "practical_wait_difference": 1.0,
    "practical_share_difference": 0.01,
    "practical_htv_difference": 0.5,
    "practical_relative_difference": 0.01,
}


def table(
    values: dict[str, list[list[float]]], outcome: OutcomeSpec = WAIT, unit: str = "min"
) -> pd.DataFrame:
    """Return a long table from values by scenario, design point and replication."""
    rows = [
        {
            "scenario": name,
            "design_point": point,
            "replication": replication,
            "value": value,
            "unit": unit,
            **outcome.model_dump(),
        }
        for name, points in values.items()
        for point, replications in enumerate(points)
        for replication, value in enumerate(replications)
    ]
    return pd.DataFrame(rows)


def test_a_difference_is_that_of_a_paired_t_test() -> None:
    a, b = [5.0, 6.5, 8.0, 7.0], [7.1, 8.4, 10.2, 9.0]
    [row] = compare(table({"a": [a], "b": [b]}), PARAMETERS, [WAIT])
    expected = stats.ttest_rel(b, a)
    interval = expected.confidence_interval()
    assert row.p_value == pytest.approx(expected.pvalue)
    assert row.difference == pytest.approx(np.mean(b) - np.mean(a))
    assert row.half_width == pytest.approx((interval.high - interval.low) / 2)
    assert (row.scenario, row.n, row.verdict) == ("b", 4, "worse")


@pytest.mark.parametrize(
    ("outcome", "unit", "b", "verdict"),
    [
        (WAIT, "min", [3.0, 4.6, 5.9], "better"),
        (
            WAIT,
            "min",
            [5.5, 7.1, 8.4],
            "not distinguishable",
        ),  # clear of 0, but half a minute matters to nobody
        (WAIT, "min", [1.0, 13.0, 9.0], "not distinguishable"),  # large, but not clear of 0
        (HOURS, "h per 1 000 persons", [9.0, 10.5, 12.1], "worse"),
        (VISITS, "visits", [9.0, 10.5, 12.1], "higher"),
        (VISITS, "visits", [2.0, 3.4, 5.1], "lower"),
    ],
)
def test_words_need_certainty_and_a_difference_that_matters(
    outcome: OutcomeSpec, unit: str, b: list[float], verdict: str
) -> None:
    metrics = table({"a": [[5.0, 6.5, 8.0]], "b": [b]}, outcome, unit)
    assert compare(metrics, PARAMETERS, [outcome])[0].verdict == verdict


def test_no_difference_is_not_distinguishable_and_one_run_proves_nothing() -> None:
    [same] = compare(table({"a": [[5.0, 6.0]], "b": [[5.0, 6.0]]}), PARAMETERS, [WAIT])
    assert (same.p_value, same.verdict, same.half_width) == (1.0, "not distinguishable", 0.0)
    [single] = compare(table({"a": [[5.0]], "b": [[50.0]]}), PARAMETERS, [WAIT])
    assert math.isnan(single.p_value)
    assert single.verdict == "not distinguishable"
    assert single.as_dict()["half_width"] is None


def test_replications_that_one_side_lacks_are_left_out() -> None:
    [row] = compare(table({"a": [[5.0, 6.0, 7.0, 100.0]], "b": [[6.0, 7.1, 8.0]]}), PARAMETERS, [WAIT])
    assert row.n == 3
    assert row.reference == 6.0


def test_uncertainty_is_the_spread_over_design_points_and_not_random_variation() -> None:
    a = [[5.0, 6.0, 7.0] for _ in range(11)]
    b = [[5.0 + point, 6.0 + point, 7.0 + point] for point in range(11)]
    [row] = compare(table({"a": a, "b": b}), PARAMETERS, [WAIT])
    assert (row.low, row.high) == (pytest.approx(1.0), pytest.approx(9.0))
    assert row.half_width == 0.0
    assert row.difference == pytest.approx(5.0)


def test_pairing_shows_in_the_ratio_of_variances() -> None:
    luck = np.arange(20.0)
    [row] = compare(
        table({"a": [list(luck)], "b": [list(luck + np.tile([0.9, 1.1], 10))]}), PARAMETERS, [WAIT]
    )
    assert row.variance_ratio < 0.001


def test_many_comparisons_are_corrected_for_their_number() -> None:
    rng = np.random.default_rng(1)
    luck = rng.normal(size=30)
    one = table({"a": [list(luck)], "b": [list(luck + 2 + rng.normal(size=30) * 4)]})
    alone = compare(one, PARAMETERS, [WAIT])[0].p_value
    many = {"a": [list(luck)], "b": [list(one["value"][30:])], **{f"c{i}": [list(luck)] for i in range(19)}}
    corrected = compare(table(many), PARAMETERS, [WAIT])[0].p_value
    assert corrected == pytest.approx(min(1.0, 20 * alone))


def test_holms_correction_is_that_of_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert math.isnan(holm([math.nan, 0.01])[0])
    assert holm([math.nan, 0.01])[1] == pytest.approx(0.02)
    assert holm([]) == []


def test_thresholds_are_the_registrys_in_the_units_of_the_outcome() -> None:
    assert threshold_of("min", 9.0, PARAMETERS) == 1.0
    assert threshold_of("share", 0.8, PARAMETERS) == 0.01
    assert threshold_of("visits", -5_000.0, PARAMETERS) == 50.0


def test_details_are_resources_services_and_burdens_of_the_year() -> None:
    each = {"point": "town", "authority": "A"}
    wanted = [
        OutcomeSpec(metric="cost", statistic="sum"),
        OutcomeSpec(metric="htv_by_payer", statistic="A"),
        OutcomeSpec(metric="hours_by_age_group", statistic="85+"),
        OutcomeSpec(metric="within", statistic="target", **each),
        OutcomeSpec(metric="abandonment", statistic="share", **each),
    ]
    others = [
        OutcomeSpec(metric="cost", statistic="sum", period="month-01"),
        OutcomeSpec(metric="customer_space", statistic="sum", point="town"),
        OutcomeSpec(metric="within", statistic="target"),
        OutcomeSpec(metric="within", statistic="target", point="town"),
        OutcomeSpec(metric="within", statistic="target", channel="video", **each),
        OutcomeSpec(metric="wait", statistic="mean", **each),
    ]
    metrics = pd.concat([table({"a": [[1.0, 2.0]]}, outcome) for outcome in [*others, *reversed(wanted)]])
    found = detailed_outcomes(metrics)
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert found[0].metric == "cost"
