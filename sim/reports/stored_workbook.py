"""Finds stored results and writes the workbook that suits them."""

from __future__ import annotations

from pathlib import Path

from sim.experiments.store import RESULTS, load
from sim.locale import Language
from sim.reports.projection import projection_folder
from sim.reports.projection_workbook import write_projection_workbook
from sim.reports.study_workbook import export


def workbook_of(name: str, path: Path, out: Path = RESULTS, lang: Language | None = None) -> Path:
    """Write stored results as a workbook and return its path.

    Parameters
    ----------
    name
        A folder of a run, a sweep, a comparison or a projection; or a name below `out`; or ``latest``.
    path
        Workbook to write, replaced if it exists.
    out
        Folder of all results.
    lang
        Language, None for the region's.

    Raises
    ------
    InputError
        If there is no such result, a table of it is missing, or the workbook can't be written.
    """
    if (projection := projection_folder(name, out)) is not None:
        return write_projection_workbook(projection, path, lang)
    return export(load(name, out), path, lang)
