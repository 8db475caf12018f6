"""Plays many staffings of one scenario on the same visits: people, needs and luck stay, officials change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from sim.arena import make_setting
from sim.config import Scenario
from sim.demand.rules import DemandRules, make_rules
from sim.demand.setup import Setup, scenario_network
from sim.demand.year import YearDemand
from sim.network import Network
from sim.network.roster import OFF, ROSTERED
from sim.network.rows import RosterRow, roster_rows
from sim.outcomes.columns import month_of_day
from sim.queues.compiled_engine import CompiledEngine
from sim.staffing.option import with_counts
from sim.stage import stage_of
from sim.visits import Channel, NeedChannel, Outcome

#: Placed years that are kept: those that were used last.
_KEPT = 12
#: Staffings whose tables of demand are kept.
_RULES = 4


@dataclass(frozen=True)
class PlayedYear:
    """A year that was played with some staffing.

    Attributes
    ----------
    visits
        `VISIT` rows of the year, or of the month that is judged, without those that never came about.
    no_slot
        (A,) booked needs that found no slot.
    """

    visits: NDArray[np.void]
    no_slot: NDArray[np.int64]


@dataclass(frozen=True)
class Placed:
    """Visits not yet played: rows by day, (D + 1,) starts of the days, (A,) needs without a slot.

    `first` is the position of the first day. It lies before those that are judged if a session of such a day
    may fail whose next attempt is due on one of them.
    """

    visits: NDArray[np.void]
    starts: NDArray[np.int64]
    no_slot: NDArray[np.int64]
    first: int


class Bench:
    """Plays counts of officials on the visits of a scenario.

    Parameters
    ----------
    scenario
        Without feedback: what happens at the points must not change who comes.
    most
        Most officials of each roster row that will ever be asked for; default: the scenario's counts.
    ample
        Whether each point has a place of every kind for every official, so that places never bind.
    month
        Month that alone is played and judged, 0-11; None: the year.
    kept
        Placed years to keep.

    Attributes
    ----------
    rows
        Roster rows of the scenario.
    setup
        People, needs and network; the network holds `most` officials.
    days
        Days of the span that are played.

    Notes
    -----
    The officials of an option are the first of each row, so that the same person has the same absences and
    breaks in every option. Visits are placed anew only where the diaries or the staffed services differ.
    The records equal those of `sim.model.simulate` for the scenario with the same counts and places.
    """

    def __init__(
        self,
        scenario: Scenario,
        most: Sequence[int] | None = None,
        *,
        ample: bool = True,
        month: int | None = None,
        kept: int = _KEPT,
    ) -> None:
        base = stage_of(scenario).setup
        self.rows: tuple[RosterRow, ...] = roster_rows(scenario, base.region)
        self.most = tuple(most) if most is not None else tuple(row.count for row in self.rows)
        wide = with_counts(scenario, self.rows, self.most)
        network = scenario_network(wide, base.region, base.season.span)
        if ample:
            extra = np.where(network.outside, 0, sum(self.most))[:, None]
            network = replace(network, places=network.places + extra)
        self.setup = replace(base, site=replace(base.site, network=network))
        number = {row.name: index for index, row in enumerate(self.rows)}
        names = network.roster.names
        self.row_of = np.array([number[name.row] for name in names], np.int64)
        self._nth = np.array([name.number for name in names], np.int64)
        self.days = _days(self.setup, month)
        self._month = slice(month, None if month is None else month + 1)
        self._placed: OrderedDict[tuple[int, ...], Placed] = OrderedDict()
        self._rules: OrderedDict[tuple[int, ...], DemandRules] = OrderedDict()
        self._kept, self._lock = kept, Lock()

    @property
    def part(self) -> float:
        """Share of the year that is played."""
        year = self.setup.season.span.year_slice
        return float(self.days.stop - self.days.start) / float(year.stop - year.start)

    def set_aside(self, planned: Sequence[int | None]) -> None:
        """Plan how many officials of each row are set aside for bookings from now on."""
        self.rows = tuple(replace(row, planned=n) for row, n in zip(self.rows, planned, strict=True))

    def play(self, counts: Sequence[int], replication: int) -> PlayedYear:
        """Return the year of a replication with `counts` officials in the rows.

        Raises
        ------
        ValueError
            If a count exceeds the most that the bench was made for.
        """
        if any(count > most for count, most in zip(counts, self.most, strict=True)):
            raise ValueError("more officials than the bench has")
        setup = self._staffed(counts)
        placed = self.place(counts, replication)
        setting = make_setting(setup, (setup.scenario.run.seed, replication))
        visits = placed.visits.copy()
        CompiledEngine(setting).run_days(visits, placed.starts, placed.first)
        judged = visits[placed.starts[self.days.start - placed.first] :]
        judged = judged[judged["outcome"] != Outcome.VOID]
        judged["later"] = 0  # rows have moved
        return PlayedYear(judged, placed.no_slot)

    def play_all(self, counts: Sequence[int], replications: Iterable[int], workers: int) -> list[PlayedYear]:
        """Return the years of several replications, played in threads (the engine releases Python's lock)."""
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(lambda replication: self.play(counts, replication), replications))

    def _staffed(self, counts: Sequence[int]) -> Setup:
        """Return the set-up in which only the first officials of each row are at work."""
        network = self.setup.site.network
        limit = np.array(counts, np.int64)[self.row_of]
        diary = np.array([row.diary_for(n) for row, n in zip(self.rows, counts, strict=True)], np.int64)
        here = self._nth <= limit
        roster = replace(
            network.roster,
            duty=np.where(here[None, :], network.roster.duty, OFF).astype(np.int8),
            diary=here & (self._nth <= diary[self.row_of]),
        )
        site = replace(self.setup.site, network=replace(network, roster=roster))
        return replace(self.setup, site=site)

    def place(self, counts: Sequence[int], replication: int) -> Placed:
        """Return the visits of a replication, those of an option with the same diaries if kept."""
        diaries = [row.diary_for(n) for row, n in zip(self.rows, counts, strict=True)]
        key = (replication, *diaries, *(int(n > 0) for n in counts))
        with self._lock:
            known = self._placed.get(key)
            rules = self._rules.get(key[1:])
        if known is None:
            setup = self._staffed(counts)
            rules = rules or make_rules(setup)
            known = self._place(setup, rules, replication)
        with self._lock:
            _keep(self._placed, key, known, self._kept)
            if rules is not None:
                _keep(self._rules, key[1:], rules, _RULES)
        return known

    def _place(self, setup: Setup, rules: DemandRules, replication: int) -> Placed:
        """Place the visits due on the days played; the run-in only fills the diaries."""
        span = setup.season.span
        demand = YearDemand(setup, rules, replication)
        demand.place(0, span.n_days)
        first = demand.first_that_decides(self.days.start)
        taken = demand.take(demand.due_within(first, self.days.stop))
        starts = taken.starts[first : self.days.stop + 1]
        no_slot = demand.counts[NeedChannel.NO_SLOT][:, self._month].sum(axis=(1, 2, 3, 4))
        return Placed(taken.visits, starts, no_slot, first)


