"""Draws all figures of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sim.locale import Language
from sim.reports.exhibits import Exhibit, save_exhibit
from sim.reports.figures_people import adoption_figure, map_figure, people_figure
from sim.reports.figures_service import service_level_figure, utilisation_figure, waits_figure
from sim.reports.figures_volumes import months_figure, plan_figure
from sim.reports.figures_week import day_figure, season_figure, week_figure
from sim.reports.results import Run
from sim.reports.service import named_rows
from sim.reports.sheet import Sheet
from sim.reports.style import house_style

#: Figures by the part of a report to which they belong, each with the metric that it cannot do without.
PARTS: dict[str, tuple[tuple[str, Callable[[Sheet], Exhibit]], ...]] = {
    "volumes": (("visits", plan_figure), ("visits_by_kind", months_figure)),
    "service": (
        ("wait_histogram", waits_figure),
        ("within", service_level_figure),
        ("utilisation", utilisation_figure),
    ),
    "rhythm": (
        ("arrivals_half_hour", day_figure),
        ("wait_by_hour", week_figure),
        ("arrivals_by_hour", season_figure),
    ),
    "people": (
        ("visits_by_age_group", lambda sheet: people_figure(sheet, "age_group")),
        ("visits_by_municipality", lambda sheet: people_figure(sheet, "municipality")),
        ("visits_from", map_figure),
        ("visits", adoption_figure),
    ),
}


def exhibits(sheet: Sheet, part: str) -> Iterator[Exhibit]:
    """Yield the exhibits of one part of a report.

    Those whose metrics the run lacks are left out; without visitors there is nothing to draw.

    Call it, and draw what it yields, within `sim.reports.style.house_style`.
    """
    if not any(named_rows(sheet)):
        return
    for metric, draw in PARTS[part]:
        if sheet.values.statistics(metric):
            yield draw(sheet)


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
    sheet = Sheet.of(run, lang)
    with house_style():
        return [
            path
            for part in PARTS
            for exhibit in exhibits(sheet, part)
            for path in save_exhibit(exhibit, folder, sheet.subtitle)
        ]
