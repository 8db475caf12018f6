"""The model: one step is one day; the only place where people and queues meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.feedback import Carried
from sim.demand.setup import Setup
from sim.play import FIGURES, YearPlay
from sim.population.agents import Columns, CottageDweller, PeopleSet, Resident
from sim.stage import PlacedYear, stage_of
from sim.visits import YearRecords


class VisitModel(mesa.Model):
    """Visits to the service points of a region, in one year or in years that follow each other.

    Parameters
    ----------
    scenario
        What to simulate.
    replication
        Number of the replication, ≥ 0; with the scenario's seed it decides all luck.
    engine
        Queue engine, ``simpy`` or ``compiled``; default: the scenario's.
    placed
        The first year's visits if they are known already; the model finishes them in place. Not with
        feedback, under which they are not known beforehand.

    Attributes
    ----------
    columns
        The population, one value a person by attribute name; agents are views of its rows. With each new
        year of a trajectory people are a year older, some have left and others have come.
    year
        Calendar year of the day simulated last.
    datacollector
        Daily series: see `daily`.
    today
        The values of the daily series on the day simulated last.
    daily
        Names of the daily series: visits due, served, gave up, mean wait [min], cottage dwellers present.

    Notes
    -----
    A step is a calendar day. `model.time` counts days, on through all years; inside a day the only clock is
    the queue engine's, in minutes. The model draws nothing from Mesa's generators: every decision has a keyed
    stream.
    """

    daily = ("date", *FIGURES)

    def __init__(
        self,
        scenario: Scenario,
        replication: int = 0,
        engine: str | None = None,
        placed: PlacedYear | None = None,
    ) -> None:
        super().__init__(rng=replication)
        self.visit_scenario = scenario
        self._replication, self._engine = replication, engine or scenario.run.engine
        self._begin(scenario.year, placed)
        reporters = {name: _reporter(position) for position, name in enumerate(self.daily)}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def _begin(self, year: int, placed: PlacedYear | None = None, carried: Carried | None = None) -> None:
        """Begin a year: its people move in, its points open."""
        stage = stage_of(self.visit_scenario.in_year(year))
        self.year, self._day = year, -1
        self._play = YearPlay(stage, self._replication, self._engine, placed, carried)
        self.setup = stage.setup
        span = stage.setup.season.span
        self._dates = list(np.array(span.dates[span.year_slice], "datetime64[D]"))
        self.columns: Columns = MappingProxyType(_columns(stage.setup))

    @property
    def _at_year_end(self) -> bool:
        """Whether the day simulated last ended its year."""
        return self._day == len(self._play.days) - 1

    def step(self) -> None:
        """Simulate one day: people decide, the points serve, and what happened acts from tomorrow on.

        The first day of a further year takes its people over from the year before, with what they remember.
        """
        if self._at_year_end:
            self._begin(self.year + 1, carried=self._play.remembered())
        self._day += 1
        self._play.play(self._day)
        self.today = (self._dates[self._day], *self._play.figures(self._day))
        self.datacollector.collect(self)
        self.running = not self._at_year_end or self.year < self.visit_scenario.years[-1]

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
        """Simulate the days that are left and return the records of the last year."""
        while self.running:
            self.step()
        return self.records()

    def run_years(self) -> Iterator[YearRecords]:
        """Simulate the days that are left and yield the records of each year as it ends."""
        while self.running:
            self.step()
            if self._at_year_end:
                yield self.records()

    def records(self) -> YearRecords:
        """Return what the days of the year under way have left behind so far."""
        return self._play.records(self._day + 1)

    def leave(self) -> None:
        """Let go of the year's visits; the model cannot go on, what it collected stays.

        A Mesa model refers to itself, so that it stays in memory until the garbage is collected, and up to
        then each replication would keep a year of visits there.
        """
        del self._play


def simulate(scenario: Scenario, replication: int, engine: str) -> YearRecords:
    """Return the records of one replication of a scenario, of a trajectory those of its last year."""
    model = VisitModel(scenario, replication, engine)
    records = model.run()
    model.leave()
    return records


def _reporter(position: int) -> Callable[[VisitModel], Any]:
    return lambda model: model.today[position]


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


__all__ = ["VisitModel", "simulate"]
