"""Prints which assumptions decide the outcomes."""

from __future__ import annotations

import math
import sys

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.sensitivity import OUTCOMES, Sensitivity
from sim.locale import Language, message, number, percent, signed, translator
from sim.reports.names import Labels
from sim.reports.outcome_names import outcome_titles, unit_name

#: Width of the tables where there is no terminal [characters].
_WIDTH = 120
#: Groups shown for each outcome; data hold all of them.
_SHOWN = 12
_NOTE = message(
    "Effect: mean absolute change of the outcome over the whole range of the group, wherever the other "
    "assumptions are. Low, high: change when the whole group is at an end of its ranges, all else "
    "as in the scenario. Share of variance: Sobol indices of the groups kept, with 90 % intervals for the "
    "points drawn, all drawn uniformly from their ranges. All of it is uncertainty, not random variation: "
    "every point meets the same luck."
)


def print_sensitivity(found: Sensitivity, labels: Labels) -> None:
    """Print a table for each outcome, the greatest effect first, on stdout, in the language of the names."""
    titles = outcome_titles(OUTCOMES, labels)
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    for outcome in dict.fromkeys(found.screening["outcome"]):
        console.print(_table(found, outcome, titles[outcome], labels.lang))
    console.print(translator(labels.lang)(_NOTE))


def _table(found: Sensitivity, outcome: str, named: str, lang: Language) -> Table:
    _ = translator(lang)
    screening, tornado, indices = (
        table[table["outcome"] == outcome].set_index("group")
        for table in (found.screening, found.tornado, found.indices)
    )
    base, unit = float(tornado["base"].iloc[0]), screening["unit"].iloc[0]
    places = 0 if abs(base) >= 1_000 else 3
    title = f"{named}: {number(base, lang, places)} {unit_name(unit, lang)}"
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column(_("Assumptions"), no_wrap=True)
    shares_of = (_("Share of variance alone"), _("with interactions"))
    for heading in (_("Effect"), _("Low"), _("High"), *shares_of):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in screening.index[:_SHOWN]:
        ends = (signed(_change(tornado, group, end, base), lang, places) for end in ("low", "high"))
        effect = number(screening.loc[group, "mean_effect"], lang, places)
        shares = (_share(indices, group, which, lang) for which in ("first", "total"))
        table.add_row(str(group), effect, *ends, *shares)
    return table


def _change(tornado: pd.DataFrame, group: str, end: str, base: float) -> float:
    """Return how far a group moves the outcome from its base, nan for a group outside the tornado."""
    if group not in tornado.index:
        return math.nan
    return float(tornado[end].to_dict()[group]) - base


def _share(indices: pd.DataFrame, group: str, which: str, lang: Language) -> str:
    """Return an index with its interval, or nothing for a group that was not kept."""
    if group not in indices.index:
        return ""
    numbers = indices.loc[group, [which, f"{which}_low", f"{which}_high"]].to_numpy(float)
    middle, low, high = (percent(float(value), lang) for value in numbers)
    return f"{middle} ({low} … {high})"
