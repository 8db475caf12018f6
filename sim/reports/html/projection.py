"""The report of a projection: how likely the plan is, what moves visits, and what it would take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.config import load_scenario, shipped_scenarios
from sim.config.registry import Registry
from sim.errors import InputError, Problem
from sim.locale import Language, number, translator
from sim.region import load_region
from sim.reports.basis import LIMITS, made_with, registry_table
from sim.reports.figures_projection import range_figure, subtitle, waterfall_figure
from sim.reports.html.page import NAME, Fact, page, pictures
from sim.reports.names import Labels, short_name
from sim.reports.projection import ANSWER, MADE
from sim.reports.projection_tables import (
    Answer,
    beside_table,
    chance_text,
    lever_table,
    must_text,
    needed_table,
    pair_table,
    visit_table,
)
from sim.reports.style import house_style


def write_projection_report(folder: Path, lang: Language | None = None) -> Path:
    """Write the report of a projection into its folder and return the path.

    Raises
    ------
    InputError
        If the answer can't be read, or the region can no longer be read.
    """
    answer = read_json(folder / ANSWER)
    made = read_json(folder / MADE) if (folder / MADE).exists() else {}
    path = folder / NAME
    path.write_text(render_projection(answer, made, lang, folder), encoding="utf-8")
    return path


def render_projection(answer: Answer, made: Answer, lang: Language | None, folder: Path | None = None) -> str:
    """Return the report as HTML, and write its figures too where a folder is given.

    Parameters
    ----------
    answer
        See `sim.experiments.projection.project`.
    made
        How it was made, as a manifest; may be empty.
    """
    region = load_region(region_of(answer, made))
    labels = Labels.read(region_of(answer, made), lang)
    lang = labels.lang
    names = {key: short_name(name) for key, name in labels.authorities.items()}
    _ = translator(lang)
    with house_style():
        drawn = [
            *pictures([waterfall_figure(answer, lang)], subtitle(lang), folder),
            *pictures([range_figure(answer, lang, names)], _("Visits a year"), folder),
        ]
    registry = Registry.from_region(region)
    parameters = registry.resolve(made.get("scenario", {}).get("parameters", {}))
    return page(
        "projection.html",
        lang,
        kind=_("Report of a projection"),
        title=_("How likely is the plan's number of visits in {year}?").format(year=answer["year"]),
        contents=_contents(lang),
        lead=list(lead(answer, lang)),
        facts=list(_facts(answer, lang)),
        visits=visit_table(answer, lang, names),
        beside=beside_table(answer, lang, names) if answer["beside"] else None,
        pictures=drawn,
        needed=[needed_table(answer, lang, names), lever_table(answer, lang)],
        pairs=pair_table(answer, lang),
        assumptions=registry_table(registry, parameters, labels),
        provenance=[*asked(answer, lang), *made_with(made, lang)],
        limits=list(map(_, LIMITS)),
    )


def read_json(path: Path) -> Any:
    """Return what a file of the projection's folder holds."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(Problem(str(path), f"can't be read: {error}")) from None


def region_of(answer: Answer, made: Answer) -> str:
    """Return the region of an answer, which its scenario names where nothing else does."""
    if made:
        return str(made["region"]["name"])
    name = str(answer["scenario"])
    if name not in shipped_scenarios():
        raise InputError(Problem(name, f"is no shipped scenario, and {MADE} does not name its region"))
    return load_scenario(name).region


def _contents(lang: Language) -> list[tuple[str, str]]:
    """Return the parts of the page: their ids and headings."""
    _ = translator(lang)
    return [
        ("verdict", _("Verdict")),
        ("visits", _("Visits")),
        ("needed", _("What it would take")),
        ("assumptions", _("Assumptions")),
        ("limits", _("Limits")),
        ("provenance", _("How it was made")),
    ]


def lead(answer: Answer, lang: Language) -> Iterator[str]:
    """Yield the verdict: the probability, the range, and what must be true."""
    _ = translator(lang)
    total = next(row for row in answer["rows"] if row["authority"] == "all")
    plan = number(total["plan"], lang)
    text = _("The probability that visits stay at the plan's {plan} or below is {chance}.")
    yield text.format(plan=plan, chance=chance_text(total["probability"], lang))
    text = _("The median is {middle} visits, p10–p90 {low} … {high} (uncertainty of the assumptions).")
    low, middle, high = (number(total[key], lang) for key in ("p10", "p50", "p90"))
    yield text.format(low=low, middle=middle, high=high)
    yield _("For {plan} one of these must be true: {must}.").format(plan=plan, must=must_text(total, lang))


def _facts(answer: Answer, lang: Language) -> Iterator[Fact]:
    """Yield the headline numbers."""
    _ = translator(lang)
    total = next(row for row in answer["rows"] if row["authority"] == "all")
    yield Fact(number(total["at_base"], lang), _("visits at base assumptions"))
    yield Fact(number(total["plan"], lang), _("visits in the plan"))
    yield Fact(number(total["legal_floor"], lang), _("visits that the law alone demands"))


def asked(answer: Answer, lang: Language) -> Iterator[tuple[str, str]]:
    """Yield what was asked for."""
    _ = translator(lang)
    yield _("Scenario"), str(answer["scenario"])
    yield _("Draws"), number(answer["draws"], lang)
    yield _("Seed of the draws"), str(answer["seed"])
