"""The compiled engine: plays days at the points by the rules of decision 2, in machine code.

Everything compiled for the engine lives here, because numba's cache notices changes in this file only.
The rules, and the words for them, are those of `docs/decisions/0002-the-day-at-the-points.md`; the
SimPy engine plays the same ones and is the one to read first.

How it works: a day is a loop over instants. Ends of service and alarms (patience, appointed times, on-call
officials) lie in two binary heaps, opening hours and shifts in one sorted list a day type, first arrivals in a
sorted list. Waiting visits of one door, place kind, guidance and no-show flag form a *class*: they need the same
things, so a class whose first visit can't start is blocked as a whole. Each class is a pairing heap in rank order.
Only classes that something was freed for, or that somebody joined, are looked at in a settle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numba
import numpy as np
from numpy.typing import NDArray

from sim.queues.setting import OFF, ON_CALL, ROSTERED, DayExtra, Setting
from sim.visits import VISIT, Outcome

SERVED, RENEGED, BALKED, TURNED_AWAY = (
    int(Outcome.SERVED),
    int(Outcome.RENEGED),
    int(Outcome.BALKED),
    int(Outcome.TURNED_AWAY),
)
NO_SHOW, REMOTE_FAILED, VOID = int(Outcome.NO_SHOW), int(Outcome.REMOTE_FAILED), int(Outcome.VOID)

#: Where a visit is.
TO_COME, OUTSIDE, WAITING, IN_SERVICE, GONE = 0, 1, 2, 3, 4
#: State of a door; NEVER opens that day, CLOSED after its last closing.
SHUT, OPEN, CLOSED, NEVER = 0, 1, 2, 3
#: Kinds of clock event, in the order in which they are noted at one instant.
SHIFT_ENDS, DOOR_CLOSES, SHIFT_STARTS, DOOR_OPENS = 0, 1, 2, 3
#: Kinds of alarm, see `_alarm`.
DEADLINE, APPOINTED, COMES = 0, 1, 2
#: Slots of `Board.count`.
ENDS, ALARMS, RELEASED, ACTIVE, MARKED, TICKETED, LEAVING = 0, 1, 2, 3, 4, 5, 6
RESOLVED, HELD, CALLED, CLOCK, FRESH, N_COUNTS = 7, 8, 9, 10, 11, 12

_PERSON = np.dtype(
    [
        ("order", "f8"),
        ("klass", "i4"),
        ("state", "i1"),
        ("tier", "i1"),
        ("pending", "i1"),
        ("follow_up", "i1"),
    ]
)
_OFFICER = np.dtype(
    [
        ("idle", "f8"),  # idle_since
        ("came", "f8"),  # when the one on call last came
        ("last_end", "f8"),  # end of the last shift segment
        ("outside", "f8"),
        ("on_call", "f8"),
        ("skills", "i4"),
        ("duty", "i1"),
        ("on", "i1"),  # within a segment, or there on call
        ("held", "i1"),
        ("busy", "i1"),
        ("coming", "i1"),
        ("served", "i1"),
        ("left", "i1"),
    ]
)
_CLASS = np.dtype(
    [
        ("root", "i4"),  # first node of the pairing heap, -1
        ("spot", "i4"),  # place in the list of active classes, -1
        ("door", "i4"),
        ("service", "i4"),
        ("point", "i4"),
        ("place", "i4"),
        ("guide", "i4"),  # guidance service needed, -1
        ("waiting", "i4"),
        ("no_show", "i1"),
        ("marked", "i1"),
    ]
)
_SERVICE = np.dtype(
    [
        ("close", "f8"),
        ("waiting", "i4"),  # ticketed and waiting, no no-shows
        ("pending", "i4"),
        ("on_duty", "i4"),  # able officials on duty
        ("on_call", "i4"),  # able officials on call that day
        ("kept", "i1"),  # somebody stays for it or can be called
    ]
)
_DOOR = np.dtype([("state", "i1"), ("outside", "i4")])

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Records = NDArray[np.void]


class Board(NamedTuple):
    """The state of the day in play; scratch arrays are allocated once a call and reused from day to day."""

    visits: Records  # (n,) the day's slice of the table
    setting: Setting
    person: Records  # (>= n,) state of each visit
    officer: Records  # (O,)
    klass: Records  # (C,) classes of waiting visits
    service: Records  # (K,)
    door: Records  # (J,)
    free: Ints  # (P, 3) free places
    shifts: Floats  # (O, S, 2) of the day's type
    windows: Floats  # (J, W, 2) of the day's type
    able_first: Ints  # (K + 1,) where each service's officials begin in `able_list`
    able_list: Ints  # officials able to do each service, fewest skills first, then lowest number
    skill_first: Ints  # (O + 1,) where each official's services begin in `skill_list`
    skill_list: Ints
    clock_time: Floats  # clock events of the day's type, ascending, inf behind the last
    clock_code: Ints
    end_time: Floats  # heap of ends of service and guidance
    end_item: Ints  # visit * 2, + 1 for the end of guidance
    alarm_time: Floats  # heap of alarms
    alarm_item: Ints  # see `_alarm`
    released_time: Floats  # heap of follow-ups that arise now, by row
    released_item: Ints
    child: Ints  # (>= 2n,) pairing heaps; node i is visit i, node n + i is visit i in tier 2
    sibling: Ints  # (>= 2n,) also links those who wait outside a door
    active: Ints  # (C,) classes with nodes
    marked: Ints  # (C,) classes to look at in the next settle
    head: Ints  # (C,) their first visits' nodes
    ticketed: Ints  # (>= n,) visits ticketed since the last settle
    leaving: Ints  # (>= n,) visits whose patience ends now
    called: Ints  # (O,) officials on call that day
    count: Ints  # (N_COUNTS,) sizes of the lists above


def _compiled[F: Callable[..., object]](function: F) -> F:
    """Return `function` compiled by numba; float arithmetic stays as written (no fast maths)."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


