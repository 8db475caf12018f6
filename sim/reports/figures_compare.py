"""Figures of designs: what drives a change, which assumptions matter, and what a shorter wait costs.

Each function takes plain values, so that whoever computes them (a comparison, a sensitivity analysis, a
search for staffing) draws them in the house style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from sim.locale import Language, number, signed
from sim.reports.results import Estimate
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAST,
    legend_above,
    new_figure,
    numbers,
    quiet,
    whiskers,
)


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


def waterfall(
    start: tuple[str, float], steps: Sequence[tuple[str, Estimate]], end: str, unit: str, lang: Language
) -> Figure:
    """Return the way from one total to another, a bar a driver.

    Parameters
    ----------
    start
        Name and value of the first total.
    steps
        Name and change of each driver, in order.
    end
        Name of the last total, which is the sum.
    unit
        What the axis counts.
    lang
        Language of the numbers.
    """
    figure, [axes] = new_figure(1.2 + 0.42 * (len(steps) + 2))
    level = start[1]
    axes.barh(0, level, 0.66, color=PAST[1])
    axes.text(level, 0, f" {number(level, lang)}", va="center", fontsize=9)
    for place, (_name, change) in enumerate(steps, 1):
        axes.barh(place, change.mean, 0.66, left=level, color=ORANGE if change.mean > 0 else BLUE)
        axes.plot([level, level], [place - 1.33, place + 0.33], color=MUTED, linewidth=0.8)
        whiskers(axes, [place], [Estimate(level + change.mean, change.half_width)], across=True)
        right = max(level, level + change.mean)
        axes.text(right, place, f"  {signed(change.mean, lang)}", va="center", fontsize=9)
        level += change.mean
    axes.barh(len(steps) + 1, level, 0.66, color=PAST[2])
    axes.text(level, len(steps) + 1, f" {number(level, lang)}", va="center", fontsize=9)
    names = [start[0], *(name for name, _change in steps), end]
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(numbers(lang))
    axes.set_xlabel(unit)
    quiet(axes, grid="x")
    return figure


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
        axes.annotate(option.name, place, (7, 6), textcoords="offset points", fontsize=8.5, color=INK)
    edge = undominated(options)
    costs, waits = [option.cost.mean for option in edge], [option.wait.mean for option in edge]
    axes.step(costs, waits, where="post", color=MUTED, linewidth=1.2, zorder=1)
    axes.margins(0.12)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(numbers(lang))
    axes.yaxis.set_major_formatter(numbers(lang))
    axes.set_xlabel(axes_titles[0])
    axes.set_ylabel(axes_titles[1])
    quiet(axes)
    return figure


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
