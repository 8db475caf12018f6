"""Sweeps as a user starts, breaks off and repeats them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.config.experiment import OutcomeSpec
from sim.experiments.comparison import values_of
from tests.e2e.commands import visitsim

EXPERIMENT = """
base: baseline_2030
scenarios:
  plan: {}
  fewer: {staffing: {officials: {lahti_kela: {count: 8}}}}
factors:
  demand.adoption: {role: uncertainty, values: [-1, 1]}
replications: 2
outcomes:
  - {metric: visits, statistic: count}
  - {metric: wait, statistic: mean}
"""
TABLES = ("runs.parquet", "factors.parquet", "metrics.parquet")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("question")
    (folder / "experiment.yaml").write_text(EXPERIMENT)
    return folder


def start(experiment: Path, out: Path, *words: str) -> subprocess.Popen[str]:
    program = str(Path(sys.executable).with_name("visitsim"))
    command = [program, "sweep", str(experiment), "--out", str(out), "--json", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def sweep(experiment: Path, out: Path, *words: str) -> tuple[int, str, str]:
    process = start(experiment, out, *words)
    printed, said = process.communicate(timeout=300)
    return process.returncode, printed, said


def tables(out: Path) -> dict[str, bytes]:
    [folder] = [path.parent for path in out.rglob("runs.parquet")]
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def whole(experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the results of a sweep that nothing disturbed, on one worker, and what it printed."""
    out = tmp_path_factory.mktemp("whole")
    code, printed, said = sweep(experiment, out, "--workers", "1")
    assert code == 0, said
    return out, printed


def test_outcomes_are_printed_by_scenario_and_design_point(whole: tuple[Path, str]) -> None:
    rows = json.loads(whole[1])
    assert len(rows) == 2 * 2 * 2
    assert [row["scenario"] for row in rows[:4]] == ["plan", "plan", "fewer", "fewer"]
    visits = {(row["scenario"], row["demand.adoption"]): row["mean"] for row in rows[:4]}
    assert visits["plan", 1.0] < 110_850 < visits["plan", -1.0]
    waits = {(row["scenario"], row["demand.adoption"]): row["mean"] for row in rows[4:]}
    assert waits["fewer", -1.0] > waits["plan", -1.0]


def test_a_sweep_that_was_killed_goes_on_and_gives_the_same_bytes(
    experiment: Path, whole: tuple[Path, str], tmp_path: Path
) -> None:
    process = start(experiment, tmp_path, "--workers", "2")
    deadline = time.monotonic() + 200
    while not list(tmp_path.rglob("part-*.parquet")) and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    stored = len(list(tmp_path.rglob("part-*.parquet")))
    assert stored > 0
    code, printed, said = sweep(experiment, tmp_path, "--workers", "2")
    assert code == 0, said
    assert printed == whole[1]
    assert tables(tmp_path) == tables(whole[0])


def test_what_is_stored_is_not_run_again(experiment: Path, whole: tuple[Path, str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole[0].rglob("part-*.parquet")}
    code, printed, _said = sweep(experiment, whole[0])
    assert code == 0
    assert printed == whole[1]
    assert {path: path.stat().st_mtime_ns for path in whole[0].rglob("part-*.parquet")} == before


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("replicatoins: 3", ":11:1: replicatoins"),
        ("base: nowhere", "base"),
        ("design: {kind: spiral}", "design.kind"),
    ],
)
def test_wrong_experiments_are_told_with_their_place(change: str, where: str, tmp_path: Path) -> None:
    key = change.split(":")[0]
    kept = [line for line in EXPERIMENT.strip().splitlines() if not line.startswith(f"{key}:")]
    path = tmp_path / "experiment.yaml"
    path.write_text("\n".join([*kept, change]) + "\n")
    code, printed, said = sweep(tmp_path, tmp_path / "out")
    assert code == 2
    assert printed == ""
    assert where in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_dask_gives_the_same_bytes_as_processes(
    experiment: Path, whole: tuple[Path, str], tmp_path: Path
) -> None:
    code, printed, said = sweep(experiment, tmp_path, "--executor", "dask", "--workers", "2")
    assert code == 0, said
    assert printed == whole[1]
    assert tables(tmp_path) == tables(whole[0])


def test_preview_and_status_tell_what_is_stored(experiment: Path, whole: tuple[Path, str]) -> None:
    expected = command(
        "preview", str(experiment), "--out", str(whole[0]), "--set", "replications=3", "--json"
    )
    found = json.loads(expected.stdout)
    assert (found["runs"], found["stored"], found["missing"]) == (12, 8, 4)
    assert found["seconds"] > 0
    assert found["measured"]
    told = command("status", str(experiment), "--out", str(whole[0]), "--json")
    assert json.loads(told.stdout)["state"] == "done"


def command(*words: str) -> subprocess.CompletedProcess[str]:
    done = visitsim(*words)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.slow
def test_common_random_numbers_shrink_the_variance_of_differences(tmp_path: Path) -> None:
    """One official fewer: paired on the same seed, and against another seed."""
    fewer = tmp_path / "fewer.yaml"
    fewer.write_text("extends: baseline_2030\nstaffing: {officials: {lahti_kela: {count: 9}}}\n")
    out = ("--out", str(tmp_path), "--engine", "compiled", "--replications", "5", "--workers", "1")
    rows = json.loads(command("compare", "baseline_2030", str(fewer), *out, "--json").stdout)
    [wait] = [row for row in rows if row["outcome"] == "wait.mean"]
    assert wait["scenario"] == "fewer"
    assert wait["difference"] > 0
    apart = json.loads(command("run", str(fewer), *out, "--seed", "1", "--json", "--quiet").stdout)
    assert apart["replications"] == 5
    waits = {name: waits_of(tmp_path, name, seed) for name, seed in (("baseline_2030", 20300), ("fewer", 1))}
    independent = (waits["fewer"] - waits["baseline_2030"]).var(ddof=1)
    paired = (waits_of(tmp_path, "fewer", 20300) - waits["baseline_2030"]).var(ddof=1)
    assert paired < independent / 4
    assert wait["variance_ratio"] < 0.25


def waits_of(out: Path, name: str, seed: int) -> np.ndarray:
    """Return the mean waits of a scenario's replications under a seed."""
    results = (sim.load(folder.parent) for folder in out.glob(f"{name}/*/manifest.json"))
    [found] = [result for result in results if result.manifest["seed"] == seed]
    rows = values_of(found.metrics, OutcomeSpec(metric="wait", statistic="mean"))
    return rows.sort_values("replication")["value"].to_numpy()


def test_sides_with_different_seeds_are_not_compared(whole: tuple[Path, str], tmp_path: Path) -> None:
    [first] = [path.parent for path in whole[0].rglob("manifest.json")]
    other = tmp_path / "other"
    shutil.copytree(first, other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, "seed": 1}))
    done = visitsim("compare", str(first), str(other))
    assert done.returncode == 2
    assert "differs, so that no luck is shared" in done.stderr