# ---- Heaps ------------------------------------------------------------------------------------------


@_compiled
def _push(time: Floats, item: Ints, size: int, t: float, what: int) -> int:
    """Put `what` due at `t` on a binary heap of `size` entries and return the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if time[above] <= t:
            break
        time[at] = time[above]
        item[at] = item[above]
        at = above
    time[at] = t
    item[at] = what
    return size + 1


@_compiled
def _pop(time: Floats, item: Ints, size: int) -> int:
    """Take the first entry off a binary heap of `size` entries; return the new size."""
    size -= 1
    t, what = time[size], item[size]
    at, below = 0, 1
    while below < size:
        if below + 1 < size and time[below + 1] < time[below]:
            below += 1
        if t <= time[below]:
            break
        time[at] = time[below]
        item[at] = item[below]
        at, below = below, 2 * below + 1
    time[at] = t
    item[at] = what
    return size


@_compiled
def _sort(time: Floats, item: Ints, n: int, spare: Floats, spare_item: Ints) -> None:
    """Sort the first `n` entries by time, equal ones staying in order (merge sort from the bottom up)."""
    width = 1
    source, source_item, target, target_item = time, item, spare, spare_item
    swapped = False
    while width < n:
        for left in range(0, n, 2 * width):
            middle, right = min(left + width, n), min(left + 2 * width, n)
            a, b = left, middle
            for at in range(left, right):
                if b >= right or (a < middle and source[a] <= source[b]):
                    target[at] = source[a]
                    target_item[at] = source_item[a]
                    a += 1
                else:
                    target[at] = source[b]
                    target_item[at] = source_item[b]
                    b += 1
        source, target = target, source
        source_item, target_item = target_item, source_item
        swapped = not swapped
        width *= 2
    if swapped:
        time[:n] = spare[:n]
        item[:n] = spare_item[:n]


@_compiled
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


@_compiled
def _link(b: Board, x: int, y: int) -> int:
    """Join two pairing heaps and return the root."""
    if _before(b, y, x):
        x, y = y, x
    b.sibling[y] = b.child[x]
    b.child[x] = y
    return x


@_compiled
def _without_root(b: Board, root: int) -> int:
    """Return the root of a pairing heap after its first node has gone, -1 if that was all."""
    pairs = -1
    node = b.child[root]
    while node >= 0:
        other = b.sibling[node]
        if other < 0:
            b.sibling[node] = pairs
            pairs = node
            break
        following = b.sibling[other]
        joined = _link(b, node, other)
        b.sibling[joined] = pairs
        pairs = joined
        node = following
    if pairs < 0:
        return -1
    merged = pairs
    node = b.sibling[pairs]
    while node >= 0:
        following = b.sibling[node]
        merged = _link(b, merged, node)
        node = following
    return int(merged)


# ---- Classes of waiting visits ---------------------------------------------------------------------


@_compiled
def _mark(b: Board, c: int) -> None:
    """Note that class `c` must be looked at in the next settle."""
    if b.klass[c].marked == 0:
        b.klass[c].marked = 1
        b.marked[b.count[MARKED]] = c
        b.count[MARKED] += 1


@_compiled
def _mark_freed(b: Board, o: int, point: int, place: int) -> None:
    """Mark the classes that official `o`, or a place of kind `place` at `point`, being free may help."""
    able = b.setting.able
    for x in range(b.count[ACTIVE]):
        c = b.active[x]
        k = b.klass[c]
        guides = k.guide >= 0 and able[o, k.guide] != 0
        if able[o, k.service] != 0 or guides or (k.point == point and k.place == place):
            _mark(b, c)


@_compiled
def _queue(b: Board, c: int, node: int) -> None:
    """Put a node into its class."""
    b.child[node] = -1
    b.sibling[node] = -1
    root = b.klass[c].root
    b.klass[c].root = node if root < 0 else _link(b, root, node)
    if b.klass[c].spot < 0:
        b.klass[c].spot = b.count[ACTIVE]
        b.active[b.count[ACTIVE]] = c
        b.count[ACTIVE] += 1


@_compiled
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
    if root < 0 and b.klass[c].spot >= 0:
        _deactivate(b, c)
    return int(root)


@_compiled
def _deactivate(b: Board, c: int) -> None:
    """Take an empty class off the list of active ones."""
    b.count[ACTIVE] -= 1
    last = b.active[b.count[ACTIVE]]
    spot = b.klass[c].spot
    b.active[spot] = last
    b.klass[last].spot = spot
    b.klass[c].spot = -1


@_compiled
def _count_waiting(b: Board, c: int, change: int) -> None:
    """Add `change` to those who wait in class `c`, for its service and for guidance; no-shows do not count."""
    k = b.klass[c]
    if k.no_show != 0:
        return
    k.waiting += change
    b.service[k.service].waiting += change
    if k.guide >= 0:
        b.service[k.guide].waiting += change


# ---- Who ends, and what follows from it ------------------------------------------------------------


@_compiled
def _count_pending(b: Board, i: int, change: int) -> None:
    """Add `change` to the follow-ups still to come for the service, and guidance, of visit `i`."""
    b.person[i].pending += change
    k = b.klass[b.person[i].klass]
    b.service[k.service].pending += change
    if k.guide >= 0:
        b.service[k.guide].pending += change


@_compiled
def _expect(b: Board, i: int) -> None:
    """Count visit `i`, named as a follow-up by somebody inside, as pending."""
    if i >= 0 and b.person[i].state == TO_COME and b.person[i].pending == 0:
        _count_pending(b, i, 1)


@_compiled
def _void(b: Board, i: int) -> None:
    """Make follow-up `i` (if any) one that never came about."""
    if i < 0 or b.person[i].state != TO_COME:
        return
    if b.person[i].pending != 0:
        _count_pending(b, i, -1)
    b.person[i].state = GONE
    b.visits[i].outcome = VOID
    b.count[RESOLVED] += 1


@_compiled
def _release(b: Board, i: int, t: float, order: float) -> None:
    """Let follow-up `i` (if any) arrive now."""
    if i < 0:
        return
    b.visits[i].arrival = t
    b.visits[i].order = order
    b.person[i].order = order
    b.count[RELEASED] = _push(b.released_time, b.released_item, b.count[RELEASED], float(i), i)


@_compiled
def _end(b: Board, i: int, outcome: int, t: float) -> None:
    """End visit `i` at `t` and let its follow-ups arrive or be void."""
    visit = b.visits[i]
    visit.end = t
    visit.outcome = outcome
    b.person[i].state = GONE
    b.count[RESOLVED] += 1
    if outcome == NO_SHOW:
        _void(b, visit.requeue)
        _void(b, visit.second)
    elif outcome == REMOTE_FAILED and visit.requeue >= 0:
        _release(b, visit.requeue, t, b.person[i].order)
    else:
        _void(b, visit.requeue)
        _release(b, visit.second, t, t)


@_compiled
def _leave(b: Board, i: int, outcome: int, t: float) -> None:
    """Let a waiting visit leave the queue; a no-show ends as such."""
    _count_waiting(b, b.person[i].klass, -1)
    _end(b, i, NO_SHOW if b.visits[i].no_show != 0 else outcome, t)


@_compiled
def _turn_away_class(b: Board, c: int, t: float) -> None:
    """Turn away everybody who waits in class `c`."""
    n = b.visits.size
    node = _first(b, c)
    while node >= 0:
        _leave(b, node if node < n else node - n, TURNED_AWAY, t)
        node = _first(b, c)


@_compiled
def _turn_away(b: Board, service: int, door: int, t: float) -> None:
    """Turn away everybody who waits for `service`, at `door` or (-1) at any."""
    for x in range(b.count[ACTIVE] - 1, -1, -1):  # backwards: emptied classes leave the list
        c = b.active[x]
        if b.klass[c].service == service and (door < 0 or b.klass[c].door == door):
            _turn_away_class(b, c, t)


# ---- Officials -------------------------------------------------------------------------------------


@_compiled
def _stays(b: Board, o: int, k: int) -> bool:
    """Return whether rostered official `o` stays for service `k` after its last closing."""
    if b.setting.send_away or b.setting.able[o, k] == 0 or b.officer[o].duty != ROSTERED:
        return False
    close = b.service[k].close
    for s in range(b.shifts.shape[1]):
        if b.shifts[o, s, 0] < close <= b.shifts[o, s, 1]:
            return True
    return False


@_compiled
def _choose(b: Board, k: int, other: int, t: float) -> int:
    """Return the free official (not `other`) who takes a visit of service `k` now, -1 if none.

    Fewest skills first, then longest idle, then lowest number; `able_list` is sorted by the first and the last.
    """
    best = -1
    closed = t >= b.service[k].close
    for x in range(b.able_first[k], b.able_first[k + 1]):
        o = b.able_list[x]
        official = b.officer[o]
        if official.busy != 0 or (official.on == 0 and official.held == 0) or o == other:
            continue
        if best >= 0 and official.skills > b.officer[best].skills:
            break
        if (closed or official.held != 0) and official.duty != ON_CALL and not _stays(b, o, k):
            continue
        if best < 0 or official.idle < b.officer[best].idle:
            best = o
    return int(best)


@_compiled
def _count_on_duty(b: Board, o: int, on: int) -> None:
    """Set whether official `o` is on duty, and count it for each of the services."""
    change = on - b.officer[o].on
    b.officer[o].on = on
    if change != 0:
        for x in range(b.skill_first[o], b.skill_first[o + 1]):
            b.service[b.skill_list[x]].on_duty += change


@_compiled
def _free_official(b: Board, o: int, start: float, t: float) -> None:
    """Free official `o` from work of `[start, t)` and add what lay outside the segments."""
    official = b.officer[o]
    official.busy = 0
    official.idle = t
    official.served = 1
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


@_compiled
def _has_work_for(b: Board, o: int, pending: bool, staying: bool) -> bool:
    """Return whether anybody waits (or, with `pending`, is still to come) for a service of official `o`."""
    for x in range(b.skill_first[o], b.skill_first[o + 1]):
        k = b.skill_list[x]
        work = b.service[k].waiting > 0 or (pending and b.service[k].pending > 0)
        if work and (not staying or _stays(b, o, k)):
            return True
    return False


@_compiled
def _stays_for_any(b: Board, o: int) -> bool:
    """Return whether official `o` stays for any service."""
    for x in range(b.skill_first[o], b.skill_first[o + 1]):
        if _stays(b, o, b.skill_list[x]):
            return True
    return False


@_compiled
def _held_leave(b: Board, t: float) -> None:
    """Let held officials go who are free and not needed any more."""
    for o in range(b.officer.size):
        official = b.officer[o]
        if official.held != 0 and official.busy == 0 and not _has_work_for(b, o, True, True):
            official.held = 0
            official.left = 1
            official.outside += t - official.last_end
            b.count[HELD] -= 1


@_compiled
def _fetch(b: Board, t: float) -> None:
    """Fetch the officials on call for whom somebody waits at a door that is not shut."""
    for x in range(b.count[ACTIVE]):
        k = b.klass[b.active[x]]
        if k.waiting == 0 or b.door[k.door].state == SHUT:
            continue
        if b.service[k.service].on_call == 0 and (k.guide < 0 or b.service[k.guide].on_call == 0):
            continue
        for y in range(b.count[CALLED]):
            o = b.called[y]
            able = b.setting.able[o, k.service] != 0 or (k.guide >= 0 and b.setting.able[o, k.guide] != 0)
            if able and b.officer[o].on == 0 and b.officer[o].coming == 0:
                b.officer[o].coming = 1
                _alarm(b, t + b.setting.fetch_minutes, o, COMES)


@_compiled
def _called_go(b: Board, t: float) -> None:
    """Let officials on call go who are free and have nobody waiting for them."""
    for y in range(b.count[CALLED]):
        o = b.called[y]
        official = b.officer[o]
        if official.on != 0 and official.busy == 0 and not _has_work_for(b, o, False, False):
            _count_on_duty(b, o, 0)
            official.on_call += t - official.came


@_compiled
def _comes(b: Board, o: int, t: float) -> None:
    """Note that the on-call official `o` has come."""
    official = b.officer[o]
    official.coming = 0
    official.came = t
    if official.served == 0:
        official.idle = t
    _count_on_duty(b, o, 1)
    _mark_freed(b, o, -1, -1)


# ---- Instants --------------------------------------------------------------------------------------


@_compiled
def _alarm(b: Board, t: float, who: int, kind: int) -> None:
    """Set an alarm: the deadline or appointed time of visit `who`, or on-call official `who` comes."""
    b.count[ALARMS] = _push(b.alarm_time, b.alarm_item, b.count[ALARMS], t, who * 3 + kind)


@_compiled
def _finish(b: Board, item: int, t: float) -> None:
    """Stage 1: end a service, a failing session or guidance."""
    i = item >> 1
    visit = b.visits[i]
    if item & 1:
        _free_official(b, visit.guide, visit.start, t)
        _mark_freed(b, visit.guide, -1, -1)
        return
    c = b.klass[b.person[i].klass]
    _free_official(b, visit.official, visit.start, t)
    if c.place >= 0:
        b.free[c.point, c.place] += 1
    _mark_freed(b, visit.official, c.point, c.place)
    if visit.no_show != 0:
        _end(b, i, NO_SHOW, t)
    else:
        _end(b, i, REMOTE_FAILED if visit.fail_after < np.inf else SERVED, t)


@_compiled
def _ticket(b: Board, i: int, t: float) -> None:
    """Let visit `i` wait inside from `t` on."""
    visit, person = b.visits[i], b.person[i]
    visit.ticket = t
    person.state = WAITING
    person.tier = 1 if visit.booked == 0 else (2 if visit.appointed > t else 0)
    if visit.no_show == 0:
        _expect(b, visit.second)
        _expect(b, visit.requeue)
    c = person.klass
    _count_waiting(b, c, 1)
    _queue(b, c, i + b.visits.size if person.tier == 2 else i)
    _mark(b, c)
    b.ticketed[b.count[TICKETED]] = i
    b.count[TICKETED] += 1


@_compiled
def _shift_ends(b: Board, o: int, t: float) -> None:
    """Stage 2: a segment of official `o` ends; who stays is held after the last."""
    official = b.officer[o]
    _count_on_duty(b, o, 0)
    if t < official.last_end:
        return
    if _stays_for_any(b, o):
        official.held = 1
        b.count[HELD] += 1
    else:
        official.left = 1


@_compiled
def _door_opens(b: Board, j: int, t: float) -> None:
    """Stage 2: ticket everybody outside and look at everybody inside."""
    b.door[j].state = OPEN
    b.count[FRESH] = 1
    i = b.door[j].outside
    b.door[j].outside = -1
    while i >= 0:
        following = b.sibling[i]
        _ticket(b, i, t)
        i = following
    for x in range(b.count[ACTIVE]):
        if b.klass[b.active[x]].door == j:
            _mark(b, b.active[x])


@_compiled
def _door_closes(b: Board, j: int, w: int, t: float) -> None:
    """Stage 2: a window of door `j` ends; after the last one the closing policy acts."""
    if w + 1 < b.windows.shape[1] and b.windows[j, w + 1, 0] < np.inf:
        b.door[j].state = SHUT
        return
    b.door[j].state = CLOSED
    k = b.setting.door_service[j]
    if b.setting.send_away:
        _turn_away(b, k, j, t)
    elif t >= b.service[k].close and b.service[k].kept == 0:
        _turn_away(b, k, -1, t)


@_compiled
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
            _mark_freed(b, who, -1, -1)


@_compiled
def _ring(b: Board, item: int, t: float) -> None:
    """Stage 2: note one alarm; those whose patience ends leave only after the walk."""
    who, kind = item // 3, item % 3
    if kind == COMES:
        _comes(b, who, t)
    elif b.person[who].state != WAITING:
        return
    elif kind == DEADLINE:
        b.leaving[b.count[LEAVING]] = who
        b.count[LEAVING] += 1
    elif b.person[who].tier == 2:
        b.person[who].tier = 0
        _queue(b, b.person[who].klass, who)


@_compiled
def _can_still_be_had(b: Board, j: int, t: float) -> bool:
    """Return whether a follow-up that arrives after the last closing of door `j` may join."""
    if b.setting.send_away or b.door[j].state == NEVER:
        return False
    k = b.setting.door_service[j]
    if t < b.service[k].close or b.service[k].on_call > 0:
        return True
    for x in range(b.able_first[k], b.able_first[k + 1]):
        o = b.able_list[x]
        if b.officer[o].left == 0 and _stays(b, o, k):
            return True
    return False


@_compiled
def _balks(b: Board, i: int, k: int) -> bool:
    """Return whether the queue for service `k` turns visit `i` away."""
    q, n = b.service[k].waiting, max(1, b.service[k].on_duty)
    if q == 0 or b.visits[i].booked != 0:
        return False
    r = (q / n) / b.setting.balking_queue_length
    return bool(b.visits[i].balk_u < min(1.0, r * r / 2.0))


@_compiled
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
        b.sibling[i] = b.door[j].outside
        b.door[j].outside = i
    elif state != OPEN and (person.follow_up == 0 or not _can_still_be_had(b, j, t)):
        _end(b, i, NO_SHOW if visit.no_show != 0 else TURNED_AWAY, t)
    elif _balks(b, i, c.service):
        visit.ticket = t
        _end(b, i, BALKED, t)
    else:
        _ticket(b, i, t)


@_compiled
def _arrivals(b: Board, time: Floats, item: Ints, at: int, t: float) -> int:
    """Stage 3: note the arrivals of `t` in id order, follow-ups among them; return the next first arrival."""
    while True:
        first = item[at] if time[at] == t else -1
        if b.count[RELEASED] > 0 and (first < 0 or b.released_item[0] < first):
            i = b.released_item[0]
            b.count[RELEASED] = _pop(b.released_time, b.released_item, b.count[RELEASED])
            _arrive(b, i, t)
        elif first >= 0:
            at += 1
            _arrive(b, first, t)
        else:
            return at


@_compiled
def _start(b: Board, c: int, i: int, t: float) -> bool:
    """Start visit `i` of class `c` if all it needs is free together; return whether it did."""
    k = b.klass[c]
    if k.place >= 0 and b.free[k.point, k.place] <= 0:
        return False
    o = _choose(b, k.service, -1, t)
    if o < 0:
        return False
    guide = -1
    if k.guide >= 0:
        guide = _choose(b, k.guide, o, t)
        if guide < 0:
            return False
    visit = b.visits[i]
    visit.start = t
    visit.official = o
    visit.guide = guide
    duration = visit.fail_after if visit.fail_after < np.inf else visit.service_time
    b.officer[o].busy = 1
    b.count[ENDS] = _push(b.end_time, b.end_item, b.count[ENDS], t + duration, 2 * i)
    if guide >= 0:
        b.officer[guide].busy = 1
        release = t + min(visit.guidance_time, duration)
        b.count[ENDS] = _push(b.end_time, b.end_item, b.count[ENDS], release, 2 * i + 1)
    if k.place >= 0:
        b.free[k.point, k.place] -= 1
    b.person[i].state = IN_SERVICE
    _count_waiting(b, c, -1)
    return True


@_compiled
def _heads(b: Board) -> int:
    """Keep of the marked classes those with an open door and somebody waiting; return how many."""
    size = 0
    for x in range(b.count[MARKED]):
        c = b.marked[x]
        b.klass[c].marked = 0
        if b.door[b.klass[c].door].state == SHUT:
            continue
        node = _first(b, c)
        if node >= 0:
            b.marked[size] = c
            b.head[size] = node
            size += 1
    b.count[MARKED] = 0
    return size


@_compiled
def _walk(b: Board, t: float) -> None:
    """Stage 4: start in rank order what can start."""
    n = b.visits.size
    size = _heads(b)
    while size > 0:
        best = 0
        for x in range(1, size):
            if _before(b, b.head[x], b.head[best]):
                best = x
        c, node = b.marked[best], b.head[best]
        started = _start(b, c, node if node < n else node - n, t)
        node = _first(b, c) if started else -1
        if node >= 0:
            b.head[best] = node
        else:
            size -= 1
            b.marked[best] = b.marked[size]
            b.head[best] = b.head[size]


@_compiled
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


@_compiled
def _watch(b: Board, t: float) -> None:
    """Stage 4: set the alarms of those ticketed now who still wait, or let them leave at once."""
    for x in range(b.count[TICKETED]):
        i = b.ticketed[x]
        if b.person[i].state != WAITING:
            continue
        b.count[FRESH] = 1
        deadline = _deadline(b, i)
        if deadline <= t:
            _leave(b, i, RENEGED, t)
            continue
        if deadline < np.inf:
            _alarm(b, deadline, i, DEADLINE)
        if b.person[i].tier == 2:
            _alarm(b, b.visits[i].appointed, i, APPOINTED)
    b.count[TICKETED] = 0


@_compiled
def _settle(b: Board, t: float) -> None:
    """Stage 4: the walk, then who leaves: impatient visits, officials on call, held officials."""
    if b.count[MARKED] > 0:
        _walk(b, t)
    for x in range(b.count[LEAVING]):
        i = b.leaving[x]
        if b.person[i].state == WAITING:
            _leave(b, i, RENEGED, t)
    b.count[LEAVING] = 0
    _watch(b, t)
    if b.count[CALLED] > 0:
        if b.count[FRESH] != 0:
            _fetch(b, t)
        _called_go(b, t)
    b.count[FRESH] = 0
    if b.count[HELD] > 0:
        _held_leave(b, t)


@_compiled
def _note(b: Board, t: float) -> None:
    """Stages 1 and 2 of the instant `t`."""
    while b.count[ENDS] > 0 and b.end_time[0] == t:
        item = b.end_item[0]
        b.count[ENDS] = _pop(b.end_time, b.end_item, b.count[ENDS])
        _finish(b, item, t)
    while b.clock_time[b.count[CLOCK]] == t:
        b.count[CLOCK] += 1
        _tick(b, b.clock_code[b.count[CLOCK] - 1], t)
    while b.count[ALARMS] > 0 and b.alarm_time[0] == t:
        item = b.alarm_item[0]
        b.count[ALARMS] = _pop(b.alarm_time, b.alarm_item, b.count[ALARMS])
        _ring(b, item, t)


@_compiled
def _next_instant(b: Board, arrival: float) -> float:
    """Return when something happens next, inf if nothing does; alarms of visits long begun are dropped."""
    while b.count[ALARMS] > 0 and b.alarm_item[0] % 3 != COMES:
        if b.person[b.alarm_item[0] // 3].state == WAITING:
            break
        b.count[ALARMS] = _pop(b.alarm_time, b.alarm_item, b.count[ALARMS])
    t = min(arrival, b.clock_time[b.count[CLOCK]])
    if b.count[ENDS] > 0:
        t = min(t, b.end_time[0])
    if b.count[ALARMS] > 0:
        t = min(t, b.alarm_time[0])
    return float(t)


@_compiled
def _give_up(b: Board) -> None:
    """End the day for those who wait for ever: nobody or no place for them will be free again."""
    n = b.visits.size
    for x in range(b.count[ACTIVE] - 1, -1, -1):
        c = b.active[x]
        close = b.service[b.klass[c].service].close
        node = _first(b, c)
        while node >= 0:
            i = node if node < n else node - n
            visit = b.visits[i]
            _void(b, visit.requeue)
            _void(b, visit.second)
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


@_compiled
def _fill_clock(
    windows: Floats, shifts: Floats, time: Floats, code: Ints, spare: tuple[Floats, Ints]
) -> None:
    """Write the sorted clock events of one day type; a code is kind + 4 * segment or window + 1024 * index."""
    size = 0
    for kind in range(4):  # the sort is stable, so equal times stay in the order of kinds
        hours = windows if kind == DOOR_CLOSES or kind == DOOR_OPENS else shifts
        side = 1 if kind == SHIFT_ENDS or kind == DOOR_CLOSES else 0
        for who in range(hours.shape[0]):
            for w in range(hours.shape[1]):
                if hours[who, w, 0] < np.inf:
                    time[size] = hours[who, w, side]
                    code[size] = kind + 4 * w + 1024 * who
                    size += 1
    _sort(time, code, size, spare[0], spare[1])
    time[size] = np.inf


@_compiled
def _by_skill(setting: Setting) -> tuple[Ints, Ints, Ints, Ints]:
    """Return for each service its officials (fewest skills, then lowest number), for each official the services."""
    n_officials, n_services = setting.able.shape
    able_first, skill_first = np.zeros(n_services + 1, np.int64), np.zeros(n_officials + 1, np.int64)
    total = int(np.count_nonzero(setting.able))
    able_list, skill_list = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for o in range(n_officials):
        for k in range(n_services):
            if setting.able[o, k] != 0:
                skill_list[at] = k
                at += 1
        skill_first[o + 1] = at
    order = np.argsort(setting.skills, kind="mergesort")
    at = 0
    for k in range(n_services):
        for o in order:
            if setting.able[o, k] != 0:
                able_list[at] = o
                at += 1
        able_first[k + 1] = at
    return able_first, able_list, skill_first, skill_list


@_compiled
def _fill_classes(klass: Records, setting: Setting) -> None:
    """Write what the visits of each class need; see `_class_of` for the numbering."""
    for c in range(klass.size):
        k = klass[c]
        j = c // 16
        k.root = -1
        k.spot = -1
        k.door = j
        k.service = setting.door_service[j]
        k.point = setting.door_point[j]
        k.place = (c // 4) % 4 - 1
        k.guide = setting.guidance[k.point] if (c // 2) % 2 != 0 else -1
        k.no_show = c % 2
        k.waiting = 0
        k.marked = 0


@_compiled
def _set_services(b: Board) -> None:
    """Set the last closings of the day's services; guidance closes with the last door it guides at."""
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
                guide = b.setting.guidance[b.setting.door_point[j]]
                service = b.service[b.setting.door_service[j]]
                service.close = max(service.close, b.windows[j, w, 1])
                if guide >= 0:
                    b.service[guide].close = max(b.service[guide].close, b.windows[j, w, 1])
    for k in range(b.service.size):
        if b.service[k].close == -np.inf:
            b.service[k].close = np.inf


