"""The compiled part of demand: draw every need, choose channel and point, book, and fix all marks.

Everything compiled for demand lives here, so that numba's cache sees each change. The functions are plain
rules for one person or one need at a time; `sim.demand.needs` and `sim.demand.rules` prepare their tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.compiled import entry, inner
from sim.visits import Channel, NeedChannel, Outcome, Place, Relation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Counts = NDArray[np.int64]
Records = NDArray[np.void]

_TICKS = 65536.0
_TICK = 1.0 / 65536.0
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 2.0**-53
_WORD, _ONE, _NOTHING = 64, np.uint64(1), np.uint64(0)

#: Bits of a visit's id below the person's: authority, ordinal of the need, and what followed from it.
AUTHORITY_BITS, ORDINAL_BITS, FOLLOW_BITS = 5, 8, 6
_SECOND, _REQUEUE = 32, 16
#: Most needs that a person has of an authority in a year.
MOST_NEEDS = (1 << ORDINAL_BITS) - 1
#: Returns after which a person gives up for good (they count in the lowest four bits of the id).
MAX_ATTEMPTS = 15
#: Rows that a need can fill at most: two matters, each with a failed session an attempt and a re-queue.
ROWS_PER_NEED = 2 * (MAX_ATTEMPTS + 2)
MAX_OPTIONS = 64
#: Value of `PLACED.fails`, see there.
TRIED_AGAIN = 2
#: Longest stretch of a table that is counted through, see `_find`.
SHORT = 8
#: Bytes of a line of the cache; needs ahead whose way is asked for.
LINE, AHEAD = 64, 12
#: Persons sifted at once, whose pairs with authorities stay in the cache; parts of a day guide.
SIFTED, GUIDES = 512, 1024

_COUNTER, _VIDEO, _SELF = int(Channel.COUNTER), int(Channel.VIDEO), int(Channel.SELF_SERVICE)
_STATION, _NO_PLACE, _AT_COUNTER = int(Place.REMOTE_STATION), int(Place.NONE), int(Place.COUNTER)
_FIRST, _HERE, _AGAIN = int(Relation.FIRST), int(Relation.SECOND_HERE), int(Relation.REQUEUE)
_TRIP, _RETURN = int(Relation.SECOND_TRIP), int(Relation.RETURN)
_VISIT, _ONLINE, _UNMET = int(NeedChannel.VISIT), int(NeedChannel.ONLINE), int(NeedChannel.UNMET)
_SERVED, _RENEGED, _BALKED = int(Outcome.SERVED), int(Outcome.RENEGED), int(Outcome.BALKED)
_TURNED_AWAY, _VOID = int(Outcome.TURNED_AWAY), int(Outcome.VOID)
_NO_SLOT, _OUTSIDE = int(NeedChannel.NO_SLOT), int(NeedChannel.OUTSIDE)


def _native(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return an instruction of the processor that Python has no word for, as a function for compiled code."""
    return cast(Callable[..., Any], intrinsic(function))


#: A need that may lead to a visit, with what placing it asks of its person, so that placing need not look up
#: rows all over the population. `day` is a position in the span, `way` the row of the travel tables.
NEED = np.dtype(
    [
        ("id", "i8"),
        ("parent", "i8"),
        ("row", "i4"),
        ("way", "i4"),
        ("day", "i4"),
        ("authority", "i2"),
        ("matter", "i2"),
        ("municipality", "i2"),
        ("kind", "i1"),
        ("age", "i1"),
        ("foreign", "i1"),
        ("origin", "i1"),
        ("duty", "i1"),
        ("remote", "i1"),
        ("online", "i1"),
        ("booked", "i1"),
        ("relation", "i1"),
        ("attempt", "i1"),
    ]
)


#: What placing decides about a visit, and what its record takes over from the need: one line of the cache.
#: Days are positions in the span; `second` and `requeue` say how many rows further down the second matter at
#: the same point and the re-queue are, 0 if there is none. `fails` is 1 if the session is bound to, and
#: `TRIED_AGAIN` if besides the next row is the next attempt, on a later day.
PLACED = np.dtype(
    [
        ("id", "i8"),
        ("parent", "i8"),
        ("appointed", "f8"),
        ("row", "i4"),
        ("travel", "f4"),
        ("need_day", "i2"),
        ("day", "i2"),
        ("door", "i2"),
        ("point", "i2"),
        ("service", "i2"),
        ("matter", "i2"),
        ("authority", "i2"),
        ("municipality", "i2"),
        ("channel", "i1"),
        ("kind", "i1"),
        ("age", "i1"),
        ("foreign", "i1"),
        ("origin", "i1"),
        ("duty", "i1"),
        ("remote", "i1"),
        ("online", "i1"),
        ("booked", "i1"),
        ("no_show", "i1"),
        ("guided", "i1"),
        ("fails", "i1"),
        ("relation", "i1"),
        ("attempt", "i1"),
        ("second", "i1"),
        ("requeue", "i1"),
    ]
)


class Keys(NamedTuple):
    """Keys of the streams, one a decision (uint64)."""

    count: Any
    day: Any
    matter: Any
    duty: Any
    booked: Any
    online: Any
    presence: Any
    point: Any
    early: Any
    arrival: Any
    service: Any
    service_turn: Any
    interpreter: Any
    patience: Any
    balking: Any
    no_show: Any
    lateness: Any
    lateness_turn: Any
    guidance: Any
    guidance_turn: Any
    failure: Any
    slot: Any
    second: Any
    second_matter: Any
    second_duty: Any


class Persons(NamedTuple):
    """Columns of N persons."""

    id: Ints
    kind: NDArray[np.int8]
    age: NDArray[np.int8]
    foreign: NDArray[np.int8]
    municipality: NDArray[np.int16]
    cell: NDArray[np.int16]  # (age * 2 + foreign) * 2 + kind
    capable: Bytes  # able to use e-services this year
    accepts: Bytes  # would accept a video desk this year
    home: NDArray[np.int32]  # row of travel tables, -1
    cottage: NDArray[np.int32]  # row of travel tables when at the cottage, -1
    home_at: Floats  # (N, 2) [km]
    cottage_at: Floats  # (N, 2) [km]


