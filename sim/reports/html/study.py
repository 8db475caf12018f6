"""The report of a sweep or a comparison: what differs, how sure that is, for whom, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from sim.experiments.comparison import Difference
from sim.experiments.store import RunResult
from sim.locale import Language, number
from sim.reports.basis import assumption_table, limits, provenance
from sim.reports.figures_design import design_exhibits
from sim.reports.figures_study import study_exhibits
from sim.reports.html.page import NAME, Fact, page, pictures
from sim.reports.study import Study
from sim.reports.study_tables import (
    change_table,
    difference_tables,
    level_table,
    point_table,
    spread_table,
    told,
)
from sim.reports.style import house_style
from sim.reports.tables import Table, written

#: Headline numbers that are shown.
_FACTS = 6


def write_study(result: RunResult, lang: Language | None = None, figures: Path | None = None) -> Path:
    """Write the report of a sweep or a comparison into its folder and return the path.

    Parameters
    ----------
    result
        What is stored; only its tables are read.
    lang
        Language, None for the region's.
    figures
        Folder into which the figures are written too, as SVG and PNG; None for nowhere.

    Raises
    ------
    InputError
        If a table is missing, or the region can no longer be read.
    """
    path = result.folder / NAME
    path.write_text(render_study(Study.of(result, lang), figures), encoding="utf-8")
    return path


def render_study(study: Study, figures: Path | None = None) -> str:
    """Return the report as HTML, and write its figures too where a folder is given."""
    _ = study.reference.translate
    with house_style():
        drawn = pictures(study_exhibits(study), study.subtitle, figures)
        design = pictures(design_exhibits(study), study.subtitle, figures)
    compared = bool(study.result.manifest.get("comparison"))
    return page(
        "study.html",
        study.lang,
        kind=_("Report of a comparison") if compared else _("Report of a sweep"),
        title=_title(study),
        contents=_contents(study, has_design=bool(design)),
        question=study.question,
        lead=list(verdicts(study)),
        reference=study.side_name(next(iter(study.sides))),
        facts=_facts(study),
        differences=list(difference_tables(study)),
        levels=level_table(study),
        pictures=drawn,
        design=design,
        points=_point_tables(study),
        changes=change_table(study),
        assumptions=assumption_table(study.reference),
        provenance=provenance(study.reference),
        limits=list(limits(study.reference)),
    )


def _title(study: Study) -> str:
    """Return what is asked of what."""
    if study.title or study.name:
        return study.title or study.name.replace("_", " ")
    first, *others = (study.side_name(name) for name in study.sides)
    _ = study.reference.translate
    text = _("Compared with {reference}: {scenarios}")
    return text.format(scenarios="; ".join(others), reference=first)


def _contents(study: Study, *, has_design: bool) -> list[tuple[str, str]]:
    """Return the parts of the page: their ids and headings."""
    _ = study.reference.translate
    design = [("design", _("Design points"))] if has_design else []
    return [
        ("verdict", _("Verdict")),
        ("outcomes", _("Outcomes")),
        *design,
        ("assumptions", _("Assumptions")),
        ("limits", _("Limits")),
        ("provenance", _("How it was made")),
    ]


def verdicts(study: Study) -> Iterator[str]:
    """Yield the verdict: a sentence for each scenario, and of a single one its outcomes with their spread."""
    for scenario, rows in groupby(study.differences, key=lambda row: row.scenario):
        yield _sentence(study, scenario, list(rows))
    if not study.differences:
        yield from _spreads(study)


def _sentence(study: Study, scenario: str, rows: list[Difference]) -> str:
    """Return what is better and what is worse in a scenario."""
    _ = study.reference.translate
    parts = []
    for verdict in ("better", "worse", "higher", "lower"):
        found = [told(study, row) for row in rows if row.verdict == verdict]
        if found:
            parts.append(f"{_(verdict)}: {', '.join(found)}")
    rest = sum(row.verdict == "not distinguishable" for row in rows)
    if not parts:
        parts = [_("no outcome is distinguishable")]
    elif rest:
        parts.append(_("not distinguishable: {n} other outcomes").format(n=number(rest, study.lang)))
    text = _("{scenario} against {reference} – {verdict}.")
    return text.format(
        scenario=study.side_name(scenario),
        reference=study.side_name(next(iter(study.sides))),
        verdict="; ".join(parts),
    )


def _spreads(study: Study) -> Iterator[str]:
    """Yield the main outcomes of a single scenario."""
    _ = study.reference.translate
    spread = study.points > 1
    table = spread_table(study) if spread else level_table(study)
    for row in list(table.texts(study.lang))[:3]:
        if spread:
            text = _("{outcome}: {middle}, p10–p90 {low} … {high} (uncertainty).")
            yield text.format(outcome=row[0], low=row[2], middle=row[3], high=row[4])
        else:
            yield f"{row[0]}: {row[1]}."


def _facts(study: Study) -> list[Fact]:
    """Return the reference's main outcomes."""
    table = level_table(study)
    return [Fact(written(row[1], table.columns[1], study.lang), str(row[0])) for row in table.rows[:_FACTS]]


def _point_tables(study: Study) -> list[Table]:
    """Return how far the design moves the outcomes, and its points; nothing for a single point."""
    if study.points == 1 or study.result.factors.empty:
        return []
    return [spread_table(study), point_table(study)]
