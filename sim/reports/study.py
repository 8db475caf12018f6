"""Several scenarios on the same luck, ready to be told: an experiment's sweep, or a comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pandas as pd

from sim.config import Scenario
from sim.config.experiment import OutcomeSpec
from sim.experiments.comparison import MAIN, Difference, compare, values_of
from sim.experiments.store import RunResult
from sim.locale import Language, number
from sim.outcomes import intervals
from sim.reports.outcome_names import outcome_titles
from sim.reports.results import Estimate
from sim.reports.sheet import Sheet

_POINT, _REPLICATION = "design_point", "replication"
#: Shares of design points between which uncertainty is told, and the middle.
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class SideRun:
    """One scenario of a study as a run; of several design points it holds their mean."""

    folder: Path
    scenario: Scenario
    metrics: pd.DataFrame
    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """A sweep or a comparison.

    Attributes
    ----------
    result
        As it is stored.
    name, title, question
        Name, title in the reader's language, and what was asked; may be empty.
    sides
        A sheet for each scenario by its name, the reference first.
    outcomes
        What is told of each.
    differences
        Each scenario against the reference, by scenario and outcome; empty for a single scenario.
    """

    result: RunResult
    name: str
    title: str
    question: str
    sides: dict[str, Sheet]
    outcomes: tuple[OutcomeSpec, ...]
    differences: tuple[Difference, ...]

    @classmethod
    def of(cls, result: RunResult, lang: Language | None = None) -> Self:
        """Return the study that a folder holds.

        Raises
        ------
        InputError
            If the folder lacks a table, or the region can no longer be read.
        """
        manifest = result.manifest
        spec: Mapping[str, Any] = manifest.get("experiment") or {}
        scenarios = [Scenario.model_validate_json(json.dumps(one)) for one in manifest["scenarios"]]
        by_scenario = dict(list(result.metrics.groupby("scenario", sort=False)))
        sides = {
            scenario.name: Sheet.of(_side(result, scenario, by_scenario[scenario.name]), lang)
            for scenario in scenarios
            if scenario.name in by_scenario
        }
        first = next(iter(sides.values()))
        outcomes = tuple(map(OutcomeSpec.model_validate, spec.get("outcomes", ()))) or MAIN
        told = compare(result.metrics, first.parameters.as_dict(), outcomes, next(iter(sides)))
        return cls(
            result=result,
            name=str(spec.get("name", "")),
            title=spec.get("title", {}).get(first.lang, ""),
            question=str(spec.get("question", "")),
            sides=sides,
            outcomes=outcomes,
            differences=tuple(told),
        )

    @property
    def reference(self) -> Sheet:
        """Sheet of the reference."""
        return next(iter(self.sides.values()))

    @property
    def lang(self) -> Language:
        """Language of the texts."""
        return self.reference.lang

    @property
    def points(self) -> int:
        """Number of design points of a scenario."""
        return int(self.result.metrics[_POINT].nunique())

    @property
    def replications(self) -> int:
        """Number of replications that the longest run point has."""
        return int(self.result.metrics[_REPLICATION].nunique())

    def side_name(self, scenario: str) -> str:
        """Return what a scenario is called; of scenarios with one title, its name."""
        titles = [sheet.summary.title for sheet in self.sides.values()]
        own = self.sides[scenario].summary.title
        return own if titles.count(own) == 1 else scenario.replace("_", " ")

    def outcome_name(self, label: str) -> str:
        """Return what the outcome of a label is called."""
        return self._titles.get(label, label)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return outcome_titles(self.outcomes, self.reference.labels)

    def values_of(self, outcome: OutcomeSpec) -> pd.DataFrame:
        """Return mean, half width and n of an outcome by scenario and design point, with its unit."""
        return intervals(values_of(self.result.metrics, outcome))

    def estimate(self, scenario: str, outcome: OutcomeSpec) -> Estimate:
        """Return an outcome of a scenario, the mean over design points; the interval is random variation."""
        found = intervals(values_of(self.sides[scenario].run.metrics, outcome))
        if found.empty:
            return Estimate()
        return Estimate(float(found["mean"].iloc[0]), float(found["half_width"].iloc[0]))

    @property
    def subtitle(self) -> str:
        """What was run, in a line under figures."""
        _ = self.reference.translate
        text = _("{n} replications of {points} design points") if self.points > 1 else _("{n} replications")
        runs = text.format(n=number(self.replications, self.lang), points=number(self.points, self.lang))
        return f"{self.title or self.name or _('Comparison')} · {runs}"


def _side(result: RunResult, scenario: Scenario, metrics: pd.DataFrame) -> SideRun:
    """Return one scenario as a run of its own."""
    if len(metrics[_POINT].unique()) > 1:
        keys = [name for name in metrics.columns if name not in ("run_id", _POINT, "value")]
        means = metrics.groupby(keys, sort=False, observed=True)["value"].mean()
        metrics = means.reset_index()
    return SideRun(result.folder, scenario, metrics, result.manifest)
