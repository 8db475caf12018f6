"""Figures of the rhythm of day, week and year: half hours, and heat maps of hours by weekday and month."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from numpy.typing import NDArray

from sim.locale import number
from sim.reports.exhibits import Exhibit, mean_note, whisker_note
from sim.reports.results import Estimate
from sim.reports.service import half_hour_table, hours_of, season_table, week_table
from sim.reports.sheet import Sheet
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    SHADES,
    bars,
    grid_of,
    new_figure,
    numbers,
    panel_title,
    quiet,
)
from sim.reports.tables import Row, Table, plain

_HEAT = LinearSegmentedColormap.from_list("visitsim", ("#f7fbff", *SHADES))
#: Months across and down.
_ACROSS, _DOWN = 4, 3
#: From this place in the colours on, numbers are written in white.
_DARK = 0.55


def day_figure(sheet: Sheet) -> Exhibit:
    """Draw arrivals and busy officials by half hour, as a mean over open days."""
    _ = sheet.translate
    table = half_hour_table(sheet)
    rows = _lively(table)
    hours = [int(str(row[0])[:2]) + int(str(row[0])[3:]) / 60 for row in rows]
    figure, panels = new_figure(4.6, rows=2, ratios=[1.3, 1.0])
    for index, (axes, colour) in enumerate(zip(panels, (BLUE, GREEN), strict=True)):
        found = [value for row in rows if isinstance(value := row[index + 1], Estimate)]
        bars(axes, [hour + 0.25 for hour in hours], found, colour, width=0.44)
        axes.yaxis.set_major_formatter(numbers(sheet.lang))
        panel_title(axes, table.columns[index + 1].title, colour)
        quiet(axes)
    panels[1].set_xticks(sorted({int(hour) for hour in hours} | {int(hour + 0.5) for hour in hours}))
    panels[1].set_xlabel(_("Time of day, h"))
    peak = max(rows, key=lambda row: float(plain(row[1])))
    alt = _("Bars by half hour. The busiest half hour begins at {time}, with {arrivals} arrivals.")
    alt = alt.format(time=peak[0], arrivals=number(float(plain(peak[1])), sheet.lang, 1))
    title = _("The rhythm of an open day, all service points")
    return Exhibit("day_rhythm", title, alt, whisker_note(_), figure, table)


def week_figure(sheet: Sheet) -> Exhibit:
    """Draw the waits of the week by hour and weekday, with their numbers."""
    _ = sheet.translate
    title = _("How long those wait who come in an hour, mean minutes")
    table = week_table(sheet, "wait_by_hour", title)
    cells = _cells(table)
    figure, [axes] = new_figure(1.0 + 0.36 * len(table.rows))
    _heat(axes, cells, Normalize(0, float(np.nanmax(cells))))
    _write(axes, cells, sheet)
    axes.set_xticks(range(len(table.columns) - 1), [column.title for column in table.columns[1:]], color=INK)
    axes.set_yticks(range(len(table.rows)), [str(row[0]) for row in table.rows], color=INK)
    axes.xaxis.tick_top()
    row, column = np.unravel_index(int(np.nanargmax(cells)), cells.shape)
    alt = _("Heat map by hour and weekday. The longest mean wait, {wait} min, is on {day} at {hour}.")
    alt = alt.format(
        wait=number(float(cells[row, column]), sheet.lang, 1),
        day=table.columns[int(column) + 1].title,
        hour=table.rows[int(row)][0],
    )
    return Exhibit("waits_by_hour", title, alt, mean_note(sheet), figure, table)


def season_figure(sheet: Sheet) -> Exhibit:
    """Draw arrivals by hour and weekday, a panel a month."""
    _ = sheet.translate
    hours, days = hours_of(sheet)
    table = season_table(sheet)
    cells = _cells(table).reshape(12, len(days), len(hours)).swapaxes(1, 2)
    scale = Normalize(0, float(np.nanmax(cells)))
    figure, panels = grid_of(1.6 + 0.55 * len(hours), _DOWN, _ACROSS, sharex=True, sharey=True)
    names = sheet.weekdays()
    for axes, month, name in zip(panels, cells, sheet.months(), strict=True):
        _heat(axes, month, scale)
        axes.set_title(name, fontsize=10, loc="left", color=INK, fontweight="bold")
    panels[0].set_xticks(range(len(days)), names[: len(days)])
    panels[0].set_yticks(range(len(hours)), hours)
    for axes in panels[::_ACROSS]:
        axes.set_ylabel(_("Hour"))
    bar = figure.colorbar(ScalarMappable(scale, _HEAT), ax=panels, shrink=0.5, aspect=28, pad=0.02)
    bar.set_label(_("Arrivals in an hour"))
    bar.outline.set_visible(False)
    busiest = [int(at) for at in np.unravel_index(int(np.nanargmax(cells)), cells.shape)]
    alt = _("Twelve heat maps of arrivals by hour and weekday. The busiest hour: {day} at {hour} in {month}.")
    alt = alt.format(
        month=sheet.months()[busiest[0]], hour=hours[busiest[1]], day=sheet.weekdays("wide")[busiest[2]]
    )
    title = _("Arrivals by hour, weekday and month, all service points")
    return Exhibit("arrivals_by_hour", title, alt, mean_note(sheet), figure, table)


def _heat(axes: Axes, cells: NDArray[np.float64], scale: Normalize) -> None:
    """Draw cells as coloured squares with white gaps."""
    axes.pcolormesh(
        np.arange(cells.shape[1] + 1) - 0.5,
        np.arange(cells.shape[0] + 1) - 0.5,
        cells,
        cmap=_HEAT,
        norm=scale,
        edgecolors="white",
        linewidth=1.2,
    )
    axes.set_ylim(cells.shape[0] - 0.5, -0.5)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write(axes: Axes, cells: NDArray[np.float64], sheet: Sheet) -> None:
    """Write each cell's number on it."""
    highest = float(np.nanmax(cells))
    for (row, column), value in np.ndenumerate(cells):
        if not np.isnan(value):
            colour = "white" if value > _DARK * highest else INK
            text = number(float(value), sheet.lang, 1)
            axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)


def _cells(table: Table) -> NDArray[np.float64]:
    """Return the numbers of a table, (rows, columns but the first)."""
    return np.array([[float(plain(value)) for value in row[1:]] for row in table.rows])


def _lively(table: Table) -> list[Row]:
    """Return the half hours from the first to the last in which more than one person comes on most days."""
    rows = list(table.rows)
    at = [index for index, row in enumerate(rows) if float(plain(row[1])) > 1]
    return list(rows[at[0] : at[-1] + 1]) if at else list(rows)
