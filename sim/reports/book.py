"""Writes sheets of a workbook: tables with formats and filters, texts, and rows that may be edited."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import xlsxwriter

from sim.errors import InputError, Problem
from sim.reports.results import Estimate
from sim.reports.tables import Cell, Column, Table, Value, plain

#: Widths of columns [characters]: the narrowest, the widest before text is broken, and one of numbers.
_NARROW, _WIDE, _NUMBER = 9, 56, 13
#: Width that the arrow of a filter takes of a header [characters].
_ARROW = 3
#: Width of a column of texts [characters], and height of a line [points].
_TEXT_WIDTH, _LINE = 96, 15
#: A spreadsheet's longest name of a sheet [characters].
_LONGEST_NAME = 31
#: A spreadsheet's number of the paper size.
_A4 = 9


class Book:
    """A workbook under way, with its formats."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": False})
        head = {"bold": True, "bg_color": "#E3ECF4", "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self._head = self._format(**head)
        self._heads = {
            (is_text, is_inner): self._format(
                **head, align="left" if is_text else "right", indent=int(is_text and is_inner)
            )
            for is_text in (False, True)
            for is_inner in (False, True)
        }
        self._caption = self._format(bold=True, font_size=13)
        self._note = self._format(font_color="#55595E", text_wrap=True, valign="top")
        self._open = self._format(bg_color="#FFF8E1", align="left")
        self._cells: dict[tuple[str, bool, int], Any] = {}

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
        self._printed(page)

    def table(self, name: str, table: Table) -> None:
        """Add a sheet with a table: caption, headers with filters, rows; an estimate fills two columns."""
        page = self._book.add_worksheet(name[:_LONGEST_NAME])
        page.write_string(0, 0, table.title, self._caption)
        columns = list(_spread(table))
        heads = [f"± {column.title}" if is_half else column.title for _index, column, is_half in columns]
        widths = [_width(table, index, column) for index, column, _is_half in columns]
        for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
            is_text = columns[place][1].kind == "text"
            page.write_string(2, place, head, self._heads[is_text, place > 0])
            page.set_column(place, place, width)
        page.set_row(2, max(_height(head, width - _ARROW) for head, width in zip(heads, widths, strict=True)))
        for number in range(len(table.rows)):
            self._row(page, table, number, columns)
        page.freeze_panes(3, 1)
        page.autofilter(2, 0, 2 + len(table.rows), len(columns) - 1)
        if table.note:
            self._across(page, 4 + len(table.rows), widths, table.note)
        page.repeat_rows(2)
        self._printed(page)

    def editable(self, name: str, rows: Sequence[Mapping[str, Any]], explained: Collection[str] = ()) -> None:
        """Add a sheet whose rows are meant to be changed; its headers are keys, the same in each language.

        Parameters
        ----------
        name
            Name of the sheet.
        rows
            Its rows by key; the first key names the row.
        explained
            Columns that only say what a row is, and are not read back.
        """
        page = self._book.add_worksheet(name)
        for place, key in enumerate(rows[0] if rows else ()):
            values = [row[key] for row in rows]
            page.write_string(0, place, key, self._head)
            longest = max(len(key) + 1, *(len(str(value)) + 2 for value in values))
            page.set_column(place, place, min(max(longest, _NARROW), _WIDE))
            form = self._note if key in explained else self._open if place else None
            for number, value in enumerate(values, 1):
                page.write(number, place, value, form)
            if check := _check(values):
                page.data_validation(1, place, len(rows), place, check)
        page.freeze_panes(1, 1)
        page.repeat_rows(0)
        self._printed(page)

    def _printed(self, page: Any) -> None:
        """Set how a sheet is printed: lying A4, as wide as a page, with its name and the page's number."""
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.set_footer("&L&A&R&P / &N")

    def _row(self, page: Any, table: Table, number: int, columns: Sequence[tuple[int, Column, bool]]) -> None:
        """Write a row of a table, as high as its longest text."""
        row, at = table.rows[number], 3 + number
        bold, indented = number in table.totals, number in table.parts
        for place, (index, column, is_half) in enumerate(columns):
            value = _half_width(row[index]) if is_half else plain(row[index])
            kind = cell.column if isinstance(cell := row[index], Cell) else column
            if isinstance(value, str):
                page.write_string(at, place, value, self._text(bold, 1 if place or indented else 0))
            elif not math.isnan(value):
                page.write_number(at, place, value, self._number(_pattern(kind), bold))
        texts = [str(row[index]) for index, column, _is_half in columns if column.kind == "text"]
        lines = max((_height(text, _WIDE) for text in texts), default=_LINE)
        if lines > _LINE:
            page.set_row(at, lines)

    def _across(self, page: Any, row: int, widths: Sequence[float], text: str) -> None:
        """Write a text over the columns of a table, as many lines as it needs."""
        if len(widths) > 1:
            page.merge_range(row, 0, row, len(widths) - 1, "", self._note)
        page.write_string(row, 0, text, self._note)
        page.set_row(row, _height(text, sum(widths)))

    def _number(self, pattern: str, bold: bool) -> Any:
        """Return the format of numbers of a pattern, made once."""
        return self._made(pattern, bold, 0, {"num_format": pattern, "valign": "top"})

    def _text(self, bold: bool, indent: int) -> Any:
        """Return the format of texts, made once; long ones are broken."""
        return self._made("", bold, indent, {"text_wrap": True, "valign": "top", "indent": indent})

    def _made(self, pattern: str, bold: bool, indent: int, properties: Mapping[str, Any]) -> Any:
        """Return a format, the same for the same cells."""
        key = (pattern, bold, indent)
        if key not in self._cells:
            self._cells[key] = self._format(bold=bold, **properties)
        return self._cells[key]

    def _format(self, **properties: Any) -> Any:
        """Return a format of the workbook."""
        return self._book.add_format(properties)


def _spread(table: Table) -> Iterator[tuple[int, Column, bool]]:
    """Yield the columns of a sheet: index and column of the table, and whether it holds half widths."""
    for index, (column, uncertain) in enumerate(zip(table.columns, table.uncertain, strict=True)):
        yield index, column, False
        if uncertain:
            yield index, column, True


def _check(values: Sequence[Any]) -> dict[str, Any] | None:
    """Return what a spreadsheet lets be typed into a column of these values, None for anything."""
    if values and all(value in ("yes", "no") for value in values):
        return {"validate": "list", "source": ["yes", "no"]}
    if values and all(type(value) is int for value in values):
        return {"validate": "integer", "criteria": ">=", "value": 0}
    return None


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
    return _LINE * max(1, len(wrap(text, max(1, int(width)))))


def _width(table: Table, index: int, column: Column) -> float:
    """Return a column's width [characters]: texts as long as they are within limits."""
    head = max(map(len, column.title.split()), default=0) + _ARROW
    if column.kind != "text":
        return max(_NUMBER, head)
    longest = max((len(str(row[index])) for row in table.rows), default=0)
    return min(max(longest + 2, head, _NARROW), _WIDE)
