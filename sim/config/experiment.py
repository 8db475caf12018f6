"""The experiment: scenarios, factors, a design over them and what is asked of its runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.config.scenario import PARAMETER_KEYS, Name, Part, Scenario, scenario_schema


def _level(value: Any) -> Any:
    """Return a number, true or false as it is."""
    if not isinstance(value, bool | int | float) or not math.isfinite(value):
        raise PydanticCustomError("level", "must be a number, true or false")
    return value


#: Value of a factor; a switch is true or false.
Level = float | bool
_LevelField = Annotated[
    Any, AfterValidator(_level), WithJsonSchema({"type": ["number", "boolean"], "title": "Level"})
]
#: Roles of a factor: what can be decided, and what is not known.
Role = Literal["lever", "uncertainty"]
#: Ways to choose design points.
Kind = Literal["grid", "rows", "latin_hypercube", "sobol", "morris", "one_at_a_time"]
#: Designs that draw the uncertainties from their ranges.
SAMPLED = ("latin_hypercube", "sobol", "morris")
#: Differences of a scenario from its base; checked as a scenario file is.
Differences = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "title": "Differences"})]


class FactorSpec(Part):
    """A key of the scenario that the design moves, as it is written in the file."""

    role: Role = Field("uncertainty", description="lever: can be decided; uncertainty: is not known")
    values: tuple[_LevelField, ...] = Field((), description="levels of a grid or of one at a time")
    low: float | None = Field(None, description="lowest value; default: the registry's")
    high: float | None = Field(None, description="highest value; default: the registry's")
    distribution: Literal["uniform", "triangular"] = Field(
        "uniform",
        description="how values are drawn from the range; triangular has its mode at the base",
    )
    unit: str | None = Field(None, description="unit; must be the registry's for a parameter")
    group: str | None = Field(
        None, description="factors of one group move as one in the designs morris and sobol"
    )


class DesignSpec(Part):
    """Which combinations of factors are run."""

    kind: Kind = Field("grid", description="how design points are chosen")
    size: int = Field(
        16, ge=1, le=100_000, description="points (latin_hypercube), base points (sobol), paths (morris)"
    )
    rows: tuple[dict[str, _LevelField], ...] = Field(
        (), description="design points, one mapping of factors to values each"
    )
    file: str | None = Field(
        None, description="table of design points beside this file: .csv or .xlsx, a column a factor"
    )


class OutcomeSpec(Part):
    """A number of the table of metrics."""

    metric: str = Field(description="metric, as in the table of metrics")
    statistic: str = Field(description="statistic of it")
    point: str = Field("all", description="point, or all")
    authority: str = Field("all", description="authority, or all")
    channel: str = Field("all", description="channel, or all")
    period: str = Field("year", description="year, or month-01 to month-12")

    def label(self) -> str:
        """Return ``metric.statistic``, and where it is not of everything, of what."""
        of = [value for value in (self.point, self.authority, self.channel) if value != "all"]
        when = [self.period] if self.period != "year" else []
        return " ".join([f"{self.metric}.{self.statistic}", *of, *when])


class UntilSpec(Part):
    """A precision at which replications end."""

    outcome: OutcomeSpec = Field(description="what has to be known so precisely")
    half_width: float = Field(gt=0, description="half width of the 95 % interval of the mean")
    relative: bool = Field(False, description="whether the half width is a share of the mean")
    at_most: int = Field(200, ge=3, le=100_000, description="replications after which it ends anyway")


class ExperimentSpec(Part):
    """An experiment file."""

    name: Name = Field(description="name of the experiment and of its results; default: the folder's")
    title: dict[Literal["fi", "sv", "en"], str] = Field({}, description="title by language")
    question: str = Field("", description="what is asked")
    base: str = Field("baseline_2030", description="scenario of which the scenarios are differences")
    shared: Differences = Field({}, description="differences from the base that all scenarios have")
    scenarios: dict[Name, Differences] = Field(
        {}, description="differences from the base by scenario; the first is the reference"
    )
    factors: dict[str, FactorSpec] = Field({}, description="what the design moves, by key of the scenario")
    design: DesignSpec = DesignSpec()
    replications: int = Field(
        10, ge=1, le=100_000, description="replications of each design point; with until: the least"
    )
    until: UntilSpec | None = Field(None, description="precision at which replications end")
    seed: int | None = Field(None, ge=0, lt=2**63, description="seed; default: the base's")
    engine: Literal["simpy", "compiled"] = Field("compiled", description="queue engine; both say the same")
    outcomes: tuple[OutcomeSpec, ...] = Field(
        (), description="what is shown and compared; default: the main ones"
    )
    visits: bool = Field(False, description="whether a table of all visits is kept")
    details: bool = Field(
        False, description="whether outcomes by month, by who carries them and by who pays are kept too"
    )


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor with its range.

    Attributes
    ----------
    key
        Key of the scenario, such as ``parameters.no_show``.
    base
        Value in the scenario that the experiment starts from; nan where it has none.
    values
        Levels, where they are listed.
    low, high
        Range, in `unit`; equal to the least and greatest of `values` where these are listed.
    group
        Factors of one group move as one in the designs ``morris`` and ``sobol``.
    """

    key: str
    role: Role
    base: float
    values: tuple[Level, ...]
    low: float
    high: float
    distribution: Literal["uniform", "triangular"]
    unit: str
    group: str


@dataclass(frozen=True)
class Experiment:
    """An experiment ready to be expanded into runs.

    Attributes
    ----------
    spec
        The file.
    scenarios
        In the file's order; the first is the reference of comparisons.
    factors
        In the file's order.
    rows
        Design points of a design of rows, else empty.
    path
        The file, or None if there is none.
    """

    spec: ExperimentSpec
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...] = ()
    rows: tuple[dict[str, Level], ...] = ()
    path: Path | None = None


def parameter_of(key: str) -> str:
    """Return the parameter that a key such as ``parameters.no_show`` names, empty where it names none."""
    head, _, name = key.partition(".")
    return name if head in PARAMETER_KEYS else ""


def value_at(scenario: Scenario, key: str) -> Any:
    """Return what a scenario holds under a dotted key, or None."""
    name = parameter_of(key)
    if name:
        return getattr(scenario, key.partition(".")[0]).get(name)
    value: Any = scenario.model_dump()
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def with_values(scenario: Scenario, values: dict[str, Level]) -> Scenario:
    """Return the scenario with other values under some dotted keys.

    Raises
    ------
    pydantic.ValidationError
        A key or a value is impossible.
    """
    if not values:
        return scenario
    data = scenario.model_dump(exclude_none=True)
    for key, value in values.items():
        where = data
        head, *rest = _parts(key)
        for part in rest:
            where, head = where.setdefault(head, {}), part
        where[head] = _plain(value)
    return Scenario.model_validate(data)


def _parts(key: str) -> tuple[str, ...]:
    """Split a dotted key; what follows ``parameters.`` or ``shocks.`` is one name."""
    name = parameter_of(key)
    return (key.removesuffix(f".{name}"), name) if name else tuple(key.split("."))


def _plain(value: Level) -> Level | int:
    """Return a whole number as an int, which counts ask for and parameters take as well."""
    if isinstance(value, bool):
        return value
    return int(value) if float(value).is_integer() else value


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema of an experiment file."""
    scenario = scenario_schema()
    schema = ExperimentSpec.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"] |= {**scenario.pop("$defs"), "Scenario": scenario}
    same = {"$ref": "#/$defs/Scenario"}
    schema["properties"]["scenarios"]["additionalProperties"] = same
    schema["properties"]["shared"] |= same
    schema.pop("required", None)
    return schema
