"""Draws the visits of a run of several years, with the plan's marks, and two shares that move them."""

from __future__ import annotations

from matplotlib.axes import Axes

from sim.locale import message, number, translator
from sim.reports import style
from sim.reports.exhibits import Exhibit
from sim.reports.results import ALL
from sim.reports.trajectory import Course, Series, full_table

#: Room above the line for the mark of its highest year.
_ROOM = 1.12
_TITLE = message("Visits year by year, people living on")
_ALT = message(
    "A line of the visits of each year, from {first} in {start} to {last} in {end}, with the plan's numbers "
    "as marks; below it the share of visitors of 75 and over and the share of needs that end online."
)
_NOTE = message(
    "Band: random variation (95% confidence interval over {n} replications); the uncertainty of the "
    "assumptions is not in it. Simulated persons."
)
_NOTE_ONE = message("One replication; the uncertainty of the assumptions is not shown. Simulated persons.")


def trajectory_figure(course: Course) -> Exhibit:
    """Draw the course: visits with the plan's marks above, shares of older visitors and of e-services below.

    Call it within `sim.reports.style.house_style`.
    """
    _ = translator(course.lang)
    figure, panels = style.new_figure(6.4, rows=3, ratios=[2.4, 1.0, 1.0])
    _draw(panels[0], course.visits[ALL], style.BLUE)
    panels[0].yaxis.set_major_formatter(style.numbers(course.lang))
    panels[0].set_ylim(0, panels[0].get_ylim()[1] * _ROOM)
    style.panel_title(panels[0], _("Visits a year"), style.BLUE)
    _mark_plan(panels[0], course, _("Plan"))
    shares = (
        (panels[1], course.older, style.ORANGE, _("Share of visitors of 75 and over")),
        (panels[2], course.online, style.GREEN, _("Share of needs that end online")),
    )
    for axes, series, colour, text in shares:
        _draw(axes, series, colour)
        axes.yaxis.set_major_formatter(style.percents(course.lang))
        style.panel_title(axes, text, colour)
    for axes in panels:
        style.quiet(axes)
    panels[-1].set_xticks([year for year in course.years if year % 5 == 0] or list(course.years))
    visits = course.visits[ALL]
    start, end = course.years[0], course.years[-1]
    alt = _(_ALT).format(
        first=number(visits[start].mean, course.lang),
        start=start,
        last=number(visits[end].mean, course.lang),
        end=end,
    )
    note = _(_NOTE).format(n=number(course.replications, course.lang))
    return Exhibit(
        "trajectory",
        _(_TITLE),
        alt,
        note if course.replications > 1 else _(_NOTE_ONE),
        figure,
        full_table(course),
    )


def _draw(axes: Axes, series: Series, colour: str) -> None:
    """Draw a line over the years with its band, where there is one."""
    years = sorted(series)
    means = [series[year].mean for year in years]
    lower = [series[year].mean - series[year].half_width for year in years]
    upper = [series[year].mean + series[year].half_width for year in years]
    axes.fill_between(years, lower, upper, color=colour, alpha=0.25, linewidth=0)
    axes.plot(years, means, color=colour, linewidth=1.8, marker="o", markersize=3)


def _mark_plan(axes: Axes, course: Course, name: str) -> None:
    """Mark the plan's numbers, each with its value."""
    for year, visits in course.plan.items():
        axes.plot([year], [visits], marker="D", markersize=7, color=style.INK, linestyle="none", zorder=3)
        below = visits < course.visits[ALL][year].mean
        axes.annotate(
            f"{name} {number(visits, course.lang)}",
            (year, visits),
            (8, -12 if below else 6),
            textcoords="offset points",
            fontsize=8.5,
            color=style.INK,
        )
