"""Reads a statistical office's export, PxWeb's CSV or JSON-stat, into one row a number.

The labels are those of the office's own tables in Finnish, Swedish and English; whatever a table is divided
by besides area, year and age must have a total, or one value only.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pandas as pd

from sim.errors import InputError, Problem
from sim.founding.jsonstat import MOST_DIMENSIONS, MOST_NUMBERS, read_json_stat

#: What an export calls the dimensions that matter here.
_LABELS = {
    "area": ("alue", "kunta", "område", "kommun", "area", "region", "municipality"),
    "year": ("vuosi", "år", "year"),
    "age": ("ikä", "ålder", "age"),
}
#: What an export calls the sum over a dimension, by label and by code.
_TOTALS = ("yhteensä", "totalt", "total", "sss", "koko maa", "hela landet", "whole country")
#: Marks of a number that is missing or not told.
_MISSING = ("", ".", "..", "...", "-", "–")
_YEAR = re.compile(r"\b(?:19|20|21)\d\d\b")
_CODE = re.compile(r"^(?:KU)?(\d{3})(?:\s+(.*))?$")
#: A year of an export; a star marks preliminary numbers.
_WHOLE_YEAR = re.compile(rf"({_YEAR.pattern})\*?", re.ASCII)
#: What ends the first cell of a row, quoted or not.
_FIRST = re.compile(r'[",;\t]')
_LARGEST = 50_000_000  # bytes
#: More people, or cottages, than any place has.
_MOST = 1e9
#: Name of an index that holds the lines of a file.
_LINE = "line"
#: Columns of a table while it is made one number a row.
_OWN = ("year", "heading", "value", "content")


def read_statistics(path: str | Path) -> pd.DataFrame:
    """Return an export as area, code, year, age (empty where the export has none) and value.

    Parameters
    ----------
    path
        A ``.json`` file holds JSON-stat 2.0, any other one PxWeb's CSV with or without a title, long or with
        the years in the heading.

    Returns
    -------
    DataFrame
        One row a number: `area` is the label, `code` three digits or empty.

    Raises
    ------
    InputError
        If the file cannot be read as such a table.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(Problem(str(path), f"larger than {_LARGEST} bytes"))
        content = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    read = read_json_stat if path.suffix.lower() == ".json" else _from_csv
    return _tidy(path, read(path, content))


def _text(content: bytes) -> str:
    """Return the text of an export, which older services write in a Western code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _from_csv(path: Path, content: bytes) -> pd.DataFrame:
    """Return a CSV export with a column a dimension and `value`, indexed by line."""
    lines = _text(content).splitlines()
    start = next((i for i, line in enumerate(lines) if _dimension(_FIRST.split(line.strip(' "'))[0])), None)
    if start is None:
        allowed = ", ".join(_LABELS["area"])
        raise InputError(Problem(str(path), f"no heading with an area; its first column is one of {allowed}"))
    rows = _rows(path, lines, start)
    width = len(rows[start])
    for number, row in rows.items():
        if len(row) != width:
            message = f"the row has {len(row)} cells, the heading {width}"
            raise InputError(Problem(str(path), message, number + 1))
    heading = rows.pop(start)
    if len(rows) * width > MOST_NUMBERS:
        raise InputError(Problem(str(path), f"the table has more than {MOST_NUMBERS} cells"))
    lines_of = pd.Index([number + 1 for number in rows], name=_LINE)
    return _long(path, pd.DataFrame(list(rows.values()), columns=heading, index=lines_of))


def _rows(path: Path, lines: list[str], start: int) -> dict[int, list[str]]:
    """Return the cells of the lines from `start` on that hold any, by line from 0."""
    mark = max(",;\t", key=lines[start].count)
    rows: dict[int, list[str]] = {}
    for number, line in enumerate(lines[start:], start):
        try:
            if line.strip():
                rows[number] = next(csv.reader([line], delimiter=mark))
        except csv.Error as error:
            raise InputError(Problem(str(path), f"no row of CSV: {error}", number + 1)) from None
    return rows


def _long(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one number a row, whether its years stand in the heading or in a column."""
    wide = [str(name) for name in table.columns if not _dimension(str(name)) and _YEAR.search(str(name))]
    if not wide:
        return table.set_axis([*table.columns[:-1], "value"], axis="columns")
    stub = [str(name) for name in table.columns if name not in wide]
    _distinct(path, [*stub, *_OWN])
    long = table.melt(
        id_vars=stub, value_vars=wide, var_name="heading", value_name="value", ignore_index=False
    )
    heading = long.pop("heading")
    long["year"] = heading.str.extract(f"({_YEAR.pattern})")[0]
    what = heading.map(lambda name: _YEAR.sub("", name).strip())
    if len(set(what)) > 1:
        long["content"] = what
    return long


def _distinct(path: Path, names: list[str]) -> None:
    """Raise `InputError` if two columns of a table would have the same name here."""
    known = Counter(_dimension(name) or name for name in names)
    twice = [name for name, n in known.items() if n > 1]
    if twice:
        raise InputError(Problem(str(path), f"more than one column would be '{twice[0]}'"))


def _dimension(name: str) -> str:
    """Return which dimension a heading names, empty if none of those that matter."""
    plain = name.strip().lower()
    return next((key for key, labels in _LABELS.items() if plain in labels), "")


