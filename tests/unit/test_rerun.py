"""A stored run is made again from its manifest, and what differs is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.config import Scenario
from sim.config.experiment_loading import load_experiment
from sim.errors import InputError, RunError
from sim.experiments.rerun import Rerun, rerun
from sim.experiments.store import RunResult
from sim.experiments.sweep import SweepOptions, run_experiment

EXPERIMENT = """
base: baseline_2030
scenarios: {plan: {}, few: {demand: {adoption: -0.5}}}
factors:
  parameters.no_show: {values: [0.1, 0.2]}
  demand.cottages: {values: [true, false]}
replications: 2
visits: true
"""


def replicate(case: Scenario, replication: int, keep_visits: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a wait that depends on all that may differ between runs."""
    value = case.parameters.get("no_show", 0) + 10 * case.demand.cottages + 100 * case.demand.adoption
    row = {"year": 2030, "point": "all", "authority": "all", "channel": "all", "period": "year"}
    wait = row | {"metric": "wait", "statistic": "mean", "value": value + 1000 * replication, "unit": "min"}
    return pd.DataFrame([wait]), pd.DataFrame({"id": [replication], "arrival": [540.0]})


def another_number(case: Scenario, replication: int, keep_visits: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    metrics, visits = replicate(case, replication, keep_visits)
    return metrics.assign(value=metrics["value"] + 1e-9), visits


def fail(case: Scenario, replication: int, keep_visits: bool) -> Any:
    raise ZeroDivisionError("no desk")


@pytest.fixture
def result(tmp_path: Path) -> RunResult:
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT)
    options = SweepOptions(out=tmp_path / "results", workers=1, replicate=replicate)
    return run_experiment(load_experiment(path), options)


def again(result: RunResult, run_id: str, how: Any = replicate) -> Rerun:
    return rerun(run_id, result.folder.parents[1], replicate=how)


def edit_manifest(result: RunResult, **changes: Any) -> None:
    path = result.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_every_run_of_a_sweep_can_be_made_again(result: RunResult) -> None:
    for row in result.runs.itertuples():
        found = again(result, str(row.run_id))
        assert found.agrees, found.differing
        assert (found.scenario, found.design_point, found.replication) == row[2:5]


def test_another_number_is_told_with_its_row(result: RunResult) -> None:
    run_id = str(result.runs["run_id"].iloc[0])
    found = again(result, run_id[:10], another_number)
    assert not found.agrees
    assert found.as_dict()["agrees"] is False
    [told] = found.differing
    assert told.startswith("metrics: 1 of 1 rows differ; the first: 2030, all, all, all, year, wait, mean")


def test_a_run_that_fails_now_or_failed_then_is_told(result: RunResult) -> None:
    run_id = str(result.runs["run_id"].iloc[0])
    assert again(result, run_id, fail).differing == ("done when it was stored, failed ZeroDivisionError now",)
    shutil.rmtree(result.folder / "parts")
    folder = result.folder.parents[1]
    asked = load_experiment(folder.parent / "experiment.yaml")
    run_experiment(asked, SweepOptions(out=folder, workers=1, replicate=fail))
    assert again(result, run_id, fail).agrees
    assert again(result, run_id).differing == ("failed ZeroDivisionError when it was stored, done now",)


@pytest.mark.parametrize(("run_id", "expected"), [("xyz", "no run of that id"), ("", "no run of that id")])
def test_unknown_runs_are_the_users_mistake(result: RunResult, run_id: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        again(result, run_id)


def test_a_beginning_that_several_runs_have_is_refused(result: RunResult) -> None:
    first = pd.Series([str(run_id)[0] for run_id in result.runs["run_id"]])
    [twice, *_] = first[first.duplicated()]
    with pytest.raises(InputError, match="give more digits"):
        again(result, twice)


def test_runs_of_another_version_or_of_other_data_are_refused(
    result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = str(result.runs["run_id"].iloc[0])
    known = result.manifest["region"]
    edit_manifest(result, region={**known, "digest": "0" * 64})
    with pytest.raises(RunError, match="was made on other data of the region"):
        again(result, run_id)
    edit_manifest(result, region=known)
    monkeypatch.setattr(sim, "MODEL_VERSION", "0")
    with pytest.raises(RunError, match="of the model, this is 0"):
        again(result, run_id)


def test_an_edited_manifest_and_missing_parts_are_told(result: RunResult) -> None:
    run_id = str(result.runs["run_id"].iloc[0])
    shutil.rmtree(result.folder / "parts")
    with pytest.raises(RunError, match="not stored any more"):
        again(result, run_id)
    cases = [{**case, "year": 2029} for case in result.manifest["scenarios"]]
    edit_manifest(result, scenarios=cases)
    with pytest.raises(RunError, match="no longer describes the run"):
        again(result, run_id)
