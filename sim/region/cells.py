"""Reads one cell: text in, typed value out, or a `ValueError` that says what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date

from sim.region.schema import Column, Kind

#: What a cell becomes; an optional empty cell of a date or number is None.
Value = str | int | float | date | None

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_NTH = "(?:1st|2nd|3rd|4th|5th|last)"
_TIMETABLE = re.compile(rf"eves|{_DAY}-{_DAY}|{_DAY}(?:,{_DAY})*|{_NTH}(?:,{_NTH})* {_DAY}")
_BREAK = re.compile(rf"({_TIME})-({_TIME})")
_INTEGER = re.compile(r"-?\d{1,15}")


def parse_cell(column: Column, text: str) -> Value:
    """Return the value of a cell.

    Parameters
    ----------
    column
        The cell's column.
    text
        The cell as it stands in the file.

    Returns
    -------
    str, int, float, date or None
        Times, timetables, lists, skills and breaks stay texts once they are checked.

    Raises
    ------
    ValueError
        If the cell is wrong; the message says what is allowed.

    Examples
    --------
    >>> parse_cell(Column("open", "time", "opening"), "09:00")
    '09:00'
    """
    text = text.strip()
    if not text:
        return _empty(column)
    return _PARSERS[column.kind](column, text)


def listed(column: Column, text: str) -> list[str]:
    """Return the names in a cell that its column's references are about."""
    if column.kind == "list":
        return text.split(";")
    if column.kind == "skills":
        return [skill.partition(":")[0] for skill in text.split(";")]
    return [text]


def breaks_of(text: str) -> list[tuple[str, str]]:
    """Return start and end, ``HH:MM``, of each alternative break of a checked cell."""
    return [match.groups() for match in _BREAK.finditer(text)]  # type: ignore[misc]  # two groups


def _empty(column: Column) -> Value:
    if not column.optional:
        raise ValueError("is empty; a value is needed")
    return None if column.kind in ("integer", "number", "share", "date") else ""


def _text(column: Column, text: str) -> str:
    return text


def _integer(column: Column, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"'{text}' is no whole number{_bounds(column)}")
    return int(_within(column, int(text)))


def _number(column: Column, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise ValueError(f"'{text}' is no number{_bounds(column)}")
    return _within(column, value)


def _share(column: Column, text: str) -> float:
    value = _number(column, text)
    if not 0 <= value <= 1:
        raise ValueError(f"{text} is out of range; allowed: 0 to 1")
    return value


def _within(column: Column, value: float) -> float:
    if not column.low <= value <= column.high:
        raise ValueError(f"{value:g} is out of range{_bounds(column)}")
    return value


def _bounds(column: Column) -> str:
    if math.isinf(column.low) and math.isinf(column.high):
        return ""
    if math.isinf(column.high):
        return f"; allowed: {column.low:g} or more"
    return f"; allowed: {column.low:g} to {column.high:g}"


def _date(column: Column, text: str) -> date:
    try:
        if len(text) != len("2030-01-31"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no date; allowed: YYYY-MM-DD") from None


def _matching(pattern: str | re.Pattern[str], what: str) -> Callable[[Column, str], str]:
    compiled = re.compile(pattern)

    def parse(column: Column, text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"'{text}' is no {what}")
        return text

    return parse


def _choice(column: Column, text: str) -> str:
    if text not in column.allowed:
        raise ValueError(f"'{text}' is unknown; allowed: {', '.join(column.allowed)}")
    return text


def _skills(column: Column, text: str) -> str:
    for skill in text.split(";"):
        _, colon, channel = skill.partition(":")
        if (channel not in column.allowed) if colon else (skill not in column.besides):
            allowed = [f"authority:{name}" for name in column.allowed] + list(column.besides)
            raise ValueError(f"'{skill}' is no skill; allowed: {', '.join(allowed)}, parted by ;")
    return text


def _breaks(column: Column, text: str) -> str:
    for pause in text.split("|"):
        match = _BREAK.fullmatch(pause)
        if not match or match[1] >= match[2]:
            raise ValueError(f"'{pause}' is no break; allowed: HH:MM-HH:MM, alternatives parted by |")
    return text


_PARSERS: dict[Kind, Callable[[Column, str], Value]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "share": _share,
    "date": _date,
    "time": _matching(_TIME, "time of day; allowed: HH:MM"),
    "timetable": _matching(
        _TIMETABLE, "timetable; allowed: Mon, Mon-Fri, Mon,Wed, 1st,3rd Tue, last Fri or eves"
    ),
    "choice": _choice,
    "list": _text,
    "skills": _skills,
    "breaks": _breaks,
}
