"""A projection as a workbook: visits to come, what moves them, what it would take, and the assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.config.registry import Registry
from sim.locale import Language, translator
from sim.region import load_region
from sim.reports.basis import LIMITS, made_with, registry_table
from sim.reports.book import Book
from sim.reports.html.projection import asked, lead, read_json, region_of
from sim.reports.names import Labels, short_name
from sim.reports.projection import ANSWER, MADE
from sim.reports.projection_tables import (
    Answer,
    beside_table,
    driver_table,
    lever_table,
    needed_table,
    pair_table,
    visit_table,
)
from sim.reports.tables import Table


def write_projection_workbook(folder: Path, path: Path, lang: Language | None = None) -> Path:
    """Write the projection in a folder as a workbook and return its path.

    Parameters
    ----------
    folder
        Folder of the projection.
    path
        Workbook to write, replaced if it exists.
    lang
        Language, None for the region's.

    Raises
    ------
    InputError
        If the answer or its region can't be read, or the workbook can't be written.
    """
    answer = read_json(folder / ANSWER)
    made = read_json(folder / MADE) if (folder / MADE).exists() else {}
    name = region_of(answer, made)
    labels, registry = Labels.read(name, lang), Registry.from_region(load_region(name))
    parameters = registry.resolve(made.get("scenario", {}).get("parameters", {}))
    book, _ = Book(path), translator(labels.lang)
    book.text(_("About the workbook"), list(_about(answer, made, labels.lang)))
    for sheet, table in _tables(answer, labels):
        book.table(sheet, table)
    book.table(_("Assumptions"), registry_table(registry, parameters, labels))
    book.close()
    return path


def _tables(answer: Answer, labels: Labels) -> Iterator[tuple[str, Table]]:
    """Yield the names of the sheets and their tables."""
    lang = labels.lang
    _ = translator(lang)
    names = {key: short_name(name) for key, name in labels.authorities.items()}
    yield _("Visits to come"), visit_table(answer, lang, names)
    if answer["beside"]:
        yield str(answer["beside"]), beside_table(answer, lang, names)
    yield _("What must be true"), needed_table(answer, lang, names)
    yield _("Why visits change"), driver_table(answer, lang)
    yield _("One driver alone"), lever_table(answer, lang)
    yield _("Two drivers together"), pair_table(answer, lang)


def _about(answer: Answer, made: Answer, lang: Language) -> Iterator[tuple[str, str]]:
    """Yield what the workbook is: the question, the verdict, limits, and how it was made."""
    _ = translator(lang)
    yield _("How likely is the plan's number of visits in {year}?").format(year=answer["year"]), ""
    yield from ((_("Verdict"), text) for text in lead(answer, lang))
    yield from ((_("Limits"), _(text)) for text in LIMITS)
    yield from asked(answer, lang)
    yield from made_with(made, lang)
