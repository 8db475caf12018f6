"""Search the cheapest counts of officials that meet a target, group by group, all groups in one play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

Counts = tuple[int, ...]
#: Plays counts of all rows and says which units meet the target, (U,) bool.
Judge = Callable[[Counts], NDArray[np.bool_]]

#: Most combinations of counts that a group is searched over.
_LARGEST_BOX = 20_000
#: Costs that differ by less are the same.
_SAME = 1e-9
#: Rounds of repairs before the search gives up.
_REPAIRS = 40


@dataclass(frozen=True)
class Space:
    """What is searched.

    Attributes
    ----------
    low, high
        Fewest and most officials of each row, inclusive.
    start
        Counts that are tried first, within `low` and `high`.
    cost
        Cost of one official of each row, >= 0.
    groups
        Rows (indices) and units (indices) that hang together: a unit is judged by the counts of its group.
    extra
        Rows that serve each unit which belongs to no group, most useful first; when such a unit
        fails, the first row that can grow is raised.
    """

    low: Counts
    high: Counts
    start: Counts
    cost: tuple[float, ...]
    groups: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    extra: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The end of a search.

    Attributes
    ----------
    counts
        Cheapest counts found; where no counts meet the target, the most that were allowed.
    unmet
        Units that no allowed counts satisfy.
    ties
        Other counts of the same cost that meet the target too.
    plays
        Options that were simulated.
    """

    counts: Counts
    unmet: tuple[int, ...]
    ties: tuple[Counts, ...]
    plays: int


