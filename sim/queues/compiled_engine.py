"""The compiled engine: plays days at the points by the rules of decision 2, in machine code.

Everything compiled for the engine lives here, because numba's cache notices changes in this file only.
The rules, and the words for them, are those of `docs/decisions/0002-the-day-at-the-points.md`; the SimPy
engine plays the same ones and is the one to read first.

How it works: a day is a loop over instants. Ends of service and alarms (patience, appointed times, on-call
officials) lie in two binary heaps, opening hours and shifts in one sorted list a day type, first arrivals
in a sorted list. Waiting visits of one door, place kind, guidance and no-show flag form a *class*: they need
the same things, so a class whose first visit can't start is blocked as a whole. Each class is a pairing heap
in rank order. Only classes that something was freed for, or that somebody joined, are looked at in a settle.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry, inner
from sim.queues.setting import OFF, ON_CALL, ROSTERED, DayExtra, Setting
from sim.threads import cut, n_threads, side_by_side
from sim.visits import VISIT, Outcome

#: Fewer visits than this are not worth a thread.
_VISITS_A_THREAD = 1000


def _numbers(first: int, stop: int) -> tuple[int, ...]:
    """Return numbers that numba takes for variables; for each plain constant it would compile a copy."""
    return cast(tuple[int, ...], tuple(np.int64(number) for number in range(first, stop)))


#: Makes a 64-bit number of a record's smaller one, so that functions are compiled for one type only.
_wide: Any = np.int64

SERVED, RENEGED, BALKED, TURNED_AWAY, NO_SHOW, REMOTE_FAILED, VOID = _numbers(
    Outcome.SERVED, Outcome.VOID + 1
)
PENDING = _numbers(Outcome.PENDING, Outcome.PENDING + 1)[0]
#: How far a day is: its visits as they came, played, played but with sessions that decide about visits in
#: another thread's days, played on visits that have been struck out or brought back since.
TO_PLAY, PLAYED, UNTOLD, STALE = _numbers(0, 4)
NOBODY = ANY = _numbers(-1, 0)[0]
#: Where a visit is.
TO_COME, OUTSIDE, WAITING, IN_SERVICE, GONE = _numbers(0, 5)
#: State of a door; NEVER opens that day, CLOSED after its last closing.
SHUT, OPEN, CLOSED, NEVER = _numbers(0, 4)
#: Kinds of clock event, in the order in which they are noted at one instant.
SHIFT_ENDS, DOOR_CLOSES, SHIFT_STARTS, DOOR_OPENS = _numbers(0, 4)
#: Kinds of alarm, see `_alarm`.
DEADLINE, APPOINTED, COMES = _numbers(0, 3)
#: Rows of `Board.list`, and slots of `Board.counts` that say how long they are. First three heaps by time.
ENDS, ALARMS, RELEASED, ARRIVALS, SPARE, LISTED, MARKED, TICKETED, LEAVING, THERE, HELD = _numbers(0, 11)
HEAD, ABLE, SKILL, BEGINS, N_LISTS = _numbers(11, 16)
#: Slots of `Board.counts` behind those.
RESOLVED, CLOCK, CALLED, N_COUNTS = _numbers(16, 20)
#: What `_start` found: all that was needed, no place or guide, nobody who serves.
STARTED, BLOCKED, NOBODY_FREE = _numbers(0, 3)

_PERSON = np.dtype(
    [
        ("order", "f8"),
        ("klass", "i8"),
        ("state", "i8"),
        ("tier", "i8"),
        ("pending", "i8"),
        ("follow_up", "i8"),
    ]
)
_OFFICER = np.dtype(
    [
        ("idle", "f8"),  # idle_since
        ("came", "f8"),  # when the one on call last came
        ("last_end", "f8"),  # end of the last shift segment
        ("outside", "f8"),
        ("on_call", "f8"),
        ("skills", "i8"),
        ("first", "i8"),  # the services are row SKILL from `first` to `stop`
        ("stop", "i8"),
        ("duty", "i8"),
        ("on", "i8"),  # within a segment, or there on call
        ("held", "i8"),
        ("busy", "i8"),
        ("coming", "i8"),
        ("served", "i8"),
        ("left", "i8"),
    ]
)
_CLASS = np.dtype(
    [
        ("root", "i8"),  # first node of the pairing heap, -1
        ("listed", "i8"),  # 1 once somebody waited in it today
        ("after", "i8"),  # next listed class of the service, -1
        ("guided_after", "i8"),  # next listed class of the guidance service, -1
        ("place_after", "i8"),  # next listed class of the kind of place at the point, -1
        ("door", "i8"),
        ("service", "i8"),
        ("point", "i8"),
        ("place", "i8"),
        ("guide", "i8"),  # guidance service needed, -1
        ("waiting", "i8"),
        ("no_show", "i8"),
        ("marked", "i8"),
    ]
)
_SERVICE = np.dtype(
    [
        ("close", "f8"),
        ("first", "i8"),  # its officials are row ABLE from `first` to `stop`
        ("stop", "i8"),
        ("classes", "i8"),  # first listed class that it serves, -1
        ("guided", "i8"),  # first listed class that it guides, -1
        ("waiting", "i8"),  # ticketed and waiting, no no-shows
        ("pending", "i8"),
        ("on_duty", "i8"),  # able officials on duty
        ("on_call", "i8"),  # able officials on call that day
        ("kept", "i8"),  # 1 if somebody stays for it or can be called
    ]
)
_DOOR = np.dtype(
    [
        ("service", "i8"),
        ("guide", "i8"),  # guidance service of its point, -1
        ("outside", "i8"),  # who came last of those outside, -1
        ("state", "i8"),
    ]
)
_NODE = np.dtype([("child", "i8"), ("sibling", "i8")])
_ENTRY = np.dtype([("time", "f8"), ("item", "i8")])

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Records = NDArray[np.void]


class Board(NamedTuple):
    """The state of the day in play; scratch arrays are allocated once a call and reused from day to day.

    Rows of `list`: ENDS, heap of ends of service (item: visit * 2) and guidance (+ 1); ALARMS, heap, see
    `_alarm`; RELEASED, heap of the follow-ups that arise now, by row; ARRIVALS, first arrivals by time;
    SPARE and BEGINS, room for sorting; LISTED, classes that somebody waited in today; MARKED, classes to look
    at in the next settle, and HEAD, their first nodes; TICKETED, visits ticketed since the last settle;
    LEAVING, visits whose patience ends now; THERE, officials on call who have come; HELD, officials held
    after their shift; ABLE, the officials of each service, fewest skills first, then lowest number; SKILL,
    the services of each official. Node i of `node` is visit i, node n + i is visit i in tier 2.

    Whatever an event may help is found by lists: the classes of a service, those it guides, and those of a
    kind of place at a point. So an event costs as much in a country as in a town.
    """

    visits: Records  # (n,) the day's slice of the table
    person: Records  # (>= n,) state of each visit
    node: Records  # (>= 2n,) of pairing heaps; also links those outside
    officer: Records  # (O,)
    free_since: Floats  # (O,) since when an official on duty or held has been free, inf for all others
    klass: Records  # (C,) classes of waiting visits
    service: Records  # (K,)
    door: Records  # (J,)
    free: Ints  # (P, 3) free places
    seekers: Ints  # (P, 3) first listed class that needs such a place, -1
    shifts: Floats  # (O, S, 2) of the day's type
    windows: Floats  # (J, W, 2) of the day's type
    clock: Records  # clock events of the day's type by time, see `_clocks`
    list: Records  # (N_LISTS, enough) time and item
    counts: Ints  # (N_COUNTS,) sizes of the lists and other counts
    fetch_minutes: float
    balking_queue_length: float
    send_away: bool


class Days(NamedTuple):
    """What differs from day to day, and what the board is set from."""

    kind: Ints  # (D,) type of the day
    duty: NDArray[np.int8]  # (D, O)
    shifts: Floats  # (T, O, S, 2)
    windows: Floats  # (T, J, W, 2)
    clocks: Records  # (T, events + 1), see `_clocks`
    places: Ints  # (P, 3)


class Call(NamedTuple):
    """The days of one call of the engine, counted from its first."""

    start: Ints  # (D + 1,) rows where the days start, and the end
    first: int  # position of the first day in the setting
    state: Ints  # (D,) how far each day is, see `TO_PLAY`
    extras: Floats  # (D, O, 2) to fill


# ---- Heaps ------------------------------------------------------------------------------------------


@inner
def _push(b: Board, heap: int, t: float, what: int) -> None:
    """Put `what` due at `t` on a heap."""
    at = b.counts[heap]
    b.counts[heap] += 1
    while at > 0:
        above = (at - 1) >> 1
        entry = b.list[heap, above]
        if entry.time <= t:
            break
        b.list[heap, at].time = entry.time
        b.list[heap, at].item = entry.item
        at = above
    b.list[heap, at].time = t
    b.list[heap, at].item = what


@inner
def _pop(b: Board, heap: int) -> int:
    """Take the first entry off a heap and return its item."""
    b.counts[heap] -= 1
    size = b.counts[heap]
    first = b.list[heap, 0].item
    t, what = b.list[heap, size].time, b.list[heap, size].item
    at, below = 0, 1
    while below < size:
        if below + 1 < size and b.list[heap, below + 1].time < b.list[heap, below].time:
            below += 1
        entry = b.list[heap, below]
        if t <= entry.time:
            break
        b.list[heap, at].time = entry.time
        b.list[heap, at].item = entry.item
        at, below = below, 2 * below + 1
    b.list[heap, at].time = t
    b.list[heap, at].item = what
    return int(first)


@inner
def _sort_arrivals(b: Board) -> None:
    """Sort the first arrivals by time, equal ones staying in order.

    They are dealt out to as many equal stretches of time as there are arrivals, which leaves little for the
    insertion that follows: a comparison that no processor can guess costs more than the rest.
    """
    n = b.counts[ARRIVALS]
    least, most = np.inf, -np.inf
    for x in range(n):
        least, most = min(least, b.list[ARRIVALS, x].time), max(most, b.list[ARRIVALS, x].time)
    scale = (n - 1) / (most - least) if least < most else 0.0
    for x in range(n + 1):
        b.list[BEGINS, x].item = 0
    for x in range(n):
        b.list[BEGINS, int((b.list[ARRIVALS, x].time - least) * scale) + 1].item += 1
    for x in range(n):
        b.list[BEGINS, x + 1].item += b.list[BEGINS, x].item
    for x in range(n):
        t = b.list[ARRIVALS, x].time
        stretch = int((t - least) * scale)
        at = b.list[BEGINS, stretch].item
        b.list[BEGINS, stretch].item = at + 1
        b.list[SPARE, at].time, b.list[SPARE, at].item = t, b.list[ARRIVALS, x].item
    for x in range(n):
        t, at = b.list[SPARE, x].time, x
        while at > 0 and b.list[ARRIVALS, at - 1].time > t:
            b.list[ARRIVALS, at].time = b.list[ARRIVALS, at - 1].time
            b.list[ARRIVALS, at].item = b.list[ARRIVALS, at - 1].item
            at -= 1
        b.list[ARRIVALS, at].time, b.list[ARRIVALS, at].item = t, b.list[SPARE, x].item


@inner
def _before(b: Board, x: int, y: int) -> bool:
    """Return whether node `x` ranks before node `y`: by tier, order, id."""
    n = b.visits.size
    i, j = x if x < n else x - n, y if y < n else y - n
    p, q = b.person[i], b.person[j]
    tier_i, tier_j = p.tier if x < n else 2, q.tier if y < n else 2
    if tier_i != tier_j:
        return bool(tier_i < tier_j)
    if p.order != q.order:
        return bool(p.order < q.order)
    return bool(i < j)


@inner
def _link(b: Board, x: int, y: int) -> int:
    """Join two pairing heaps and return the root."""
    if _before(b, y, x):
        x, y = y, x
    b.node[y].sibling = b.node[x].child
    b.node[x].child = y
    return x


@inner
def _without_root(b: Board, root: int) -> int:
    """Return the root of a pairing heap after its first node has gone, -1 if that was all."""
    pairs = -1
    node = b.node[root].child
    while node >= 0:
        other = b.node[node].sibling
        if other < 0:
            b.node[node].sibling = pairs
            pairs = node
            break
        following = b.node[other].sibling
        joined = _link(b, node, other)
        b.node[joined].sibling = pairs
        pairs = joined
        node = following
    if pairs < 0:
        return -1
    merged = pairs
    node = b.node[pairs].sibling
    while node >= 0:
        following = b.node[node].sibling
        merged = _link(b, merged, node)
        node = following
    return int(merged)


# ---- Classes of waiting visits ---------------------------------------------------------------------


@inner
def _mark(b: Board, c: int) -> None:
    """Note that class `c` must be looked at in the next settle, if it holds anybody."""
    if b.klass[c].marked == 0 and b.klass[c].root >= 0:
        b.klass[c].marked = 1
        b.list[MARKED, b.counts[MARKED]].item = c
        b.counts[MARKED] += 1


@inner
def _mark_freed(b: Board, o: int) -> None:
    """Mark the classes that official `o` being free may help."""
    for x in range(b.officer[o].first, b.officer[o].stop):
        service = b.service[b.list[SKILL, x].item]
        c = service.classes
        while c >= 0:
            _mark(b, c)
            c = b.klass[c].after
        c = service.guided
        while c >= 0:
            _mark(b, c)
            c = b.klass[c].guided_after


@inner
def _mark_seekers(b: Board, point: int, place: int) -> None:
    """Mark the classes that a free place of kind `place` at `point` may help."""
    c = b.seekers[point, place]
    while c >= 0:
        _mark(b, c)
        c = b.klass[c].place_after


@inner
def _queue(b: Board, c: int, node: int) -> None:
    """Put a node into its class."""
    b.node[node].child = -1
    b.node[node].sibling = -1
    root = b.klass[c].root
    b.klass[c].root = node if root < 0 else _link(b, root, node)
    if b.klass[c].listed == 0:
        _list(b, c)


@inner
def _list(b: Board, c: int) -> None:
    """List class `c` until the day ends, wherever something that it needs may be freed."""
    k = b.klass[c]
    k.listed = 1
    b.list[LISTED, b.counts[LISTED]].item = c
    b.counts[LISTED] += 1
    k.after, b.service[k.service].classes = b.service[k.service].classes, c
    if k.guide >= 0:
        k.guided_after, b.service[k.guide].guided = b.service[k.guide].guided, c
    if k.place >= 0:
        k.place_after, b.seekers[k.point, k.place] = b.seekers[k.point, k.place], c


@inner
def _first(b: Board, c: int) -> int:
    """Return the first node of class `c` that still waits in that tier, -1 if none; drop what is stale."""
    n = b.visits.size
    root = b.klass[c].root
    while root >= 0:
        i = root if root < n else root - n
        if b.person[i].state == WAITING and (b.person[i].tier == 2) == (root >= n):
            break
        root = _without_root(b, root)
    b.klass[c].root = root
    return int(root)


@inner
def _count_waiting(b: Board, c: int, change: int) -> None:
    """Add `change` to those who wait in class `c`, its service and guidance; no-shows do not count."""
    k = b.klass[c]
    if k.no_show != 0:
        return
    k.waiting += change
    b.service[k.service].waiting += change
    if k.guide >= 0:
        b.service[k.guide].waiting += change


# ---- Who ends, and what follows from it ------------------------------------------------------------


@inner
def _count_pending(b: Board, i: int, change: int) -> None:
    """Add `change` to the follow-ups still to come for the service, and guidance, of visit `i`."""
    b.person[i].pending += change
    k = b.klass[b.person[i].klass]
    b.service[k.service].pending += change
    if k.guide >= 0:
        b.service[k.guide].pending += change


@inner
def _expect(b: Board, i: int) -> None:
    """Count visit `i`, named as a follow-up by somebody inside, as pending."""
    if i >= 0 and b.person[i].state == TO_COME and b.person[i].pending == 0:
        _count_pending(b, i, 1)


@inner
def _void(b: Board, i: int) -> None:
    """Make follow-up `i` (if any) one that never came about."""
    if i < 0 or b.person[i].state != TO_COME:
        return
    if b.person[i].pending != 0:
        _count_pending(b, i, -1)
    b.person[i].state = GONE
    b.visits[i].outcome = VOID
    b.counts[RESOLVED] += 1


@inner
def _release(b: Board, i: int, t: float, order: float) -> None:
    """Let follow-up `i` (if any) arrive now."""
    if i < 0:
        return
    b.visits[i].arrival = t
    b.visits[i].order = order
    b.person[i].order = order
    _push(b, RELEASED, float(i), i)


@inner
def _end(b: Board, i: int, outcome: int, t: float) -> None:
    """End visit `i` at `t` and let its follow-ups arrive or be void."""
    visit = b.visits[i]
    visit.end = t
    visit.outcome = outcome
    b.person[i].state = GONE
    b.counts[RESOLVED] += 1
    second, requeue = _wide(visit.second), _wide(visit.requeue)
    if outcome == NO_SHOW:
        _void(b, requeue)
        _void(b, second)
    elif outcome == REMOTE_FAILED and requeue >= 0:
        _release(b, requeue, t, b.person[i].order)
    else:
        _void(b, requeue)
        _release(b, second, t, t)


@inner
def _leave(b: Board, i: int, outcome: int, t: float) -> None:
    """Let a waiting visit leave the queue; a no-show ends as such."""
    _count_waiting(b, b.person[i].klass, -1)
    _end(b, i, NO_SHOW if b.visits[i].no_show != 0 else outcome, t)


@inner
def _turn_away_class(b: Board, c: int, t: float) -> None:
    """Turn away everybody who waits in class `c`."""
    n = b.visits.size
    node = _first(b, c)
    while node >= 0:
        _leave(b, node if node < n else node - n, TURNED_AWAY, t)
        node = _first(b, c)


@inner
def _turn_away(b: Board, service: int, door: int, t: float) -> None:
    """Turn away everybody who waits for `service`, at `door` or (-1) at any."""
    c = b.service[service].classes
    while c >= 0:
        if door < 0 or b.klass[c].door == door:
            _turn_away_class(b, c, t)
        c = b.klass[c].after


# ---- Officials -------------------------------------------------------------------------------------


@inner
def _stays(b: Board, o: int, k: int) -> bool:
    """Return whether official `o`, if rostered, stays for service `k`, one of his, after its last closing."""
    if b.send_away or b.officer[o].duty != ROSTERED:
        return False
    close = b.service[k].close
    for s in range(b.shifts.shape[1]):  # noqa: SIM110 - numba compiles no generator in any()
        if b.shifts[o, s, 0] < close <= b.shifts[o, s, 1]:
            return True
    return False


@inner
def _choose(b: Board, k: int, other: int, t: float) -> int:
    """Return the free official (not `other`) who takes a visit of service `k` now, NOBODY if none.

    Fewest skills first, then longest idle, then lowest number; row ABLE is sorted by the first and last.
    """
    best, since = -1, np.inf
    closed = t >= b.service[k].close
    for x in range(b.service[k].first, b.service[k].stop):
        o = b.list[ABLE, x].item
        if not b.free_since[o] < since or o == other:
            continue
        official = b.officer[o]
        if best >= 0 and official.skills > b.officer[best].skills:
            break
        if (closed or official.held != 0) and official.duty != ON_CALL and not _stays(b, o, k):
            continue
        best, since = o, b.free_since[o]
    return int(best)


@inner
def _note_free(b: Board, o: int) -> None:
    """Note since when official `o` can be chosen, after anything that decides it has changed."""
    official = b.officer[o]
    there = official.busy == 0 and (official.on != 0 or official.held != 0)
    b.free_since[o] = official.idle if there else np.inf


@inner
def _count_on_duty(b: Board, o: int, on: int) -> None:
    """Set whether official `o` is on duty, and count it for each of the services."""
    change = on - b.officer[o].on
    b.officer[o].on = on
    _note_free(b, o)
    if change != 0:
        for x in range(b.officer[o].first, b.officer[o].stop):
            b.service[b.list[SKILL, x].item].on_duty += change


@inner
def _free_official(b: Board, o: int, start: float, t: float) -> None:
    """Free official `o` from work of `[start, t)` and add what lay outside the segments."""
    official = b.officer[o]
    official.busy = 0
    official.idle = t
    official.served = 1
    _note_free(b, o)
    if official.duty != ROSTERED:
        return
    n_segments = b.shifts.shape[1]
    for s in range(n_segments):
        end = b.shifts[o, s, 1]
        if t <= end:
            break
        if start < end:
            following = b.shifts[o, s + 1, 0] if s + 1 < n_segments else np.inf
            if following < np.inf or official.held == 0:  # held: counted when leaving
                official.outside += min(t, following) - end


@inner
def _is_waited_for(b: Board, o: int) -> bool:
    """Return whether anybody waits for a service of official `o`."""
    for x in range(b.officer[o].first, b.officer[o].stop):
        if b.service[b.list[SKILL, x].item].waiting > 0:
            return True
    return False


@inner
def _keeps(b: Board, o: int) -> bool:
    """Return whether anybody waits, or is still to come, for a service for which official `o` stays."""
    for x in range(b.officer[o].first, b.officer[o].stop):
        k = b.list[SKILL, x].item
        if (b.service[k].waiting > 0 or b.service[k].pending > 0) and _stays(b, o, k):
            return True
    return False


@inner
def _stays_for_any(b: Board, o: int) -> bool:
    """Return whether official `o` stays for any service."""
    for x in range(b.officer[o].first, b.officer[o].stop):  # noqa: SIM110 - see `_stays`
        if _stays(b, o, b.list[SKILL, x].item):
            return True
    return False


@inner
def _held_leave(b: Board, t: float) -> None:
    """Let held officials go who are free and not needed any more."""
    size = 0
    for x in range(b.counts[HELD]):
        o = b.list[HELD, x].item
        official = b.officer[o]
        if official.busy == 0 and not _keeps(b, o):
            official.held = 0
            official.left = 1
            _note_free(b, o)
            official.outside += t - official.last_end
        else:
            b.list[HELD, size].item = o
            size += 1
    b.counts[HELD] = size


@inner
def _fetch(b: Board, t: float) -> None:
    """Fetch the officials on call for whom somebody ticketed now waits.

    Those who wait longer have theirs there or coming: who came stays while anybody waits.
    """
    for x in range(b.counts[TICKETED]):
        k = b.klass[b.person[b.list[TICKETED, x].item].klass]
        if k.waiting > 0:
            _call(b, k.service, t)
            if k.guide >= 0:
                _call(b, k.guide, t)


@inner
def _call(b: Board, k: int, t: float) -> None:
    """Call the officials on call for service `k` who are neither there nor coming."""
    if b.service[k].on_call == 0:
        return
    for x in range(b.service[k].first, b.service[k].stop):
        o = b.list[ABLE, x].item
        official = b.officer[o]
        if official.duty == ON_CALL and official.on == 0 and official.coming == 0:
            official.coming = 1
            _alarm(b, t + b.fetch_minutes, o, COMES)


@inner
def _called_go(b: Board, t: float) -> None:
    """Let officials on call go who are free and have nobody waiting for them."""
    size = 0
    for x in range(b.counts[THERE]):
        o = b.list[THERE, x].item
        official = b.officer[o]
        if official.busy == 0 and not _is_waited_for(b, o):
            _count_on_duty(b, o, 0)
            official.on_call += t - official.came
        else:
            b.list[THERE, size].item = o
            size += 1
    b.counts[THERE] = size


@inner
def _comes(b: Board, o: int, t: float) -> None:
    """Note that the on-call official `o` has come."""
    official = b.officer[o]
    official.coming = 0
    official.came = t
    if official.served == 0:
        official.idle = t
    _count_on_duty(b, o, 1)
    b.list[THERE, b.counts[THERE]].item = o
    b.counts[THERE] += 1
    _mark_freed(b, o)


# ---- Instants --------------------------------------------------------------------------------------


@inner
def _alarm(b: Board, t: float, who: int, kind: int) -> None:
    """Set an alarm: the deadline or appointed time of visit `who`, or on-call official `who` comes."""
    _push(b, ALARMS, t, who * 3 + kind)


@inner
def _finish(b: Board, item: int, t: float) -> None:
    """Stage 1: end a service, a failing session or guidance."""
    i = item >> 1
    visit = b.visits[i]
    if item & 1:
        guide = _wide(visit.guide)
        _free_official(b, guide, visit.start, t)
        _mark_freed(b, guide)
        return
    c = b.klass[b.person[i].klass]
    official = _wide(visit.official)
    _free_official(b, official, visit.start, t)
    _mark_freed(b, official)
    if c.place >= 0:
        b.free[c.point, c.place] += 1
        _mark_seekers(b, c.point, c.place)
    if visit.no_show != 0:
        _end(b, i, NO_SHOW, t)
    else:
        _end(b, i, REMOTE_FAILED if visit.fail_after < np.inf else SERVED, t)


@inner
def _ticket(b: Board, i: int, t: float) -> None:
    """Let visit `i` wait inside from `t` on."""
    visit, person = b.visits[i], b.person[i]
    visit.ticket = t
    person.state = WAITING
    person.tier = 1 if visit.booked == 0 else (2 if visit.appointed > t else 0)
    if visit.no_show == 0:
        _expect(b, _wide(visit.second))
        _expect(b, _wide(visit.requeue))
    c = person.klass
    _count_waiting(b, c, 1)
    _queue(b, c, i + b.visits.size if person.tier == 2 else i)
    _mark(b, c)
    b.list[TICKETED, b.counts[TICKETED]].item = i
    b.counts[TICKETED] += 1


@inner
def _shift_ends(b: Board, o: int, t: float) -> None:
    """Stage 2: a segment of official `o` ends; who stays is held after the last."""
    official = b.officer[o]
    _count_on_duty(b, o, 0)
    if t < official.last_end:
        return
    if _stays_for_any(b, o):
        official.held = 1
        _note_free(b, o)
        b.list[HELD, b.counts[HELD]].item = o
        b.counts[HELD] += 1
    else:
        official.left = 1


@inner
def _door_opens(b: Board, j: int, t: float) -> None:
    """Stage 2: ticket everybody outside and look at everybody inside."""
    b.door[j].state = OPEN
    i = b.door[j].outside
    b.door[j].outside = -1
    while i >= 0:
        following = b.node[i].sibling
        _ticket(b, i, t)
        i = following
    c = b.service[b.door[j].service].classes
    while c >= 0:
        if b.klass[c].door == j:
            _mark(b, c)
        c = b.klass[c].after


@inner
def _door_closes(b: Board, j: int, w: int, t: float) -> None:
    """Stage 2: a window of door `j` ends; after the last one the closing policy acts."""
    if w + 1 < b.windows.shape[1] and b.windows[j, w + 1, 0] < np.inf:
        b.door[j].state = SHUT
        return
    b.door[j].state = CLOSED
    k = b.door[j].service
    if b.send_away:
        _turn_away(b, k, j, t)
    elif t >= b.service[k].close and b.service[k].kept == 0:
        _turn_away(b, k, ANY, t)


@inner
def _tick(b: Board, code: int, t: float) -> None:
    """Stage 2: note one event of the clock (see `_fill_clock` for the code)."""
    kind, w, who = code & 3, (code >> 2) & 255, code >> 10
    if kind == DOOR_OPENS:
        _door_opens(b, who, t)
    elif kind == DOOR_CLOSES:
        _door_closes(b, who, w, t)
    elif b.officer[who].duty == ROSTERED:
        if kind == SHIFT_ENDS:
            _shift_ends(b, who, t)
        else:
            _count_on_duty(b, who, 1)
            _mark_freed(b, who)


@inner
def _ring(b: Board, item: int, t: float) -> None:
    """Stage 2: note one alarm; those whose patience ends leave only after the walk."""
    who, kind = item // 3, item % 3
    if kind == COMES:
        _comes(b, who, t)
    elif b.person[who].state != WAITING:
        return
    elif kind == DEADLINE:
        b.list[LEAVING, b.counts[LEAVING]].item = who
        b.counts[LEAVING] += 1
    elif b.person[who].tier == 2:
        b.person[who].tier = 0
        _queue(b, b.person[who].klass, who)


@inner
def _can_still_be_had(b: Board, j: int, t: float) -> bool:
    """Return whether a follow-up that arrives after the last closing of door `j` may join."""
    if b.send_away or b.door[j].state == NEVER:
        return False
    k = b.door[j].service
    if t < b.service[k].close or b.service[k].on_call > 0:
        return True
    for x in range(b.service[k].first, b.service[k].stop):
        o = b.list[ABLE, x].item
        if b.officer[o].left == 0 and _stays(b, o, k):
            return True
    return False


@inner
def _balks(b: Board, i: int, k: int) -> bool:
    """Return whether the queue for service `k` turns visit `i` away."""
    q, n = b.service[k].waiting, max(1, b.service[k].on_duty)
    if q == 0 or b.visits[i].booked != 0:
        return False
    r = (q / n) / b.balking_queue_length
    return bool(b.visits[i].balk_u < min(1.0, r * r / 2.0))


@inner
def _arrive(b: Board, i: int, t: float) -> None:
    """Stage 3: note one arrival."""
    visit, person = b.visits[i], b.person[i]
    if person.pending != 0:
        _count_pending(b, i, -1)
    c = b.klass[person.klass]
    j = c.door
    state = b.door[j].state
    if state == SHUT:
        person.state = OUTSIDE
        b.node[i].sibling = b.door[j].outside
        b.door[j].outside = i
    elif state != OPEN and (person.follow_up == 0 or not _can_still_be_had(b, j, t)):
        _end(b, i, NO_SHOW if visit.no_show != 0 else TURNED_AWAY, t)
    elif _balks(b, i, c.service):
        visit.ticket = t
        _end(b, i, BALKED, t)
    else:
        _ticket(b, i, t)


@inner
def _arrivals(b: Board, t: float) -> None:
    """Stage 3: note the arrivals of `t` in id order, follow-ups among them."""
    while True:
        entry = b.list[ARRIVALS, b.counts[ARRIVALS]]
        i = entry.item if entry.time == t else NOBODY
        if b.counts[RELEASED] > 0 and (i < 0 or b.list[RELEASED, 0].item < i):
            i = _pop(b, RELEASED)
        elif i >= 0:
            b.counts[ARRIVALS] += 1
        else:
            return
        _arrive(b, i, t)


@inner
def _start(b: Board, c: int, i: int, t: float) -> int:
    """Start visit `i` of class `c` if all it needs is free together; return what was found."""
    k = b.klass[c]
    if k.place >= 0 and b.free[k.point, k.place] <= 0:
        return BLOCKED
    o = _choose(b, k.service, NOBODY, t)
    if o < 0:
        return NOBODY_FREE
    guide = NOBODY
    if k.guide >= 0:
        guide = _choose(b, k.guide, o, t)
        if guide < 0:
            return BLOCKED
    visit = b.visits[i]
    visit.start = t
    visit.official = o
    visit.guide = guide
    duration = visit.fail_after if visit.fail_after < np.inf else visit.service_time
    b.officer[o].busy = 1
    b.free_since[o] = np.inf
    _push(b, ENDS, t + duration, 2 * i)
    if guide >= 0:
        b.officer[guide].busy = 1
        b.free_since[guide] = np.inf
        release = t + min(visit.guidance_time, duration)
        _push(b, ENDS, release, 2 * i + 1)
    if k.place >= 0:
        b.free[k.point, k.place] -= 1
    b.person[i].state = IN_SERVICE
    _count_waiting(b, c, -1)
    return STARTED


@inner
def _heads(b: Board) -> int:
    """Keep of the marked classes those with an open door and somebody waiting; return how many."""
    size = 0
    for x in range(b.counts[MARKED]):
        c = b.list[MARKED, x].item
        b.klass[c].marked = 0
        if b.door[b.klass[c].door].state == SHUT:
            continue
        node = _first(b, c)
        if node >= 0:
            b.list[MARKED, size].item = c
            b.list[HEAD, size].item = node
            size += 1
    b.counts[MARKED] = 0
    return size


@inner
def _walk(b: Board, t: float) -> None:
    """Stage 4: start in rank order what can start."""
    n = b.visits.size
    size = _heads(b)
    while size > 0:
        best = 0
        for x in range(1, size):
            if _before(b, b.list[HEAD, x].item, b.list[HEAD, best].item):
                best = x
        c, node = b.list[MARKED, best].item, b.list[HEAD, best].item
        found = _start(b, c, node if node < n else node - n, t)
        if found == NOBODY_FREE:
            size = _drop(b, size, b.klass[c].service)
            continue
        node = _first(b, c) if found == STARTED else -1
        if node >= 0:
            b.list[HEAD, best].item = node
        else:
            size -= 1
            b.list[MARKED, best].item = b.list[MARKED, size].item
            b.list[HEAD, best].item = b.list[HEAD, size].item


@inner
def _drop(b: Board, size: int, service: int) -> int:
    """Drop the classes of a service from those walked through; return how many remain."""
    kept = 0
    for x in range(size):
        c = b.list[MARKED, x].item
        if b.klass[c].service != service:
            b.list[MARKED, kept].item = c
            b.list[HEAD, kept].item = b.list[HEAD, x].item
            kept += 1
    return kept


@inner
def _deadline(b: Board, i: int) -> float:
    """Return when the patience of visit `i` ends; minutes between two windows do not count [min]."""
    visit = b.visits[i]
    base = visit.ticket
    if visit.booked != 0 and visit.appointed > base:
        base = visit.appointed
    deadline = base + visit.patience
    if visit.no_show != 0 or deadline == np.inf:
        return float(deadline)
    j = b.klass[b.person[i].klass].door
    for w in range(b.windows.shape[1] - 1):
        shut, reopen = b.windows[j, w, 1], b.windows[j, w + 1, 0]
        if reopen == np.inf:
            break
        if base < reopen and deadline > shut:
            deadline = deadline + (reopen - max(base, shut))
    return float(deadline)


@inner
def _watch(b: Board, t: float) -> None:
    """Stage 4: set the alarms of those ticketed now who still wait, or let them leave at once."""
    for x in range(b.counts[TICKETED]):
        i = b.list[TICKETED, x].item
        if b.person[i].state != WAITING:
            continue
        deadline = _deadline(b, i)
        if deadline <= t:
            _leave(b, i, RENEGED, t)
            continue
        if deadline < np.inf:
            _alarm(b, deadline, i, DEADLINE)
        if b.person[i].tier == 2:
            _alarm(b, b.visits[i].appointed, i, APPOINTED)


@inner
def _settle(b: Board, t: float) -> None:
    """Stage 4: the walk, then who leaves: impatient visits, officials on call, held officials."""
    if b.counts[MARKED] > 0:
        _walk(b, t)
    for x in range(b.counts[LEAVING]):
        i = b.list[LEAVING, x].item
        if b.person[i].state == WAITING:
            _leave(b, i, RENEGED, t)
    b.counts[LEAVING] = 0
    _watch(b, t)
    if b.counts[CALLED] > 0:
        _fetch(b, t)
        _called_go(b, t)
    b.counts[TICKETED] = 0
    if b.counts[HELD] > 0:
        _held_leave(b, t)


@inner
def _note(b: Board, t: float) -> None:
    """Stages 1 and 2 of the instant `t`."""
    while b.counts[ENDS] > 0 and b.list[ENDS, 0].time == t:
        _finish(b, _pop(b, ENDS), t)
    while b.clock[b.counts[CLOCK]].time == t:
        b.counts[CLOCK] += 1
        _tick(b, b.clock[b.counts[CLOCK] - 1].item, t)
    while b.counts[ALARMS] > 0 and b.list[ALARMS, 0].time == t:
        _ring(b, _pop(b, ALARMS), t)


@inner
def _next_instant(b: Board) -> float:
    """Return when something happens next, inf if nothing does; alarms of visits long begun are dropped."""
    while b.counts[ALARMS] > 0 and b.list[ALARMS, 0].item % 3 != COMES:
        if b.person[b.list[ALARMS, 0].item // 3].state == WAITING:
            break
        _pop(b, ALARMS)
    t = min(b.list[ARRIVALS, b.counts[ARRIVALS]].time, b.clock[b.counts[CLOCK]].time)
    if b.counts[ENDS] > 0:
        t = min(t, b.list[ENDS, 0].time)
    if b.counts[ALARMS] > 0:
        t = min(t, b.list[ALARMS, 0].time)
    return float(t)


@inner
def _give_up(b: Board) -> None:
    """End the day for those who wait for ever: nobody or no place for them will be free again."""
    n = b.visits.size
    for x in range(b.counts[LISTED]):
        c = b.list[LISTED, x].item
        close = b.service[b.klass[c].service].close
        node = _first(b, c)
        while node >= 0:
            i = node if node < n else node - n
            visit = b.visits[i]
            _void(b, _wide(visit.requeue))
            _void(b, _wide(visit.second))
            visit.end = max(visit.ticket, close)
            visit.outcome = NO_SHOW if visit.no_show != 0 else TURNED_AWAY
            b.person[i].state = GONE
            node = _first(b, c)
    for o in range(b.officer.size):
        official = b.officer[o]
        if official.held != 0:
            leaves = max(official.idle, official.last_end) if official.served != 0 else official.last_end
            official.outside += leaves - official.last_end
        elif official.duty == ON_CALL and official.on != 0:
            official.on_call += max(official.idle, official.came) - official.came


# ---- Days ------------------------------------------------------------------------------------------


@inner
def _set_services(b: Board) -> None:
    """Set the last closings of the day's services; guidance closes with the last service it guides for."""
    for k in range(b.service.size):
        service = b.service[k]
        service.close = -np.inf
        service.waiting = service.pending = service.on_duty = service.on_call = service.kept = 0
    for j in range(b.door.size):
        b.door[j].outside = -1
        b.door[j].state = NEVER
        for w in range(b.windows.shape[1]):
            if b.windows[j, w, 0] < np.inf:
                b.door[j].state = SHUT
                service = b.service[b.door[j].service]
                service.close = max(service.close, b.windows[j, w, 1])
    for j in range(b.door.size):
        guide = b.door[j].guide
        if guide >= 0:
            b.service[guide].close = max(b.service[guide].close, b.service[b.door[j].service].close)
    for k in range(b.service.size):
        if b.service[k].close == -np.inf:
            b.service[k].close = np.inf


