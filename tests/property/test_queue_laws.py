"""Laws that hold on every path of a day at the points, read off the records alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from sim.queues import compiled_engine, simpy_engine
from sim.queues.setting import ROSTERED, DayExtra, Setting
from sim.visits import Outcome, Place
from tests.property.strategies import single_desks, worlds
from tests.queue_worlds import Engine, World

QUICK = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ENGINES = pytest.mark.parametrize(
    "engine", [compiled_engine.run_day, simpy_engine.run_day], ids=["compiled", "simpy"]
)
BEGUN = (Outcome.SERVED, Outcome.REMOTE_FAILED)


@dataclass(frozen=True)
class Path:
    """One day as it went: the records, the setting, the officials' minutes."""

    visits: NDArray[np.void]
    setting: Setting
    extra: DayExtra

    def windows(self, visit: np.void) -> list[list[float]]:
        """Return the opening windows of a visit's door."""
        return [hours for hours in self.setting.windows[0, visit["door"]].tolist() if hours[0] < inf]

    def shift(self, official: int) -> list[list[float]]:
        """Return the shift segments of a rostered official."""
        if self.setting.duty[0, official] != ROSTERED:
            return []
        return [segment for segment in self.setting.shifts[0, official].tolist() if segment[0] < inf]

    def work(self) -> dict[int, list[tuple[float, float]]]:
        """Return when each official served or guided, in order."""
        work: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for visit in self.visits[~np.isnan(self.visits["start"])]:
            start, end = float(visit["start"]), float(visit["end"])
            work[int(visit["official"])].append((start, end))
            if visit["guide"] >= 0:
                work[int(visit["guide"])].append((start, min(end, start + float(visit["guidance_time"]))))
        return {official: sorted(spells) for official, spells in work.items()}

    def close(self, service: int) -> float:
        """Return the last closing of a service."""
        hours = self.setting.windows[0, self.setting.door_service == service, :, 1]
        return float(hours[hours < inf].max(initial=-inf))

    def waiting(self) -> Iterator[tuple[np.void, float, float]]:
        """Yield those who were ever inside, with when they began and stopped waiting."""
        for visit in self.visits[~np.isnan(self.visits["ticket"])]:
            until = visit["end"] if isnan(visit["start"]) else visit["start"]
            yield visit, float(visit["ticket"]), float(until)


def base(visit: np.void) -> float:
    """Return when the patience of a visit with a ticket begins."""
    appointed = float(visit["appointed"])
    return float(visit["ticket"]) if isnan(appointed) else max(float(visit["ticket"]), appointed)


def overlap(start: float, end: float, spells: list[list[float]]) -> float:
    """Return the minutes of `[start, end)` inside `spells`."""
    return sum(max(0.0, min(end, b) - max(start, a)) for a, b in spells)


def tier(visit: np.void, t: float) -> int:
    """Return the tier of a waiting visit at `t`."""
    if not visit["booked"]:
        return 1
    return 2 if visit["appointed"] > t else 0


def every_visit_ends_exactly_once(day: Path) -> None:
    """Every visit has one outcome, and its minutes fit it."""
    visits = day.visits
    named = {int(row) for name in ("second", "requeue") for row in visits[name] if row >= 0}
    for row, visit in enumerate(visits):
        outcome = Outcome(int(visit["outcome"]))
        assert outcome != Outcome.PENDING
        assert (outcome == Outcome.VOID) <= (row in named)
        assert (outcome == Outcome.VOID) == isnan(visit["end"]) == isnan(visit["arrival"])
        assert (visit["official"] >= 0) == (not isnan(visit["start"]))
        assert visit["no_show"] == (outcome == Outcome.NO_SHOW)
        length = visit["fail_after"] if outcome == Outcome.REMOTE_FAILED else visit["service_time"]
        if outcome in BEGUN:
            assert visit["end"] == visit["start"] + length
            assert (visit["fail_after"] < inf) == (outcome == Outcome.REMOTE_FAILED)
        elif outcome != Outcome.NO_SHOW:
            assert isnan(visit["start"])


def follow_ups_arise_when_their_visit_ends(day: Path) -> None:
    """Re-queues follow failed sessions, second matters follow whatever ended last."""
    visits = day.visits
    for visit in visits:
        second, requeue = int(visit["second"]), int(visit["requeue"])
        failed = visit["outcome"] == Outcome.REMOTE_FAILED
        if requeue >= 0:
            came = visits[requeue]["outcome"] != Outcome.VOID
            assert came == failed
            assert not came or visits[requeue]["arrival"] == visit["end"]
            assert not came or visits[requeue]["order"] == visit["order"]
        if second >= 0 and visit["outcome"] not in (Outcome.NO_SHOW, Outcome.VOID):
            last = visits[requeue] if failed and requeue >= 0 else visit
            gave_up = last["outcome"] == Outcome.TURNED_AWAY and visits[second]["outcome"] == Outcome.VOID
            assert gave_up or visits[second]["arrival"] == last["end"]


def officials_serve_one_at_a_time_and_no_more_than_they_are_there(day: Path) -> None:
    """Spells of work do not overlap; busy <= rostered + outside + on call."""
    for official, spells in day.work().items():
        assert all(one[1] <= other[0] for one, other in pairwise(spells))
        busy = sum(end - start for start, end in spells)
        rostered = sum(end - start for start, end in day.shift(official))
        assert busy <= rostered + day.extra.outside[official] + day.extra.on_call[official]


