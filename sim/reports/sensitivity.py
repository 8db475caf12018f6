"""Prints which assumptions decide the outcomes."""

from __future__ import annotations

import math
import sys

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.sensitivity import Sensitivity
from sim.locale import number, percent, signed

#: Width of the tables where there is no terminal [characters].
_WIDTH = 120
#: Groups shown for each outcome; data hold all of them.
_SHOWN = 12
_NOTE = (
    "Effect: mean absolute change of the outcome over the whole range of the group, wherever the other "
    "assumptions are. Low, high: change when the whole group is at an end of its ranges, all else "
    "as in the scenario. Share of variance: Sobol indices of the groups kept, with 90 % intervals for the "
    "points drawn, all drawn uniformly from their ranges. All of it is uncertainty, not random variation: "
    "every point meets the same luck."
)


def print_sensitivity(found: Sensitivity) -> None:
    """Print a table for each outcome, the greatest effect first, on stdout."""
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    for outcome in dict.fromkeys(found.screening["outcome"]):
        console.print(_table(found, outcome))
    console.print(_NOTE)


def _table(found: Sensitivity, outcome: str) -> Table:
    screening, tornado, indices = (
        table[table["outcome"] == outcome].set_index("group")
        for table in (found.screening, found.tornado, found.indices)
    )
    base, unit = float(tornado["base"].iloc[0]), screening["unit"].iloc[0]
    places = 0 if abs(base) >= 1_000 else 3
    title = f"{outcome}: {number(base, 'en', places)} {unit}"
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("Assumptions", no_wrap=True)
    for heading in ("Effect", "Low", "High", "Share of variance alone", "with interactions"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in screening.index[:_SHOWN]:
        ends = (signed(_change(tornado, group, end, base), "en", places) for end in ("low", "high"))
        effect = number(screening.loc[group, "mean_effect"], "en", places)
        shares = (_share(indices, group, which) for which in ("first", "total"))
        table.add_row(str(group), effect, *ends, *shares)
    return table


def _change(tornado: pd.DataFrame, group: str, end: str, base: float) -> float:
    """Return how far a group moves the outcome from its base, nan for a group outside the tornado."""
    if group not in tornado.index:
        return math.nan
    return float(tornado[end].to_dict()[group]) - base


def _share(indices: pd.DataFrame, group: str, which: str) -> str:
    """Return an index with its interval, or nothing for a group that was not kept."""
    if group not in indices.index:
        return ""
    numbers = indices.loc[group, [which, f"{which}_low", f"{which}_high"]].to_numpy(float)
    middle, low, high = (percent(float(value), "en") for value in numbers)
    return f"{middle} ({low} … {high})"
