"""Prints the summary of a run as tables that read the same on a screen and in a pipe."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.locale import NO_NUMBER, Language, number, percent, percent_sign, signed, translator
from sim.reports.balance import balance_note
from sim.reports.names import short_name
from sim.reports.point_rows import only_self_service, shown_rows
from sim.reports.run import PlanRow, PointRow, RunSummary
from sim.reports.tables import Table as Tabled
from sim.reports.verdict import (
    BELOW_FLOOR,
    PLAN_NOTE,
    READINGS,
    SMALL_NOTE,
    UPDATED_NOTE,
    WAIT_NOTE,
    Translate,
    floor_note,
    headline,
    interval_note,
    verdict,
    with_half_width,
)

#: Narrowest page that the tables are laid out for [characters].
NARROWEST = 100
_WIDEST = 120
_APART = "‡"
#: Headers of columns of numbers are broken at this width [characters].
_NARROW = 9


def print_summary(summary: RunSummary, lang: Language | None = None) -> None:
    """Print a run's summary on stdout: the verdict, both tables, and where the files are.

    Parameters
    ----------
    summary
        What `sim.reports.run.summarise` returned.
    lang
        Language of the texts, None for that of the summary's names.
    """
    lang = lang or summary.lang
    _ = translator(lang)
    console = _console()
    _say(console, headline(summary, lang, _), "bold")
    _say(console, verdict(summary, lang, _))
    _say(console, _(READINGS[summary.reading]))
    console.print()
    console.print(_plan_table(summary, lang, _))
    for line, style in (*_plan_notes(summary, _), (balance_note(summary, lang, _), "dim")):
        _say(console, line, style)
    console.print()
    console.print(_point_table(summary, lang, _))
    for line in _wait_notes(summary, lang, _):
        _say(console, line, "dim")
    console.print()
    _say(console, _("Files"), "bold")
    # Paths are printed whole: a broken line could not be copied.
    console.print(Text(str(summary.folder)), soft_wrap=True)
    console.print(Text("  " + "  ".join(summary.files)), soft_wrap=True)


def print_table(table: Tabled, lang: Language, heading: Sequence[str], folder: Path) -> None:
    """Print a table on stdout, under its heading and above its note and the folder of its files."""
    console = _console()
    _say(console, heading[0], "bold")
    for line in heading[1:]:
        _say(console, line)
    console.print()
    shown = _table(table.title)
    widest = max(len(row[0]) for row in table.texts(lang))
    shown.add_column(table.columns[0].title, no_wrap=True, min_width=widest)
    _add_numbers(shown, *(column.title for column in table.columns[1:]))
    for row in table.texts(lang):
        shown.add_row(*row)
    console.print(shown)
    _say(console, table.note, "dim")
    console.print(Text(str(folder)), soft_wrap=True)


def _console() -> Console:
    """Return the page: as wide as the terminal within limits, without colours in a pipe."""
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        return Console(file=sys.stdout, highlight=False, width=NARROWEST)
    console.width = min(max(console.width, NARROWEST), _WIDEST)
    return console


def _say(console: Console, text: str, style: str = "") -> None:
    """Print a paragraph; unlike rich's own wrapping this one keeps non-breaking spaces together."""
    console.print(Text(fill(text, console.width), style=style))


def _plan_table(summary: RunSummary, lang: Language, _: Translate) -> Table:
    """Return the table of authorities against the plan, with both totals."""
    table = _table(_("Visits by authority"))
    planned = _("Counted {year}") if summary.reading == "history" else _("Plan {year}")
    table.add_column(_("Authority"), ratio=1)
    _add_numbers(
        table,
        planned.format(year=summary.year),
        _("Simulated"),
        _("± random variation"),
        _("Difference"),
        _("Legal floor"),
        _("Unexplained change in need"),
        *([_("Updated {year}").format(year=summary.year)] if summary.updated else []),
    )

    def cells(row: PlanRow) -> tuple[str, ...]:
        beside = (with_half_width(row.updated, lang),) if summary.updated else ()
        return (*_plan_cells(row, lang), *beside)

    for row in summary.authorities:
        table.add_row(short_name(row.name), *cells(row))
    table.add_section()
    table.add_row(_("All authorities"), *cells(summary.total), style="bold")
    table.add_row(_("Authorities of the joint points"), *cells(summary.joint), style="bold")
    return table


