"""Figures of a study: differences, waits and travel of the scenarios side by side, and cost against wait."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import fill

from matplotlib.axes import Axes

from sim.config.experiment import OutcomeSpec
from sim.experiments.comparison import Difference
from sim.reports.exhibits import Exhibit, whisker_note
from sim.reports.figures_compare import Option, front
from sim.reports.outcome_names import outcome_title, unit_name
from sim.reports.results import Estimate
from sim.reports.study import Study
from sim.reports.study_tables import group_by_side, service_by_side, told
from sim.reports.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    grid_of,
    legend_above,
    new_figure,
    numbers,
    panel_title,
    percents,
    quiet,
    whiskers,
)
from sim.reports.tables import Column, Row, Table, written

#: Colours and marks of the scenarios; no more are drawn.
_LOOKS = ((MUTED, "o"), (BLUE, "s"), (ORANGE, "D"), (GREEN, "^"), (PURPLE, "v"), (INK, "P"))
_VERDICT_COLOURS = {"better": BLUE, "worse": ORANGE, "higher": INK, "lower": INK}
#: Panels across, and the longest name of a scenario and title of a panel on a line [characters].
_ACROSS, _LONGEST, _LONGEST_TITLE = 3, 26, 34
#: Below these sizes an axis has one decimal, and one more.
_FINE = (8.0, 0.8)
#: Columns of the tables of groups that are compared: wait and travel.
_WAIT, _TRAVEL = 4, 7
#: What a staffing costs and how long people wait, where money is not computed.
_COST = OutcomeSpec(metric="rostered_hours", statistic="sum")
_MEAN_WAIT = OutcomeSpec(metric="wait", statistic="mean")


def study_exhibits(study: Study) -> Iterator[Exhibit]:
    """Yield the exhibits that a study has data for.

    Call it, and draw what it yields, within `sim.reports.style.house_style`.
    """
    if study.differences:
        yield differences_figure(study)
        if not math.isnan(study.estimate(next(iter(study.sides)), _COST).mean):
            yield front_figure(study)
        yield service_figure(study)
        yield from (who_figure(study, dimension) for dimension in ("age_group", "municipality"))


def differences_figure(study: Study) -> Exhibit:
    """Draw each outcome's differences from the reference, a panel an outcome."""
    _ = study.reference.translate
    scenarios = list(dict.fromkeys(row.scenario for row in study.differences))
    outcomes = list(dict.fromkeys(row.outcome for row in study.differences))
    down = math.ceil(len(outcomes) / _ACROSS)
    titles = {outcome: fill(study.outcome_name(outcome), _LONGEST_TITLE) for outcome in outcomes}
    lines = max(title.count("\n") for title in titles.values())
    height = 0.9 + down * (0.8 + 0.17 * lines + 0.3 * len(scenarios))
    figure, panels = grid_of(height, down, min(_ACROSS, len(outcomes)), sharey=True)
    for axes, outcome in zip(panels, outcomes, strict=False):
        mine = {row.scenario: row for row in study.differences if row.outcome == outcome}
        _draw_differences(study, axes, [mine.get(name) for name in scenarios])
        panel_title(axes, titles[outcome], INK)
    for axes in panels[len(outcomes) :]:
        axes.set_visible(False)
    names = [fill(study.side_name(name), _LONGEST) for name in scenarios]
    for axes in panels:
        axes.set_yticks(range(len(scenarios)), names, color=INK)
    panels[0].set_ylim(len(scenarios) - 0.5, -0.5)
    clear = [row for row in study.differences if row.verdict != "not distinguishable"]
    listed = "; ".join(f"{study.side_name(row.scenario)}: {told(study, row)}" for row in clear)
    alt = _("Differences from {reference} with intervals. Distinguishable: {listed}.").format(
        reference=study.side_name(next(iter(study.sides))), listed=listed or _("none")
    )
    note = _(
        "Whiskers: random variation (95%, paired). Pale bar: p10–p90, uncertainty. "
        "Grey band: too small to matter."
    )
    title = _("Differences from {reference}").format(reference=study.side_name(next(iter(study.sides))))
    return Exhibit("differences", title, alt, note, figure, _difference_list(study))