@inner
def _set_officials(b: Board, duty: NDArray[np.int8]) -> None:
    """Set the day's officials: shifts, who is on call, and which services are kept after closing."""
    for o in range(b.officer.size):
        official = b.officer[o]
        official.duty = duty[o]
        b.free_since[o] = np.inf
        official.on = official.held = official.busy = official.coming = official.served = 0
        official.left = 1 if duty[o] == OFF else 0
        official.outside = official.on_call = 0.0
        official.came = official.last_end = -np.inf
        official.idle = b.shifts[o, 0, 0] if b.shifts.shape[1] > 0 else np.inf
        for s in range(b.shifts.shape[1]):
            if b.shifts[o, s, 0] < np.inf:
                official.last_end = b.shifts[o, s, 1]
        if duty[o] == ON_CALL:
            b.counts[CALLED] += 1
        for x in range(b.officer[o].first, b.officer[o].stop):
            k = b.list[SKILL, x].item
            b.service[k].on_call += 1 if duty[o] == ON_CALL else 0
            if duty[o] == ON_CALL or _stays(b, o, k):
                b.service[k].kept = 1


@inner
def _class_of(b: Board, i: int) -> int:
    """Return the class of visit `i`: visits of one class need the same things."""
    visit = b.visits[i]
    guided = 1 if visit.guided != 0 else 0
    no_show = 1 if visit.no_show != 0 else 0
    return int(((visit.door * 4 + visit.place + 1) * 2 + guided) * 2 + no_show)


