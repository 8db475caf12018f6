"""Parts: the immutable files in which finished runs are stored, one row group a run.

There is no index and no lock. A run is stored when its id stands in the footer of a readable part; parts
appear whole or not at all, so any number of writers may work on one store and any of them may be killed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import RunError

Status = Literal["done", "failed"]
Output = Literal["metrics", "visits", "details"]

#: Columns of a replication's metrics, as `sim.outcomes.metrics` gives them.
METRICS = pa.schema(
    [
        ("year", pa.int32()),
        ("point", pa.string()),
        ("authority", pa.string()),
        ("channel", pa.string()),
        ("period", pa.string()),
        ("metric", pa.string()),
        ("statistic", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
    ]
)

#: Where in the footer the runs of a part are listed.
_RUNS = b"visitsim.runs"


class DamagedPart(RunError):
    """Report a part that turned out unreadable; it has been set aside and its runs count as missing."""


@dataclass(frozen=True)
class FinishedRun:
    """What one run leaves to be stored.

    Attributes
    ----------
    run_id
        Hash of all that decides the run.
    status
        ``done`` or ``failed``.
    error_type
        Name of the exception that a failed run raised, else empty.
    metrics
        Long table with the columns of `METRICS`; ``None`` if the run failed.
    visits
        One row a visit, where visits are kept.
    details
        Further metrics, with the same columns, where they are kept.
    """

    run_id: str
    status: Status
    error_type: str = ""
    metrics: pd.DataFrame | None = None
    visits: pd.DataFrame | None = None
    details: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """Where a stored run lies.

    Attributes
    ----------
    path
        Part that holds its metrics; its visits and details lie in `visits_path` and `details_path`, if they
        were kept.
    row_group
        Position within each file.
    """

    run_id: str
    status: Status
    error_type: str
    path: Path
    row_group: int
    visits_path: Path | None = None
    details_path: Path | None = None


def write_part(
    folder: Path, runs: Sequence[FinishedRun], *, keep_visits: bool = False, keep_details: bool = False
) -> Path:
    """Store finished runs as one part and return its path.

    Parameters
    ----------
    folder
        Folder of the parts, made if need be.
    runs
        At least one run, each with the outputs that are to be kept.
    keep_visits, keep_details
        Whether the runs' visits, and their details, are stored too.

    Notes
    -----
    The metrics are written last: a part whose metrics exist is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("\n".join(run.run_id for run in runs).encode()).hexdigest()[:16]
    path = folder / f"part-{name}.parquet"
    listed = json.dumps([{"run_id": r.run_id, "status": r.status, "error_type": r.error_type} for r in runs])
    if keep_visits:
        schema = _visits_schema(runs)
        visits = (run.visits for run in runs)
        _write(_beside(path, "visits"), visits, _with_runs(schema, listed))
    if keep_details:
        _write(_beside(path, "details"), (run.details for run in runs), _with_runs(METRICS, listed))
    _write(path, (run.metrics for run in runs), _with_runs(METRICS, listed))
    return path


def _beside(path: Path, output: str) -> Path:
    """Return where a further output of the part's runs lies."""
    return path.with_suffix(f".{output}.parquet")


def _with_runs(schema: pa.Schema, listed: str) -> pa.Schema:
    return schema.with_metadata({_RUNS: listed.encode()})


def _visits_schema(runs: Iterable[FinishedRun]) -> pa.Schema:
    table = next((run.visits for run in runs if run.visits is not None), None)
    if table is None:
        return pa.schema([])
    return pa.Schema.from_pandas(table, preserve_index=False).remove_metadata()


def _write(path: Path, tables: Iterable[pd.DataFrame | None], schema: pa.Schema) -> None:
    def write(temporary: Path) -> None:
        with pq.ParquetWriter(temporary, schema, **write_options(schema)) as writer:
            for table in tables:
                writer.write_table(_arrow(table, schema), row_group_size=2**30)

    write_atomically(path, write)