@_compiled
def _set_officials(b: Board, duty: NDArray[np.int8]) -> None:
    """Set the day's officials: shifts, who is on call, and which services are kept after closing."""
    for o in range(b.officer.size):
        official = b.officer[o]
        official.duty = duty[o]
        official.skills = b.setting.skills[o]
        official.on = official.held = official.busy = official.coming = official.served = 0
        official.left = 1 if duty[o] == OFF else 0
        official.outside = official.on_call = 0.0
        official.came = official.last_end = -np.inf
        official.idle = b.shifts[o, 0, 0] if b.shifts.shape[1] > 0 else np.inf
        for s in range(b.shifts.shape[1]):
            if b.shifts[o, s, 0] < np.inf:
                official.last_end = b.shifts[o, s, 1]
        if duty[o] == ON_CALL:
            b.called[b.count[CALLED]] = o
            b.count[CALLED] += 1
        for x in range(b.skill_first[o], b.skill_first[o + 1]):
            k = b.skill_list[x]
            b.service[k].on_call += 1 if duty[o] == ON_CALL else 0
            if duty[o] == ON_CALL or _stays(b, o, k):
                b.service[k].kept = 1


@_compiled
def _class_of(b: Board, i: int) -> int:
    """Return the class of visit `i`: visits of one class need the same things."""
    visit = b.visits[i]
    guided = 1 if visit.guided != 0 else 0
    no_show = 1 if visit.no_show != 0 else 0
    return int(((visit.door * 4 + visit.place + 1) * 2 + guided) * 2 + no_show)


