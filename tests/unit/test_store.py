"""The store keeps finished runs whole, runs nothing twice, and gives the same bytes to everybody."""

from __future__ import annotations

import os
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.config import Scenario, load_scenario
from sim.errors import InputError, RunError
from sim.experiments.parts import DamagedPart, FinishedRun, read_run, stored_runs, write_part
from sim.experiments.runner import run_tasks, tasks_of
from sim.experiments.store import RunResult, load, run_folder
from sim.experiments.tables import PlannedRun, write_tables
from sim.experiments.work import Execution, Replicate

TABLES = ("runs.parquet", "factors.parquet", "metrics.parquet")


def scenario(*sets: str, replications: int = 5) -> Scenario:
    return load_scenario("baseline_2030", [f"run.replications={replications}", *sets])


def metrics_of(replication: int, rows: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": 2030,
            "point": [f"point_{row}" for row in range(rows)],
            "authority": "all",
            "channel": "all",
            "period": "year",
            "metric": "visits",
            "statistic": "count",
            "value": np.arange(rows) + replication / 7,
            "unit": "visits",
        }
    )


def replicate(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Leave a trace of the run beside the results, so that tests can count runs in worker processes."""
    if trace := os.environ.get("VISITSIM_TEST_TRACE"):
        Path(trace, f"{replication}-{os.getpid()}-{len(os.listdir(trace))}").touch()
    visits = pd.DataFrame({"id": np.arange(replication + 1), "arrival": 540.0})
    return metrics_of(replication), visits if keep_visits else None


def fail_at_two(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    if replication == 2:
        raise ZeroDivisionError("no desk")
    return replicate(case, replication, keep_visits)


def interrupt_at_two(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    if replication == 2:
        raise KeyboardInterrupt
    return replicate(case, replication, keep_visits)


def die_at_two(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    if replication == 2:
        os._exit(9)
    return replicate(case, replication, keep_visits)


def die_always(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    os._exit(9)


def replicate_in_detail(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame]:
    metrics, visits = replicate(case, replication, keep_visits)
    return metrics, visits, metrics_of(replication, rows=1).assign(metric="detail")


def run(
    case: Scenario, out: Path, how: Replicate = replicate, *, workers: int = 1, keep_visits: bool = False
) -> RunResult:
    keep_details = how is replicate_in_detail
    execution = Execution(run_folder(out, case), out, workers, keep_visits, how, keep_details=keep_details)
    return run_tasks(tasks_of(case), execution, {"started": "", "scenario": case.resolved()})


def table_bytes(result: RunResult, names: tuple[str, ...] = TABLES) -> list[bytes]:
    return [(result.folder / name).read_bytes() for name in names]


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with one file for each replication that was simulated."""
    folder = tmp_path / "trace"
    folder.mkdir()
    monkeypatch.setenv("VISITSIM_TEST_TRACE", str(folder))
    # Workers have the environment that the fork server was started in, so it is started anew.
    forkserver._forkserver._stop()
    return folder


def simulated(trace: Path) -> list[int]:
    return sorted(int(file.name.split("-")[0]) for file in trace.iterdir())


def test_texts_that_are_read_as_categories_are_the_same_texts(tmp_path: Path) -> None:
    result = run(scenario(), tmp_path)
    compact = replace(result, compact=True).metrics
    assert isinstance(compact["metric"].dtype, pd.CategoricalDtype)
    assert compact.astype(result.metrics.dtypes).equals(result.metrics)


def test_the_tables_hold_the_runs_asked_for_in_order(tmp_path: Path) -> None:
    result = run(scenario(), tmp_path)
    assert list(result.runs["replication"]) == [0, 1, 2, 3, 4]
    assert set(result.runs["status"]) == {"done"}
    assert list(result.metrics["replication"]) == [n for n in range(5) for _ in range(3)]
    assert result.metrics["value"].iloc[-1] == 2 + 4 / 7
    assert list(result.factors) == ["run_id", "factor", "value", "unit"]
    assert result.failed == 0


def test_a_stored_run_is_not_run_again_whatever_its_scenario_is_called(tmp_path: Path, trace: Path) -> None:
    run(scenario(replications=2), tmp_path)
    again = run(scenario("name=another", "description=text", "run.engine=compiled", replications=3), tmp_path)
    assert simulated(trace) == [0, 1, 2]
    assert set(again.runs["scenario"]) == {"another"}
    assert len(again.metrics) == 9


@pytest.mark.parametrize(
    "change", ["run.seed=1", "demand.cottages=false", "parameters.no_show=0.3", "year=2029"]
)
def test_what_decides_the_result_makes_another_run(tmp_path: Path, trace: Path, change: str) -> None:
    run(scenario(replications=1), tmp_path)
    run(scenario(change, replications=1), tmp_path)
    assert simulated(trace) == [0, 0]


def test_a_smaller_request_has_the_tables_of_a_fresh_one(tmp_path: Path) -> None:
    run(scenario(replications=5), tmp_path / "a")
    smaller = run(scenario(replications=2), tmp_path / "a")
    assert table_bytes(smaller) == table_bytes(run(scenario(replications=2), tmp_path / "b"))


def test_one_and_two_workers_write_the_same_bytes(tmp_path: Path, trace: Path) -> None:
    names = (*TABLES, "visits.parquet")
    alone = run(scenario(), tmp_path / "one", keep_visits=True)
    assert len(simulated(trace)) == 5
    both = run(scenario(), tmp_path / "two", workers=2, keep_visits=True)
    assert simulated(trace) == sorted([*range(5), *range(5)])
    assert any(f"-{os.getpid()}-" not in file.name for file in trace.iterdir())
    assert table_bytes(alone, names) == table_bytes(both, names)


def test_a_failing_run_is_a_row_and_is_tried_again(tmp_path: Path, trace: Path) -> None:
    first = run(scenario(), tmp_path, fail_at_two)
    assert first.failed == 1
    row = first.runs.loc[first.runs["status"] == "failed"].iloc[0]
    assert (row["replication"], row["error_type"]) == (2, "ZeroDivisionError")
    assert "no desk" in first.manifest["tracebacks"][row["run_id"]]
    assert set(first.metrics["replication"]) == {0, 1, 3, 4}
    second = run(scenario(), tmp_path)
    assert simulated(trace) == [0, 1, 2, 3, 4]
    assert table_bytes(second) == table_bytes(run(scenario(), tmp_path / "fresh"))


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, trace: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(scenario(), tmp_path, interrupt_at_two)
    assert load(tmp_path).manifest.get("status") != "done"
    whole = run(scenario(), tmp_path)
    assert simulated(trace) == [0, 1, 2, 3, 4]
    assert table_bytes(whole) == table_bytes(run(scenario(), tmp_path / "fresh"))


def test_a_worker_that_dies_costs_its_run_only(tmp_path: Path) -> None:
    result = run(scenario(), tmp_path, die_at_two, workers=2)
    assert list(result.runs["status"]) == ["done", "done", "failed", "done", "done"]
    assert result.runs["error_type"][2] == "WorkerDied"
    assert result.manifest["status"] == "failed"
    whole = run(scenario(), tmp_path)
    assert table_bytes(whole) == table_bytes(run(scenario(), tmp_path / "fresh"))


def test_a_machine_on_which_every_worker_dies_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="workers die one after the other"):
        run(scenario(), tmp_path, die_always, workers=2)
    assert load(tmp_path).manifest.get("status") != "done"