def _tidy(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return area, code, year, age and value; other dimensions are reduced to their total."""
    _distinct(path, [str(name) for name in table.columns])
    table = table.rename(columns={name: _dimension(str(name)) or name for name in table.columns})
    missing = [name for name in ("area", "year") if name not in table]
    if missing:
        raise InputError(Problem(str(path), f"the table is not divided by {' and '.join(missing)}"))
    if len(table.columns) > MOST_DIMENSIONS + 1:
        raise InputError(Problem(str(path), f"more than {MOST_DIMENSIONS} columns besides the years"))
    for name in [n for n in table.columns if n not in ("area", "year", "age", "value")]:
        table = _total_of(path, table, str(name))
    areas = table["area"].astype(str).str.strip()
    parts = areas.str.extract(_CODE)
    tidy = pd.DataFrame(
        {
            "area": parts[1].where(parts[1].notna(), areas),
            "code": parts[0].fillna(""),
            "year": _each(path, table["year"], _year),
            "age": table["age"].astype(str) if "age" in table else "",
            "value": _each(path, table["value"].astype(object), _number),
        }
    )
    return _once(path, tidy.dropna(subset="value")).reset_index(drop=True)


def _each[T](path: Path, cells: pd.Series, read: Callable[[object], T]) -> list[T]:
    """Return what is read in each cell of a column.

    Raises
    ------
    InputError
        With the place of the first cell that is wrong.
    """
    values = []
    for place, cell in cells.items():
        try:
            values.append(read(cell))
        except ValueError as error:
            line = cast(int, place) if cells.index.name == _LINE else None
            raise InputError(Problem(str(path), str(error), line, None, str(cells.name))) from None
    return values


def _once(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no area has two numbers for a year and an age."""
    again = table[table.duplicated(["area", "code", "year", "age"])]
    for place, row in again.iterrows():
        told = ", ".join(str(part) for part in (row["area"], row["year"], row["age"]) if part != "")
        line = cast(int, place) if table.index.name == _LINE else None
        raise InputError(Problem(str(path), f"a second number for {told}", line))
    return table


def _total_of(path: Path, table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of the total over a dimension, without its column."""
    values = list(dict.fromkeys(table[name].astype(str)))
    total = [value for value in values if _is_total(value)]
    if len(values) > 1 and not total:
        shown = ", ".join(values[:6])
        raise InputError(Problem(str(path), f"'{name}' has no total; export one of its values: {shown}"))
    return table[table[name].astype(str) == (total or values)[0]].drop(columns=name)


def _is_total(value: str) -> bool:
    plain = value.strip().lower()
    return plain in _TOTALS or any(plain.endswith(f" {total}") for total in _TOTALS)


def _year(cell: object) -> int:
    """Return a year of an export, whose code may stand before its label."""
    found = {_WHOLE_YEAR.fullmatch(part) for part in str(cell).split()}
    years = {match[1] if match else "" for match in found}
    if len(years) != 1 or "" in years:
        raise ValueError(f"'{_short(cell)}' is no year; allowed: 1900 to 2199")
    return int(years.pop())


def _number(cell: object) -> float:
    """Return a number, nan where the export marks it as missing."""
    missing = cell is None or cell != cell  # pandas writes NaN for None
    text = "" if missing else str(cell).strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if text in _MISSING:
        return math.nan
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"'{_short(cell)}' is no number") from None
    if not 0 <= value <= _MOST:
        raise ValueError(f"{_short(cell)} is impossible; allowed: 0 to {_MOST:.0f}")
    return value


def _short(cell: object) -> str:
    """Return a cell as messages show it."""
    text = str(cell)
    return text if len(text) <= 40 else f"{text[:40]}…"


def ages_of(path: str | Path, table: pd.DataFrame, groups: list[tuple[str, int, int]]) -> pd.DataFrame:
    """Return area, code, year, age_group and persons by the model's age groups.

    Parameters
    ----------
    table
        Result of `read_statistics`; ages are single years or classes such as ``0 - 4`` and ``100 -``.
    groups
        Name, first and last age of each group, ascending.

    Raises
    ------
    InputError
        If a class of the export lies in two groups.
    """
    rows = table[~table["age"].map(_is_total)]
    bounds = {age: _bounds(path, age) for age in rows["age"].unique()}
    into: dict[str, str] = {}
    for age, (first, last) in bounds.items():
        found = [name for name, low, high in groups if low <= first <= high and low <= last <= high]
        if not found:
            allowed = ", ".join(name for name, _, _ in groups)
            raise InputError(Problem(str(path), f"ages '{age}' lie in more than one of {allowed}"))
        into[str(age)] = found[0]
    grouped = rows.assign(age_group=rows["age"].map(into))
    keys = ["area", "code", "year", "age_group"]
    return grouped.groupby(keys, sort=False)["value"].sum().reset_index(name="persons")


def _bounds(path: str | Path, age: str) -> tuple[int, int]:
    """Return first and last age of a class of ages; an open one ends at its first age."""
    numbers = re.findall(r"\d+", age)
    if not 1 <= len(numbers) <= 2 or any(len(part) > 3 for part in numbers):
        raise InputError(Problem(str(path), f"'{_short(age)}' is no age"))
    return int(numbers[0]), int(numbers[-1])
