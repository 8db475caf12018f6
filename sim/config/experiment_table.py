"""Read design points from a table: a CSV file or a workbook, one column a factor, one row a point."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sim.config.experiment import Level
from sim.config.yaml_source import nearest, shown_path
from sim.errors import InputError, Problem

#: What a switch may be written as.
_SWITCHES = {"true": True, "false": False}


def read_rows(path: Path, factors: Collection[str]) -> list[dict[str, Level]]:
    """Return the design points of a table.

    Parameters
    ----------
    path
        File ending in ``.csv`` (UTF-8, comma) or ``.xlsx`` (its first sheet); the first row names factors.
    factors
        Factors of the experiment; every column must be one.

    Raises
    ------
    InputError
        The file can't be read, or with line and column every cell that is no number, true or false.
    """
    shown = shown_path(path)
    try:
        cells = _workbook(path) if path.suffix == ".xlsx" else _csv(path)
    except FileNotFoundError:
        raise InputError(Problem(shown, "no such file")) from None
    except Exception as error:  # noqa: BLE001  # readers of workbooks raise errors of many kinds
        raise InputError(Problem(shown, f"can't be read as a table: {error}")) from None
    if len(cells) < 2:
        raise InputError(Problem(shown, "needs a row of factors and at least one design point below it"))
    return _rows(cells, factors, shown)


def _csv(path: Path) -> list[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [list(row) for row in csv.reader(file)]


def _workbook(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    with path.open("rb") as file:
        rows: list[list[Any]] = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    return rows


def _rows(cells: Sequence[Sequence[Any]], factors: Collection[str], shown: str) -> list[dict[str, Level]]:
    names = [str(cell).strip() for cell in cells[0]]
    problems = [
        Problem(shown, f"'{name}' is no factor{nearest(name, factors)}", 1, column)
        for column, name in enumerate(names, 1)
        if name not in factors
    ]
    rows = []
    for line, row in enumerate(cells[1:], 2):
        if len(row) != len(names):
            problems.append(Problem(shown, f"has {len(row)} cells, not {len(names)}", line))
            continue
        values = [_value(cell) for cell in row]
        problems += [
            Problem(
                shown, f"must be a number, true or false, not '{row[index]}'", line, index + 1, names[index]
            )
            for index, value in enumerate(values)
            if value is None
        ]
        rows.append({name: value for name, value in zip(names, values, strict=True) if value is not None})
    if problems:
        raise InputError(problems)
    return rows


def _value(cell: Any) -> Level | None:
    if isinstance(cell, bool | int | float):
        return cell
    text = str(cell).strip()
    if text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
