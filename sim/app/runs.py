"""Runs of the page: warm worker processes, answers kept, first answers before refinements."""

from __future__ import annotations

import itertools
import queue
import threading
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context

import pandas as pd

from sim.config import Scenario
from sim.errors import RunError

#: Answers kept for all sessions together; each is about 1 MB.
_KEPT = 120
#: Replications that may wait at a time; more are refused until some are done.
MAX_WAITING = 60
#: Longest time that a session waits for its first answer [s].
PATIENCE = 90.0
_TOO_LONG = "the run takes too long"

type _Key = tuple[str, int]


class Busy(RunError):
    """So much is waiting that nothing more is taken."""


@dataclass(order=True)
class _Task:
    """One replication that waits; smaller ones go first."""

    rank: int
    number: int
    scenario: Scenario = field(compare=False)
    replication: int = field(compare=False)
    answer: Future[pd.DataFrame] = field(compare=False)


class Runs:
    """Plays replications for all sessions and keeps what was played.

    Parameters
    ----------
    workers
        Worker processes, ≥ 1. A replication always goes to the same one, which keeps its people warm.
    """

    def __init__(self, workers: int) -> None:
        self._lanes = [_Lane() for _ in range(workers)]
        self._answers: OrderedDict[_Key, Future[pd.DataFrame]] = OrderedDict()
        self._lock = threading.Lock()
        self._numbers = itertools.count()

    def first(self, scenario: Scenario) -> None:
        """Wait until the first replication is done.

        Raises
        ------
        RunError
            If the run failed, took too long, or could not be taken.
        """
        try:
            self._ask(scenario, 0).result(PATIENCE)
        except TimeoutError as error:
            raise RunError(_TOO_LONG) from error

    def done(self, scenario: Scenario, wanted: int) -> int:
        """Return how many replications are done, from the first on without a gap; ask for the next ones.

        Parameters
        ----------
        wanted
            Replications wanted in the end, ≥ 1.
        """
        n = 0
        while n < wanted and self._ask(scenario, n).done():
            n += 1
        for replication in range(n, min(wanted, n + max(1, len(self._lanes) - 1))):
            self._ask(scenario, replication)
        return n

    def wait_for(self, scenario: Scenario, n: int, seconds: float) -> None:
        """Wait until `n` replications are done, but not longer than some time."""
        wait([self._ask(scenario, replication) for replication in range(n)], seconds)

    def tables(self, scenario: Scenario, n: int) -> pd.DataFrame:
        """Return the metrics of the first `n` replications, waiting for those that are not done.

        Raises
        ------
        RunError
            If a run failed, all of them took too long, or they could not be taken.
        """
        answers = [self._ask(scenario, replication) for replication in range(n)]
        if wait(answers, PATIENCE).not_done:
            raise RunError(_TOO_LONG)
        return pd.concat([answer.result() for answer in answers], ignore_index=True)

    def warm(self, scenario: Scenario) -> None:
        """Set going one replication on each worker, so that people and compiled code are there when asked."""
        for replication in range(len(self._lanes)):
            self._ask(scenario, replication)

    def close(self) -> None:
        """Let the workers go."""
        for lane in self._lanes:
            lane.close()

    def _ask(self, scenario: Scenario, replication: int) -> Future[pd.DataFrame]:
        """Return the answer, kept or to come."""
        key = (scenario.digest(), replication)
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None and not (kept.done() and kept.exception()):
                self._answers.move_to_end(key)
                return kept
            if sum(not answer.done() for answer in self._answers.values()) >= MAX_WAITING:
                raise Busy("too many runs are waiting")
            task = _Task(min(replication, 1), next(self._numbers), scenario, replication, Future())
            self._answers[key] = task.answer
            while len(self._answers) > _KEPT and next(iter(self._answers.values())).done():
                self._answers.popitem(last=False)
        self._lane_of(replication).put(task)
        return task.answer

    def _lane_of(self, replication: int) -> _Lane:
        """Return the lane of a replication: the first is for first answers alone, if there are others."""
        others = self._lanes[1:]
        return others[(replication - 1) % len(others)] if replication and others else self._lanes[0]


class _Lane:
    """One worker process and the tasks that wait for it."""

    def __init__(self) -> None:
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._pool = _new_pool()
        threading.Thread(target=self._work, daemon=True).start()

    def put(self, task: _Task) -> None:
        """Let a task wait."""
        self._tasks.put(task)

    def close(self) -> None:
        """Let the process go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        """Hand the tasks to the process one by one."""
        from sim.app.worker import play  # the model is needed by those who play only

        while True:
            task = self._tasks.get()
            try:
                task.answer.set_result(self._pool.submit(play, task.scenario, task.replication).result())
            except BrokenProcessPool as error:
                self._pool = _new_pool()
                task.answer.set_exception(RunError(f"the worker died: {error}"))
            except Exception as error:  # noqa: BLE001 # whatever it is, it belongs to this task alone
                task.answer.set_exception(RunError(f"{type(error).__name__}: {error}"))


def _new_pool() -> ProcessPoolExecutor:
    """Return a pool of one fresh process."""
    return ProcessPoolExecutor(1, get_context("forkserver"))