def _keep[K, V](known: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """Keep a value as the one used last, and no more than `most` of them."""
    known[key] = value
    known.move_to_end(key)
    while len(known) > most:
        known.popitem(last=False)


def _days(setup: Setup, month: int | None) -> slice:
    """Return the days of the span that belong to a month of the year, or to the year."""
    year = setup.season.span.year_slice
    if month is None:
        return year
    mine = np.flatnonzero(month_of_day(setup.season.span.year) == month)
    return slice(year.start + int(mine[0]), year.start + int(mine[-1]) + 1)


def served_cells(network: Network, official: int) -> list[tuple[int, int]]:
    """Return the (point, authority) pairs of the region that an official serves at a counter or by video."""
    doors = network.doors
    able = network.roster.able[official][doors.service]
    own = able & (doors.channel != Channel.SELF_SERVICE) & ~network.outside[doors.point]
    cells = zip(doors.point[own].tolist(), doors.authority[own].tolist(), strict=True)
    return list(dict.fromkeys(cells))


def hours_played(bench: Bench) -> NDArray[np.float64]:
    """Return (n_rows,) rostered hours of one official of each row on the days played, breaks left out."""
    network = bench.setup.site.network
    spans = np.where(np.isfinite(network.shifts), network.shifts, 0.0)
    minutes = (spans[..., 1] - spans[..., 0]).sum(axis=-1)[network.day_type]
    rostered = network.roster.duty == ROSTERED
    per_official = (minutes * rostered)[bench.days].sum(axis=0) / 60.0
    hours = np.zeros(len(bench.rows))
    np.maximum.at(hours, bench.row_of, per_official)
    return hours