@inner
def _set_visits(b: Board) -> None:
    """Set the day's visits and sort their first arrivals; one at inf closes the list."""
    size = void = 0
    for i in range(b.visits.size):
        visit, person = b.visits[i], b.person[i]
        person.klass = _class_of(b, i)
        person.state = TO_COME
        person.pending = 0
        person.order = visit.order
        person.follow_up = 1 if np.isnan(visit.arrival) else 0
        if person.follow_up == 0 and visit.outcome == VOID:
            void += 1
        elif person.follow_up == 0:
            b.list[ARRIVALS, size].time = visit.arrival
            b.list[ARRIVALS, size].item = i
            size += 1
    b.counts[ARRIVALS] = size
    _sort_arrivals(b)
    b.list[ARRIVALS, size].time = np.inf
    b.counts[ARRIVALS] = 0  # from here on: the next to come
    if void > 0:
        _set_void(b)


@inner
def _set_void(b: Board) -> None:
    """Let the visits of the day that were struck out before, and what would follow from them, not come."""
    for i in range(b.visits.size):
        if b.person[i].follow_up == 0 and b.visits[i].outcome == VOID:
            _void(b, i)
            _void(b, _wide(b.visits[i].requeue))
            _void(b, _wide(b.visits[i].second))


@inner
def _set_board(b: Board, places: Ints, duty: NDArray[np.int8]) -> None:
    """Set the board for a day; the classes were left empty by `_clear`."""
    for x in range(N_COUNTS):
        b.counts[x] = 0
    for p in range(places.shape[0]):
        for kind in range(places.shape[1]):
            b.free[p, kind] = places[p, kind]
    _set_services(b)
    _set_officials(b, duty)
    _set_visits(b)


