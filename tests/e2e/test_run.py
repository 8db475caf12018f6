"""The main job as a stranger starts it: files, tables, data, and the same bytes again."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.experiments.parts import stored_runs
from sim.reports.names import short_name
from tests.e2e.commands import VISITSIM, visitsim

TABLES = ("runs.parquet", "factors.parquet", "metrics.parquet")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the main job with two replications on two workers; return its working directory and output."""
    folder = tmp_path_factory.mktemp("first")
    return folder, visitsim("run", "--replications", "2", "--workers", "2", "--lang", "en", cwd=folder)


def folder_of(results: Path) -> Path:
    return sim.load(results).folder


def test_the_main_job_ends_well_and_leaves_its_files(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = first
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    run = folder_of(folder / "results")
    assert run.parent == folder / "results/baseline_2030"
    for name in ("manifest.json", "config.yaml", *TABLES):
        assert (run / name).stat().st_size > 0
    assert len(list((run / "figures").glob("*.svg"))) >= 3
    assert str(run.name) in done.stdout


def test_the_manifest_says_where_the_result_comes_from(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    result = sim.load(first[0] / "results")
    manifest = result.manifest
    assert manifest["status"] == "done"
    assert manifest["command"][:2] == ["visitsim", "run"]
    assert (manifest["seed"], manifest["workers"], manifest["runs_now"]) == (20300, 2, 2)
    assert manifest["versions"]["visitsim"] == sim.__version__
    assert manifest["digest"] == result.folder.name == result.scenario.digest()


def test_every_authority_of_the_region_has_its_row(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    done = visitsim("run", "--replications", "2", "--json", "--lang", "en", cwd=first[0])
    rows = {
        row["authority"]: row["simulated_visits_per_year"] for row in json.loads(done.stdout)["authorities"]
    }
    assert list(rows) == list(sim.load_region("paijat_hame").table("authorities")["authority"])
    assert len(rows) == 12
    assert rows["AVI"] == 0
    for name in sim.load_region("paijat_hame").table("authorities")["name_en"]:
        assert short_name(name).split()[0] in first[1].stdout


def test_the_same_again_runs_nothing_and_gives_the_same_data(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    run = folder_of(first[0] / "results")
    before = [(run / name).read_bytes() for name in TABLES]
    done = visitsim("run", "--replications", "2", "--json", "--lang", "en", cwd=first[0])
    assert done.returncode == 0
    assert json.loads(done.stdout)["replications"] == 2
    assert sim.load(first[0] / "results").manifest["runs_now"] == 0
    assert [(run / name).read_bytes() for name in TABLES] == before


def test_another_machine_would_get_the_same_bytes(
    first: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = visitsim("run", "--replications", "2", "--workers", "1", "--quiet", "--out", str(tmp_path))
    assert done.returncode == 0
    for name in TABLES:
        fresh = (folder_of(tmp_path) / name).read_bytes()
        assert fresh == (folder_of(first[0] / "results") / name).read_bytes()


def test_another_seed_gives_another_result(
    first: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = visitsim(
        "run", "--replications", "1", "--seed", "5", "--engine", "compiled", "--out", str(tmp_path)
    )
    assert done.returncode == 0

    def visits(results: Path) -> Any:
        table = sim.load(results).metrics
        return table[(table["metric"] == "visits") & (table["replication"] == 0)]["value"].to_list()

    assert visits(tmp_path) != visits(first[0] / "results")


def test_an_interrupt_leaves_the_store_intact(
    first: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    words = [VISITSIM, "run", "--replications", "500", "--engine", "compiled", "--out", str(tmp_path)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.rglob("part-*.parquet")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said == ("", "interrupted; what is done is stored, the same command goes on from there\n")
    stored = stored_runs(tmp_path)
    assert 0 < len(stored) < 500
    assert not list(tmp_path.rglob("*.bad"))
    again = visitsim("run", "--replications", "2", "--quiet", "--engine", "compiled", "--out", str(tmp_path))
    assert again.returncode == 0
    for name in TABLES:
        assert (folder_of(tmp_path) / name).read_bytes() == (
            folder_of(first[0] / "results") / name
        ).read_bytes()
