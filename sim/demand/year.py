"""One replication's demand: the needs of the year drawn, and placed day by day as visits."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.kernel import (
    GUIDES,
    ITEM,
    MAX_OPTIONS,
    NEED,
    PLACED,
    ROWS_PER_NEED,
    SIFTED,
    TRIED_AGAIN,
    Bench,
    DrawScratch,
    FinishScratch,
    Keys,
    Memory,
    NeedRules,
    by_day,
    draw_needs,
    finish_visits,
    list_by_day,
    place_days,
)
from sim.demand.needs import with_luck
from sim.demand.room import ROOMS
from sim.demand.rules import DemandRules
from sim.demand.setup import Setup
from sim.streams import stream_key
from sim.threads import cut, side_by_side
from sim.visits import VISIT, NeedChannel, Outcome

#: Rows reserved beyond the expected number, as a share and at least.
_SPARE, _SPARE_ROWS = 0.3, 4096
_KINDS = 2
#: Fewer people to draw for, or visits to finish, are not worth a thread.
_PEOPLE_A_THREAD, _VISITS_A_THREAD = 20_000, 10_000
_ROW = np.dtype(np.int64)


class Taken(NamedTuple):
    """Finished visits of some days, to be played.

    Attributes
    ----------
    visits
        `VISIT` rows by due day and id, follow-ups linked within their day. A next attempt is linked if it is
        among them.
    rows
        The rows of the table of placed visits that they come from, ascending.
    again
        Places in `rows` of sessions bound to fail whose next attempt is the next row of the table.
    scratch
        Where they went, see `stand`.
    """

    visits: NDArray[np.void]
    rows: NDArray[np.int64]
    again: NDArray[np.int64]
    scratch: FinishScratch

    def stand(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where in `visits` those stand that come from some places in `rows`."""
        return self.scratch.start[self.scratch.day[at]] + self.scratch.place[at]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where in `visits` the days of the span begin, and the end."""
        return self.scratch.start[:-1]


class YearDemand:
    """The demand of one replication.

    Parameters
    ----------
    setup, rules
        What all replications share.
    replication
        Number of the replication; part of every stream's key but those of the people.

    Attributes
    ----------
    counts
        (n_need_channels, A, 12, n_ages, n_municipalities, 2) what became of the needs of the year so far.
    memory
        What persons remember.
    """

    def __init__(self, setup: Setup, rules: DemandRules, replication: int) -> None:
        self._setup, self._rules = setup, rules
        self._keys = make_keys(setup.scenario, replication)
        self._need_rules = with_luck(setup, rules.needs, replication)
        span = setup.season.span
        self._span = span
        index = setup.land.index
        shape = (
            len(NeedChannel),
            len(index.authorities),
            12,
            len(index.age_groups),
            len(index.municipalities),
            _KINDS,
        )
        self.counts = np.zeros(shape, np.int64)
        self.memory = make_memory(setup)
        self._needs, self._order, self._start = self._draw()
        self._bench = self._make_bench()
        self._n = 0
        self._struck: set[int] = set()
        self._due = np.zeros(0, np.int16)

    def _make_bench(self) -> Bench:
        """Return what placing works on: rules, memory, room for visits, scratch."""
        busiest = int(np.diff(self._start).max(initial=0))
        room = int(len(self._order) * (1 + _SPARE)) + busiest * ROWS_PER_NEED
        keeps = busiest * 2 if self._setup.scenario.feedback.returns else 0
        return Bench(
            keys=self._keys,
            persons=self._rules.persons,
            needs=self._need_rules,
            places=self._rules.places,
            marks=self._rules.marks,
            diary=self._rules.diary.blank(self._span.n_days),
            memory=self.memory,
            counts=self.counts,
            visits=ROOMS.empty(room, PLACED),
            doors=np.empty(MAX_OPTIONS, np.int64),
            days=np.empty(MAX_OPTIONS, np.int64),
            weights=np.empty(MAX_OPTIONS),
            second=np.zeros(1, NEED),
            kept=np.zeros(keeps, NEED),
            n_kept=np.zeros(1, np.int64),
        )

    def _draw(self) -> tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64]]:
        """Return a table of needs, their rows in order of day and id, and the starts of the days."""
        room = _SPARE_ROWS + int(self._setup.expected.visits.sum() * 2)
        while (drawn := self._drawn(room)) is None:
            room *= 2
        needs, parts = drawn
        return needs, *_sort_by_day(needs, parts, self._span.n_days)

    def _drawn(self, room: int) -> tuple[NDArray[np.void], NDArray[np.int64]] | None:
        """Return a table with the needs by id and the parts of it that hold them, and count the others.

        Those end online. There is none if the room is too small. See `by_day` for the parts.
        """
        rules, n_people = self._need_rules, len(self._rules.persons.id)
        tables = (self._keys, self._rules.persons, rules)
        needs = ROOMS.empty(room, NEED)
        stretches = cut(np.arange(n_people + 1), _PEOPLE_A_THREAD)
        rooms = np.array_split(needs, len(stretches))
        online = [np.zeros_like(self.counts[0]) for _ in stretches]
        found = side_by_side(
            [
                partial(draw_needs, tables, _draw_scratch(rules), rows, ended, part)
                for rows, ended, part in zip(stretches, online, rooms, strict=True)
            ]
        )
        if min(found) < 0:
            return None
        for ended in online:
            self.counts[NeedChannel.ONLINE] += ended
        first = np.cumsum([0, *map(len, rooms[:-1])])
        return needs, np.stack([first, first + found], axis=1)

    def place(self, first: int, last: int, extra: NDArray[np.void] | None = None) -> None:
        """Place the needs of the days `first` .. `last` - 1 (positions in the span), day by day.

        Parameters
        ----------
        extra
            Needs besides those drawn, such as returns, all of day `first`.
        """
        needs, plan = self._needs, (self._order, self._start)
        if extra is not None and len(extra):
            needs, plan = _with_extra(needs, plan, first, extra)
        while True:
            self._n, first = place_days(self._bench, needs, plan, first, last, self._n)
            if first == last:
                return
            self._grow(int(plan[1][first + 1] - plan[1][first]))

    def _grow(self, n_needs: int) -> None:
        """Make room for `n_needs` more needs, and double the table at least."""
        visits = self._bench.visits
        more = max(len(visits), n_needs * ROWS_PER_NEED)
        self._bench = self._bench._replace(visits=np.concatenate([visits, np.empty(more, PLACED)]))

    def needs_of(self, visits: NDArray[np.void]) -> NDArray[np.void]:
        """Return the needs behind visits."""
        needs = np.zeros(len(visits), NEED)
        for field in set(NEED.names or ()) & set(VISIT.names or ()) - {"day"}:
            needs[field] = visits[field]
        persons, rows = self._rules.persons, visits["row"]
        needs["way"] = np.where(visits["origin"] == 1, persons.cottage[rows], persons.home[rows])
        return needs

    def no_slot(self) -> NDArray[np.void]:
        """Return the needs that found no slot since the last call, when returns are switched on."""
        found: NDArray[np.void] = self._bench.kept[: self._bench.n_kept[0]].copy()
        self._bench.n_kept[0] = 0
        return found

    def strike_out(self, taken: Taken) -> None:
        """Strike out the next attempts after sessions that were bound to fail and, now played, did not."""
        spared = taken.visits["outcome"][taken.stand(taken.again)] != Outcome.REMOTE_FAILED
        self._struck.update((taken.rows[taken.again[spared]] + 1).tolist())

    def void(self, taken: Taken) -> None:
        """Void those of some visits still to be played that are struck out."""
        if self._struck:
            struck = np.flatnonzero(np.isin(taken.rows, list(self._struck)))
            taken.visits["outcome"][taken.stand(struck)] = Outcome.VOID

    def first_that_decides(self, day: int) -> int:
        """Return the first day to play so that it is known which visits of `day` and later come about.

        Days are positions in the span. No session before the one returned has a next attempt from it on.
        """
        bound, due = np.flatnonzero(self._bench.visits["fails"][: self._n] == TRIED_AGAIN), self.due()
        before, after = due[bound], due[bound + 1]
        while (first := int(before[after >= day].min(initial=day))) < day:
            day = first
        return day

    @property
    def first_year_day(self) -> int:
        """Position of 1 January."""
        return -self._span.first

    @property
    def likely(self) -> int:
        """Rows that the visits of the year will hardly exceed."""
        return len(self._bench.visits)

    @property
    def placed(self) -> int:
        """Number of rows placed so far."""
        return self._n

    def due(self, first: int = 0, last: int | None = None) -> NDArray[np.int16]:
        """Return the positions of the days on which the rows `first` .. `last` - 1 are due."""
        found: NDArray[np.int16] = self._bench.visits["day"][first : self._n if last is None else last]
        return found

    def due_within(self, first: int, last: int) -> NDArray[np.int64]:
        """Return the rows due on the days `first` .. `last` - 1 (positions in the span)."""
        # In an array of its own: the days in the table are a line of the cache apart.
        due = self._due = np.concatenate([self._due, self.due(len(self._due))])
        return np.flatnonzero((due >= first) & (due < last))

    def take(self, rows: NDArray[np.int64], room: NDArray[np.void] | None = None) -> Taken:
        """Return finished visits.

        Parameters
        ----------
        rows
            Ascending rows; whole days of them.
        room
            (n,) `VISIT` rows to write them to.
        """
        n = len(rows)
        done = ROOMS.empty(n, VISIT) if room is None else room
        scratch = FinishScratch(
            start=np.zeros(self._span.n_days + 2, np.int64),
            day=ROOMS.empty(n, _ROW),
            item=ROOMS.empty(n, ITEM),
            place=ROOMS.empty(n, _ROW),
            tried_again=ROOMS.empty(n, _ROW),
        )
        n_again = list_by_day(self._bench.visits, rows, scratch)
        side_by_side(
            [
                partial(finish_visits, self._bench, rows, scratch, days, self._span.first, done)
                for days in cut(scratch.start[:-1], _VISITS_A_THREAD)
            ]
        )
        taken = Taken(done, rows, scratch.tried_again[:n_again], scratch)
        _link_attempts(taken)
        return taken

    def count(self, channel: NeedChannel, visits: NDArray[np.void]) -> None:
        """Count what became of the needs behind some visits, by the month they were due."""
        month = self._need_rules.month[visits["day"] - self._span.first]
        keep = visits[month >= 0]
        at = (keep["authority"], month[month >= 0], keep["age"], keep["municipality"], keep["kind"])
        np.add.at(self.counts[channel], tuple(index.astype(np.int64) for index in at), 1)


def _link_attempts(taken: Taken) -> None:
    """Tell sessions bound to fail where their next attempt stands, if it is taken."""
    before = taken.again
    after = np.minimum(before + 1, len(taken.rows) - 1)  # as rows ascend
    known = taken.rows[after] == taken.rows[before] + 1
    here = taken.stand(before[known])
    taken.visits["later"][here] = taken.stand(after[known]) - here


def _draw_scratch(rules: NeedRules) -> DrawScratch:
    n_authorities = len(rules.coverage)
    n_pairs = SIFTED * n_authorities + 1
    return DrawScratch(
        np.empty(n_pairs, np.int64),
        np.empty(n_pairs, np.uint64),
        np.empty((n_authorities, _KINDS, GUIDES), np.uint16),
    )


def _sort_by_day(
    needs: NDArray[np.void], parts: NDArray[np.int64], n_days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of needs by day, stable, so by id within a day, and the (D + 1,) starts of the days."""
    n = int((parts[:, 1] - parts[:, 0]).sum())
    start, order = np.zeros(n_days + 2, np.int64), ROOMS.empty(n, _ROW)
    by_day(needs, parts, start, order)
    return order, start[:-1]


def _with_extra(
    needs: NDArray[np.void],
    plan: tuple[NDArray[np.int64], NDArray[np.int64]],
    day: int,
    extra: NDArray[np.void],
) -> tuple[NDArray[np.void], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the needs of a day together with `extra`, and a plan of that day by id."""
    order, start = plan
    merged = np.concatenate([needs[order[start[day] : start[day + 1]]], extra])
    alone = np.zeros(len(start), np.int64)
    alone[day + 1 :] = len(merged)
    return merged, (np.argsort(merged["id"], kind="stable"), alone)


def make_keys(scenario: Scenario, replication: int) -> Keys:
    """Return the keys of all streams of demand."""
    names = (scenario.stream(f"demand {name}") for name in Keys._fields)
    return Keys(*(stream_key(scenario.run.seed, replication, name) for name in names))


def make_memory(setup: Setup) -> Memory:
    """Return what persons remember before anything has happened."""
    n = setup.people.n
    points = len(setup.site.network.points)
    rows = n if setup.scenario.feedback.remembered_wait else 0
    return Memory(np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros((rows, points), np.float32))


__all__ = ["Taken", "YearDemand", "make_keys", "make_memory"]