def nobody_begins_off_duty(day: Path) -> None:
    """Rostered officials begin within a segment or while held."""
    for official, spells in day.work().items():
        shift = day.shift(official)
        for start, _ in spells if shift else []:
            on_duty = any(begins <= start < ends for begins, ends in shift)
            held = shift[-1][1] <= start <= shift[-1][1] + day.extra.outside[official]
            assert on_duty or held


def places_are_never_exceeded(day: Path) -> None:
    """No more visits than places of the kind at the point."""
    begun = day.visits[~np.isnan(day.visits["start"]) & (day.visits["place"] != Place.NONE)]
    for visit in begun:
        there = (begun["start"] <= visit["start"]) & (visit["start"] < begun["end"])
        same = (begun["point"] == visit["point"]) & (begun["place"] == visit["place"])
        assert np.count_nonzero(there & same) <= day.setting.places[visit["point"], visit["place"]]


def within_a_class_service_follows_rank(day: Path) -> None:
    """Of those who need the same things, the first in rank is served first."""
    waits = list(day.waiting())
    for one, _, start in waits:
        if isnan(one["start"]):
            continue
        rank = (tier(one, start), one["order"], one["id"])
        for other, since, until in waits:
            alike = all(one[name] == other[name] for name in ("door", "place", "guided", "no_show"))
            if alike and since < start < until:
                assert rank < (tier(other, start), other["order"], other["id"])


def nobody_waits_longer_than_patience(day: Path) -> None:
    """Waits end at the latest when patience does; who reneges has used all of it."""
    for visit, _, until in day.waiting():
        windows = [] if visit["no_show"] else day.windows(visit)
        gaps = [[shut[1], reopen[0]] for shut, reopen in pairwise(windows)]
        waited = until - base(visit) - overlap(base(visit), until, gaps)
        assert waited <= visit["patience"]
        if visit["outcome"] == Outcome.RENEGED:
            in_gap = any(shut <= base(visit) < reopen for shut, reopen in gaps)
            assert waited == visit["patience"] or in_gap


def nobody_waits_while_an_official_and_a_place_are_free(day: Path) -> None:
    """A waiting visit lacks an idle able official or a place."""
    work = day.work()
    minutes = np.unique(np.concatenate([day.visits[name] for name in ("start", "end", "ticket")]))
    for t in minutes[~np.isnan(minutes)].tolist():
        for visit, since, until in day.waiting():
            shut = not any(begins <= t < ends for begins, ends in day.windows(visit))
            if not since <= t < until or visit["guided"] or shut:
                continue
            assert not (_official_free(day, work, visit, t) and _place_free(day, visit, t))


def _official_free(day: Path, work: dict[int, list[tuple[float, float]]], visit: np.void, t: float) -> bool:
    """Return whether an official who can serve the visit is on duty and idle just after `t`."""
    able = np.flatnonzero(day.setting.able[:, visit["service"]]).tolist()
    on_duty = [o for o in able if any(begins <= t < ends for begins, ends in day.shift(o))]
    return any(not any(start <= t < end for start, end in work.get(o, [])) for o in on_duty)


def _place_free(day: Path, visit: np.void, t: float) -> bool:
    """Return whether a place of the visit's kind is free just after `t`."""
    if visit["place"] == Place.NONE:
        return True
    taken = (day.visits["start"] <= t) & (t < day.visits["end"])
    same = (day.visits["point"] == visit["point"]) & (day.visits["place"] == visit["place"])
    return bool(np.count_nonzero(taken & same) < day.setting.places[visit["point"], visit["place"]])


def area_under_the_queue_is_the_sum_of_waits(day: Path) -> None:
    """Little's law over the day: the area under the queue length is the sum of waits."""
    waits = [(since, until) for _, since, until in day.waiting()]
    changes = sorted([(since, 1) for since, _ in waits] + [(until, -1) for _, until in waits])
    area, length, before = 0.0, 0, 0.0
    for t, change in changes:
        area += length * (t - before)
        length, before = length + change, t
    assert length == 0
    assert area == sum(until - since for since, until in waits)
    assert all(since <= until for since, until in waits)


LAWS = (
    every_visit_ends_exactly_once,
    follow_ups_arise_when_their_visit_ends,
    officials_serve_one_at_a_time_and_no_more_than_they_are_there,
    nobody_begins_off_duty,
    places_are_never_exceeded,
    within_a_class_service_follows_rank,
    nobody_waits_longer_than_patience,
    nobody_waits_while_an_official_and_a_place_are_free,
    area_under_the_queue_is_the_sum_of_waits,
)


@ENGINES
@QUICK
@given(world=worlds())
def test_laws_hold_on_every_path(engine: Engine, world: World) -> None:
    visits, extra = world.play(engine)
    day = Path(visits, world.setting(), extra)
    for law in LAWS:
        try:
            law(day)
        except AssertionError as error:
            error.add_note(f"broken law: {law.__name__}")
            raise


@ENGINES
@QUICK
@given(people_and_desks=single_desks())
def test_one_more_identical_desk_never_hurts(
    engine: Engine, people_and_desks: tuple[list[tuple[float, float]], int]
) -> None:
    people, desks = people_and_desks

    def starts(n_desks: int) -> NDArray[np.float64]:
        world = World()
        door = world.door(((480.0, 540.0),))
        for _ in range(n_desks):
            world.official(door.service, shift=((480.0, 540.0),))
        for arrival, service_time in people:
            world.visit(door, arrival, service_time)
        started: NDArray[np.float64] = world.play(engine)[0]["start"]
        return started

    assert (starts(desks + 1) <= starts(desks)).all()