def _arrow(table: pd.DataFrame | None, schema: pa.Schema) -> pa.Table:
    if table is None:
        return schema.empty_table()
    columns = [pa.array(table[field.name].array, from_pandas=True).cast(field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def write_options(schema: pa.Schema) -> dict[str, Any]:
    """Return how tables are compressed; checksums find damage that leaves the footer readable.

    A dictionary of floats, which rarely agree, would take time and room.
    """
    listed = [field.name for field in schema if not pa.types.is_floating(field.type)]
    return {"compression": "zstd", "write_page_checksum": True, "use_dictionary": listed}


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file so that it appears whole or not at all.

    Parameters
    ----------
    path
        File to appear.
    write
        Writes the temporary file it is given.

    Raises
    ------
    RunError
        The file can't be written, for instance because the disk is full; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise RunError(f"{path}: can't be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def stored_runs(root: Path) -> dict[str, StoredRun]:
    """Return all runs stored in parts anywhere below `root`, by id.

    Unreadable parts are renamed ``.bad``. Of runs stored twice a complete one comes first (they are
    identical), then the one with most outputs, then the first by path.
    """
    found: dict[str, StoredRun] = {}
    for path in sorted(root.rglob("part-*.parquet")):
        if path.suffixes == [".parquet"]:
            for run in _runs_in(path):
                if run.run_id not in found or _rank(run) < _rank(found[run.run_id]):
                    found[run.run_id] = run
    return found


def _rank(run: StoredRun) -> tuple[bool, int]:
    return (run.status != "done", (run.visits_path is None) + (run.details_path is None))


def _runs_in(path: Path) -> Iterator[StoredRun]:
    listed = _listed(path)
    visits, details = (_further(path, output, listed) for output in ("visits", "details"))
    for group, run in enumerate(listed):
        yield StoredRun(run["run_id"], run["status"], run["error_type"], path, group, visits, details)


def _further(path: Path, output: str, listed: list[dict[str, Any]]) -> Path | None:
    """Return where a further output of a part's runs lies, None where it was not kept or can't be read."""
    beside = _beside(path, output)
    return beside if listed and beside.exists() and _listed(beside) == listed else None


def _listed(path: Path) -> list[dict[str, Any]]:
    """Return the runs listed in a part's footer; set the part aside if it has none that can be read."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
        runs: list[dict[str, Any]] = json.loads(metadata[_RUNS])
        return runs
    except FileNotFoundError:
        return []  # another writer has just set it aside
    except (pa.ArrowException, OSError, ValueError, KeyError):
        set_aside(path)
        return []


def set_aside(path: Path) -> None:
    """Rename an unreadable part so that it is not looked at again."""
    if path.exists():
        path.replace(path.with_name(f"{path.name}.bad"))


def read_run(run: StoredRun, output: Output = "metrics") -> pa.Table:
    """Return the metrics, or a further output, of a stored run; see `read_runs`."""
    return next(read_runs([run], output))


def read_runs(
    runs: Iterable[StoredRun], output: Output = "metrics", coded: Sequence[str] = ()
) -> Iterator[pa.Table]:
    """Yield the metrics, or a further output, of each stored run; a part is opened once for its neighbours.

    Parameters
    ----------
    runs
        Where they lie.
    output
        Which table.
    coded
        Columns of text to be read as codes of a dictionary, as which they are stored: quicker by far.

    Raises
    ------
    DamagedPart
        A part can't be read; it has been set aside.
    """
    for path, group in groupby(runs, lambda run: _path_of(run, output)):
        inside = list(group)
        try:
            with pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=[*coded]) as file:
                for run in inside:
                    yield file.read_row_group(run.row_group).replace_schema_metadata(None)
        except (pa.ArrowException, OSError) as error:
            set_aside(inside[0].path)
            set_aside(path)
            raise DamagedPart(f"{path}: is damaged and has been set aside; run again") from error


def _path_of(run: StoredRun, output: Output) -> Path:
    """Return the file that holds an output of a run."""
    path = {"metrics": run.path, "visits": run.visits_path, "details": run.details_path}[output]
    if path is None:
        raise RunError(f"{run.run_id}: its {output} were not kept")
    return path
