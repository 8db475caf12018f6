"""Prints the table of the plan's patterns beside the model's."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.pattern_store import Pattern
from sim.locale import translator
from sim.reports.names import Labels
from sim.reports.pattern_names import pattern_title, subject_title, why
from sim.reports.pattern_table import written, written_difference

#: Width of the table where there is no terminal [characters].
_WIDTH = 140
_DECIMALS = 2


def print_patterns(rows: Sequence[Pattern], labels: Labels) -> None:
    """Print the table of patterns and how many of them agree, on stdout, in the language of the names."""
    _ = translator(labels.lang)
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    title = _("The plan's patterns beside the model's")
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in (_("Pattern"), _("Of"), _("Year")):
        table.add_column(heading)
    for heading in (_("Plan"), _("Model"), _("Difference"), _("Allowed")):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(_("Agrees"))
    table.add_column(_("Why"), ratio=1)
    for row in rows:
        table.add_row(*_cells(row, labels), style=None if row.agrees else "bold red")
    console.print(table)
    text = _("{n} of {all} patterns agree within what is allowed.")
    console.print(text.format(n=sum(row.agrees for row in rows), all=len(rows)))


def _cells(row: Pattern, labels: Labels) -> tuple[str, ...]:
    """Return a row's texts."""
    lang = labels.lang
    _ = translator(lang)
    return (
        pattern_title(row, labels),
        subject_title(row, labels),
        str(row.year),
        ("≥ " if row.at_least else "") + written(row.plan, row.unit, lang, _DECIMALS),
        written(row.model, row.unit, lang, _DECIMALS),
        written_difference(row, lang, _DECIMALS),
        "" if row.at_least else "± " + written(row.tolerance, row.unit, lang, _DECIMALS),
        _("yes") if row.agrees else _("no"),
        why(row, labels),
    )
