"""Figures of how people are served: waits, the service level with its target, and utilisation."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from sim.locale import percent
from sim.reports.exhibits import Exhibit, whisker_note
from sim.reports.results import Estimate
from sim.reports.service import WAIT_LABELS, named_rows, point_table, service_table, wait_table
from sim.reports.sheet import Sheet
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    SHADES,
    legend_above,
    new_figure,
    percents,
    quiet,
    whiskers,
)
from sim.reports.tables import Table, plain

#: Width of a bold letter of a row's name [points].
_CHARACTER = 5.7


def waits_figure(sheet: Sheet) -> Exhibit:
    """Draw the wait classes of all who arrived at each point, busiest point first."""
    _ = sheet.translate
    table = wait_table(sheet)
    figure, [axes] = new_figure(1.2 + 0.46 * max(len(table.rows), 2))
    rows = range(len(table.rows))
    left = np.zeros(len(table.rows))
    for index, (label, colour) in enumerate(zip(WAIT_LABELS.values(), (*SHADES, ORANGE), strict=True)):
        parts = np.array([float(plain(row[index + 1])) for row in table.rows])
        axes.barh(rows, parts, left=left, color=colour, height=0.68, edgecolor="white", label=_(label))
        left += parts
    keys = {sheet.labels.point(point): point for point in sheet.values.points("within")}
    shares = [sheet.values.get("within", "15_min", keys[str(row[0])]) for row in table.rows]
    whiskers(axes, list(rows), shares, across=True)
    for row, share in enumerate(shares):
        text = _("{share} within 15 min").format(share=percent(share.mean, sheet.lang))
        axes.text(1.01, row, text, va="center", fontsize=9, transform=axes.get_yaxis_transform())
    axes.set_yticks(rows, [str(row[0]) for row in table.rows], color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(percents(sheet.lang))
    axes.set_xlabel(_("Share of all who arrived"))
    quiet(axes, grid="x")
    legend_above(figure, axes, columns=4)
    alt = _("Bars of the shares of those who arrived by class of their wait. {listed}.").format(
        listed="; ".join(
            f"{row[0]}: {_('{share} within 15 min').format(share=percent(share.mean, sheet.lang))}"
            for row, share in zip(table.rows, shares, strict=True)
        )
    )
    note = _("Whiskers: random variation (95% confidence interval), share within 15 min. Simulated persons.")
    title = _("How long people wait, by service point")
    return Exhibit("waits_by_point", title, alt, note, figure, table)


def service_level_figure(sheet: Sheet) -> Exhibit:
    """Draw the share served within the target at each point and authority, with the target as a line."""
    _ = sheet.translate
    table = service_table(sheet)
    target = sheet.target_share
    met = [_above(row[1], target) for row in table.rows]
    colours = [BLUE if good else ORANGE for good in met]
    figure = _dots(sheet, table, 1, colours, target, _("Within the target"))
    missed = [str(row[0]).strip() for row, good in zip(table.rows, met, strict=True) if not good]
    alt = _("Points with intervals and the target as a line. Below the target: {names}.")
    alt = alt.format(names=", ".join(missed) or _("none"))
    title = _("Service level: {share} within {wait:.0f} minutes is the target").format(
        share=percent(target, sheet.lang), wait=sheet.target_wait
    )
    return Exhibit("service_level", title, alt, whisker_note(_), figure, table)


def utilisation_figure(sheet: Sheet) -> Exhibit:
    """Draw how much of their time on duty officials spend with customers."""
    _ = sheet.translate
    table = point_table(sheet)
    on_call = [_on_call(sheet, row.point, row.authority) for _name, row in named_rows(sheet)]
    colours = [MUTED if called else GREEN for called in on_call]
    figure = _dots(sheet, table, 6, colours, math.nan, _("Utilisation"))
    shown = [float(plain(row[6])) for row in table.rows]
    alt = _("Points with intervals: utilisation lies between {low} and {high}.").format(
        low=percent(np.nanmin(shown), sheet.lang), high=percent(np.nanmax(shown), sheet.lang)
    )
    note = _("Grey: officials on call, who come only when somebody waits.") + " " + whisker_note(_)
    return Exhibit("utilisation", _("How busy the officials are"), alt, note, figure, table)


def _dots(sheet: Sheet, table: Table, column: int, colours: list[str], target: float, label: str) -> Figure:
    """Draw one column of shares as points with whiskers, rows of whole points bold."""
    figure, [axes] = new_figure(0.7 + 0.25 * len(table.rows))
    places = list(range(len(table.rows)))
    found = [value if isinstance(value := row[column], Estimate) else Estimate() for row in table.rows]
    whiskers(axes, places, found, across=True, most=1)
    axes.scatter([value.mean for value in found], places, s=34, c=colours, zorder=3)
    if not math.isnan(target):
        axes.axvline(target, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    names = [f"    {row[0]}" if index in table.parts else str(row[0]) for index, row in enumerate(table.rows)]
    axes.set_yticks(places, names, color=INK, ha="left")
    for index, text in enumerate(axes.get_yticklabels()):
        text.set_fontweight("normal" if index in table.parts else "bold")
        text.set_fontsize(9)
    # Names stand left-aligned in a column as wide as the longest of them.
    axes.tick_params(axis="y", pad=_CHARACTER * max(len(name) for name in names))
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.xaxis.set_major_formatter(percents(sheet.lang))
    axes.set_xlabel(label)
    quiet(axes, grid="x")
    return figure


def _above(value: object, target: float) -> bool:
    """Return whether an estimate reaches the target; nobody's share does."""
    return not isinstance(value, Estimate) or math.isnan(value.mean) or value.mean >= target


def _on_call(sheet: Sheet, point: str, authority: str) -> bool:
    """Return whether more of the officials' hours are on call than rostered."""
    called = sheet.values.get("on_call_hours", "sum", point, authority).mean
    return called > sheet.values.get("rostered_hours", "sum", point, authority).mean
