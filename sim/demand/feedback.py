"""What one day teaches the next: remembered waits, people who come back, and learning by guided sessions.

Each part has its switch and acts from the next day on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.kernel import MAX_ATTEMPTS, NEED, Memory
from sim.demand.setup import Setup
from sim.demand.year import YearDemand
from sim.streams import stream_key, uniform
from sim.visits import NeedChannel, Outcome, Relation

#: Persons (N,) and points (P,) whose remembered waits are carried over.
Known = tuple[NDArray[np.bool_], NDArray[np.bool_]]

_GAVE_UP = (Outcome.RENEGED, Outcome.BALKED, Outcome.TURNED_AWAY)


@dataclass(frozen=True)
class Carried:
    """What people remember from one year to the next.

    Attributes
    ----------
    ids
        (N,) persons, ascending within each kind.
    points
        Names of the points whose waits are remembered.
    memory
        By row of `ids`.
    """

    ids: NDArray[np.int64]
    points: tuple[str, ...]
    memory: Memory

    def lay(self, memory: Memory, setup: Setup) -> Known:
        """Put what the persons of a new year remember into its memory; return what is known of it."""
        _, old, new = np.intersect1d(self.ids, setup.people.id, return_indices=True)
        memory.had_remote[new] = self.memory.had_remote[old]
        memory.learned[new] = self.memory.learned[old]
        points = setup.site.network.points
        known = np.zeros(setup.people.n, bool), np.isin(points, self.points)
        if len(memory.remembered):
            known[0][new] = True
            for at in np.flatnonzero(known[1]):
                waits = self.memory.remembered[old, self.points.index(points[at])]
                memory.remembered[new, at] = waits
        return known


class Learning:
    """Feedback of a replication.

    Parameters
    ----------
    setup
        People and parameters; its scenario says which parts act.
    replication
        Number of the replication; with the scenario's seed and year it keys the draws.
    """

    def __init__(self, setup: Setup, replication: int) -> None:
        scenario = setup.scenario
        self.switches = scenario.feedback
        self._setup, self._params = setup, setup.params
        self._keys = {
            name: stream_key(scenario.run.seed, replication, scenario.stream(f"feedback {name}"))
            for name in ("returns", "delay", "learns")
        }
        self._capable = setup.capable
        self._working = setup.season.span.working_count()
        self._returns: dict[int, list[NDArray[np.void]]] = {}
        self._run_in_waits: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        self._known: Known | None = None

    @property
    def active(self) -> bool:
        """Whether any part is switched on."""
        return self.switches.remembered_wait or self.switches.returns or self.switches.learning

    def begin(self, demand: YearDemand, carried: Carried | None) -> None:
        """Begin the run-in with what people remember of the year before, if there was one."""
        if carried is not None:
            self._known = carried.lay(demand.memory, self._setup)

    def due(self, position: int) -> NDArray[np.void]:
        """Return the needs of people who come back on a day."""
        waiting = self._returns.pop(position, [])
        return np.concatenate(waiting) if waiting else np.zeros(0, NEED)

    def observe(self, visits: NDArray[np.void], demand: YearDemand, position: int) -> None:
        """Let the day's finished visits act on the days to come."""
        if self.switches.remembered_wait:
            self._remember(visits, demand, position)
        if self.switches.learning:
            self._learn(visits, demand, position)
        if self.switches.returns:
            tried = visits[np.isin(visits["outcome"], _GAVE_UP)]
            self._come_back(demand.needs_of(tried), tried, demand, position)
            self._come_back(demand.no_slot(), None, demand, position)

    def end_run_in(self, demand: YearDemand) -> None:
        """Set remembered waits to each point's mean of the run-in, but for those carried over."""
        if not self.switches.remembered_wait:
            return
        points = np.concatenate([part[0] for part in self._run_in_waits] or [np.zeros(0, np.int64)])
        waits = np.concatenate([part[1] for part in self._run_in_waits] or [np.zeros(0)])
        n_points = demand.memory.remembered.shape[1]
        number = np.bincount(points, minlength=n_points)
        total = np.bincount(points, weights=waits, minlength=n_points)
        means = np.divide(total, number, out=np.zeros(n_points), where=number > 0)
        remembered = demand.memory.remembered
        people, known = self._known or (np.zeros(len(remembered), bool), np.zeros(n_points, bool))
        remembered[~people] = means
        remembered[:, ~known] = means[~known]
        self._run_in_waits.clear()

    def _remember(self, visits: NDArray[np.void], demand: YearDemand, position: int) -> None:
        """Smooth each visitor's wait into the remembered wait at that point."""
        served = visits[np.isfinite(visits["start"]) & (visits["no_show"] == 0)]
        waits = _waits_of(served)
        if position < demand.first_year_day:
            self._run_in_waits.append((served["point"].astype(np.int64), waits))
            return
        weight = self._params["wait_memory"]
        table = demand.memory.remembered
        at = (served["row"], served["point"].astype(np.int64))
        table[at] = (1 - weight) * table[at] + weight * waits

    def _learn(self, visits: NDArray[np.void], demand: YearDemand, position: int) -> None:
        """Let guided sessions that were served teach.

        Where memory was carried over, the run-in stands for days that have taught already.
        """
        if self._known is not None and position < demand.first_year_day:
            return
        guided = visits[(visits["guided"] == 1) & (visits["outcome"] == Outcome.SERVED)]
        learns = uniform(self._keys["learns"], guided["id"]) < self._params["remote_learning"]
        demand.memory.learned[guided["row"][learns]] = 1

    def _come_back(
        self, needs: NDArray[np.void], visits: NDArray[np.void] | None, demand: YearDemand, position: int
    ) -> None:
        """Let people come back some days later, go online, or give up for good."""
        ids = needs["id"]
        again = uniform(self._keys["returns"], ids) < self._params["returns_later"]
        again &= needs["attempt"] < MAX_ATTEMPTS
        within = round(self._params["return_within"])
        ahead = 1 + np.floor(uniform(self._keys["delay"], ids) * within).astype(np.int64)
        days = np.searchsorted(self._working, self._working[position] + ahead + 1) - 1
        back = needs[again].copy()
        back["parent"] = back["id"]
        back["attempt"] += 1
        back["id"] = (back["id"] & ~np.int64(MAX_ATTEMPTS)) + back["attempt"]
        back["relation"], back["day"] = Relation.RETURN, days[again]
        for day in np.unique(back["day"]):
            if day < len(self._working) - 1:
                self._returns.setdefault(int(day), []).append(back[back["day"] == day])
        online = ~again & (needs["online"] == 1) & self._capable[needs["row"]]
        if visits is not None:
            demand.count(NeedChannel.ONLINE, visits[online])
            demand.count(NeedChannel.LOST, visits[~again & ~online])


def _waits_of(visits: NDArray[np.void]) -> NDArray[np.float64]:
    """Return the wait [min] of visits that began: from the latest of arrival, appointed time and opening."""
    opening = np.where(visits["ticket"] > visits["arrival"], visits["ticket"], -np.inf)
    base = np.fmax(np.fmax(visits["arrival"], visits["appointed"]), opening)
    return np.asarray(np.maximum(0.0, visits["start"] - base), np.float64)


__all__ = ["Carried", "Learning"]