@inner
def _play(b: Board) -> None:
    """Play the day on the board, instant by instant until every visit has ended."""
    while b.counts[RESOLVED] < b.visits.size:
        t = _next_instant(b)
        if t == np.inf:
            _give_up(b)
            return
        _note(b, t)
        _arrivals(b, t)
        _settle(b, t)
        while b.counts[RELEASED] > 0:
            _arrivals(b, t)
            _settle(b, t)


@inner
def _clear(b: Board) -> None:
    """Take all classes off the lists, and out of them visits long gone."""
    for x in range(b.counts[LISTED]):
        k = b.klass[b.list[LISTED, x].item]
        k.root = k.after = k.guided_after = k.place_after = -1
        k.listed = k.waiting = 0
        b.service[k.service].classes = -1
        if k.guide >= 0:
            b.service[k.guide].guided = -1
        if k.place >= 0:
            b.seekers[k.point, k.place] = -1


@inner
def _blank(visits: Records) -> None:
    """Make the visits of a day that has been played ones to play; those struck out stay so."""
    for i in range(visits.size):
        for row in (_wide(visits[i].second), _wide(visits[i].requeue)):
            if row >= 0:
                visits[row].arrival = visits[row].order = np.nan
                visits[row].outcome = PENDING
    for i in range(visits.size):
        visit = visits[i]
        visit.ticket = visit.start = visit.end = np.nan
        visit.official = visit.guide = NOBODY
        visit.outcome = VOID if visit.outcome == VOID else PENDING