@_compiled
def _set_visits(b: Board, time: Floats, item: Ints) -> None:
    """Set the day's visits and sort their first arrivals; an arrival at inf closes the list."""
    size = 0
    for i in range(b.visits.size):
        person = b.person[i]
        person.klass = _class_of(b, i)
        person.state = TO_COME
        person.pending = 0
        person.order = b.visits[i].order
        arrival = b.visits[i].arrival
        person.follow_up = 1 if np.isnan(arrival) else 0
        if person.follow_up == 0:
            time[size] = arrival
            item[size] = i
            size += 1
    _sort(time, item, size, b.alarm_time, b.alarm_item)
    time[size] = np.inf


@_compiled
def _play(b: Board, duty: NDArray[np.int8], time: Floats, item: Ints) -> None:
    """Play one day: set the board, then instant by instant until every visit has ended."""
    b.count[:] = 0
    b.free[:] = b.setting.places
    _set_services(b)
    _set_officials(b, duty)
    _set_visits(b, time, item)
    at = 0
    while b.count[RESOLVED] < b.visits.size:
        t = _next_instant(b, time[at])
        if t == np.inf:
            _give_up(b)
            break
        _note(b, t)
        at = _arrivals(b, time, item, at, t)
        _settle(b, t)
        while b.count[RELEASED] > 0:
            at = _arrivals(b, time, item, at, t)
            _settle(b, t)
    for x in range(b.count[ACTIVE]):
        b.klass[b.active[x]].root = -1
        b.klass[b.active[x]].spot = -1


