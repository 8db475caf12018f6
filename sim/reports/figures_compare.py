"""Figures of designs: what drives a change, which assumptions matter, and what a shorter wait costs.

Each function takes plain values, so that whoever computes them (a comparison, a sensitivity analysis, a
search for staffing) draws them in the house style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.locale import Language
from sim.reports.results import Estimate
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    legend_above,
    new_figure,
    numbers,
    quiet,
    whiskers,
)

#: Longest name of an option on a line [characters].
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one assumption moves an outcome.

    Attributes
    ----------
    name
        The assumption.
    low, high
        Outcome at the low and the high end of its range.
    """

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Option:
    """One way of staffing: what it costs and how long people wait."""

    name: str
    cost: Estimate
    wait: Estimate
    best: bool = False


def tornado(base: float, swings: Sequence[Swing], unit: str, ends: tuple[str, str], lang: Language) -> Figure:
    """Return how far each assumption moves an outcome from its base value, widest first.

    Parameters
    ----------
    base
        Outcome with every assumption at its best estimate.
    swings
        Assumptions in any order.
    unit
        What the axis counts.
    ends
        What the low and the high end of a range are called.
    lang
        Language of the numbers.
    """
    ordered = sorted(swings, key=lambda swing: -abs(swing.high - swing.low))
    figure, [axes] = new_figure(1.2 + 0.34 * max(len(ordered), 2))
    places = range(len(ordered))
    for name, colour, values in (
        (ends[0], BLUE, [swing.low for swing in ordered]),
        (ends[1], ORANGE, [swing.high for swing in ordered]),
    ):
        axes.barh(places, [value - base for value in values], 0.66, left=base, color=colour, label=name)
    axes.axvline(base, color=INK, linewidth=1.2)
    axes.set_yticks(places, [swing.name for swing in ordered], color=INK)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(numbers(lang))
    axes.set_xlabel(unit)
    quiet(axes, grid="x")
    legend_above(figure, axes, columns=2)
    return figure


def front(options: Sequence[Option], axes_titles: tuple[str, str], lang: Language) -> Figure:
    """Return cost against wait: every option with its intervals, those that none beats joined by a line.

    Parameters
    ----------
    options
        What was tried.
    axes_titles
        What the axes are: cost, then wait, with units.
    lang
        Language of the numbers.
    """
    figure, [axes] = new_figure(5.0)
    for option in options:
        colour = GREEN if option.best else BLUE
        place = (option.cost.mean, option.wait.mean)
        whiskers(axes, [place[0]], [option.wait])
        whiskers(axes, [place[1]], [option.cost], across=True)
        axes.scatter(*place, s=60 if option.best else 34, color=colour, zorder=3)
    edge = undominated(options)
    costs, waits = [option.cost.mean for option in edge], [option.wait.mean for option in edge]
    axes.step(costs, waits, where="post", color=MUTED, linewidth=1.2, zorder=1)
    axes.margins(0.16, 0.3)
    _name_options(axes, options)
    axes.xaxis.set_major_formatter(numbers(lang))
    axes.yaxis.set_major_formatter(numbers(lang, 1))
    axes.set_xlabel(axes_titles[0])
    axes.set_ylabel(axes_titles[1])
    quiet(axes)
    return figure


def _name_options(axes: Axes, options: Sequence[Option]) -> None:
    """Write each option's name beside its mark, above and below in turn, towards the middle."""
    middle = sum(axes.get_xlim()) / 2
    for place, option in enumerate(sorted(options, key=lambda option: option.cost.mean)):
        left, above = option.cost.mean > middle, place % 2 == 0
        axes.annotate(
            fill(option.name, _LONGEST),
            (option.cost.mean, option.wait.mean),
            (-8 if left else 8, 9 if above else -9),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom" if above else "top",
            fontsize=8.5,
            color=INK,
        )


def undominated(options: Sequence[Option]) -> list[Option]:
    """Return the options than which none is both cheaper and quicker, cheapest first.

    >>> a, b, c = (Option(n, Estimate(x), Estimate(y)) for n, x, y in (("a", 1, 9), ("b", 2, 9), ("c", 3, 4)))
    >>> [option.name for option in undominated([c, b, a])]
    ['a', 'c']
    """
    edge: list[Option] = []
    for option in sorted(options, key=lambda option: (option.cost.mean, option.wait.mean)):
        if not edge or option.wait.mean < edge[-1].wait.mean:
            edge.append(option)
    return edge
