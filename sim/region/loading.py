"""Finds a region by name or path and hands out its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd

from sim.errors import InputError, Problem
from sim.region.reading import digest_folder, read_folder

#: Where the shipped regions are.
DATA = Path(__file__).parent / "data"

#: The table that makes a folder a region.
_MARK = "region.csv"


@dataclass(frozen=True)
class Region:
    """What is known of a region.

    Attributes
    ----------
    name
        Name of its folder.
    path
        The folder.
    digest
        sha256, in hexadecimal, of its tables.
    """

    name: str
    path: Path
    digest: str
    _tables: Mapping[str, pd.DataFrame] = field(repr=False, compare=False)

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables."""
        return tuple(self._tables)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; changing it changes nobody else's.

        Raises
        ------
        KeyError
            If a region has no such table.
        """
        return self._tables[name].copy(deep=False)

    def about(self, key: str) -> str:
        """Return what `region.csv` says of the region as a whole.

        Raises
        ------
        KeyError
            If it says nothing under `key`.
        """
        facts = self._tables["region"]
        found = facts.loc[facts["key"] == key, "value"]
        if found.empty:
            raise KeyError(key)
        return str(found.iloc[0])

    def about_list(self, key: str) -> tuple[str, ...]:
        """Return the names, parted by ``;`` in `region.csv`, that stand under `key`."""
        return tuple(self.about(key).split(";"))


def available_regions() -> tuple[str, ...]:
    """Return the names of the shipped regions."""
    return tuple(sorted(mark.parent.name for mark in DATA.glob(f"*/{_MARK}")))


def load_region(name_or_path: str | Path) -> Region:
    """Return a region, read once and checked as long as its files stay the same.

    Parameters
    ----------
    name_or_path
        Name of a shipped region, or path to a folder of tables.

    Raises
    ------
    InputError
        If there is no such region, or for everything that is wrong in its tables.
    """
    folder = _folder(name_or_path)
    return _load(folder, digest_folder(folder))


def _folder(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, str) and name_or_path in available_regions():
        return DATA / name_or_path
    folder = Path(name_or_path)
    if _is_region(folder):
        return folder.resolve()
    message = f"no such region; allowed: {', '.join(available_regions())}, or a folder that holds {_MARK}"
    raise InputError(Problem(str(name_or_path), message))


def _is_region(folder: Path) -> bool:
    try:
        return (folder / _MARK).is_file()
    except (OSError, ValueError):  # a name too long for a file, or with a null character
        return False


@lru_cache(maxsize=8)
def _load(folder: Path, digest: str) -> Region:
    return Region(folder.name, folder, digest, read_folder(folder))
