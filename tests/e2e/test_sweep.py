"""Sweeps as a user starts, breaks off and repeats them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
