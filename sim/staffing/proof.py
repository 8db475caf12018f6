"""Prove a staffing on seeds that the search never saw, and that nobody in it can be spared."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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

Verdict = Literal["breaks", "spare", "undecided", "minimum"]
_NAN = float("nan")
#: Confidence with which a unit must miss its bar for a proof to be given up early.
_HOPELESS = 0.99


@dataclass(frozen=True)
class Removal:
    """What happens when one official of a row stays away all year.

    Attributes
    ----------
    row
        Index of the row.
    verdict
        ``breaks``: a unit that hangs on the row then misses its bar beyond its interval; ``spare``: all of
        them still reach it; ``undecided``: the intervals hold the bar; ``minimum``: the row is at its
        minimum.
    unit
        Unit that suffers most, -1 at the minimum.
    within, lost
        Its share in time and its share lost without the official.
    within_half, lost_half
        Half widths of their one-sided intervals, by which the verdict was given.
    replications
        Fresh years played.
    """

    row: int
    verdict: Verdict
    unit: int = -1
    within: float = _NAN
    lost: float = _NAN
    within_half: float = _NAN
    lost_half: float = _NAN
    replications: int = 0

    def close(self, bar: Bar) -> bool:
        """Return whether the absence is too close to tell and the mean year still reaches the bar."""
        return self.verdict == "undecided" and bool(
            self.within >= bar.share[self.unit] and self.lost <= bar.lost[self.unit]
        )


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
        self._bench = Bench(self.scenario, ample=False, month=target.month, kept=2 * effort.workers)
        self._looks = looks(effort)
        self.counts: Counts = tuple(row.count for row in self._bench.rows)

    def prove(self, bar: Bar) -> tuple[Scores, tuple[bool, ...]]:
        """Return the scores and, (U,), whether each unit reaches its bar with the stated joint confidence.

        Replications are doubled while some unit is neither proven nor hopeless; the confidence holds over all
        of these looks together.
        """
        each = joint_confidence(self._effort.confidence, 2 * len(self._units) * len(self._looks))
        scores: Scores | None = None
        for n in self._looks:
            scores = self._scores([self.counts], n, [scores])[0]
            proven = scores.meets(bar, each)
            if proven.all() or scores.misses(bar, _HOPELESS).any():
                break
        assert scores is not None
        return scores, tuple(proven.tolist())

    def removals(self, rows: Sequence[int], low: Counts, bar: Bar) -> list[Removal]:
        """Return what the removal of one official of each of `rows` does.

        Parameters
        ----------
        low
            Fewest officials of each row.

        Notes
        -----
        Each verdict holds by itself, over both criteria of the units that hang on the row and over all looks.
        Rows that are still open are played together replication by replication, as most share their visits.
        """
        found = {row: Removal(row, "minimum") for row in rows if self.counts[row] <= low[row]}
        fewer = {row: self._without(row) for row in rows if row not in found}
        so_far: list[Scores | None] = [None] * len(fewer)
        for n in self._looks:
            scores = self._scores(list(fewer.values()), n, so_far)
            judged = {row: self._judged(row, part, bar) for row, part in zip(fewer, scores, strict=True)}
            found |= judged
            still = [row for row in fewer if judged[row].verdict == "undecided"]
            so_far = [part for row, part in zip(fewer, scores, strict=True) if row in still]
            fewer = {row: fewer[row] for row in still}
            if not fewer:
                break
        return [found[row] for row in rows]

    def _without(self, row: int) -> Counts:
        return tuple(n - (index == row) for index, n in enumerate(self.counts))

    def _scores(self, options: Sequence[Counts], n: int, so_far: Sequence[Scores | None]) -> list[Scores]:
        """Return the scores of options in the first `n` replications, those played already taken over."""
        done = next((len(part.wait) for part in so_far if part is not None), 0)

        def play(replication: int) -> list[Scores]:
            return [self._played(counts, replication) for counts in options]

        with ThreadPoolExecutor(self._effort.workers) as pool:
            new = list(pool.map(play, range(done, n)))
        parts = [[before, *mine] for before, mine in zip(so_far, zip(*new, strict=True), strict=True)]
        return [Scores.joined([part for part in mine if part is not None]) for mine in parts]

    def _played(self, counts: Counts, replication: int) -> Scores:
        return self._units.scores([self._bench.play(counts, replication)], self._target)

    def _judged(self, row: int, scores: Scores, bar: Bar) -> Removal:
        """Return the verdict on the absence of an official of a row."""
        mine = np.array([n for n, unit in enumerate(self._units.units) if unit.hangs_on(row)], np.int64)
        each = joint_confidence(self._effort.confidence, 2 * len(mine) * len(self._looks))
        verdict: Verdict = "undecided"
        if scores.misses(bar, each)[mine].any():
            verdict = "breaks"
        elif scores.meets(bar, each)[mine].all():
            verdict = "spare"
        within, lost = scores.within.mean(axis=0), scores.lost.mean(axis=0)
        unit = int(mine[np.argmin(np.minimum(within - bar.share, bar.lost - lost)[mine])])
        low, high = scores.bounds(each)
        halves = float(within[unit] - low[unit]), float(high[unit] - lost[unit])
        return Removal(row, verdict, unit, float(within[unit]), float(lost[unit]), *halves, len(scores.wait))


def looks(effort: Effort) -> tuple[int, ...]:
    """Return the numbers of replications after which a court looks: doubled from the first to the most.

    >>> looks(Effort(proof=12, most=50))
    (12, 24, 48)
    """
    found = [effort.proof]
    while found[-1] * 2 <= effort.most:
        found.append(found[-1] * 2)
    return tuple(found)
