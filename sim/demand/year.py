"""One replication's demand: the needs of the year drawn, and placed day by day as visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.choice import next_open
from sim.demand.days import day_factors
from sim.demand.diary import DiaryPlan, plan_diary
from sim.demand.kernel import (
    GUIDES,
    ITEM,
    MAX_OPTIONS,
    NEED,
    ROWS_PER_NEED,
    SIFTED,
    Bench,
    DrawScratch,
    FinishScratch,
    Keys,
    MarkRules,
    Memory,
    NeedRules,
    Persons,
    PlaceRules,
    by_day,
    draw_needs,
    finish_visits,
    place_days,
)
from sim.demand.room import ROOMS
from sim.demand.setup import Setup
from sim.demand.tables import arrival_shapes, mark_rules, place_kinds, slot_minutes
from sim.network.network import WALK_IN_MODES
from sim.streams import stream_key
from sim.visits import VISIT, NeedChannel

#: Rows reserved beyond the expected number, as a share and at least.
_SPARE, _SPARE_ROWS = 0.3, 4096
_KINDS = 2
_ROW = np.dtype(np.int64)


@dataclass(frozen=True)
class DemandRules:
    """The kernel's tables that all replications of a scenario share."""

    persons: Persons
    places: PlaceRules
    marks: MarkRules
    diary: DiaryPlan


def make_rules(setup: Setup) -> DemandRules:
    """Return the kernel's tables of a scenario."""
    params, network, index = setup.params, setup.site.network, setup.land.index
    kinds = place_kinds(setup.region)
    minutes = slot_minutes(params, index)
    diary = plan_diary(network, minutes, setup.rules.booked, kinds, params["slot_rounding"])
    marks = mark_rules(params, index, setup.events.service_times())
    return DemandRules(_persons(setup), _place_rules(setup, kinds), marks, diary)


def _persons(setup: Setup) -> Persons:
    people, origins = setup.people, setup.site.origins
    return Persons(
        people.id,
        people.kind,
        people.age_group.astype(np.int8),
        people.foreign.astype(np.int8),
        people.municipality.astype(np.int16),
        ((people.age_group * 2 + people.foreign) * 2 + people.kind).astype(np.int16),
        setup.capable.astype(np.uint8),
        setup.accepts.astype(np.uint8),
        origins.home,
        origins.cottage,
    )


def _place_rules(setup: Setup, kinds: NDArray[np.int64]) -> PlaceRules:
    site, span = setup.site, setup.season.span
    network, doors = site.network, site.network.doors
    working = span.working_count()
    shape, shape_at, shape_sum = arrival_shapes(setup.region, network, setup.land.index)
    staffed = (network.roster.duty > 0).astype(np.int64) @ network.roster.able.astype(np.int64) > 0
    feedback = setup.scenario.feedback
    return PlaceRules(
        doors=_doors_by_authority(setup),
        door_point=doors.point,
        door_channel=doors.channel,
        door_service=doors.service,
        serves=doors.serves.astype(np.uint8),
        next_walk=next_open(network.walk_in, working, site.sensitivity.horizon),
        next_any=next_open(network.bookable, working, None),
        open_any=network.bookable.astype(np.uint8),
        working=working,
        walk_windows=_walk_in_windows(setup),
        last_close=_last_closings(network.windows),
        day_type=network.day_type,
        staffed=staffed.astype(np.uint8),
        ways=site.origins.ways,
        area=site.origins.nearby.area[site.origins.municipality].astype(np.int16),
        column=site.origins.nearby.column,
        attraction=setup.attraction,
        delay_weight=site.sensitivity.by_delay(),
        outside=network.outside.astype(np.uint8),
        joint=network.joint.astype(np.uint8),
        guided=(doors.guidance >= 0).astype(np.uint8),
        matter_place=kinds,
        shape=shape,
        shape_at=shape_at,
        shape_sum=shape_sum,
        nearest=setup.scenario.demand.choice == "nearest",
        soonest=_days_on(working, site.sensitivity.lead),
        latest=_days_on(working, site.sensitivity.booking_horizon),
        remember=setup.params["choice_wait_sensitivity"] if feedback.remembered_wait else 0.0,
    )


def _days_on(working: NDArray[np.int64], ahead: int) -> NDArray[np.int64]:
    """Return (D,) the last day by which `ahead` working days have passed since each day, the end at most.

    Parameters
    ----------
    working
        (D + 1,) working days before each day.
    """
    last = len(working) - 2
    on = np.minimum(np.searchsorted(working, working[:-1] + ahead), last)
    return np.minimum(np.searchsorted(working, working[on], side="right") - 1, last)


