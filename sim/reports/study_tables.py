"""Tables of a study: differences, levels, and the scenarios side by side by point and group of people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.comparison import Difference
from sim.locale import NO_NUMBER, message, number, signed
from sim.reports.outcome_names import difference_column, number_column, unit_name
from sim.reports.people import group_table
from sim.reports.results import ALL, Estimate
from sim.reports.service import named_rows
from sim.reports.study import QUANTILES, Study
from sim.reports.tables import Cell, Column, Row, Table, Value, written

#: Verdicts of comparisons, so that the catalogues hold them.
VERDICTS = (
    message("better"),
    message("worse"),
    message("higher"),
    message("lower"),
    message("not distinguishable"),
)
DIFFERENCE_NOTE = message(
    "Difference: scenario less reference, of shares in percentage points. ± is random variation (95% "
    "interval of paired differences: the same simulated persons meet the same luck in each scenario). Better "
    "and worse need p below 0.05 after Holm's correction and a difference that matters in practice."
)
#: Most design points that a page shows; workbooks hold them all.
_MOST_POINTS = 60


def difference_tables(study: Study) -> Iterator[Table]:
    """Yield a table of differences for each scenario but the reference."""
    for scenario, rows in groupby(study.differences, key=lambda row: row.scenario):
        yield _differences(study, scenario, list(rows))


def _differences(study: Study, scenario: str, rows: list[Difference]) -> Table:
    _ = study.reference.translate
    uncertain = any(math.isfinite(row.low) for row in rows)
    spread = [Column(_("p10 to p90 (uncertainty)"))] if uncertain else []
    columns = (
        Column(_("Outcome")),
        Column(_("Reference"), "number"),
        Column(_("Scenario"), "number"),
        Column(_("Difference"), "signed"),
        *spread,
        Column(_("Matters from"), "number"),
        Column("p", "number", 3),
        Column(_("Finding")),
    )
    title = _("{scenario} against {reference}").format(
        scenario=study.side_name(scenario), reference=study.side_name(next(iter(study.sides)))
    )
    cells = tuple(_difference(study, row, uncertain=uncertain) for row in rows)
    return Table(title, columns, cells, note=_(DIFFERENCE_NOTE))


def _difference(study: Study, row: Difference, *, uncertain: bool) -> Row:
    column = number_column(row.unit, max(abs(row.reference), abs(row.mean)))
    change = difference_column(column)
    ends = (written(value, change, study.lang) for value in (row.low, row.high))
    spread: list[Value] = [" … ".join(ends) if math.isfinite(row.low) else NO_NUMBER] if uncertain else []
    return (
        study.outcome_name(row.outcome),
        Cell(row.reference, column),
        Cell(row.mean, column),
        Cell(Estimate(row.difference, row.half_width), change),
        *spread,
        Cell(row.threshold, column),
        row.p_value,
        study.reference.translate(row.verdict),
    )


def level_table(study: Study) -> Table:
    """Return every outcome (rows) of every scenario (columns)."""
    _ = study.reference.translate
    columns = (Column(_("Outcome")), *(Column(study.side_name(name), "number") for name in study.sides))
    rows: list[Row] = []
    for outcome in study.outcomes:
        values = study.values_of(outcome)
        if values.empty:
            continue
        column = number_column(str(values["unit"].iloc[0]), float(values["mean"].abs().max()))
        cells = (Cell(study.estimate(name, outcome), column) for name in study.sides)
        rows.append((study.outcome_name(outcome.label()), *cells))
    note = _("± is random variation (95% interval of the mean).")
    return Table(_("Outcomes of all scenarios"), columns, tuple(rows), note=note)


def service_by_side(study: Study) -> Table:
    """Return the share within the target by point (rows) and scenario (columns)."""
    _ = study.reference.translate
    shares: dict[str, dict[str, Estimate]] = {}
    for scenario, sheet in study.sides.items():
        for _name, row in named_rows(sheet):
            if row.authority == ALL:
                share = sheet.share_in_time(row.point)
                shares.setdefault(sheet.labels.point(row.point), {})[scenario] = share
    return _side_by_side(study, _("Within the target"), _("Service point"), shares, ("share", 1))


def group_by_side(study: Study, dimension: str, column: int) -> Table:
    """Return one number of groups of people (rows) by scenario (columns).

    Parameters
    ----------
    dimension
        ``age_group`` or ``municipality``.
    column
        Column of `sim.reports.people.group_table`.
    """
    tables = {scenario: group_table(sheet, dimension) for scenario, sheet in study.sides.items()}
    first = next(iter(tables.values()))
    found: dict[str, dict[str, Estimate]] = {}
    for scenario, table in tables.items():
        for row in table.rows:
            value = row[column]
            found.setdefault(str(row[0]), {})[scenario] = value if isinstance(value, Estimate) else Estimate()
    about = first.columns[column]
    return _side_by_side(study, about.title, first.columns[0].title, found, (about.kind, about.decimals))


def _side_by_side(
    study: Study, title: str, first: str, found: Mapping[str, Mapping[str, Estimate]], look: tuple[Any, int]
) -> Table:
    columns = (Column(first), *(Column(study.side_name(name), *look) for name in study.sides))
    rows: tuple[Row, ...] = tuple(
        (name, *(values.get(scenario, Estimate()) for scenario in study.sides))
        for name, values in found.items()
    )
    _ = study.reference.translate
    note = _("± is random variation (95% interval of the mean).")
    return Table(title, columns, rows, note=note)


def spread_table(study: Study) -> Table:
    """Return how far the design points move each outcome: low, middle and high of each scenario."""
    _ = study.reference.translate
    titles = ("p10", _("Median"), "p90")
    columns = (Column(_("Outcome")), Column(_("Scenario")), *(Column(title, "number") for title in titles))
    rows: list[Row] = []
    for outcome in study.outcomes:
        values = study.values_of(outcome)
        for scenario, mine in values.groupby("scenario", sort=False):
            column = number_column(str(mine["unit"].iloc[0]), float(mine["mean"].abs().max()))
            ends = np.quantile(mine["mean"].dropna(), QUANTILES) if len(mine) else ()
            name = study.side_name(str(scenario))
            cells = (Cell(float(end), column) for end in ends)
            rows.append((study.outcome_name(outcome.label()), name, *cells))
    note = _("p10 to p90 over {n} design points: uncertainty of what the design varies.")
    title = _("How far the design moves the outcomes")
    return Table(title, columns, tuple(rows), note=note.format(n=number(study.points, study.lang)))


def factor_table(study: Study) -> pd.DataFrame:
    """Return the factors of each design point, one column a factor, indexed by scenario and design point."""
    runs = study.result.runs[["run_id", "scenario", "design_point"]]
    joined = study.result.factors.merge(runs, on="run_id")
    wide = joined.pivot_table(index=["scenario", "design_point"], columns="factor", values="value")
    order = dict.fromkeys(study.result.factors["factor"])
    return wide[list(order)]


def factor_name(study: Study, key: str) -> str:
    """Return what a factor is called: the registry's description, else its key."""
    registry = study.reference.registry
    name = key.removeprefix("parameters.")
    if name not in registry:
        return key
    about = name.partition(".")[2]
    text = study.reference.translate(registry[name].description)
    return f"{text} ({study.reference.labels.authority(about)})" if about else text