class NeedRules(NamedTuple):
    """Rates and shares of needs."""

    least: Words  # (cells, A, most) least 53 bits drawn that give 1, 2, .. needs, by `Persons.cell`
    reach: Floats  # (A,) largest total of the two day profiles
    day_sum: Floats  # (A, 2 booked, D + 1) cumulated day profile
    matter_sum: Floats  # (A, most) cumulated shares of matters
    matters: Ints  # (A, most) matter index, -1
    authority: Ints  # (M,) authority of the matter
    duty: Floats  # (M,) share with a duty to come in person
    freed: Floats  # (M,) share that the law has freed from it
    remote: Floats  # (M,) share that can be served by video
    online: Bytes  # (M,) can end online
    booked: Floats  # (M,) share booked
    coverage: Floats  # (A,)
    presence: Floats  # (D,) probability that a cottage's people are there
    month: Ints  # (D,) month 0..11, -1 outside the year
    second: float  # probability of a second matter
    second_sum: Floats  # (A, n_ages, 2, M) cumulated shares of the second matter by the first's authority


class DrawScratch(NamedTuple):
    """What drawing works in."""

    pair: Ints  # (SIFTED * A + 1,)
    draw: Words  # (SIFTED * A + 1,)
    guide: NDArray[np.uint16]  # (A, 2 booked, GUIDES), see `_fill_guide`


#: A visit to be sorted.
ITEM = np.dtype([("id", "i8"), ("row", "i8")])


class FinishScratch(NamedTuple):
    """What finishing n visits works in."""

    start: Ints  # (D + 2,) zeros; starts of days
    day: Ints  # (n,) due day
    item: Records  # (n,) `ITEM` rows by day
    place: Ints  # (n,) places within the day
    tried_again: Ints  # (n,) those with a next attempt


class PlaceRules(NamedTuple):
    """Where and when things are served."""

    doors: NDArray[np.int32]  # (n_areas, A, most) doors considered there, by (point, channel), -1
    door_point: Ints
    door_channel: Ints
    door_service: Ints
    serves: Bytes  # (M, J)
    next_walk: NDArray[np.int16]  # (D, J) first day open for walk-ins within the horizon, -1
    next_any: NDArray[np.int16]  # (D, J) the same without a horizon (comes again after a failure)
    open_any: Bytes  # (D, J) open for bookings
    working: Ints  # (D + 1,) working days before each day
    walk_windows: Floats  # (T, J, W, 2) windows for walk-ins, padded with inf
    last_close: Floats  # (T, J) last closing, -inf if shut
    day_type: Ints
    staffed: Bytes  # (D, K) somebody able is at work or on call
    weight: NDArray[np.float32]  # (n_origins, W) exp(-sensitivity * minutes), 0 out of question
    timetable: NDArray[np.float32]  # (n_origins, W) one-way minutes; (0, W): by the road rule
    municipality: NDArray[np.int16]  # (n_origins,) municipality of the origin
    area: NDArray[np.int16]  # (n_municipalities,) area of a municipality
    column: NDArray[np.int16]  # (n_areas, P) column of a point in `weight`, -1: not considered there
    point_at: Floats  # (P, 2) [km]
    pace: Floats  # (n_municipalities, P) minutes by kilometre of straight line
    attraction: Floats  # (P, A) factor on the weight
    delay_weight: Floats  # (longest,) factor by working days
    outside: Bytes  # (P,)
    joint: Bytes  # (P,)
    guided: Bytes  # (P,)
    matter_place: Ints  # (M,)
    shape: Ints  # (J,) arrival profile of the door
    shape_at: Floats  # (n_shapes, B) fractions of the open time, padded with 1
    shape_sum: Floats  # (n_shapes, B) cumulated shares there, padded with 1
    nearest: bool
    soonest: Ints  # (D,) first day that can be booked on each day
    latest: Ints  # (D,) last day that can be booked
    remember: float  # utility per minute of remembered wait; 0: switched off


class Diary(NamedTuple):
    """The booking diary in cells of `cell` minutes from `first_minute` on, 64 cells a word, B words a day."""

    column: Ints  # (J, most) columns of the diary that serve at a door, -1
    shared: Words  # (T, J, most, B) bits of the cells that lie in their shift and in a window of the door
    busy: Words  # (D, C, B) bits of the cells taken
    full: Words  # (D, P, 3, B) bits of the cells in which all places of a kind are taken
    occupied: NDArray[np.uint8]  # (D, P, 3, 64 B) places taken (int16 where there are many)
    places: Ints  # (P, 3)
    pointer: Ints  # (J, 3 kinds, L) no day before it has a free slot of that length
    first: Ints  # (J, 3 kinds, L) first day with one as the day began, -1
    slots: Ints  # (n, 3) doors, kinds of place and lengths in use
    length: Ints  # (M, 2 foreign, 2 video) cells of a slot
    cells: Ints  # (C * X, 2) scratch
    cell: float
    first_minute: float


class MarkRules(NamedTuple):
    """Parameters of the marks."""

    mu: Floats  # (M,) location of the lognormal service time [log min]
    sigma: float
    language_factor: float
    interpreter_share: float
    interpreter_factor: float
    remote_factor: float
    patience: float
    booked_patience: float
    no_show: float
    wait_for_no_show: float
    arrive_early: float
    before_opening: float
    booked_lead: float
    lateness: float
    guidance_mu: float
    failure: float
    failure_minutes: float
    pace: Floats  # (A, D) factor on service times


class Memory(NamedTuple):
    """What persons carry from day to day."""

    had_remote: Bytes  # (N,)
    learned: Bytes  # (N,)
    remembered: NDArray[np.float32]  # (N, P) or (0, P) [min]


@inner
def _mix(z: Any) -> Any:
    z = (z ^ (z >> _S30)) * _MULTIPLY_1
    z = (z ^ (z >> _S27)) * _MULTIPLY_2
    return z ^ (z >> _S31)


@inner
def _uniform(key: Any, entity: Any) -> Any:
    """Return the number of `sim.streams.uniform` for one id."""
    return float(_mix(_mix(np.uint64(entity) * _GOLDEN + key) + _GOLDEN) >> _S11) * _TO_UNIT


class Bench(NamedTuple):
    """All that placing needs works on."""

    keys: Keys
    persons: Persons
    needs: NeedRules
    places: PlaceRules
    marks: MarkRules
    diary: Diary
    memory: Memory
    counts: NDArray[np.int64]  # (n_need_channels, A, 12, n_ages, n_municipalities, 2) counts to add to
    visits: NDArray[np.void]  # `PLACED` rows to fill
    doors: Ints  # (MAX_OPTIONS,) scratch
    days: Ints  # (MAX_OPTIONS,) scratch
    weights: Floats  # (MAX_OPTIONS,) scratch
    second: NDArray[np.void]  # (1,) `NEED` scratch
    kept: NDArray[np.void]  # room for `NEED` rows that find no slot
    n_kept: Ints  # (1,) their number


