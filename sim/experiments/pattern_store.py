"""Patterns that were once computed, kept below the results so that reports can show them at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import sim
from sim.config import Scenario
from sim.config.scenario import hash_of
from sim.experiments.parts import write_atomically
from sim.experiments.patterns import Pattern
from sim.region import load_region

#: Folder below that of all results.
FOLDER = "patterns"


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
