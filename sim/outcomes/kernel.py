"""The compiled part of outcomes: touch each visit once and add it to everything that it counts in.

Everything compiled for outcomes lives here, so that numba's cache sees each change; `sim.outcomes.tally`
makes the tables. Every sum but those of travel is of whole numbers or of times on the clock's tick, hence
exact in any order; travel is summed by month.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry, inner
from sim.outcomes.columns import FIRST, REPEAT, REQUEUE, Floats, Ints
from sim.outcomes.grouping import ROOM_BITS
from sim.visits import Channel, Outcome, Relation

#: Classes of a wait beyond those with an upper end: longer than all, never begun, no-show.
BEYOND = 3
#: Room for a (point, authority) below the ticks of a wait.
CELL_BITS = 20

_TICKS = 65536.0
_DAY, _HOUR, _HALF_HOUR = 1440.0, 60.0, 30.0
_HOURS, _HALF_HOURS = 24, 48
_WITHIN, _LATE, _ABSENT = 0, 1, 2
_SELF = int(Channel.SELF_SERVICE)
_FIRST = int(Relation.FIRST)
_HERE, _AGAIN, _RETURN = int(Relation.SECOND_HERE), int(Relation.REQUEUE), int(Relation.RETURN)
_RENEGED, _BALKED = int(Outcome.RENEGED), int(Outcome.BALKED)
_NO_SHOW, _FAILED = int(Outcome.NO_SHOW), int(Outcome.REMOTE_FAILED)


class Frame(NamedTuple):
    """What visits are held against: the calendar, and limits of the region."""

    month: Ints  # (D,) of each day, 0-11
    of_month: Ints  # (D,) days since the month's first
    weekday: Ints  # (D,) Monday = 0
    limits: Floats  # upper ends of the classes of waits [min], ascending
    target: float  # wait within which a visit should begin [min]
    far: float  # longest reasonable journey one way [min]
    first: Ints  # (O,) see `sim.outcomes.contact.ContactRows`
    spread: NDArray[np.bool_]  # (O,) likewise


class Totals(NamedTuple):
    """Sums over visits, zero at first, see `sim.outcomes.tally.tally_year`."""

    records: Floats  # (P, A, C, 2 booked, 3 standings, 7 outcomes)
    needs_due: Floats  # (A,)
    month_cells: Floats  # (12, P, A)
    month_kinds: Floats  # (12, P, 2 kinds)
    grades: Floats  # (P, A, C, limits + BEYOND)
    minutes: Floats  # (P, A, C)
    outside: Floats  # (2, P, A)
    days: Floats  # (3, D, P, A)
    queued: Floats  # (P, A)
    busy: Floats  # (rows, A + 1), see `sim.outcomes.contact.ContactRows`
    used: Floats  # (P, kinds of place)
    delays: Floats  # (P, A, longest + 1)
    trips: Floats  # (3, P, A), minutes left out
    trip_minutes: Floats  # (12, P, A)
    arrivals: Floats  # (P, 48)
    serving: Floats  # (P, 48)
    month_rhythm: Floats  # (12, 3, P, 7, 24)
    people: Floats  # (7, ages, municipalities, kinds), travel left out
    people_travel: Floats  # (12, ages, municipalities, kinds)
    origins: Floats  # (2, municipalities, P), travel left out
    origin_travel: Floats  # (12, municipalities, P)


class Lists(NamedTuple):
    """Room for what has to be sorted or matched afterwards, and how much of it is filled."""

    waits: Ints  # ticks of each wait above 0, then its cell
    queues: Ints  # (month, cell), moment, whether somebody comes
    crowds: Ints  # (day, point), moment, whether somebody comes
    failed: Ints  # rows of failed sessions
    again: Ints  # rows of re-queues
    filled: Ints  # (5,)


class Case(NamedTuple):
    """What is derived from a visit once; unsigned indices are not checked for being negative."""

    point: np.uint64
    authority: np.uint64
    day: np.uint64
    month: np.uint64
    standing: np.uint64
    arrived: bool
    began: bool
    counted: bool
    base: float
    wait: float


@entry
def tally(visits: NDArray[np.void], frame: Frame, first: int, totals: Totals, lists: Lists) -> None:
    """Add every visit to the totals, and list what has to be sorted; rows are numbered from `first` on."""
    for row in range(len(visits)):
        visit = visits[row]
        case = _case(visit, frame)
        _volumes(visit, case, totals)
        _links(first + row, visit, case, lists)
        _waits(visit, case, frame, totals)
        _crowd(visit, case, frame, totals, lists)
        if visit.start == visit.start:
            _work(visit, case, frame, totals)
        _way(visit, case, frame, totals)
        _rhythm(visit, case, frame, totals)
        _person(visit, case, frame, totals)


@entry
def at_ranks(ranked: tuple[Ints, Ints], groups: Ints, wanted: Ints, found: Ints, scratch: Ints) -> None:
    """Fill in the value at each wanted rank of each group.

    Parameters
    ----------
    ranked
        Cell of each value, and the values in ascending order, (n,).
    groups
        Groups that a cell is part of, (k_groups, n_cells).
    wanted
        Ranks from 0 in ascending order, (n_groups, k); negative ones are skipped.
    found
        Where the values go, shape of `wanted`.
    scratch
        Zeros, (2, n_groups).
    """
    n_groups, k = wanted.shape
    left, slot = scratch  # values until the next wanted one
    for g in range(n_groups):
        while slot[g] < k and wanted[g, slot[g]] < 0:
            slot[g] += 1
        left[g] = wanted[g, slot[g]] if slot[g] < k else -1
    cells, values = ranked
    for at in range(len(cells)):
        for part in range(len(groups)):
            g = groups[part, cells[at]]
            left[g] -= 1
            if left[g] == -1:
                left[g] = _next_wanted(wanted, found, g, slot, values[at])


@inner
def _next_wanted(wanted: Ints, found: Ints, g: int, slot: Ints, value: int) -> int:
    """Fill in a value that is wanted, perhaps twice; return how many lie before the next one wanted."""
    rank = wanted[g, slot[g]]
    while slot[g] < wanted.shape[1] and wanted[g, slot[g]] == rank:
        found[g, slot[g]] = value
        slot[g] += 1
    return int(wanted[g, slot[g]] - rank - 1) if slot[g] < wanted.shape[1] else -1


@entry
def most(keys: Ints, found: Floats) -> None:
    """Fill in the most that are present at once in each group.

    Parameters
    ----------
    keys
        ``(group << ROOM_BITS) + 2 * ticks`` of each who goes, 1 more of each who comes, ascending.
    found
        Zeros, (n_groups,).

    Notes
    -----
    Every group starts from nobody, because all who came in the groups before have left.
    """
    present = 0.0
    for key in keys:
        present += 2.0 * (key & 1) - 1.0
        if present > found[key >> ROOM_BITS]:
            found[key >> ROOM_BITS] = present


@inner
def _case(visit: Any, frame: Frame) -> Case:
    """Return what counts about a visit; a wait is nan for who never began."""
    standing = FIRST
    if visit.relation == _AGAIN:
        standing = REQUEUE
    elif visit.attempt > 0 or visit.relation == _RETURN:
        standing = REPEAT
    arrived = visit.outcome != _NO_SHOW
    began = arrived and visit.start == visit.start
    base = np.fmax(np.fmax(visit.arrival, visit.ticket), visit.appointed)
    wait = max(visit.start - base, 0.0) if began else np.nan
    counted = arrived and standing == FIRST and visit.channel != _SELF
    day = np.uint64(visit.day)
    month = np.uint64(frame.month[day])
    point, authority = np.uint64(visit.point), np.uint64(visit.authority)
    return Case(point, authority, day, month, np.uint64(standing), arrived, began, counted, base, wait)


@inner
def _volumes(visit: Any, case: Case, t: Totals) -> None:
    p, a = case.point, case.authority
    booked, outcome = np.uint64(visit.booked), np.uint64(visit.outcome)
    t.records[p, a, np.uint64(visit.channel), booked, case.standing, outcome] += 1.0
    if visit.relation == _FIRST and visit.attempt == 0:
        t.needs_due[a] += 1.0
    if case.counted:
        t.month_cells[case.month, p, a] += 1.0
        t.month_kinds[case.month, p, np.uint64(visit.kind)] += 1.0


@inner
def _links(row: int, visit: Any, case: Case, lists: Lists) -> None:
    """List failed sessions and re-queues."""
    if visit.outcome == _FAILED:
        lists.failed[lists.filled[3]] = row
        lists.filled[3] += 1
    if case.standing == REQUEUE:
        lists.again[lists.filled[4]] = row
        lists.filled[4] += 1


@inner
def _waits(visit: Any, case: Case, frame: Frame, t: Totals) -> None:
    p, a, channel = case.point, case.authority, np.uint64(visit.channel)
    grade = len(frame.limits) + 2
    if case.began:
        t.minutes[p, a, channel] += case.wait
        grade = 0
        while grade < len(frame.limits) and case.wait > frame.limits[grade]:
            grade += 1
    elif case.arrived:
        grade -= 1
    t.grades[p, a, channel, np.uint64(grade)] += 1.0
    if visit.ticket > visit.arrival:
        t.outside[0, p, a] += 1.0
        t.outside[1, p, a] += visit.ticket - visit.arrival
    verdict = _ABSENT
    if case.arrived:
        verdict = _WITHIN if case.wait <= frame.target else _LATE
    t.days[np.uint64(verdict), case.day, p, a] += 1.0


@inner
def _crowd(visit: Any, case: Case, frame: Frame, t: Totals, lists: Lists) -> None:
    """List who is in the queue and at the point from when to when; leaving sorts before coming."""
    if not (case.arrived and visit.ticket == visit.ticket):
        return
    n_points, n_authorities = t.queued.shape
    point = np.int64(case.point)
    leave = visit.start if case.began else visit.end
    if leave > case.base:
        cell = point * n_authorities + np.int64(case.authority)
        t.queued[case.point, case.authority] += leave - case.base
        midnight = frame.of_month[case.day] * _DAY
        group = (np.int64(case.month) * n_points * n_authorities + cell) << ROOM_BITS
        _stay(lists.queues, lists.filled, 1, group, (midnight + case.base, midnight + leave))
        if case.began:
            lists.waits[lists.filled[0]] = int(case.wait * _TICKS) << CELL_BITS | cell
            lists.filled[0] += 1
    if visit.end > visit.ticket:
        group = (np.int64(case.day) * n_points + point) << ROOM_BITS
        _stay(lists.crowds, lists.filled, 2, group, (visit.ticket, visit.end))


@inner
def _stay(keys: Ints, filled: Ints, kind: int, group: int, span: tuple[float, float]) -> None:
    at = filled[kind]
    keys[at] = group + int(span[0] * _TICKS) * 2 + 1
    keys[at + 1] = group + int(span[1] * _TICKS) * 2
    filled[kind] += 2


@inner
def _work(visit: Any, case: Case, frame: Frame, t: Totals) -> None:
    """Add what a session took of officials and places; no-shows take them too."""
    minutes = visit.end - visit.start
    if visit.official >= 0:
        t.busy[_row(frame, visit.official, case.point), case.authority] += minutes
        if visit.guide >= 0:
            row = _row(frame, visit.guide, case.point)
            t.busy[row, t.busy.shape[1] - 1] += min(minutes, visit.guidance_time)
    if visit.place >= 0:
        t.used[case.point, visit.place] += minutes
    if not case.began:
        return
    moment = visit.start
    last = _bin(visit.end, _HALF_HOUR, _HALF_HOURS)
    for half_hour in range(_bin(moment, _HALF_HOUR, _HALF_HOURS), last):
        edge = (half_hour + 1) * _HALF_HOUR
        t.serving[case.point, half_hour] += edge - moment
        moment = edge
    t.serving[case.point, last] += visit.end - moment


@inner
def _row(frame: Frame, official: int, point: np.uint64) -> int:
    """Return the row of an official's contact at a point."""
    return int(frame.first[official] + (np.int64(point) if frame.spread[official] else 0))


