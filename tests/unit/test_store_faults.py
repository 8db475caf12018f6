"""Full disks and two writers at once: a clear message, nothing lost, and the same tables in the end."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.config import Scenario, load_scenario
from sim.errors import InputError, RunError
from sim.experiments import parts
from sim.experiments.runner import run_tasks, tasks_of
from sim.experiments.store import RunResult, load, run_folder
from sim.experiments.work import Execution

TABLES = ("runs.parquet", "factors.parquet", "metrics.parquet")
#: Rows of noise, which no compression makes small: a part takes about 130 kB.
ROWS = 16_000


def replicate(case: Scenario, replication: int, keep_visits: bool) -> tuple[pd.DataFrame, None]:
    row = {"year": 2030, "point": "all", "authority": "all", "channel": "all", "period": "year"}
    values = np.random.default_rng([5, replication]).normal(size=ROWS)
    rows = row | {"metric": "wait", "statistic": "mean", "value": values, "unit": "min"}
    return pd.DataFrame(rows), None


def sweep(out: Path, workers: int = 1) -> RunResult:
    case = load_scenario("baseline_2030", ["run.replications=6"])
    how = Execution(run_folder(out, case), out, workers, False, replicate)
    return run_tasks(tasks_of(case), how, {"started": "", "scenario": case.resolved()})


def table_bytes(result: RunResult) -> list[bytes]:
    return [(result.folder / name).read_bytes() for name in TABLES]


def mount(*words: str) -> bool:
    try:
        done = subprocess.run(["mount", *words], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of its own with room for the folder's own files and two or three parts."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)):
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_costs_nothing_that_is_stored(small_disk: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"can't be written: .*No space left on device"):
        sweep(small_disk)
    stored = parts.stored_runs(small_disk)
    assert 0 < len(stored) < 6
    assert not list(small_disk.rglob("*.tmp"))
    assert not list(small_disk.rglob("*.bad"))
    assert mount("-o", "remount,size=64m", str(small_disk))
    assert table_bytes(sweep(small_disk)) == table_bytes(sweep(tmp_path / "whole"))
    assert {run.path for run in stored.values()} <= set(small_disk.rglob("part-*.parquet"))


def test_a_disk_that_fills_up_while_a_file_is_made_safe_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="can't be written: No space left on device"):
        sweep(tmp_path / "disk")
    monkeypatch.undo()
    assert 0 < len(parts.stored_runs(tmp_path / "disk")) < 6
    assert not list(tmp_path.rglob("*.tmp"))
    assert table_bytes(sweep(tmp_path / "disk")) == table_bytes(sweep(tmp_path / "whole"))


def read_all(folder: Path) -> tuple[pd.DataFrame, Scenario]:
    again = load(folder)
    return again.metrics, again.scenario


DAMAGE = {
    "a table cut short": ("metrics.parquet", lambda content: content[: len(content) // 2], "can't be read"),
    "a table of other bytes": ("metrics.parquet", lambda content: b"\0" * 500, "can't be read"),
    "a flipped bit": (
        "metrics.parquet",
        lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "can't be read",
    ),
    "a manifest cut short": ("manifest.json", lambda content: content[:40], "no readable manifest"),
    "a manifest of something else": ("manifest.json", lambda content: b"[]", "no readable manifest"),
    "a manifest without its scenario": ("manifest.json", lambda content: b"{}", "no scenario can be read"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_told_and_never_half_read(case: str, tmp_path: Path) -> None:
    name, damage, told = DAMAGE[case]
    result = sweep(tmp_path)
    before, path = table_bytes(result), result.folder / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=told) as caught:
        read_all(result.folder)
    assert caught.value.problems[0].path == str(path)
    assert table_bytes(sweep(tmp_path)) == before
    assert load(result.folder).scenario == result.scenario


def test_a_store_that_cannot_be_made_or_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "a\0b"):
        with pytest.raises(InputError, match="can't be made"):
            sweep(out)
    result = sweep(tmp_path / "store")
    (result.folder / "metrics.parquet").unlink()
    (result.folder / "metrics.parquet").mkdir()
    with pytest.raises(InputError, match="can't be read"):
        print(load(result.folder).metrics)


def sweep_when_told(out: Path, start: threading.Barrier) -> None:
    start.wait(60)
    sweep(out)


def test_two_sweeps_on_one_store_at_once_give_the_tables_of_one(tmp_path: Path) -> None:
    context = get_context("spawn")
    start = context.Barrier(2)
    both = [context.Process(target=sweep_when_told, args=(tmp_path / "both", start)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    assert table_bytes(sweep(tmp_path / "both")) == table_bytes(sweep(tmp_path / "alone"))
    assert not [path for path in (tmp_path / "both").rglob("*") if path.suffix in {".tmp", ".bad"}]


@pytest.mark.parametrize("name", ["Ä" * 300, "x" * 5000, "a\0b"])
@pytest.mark.parametrize(
    "command", ["preview", "sweep", "status", "retry", "report", "validate", "reproduce"]
)
def test_a_name_that_no_file_can_have_is_no_file(
    command: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([command, name]) == 2
    assert "no such" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
