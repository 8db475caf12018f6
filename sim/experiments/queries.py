"""SQL over the tables of all results."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from sim.errors import InputError, Problem
from sim.experiments.store import RESULTS

#: Tables of a run folder; each is a view of all folders, with the column `folder`.
TABLES = ("runs", "factors", "metrics", "visits")


def query(sql: str, root: str | Path = RESULTS) -> pd.DataFrame:
    """Return what an SQL query finds in the tables of all results.

    Parameters
    ----------
    sql
        A query of DuckDB's SQL over the views `runs`, `factors`, `metrics` and `visits`. Each holds the table
        of that name of every run folder, and in the column `folder` which one it is, as ``name/digest``. A
        view exists only where some folder has the table. A run that several experiments share is in the
        tables of each.
    root
        Folder of all results; a run folder, or a folder of them, narrows the query.

    Raises
    ------
    InputError
        There are no results, or the query is wrong.

    Examples
    --------
    >>> query("select * from runs", "no/such/folder")
    Traceback (most recent call last):
    ...
    sim.errors.InputError: no/such/folder: there are no results
    """
    folder = Path(root)
    with duckdb.connect() as connection:
        found = [name for name in TABLES if _add_view(connection, folder, name)]
        if not found:
            raise InputError(Problem(str(root), "there are no results"))
        try:
            table: pd.DataFrame = connection.sql(sql).df()
        except duckdb.Error as error:
            raise InputError(Problem("SQL", str(error).splitlines()[0])) from None
    return table


def _add_view(connection: duckdb.DuckDBPyConnection, root: Path, name: str) -> bool:
    """Add a view of one table of all run folders; say whether there is any."""
    files = [str(path) for path in sorted(root.rglob(f"{name}.parquet"))]
    if not files:
        return False
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    parts = "regexp_extract(filename, '([^/]+/[^/]+)/[^/]+$', 1)"
    connection.sql(
        f"create view {name} as select {parts} as folder, * exclude (filename) "  # noqa: S608 - quoted above
        f"from read_parquet([{listed}], filename = true, union_by_name = true)"
    )
    return True