@inner
def _tell(visits: Records, call: Call, d: int, last: int) -> None:
    """Strike out or bring back the next attempts after the sessions of day `d`, as these failed or not.

    Of the days of the call, those from `last` on must not be touched yet.
    """
    start, state = call.start, call.state
    state[d] = PLAYED
    for row in range(start[d], start[d + 1]):
        if visits[row].later == 0:
            continue
        attempt = row + visits[row].later
        if start[last] <= attempt < start[len(start) - 1]:
            state[d] = UNTOLD
            continue
        void = visits[row].outcome != REMOTE_FAILED
        if void == (visits[attempt].outcome == VOID):
            continue
        visits[attempt].outcome = VOID if void else PENDING
        due = d + 1
        while due < len(state) and start[due + 1] <= attempt:
            due += 1
        if due < len(state) and state[due] != TO_PLAY:
            state[due] = STALE


@entry
def _play_days(board: Board, days: Days, call: Call, span: tuple[int, int]) -> None:
    """Play in turn those of the days from ``span[0]`` to before ``span[1]`` that have to be played."""
    start, state, extras = call.start, call.state, call.extras
    for d in range(span[0], span[1]):
        first, stop = start[d], start[d + 1]
        if first == stop or state[d] == PLAYED:
            continue
        if state[d] == UNTOLD:
            _tell(board.visits, call, d, span[1])
            continue
        if state[d] == STALE:
            _blank(board.visits[first:stop])
        kind = days.kind[call.first + d]
        b = Board(
            board.visits[first:stop],
            board.person,
            board.node,
            board.officer,
            board.free_since,
            board.klass,
            board.service,
            board.door,
            board.free,
            board.seekers,
            days.shifts[kind],
            days.windows[kind],
            days.clocks[kind],
            board.list,
            board.counts,
            board.fetch_minutes,
            board.balking_queue_length,
            board.send_away,
        )
        _set_board(b, days.places, days.duty[call.first + d])
        _play(b)
        _clear(b)
        for o in range(b.officer.size):
            extras[d, o, 0] = b.officer[o].outside
            extras[d, o, 1] = b.officer[o].on_call
        _tell(board.visits, call, d, span[1])


