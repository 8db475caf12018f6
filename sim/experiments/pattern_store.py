"""Rows of the plan's patterns, kept below the results once computed so that reports can show them at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import sim
from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.experiments.parts import write_atomically
from sim.region import load_region

#: Folder below that of all results.
FOLDER = "patterns"


@dataclass(frozen=True)
class Pattern:
    """A row of the table of patterns.

    Attributes
    ----------
    pattern, subject, year
        What it is, of whom or where (empty: the region), and when.
    plan, model
        The plan's value and the model's.
    tolerance
        Largest difference at which the two agree; with `at_least` the model may lie above by any amount.
    unit
        Unit of both.
    reason
        Why they agree by construction, or why they differ: an English message.
    at_least
        Whether the plan's value is a lower limit.
    month
        Month that the reason names, as in `sim.calendar.MONTHS`.
    """

    pattern: str
    subject: str
    year: int
    plan: float
    model: float
    tolerance: float
    unit: str
    reason: str = ""
    at_least: bool = False
    month: str = ""

    @property
    def difference(self) -> float:
        """Model less plan."""
        return self.model - self.plan

    @property
    def agrees(self) -> bool:
        """Whether the model comes as near as it should."""
        gap = -self.difference if self.at_least else abs(self.difference)
        return not isnan(gap) and gap <= self.tolerance

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain values."""
        reason = self.reason.format(month=self.month)
        return {**vars(self), "reason": reason, "difference": self.difference, "agrees": self.agrees}


def pattern_file(region: str, parameters: dict[str, float], out: Path) -> Path:
    """Return the file of the patterns of a region under given parameters, named by all that decides them.

    The number of replications and the seed do not: any table is better than none.
    """
    content = [load_region(region).digest, parameters, sim.MODEL_VERSION]
    return out / FOLDER / f"{hash_of(content)[:12]}.json"


def keep_patterns(rows: Sequence[Pattern], scenario: Scenario, replications: int, out: Path) -> Path:
    """Keep a table of patterns and return its file."""
    path = pattern_file(scenario.region, dict(scenario.parameters), out)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"replications": replications, "patterns": [vars(row) for row in rows]}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def write(temporary: Path) -> None:
        temporary.write_text(text, "utf-8")

    write_atomically(path, write)
    return path


def kept_patterns(path: Path) -> tuple[Pattern, ...]:
    """Return the patterns of a file, none where there is no such file."""
    if not path.is_file():
        return ()
    return tuple(Pattern(**row) for row in json.loads(path.read_text("utf-8"))["patterns"])
