"""Run what is not stored yet, in parallel, and complete the run folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import sim
from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.errors import InputError
from sim.experiments.lanes import open_lanes
from sim.experiments.manifest import new_manifest, now, read_manifest, write_manifest
from sim.experiments.parts import DamagedPart, Output, stored_runs
from sim.experiments.store import RESULTS, RunResult, make_folder, run_folder, write_config
from sim.experiments.tables import PlannedRun, write_tables
from sim.experiments.work import Execution, Progress, Report, Task, Work, by_model
from sim.region import load_region


def run_scenario(
    scenario: Scenario,
    *,
    out: Path = RESULTS,
    workers: int | None = None,
    progress: Progress | None = None,
    keep: Collection[Output] = (),
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
    keep
        Which further tables are kept: ``visits``, a row for each visit; ``details``, see
        `sim.outcomes.details`.
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
    folder = run_folder(out, scenario)
    details, visits = "details" in keep, "visits" in keep
    how = Execution(
        folder, out, workers or default_workers(), visits, by_model(details=details), keep_details=details
    )
    return run_tasks(tasks_of(scenario), how, new_manifest(scenario, command, how.workers), progress)


def default_workers() -> int:
    """Return 2, or 1 on a machine with a single processor."""
    return min(2, os.cpu_count() or 1)


def tasks_of(scenario: Scenario) -> list[Task]:
    """Return one task for each replication of a scenario."""
    ids = run_ids(scenario, load_region(scenario.region).digest, range(scenario.run.replications))
    return [Task(PlannedRun(name, scenario.name, 0, number), scenario) for number, name in enumerate(ids)]


def run_ids(scenario: Scenario, data: str, replications: Iterable[int]) -> list[str]:
    """Return the hash of all that decides a run, 16 hex digits, for some replications.

    Parameters
    ----------
    scenario
        Its names and texts, engine and number of replications do not count.
    data
        Digest of the region's data.
    replications
        Numbers of the replications, from 0.
    """
    content = scenario.content()
    shared = [content, scenario.run.seed, data, sim.MODEL_VERSION]
    return [hash_of([*shared, replication])[:16] for replication in replications]


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
    manifest = with_measure(how.folder, manifest)
    write_manifest(how.folder, manifest)
    report = Report()
    run_until_whole(tasks, how, progress or _silent, report)
    return finish(how, manifest, report)


def _silent(done: int, total: int) -> None:
    """Show no progress."""


def finish(how: Execution, manifest: dict[str, Any], report: Report) -> RunResult:
    """Complete the manifest and return the results."""
    manifest = {
        **manifest,
        "status": "failed" if report.tracebacks else "done",
        "finished": now(),
        "runs_now": report.runs,
        "seconds": round(report.seconds, 3),
        "hosts": sorted(report.hosts),
        "tracebacks": report.tracebacks,
    }
    if report.runs:
        pace = {"runs": report.runs, "points": len(report.points), "seconds": round(report.seconds, 3)}
        manifest["measured"] = pace
    write_manifest(how.folder, manifest)
    return RunResult(how.folder, manifest)


def with_measure(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a new manifest with what the folder's last one knows of the time that runs take."""
    try:
        measured = read_manifest(folder).get("measured")
    except InputError:
        return manifest
    return {**manifest, "measured": measured} if measured else manifest


def run_until_whole(
    tasks: Sequence[Task],
    how: Execution,
    progress: Progress,
    report: Report,
    only: Collection[str] | None = None,
) -> None:
    """Run what is missing and write the tables; what a damaged part held is run again.

    Parameters
    ----------
    only
        Ids of the runs that may be run; default: all.
    """
    planned = [task.run for task in tasks]
    while True:
        run_missing(tasks, how, progress, report, only)
        try:
            kept = {"keep_visits": how.keep_visits, "keep_details": how.keep_details}
            write_tables(how.folder, planned, stored_runs(how.root), **kept)
            return
        except DamagedPart:
            continue  # it has been set aside, so its runs are missing now


def run_missing(
    tasks: Sequence[Task],
    how: Execution,
    progress: Progress,
    report: Report,
    only: Collection[str] | None = None,
) -> None:
    """Run the tasks that are not stored, may be run, and have not failed in this command."""
    done = stored_ids(how) | report.tracebacks.keys()
    missing = [task for task in tasks if task.run.run_id not in done]
    chosen = [task for task in missing if only is None or task.run.run_id in only]
    run_all(chosen, len(tasks), how, progress, report)


def stored_ids(how: Execution) -> set[str]:
    """Return the ids of runs that are stored with every output that is asked for."""
    return {
        run.run_id
        for run in stored_runs(how.root).values()
        if run.status == "done"
        and (run.visits_path or not how.keep_visits)
        and (run.details_path or not how.keep_details)
    }


def run_all(tasks: Sequence[Task], total: int, how: Execution, progress: Progress, report: Report) -> None:
    """Run tasks, whether they are stored or not; `total` is what progress is measured by."""
    before = total - len(tasks) - report.runs
    if not tasks:
        progress(before + report.runs, total)
    else:
        with open_lanes(how.executor, min(how.workers, len(tasks)), how.address) as lanes:
            work = Work(tasks, how, lanes, report)
            for _ in work.chunks():
                progress(before + report.runs, total)
