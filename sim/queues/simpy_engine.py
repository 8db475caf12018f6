"""A day at the points in SimPy: the reference engine, written to be read.

What lasts is a process (the stream of people, a door, a service's closing, an official's shift); what happens
once is a timeout that carries its visit or official. All of them only *note* what happens. The first note of
an instant calls for a settle with a timeout of 0, which SimPy plays after everything that was scheduled
earlier for the same minute; so the settle sees the whole instant, and its answer does not depend on the order
of the notes. The rules are those of `docs/decisions/0002-the-day-at-the-points.md`; `sim.queues.floor` plays
them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import groupby
from math import inf
from operator import attrgetter

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import ProcessGenerator

from sim.queues.floor import Door, Floor
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
        self.settle_called = False
        self.ended: list[Visit] = []
        self.guided: list[int] = []
        self.clock: list[tuple[Callable[..., None], tuple[object, ...]]] = []
        self.impatient: list[Visit] = []

    def play(self) -> None:
        """Play the day to its end."""
        self.env.process(self.arrivals())
        for door in self.floor.doors:
            self.env.process(self.opening_hours(door))
        for service, close in enumerate(self.floor.close):
            if close > -inf:
                self.env.process(self.closing(service, close))
        for official, shift in enumerate(self.floor.shifts):
            self.env.process(self.shift(official, shift))
        self.env.run()
        self.floor.clear()

    # What lasts: processes.

    def arrivals(self) -> ProcessGenerator:
        """Let people come, all who arrive at the same minute together."""
        arrival = attrgetter("arrival")
        first = sorted((visit for visit in self.floor.people if not visit.follow_up), key=arrival)
        for minute, together in groupby(first, key=arrival):
            yield self.until(minute)
            for visit in together:
                heappush(self.floor.arriving, (visit.id, visit))
            self.call_settle()

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

    # What happens once: timeouts.

    def until(self, minute: float) -> simpy.Timeout:
        """Return the event of the clock reaching `minute`."""
        return self.env.timeout(minute - self.env.now)

    def at[About](self, minute: float, note: Callable[[About], None], about: About) -> None:
        """Have a `note` taken when the clock reaches `minute`."""
        self.env.timeout(minute - self.env.now).callbacks.append(lambda _: note(about))

    def service_ends(self, visit: Visit) -> None:
        """Note that somebody has been served."""
        self.ended.append(visit)
        self.call_settle()

    def guidance_ends(self, guide: int) -> None:
        """Note that a guide is no longer needed."""
        self.guided.append(guide)
        self.call_settle()

    def patience_ends(self, visit: Visit) -> None:
        """Note that somebody is willing to wait no longer."""
        if visit.waiting:
            self.impatient.append(visit)
            self.call_settle()

    def appointment_comes(self, visit: Visit) -> None:
        """Note that the appointed time of somebody who came early has come."""
        self.note(self.floor.hall.promote, visit)

    def on_call_comes(self, official: int) -> None:
        """Note that an official who was on call is there."""
        self.note(self.floor.come_on_call, official)

    # The settle, stage by stage.

    def note(self, what: Callable[..., None], *about: object) -> None:
        """Note what the clock has brought; the settle will see to it."""
        self.clock.append((what, about))
        self.call_settle()

    def call_settle(self) -> None:
        """Have the instant settled after everything that was scheduled for it."""
        if not self.settle_called:
            self.settle_called = True
            self.env.timeout(0).callbacks.append(self.settle)

    def settle(self, _: simpy.Event) -> None:
        """Play all that was noted at this instant, then start, and let go, whom it can."""
        floor = self.floor
        floor.now = self.env.now
        self.settle_called = False
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
                self.at(floor.now + floor.setting.fetch_minutes, self.on_call_comes, official)
            if not floor.arriving:
                return

    def play_notes(self) -> None:
        """Let ends free their officials and places, then the clock do what it brings."""
        while self.ended:
            self.floor.end_service(self.ended.pop())
        while self.guided:
            self.floor.end_of_work(self.guided.pop())
        if self.clock:
            for what, about in self.clock:
                what(*about)
            self.clock.clear()

    def serve(self, visit: Visit) -> None:
        """Let the service of somebody who has just started, and the guidance, take their time."""
        busy_until = self.floor.staff.busy_until
        self.at(busy_until[visit.official], self.service_ends, visit)
        if visit.guide >= 0:
            self.at(busy_until[visit.guide], self.guidance_ends, visit.guide)

    def part_with_impatient(self) -> None:
        """Let those go whose patience has ended; set the clocks of newcomers who must wait."""
        concerned = self.impatient + self.floor.newcomers
        self.impatient.clear()
        self.floor.newcomers.clear()
        for visit in concerned:
            if not visit.waiting:
                continue
            if visit.deadline <= self.env.now:
                self.floor.finish(visit, Outcome.RENEGED)
            else:
                self.set_clocks(visit)

    def set_clocks(self, visit: Visit) -> None:
        """Let the patience of somebody who must wait run, and his appointed time come."""
        if visit.deadline < inf:
            self.at(visit.deadline, self.patience_ends, visit)
        if visit.tier == BEFORE_TIME:
            self.at(visit.appointed, self.appointment_comes, visit)