class CompiledEngine:
    """Plays days on one setting; keeps the prepared setting and its scratch memory from call to call.

    Parameters
    ----------
    setting
        Officials, places, doors and hours; later changes to its arrays have no effect.

    Notes
    -----
    Simultaneous events follow decision 2, *An instant*. A day hangs on those before it in nothing but which
    next attempts come about, so any split of a year into calls, one after the other, gives the same records.
    Days of one call are shared out to threads; the few that another thread's days have since struck visits
    out of are played again. One engine must not be called by two threads at once.
    """

    def __init__(self, setting: Setting) -> None:
        shifts = np.array(setting.shifts, np.float64, order="C")
        windows = np.array(setting.windows, np.float64, order="C")
        self._days = Days(
            np.array(setting.day_type, np.int64),
            np.array(setting.duty, np.int8, order="C"),
            shifts,
            windows,
            _clocks(shifts, windows),
            np.array(setting.places, np.int64, order="C"),
        )
        board = _board(setting)
        self._boards = [board, *(_copy(board) for _ in range(n_threads() - 1))]

    def run_days(self, visits: Records, day_start: Ints, first_index: int) -> Floats:
        """Play a range of days and write each visit's fate into its record.

        Parameters
        ----------
        visits
            `VISIT` rows of all the days, by (day, id), changed in place; `second` and `requeue` count within
            a day's slice. Rows of later days may follow, as far as `later` reaches: which of them never
            come about is written there.
        day_start
            Offsets (n_days + 1,): day `d` is ``visits[day_start[d]:day_start[d + 1]]``.
        first_index
            Position of the first day in `Setting.day_type` and `Setting.duty`.

        Returns
        -------
        ndarray (n_days, n_officials, 2)
            Minutes worked or held outside the shift segments, minutes present on call [min].
        """
        rows = np.require(visits, VISIT, ["C", "W"])
        start = np.require(day_start, np.int64, ["C", "W"])
        n_days, busiest = start.size - 1, int(np.diff(start).max(initial=0))
        extras = np.zeros((n_days, self._boards[0].officer.size, 2))
        call = Call(start, first_index, np.full(n_days, TO_PLAY), extras)
        stretches = cut(start, _VISITS_A_THREAD)
        for n in range(len(stretches)):
            self._boards[n] = _with_room(self._boards[n], busiest)
        boards = [board._replace(visits=rows) for board in self._boards]
        side_by_side(
            [
                partial(_play_days, board, self._days, call, stretch)
                for board, stretch in zip(boards, stretches, strict=False)
            ]
        )
        if len(stretches) > 1:
            _play_days(boards[0], self._days, call, (0, n_days))
        if rows is not visits:
            visits[:] = rows
        return extras

    def run_day(self, visits: Records, index: int) -> DayExtra:
        """Play one day and write each visit's fate into its record.

        Parameters
        ----------
        visits
            The day's `VISIT` rows by id, changed in place.
        index
            Position of the day in `Setting.day_type` and `Setting.duty`.

        Returns
        -------
        DayExtra
            Minutes outside the roster and on call of each official.
        """
        extras = self.run_days(visits, np.array([0, visits.size]), index)
        return DayExtra(extras[0, :, 0].copy(), extras[0, :, 1].copy())


