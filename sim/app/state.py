"""The state of a page: which scenario, and what was changed in it; read from a link and written to one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Self
from urllib.parse import parse_qsl, urlencode

from sim.app.faults import told
from sim.app.levers import Kind, Lever, Levers, levers_of
from sim.app.windows import read_clock, read_windows, written_windows
from sim.config import Scenario, load_scenario, shipped_scenarios
from sim.errors import InputError
from sim.locale import LANGUAGES, Language, message, translator
from sim.region import load_region

#: Longest link that is read [characters].
MAX_LINK = 8000
#: Fields of a link that are read.
MAX_FIELDS = 1000
#: Most officials of a row, or places of a kind, that the page takes.
MAX_COUNT = 200
_DEFAULT = "baseline_2030"
_SCENARIO, _LANG, _PIN = "scenario", "lang", "pin"

_HINTS: dict[Kind, str] = {
    "count": message("a whole number from 0 to {most}"),
    "clock": message("a time of day such as 09:00"),
    "position": message("a number from −1 to 1"),
    "percent": message("a number from 1 to 100"),
    "minutes": message("a number from 0 to 240"),
    "windows": message("days and times such as {example}"),
}
_LIMITS: dict[Kind, tuple[float, float]] = {
    "count": (0, MAX_COUNT),
    "position": (-1, 1),
    "percent": (1, 100),
    "minutes": (0, 240),
}


@dataclass(frozen=True)
class State:
    """What the page shows.

    Attributes
    ----------
    scenario
        Name of a shipped scenario.
    lang
        Language of the texts.
    changes
        Values as they are written in their fields, by key of the lever; only those that differ.
    pin
        The state that it is compared with, as a link; empty: the shipped scenario.
    problems
        What was wrong in the link or in a field, in the reader's language.
    """

    scenario: str = _DEFAULT
    lang: Language = "en"
    changes: Mapping[str, str] = field(default_factory=dict)
    pin: str = ""
    problems: tuple[str, ...] = ()

    @classmethod
    def of_link(cls, link: str) -> Self:
        """Return the state in a link's query; what is wrong in it is left out and told."""
        fields = link.lstrip("?")[:MAX_LINK].split("&", MAX_FIELDS)[:MAX_FIELDS]
        given = parse_qsl("&".join(fields), keep_blank_values=True)
        reserved = dict(pair for pair in given if pair[0] in (_SCENARIO, _LANG, _PIN))
        name = reserved.get(_SCENARIO, _DEFAULT)
        known = name in year_scenarios()
        scenario = name if known else _DEFAULT
        lang = language_of(reserved.get(_LANG, ""), scenario)
        state = cls(scenario, lang, pin=reserved.get(_PIN, ""))
        if not known:
            wrong = translator(lang)("There is no scenario {name}; {other} is shown.")
            state = replace(state, problems=(wrong.format(name=_cut(name), other=scenario),))
        return state.changed(pair for pair in given if pair[0] not in (_SCENARIO, _LANG, _PIN))

    def changed(self, values: Iterable[tuple[str, str]]) -> Self:
        """Return the state with values written in fields; a wrong one leaves what was there."""
        levers, _ = self.levers.all, translator(self.lang)
        changes, problems = dict(self.changes), list(self.problems)
        for key, text in values:
            lever = levers.get(key)
            if lever is None:
                wrong = _("The link names {key}, which this scenario does not have; it is left out.")
                problems.append(wrong.format(key=_cut(key)))
                continue
            try:
                value = _normal(lever, text)
            except ValueError:
                problems.append(_problem(lever, text, changes.get(key, lever.base), self.lang))
                continue
            changes.pop(key, None)
            if value != lever.base:
                changes[key] = value
        return replace(self, changes=changes, problems=tuple(problems))

    @property
    def levers(self) -> Levers:
        """Levers of the scenario."""
        return shipped_levers(self.scenario)

    @property
    def pinned(self) -> State:
        """The state that this one is compared with."""
        return State.of_link(self.pin) if self.pin else State(self.scenario, self.lang)

    @property
    def sets(self) -> list[str]:
        """What differs from the shipped scenario, as the command line's ``--set`` takes it."""
        levers = self.levers.all
        values = {key: _in_yaml(levers[key], text) for key, text in self.changes.items()}
        return [f"{key}={value}" for key, value in (values | self._diaries()).items()]

    def _diaries(self) -> dict[str, str]:
        """Return how many officials are set aside for bookings where the row has fewer than before."""
        found = {}
        for key, text in self.changes.items():
            row, _, field_name = key.rpartition(".")
            if key.startswith("staffing.officials.") and field_name == "count":
                diary = f"{row}.diary"
                found[diary] = str(min(int(text), int(self.value(diary))))
        return {key: value for key, value in found.items() if value != self.value(key)}

    def value(self, key: str) -> str:
        """Return what the field of a lever holds."""
        return self.changes.get(key, self.levers.all[key].base)

    def link(self, *, lang: str | None = None, pin: str | None = None) -> str:
        """Return the state as a link's query, without a leading question mark."""
        chosen = {_SCENARIO: self.scenario, _LANG: lang or self.lang, **self.changes}
        pinned = self.pin if pin is None else pin
        return urlencode(chosen | ({_PIN: pinned} if pinned else {}))

    def checked(self) -> Scenario:
        """Return the scenario, checked as every scenario is.

        Raises
        ------
        InputError
            With all problems.
        """
        return _checked(self.scenario, tuple(self.sets))

    def sound(self) -> tuple[State, Scenario]:
        """Return the scenario with what can be kept of the state: nothing, where the parts do not fit."""
        try:
            return self, self.checked()
        except InputError as error:
            reasons = tuple(told(problem, self.lang) for problem in error.problems)
            wrong = translator(self.lang)(
                "These changes do not go together; the scenario is shown without them:"
            )
            bare = replace(self, changes={}, problems=(*self.problems, wrong, *reasons))
            return bare, bare.checked()


