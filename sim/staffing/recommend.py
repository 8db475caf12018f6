"""The answer to a planner: the cheapest staffing that meets the target, proved, with its costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config import Scenario
from sim.model import simulate
from sim.network.network import PLACE_KINDS
from sim.network.rows import roster_rows
from sim.outcomes import OutcomeSettings, metrics
from sim.outcomes.costs import Costs, costs_of
from sim.outcomes.grouping import most_at_once
from sim.staffing.bench import PlayedYear
from sim.staffing.option import with_counts, with_places
from sim.staffing.problem import Effort, Problem, Rules
from sim.staffing.proof import Court, Removal
from sim.staffing.search import Counts, Found
from sim.staffing.selection import Promise, Selection, select_smallest
from sim.staffing.target import Bar, Scores, Target
from sim.stage import stage_of
from sim.visits import YearRecords

#: Most stand-ins for a staffing that its proof has refused.
_ATTEMPTS = 4
#: Rounds in which officials who can be spared are sent home.
_REDUCTIONS = 3
#: How many times as many replications settle whether it does without them: the bar is then near.
_PATIENCE = 4
#: Fresh years of which hours, space and waits are reported.
_REPORTED = 4
#: First replication of the selection among equals; those of the search come before.
_SELECTION = 1_000
#: Share of the days on which the places must suffice without a queue for places.
_DAYS_SERVED = 0.99
_YEAR = 366

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Recommendation:
    """A staffing with its proof.

    Attributes
    ----------
    problem
        What was asked.
    scenario
        The scenario with the staffing, its own seed kept.
    counts
        Officials by roster row.
    bar
        (U,) what each unit reaches; below the target where that cannot be met.
    unmet
        Units whose target cannot be met by more officials, with the reason.
    scores, proven
        How the units did on fresh seeds, and whether that proves them.
    removals
        What the absence of one official of each row does.
    selection
        Choice among staffings of equal cost, None where there was one only.
    costs, table
        Hours, space and money; default metrics of the reported years.
    plays
        Options that the search simulated.
    """

    problem: Problem
    scenario: Scenario
    counts: Counts
    bar: Bar
    unmet: dict[int, str]
    scores: Scores
    proven: tuple[bool, ...]
    removals: tuple[Removal, ...]
    selection: Selection | None
    costs: Costs
    table: pd.DataFrame
    plays: int

    @property
    def present(self) -> tuple[int, ...]:
        """Rows whose officials are rostered on some day: not those on call, nor those of closed points."""
        rows = enumerate(self.problem.bench.rows)
        return tuple(i for i, row in rows if not row.on_call and self.problem.hours[i] > 0)

    def rostered(self, counts: Sequence[int] | None = None) -> int:
        """Return how many officials are rostered, of some counts or as recommended."""
        chosen = self.counts if counts is None else counts
        return sum(chosen[row] for row in self.present)


@dataclass
class _Trial:
    """A staffing found, and its day in court."""

    counts: Counts
    bar: Bar
    court: Court
    scores: Scores
    proven: tuple[bool, ...]
    scenario: Scenario


def recommend(
    scenario: Scenario, target: Target, rules: Rules, effort: Effort, tell: Tell = lambda text: None
) -> Recommendation:
    """Return the cheapest staffing of a scenario that meets the target, with its proof.

    Parameters
    ----------
    scenario
        What to staff; feedback must be off.
    target, rules, effort
        What must be met, what must be kept, how much is simulated.
    tell
        Called with what is being done.

    Notes
    -----
    What a proof refuses gets an official more; the next proof has a seed of its own.
    """
    tell("load, bounds and start")
    problem = Problem(scenario, target, rules, effort)
    tell("search")
    found, bar = problem.cheapest(target.bar(len(problem.units)), problem.space.low)
    counts, selection = _chosen(problem, found)
    for attempt in range(_ATTEMPTS):
        tell(f"proof {attempt + 1}")
        trial = _tried(problem, counts, bar, attempt)
        if all(trial.proven):
            break
        counts = _raised(problem, counts, trial.proven)
    final: tuple[Removal, ...] = ()
    if effort.reduce:
        tell("removing officials one by one")
        trial, final = _reduced(problem, trial)
    tell("hours, space and money")
    return _reported(problem, trial, final, selection, found.plays)


def _chosen(problem: Problem, found: Found) -> tuple[Counts, Selection | None]:
    """Return the counts to prove: of equals the one with the shortest mean wait."""
    equals = (found.counts, *found.ties)
    if len(equals) == 1:
        return found.counts, None

    def wait(index: int, replication: int) -> float:
        year = problem.bench.play(equals[index], _SELECTION + replication)
        return float(problem.units.scores([year], problem.target).wait[0])

    zone = problem.params["practical_wait_difference"]
    selection = select_smallest(len(equals), wait, Promise(zone, problem.effort.confidence, budget=40))
    return equals[selection.best], selection


def _tried(problem: Problem, counts: Counts, bar: Bar, attempt: int, patience: int = 1) -> _Trial:
    """Return a staffing with the places it needs, judged on fresh seeds by up to `patience` times as many."""
    effort = replace(problem.effort, most=problem.effort.most * patience)
    staffed = with_counts(problem.scenario, problem.bench.rows, counts)
    scenario = with_places(staffed, places_needed(problem, problem.play(counts)))
    court = Court(scenario, problem.units, problem.target, effort, attempt)
    scores, proven = court.prove(bar)
    return _Trial(counts, bar, court, scores, proven, scenario)


def _raised(problem: Problem, counts: Counts, proven: Sequence[bool]) -> Counts:
    """Return counts with one official more, the cheapest, for each unit that was not proven."""
    raised = list(counts)
    for unit, good in zip(problem.units.units, proven, strict=True):
        rows = [row for row in unit.rows if counts[row] < problem.space.high[row]]
        if not good and rows:
            row = min(rows, key=lambda row: problem.hours[row])
            raised[row] = counts[row] + 1
    return tuple(raised)


def _reduced(problem: Problem, trial: _Trial) -> tuple[_Trial, tuple[Removal, ...]]:
    """Judge the absence of one official of each row and send home whoever can be spared, until nobody can."""
    rows, low = sorted({*problem.free, *problem.guides}), problem.sparable
    removals = {r.row: r for r in trial.court.removals(rows, low, trial.bar)}
    for number in range(_REDUCTIONS):
        spare = [r.row for r in removals.values() if r.verdict == "spare" or r.close(trial.bar)]
        lean = _without(problem, trial, spare, _ATTEMPTS * (number + 1)) if all(trial.proven) else trial
        gone = [row for row in spare if lean.counts[row] < trial.counts[row]]
        if not gone:
            break
        trial = lean
        # Who was needed beside more officials is needed beside fewer: only the others are judged anew.
        removals |= {r.row: r for r in trial.court.removals(spare, low, trial.bar)}
    return trial, tuple(removals.values())


def _without(problem: Problem, trial: _Trial, spare: Sequence[int], attempt: int) -> _Trial:
    """Send home one of each spare row, all at once or else one by one, dearest first, each with a proof."""
    dearest = sorted(spare, key=lambda row: -problem.hours[row])
    tries = [list(spare), *([row] for row in dearest)] if len(spare) > 1 else [list(spare)]
    lean = trial
    for number, rows in enumerate(tries if spare else []):
        counts = tuple(n - (row in rows) for row, n in enumerate(lean.counts))
        candidate = _kept(problem, lean, _tried(problem, counts, lean.bar, attempt + number, _PATIENCE), rows)
        if all(candidate.proven):
            lean = candidate
            if len(rows) == len(spare):
                break
    return lean


def _kept(problem: Problem, before: _Trial, after: _Trial, rows: Sequence[int]) -> _Trial:
    """Return a trial in which units not hanging on `rows` keep their proof unless they miss their bars."""
    untouched = np.array([not any(map(unit.hangs_on, rows)) for unit in problem.units.units])
    misses = after.scores.misses(after.bar, problem.effort.confidence)
    proven = np.array(after.proven) | (np.array(before.proven) & untouched & ~misses)
    return replace(after, proven=tuple(proven.tolist()))


def places_needed(problem: Problem, years: Sequence[PlayedYear]) -> dict[str, dict[str, int]]:
    """Return the places of each kind that suffice on `_DAYS_SERVED` of the days of use, by point.

    What a point has one of stays, though nobody may have used it. The years must have been played with
    ample places.
    """
    network, base = problem.bench.setup.site.network, stage_of(problem.scenario).setup.site.network
    peaks = np.concatenate([_daily_peaks(year, base.places.shape) for year in years], axis=2)
    needed = np.minimum(base.places, 1)
    for cell in zip(*np.nonzero(peaks.any(axis=2)), strict=True):
        days = peaks[cell]
        needed[cell] = max(needed[cell], int(np.ceil(np.quantile(days[days > 0], _DAYS_SERVED))))
    return {
        point: {kind: int(n) for kind, n in zip(PLACE_KINDS, needed[index], strict=True)}
        for index, point in enumerate(base.points)
        if not network.outside[index] and peaks[index].any()
    }


def _daily_peaks(year: PlayedYear, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return (P, 3, 366) most places of each kind in use at once on each day."""
    visits = year.visits[(year.visits["place"] >= 0) & np.isfinite(year.visits["start"])]
    key = visits["point"].astype(np.int64) * shape[1] + visits["place"]
    key = key * _YEAR + visits["day"]
    n = shape[0] * shape[1] * _YEAR
    return most_at_once(key, visits["start"], visits["end"], n).reshape(*shape, _YEAR)


