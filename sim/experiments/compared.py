"""Comparisons that are kept: the sides' tables put together in one folder, as an experiment's are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.config.scenario import hash_of
from sim.experiments.manifest import new_manifest, now, write_manifest
from sim.experiments.parts import write_atomically
from sim.experiments.sides import Side, Sides
from sim.experiments.store import RESULTS, RunResult, make_folder, write_config

#: Name of all comparisons below the folder of results.
NAME = "comparisons"
_TABLES = ("runs", "factors", "metrics")


def keep(sides: Sides, out: Path = RESULTS, command: Sequence[str] = ()) -> RunResult:
    """Store a comparison as a folder of its own, so that it can be reported, and return it.

    Parameters
    ----------
    sides
        What was compared.
    out
        Folder of all results.
    command
        Words of the command, for the manifest.

    Raises
    ------
    InputError
        The folder can't be made.
    RunError
        The tables can't be written.
    """
    first = sides.sides[0].result
    folder = out / NAME / hash_of([_origin(side) for side in sides.sides])[:12]
    make_folder(folder)
    write_config(folder, first.scenario)
    for name in _TABLES:
        _write(folder / f"{name}.parquet", pd.concat(_tables(sides, name), ignore_index=True))
    manifest = {
        **new_manifest(first.scenario, command, 1),
        "status": "done",
        "finished": now(),
        "digest": folder.name,
        "comparison": [_origin(side) for side in sides.sides],
        "scenarios": [scenario for side in sides.sides for scenario in _scenarios(side)],
    }
    write_manifest(folder, manifest)
    return RunResult(folder, manifest)


def _origin(side: Side) -> dict[str, Any]:
    """Return which results a side is, and how far they went."""
    runs = side.result.runs
    return {
        "name": side.result.folder.parent.name,
        "digest": side.result.folder.name,
        "scenarios": list(side.names.values()),
        "runs": hash_of(sorted(runs.loc[runs["status"] == "done", "run_id"])),
    }


def _tables(sides: Sides, name: str) -> Iterator[pd.DataFrame]:
    for side in sides.sides:
        table: pd.DataFrame = getattr(side.result, name)
        yield side.renamed(table) if "scenario" in table.columns else table


def _scenarios(side: Side) -> Iterator[dict[str, Any]]:
    """Yield a side's scenarios as plain values, under their names in the comparison."""
    manifest = side.result.manifest
    for scenario in manifest.get("scenarios") or [manifest["scenario"]]:
        if scenario["name"] in side.names:
            yield {**scenario, "name": side.names[scenario["name"]]}


def _write(path: Path, table: pd.DataFrame) -> None:
    def write(temporary: Path) -> None:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), temporary)

    write_atomically(path, write)
