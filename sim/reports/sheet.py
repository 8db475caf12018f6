"""What every table and figure of one run is made from: its values, names, targets and language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from babel.dates import get_day_names, get_month_names

from sim.config.registry import Parameters, Registry
from sim.locale import Language, message, number, translator
from sim.region import Region, load_region
from sim.reports.names import Labels
from sim.reports.results import Estimate, Run, Values, of_one_year, own_metrics, replications, title
from sim.reports.run import RunSummary, summarise

type Width = Literal["wide", "abbreviated"]
type Translate = Callable[[str], str]

#: Kinds of person as they are called.
KIND_NAMES = {"resident": message("Residents"), "cottage_dweller": message("Cottage dwellers")}


@dataclass(frozen=True)
class Sheet:
    """One run, ready to be told.

    Attributes
    ----------
    run, summary
        The run and its main tables.
    region
        Its region, for what the tables do not hold: coordinates, the plan, adoption.
    values
        All its estimates.
    labels
        Names in the reader's language.
    parameters
        The registry's values as the scenario set them.
    registry
        All parameters with their ranges and sources.
    replications
        Over how many replications the estimates are.
    """

    run: Run
    summary: RunSummary
    region: Region
    values: Values
    labels: Labels
    parameters: Parameters
    registry: Registry
    replications: int

    @classmethod
    def of(cls, run: Run, lang: Language | None = None) -> Self:
        """Return the sheet of a run, in a language or in the region's own.

        Raises
        ------
        InputError
            If the run's region can no longer be read.
        """
        run = of_one_year(run)
        summary = summarise(run, lang)
        region = load_region(run.scenario.region)
        registry = Registry.from_region(region)
        metrics = own_metrics(run)
        successors = run.scenario.year if run.scenario.reading == "projection" else None
        return cls(
            run=run,
            summary=summary,
            region=region,
            values=Values.of(metrics, metrics["metric"].unique()),
            labels=Labels.read(run.scenario.region, summary.lang, successors),
            parameters=registry.resolve({**run.scenario.parameters, **run.scenario.shocks}),
            registry=registry,
            replications=replications(metrics),
        )

    @property
    def lang(self) -> Language:
        """Language of the texts."""
        return self.labels.lang

    @property
    def translate(self) -> Translate:
        """Function that turns a message into the reader's language."""
        return translator(self.lang)

    @property
    def year(self) -> int:
        """Simulated year."""
        return self.run.scenario.year

    @property
    def target_share(self) -> float:
        """Share of those who arrive that is to be served within the target wait."""
        return self.parameters["service_target_share"]

    @property
    def target_wait(self) -> float:
        """Target wait [min]."""
        return self.parameters["service_target_wait"]

    def share_in_time(self, point: str) -> Estimate:
        """Return the share of those who arrive at a point who are served within the target wait."""
        return self.values.get("within", "target", point)

    @property
    def small_cell(self) -> float:
        """Fewest visits a year of which anything is published."""
        return self.parameters["small_cell"]

    @property
    def subtitle(self) -> str:
        """Scenario, year and replications."""
        _ = self.translate
        n = self.replications
        runs = _("mean of {n} replications") if n != 1 else _("one replication")
        return f"{title(self.run, self.lang)} · {self.year} · {runs.format(n=number(n, self.lang))}"

    def months(self, width: Width = "wide") -> list[str]:
        """Return the months' names, January first; `width` is wide or abbreviated."""
        names = get_month_names(width, context="stand-alone", locale=self.lang)
        return [str(names[month]).rstrip(".") for month in range(1, 13)]

    def weekdays(self, width: Width = "abbreviated") -> list[str]:
        """Return the weekdays' names, Monday first."""
        names = get_day_names(width, context="stand-alone", locale=self.lang)
        return [str(names[day]).rstrip(".") for day in range(7)]
