"""Figures of how many visits there are: over the months, and against the plan's years."""

from __future__ import annotations

from sim.locale import message, number
from sim.outcomes import KINDS
from sim.reports.exhibits import Exhibit, whisker_note
from sim.reports.names import short_name
from sim.reports.results import Estimate
from sim.reports.sheet import Sheet
from sim.reports.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAST,
    bars,
    legend_above,
    new_figure,
    numbers,
    panel_title,
    quiet,
    whiskers,
)
from sim.reports.tables import plain
from sim.reports.volumes import history_table, month_table

_KIND_TITLES = {
    "resident": message("Residents, visits a month"),
    "cottage_dweller": message("Cottage dwellers, visits a month"),
}


def months_figure(sheet: Sheet) -> Exhibit:
    """Draw visits by month, a panel for each kind of person, since their sizes differ by far."""
    _ = sheet.translate
    table = month_table(sheet)
    figure, panels = new_figure(4.6, rows=len(KINDS), ratios=[2.2, 1.0])
    places = list(range(1, 13))
    for index, (axes, kind, colour) in enumerate(zip(panels, KINDS, (BLUE, ORANGE), strict=True)):
        found = [row[index + 1] for row in table.rows]
        bars(axes, places, [value for value in found if isinstance(value, Estimate)], colour, width=0.72)
        axes.yaxis.set_major_formatter(numbers(sheet.lang))
        panel_title(axes, _(_KIND_TITLES[kind]), colour)
        quiet(axes)
    panels[-1].set_xticks(places, sheet.months("abbreviated"))
    sums = [sum(float(plain(value)) for value in row[1:]) for row in table.rows]
    most = max(range(12), key=sums.__getitem__)
    alt = _("Bars of the visits of each month. Most come in {month}: {visits}.")
    alt = alt.format(month=table.rows[most][0], visits=number(sums[most], sheet.lang))
    title = _("When people come: visits by month")
    return Exhibit("visits_by_month", title, alt, whisker_note(_), figure, table)


def plan_figure(sheet: Sheet) -> Exhibit:
    """Draw the plan's table of each authority over its years, and beside it what was simulated."""
    _ = sheet.translate
    table = history_table(sheet)
    rows = [row for row in table.rows[:-1] if any(float(plain(value)) > 0 for value in row[1:])]
    rows.sort(key=lambda row: -float(plain(row[1])))
    figure, [axes] = new_figure(1.0 + 0.62 * len(rows))
    years = len(table.columns) - 2
    height = 0.8 / (years + 1)
    colours = [PAST[min(index, len(PAST) - 1)] for index in range(years)]
    for index, colour in enumerate((*colours, BLUE)):
        found = [row[index + 1] for row in rows]
        places = [place + (index - years / 2) * height for place in range(len(rows))]
        label = table.columns[index + 1].title
        axes.barh(places, [float(plain(value)) for value in found], height * 0.9, color=colour, label=label)
        if index == years:
            whiskers(axes, places, [value for value in found if isinstance(value, Estimate)], across=True)
            for place, value in zip(places, found, strict=True):
                mean = float(plain(value))
                axes.annotate(
                    number(mean, sheet.lang),
                    (mean, place),
                    (7, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                    color=INK,
                )
    axes.set_yticks(range(len(rows)), [short_name(str(row[0])) for row in rows], color=INK)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(numbers(sheet.lang))
    axes.set_xlabel(_("Visits a year"), color=MUTED)
    quiet(axes, grid="x")
    legend_above(figure, axes, columns=years + 1)
    total = table.rows[-1]
    alt = _("Bars of each authority's visits in the plan's years and as simulated. All together: {numbers}.")
    listed = ", ".join(
        f"{column.title} {number(float(plain(value)), sheet.lang)}"
        for column, value in zip(table.columns[1:], total[1:], strict=True)
    )
    title = _("Visits against the plan and its history")
    return Exhibit("visits_against_plan", title, alt.format(numbers=listed), whisker_note(_), figure, table)
