"""Figures of who waits and travels more, from where to where, and who can use e-services."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import MaxNLocator

from sim.locale import message, number, percent
from sim.reports.exhibits import Exhibit, mean_note, whisker_note
from sim.reports.people import adoption_curves, adoption_table, group_table, origin_table, origins
from sim.reports.results import Estimate
from sim.reports.sheet import Sheet
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAST,
    SHADES,
    grid_of,
    new_figure,
    numbers,
    panel_title,
    percents,
    quiet,
    whiskers,
)
from sim.reports.tables import plain

#: Columns of a table of groups that are drawn, and their colours.
_DRAWN = {3: BLUE, 4: ORANGE, 7: GREEN}
_TRAVEL = LinearSegmentedColormap.from_list("travel", SHADES[1:])
_FIGURE_TITLES = {
    "age_group": message("Who visits, waits and travels more: age groups"),
    "municipality": message("Who visits, waits and travels more: municipalities"),
}
#: Length of a degree of latitude [km], and the widest line on the map [points].
_DEGREE, _WIDEST = 111.2, 9.0
#: Points of one place are set apart on the map by this much [km].
_APART = 4.2


def people_figure(sheet: Sheet, dimension: str) -> Exhibit:
    """Draw visits per 1 000 persons, waits and travel by group, a panel each.

    Parameters
    ----------
    sheet
        The run.
    dimension
        ``age_group`` or ``municipality``.
    """
    _ = sheet.translate
    table = group_table(sheet, dimension)
    figure, panels = grid_of(1.0 + 0.34 * len(table.rows), 1, len(_DRAWN), sharey=True)
    places = list(range(len(table.rows)))
    for axes, (column, colour) in zip(panels, _DRAWN.items(), strict=True):
        found = [value if isinstance(value := row[column], Estimate) else Estimate() for row in table.rows]
        axes.barh(places, [value.mean for value in found], 0.66, color=colour)
        whiskers(axes, places, found, across=True)
        axes.xaxis.set_major_locator(MaxNLocator(4, prune="upper"))
        axes.xaxis.set_major_formatter(numbers(sheet.lang))
        panel_title(axes, table.columns[column].title, colour)
        quiet(axes, grid="x")
    panels[0].set_yticks(places, [str(row[0]) for row in table.rows], color=INK)
    panels[0].invert_yaxis()
    listed = "; ".join(_extreme(sheet, table.rows, column, table.columns[column].title) for column in _DRAWN)
    alt = _("Bars by group in three panels. Highest: {listed}.").format(listed=listed)
    title = _(_FIGURE_TITLES[dimension])
    return Exhibit(f"people_by_{dimension}", title, alt, whisker_note(_), figure, table)


def adoption_figure(sheet: Sheet) -> Exhibit:
    """Draw the share of people who can use e-services by age, in the base year and now, with its range."""
    _ = sheet.translate
    table = adoption_table(sheet)
    before, base, low, high, mine = (curve[_YOUNGEST:] for curve in adoption_curves(sheet))
    ages = list(range(_YOUNGEST, _YOUNGEST + len(base)))
    figure, [axes] = new_figure(4.0)
    band = _("{year}, range of the assumption").format(year=sheet.year)
    axes.fill_between(ages, low, high, color=BLUE, alpha=0.18, linewidth=0, label=band)
    axes.plot(ages, before, color=PAST[-1], linewidth=2, linestyle=(0, (4, 2)), label=table.columns[1].title)
    axes.plot(ages, mine, color=BLUE, linewidth=2.4, label=table.columns[5].title)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(ages[0], ages[-1])
    axes.yaxis.set_major_formatter(percents(sheet.lang))
    axes.set_xlabel(_("Age, years"))
    quiet(axes)
    axes.legend(loc="lower left", fontsize=9)
    alt = _("Curves by age. At 80, {before} could use e-services in {first} and {now} can in {year}.").format(
        before=percent(before[80 - _YOUNGEST], sheet.lang),
        first=table.columns[1].title,
        now=percent(mine[80 - _YOUNGEST], sheet.lang),
        year=sheet.year,
    )
    note = _("Band: uncertainty of the assumption. Share able to settle a matter in an e-service.")
    return Exhibit("adoption", _("Who can use e-services"), alt, note, figure, table)


#: Youngest age that is drawn [years]; children act through their guardians.
_YOUNGEST = 16


def map_figure(sheet: Sheet) -> Exhibit:
    """Draw where people come from and which points they visit, from the coordinates of the centres."""
    _ = sheet.translate
    table = origin_table(sheet)
    found = origins(sheet)
    places = _coordinates(sheet)
    points = _point_places(sheet, {point for _municipality, point in found}, places)
    figure, [axes] = new_figure(6.6)
    minutes = [travel.mean for _visits, travel in found.values()]
    scale = Normalize(0, max(minutes, default=1.0))
    most = max((visits.mean for visits, _travel in found.values()), default=1.0)
    for (municipality, point), (visits, travel) in found.items():
        start, end = places[municipality], points[point]
        width = max(0.6, _WIDEST * math.sqrt(visits.mean / most))
        axes.plot(
            *zip(start, end, strict=True),
            color=_TRAVEL(scale(travel.mean)),
            linewidth=width,
            zorder=2,
            solid_capstyle="round",
            alpha=0.9,
        )
    _draw_municipalities(sheet, axes, places)
    _draw_points(sheet, axes, points)
    axes.set_aspect("equal")
    axes.axis("off")
    axes.margins(x=0.16, y=0.06)
    bar = figure.colorbar(ScalarMappable(scale, _TRAVEL), ax=axes, shrink=0.45, aspect=26, pad=0.01)
    bar.set_label(_("Mean travel one way, min"))
    bar.outline.set_visible(False)
    largest = table.rows[0] if table.rows else ("", "", Estimate(), Estimate())
    alt = _("Map of centres, service points and connections. The busiest connection: {a} to {b}, {n} visits.")
    alt = alt.format(a=largest[0], b=largest[1], n=number(float(plain(largest[2])), sheet.lang))
    note = _("Circles: people of the municipality. Width of a line: visits. Straight lines.")
    title = _("From where to which service point people go")
    return Exhibit("map", title, alt, f"{note} {mean_note(sheet)}", figure, table)


def _draw_points(sheet: Sheet, axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Draw the service points as squares with their names."""
    middle = float(np.median([place[0] for place in points.values()])) if points else 0.0
    for point, place in points.items():
        to_the_left = place[0] < middle - 1.0  # names of western points go west, out of the others' way
        axes.scatter(*place, marker="s", s=52, color=ORANGE, edgecolor="white", zorder=5)
        axes.annotate(
            sheet.labels.point(point),
            place,
            (-7 if to_the_left else 7, -1),
            textcoords="offset points",
            ha="right" if to_the_left else "left",
            va="center",
            fontsize=8,
            color=ORANGE,
            zorder=6,
            fontweight="bold",
            path_effects=_halo(),
        )