@_native
def _trailing_zeros(typing: Any, word: Any) -> Any:
    """Return how many bits below the lowest one of a word are 0 (64: all)."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.int64(types.uint64), write


@_native
def _ask(typing: Any, table: Any, row: Any, offset: Any) -> Any:
    """Ask for the line of the cache `offset` bytes behind the start of a row before it is needed."""

    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride, byte = builder.extract_value(array.strides, 0), ir.IntType(8).as_pointer()
        ask = builder.module.declare_intrinsic(
            "llvm.prefetch", (byte,), ir.FunctionType(ir.VoidType(), (byte, *[ir.IntType(32)] * 3))
        )
        start = builder.add(builder.mul(arguments[1], stride), arguments[2])
        at = builder.gep(builder.bitcast(array.data, byte), [start])
        builder.call(ask, [at, *(ir.Constant(ir.IntType(32), flag) for flag in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(table, types.int64, types.int64), write


@inner
def _prefetch(table: Any, row: Any) -> None:
    """Ask for all lines of a row of a table before they are needed."""
    for offset in range(0, table.strides[0] + LINE, LINE):
        _ask(table, row, min(offset, table.strides[0] - 1))


@entry
def uniforms(key: Any, ids: Ints, out: Floats) -> None:
    """Fill `out` with `sim.streams.uniform` of `ids` (the test that both agree uses it)."""
    for i in range(len(ids)):
        out[i] = _uniform(key, ids[i])


@inner
def _normal(key: Any, turn_key: Any, entity: Any) -> Any:
    """Return a standard normal number (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - _uniform(key, entity)))
    return radius * math.cos(2.0 * math.pi * _uniform(turn_key, entity))


@inner
def _on_tick(minutes: Any) -> Any:
    return np.rint(minutes * _TICKS) * _TICK


@inner
def _find(cumulated: Floats, u: Any) -> Any:
    """Return the first index whose cumulated share exceeds `u` (the last one at most).

    A long table is halved. A short one is counted through, because no processor can guess where to stop.
    """
    low, high = 0, len(cumulated) - 1
    while high - low > SHORT:
        middle = (low + high) // 2
        if cumulated[middle] > u:
            high = middle
        else:
            low = middle + 1
    index = low
    for at in range(low, high):
        index += 1 if cumulated[at] <= u else 0
    return index


@inner
def _draw_class(matter: Any, rules: NeedRules, u: Any) -> Any:
    """Return duty, remote eligibility and whether a need can end online, from one number."""
    duty_to = rules.duty[matter]
    freed_to = duty_to + rules.freed[matter]
    freed = 1 if u < freed_to else 0
    duty = 1 if u < duty_to else 0
    remote = 1 if u < freed_to + rules.remote[matter] else 0
    return duty, (freed | remote) * (1 - duty), (freed | rules.online[matter]) * (1 - duty)


@entry
def draw_needs(
    tables: tuple[Keys, Persons, NeedRules],
    scratch: DrawScratch,
    rows: tuple[int, int],
    online: Counts,
    needs: Records,
) -> int:
    """Fill `needs` with those that do not end online at once and return their number.

    Parameters
    ----------
    rows
        First person, and the one behind the last.
    online
        (A, 12, n_ages, n_municipalities, 2) counts of needs that end online, to add to.
    needs
        Room for `NEED` rows.

    Returns
    -------
    int
        Number of needs; -1 when `needs` is too short.

    Notes
    -----
    Few pairs of person and authority have a need. A block's pairs are first sifted without a branch, then
    those found are drawn.
    """
    n, last = 0, rows[1]
    keys, persons, rules = tables
    _fill_guide(rules, scratch.guide)
    for first in range(rows[0], last, SIFTED):
        found = _sift(keys.count, persons, rules.least, (first, min(first + SIFTED, last)), scratch)
        for at in range(found):
            row, authority = (
                scratch.pair[at] >> AUTHORITY_BITS,
                scratch.pair[at] & ((1 << AUTHORITY_BITS) - 1),
            )
            entity = ((persons.id[row] << AUTHORITY_BITS) + authority) << ORDINAL_BITS
            least, more = rules.least[persons.cell[row], authority], 0
            while True:
                if n >= len(needs):
                    return -1
                if _draw_need(tables, scratch.guide, (row, authority, entity + more), online, needs[n]):
                    n += 1
                more += 1
                if more == len(least) or scratch.draw[at] < least[more]:
                    break
    return n


@inner
def _sift(key: Any, persons: Any, least: Any, rows: Any, scratch: Any) -> Any:
    """List the pairs (row, authority below it) of persons and authorities with a need; return how many."""
    found, n_authorities = 0, least.shape[1]
    for row in range(rows[0], rows[1]):
        cell = persons.cell[row]
        state = np.uint64(persons.id[row] << AUTHORITY_BITS) * _GOLDEN + key
        for authority in range(n_authorities):
            draw = _mix(_mix(state) + _GOLDEN) >> _S11
            scratch.pair[found], scratch.draw[found] = (row << AUTHORITY_BITS) + authority, draw
            found += 1 if draw >= least[cell, authority, 0] else 0
            state += _GOLDEN
    return found


@inner
def _fill_guide(rules: Any, guide: Any) -> None:
    """Note where to begin to look for a day, for `GUIDES` equal parts of each authority's total."""
    for authority in range(guide.shape[0]):
        part = rules.reach[authority] / GUIDES
        for booked in range(2):
            days, at = rules.day_sum[authority, booked], 0
            for g in range(GUIDES):
                # A millionth of a part less, so that no rounding can lead past the day.
                while at < len(days) - 1 and days[at] <= (g - 1e-6) * part:
                    at += 1
                guide[authority, booked, g] = at


