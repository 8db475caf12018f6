"""Where the visits of a year come from while it is played: known before, or placed ahead of the play."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.demand.room import ROOMS
from sim.demand.year import Taken, YearDemand
from sim.stage import PlacedYear, Stage
from sim.threads import ahead
from sim.visits import VISIT


class Block(NamedTuple):
    """The visits of some days that follow each other, ready to be played.

    Attributes
    ----------
    table
        `VISIT` rows, others' too; those of days to come may be struck out by a play of these.
    starts
        (n_days + 1,) rows of the table where the days begin, and the end.
    first
        Position of the first day.
    """

    table: NDArray[np.void]
    starts: NDArray[np.int64]
    first: int


class Feed(Protocol):
    """Gives the visits of a year block by block; the first block are the days before it that decide about it.

    Each block must be played, and that be told, before the next is asked for. The first may hold no day.
    """

    def next(self) -> Block:
        """Return the next block."""
        ...

    def played(self) -> None:
        """Take in what became of the sessions of the last block, whose rows are where they were."""
        ...

    def counts(self) -> NDArray[np.int64]:
        """Return what became of the needs of the year, see `YearDemand.counts`."""
        ...


class KnownFeed:
    """A year whose visits are known beforehand; they are played in place.

    Parameters
    ----------
    placed
        The visits.
    edges
        Positions of the days at which blocks of the year begin, and its end.
    """

    def __init__(self, placed: PlacedYear, edges: Sequence[int]) -> None:
        self._placed = placed
        self._blocks = pairwise([placed.first, *edges])

    def next(self) -> Block:
        """Return the next block."""
        first, last = next(self._blocks)
        return Block(self._placed.visits, self._placed.starts[first : last + 1], first)

    def played(self) -> None:
        """Do nothing: a play strikes out what stands in the table."""

    def counts(self) -> NDArray[np.int64]:
        """Return what became of the needs of the year."""
        return self._placed.counts


class LiveFeed:
    """A year placed a block at a time, as far ahead of the play as another thread gets.

    Parameters
    ----------
    stage, replication
        Whose year.
    edges
        Positions of the days at which blocks of the year begin, and its end.
    """

    def __init__(self, stage: Stage, replication: int, edges: Sequence[int]) -> None:
        self._demand = YearDemand(stage.setup, stage.rules, replication)
        self._edges = edges
        self._table, self._end = ROOMS.empty(self._demand.likely, VISIT), 0
        self._blocks = ahead(self._place())
        self._waiting: deque[tuple[Block, Taken]] = deque()

    def next(self) -> Block:
        """Return the next block; what those before it have struck out is void."""
        block, self._last = self._waiting.popleft() if self._waiting else next(self._blocks)
        self._demand.void(self._last)
        return block

    def played(self) -> None:
        """Strike out the next attempts after sessions of the last block that did not fail."""
        self._demand.strike_out(self._last)

    def counts(self) -> NDArray[np.int64]:
        """Return what became of the needs of the year, all of which are placed by then."""
        self._waiting.extend(self._blocks)
        return self._demand.counts

    def _place(self) -> Iterator[tuple[Block, Taken]]:
        """Place the needs and finish the visits of one block after the other."""
        demand, start = self._demand, self._edges[0]
        demand.place(0, start)
        yield self._take(demand.first_that_decides(start), start)
        for first, last in pairwise(self._edges):
            demand.place(first, last)
            yield self._take(first, last)

    def _take(self, first: int, last: int) -> tuple[Block, Taken]:
        """Finish the visits of some days, behind those before them if there is room."""
        rows = self._demand.due_within(first, last)
        if self._end + len(rows) > len(self._table):
            self._table, self._end = ROOMS.empty(max(self._demand.likely, len(rows)), VISIT), 0
        begin, self._end = self._end, self._end + len(rows)
        taken = self._demand.take(rows, self._table[begin : self._end])
        return Block(self._table, begin + taken.starts[first : last + 1], first), taken


__all__ = ["Block", "Feed", "KnownFeed", "LiveFeed"]