class _Group:
    """Counts of one group of rows: what is known to fail, and the cheapest known to do."""

    def __init__(self, rows: tuple[int, ...], units: tuple[int, ...], space: Space) -> None:
        self.rows, self.units = rows, units
        spans = _fitted([(space.low[r], space.high[r], space.start[r]) for r in rows])
        box = np.array(list(product(*(range(low, high + 1) for low, high in spans))), np.int64)
        price = box @ np.array([space.cost[r] for r in rows])
        order = np.lexsort((*box.T[::-1], price))
        self._box, self._price = box[order].reshape(-1, len(rows)), price[order]
        self._open = np.ones(len(order), bool)
        self._first: Counts | None = tuple(space.start[r] for r in rows)
        self.best: Counts | None = None
        self.most: Counts = tuple(high for _, high in spans)

    def proposal(self) -> Counts | None:
        """Return counts worth trying: the start, then the middle by cost of what is open; None at the end."""
        if self._first is not None:
            return self._first
        left = np.flatnonzero(self._open)
        return tuple(self._box[left[len(left) // 2]].tolist()) if len(left) else None

    def learn(self, counts: Counts, met: bool) -> None:
        """Note how counts did: what is below a failure fails too, and only what is cheaper is wanted."""
        self._first = None
        if met:
            self.best = counts
            price = self._price[(self._box == counts).all(axis=1)][0]
            self._open &= self._price < price - _SAME
        else:
            self._open &= ~(self._box <= counts).all(axis=1)

    def refuse(self, counts: Counts) -> None:
        """Take back that counts do: whatever does not fail with them is open again."""
        self.best, self._first = None, None
        self._open = ~(self._box <= counts).all(axis=1)

    def raise_low(self, row: int, low: int) -> None:
        """Ask for at least `low` officials of a row, if it is one of the group's."""
        if row in self.rows:
            self._open = self._box[:, self.rows.index(row)] >= low
            self.best, self._first = None, None

    def ties(self) -> list[Counts]:
        """Return the other counts that cost as much as the best."""
        if self.best is None:
            return []
        at = (self._box == self.best).all(axis=1)
        same = (np.abs(self._price - self._price[at][0]) <= _SAME) & ~at
        return [tuple(row) for row in self._box[same].tolist()]

    def standing(self) -> Counts:
        """Return the best counts, or the most."""
        return self.best if self.best is not None else self.most


def find_cheapest(space: Space, judge: Judge) -> Found:
    """Return the cheapest counts with which every unit meets the target.

    Parameters
    ----------
    space
        Rows, bounds, costs and groups.
    judge
        Simulates counts; with common random numbers, so that options differ by their officials only.

    Notes
    -----
    One more official is taken never to hurt the own group: that is what makes a failure rule out everything
    below it. Groups touch each other a little (second matters, shared counters), so the counts
    found are played together at the end, and what then fails is searched on.
    """
    memory: dict[Counts, NDArray[np.bool_]] = {}

    def met(counts: Counts) -> NDArray[np.bool_]:
        if counts not in memory:
            memory[counts] = judge(counts)
        return memory[counts]

    low = list(space.low)
    groups = [_Group(rows, units, space) for rows, units in space.groups]
    for _ in range(_REPAIRS):
        _narrow(groups, low, met)
        counts = _joined(groups, low)
        verdict = met(counts)
        if not _repair(groups, low, verdict, space):
            break
    unmet = tuple(int(u) for u in np.flatnonzero(~verdict))
    ties = () if unmet else _ties(groups, low, met)
    return Found(counts, unmet, ties, len(memory))


def changed(counts: Sequence[int], rows: Iterable[int], step: int) -> Counts:
    """Return counts with `step` officials more in each of some rows.

    >>> changed((3, 1, 2), [0, 2], -1)
    (2, 1, 1)
    """
    moved = set(rows)
    return tuple(n + step * (row in moved) for row, n in enumerate(counts))


def _narrow(groups: Sequence[_Group], low: list[int], met: Judge) -> None:
    """Play proposals of all groups at once until none has any."""
    while True:
        asked = {i: p for i, group in enumerate(groups) if (p := group.proposal()) is not None}
        if not asked:
            return
        verdict = met(_joined(groups, low, asked))
        for i, counts in asked.items():
            groups[i].learn(counts, bool(verdict[list(groups[i].units)].all()))


def _joined(groups: Sequence[_Group], low: Sequence[int], asked: dict[int, Counts] | None = None) -> Counts:
    """Return counts of all rows: what is asked for, else what stands."""
    counts = list(low)
    for i, group in enumerate(groups):
        for row, count in zip(group.rows, (asked or {}).get(i, group.standing()), strict=True):
            counts[row] = count
    return tuple(counts)


def _repair(groups: Sequence[_Group], low: list[int], verdict: NDArray[np.bool_], space: Space) -> bool:
    """Reopen the groups whose units fail together with the others; return whether there was any."""
    changed = False
    for group in groups:
        if group.best is not None and not verdict[list(group.units)].all():
            group.refuse(group.best)
            changed = True
    failing = [unit for unit in space.extra if not verdict[unit]]
    for unit in failing:  # every one of them gets its official
        changed |= _raised(groups, low, space, space.extra[unit])
    return changed


def _raised(groups: Sequence[_Group], low: list[int], space: Space, rows: Sequence[int]) -> bool:
    """Give one more official to the first of `rows` that can grow; return whether one could."""
    counts = _joined(groups, low)
    for row in rows:
        if counts[row] < space.high[row]:
            low[row] = counts[row] + 1
            for group in groups:
                group.raise_low(row, low[row])
            return True
    return False


def _ties(groups: Sequence[_Group], low: list[int], met: Judge) -> tuple[Counts, ...]:
    """Return the whole counts that differ from the best in one group at the same cost, and do as well."""
    asked = [(i, counts) for i, group in enumerate(groups) for counts in group.ties()]
    whole = [_joined(groups, low, {i: counts}) for i, counts in asked]
    return tuple(counts for counts in whole if met(counts).all())


def _fitted(spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Return the bounds (low, high), drawn in round the start until the box is small enough."""
    bounds = [(low, high) for low, high, _ in spans]
    while prod(high - low + 1 for low, high in bounds) > _LARGEST_BOX:
        widest = max(range(len(bounds)), key=lambda i: bounds[i][1] - bounds[i][0])
        (low, high), start = bounds[widest], spans[widest][2]
        bounds[widest] = (low + 1, high) if start - low > high - start else (low, high - 1)
    return bounds
