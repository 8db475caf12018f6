"""Reads the folder of a region and reports everything that is wrong in it at once."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.errors import InputError, Problem
from sim.region.cells import Value, parse_cell
from sim.region.checks import ReadTable, check_tables
from sim.region.schema import Column, Table
from sim.region.tables import TABLES

if TYPE_CHECKING:
    from _csv import Reader as _Reader

#: Largest file that is read [bytes]; a table of any region is far below it.
LARGEST_FILE = 50_000_000


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the checked tables of a region by name.

    Parameters
    ----------
    folder
        Folder with one file a table of `sim.region.tables.TABLES`.

    Returns
    -------
    dict of DataFrame
        Texts as ``str``, numbers and shares as floats, integers as ``int64`` (``Int64`` where a cell may be
        empty), dates as `datetime.date` or None. Times stay ``HH:MM``, empty texts are ``""``.

    Raises
    ------
    InputError
        With one problem for each wrong cell, row, column or file.
    """
    problems = _unknown_files(folder)
    read = {table.name: read_table(folder / f"{table.name}.csv", table, problems) for table in TABLES}
    problems += check_tables(read)
    if problems:
        raise InputError(sorted(problems, key=lambda p: (p.path, p.line or 0, p.column or 0)))
    return {name: frame(table) for name, table in read.items()}


def digest_folder(folder: Path) -> str:
    """Return the sha256, in hexadecimal, over names and bytes of the folder's tables in name order."""
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        content = path.read_bytes()
        total.update(f"{path.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _unknown_files(folder: Path) -> list[Problem]:
    names = [table.name for table in TABLES]
    return [
        Problem(str(path), f"no such table in a region{_nearest(path.stem, names)}")
        for path in sorted(folder.glob("*.csv"))
        if path.stem not in names
    ]


def read_table(path: Path, table: Table, problems: list[Problem]) -> ReadTable:
    """Return the table, adding what is wrong with its file, header and cells to `problems`."""
    read = ReadTable(table, str(path))
    text = _content(path, problems)
    if text is None:
        return read
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        read.header = next(reader, [])
        wrong = _header_problems(read)
        problems += wrong
        if not wrong:
            _read_rows(reader, read, problems)
    except csv.Error as error:
        problems.append(
            Problem(str(path), f"not a table of comma-separated values: {error}", reader.line_num)
        )
    return read


def _content(path: Path, problems: list[Problem]) -> str | None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            problems.append(Problem(str(path), f"larger than {LARGEST_FILE} bytes"))
            return None
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(Problem(str(path), "the file is missing"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(Problem(str(path), "not UTF-8 text", line))
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}"))
    return None


def _header_problems(read: ReadTable) -> list[Problem]:
    names = [column.name for column in read.table.columns]
    problems = [
        Problem(read.path, f"the column is unknown{_nearest(name, names)}", 1, i + 1, name)
        for i, name in enumerate(read.header)
        if name not in names
    ]
    problems += [
        Problem(read.path, "the column is missing", 1, None, name)
        for name in names
        if name not in read.header
    ]
    problems += [
        Problem(read.path, "the column stands twice", 1, i + 1, name)
        for i, name in enumerate(read.header)
        if name in read.header[:i]
    ]
    return problems


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; allowed: {', '.join(names)}"


def _read_rows(reader: _Reader, read: ReadTable, problems: list[Problem]) -> None:
    columns = {column.name: column for column in read.table.columns}
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) not in (0, len(read.header)):
            message = f"the row has {len(cells)} cells, the header {len(read.header)}"
            problems.append(Problem(read.path, message, line))
        elif cells:
            read.lines.append(line)
            read.rows.append({})
            _read_row(cells, columns, read, problems)
        line = reader.line_num + 1


def _read_row(cells: list[str], columns: dict[str, Column], read: ReadTable, problems: list[Problem]) -> None:
    """Fill the last row of `read` with the cells that can be understood."""
    for name, text in zip(read.header, cells, strict=True):
        try:
            read.rows[-1][name] = parse_cell(columns[name], text)
        except ValueError as error:
            problems.append(read.problem(len(read.rows) - 1, name, str(error)))


def frame(read: ReadTable) -> pd.DataFrame:
    """Return a table without problems as typed columns, see `read_folder`."""
    return pd.DataFrame({c.name: _series(c, [row[c.name] for row in read.rows]) for c in read.table.columns})


def _series(column: Column, values: list[Value]) -> pd.Series:
    if column.kind == "date":
        return pd.Series(values, dtype="object")
    if column.kind == "integer":
        return pd.Series(values, dtype="Int64" if column.optional else "int64")
    return pd.Series(values, dtype="float64" if column.kind in ("number", "share") else "str")
