"""Unfolds a JSON-stat 2.0 dataset into a table with one number a row."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from jsonstat_validator import Dataset

#: Numbers of the largest export that is read: all municipalities by year of age for forty years are fewer.
MOST_NUMBERS = 2_000_000
#: Dimensions of the largest; offices divide by fewer than ten.
MOST_DIMENSIONS = 20


def read_json_stat(path: Path, content: bytes) -> pd.DataFrame:
    """Return a dataset with a column a dimension, ``code label`` in its cells, and the numbers last.

    Raises
    ------
    InputError
        If the content is no such dataset, is larger than is read, or its numbers do not fit its sizes.
    """
    dataset = _dataset(path, content)
    problems = _faults(dataset)
    if problems:
        raise InputError([Problem(str(path), message, None, None, key) for key, message in problems])
    dimensions = [dataset.dimension[key] for key in dataset.id]
    axes = [_categories(dimension.category) for dimension in dimensions]
    table = pd.MultiIndex.from_product(axes).to_frame(index=False, name=list(range(len(axes))))
    table[len(axes)] = _values(dataset.value, len(table))
    names = [dimension.label or key for key, dimension in zip(dataset.id, dimensions, strict=True)]
    return table.set_axis([*names, "value"], axis="columns")


def _dataset(path: Path, content: bytes) -> Dataset:
    """Return the dataset that a file holds."""
    from jsonstat_validator import Dataset, JSONStatValidationError  # an extra that CSV does without

    try:
        raw = json.loads(content)
        first = _too_large(raw)  # before the rest is checked, which takes long for such
        if not first:
            return Dataset.model_validate(raw)
    except RecursionError:
        first = "it is nested too deeply"
    except (ValueError, JSONStatValidationError) as error:  # of the JSON, or of the dataset
        first = str(error).partition("\n")[0]
    raise InputError(Problem(str(path), f"not a JSON-stat dataset: {first}"))


def _too_large(raw: object) -> str:
    """Return what is too large about the content of a file, empty if nothing is."""
    limits = {"id": MOST_DIMENSIONS, "dimension": MOST_DIMENSIONS, "value": MOST_NUMBERS}
    for key, most in limits.items():
        part = raw.get(key) if isinstance(raw, dict) else None
        if isinstance(part, list | dict) and len(part) > most:
            return f"'{key}' has {len(part)} entries; allowed: at most {most}"
    return ""


def _faults(dataset: Dataset) -> list[tuple[str, str]]:
    """Return key and message of what would make the table too large, or other than it looks."""
    n = prod(dataset.size) if dataset.id else 0
    if not 1 <= n <= MOST_NUMBERS:
        more = "none" if n == 0 else f"more than {MOST_NUMBERS}"
        return [("size", f"the sizes multiply to {more} numbers; allowed: 1 to {MOST_NUMBERS}")]
    if isinstance(dataset.value, list):
        told = len(dataset.value)
        return [] if told == n else [("value", f"holds {told} numbers, the sizes multiply to {n}")]
    known = {str(place) for place in range(n)}
    odd = [place for place in dataset.value if place not in known]
    return [("value", f"'{place}' is no place in it; allowed: 0 to {n - 1}") for place in odd[:3]]


def _categories(category: object) -> list[str]:
    """Return ``code label`` of the categories of a dimension in their order."""
    index = getattr(category, "index", None)
    labels: dict[str, str] = getattr(category, "label", None) or {}
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index or labels)
    return [code if labels.get(code, code) == code else f"{code} {labels[code]}" for code in codes]


def _values(values: object, n: int) -> list[float | None]:
    """Return `n` values of a dataset that lists them all, or those that there are by position."""
    if isinstance(values, dict):
        return [values.get(str(place)) for place in range(n)]
    return list(values)  # type: ignore[call-overload,no-any-return]  # a list, checked
