"""A sweep or a comparison as a workbook: differences, outcomes, all design points, and the points to edit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sim.config.experiment import parameter_of, value_at
from sim.config.experiment_table import SHEET
from sim.experiments.store import RunResult
from sim.locale import Language
from sim.reports.basis import assumption_table, limits, provenance
from sim.reports.book import Book
from sim.reports.html.study import verdicts
from sim.reports.study import Study
from sim.reports.study_tables import (
    change_table,
    difference_tables,
    factor_table,
    level_table,
    point_table,
    service_by_side,
    spread_table,
)
from sim.reports.tables import Table
from sim.reports.workbook import write_workbook

_POINT = "design_point"


def export(result: RunResult, path: Path, lang: Language | None = None) -> Path:
    """Write stored results as a workbook and return its path.

    Parameters
    ----------
    result
        A run, a sweep or a comparison; only its tables are read.
    path
        Workbook to write, replaced if it exists.
    lang
        Language, None for the region's.

    Raises
    ------
    InputError
        If a table is missing, the region can no longer be read, or the workbook can't be written.
    """
    if not result.manifest.get("scenarios"):
        return write_workbook(result, path, lang)
    study = Study.of(result, lang)
    book, _ = Book(path), study.reference.translate
    book.text(_("About the workbook"), list(_about(study)))
    for name, table in _tables(study):
        book.table(name, table)
    if _has_design(study):
        book.editable(SHEET, design_rows(study))
    book.close()
    return path


def design_rows(study: Study) -> list[dict[str, Any]]:
    """Return the design points of a sweep as rows of its factors, which a design of kind ``rows`` reads.

    What a point leaves as it is stands there as the reference has it.
    """
    base = study.reference.run.scenario.name
    levels, runs = factor_table(study), study.result.runs
    points = sorted(runs.loc[runs["scenario"] == base, _POINT].unique())
    mine = levels.xs(base).reindex(pd.Index(points, name=_POINT))
    return [
        {str(key): _level(study, str(key), value) for key, value in row.items()}
        for row in pd.DataFrame(mine).to_dict("records")
    ]


def _level(study: Study, key: str, value: float) -> Any:
    """Return a factor's value as a cell: a switch as true or false."""
    sheet, name = study.reference, parameter_of(key)
    own = value_at(sheet.run.scenario, key)  # type: ignore[arg-type] # a study's sides hold whole scenarios
    if own is None and name in sheet.registry:
        own = sheet.parameters[name]
    if math.isnan(value):
        return "" if own is None else own
    return bool(value) if isinstance(own, bool) else value


def _has_design(study: Study) -> bool:
    return study.points > 1 and not study.result.factors.empty


def _tables(study: Study) -> Iterator[tuple[str, Table]]:
    """Yield the names of the sheets and their tables."""
    _ = study.reference.translate
    differences = list(difference_tables(study))
    for number, table in enumerate(differences, 1):
        yield f"{_('Differences')} {number}" if len(differences) > 1 else _("Differences"), table
    yield _("Outcomes"), level_table(study)
    yield _("Service level"), service_by_side(study)
    if _has_design(study):
        yield _("Spread"), spread_table(study)
        yield _("Design points"), point_table(study, most=study.points * len(study.sides))
    if len(study.sides) > 1:
        yield _("What the scenarios change"), change_table(study)
    yield _("Assumptions"), assumption_table(study.reference)


def _about(study: Study) -> Iterator[tuple[str, str]]:
    """Yield what the workbook is: question, verdicts, how its points are edited, limits, how it was made."""
    _ = study.reference.translate
    yield study.subtitle, ""
    if study.question:
        yield _("Question"), study.question
    for text in verdicts(study):
        yield _("Verdict"), text
    if _has_design(study):
        text = _(
            "Change the sheet {sheet}, save the workbook beside the experiment, and name it there: "
            "design: {{kind: rows, file: …}}."
        )
        yield _("To edit"), text.format(sheet=SHEET)
    yield from ((_("Limits"), text) for text in limits(study.reference))
    yield from provenance(study.reference)