def _doors_by_authority(setup: Setup) -> NDArray[np.int64]:
    """Return (n_areas, A, most + 1) doors considered by (point, channel), padded with -1."""
    doors, near = setup.site.network.doors, setup.site.origins.nearby
    n_authorities = len(setup.land.index.authorities)
    mine = [
        [np.flatnonzero((doors.authority == a) & (column[doors.point] >= 0)) for a in range(n_authorities)]
        for column in near.column
    ]
    most = max((len(found) for area in mine for found in area), default=0)
    table = np.full((len(mine), n_authorities, most + 1), -1, np.int64)
    for number, area in enumerate(mine):
        for authority, found in enumerate(area):
            table[number, authority, : len(found)] = found
    return table


def _walk_in_windows(setup: Setup) -> NDArray[np.float64]:
    """Return (T, J, W, 2) windows in which people come without an appointment, by day type, inf-padded."""
    network = setup.site.network
    n_types = int(network.day_type.max()) + 1
    firsts = [int(np.flatnonzero(network.day_type == t)[0]) for t in range(n_types)]
    windows = network.doors.windows
    widest = max((len(door[day]) for door in windows for day in firsts), default=0) + 2
    table = np.full((n_types, network.doors.n, widest, 2), np.inf)
    for t, day in enumerate(firsts):
        for j, door in enumerate(windows):
            mine = [window[:2] for window in door[day] if window[2] in WALK_IN_MODES]
            table[t, j, : len(mine)] = np.array(mine).reshape(-1, 2)
    return table


def _last_closings(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, J) last closing, -inf where a door stays shut."""
    return np.where(np.isfinite(windows[..., 1]), windows[..., 1], -np.inf).max(axis=-1)


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
        self._need_rules = need_rules(setup, replication)
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

    def _make_bench(self) -> Bench:
        """Return what placing works on: rules, memory, room for visits, scratch."""
        busiest = int(np.diff(self._start).max(initial=0))
        room = int(len(self._needs) * (1 + _SPARE)) + busiest * ROWS_PER_NEED
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
            visits=ROOMS.empty(room, VISIT),
            links=ROOMS.empty(room * 2, _ROW).reshape(room, 2),
            doors=np.empty(MAX_OPTIONS, np.int64),
            days=np.empty(MAX_OPTIONS, np.int64),
            weights=np.empty(MAX_OPTIONS),
            second=np.zeros(1, NEED),
            kept=np.zeros(keeps, NEED),
            n_kept=np.zeros(1, np.int64),
        )

    def _draw(self) -> tuple[NDArray[np.void], NDArray[np.int64], NDArray[np.int64]]:
        """Return the needs by id, their rows in order of day and id, and the starts of the days."""
        room = _SPARE_ROWS + int(self._setup.expected.visits.sum() * 2)
        while True:
            needs = ROOMS.empty(room, NEED)
            before = self.counts.copy()
            rules, persons = self._need_rules, self._rules.persons
            n = draw_needs(self._keys, persons, rules, _draw_scratch(rules), self.counts, needs)
            if n >= 0:
                return needs[:n], *_sort_by_day(needs[:n], self._span.n_days)
            self.counts, room = before, room * 2

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
        visits, links = self._bench.visits, self._bench.links
        more = max(len(visits), n_needs * ROWS_PER_NEED)
        self._bench = self._bench._replace(
            visits=np.concatenate([visits, np.empty(more, VISIT)]),
            links=np.concatenate([links, np.empty((more, 2), np.int64)]),
        )

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

    @property
    def first_year_day(self) -> int:
        """Position of 1 January."""
        return -self._span.first

    @property
    def placed(self) -> int:
        """Number of rows placed so far."""
        return self._n

    def due(self, first: int = 0, last: int | None = None) -> NDArray[np.int32]:
        """Return the positions of the days on which the rows `first` .. `last` - 1 are due."""
        found: NDArray[np.int32] = self._bench.visits["day"][first : self._n if last is None else last]
        return found

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.void]:
        """Return finished visits: by due day and id, follow-ups linked within their day.

        Parameters
        ----------
        rows
            Ascending rows; whole days of them.
        """
        n = len(rows)
        done = ROOMS.empty(n, VISIT)
        scratch = FinishScratch(
            start=np.zeros(self._span.n_days + 2, np.int64),
            day=ROOMS.empty(n, _ROW),
            item=ROOMS.empty(n, ITEM),
            place=ROOMS.empty(n, _ROW),
        )
        finish_visits(self._bench.visits, self._bench.links, rows, scratch, self._span.first, done)
        return done

    def count(self, channel: NeedChannel, visits: NDArray[np.void]) -> None:
        """Count what became of the needs behind some visits, by the month they were due."""
        month = self._need_rules.month[visits["day"] - self._span.first]
        keep = visits[month >= 0]
        at = (keep["authority"], month[month >= 0], keep["age"], keep["municipality"], keep["kind"])
        np.add.at(self.counts[channel], tuple(index.astype(np.int64) for index in at), 1)


def _draw_scratch(rules: NeedRules) -> DrawScratch:
    n_authorities = len(rules.coverage)
    return DrawScratch(
        np.empty(SIFTED * n_authorities + 1, np.int64), np.empty((n_authorities, _KINDS, GUIDES), np.int64)
    )


def _sort_by_day(needs: NDArray[np.void], n_days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of needs by day, stable, so by id within a day, and the (D + 1,) starts of the days."""
    start, order = np.zeros(n_days + 2, np.int64), ROOMS.empty(len(needs), _ROW)
    by_day(needs, start, order)
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


