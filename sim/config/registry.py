"""The one registry of parameters: every number with a range that the model uses."""

from __future__ import annotations

import difflib
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import pandas as pd

from sim.errors import InputError, Problem
from sim.region import Region

#: What a unit makes physically possible; other units allow every number from 0 on.
_LIMITS = {"share": (0.0, 1.0), "relative_change": (-1.0, math.inf)}

#: Units whose numbers divide or scale something, so that 0 is impossible.
_POSITIVE = frozenset(
    {"min/visit", "min/slot", "persons/official", "km", "km/h", "h/day", "h/HTV", "days/year"}
)

#: Topic of parameters that say how results are read; they are no assumption about the world.
_READING = "reporting"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model with what is known of it.

    Attributes
    ----------
    key
        ``name[.subject][.year]``.
    base, low, high
        Best estimate and plausible range, in `unit`.
    unit
        Unit; ``share``, ``ratio`` and ``relative_change`` are plain numbers.
    group
        Topic.
    description, source, confidence
        Meaning, origin and how sure it is.
    """

    key: str
    base: float
    low: float
    high: float
    unit: str
    group: str
    description: str
    source: str
    confidence: str

    @property
    def ranged(self) -> bool:
        """Return whether the range has a width."""
        return self.low < self.high

    def fault(self, value: float) -> str | None:
        """Return what is physically impossible about a value, or None."""
        if not math.isfinite(value):
            return f"{value} is no finite number"
        lowest, highest = _LIMITS.get(self.unit, (0.0, math.inf))
        if not lowest <= value <= highest:
            allowed = f"{lowest:g} or more" if math.isinf(highest) else f"{lowest:g} to {highest:g}"
            return f"{value:g} is impossible for a number in '{self.unit}'; allowed: {allowed}"
        if value == 0 and self.unit in _POSITIVE:
            return f"0 is impossible for a number in '{self.unit}'; allowed: more than 0"
        return None


class Parameters:
    """The values of one scenario by key; they never change.

    Parameters
    ----------
    values
        Value by key ``name[.subject][.year]``.

    Examples
    --------
    >>> params = Parameters({"coverage.X.2020": 0.4, "coverage.X.2030": 0.6})
    >>> params.at_year("coverage", "X", 2025)
    0.5
    """

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = MappingProxyType(dict(values))
        self._years = _by_year(self._values)

    def __getitem__(self, key: str) -> float:
        """Return the value under a key."""
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        """Return the keys in the region's order."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a value under a key."""
        return key in self._values

    def __repr__(self) -> str:
        """Return how many there are."""
        return f"Parameters({len(self)} values)"

    def get(self, name: str, subject: str = "", year: int | None = None) -> float:
        """Return one value by the parts of its key.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self._values[join_key(name, subject, year)]

    def at_year(self, name: str, subject: str, year: float) -> float:
        """Return a value in a year, linear between the years that have one and flat outside them.

        A parameter without years holds always.

        Raises
        ------
        KeyError
            If there is none in any year.
        """
        stem = join_key(name, subject)
        known = self._years.get(stem)
        if known is None:
            return self._values[stem]
        return _interpolate(known, year)

    def subjects(self, name: str) -> tuple[str, ...]:
        """Return the subjects, in the region's order, about which `name` has values."""
        stems = dict.fromkeys(_without_year(key) for key in self._values)
        return tuple(stem.removeprefix(f"{name}.") for stem in stems if stem.startswith(f"{name}."))

    def as_dict(self) -> dict[str, float]:
        """Return all values by key."""
        return dict(self._values)


