"""Doors and services: which authority is served where, by which channel, for which matters, on which days.

A door is an authority's channel at one point and keeps opening hours. A service is what an official must
be able to do: a counter door has one of its own, the video doors of a remote pool share one by authority,
guidance is a service of each point that has guides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.calendar import Span
from sim.network.hours import HoursRow, Window, day_windows, parse_row
from sim.visits import Channel

CHANNELS = {"counter": Channel.COUNTER, "video": Channel.VIDEO, "self_service": Channel.SELF_SERVICE}
_MODES = {
    Channel.COUNTER: ("walk_in", "booked"),
    Channel.VIDEO: ("remote",),
    Channel.SELF_SERVICE: ("self_service",),
}
GUIDANCE = "guidance"
ANY_REMOTE = "remote"

#: Key of a service: (point or pool, authority or "guidance", channel).
ServiceKey = tuple[str, str, int]


@dataclass(frozen=True)
class Doors:
    """Doors of a network over a span of days.

    Attributes
    ----------
    point, authority, channel, service
        (J,) indices.
    serves
        (M, J) bool: the door serves the matter.
    windows
        J lists of the windows of each day.
    services
        Keys of the K services.
    guidance
        (P,) service that guides at the point, -1 without guides.
    """

    point: NDArray[np.int64]
    authority: NDArray[np.int64]
    channel: NDArray[np.int64]
    service: NDArray[np.int64]
    serves: NDArray[np.bool_]
    windows: tuple[tuple[tuple[Window, ...], ...], ...]
    services: tuple[ServiceKey, ...]
    guidance: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of doors J."""
        return len(self.point)

    def open_for(self, modes: frozenset[str]) -> NDArray[np.bool_]:
        """Return (J, D) bool: the door has a window with one of `modes` on the day."""
        alike = {day for door in self.windows for day in door}
        is_open = {day: any(window[2] in modes for window in day) for day in alike}
        return np.array([[is_open[day] for day in door] for door in self.windows], bool).reshape(self.n, -1)


def build_doors(
    tables: Mapping[str, pd.DataFrame],
    points: Sequence[str],
    hours_changes: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]],
    guided: Collection[str],
    span: Span,
) -> Doors:
    """Return the doors of `points` over `span`.

    A service that an authority may offer at its discretion (status ``optional``) is offered when the
    scenario gives it hours.

    Parameters
    ----------
    tables
        ``authorities``, ``matters``, ``points``, ``services``, ``hours`` of the region.
    points
        Open points, in index order.
    hours_changes
        point → authority → rows that replace that authority's hours there.
    guided
        Points where somebody guides.
    """
    authorities = list(tables["authorities"]["authority"])
    matters = list(zip(tables["matters"]["authority"], tables["matters"]["matter"], strict=True))
    pools = dict(zip(tables["points"]["point"], tables["points"]["remote_pool"], strict=True))
    hours = _hours_by_place(tables["hours"], hours_changes)
    found: list[tuple[int, int, int, ServiceKey, NDArray[np.bool_], tuple[tuple[Window, ...], ...]]] = []
    known: dict[tuple[HoursRow, ...], list[tuple[Window, ...]]] = {}
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in _records(tables["services"]):
        groups.setdefault((row["point"], row["authority"], row["channel"]), []).append(row)
    for (point, authority, channel_name), listed in groups.items():
        wanted = authority in hours_changes.get(point, {})
        group = [row for row in listed if wanted or row["status"] != "optional"]
        if point not in points or not group:
            continue
        channel = CHANNELS[channel_name]
        windows = _door_windows(group, _own_hours(hours.get(point, {}), authority, channel), span, known)
        home = (pools[point] or point) if channel == Channel.VIDEO else point
        serves = _matters_served(matters, authority, group)
        place = (points.index(point), authorities.index(authority), int(channel))
        found.append((*place, (home, authority, int(channel)), serves, windows))
    found.sort(key=lambda door: door[:3])
    services = tuple(dict.fromkeys(door[3] for door in found))
    number = {key: index for index, key in enumerate(services)}
    unguided = Doors(
        np.array([door[0] for door in found], np.int64),
        np.array([door[1] for door in found], np.int64),
        np.array([door[2] for door in found], np.int64),
        np.array([number[door[3]] for door in found], np.int64),
        np.array([door[4] for door in found], bool).T.reshape(len(matters), len(found)),
        tuple(door[5] for door in found),
        services,
        np.full(len(points), -1, np.int64),
    )
    return guide(unguided, points, guided)


def guide(doors: Doors, points: Sequence[str], guided: Collection[str]) -> Doors:
    """Return the doors with somebody who guides at the points `guided`, and nowhere else."""
    own = tuple(key for key in doors.services if key[1] != GUIDANCE)
    guides = tuple((point, GUIDANCE, int(Channel.COUNTER)) for point in points if point in guided)
    number = {key[0]: index for index, key in enumerate(guides, len(own))}
    guidance = np.array([number.get(point, -1) for point in points], np.int64)
    return replace(doors, services=own + guides, guidance=guidance)


def _hours_by_place(
    table: pd.DataFrame, changes: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
) -> dict[str, dict[str, list[HoursRow]]]:
    """Return point → authority (or ``remote``, ``guidance``) → parsed rows, with the scenario's changes."""
    found: dict[str, dict[str, list[HoursRow]]] = {}
    for row in _records(table):
        found.setdefault(row["point"], {}).setdefault(row["authority"], []).append(parse_row(row))
    for point, by_authority in changes.items():
        for authority, rows in by_authority.items():
            found.setdefault(point, {})[authority] = [parse_row(row) for row in rows]
    return found


def _door_windows(
    group: Sequence[Mapping[str, Any]],
    own: Sequence[HoursRow],
    span: Span,
    known: dict[tuple[HoursRow, ...], list[tuple[Window, ...]]],
) -> tuple[tuple[Window, ...], ...]:
    """Return a door's windows by day, where and while it is offered; `known` keeps those of equal hours."""
    offered = [(row["valid_from"] or dt.date.min, row["valid_to"] or dt.date.max) for row in group]
    if tuple(own) not in known:
        known[tuple(own)] = day_windows(own, span)
    by_day = known[tuple(own)]
    if any(first <= span.dates[0] and span.dates[-1] <= last for first, last in offered):
        return tuple(by_day)
    return tuple(
        windows if any(first <= date <= last for first, last in offered) else ()
        for date, windows in zip(span.dates, by_day, strict=True)
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _own_hours(hours: Mapping[str, Sequence[HoursRow]], authority: str, channel: Channel) -> list[HoursRow]:
    """Return the rows of a door: the authority's own, else for video the point's remote hours."""
    own = [row for row in hours.get(authority, ()) if row.window[2] in _MODES[channel]]
    if not own and channel == Channel.VIDEO:
        return list(hours.get(ANY_REMOTE, ()))
    return own


def _matters_served(
    matters: Sequence[tuple[str, str]], authority: str, group: Sequence[Mapping[str, Any]]
) -> NDArray[np.bool_]:
    """Return (M,) bool: the matters (authority, name) that the rows of one door list."""
    listed = {name for row in group for name in row["matters"].split(";")}
    everything = "all" in listed
    return np.array([owner == authority and (everything or name in listed) for owner, name in matters], bool)
