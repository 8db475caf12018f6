"""Exhibits: a figure with its title, what it shows in words, and the table behind it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from sim.reports.sheet import Sheet, Translate
from sim.reports.style import caption, save, write_svg
from sim.reports.tables import Table


@dataclass(frozen=True)
class Exhibit:
    """A figure that is drawn but not yet captioned.

    Attributes
    ----------
    name
        Name of its files.
    title
        What it shows, in a line.
    alt
        What a reader sees in it, for those who cannot.
    note
        What its marks mean.
    figure
        The drawing without title and note, which a page writes itself.
    table
        The numbers behind it.
    """

    name: str
    title: str
    alt: str
    note: str
    figure: Figure
    table: Table


def svg_of(exhibit: Exhibit) -> bytes:
    """Return the drawing as SVG, without title, note and date."""
    out = io.StringIO()
    write_svg(exhibit.figure, out)
    return out.getvalue().encode()


def save_exhibit(exhibit: Exhibit, folder: Path, subtitle: str) -> list[Path]:
    """Write an exhibit with title, subtitle and note as SVG and PNG, and return the paths."""
    caption(exhibit.figure, exhibit.title, subtitle, exhibit.note)
    return save(exhibit.figure, folder, exhibit.name)


def whisker_note(_: Translate) -> str:
    """Return what the whiskers are."""
    return _("Whiskers: random variation (95% confidence interval of the mean). Simulated persons.")


def mean_note(sheet: Sheet) -> str:
    """Return what numbers without whiskers are."""
    _ = sheet.translate
    if sheet.replications == 1:
        return _("One replication. Simulated persons.")
    return _("Means over the replications. Simulated persons.")