def run_days(visits: Records, day_start: Ints, first_index: int, setting: Setting) -> Floats:
    """Play a range of days on `setting`; see `CompiledEngine.run_days`."""
    return CompiledEngine(setting).run_days(visits, day_start, first_index)


def run_day(visits: Records, setting: Setting, index: int) -> DayExtra:
    """Play one day on `setting`; see `CompiledEngine.run_day`, which is quicker for day after day."""
    return CompiledEngine(setting).run_day(visits, index)


def _clocks(shifts: Floats, windows: Floats) -> Records:
    """Return the clock events of each day type by time, those of one instant by kind, inf behind the last.

    The item of an event is kind + 4 * segment or window + 1024 * official or door.
    """
    hours = {SHIFT_ENDS: shifts[..., 1], DOOR_CLOSES: windows[..., 1]}
    hours |= {SHIFT_STARTS: shifts[..., 0], DOOR_OPENS: windows[..., 0]}
    n_types = shifts.shape[0]
    time, item = [], []
    for kind, of_kind in sorted(hours.items()):
        who, part = np.indices(of_kind.shape[1:])
        time.append(of_kind.reshape(n_types, -1))
        item.append((kind + 4 * part + 1024 * who).ravel())
    times = np.concatenate([*time, np.full((n_types, 1), np.inf)], axis=1)
    items = np.concatenate([*item, np.zeros(1, np.int64)])
    order = np.argsort(times, axis=1, kind="stable")
    clocks = np.empty(times.shape, _ENTRY)
    clocks["time"] = np.take_along_axis(times, order, axis=1)
    clocks["item"] = items[order]
    return clocks