class Registry:
    """All parameters of a region.

    Parameters
    ----------
    parameters
        In the region's order.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self._parameters = {parameter.key: parameter for parameter in parameters}

    @classmethod
    def from_region(cls, region: Region) -> Registry:
        """Return the registry whose rows are a region's table ``parameters``."""
        return _registry_of(region)

    def __getitem__(self, key: str) -> Parameter:
        """Return a parameter by its key."""
        return self._parameters[key]

    def __iter__(self) -> Iterator[Parameter]:
        """Return all parameters in the region's order."""
        return iter(self._parameters.values())

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self._parameters)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a parameter of that key."""
        return key in self._parameters

    def ranged(self) -> list[Parameter]:
        """Return the uncertain parameters: those with a range, except how results are read."""
        return [p for p in self if p.ranged and p.group != _READING]

    def table(self) -> pd.DataFrame:
        """Return all parameters as a table with the fields of `Parameter` as columns."""
        columns = list(Parameter.__dataclass_fields__)
        return pd.DataFrame([[getattr(p, c) for c in columns] for p in self], columns=columns)

    def resolve(
        self, overrides: Mapping[str, float], where: Mapping[str, Problem] = MappingProxyType({})
    ) -> Parameters:
        """Return the base values with some of them replaced.

        Parameters
        ----------
        overrides
            Values by key.
        where
            For a key, a problem that holds the place where its override stands; the message is replaced.

        Raises
        ------
        InputError
            For every unknown key and every impossible value.
        """
        faults = {key: self._fault(key, value) for key, value in overrides.items()}
        problems = [_placed(key, fault, where) for key, fault in faults.items() if fault]
        if problems:
            raise InputError(problems)
        base = {p.key: p.base for p in self}
        return Parameters(base | {key: float(value) for key, value in overrides.items()})

    def _fault(self, key: str, value: float) -> str | None:
        if key not in self._parameters:
            return f"there is no such parameter{self._hint(key)}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"{value!r} is no number"
        return self._parameters[key].fault(value)

    def _hint(self, key: str) -> str:
        parts = [known for known in self._parameters if known.startswith(f"{key}.")]
        near = parts[:1] or difflib.get_close_matches(key, self._parameters, n=1)
        return f"; did you mean '{near[0]}'?" if near else ""


@lru_cache(maxsize=8)
def _registry_of(region: Region) -> Registry:
    """Return the registry of a region; each check of a scenario asks for it."""
    return Registry(_parameter(row) for row in region.table("parameters").to_dict("records"))


def join_key(name: str, subject: str = "", year: int | None = None) -> str:
    """Return the key of a parameter.

    >>> join_key("digital_coverage", "Office", 2030)
    'digital_coverage.Office.2030'
    """
    parts = (name, subject, "" if year is None else str(year))
    return ".".join(part for part in parts if part)


def _parameter(row: Mapping[Hashable, Any]) -> Parameter:
    year = row["year"]
    key = join_key(row["name"], row["subject"], None if pd.isna(year) else int(year))
    return Parameter(key, **{field: row[field] for field in Parameter.__dataclass_fields__ if field != "key"})


def _placed(key: str, fault: str, where: Mapping[str, Problem]) -> Problem:
    place = where.get(key, Problem("parameters", ""))
    return Problem(place.path, fault, place.line, place.column, place.key or key)


def _is_year(part: str) -> bool:
    return len(part) == 4 and part.isdecimal()


def _without_year(key: str) -> str:
    stem, _, last = key.rpartition(".")
    return stem if _is_year(last) else key


def _by_year(values: Mapping[str, float]) -> dict[str, list[tuple[int, float]]]:
    years: dict[str, list[tuple[int, float]]] = {}
    for key, value in values.items():
        stem = _without_year(key)
        if stem != key:
            years.setdefault(stem, []).append((int(key[len(stem) + 1 :]), value))
    return {stem: sorted(known) for stem, known in years.items()}


def _interpolate(known: list[tuple[int, float]], year: float) -> float:
    if year <= known[0][0]:
        return known[0][1]
    for (y0, v0), (y1, v1) in pairwise(known):
        if year <= y1:
            return v0 + (v1 - v0) * (year - y0) / (y1 - y0)
    return known[-1][1]
