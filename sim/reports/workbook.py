"""A run as a workbook: tables with formats and filters, assumptions, and sheets that planners edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.locale import Language, translator
from sim.reports.balance import balance_table
from sim.reports.basis import assumption_table, limits, provenance
from sim.reports.book import Book
from sim.reports.names import Labels
from sim.reports.people import group_table, origin_table
from sim.reports.results import Run, RunScenario
from sim.reports.service import half_hour_table, point_table, season_table, service_table, week_table
from sim.reports.sheet import Sheet
from sim.reports.staffing_sheets import MEANINGS, official_rows, place_rows
from sim.reports.tables import Table
from sim.reports.verdict import headline, verdict
from sim.reports.volumes import history_table, month_table, plan_table

#: Column of the editable sheets that only says which service point a row is of.
NAME = "name"


def write_workbook(run: Run, path: Path, lang: Language | None = None) -> Path:
    """Write a run's tables as a workbook and return its path.

    Parameters
    ----------
    run
        The stored run; only its tables are read.
    path
        Workbook to write, replaced if it exists.
    lang
        Language, None for the region's.

    Raises
    ------
    InputError
        If the run's region can no longer be read, or the workbook can't be written.
    """
    sheet = Sheet.of(run, lang)
    book, _ = Book(path), sheet.translate
    book.text(_("About the workbook"), _about(sheet))
    for name, table in _tables(sheet):
        book.table(name, table)
    add_staffing(book, run.scenario, sheet.labels)
    book.close()
    return path


def add_staffing(book: Book, scenario: RunScenario, labels: Labels) -> None:
    """Add the sheets of officials and places, each row with the name of its service point."""
    _ = translator(labels.lang)
    remote = _("Remote service")
    for name, key, rows in (
        ("officials", "works_at", official_rows(scenario)),
        ("places", "point", place_rows(scenario)),
    ):
        told = [{**row, NAME: labels.points.get(str(row[key]), remote)} for row in rows]
        book.editable(name, told, {NAME})


def _tables(sheet: Sheet) -> Iterator[tuple[str, Table]]:
    """Yield the names of the sheets and their tables."""
    _ = sheet.translate
    yield _("Plan"), plan_table(sheet)
    yield _("Closed form"), balance_table(sheet)
    yield _("Plan's years"), history_table(sheet)
    yield _("Months"), month_table(sheet)
    yield _("Waits"), point_table(sheet)
    yield _("Service level"), service_table(sheet)
    yield _("Half hours"), half_hour_table(sheet)
    title = _("How long those wait who come in an hour, mean minutes")
    yield _("Waits by hour"), week_table(sheet, "wait_by_hour", title)
    yield _("Arrivals by hour"), season_table(sheet)
    yield _("Age groups"), group_table(sheet, "age_group")
    yield _("Municipalities"), group_table(sheet, "municipality")
    yield _("Kinds of person"), group_table(sheet, "kind")
    yield _("From where to where"), origin_table(sheet)
    yield _("Assumptions"), assumption_table(sheet)


def _about(sheet: Sheet) -> list[tuple[str, str]]:
    """Return what the workbook is: verdict, limits, how it was made, and how its sheets are edited."""
    _ = sheet.translate
    return [
        (headline(sheet.summary, sheet.lang, _), ""),
        (_("Verdict"), verdict(sheet.summary, sheet.lang, _)),
        (
            _("To edit"),
            _(
                "Change the sheets officials and places, save the workbook, and run the scenario again with "
                "--staffing and the workbook's name."
            ),
        ),
        *((key, _(text)) for key, text in MEANINGS.items()),
        *((_("Limits"), text) for text in limits(sheet)),
        *provenance(sheet),
    ]
