"""Figures of any table: dots, bars and lines with intervals, and grids of numbers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import Formatter, FuncFormatter
from numpy.typing import NDArray

from sim.locale import Language, number, percent
from sim.reports.style import BLUE, GREEN, INK, MUTED, ORANGE, PAST, PURPLE, SHADES, quiet

type Floats = NDArray[np.floating]

#: Colours of series, in this order; more series than colours can't be told apart.
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, *PAST[::-1])
#: Part of the room between two names that their marks take.
_ROOM = 0.72


@dataclass(frozen=True, slots=True)
class Span:
    """A number with its intervals; ends that are nan are not drawn.

    Attributes
    ----------
    low, high
        Random variation.
    outer_low, outer_high
        Uncertainty, drawn thinner.
    """

    middle: float
    low: float = math.nan
    high: float = math.nan
    outer_low: float = math.nan
    outer_high: float = math.nan


#: Spans by series, one for each name; nan where there is none.
type Series = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Look:
    """How numbers are written.

    Attributes
    ----------
    unit
        What the axis counts.
    share
        Whether numbers are shares (0-1), written in per cent.
    decimals
        Of numbers in the figure; None for as many as tell the figure's numbers apart.
    zero
        Whether the axis of dots and lines reaches 0, as that of bars always does.
    lang
        Language of numbers.
    """

    unit: str = ""
    share: bool = False
    decimals: int | None = None
    zero: bool = True
    lang: Language = "en"

    def text(self, value: float, step: float) -> str:
        """Return a number as it is written where numbers `step` apart have to differ."""
        places = _places(100 * step if self.share else step) if self.decimals is None else self.decimals
        write = percent if self.share else number
        return write(value, self.lang, places)

    def ticks(self, axis: Axis) -> Formatter:
        """Return labels for the ticks of an axis."""

        def label(value: float, _position: int | None) -> str:
            places = axis.get_majorticklocs()
            return self.text(value, float(abs(places[1] - places[0])) if len(places) > 1 else abs(value))

        return FuncFormatter(label)


def _places(step: float) -> int:
    """Return the decimals that a step needs.

    >>> _places(0.25), _places(0.02), _places(50)
    (2, 2, 0)
    """
    return next((n for n in range(5) if abs(round(step, n) - step) < 0.05 * step), 5) if step else 0


def draw_dots(axes: Axes, names: Sequence[str], series: Series, look: Look) -> None:
    """Draw dots with intervals beside their names, from top to bottom; zero is marked where it is near."""
    for shift, (label, spans), colour in zip(_shifts(series), series.items(), COLOURS, strict=False):
        places = np.arange(len(names)) + shift
        axes.scatter([span.middle for span in spans], places, s=34, color=colour, zorder=3, label=label)
        _whiskers(axes, places, spans, colour, across=True)
    _name_rows(axes, names, look)
    if look.zero:
        axes.axvline(0, color=INK, linewidth=1.0, zorder=1)


def draw_bars(axes: Axes, names: Sequence[str], series: Series, look: Look) -> None:
    """Draw bars from 0 with intervals beside their names, from top to bottom, each with its number."""
    thick = _ROOM / max(len(series), 1)
    step = _step([span.middle for spans in series.values() for span in spans])
    for shift, (label, spans), colour in zip(_shifts(series), series.items(), COLOURS, strict=False):
        places = np.arange(len(names)) + shift
        axes.barh(places, [span.middle for span in spans], thick * 0.94, color=colour, label=label)
        _whiskers(axes, places, spans, INK, across=True)
        for place, span in zip(places, spans, strict=True):
            _number_beside(axes, place, span, (look, step))
    _name_rows(axes, names, look)
    axes.axvline(0, color=INK, linewidth=1.0)
    axes.margins(x=0.12)


def draw_lines(axes: Axes, names: Sequence[str], series: Series, look: Look) -> None:
    """Draw a line a series over the names, in their order, or over their values if all are numbers."""
    numeric = all(_is_number(name) for name in names)
    places = np.array([float(name) for name in names]) if numeric else np.arange(len(names), dtype=float)
    for (label, spans), colour in zip(series.items(), COLOURS, strict=False):
        middles = [span.middle for span in spans]
        axes.plot(places, middles, color=colour, marker="o", markersize=5, linewidth=1.8, label=label)
        _whiskers(axes, places, spans, colour, across=False)
    if not numeric:
        axes.set_xticks(places, list(names), color=INK)
    if look.zero:
        axes.axhline(0, color=INK, linewidth=1.0, zorder=1)
    axes.yaxis.set_major_formatter(look.ticks(axes.yaxis))
    axes.set_ylabel(look.unit)
    quiet(axes)


def draw_heat(
    axes: Axes, names: tuple[Sequence[str], Sequence[str]], values: Sequence[Sequence[float]], look: Look
) -> None:
    """Draw a grid of numbers, darker the larger; numbers on both sides of 0 take two colours.

    Parameters
    ----------
    names
        Of the rows and of the columns.
    values
        (n_rows, n_columns); nan stays white.
    """
    grid = np.array(values, np.float64)
    low, high = float(np.nanmin(grid)), float(np.nanmax(grid))
    both = low < 0 < high
    reach = max(-low, high) if both else high
    colours = (BLUE, "#ffffff", ORANGE) if both else SHADES[:4]
    shade = LinearSegmentedColormap.from_list("shade", colours)
    axes.imshow(grid, cmap=shade, vmin=-reach if both else low, vmax=reach, aspect="auto")
    for row, column in np.argwhere(np.isfinite(grid)):
        text = look.text(float(grid[row, column]), _step(grid.ravel()))
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=INK)
    axes.set_yticks(range(len(names[0])), list(names[0]), color=INK)
    axes.set_xticks(range(len(names[1])), list(names[1]), color=INK)
    axes.set_xlabel(look.unit)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _shifts(series: Series) -> list[float]:
    """Return how far each series lies off its name, the first one uppermost."""
    n = len(series)
    return [_ROOM * ((place + 0.5) / n - 0.5) for place in range(n)]


def _whiskers(axes: Axes, places: Floats, spans: Sequence[Span], colour: str, *, across: bool) -> None:
    draw = axes.hlines if across else axes.vlines
    inner = [(place, span.low, span.high) for place, span in zip(places, spans, strict=True)]
    outer = [(place, span.outer_low, span.outer_high) for place, span in zip(places, spans, strict=True)]
    for rows, width in ((inner, 2.2), (outer, 0.9)):
        known = [row for row in rows if math.isfinite(row[1]) and math.isfinite(row[2])]
        if known:
            at, low, high = zip(*known, strict=True)
            draw(at, low, high, color=colour, linewidth=width, zorder=3)


def _step(values: Sequence[float] | Floats) -> float:
    """Return the size of the last digit with which the largest of some numbers is written: the third."""
    largest = max((abs(float(value)) for value in values if math.isfinite(value)), default=0.0)
    return 10.0 ** (math.floor(math.log10(largest)) - 2) if largest else 1.0


def _number_beside(axes: Axes, place: float, span: Span, look: tuple[Look, float]) -> None:
    """Write a bar's number beyond its interval, on the side it points to."""
    if not math.isfinite(span.middle):
        return
    ends = [end for end in dataclasses.astuple(span) if math.isfinite(end)]
    end, side = (max(ends), "left") if span.middle >= 0 else (min(ends), "right")
    shift = 4 if span.middle >= 0 else -4
    axes.annotate(
        look[0].text(span.middle, look[1]),
        (end, place),
        (shift, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        fontsize=8.5,
        color=MUTED,
    )


def _name_rows(axes: Axes, names: Sequence[str], look: Look) -> None:
    axes.set_yticks(range(len(names)), list(names), color=INK)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(look.ticks(axes.xaxis))
    axes.set_xlabel(look.unit)
    quiet(axes, grid="x")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
