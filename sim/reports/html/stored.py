"""Finds stored results and writes the report that suits them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.experiments.store import RESULTS, load
from sim.locale import Language
from sim.reports.html import write_report
from sim.reports.html.projection import write_projection_report
from sim.reports.html.study import write_study
from sim.reports.projection import projection_folder


def report_of(name: str, out: Path = RESULTS, lang: Language | None = None) -> Path:
    """Write the report of stored results into their folder and return its path.

    Parameters
    ----------
    name
        A folder of a run, a sweep, a comparison or a projection; or a name below `out`; or ``latest``.
    out
        Folder of all results.
    lang
        Language, None for the region's.

    Raises
    ------
    InputError
        If there is no such result, a table of it is missing, or its region can no longer be read.
    """
    if (projection := projection_folder(name, out)) is not None:
        return write_projection_report(projection, lang)
    result = load(name, out)
    if result.manifest.get("scenarios"):
        return write_study(result, lang, result.folder / "figures")
    return write_report(replace(result, compact=True), lang, result.folder / "figures")