def test_progress_counts_what_is_stored_already(tmp_path: Path) -> None:
    case, seen = scenario(), list[tuple[int, int]]()
    run(scenario(replications=2), tmp_path)
    execution = Execution(run_folder(tmp_path, case), tmp_path, 1, False, replicate)
    run_tasks(tasks_of(case), execution, {}, lambda done, total: seen.append((done, total)))
    assert seen[0] == (2, 5)
    assert seen[-1] == (5, 5)
    assert seen == sorted(seen)


def test_visits_are_missing_until_they_were_asked_for(tmp_path: Path, trace: Path) -> None:
    without = run(scenario(replications=2), tmp_path)
    with pytest.raises(InputError, match="--visits"):
        without.visits  # noqa: B018  # reading it is the test
    kept = run(scenario(replications=2), tmp_path, keep_visits=True)
    assert simulated(trace) == [0, 0, 1, 1]
    assert list(kept.visits["replication"]) == [0, 1, 1]
    again = run(scenario(replications=2), tmp_path)
    assert len(simulated(trace)) == 4
    assert not (again.folder / "visits.parquet").exists()


def test_details_are_rows_of_the_metrics_where_they_are_asked_for(tmp_path: Path, trace: Path) -> None:
    """They count as missing until then, and go again from the tables of who does not ask."""
    plain = run(scenario(replications=2), tmp_path)
    before = table_bytes(plain)
    detailed = run(scenario(replications=2), tmp_path, replicate_in_detail)
    assert simulated(trace) == [0, 0, 1, 1]
    assert list(detailed.metrics["metric"]) == ["visits"] * 3 + ["detail"] + ["visits"] * 3 + ["detail"]
    assert table_bytes(run(scenario(replications=2), tmp_path)) == before
    run(scenario(replications=2), tmp_path, replicate_in_detail, workers=2)
    assert len(simulated(trace)) == 4
    alone = run(scenario(replications=2), tmp_path / "other", replicate_in_detail, keep_visits=True)
    assert table_bytes(alone) == table_bytes(run(scenario(replications=2), tmp_path, replicate_in_detail))


