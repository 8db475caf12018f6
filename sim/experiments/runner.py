"""Run what is not stored yet, in parallel, and complete the run folder."""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import Any

import pandas as pd

import sim
from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.errors import RunError
from sim.experiments.manifest import new_manifest, now, write_manifest
from sim.experiments.parts import DamagedPart, FinishedRun, stored_runs, write_part
from sim.experiments.store import RESULTS, RunResult, make_folder, run_folder, write_config
from sim.experiments.tables import PlannedRun, write_tables
from sim.region import load_region

#: Work that is stored at once [s]; less is lost when a worker dies.
CHUNK_SECONDS = 2.0
#: Chunks under way for each worker, so that none waits for the next.
_AHEAD = 2

#: (scenario, replication, keep visits) -> (metrics, visits or None).
Replicate = Callable[[Scenario, int, bool], tuple[pd.DataFrame, pd.DataFrame | None]]
#: Called with (runs that are done, runs in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """A planned run together with what it simulates."""

    run: PlannedRun
    scenario: Scenario


@dataclass(frozen=True)
class Execution:
    """How tasks are run and where they are stored.

    Attributes
    ----------
    folder
        Run folder; new parts go to its ``parts``.
    root
        Folder of all results; a run stored anywhere below it is not run again.
    workers
        Worker processes, at least 1; 1 runs everything in this process.
    keep_visits
        Whether visits are stored; a run stored without them then counts as missing.
    replicate
        Simulates one replication; a function of a module, as workers import it.
    """

    folder: Path
    root: Path
    workers: int
    keep_visits: bool
    replicate: Replicate


