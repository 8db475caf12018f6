"""One stored run made again from its manifest, and compared byte for byte."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

import sim
from sim.config import Scenario
from sim.config.experiment import Level, value_at, with_values
from sim.errors import InputError, Problem, RunError
from sim.experiments.manifest import read_manifest
from sim.experiments.parts import FinishedRun, Output, StoredRun, read_run, stored_runs, write_part
from sim.experiments.runner import run_ids
from sim.experiments.store import RESULTS, read_stored
from sim.experiments.work import Replicate, by_model
from sim.region import load_region

_NAME = "runs.parquet"


@dataclass(frozen=True)
class Rerun:
    """A run made again.

    Attributes
    ----------
    run_id, scenario, design_point, replication
        Which run it is.
    folder
        Run folder in whose manifest it was found.
    differing
        What differs from the stored run; empty if the bytes agree.
    """

    run_id: str
    scenario: str
    design_point: int
    replication: int
    folder: Path
    differing: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every byte is that of the stored run."""
        return not self.differing

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        values = {name: getattr(self, name) for name in ("run_id", "scenario", "design_point", "replication")}
        return {
            **values,
            "folder": str(self.folder),
            "agrees": self.agrees,
            "differing": list(self.differing),
        }


@dataclass(frozen=True)
class _Found:
    """A run that a run folder lists."""

    row: dict[str, Any]
    folder: Path
    manifest: dict[str, Any]


def rerun(
    run_id: str,
    out: Path = RESULTS,
    engine: Literal["simpy", "compiled"] | None = None,
    replicate: Replicate | None = None,
) -> Rerun:
    """Make a stored run again from its manifest and compare it with what is stored.

    Parameters
    ----------
    run_id
        Id of the run, or its beginning.
    out
        Folder of all results.
    engine
        Queue engine; default: the one of the manifest. Both give the same bytes.
    replicate
        Simulates one replication; default: the model.

    Raises
    ------
    InputError
        No run, or more than one, has such an id.
    RunError
        The run was made by another version of the model, or on other data, and can't be made again here; or
        what is stored is damaged.
    """
    found = _find(run_id, out)
    name = str(found.row["run_id"])
    _check_origin(found)
    scenario = _scenario(found, engine)
    replication = int(found.row["replication"])
    region = load_region(scenario.region)
    if run_ids(scenario, region.digest, [replication]) != [name]:
        raise RunError(f"{found.folder / 'manifest.json'}: no longer describes the run {name}")
    stored = stored_runs(out).get(name)
    if stored is None:
        raise RunError(f"{name}: is listed in {found.folder} but not stored any more; run again to make it")
    how = replicate or by_model(details=stored.details_path is not None)
    differing = tuple(_differences(stored, scenario, replication, how))
    point = int(found.row["design_point"])
    return Rerun(name, str(found.row["scenario"]), point, replication, found.folder, differing)


def _find(run_id: str, out: Path) -> _Found:
    rows = [row for row in _listed(out) if row[0]["run_id"].startswith(run_id)]
    names = {row["run_id"] for row, _folder in rows}
    if not run_id or not names:
        raise InputError(Problem(run_id, f"no run of that id is listed in the tables below '{out}'"))
    if len(names) > 1:
        raise InputError(Problem(run_id, f"{len(names)} runs have ids that begin so; give more digits"))
    row, folder = rows[0]
    return _Found(row, folder, read_manifest(folder))


def _listed(out: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield the rows of the run tables of all run folders."""
    for path in sorted(out.rglob(_NAME)):
        try:
            rows = read_stored(path).to_pylist()
        except InputError:
            continue  # damaged; the same command that made it writes it again
        yield from ((row, path.parent) for row in rows)


def _check_origin(found: _Found) -> None:
    """Refuse a run that can't be made again here."""
    name, manifest = found.row["run_id"], found.manifest
    version = manifest.get("versions", {}).get("model")
    if version != sim.MODEL_VERSION:
        raise RunError(f"{name}: was made by version {version} of the model, this is {sim.MODEL_VERSION}")
    known = manifest["region"]
    region = load_region(manifest["scenario"]["region"])
    if region.digest != known["digest"]:
        hashes = f"{known['digest'][:12]}, now {region.digest[:12]}"
        raise RunError(f"{name}: was made on other data of the region '{known['name']}' ({hashes})")


def _scenario(found: _Found, engine: str | None) -> Scenario:
    """Return the scenario of a run at its design point."""
    manifest = found.manifest
    plain = {case["name"]: case for case in manifest.get("scenarios", [manifest["scenario"]])}
    base = Scenario.model_validate_json(json.dumps(plain[found.row["scenario"]]))
    if engine is not None:
        base = base.model_copy(update={"run": base.run.model_copy(update={"engine": engine})})
    factors = read_stored(found.folder / "factors.parquet").to_pylist()
    values = {row["factor"]: row["value"] for row in factors if row["run_id"] == found.row["run_id"]}
    return with_values(base, {key: _level(base, key, value) for key, value in values.items()})


def _level(scenario: Scenario, key: str, value: float) -> Level:
    """Return a factor's value as the scenario takes it; tables hold switches as 0 and 1."""
    return bool(value) if isinstance(value_at(scenario, key), bool) else value


def _differences(
    stored: StoredRun, scenario: Scenario, replication: int, replicate: Replicate
) -> Iterator[str]:
    """Yield what differs between the stored run and one made now."""
    kept = {"keep_visits": stored.visits_path is not None, "keep_details": stored.details_path is not None}
    try:
        made = FinishedRun(stored.run_id, "done", "", *replicate(scenario, replication, kept["keep_visits"]))
    except Exception as error:  # noqa: BLE001  # a run that failed before may fail again
        made = FinishedRun(stored.run_id, "failed", type(error).__name__)
    states = [f"{run.status} {run.error_type}".strip() for run in (stored, made)]
    if states[0] != states[1]:
        yield f"{states[0]} when it was stored, {states[1]} now"
    elif made.status == "done":
        with tempfile.TemporaryDirectory() as folder:
            write_part(Path(folder), [made], **kept)
            again = stored_runs(Path(folder))[stored.run_id]
            yield from filter(None, (_difference(output, stored, again) for output in _outputs(stored)))


def _outputs(stored: StoredRun) -> list[Output]:
    """Return what is stored of a run."""
    paths: dict[Output, Path | None] = {
        "metrics": stored.path,
        "visits": stored.visits_path,
        "details": stored.details_path,
    }
    return [output for output, path in paths.items() if path is not None]


def _difference(output: Output, stored: StoredRun, again: StoredRun) -> str | None:
    old, new = read_run(stored, output), read_run(again, output)
    if _bytes(old) == _bytes(new):
        return None
    return f"{output}: {_first_difference(old.to_pandas(), new.to_pandas())}"


def _bytes(table: pa.Table) -> bytes:
    """Return the values of a table as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _first_difference(old: pd.DataFrame, new: pd.DataFrame) -> str:
    """Say how many rows of a table differ, and show the first."""
    if list(old.columns) != list(new.columns) or len(old) != len(new):
        return f"{len(old)} rows stored, {len(new)} now"
    rows = ~((old == new) | (old.isna() & new.isna())).all(axis=1)
    if not rows.any():
        return "equal values, but other bytes"
    first = int(rows.to_numpy().argmax())
    shown = [", ".join(map(str, table.iloc[first])) for table in (old, new)]
    return f"{int(rows.sum())} of {len(old)} rows differ; the first: {shown[0]} stored, {shown[1]} now"