@lru_cache(maxsize=256)
def _checked(name: str, sets: tuple[str, ...]) -> Scenario:
    """Return a shipped scenario with settings; sessions ask for the same one again and again."""
    return load_scenario(name, [*sets, "run.engine=compiled"])


@cache
def year_scenarios() -> tuple[str, ...]:
    """Return the names of the shipped scenarios of a single year."""
    return tuple(name for name in shipped_scenarios() if load_scenario(name).trajectory is None)


@lru_cache(maxsize=32)
def shipped_levers(name: str) -> Levers:
    """Return the levers of a shipped scenario."""
    return levers_of(load_scenario(name))


def language_of(asked: str, scenario: str = _DEFAULT) -> Language:
    """Return the language asked for, or that of the scenario's region."""
    region = load_region(shipped_levers(scenario).scenario.region)
    wanted = (asked, str(region.about("language")))
    return next((lang for text in wanted for lang in LANGUAGES if lang == text), "en")


def _normal(lever: Lever, text: str) -> str:
    """Return a value as its field writes it.

    Raises
    ------
    ValueError
        If it cannot be one.
    """
    return _READERS.get(lever.kind, _number)(lever, text.strip())


def _number(lever: Lever, text: str) -> str:
    """Return a number within its limits."""
    value = float(text.replace(",", ".").replace("−", "-"))
    least, most = _LIMITS[lever.kind]
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(text)
    return f"{value:g}"


def _whole(lever: Lever, text: str) -> str:
    """Return a whole number within its limits."""
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError(text)
    return _number(lever, text)


def _windows(lever: Lever, text: str) -> str:
    """Return opening hours written in one way, whichever way they were typed."""
    return written_windows(read_windows(text[:300]))


_READERS: dict[Kind, Callable[[Lever, str], str]] = {
    "count": _whole,
    "clock": lambda lever, text: read_clock(text),
    "windows": _windows,
}


def _problem(lever: Lever, text: str, kept: str, lang: Language) -> str:
    """Return what is wrong with a value, what is allowed, and what is used instead."""
    _ = translator(lang)
    hint = _(_HINTS[lever.kind]).format(most=MAX_COUNT, example="Mon-Fri 09:00-15:00")
    wrong = _("{key}: {text} is not {hint}; {kept} is used.")
    return wrong.format(key=lever.key, text=f"“{_cut(text)}”", hint=hint, kept=kept)


def _in_yaml(lever: Lever, text: str) -> str:
    """Return a value as a scenario file holds it."""
    if lever.kind == "windows":
        return json.dumps(read_windows(text))
    if lever.kind == "clock":
        return f"'{text}'"
    return f"{float(text) / 100:g}" if lever.kind == "percent" else text


def _cut(text: str) -> str:
    """Return the beginning of a text that may be long."""
    return text if len(text) <= 60 else f"{text[:57]}…"
