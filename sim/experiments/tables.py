"""Tables of a run folder: rebuilt, sorted, from the parts, the same to the byte whoever ran what when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.parts import (
    METRICS,
    Output,
    StoredRun,
    read_run,
    read_runs,
    write_atomically,
    write_options,
)

#: Rows after which a row group of a table is closed.
_GROUP_ROWS = 500_000

RUNS = pa.schema(
    [
        ("run_id", pa.string()),
        ("scenario", pa.string()),
        ("design_point", pa.int32()),
        ("replication", pa.int32()),
        ("status", pa.string()),
        ("error_type", pa.string()),
    ]
)
FACTORS = pa.schema(
    [("run_id", pa.string()), ("factor", pa.string()), ("value", pa.float64()), ("unit", pa.string())]
)
#: Columns that say which run a row belongs to.
LABELS = pa.schema(RUNS.field(i) for i in range(4))
#: Codes of a dictionary, as which columns of text are stored.
_CODES = pa.dictionary(pa.int32(), pa.string())
#: Metrics of all runs, read and written without spelling out a text for each row.
_METRICS = pa.schema(
    (field.name, _CODES if field.type == pa.string() else field.type) for field in [*LABELS, *METRICS]
)


@dataclass(frozen=True)
class PlannedRun:
    """A run that a scenario or an experiment asks for.

    Attributes
    ----------
    run_id
        Hash of all that decides the run; see `sim.experiments.runner.run_id`.
    design_point
        Position in the experiment's design, 0 for a single scenario.
    factors
        (factor, value, unit) of the design point.
    """

    run_id: str
    scenario: str
    design_point: int
    replication: int
    factors: tuple[tuple[str, float, str], ...] = ()


def write_tables(
    folder: Path,
    planned: Sequence[PlannedRun],
    stored: Mapping[str, StoredRun],
    *,
    keep_visits: bool = False,
    keep_details: bool = False,
) -> None:
    """Write ``runs``, ``factors``, ``metrics`` and, where kept, ``visits`` of the planned runs.

    Details that are kept are rows of ``metrics``.

    Parameters
    ----------
    folder
        Where the tables appear.
    planned
        Runs asked for; the tables hold these and no others.
    stored
        What is stored, by run id; a planned run that is not there has status ``missing``.

    Raises
    ------
    DamagedPart
        A part turned out unreadable; its runs have to be run again.
    """
    runs = sorted(planned, key=lambda run: (run.scenario, run.design_point, run.replication))
    done = [(run, stored[run.run_id]) for run in runs if _status(run, stored)[0] == "done"]
    _write(folder / "runs.parquet", RUNS, [_run_rows(runs, stored)])
    _write(folder / "factors.parquet", FACTORS, [_factor_rows(runs)])
    outputs: tuple[Output, ...] = ("metrics", "details") if keep_details else ("metrics",)
    metrics = _labelled(done, outputs, _METRICS)
    _write(folder / "metrics.parquet", _METRICS, metrics, store_schema=False)
    visits = folder / "visits.parquet"
    if keep_visits and done:
        first = read_run(done[0][1], "visits").schema
        _write(visits, pa.unify_schemas([LABELS, first]), _labelled(done, ("visits",)))
    else:
        visits.unlink(missing_ok=True)  # of an earlier command; it may hold other runs


def _status(run: PlannedRun, stored: Mapping[str, StoredRun]) -> tuple[str, str]:
    found = stored.get(run.run_id)
    return (found.status, found.error_type) if found else ("missing", "")


def _run_rows(runs: Sequence[PlannedRun], stored: Mapping[str, StoredRun]) -> pa.Table:
    rows = [
        (run.run_id, run.scenario, run.design_point, run.replication, *_status(run, stored)) for run in runs
    ]
    return _table(rows, RUNS)


def _factor_rows(runs: Sequence[PlannedRun]) -> pa.Table:
    return _table([(run.run_id, *factor) for run in runs for factor in run.factors], FACTORS)


def _table(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _labelled(
    done: Sequence[tuple[PlannedRun, StoredRun]], outputs: Sequence[Output], schema: pa.Schema = LABELS
) -> Iterator[pa.Table]:
    """Return the rows of some outputs of each run with the columns that say which run it is.

    Columns that are codes in `schema` are read as such.
    """
    coded = [schema.field(i).name for i in range(len(LABELS), len(schema)) if schema.field(i).type == _CODES]
    stored = [where for _, where in done]
    tables = zip(*(read_runs(stored, output, coded) for output in outputs), strict=True)
    for (run, _), parts in zip(done, tables, strict=True):
        rows = pa.concat_tables(parts)
        for position, label in enumerate(LABELS):
            values = _repeated(getattr(run, label.name), rows.num_rows, schema.field(label.name).type)
            rows = rows.add_column(position, label.name, values)
        yield rows


def _repeated(value: str | int, n: int, kind: pa.DataType) -> pa.Array:
    """Return a column that holds one value, a text as codes where they are asked for."""
    if kind == _CODES:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([value]))
    return pa.repeat(pa.scalar(value, kind), n)


def _write(path: Path, schema: pa.Schema, tables: Iterable[pa.Table], store_schema: bool = True) -> None:
    """Write a table; without `store_schema` coded text is plain text to who reads the file."""

    def write(temporary: Path) -> None:
        with pq.ParquetWriter(
            temporary, schema, store_schema=store_schema, **write_options(schema)
        ) as writer:
            _write_groups(writer.write_table, schema, tables)

    write_atomically(path, write)


def _write_groups(write: Callable[..., None], schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Collect the runs' rows into row groups whose bounds depend on the rows only."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table if table.schema == schema else table.cast(schema))
        if sum(part.num_rows for part in waiting) >= _GROUP_ROWS:
            write(pa.concat_tables(waiting).unify_dictionaries(), row_group_size=2**30)
            waiting = []
    if waiting:
        write(pa.concat_tables(waiting).unify_dictionaries(), row_group_size=2**30)