def _draw_differences(study: Study, axes: Axes, rows: Sequence[Difference | None]) -> None:
    """Draw one outcome: a mark and an interval a scenario, and the band too small to matter."""
    found = [(place, row) for place, row in enumerate(rows) if row is not None]
    first = found[0][1]
    share = first.unit == "share"
    scale = 100.0 if share else 1.0
    axes.axvspan(-scale * first.threshold, scale * first.threshold, color=FAINT, alpha=0.6, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.9)
    for place, row in found:
        colour = _VERDICT_COLOURS.get(row.verdict, MUTED)
        if math.isfinite(row.low):
            axes.plot(
                [scale * row.low, scale * row.high],
                [place] * 2,
                color=colour,
                alpha=0.25,
                linewidth=7,
                solid_capstyle="butt",
            )
        whiskers(axes, [place], [Estimate(scale * row.difference, scale * row.half_width)], across=True)
        axes.scatter([scale * row.difference], [place], s=36, color=colour, zorder=3)
    axes.locator_params(axis="x", nbins=4)
    most = max(map(abs, axes.get_xlim()))
    axes.xaxis.set_major_formatter(numbers(study.lang, sum(most < limit for limit in _FINE)))
    axes.set_xlabel(unit_name("pp" if share else first.unit, study.lang), fontsize=8.5)
    quiet(axes, grid="x")


def _difference_list(study: Study) -> Table:
    """Return all differences in one table."""
    _ = study.reference.translate
    columns = (Column(_("Outcome")), Column(_("Scenario")), Column(_("Difference")), Column(_("Finding")))
    rows: tuple[Row, ...] = tuple(
        (
            study.outcome_name(row.outcome),
            study.side_name(row.scenario),
            told(study, row).removeprefix(study.outcome_name(row.outcome)).strip(),
            _(row.verdict),
        )
        for row in study.differences
    )
    return Table(_("Differences"), columns, rows)


def front_figure(study: Study) -> Exhibit:
    """Draw the mean wait against the rostered hours of every scenario."""
    _ = study.reference.translate
    estimates = {
        name: (study.estimate(name, _COST), study.estimate(name, _MEAN_WAIT)) for name in study.sides
    }
    options = [
        Option(study.side_name(name), *pair, best=place == 0)
        for place, (name, pair) in enumerate(estimates.items())
    ]
    labels = study.reference.labels
    heads = [outcome_title(outcome, labels) for outcome in (_COST, _MEAN_WAIT)]
    figure = front(options, (heads[0], heads[1]), study.lang)
    columns = (Column(_("Scenario")), Column(heads[0], "number"), Column(heads[1], "number", 2))
    rows: tuple[Row, ...] = tuple((option.name, option.cost, option.wait) for option in options)
    table = Table(_("What a shorter wait costs"), columns, rows)
    each = (
        f"{option.name}: {written(option.cost.mean, columns[1], study.lang)} h, "
        f"{written(option.wait.mean, columns[2], study.lang)} min"
        for option in options
    )
    alt = _("Points: rostered hours across, mean wait upwards. {listed}.").format(listed="; ".join(each))
    note = _("Line: scenarios than which none is both cheaper and quicker. Green: the reference.")
    return Exhibit("cost_against_wait", table.title, alt, f"{note} {whisker_note(_)}", figure, table)


