"""Opening hours as one line of text: written from windows, and read back.

``Mon-Fri 09:00-15:00; Sat 10:00-14:00 booked`` are two windows; a window without a mode is for walk-ins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from babel.dates import get_day_names

from sim.locale import Language

_MODE = "walk_in"
_MODES = (_MODE, "booked", "remote", "self_service")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WINDOW = re.compile(
    r"(?P<days>\S(?:.*\S)?)\s+(?P<open>\S+?)\s*[-–]\s*(?P<close>\S+?)(?:\s+(?P<mode>[a-z_]+))?"
)
_CLOCK = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3])(?:[:.](?P<minute>[0-5][0-9]))?")


def written_windows(windows: Iterable[Mapping[str, Any]]) -> str:
    """Return windows as one line.

    >>> written_windows([{"days": "Mon-Fri", "open": "09:00", "close": "15:00", "mode": "walk_in"}])
    'Mon-Fri 09:00-15:00'
    """
    parts = []
    for window in windows:
        mode = "" if window["mode"] == _MODE else f" {window['mode']}"
        parts.append(f"{window['days']} {window['open']}-{window['close']}{mode}")
    return "; ".join(parts)


def read_windows(text: str) -> list[dict[str, str]]:
    """Return the windows of a line; an empty line is *closed*.

    Raises
    ------
    ValueError
        If a part of the line is no window.

    >>> read_windows("Mon-Fri 9-15; Sat 10.00-14.00 booked")[1]["open"]
    '10:00'
    """
    return [_window(part.strip()) for part in text.split(";") if part.strip()]


def _window(part: str) -> dict[str, str]:
    """Return one window."""
    match = _WINDOW.fullmatch(part)
    if match is None or (match["mode"] or _MODE) not in _MODES:
        raise ValueError(part)
    return {
        "days": match["days"],
        "open": read_clock(match["open"]),
        "close": read_clock(match["close"]),
        "mode": match["mode"] or _MODE,
    }


def read_clock(text: str) -> str:
    """Return a time of day as HH:MM.

    Raises
    ------
    ValueError
        If it is none.

    >>> read_clock("9"), read_clock("16.15")
    ('09:00', '16:15')
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return f"{int(match['hour']):02d}:{match['minute'] or '00'}"


def with_local_days(text: str, lang: Language) -> str:
    """Return a line with its weekdays in a language.

    >>> with_local_days("Mon-Fri 09:00-15:00", "fi")
    'ma-pe 09:00-15:00'
    """
    return _replaced(text, dict(zip(_DAYS, _local_days(lang), strict=True)))


def with_plain_days(text: str, lang: Language) -> str:
    """Return a line with its weekdays as scenario files write them.

    >>> with_plain_days("ma-pe 9-15", "fi")
    'Mon-Fri 9-15'
    """
    return _replaced(text, dict(zip(_local_days(lang), _DAYS, strict=True)))


def _local_days(lang: Language) -> list[str]:
    """Return the short names of the weekdays, Monday first."""
    names = get_day_names("abbreviated", context="stand-alone", locale=lang)
    return [str(names[day]).rstrip(".") for day in range(7)]


def _replaced(text: str, names: Mapping[str, str]) -> str:
    """Replace whole words."""
    return re.sub(r"[^\W\d_]+", lambda word: names.get(word[0], word[0]), text)
