"""Lanes: where chunks of work run, one chunk at a time each, so that a lane keeps to one scenario."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context, parent_process
from signal import SIG_IGN, SIGINT, signal
from typing import Any, Literal

from sim.errors import InputError, Problem

#: Kinds of executors: this machine's processes, or a Dask cluster.
ExecutorKind = Literal["local", "dask"]


class Lane:
    """One worker.

    Parameters
    ----------
    start
        Starts the executor behind it; called again after a worker has died.
    """

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self._executor = start()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run a function there and return its result as a future."""
        return self._executor.submit(function, *args)

    def restart(self) -> None:
        """Start anew after the worker has died."""
        self._executor.shutdown(wait=False)
        self._executor = self._start()

    def close(self) -> None:
        """Let the chunk in hand end and forget the others."""
        self._executor.shutdown(wait=True, cancel_futures=True)


class _InThisProcess(Executor):
    """Runs what is submitted at once, without other processes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` and return its result as a future."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def open_lanes(kind: ExecutorKind, workers: int, address: str | None = None) -> Iterator[list[Lane]]:
    """Give the lanes of this machine or of a Dask cluster, and close them at the end.

    Parameters
    ----------
    kind
        ``local``: processes of this machine, or this process alone for one worker.
    workers
        Lanes of this machine, or workers of the local cluster that is started without an address.
    address
        Scheduler of a running Dask cluster; as many lanes as it has threads.
    """
    with ExitStack() as stack:
        yield _dask_lanes(stack, workers, address) if kind == "dask" else _local_lanes(stack, workers)


def _local_lanes(stack: ExitStack, workers: int) -> list[Lane]:
    lanes = [Lane(_InThisProcess if workers <= 1 else _one_process) for _ in range(max(workers, 1))]
    for lane in lanes:
        stack.callback(lane.close)
    return lanes


def is_death(error: BaseException) -> bool:
    """Return whether an error says that a worker died, and not that its work failed.

    Dask's own error is known by its name, as Dask is imported only where it is used.
    """
    return isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker"


def _one_process() -> Executor:
    return ProcessPoolExecutor(1, get_context("forkserver"), initializer=_prepare_worker)


def _prepare_worker() -> None:
    """Leave Ctrl-C to the main process, so that the chunk in hand is stored, and end when it is killed."""
    signal(SIGINT, SIG_IGN)
    main = parent_process()
    if main is not None:
        threading.Thread(target=_end_with, args=(main,), daemon=True).start()


def _end_with(main: Any) -> None:
    main.join()
    os._exit(1)


def _dask_lanes(stack: ExitStack, workers: int, address: str | None) -> list[Lane]:
    """Return one lane a thread of a Dask cluster, a local one of processes if there is no address."""
    import distributed

    if address is None:
        start: Callable[..., Any] = distributed.LocalCluster
        cluster = start(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        client = stack.enter_context(_connect(stack.enter_context(cluster)))
    else:
        client = stack.enter_context(_connect(address))
    threads = sum(client.nthreads().values()) or workers
    return [Lane(lambda: client.get_executor(pure=False)) for _ in range(threads)]


def _connect(address: Any) -> Any:
    """Return a client of a scheduler, given by its address or as a local cluster."""
    from distributed import Client

    connect: Callable[..., Any] = Client
    try:
        return connect(address, timeout=5)
    except (OSError, ValueError) as error:
        raise InputError(Problem("--address", f"no Dask scheduler answers at '{address}': {error}")) from None


class WorkList[T]:
    """Tasks that wait, in groups that share their set-up.

    Parameters
    ----------
    tasks
        In order.
    group
        What tasks with one set-up have in common.
    """

    def __init__(self, tasks: Sequence[T], group: Callable[[T], Hashable]) -> None:
        self._fresh: dict[Hashable, deque[T]] = {}
        for task in tasks:
            self._fresh.setdefault(group(task), deque()).append(task)
        self._opened: list[deque[T]] = []
        self._current: dict[int, deque[T]] = {}
        self._waiting = len(tasks)

    def __len__(self) -> int:
        """Return the number of tasks that wait."""
        return self._waiting

    def take(self, lane: int, size: int) -> list[T]:
        """Return the next tasks for a lane, at most `size`.

        They come from the group in which the lane is, then from groups that nobody has opened. Only a lane
        that finds neither helps with the group that has most left.
        """
        taken: list[T] = []
        while len(taken) < size and (group := self._next(lane, help_others=not taken)):
            while group and len(taken) < size:
                taken.append(group.popleft())
        self._waiting -= len(taken)
        return taken

    def _next(self, lane: int, *, help_others: bool) -> deque[T] | None:
        if self._current.get(lane):
            return self._current[lane]
        if self._fresh:
            group = self._fresh.pop(next(iter(self._fresh)))
            self._opened.append(group)
        elif help_others and any(self._opened):
            group = max(self._opened, key=len)
        else:
            return None
        self._current[lane] = group
        return group
