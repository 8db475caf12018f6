"""The rules of the day at the points as plain functions of hours, people and sets of officials.

Sets of officials, and of services, are whole numbers whose bit ``i`` stands for number ``i``: the union is
``|``, the intersection ``&``, and a set is as cheap to pass on as a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.queues.setting import Setting

#: An interval ``(start, end)`` of minutes since midnight, half-open.
Interval = tuple[float, float]

#: Tiers of the queue: who comes first, whatever the arrival.
BOOKED, WALK_IN, BEFORE_TIME = 0, 1, 2


def intervals(padded: NDArray[np.float64]) -> list[Interval]:
    """Return the intervals of `padded` (n, 2), ascending and padded with inf; those that touch as one.

    >>> intervals(np.array([[480.0, 660.0], [660.0, 720.0], [750.0, 960.0], [np.inf, np.inf]]))
    [(480.0, 720.0), (750.0, 960.0)]
    """
    merged: list[Interval] = []
    for start, end in padded.tolist():
        if start == inf:
            break
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def deadline(base: float, patience: float, windows: list[Interval]) -> float:
    """Return when patience ends that runs from `base` but not between two windows of the door.

    Parameters
    ----------
    base
        Latest of arrival, appointed time and opening [min].
    patience
        Minutes the person is willing to wait, >= 0, may be inf [min].
    windows
        Opening windows of the door.

    Returns
    -------
    float
        Minute of the day, inf if patience never ends [min].

    Examples
    --------
    >>> deadline(base=710.0, patience=20.0, windows=[(480.0, 720.0), (750.0, 960.0)])
    760.0
    """
    ends = base + patience
    for (_, shut), (reopen, _) in pairwise(windows):
        if base < reopen and ends > shut:
            ends += reopen - max(base, shut)
    return ends


def tier(booked: int, appointed: float, now: float) -> int:
    """Return the tier in which somebody waits at minute `now`."""
    if not booked:
        return WALK_IN
    return BOOKED if appointed <= now else BEFORE_TIME


def balks(balk_u: float, ahead: int, on_duty: int, half_length: float) -> bool:
    """Return whether a walk-in turns away at the sight of the queue.

    Parameters
    ----------
    balk_u
        Uniform number that decides; 2 never balks.
    ahead
        Persons waiting for the same service.
    on_duty
        Able officials on duty; nobody on duty is taken for one.
    half_length
        Persons waiting per official at which half of all turn away, > 0.
    """
    ratio = (ahead / max(on_duty, 1)) / half_length
    return balk_u < min(1.0, ratio * ratio / 2)


def last_closings(setting: Setting, windows: list[list[Interval]]) -> list[float]:
    """Return when each service closes for the day, (K,), -inf for one that never opens [min].

    A guidance service closes with the last of the services at the points that it guides.
    """
    close = [-inf] * setting.able.shape[1]
    for service, hours in zip(setting.door_service.tolist(), windows, strict=True):
        if hours:
            close[service] = max(close[service], hours[-1][1])
    own = list(close)
    for service, guide in guided_services(setting):
        close[guide] = max(close[guide], own[service])
    return close


def guided_services(setting: Setting) -> list[tuple[int, int]]:
    """Return (service, guidance service) of every door at a point with guidance."""
    guides = setting.guidance[setting.door_point].tolist()
    return [pair for pair in zip(setting.door_service.tolist(), guides, strict=True) if pair[1] >= 0]


def stays_for(shift: list[Interval], services: int, close: list[float]) -> int:
    """Return those of `services` whose last instant before closing the `shift` covers."""
    return as_set(
        service for service in members(services) if any(start < close[service] <= end for start, end in shift)
    )


def as_set(numbers: Iterable[int]) -> int:
    """Return the set of `numbers`.

    >>> as_set([0, 3])
    9
    """
    together = 0
    for number in numbers:
        together |= 1 << number
    return together


def members(numbers: int) -> Iterator[int]:
    """Yield the members of a set in ascending order.

    >>> list(members(9))
    [0, 3]
    """
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def sets_of_rows(table: NDArray[np.uint8]) -> list[int]:
    """Return for each row of a 0/1 `table` the set of its columns that hold 1."""
    packed = np.packbits(table, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]