def parts_of(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("part-*.parquet"))


def test_a_truncated_part_is_set_aside_and_run_again(tmp_path: Path, trace: Path) -> None:
    before = run(scenario(), tmp_path)
    expected, part = table_bytes(before), parts_of(before.folder)[0]
    part.write_bytes(part.read_bytes()[:-100])
    after = run(scenario(), tmp_path)
    assert table_bytes(after) == expected
    assert len(simulated(trace)) > 5
    assert list(part.parent.glob("*.bad"))


def test_damage_behind_a_readable_footer_is_found(tmp_path: Path, trace: Path) -> None:
    before = run(scenario(), tmp_path)
    expected, part = table_bytes(before), parts_of(before.folder)[0]
    content = bytearray(part.read_bytes())
    content[60] ^= 0xFF
    part.write_bytes(content)
    damaged = next(run for run in stored_runs(tmp_path).values() if run.path == part)
    with pytest.raises(DamagedPart, match="set aside"):
        read_run(damaged)
    part.write_bytes(content)
    after = run(scenario(), tmp_path)
    assert table_bytes(after) == expected
    assert len(simulated(trace)) > 5


def test_no_flipped_bit_gives_other_numbers(tmp_path: Path) -> None:
    part = write_part(tmp_path, [FinishedRun("a", "done", metrics=metrics_of(3, rows=50))])
    whole, stored = part.read_bytes(), stored_runs(tmp_path)["a"]
    expected = read_run(stored)
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    found = 0
    for position in range(4, len(whole) - footer, 5):
        content = bytearray(whole)
        content[position] ^= 0x10
        part.write_bytes(content)
        try:
            assert read_run(stored).equals(expected), position
        except DamagedPart:
            found += 1
    assert found > 50


def test_a_part_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RunError, match="No space left on device"):
        write_part(tmp_path, [FinishedRun("a", "done", metrics=metrics_of(0))])
    assert list(tmp_path.iterdir()) == []


def test_of_a_run_stored_twice_one_is_taken(tmp_path: Path) -> None:
    done = FinishedRun("a", "done", metrics=metrics_of(0))
    write_part(tmp_path / "1", [FinishedRun("a", "failed", "ValueError")])
    write_part(tmp_path / "2", [done, FinishedRun("b", "done", metrics=metrics_of(1))])
    write_part(tmp_path / "3", [done])
    found = stored_runs(tmp_path)
    assert found["a"].status == "done"
    assert found["a"].path.parent.name == "2"
    write_tables(tmp_path, [PlannedRun("a", "s", 0, 0), PlannedRun("c", "s", 0, 1)], found)
    runs = pd.read_parquet(tmp_path / "runs.parquet")
    assert list(runs["status"]) == ["done", "missing"]


def test_factors_and_design_points_are_kept_and_sorted(tmp_path: Path) -> None:
    write_part(tmp_path, [FinishedRun(name, "done", metrics=metrics_of(0)) for name in "abc"])
    planned = [
        PlannedRun("c", "s", 1, 0, (("no_show", 0.2, "share"),)),
        PlannedRun("b", "s", 0, 1),
        PlannedRun("a", "s", 0, 0, (("no_show", 0.1, "share"),)),
    ]
    write_tables(tmp_path, planned, stored_runs(tmp_path))
    assert list(pd.read_parquet(tmp_path / "metrics.parquet")["run_id"].unique()) == ["a", "b", "c"]
    factors = pd.read_parquet(tmp_path / "factors.parquet")
    assert factors.to_numpy().tolist() == [["a", "no_show", 0.1, "share"], ["c", "no_show", 0.2, "share"]]


def test_results_load_by_path_by_name_and_as_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(scenario(), tmp_path / "results")
    for name in (result.folder, "baseline_2030", "latest", f"baseline_2030/{scenario().digest()}"):
        assert sim.load(name).metrics.equals(result.metrics)
    assert load().scenario == scenario()
    with pytest.raises(InputError, match="did you mean 'baseline_2030'"):
        load("baseline_203")
    with pytest.raises(InputError, match="no results"):
        load("x", tmp_path / "empty")


def test_the_stored_configuration_loads_back(tmp_path: Path) -> None:
    case = scenario("parameters.no_show=0.25", "demand.adoption=0.5", "staffing.closing=send_away")
    result = run(case, tmp_path)
    again = load_scenario(result.folder / "config.yaml")
    assert again == case
    assert again.digest() == case.digest()
