"""Prints the answer of a projection."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.locale import Language, number, percent, signed, translator

_WIDTH = 100


def print_projection(answer: Mapping[str, Any], lang: Language = "en") -> None:
    """Print the answer of `sim.experiments.projection.project`: visits, drivers, and what it would take."""
    _ = translator(lang)
    console = Console(file=sys.stdout, width=max(_WIDTH, Console().width), highlight=False)
    heads = (_("Authority"), _("Base year"), _("Plan"), "p10", "p50", "p90", _("Legal floor"), _("P(≤ plan)"))
    table = Table(*heads, box=None)
    keys = ("base_year", "plan", "p10", "p50", "p90", "legal_floor")
    for row in answer["rows"]:
        name = {"joint": _("Joint points' authorities"), "all": _("All authorities")}.get(row["authority"])
        chance = row["probability"]
        value, low, high = (percent(chance[key], lang) for key in ("value", "low", "high"))
        table.add_row(
            name or row["authority"], *(number(row[key], lang) for key in keys), f"{value} ({low}–{high})"
        )
    console.print(table)
    console.print(_("p10–p90: uncertainty of the assumptions. P: share of the draws, with its 95% interval."))
    console.print()
    drivers = Table(_("Driver"), _("Share in the change of visits"), box=None)
    for name, share in answer["drivers"].items():
        drivers.add_row(name, signed(share, lang))
    drivers.add_row(_("All together"), signed(answer["change"], lang))
    console.print(drivers)
    console.print()
    levers = Table(_("Driver"), _("Unit"), _("Base"), _("Needed for the plan's number"), box=None)
    for row in answer["levers"]:
        needed = _("no value suffices") if row["value"] is None else number(row["value"], lang, 3)
        levers.add_row(row["driver"], row["unit"], number(row["base"], lang, 3), needed)
    console.print(levers)
