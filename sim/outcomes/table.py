"""The long table of metrics: blocks are collected, the data frame is built once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.outcomes.columns import Bools, Floats, Ints
from sim.visits import Channel, Names

#: Name of a sum over points, authorities or channels, and of the period that is the year.
ALL = "all"
YEAR = "year"
#: Name under which officials who guide are listed among the authorities.
GUIDANCE = "guidance"

#: A column of text.
type Texts = pd.api.extensions.ExtensionArray

COLUMNS = ("year", "point", "authority", "channel", "period", "metric", "statistic", "value", "unit")


@dataclass(frozen=True, slots=True)
class Metric:
    """What a block of values is: its metric, statistic and unit, and its period and channel."""

    name: str
    statistic: str
    unit: str
    period: str = YEAR
    channel: str = ALL


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
    """

    year: int
    names: Names
    shown: Bools
    extra_points: tuple[str, ...] = ()
    _points: list[Ints] = field(default_factory=list)
    _authorities: list[Ints] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)
    _metrics: list[Metric] = field(default_factory=list)
    _lengths: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shown_at = np.nonzero(self.shown)
        self._shown_points = np.flatnonzero(self.shown[:, -1])
        self._everybody = np.full(len(self._shown_points), self.all_authorities)

    @property
    def all_points(self) -> int:
        """Index that stands for all points."""
        return len(self.names.points)

    @property
    def all_authorities(self) -> int:
        """Index that stands for all authorities."""
        return len(self.names.authorities)

    def add(self, metric: Metric, values: Floats) -> None:
        """Add the values of every shown (point, authority), shape of `shown`."""
        self.add_rows(metric, self._shown_at[0], self._shown_at[1], values[self._shown_at])

    def add_by_channel(self, metric: Metric, values: Floats) -> None:
        """Add values with channels and *all* as a further last axis; idle channels have no row."""
        self.add(metric, values[:, :, -1])
        for channel in Channel:
            cells = values[:, :, channel]
            at = np.nonzero(self.shown & ~np.isnan(cells) & (cells != 0))
            single = Metric(metric.name, metric.statistic, metric.unit, metric.period, channel.name.lower())
            self.add_rows(single, at[0], at[1], cells[at])

    def add_points(self, metric: Metric, values: Floats) -> None:
        """Add one value a shown point and one for all, authorities taken together, (n_points + 1,)."""
        self.add_rows(metric, self._shown_points, self._everybody, values[self._shown_points])

    def add_rows(self, metric: Metric, point: Ints, authority: Ints, values: Floats) -> None:
        """Add values whose points and authorities are given by index, all (n,)."""
        self._points.append(point)
        self._authorities.append(authority)
        self._values.append(values)
        self._metrics.append(metric)
        self._lengths.append(len(values))

    def add_overall(self, metrics: Sequence[Metric], values: Floats) -> None:
        """Add a value over all points and authorities for each of some metrics, (n_metrics,)."""
        self._points.append(np.full(len(values), self.all_points))
        self._authorities.append(np.full(len(values), self.all_authorities))
        self._values.append(values)
        self._metrics += metrics
        self._lengths += [1] * len(values)

    def frame(self) -> pd.DataFrame:
        """Return all rows in the order in which they were added, columns `COLUMNS`."""
        block = np.repeat(np.arange(len(self._lengths)), self._lengths)
        points = (*self.names.points, ALL, *self.extra_points)
        authorities = (*self.names.authorities, ALL, GUIDANCE)
        return pd.DataFrame(
            {
                "year": np.full(len(block), self.year, np.int64),
                "point": _texts(points, np.concatenate(self._points)),
                "authority": _texts(authorities, np.concatenate(self._authorities)),
                "channel": self._label("channel", block),
                "period": self._label("period", block),
                "metric": self._label("name", block),
                "statistic": self._label("statistic", block),
                "value": np.concatenate(self._values),
                "unit": self._label("unit", block),
            },
            columns=list(COLUMNS),
            copy=False,
        )

    def _label(self, attribute: str, block: Ints) -> Texts:
        """Return one attribute of the blocks' metrics, a row each."""
        return _texts(tuple(getattr(metric, attribute) for metric in self._metrics), block)


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


def _texts(names: tuple[str, ...], index: Ints) -> Texts:
    """Return the names at the given indices as a text column."""
    return _column(names, index.tobytes())


@lru_cache(maxsize=16)
def _column(names: tuple[str, ...], index: bytes) -> Texts:
    """Return the text column of `_texts`; replications of a scenario mostly share theirs, as none changes."""
    rows = np.frombuffer(index, np.int64)
    column: Texts = pd.array(pa.array(names, pa.large_string()).take(pa.array(rows)), dtype="str")
    return column


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
