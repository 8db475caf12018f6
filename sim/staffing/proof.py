"""Prove a staffing on seeds that the search never saw, and that nobody in it can be spared."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.staffing.bench import Bench
from sim.staffing.option import with_seed
from sim.staffing.problem import Effort
from sim.staffing.search import Counts, changed
from sim.staffing.target import Bar, Scores, Target, joint_confidence
from sim.staffing.units import Units

Flags = NDArray[np.bool_]
Verdict = Literal["breaks", "spare", "undecided", "minimum"]
_NAN = float("nan")
#: Confidence with which a unit must miss its bar for a proof to be given up early.
_HOPELESS = 0.99
#: How many times as many replications settle what is too close to tell with the usual ones.
PATIENCE = 8
#: Replications kept free for each attempt.
_APART = 100_000


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
    """Judges one staffing on a seed that no search saw, played as ``visitsim run`` would play it.

    Parameters
    ----------
    scenario
        Scenario with the staffing's counts and places.
    units, target, effort
        What is judged, by what, how often.
    attempt
        Number of the attempt; each has years of its own.

    Attributes
    ----------
    scenario
        The scenario with the fresh seed.

    Notes
    -----
    That *all* units reach *both* limits is one statement: it is false if any of them does not, and then that
    one alone passes by chance with the probability allowed. Each is therefore tested at the full confidence,
    and only the looks share the chance of error (intersection-union test). That *some* limit is missed may be
    wrong in as many ways as there are limits, which share the chance (Bonferroni).

    References
    ----------
    Berger (1982), *Multiparameter hypothesis testing and acceptance sampling*, Technometrics 24, 295-300.
    """

    def __init__(
        self, scenario: Scenario, units: Units, target: Target, effort: Effort, attempt: int = 0
    ) -> None:
        seed = int(hash_of([scenario.run.seed, "staffing proof"])[:12], 16)
        self.scenario = with_seed(scenario, seed)
        self._units, self._target, self._effort = units, target, effort
        self._bench = Bench(self.scenario, ample=False, month=target.month, kept=2 * effort.workers)
        self._first = attempt * _APART
        self.counts: Counts = tuple(row.count for row in self._bench.rows)

    def prove(self, bar: Bar, wanted: Flags | None = None, patience: int = 1) -> tuple[Scores, Flags]:
        """Return the scores and, (U,), whether each unit reaches its bar, all of them with confidence.

        Parameters
        ----------
        wanted
            (U,) units that are to be proven; None: all.
        patience
            How many times the most replications are allowed.

        Notes
        -----
        Replications are doubled while some unit wanted is neither proven nor hopeless; the confidence holds
        over all of these looks together.
        """
        asked = np.ones(len(self._units), bool) if wanted is None else wanted
        scores: Scores | None = None
        for look in looks(self._effort, patience):
            scores = self._scores([self.counts], look.replications, [scores])[0]
            proven = scores.meets(bar, look.confidence)
            if proven[asked].all() or scores.misses(bar, _HOPELESS)[asked].any():
                break
        assert scores is not None
        return scores, proven

    def removals(self, rows: Sequence[int], low: Counts, bar: Bar) -> list[Removal]:
        """Return what the removal of one official of each of `rows` does.

        Parameters
        ----------
        low
            Fewest officials of each row.

        Notes
        -----
        Each verdict holds by itself, over both limits of the units that hang on the row and over all looks.
        Rows that are still open are played together replication by replication, as most share their visits;
        who is too close to tell is played on, up to `PATIENCE` times the most replications.
        """
        found = {row: Removal(row, "minimum") for row in rows if self.counts[row] <= low[row]}
        fewer = {row: changed(self.counts, [row], -1) for row in rows if row not in found}
        so_far: list[Scores | None] = [None] * len(fewer)
        for look in looks(self._effort, PATIENCE):
            scores = self._scores(list(fewer.values()), look.replications, so_far)
            judged = {
                row: self.judged(row, part, bar, look.confidence)
                for row, part in zip(fewer, scores, strict=True)
            }
            found |= judged
            still = [row for row in fewer if judged[row].verdict == "undecided"]
            so_far = [part for row, part in zip(fewer, scores, strict=True) if row in still]
            fewer = {row: fewer[row] for row in still}
            if not fewer:
                break
        return [found[row] for row in rows]

    def _scores(self, options: Sequence[Counts], n: int, so_far: Sequence[Scores | None]) -> list[Scores]:
        """Return the scores of options in the first `n` replications, those played already taken over."""
        done = next((len(part.wait) for part in so_far if part is not None), 0)

        def play(replication: int) -> list[Scores]:
            return [self._played(counts, replication) for counts in options]

        with ThreadPoolExecutor(self._effort.workers) as pool:
            new = list(pool.map(play, range(self._first + done, self._first + n)))
        parts = [[before, *mine] for before, mine in zip(so_far, zip(*new, strict=True), strict=True)]
        return [Scores.joined([part for part in mine if part is not None]) for mine in parts]

    def _played(self, counts: Counts, replication: int) -> Scores:
        return self._units.scores([self._bench.play(counts, replication)], self._target)

    def judged(self, row: int, scores: Scores, bar: Bar, confidence: float) -> Removal:
        """Return the verdict on a staffing's scores without an official of a row."""
        mine = np.array([n for n, unit in enumerate(self._units.units) if unit.hangs_on(row)], np.int64)
        each = joint_confidence(confidence, 2 * len(mine))
        verdict: Verdict = "undecided"
        if scores.misses(bar, each)[mine].any():
            verdict = "breaks"
        elif scores.meets(bar, confidence)[mine].all():
            verdict, each = "spare", confidence
        within, lost = scores.within.mean(axis=0), scores.lost.mean(axis=0)
        unit = int(mine[np.argmin(np.minimum(within - bar.share, bar.lost - lost)[mine])])
        low, high = scores.bounds(each)
        halves = float(within[unit] - low[unit]), float(high[unit] - lost[unit])
        return Removal(row, verdict, unit, float(within[unit]), float(lost[unit]), *halves, len(scores.wait))


class Look(NamedTuple):
    """Replications after which a court looks, and the confidence that it then asks of one statement."""

    replications: int
    confidence: float


def looks(effort: Effort, patience: int = 1) -> tuple[Look, ...]:
    """Return when a court looks: replications doubled from the first to `patience` times the most.

    Notes
    -----
    The looks share the chance of error in proportion to the root of their replications: the first settle
    what is clear, the last keep most of it for what is close.

    Examples
    --------
    >>> [look.replications for look in looks(Effort(proof=12, most=50))]
    [12, 24, 48]
    >>> round(sum(1 - look.confidence for look in looks(Effort())), 3)
    0.05
    """
    n = [effort.proof]
    while n[-1] * 2 <= effort.most * patience:
        n.append(n[-1] * 2)
    shares = np.sqrt(n) / np.sqrt(n).sum()
    return tuple(
        Look(*pair) for pair in zip(n, (1.0 - (1.0 - effort.confidence) * shares).tolist(), strict=True)
    )
