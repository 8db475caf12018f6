"""Tables as data: columns that know how their numbers are written, for page, workbook and figures alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sim.locale import NO_NUMBER, Language, number, percent, percent_sign, signed
from sim.reports.results import Estimate

#: How a column is written: words, a number, a share in per cent, or a change with its sign.
Kind = Literal["text", "number", "share", "signed", "signed_share"]
type Value = str | float | Estimate | Cell
type Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    title
        Header, with the unit where there is one.
    kind
        How its values are written; shares are 0-1.
    decimals
        Digits behind the decimal sign, of per cent for shares.
    """

    title: str
    kind: Kind = "text"
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that is written in its own way, in a column of values of many kinds."""

    value: str | float | Estimate
    column: Column


@dataclass(frozen=True)
class Table:
    """A table in the reader's language.

    Attributes
    ----------
    title
        Caption.
    columns
        Its columns; the first names the row.
    rows
        Values, one a column; nan is *no such number*.
    totals, parts
        Indices of rows that sum up others, and of rows that belong to the one above.
    note
        What a reader must know, empty for nothing.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    note: str = ""

    def texts(self, lang: Language) -> Iterator[tuple[str, ...]]:
        """Yield the rows as a reader of `lang` expects them."""
        for row in self.rows:
            yield tuple(written(value, column, lang) for value, column in zip(row, self.columns, strict=True))

    @property
    def uncertain(self) -> tuple[bool, ...]:
        """Whether each column holds any interval."""
        return tuple(
            any(_has_interval(row[index]) for row in self.rows) for index in range(len(self.columns))
        )


def written(value: Value, column: Column, lang: Language) -> str:
    """Return a value as text, an estimate with its half width.

    >>> written(Estimate(0.815, 0.02), Column("Within 15 min", "share"), "en")
    '82% ± 2'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Cell):
        return written(value.value, value.column, lang)
    if isinstance(value, Estimate):
        mean = written(value.mean, column, lang)
        if math.isnan(value.half_width):
            return mean
        scale = 100.0 if column.kind in ("share", "signed_share") else 1.0
        return f"{mean} ± {number(scale * value.half_width, lang, column.decimals)}"
    if column.kind == "share":
        return percent(value, lang, column.decimals)
    if column.kind == "signed":
        return signed(value, lang, column.decimals)
    if column.kind == "signed_share":
        text = signed(100 * value, lang, column.decimals)
        return text if text == NO_NUMBER else text + percent_sign(lang)
    return number(value, lang, column.decimals)


def plain(value: Value) -> str | float:
    """Return a value without its interval."""
    if isinstance(value, Cell):
        return plain(value.value)
    return value.mean if isinstance(value, Estimate) else value


def merge_small(rows: Iterable[Row], counted: int, smallest: float, name: str) -> tuple[Row, ...]:
    """Return the rows with those of too few visits put together in one, called `name`.

    Parameters
    ----------
    rows
        Rows whose first value is a name.
    counted
        Index of the column that counts visits.
    smallest
        Fewest visits that a row of its own may have.
    name
        What the merged row is called.

    Notes
    -----
    The merged row keeps the sum of the visits; its other numbers cannot be had from those of its parts. A
    single small row takes the next smallest with it, so that it cannot be worked out from the total.
    """
    rows = tuple(rows)
    sizes = [float(plain(row[counted])) for row in rows]
    small = {index for index, size in enumerate(sizes) if size < smallest}
    if not small:
        return rows
    if len(small) == 1 and len(rows) > 1:
        small.add(min((index for index in range(len(rows)) if index not in small), key=sizes.__getitem__))
    merged: list[Value] = [math.nan] * len(rows[0])
    merged[0], merged[counted] = name, math.fsum(sizes[index] for index in small)
    return (*(row for index, row in enumerate(rows) if index not in small), tuple(merged))


def _has_interval(value: Value) -> bool:
    """Return whether a value has a half width."""
    if isinstance(value, Cell):
        return _has_interval(value.value)
    return isinstance(value, Estimate) and not math.isnan(value.half_width)
