"""Reads a statistical office's export, PxWeb's CSV or JSON-stat, into one row a number.

The labels are those of the office's own tables in Finnish, Swedish and English; whatever a table is divided
by besides area, year and age must have a total, or one value only.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pandas as pd

from sim.errors import InputError, Problem

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
_LARGEST = 50_000_000


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
    long = _from_json(path, content) if path.suffix.lower() == ".json" else _from_csv(path, _text(content))
    return _tidy(path, long)


def _text(content: bytes) -> str:
    """Return the text of an export, which older services write in a Western code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _from_json(path: Path, content: bytes) -> pd.DataFrame:
    """Return a JSON-stat dataset with a column a dimension and `value`; codes stand before labels."""
    from jsonstat_validator import Dataset

    try:
        dataset = Dataset.model_validate(json.loads(content))
    except ValueError as error:  # of the JSON, or of the dataset
        first = str(error).splitlines()[0]
        raise InputError(Problem(str(path), f"not a JSON-stat dataset: {first}")) from None
    axes: list[list[str]] = []
    names: list[str] = []
    for key in dataset.id:
        dimension = dataset.dimension[key]
        names.append(dimension.label or key)
        axes.append(_categories(dimension.category))
    table = pd.MultiIndex.from_product(axes, names=names).to_frame(index=False)
    table["value"] = _values(dataset.value, len(table))
    return table


def _categories(category: object) -> list[str]:
    """Return ``code label`` of the categories of a dimension in their order."""
    index = getattr(category, "index", None)
    labels: dict[str, str] = getattr(category, "label", None) or {}
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index or labels)
    return [code if labels.get(code, code) == code else f"{code} {labels[code]}" for code in codes]


def _values(values: object, n: int) -> list[float | None]:
    """Return `n` values of a dataset that lists them all, or those that there are by position."""
    if isinstance(values, dict):
        return [values.get(str(i)) for i in range(n)]
    return list(values)  # type: ignore[call-overload,no-any-return]  # a list, checked


def _from_csv(path: Path, text: str) -> pd.DataFrame:
    """Return a CSV export with a column a dimension and `value`."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if _dimension(line.strip(' "').split('"')[0])), None)
    if start is None:
        allowed = ", ".join(_LABELS["area"])
        raise InputError(Problem(str(path), f"no heading with an area; its first column is one of {allowed}"))
    heading = lines[start]
    mark = max(",;\t", key=heading.count)
    rows = list(csv.reader([line for line in lines[start:] if line.strip()], delimiter=mark))
    width = len(rows[0])
    for number, row in enumerate(rows):
        if len(row) != width:
            message = f"the row has {len(row)} cells, the heading {width}"
            raise InputError(Problem(str(path), message, start + 1 + number))
    table = pd.DataFrame(rows[1:], columns=rows[0])
    return _long(path, table)


def _long(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one number a row, whether its years stand in the heading or in a column."""
    wide = [str(name) for name in table.columns if not _dimension(str(name)) and _YEAR.search(str(name))]
    if not wide:
        return table.rename(columns={table.columns[-1]: "value"})
    stub = [name for name in table.columns if name not in wide]
    long = table.melt(id_vars=stub, value_vars=wide, var_name="heading", value_name="value")
    heading = long.pop("heading")
    long["year"] = heading.str.extract(f"({_YEAR.pattern})")[0]
    what = heading.map(lambda name: _YEAR.sub("", name).strip())
    if len(set(what)) > 1:
        long["content"] = what
    return long


def _dimension(name: str) -> str:
    """Return which dimension a heading names, empty if none of those that matter."""
    plain = name.strip().lower()
    return next((key for key, labels in _LABELS.items() if plain in labels), "")


def _tidy(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return area, code, year, age and value; other dimensions are reduced to their total."""
    table = table.rename(columns={name: _dimension(str(name)) or name for name in table.columns})
    missing = [name for name in ("area", "year") if name not in table]
    if missing:
        message = f"the table is not divided by {' and '.join(missing)}"
        raise InputError(Problem(str(path), message))
    for name in [n for n in table.columns if n not in ("area", "year", "age", "value")]:
        table = _total_of(path, table, str(name))
    areas = table["area"].astype(str).str.strip()
    parts = areas.str.extract(_CODE)
    cells = table["value"].astype(object)
    values = [_number(path, cell) for cell in cells]
    tidy = pd.DataFrame(
        {
            "area": parts[1].where(parts[1].notna(), areas),
            "code": parts[0].fillna(""),
            "year": [int(str(year).split()[0]) for year in table["year"]],
            "age": table["age"].astype(str) if "age" in table else "",
            "value": values,
        }
    )
    return tidy.dropna(subset="value").reset_index(drop=True)


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


def _number(path: Path, cell: object) -> float:
    """Return a number, nan where the export marks it as missing."""
    if cell is None:
        return float("nan")
    text = str(cell).strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if text in _MISSING:
        return float("nan")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InputError(Problem(str(path), f"'{cell}' is no number")) from None


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
    numbers = [int(part) for part in re.findall(r"\d+", age)]
    if not numbers or len(numbers) > 2:
        raise InputError(Problem(str(path), f"'{age}' is no age"))
    return numbers[0], numbers[-1]
