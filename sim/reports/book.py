"""Writes sheets of a workbook: tables with formats and filters, texts, and rows that may be edited."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from sim.errors import InputError, Problem
from sim.reports.results import Estimate
from sim.reports.tables import Cell, Column, Table, Value, plain

#: Widths of columns [characters]: the narrowest, and the widest before text is cut off at the edge.
_NARROW, _WIDE = 9, 52
#: Width of a column of texts [characters], and height of a line [points].
_TEXT_WIDTH, _LINE = 96, 15
#: A spreadsheet's longest name of a sheet [characters].
_LONGEST_NAME = 31


class Book:
    """A workbook under way, with its formats."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": False})
        self._head = self._format(bold=True, bg_color="#E3ECF4", bottom=1, text_wrap=True, valign="bottom")
        self._caption = self._format(bold=True, font_size=13)
        self._note = self._format(font_color="#55595E", text_wrap=True, valign="top")
        self._open = self._format(bg_color="#FFF8E1", locked=False)
        self._numbers: dict[tuple[str, bool], Any] = {}

    def close(self) -> None:
        """Write the file.

        Raises
        ------
        InputError
            If it can't be written there.
        """
        try:
            self._book.close()
        except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
            raise InputError(Problem(str(self._path), f"can't be written: {error}")) from None

    def text(self, name: str, rows: list[tuple[str, str]]) -> None:
        """Add a sheet of names and texts."""
        page = self._book.add_worksheet(name[:_LONGEST_NAME])
        page.set_column(0, 0, 26, self._note)
        page.set_column(1, 1, _TEXT_WIDTH, self._note)
        page.write_string(0, 0, rows[0][0], self._caption)
        for index, (head, body) in enumerate(rows[1:], 2):
            page.write_string(index, 0, head, self._note)
            page.write_string(index, 1, body, self._note)
            page.set_row(index, _height(body, _TEXT_WIDTH))
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def table(self, name: str, table: Table) -> None:
        """Add a sheet with a table: caption, headers with filters, rows; an estimate fills two columns."""
        page = self._book.add_worksheet(name[:_LONGEST_NAME])
        page.write_string(0, 0, table.title, self._caption)
        columns = list(_spread(table))
        for place, (_index, column, is_half_width) in enumerate(columns):
            page.write_string(2, place, f"± {column.title}" if is_half_width else column.title, self._head)
            page.set_column(place, place, _width(table, _index, column))
        for number, row in enumerate(table.rows):
            for place, (index, column, is_half_width) in enumerate(columns):
                value = _half_width(row[index]) if is_half_width else plain(row[index])
                column = cell.column if isinstance(cell := row[index], Cell) else column
                self._cell(page, (3 + number, place), value, column, bold=number in table.totals)
        page.freeze_panes(3, 1)
        page.autofilter(2, 0, 2 + len(table.rows), len(columns) - 1)
        if table.note:
            widths = [_width(table, index, column) for index, column, _is_half_width in columns]
            self._across(page, 4 + len(table.rows), widths, table.note)
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def editable(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add a sheet whose rows are meant to be changed; its headers are keys, the same in each language."""
        page = self._book.add_worksheet(name)
        keys = list(rows[0]) if rows else []
        for place, key in enumerate(keys):
            page.write_string(0, place, key, self._head)
            longest = max(len(str(row[key])) for row in rows)
            page.set_column(place, place, min(max(longest + 2, _NARROW), _WIDE))
        for number, row in enumerate(rows, 1):
            for place, key in enumerate(keys):
                page.write(number, place, row[key], None if place == 0 else self._open)
        page.freeze_panes(1, 1)

    def _across(self, page: Any, row: int, widths: Sequence[float], text: str) -> None:
        """Write a text over the columns of a table, as many lines as it needs."""
        if len(widths) > 1:
            page.merge_range(row, 0, row, len(widths) - 1, "", self._note)
        page.write_string(row, 0, text, self._note)
        page.set_row(row, _height(text, sum(widths)))

    def _cell(
        self, page: Any, at: tuple[int, int], value: str | float, column: Column, *, bold: bool
    ) -> None:
        """Write a value; what does not exist stays empty."""
        if isinstance(value, str):
            page.write_string(*at, value, self._number("text", bold=bold))
        elif not math.isnan(value):
            page.write_number(*at, value, self._number(_pattern(column), bold=bold))

    def _number(self, pattern: str, *, bold: bool) -> Any:
        """Return the format of a pattern, made once."""
        if (pattern, bold) not in self._numbers:
            given = {} if pattern == "text" else {"num_format": pattern}
            self._numbers[pattern, bold] = self._format(bold=bold, **given)
        return self._numbers[pattern, bold]

    def _format(self, **properties: Any) -> Any:
        """Return a format of the workbook."""
        return self._book.add_format(properties)


def _spread(table: Table) -> Iterator[tuple[int, Column, bool]]:
    """Yield the columns of a sheet: index and column of the table, and whether it holds half widths."""
    for index, (column, uncertain) in enumerate(zip(table.columns, table.uncertain, strict=True)):
        yield index, column, False
        if uncertain:
            yield index, column, True


def _pattern(column: Column) -> str:
    """Return a spreadsheet's format of a column's numbers."""
    places = f".{'0' * column.decimals}" if column.decimals else ""
    return {
        "share": f"0{places}%",
        "signed": f"+#,##0{places};-#,##0{places};0",
        "signed_share": f"+0{places}%;-0{places}%;0%",
    }.get(column.kind, f"#,##0{places}")


def _half_width(value: Value) -> float:
    """Return a value's half width, nan where it has none."""
    if isinstance(value, Cell):
        return _half_width(value.value)
    return value.half_width if isinstance(value, Estimate) else math.nan


def _height(text: str, width: float) -> int:
    """Return the height of a row with a wrapped text [points]; spreadsheets do not find it by themselves."""
    return _LINE * max(1, math.ceil(len(text) / (0.9 * width)))


def _width(table: Table, index: int, column: Column) -> float:
    """Return a column's width [characters]: texts as long as they are within limits."""
    if column.kind != "text":
        return 13
    longest = max((len(str(row[index])) for row in table.rows), default=0)
    return min(max(longest + 1, _NARROW), _WIDE)
