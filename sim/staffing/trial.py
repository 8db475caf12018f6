"""A staffing before the court: tried in fresh years, raised where it is refused, reduced where it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.config import Scenario
from sim.staffing.option import with_counts, with_places
from sim.staffing.places import places_needed
from sim.staffing.problem import Problem
from sim.staffing.proof import PATIENCE, Court, Flags, Removal, looks
from sim.staffing.search import Counts, changed
from sim.staffing.target import Bar, Scores, joint_confidence

#: Most stand-ins for a staffing that its proof has refused.
ATTEMPTS = 4
#: Rounds in which officials who can be spared are sent home.
_REDUCTIONS = 3


@dataclass
class Trial:
    """A staffing found, and its day in court."""

    counts: Counts
    bar: Bar
    court: Court
    scores: Scores
    proven: tuple[bool, ...]
    scenario: Scenario


def tried(
    problem: Problem, counts: Counts, bar: Bar, attempt: int, wanted: Flags | None = None, patience: int = 1
) -> Trial:
    """Return a staffing with the places it needs, judged on fresh years; see `Court.prove`."""
    staffed = with_counts(problem.scenario, problem.bench.rows, counts)
    scenario = with_places(staffed, places_needed(problem, problem.play(counts)))
    court = Court(scenario, problem.units, problem.target, problem.effort, attempt)
    scores, proven = court.prove(bar, wanted, patience)
    return Trial(counts, bar, court, scores, tuple(proven.tolist()), scenario)


def raised(problem: Problem, counts: Counts, bar: Bar, proven: Sequence[bool]) -> Counts:
    """Return counts with one more, official or guide, for each unit that was not proven.

    It is the one who brings the unit furthest for the hours it takes.
    """
    raised = list(counts)
    for number, unit in enumerate(problem.units.units):
        rows = [row for row in (*unit.rows, *unit.guides) if counts[row] < problem.bench.most[row]]
        if not proven[number] and rows:
            row = rows[0] if len(rows) == 1 else _most_useful(problem, counts, bar, number, rows)
            raised[row] = counts[row] + 1
    return tuple(raised)


def _most_useful(problem: Problem, counts: Counts, bar: Bar, unit: int, rows: Sequence[int]) -> int:
    """Return the row of which one more lifts a unit most for its hours, in the years of the search."""

    def slack(chosen: Counts) -> float:
        scores = problem.scores(chosen)
        within, lost = scores.within[:, unit].mean(), scores.lost[:, unit].mean()
        return float(min(within - bar.share[unit], bar.lost[unit] - lost))

    now = slack(counts)
    gains = {row: (slack(changed(counts, [row], +1)) - now) / problem.hours[row] for row in rows}
    return max(gains, key=lambda row: gains[row])


def reduced(problem: Problem, trial: Trial) -> tuple[Trial, tuple[Removal, ...]]:
    """Judge the absence of one official of each row and send home whoever can be spared, until nobody can.

    Notes
    -----
    Whose post the proof without them refuses stays, with the verdict of that proof's years, which are as many
    as those of the first verdict or more.
    """
    rows, low = sorted({*problem.free, *problem.guides}), problem.sparable
    removals = {r.row: r for r in trial.court.removals(rows, low, trial.bar)}
    for number in range(_REDUCTIONS):
        spare = [r.row for r in removals.values() if r.verdict == "spare" or r.close(trial.bar)]
        if not spare or not all(trial.proven):
            break
        lean, refused = _without(problem, trial, spare, ATTEMPTS + number * (len(rows) + 1))
        removals |= {r.row: r for r in refused}
        gone = [row for row in spare if lean.counts[row] < trial.counts[row]]
        if not gone:
            break
        trial = lean
        # Who was needed beside more officials is needed beside fewer: only the others are judged anew.
        removals |= {r.row: r for r in trial.court.removals(spare, low, trial.bar)}
    return trial, tuple(removals.values())


def _without(
    problem: Problem, trial: Trial, spare: Sequence[int], attempt: int
) -> tuple[Trial, list[Removal]]:
    """Send home one of each spare row, all at once or else one by one, dearest first, each with a proof.

    Returns the staffing left, and what the proofs say of those who were refused by themselves.
    """
    dearest = sorted(spare, key=lambda row: -problem.hours[row])
    tries = [list(spare), *([row] for row in dearest)] if len(spare) > 1 else [list(spare)]
    lean, refused = trial, []
    for number, rows in enumerate(tries):
        candidate = _leaner(problem, lean, rows, attempt + number)
        if all(candidate.proven):
            lean = candidate
            if len(rows) == len(spare):
                break
        elif len(rows) == 1:
            sure = looks(problem.effort, PATIENCE)[-1].confidence
            refused.append(candidate.court.judged(rows[0], candidate.scores, lean.bar, sure))
    return lean, refused


def _leaner(problem: Problem, before: Trial, rows: Sequence[int], attempt: int) -> Trial:
    """Return the trial without one official of each of `rows`, which must be proven for whom they touch.

    Units that hang on none of the rows keep their proof unless they miss their bars now.
    """
    touched = np.array([any(map(unit.hangs_on, rows)) for unit in problem.units.units])
    counts = changed(before.counts, rows, -1)
    after = tried(problem, counts, before.bar, attempt, touched, PATIENCE)
    sure = joint_confidence(problem.effort.confidence, 2 * len(touched))
    kept = np.array(before.proven) & ~touched & ~after.scores.misses(after.bar, sure)
    return replace(after, proven=tuple((np.array(after.proven) | kept).tolist()))
