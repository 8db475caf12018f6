"""Prints the table of the plan's patterns beside the model's."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.patterns import Pattern
from sim.locale import number, percent, signed

#: Width of the table where there is no terminal [characters].
_WIDTH = 140


def print_patterns(rows: Sequence[Pattern]) -> None:
    """Print the table of patterns and how many of them agree, on stdout."""
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    table = Table(title="The plan's patterns", box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in ("Pattern", "Of", "Year"):
        table.add_column(heading)
    for heading in ("Plan", "Model", "Difference", "Allowed"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("Why", ratio=1)
    for row in rows:
        table.add_row(*_cells(row), style=None if row.agrees else "bold red")
    console.print(table)
    agree = sum(row.agrees for row in rows)
    console.print(f"{agree} of {len(rows)} patterns agree within what is allowed.")


def _cells(row: Pattern) -> tuple[str, ...]:
    """Return a row's texts."""
    return (
        row.pattern.replace("_", " "),
        row.subject,
        str(row.year),
        ("≥ " if row.at_least else "") + _value(row.plan, row.unit),
        _value(row.model, row.unit),
        _difference(row),
        "" if row.at_least else "± " + _value(row.tolerance, row.unit),
        "yes" if row.agrees else "no",
        row.reason,
    )


def _value(value: float, unit: str) -> str:
    """Return a number in its unit: shares in per cent."""
    return percent(value, "en", 2) if unit == "share" else number(value, "en")


def _difference(row: Pattern) -> str:
    """Return model less plan with its sign, shares in percentage points."""
    return (
        f"{signed(100 * row.difference, 'en', 2)} pp" if row.unit == "share" else signed(row.difference, "en")
    )