def point_table(study: Study, most: int = _MOST_POINTS) -> Table:
    """Return the first design points with their factors and outcomes."""
    _ = study.reference.translate
    factors = factor_table(study)
    columns = [Column(_("Scenario")), Column(_("Design point"), "number")]
    columns += [Column(factor_name(study, key), "number", 3) for key in factors.columns]
    found: list[dict[tuple[str, int], Value]] = []
    for outcome in study.outcomes:
        values = study.values_of(outcome)
        if values.empty:
            continue
        size = float(values["mean"].abs().max())
        columns.append(number_column(str(values["unit"].iloc[0]), size, study.outcome_name(outcome.label())))
        found.append(
            {(r["scenario"], r["design_point"]): Estimate(r["mean"], r["half_width"]) for r in _rows(values)}
        )
    rows: list[Row] = []
    for (scenario, point), levels in zip(factors.index[:most], factors.to_numpy(), strict=False):
        outcomes = (column.get((scenario, point), math.nan) for column in found)
        rows.append((study.side_name(scenario), float(point), *levels.tolist(), *outcomes))
    note = ""
    if len(factors) > most:
        note = _("The first {n} of {all} design points; a workbook holds them all.")
        note = note.format(n=number(most, study.lang), all=number(len(factors), study.lang))
    return Table(_("Design points"), tuple(columns), tuple(rows), note=note)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def change_table(study: Study) -> Table:
    """Return what each scenario sets otherwise than the reference."""
    _ = study.reference.translate
    columns = (Column(_("Scenario")), Column(_("Key")), Column(_("Reference")), Column(_("Scenario")))
    first, *others = ((name, _flat(sheet.run.scenario)) for name, sheet in study.sides.items())
    rows: list[Row] = []
    for name, mine in others:
        keys = dict.fromkeys([*first[1], *mine])
        rows += [
            (study.side_name(name), key, first[1].get(key, NO_NUMBER), mine.get(key, NO_NUMBER))
            for key in keys
            if first[1].get(key) != mine.get(key)
        ]
    return Table(_("What the scenarios change"), columns, tuple(rows))


def _flat(scenario: Any) -> dict[str, str]:
    """Return the leaves of a scenario by dotted key, without what merely names it or says how it is run."""
    left: list[tuple[str, Any]] = [
        (key, value)
        for key, value in scenario.resolved().items()
        if key not in ("name", "title", "description", "run")
    ]
    found: dict[str, str] = {}
    while left:
        key, value = left.pop()
        if isinstance(value, dict) and value:
            left += [(f"{key}.{name}", below) for name, below in value.items()]
        elif value not in ({}, []):
            found[key] = _written(value)
    return dict(sorted(found.items()))


def _written(value: Any) -> str:
    """Return a value of a scenario as one would write it, without the brackets and quotes of data."""
    if isinstance(value, dict):
        return " ".join(map(_written, value.values()))
    if isinstance(value, list | tuple):
        return "; ".join(map(_written, value))
    return str(value)


def told(study: Study, row: Difference) -> str:
    """Return a difference in words: the outcome, how much, and the interval."""
    column = difference_column(number_column(row.unit, max(abs(row.reference), abs(row.mean))))
    change = written(Estimate(row.difference, row.half_width), column, study.lang)
    if column.kind == "signed_share":
        change = signed(100 * row.difference, study.lang, column.decimals)
        if math.isfinite(row.half_width):
            change += f" ± {number(100 * row.half_width, study.lang, column.decimals)}"
        change += f" {unit_name('pp', study.lang)}"
    return f"{study.outcome_name(row.outcome)} {change}"
