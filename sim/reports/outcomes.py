"""Prints the outcomes of an experiment."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.locale import Language, number, translator

_WIDTH = 100
_NUMBERS = ("mean", "half_width", "n")


def print_outcomes(rows: Sequence[Mapping[str, Any]], lang: Language = "en") -> None:
    """Print rows of `sim.experiments.sweep.outcome_table`, a line each, intervals named."""
    _ = translator(lang)
    console = Console(file=sys.stdout, width=max(_WIDTH, Console().width), highlight=False)
    if not rows:
        console.print(_("The experiment names no outcomes."))
        return
    keys = [key for key in rows[0] if key not in _NUMBERS]
    table = Table(*keys, _("mean"), _("± random variation"), "n", box=None)
    for row in rows:
        cells = [str(row[key]) for key in keys]
        means = [_shown(row[key], lang) for key in ("mean", "half_width")]
        table.add_row(*cells, *means, str(int(row["n"])))
    console.print(table)


def _shown(value: float | None, lang: Language) -> str:
    """Return a number with three decimals where it is small."""
    if value is None:
        return "–"
    return number(value, lang, 0 if abs(value) >= 1_000 else 3)
