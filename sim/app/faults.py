"""Tells in the reader's language what is impossible in a state whose fields are right each by itself."""

from __future__ import annotations

import re

from sim.errors import Problem
from sim.locale import Language, message, translator

#: How the checks of a scenario put what fields of the page can bring about, and how the page tells it.
_TOLD = (
    (
        r"(?P<diary>\d+) officials set aside for bookings are more than the (?P<count>\d+) of the row",
        message("{diary} officials are set aside for bookings, but there are {count}"),
    ),
    (
        r"the shift (?P<start>[\d:]+)-(?P<end>[\d:]+) ends before it begins",
        message("the shift {start}–{end} ends before it begins"),
    ),
    (
        r"the break (?P<first>[\d:]+)-(?P<last>[\d:]+) is not within the shift "
        r"(?P<start>[\d:]+)-(?P<end>[\d:]+)",
        message("the break {first}–{last} is not within the shift {start}–{end}"),
    ),
    (r"'(?P<days>[^']*)' is not a timetable", message("“{days}” are no days of the week in their order")),
    (
        r"(?P<open>[\d:]+)-(?P<close>[\d:]+) closes before it opens",
        message("{open}–{close} closes before it opens"),
    ),
)


def told(problem: Problem, lang: Language) -> str:
    """Return a problem of a scenario with its key; what no field can bring about stays in English."""
    for pattern, text in _TOLD:
        found = re.match(pattern, problem.message)
        if found:
            return f"{problem.key}: {translator(lang)(text).format(**found.groupdict())}"
    return ": ".join(filter(None, (problem.key, problem.message)))
