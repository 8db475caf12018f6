"""Prints the outcomes of an experiment, with what their intervals cover and how precise they became."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.config.experiment import OutcomeSpec
from sim.experiments.precision import Reached
from sim.locale import NO_NUMBER, Language, message, number, percent, translator
from sim.reports.outcome_names import unit_name

_WIDTH = 140
_HEADINGS = {
    "scenario": message("Scenario"),
    "design_point": message("Design point"),
    "outcome": message("Outcome"),
    "unit": message("Unit"),
}
_NUMBERS = ("mean", "half_width", "n")
_OUTCOME = tuple(OutcomeSpec.model_fields)
_LEVELS = ("mean", "half_width", "p10", "p90")
_TOLD = (*_LEVELS, "variance_uncertainty", "variance_random", "share_uncertainty", "draws", "n", "unit")


def print_outcomes(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], lang: Language) -> None:
    """Print rows of `sim.experiments.sweep.outcome_table`, a line each, intervals named.

    `titles` are what the outcomes are called, by their labels.
    """
    _ = translator(lang)
    if not rows:
        _console().print(_("The experiment names no outcomes."))
        return
    keys = [key for key in rows[0] if key not in _NUMBERS]
    headings = [_(_HEADINGS.get(key, key)) for key in keys]
    table = Table(*headings, _("mean"), _("± random variation"), "n", box=None)
    for row in rows:
        said = {**row, "outcome": titles[row["outcome"]], "unit": unit_name(row["unit"], lang)}
        cells = [str(said[key]) for key in keys]
        means = [_shown(row[key], lang) for key in ("mean", "half_width")]
        table.add_row(*cells, *means, str(int(row["n"])))
    _console().print(table)


def print_uncertainty(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], lang: Language) -> None:
    """Print rows of `sim.experiments.uncertainty.uncertainty_table`, both levels named."""
    _ = translator(lang)
    if not rows:
        _console().print(_("The experiment names no outcomes."))
        return
    places = [key for key in rows[0] if key not in (*_OUTCOME, *_TOLD)]
    heads = (_("mean"), _("± random variation"), _("p10 to p90 (uncertainty)"))
    table = Table(
        *(_(_HEADINGS.get(key, key)) for key in places),
        _("Outcome"),
        _("Unit"),
        *heads,
        _("variance from assumptions"),
        box=None,
    )
    for row in rows:
        mean, half_width, low, high = (_shown(row[key], lang) for key in _LEVELS)
        outcome = OutcomeSpec.model_validate({key: row[key] for key in _OUTCOME})
        share = row["share_uncertainty"]
        told = NO_NUMBER if share is None else percent(share, lang)
        cells = [str(row[key]) for key in places]
        table.add_row(
            *cells,
            titles[outcome.label()],
            unit_name(row["unit"], lang),
            mean,
            half_width,
            f"{low} … {high}",
            told,
        )
    _console().print(table)
    note = _(
        "± covers the luck of {n} replications, given the {draws} draws; p10 to p90 covers the assumptions. "
        "The last column is the share of a single year's variance that comes from the assumptions."
    )
    _console().print(note.format(n=rows[0]["n"], draws=rows[0]["draws"]))


def print_precision(found: Sequence[Reached], titles: Mapping[str, str], lang: Language) -> None:
    """Print after how many replications each design point was as precise as asked, a line each."""
    _ = translator(lang)
    console = _console()
    for row in found:
        text = (
            _("{place}: {outcome} known to ± {half_width} after {n} replications (asked: {target})")
            if row.precise
            else _("{place}: {outcome} known to ± {half_width} only, {n} replications (asked: {target})")
        )
        numbers = {key: _shown(getattr(row, key), lang) for key in ("half_width", "target")}
        place = f"{row.scenario} {row.design_point}"
        n = number(row.replications, lang)
        console.print(text.format(place=place, outcome=titles[row.outcome], **numbers, n=n), soft_wrap=True)


def _console() -> Console:
    return Console(file=sys.stdout, width=max(_WIDTH, Console().width), highlight=False)


def _shown(value: float | None, lang: Language) -> str:
    """Return a number with three decimals where it is small."""
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    return number(value, lang, 0 if abs(value) >= 1_000 else 3)