@inner
def _draw_need(tables: Any, guide: Any, who: Any, done: Any, need: Any) -> Any:
    """Fix one need; return whether it remains (neither thinned away nor ended online)."""
    keys, persons, rules = tables
    row, authority, entity = who
    shares = rules.matter_sum[authority]
    matter = rules.matters[authority, _find(shares, _uniform(keys.matter, entity))]
    booked = 1 if _uniform(keys.booked, entity) < rules.booked[matter] else 0
    days = rules.day_sum[authority, booked]
    u = _uniform(keys.day, entity)
    at = u * rules.reach[authority]
    if at >= days[len(days) - 1]:
        return False
    day = np.int64(guide[authority, booked, int(u * GUIDES)])
    while days[day] <= at:
        day += 1
    day -= 1
    kind, way, origin = persons.kind[row], persons.home[row], 0
    if (
        persons.cottage[row] >= 0
        and _uniform(keys.presence, persons.id[row] * 1024 + day) < rules.presence[day]
    ):
        origin, way = 1, persons.cottage[row]
    elif kind == 1:
        return False
    duty, remote, online = _draw_class(matter, rules, _uniform(keys.duty, entity))
    at_home = (_uniform(keys.online, entity) < rules.coverage[authority]) & (persons.capable[row] == 1)
    if (online == 1) & at_home:
        month = rules.month[day]
        if month >= 0:
            done[authority, month, persons.age[row], persons.municipality[row], kind] += 1
        return False
    need.id, need.parent, need.row, need.way, need.day = entity << FOLLOW_BITS, -1, row, way, day
    need.authority, need.matter, need.municipality = authority, matter, persons.municipality[row]
    need.kind, need.age, need.foreign, need.origin = kind, persons.age[row], persons.foreign[row], origin
    need.duty, need.remote, need.online, need.booked = duty, remote * persons.accepts[row], online, booked
    need.relation, need.attempt = _FIRST, 0
    return True


@inner
def _count(counts: Any, channel: Any, need: Any, rules: Any) -> None:
    """Count a need of the year."""
    month = rules.month[need.day]
    if month >= 0:
        counts[channel, need.authority, month, need.age, need.municipality, need.kind] += 1


@entry
def by_day(needs: Records, parts: Ints, start: Ints, order: Ints) -> None:
    """Fill `order` with the rows of needs by day, stable, and `start` (D + 2,), zeros, with starts of days.

    Parameters
    ----------
    parts
        (n, 2) first row of each part of the table that holds needs, and the one behind its last.

    Notes
    -----
    Counting sort; afterwards ``start[1 + d]`` is where day ``d + 1`` begins, so ``start[: D + 1]`` holds the
    starts of the days and the end.
    """
    for part in range(len(parts)):
        for i in range(parts[part, 0], parts[part, 1]):
            start[needs[i].day + 2] += 1
    for d in range(len(start) - 1):
        start[d + 1] += start[d]
    for part in range(len(parts)):
        for i in range(parts[part, 0], parts[part, 1]):
            day = needs[i].day
            order[start[day + 1]] = i
            start[day + 1] += 1


@entry
def finish_visits(
    bench: Bench,
    rows: Ints,
    scratch: FinishScratch,
    days: tuple[int, int],
    first_day: int,
    done: Records,
) -> None:
    """Fill `done` with the visits of some days by due day and id: marked, follow-ups linked within the day.

    Parameters
    ----------
    bench
        Its visits are as `place_days` filled them.
    rows
        (n,) ascending rows of the table, whole days of them, as `list_by_day` has listed them.
    days
        First position, and the one behind the last.
    first_day
        Day of position 0; days of `done` count from 1 January.
    done
        (n,) `VISIT` rows; those of the days are filled.
    """
    start, item, place = scratch.start, scratch.item, scratch.place
    visits = bench.visits
    for d in range(days[0], days[1]):
        _sort_ids(item, start[d], start[d + 1])
        for at in range(start[d], start[d + 1]):
            place[item[at].row] = at - start[d]
    last = start[days[1]] - 1
    for at in range(start[days[0]], start[days[1]]):
        _ask(visits, np.int64(rows[item[min(at + AHEAD, last)].row]), 0)
        row = rows[item[at].row]
        placed, visit = visits[row], done[at]
        _fill(bench, placed, visit)
        _mark(bench, visit)
        visit.second = place[_position(rows, row + placed.second)] if placed.second > 0 else -1
        visit.requeue = place[_position(rows, row + placed.requeue)] if placed.requeue > 0 else -1
        visit.day += first_day
        visit.need_day += first_day
        visit.later = 0


@entry
def list_by_day(visits: Records, rows: Ints, scratch: FinishScratch) -> int:
    """List the visits in `rows` by due day, stable, with the starts of the days; see `finish_visits`.

    Those with a next attempt are listed in `scratch.tried_again`; their number is returned.
    """
    start, item, day, found = scratch.start, scratch.item, scratch.day, 0
    for i in range(len(rows)):
        day[i] = visits[rows[i]].day
        start[day[i] + 2] += 1
        if visits[rows[i]].fails == TRIED_AGAIN:
            scratch.tried_again[found] = i
            found += 1
    for d in range(len(start) - 1):
        start[d + 1] += start[d]
    for i in range(len(rows)):
        at = start[day[i] + 1]
        start[day[i] + 1] += 1
        item[at].id, item[at].row = visits[rows[i]].id, i
    return found


@entry
def close_days(visits: Records, to: int, first: int, last: int, figures: Floats) -> int:
    """Sum up the played rows `first` .. `last` - 1 and move them down to row `to`, without the void ones.

    Parameters
    ----------
    to
        At most `first`; what stood there is overwritten.
    figures
        (n_days, 5) to add to, by day of the year: who came, were served, gave up, began service, and minutes
        waited by those who began.

    Returns
    -------
    int
        Row behind the last one kept.
    """
    for row in range(first, last):
        visit = visits[row]
        if visit.outcome == _VOID:
            continue
        if visit.no_show == 0:
            day, outcome = figures[visit.day], visit.outcome
            day[0] += 1.0
            day[1] += 1.0 if outcome == _SERVED else 0.0
            day[2] += 1.0 if outcome in (_RENEGED, _BALKED, _TURNED_AWAY) else 0.0
            if visit.start == visit.start:
                day[3] += 1.0
                day[4] += _wait(visit)
        visits[to] = visit
        visits[to].later = 0  # rows have moved
        to += 1
    return to


@inner
def _wait(visit: Any) -> Any:
    """Return the minutes from the latest of arrival, appointed time and opening to the start of service."""
    base = visit.arrival
    if visit.appointed > base:
        base = visit.appointed
    if visit.ticket > visit.arrival and visit.ticket > base:
        base = visit.ticket
    return max(0.0, visit.start - base)


@inner
def _sort_ids(item: Any, first: Any, last: Any) -> None:
    """Sort the items between two places by id (Shell 1959: a day is a few ascending runs)."""
    gap = (last - first) // 2
    while gap > 0:
        for at in range(first + gap, last):
            identity, row = item[at].id, item[at].row
            hole = at
            while hole - gap >= first and item[hole - gap].id > identity:
                item[hole].id, item[hole].row = item[hole - gap].id, item[hole - gap].row
                hole -= gap
            item[hole].id, item[hole].row = identity, row
        gap //= 2


