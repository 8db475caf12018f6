"""Files that are kept: tables as CSV without noise, and the hashes by which stale answers are known."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from sim.config.scenario import hash_of
from sim.reference.builds import inputs, scenarios
from sim.reference.loading import Question
from sim.region import Region, load_region

#: File that says what the kept answer was made from.
INPUTS = "inputs.json"
#: Significant digits of numbers that are kept, not counting those before the decimal point.
_DIGITS = 5
#: Columns of a region's tables that say where a number comes from, and change none.
_TEXTS = frozenset({"source", "confidence", "description", "note"})
_SHOWN = 12


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table with numbers of 5 digits, more only before the decimal point, and return the path."""
    columns = {name: [_cell(value) for value in table[name]] for name in table.columns}
    pd.DataFrame(columns, dtype=object).to_csv(path, index=False, lineterminator="\n")
    return path


def _cell(value: Any) -> Any:
    """Return a number as it is written.

    >>> [_cell(value) for value in (110850.4, 0.0123456, 3.0, float("nan"), "text", 7)]
    ['110850', '0.012346', '3', '', 'text', 7]
    """
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return "" if math.isnan(value) else str(value)
    if value == 0:
        return "0"
    places = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(places, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def inputs_of(question: Question) -> dict[str, Any]:
    """Return hashes of all that the kept answer depends on.

    Keys: model (its version), reference (the file that says what is kept), builds (by build, what its outcome
    depends on), regions (by region and table, without columns of text).
    """
    builds = question.spec.builds
    used = {scenario.region for build in builds.values() for scenario in scenarios(build, question)}
    regions = [load_region(name) for name in sorted(used)]
    return {
        "model": sim.MODEL_VERSION,
        "reference": hash_of(question.spec.model_dump(mode="json"))[:_SHOWN],
        "builds": {name: inputs(build, question) for name, build in builds.items()},
        "regions": {region.name: _tables_of(region) for region in regions},
    }


def _tables_of(region: Region) -> dict[str, str]:
    """Return a hash for each table of a region."""
    return {name: _hash_table(region.table(name)) for name in sorted(region.tables)}


def _hash_table(table: pd.DataFrame) -> str:
    plain = table[[name for name in table.columns if name not in _TEXTS]]
    text = plain.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]


def write_inputs(question: Question, folder: Path, files: Iterable[Path]) -> None:
    """Write what the kept answer was made from, and the hashes of its files."""
    kept = {path.name: _hash_file(path) for path in sorted(files)}
    text = json.dumps({**inputs_of(question), "files": kept}, indent=1, ensure_ascii=False) + "\n"
    (folder / INPUTS).write_text(text, encoding="utf-8")


def read_inputs(folder: Path) -> dict[str, Any]:
    """Return what the kept answer was made from; empty where nothing is kept."""
    try:
        found: dict[str, Any] = json.loads((folder / INPUTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_SHOWN]


def stale(question: Question, folder: Path) -> list[str]:
    """Return what differs from when the answer was kept, as dotted keys; empty if the answer still holds."""
    kept = read_inputs(folder)
    if not kept:
        return [INPUTS]
    files = {name: _hash_file(folder / name) for name in kept["files"] if (folder / name).exists()}
    now, then = _spread({**inputs_of(question), "files": files}), _spread(kept)
    return sorted(key for key in now.keys() | then.keys() if now.get(key) != then.get(key))


def _spread(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values by dotted key.

    >>> _spread({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    found: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        found |= _spread(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found
