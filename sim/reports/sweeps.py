"""Prints what a sweep would take and how far it has come."""

from __future__ import annotations

import math
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.forecast import Preview, Status
from sim.locale import number

_MINUTE = 60


def print_preview(found: Preview) -> None:
    """Print what a sweep would do and take, one fact a line, on stdout."""
    lines = [
        f"{number(found.runs, 'en')} runs: {found.scenarios} scenarios, {found.points} design points in all",
        f"{number(found.stored, 'en')} stored, {number(found.missing, 'en')} to run",
    ]
    if found.failed:
        lines.append(f"{number(found.failed, 'en')} of them failed when they were run last")
    if found.at_most > found.runs:
        lines.append(f"more until the outcome is precise, {number(found.at_most, 'en')} runs at most")
    basis = "as runs stored here took" if found.measured else "guessed: nothing has been run here yet"
    lines.append(f"about {duration(found.seconds)} on {found.workers} workers, {basis}")
    lines.append(f"about {number(found.megabytes, 'en', 1)} MB more on disk")
    print("\n".join(lines))


def print_status(found: Status) -> None:
    """Print how far each scenario of a sweep has come, on stdout."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("Scenario")
    for heading in ("Runs", "Done", "Failed", "Missing"):
        table.add_column(heading, justify="right")
    for row in found.scenarios:
        table.add_row(row.scenario, *(number(n, "en") for n in (row.runs, row.done, row.failed, row.missing)))
    console = Console(file=sys.stdout, highlight=False)
    console.print(table)
    pace = ""
    if math.isfinite(found.minutes_left) and found.minutes_left > 0:
        pace = f", {number(found.runs_per_minute, 'en')} runs a minute, about "
        pace += f"{duration(_MINUTE * found.minutes_left)} left"
    console.print(f"{found.state}{pace}", soft_wrap=True)
    console.print(str(found.folder), soft_wrap=True)


def duration(seconds: float) -> str:
    """Return a time as a planner says it.

    >>> duration(42), duration(150), duration(7_500)
    ('42 s', '2.5 min', '2.1 h')
    """
    if seconds < 2 * _MINUTE:
        return f"{number(seconds, 'en')} s"
    if seconds < 2 * _MINUTE**2:
        return f"{number(seconds / _MINUTE, 'en', 1)} min"
    return f"{number(seconds / _MINUTE**2, 'en', 1)} h"
