"""Figures of an experiment's design: a tornado, how an outcome answers to a lever, and how far it spreads."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

import numpy as np
import pandas as pd

from sim.config.experiment import OutcomeSpec
from sim.locale import number
from sim.reports.exhibits import Exhibit, whisker_note
from sim.reports.figures_compare import Swing, tornado
from sim.reports.outcome_names import number_column
from sim.reports.results import Estimate
from sim.reports.study import QUANTILES, Study
from sim.reports.study_tables import factor_name, factor_table
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    legend_above,
    new_figure,
    numbers,
    percents,
    quiet,
    whiskers,
)
from sim.reports.tables import Cell, Column, Row, Table

_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, INK, MUTED)
#: Outcomes that are drawn, and bars of a tornado.
_MOST_OUTCOMES, _MOST_BARS = 4, 20
_LONGEST = 44


def design_exhibits(study: Study) -> Iterator[Exhibit]:
    """Yield the figures that suit the design of a study; none if it has a single point."""
    if study.points == 1 or study.result.factors.empty:
        return
    factors = factor_table(study)
    for place, outcome in enumerate(study.outcomes[:_MOST_OUTCOMES]):
        if study.values_of(outcome).empty:
            continue
        if len(factors.columns) == 1:
            yield response_figure(study, outcome, factors, place)
        elif moved := _moved(factors):
            yield tornado_figure(study, outcome, moved, place)
        else:
            yield spread_figure(study, outcome, place)


def _moved(factors: pd.DataFrame) -> dict[int, tuple[str, float]]:
    """Return which factor each point moves from the base, and to what; empty if points move several."""
    wide = factors.groupby("design_point").first()
    base = wide.mode().iloc[0]
    found: dict[int, tuple[str, float]] = {}
    for point, row in zip(wide.index, wide.to_numpy(), strict=True):
        away = [place for place, value in enumerate(row) if not _same(value, base.iloc[place])]
        if len(away) > 1:
            return {}
        if away:
            found[int(point)] = (str(wide.columns[away[0]]), float(row[away[0]]))
    return found


def _same(value: float, other: float) -> bool:
    """Return whether two levels are one; a factor that a point does not name is at its base."""
    return bool(np.isnan(value)) or value == other


def tornado_figure(
    study: Study, outcome: OutcomeSpec, moved: dict[int, tuple[str, float]], place: int
) -> Exhibit:
    """Draw how far each factor alone moves an outcome of the reference."""
    _ = study.reference.translate
    values = study.values_of(outcome)
    mine = values[values["scenario"] == next(iter(study.sides))].set_index("design_point")["mean"]
    base = float(mine[[point for point in mine.index if point not in moved]].mean())
    ends: dict[str, list[tuple[float, float]]] = {}
    for point, (key, level) in moved.items():
        if point in mine.index:
            ends.setdefault(key, []).append((level, float(mine[point])))
    swings = []
    for key, found in ends.items():
        ordered = [value for _level, value in sorted(found)]
        low, high = (ordered[0], ordered[-1]) if len(ordered) > 1 else (base, ordered[0])
        swings.append(Swing(fill(factor_name(study, key), _LONGEST), low, high))
    swings.sort(key=lambda swing: -abs(swing.high - swing.low))
    column = number_column(str(values["unit"].iloc[0]), base)
    names = _("low end of the range"), _("high end of the range")
    title = study.outcome_name(outcome.label())
    figure = tornado(base, swings[:_MOST_BARS], title, names, study.lang)
    if column.kind == "share":
        figure.axes[0].xaxis.set_major_formatter(percents(study.lang))
    columns = (Column(_("Assumption")), *(Column(name, column.kind, column.decimals) for name in names))
    rows: tuple[Row, ...] = tuple((s.name.replace("\n", " "), s.low, s.high) for s in swings)
    table = Table(_("{outcome}: what moves it").format(outcome=title), columns, rows)
    alt = _("Tornado, widest first: {names}.").format(names="; ".join(str(row[0]) for row in rows[:3]))
    note = _("Bars: uncertainty of one assumption at a time, all others at their base.")
    return Exhibit(f"tornado_{place + 1}", table.title, alt, note, figure, table)


def response_figure(study: Study, outcome: OutcomeSpec, factors: pd.DataFrame, place: int) -> Exhibit:
    """Draw how an outcome answers to the only factor, a line a scenario."""
    _ = study.reference.translate
    key = str(factors.columns[0])
    values = study.values_of(outcome).merge(
        factors[key].rename("level").reset_index(), on=["scenario", "design_point"]
    )
    column = number_column(str(values["unit"].iloc[0]), float(values["mean"].abs().max()))
    figure, [axes] = new_figure(4.2)
    rows: list[Row] = []
    for colour, (scenario, mine) in zip(_COLOURS, values.groupby("scenario", sort=False), strict=False):
        mine = mine.sort_values("level")
        found = [Estimate(*pair) for pair in zip(mine["mean"], mine["half_width"], strict=True)]
        whiskers(axes, mine["level"].tolist(), found)
        name = study.side_name(str(scenario))
        axes.plot(mine["level"], mine["mean"], color=colour, marker="o", linewidth=2, label=name)
        rows += [
            (name, Cell(level, number_column("", level)), estimate)
            for level, estimate in zip(mine["level"], found, strict=True)
        ]
    axes.set_xlabel(factor_name(study, key))
    axes.set_ylabel(study.outcome_name(outcome.label()))
    formatter = percents(study.lang) if column.kind == "share" else numbers(study.lang, column.decimals)
    axes.yaxis.set_major_formatter(formatter)
    quiet(axes)
    legend_above(figure, axes, columns=3)
    title = _("{outcome} by {factor}").format(
        outcome=study.outcome_name(outcome.label()), factor=factor_name(study, key)
    )
    columns = (
        Column(_("Scenario")),
        Column(factor_name(study, key), "number", 2),
        Column(study.outcome_name(outcome.label()), column.kind, column.decimals),
    )
    alt = _("Lines from {low} to {high}.").format(
        low=number(float(values["mean"].min()), study.lang, column.decimals),
        high=number(float(values["mean"].max()), study.lang, column.decimals),
    )
    table = Table(title, columns, tuple(rows))
    return Exhibit(f"response_{place + 1}", title, alt, whisker_note(_), figure, table)


def spread_figure(study: Study, outcome: OutcomeSpec, place: int) -> Exhibit:
    """Draw an outcome at all design points of each scenario, with p10, median and p90."""
    _ = study.reference.translate
    values = study.values_of(outcome)
    column = number_column(str(values["unit"].iloc[0]), float(values["mean"].abs().max()))
    title = _("{outcome} over all design points").format(outcome=study.outcome_name(outcome.label()))
    figure, [axes] = new_figure(1.2 + 0.6 * len(study.sides))
    rows: list[Row] = []
    names = []
    for row, (scenario, mine) in enumerate(values.groupby("scenario", sort=False)):
        found = mine["mean"].dropna().to_numpy(np.float64)
        apart = 0.18 * np.cos(np.arange(len(found)) * 2.4)  # spread out, the same at each drawing
        axes.scatter(found, row + apart, s=12, color=BLUE, alpha=0.45, linewidth=0)
        low, middle, high = np.quantile(found, QUANTILES).tolist()
        axes.plot([low, high], [row, row], color=INK, linewidth=2)
        axes.scatter([middle], [row], s=64, color=ORANGE, zorder=3, edgecolor="white")
        names.append(study.side_name(str(scenario)))
        rows.append((names[-1], low, middle, high))
    axes.set_yticks(range(len(names)), [fill(name, 26) for name in names], color=INK)
    axes.set_ylim(len(names) - 0.5, -0.5)
    formatter = percents(study.lang) if column.kind == "share" else numbers(study.lang, column.decimals)
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlabel(study.outcome_name(outcome.label()))
    quiet(axes, grid="x")
    columns = [Column(_("Scenario"))]
    columns += [Column(name, column.kind, column.decimals) for name in ("p10", _("Median"), "p90")]
    table = Table(title, tuple(columns), tuple(rows))
    alt = _("Dots of all design points, medians marked. {name}: {low} to {high}.").format(
        name=names[0],
        low=number(float(values["mean"].min()), study.lang, column.decimals),
        high=number(float(values["mean"].max()), study.lang, column.decimals),
    )
    note = _("Line: p10–p90, uncertainty of what the design varies; mark: median. Simulated persons.")
    return Exhibit(f"spread_{place + 1}", title, alt, note, figure, table)