def _board(setting: Setting) -> Board:
    """Return a board without visits, with all that stays the same from day to day."""
    able = setting.able
    n_officials, n_services = able.shape
    klass = _classes(setting)
    size = max(2 * n_officials + 2, klass.size, np.count_nonzero(able))
    lists = np.zeros((N_LISTS, size), _ENTRY)
    officer, service = np.zeros(n_officials, _OFFICER), np.zeros(n_services, _SERVICE)
    official_of, service_of = np.nonzero(able)
    lists["item"][SKILL, : service_of.size] = service_of
    officer["first"] = np.searchsorted(official_of, np.arange(n_officials))
    officer["stop"] = np.searchsorted(official_of, np.arange(n_officials), side="right")
    officer["skills"] = setting.skills
    service["classes"] = service["guided"] = -1
    by_skill = np.argsort(setting.skills, kind="stable")
    service_of, rank = np.nonzero(able[by_skill].T)
    lists["item"][ABLE, : rank.size] = by_skill[rank]
    service["first"] = np.searchsorted(service_of, np.arange(n_services))
    service["stop"] = np.searchsorted(service_of, np.arange(n_services), side="right")
    door = np.zeros(setting.door_point.size, _DOOR)
    door["service"] = setting.door_service
    door["guide"] = setting.guidance[setting.door_point]
    return Board(
        np.zeros(0, VISIT),
        np.zeros(0, _PERSON),
        np.zeros(0, _NODE),
        officer,
        np.full(n_officials, np.inf),
        klass,
        service,
        door,
        np.array(setting.places, np.int64, order="C"),
        np.full(setting.places.shape, -1),
        np.zeros(setting.shifts.shape[1:]),
        np.zeros(setting.windows.shape[1:]),
        np.zeros(1, _ENTRY),
        lists,
        np.zeros(N_COUNTS, np.int64),
        float(setting.fetch_minutes),
        float(setting.balking_queue_length),
        bool(setting.send_away),
    )


def _copy(board: Board) -> Board:
    """Return a board that shares nothing with another one."""
    return Board._make(part.copy() if isinstance(part, np.ndarray) else part for part in board)


def _with_room(board: Board, longest: int) -> Board:
    """Return the board with room for days of `longest` visits: the same one, or one with room to spare."""
    if longest <= board.person.size:
        return board
    longest += longest // 4
    size = max(2 * longest + 2 * board.officer.size + 2, board.list.shape[1])
    lists = np.zeros((N_LISTS, size), _ENTRY)
    lists[:, : board.list.shape[1]] = board.list
    return board._replace(person=np.zeros(longest, _PERSON), node=np.zeros(2 * longest, _NODE), list=lists)


def _classes(setting: Setting) -> Records:
    """Return what the visits of each class need; `_class_of` numbers the classes."""
    number = np.arange(16 * setting.door_point.size)
    klass = np.zeros(number.size, _CLASS)
    klass["door"] = door = number // 16
    klass["service"] = setting.door_service[door]
    klass["point"] = setting.door_point[door]
    klass["place"] = number // 4 % 4 - 1
    klass["guide"] = np.where(number // 2 % 2 == 1, setting.guidance[setting.door_point[door]], -1)
    klass["no_show"] = number % 2
    for link in ("root", "after", "guided_after", "place_after"):
        klass[link] = -1
    return klass
