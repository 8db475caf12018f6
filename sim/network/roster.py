"""Officials of a scenario: who they are, what they can do, when they work, who is missing on a day."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.calendar import Span, Timetable, parse_clock, parse_timetable
from sim.config.rosters import NEW_ROW
from sim.network.doors import ANY_REMOTE, CHANNELS, GUIDANCE, Doors, ServiceKey
from sim.streams import uniform
from sim.visits import Channel, OfficialName

#: Values of `Roster.duty`: not at work, rostered, comes when called.
OFF, ROSTERED, ON_CALL = 0, 1, 2
#: An official's id for random numbers leaves this many places for officials of one row.
_PER_ROW = 1024

#: Shift segments of a day: (start, end) [min].
Segments = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Roster:
    """Officials and their days.

    Attributes
    ----------
    names
        O officials.
    able
        (O, K) bool: skills by service.
    shifts
        O lists of the shift segments of each day, breaks left out.
    duty
        (D, O) int8: OFF, ROSTERED or ON_CALL before absences.
    diary
        (O,) bool: set aside for bookings.
    ids
        (O,) lasting ids for random numbers, from the row's name.
    """

    names: tuple[OfficialName, ...]
    able: NDArray[np.bool_]
    shifts: tuple[tuple[Segments, ...], ...]
    duty: NDArray[np.int8]
    diary: NDArray[np.bool_]
    ids: NDArray[np.int64]


def merge_rows(
    table: pd.DataFrame, base: str, changes: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the roster rows of staffing `base` with a scenario's changed and added rows."""
    listed = table[table["staffing"] == base].to_dict("records")
    rows = {str(row["row"]): {str(key): cell for key, cell in row.items()} for row in listed}
    for name, change in changes.items():
        given = {key: value for key, value in change.items() if value is not None}
        for key in ("skills", "breaks"):
            if isinstance(given.get(key), (list, tuple)):
                given[key] = (";" if key == "skills" else "|").join(given[key])
        rows[name] = {"row": name, **NEW_ROW, **rows.get(name, {}), **given}
    return list(rows.values())