def _plan_cells(row: PlanRow, lang: Language) -> tuple[str, ...]:
    """Return a row's numbers as texts."""
    change = row.need_growth - 1
    return (
        number(row.plan, lang) + (BELOW_FLOOR if row.below_floor else ""),
        number(row.simulated.mean, lang),
        number(row.simulated.half_width, lang),
        signed(row.difference, lang),
        number(row.legal_floor, lang),
        NO_NUMBER if math.isnan(change) else signed(100 * change, lang) + percent_sign(lang),
    )


def _plan_notes(summary: RunSummary, _: Translate) -> list[tuple[str, str]]:
    """Return which plans lie below the legal floor and what the last columns mean, with their styles."""
    notes = []
    if summary.below_floor:
        notes.append((floor_note(summary, _), "yellow"))
    if summary.reading == "plan":
        notes.append((_(PLAN_NOTE), "dim"))
    if summary.updated:
        text = _(UPDATED_NOTE).format(year=summary.year, scenario=summary.updated)
        notes.append((text, "dim"))
    return notes


def _point_table(summary: RunSummary, lang: Language, _: Translate) -> Table:
    """Return the table of waits by point and authority."""
    table = _table(_("Waits by service point and authority"))
    table.add_column(_("Service point and authority"), ratio=1)
    _add_numbers(
        table,
        _("Visits"),
        _("Mean wait, min"),
        _("p90, min"),
        _("Within 15 min"),
        _("Gave up"),
        _("Utilisation"),
    )
    named = shown_rows(summary.points, summary.small_cell)
    for _point, rows in groupby(named, key=lambda shown: shown[1].point):
        (title, whole), *parts = rows
        if parts:
            table.add_section()
        table.add_row(title, *_point_cells(whole, lang), style="bold")
        for name, row in parts:
            table.add_row(f"  {name}", *_point_cells(row, lang))
        if parts:
            table.add_section()
    return table


def _point_cells(row: PointRow, lang: Language) -> tuple[str, ...]:
    """Return a row's numbers as texts."""
    visits = number(row.visits.mean, lang)
    if only_self_service(row):
        visits = number(row.self_service.mean, lang) + _APART
    return (
        visits,
        with_half_width(row.wait_mean, lang, 1),
        with_half_width(row.wait_p90, lang, 1),
        percent(row.within_15.mean, lang),
        percent(row.gave_up.mean, lang, 1),
        percent(row.utilisation.mean, lang),
    )


def _wait_notes(summary: RunSummary, lang: Language, _: Translate) -> list[str]:
    """Return what a reader of the tables must know."""
    notes = [_(WAIT_NOTE), _(SMALL_NOTE).format(n=number(summary.small_cell, lang))]
    if any(only_self_service(row) for row in summary.points):
        notes.append(_("{flag} Self-service with help, not among the visits.").format(flag=_APART))
    if summary.replications > 1:
        notes.append(interval_note(summary, lang, _))
    return notes


def _table(caption: str) -> Table:
    """Return an empty table that fills the page."""
    return Table(
        title=caption,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def _add_numbers(table: Table, *headers: str) -> None:
    """Add columns of numbers as narrow as their headers' longest words allow, so that names have room."""
    for header in headers:
        longest = max(len(word) for word in header.split())
        lines = [fill(line, max(longest, _NARROW)) for line in header.splitlines()]
        table.add_column("\n".join(lines), justify="right", no_wrap=True)
