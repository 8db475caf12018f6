"""The texts of the long table: what its rows are called, numbered once for all tables that share names."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.outcomes.columns import Ints
from sim.visits import Channel, Names

#: Name of a sum over points, authorities or channels, and of the period that is the year.
ALL = "all"
YEAR = "year"
#: Name under which officials who guide are listed among the authorities.
GUIDANCE = "guidance"

#: A column of text.
type Texts = pd.api.extensions.ExtensionArray

_TEXT = pd.StringDtype(na_value=np.nan)
#: What of a metric each column of text holds.
_COLUMNS = {
    "channel": "channel",
    "period": "period",
    "metric": "name",
    "statistic": "statistic",
    "unit": "unit",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """What a block of values is: its metric, statistic and unit, and its period and channel."""

    name: str
    statistic: str
    unit: str
    period: str = YEAR
    channel: str = ALL


@dataclass(frozen=True, eq=False)
class Family:
    """Metrics whose values are added together, in their order; made once, as each is numbered once.

    Examples
    --------
    >>> Family.of("travel", ("mean", "longest"), "min").metrics[1].statistic
    'longest'
    """

    metrics: tuple[Metric, ...]

    @classmethod
    def of(cls, name: str, statistics: Iterable[str], unit: str) -> Self:
        """Return some statistics of one metric over the year."""
        return cls(tuple(Metric(name, statistic, unit) for statistic in statistics))

    def __add__(self, other: Family) -> Family:
        """Return both families one after the other."""
        return Family(self.metrics + other.metrics)

    @cached_property
    def by_channel(self) -> Family:
        """Each metric over all channels, then by each of them."""
        channels = (ALL, *(channel.name.lower() for channel in Channel))
        return Family(
            tuple(
                Metric(metric.name, metric.statistic, metric.unit, metric.period, channel)
                for metric in self.metrics
                for channel in channels
            )
        )


class Labels:
    """The texts behind the codes of rows: a code is the number of a metric times `n_places`, plus a place.

    A place is a point and an authority: ``point * n_authorities + authority``, sums and what has no place
    among the others included.

    Parameters
    ----------
    points, authorities
        Names in the order of their indices.
    """

    def __init__(self, points: Sequence[str], authorities: Sequence[str]) -> None:
        self.n_authorities = len(authorities)
        self.n_places = len(points) * len(authorities)
        self._points, self._authorities = (
            pa.array(names, pa.large_string()) for names in (points, authorities)
        )
        self._numbers: dict[Metric, int] = {}
        self._families: WeakKeyDictionary[Family, Ints] = WeakKeyDictionary()
        self._texts: dict[str, pa.Array] = {"metric": ()}
        self._lock = threading.Lock()

    def codes(self, family: Family) -> Ints:
        """Return the code of each metric of a family at the first place, (n_metrics,)."""
        found = self._families.get(family)
        if found is None:
            with self._lock:
                numbers = [self._numbers.setdefault(m, len(self._numbers)) for m in family.metrics]
            found = self._families[family] = np.array(numbers, np.int64) * self.n_places
        return found

    def columns(self, codes: Ints) -> dict[str, Texts]:
        """Return the columns of text of rows with the given codes, by name."""
        number, place = np.divmod(codes, self.n_places)
        point, authority = np.divmod(place, self.n_authorities)
        metric, texts = pa.array(number), self._metric_texts()
        return {
            "point": _taken(self._points, pa.array(point)),
            "authority": _taken(self._authorities, pa.array(authority)),
            **{name: _taken(values, metric) for name, values in texts.items()},
        }

    def _metric_texts(self) -> dict[str, pa.Array]:
        """Return the texts of all metrics in the order of their numbers, by column."""
        with self._lock:
            if len(self._texts["metric"]) < len(self._numbers):
                self._texts = {
                    column: pa.array([getattr(metric, name) for metric in self._numbers], pa.large_string())
                    for column, name in _COLUMNS.items()
                }
            return self._texts


@lru_cache(maxsize=4)
def labels_of(names: Names, extra_points: tuple[str, ...]) -> Labels:
    """Return the texts of tables with these names; replications of a scenario share them.

    Parameters
    ----------
    names
        Names behind the indices.
    extra_points
        Further names that rows may carry as their point; their indices follow that of all points.
    """
    return Labels((*names.points, ALL, *extra_points), (*names.authorities, ALL, GUIDANCE))


def _taken(names: pa.Array, index: pa.Array) -> Texts:
    """Return the names at the given indices as a column of text."""
    column: Texts = _TEXT.__from_arrow__(names.take(index))  # type: ignore[attr-defined]  # not in the stubs
    return column


__all__ = ["ALL", "GUIDANCE", "YEAR", "Family", "Labels", "Metric", "Texts", "labels_of"]
