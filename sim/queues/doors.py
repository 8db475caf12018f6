"""The hours of a day: doors with their opening windows, and the shifts of officials."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.queues.hall import Visit
from sim.queues.rules import Interval, intervals
from sim.queues.setting import ROSTERED, Setting


@dataclass(slots=True, eq=False)
class Door:
    """A door, its opening windows on this day, and who waits outside."""

    number: int
    point: int
    service: int
    windows: list[Interval]
    open: bool = False
    resting: bool = True  #: shut now, but will open (again) today
    outside: list[Visit] = field(default_factory=list)


def doors_of(setting: Setting, day_type: int) -> list[Door]:
    """Return the doors on a day of type `day_type`; those without windows never open."""
    windows = [intervals(door) for door in setting.windows[day_type]]
    where = zip(setting.door_point.tolist(), setting.door_service.tolist(), windows, strict=True)
    return [Door(number, *which, resting=bool(which[-1])) for number, which in enumerate(where)]


def shifts_of(setting: Setting, day_type: int, duty: list[int]) -> list[list[Interval]]:
    """Return the shift segments of each official on a day; who is not rostered has none."""
    return [
        intervals(shift) if status == ROSTERED else []
        for shift, status in zip(setting.shifts[day_type], duty, strict=True)
    ]
