"""Commands that turn stored runs into documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sim.cli.base import DONE


def report(
    run: str = "latest",
    *,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Annotated[
        Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")
    ] = None,
) -> int:
    """Write the report of stored results, one HTML file in their folder.

    Parameters
    ----------
    run
        A folder of a run, a sweep, a comparison or a projection, a name below the results, or latest.
    """
    from sim.reports.html.stored import report_of

    print(report_of(run, out, lang))
    return DONE


def export(
    run: str = "latest",
    *,
    xlsx: Annotated[Path, Parameter(help="workbook to write")],
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Annotated[
        Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")
    ] = None,
) -> int:
    """Write a stored run as a workbook: its tables, assumptions, and sheets of officials and places to edit.

    Parameters
    ----------
    run
        A run folder, a scenario's name, or latest.
    """
    from sim.experiments.store import load
    from sim.reports.workbook import write_workbook

    print(write_workbook(load(run, out), xlsx, lang))
    return DONE
