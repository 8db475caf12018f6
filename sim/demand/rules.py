"""The kernel's tables of who lives where, and of where, when and by whom they are served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.demand.choice import next_open
from sim.demand.diary import DiaryPlan, plan_diary
from sim.demand.kernel import MarkRules, NeedRules, Persons, PlaceRules
from sim.demand.needs import need_rules
from sim.demand.setup import Setup
from sim.demand.tables import arrival_shapes, mark_rules, place_kinds, slot_minutes
from sim.network.network import WALK_IN_MODES


@dataclass(frozen=True)
class DemandRules:
    """The kernel's tables that all replications of a scenario share; `needs` before the luck of days."""

    persons: Persons
    needs: NeedRules
    places: PlaceRules
    marks: MarkRules
    diary: DiaryPlan


def make_rules(setup: Setup) -> DemandRules:
    """Return the kernel's tables of a scenario."""
    params, network, index = setup.params, setup.site.network, setup.land.index
    kinds = place_kinds(setup.region)
    minutes = slot_minutes(params, index)
    diary = plan_diary(network, minutes, setup.rules.booked, kinds, params["slot_rounding"])
    marks = mark_rules(params, index, setup.events.service_times())
    return DemandRules(_persons(setup), need_rules(setup), _place_rules(setup, kinds), marks, diary)


def _persons(setup: Setup) -> Persons:
    people, origins = setup.people, setup.site.origins
    return Persons(
        people.id,
        people.kind,
        people.age_group,
        people.foreign.view(np.int8),
        people.municipality,
        (people.age_group.astype(np.int16) * 2 + people.foreign) * 2 + people.kind,
        setup.capable.view(np.uint8),
        setup.accepts.view(np.uint8),
        origins.home,
        origins.cottage,
        people.home,
        people.cottage,
    )


def _place_rules(setup: Setup, kinds: NDArray[np.int64]) -> PlaceRules:
    site, span = setup.site, setup.season.span
    network, doors = site.network, site.network.doors
    working = span.working_count()
    shape, shape_at, shape_sum = arrival_shapes(setup.region, network, setup.land.index)
    staffed = (network.roster.duty > 0).astype(np.int64) @ csr_array(network.roster.able.astype(np.int64)) > 0
    feedback = setup.scenario.feedback
    return PlaceRules(
        doors=_doors_by_authority(setup),
        door_point=doors.point,
        door_channel=doors.channel,
        door_service=doors.service,
        serves=doors.serves.astype(np.uint8),
        next_walk=_by_day(next_open(network.walk_in, working, site.sensitivity.horizon), np.int16),
        next_any=_by_day(next_open(network.bookable, working, None), np.int16),
        open_any=_by_day(network.bookable, np.uint8),
        working=working,
        walk_windows=_walk_in_windows(setup),
        last_close=_last_closings(network.windows),
        day_type=network.day_type,
        staffed=staffed.astype(np.uint8),
        weight=site.origins.weight,
        timetable=site.origins.timetable,
        municipality=site.origins.municipality,
        area=site.origins.nearby.area.astype(np.int16),
        column=site.origins.nearby.column.astype(np.int16),
        point_at=site.origins.roads.where,
        pace=site.origins.roads.pace,
        attraction=setup.attraction,
        delay_weight=site.sensitivity.by_delay(),
        outside=network.outside.astype(np.uint8),
        joint=network.joint.astype(np.uint8),
        guided=(doors.guidance >= 0).astype(np.uint8),
        matter_place=kinds,
        shape=shape,
        shape_at=shape_at,
        shape_sum=shape_sum,
        nearest=setup.scenario.demand.choice == "nearest",
        soonest=_days_on(working, site.sensitivity.lead),
        latest=_days_on(working, site.sensitivity.booking_horizon),
        remember=setup.params["choice_wait_sensitivity"] if feedback.remembered_wait else 0.0,
    )


def _days_on(working: NDArray[np.int64], ahead: int) -> NDArray[np.int64]:
    """Return (D,) the last day by which `ahead` working days have passed since each day, the end at most.

    Parameters
    ----------
    working
        (D + 1,) working days before each day.
    """
    last = len(working) - 2
    on = np.minimum(np.searchsorted(working, working[:-1] + ahead), last)
    return np.minimum(np.searchsorted(working, working[on], side="right") - 1, last)


def _by_day(table: NDArray[Any], kind: type[np.integer[Any]]) -> NDArray[Any]:
    """Return a table by door and day as one by day and door: the days come in turn."""
    return np.ascontiguousarray(table.T, kind)


def _doors_by_authority(setup: Setup) -> NDArray[np.int32]:
    """Return (n_areas, A, most + 1) doors considered by (point, channel), padded with -1."""
    doors, near = setup.site.network.doors, setup.site.origins.nearby
    n_authorities = len(setup.land.index.authorities)
    mine = [
        [np.flatnonzero((doors.authority == a) & (column[doors.point] >= 0)) for a in range(n_authorities)]
        for column in near.column
    ]
    most = max((len(found) for area in mine for found in area), default=0)
    table = np.full((len(mine), n_authorities, most + 1), -1, np.int32)
    for number, area in enumerate(mine):
        for authority, found in enumerate(area):
            table[number, authority, : len(found)] = found
    return table


def _walk_in_windows(setup: Setup) -> NDArray[np.float64]:
    """Return (T, J, W, 2) windows in which people come without an appointment, by day type, inf-padded."""
    network = setup.site.network
    n_types = int(network.day_type.max()) + 1
    firsts = [int(np.flatnonzero(network.day_type == t)[0]) for t in range(n_types)]
    windows = network.doors.windows
    widest = max((len(door[day]) for door in windows for day in firsts), default=0) + 2
    table = np.full((n_types, network.doors.n, widest, 2), np.inf)
    for t, day in enumerate(firsts):
        for j, door in enumerate(windows):
            mine = [window[:2] for window in door[day] if window[2] in WALK_IN_MODES]
            table[t, j, : len(mine)] = np.array(mine).reshape(-1, 2)
    return table


def _last_closings(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, J) last closing, -inf where a door stays shut."""
    return np.where(np.isfinite(windows[..., 1]), windows[..., 1], -np.inf).max(axis=-1)


__all__ = ["DemandRules", "make_rules"]
