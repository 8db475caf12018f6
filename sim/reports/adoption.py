"""Prints and draws the curves of digital adoption that a scenario implies."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.config import Scenario
from sim.locale import percent
from sim.outcomes.adoption import METRICS, adoption_by_age, adoption_table
from sim.reports.style import (
    MUTED,
    SHADES,
    caption,
    house_style,
    new_figure,
    panel_title,
    percents,
    quiet,
    save,
)

#: Width of the tables where there is no terminal [characters].
_WIDTH = 110
#: Shares nearer to each other than this are the same.
_SAME = 1e-9
_TITLES = {
    "eservice_capable": "Able to use e-services",
    "would_accept_video_desk": "Would accept a video desk",
}
_BACKGROUNDS = {"all": "", "foreign": ", speakers of other languages"}


def print_adoption(scenario: Scenario) -> None:
    """Print adoption by age group and year on stdout, a table for each curve of the scenario."""
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    table = adoption_table(scenario)
    for (metric, background), rows in table.groupby(["metric", "background"], sort=False):
        title = _TITLES[str(metric)] + _BACKGROUNDS[str(background)]
        console.print(_sheet(title, rows))
    console.print("Range in brackets: the ends of the tables' ranges. Under 16: the guardians' share.")


def _sheet(title: str, rows: pd.DataFrame) -> Table:
    """Return a table of age groups by years, the range in brackets."""
    years = list(rows["year"].unique())
    sheet = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    sheet.add_column("Age")
    for year in years:
        sheet.add_column(str(year), justify="right", no_wrap=True)
    for group, mine in rows.groupby("age_group", sort=False):
        cells = [
            f"{percent(row['scenario'], 'en')} ({100 * row['low']:.0f}–{100 * row['high']:.0f})"
            for row in mine.sort_values("year").to_dict("records")
        ]
        sheet.add_row(str(group), *cells)
    return sheet


def draw_adoption(scenario: Scenario, folder: Path) -> list[Path]:
    """Draw the scenario's curves by age, a line a year and the range of the last, as SVG and PNG.

    Years whose curves are those of the year before are left out.

    Parameters
    ----------
    folder
        Where the files go; made if missing.

    Returns
    -------
    list of Path
        The files.
    """
    curves = adoption_by_age(scenario)
    curves = curves[curves["background"] == "all"]
    years = _different(curves)
    steps = np.linspace(1, len(SHADES) - 1, len(years)).round().astype(int)
    shades = [SHADES[step] for step in steps]
    with house_style():
        figure, panels = new_figure(7.2, rows=len(METRICS))
        for axes, metric in zip(panels, METRICS, strict=True):
            mine = curves[curves["metric"] == metric]
            ends = mine[mine["year"] == years[-1]].pivot_table(index="age", columns="curve", values="share")
            axes.fill_between(ends.index, ends["low"], ends["high"], color=SHADES[0], linewidth=0)
            for year, shade in zip(years, shades, strict=True):
                line = mine[(mine["year"] == year) & (mine["curve"] == "scenario")]
                axes.plot(line["age"], line["share"], color=shade, linewidth=2, label=str(year))
            axes.set_ylim(0, 1)
            axes.yaxis.set_major_formatter(percents("en"))
            panel_title(axes, _TITLES[metric], MUTED)
            quiet(axes)
        panels[0].legend(loc="lower left", ncols=len(years), fontsize=9)
        panels[-1].set_xlabel("Age, years")
        note = f"Shaded: range of the assumptions from {years[-1]} on. Under 16 the guardians' share holds."
        caption(figure, "Digital adoption by age", scenario.name, note)
        return save(figure, folder, "adoption")


def _different(curves: pd.DataFrame) -> list[int]:
    """Return the years in which a curve differs from that of the year before it."""
    own = curves[curves["curve"] == "scenario"]
    wide = own.pivot_table(index="year", columns=["metric", "age"], values="share")
    changed = (wide.diff().abs() > _SAME).any(axis=1)
    changed.iloc[0] = True
    return [int(str(year)) for year in wide.index[changed]]
