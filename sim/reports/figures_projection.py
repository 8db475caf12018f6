"""Draws a projection: the way from the base year's visits driver by driver, and the range by authority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from sim.locale import Language, number, signed, translator
from sim.reports import style
from sim.reports.exhibits import Exhibit, save_exhibit
from sim.reports.projection_tables import (
    DRIVERS,
    SUMS,
    Answer,
    Names,
    driver_table,
    row_name,
    visit_table,
)

#: Shares in the change smaller than this [visits] are drawn together.
_SMALL = 100.0
_HEIGHT = 5.2


def draw_waterfall(answer: Answer, folder: Path, lang: Language = "en") -> list[Path]:
    """Draw the waterfall as SVG and PNG and return the paths."""
    with style.house_style():
        exhibit = waterfall_figure(answer, lang)
        return save_exhibit(exhibit, folder, subtitle(lang))


def subtitle(lang: Language) -> str:
    """Return what the waterfall counts."""
    _ = translator(lang)
    return _("Visits a year; each driver's share in the change at base assumptions")


def waterfall_figure(answer: Answer, lang: Language) -> Exhibit:
    """Draw base year, drivers' shares at base, and projection with its range beside the plan's number.

    Call it within `sim.reports.style.house_style`.
    """
    _ = translator(lang)
    total = next(row for row in answer["rows"] if row["authority"] == "all")
    steps = _steps(answer, lang)
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
    alt = _("Waterfall from {before} visits in {first} to {after} in {year}; the plan's number is {plan}.")
    alt = alt.format(
        before=number(total["base_year"], lang),
        first=answer["base_year"],
        after=number(level, lang),
        year=answer["year"],
        plan=number(total["plan"], lang),
    )
    note = _("Whisker: p10–p90, uncertainty of the assumptions. The shares are Shapley values.")
    return Exhibit("waterfall", _("Why visits change"), alt, note, figure, driver_table(answer, lang))


def range_figure(answer: Answer, lang: Language, names: Names) -> Exhibit:
    """Draw p10, median and p90 of each authority's visits, with the plan's number and the legal floor.

    Call it within `sim.reports.style.house_style`.
    """
    _ = translator(lang)
    rows = sorted(
        (row for row in answer["rows"] if row["authority"] not in SUMS), key=lambda row: -row["p50"]
    )
    figure, (axes,) = style.new_figure(1.2 + 0.36 * len(rows))
    for place, row in enumerate(rows):
        axes.plot([row["p10"], row["p90"]], [place, place], color=style.BLUE, linewidth=7, alpha=0.35)
        axes.plot([row["legal_floor"]] * 2, [place - 0.32, place + 0.32], color=style.INK, linewidth=1.6)
    looks = {"p50": ("o", style.BLUE, _("Median")), "plan": ("D", style.ORANGE, _("Plan"))}
    for key, (mark, colour, label) in looks.items():
        places = range(len(rows))
        axes.scatter(
            [row[key] for row in rows], places, s=44, marker=mark, color=colour, zorder=3, label=label
        )
    axes.set_yticks(range(len(rows)), [row_name(row["authority"], lang, names) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(style.numbers(lang))
    axes.set_xlabel(_("Visits a year"))
    style.quiet(axes, grid="x")
    style.legend_above(figure, axes, columns=2)
    outside = [row for row in rows if not row["p10"] <= row["plan"] <= row["p90"]]
    listed = ", ".join(row_name(row["authority"], lang, names) for row in outside)
    alt = _("Ranges by authority. The plan lies outside p10–p90 for: {names}.")
    note = _("Pale bar: p10–p90, uncertainty of the assumptions. Upright line: legal floor.")
    title = _("Visits to come by authority, beside the plan")
    table = visit_table(answer, lang, names)
    return Exhibit("ranges", title, alt.format(names=listed or _("none")), note, figure, table)


_TEXT: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "bottom", "fontsize": 9}


def _steps(answer: Answer, lang: Language) -> list[tuple[str, float]]:
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
