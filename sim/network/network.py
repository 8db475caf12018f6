"""The network of a scenario in arrays: points, doors, officials, places and day types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.calendar import Span
from sim.network.doors import Doors, build_doors, guide
from sim.network.events import Events
from sim.network.roster import Roster, build_roster, guided_points, merge_rows

#: Kinds of place in column order of `Network.places`.
PLACE_KINDS = ("counter", "closed_room", "remote_station")
#: Modes of windows in which people come without an appointment, and all modes.
WALK_IN_MODES = frozenset({"walk_in", "remote", "self_service"})
ALL_MODES = WALK_IN_MODES | {"booked"}


@dataclass(frozen=True)
class Network:
    """Everything about points that does not depend on luck.

    Attributes
    ----------
    points
        P open points, in index order; `point_rows` are their rows of the region's table.
    doors, roster
        Doors and officials.
    places
        (P, 3) counters, closed rooms, remote stations.
    day_type
        (D,) days with the same windows and shifts have the same type.
    windows
        (T, J, W, 2) opening windows [min] by day type, padded with inf.
    shifts
        (T, O, S, 2) shift segments [min] by day type, padded with inf.
    walk_in
        (J, D) bool: open for people without an appointment.
    bookable
        (J, D) bool: open at all.
    joint, counted
        (P,) bool: joint service point; its visits count in the region's total.
    """

    points: tuple[str, ...]
    point_rows: pd.DataFrame
    doors: Doors
    roster: Roster
    places: NDArray[np.int64]
    day_type: NDArray[np.int64]
    windows: NDArray[np.float64]
    shifts: NDArray[np.float64]
    walk_in: NDArray[np.bool_]
    bookable: NDArray[np.bool_]
    joint: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    outside: NDArray[np.bool_]


@dataclass(frozen=True)
class Staffing:
    """A scenario's choice of officials and places: a named base and differences."""

    base: str
    officials: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, int]]


def open_points(
    tables: Mapping[str, pd.DataFrame], network: str, changes: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the points of a network with a scenario's ``open``/``closed`` changes, in the region's order."""
    listed = set(tables["networks"].loc[tables["networks"]["network"] == network, "point"])
    listed |= {point for point, state in changes.items() if state == "open"}
    listed -= {point for point, state in changes.items() if state == "closed"}
    return tuple(point for point in tables["points"]["point"] if point in listed)


def build_network(
    tables: Mapping[str, pd.DataFrame],
    points: tuple[str, ...],
    staffing: Staffing,
    hours_changes: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]],
    events: Events,
) -> Network:
    """Return the network of `points` with `staffing` over the span of `events`, which may shut doors."""
    rows = tables["points"].set_index("point").loc[list(points)].reset_index()
    merged = merge_rows(tables["officials"], staffing.base, staffing.officials)
    span = events.span
    doors = build_doors(tables, points, hours_changes, guided_points(merged), span)
    doors = events.shut(doors, points)
    roster = _roster(merged, rows, doors, span)
    day_type, windows, shifts = _day_types(doors, roster, span.n_days)
    return Network(
        points,
        rows,
        doors,
        roster,
        _places(tables["places"], points, staffing),
        day_type,
        windows,
        shifts,
        doors.open_for(WALK_IN_MODES),
        doors.open_for(ALL_MODES),
        (rows["type"] == "joint").to_numpy(bool),
        (rows["counted"] == 1).to_numpy(bool),
        (rows["type"] == "outside").to_numpy(bool),
    )


def restaff(network: Network, tables: Mapping[str, pd.DataFrame], staffing: Staffing, span: Span) -> Network:
    """Return the network with other officials and places; its points and hours stay."""
    merged = merge_rows(tables["officials"], staffing.base, staffing.officials)
    doors = guide(network.doors, network.points, guided_points(merged))
    roster = _roster(merged, network.point_rows, doors, span)
    day_type, windows, shifts = _day_types(doors, roster, span.n_days)
    return replace(
        network,
        doors=doors,
        roster=roster,
        places=_places(tables["places"], network.points, staffing),
        day_type=day_type,
        windows=windows,
        shifts=shifts,
    )


def _roster(merged: Sequence[Mapping[str, Any]], rows: pd.DataFrame, doors: Doors, span: Span) -> Roster:
    """Return the officials of the roster rows `merged` for the points in `rows`."""
    pools = {row["point"]: row["remote_pool"] for row in rows.to_dict("records") if row["remote_pool"]}
    return build_roster(merged, doors, pools, span)


def _places(table: pd.DataFrame, points: Sequence[str], staffing: Staffing) -> NDArray[np.int64]:
    """Return (P, 3) numbers of places; points without a row have none."""
    listed = table[table["staffing"] == staffing.base].to_dict("records")
    base = {str(row["point"]): {kind: int(row[kind]) for kind in PLACE_KINDS} for row in listed}
    cells = [
        [{**base.get(point, {}), **staffing.places.get(point, {})}.get(k, 0) for k in PLACE_KINDS]
        for point in points
    ]
    return np.array(cells, np.int64).reshape(len(points), len(PLACE_KINDS))


def _day_types(
    doors: Doors, roster: Roster, n_days: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (D,) day types and the padded windows and shifts of each type."""
    kinds: dict[Any, int] = {}
    day_type = np.zeros(n_days, np.int64)
    firsts: list[int] = []
    for day in range(n_days):
        plan = (
            tuple(door[day] for door in doors.windows),
            tuple(official[day] for official in roster.shifts),
        )
        if plan not in kinds:
            kinds[plan] = len(firsts)
            firsts.append(day)
        day_type[day] = kinds[plan]
    windows = _padded(
        [[[w[:2] for w in merge_windows(door[day])] for door in doors.windows] for day in firsts]
    )
    shifts = _padded([[list(official[day]) for official in roster.shifts] for day in firsts])
    return day_type, windows, shifts


def merge_windows(day: Sequence[tuple[float, float, str]]) -> list[tuple[float, float]]:
    """Return the union of a door's windows of a day, whatever their mode, ascending.

    >>> merge_windows([(540.0, 720.0, "walk_in"), (720.0, 900.0, "booked")])
    [(540.0, 900.0)]
    """
    merged: list[tuple[float, float]] = []
    for opens, closes, _ in sorted(day):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def _padded(nested: Sequence[Sequence[Sequence[tuple[float, ...]]]]) -> NDArray[np.float64]:
    """Return ragged pairs as (T, n, widest + 1, 2), padded with inf (one spare entry ends every list)."""
    n = len(nested[0]) if nested else 0
    widest = max((len(item) for day in nested for item in day), default=0)
    padded = np.full((len(nested), n, widest + 1, 2), np.inf)
    for t, day in enumerate(nested):
        for i, item in enumerate(day):
            for w, pair in enumerate(item):
                padded[t, i, w] = pair[:2]
    return padded
