"""The long table of metrics: blocks are collected, the data frame is built once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.outcomes.columns import Bools, Floats, Ints
from sim.outcomes.labels import ALL, YEAR, Family, labels_of
from sim.visits import Channel, Names

COLUMNS = ("year", "point", "authority", "channel", "period", "metric", "statistic", "value", "unit")


class Block(NamedTuple):
    """Values of a family of metrics at some places, see `LongTable.add_in_turn`.

    Attributes
    ----------
    family
        The metrics.
    places
        Places of the figures, see `LongTable.place`, (n_places,).
    figures
        The values, (n_metrics, n_places).
    which
        Which of them are rows of the table, likewise; default: all.
    """

    family: Family
    places: Ints
    figures: Floats
    which: Bools | None = None


@dataclass
class LongTable:
    """Collects blocks of values and turns them into one data frame.

    Parameters
    ----------
    year
        Calendar year of the rows.
    names
        Names behind the indices.
    shown
        Which (point, authority) have rows, (n_points + 1, n_authorities + 1); the last of an axis is *all*.
    extra_points
        Further names that rows may carry as their point (remote pools); their indices follow *all*.

    Attributes
    ----------
    cells
        Places of all (point, authority) that are shown.
    points
        Places of all points that are shown, authorities taken together.
    everywhere
        Places of all authorities and *all* over all points.
    overall
        The one place of all points and authorities.
    """

    year: int
    names: Names
    shown: Bools
    extra_points: tuple[str, ...] = ()
    _codes: list[Ints] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._labels = labels_of(self.names, self.extra_points)
        self._shown_cells = np.flatnonzero(self.shown)
        self._shown_points = np.flatnonzero(self.shown[:, -1])
        self.cells = self.place(*np.divmod(self._shown_cells, self.shown.shape[1]))
        self.points = self.place(self._shown_points, self.all_authorities)
        self.everywhere = self.place(self.all_points, np.arange(self.all_authorities + 1))
        self.overall = self.everywhere[-1:]

    @property
    def all_points(self) -> int:
        """Index that stands for all points."""
        return len(self.names.points)

    @property
    def all_authorities(self) -> int:
        """Index that stands for all authorities."""
        return len(self.names.authorities)

    def place(self, point: Ints | int, authority: Ints | int) -> Ints:
        """Return the places of points and authorities given by index."""
        return np.asarray(point * np.int64(self._labels.n_authorities) + authority)

    def of_cells(self, values: Floats) -> Floats:
        """Return the values at `cells`, given those of (…, n_points + 1, n_authorities + 1)."""
        return values.reshape(-1, self.shown.size).take(self._shown_cells, axis=1)

    def of_points(self, values: Floats) -> Floats:
        """Return the values at `points` of values by point, (..., n_points + 1)."""
        return values.reshape(-1, len(self.shown)).take(self._shown_points, axis=1)

    def add(self, family: Family, values: Floats) -> None:
        """Add the values of every shown (point, authority), (n_metrics, n_points + 1, n_authorities + 1)."""
        self.add_rows(family, self.cells, self.of_cells(values))

    def add_by_channel(self, family: Family, values: Floats) -> None:
        """Add values by channel, *all* last, as a further last axis; idle channels have no row."""
        by_channel = np.moveaxis(values, -1, 1)[:, [-1, *Channel]]
        cells = self.of_cells(by_channel)
        which = (cells != 0) & ~np.isnan(cells)
        which[:: len(Channel) + 1] = True
        self.add_rows(family.by_channel, self.cells, cells, which)

    def add_points(self, family: Family, values: Floats) -> None:
        """Add a value for every shown point and one for all points, (n_metrics, n_points + 1)."""
        self.add_rows(family, self.points, self.of_points(values))

    def add_overall(self, family: Family, values: Floats) -> None:
        """Add a value over all points and authorities of each metric, (n_metrics,)."""
        self.add_rows(family, self.overall, values.reshape(-1, 1))

    def add_rows(self, family: Family, places: Ints, values: Floats, which: Bools | None = None) -> None:
        """Add what a `Block` of the same parts holds, metric by metric."""
        self.add_in_turn(len(family.metrics), Block(family, places, values, which))

    def add_in_turn(self, turns: int, *blocks: Block) -> None:
        """Add blocks in turns: in each turn, of each block as many metrics as make it last all turns."""
        codes = np.concatenate(
            [(self._labels.codes(b.family)[:, None] + b.places).reshape(turns, -1) for b in blocks], axis=1
        )
        values = np.concatenate([b.figures.reshape(turns, -1) for b in blocks], axis=1)
        if all(b.which is None for b in blocks):
            codes, values = codes.ravel(), values.ravel()
        else:
            which = np.concatenate([_which(b).reshape(turns, -1) for b in blocks], axis=1)
            codes, values = codes[which], values[which]
        self._codes.append(codes)
        self._values.append(values)

    def frame(self) -> pd.DataFrame:
        """Return all rows in the order in which they were added, columns `COLUMNS`."""
        codes = np.concatenate(self._codes)
        columns = {
            **self._labels.columns(codes),
            "year": np.full(len(codes), self.year, np.int64),
            "value": np.concatenate(self._values),
        }
        return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _which(block: Block) -> Bools:
    """Return which values of a block are rows."""
    return np.broadcast_to(True if block.which is None else block.which, block.figures.shape)


def long_rows(year: int, values: pd.Series[float], **columns: str) -> pd.DataFrame:
    """Return values as rows of the long table.

    Parameters
    ----------
    year
        Calendar year of the rows.
    values
        One value a row; the names of its index are columns of the table.
    columns
        Further columns, the same for all rows: metric, unit and so on. Columns named nowhere hold `all`, the
        period `year`.
    """
    fixed = dict.fromkeys(COLUMNS, ALL) | {"period": YEAR, **columns}
    own = {str(name): values.index.get_level_values(str(name)) for name in values.index.names}
    data = {**fixed, **own, "year": year, "value": values.to_numpy(np.float64)}
    return pd.DataFrame({name: data[name] for name in COLUMNS}, index=pd.RangeIndex(len(values)))


def shown_groups(records_open: Floats, visits: Floats) -> Bools:
    """Return which (point, authority) get rows: open during the year, or visited.

    Parameters
    ----------
    records_open
        Open minutes (n_points, n_authorities, n_channels).
    visits
        Records of any kind (n_points, n_authorities).

    Returns
    -------
    ndarray of bool (n_points + 1, n_authorities + 1)
        Every authority has a row over all points, so that one without visits reads 0.
    """
    some = (records_open.sum(axis=2) > 0) | (visits > 0)
    shown = np.ones((some.shape[0] + 1, some.shape[1] + 1), bool)
    shown[:-1, :-1] = some
    shown[:-1, -1] = some.any(axis=1)
    return shown
