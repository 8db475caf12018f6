"""The report of a run of several years."""

from __future__ import annotations

from pathlib import Path

from sim.locale import Language, number, translator
from sim.reports.basis import assumption_table, limits, provenance
from sim.reports.figures_trajectory import trajectory_figure
from sim.reports.html.page import NAME, page, pictures
from sim.reports.results import ALL, Run, title
from sim.reports.sheet import Sheet
from sim.reports.style import house_style
from sim.reports.trajectory import TRAJECTORY_NOTE, Course, short_table
from sim.reports.verdict import with_half_width


def write_trajectory(run: Run, lang: Language | None = None, figures: Path | None = None) -> Path:
    """Write the report of a run of several years into its folder and return the path.

    Parameters
    ----------
    run
        The stored run; only its tables are read.
    lang
        Language, None for the region's.
    figures
        Folder into which the figure is written too, as SVG and PNG; None for nowhere.
    """
    course, sheet = Course.of(run, lang), Sheet.of(run, lang)
    _ = sheet.translate
    heading = trajectory_headline(course)
    with house_style():
        drawn = pictures([trajectory_figure(course)], heading, figures)
    text = page(
        "trajectory.html",
        sheet.lang,
        kind=_("Report of a run"),
        title=heading,
        contents=[
            ("verdict", _("Verdict")),
            ("volumes", _("Visits")),
            ("assumptions", _("Assumptions")),
            ("limits", _("Limits")),
            ("provenance", _("How it was made")),
        ],
        lead=[trajectory_verdict(course), _(TRAJECTORY_NOTE)],
        pictures=drawn,
        table=short_table(course),
        assumptions=assumption_table(sheet),
        limits=list(limits(sheet)),
        provenance=provenance(sheet),
    )
    path = run.folder / NAME
    path.write_text(text, encoding="utf-8")
    return path


def trajectory_headline(course: Course) -> str:
    """Return the title with the years and the number of replications."""
    _ = translator(course.lang)
    runs = _("{n} replications") if course.replications != 1 else _("{n} replication")
    years = f"{course.years[0]}–{course.years[-1]}"
    n = number(course.replications, course.lang)
    return f"{title(course.run, course.lang)} · {years} · {runs.format(n=n)}"


def trajectory_verdict(course: Course) -> str:
    """Return the first sentence: the visits of the first and last year, and of the plan's between them."""
    _ = translator(course.lang)
    visits = course.visits[ALL]
    text = _("{visits} visits in {year}")
    years = dict.fromkeys((course.years[0], *course.plan, course.years[-1]))
    told = [text.format(visits=with_half_width(visits[y], course.lang), year=y) for y in sorted(years)]
    return _("The simulated years have {list}.").format(list=", ".join(told))