def _draw_municipalities(sheet: Sheet, axes: Axes, places: Mapping[str, tuple[float, float]]) -> None:
    """Draw the municipalities as circles as large as their people, with their names."""
    get = sheet.values.get
    sizes = {name: get("persons_by_municipality", name).mean for name in places}
    most = max((size for size in sizes.values() if not math.isnan(size)), default=1.0)
    for name, place in places.items():
        if sizes[name] > 0:
            area = 30 + 900 * sizes[name] / most
            axes.scatter(*place, s=area, color=PAST[0], edgecolor=MUTED, zorder=3)
            axes.annotate(
                sheet.labels.municipality(name),
                place,
                (0, 3 + math.sqrt(area / math.pi)),
                textcoords="offset points",
                zorder=6,
                ha="center",
                fontsize=9.5,
                fontweight="bold",
                color=INK,
                path_effects=_halo(),
            )


def _halo() -> list[AbstractPathEffect]:
    """Return a white edge that keeps names legible on lines."""
    return [withStroke(linewidth=2.5, foreground="white")]


def _coordinates(sheet: Sheet) -> dict[str, tuple[float, float]]:
    """Return the municipalities' centres on a plane [km]."""
    table = sheet.region.table("municipalities")
    return {
        str(row["municipality"]): _plane(sheet, row["lat"], row["lon"]) for row in table.to_dict("records")
    }


def _plane(sheet: Sheet, lat: float, lon: float) -> tuple[float, float]:
    """Return a place east and north of the equator's origin [km], true at the region's middle latitude."""
    middle = float(sheet.region.table("municipalities")["lat"].mean())
    return lon * _DEGREE * math.cos(math.radians(middle)), lat * _DEGREE


def _point_places(
    sheet: Sheet, wanted: set[str], places: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Return where the points are drawn [km]: those of one place one below the other."""
    table = sheet.region.table("points")
    found: dict[str, tuple[float, float]] = {}
    taken: dict[tuple[float, float], int] = {}
    for row in table[table["point"].isin(list(wanted))].to_dict("records"):
        place = _plane(sheet, row["lat"], row["lon"])
        key = (round(place[0]), round(place[1]))
        taken[key] = taken.get(key, 0) + 1
        found[str(row["point"])] = (place[0], place[1] - _APART * taken[key])
    return found


def _extreme(sheet: Sheet, rows: tuple[tuple[object, ...], ...], column: int, title: str) -> str:
    """Return which group has the most of a number."""
    means = [value.mean if isinstance(value := row[column], Estimate) else math.nan for row in rows]
    if np.isnan(means).all():
        return title
    at = int(np.nanargmax(means))
    return f"{title}: {rows[at][0]} ({number(means[at], sheet.lang, 1)})"