@inner
def _way(visit: Any, case: Case, frame: Frame, t: Totals) -> None:
    """Add the delay of a booked time, and the trip."""
    p, a = case.point, case.authority
    if visit.booked == 1 and case.standing == FIRST:
        t.delays[p, a, min(max(int(visit.delay), 0), t.delays.shape[2] - 1)] += 1.0
    if case.arrived and visit.relation != _HERE and visit.relation != _AGAIN:
        travel = float(visit.travel)
        t.trips[0, p, a] += 1.0
        t.trip_minutes[case.month, p, a] += travel
        if travel > frame.far:
            t.trips[2, p, a] += 1.0


@inner
def _rhythm(visit: Any, case: Case, frame: Frame, t: Totals) -> None:
    if not (case.arrived and visit.arrival >= 0):
        return
    t.arrivals[case.point, np.uint64(_bin(visit.arrival, _HALF_HOUR, _HALF_HOURS))] += 1.0
    weekday, hour = np.uint64(frame.weekday[case.day]), np.uint64(_bin(visit.arrival, _HOUR, _HOURS))
    t.month_rhythm[case.month, 0, case.point, weekday, hour] += 1.0
    if case.began:
        t.month_rhythm[case.month, 1, case.point, weekday, hour] += 1.0
        t.month_rhythm[case.month, 2, case.point, weekday, hour] += case.wait


@inner
def _bin(minutes: float, length: float, number: int) -> int:
    """Return the part of the day; what passes midnight stays in the last."""
    return min(int(minutes / length), number - 1)


@inner
def _person(visit: Any, case: Case, frame: Frame, t: Totals) -> None:
    """Add a visit to its group of people, and to its municipality's visits of the point."""
    age, home, kind = np.uint64(visit.age), np.uint64(visit.municipality), np.uint64(visit.kind)
    travel = float(visit.travel)
    if case.counted:
        t.people[0, age, home, kind] += 1.0
        t.origins[0, home, case.point] += 1.0
        t.origin_travel[case.month, home, case.point] += travel
    if case.arrived:
        t.people[1, age, home, kind] += 1.0
        t.people_travel[case.month, age, home, kind] += travel
    if case.began:
        t.people[2, age, home, kind] += 1.0
        t.people[3, age, home, kind] += case.wait
    if case.wait <= frame.target:
        t.people[4, age, home, kind] += 1.0
    if visit.outcome == _RENEGED or visit.outcome == _BALKED:
        t.people[5, age, home, kind] += 1.0
