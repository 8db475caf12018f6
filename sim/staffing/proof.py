"""Prove a staffing on seeds that the search never saw, and that nobody in it can be spared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.staffing.bench import Bench
from sim.staffing.option import with_seed
from sim.staffing.problem import Effort
from sim.staffing.search import Counts
from sim.staffing.target import Bar, Scores, Target, joint_confidence
from sim.staffing.units import Units

#: Most times the replications are doubled to settle what the first of them leave open.
_DOUBLINGS = 2

Verdict = Literal["breaks", "spare", "undecided", "minimum"]


@dataclass(frozen=True)
class Removal:
    """What happens when one official of a row stays away all year.

    Attributes
    ----------
    row
        Index of the row.
    verdict
        ``breaks``: some unit then misses its bar beyond its interval; ``spare``: all still reach it;
        ``undecided``: the intervals hold the bar; ``minimum``: the row is at its minimum.
    unit
        Unit that suffers most, -1 at the minimum.
    within, lost
        Its share in time and its share lost without the official.
    """

    row: int
    verdict: Verdict
    unit: int = -1
    within: float = float("nan")
    lost: float = float("nan")


class Court:
    """Judges one staffing on a seed of its own, played as ``visitsim run`` would play it.

    Parameters
    ----------
    scenario
        Scenario with the staffing's counts and places.
    units, target, effort
        What is judged, by what, how often.
    attempt
        Number of the attempt; each has a seed of its own.

    Attributes
    ----------
    scenario
        The scenario with the fresh seed.
    """

    def __init__(
        self, scenario: Scenario, units: Units, target: Target, effort: Effort, attempt: int = 0
    ) -> None:
        seed = int(hash_of([scenario.run.seed, "staffing proof", attempt])[:12], 16)
        self.scenario = with_seed(scenario, seed)
        self._units, self._target, self._effort = units, target, effort
        self._bench = Bench(self.scenario, ample=False)
        self._each = joint_confidence(effort.confidence, 2 * len(units))

    def scores(self, counts: Counts | None = None, replications: int | None = None) -> Scores:
        """Return how the units do with the staffing, or with fewer officials."""
        chosen = counts or tuple(row.count for row in self._bench.rows)
        n = range(replications or self._effort.proof)
        years = self._bench.play_all(chosen, n, self._effort.workers)
        return self._units.scores(years, self._target)

    def prove(self, bar: Bar) -> tuple[Scores, tuple[bool, ...]]:
        """Return the scores and, (U,), whether each unit reaches its bar with the stated joint confidence.

        Replications are doubled while a unit's mean reaches its bar and its interval does not.
        """
        for doubling in range(_DOUBLINGS + 1):
            scores = self.scores(replications=self._effort.proof * 2**doubling)
            proven = scores.meets(bar, self._each)
            if proven.all() or not scores.meets(bar, 0.5).all():
                break
        return scores, tuple(proven.tolist())

    def removals(self, rows: Sequence[int], low: Counts, bar: Bar) -> list[Removal]:
        """Return what the removal of one official of each of `rows` does.

        Parameters
        ----------
        low
            Fewest officials of each row.
        """
        return [self._removal(row, low, bar) for row in rows]

    def _removal(self, row: int, low: Counts, bar: Bar) -> Removal:
        """Judge one removal, with more replications as long as it is undecided."""
        counts = [r.count for r in self._bench.rows]
        if counts[row] <= low[row]:
            return Removal(row, "minimum")
        counts[row] -= 1
        for doubling in range(_DOUBLINGS + 1):
            scores = self.scores(tuple(counts), self._effort.proof * 2**doubling)
            verdict = self._verdict(scores, bar)
            if verdict != "undecided":
                break
        within, lost = scores.within.mean(axis=0), scores.lost.mean(axis=0)
        unit = int(np.argmin(np.minimum(within - bar.share, bar.lost - lost)))
        return Removal(row, verdict, unit, float(within[unit]), float(lost[unit]))

    def _verdict(self, scores: Scores, bar: Bar) -> Verdict:
        """Return whether some unit surely misses its bar, all surely reach it, or neither."""
        if scores.misses(bar, self._each).any():
            return "breaks"
        return "spare" if scores.meets(bar, self._each).all() else "undecided"
