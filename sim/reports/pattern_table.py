"""The plan's patterns beside the model's, as a table of a report."""

from __future__ import annotations

import math
from pathlib import Path

from sim.experiments.pattern_store import Pattern, kept_patterns, pattern_file
from sim.locale import Language, message, number, percent, signed, translator
from sim.reports.names import Labels
from sim.reports.pattern_names import pattern_title, subject_title, why
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Table

PATTERN_NOTE = message(
    "The model in the plan's own years, networks and readings, whatever this run changes but for its "
    "parameters. Agrees: within what chance and rounding allow; why it cannot is said in the last column."
)
NO_PATTERNS = message(
    "They are not worked out yet: visitsim validate --patterns does it once for all reports."
)


def pattern_table(sheet: Sheet) -> Table | None:
    """Return the patterns under the run's parameters, None where they have not been worked out.

    They are looked for below the folder of all results, two folders above the run's own.
    """
    _ = sheet.translate
    scenario = sheet.run.scenario
    rows = kept_patterns(pattern_file(scenario.region, dict(scenario.parameters), _results(sheet.run.folder)))
    if not rows:
        return None
    titles = (_("Pattern"), _("Of"), _("Year"), _("Plan"), _("Model"), _("Difference"), _("Agrees"), _("Why"))
    columns = tuple(Column(title) for title in titles)
    told = tuple(_told(row, sheet.labels) for row in rows)
    return Table(_("The plan's patterns beside the model's"), columns, told, note=_(PATTERN_NOTE))


def _results(folder: Path) -> Path:
    return folder.parent.parent


def _told(row: Pattern, labels: Labels) -> tuple[str, ...]:
    """Return a pattern's texts."""
    lang = labels.lang
    _ = translator(lang)
    limit = "≥ " if row.at_least else ""
    return (
        pattern_title(row, labels),
        subject_title(row, labels),
        str(row.year),
        limit + written(row.plan, row.unit, lang),
        written(row.model, row.unit, lang),
        written_difference(row, lang),
        _("yes") if row.agrees else _("no"),
        why(row, labels),
    )


def written(value: float, unit: str, lang: Language, decimals: int = 1) -> str:
    """Return a number in its unit: shares in per cent, with so many decimals."""
    return percent(value, lang, decimals) if unit == "share" else number(value, lang)


def written_difference(row: Pattern, lang: Language, decimals: int = 1) -> str:
    """Return model less plan with its sign, shares in percentage points with so many decimals."""
    if row.unit == "share" and not math.isnan(row.difference):
        return f"{signed(100 * row.difference, lang, decimals)} {translator(lang)('pp')}"
    return signed(row.difference, lang)
