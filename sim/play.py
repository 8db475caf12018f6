"""One simulated year under way: what its people do, its points play, and its records leave behind."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from sim.arena import gather, make_engine, make_setting
from sim.demand.feedback import Carried, Learning
from sim.demand.kernel import close_days
from sim.demand.year import YearDemand
from sim.feed import Block, Feed, KnownFeed, LiveFeed
from sim.stage import PlacedYear, Stage
from sim.visits import VISIT, YearRecords

#: Days played at once where days do not depend on each other: long enough to be worth the calls, short enough
#: that those to come are placed meanwhile.
_BLOCK = 46
#: Daily figures: visits due, served, gave up, mean wait [min], cottage dwellers present.
FIGURES = ("visits", "served", "gave_up", "mean_wait", "cottage_dwellers_present")


class YearPlay:
    """A year of a replication, played day by day.

    Parameters
    ----------
    stage
        The year's scenario made ready.
    replication
        Number of the replication.
    engine
        Queue engine, ``simpy`` or ``compiled``.
    placed
        The year's visits if they are known already; finished in place. Not with feedback, under which they
        are not known beforehand.
    carried
        What people remember of the year before, if there was one.

    Attributes
    ----------
    setup
        People and network of the year.
    days
        Positions of the year's days in its span.
    """

    def __init__(
        self,
        stage: Stage,
        replication: int,
        engine: str,
        placed: PlacedYear | None = None,
        carried: Carried | None = None,
    ) -> None:
        self.setup = stage.setup
        self._setting = make_setting(stage.setup, (stage.setup.scenario.run.seed, replication))
        self._play = make_engine(engine, self._setting)
        span = stage.setup.season.span
        self._learning = Learning(stage.setup, replication)
        self.days = range(span.year_slice.start, span.year_slice.stop)
        self._dwellers = stage.setup.people.n - stage.setup.people.n_residents
        self._visits: list[NDArray[np.void]] = []
        self._extras: list[NDArray[np.float64]] = []
        self._sums = np.zeros((len(self.days), 5))
        self._figures: list[tuple[float, ...]] = []
        self._kept_in: NDArray[np.void] | None = None
        self._kept = (0, 0)
        self._played = self.days.start
        self._rows_by_day: dict[int, list[NDArray[np.int64]]] = {}
        self._seen = 0
        if self._learning.active:
            self._demand = YearDemand(stage.setup, stage.rules, replication)
            self._run_in(carried)
        else:
            edges = [*self.days[::_BLOCK], self.days.stop]
            self._feed: Feed = KnownFeed(placed, edges) if placed else LiveFeed(stage, replication, edges)
            self._play_queues(self._feed.next())

    def _run_in(self, carried: Carried | None) -> None:
        """Place and play the days before the year, so that people begin it with what they remember."""
        self._learning.begin(self._demand, carried)
        for position in range(self.days.start):
            self._live(position)
        self._learning.end_run_in(self._demand)

    def play(self, day: int) -> None:
        """Play a day of the year, counted from 1 January = 0; days are played in turn.

        Where no feedback is switched on days hardly depend on each other, and the queues of some weeks are
        played in one go when their first day comes.
        """
        position = self.days[day]
        if self._learning.active:
            visits, extras = self._live(position)
            self._extras.append(extras)
            self._visits.append(visits[: close_days(visits, 0, 0, len(visits), self._sums)])
            self._note(position, position + 1)
        elif position >= self._played:
            self._play_block(self._feed.next())

    def figures(self, day: int) -> tuple[float, ...]:
        """Return the `FIGURES` of a day that has been played."""
        return self._figures[day]

    def remembered(self) -> Carried | None:
        """Return what people take into the next year; nothing where no feedback is switched on."""
        if not self._learning.active:
            return None
        return Carried(self.setup.people.id, self.setup.site.network.points, self._demand.memory)

    def records(self, n_days: int) -> YearRecords:
        """Return what the first `n_days` days of the year have left behind."""
        days = self.days[:n_days]
        if len(self._visits) == 1:
            visits = self._visits[0]
        else:
            visits = np.concatenate(self._visits) if self._visits else np.zeros(0, VISIT)
        extras = np.concatenate(self._extras) if self._extras else np.zeros((0, len(self._setting.skills), 2))
        inside = visits[: bisect_left(visits["day"], len(days))]  # which copies no column of the records
        return gather(self.setup, self._setting, days, (inside, extras[: len(days)]), self._counts())

    def _counts(self) -> NDArray[np.int64]:
        return self._demand.counts if self._learning.active else self._feed.counts()

    def _play_block(self, block: Block) -> None:
        """Play the queues of some days, whose visits are all known, and keep those that came about."""
        self._extras.append(self._play_queues(block))
        first, last = int(block.starts[0]), int(block.starts[-1])
        begin = to = first
        if block.table is self._kept_in:
            begin, to = self._kept
            self._visits.pop()
        self._kept_in, self._kept = block.table, (begin, close_days(block.table, to, first, last, self._sums))
        self._visits.append(block.table[slice(*self._kept)])
        self._played = block.first + len(block.starts) - 1
        self._note(block.first, self._played)

    def _note(self, first: int, last: int) -> None:
        """Note the figures of the days `first` .. `last` - 1, which have been played."""
        sums = self._sums[first - self.days.start : last - self.days.start]
        visits, served, gave_up, number, waited = sums.T
        wait = np.divide(waited, number, out=np.full(len(sums), np.nan), where=number > 0)
        present = np.rint(self.setup.season.presence[first:last] * self._dwellers)
        columns = (visits, served, gave_up, wait, present)
        self._figures += zip(*(column.tolist() for column in columns), strict=True)

    def _play_queues(self, block: Block) -> NDArray[np.float64]:
        """Play the queues of some days, which strike out visits of later ones; return officials' minutes."""
        starts = block.starts
        if len(starts) == 1:
            return np.zeros((0, len(self._setting.skills), 2))
        extras = self._play(block.table[starts[0] :], starts - starts[0], block.first)
        self._feed.played()
        return extras

    def _live(self, position: int) -> tuple[NDArray[np.void], NDArray[np.float64]]:
        """Place a day's needs, play its visits and let them act on the days to come."""
        self._demand.place(position, position + 1, self._learning.due(position))
        self._sort_in()
        parts = self._rows_by_day.pop(position, [])
        rows = np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
        taken = self._demand.take(rows)
        self._demand.void(taken)
        extras = self._play(taken.visits, np.array([0, len(rows)]), position)
        self._demand.strike_out(taken)
        self._learning.observe(taken.visits, self._demand, position)
        return taken.visits, extras

    def _sort_in(self) -> None:
        """Note on which day each newly placed visit is due."""
        days = self._demand.due(self._seen)
        rows = np.arange(self._seen, self._demand.placed)
        for day in np.unique(days):
            self._rows_by_day.setdefault(int(day), []).append(rows[days == day])
        self._seen = self._demand.placed


__all__ = ["FIGURES", "YearPlay"]
