"""Draws the three figures of a run: months, waits, and the rhythm of the day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from babel.dates import get_month_names
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.locale import Language, message, number, percent, translator
from sim.outcomes import KINDS
from sim.reports.names import Labels
from sim.reports.results import Run, Values, own_metrics, replications, title
from sim.reports.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SHADES,
    bars,
    caption,
    house_style,
    legend_above,
    new_figure,
    numbers,
    panel_title,
    percents,
    quiet,
    save,
    whiskers,
)

type Translate = Callable[[str], str]
type Floats = NDArray[np.float64]

_METRICS = ("visits_by_kind", "wait_histogram", "within", "arrivals_half_hour", "busy_half_hour")
_KIND_TITLES = {
    "resident": message("Residents, visits a month"),
    "cottage_dweller": message("Cottage dwellers, visits a month"),
}
#: Legend of the wait classes, shortest first; those who were not served come last.
_WAIT_LABELS = {
    "at_once": message("at once"),
    "0-5": message("up to 5 min"),
    "5-15": message("5–15 min"),
    "15-30": message("15–30 min"),
    "30-60": message("30–60 min"),
    "60+": message("over 60 min"),
    "unserved": message("gave up or turned away"),
}


def draw_run(run: Run, folder: Path, lang: Language | None = None) -> list[Path]:
    """Draw a run's figures into `folder` and return their paths, an SVG and a PNG each.

    Parameters
    ----------
    run
        The stored run; only its tables are read.
    folder
        Where the figures go; made if missing.
    lang
        Language of the texts, None for the region's.
    """
    scenario = run.scenario
    labels = Labels.read(scenario.region, lang, scenario.year if scenario.reading == "projection" else None)
    metrics = own_metrics(run)
    sheet = _Sheet(Values.of(metrics, _METRICS), labels, _subtitle(run, labels.lang, replications(metrics)))
    with house_style():
        return [
            *_draw_months(sheet, folder),
            *_draw_waits(sheet, folder),
            *_draw_day(sheet, folder),
        ]


class _Sheet:
    """What every figure of a run needs: its values, names, texts and subtitle."""

    def __init__(self, values: Values, labels: Labels, subtitle: str) -> None:
        self.values = values
        self.labels = labels
        self.lang = labels.lang
        self.subtitle = subtitle
        self.translate = translator(labels.lang)


def _subtitle(run: Run, lang: Language, n: int) -> str:
    """Return scenario, year and replications."""
    _ = translator(lang)
    runs = _("mean of {n} replications") if n != 1 else _("one replication")
    return f"{title(run, lang)} · {run.scenario.year} · {runs.format(n=number(n, lang))}"


def _draw_months(sheet: _Sheet, folder: Path) -> list[Path]:
    """Draw visits by month, a panel for each kind of person, since their sizes differ by far."""
    _ = sheet.translate
    figure, panels = new_figure(5.4, rows=len(KINDS), ratios=[2.2, 1.0])
    months = range(1, 13)
    for axes, kind, colour in zip(panels, KINDS, (BLUE, ORANGE), strict=True):
        found = [sheet.values.get("visits_by_kind", kind, period=f"month-{month:02d}") for month in months]
        bars(axes, months, found, colour, width=0.72)
        axes.yaxis.set_major_formatter(numbers(sheet.lang))
        panel_title(axes, _(_KIND_TITLES[kind]), colour)
        quiet(axes)
    names = get_month_names("abbreviated", context="stand-alone", locale=sheet.lang)
    panels[-1].set_xticks(list(months), [names[month].rstrip(".") for month in months])
    caption(figure, _("When people come: visits by month"), sheet.subtitle, _note(_))
    return save(figure, folder, "visits_by_month")


def _draw_waits(sheet: _Sheet, folder: Path) -> list[Path]:
    """Draw the wait classes of all who arrived at each point, busiest point first."""
    _ = sheet.translate
    counts = _wait_counts(sheet)
    points = sorted(counts, key=lambda point: -counts[point].sum())
    figure, [axes] = new_figure(1.9 + 0.46 * max(len(points), 2))
    rows = range(len(points))
    left = np.zeros(len(points))
    for index, (label, colour) in enumerate(zip(_WAIT_LABELS.values(), (*SHADES, ORANGE), strict=True)):
        share = np.array([counts[point][index] / counts[point].sum() for point in points])
        axes.barh(rows, share, left=left, color=colour, height=0.68, edgecolor="white", label=_(label))
        left += share
    _write_service_levels(sheet, axes, points)
    axes.set_yticks(rows, [sheet.labels.point(point) for point in points], color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(percents(sheet.lang))
    axes.set_xlabel(_("Share of all who arrived"))
    quiet(axes, grid="x")
    legend_above(figure, axes, columns=4)
    caption(figure, _("How long people wait, by service point"), sheet.subtitle, _wait_note(_))
    return save(figure, folder, "waits_by_point")


def _write_service_levels(sheet: _Sheet, axes: Axes, points: Sequence[str]) -> None:
    """Mark the share within 15 minutes with its interval on each bar and write it beside."""
    _ = sheet.translate
    shares = [sheet.values.get("within", "15_min", point=point) for point in points]
    whiskers(axes, range(len(points)), shares, across=True)
    for row, share in enumerate(shares):
        text = _("{share} within 15 min").format(share=percent(share.mean, sheet.lang))
        axes.text(1.01, row, text, va="center", fontsize=9, transform=axes.get_yaxis_transform())


def _wait_counts(sheet: _Sheet) -> dict[str, Floats]:
    """Return the counts by wait class of every point at which anybody arrived."""
    counts = {}
    for point in sheet.values.points("wait_histogram"):
        found = [sheet.values.get("wait_histogram", grade, point=point).mean for grade in _WAIT_LABELS]
        if np.nansum(found) > 0:
            counts[point] = np.nan_to_num(found)
    return counts


def _draw_day(sheet: _Sheet, folder: Path) -> list[Path]:
    """Draw arrivals and busy officials by half hour, as a mean over open days."""
    _ = sheet.translate
    figure, panels = new_figure(5.4, rows=2, ratios=[1.3, 1.0])
    halves = _busy_halves(sheet.values)
    hours = [int(half[:2]) + int(half[3:]) / 60 for half in halves]
    for axes, metric, text, colour in (
        (panels[0], "arrivals_half_hour", _("Arrivals in half an hour, persons"), BLUE),
        (panels[1], "busy_half_hour", _("Officials busy with customers"), GREEN),
    ):
        found = [sheet.values.get(metric, half) for half in halves]
        bars(axes, [hour + 0.25 for hour in hours], found, colour, width=0.44)
        axes.yaxis.set_major_formatter(numbers(sheet.lang))
        panel_title(axes, text, colour)
        quiet(axes)
    panels[1].set_xticks(sorted({int(hour) for hour in hours} | {int(hour + 0.5) for hour in hours}))
    panels[1].set_xlabel(_("Time of day, h"))
    caption(figure, _("The rhythm of an open day, all service points"), sheet.subtitle, _note(_))
    return save(figure, folder, "day_rhythm")


def _busy_halves(values: Values) -> list[str]:
    """Return the half hours from the first to the last in which more than one person comes on most days."""
    halves = sorted(values.statistics("arrivals_half_hour"))
    lively = [half for half in halves if values.get("arrivals_half_hour", half).mean > 1]
    return [half for half in halves if lively and lively[0] <= half <= lively[-1]] or halves


def _note(_: Translate) -> str:
    """Return what the whiskers are."""
    return _("Whiskers: random variation (95% confidence interval of the mean). Simulated persons.")


def _wait_note(_: Translate) -> str:
    """Return what the whiskers of the waits are."""
    return _("Whiskers: random variation (95% confidence interval), share within 15 min. Simulated persons.")
