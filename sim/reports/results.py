"""What reports read of a run, and how they look a number up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import pandas as pd

from sim.outcomes import intervals
from sim.region import load_region

#: Name of a sum over points, authorities or channels.
ALL = "all"


class RunScenario(Protocol):
    """What reports need to know of a scenario."""

    @property
    def name(self) -> str:
        """Name of the scenario."""

    @property
    def title(self) -> Mapping[Any, str]:
        """Title by language; a language may be missing."""

    @property
    def region(self) -> str:
        """Name or folder of its region."""

    @property
    def year(self) -> int:
        """Simulated year."""

    @property
    def reading(self) -> str:
        """`plan`, `history` or `projection`."""

    @property
    def trajectory(self) -> Any:
        """Years after the first, None for a single year."""

    def in_year(self, year: int) -> Self:
        """Return the scenario of one of its years."""

    @property
    def demand(self) -> Any:
        """Its levers of demand, see `sim.config.scenario.Demand`."""

    @property
    def staffing(self) -> Any:
        """Its officials and places, see `sim.config.scenario.Staffing`."""

    @property
    def parameters(self) -> Mapping[str, float]:
        """Parameters of the registry that differ from their base, by key."""

    @property
    def shocks(self) -> Mapping[str, float]:
        """Values of parameters that hold in the simulated year in place of those by which needs are set."""


class Run(Protocol):
    """A run as it was stored: what every report of a run is made from."""

    @property
    def folder(self) -> Path:
        """Where its files are."""

    @property
    def scenario(self) -> RunScenario:
        """What was simulated."""

    @property
    def metrics(self) -> pd.DataFrame:
        """Long table of all replications, see `sim.outcomes.metrics`."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the run was made."""


@dataclass(frozen=True)
class OneYear:
    """One year of a run of several, as a run of its own.

    Attributes
    ----------
    run, year
        The run and which of its years.
    """

    run: Run
    year: int

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.run.folder

    @property
    def scenario(self) -> RunScenario:
        """What was simulated in the year."""
        return self.run.scenario.in_year(self.year)

    @property
    def metrics(self) -> pd.DataFrame:
        """Metrics of the year."""
        return self.run.metrics[self.run.metrics["year"] == self.year]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the run was made."""
        return self.run.manifest


def of_one_year(run: Run) -> Run:
    """Return a run as it is, or of several years the plan's, else the last one."""
    if run.scenario.trajectory is None:
        return run
    years = [int(year) for year in sorted(run.metrics["year"].unique())]
    plan_year = int(load_region(run.scenario.region).about("plan_year"))
    return OneYear(run, plan_year if plan_year in years else years[-1])


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications and the half width of its interval, which covers random variation only.

    Both are nan where there is no value, the half width also with a single replication.
    """

    mean: float = math.nan
    half_width: float = math.nan


NONE = Estimate()

type _Key = tuple[str, str, str, str, str, str]
_KEY_COLUMNS = ("metric", "statistic", "point", "authority", "channel", "period")


@dataclass(frozen=True)
class Values:
    """Estimates of all metrics of one run, looked up by what they are."""

    _found: Mapping[_Key, Estimate]

    @classmethod
    def of(cls, metrics: pd.DataFrame, names: Iterable[str]) -> Self:
        """Return the estimates of the metrics called `names`."""
        table = intervals(metrics[metrics["metric"].isin(list(names))])
        keys = zip(
            *(table[name].to_numpy(object) for name in _KEY_COLUMNS),
            strict=True,
        )
        numbers = zip(table["mean"].tolist(), table["half_width"].tolist(), strict=True)
        return cls({key: Estimate(*pair) for key, pair in zip(keys, numbers, strict=True)})

    def get(
        self, metric: str, statistic: str, point: str = ALL, authority: str = ALL, period: str = "year"
    ) -> Estimate:
        """Return an estimate over all channels, `NONE` if the run has no such value."""
        return self._found.get((metric, statistic, point, authority, ALL, period), NONE)

    def statistics(self, metric: str) -> list[str]:
        """Return the statistics of a metric, in the order of the table."""
        return list(dict.fromkeys(key[1] for key in self._found if key[0] == metric))

    def points(self, metric: str) -> list[str]:
        """Return the points for which a metric has rows, in the order of the table, without *all*."""
        return [point for point in dict.fromkeys(k[2] for k in self._found if k[0] == metric) if point != ALL]

    def authorities_at(self, point: str, metric: str) -> list[str]:
        """Return the authorities for which a metric has rows at a point, without *all*."""
        found = (key[3] for key in self._found if key[0] == metric and key[2] == point)
        return [authority for authority in dict.fromkeys(found) if authority != ALL]


def own_metrics(run: Run) -> pd.DataFrame:
    """Return the metrics of the run's own scenario, should the table hold others beside it."""
    metrics = run.metrics
    if "scenario" not in metrics.columns or len(metrics["scenario"].unique()) == 1:
        return metrics
    return metrics[metrics["scenario"] == run.scenario.name]


def replications(metrics: pd.DataFrame) -> int:
    """Return how many replications a table of metrics holds."""
    name = "replication" if "replication" in metrics.columns else "run_id"
    return int(metrics[name].nunique())


def title(run: Run, lang: str) -> str:
    """Return the scenario's title in a language, or its name."""
    return run.scenario.title.get(lang) or run.scenario.name