def guided_points(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the points at which some roster row guides."""
    guides = (row for row in rows if int(row["count"]) > 0 and GUIDANCE in str(row["skills"]).split(";"))
    return frozenset(str(row["works_at"]) for row in guides)


def build_roster(
    rows: Sequence[Mapping[str, Any]], doors: Doors, pools: Mapping[str, str], span: Span
) -> Roster:
    """Return the officials of `rows` who can serve something in the network.

    Parameters
    ----------
    rows
        Roster rows: row, works_at, skills, count, days, start, end, breaks, diary, on_call.
    doors
        Doors of the network.
    pools
        Remote pool of each open point that has one.
    span
        Days.
    """
    number = {key: index for index, key in enumerate(doors.services)}
    days = {text: _days_at_work(parse_timetable(text), span) for text in {row["days"] for row in rows}}
    names: list[OfficialName] = []
    skills: list[list[int]] = []
    shifts: list[tuple[Segments, ...]] = []
    diary: list[bool] = []
    for row in rows:
        keys = skill_keys(row["skills"], row["works_at"], pools)
        services = [number[key] for key in keys if key in number]
        if not services:
            continue
        named = tuple((key[1], key[2]) for key in keys if key in number)
        for n in range(int(row["count"])):
            names.append(OfficialName(row["row"], n + 1, row["works_at"], named, bool(row["on_call"])))
            skills.append(services)
            shifts.append(_segments_by_day(row, n, days[row["days"]]))
            diary.append(n < int(row["diary"]))
    able = np.zeros((len(names), len(doors.services)), bool)
    for official, services in enumerate(skills):
        able[official, services] = True
    duty = _duty(names, able, shifts, doors)
    return Roster(tuple(names), able, tuple(shifts), duty, np.array(diary, bool), _ids(names))


def skill_keys(cell: str, works_at: str, pools: Mapping[str, str]) -> list[ServiceKey]:
    """Return the service keys that a skills cell such as ``A:counter;A:video`` or ``guidance`` names."""
    keys: list[ServiceKey] = []
    for part in (piece.strip() for piece in cell.split(";") if piece.strip()):
        authority, _, channel_name = part.partition(":")
        channel = CHANNELS.get(channel_name, Channel.COUNTER)
        home = (pools.get(works_at) or works_at) if channel == Channel.VIDEO else works_at
        keys.append((home, GUIDANCE if authority == GUIDANCE else authority, int(channel)))
    return keys


def _segments_by_day(row: Mapping[str, Any], n: int, days: Sequence[bool]) -> tuple[Segments, ...]:
    """Return the shift segments of the row's `n`-th official on each day; breaks are given in turn."""
    breaks = [piece for piece in str(row["breaks"] or "").split("|") if piece]
    pause = breaks[n % len(breaks)] if breaks else ""
    work = cut_break(parse_clock(row["start"]), parse_clock(row["end"]), pause)
    return tuple(work if at_work else () for at_work in days)


def _days_at_work(timetable: Timetable, span: Span) -> list[bool]:
    """Return on which days of the span a timetable has somebody at work."""
    return [
        not closed and timetable.holds(date, span.eves)
        for date, closed in zip(span.dates, span.holiday.tolist(), strict=True)
    ]


def cut_break(start: float, end: float, pause: str) -> Segments:
    """Return the segments of a shift around a break ``HH:MM-HH:MM`` (or none).

    >>> cut_break(540.0, 900.0, "11:00-11:30")
    ((540.0, 660.0), (690.0, 900.0))
    """
    if not pause:
        return ((start, end),)
    first, last = (parse_clock(part) for part in pause.split("-"))
    return tuple(piece for piece in ((start, first), (last, end)) if piece[0] < piece[1])


def _duty(
    names: Sequence[OfficialName],
    able: NDArray[np.bool_],
    shifts: Sequence[tuple[Segments, ...]],
    doors: Doors,
) -> NDArray[np.int8]:
    """Return (D, O) duty before absences; on call: on days when one of the official's doors is open."""
    n_days = len(shifts[0]) if shifts else 0
    duty = np.zeros((n_days, len(names)), np.int8)
    door_open = np.array([[bool(day) for day in door] for door in doors.windows], bool)
    for official, name in enumerate(names):
        if name.on_call:
            mine = door_open[able[official][doors.service]]
            duty[:, official] = np.where(mine.any(axis=0), ON_CALL, OFF)
        else:
            duty[:, official] = [ROSTERED if day else OFF for day in shifts[official]]
    return duty


def _ids(names: Sequence[OfficialName]) -> NDArray[np.int64]:
    """Return (O,) ids that depend on the row's name and the number within the row only."""
    return np.array([zlib.crc32(name.row.encode()) * _PER_ROW + name.number for name in names], np.int64)


def strike_absences(
    roster: Roster, share: NDArray[np.float64], key: np.uint64, span: Span
) -> NDArray[np.int8]:
    """Return (D, O) duty after short-notice absences; a lone absentee is replaced on call.

    Parameters
    ----------
    roster
        The officials.
    share
        (D, O) probability that a rostered official is absent.
    key
        Stream key.
    span
        Days.

    Notes
    -----
    Guides are not struck when alone: whoever keeps the house steps in. Somebody is alone on a day when
    for one of his services no other able official is present.
    """
    days = np.array([date.toordinal() for date in span.dates], np.int64)
    luck = uniform(key, roster.ids[None, :] * 4_000_000 + days[:, None])
    absent = (roster.duty == ROSTERED) & (luck < share)
    duty = np.where(absent, OFF, roster.duty).astype(np.int8)
    able = csr_array(roster.able.astype(np.int64))
    present = (duty == ROSTERED).astype(np.int64) @ able  # (D, K)
    day_of, official_of = np.nonzero(absent)
    alone = ((present == 0).astype(np.int64) @ able.T > 0)[day_of, official_of]
    guides = np.array([all(skill[0] == GUIDANCE for skill in name.skills) for name in roster.names], bool)
    day_of, official_of = day_of[alone], official_of[alone]
    # Only a guide who stays is company for those after him; on other days nobody need be asked in turn.
    in_turn = np.isin(day_of, day_of[guides[official_of]])
    duty[day_of[~in_turn], official_of[~in_turn]] = ON_CALL
    for day, official in zip(day_of[in_turn], official_of[in_turn], strict=True):
        if (present[day][roster.able[official]] == 0).any():
            duty[day, official] = ROSTERED if guides[official] else ON_CALL
            if guides[official]:
                present[day] += roster.able[official]
    return duty


__all__ = ["ANY_REMOTE", "Roster", "build_roster", "cut_break", "merge_rows", "skill_keys", "strike_absences"]