@dataclass
class Report:
    """What running took, for the manifest: nothing of it is in the tables."""

    seconds: float = 0.0
    runs: int = 0
    hosts: set[str] = field(default_factory=set)
    tracebacks: dict[str, str] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Add what another chunk took."""
        self.seconds += other.seconds
        self.runs += other.runs
        self.hosts |= other.hosts
        self.tracebacks |= other.tracebacks


def run_scenario(
    scenario: Scenario,
    *,
    out: Path = RESULTS,
    workers: int | None = None,
    progress: Progress | None = None,
    keep_visits: bool = False,
    command: Sequence[str] = (),
) -> RunResult:
    """Run all replications of a scenario and return its results.

    Parameters
    ----------
    scenario
        What to run; `scenario.run` says how often and on which engine.
    out
        Folder of all results.
    workers
        Worker processes; default 2, or 1 on a single processor.
    progress
        Called after each chunk with the runs done and the runs in all.
    keep_visits
        Whether a table of all visits is kept.
    command
        Words of the command, for the manifest.

    Returns
    -------
    RunResult
        Tables read back from the run folder. Runs that failed are rows of ``runs`` with status ``failed``.

    Raises
    ------
    RunError
        A worker died or the results could not be written.
    """
    from sim.experiments.replication import replicate  # the model is needed only when something runs

    folder = run_folder(out, scenario)
    how = Execution(folder, out, workers or default_workers(), keep_visits, replicate)
    return run_tasks(tasks_of(scenario), how, new_manifest(scenario, command, how.workers), progress)


def default_workers() -> int:
    """Return 2, or 1 on a machine with a single processor."""
    return min(2, os.cpu_count() or 1)


def tasks_of(scenario: Scenario) -> list[Task]:
    """Return one task for each replication of a scenario."""
    data = load_region(scenario.region).digest
    return [
        Task(PlannedRun(run_id(scenario, data, number), scenario.name, 0, number), scenario)
        for number in range(scenario.run.replications)
    ]


def run_id(scenario: Scenario, data: str, replication: int) -> str:
    """Return the hash of all that decides one run, 16 hex digits.

    Parameters
    ----------
    scenario
        Its names and texts, engine and number of replications do not count.
    data
        Digest of the region's data.
    replication
        Number of the replication, from 0.
    """
    return hash_of([scenario.content(), scenario.run.seed, data, sim.MODEL_VERSION, replication])[:16]


def run_tasks(
    tasks: Sequence[Task], how: Execution, manifest: dict[str, Any], progress: Progress | None = None
) -> RunResult:
    """Run the tasks that are not stored, write the tables, and return them.

    Parameters
    ----------
    tasks
        Runs asked for, all of them part of the tables.
    how
        Workers, folders, and the function that simulates.
    manifest
        Written before the first run and completed after the last.
    progress
        Called after each chunk.
    """
    make_folder(how.folder)
    write_config(how.folder, tasks[0].scenario)
    write_manifest(how.folder, manifest)
    report = _run_until_whole(tasks, how, progress or (lambda done, total: None))
    manifest = {
        **manifest,
        "status": "failed" if report.tracebacks else "done",
        "finished": now(),
        "runs_now": report.runs,
        "seconds": round(report.seconds, 3),
        "hosts": sorted(report.hosts),
        "tracebacks": report.tracebacks,
    }
    write_manifest(how.folder, manifest)
    return RunResult(how.folder, manifest)


def _run_until_whole(tasks: Sequence[Task], how: Execution, progress: Progress) -> Report:
    """Run what is missing and write the tables; what a damaged part held is run again."""
    planned, report = [task.run for task in tasks], Report()
    while True:
        missing = [task for task in _missing(tasks, how) if task.run.run_id not in report.tracebacks]
        _run_missing(missing, len(tasks), how, progress, report)
        try:
            write_tables(how.folder, planned, stored_runs(how.root), keep_visits=how.keep_visits)
            return report
        except DamagedPart:
            continue  # it has been set aside, so its runs are missing now


def _missing(tasks: Sequence[Task], how: Execution) -> list[Task]:
    """Return the tasks that are not stored with every output that is asked for."""
    stored = stored_runs(how.root).values()
    done = {run.run_id for run in stored if run.status == "done" and (run.visits_path or not how.keep_visits)}
    return [task for task in tasks if task.run.run_id not in done]


def _run_missing(
    missing: Sequence[Task], total: int, how: Execution, progress: Progress, report: Report
) -> None:
    """Run tasks in chunks that take about `CHUNK_SECONDS`, as many as keep the workers busy."""
    waiting, running, size = deque(missing), set[Future[Report]](), 1
    before = total - len(missing) - report.runs
    progress(before + report.runs, total)
    with _executor(min(how.workers, len(missing))) as executor:
        while waiting or running:
            while waiting and len(running) < how.workers * _AHEAD:
                fair = -(-len(waiting) // how.workers)
                chunk = [waiting.popleft() for _ in range(min(size, fair))]
                running.add(executor.submit(_run_chunk, chunk, how))
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                report.add(_result(future))
            size = max(1, int(CHUNK_SECONDS * report.runs / max(report.seconds, 1e-9)))
            progress(before + report.runs, total)


def _result(future: Future[Report]) -> Report:
    try:
        return future.result()
    except BrokenProcessPool:
        raise RunError("a worker process died, perhaps for want of memory; run again to go on") from None


def _executor(workers: int) -> Executor:
    if workers <= 1:
        return _InThisProcess()
    return ProcessPoolExecutor(workers, get_context("forkserver"), initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the main process, so that workers store the chunk in hand."""
    signal(SIGINT, SIG_IGN)


class _InThisProcess(Executor):
    """Runs what is submitted at once, without other processes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` and return its result as a future."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _run_chunk(chunk: Sequence[Task], how: Execution) -> Report:
    """Run some tasks one after the other and store them as one part."""
    started, report = time.perf_counter(), Report(runs=len(chunk), hosts={platform.node()})
    finished = [_run(task, how, report) for task in chunk]
    write_part(how.folder / "parts", finished, keep_visits=how.keep_visits)
    report.seconds = time.perf_counter() - started
    return report


def _run(task: Task, how: Execution, report: Report) -> FinishedRun:
    try:
        metrics, visits = how.replicate(task.scenario, task.run.replication, how.keep_visits)
    except Exception as error:  # noqa: BLE001  # one failing run is a row, not the end
        report.tracebacks[task.run.run_id] = traceback.format_exc()
        return FinishedRun(task.run.run_id, "failed", type(error).__name__)
    return FinishedRun(task.run.run_id, "done", "", metrics, visits)
