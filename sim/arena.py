"""What a scenario's queues are played on and by, and the records of a year gathered from what they leave."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar import MONTHS
from sim.demand.setup import Setup
from sim.network import strike_absences
from sim.network.roster import ROSTERED
from sim.queues.setting import DayExtra, Setting
from sim.streams import stream_key
from sim.visits import OFFICIAL_DAY, Channel, Names, Outcome, YearRecords

#: Plays some days: their visits (finished in place) and those of later days, which they may strike out; the
#: offsets of the days; the position of the first one. Returns (n_days, n_officials, 2) minutes outside the
#: roster and on call.
Engine = Callable[[NDArray[np.void], NDArray[np.int64], int], NDArray[np.float64]]


def make_engine(name: str, setting: Setting) -> Engine:
    """Return a queue engine on a setting; its module is imported when it is asked for.

    Parameters
    ----------
    name
        ``simpy`` or ``compiled``.
    """
    if name == "compiled":
        engine: Engine = import_module("sim.queues.compiled_engine").CompiledEngine(setting).run_days
        return engine
    run_day: Callable[[NDArray[np.void], Setting, int], DayExtra] = import_module(
        "sim.queues.simpy_engine"
    ).run_day

    def play(visits: NDArray[np.void], starts: NDArray[np.int64], first: int) -> NDArray[np.float64]:
        extras = np.zeros((len(starts) - 1, len(setting.skills), 2))
        for n, (start, stop) in enumerate(pairwise(starts)):
            extras[n] = np.stack(run_day(visits[start:stop], setting, first + n), axis=-1)
            strike_out(visits, int(start), int(stop))
        return extras

    return play


def strike_out(visits: NDArray[np.void], start: int, stop: int) -> None:
    """Void the next attempts after those sessions in the played rows from `start` on that did not fail."""
    later = visits["later"][start:stop]
    spared = (later > 0) & (visits["outcome"][start:stop] != Outcome.REMOTE_FAILED)
    rows = start + np.flatnonzero(spared)
    visits["outcome"][rows + visits["later"][rows]] = Outcome.VOID


def make_setting(setup: Setup, luck: tuple[int, int]) -> Setting:
    """Return what the queues are played on, with the absences of one replication.

    Parameters
    ----------
    luck
        Seed and replication.
    """
    network, params, span = setup.site.network, setup.params, setup.season.span
    roster, doors = network.roster, network.doors
    by_month = np.array([params["staff_absence"] * params.get("absence_month", month) for month in MONTHS])
    share = setup.events.absence(roster, np.minimum(by_month, 1.0)[span.months])
    return Setting(
        able=roster.able.astype(np.uint8),
        skills=roster.able.sum(axis=1).astype(np.int64),
        places=network.places,
        guidance=doors.guidance,
        door_point=doors.point,
        door_service=doors.service,
        windows=network.windows,
        shifts=network.shifts,
        day_type=network.day_type,
        duty=strike_absences(roster, share, stream_key(*luck, "absence"), span),
        fetch_minutes=params["fetch_minutes"],
        balking_queue_length=params["balking_queue_length"],
        send_away=setup.scenario.staffing.closing == "send_away",
    )


def gather(
    setup: Setup,
    setting: Setting,
    days: range,
    played: tuple[NDArray[np.void], NDArray[np.float64]],
    counts: NDArray[np.int64],
) -> YearRecords:
    """Gather the records of the days played."""
    index, network = setup.land.index, setup.site.network
    visits, extras = played
    inside = np.count_nonzero(setup.region.table("municipalities")["in_region"].to_numpy() == 1)
    names = Names(
        index.authorities, index.matters, network.points, index.municipalities[:inside], index.age_groups
    )
    expected = setup.expected
    return YearRecords(
        year=setup.scenario.year,
        names=names,
        official_names=network.roster.names,
        visits=visits,
        officials=_official_days(setting, days, extras),
        needs=counts[:, :, :, :, :inside],
        persons=setup.persons[:, :inside],
        places=network.places,
        open_minutes=_open_minutes(setup, days),
        expectation={
            "plan_visits": setup.plan,
            "expected_visits": expected.visits,
            "legal_floor": expected.floor,
            "need_growth": np.where(expected.visits > 0, expected.growth, np.nan),
        },
    )


def _official_days(setting: Setting, days: range, extras: NDArray[np.float64]) -> NDArray[np.void]:
    """Return one row an official and day on duty."""
    shift = _minutes(setting.shifts)
    duty = setting.duty[days.start : days.stop]
    position, official = np.nonzero(duty != 0)
    rows = np.zeros(len(position), OFFICIAL_DAY)
    rostered = duty[position, official] == ROSTERED
    day_type = setting.day_type[days.start : days.stop][position]
    rows["day"], rows["official"] = position, official
    rows["rostered"] = np.where(rostered, shift[day_type, official], 0.0)
    rows["outside"], rows["on_call"] = extras[position, official].T
    return rows


def _minutes(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the minutes in padded spans (..., S, 2)."""
    finite = np.where(np.isfinite(spans), spans, 0.0)
    total: NDArray[np.float64] = (finite[..., 1] - finite[..., 0]).sum(axis=-1)
    return total


def _open_minutes(setup: Setup, days: range) -> NDArray[np.float64]:
    """Return the minutes that each door was open, by point, authority and channel; points outside hold 0."""
    network = setup.site.network
    doors = network.doors
    total = _minutes(network.windows)[network.day_type[days.start : days.stop]].sum(axis=0)
    found = np.zeros((len(network.points), len(setup.land.index.authorities), len(Channel)))
    found[doors.point, doors.authority, doors.channel] = np.where(network.outside[doors.point], 0.0, total)
    return found
