"""Work: tasks on their way through the lanes in chunks that are stored as they end."""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from sim.config import Scenario
from sim.errors import InputError, RunError
from sim.experiments.lanes import ExecutorKind, Lane, WorkList, is_death
from sim.experiments.parts import FinishedRun, write_part
from sim.experiments.tables import PlannedRun

#: Work that is stored at once [s]; less is lost when a worker dies.
CHUNK_SECONDS = 2.0
#: Chunks under way for each worker, so that none waits for the next.
_AHEAD = 2
#: Runs that may end their worker one after the other before it is taken for a fault of the machine.
_DEATHS = 3


#: (scenario, replication, keep visits) -> (metrics, visits or None, and details where they are kept).
Replicate = Callable[[Scenario, int, bool], Sequence[pd.DataFrame | None]]
#: Called with (runs that are done, runs in all): first when workers have something to do.
Progress = Callable[[int, int], None]


def by_model(*, details: bool) -> Replicate:
    """Return the function that simulates with the model; `details`: its further metrics are wanted."""
    return partial(_simulate, keep_details=details)


def _simulate(
    scenario: Scenario, replication: int, keep_visits: bool, keep_details: bool
) -> Sequence[pd.DataFrame | None]:
    # The model is slow to import, and who only hands out the work does without.
    from sim.experiments.replication import replicate

    return replicate(scenario, replication, keep_visits, keep_details)


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
    keep_details
        Whether further metrics are stored, likewise.
    executor, address
        Where workers run, see `sim.experiments.lanes.open_lanes`.
    """

    folder: Path
    root: Path
    workers: int
    keep_visits: bool
    replicate: Replicate
    executor: ExecutorKind = "local"
    address: str | None = None
    keep_details: bool = False


@dataclass
class Report:
    """What running took, for the manifest: nothing of it is in the tables."""

    seconds: float = 0.0
    runs: int = 0
    hosts: set[str] = field(default_factory=set)
    points: set[tuple[str, int]] = field(default_factory=set)
    tracebacks: dict[str, str] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Add what another chunk took."""
        self.seconds += other.seconds
        self.runs += other.runs
        self.hosts |= other.hosts
        self.points |= other.points
        self.tracebacks |= other.tracebacks


class Work:
    """Tasks on their way through the lanes, in chunks that take about `CHUNK_SECONDS`."""

    def __init__(self, tasks: Sequence[Task], how: Execution, lanes: Sequence[Lane], report: Report) -> None:
        self._waiting = WorkList(tasks, lambda task: (task.run.scenario, task.run.design_point))
        self._running: dict[Future[Report], tuple[int, list[Task]]] = {}
        self._suspects: list[Task] = []
        self._how, self._lanes, self._report = how, lanes, report
        self._size, self._deaths, self._alone = 1, 0, False

    def chunks(self) -> Iterable[None]:
        """Run everything; come back when all workers have something to do, and after each chunk."""
        self._fill()
        yield
        while self._running or self._suspects:
            if not self._running:
                self._try_suspect()
            finished, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in finished:
                self._take(future)
            self._size = max(1, int(CHUNK_SECONDS * self._report.runs / max(self._report.seconds, 1e-9)))
            yield
            self._fill()

    def _fill(self) -> None:
        """Give each lane so much that it need not wait."""
        busy = [lane for lane, _ in self._running.values()]
        for turn in range(_AHEAD):
            for lane in range(len(self._lanes)):
                if busy.count(lane) <= turn and len(self._waiting):
                    fair = -(-len(self._waiting) // len(self._lanes))
                    self._submit(lane, self._waiting.take(lane, min(self._size, fair)))
                    busy.append(lane)

    def _submit(self, lane: int, chunk: list[Task]) -> None:
        self._running[self._lanes[lane].submit(_run_chunk, chunk, self._how)] = lane, chunk

    def _take(self, future: Future[Report]) -> None:
        if future not in self._running:
            return  # it went with a lane that has been restarted
        try:
            done = future.result()
        except Exception as error:
            if not is_death(error):
                raise
            self._bury(*self._running[future])
            return
        self._report.add(done)
        del self._running[future]
        self._deaths, self._alone = 0, False

    def _bury(self, lane: int, chunk: list[Task]) -> None:
        """Restart a lane whose worker has died; what it had in hand is tried again, one run at a time."""
        lost = [future for future, (owner, _) in self._running.items() if owner == lane]
        tasks = [task for future in lost for task in self._running.pop(future)[1]]
        self._lanes[lane].restart()
        if not self._alone:
            self._suspects += tasks
            return
        self._deaths, self._alone = self._deaths + 1, False
        if self._deaths >= _DEATHS:
            raise RunError("workers die one after the other, perhaps for want of memory; run again to go on")
        _store_death(chunk[0], self._how, self._report)

    def _try_suspect(self) -> None:
        """Run one run alone whose worker died, to learn whether it was that run."""
        self._alone = True
        self._submit(0, [self._suspects.pop(0)])


def _store_death(task: Task, how: Execution, report: Report) -> None:
    """Store a run as failed whose worker died twice, as nothing can be raised there."""
    write_part(how.folder / "parts", [FinishedRun(task.run.run_id, "failed", "WorkerDied")])
    report.tracebacks[task.run.run_id] = "its worker process died, perhaps for want of memory"
    report.runs += 1


def _run_chunk(chunk: Sequence[Task], how: Execution) -> Report:
    """Run some tasks one after the other and store them as one part."""
    started, report = time.perf_counter(), Report(runs=len(chunk), hosts={platform.node()})
    report.points = {(task.run.scenario, task.run.design_point) for task in chunk}
    finished = [_run(task, how, report) for task in chunk]
    kept = {"keep_visits": how.keep_visits, "keep_details": how.keep_details}
    write_part(how.folder / "parts", finished, **kept)
    report.seconds = time.perf_counter() - started
    return report


def _run(task: Task, how: Execution, report: Report) -> FinishedRun:
    try:
        tables = how.replicate(task.scenario, task.run.replication, how.keep_visits)
    except InputError:
        raise  # not this run has failed, but what the user gave for all of its scenario is wrong
    except Exception as error:  # noqa: BLE001  # one failing run is a row, not the end
        report.tracebacks[task.run.run_id] = traceback.format_exc()
        return FinishedRun(task.run.run_id, "failed", type(error).__name__)
    return FinishedRun(task.run.run_id, "done", "", *tables)
