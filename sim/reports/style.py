"""One look for all figures: colours that the colour-blind can tell apart, quiet axes, stable files.

Importing this module imports matplotlib; nothing but figures does so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import Formatter, FuncFormatter
from matplotlib.transforms import blended_transform_factory

from sim.locale import Language, number, percent
from sim.reports.results import Estimate

#: Okabe and Ito's colours, which readers with any colour vision can tell apart.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
INK, MUTED, FAINT = "#222222", "#5f6368", "#d9dce0"
#: Greys of what is given, oldest first, beside the colour of what is simulated.
PAST = ("#d3d6da", "#a9aeb4", "#7d838a")
#: Shades from the shortest wait to the longest: one hue, so that they read in order, in print too.
SHADES = ("#deebf7", "#b3d2e9", "#79b3d9", "#3f8fc5", "#1c6aaf", "#0b3c78")
#: Width of a figure on a laptop's page [inches].
WIDTH = 9.6
#: Parts of a figure's width and height to which panels are aligned.
_GRID = 4096
_DPI = 160
#: Bands for title and subtitle, and for the note [inches].
_HEAD, _FOOT = 0.66, 0.3

_SETTINGS: dict[Any, object] = {
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "path",
    # Without a salt of its own every SVG would differ from the last in its ids.
    "svg.hashsalt": "visitsim",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw what is inside in the house style and leave matplotlib's settings as they were."""
    with sns.axes_style("whitegrid"), mpl.rc_context(_SETTINGS):
        yield


def new_figure(height: float, rows: int = 1, ratios: list[float] | None = None) -> tuple[Figure, list[Axes]]:
    """Return a figure of the common width with `rows` panels that share their x axis.

    Parameters
    ----------
    height
        Height [inches].
    rows
        Number of panels, one above the other.
    ratios
        Heights of the panels in relation to each other.

    Notes
    -----
    The figure is made without pyplot, so nothing is left behind and no window is opened.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    grid = figure.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=ratios)
    return figure, list(grid[:, 0])


def caption(figure: Figure, title: str, subtitle: str, note: str) -> None:
    """Write title and subtitle at the top left, and what the marks mean at the bottom.

    The panels give way: the bands for these texts are as high in every figure, whatever its height.
    """
    height = figure.get_figheight()
    top, left = 1 - 0.12 / height, 0.12 / WIDTH
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(left, _FOOT / height, 1 - 2 * left, 1 - (_HEAD + _FOOT) / height))
    figure.text(left, top, title, va="top", fontsize=14, fontweight="bold")
    figure.text(left, top - 0.29 / height, subtitle, va="top", fontsize=10, color=MUTED)
    figure.text(left, 0.09 / height, note, va="bottom", fontsize=8.5, color=MUTED)


def grid_of(height: float, rows: int, columns: int, **settings: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure of the common width with `rows` times `columns` panels, read row by row.

    Parameters
    ----------
    height
        Height [inches].
    rows, columns
        Number of panels down and across.
    settings
        Handed on to `matplotlib.figure.Figure.subplots`.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **settings).flat)


def legend_above(figure: Figure, axes: Axes, columns: int) -> None:
    """Put the legend above the panel, from the figure's left edge, so that long labels have room."""
    across = blended_transform_factory(figure.transFigure, axes.transAxes)
    anchor = {"bbox_to_anchor": (0, 1.0), "bbox_transform": across, "borderaxespad": 0.6}
    axes.legend(ncols=columns, loc="lower left", fontsize=9, **anchor)


def quiet(axes: Axes, grid: str = "y") -> None:
    """Keep the grid of one direction only and drop the frame."""
    axes.grid(visible=False)
    axes.grid(visible=True, axis="y" if grid == "y" else "x")
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=grid == "y", bottom=grid != "y")
    axes.tick_params(length=0)


def numbers(lang: Language, decimals: int = 0) -> Formatter:
    """Return tick labels as the language writes numbers."""
    return FuncFormatter(lambda value, _position: number(value, lang, decimals))


def percents(lang: Language) -> Formatter:
    """Return tick labels of shares in per cent."""
    return FuncFormatter(lambda value, _position: percent(value, lang))


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as SVG and PNG, without a date, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    settle(figure)
    paths = [folder / f"{name}.svg", folder / f"{name}.png"]
    write_svg(figure, paths[0])
    _write_png(figure, paths[1])
    return paths


def write_svg(figure: Figure, out: Path | TextIO) -> None:
    """Draw a figure as SVG, without a date.

    Notes
    -----
    `Figure.savefig` draws everything twice, first to lay it out, which a single drawing does as well.
    """
    canvas: Any = FigureCanvasSVG(figure)
    with _resolution(figure):
        canvas.print_svg(out, metadata={"Date": None})


def _write_png(figure: Figure, path: Path) -> None:
    """Draw a figure as PNG."""
    canvas: Any = FigureCanvasAgg(figure)
    with _resolution(figure, _DPI):
        canvas.print_png(path, metadata={"Software": None})


@contextmanager
def _resolution(figure: Figure, dpi: float | None = None) -> Iterator[None]:
    """Draw at a resolution [dots per inch], default as it is, and leave the figure as it was."""
    before = figure.dpi
    figure.dpi = dpi or before
    yield
    figure.dpi = before


def settle(figure: Figure) -> None:
    """Lay a figure out once and put its panels on a grid of 1/4096.

    The constraint solver leaves noise in the last digits, and names in an SVG are made of positions.
    """
    FigureCanvasAgg(figure)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        place = axes.get_position(original=True)
        left, bottom, width, height = (round(value * _GRID) / _GRID for value in place.bounds)
        axes.set_position((left, bottom, width, height))


def whiskers(
    axes: Axes,
    places: Sequence[float],
    estimates: Sequence[Estimate],
    *,
    across: bool = False,
    most: float = math.inf,
) -> None:
    """Draw the intervals of estimates, upright, or `across` for horizontal bars; those without have none.

    Parameters
    ----------
    most
        Highest value that can be, such as 1 of a share; intervals end there.
    """
    means = np.array([estimate.mean for estimate in estimates], dtype=float)
    widths = np.array([estimate.half_width for estimate in estimates], dtype=float)
    if not np.isfinite(widths).any():
        return
    half_widths = np.array([widths, np.clip(most - means, 0, widths)])
    look = {"fmt": "none", "ecolor": INK, "elinewidth": 1.3, "capsize": 3}
    if across:
        axes.errorbar(means, places, xerr=half_widths, **look)  # type: ignore[arg-type] # plain keywords
    else:
        axes.errorbar(places, means, yerr=half_widths, **look)  # type: ignore[arg-type] # plain keywords


def bars(
    axes: Axes, places: Sequence[float], estimates: Sequence[Estimate], colour: str, width: float
) -> None:
    """Draw upright bars with their intervals, from 0."""
    axes.bar(places, [estimate.mean for estimate in estimates], width=width, color=colour, linewidth=0)
    whiskers(axes, places, estimates)
    axes.set_ylim(bottom=0)


def panel_title(axes: Axes, text: str, colour: str) -> None:
    """Name what a panel shows, in the colour of its marks, so that it needs neither legend nor axis label."""
    axes.text(0, 1.03, text, transform=axes.transAxes, color=colour, fontweight="bold", va="bottom")
