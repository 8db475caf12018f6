"""The answer to a planner: the cheapest staffing that meets the target, proved, with its costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.model import simulate
from sim.network.rows import roster_rows
from sim.outcomes import OutcomeSettings, metrics
from sim.outcomes.costs import Costs, costs_of
from sim.staffing.cheapest import cheapest
from sim.staffing.problem import Effort, Problem, Rules
from sim.staffing.proof import Removal
from sim.staffing.search import Counts, Found
from sim.staffing.selection import Promise, Selection, select_smallest
from sim.staffing.target import Bar, Scores, Target
from sim.staffing.trial import ATTEMPTS, Trial, raised, reduced, tried
from sim.stage import stage_of
from sim.visits import YearRecords

#: Fresh years of which hours, space and waits are reported.
_REPORTED = 4
#: First replication of the selection among equals; those of the search come before.
_SELECTION = 1_000

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
    What a proof refuses gets an official or a guide more; the next proof has years of its own.
    """
    tell("load, bounds and start")
    problem = Problem(scenario, target, rules, effort)
    tell("search")
    found, bar = cheapest(problem, target.bar(len(problem.units)))
    counts, selection = _chosen(problem, found)
    for attempt in range(ATTEMPTS):
        tell(f"proof {attempt + 1}")
        trial = tried(problem, counts, bar, attempt)
        if all(trial.proven):
            break
        counts = raised(problem, counts, bar, trial.proven)
    final: tuple[Removal, ...] = ()
    if effort.reduce:
        tell("removing officials one by one")
        trial, final = reduced(problem, trial)
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


def _reported(
    problem: Problem,
    trial: Trial,
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


def reason_of(problem: Problem, trial: Trial, unit: int) -> str:
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
