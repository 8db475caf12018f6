"""The report of a run as one HTML file: readable on paper, a phone and by a screen reader, no other file."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from sim.locale import Language, number, percent
from sim.reports.balance import balance_table
from sim.reports.basis import assumption_table, changed, limits, provenance
from sim.reports.figures import PARTS, exhibits
from sim.reports.html.page import NAME, Fact, page, pictures
from sim.reports.html.trajectory import write_trajectory
from sim.reports.pattern_table import NO_PATTERNS, pattern_table
from sim.reports.payers import payer_table
from sim.reports.people import group_table, origin_table
from sim.reports.results import Run
from sim.reports.service import named_rows, point_table, service_table
from sim.reports.sheet import Sheet, Translate
from sim.reports.style import house_style
from sim.reports.tables import Column, Table, written
from sim.reports.verdict import READINGS, headline, interval_note, verdict
from sim.reports.volumes import plan_table


def write_report(run: Run, lang: Language | None = None, figures: Path | None = None) -> Path:
    """Write a run's report into its folder and return the path.

    Parameters
    ----------
    run
        The stored run; only its tables are read.
    lang
        Language, None for the region's.
    figures
        Folder into which the figures are written too, as SVG and PNG; None for nowhere.

    Raises
    ------
    InputError
        If the run's region can no longer be read.
    """
    if run.scenario.trajectory is not None:
        return write_trajectory(run, lang, figures)
    sheet = Sheet.of(run, lang)
    path = run.folder / NAME
    path.write_text(render(sheet, figures), encoding="utf-8")
    return path


def render(sheet: Sheet, figures: Path | None = None) -> str:
    """Return the report as HTML, and write its figures too where a folder is given."""
    with house_style():
        drawn = {part: pictures(exhibits(sheet, part), sheet.subtitle, figures) for part in PARTS}
    _ = sheet.translate
    tables = _tables(sheet)
    return page(
        "run.html",
        sheet.lang,
        kind=_("Report of a run"),
        title=headline(sheet.summary, sheet.lang, _),
        contents=_contents(_, has_means=bool(tables["payers"].rows)),
        lead=_lead(sheet),
        facts=_facts(sheet),
        pictures=drawn,
        tables=tables,
        patterns=pattern_table(sheet),
        no_patterns=_(NO_PATTERNS),
        changed=changed(sheet),
        provenance=provenance(sheet),
        limits=list(limits(sheet)),
    )


def _contents(_: Translate, *, has_means: bool) -> list[tuple[str, str]]:
    """Return the parts of the page: their ids and headings."""
    means = [("means", _("Staff and cost"))] if has_means else []
    return [
        ("verdict", _("Verdict")),
        ("volumes", _("Visits")),
        ("service", _("Waits and service")),
        ("rhythm", _("Rhythm")),
        ("people", _("People and travel")),
        *means,
        ("patterns", _("Patterns of the plan")),
        ("assumptions", _("Assumptions")),
        ("limits", _("Limits")),
        ("provenance", _("How it was made")),
    ]


def _tables(sheet: Sheet) -> dict[str, Table]:
    """Return the tables that stand by themselves."""
    makers: dict[str, Callable[[Sheet], Table]] = {
        "plan": plan_table,
        "balance": balance_table,
        "points": point_table,
        "levels": service_table,
        "origins": origin_table,
        "payers": payer_table,
        "assumptions": assumption_table,
    }
    tables = {name: make(sheet) for name, make in makers.items()}
    return tables | {name: group_table(sheet, name) for name in ("age_group", "municipality", "kind")}


def _lead(sheet: Sheet) -> list[str]:
    """Return the verdict: the visits, how they are served, and how far that may be trusted."""
    _ = sheet.translate
    within = sheet.values.get("within", "target")
    text = _("{share} of all who arrive begin service within {wait} minutes; the target is {target}.")
    served = text.format(
        share=percent(within.mean, sheet.lang),
        wait=number(sheet.target_wait, sheet.lang),
        target=percent(sheet.target_share, sheet.lang),
    )
    missed = _missed(sheet)
    where = _("Every service point and authority reaches the target.")
    if missed:
        where = _("The target is missed at: {names}.").format(names="; ".join(missed))
    notes = [interval_note(sheet.summary, sheet.lang, _)] if sheet.replications > 1 else []
    return [
        verdict(sheet.summary, sheet.lang, _),
        f"{served} {where}",
        _(READINGS[sheet.summary.reading]),
        *notes,
    ]


def _missed(sheet: Sheet) -> list[str]:
    """Return where the target is missed: points, each with those of its authorities that miss it."""
    found: dict[str, list[str]] = {}
    for name, row in named_rows(sheet):
        share = sheet.values.get("within", "target", row.point, row.authority).mean
        if share < sheet.target_share:
            told = f"{name} {percent(share, sheet.lang, 1)}".replace(" %", "\N{NO-BREAK SPACE}%")
            found.setdefault(row.point_name, []).append(told)
    return [_at_point(point, names) for point, names in found.items()]


def _at_point(point: str, names: list[str]) -> str:
    """Return a point with its authorities in brackets, or what alone misses the target there."""
    first, *others = names
    if point not in first:
        return f"{point} ({', '.join(names)})"
    return f"{first} ({', '.join(others)})" if others else first


def _facts(sheet: Sheet) -> list[Fact]:
    """Return the headline numbers with their intervals; those that the run does not hold are left out."""
    _, get = sheet.translate, sheet.values.get
    minutes, share = Column("", "number", 1), Column("", "share", 1)
    facts = (
        (sheet.summary.total.simulated, Column("", "number"), _("visits")),
        (get("wait", "mean"), minutes, _("minutes of wait on average")),
        (get("wait", "p90"), minutes, _("minutes: nine of ten wait less")),
        (get("within", "target"), share, _("served within the target")),
        (get("abandonment", "share"), share, _("gave up")),
        (get("travel", "mean"), minutes, _("minutes of travel one way")),
        (get("htv", "sum"), minutes, _("person-years of work at the points (HTV)")),
        (get("cost", "sum"), Column("", "number"), _("€ a year")),
        (get("cost_per_visit", "mean"), Column("", "number", 2), _("€ a visit")),
    )
    return [
        Fact(written(value, column, sheet.lang), label)
        for value, column, label in facts
        if not math.isnan(value.mean)
    ]
