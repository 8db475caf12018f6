"""What a sweep would take, and how far one under way has come."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.config.experiment import Experiment
from sim.errors import InputError
from sim.experiments.manifest import NAME, read_manifest
from sim.experiments.parts import StoredRun, stored_runs
from sim.experiments.runner import default_workers
from sim.experiments.sweep import first_counts, plan, sweep_folder, tasks_of_points
from sim.experiments.work import Task

#: Seconds of a worker for a full region on a machine of two cores: a run by engine, and a scenario's set-up.
#: They serve until something has been run here; see `_pace`.
_RUN_SECONDS = {"compiled": 0.15, "simpy": 4.0}
_SETUP_SECONDS = 1.5
#: Bytes of a run in the store, until something is stored here.
_RUN_BYTES = 20_000
#: A run lies in a part and once more in the tables.
_COPIES = 2


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sweep would do.

    Attributes
    ----------
    scenarios, points, runs
        Scenarios, design points of all of them together, and runs; with `until` the least.
    stored, failed, missing
        Runs that are stored, that failed when they were run last, and that would be run (failed ones too).
    seconds
        Expected time on `workers` workers [s].
    megabytes
        Expected growth of the store [MB].
    measured
        Whether time and size rest on runs stored here; else on a machine of two cores.
    """

    scenarios: int
    points: int
    runs: int
    at_most: int
    stored: int
    failed: int
    missing: int
    workers: int
    seconds: float
    megabytes: float
    measured: bool

    def as_dict(self) -> dict[str, Any]:
        """Return all fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a scenario of a sweep has come.

    Attributes
    ----------
    runs, done, failed, missing
        Numbers of runs.
    """

    scenario: str
    runs: int
    done: int
    failed: int
    missing: int

    def as_dict(self) -> dict[str, Any]:
        """Return all fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Status:
    """How far a sweep has come.

    Attributes
    ----------
    state
        ``running``, ``interrupted``, ``done``, ``failed`` or ``not started``.
    folder
        Where its tables appear.
    scenarios
        Progress of each.
    runs_per_minute
        Of this sweep's own runs so far; nan if there are too few.
    minutes_left
        For what is missing at that pace.
    """

    state: str
    folder: Path
    scenarios: tuple[Progressed, ...]
    runs_per_minute: float
    minutes_left: float

    def as_dict(self) -> dict[str, Any]:
        """Return all fields as JSON knows them."""
        known = self.runs_per_minute == self.runs_per_minute
        return {
            "state": self.state,
            "folder": str(self.folder),
            "scenarios": [scenario.as_dict() for scenario in self.scenarios],
            "runs_per_minute": self.runs_per_minute if known else None,
            "minutes_left": self.minutes_left if known else None,
        }


def preview(experiment: Experiment, out: Path, workers: int | None = None) -> Preview:
    """Return what a sweep of an experiment would do; nothing is run.

    Parameters
    ----------
    out
        Folder of all results.
    workers
        Worker processes; default 2 at most.
    """
    points = plan(experiment)
    tasks = tasks_of_points(points, first_counts(experiment, points))
    stored = stored_runs(out)
    missing = [task for task in tasks if not _done(task, stored, experiment.spec.visits)]
    until, count = experiment.spec.until, workers or default_workers()
    pace, measured = _pace(out)
    seconds = pace * _work(missing, experiment.spec.engine) / min(count, max(len(missing), 1))
    return Preview(
        scenarios=len(experiment.scenarios),
        points=len(points),
        runs=len(tasks),
        at_most=len(points) * until.at_most if until else len(tasks),
        stored=len(tasks) - len(missing),
        failed=sum(_status(task, stored) == "failed" for task in tasks),
        missing=len(missing),
        workers=count,
        seconds=round(seconds, 1),
        megabytes=round(_COPIES * len(missing) * _bytes_a_run(stored.values()) / 1e6, 2),
        measured=measured,
    )


def _done(task: Task, stored: dict[str, StoredRun], visits: bool) -> bool:
    run = stored.get(task.run.run_id)
    return run is not None and run.status == "done" and (run.visits_path is not None or not visits)


def _status(task: Task, stored: dict[str, StoredRun]) -> str:
    run = stored.get(task.run.run_id)
    return "missing" if run is None else run.status


def _work(tasks: Iterable[Task], engine: str) -> float:
    """Return the seconds that tasks take a worker on the typical machine."""
    tasks = list(tasks)
    points = {(task.run.scenario, task.run.design_point) for task in tasks}
    return len(tasks) * _RUN_SECONDS[engine] + len(points) * _SETUP_SECONDS


def _pace(out: Path) -> tuple[float, bool]:
    """Return how much longer this machine takes than the typical one, and whether it is known."""
    seconds = expected = 0.0
    for manifest in _manifests(out):
        known = manifest.get("measured")
        if known:
            seconds += known["seconds"]
            expected += known["runs"] * _RUN_SECONDS[manifest["engine"]] + known["points"] * _SETUP_SECONDS
    return (seconds / expected, True) if expected else (1.0, False)


def _manifests(out: Path) -> Iterable[dict[str, Any]]:
    for path in sorted(out.rglob(NAME)):
        try:
            yield read_manifest(path.parent)
        except InputError:
            continue  # it is being written, or damaged; another one will do


def _bytes_a_run(stored: Iterable[StoredRun]) -> float:
    runs = Counter(run.path for run in stored if run.status == "done")
    total = sum(path.stat().st_size for path in runs if path.exists())
    return total / sum(runs.values()) if total else _RUN_BYTES


def status(experiment: Experiment, out: Path) -> Status:
    """Return how far the sweep of an experiment has come; it may be under way in another process.

    Parameters
    ----------
    out
        Folder of all results.
    """
    points = plan(experiment)
    folder = sweep_folder(experiment, points, out)
    tasks = tasks_of_points(points, _counts(experiment, folder))
    stored = stored_runs(out)
    rows = [_progressed(s.name, tasks, stored) for s in experiment.scenarios]
    rate = _rate(folder, stored, tasks)
    missing = sum(row.missing for row in rows)
    return Status(_state(folder), folder, tuple(rows), rate, missing / rate if rate else float("nan"))


def _counts(experiment: Experiment, folder: Path) -> dict[tuple[str, int], int]:
    """Return the replications by point that the last sweep came to, else those of the experiment."""
    counts = first_counts(experiment, plan(experiment))
    try:
        listed = read_manifest(folder).get("replications_by_point", [])
    except InputError:
        return counts
    last = {(name, number): count for name, number, count in listed}
    return {key: max(count, last.get(key, 0)) for key, count in counts.items()}


def _progressed(name: str, tasks: Sequence[Task], stored: dict[str, StoredRun]) -> Progressed:
    states = Counter(_status(task, stored) for task in tasks if task.run.scenario == name)
    return Progressed(name, states.total(), states["done"], states["failed"], states["missing"])


def _state(folder: Path) -> str:
    try:
        manifest = read_manifest(folder)
    except InputError:
        return "not started"
    if manifest["status"] == "running" and not _alive(manifest.get("pid", 0)):
        return "interrupted"
    return str(manifest["status"])


def _alive(pid: int) -> bool:
    """Return whether a process of this machine lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def _rate(folder: Path, stored: dict[str, StoredRun], tasks: Sequence[Task]) -> float:
    """Return runs a minute from the times of the sweep's own parts; nan with fewer than two parts."""
    own = [stored[t.run.run_id] for t in tasks if t.run.run_id in stored]
    runs = Counter(run.path for run in own if run.path.is_relative_to(folder))
    times = {path: path.stat().st_mtime for path in runs if path.exists()}
    if len(times) < 2:
        return float("nan")
    first, last = min(times.values()), max(times.values())
    later = sum(count for path, count in runs.items() if times.get(path, first) > first)
    return 60 * later / (last - first) if last > first else float("nan")
