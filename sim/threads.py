"""Threads of one process: compiled code lets go of the interpreter, so that its parts can run side by side.

What is computed does not depend on how it is cut: parts share nothing that any of them writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from multiprocessing import parent_process
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

#: Most threads that share a piece of work; each asks for scratch memory of its own.
_MOST = 8
#: By when a thread that is free has begun [s].
_SOON = 0.005


@cache
def n_threads() -> int:
    """Return how many threads share a piece of work: one a processor, a single one in a worker process.

    Worker processes share the processors among them already. Counted are the processors that this process
    may use, which on a cluster are fewer than the machine has.
    """
    if parent_process() is not None:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST)


def cut(offsets: NDArray[np.int64], least: int) -> list[tuple[int, int]]:
    """Return stretches [first, last) of consecutive groups, one a thread, of about equal size.

    Parameters
    ----------
    offsets
        (n_groups + 1,) where the members of each group begin, and the end.
    least
        Fewer members than this are not worth a thread.

    Examples
    --------
    >>> cut(np.array([0, 10, 20, 30]), least=100)
    [(0, 3)]
    """
    n_groups, size = len(offsets) - 1, int(offsets[-1] - offsets[0])
    parts = max(1, min(n_threads(), size // max(least, 1), n_groups))
    shares = offsets[0] + size * np.arange(1, parts) / parts
    edges = [0, *np.searchsorted(offsets, shares).tolist(), n_groups]
    return [(first, last) for first, last in pairwise(edges) if first < last]


def side_by_side[T](calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make calls at the same time, one a thread, and return what each returns, in their order.

    What no thread has begun when the caller is free, because others keep all threads busy, the caller does.
    """
    others = [_pool().submit(call) for call in calls[1:]]
    first = calls[0]()
    rest = [
        call() if other.cancel() else other.result() for call, other in zip(calls[1:], others, strict=True)
    ]
    return [first, *rest]


def ahead[T](items: Iterator[T]) -> Iterator[T]:
    """Return the items of an iterator, which another thread works out from now on, if there is one.

    If others keep all threads busy when items are asked for, the caller works them out.
    """
    if n_threads() == 1:
        return items
    found: SimpleQueue[T | None] = SimpleQueue()
    return _taken(items, found, _pool().submit(_work_out, items, found))


def _work_out[T](items: Iterator[T], found: SimpleQueue[T | None]) -> None:
    """Hand on the items of an iterator as they come, and nothing at its end."""
    try:
        for item in items:
            found.put(item)
    finally:
        found.put(None)


def _taken[T](items: Iterator[T], found: SimpleQueue[T | None], work: Future[None]) -> Iterator[T]:
    """Yield the items that are handed on."""
    try:
        item = found.get(timeout=_SOON)
    except Empty:
        if work.cancel():
            yield from items
            return
        item = found.get()
    while item is not None:
        yield item
        item = found.get()
    work.result()  # raises what went wrong there


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(n_threads() - 1, 1))


__all__ = ["ahead", "cut", "n_threads", "side_by_side"]