def _reported(
    problem: Problem,
    trial: _Trial,
    removals: tuple[Removal, ...],
    selection: Selection | None,
    plays: int,
) -> Recommendation:
    """Return the recommendation with hours, space and money of some fresh years."""
    scenario = trial.court.scenario
    records = [simulate(scenario, replication, "compiled") for replication in range(_REPORTED)]
    table = year_tables(problem, records)
    setup = stage_of(scenario).setup
    costs = costs_of(setup, roster_rows(scenario, setup.region), records, table)
    unmet = np.flatnonzero((trial.bar.share < problem.target.share) | (trial.bar.lost > problem.target.lost))
    return Recommendation(
        problem=problem,
        scenario=trial.scenario,
        counts=trial.counts,
        bar=trial.bar,
        unmet={int(unit): reason_of(problem, trial, int(unit)) for unit in unmet},
        scores=trial.scores,
        proven=trial.proven,
        removals=removals,
        selection=selection,
        costs=costs,
        table=table,
        plays=plays,
    )


def year_tables(problem: Problem, records: Sequence[YearRecords]) -> pd.DataFrame:
    """Return the default metrics of some years under the problem's target, one long table."""
    plain = problem.params.as_dict()
    target = problem.target
    settings = OutcomeSettings(target.wait, target.share, plain["companions"], plain["small_cell"])
    parts = [metrics(year, settings).assign(replication=n) for n, year in enumerate(records)]
    return pd.concat(parts, ignore_index=True)


def reason_of(problem: Problem, trial: _Trial, unit: int) -> str:
    """Return why more officials do not help a unit: ``slots``, ``cover`` or ``limit``.

    ``slots``: booked needs find no free slot. ``cover``: in part of the opening time nobody is on duty.
    ``limit``: the waits come in waves that only more officials than were allowed would meet.
    """
    years = problem.play(trial.counts)
    about = problem.units.units[unit]
    shut_out = np.mean([year.no_slot[list(about.authorities)].sum() for year in years])
    if shut_out / about.visits > problem.target.lost:
        return "slots"
    single = (
        all(problem.space.high[row] == 1 for row in about.rows)
        or sum(trial.counts[r] for r in about.rows) == 1
    )
    return "cover" if single else "limit"
