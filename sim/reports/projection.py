"""Prints the answer of a projection and writes it as tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.locale import Language, message, number, percent, signed, translator

type Answer = Mapping[str, Any]

_WIDTH = 150
#: Rows that are sums over authorities.
SUMS = {"joint": message("Joint points' authorities"), "all": message("All authorities")}
#: What the drivers are called.
DRIVERS = {
    "population": message("Population"),
    "ageing": message("Ageing"),
    "foreign": message("Foreign-language speakers"),
    "adoption": message("Digital adoption"),
    "coverage": message("Coverage of e-services"),
    "duty": message("In-person duties"),
    "need": message("Need per person"),
    "cottages": message("Cottage dwellers"),
    "season": message("Season"),
    "network": message("Network"),
}
#: What the value of a driver means where it is set.
MEANINGS = {
    "population": message("residents"),
    "ageing": message("share of residents aged 65 or over"),
    "foreign": message("share of foreign-language speakers"),
    "adoption": message("share of residents able to use e-services"),
    "coverage": message("share of needs that e-services cover"),
    "duty": message("change of in-person duties"),
    "need": message("factor on needs per person"),
    "cottages": message("days a year that a cottage is in use"),
    "season": message("needs on the day after a holiday, as a factor"),
}


def print_projection(answer: Answer, lang: Language = "en") -> None:
    """Print the answer of `sim.experiments.projection.project`: visits, drivers, and what it would take."""
    _ = translator(lang)
    console = Console(file=sys.stdout, width=max(_WIDTH, Console().width), highlight=False)
    console.print(_visits(answer, lang))
    console.print(_("p10–p90: uncertainty of the assumptions. P: share of the draws, with its 95% interval."))
    for table in (_needed(answer, lang), _drivers(answer, lang), _levers(answer, lang), _pairs(answer, lang)):
        console.print()
        console.print(table)


def row_name(authority: str, lang: Language) -> str:
    """Return what a row of the answer is called."""
    return translator(lang)(SUMS[authority]) if authority in SUMS else authority


def value_text(value: float | None, unit: str, lang: Language) -> str:
    r"""Return the value of a driver in words.

    >>> value_text(0.76, "factor", "en"), value_text(None, "share", "en")
    ('× 0.76', 'no value suffices')
    """
    _ = translator(lang)
    if value is None:
        return _("no value suffices")
    if unit == "factor":
        return f"× {number(value, lang, 2)}"
    if unit in ("share", "relative_change"):
        sign = "+" if unit == "relative_change" and value > 0 else ""
        return sign + percent(value, lang, 1)
    return number(value, lang)


def chance_text(chance: Mapping[str, float], lang: Language) -> str:
    """Return a probability with its own interval; an upper bound when no draw reaches the number."""
    value, low, high = (percent(chance[key], lang, 1) for key in ("value", "low", "high"))
    return f"< {high}" if chance["value"] == 0 else f"{value} ({low}–{high})"


def must_text(row: Answer, lang: Language) -> str:
    """Return what must be true for the plan's number in one row, other things as assumed."""
    _ = translator(lang)
    if not row["must"]:
        return _("true at base assumptions")
    told = [
        f"{_(DRIVERS[found['driver']])} {value_text(found['value'], found['unit'], lang)}"
        for found in row["must"]
        if found["value"] is not None
    ]
    text = f" {_('or')} ".join(told)
    return f"{_('below the legal floor')}; {text}" if row["plan"] < row["legal_floor"] else text


def _visits(answer: Answer, lang: Language) -> Table:
    _ = translator(lang)
    heads = [_("Authority"), str(answer["base_year"]), _("Plan"), "p10", "p50", "p90"]
    keys = ["base_year", "plan", "p10", "p50", "p90"]
    if answer["beside"]:
        heads += [f"{answer['beside']} p10", "p50", "p90"]
        keys += ["beside_p10", "beside_p50", "beside_p90"]
    tail = (_("P(≤ plan)"), _("P without need and duty"))
    table = Table(*heads, _("Legal floor"), *tail, box=None)
    for row in answer["rows"]:
        chances = (chance_text(row[key], lang) for key in ("probability", "probability_without"))
        numbers = (number(row[key], lang) for key in (*keys, "legal_floor"))
        table.add_row(row_name(row["authority"], lang), *numbers, *chances)
    return table


def _needed(answer: Answer, lang: Language) -> Table:
    _ = translator(lang)
    table = Table(_("Authority"), _("What must be true for the plan's number"), box=None)
    for row in answer["rows"]:
        table.add_row(row_name(row["authority"], lang), must_text(row, lang))
    return table


def _drivers(answer: Answer, lang: Language) -> Table:
    _ = translator(lang)
    table = Table(_("Share in the change of visits"), _("at base"), _("at the median draw"), box=None)
    rows = [row for row in answer["drivers"] if row["authority"] == "all"]
    for row in rows:
        table.add_row(
            _(DRIVERS[row["driver"]]), *(signed(row[key], lang) for key in ("at_base", "at_median_draw"))
        )
    sums = (sum(row[key] for row in rows) for key in ("at_base", "at_median_draw"))
    table.add_row(_("All together"), *(signed(total, lang) for total in sums))
    return table


def _levers(answer: Answer, lang: Language) -> Table:
    _ = translator(lang)
    heads = (_("Driver"), _("Meaning"), _("Base"), _("Needed for the plan's number"), _("nearest visits"))
    table = Table(*heads, box=None)
    for row in answer["levers"]:
        base, needed = (value_text(row[key], row["unit"], lang) for key in ("base", "value"))
        name = row["driver"]
        nearest = number(row["nearest_visits"], lang)
        table.add_row(_(DRIVERS[name]), _(MEANINGS[name]), base, needed, nearest)
    return table


def _pairs(answer: Answer, lang: Language) -> Table:
    _ = translator(lang)
    units = {row["driver"]: row["unit"] for row in answer["levers"]}
    table = Table(_("If"), _("is"), _("the plan needs"), _("at"), box=None)
    for row in answer["pairs"]:
        first, second = row["first"], row["second"]
        table.add_row(
            _(DRIVERS[first]),
            value_text(row["first_value"], units[first], lang),
            _(DRIVERS[second]),
            value_text(row["second_value"], units[second], lang),
        )
    return table


def write_projection(answer: Answer, folder: Path, lang: Language = "en") -> list[Path]:
    """Write the answer as data (``answer.json``), as tables and as a picture; return the paths."""
    from sim.reports.figures_projection import draw_waterfall

    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "answer.json"
    data.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    paths = [data]
    for name, rows in projection_tables(answer, lang).items():
        paths.append(folder / f"{name}.csv")
        pd.DataFrame(rows).to_csv(paths[-1], index=False, float_format="%.6g", lineterminator="\n")
    return [*paths, *draw_waterfall(answer, folder, lang)]


def projection_tables(answer: Answer, lang: Language) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of an answer by name (visits, drivers, levers, pairs), nested values spread out."""
    rows = [
        {
            **{key: value for key, value in row.items() if not isinstance(value, (dict, list))},
            **{
                f"{name}_{part}": value
                for name in ("probability", "probability_without")
                for part, value in row[name].items()
            },
            "what_must_be_true": must_text(row, lang),
        }
        for row in answer["rows"]
    ]
    return {
        "visits": rows,
        "drivers": answer["drivers"],
        "levers": answer["levers"],
        "pairs": answer["pairs"],
    }
