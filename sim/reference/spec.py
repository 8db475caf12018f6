"""The file that says what is kept of a question's answer: how it is built, its tables and its figures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.config.experiment import OutcomeSpec
from sim.config.scenario import Name, Part

#: Stands for every point, authority, channel or period that a metric has, one by one.
EACH = "*"
#: A value of a cell, or several.
Cells = str | bool | int | float | tuple[str | bool | int | float, ...]
Month = Literal["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_Sets = Annotated[tuple[str, ...], Field(description="settings a.b=value, as --set")]


class SweepBuild(Part):
    """The runs of an experiment."""

    kind: Literal["sweep"]
    experiment: str | None = Field(None, description="experiment; default: the one of this folder")
    set: _Sets = ()


class ProjectBuild(Part):
    """A projection, as ``visitsim project`` makes it: tables visits, drivers, levers, pairs; waterfall."""

    kind: Literal["project"]
    config: str = Field("projection_2030", description="scenario")
    set: _Sets = ()
    draws: int = Field(500, ge=1, description="draws of the uncertain assumptions")
    seed: int = Field(1, ge=0, description="seed of the draws")
    beside: str | None = Field(None, description="another scenario to show beside")


class StaffBuild(Part):
    """A staffing, as ``visitsim staff`` finds it: tables totals, officials, units, one_fewer, front."""

    kind: Literal["staff"]
    config: str = Field("baseline_2030", description="scenario, or a file beside this one")
    set: _Sets = ()
    target: str = Field(
        "80%/15min", description="share of all who arrive, and the wait within which they begin"
    )
    never_alone: bool = Field(False, description="whether nobody may be alone at a point")
    fixed: tuple[str, ...] = Field((), description="roster rows whose officials are not changed")
    keep_diaries: bool = Field(False, description="whether diaries keep their share of the officials")
    month: Month | None = Field(None, description="month whose visits alone are judged; default: the year")
    at: float | None = Field(
        None, gt=0, lt=1, description="staff for the visits that the projection stays below so likely"
    )
    futures: int = Field(0, ge=0, description="draws of the projection in which the staffing is tried")
    replications: int = Field(48, ge=1, description="most replications of the proof")
    quick: bool = Field(False, description="whether nobody is taken away after search and proof")
    shifts: bool = Field(False, description="whether shifts are planned")


class SensitivityBuild(Part):
    """A sensitivity analysis, as ``visitsim sensitivity`` makes it: tables screening, tornado, indices."""

    kind: Literal["sensitivity"]
    config: str = Field("projection_2030", description="scenario")
    set: _Sets = ()
    paths: int = Field(4, ge=2, description="screening paths")
    ends: int = Field(12, ge=1, description="groups of the tornado")
    keep: int = Field(6, ge=1, description="groups of the indices")
    base_points: int = Field(32, ge=1, description="base points of indices")
    replications: int = Field(1, ge=1, description="replications of each point")


class LevelsTable(Part):
    """Means of outcomes by scenario and design point, with half widths of their 95 % intervals."""

    kind: Literal["levels"]
    build: Name = Field("sweep", description="the sweep")
    outcomes: tuple[OutcomeSpec, ...] = Field(
        (), description=f"what is told; '{EACH}' stands for each point and so on; default: the experiment's"
    )


class ComparisonTable(Part):
    """Paired differences of all scenarios from one of them, with intervals and words."""

    kind: Literal["comparison"]
    build: Name = Field("sweep", description="the sweep")
    reference: str | None = Field(None, description="scenario compared with; default: the first")
    outcomes: tuple[OutcomeSpec, ...] = Field(
        (),
        description=f"what is compared; '{EACH}' stands for each point and so on; default: the experiment's",
    )


class UncertaintyTable(Part):
    """Random variation (half_width) and uncertainty (p10, p90) of a design that draws uncertainties."""

    kind: Literal["uncertainty"]
    build: Name = Field("sweep", description="the sweep")
    outcomes: tuple[OutcomeSpec, ...] = Field(
        (),
        description=f"what is told; '{EACH}' stands for each point and so on; default: the experiment's",
    )


class SqlTable(Part):
    """What a query finds in the tables of the builds, of the region, and those above this one."""

    kind: Literal["sql"]
    query: str = Field(
        description="DuckDB's SQL; half_width(x) is that of the 95 % interval of the mean of x"
    )


class BuiltTable(Part):
    """A table that a build gives, as it is."""

    kind: Literal["built"]
    table: str | None = Field(None, description="its name, <build>_<table>; default: that of this table")


class Drawn(Part):
    """What every figure of a table has."""

    table: Name = Field(description="a table of this file")
    title: str = Field(description="what it shows, in a line")
    subtitle: str = Field("", description="of what")
    note: str | None = Field(None, description="what the marks mean; default: what the intervals cover")
    where: dict[str, Cells] = Field(
        {}, description="rows that are drawn: value, or list of values, by column"
    )
    names: dict[str, str] = Field({}, description="what values of cells are called in the figure")
    value: str = Field("mean", description="column of the numbers")
    scale: float = Field(1.0, description="numbers are multiplied by this")
    decimals: int | None = Field(
        None, ge=0, le=6, description="decimals of numbers in the figure; default: as many as tell them apart"
    )
    unit: str = Field("", description="what the axis counts")
    svg: bool = Field(False, description="whether an SVG is kept beside the PNG")


class SeriesFigure(Drawn):
    """Numbers with intervals: dots or bars beside their names, or lines over an axis."""

    kind: Literal["dots", "bars", "lines"]
    label: str | tuple[str, ...] = Field("scenario", description="column of the names, or of the lines' axis")
    series: str | None = Field(None, description="column of what is told apart by colour")
    panel: str | None = Field(None, description="column of what has a panel of its own")
    zero: bool = Field(True, description="whether the axis of dots and lines reaches 0")
    half_width: str | None = Field(
        "half_width", description="column of the half widths; a table without it has none"
    )
    low: str | None = Field(None, description="column of the lower end of an uncertainty, drawn thin")
    high: str | None = Field(None, description="column of its upper end")


class HeatFigure(Drawn):
    """A grid of numbers, the darker the larger."""

    kind: Literal["heat"]
    label: str | tuple[str, ...] = Field("scenario", description="column of the rows' names")
    across: str = Field(description="column of the columns' names")


class TornadoFigure(Drawn):
    """How far each assumption moves an outcome from its base value, widest first."""

    kind: Literal["tornado"]
    label: str = Field("group", description="column of the assumptions")
    value: str = Field("base", description="column of the base value")
    low: str = Field("low", description="column of the outcome at the low end")
    high: str = Field("high", description="column of the outcome at the high end")
    most: int = Field(12, ge=1, le=40, description="assumptions shown")


class BuiltFigure(Part):
    """A figure that a build draws, as it is."""

    kind: Literal["built"]
    figure: str = Field(description="its name, <build>_<figure>")
    svg: bool = Field(False, description="whether an SVG is kept beside the PNG")


Build = SweepBuild | ProjectBuild | StaffBuild | SensitivityBuild
Kept = LevelsTable | UncertaintyTable | ComparisonTable | SqlTable | BuiltTable
Picture = SeriesFigure | HeatFigure | TornadoFigure | BuiltFigure


class ReferenceSpec(Part):
    """A file ``reference.yaml``."""

    builds: dict[Name, Annotated[Build, Field(discriminator="kind")]] = Field(
        {"sweep": SweepBuild(kind="sweep")},
        description="what is computed, by name; default: the sweep of this folder's experiment",
    )
    tables: dict[Name, Annotated[Kept, Field(discriminator="kind")]] = Field(
        {}, description="tables that are kept as CSV, by name"
    )
    figures: dict[Name, Annotated[Picture, Field(discriminator="kind")]] = Field(
        {}, description="figures that are kept, by name"
    )


def reference_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file that says what is kept."""
    schema = ReferenceSpec.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