@_compiled
def _play_days(
    visits: Records, day_start: Ints, first_index: int, setting: Setting, scratch: tuple[Records, ...]
) -> Floats:
    """Play the days in turn on one set of scratch arrays; see `run_days`."""
    person, officer, klass, service, door = scratch
    n_days, longest = day_start.size - 1, person.size
    n_officials, n_classes = officer.size, klass.size
    able_first, able_list, skill_first, skill_list = _by_skill(setting)
    _fill_classes(klass, setting)
    n_types = setting.windows.shape[0]
    n_clock = 2 * (setting.windows[0].size // 2 + setting.shifts[0].size // 2) + 1
    clock_time, clock_code = np.empty((n_types, n_clock)), np.empty((n_types, n_clock), np.int64)
    spare = (np.empty(n_clock), np.empty(n_clock, np.int64))
    known = np.zeros(n_types, np.bool_)
    time, item = np.empty(longest + 1), np.empty(longest + 1, np.int64)
    end_time, end_item = np.empty(2 * n_officials + 2), np.empty(2 * n_officials + 2, np.int64)
    n_alarms = 2 * longest + n_officials + 2
    alarm_time, alarm_item = np.empty(n_alarms), np.empty(n_alarms, np.int64)
    released_time, released_item = np.empty(longest + 1), np.empty(longest + 1, np.int64)
    child, sibling = np.empty(2 * longest, np.int64), np.empty(2 * longest, np.int64)
    active, marked = np.empty(n_classes, np.int64), np.empty(n_classes, np.int64)
    head, called = np.empty(n_classes, np.int64), np.empty(n_officials, np.int64)
    ticketed, leaving = np.empty(longest, np.int64), np.empty(longest, np.int64)
    free, count = setting.places.copy(), np.zeros(N_COUNTS, np.int64)
    extras = np.zeros((n_days, n_officials, 2))
    for d in range(n_days):
        if day_start[d] == day_start[d + 1]:
            continue
        kind = setting.day_type[first_index + d]
        if not known[kind]:
            known[kind] = True
            _fill_clock(
                setting.windows[kind], setting.shifts[kind], clock_time[kind], clock_code[kind], spare
            )
        b = Board(
            visits[day_start[d] : day_start[d + 1]],
            setting,
            person,
            officer,
            klass,
            service,
            door,
            free,
            setting.shifts[kind],
            setting.windows[kind],
            able_first,
            able_list,
            skill_first,
            skill_list,
            clock_time[kind],
            clock_code[kind],
            end_time,
            end_item,
            alarm_time,
            alarm_item,
            released_time,
            released_item,
            child,
            sibling,
            active,
            marked,
            head,
            ticketed,
            leaving,
            called,
            count,
        )
        _play(b, setting.duty[first_index + d], time, item)
        for o in range(n_officials):
            extras[d, o, 0] = officer[o].outside
            extras[d, o, 1] = officer[o].on_call
    return extras


def run_days(visits: Records, day_start: Ints, first_index: int, setting: Setting) -> Floats:
    """Play a range of days and write each visit's fate into its record.

    Parameters
    ----------
    visits
        `VISIT` rows of all the days, by (day, id), changed in place; `second` and `requeue` count within
        a day's slice.
    day_start
        Offsets (n_days + 1,): day `d` is ``visits[day_start[d]:day_start[d + 1]]``.
    first_index
        Position of the first day in `setting.day_type` and `setting.duty`.
    setting
        Officials, places, doors and hours.

    Returns
    -------
    ndarray (n_days, n_officials, 2)
        Minutes worked or held outside the shift segments, minutes present on call [min].

    Notes
    -----
    Simultaneous events follow decision 2, *An instant*. Days are independent, so any split of a year into
    calls gives the same records.
    """
    plain = _plain(setting)
    rows = np.require(visits, VISIT, ["C", "W"])
    starts = np.ascontiguousarray(day_start, np.int64)
    longest = int(np.diff(starts).max(initial=0))
    n_officials, n_services = plain.able.shape
    n_doors = plain.door_point.size
    scratch = (
        np.zeros(longest, _PERSON),
        np.zeros(n_officials, _OFFICER),
        np.zeros(16 * n_doors, _CLASS),
        np.zeros(n_services, _SERVICE),
        np.zeros(n_doors, _DOOR),
    )
    extras = _play_days(rows, starts, int(first_index), plain, scratch)
    if rows is not visits:
        visits[:] = rows
    return extras


def run_day(visits: Records, setting: Setting, index: int) -> DayExtra:
    """Play one day and write each visit's fate into its record.

    Parameters
    ----------
    visits
        The day's `VISIT` rows by id, changed in place.
    setting
        Officials, places, doors and hours.
    index
        Position of the day in `setting.day_type` and `setting.duty`.

    Returns
    -------
    DayExtra
        Minutes outside the roster and on call of each official.
    """
    extras = run_days(visits, np.array([0, visits.size]), index, setting)
    return DayExtra(extras[0, :, 0].copy(), extras[0, :, 1].copy())


def _plain(setting: Setting) -> Setting:
    """Return the setting in the one layout that the engine is compiled for."""
    return Setting(
        np.require(setting.able, np.uint8, ["C", "W"]),
        np.require(setting.skills, np.int64, ["C", "W"]),
        np.require(setting.places, np.int64, ["C", "W"]),
        np.require(setting.guidance, np.int64, ["C", "W"]),
        np.require(setting.door_point, np.int64, ["C", "W"]),
        np.require(setting.door_service, np.int64, ["C", "W"]),
        np.require(setting.windows, np.float64, ["C", "W"]),
        np.require(setting.shifts, np.float64, ["C", "W"]),
        np.require(setting.day_type, np.int64, ["C", "W"]),
        np.require(setting.duty, np.int8, ["C", "W"]),
        float(setting.fetch_minutes),
        float(setting.balking_queue_length),
        bool(setting.send_away),
    )
