"""Prints differences between scenarios."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.experiments.comparison import Difference
from sim.locale import NO_NUMBER, Language, number, signed, translator
from sim.reports.outcome_names import unit_name

#: Width of the table where there is no terminal [characters].
_WIDTH = 140
_STYLES = {"better": "green", "worse": "red"}
#: Numbers below these limits are written with so many decimals.
_DECIMALS = ((1.0, 3), (100.0, 2), (1_000.0, 1), (math.inf, 0))


def print_comparison(
    rows: Sequence[Difference], reference: str, titles: Mapping[str, str], lang: Language
) -> None:
    """Print a table for each scenario: reference, scenario, difference with its interval, and the verdict.

    `titles` are what the outcomes are called, by their labels.
    """
    _ = translator(lang)
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    for scenario, group in groupby(rows, key=lambda row: row.scenario):
        found = [replace(row, outcome=titles[row.outcome], unit=unit_name(row.unit, lang)) for row in group]
        title = _("{scenario} against {reference}, {n} replications").format(
            scenario=scenario, reference=reference, n=found[0].n
        )
        console.print(_table(found, title, lang))
    console.print(
        _(
            "Difference: scenario less reference, with the half width of its 95 % interval, which covers "
            "random variation; runs are paired, as the same people meet the same luck in each scenario. "
            "Better and worse: p below 0.05 after Holm's correction for all rows, and a difference that "
            "matters in practice."
        )
    )


def _table(rows: Sequence[Difference], title: str, lang: Language) -> Table:
    _ = translator(lang)
    uncertain = any(math.isfinite(row.low) for row in rows)
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in (_("Outcome"), _("Unit")):
        table.add_column(heading, overflow="fold")
    range_heading = [_("p10 to p90 (uncertainty)")] if uncertain else []
    for heading in (_("Reference"), _("Scenario"), _("Difference"), *range_heading, "p", _("Matters from")):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(_("Verdict"), no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, uncertain, lang), style=_STYLES.get(row.verdict))
    return table


def _cells(row: Difference, uncertain: bool, lang: Language) -> list[str]:
    places = _places(max(abs(row.reference), abs(row.mean)))
    spread = [f"{signed(row.low, lang, places)} … {signed(row.high, lang, places)}"] if uncertain else []
    return [
        row.outcome,
        row.unit,
        number(row.reference, lang, places),
        number(row.mean, lang, places),
        f"{signed(row.difference, lang, places)} ± {number(row.half_width, lang, places)}",
        *spread,
        NO_NUMBER if math.isnan(row.p_value) else number(row.p_value, lang, 3),
        number(row.threshold, lang, places),
        translator(lang)(row.verdict),
    ]


def _places(value: float) -> int:
    return next(places for limit, places in _DECIMALS if value < limit or limit == math.inf)
