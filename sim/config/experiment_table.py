"""Read design points from a table: a CSV file or a workbook, one column a factor, one row a point."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sim.config.experiment import Level
from sim.config.workbook_source import open_workbook, read_sheet
from sim.config.yaml_source import nearest, shown_path
from sim.errors import InputError, Problem

#: Sheet of the design points in a workbook; one of a single sheet holds them there.
SHEET = "rows"
#: What a switch may be written as.
_SWITCHES = {"true": True, "false": False}


@dataclass(frozen=True)
class RowsTable:
    """The cells of a table of design points, and where they stand.

    Attributes
    ----------
    path
        File as it is shown.
    sheet
        Sheet of a workbook; None for a CSV file.
    head_line, head
        The first row that is not empty: its number and cells.
    body
        Numbers and cells of the other rows that are not empty.
    """

    path: str
    sheet: str | None
    head_line: int
    head: list[str]
    body: list[tuple[int, list[Any]]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the table in a file.

        Parameters
        ----------
        path
            File ending in ``.csv`` (UTF-8, comma) or ``.xlsx`` (its sheet `SHEET`, or its only one).

        Raises
        ------
        InputError
            If it can't be read, or holds no design point.
        """
        shown = shown_path(path)
        try:
            sheet, cells = _workbook(path) if path.suffix == ".xlsx" else (None, _csv(path))
        except FileNotFoundError:
            raise InputError(Problem(shown, "no such file")) from None
        except (OSError, ValueError, csv.Error) as error:
            raise InputError(Problem(shown, f"can't be read as a table: {error}")) from None
        filled = [(line, row) for line, row in enumerate(cells, 1) if any(str(cell).strip() for cell in row)]
        if len(filled) < 2:
            needed = "needs a row of factors and at least one design point below it"
            raise InputError(Problem(shown, needed, key=sheet))
        (line, head), *body = filled
        return cls(shown, sheet, line, [str(cell).strip() for cell in head], body)

    def rows(self, factors: Collection[str]) -> list[dict[str, Level]]:
        """Return the design points.

        Parameters
        ----------
        factors
            Factors of the experiment; every column must be one.

        Raises
        ------
        InputError
            With line (or sheet and row) and column every cell that is no number, true or false.
        """
        problems = [
            self.problem(self.head_line, column, name, f"is no factor{nearest(name, factors)}")
            for column, name in enumerate(self.head, 1)
            if name not in factors
        ]
        problems += [
            self.problem(self.head_line, column, name, "stands twice")
            for column, name in enumerate(self.head, 1)
            if name in self.head[: column - 1]
        ]
        problems += self._faults()
        if problems:
            raise InputError(problems)
        return [
            {name: _value(cell) for name, cell in zip(self.head, row, strict=True)}  # type: ignore[misc] # None is a fault
            for _line, row in self.body
        ]

    def problem_of(self, index: int, name: str, message: str) -> Problem:
        """Return a problem in the column `name` of the design point `index`."""
        return self.problem(self.body[index][0], self.head.index(name) + 1, name, message)

    def problem(self, line: int, column: int | None, name: str, message: str) -> Problem:
        """Return a problem of a cell, or of a row where `column` is None."""
        if self.sheet is None:
            return Problem(self.path, message, line, column, name or None)
        return Problem(
            self.path, message, key=f"{self.sheet}, row {line}" + (f", column {name}" if name else "")
        )

    def _faults(self) -> Iterator[Problem]:
        """Yield rows that are too short or too long, and cells that hold no level."""
        for line, row in self.body:
            if len(row) != len(self.head):
                yield self.problem(line, None, "", f"has {len(row)} cells, not {len(self.head)}")
                continue
            for column, (name, cell) in enumerate(zip(self.head, row, strict=True), 1):
                if _value(cell) is None:
                    yield self.problem(line, column, name, f"must be a number, true or false, not '{cell}'")


def _csv(path: Path) -> list[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [list(row) for row in csv.reader(file)]


def _workbook(path: Path) -> tuple[str, list[list[Any]]]:
    book = open_workbook(path)
    names = book.sheet_names
    if SHEET not in names and len(names) > 1:
        raise InputError(Problem(shown_path(path), f"has no sheet '{SHEET}'{nearest(SHEET, names)}"))
    name = SHEET if SHEET in names else names[0]
    return name, read_sheet(path, book, name)


def _value(cell: Any) -> Level | None:
    if isinstance(cell, bool | int | float):
        return cell if math.isfinite(cell) else None
    text = str(cell).strip()
    if text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
