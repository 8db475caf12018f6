"""The region's year written as the tutorials of Mesa and SimPy teach it: the yardstick for speed.

One agent object a person, stepped every day; one SimPy process a visit; one resource an authority at a point.
It knows fewer rules than the simulator: no breaks, no shared officials, rooms or stations, no bookings.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import log, sqrt
from typing import Any, NamedTuple

import mesa
import simpy
from simpy.events import ProcessGenerator


class Counter(NamedTuple):
    """An authority at a point: officials, hours [min], and what its visits are like."""

    officials: int
    opens: float
    closes: float
    visits: int  #: in a year
    service_time: float  #: mean [min]


class Person(mesa.Agent):
    """Somebody who may need an authority on any day."""

    def __init__(self, model: Region, need: float) -> None:
        super().__init__(model)
        self.need = need

    def step(self) -> None:
        """Perhaps need to go somewhere."""
        if self.random.random() < self.need:
            self.model.needs.append(self)


class Region(mesa.Model):
    """People and counters; a step is a day.

    Parameters
    ----------
    n_people
        Agents.
    counters
        Authorities at points.
    open_days
        For each day of the year whether the points are open; needs of closed days wait for the next open one.
    patience
        Mean patience, exponential [min].
    """

    def __init__(
        self, n_people: int, counters: Sequence[Counter], open_days: Sequence[bool], patience: float
    ) -> None:
        super().__init__(rng=1)
        self.counters = counters
        self.open_days = open_days
        self.patience = patience
        self.weights = list(accumulate(counter.visits for counter in counters))
        self.needs: list[Person] = []
        self.waits: list[float] = []
        self.served = 0
        Person.create_agents(self, n_people, self.weights[-1] / len(open_days) / n_people)
        self.datacollector = mesa.DataCollector({"visits": lambda m: len(m.waits), "mean_wait": mean_wait})

    def step(self) -> None:
        """Let everybody live a day, then let the points serve those who came."""
        self.waits = []
        self.agents.shuffle_do("step")
        if self.open_days[int(self.steps) - 1]:
            self.serve()
        self.datacollector.collect(self)

    def serve(self) -> None:
        """Play the day at the points."""
        self.env = simpy.Environment()
        desks = [simpy.Resource(self.env, counter.officials) for counter in self.counters]
        for _ in self.needs:
            (number,) = self.random.choices(range(len(desks)), cum_weights=self.weights)
            self.env.process(self.visit(self.counters[number], desks[number]))
        self.needs = []
        self.env.run()

    def visit(self, counter: Counter, desk: simpy.Resource) -> ProcessGenerator:
        """Arrive, wait for an official no longer than patience lasts, and be served."""
        arrival = self.random.uniform(counter.opens, counter.closes)
        yield self.env.timeout(arrival)
        with desk.request() as request:
            came = yield request | self.env.timeout(self.random.expovariate(1 / self.patience))
            self.waits.append(self.env.now - arrival)
            if request in came:
                yield self.env.timeout(self.lognormal(counter.service_time, 0.8))
                self.served += 1

    def lognormal(self, mean: float, cv: float) -> float:
        """Return a lognormal number."""
        variance = log(1 + cv**2)
        return self.random.lognormvariate(log(mean) - variance / 2, sqrt(variance))


def mean_wait(region: Any) -> float:
    """Return the mean time in the queue of a day [min]."""
    return sum(region.waits) / len(region.waits) if region.waits else 0.0
