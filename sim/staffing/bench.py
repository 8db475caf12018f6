"""Plays many staffings of one scenario on the same visits: people, needs and luck stay, officials change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.arena import make_setting
from sim.config import Scenario
from sim.demand.setup import Setup, scenario_network
from sim.demand.year import YearDemand, make_rules
from sim.network import Network
from sim.network.roster import OFF, ROSTERED
from sim.network.rows import RosterRow, roster_rows
from sim.queues.compiled_engine import CompiledEngine
from sim.staffing.option import with_counts
from sim.stage import stage_of
from sim.visits import Channel, NeedChannel, Outcome

#: Demands that are kept for each replication: those of the diaries that were used last.
_KEPT = 2


@dataclass(frozen=True)
class PlayedYear:
    """A year that was played with some staffing.

    Attributes
    ----------
    visits
        `VISIT` rows of the year without those that never came about.
    no_slot
        (A,) booked needs of the year that found no slot.
    """

    visits: NDArray[np.void]
    no_slot: NDArray[np.int64]


@dataclass(frozen=True)
class _Demand:
    visits: NDArray[np.void]
    starts: NDArray[np.int64]
    no_slot: NDArray[np.int64]


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

    Attributes
    ----------
    rows
        Roster rows of the scenario.
    setup
        People, needs and network; the network holds `most` officials.

    Notes
    -----
    The officials of an option are the first of each row, so that the same person has the same absences and
    breaks in every option. Visits are placed anew only where the diaries or the staffed services differ.
    The records equal those of `sim.model.simulate` for the scenario with the same counts and places.
    """

    def __init__(self, scenario: Scenario, most: Sequence[int] | None = None, *, ample: bool = True) -> None:
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
        self._demands: dict[int, dict[tuple[int, ...], _Demand]] = {}

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
        demand = self._demand(setup, counts, replication)
        setting = make_setting(setup, (setup.scenario.run.seed, replication))
        visits = demand.visits.copy()
        first = setup.season.span.year_slice.start
        CompiledEngine(setting).run_days(visits, demand.starts - demand.starts[0], first)
        return PlayedYear(visits[visits["outcome"] != Outcome.VOID], demand.no_slot)

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

    def _demand(self, setup: Setup, counts: Sequence[int], replication: int) -> _Demand:
        """Return the year's visits, kept from an option with the same diaries where there was one."""
        key = tuple(
            value
            for row, n in zip(self.rows, counts, strict=True)
            for value in (row.diary_for(n), int(n > 0))
        )
        kept = self._demands.setdefault(replication, {})
        if key not in kept:
            kept[key] = _placed(setup, replication)
        kept[key] = kept.pop(key)
        while len(kept) > _KEPT:
            kept.pop(next(iter(kept)))
        return kept[key]


def _placed(setup: Setup, replication: int) -> _Demand:
    """Return the visits due in the year; the run-in fills the diaries and is left out."""
    span = setup.season.span
    demand = YearDemand(setup, make_rules(setup), replication)
    demand.place(0, span.n_days)
    days = np.arange(span.year_slice.start, span.year_slice.stop + 1)
    due = demand.due()
    rows = np.flatnonzero((due >= days[0]) & (due < days[-1]))
    visits = demand.take(rows)
    starts = np.searchsorted(visits["day"], days + span.first)
    no_slot = demand.counts[NeedChannel.NO_SLOT].sum(axis=(1, 2, 3, 4))
    return _Demand(visits, starts, no_slot)


def served_cells(network: Network, official: int) -> list[tuple[int, int]]:
    """Return the (point, authority) pairs of the region that an official serves at a counter or by video."""
    doors = network.doors
    able = network.roster.able[official][doors.service]
    own = able & (doors.channel != Channel.SELF_SERVICE) & ~network.outside[doors.point]
    cells = zip(doors.point[own].tolist(), doors.authority[own].tolist(), strict=True)
    return list(dict.fromkeys(cells))


def hours_a_year(bench: Bench) -> NDArray[np.float64]:
    """Return (n_rows,) rostered hours a year of one official of each row, breaks left out."""
    network, span = bench.setup.site.network, bench.setup.season.span
    spans = np.where(np.isfinite(network.shifts), network.shifts, 0.0)
    minutes = (spans[..., 1] - spans[..., 0]).sum(axis=-1)[network.day_type]
    rostered = network.roster.duty == ROSTERED
    per_official = (minutes * rostered)[span.year_slice].sum(axis=0) / 60.0
    hours = np.zeros(len(bench.rows))
    np.maximum.at(hours, bench.row_of, per_official)
    return hours
