"""The model: one step is one day; the only place where people and queues meet."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.arena import gather, make_engine, make_setting
from sim.config import Scenario
from sim.demand.feedback import Learning, waits_of
from sim.demand.setup import Setup, make_setup, restaffed
from sim.demand.year import DemandRules, YearDemand, make_rules
from sim.population.agents import Columns, CottageDweller, PeopleSet, Resident
from sim.visits import VISIT, Outcome, YearRecords

#: Scenarios whose set-up a process keeps.
_KEPT = 4
#: Days played at once where days do not depend on each other.
_BLOCK = 31


@dataclass(frozen=True)
class Stage:
    """A scenario made ready: what all its replications share.

    Attributes
    ----------
    setup, rules
        People, network and the kernel's tables.
    ground
        What the scenario says about everything but staffing; scenarios that agree in it share people.
    """

    setup: Setup
    rules: DemandRules
    ground: str


@dataclass(frozen=True)
class PlacedYear:
    """A year's visits before the points have played them.

    Attributes
    ----------
    visits
        Rows of all days of the span, by day and id.
    counts
        What became of the needs, see `YearDemand.counts`.
    """

    visits: NDArray[np.void]
    counts: NDArray[np.int64]


_stages: OrderedDict[str, Stage] = OrderedDict()


def stage_of(scenario: Scenario) -> Stage:
    """Return a scenario made ready; those last used in this process are kept.

    Where one of them differs in its staffing only, its people and needs are taken over.
    """
    content: list[Any] = [scenario.content(), scenario.region, scenario.run.seed]
    key = json.dumps(content, sort_keys=True)
    if key not in _stages:
        del content[0]["staffing"]
        ground = json.dumps(content, sort_keys=True)
        alike = next((stage for stage in _stages.values() if stage.ground == ground), None)
        setup = restaffed(alike.setup, scenario) if alike else make_setup(scenario)
        _stages[key] = Stage(setup, make_rules(setup), ground)
    _stages.move_to_end(key)
    while len(_stages) > _KEPT:
        _stages.popitem(last=False)
    return _stages[key]


def place_year(stage: Stage, replication: int) -> PlacedYear:
    """Return the visits of one replication of a scenario in which nothing acts on the days to come."""
    demand = YearDemand(stage.setup, stage.rules, replication)
    demand.place(0, stage.setup.season.span.n_days)
    return PlacedYear(demand.take(np.arange(demand.placed)), demand.counts)


class VisitModel(mesa.Model):
    """A year of visits to the service points of a region.

    Parameters
    ----------
    scenario
        What to simulate.
    replication
        Number of the replication, ≥ 0; with the scenario's seed it decides all luck.
    engine
        Queue engine, ``simpy`` or ``compiled``; default: the scenario's.
    placed
        The replication's visits if they are known already; the model finishes them in place. Not with
        feedback, under which they are not known beforehand.

    Attributes
    ----------
    columns
        The population, one value a person by attribute name; agents are views of its rows.
    datacollector
        Daily series: see `daily`.
    daily
        Names of the daily series: visits due, served, gave up, mean wait [min], cottage dwellers present.

    Notes
    -----
    A step is a calendar day of the year. `model.time` counts days; inside a day the only clock is the queue
    engine's, in minutes. The model draws nothing from Mesa's generators: every decision has a keyed stream.
    """

    daily = ("date", "visits", "served", "gave_up", "mean_wait", "cottage_dwellers_present")

    def __init__(
        self,
        scenario: Scenario,
        replication: int = 0,
        engine: str | None = None,
        placed: PlacedYear | None = None,
    ) -> None:
        super().__init__(rng=replication)
        stage = stage_of(scenario)
        self.visit_scenario = scenario
        self.setup = stage.setup
        self.columns: Columns = MappingProxyType(_columns(stage.setup))
        luck = (scenario.run.seed, replication)
        self._setting = make_setting(stage.setup, luck)
        self._play = make_engine(engine or scenario.run.engine, self._setting)
        span = stage.setup.season.span
        self._learning = Learning(
            scenario.feedback, stage.setup.params, luck, stage.setup.capable, span.working_count()
        )
        self._days = range(span.year_slice.start, span.year_slice.stop)
        self._visits: list[NDArray[np.void]] = []
        self._extras: list[NDArray[np.float64]] = []
        self._series = {name: np.zeros(len(self._days)) for name in self.daily[1:]}
        self._played = self._days.start
        self._rows_by_day: dict[int, list[NDArray[np.int64]]] = {}
        self._seen = 0
        if self._learning.active:
            self._demand = YearDemand(stage.setup, stage.rules, replication)
            self._counts = self._demand.counts
            self._run_in()
        else:
            self._take(placed or place_year(stage, replication))
        reporters = {name: _reporter(name) for name in self.daily}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def _take(self, placed: PlacedYear) -> None:
        """Take a year's visits; nothing will change them but the points."""
        self._table, self._counts = placed.visits, placed.counts
        span = self.setup.season.span
        self._starts = np.searchsorted(self._table["day"], np.arange(span.n_days + 1) + span.first)

    def _run_in(self) -> None:
        """Place and play the days before the year, so that people begin it with what they remember."""
        for position in range(self._days.start):
            self._live(position)
        self._learning.end_run_in(self._demand)

    def step(self) -> None:
        """Simulate one day: people decide, the points serve, and what happened acts from tomorrow on.

        Where no feedback is switched on days do not depend on each other, and the queues of a month are
        played in one go when its first day comes.
        """
        position = self._days[self.steps - 1]
        if self._learning.active:
            self._keep(position, *self._live(position))
        elif position >= self._played:
            self._play_block(position, min(position + _BLOCK, self._days.stop))
        self.datacollector.collect(self)
        self.running = self.steps < len(self._days)

    def _play_block(self, first: int, last: int) -> None:
        """Play the queues of the days `first` .. `last` - 1, whose visits are all known."""
        starts = self._starts[first : last + 1]
        visits = self._table[starts[0] : starts[-1]]
        self._keep(first, visits, self._play(visits, starts - starts[0], first))

    def _keep(self, first: int, visits: NDArray[np.void], extras: NDArray[np.float64]) -> None:
        """Keep the records of some days and note their daily figures."""
        self._visits.append(visits)
        self._extras.append(extras)
        days = range(first - self._days.start, first - self._days.start + len(extras))
        for name, values in self._figures(visits, days).items():
            self._series[name][days.start : days.stop] = values
        self._played = first + len(extras)

    def _figures(self, visits: NDArray[np.void], days: range) -> dict[str, NDArray[np.float64]]:
        """Return the daily figures of some days of the year."""
        came = visits[(visits["no_show"] == 0) & (visits["outcome"] != Outcome.VOID)]
        day = came["day"] - days.start
        began = np.isfinite(came["start"])
        outcome = came["outcome"]
        gave_up = (
            (outcome == Outcome.RENEGED) | (outcome == Outcome.BALKED) | (outcome == Outcome.TURNED_AWAY)
        )

        def total(weights: NDArray[Any], of: NDArray[np.int64] = day) -> NDArray[np.float64]:
            return np.bincount(of, weights=weights, minlength=len(days)).astype(float)

        n_began = total(began)
        waits = total(waits_of(came[began]), day[began])
        dwellers = self.setup.people.n - self.setup.people.n_residents
        presence = self.setup.season.presence[self._days.start :][days.start : days.stop]
        return {
            "visits": total(np.ones(len(came))),
            "served": total(outcome == Outcome.SERVED),
            "gave_up": total(gave_up),
            "mean_wait": np.divide(waits, n_began, out=np.full(len(days), np.nan), where=n_began > 0),
            "cottage_dwellers_present": np.rint(presence * dwellers),
        }

    def _live(self, position: int) -> tuple[NDArray[np.void], NDArray[np.float64]]:
        """Place a day's needs, play its visits and let them act on the days to come."""
        self._demand.place(position, position + 1, self._learning.due(position))
        self._sort_in()
        parts = self._rows_by_day.pop(position, [])
        rows = np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
        visits = self._demand.take(rows)
        extras = self._play(visits, np.array([0, len(visits)]), position)
        self._learning.observe(visits, self._demand, position)
        return visits, extras

    def _sort_in(self) -> None:
        """Note on which day each newly placed visit is due."""
        days = self._demand.due(self._seen)
        rows = np.arange(self._seen, self._demand.placed)
        for day in np.unique(days):
            self._rows_by_day.setdefault(int(day), []).append(rows[days == day])
        self._seen = self._demand.placed

    def today(self, name: str) -> Any:
        """Return one of the `daily` figures of the day simulated last."""
        if name == "date":
            return self.setup.season.span.dates[self._days[self.steps - 1]]
        return float(self._series[name][self.steps - 1])

    @property
    def agents(self) -> PeopleSet:
        """All people, as views."""
        return PeopleSet.of_rows(self, np.arange(self.setup.people.n), self.random)

    @property
    def agents_by_type(self) -> dict[type, PeopleSet]:
        """People by class."""
        n = self.setup.people.n_residents
        return {
            Resident: PeopleSet.of_rows(self, np.arange(n), self.random),
            CottageDweller: PeopleSet.of_rows(self, np.arange(n, self.setup.people.n), self.random),
        }

    @property
    def agent_types(self) -> list[type]:
        """Classes of people."""
        return [Resident, CottageDweller]

    def run(self) -> YearRecords:
        """Simulate the days that are left and return the year's records."""
        while self.running:
            self.step()
        return self.records()

    def records(self) -> YearRecords:
        """Return what the days simulated so far have left behind."""
        days = self._days[: self.steps]
        visits = np.concatenate(self._visits) if self._visits else np.zeros(0, VISIT)
        extras = np.concatenate(self._extras) if self._extras else np.zeros((0, len(self._setting.skills), 2))
        inside = visits[(visits["day"] < len(days)) & (visits["outcome"] != Outcome.VOID)]
        return gather(self.setup, self._setting, days, (inside, extras[: len(days)]), self._counts)


def simulate(scenario: Scenario, replication: int, engine: str) -> YearRecords:
    """Return the records of one replication of a scenario."""
    return VisitModel(scenario, replication, engine).run()


def _reporter(name: str) -> Callable[[VisitModel], Any]:
    return lambda model: model.today(name)


def _columns(setup: Setup) -> dict[str, NDArray[Any]]:
    """Return the population by attribute name, read-only."""
    people = setup.people
    columns: dict[str, NDArray[Any]] = {
        **vars(people),
        "capable": setup.capable,
        "accepts_video": setup.accepts,
    }
    for name, values in columns.items():
        columns[name] = values.view()
        columns[name].flags.writeable = False
    return columns


__all__ = [
    "PlacedYear",
    "Stage",
    "VisitModel",
    "place_year",
    "simulate",
    "stage_of",
]