@inner
def _position(rows: Any, row: Any) -> Any:
    """Return where `row` stands in ascending `rows`."""
    low, high = 0, len(rows) - 1
    while low < high:
        middle = (low + high) // 2
        if rows[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def _slots(diary: Any, rules: Any, door: Any, length: Any, kind_day: Any, stop_at: Any) -> Any:
    """List free slots of `length` cells at a door on a day into the diary's scratch; return how many.

    Slots start at the beginning of a free stretch and then every `length` cells, so that equal slots pack
    without gaps. `stop_at` ends the search early once that many are found (to ask whether there is one).
    """
    kind, day = kind_day
    point, day_type = rules.door_point[door], rules.day_type[day]
    found = 0
    if kind >= 0 and diary.places[point, kind] == 0:
        return 0
    for place in range(diary.column.shape[1]):
        column = diary.column[door, place]
        if column < 0:
            break
        run = 0
        for word in range(diary.shared.shape[3]):
            free = diary.shared[day_type, door, place, word] & ~diary.busy[day, column, word]
            if kind >= 0:
                free &= ~diary.full[day, point, kind, word]
            at = 0  # cells of the word that are done with
            while free != _NOTHING:
                gap = _trailing_zeros(free)
                stretch = _trailing_zeros(~(free >> np.uint64(gap)))
                run = run + stretch if gap == 0 and at == 0 else stretch
                at += gap + stretch
                while run >= length:
                    diary.cells[found, 0], diary.cells[found, 1] = column, word * _WORD + at - run
                    found += 1
                    if found == stop_at:
                        return found
                    run -= length
                free = free >> np.uint64(gap + stretch) if gap + stretch < _WORD else _NOTHING
            if at < _WORD:
                run = 0
    return found


@inner
def _place_kind(rules: Any, matter: Any, channel: Any) -> Any:
    """Return the kind of place that a matter needs by a channel."""
    if channel == _VIDEO:
        return _STATION
    return rules.matter_place[matter] if channel == _COUNTER else _AT_COUNTER


@inner
def _open_diary(diary: Diary, rules: PlaceRules, day: int) -> None:
    """Note for each door, kind of place and length the first day with a free slot, as `day` begins."""
    first, last = rules.soonest[day], rules.latest[day]
    for slot in range(len(diary.slots)):
        door, kind, length = diary.slots[slot, 0], diary.slots[slot, 1], diary.slots[slot, 2]
        at = max(first, diary.pointer[door, kind, length])
        while at <= last and not _has_slot(diary, rules, door, length, kind, at):
            at += 1
        diary.pointer[door, kind, length] = at
        diary.first[door, kind, length] = at if at <= last else -1


@inner
def _has_slot(diary: Any, rules: Any, door: Any, length: Any, kind: Any, day: Any) -> Any:
    if rules.open_any[day, door] == 0:
        return False
    return _slots(diary, rules, door, length, (kind, day), 1) > 0


@inner
def _options(bench: Any, need: Any) -> Any:
    """List the best door of each point that can serve a need, with the day; return how many.

    At a point the earliest door counts, at equal days the counter before the station. The second number
    tells whether any door would do but for a full diary.
    """
    rules, diary = bench.places, bench.diary
    found, possible = 0, False
    doors = rules.doors[rules.area[rules.municipality[need.way]], need.authority]
    last_point = -1
    for index in range(len(doors)):
        door = doors[index]
        if door < 0:
            break
        channel = rules.door_channel[door]
        if not _suits(rules, need, door, channel):
            continue
        point = rules.door_point[door]
        day = rules.next_walk[need.day, door]
        if need.booked == 1:
            possible = possible or rules.next_any[need.day, door] >= 0
            if rules.outside[point] == 0:
                video = 1 if channel == _VIDEO else 0
                kind = _place_kind(rules, need.matter, channel)
                day = diary.first[door, kind, diary.length[need.matter, need.foreign, video]]
                if day >= 0:  # the day in hand may be earlier than a second matter's own
                    day = max(day, rules.soonest[need.day])
        if day < 0:
            continue
        if point == last_point:
            if day < bench.days[found - 1]:
                bench.doors[found - 1], bench.days[found - 1] = door, day
        elif found < MAX_OPTIONS:
            bench.doors[found], bench.days[found] = door, day
            found += 1
            last_point = point
    return found, possible


@inner
def _suits(rules: Any, need: Any, door: Any, channel: Any) -> Any:
    """Return whether a door serves the matter by a channel that the need allows."""
    if rules.serves[need.matter, door] == 0:
        return False
    if channel == _VIDEO:
        return need.remote == 1
    return channel != _SELF or (need.online == 1 and need.booked == 0)


@inner
def _choose(bench: Any, need: Any, n: Any) -> Any:
    """Return the chosen option of the `n` listed, -1 when none is acceptable."""
    rules, row, weights = bench.places, need.row, bench.places.weight[need.way]
    column = rules.column[rules.area[rules.municipality[need.way]]]
    best, best_minutes = -1, np.inf
    total = 0.0
    for option in range(n):
        point = rules.door_point[bench.doors[option]]
        weight = weights[column[point]] * rules.attraction[point, need.authority]
        if rules.outside[point] == 0:
            weight *= rules.delay_weight[rules.working[bench.days[option]] - rules.working[need.day]]
            if rules.remember > 0.0:
                weight *= math.exp(-rules.remember * bench.memory.remembered[row, point])
        if rules.nearest and weight > 0.0:
            minutes = _minutes(bench, need, point)
            if minutes < best_minutes:
                best, best_minutes = option, minutes
        total += weight
        bench.weights[option] = total
    if total <= 0.0:
        return -1
    if rules.nearest:
        return best
    return _find(bench.weights[:n], _uniform(bench.keys.point, need.id) * total)


@inner
def _minutes(bench: Any, need: Any, point: Any) -> Any:
    """Return the minutes one way to a point that the person considers (float32, as in tables of them)."""
    rules, persons = bench.places, bench.persons
    municipality = rules.municipality[need.way]
    if len(rules.timetable) > 0:
        return rules.timetable[need.way, rules.column[rules.area[municipality], point]]
    spots = persons.cottage_at if need.origin == 1 else persons.home_at
    east, north = spots[need.row, 0] - rules.point_at[point, 0], spots[need.row, 1] - rules.point_at[point, 1]
    return np.float32(math.sqrt(east * east + north * north) * rules.pace[municipality, point])


@entry
def place_days(
    bench: Bench, needs: Records, plan: tuple[Ints, Ints], first: int, last: int, n: int
) -> tuple[int, int]:
    """Turn the needs of the days `first` .. `last` - 1 into visits, day by day and by id within a day.

    When they come and how long they take is fixed in `finish_visits`, which can be shared out to threads.

    Parameters
    ----------
    needs
        `NEED` rows.
    plan
        Rows of `needs` by day and id; (D + 1,) starts of the days.
    n
        Rows of the table filled so far.

    Returns
    -------
    tuple of int
        Number of rows filled, and the first day not placed: the end, or a day for which the table may be
        too short.
    """
    rules, weight, persons = bench.needs, bench.places.weight, bench.persons
    order, starts = plan
    for day in range(first, last):
        start, stop = starts[day], starts[day + 1]
        if start == stop:
            continue
        if n + (stop - start) * ROWS_PER_NEED > len(bench.visits):
            return n, day
        _open_diary(bench.diary, bench.places, day)
        for index in range(start, stop):
            _prefetch(needs, order[min(index + 2 * AHEAD, stop - 1)])
            soon = needs[order[min(index + AHEAD, stop - 1)]]
            _prefetch(weight, np.int64(soon.way))
            _ask(persons.cottage_at if soon.origin == 1 else persons.home_at, np.int64(soon.row), 0)
            _ask(bench.places.municipality, np.int64(soon.way), 0)
            _ask(bench.memory.learned, np.int64(soon.row), 0)
            need = needs[order[index]]
            if need.online == 1 and need.attempt == 0 and bench.memory.learned[need.row] == 1:
                covered = _uniform(bench.keys.online, need.id >> FOLLOW_BITS) < rules.coverage[need.authority]
                if covered:
                    _count(bench.counts, _ONLINE, need, rules)
                    continue
            n = _place(bench, need, n)
    return n, last


@inner
def _place(bench: Any, need: Any, n: Any) -> Any:
    """Place one need, and the second matter that comes with it; return the rows filled."""
    rules, original = bench.places, need.relation == _FIRST and need.attempt == 0
    found, possible = _options(bench, need)
    choice = _choose(bench, need, found) if found > 0 else -1
    if choice < 0:
        if original:
            _count(bench.counts, _NO_SLOT if possible else _UNMET, need, bench.needs)
        if possible:
            _keep(bench, need)
        return n
    door, day = bench.doors[choice], bench.days[choice]
    outside = rules.outside[rules.door_point[door]] == 1
    if original:
        _count(bench.counts, _OUTSIDE if outside else _VISIT, need, bench.needs)
    first = n
    if not outside:
        n = _visit(bench, need, door, day, n)
        if n == first:
            if original:
                _undo(bench.counts, need, bench.needs)
            _keep(bench, need)
            return n
        day = np.int64(bench.visits[first].day)
        if bench.visits[first].no_show == 1:
            return n
    if not original or _uniform(bench.keys.second, need.id) >= bench.needs.second:
        return n
    return _second(bench, need, day, first, n)


@inner
def _keep(bench: Any, need: Any) -> None:
    """Keep a need that found no slot for those who want to know (as many as there is room for)."""
    if bench.n_kept[0] < len(bench.kept):
        bench.kept[bench.n_kept[0]] = need
        bench.n_kept[0] += 1


@inner
def _undo(counts: Any, need: Any, rules: Any) -> None:
    """Move a need that found no slot from visits to no slot."""
    month = rules.month[need.day]
    if month >= 0:
        counts[_VISIT, need.authority, month, need.age, need.municipality, need.kind] -= 1
        counts[_NO_SLOT, need.authority, month, need.age, need.municipality, need.kind] += 1


@inner
def _visit(bench: Any, need: Any, door: Any, day: Any, n: Any) -> Any:
    """Write the visit of a need at a door, with its re-queue or its next attempt after a failed session.

    An attempt is void if the session before it does not fail after all, as the person has given up by then.
    """
    rules, diary = bench.places, bench.diary
    appointed = np.nan
    channel = rules.door_channel[door]
    if need.booked == 1:
        kind = _place_kind(rules, need.matter, channel)
        video = 1 if channel == _VIDEO else 0
        length = diary.length[need.matter, need.foreign, video]
        day, appointed = _book(bench, need, door, length, kind, day)
        if day < 0:
            return n
    identity, attempt = need.id, need.attempt
    again = False
    while True:
        visit = bench.visits[n]
        _note(bench, need, door, day, identity, visit)
        visit.attempt, visit.relation = attempt, _RETURN if again else need.relation
        visit.parent = bench.visits[n - 1].id if again else need.parent
        _decide(bench, appointed, channel, visit)
        if channel == _VIDEO and visit.no_show == 0:
            bench.memory.had_remote[need.row] = 1
        n += 1
        if visit.fails == 0:
            return n
        counter = _counter_door(rules, need.matter, door, day)
        if counter >= 0:
            return _requeue(bench, need, counter, day, n)
        attempt += 1
        if attempt > MAX_ATTEMPTS or day + 1 >= len(rules.next_any):
            return n
        day = rules.next_any[day + 1, door]
        if day < 0:
            return n
        again, appointed, visit.fails = True, np.nan, TRIED_AGAIN
        identity = (need.id & ~np.int64(MAX_ATTEMPTS)) + attempt


@inner
def _book(bench: Any, need: Any, door: Any, length: Any, kind: Any, day: Any) -> Any:
    """Take a slot on the first day that has one; return the day (-1: none) and the appointed time."""
    rules, diary = bench.places, bench.diary
    at, last = max(day, rules.soonest[need.day]), rules.latest[need.day]
    while at <= last:
        free = _slots(diary, rules, door, length, (kind, at), -1) if rules.open_any[at, door] == 1 else 0
        if free > 0:
            taken = int(_uniform(bench.keys.slot, need.id) * free)
            column, cell = diary.cells[taken, 0], diary.cells[taken, 1]
            point = rules.door_point[door]
            for c in range(cell, cell + length):
                word, bit = c // _WORD, _ONE << np.uint64(c % _WORD)
                diary.busy[at, column, word] |= bit
                if kind >= 0:
                    diary.occupied[at, point, kind, c] += 1
                    if diary.occupied[at, point, kind, c] >= diary.places[point, kind]:
                        diary.full[at, point, kind, word] |= bit
            return at, diary.first_minute + cell * diary.cell
        at += 1
    return -1, np.nan


@inner
def _counter_door(rules: Any, matter: Any, door: Any, day: Any) -> Any:
    """Return the counter door of the same authority and point if it is staffed that day, -1 otherwise."""
    point = rules.door_point[door]
    for other in range(len(rules.door_point)):
        if rules.door_point[other] != point or rules.door_channel[other] != _COUNTER:
            continue
        opens = rules.serves[matter, other] == 1 and rules.last_close[rules.day_type[day], other] > 0.0
        if opens and rules.staffed[day, rules.door_service[other]] == 1:
            return other
    return -1


@inner
def _requeue(bench: Any, need: Any, door: Any, day: Any, n: Any) -> Any:
    """Write the counter visit that follows a failed session at once."""
    parent, visit = bench.visits[n - 1], bench.visits[n]
    _note(bench, need, door, day, parent.id + _REQUEUE, visit)
    visit.relation, visit.parent, visit.attempt, visit.booked = _AGAIN, parent.id, parent.attempt, 0
    parent.requeue = 1
    return n + 1


@inner
def _second(bench: Any, need: Any, day: Any, first: Any, n: Any) -> Any:
    """Draw the second matter of a visit and place it: here and now, or as a trip of its own.

    `first` is the row of the visit it comes with; there is none (`n` == `first`) if that was outside.
    """
    keys, rules, row = bench.keys, bench.needs, need.row
    shares = rules.second_sum[need.authority, need.age, need.foreign]
    last = shares[len(shares) - 1]
    if last <= 0.0:
        return n
    entity = need.id + _SECOND
    follow = bench.second[0]
    follow.matter = _find(shares, _uniform(keys.second_matter, entity) * last)
    follow.authority = rules.authority[follow.matter]
    follow.id, follow.parent, follow.row, follow.origin = entity, need.id, row, need.origin
    follow.kind, follow.age, follow.foreign = need.kind, need.age, need.foreign
    follow.municipality, follow.way = need.municipality, need.way
    follow.day, follow.attempt, follow.relation = day, 0, _TRIP
    follow.booked = 1 if _uniform(keys.booked, entity) < rules.booked[follow.matter] else 0
    _second_class(keys, bench.persons, rules, follow, entity)
    if n > first and follow.booked == 0 and bench.places.joint[bench.visits[first].point] == 1:
        door = _door_here(bench, follow, bench.visits[first])
        if door >= 0:
            _write_second(bench, follow, door, first, n)
            return n + 1
    found, _ = _options(bench, follow)
    choice = _choose(bench, follow, found) if found > 0 else -1
    if choice < 0 or bench.places.outside[bench.places.door_point[bench.doors[choice]]] == 1:
        return n
    return _visit(bench, follow, bench.doors[choice], bench.days[choice], n)


@inner
def _write_second(bench: Any, follow: Any, door: Any, first: Any, n: Any) -> None:
    """Write the second matter of the visit in row `first` at the same point."""
    visit, before = bench.visits[n], bench.visits[first]
    _note(bench, follow, door, follow.day, follow.id, visit)
    visit.relation, visit.parent = _HERE, before.id
    if visit.channel == _VIDEO:
        bench.memory.had_remote[follow.row] = 1
    before.second = n - first
    if before.requeue > 0:
        again = bench.visits[first + before.requeue]
        again.second = n - first - before.requeue


@inner
def _second_class(keys: Any, persons: Any, rules: Any, need: Any, entity: Any) -> None:
    """Draw duty and remote eligibility of a second matter, given that it is a visit and not done online."""
    row, matter = need.row, need.matter
    stays = 1.0
    if persons.capable[row] == 1:
        stays = 1.0 - rules.coverage[need.authority]
    normal = stays if rules.online[matter] == 1 else 1.0
    duty, freed = rules.duty[matter], rules.freed[matter] * stays
    remote = rules.remote[matter] * normal
    rest = max(0.0, 1.0 - rules.duty[matter] - rules.freed[matter] - rules.remote[matter]) * normal
    at = _uniform(keys.second_duty, entity) * (duty + freed + remote + rest)
    need.duty = 1 if at < duty else 0
    need.remote = 1 if duty <= at < duty + freed + remote else 0
    need.online = 0
    if need.duty == 0 and (at < duty + freed or rules.online[matter] == 1):
        need.online = 1
    need.remote = need.remote * persons.accepts[row]


@inner
def _door_here(bench: Any, need: Any, visit: Any) -> Any:
    """Return the door of a visit's point that serves a second matter of the person inside, -1 if none."""
    rules, arrival = bench.places, _arrival(bench, visit)
    doors = rules.doors[rules.area[rules.municipality[need.way]], need.authority]
    day_type = rules.day_type[visit.day]
    for index in range(len(doors)):
        door = doors[index]
        if door < 0:
            break
        channel = rules.door_channel[door]
        if (
            rules.door_point[door] != visit.point
            or channel == _SELF
            or not _suits(rules, need, door, channel)
        ):
            continue
        opens = rules.walk_windows[day_type, door, 0, 0] != np.inf
        if opens and arrival < rules.last_close[day_type, door]:
            return door
    return -1


@inner
def _note(bench: Any, need: Any, door: Any, day: Any, identity: Any, visit: Any) -> None:
    """Write who comes when to which door, as a walk-in who is bound for no failure."""
    rules, row = bench.places, need.row
    channel, point = rules.door_channel[door], rules.door_point[door]
    visit.id, visit.parent, visit.row, visit.appointed = identity, need.parent, row, np.nan
    visit.kind, visit.age, visit.foreign = need.kind, need.age, need.foreign
    visit.municipality, visit.origin = need.municipality, need.origin
    visit.authority, visit.matter = need.authority, need.matter
    visit.duty, visit.remote, visit.online = need.duty, need.remote, need.online
    visit.need_day, visit.day = need.day, day
    visit.door, visit.point, visit.channel, visit.service = door, point, channel, rules.door_service[door]
    visit.travel = _minutes(bench, need, point)
    visit.booked, visit.no_show, visit.fails = need.booked, 0, 0
    visit.relation, visit.attempt, visit.second, visit.requeue = need.relation, 0, 0, 0
    first_video = channel == _VIDEO and bench.memory.had_remote[row] == 0
    visit.guided = 1 if first_video and rules.guided[point] == 1 else 0


@inner
def _decide(bench: Any, appointed: Any, channel: Any, visit: Any) -> None:
    """Fix what the next steps of placing depend on: who will not come, whose session will fail."""
    visit.booked = 0 if np.isnan(appointed) else 1  # who booked and comes again after a failure walks in
    visit.appointed = appointed
    if visit.booked == 1 and _uniform(bench.keys.no_show, visit.id) < bench.marks.no_show:
        visit.no_show, visit.guided = 1, 0
    elif channel == _VIDEO and _uniform(bench.keys.failure, visit.id) < bench.marks.failure:
        visit.fails = 1


@inner
def _fill(bench: Any, placed: Any, visit: Any) -> None:
    """Write who, what, where and the blank outcome of a visit."""
    rules = bench.places
    visit.id, visit.parent, visit.row = placed.id, placed.parent, placed.row
    visit.person = placed.id >> (AUTHORITY_BITS + ORDINAL_BITS + FOLLOW_BITS)
    visit.kind, visit.age, visit.foreign = placed.kind, placed.age, placed.foreign
    visit.municipality, visit.origin = placed.municipality, placed.origin
    visit.authority, visit.matter = placed.authority, placed.matter
    visit.duty, visit.remote, visit.online = placed.duty, placed.remote, placed.online
    visit.need_day, visit.day = placed.need_day, placed.day
    visit.delay = rules.working[placed.day] - rules.working[placed.need_day]
    visit.point, visit.channel, visit.door = placed.point, placed.channel, placed.door
    visit.service = placed.service
    visit.place = _NO_PLACE if placed.no_show == 1 else _place_kind(rules, placed.matter, placed.channel)
    visit.travel, visit.appointed = placed.travel, placed.appointed
    visit.booked, visit.no_show, visit.guided = placed.booked, placed.no_show, placed.guided
    visit.relation, visit.attempt = placed.relation, placed.attempt
    visit.fail_after = _on_tick(bench.marks.failure_minutes) if placed.fails > 0 else np.inf
    visit.ticket, visit.start, visit.end = np.nan, np.nan, np.nan
    visit.official, visit.guide, visit.outcome = -1, -1, -1


@inner
def _mark(bench: Any, visit: Any) -> None:
    """Fix arrival and durations of a visit; whoever follows somebody inside comes when that is known."""
    keys, relation = bench.keys, visit.relation
    visit.balk_u = 2.0
    if visit.no_show == 1:
        visit.arrival, visit.guidance_time = visit.appointed, 0.0
        visit.service_time = visit.patience = _on_tick(bench.marks.wait_for_no_show)
    else:
        _durations(keys, bench.marks, visit)
        visit.arrival = np.nan if relation in (_HERE, _AGAIN) else _arrival(bench, visit)
        if visit.booked == 0 and relation != _AGAIN:
            visit.balk_u = _uniform(keys.balking, visit.id)
    visit.order = visit.arrival


@inner
def _arrival(bench: Any, visit: Any) -> Any:
    """Return the minute a visit comes from outside."""
    keys, marks = bench.keys, bench.marks
    if visit.no_show == 1:
        return visit.appointed
    if visit.booked == 0:
        return _walk_in_minute(bench, visit.door, visit.day, visit.id)
    late = marks.lateness * _normal(keys.lateness, keys.lateness_turn, visit.id) - marks.booked_lead
    return max(0.0, _on_tick(visit.appointed + late))


@inner
def _durations(keys: Any, marks: Any, visit: Any) -> None:
    """Fix service time, patience and guidance of a visit."""
    entity = visit.id
    factor = 1.0
    if visit.foreign == 1:
        factor = marks.language_factor
        if _uniform(keys.interpreter, entity) < marks.interpreter_share:
            factor = marks.interpreter_factor
    factor *= marks.pace[visit.authority, visit.day]
    if visit.channel == _VIDEO:
        factor *= marks.remote_factor
    z = _normal(keys.service, keys.service_turn, entity)
    minutes = factor * math.exp(marks.mu[visit.matter] + marks.sigma * z)
    visit.service_time = max(_TICK, _on_tick(minutes))
    mean = marks.booked_patience if visit.booked == 1 else marks.patience
    visit.patience = _on_tick(-mean * math.log(1.0 - _uniform(keys.patience, entity)))
    visit.guidance_time = 0.0
    if visit.guided == 1:
        z = _normal(keys.guidance, keys.guidance_turn, entity)
        visit.guidance_time = max(_TICK, _on_tick(math.exp(marks.guidance_mu + marks.sigma * z)))


@inner
def _walk_in_minute(bench: Any, door: Any, day: Any, entity: Any) -> Any:
    """Return the minute a walk-in comes: by the profile over the open time, some before the doors open."""
    keys, rules, marks = bench.keys, bench.places, bench.marks
    windows = rules.walk_windows[rules.day_type[day], door]
    if _uniform(keys.early, entity) < marks.arrive_early:
        before = -marks.before_opening * math.log(1.0 - _uniform(keys.arrival, entity))
        return max(0.0, _on_tick(windows[0, 0] - before))
    shape = rules.shape[door]
    sums, ats = rules.shape_sum[shape], rules.shape_at[shape]
    u = _uniform(keys.arrival, entity)
    b = _find(sums, u)
    part = (u - sums[b - 1]) / (sums[b] - sums[b - 1])
    fraction = ats[b - 1] + part * (ats[b] - ats[b - 1])
    total = 0.0
    for w in range(windows.shape[0]):
        if windows[w, 0] == np.inf:
            break
        total += windows[w, 1] - windows[w, 0]
    left = fraction * total
    for w in range(windows.shape[0]):
        length = windows[w, 1] - windows[w, 0]
        if left < length or windows[w + 1, 0] == np.inf:
            return min(_on_tick(windows[w, 0] + left), windows[w, 1] - _TICK)
        left -= length
    return windows[0, 0]


@entry
def mean_shares(
    weight: NDArray[np.float32], group: Ints, factor: Floats, shares: Floats, members: Floats, one: Floats
) -> None:
    """Fill `shares` (U, n_groups, P), zeros, with the mean choice shares of each group's origins.

    Parameters
    ----------
    weight
        (n_origins, P) weights by travel.
    group
        (n_origins,) group of each origin.
    factor
        (U, P) factors on the weights.
    members, one
        Scratch: (n_groups,) zeros; (P,).
    """
    n_vectors, n_points = factor.shape
    for origin in range(weight.shape[0]):
        members[group[origin]] += 1.0
        for vector in range(n_vectors):
            total = 0.0
            for point in range(n_points):
                one[point] = weight[origin, point] * factor[vector, point]
                total += one[point]
            if total > 0.0:
                for point in range(n_points):
                    shares[vector, group[origin], point] += one[point] / total
    for vector in range(n_vectors):
        for g in range(len(members)):
            if members[g] > 0.0:
                for point in range(n_points):
                    shares[vector, g, point] /= members[g]