def service_figure(study: Study) -> Exhibit:
    """Draw the share within the target at each point, a mark a scenario, and the target as a line."""
    _ = study.reference.translate
    table, target = service_by_side(study), study.reference.target_share
    figure, [axes] = new_figure(1.1 + 0.42 * len(table.rows))
    _marks(study, axes, table, percents(study.lang))
    axes.axvline(target, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_xlabel(table.title)
    legend_above(figure, axes, columns=2)
    title = _("Service level by service point: the target is {share}").format(
        share=written(target, Column("", "share"), study.lang)
    )
    alt = _("Marks by service point and scenario, the target as a line. {listed}.")
    return Exhibit(
        "service_by_scenario", title, alt.format(listed=_widest(study, table)), _note(study), figure, table
    )


def who_figure(study: Study, dimension: str) -> Exhibit:
    """Draw waits and travel of groups of people, a mark a scenario."""
    _ = study.reference.translate
    tables = [group_by_side(study, dimension, column) for column in (_WAIT, _TRAVEL)]
    figure, panels = grid_of(1.2 + 0.36 * len(tables[0].rows), 1, 2, sharey=True)
    for axes, table in zip(panels, tables, strict=True):
        _marks(study, axes, table, numbers(study.lang))
        axes.set_xlim(left=0)
        axes.set_xlabel(table.title)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2, fontsize=9)
    title = {
        "age_group": _("Who waits and travels more: age groups"),
        "municipality": _("Who waits and travels more: municipalities"),
    }[dimension]
    listed = "; ".join(f"{table.title}: {_widest(study, table)}" for table in tables)
    alt = _("Marks by group and scenario in two panels. {listed}.").format(listed=listed)
    return Exhibit(f"who_by_{dimension}", title, alt, _note(study), figure, _joined(study, tables))


def _marks(study: Study, axes: Axes, table: Table, formatter: object) -> None:
    """Draw a table of groups (rows) by scenario (columns): marks with intervals, set apart a little."""
    drawn = list(study.sides)[: len(_LOOKS)]
    step = 0.7 / len(drawn)
    for index, (name, (colour, mark)) in enumerate(zip(drawn, _LOOKS, strict=False)):
        found = [value if isinstance(value := row[index + 1], Estimate) else Estimate() for row in table.rows]
        places = [place + (index - (len(drawn) - 1) / 2) * step for place in range(len(table.rows))]
        whiskers(axes, places, found, across=True)
        means = [value.mean for value in found]
        axes.scatter(means, places, s=30, color=colour, marker=mark, zorder=3, label=study.side_name(name))
    axes.set_yticks(range(len(table.rows)), [str(row[0]) for row in table.rows], color=INK)
    axes.set_ylim(len(table.rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(formatter)  # type: ignore[arg-type] # formatters of `style`
    quiet(axes, grid="x")


def _joined(study: Study, tables: Sequence[Table]) -> Table:
    """Return tables of the same rows as one, each column led by what it counts."""
    first = tables[0]
    columns = [first.columns[0]]
    for table in tables:
        columns += [
            Column(f"{table.title}: {column.title}", column.kind, column.decimals)
            for column in table.columns[1:]
        ]
    others = [{row[0]: row[1:] for row in table.rows} for table in tables]
    blank = (Estimate(),) * len(study.sides)
    rows: tuple[Row, ...] = tuple(
        (row[0], *(value for other in others for value in other.get(row[0], blank))) for row in first.rows
    )
    return Table(first.columns[0].title, tuple(columns), rows, note=first.note)


def _widest(study: Study, table: Table) -> str:
    """Return in which row the scenarios lie furthest apart, and how far."""
    best, told_best = -1.0, ""
    for row in table.rows:
        means = {
            column.title: value.mean
            for column, value in zip(table.columns[1:], row[1:], strict=True)
            if isinstance(value, Estimate) and not math.isnan(value.mean)
        }
        if len(means) > 1 and max(means.values()) - min(means.values()) > best:
            best = max(means.values()) - min(means.values())
            texts = (f"{name} {written(mean, table.columns[1], study.lang)}" for name, mean in means.items())
            told_best = f"{row[0]}: {', '.join(texts)}"
    return told_best


def _note(study: Study) -> str:
    """Return what the marks are, and which scenarios are not drawn."""
    _ = study.reference.translate
    note = whisker_note(_)
    if len(study.sides) > len(_LOOKS):
        note += " " + _("The first {n} scenarios are drawn.").format(n=len(_LOOKS))
    return note
