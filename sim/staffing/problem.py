"""The staffing problem of a scenario: which rows are searched, within which bounds, from which start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.config.registry import Parameters
from sim.network.rows import RosterRow, roster_rows
from sim.staffing.bench import Bench, PlayedYear, hours_played
from sim.staffing.diaries import plan_diaries
from sim.staffing.need import officials_needed
from sim.staffing.search import Counts, Judge, Space
from sim.staffing.target import Bar, Scores, Target
from sim.staffing.units import Unit, Units, groups_of, make_units
from sim.stage import stage_of

#: A row may grow to this multiple of its officials, and by this many besides.
_GROWTH, _MORE = 1.5, 3
#: Guides that may be added to a row when waits for guidance keep a point from its target.
_GUIDES = 2


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes
    ----------
    search, proof
        Replications of each option in the search, and of the chosen one on fresh seeds.
    most
        Most replications by which a staffing and the absence of an official are settled.
    confidence
        Joint confidence of the proof over all units.
    leaning
        Confidence for each unit in the search, which need only lean to the safe side: the proof decides.
    workers
        Threads.
    reduce
        Whether the absence of one official of each row is judged, and who can be spared is sent home.
    """

    search: int = 5
    proof: int = 12
    most: int = 48
    confidence: float = 0.95
    leaning: float = 0.75
    workers: int = 2
    reduce: bool = True


@dataclass(frozen=True)
class Rules:
    """Minimum staffing.

    Attributes
    ----------
    never_alone
        Whether at least two rostered people must be at each point where anybody is rostered.
    fixed
        Names of rows whose counts are not searched.
    keep_diaries
        Whether as many officials are set aside for bookings as now, in proportion to their number.
    """

    never_alone: bool = False
    fixed: tuple[str, ...] = ()
    keep_diaries: bool = False


class Problem:
    """A scenario whose staffing is sought.

    Parameters
    ----------
    scenario
        What to staff; its own counts are what the bounds are set round.
    target, rules, effort
        What must be met, what must be kept, how much is simulated.

    Attributes
    ----------
    bench, units, hours
        Where options are played; what is judged; (n_rows,) hours a year of one official of each row.
    formula
        Officials of each unit by offered load and the formula of Erlang A, -1 where it says nothing: where
        the search starts, told beside what it finds.
    guides
        Rows of guides. They are not in the space, as each touches all units of its point.
    space
        What is searched. Guides and officials on call are not.
    """

    def __init__(self, scenario: Scenario, target: Target, rules: Rules, effort: Effort) -> None:
        self.scenario, self.target, self.effort = scenario, target, effort
        setup = stage_of(scenario).setup
        rows = roster_rows(scenario, setup.region)
        free = {
            i
            for i, r in enumerate(rows)
            if not (r.on_call or r.guides or r.name in rules.fixed or not r.count)
        }
        most = [_most(row) if i in free else row.count for i, row in enumerate(rows)]
        guides = {i for i, row in enumerate(rows) if row.guides and row.name not in rules.fixed}
        room = [n + _GUIDES if i in guides else n for i, n in enumerate(most)]
        self.params: Parameters = setup.params
        self.bench = Bench(scenario, room, month=target.month, kept=2 * effort.search)
        present = set(self.bench.row_of.tolist())
        if not rules.keep_diaries:
            limit = setup.params["booking_delay_limit"]
            self.bench.set_aside(plan_diaries(self.bench, sorted(free & present), limit, effort.workers))
        self.hours = hours_played(self.bench)
        now = tuple(row.count for row in rows)
        years = self.play(now)
        self.units: Units = make_units(self.bench, years, target)
        self.formula = _formula(self, years)
        start = _start(self)
        self.guides = guides & present
        low = _least(rows, free & present, rules)
        self.space = Space(
            low=low,
            high=tuple(most),
            start=tuple(min(max(n, a), b) for n, a, b in zip(start.tolist(), low, most, strict=True)),
            cost=tuple(self.hours.tolist()),
            groups=groups_of(self.units.units, free & present),
            extra=_extra(self.units.units, free & present),
        )

    @property
    def sparable(self) -> Counts:
        """Fewest officials of each row that may be left when one stays away: as searched, of guides one."""
        return tuple(1 if row in self.guides else n for row, n in enumerate(self.space.low))

    @property
    def free(self) -> tuple[int, ...]:
        """Rows whose counts can change."""
        pairs = zip(self.space.low, self.space.high, strict=True)
        return tuple(i for i, (low, high) in enumerate(pairs) if low < high)

    def play(self, counts: Sequence[int], first: int = 0) -> list[PlayedYear]:
        """Return the years of an option on the replications of the search."""
        return self.bench.play_all(counts, range(first, first + self.effort.search), self.effort.workers)

    def scores(self, counts: Sequence[int]) -> Scores:
        """Return how an option does on the replications of the search."""
        return self.units.scores(self.play(counts), self.target)

    def judge(self, bar: Bar) -> Judge:
        """Return the function that says which units reach the bar under given counts."""
        return lambda counts: self.scores(counts).meets(bar, self.effort.leaning)


def _most(row: RosterRow) -> int:
    return ceil(row.count * _GROWTH) + _MORE


def _least(rows: Sequence[RosterRow], free: set[int], rules: Rules) -> Counts:
    """Return the fewest officials of each row: somebody for every row, nobody alone if the rules say so."""
    low = [1 if i in free else row.count for i, row in enumerate(rows)]
    if rules.never_alone:
        for point in dict.fromkeys(rows[i].works_at for i in sorted(free)):
            here = [
                i for i, row in enumerate(rows) if row.works_at == point and not row.on_call and row.count
            ]
            mine = [i for i in here if i in free]
            if len({rows[i].skills for i in here}) == 1:  # rows of one skill take turns by weekday
                low = [2 if i in mine else n for i, n in enumerate(low)]
    return tuple(low)


def _extra(units: Sequence[Unit], free: set[int]) -> dict[int, tuple[int, ...]]:
    """Return the rows that serve each pool of small authorities."""
    return {n: tuple(r for r in unit.rows if r in free) for n, unit in enumerate(units) if unit.pooled}


def _formula(problem: Problem, years: Sequence[PlayedYear]) -> tuple[int, ...]:
    """Return the officials of each unit by the formula, -1 of pools and where nobody is rostered."""
    patience, found = problem.params["patience_mean"], []
    for number, unit in enumerate(problem.units.units):
        minutes = 60 * sum(problem.hours[list(unit.rows)])
        if unit.pooled or minutes <= 0:
            found.append(-1)
            continue
        rate, service = unit.visits / minutes, _mean_service(problem, years, number)
        found.append(officials_needed(rate, service, patience, problem.target))
    return tuple(found)


def _start(problem: Problem) -> NDArray[np.int64]:
    """Return the officials of each row by the formula, as many as now where it says nothing."""
    start = np.array([row.count for row in problem.bench.rows], np.int64)
    for unit, needed in zip(problem.units.units, problem.formula, strict=True):
        if needed >= 0:
            start[list(unit.rows)] = needed
    return start


def _mean_service(problem: Problem, years: Sequence[PlayedYear], unit: int) -> float:
    """Return the mean service time of a unit's visits [min]."""
    n = len(problem.units.main)
    parts = []
    for year in years:
        cell = year.visits["point"].astype(np.int64) * n + year.visits["authority"]
        parts.append(year.visits["service_time"][problem.units.cells[cell] == unit])
    return float(np.concatenate(parts).mean())
