"""Draws the way from the visits of the base year to those of the projection, driver by driver."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from sim.locale import Language, number, signed, translator
from sim.reports import style
from sim.reports.projection import DRIVERS

#: Shares in the change smaller than this [visits] are drawn together.
_SMALL = 100.0
_HEIGHT = 5.2


def draw_waterfall(answer: Mapping[str, Any], folder: Path, lang: Language = "en") -> list[Path]:
    """Draw base year, drivers' shares at base, and projection with its range beside the plan's number."""
    _ = translator(lang)
    total = next(row for row in answer["rows"] if row["authority"] == "all")
    steps = _steps(answer, lang)
    with style.house_style():
        figure, (axes,) = style.new_figure(_HEIGHT)
        _bar(axes, 0, 0.0, total["base_year"], style.PAST[1], number(total["base_year"], lang))
        level = total["base_year"]
        for place, (_name, change) in enumerate(steps, start=1):
            colour = style.BLUE if change < 0 else style.ORANGE
            _bar(axes, place, level, change, colour, signed(change, lang))
            level += change
        end = len(steps) + 1
        _bar(axes, end, 0.0, level, style.GREEN, "")
        middle = [[level - total["p10"]], [total["p90"] - level]]
        axes.errorbar([end], [level], yerr=middle, fmt="none", ecolor=style.INK, elinewidth=1.4, capsize=4)
        axes.annotate(number(level, lang), (end, total["p90"]), (0, 4), **_TEXT)
        _bar(axes, end + 1, 0.0, total["plan"], style.PAST[2], number(total["plan"], lang))
        names = [str(answer["base_year"]), *(name for name, _change in steps)]
        names += [str(answer["year"]), f"{_('Plan')} {answer['year']}"]
        axes.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names])
        axes.yaxis.set_major_formatter(style.numbers(lang))
        style.quiet(axes)
        style.caption(
            figure,
            _("Why visits change"),
            _("Visits a year; each driver's share in the change at base assumptions"),
            _("Whisker: p10–p90, uncertainty of the assumptions. The shares are Shapley values."),
        )
    return style.save(figure, folder, "waterfall")


_TEXT: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "bottom", "fontsize": 9}


def _steps(answer: Mapping[str, Any], lang: Language) -> list[tuple[str, float]]:
    """Return the drivers with their shares, largest fall last; the small ones together."""
    _ = translator(lang)
    shares = {row["driver"]: row["at_base"] for row in answer["drivers"] if row["authority"] == "all"}
    large = {name: share for name, share in shares.items() if abs(share) >= _SMALL}
    steps = [(_(DRIVERS[name]), share) for name, share in sorted(large.items(), key=lambda item: -item[1])]
    rest = sum(shares.values()) - sum(large.values())
    return [*steps, (_("Other drivers"), rest)] if len(large) < len(shares) else steps


def _bar(axes: Axes, place: int, bottom: float, height: float, colour: str, text: str) -> None:
    """Draw one bar with its number above it."""
    axes.bar([place], [height], bottom=bottom, color=colour, width=0.7)
    axes.annotate(text, (place, max(bottom, bottom + height)), (0, 4), **_TEXT)