def need_rules(setup: Setup, replication: int) -> NeedRules:
    """Return rates and shares of needs with the day factors of one replication."""
    rules, span, season = setup.rules, setup.season.span, setup.season
    n_authorities = len(rules.coverage)
    factors = day_factors(
        season.days, setup.params["daily_demand_cv"], setup.scenario.run.seed, replication, span
    )
    by_day_share = season.days.share * factors[:, None, :]
    day_sum = np.concatenate([np.zeros((n_authorities, 2, 1)), np.cumsum(by_day_share, axis=2)], axis=2)
    reach = day_sum[:, :, -1].max(axis=1)
    rate = _rates(setup) * reach[:, None, None, None]
    matters, matter_sum = _matter_sums(setup)
    month = np.full(span.n_days, -1, np.int64)
    month[span.year_slice] = span.months[span.year_slice]
    none = np.exp(-rate)
    return NeedRules(
        rate=rate,
        none=none,
        some=_least_words(rate, none),
        reach=reach,
        day_sum=day_sum,
        matter_sum=matter_sum,
        matters=matters,
        authority=rules.authority,
        duty=rules.duty,
        freed=rules.freed,
        remote=rules.remote,
        online=rules.online.astype(np.uint8),
        booked=rules.booked,
        coverage=rules.coverage,
        presence=season.presence,
        month=month,
        second=rules.second,
        second_sum=np.cumsum(setup.expected.second_share, axis=-1),
    )


def _rates(setup: Setup) -> NDArray[np.float64]:
    """Return (A, n_ages, 2 foreign, 2 kinds) needs a person and year, before presence thins them."""
    rules, levels = setup.rules, setup.levels
    grown = levels.level * setup.expected.growth
    rate = np.repeat((grown[:, None] * levels.weight)[:, :, None, None], 2, axis=2)
    rate = rate * np.array([1.0, rules.cottage_ratio])
    rate[rules.foreign_only, :, 0, :] = 0.0
    return np.asarray(rate, np.float64)


def _least_words(rate: NDArray[np.float64], none: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return (cells, A) the least 53 bits of a draw that give a need; one more than there are: never."""
    least = np.ceil(np.where(rate > 0.0, none, 1.0) * 2.0**53).astype(np.uint64)
    return np.ascontiguousarray(least.reshape(len(rate), -1).T)


def _matter_sums(setup: Setup) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (A, most) matters of each authority and their cumulated shares of its needs."""
    rules = setup.rules
    mine = [np.flatnonzero(rules.authority == a) for a in range(len(rules.coverage))]
    most = max(map(len, mine), default=1)
    matters = np.full((len(mine), most), -1, np.int64)
    sums = np.ones((len(mine), most))
    for authority, found in enumerate(mine):
        matters[authority, : len(found)] = found
        if len(found):
            sums[authority, : len(found)] = np.cumsum(setup.levels.share[found])
            sums[authority, len(found) - 1 :] = 1.0
            matters[authority, len(found) :] = found[-1]
    return matters, sums


__all__ = ["DemandRules", "YearDemand", "make_keys", "make_memory", "make_rules", "need_rules"]
