"""A day at the points in SimPy: the reference engine, written to be read.

What lasts is a process (the stream of people, a door, a service's closing, an official's shift); what happens
once is a timeout. All of them only *note* what happens. When SimPy has played everything that is due at one
minute, the instant is settled; so the settle sees the whole instant, and its answer does not depend on the
order in which things were noted. The rules are those of `docs/decisions/0002-the-day-at-the-points.md`;
`sim.queues.floor` plays them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from operator import attrgetter

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import ProcessGenerator

from sim.queues.doors import Door
from sim.queues.floor import Floor
from sim.queues.hall import Visit, read_visits, write_records
from sim.queues.rules import BEFORE_TIME, Interval
from sim.queues.setting import DayExtra, Setting
from sim.visits import Outcome


def run_day(visits: NDArray[np.void], setting: Setting, index: int) -> DayExtra:
    """Play one day and write what happened into the records of `visits`.

    Parameters
    ----------
    visits
        The day's rows of the `VISIT` table, (n,), sorted by id; modified in place.
    setting
        Points, officials, doors and hours.
    index
        Position of the day in `setting.day_type` and `setting.duty`.

    Returns
    -------
    DayExtra
        Minutes of each official outside the shifts and present on call.
    """
    people = read_visits(visits)
    floor = Floor(people, setting, index)
    Day(floor).play()
    write_records(visits, people)
    return floor.staff.extra()


class Day:
    """One day at all points: a SimPy environment whose clock is the minutes since midnight."""

    def __init__(self, floor: Floor) -> None:
        self.env = simpy.Environment()
        self.floor = floor
        # What has been noted at this instant.
        self.ended: list[Visit] = []
        self.guided: list[int] = []
        self.clock: list[tuple[Callable[..., None], tuple[object, ...]]] = []
        self.impatient: list[Visit] = []

    def play(self) -> None:
        """Play the day to its end, instant by instant."""
        self.begin()
        env, floor = self.env, self.floor
        while (minute := env.peek()) < inf:
            while env.peek() == minute:
                env.step()
            floor.now = minute
            self.settle()
        self.floor.clear()

    def begin(self) -> None:
        """Start all that lasts."""
        self.env.process(self.arrivals())
        for door in self.floor.doors:
            if door.windows:
                self.env.process(self.opening_hours(door))
        for service, close in enumerate(self.floor.close):
            if close > -inf:
                self.env.process(self.closing(service, close))
        for official, shift in enumerate(self.floor.shifts):
            if shift:
                self.env.process(self.shift(official, shift))

    # What lasts: processes.

    def arrivals(self) -> ProcessGenerator:
        """Let people come, several at one minute if need be."""
        first = self.floor.who_come()
        for visit in sorted(first, key=attrgetter("arrival")):
            if visit.arrival > self.env.now:
                yield self.until(visit.arrival)
            heappush(self.floor.arriving, (visit.id, visit))

    def opening_hours(self, door: Door) -> ProcessGenerator:
        """Open and shut a door."""
        for window in door.windows:
            yield self.until(window[0])
            self.note(self.floor.open_door, door)
            yield self.until(window[1])
            self.note(self.floor.shut_door, door, window is door.windows[-1])

    def closing(self, service: int, close: float) -> ProcessGenerator:
        """Close a service for the day."""
        yield self.until(close)
        self.note(self.floor.close_service, service)

    def shift(self, official: int, segments: list[Interval]) -> ProcessGenerator:
        """Let an official come, pause and finish."""
        staff = self.floor.staff
        resumes = [start for start, _ in segments[1:]]
        for start, end in segments:
            yield self.until(start)
            self.note(self.floor.begin_segment, official)
            yield self.until(end)
            if resumes:
                self.note(staff.pause, official, end, resumes.pop(0))
            else:
                self.note(staff.finish, official, end)

    def until(self, minute: float) -> simpy.Timeout:
        """Return the event of the clock reaching `minute`."""
        return self.env.timeout(minute - self.env.now)

    def note(self, what: Callable[..., None], *about: object) -> None:
        """Note what the clock has brought; the settle will see to it."""
        self.clock.append((what, about))

    # What happens once: timeouts.

    def at[About](self, minute: float, note: Callable[[About], None], about: About) -> None:
        """Have something noted when the clock reaches `minute`."""
        self.env.timeout(minute - self.env.now).callbacks.append(lambda _: note(about))

    def serve(self, visit: Visit) -> None:
        """Let the service of somebody who has just started, and the guidance, take their time."""
        busy_until = self.floor.staff.busy_until
        self.at(busy_until[visit.official], self.ended.append, visit)
        if visit.guide >= 0:
            self.at(busy_until[visit.guide], self.guided.append, visit.guide)

    def wait(self, visit: Visit) -> None:
        """Let the patience of somebody who must wait run, and his appointed time come."""
        if visit.deadline < inf:
            self.at(visit.deadline, self.impatient.append, visit)
        if visit.tier == BEFORE_TIME:
            self.at(visit.appointed, lambda early: self.note(self.floor.hall.promote, early), visit)

    def fetch(self, official: int) -> None:
        """Let an official who is on call be on the way."""
        there = self.env.now + self.floor.setting.fetch_minutes
        self.at(there, lambda called: self.note(self.floor.come_on_call, called), official)

    # The settle, stage by stage.

    def settle(self) -> None:
        """Play all that was noted at this instant, then start, and let go, whom it can."""
        floor = self.floor
        if self.ended or self.guided or self.clock:
            self.play_notes()
        while True:
            while floor.arriving:
                floor.arrive(heappop(floor.arriving)[1])
            if floor.touched:
                for visit in floor.start_who_can():
                    self.serve(visit)
            if self.impatient or floor.newcomers:
                self.part_with_impatient()
            for official in floor.change_staff():
                self.fetch(official)
            if not floor.arriving:
                return

    def play_notes(self) -> None:
        """Let ends free their officials and places, then the clock do what it brings."""
        while self.ended:
            self.floor.end_service(self.ended.pop())
        while self.guided:
            self.floor.end_of_work(self.guided.pop())
        for what, about in self.clock:
            what(*about)
        self.clock.clear()

    def part_with_impatient(self) -> None:
        """Let those go whose patience has ended; let newcomers wait who have not started."""
        concerned = self.impatient + self.floor.newcomers
        self.impatient.clear()
        self.floor.newcomers.clear()
        for visit in concerned:
            if not visit.waiting:
                continue
            if visit.deadline <= self.floor.now:
                self.floor.finish(visit, Outcome.RENEGED)
            else:
                self.wait(visit)
