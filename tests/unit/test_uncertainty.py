"""Uncertain assumptions and luck are told apart, and how precise an outcome became."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli.base import RunOptions, ScenarioOptions
from sim.cli.checks import Proof
from sim.cli.experiments import ProjectFlags, SensitivityFlags, SweepFlags
from sim.cli.planning import StaffFlags
from sim.config import Scenario
from sim.config.experiment import OutcomeSpec, UntilSpec
from sim.config.experiment_loading import load_experiment
from sim.experiments.precision import reached
from sim.experiments.sweep import SweepOptions, run_experiment
from sim.experiments.uncertainty import two_levels, uncertainty_rows, uncertainty_table
from sim.reports.names import Labels
from sim.reports.outcome_names import outcome_titles
from sim.reports.outcomes import print_outcomes, print_precision, print_uncertainty

WAIT = OutcomeSpec(metric="wait", statistic="mean")
EXPERIMENT = """
base: baseline_2030
scenarios: {plan: {}, other: {year: 2029}}
factors:
  parameters.no_show: {low: 0.0, high: 0.4}
  demand.cottages: {role: lever, values: [true, false]}
design: {kind: latin_hypercube, size: 8}
outcomes: [{metric: wait, statistic: mean}]
replications: 3
"""


def replicate(case: Scenario, replication: int, keep_visits: bool) -> tuple[pd.DataFrame, None]:
    """Return a wait of an assumption, a lever and luck, which add up."""
    value = 10 * case.parameters["no_show"] + 100 * (not case.demand.cottages) + replication
    row = {"year": case.year, **WAIT.model_dump(), "value": value, "unit": "min"}
    return pd.DataFrame([row]), None


def test_components_are_those_they_were_made_of() -> None:
    rng = np.random.default_rng(3)
    n = 300
    found = two_levels(5 + rng.normal(0, 3, (n, 1)) + rng.normal(0, 2, (1, n)) + rng.normal(0, 1, (n, n)))
    theory, se = np.array([9.0, 5.0]), np.array([9.0, 4.0]) * np.sqrt(2 / n)
    assert abs(np.array([found.variance_uncertainty, found.variance_random]) - theory).max() < 4 * se.max()
    assert found.share_uncertainty == pytest.approx(9 / 14, abs=4 * 0.03)
    # Percentiles of a normal distribution with standard deviation 3.
    assert (found.p90 - found.p10) == pytest.approx(2 * 1.2816 * 3, abs=1.2)


def test_luck_alone_is_no_uncertainty_and_an_assumption_alone_no_luck() -> None:
    luck = two_levels(np.tile([1.0, 2.0, 4.0], (5, 1)))
    assert (luck.variance_uncertainty, luck.share_uncertainty, luck.p10, luck.p90) == (0, 0, 7 / 3, 7 / 3)
    assumed = two_levels(np.tile([[1.0], [2.0], [4.0]], (1, 5)))
    assert (assumed.variance_random, assumed.share_uncertainty, assumed.half_width) == (0, 1, 0)
    assert np.isnan(two_levels(np.ones((1, 4))).share_uncertainty)


def test_levers_are_settings_and_each_has_both_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT)
    asked = load_experiment(path)
    result = run_experiment(asked, SweepOptions(out=tmp_path / "out", workers=1, replicate=replicate))
    rows = uncertainty_rows(asked, result.metrics)
    assert [(row["scenario"], row["demand.cottages"]) for row in rows] == [
        ("other", 1.0),
        ("other", 0.0),
        ("plan", 1.0),
        ("plan", 0.0),
    ]
    assert [row["mean"] for row in rows] == pytest.approx([3.0, 103.0] * 2, abs=0.1)
    assert {(row["draws"], row["n"]) for row in rows} == {(8, 3)}
    assert all(row["variance_random"] == pytest.approx(1.0) for row in rows)
    assert all(row["half_width"] == pytest.approx(4.302653 / 3**0.5) for row in rows)
    print_uncertainty(uncertainty_table(asked, result), {"wait.mean": "Mean wait, min"}, "en")
    printed = capsys.readouterr().out
    assert "± covers the luck of 3 replications, given the 8 draws" in " ".join(printed.split())


def test_outcomes_go_by_words_of_the_regions_language(capsys: pytest.CaptureFixture[str]) -> None:
    labels = Labels.read("paijat_hame", None)
    work = OutcomeSpec(metric="rostered_hours", statistic="sum")
    row = {"scenario": "plan", "design_point": 0, "outcome": work.label(), "unit": "visits"}
    print_outcomes(
        [{**row, "mean": 1.5, "half_width": 0.5, "n": 3}], outcome_titles([work], labels), labels.lang
    )
    printed = capsys.readouterr().out
    assert labels.lang == "fi"
    assert {"Skenaario", "Työvuorotunnit", "käyntiä", "1,500"} <= set(printed.split())
    assert "rostered" not in printed


@pytest.mark.parametrize(
    "options", [SweepFlags, ProjectFlags, SensitivityFlags, StaffFlags, ScenarioOptions, RunOptions, Proof]
)
def test_a_command_speaks_the_regions_language_unless_told_otherwise(options: type) -> None:
    assert options().lang is None


def test_it_is_told_how_precise_each_point_became(capsys: pytest.CaptureFixture[str]) -> None:
    keys = {**WAIT.model_dump(), "design_point": 0, "unit": "min"}
    values = {"calm": [1.0, 1.1, 0.9, 1.0], "wild": [1.0, 9.0, 2.0]}
    metrics = pd.DataFrame(
        [
            {"scenario": name, "replication": k, "value": value, **keys}
            for name, found in values.items()
            for k, value in enumerate(found)
        ]
    )
    calm, wild = reached(metrics, UntilSpec(outcome=WAIT, half_width=0.2))
    assert (calm.replications, calm.precise, wild.precise) == (4, True, False)
    assert wild.half_width == pytest.approx(4.302653 * np.std([1.0, 9.0, 2.0], ddof=1) / 3**0.5)
    assert reached(metrics, UntilSpec(outcome=WAIT, half_width=0.2, relative=True))[1].target == 0.8
    print_precision([calm, wild], {"wait.mean": "Mean wait, min"}, "en")
    printed = capsys.readouterr().out
    assert "calm 0: Mean wait, min known to ± 0.130 after 4 replications (asked: 0.200)" in printed
    assert "wild 0: Mean wait, min known to ± 10.828 only, 3 replications (asked: 0.200)" in printed
