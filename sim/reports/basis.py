"""What a result rests on: assumptions with sources and ranges, how the run was made, what it cannot tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from babel.dates import format_datetime

from sim.config.registry import Parameter, Parameters, Registry
from sim.locale import Language, message, translator
from sim.reports.names import Labels
from sim.reports.sheet import Sheet
from sim.reports.tables import Cell, Column, Row, Table

#: Topics of the registry's parameters as they are called.
GROUPS = {
    "coverage": message("E-services"),
    "need": message("Needs"),
    "duty": message("Duties to come in person"),
    "remote": message("Remote service"),
    "booking": message("Bookings"),
    "service": message("Service times"),
    "queue": message("Queueing"),
    "season": message("Seasons"),
    "choice": message("Choice of the service point"),
    "population": message("Population"),
    "cottages": message("Cottages"),
    "staff": message("Staff"),
    "space": message("Space"),
    "money": message("Money"),
    "reporting": message("How results are read"),
}
CONFIDENCE_NAMES = {
    "sourced": message("from a source"),
    "derived": message("derived from a source"),
    "assumption": message("assumption"),
}
#: What lies outside the model, in the order in which a reader should know it.
LIMITS = (
    message("Phone, chat and back-office work are not simulated; the plan's person-years hold them too."),
    message("Persons are simulated: they are like the region's people in number, age and place, but nobody."),
    message(
        "Intervals named random variation show how far chance moves a year. They say nothing of how wrong "
        "the assumptions may be; ranges of these stand in the table of assumptions."
    ),
    message("Hybrid work and the services of wellbeing services counties are left out."),
    message("Travel is by car unless a table of travel times says otherwise; homes are placed at random."),
    message(
        "The plan's counts of 2019 are taken as they are; its own tables contradict each other in places."
    ),
)
#: Decimals of a number by its size: the largest first.
_PLACES = ((1000.0, 0), (20.0, 1), (1.0, 2), (0.0, 3))
#: Columns of the table of assumptions that hold numbers: the value, the base and the range.
_NUMBERS = range(3, 7)


def assumption_table(sheet: Sheet) -> Table:
    """Return every parameter with its value in the scenario, its range and its source."""
    return registry_table(sheet.registry, sheet.parameters, sheet.labels)


def registry_table(registry: Registry, values: Parameters, labels: Labels) -> Table:
    """Return every parameter of a registry with a value, its range and its source.

    Parameters
    ----------
    registry
        Parameters of a region.
    values
        Their values in a scenario.
    labels
        Names in the reader's language.
    """
    _ = translator(labels.lang)
    titles = (
        *(_("Topic"), _("Assumption"), _("About"), _("Value here"), _("Base"), _("Low"), _("High")),
        *(_("Unit"), _("How sure"), _("Source"), _("Name for --set")),
    )
    columns = tuple(
        Column(name, "number" if place in _NUMBERS else "text") for place, name in enumerate(titles)
    )
    rows = tuple(_assumption(parameter, values[parameter.key], labels) for parameter in registry)
    return Table(_("Assumptions with ranges and sources"), columns, rows)


def changed(sheet: Sheet) -> list[str]:
    """Return the names of the parameters that the scenario sets to something else than their base."""
    return [key for key in sheet.run.scenario.parameters if key in sheet.registry]


def provenance(sheet: Sheet) -> list[tuple[str, str]]:
    """Return how the run was made: what was asked for, and with what it was done."""
    return made_with(sheet.run.manifest, sheet.lang)


def made_with(manifest: Mapping[str, Any], lang: Language) -> list[tuple[str, str]]:
    """Return what a manifest tells, name by name; what it lacks is left out."""
    _ = translator(lang)
    versions: Mapping[str, Any] = manifest.get("versions") or {}
    region: Mapping[str, Any] = manifest.get("region") or {}
    packages = (f"{name} {version}" for name, version in versions.items() if name not in _OWN)
    found = [
        (_("Command"), " ".join(manifest.get("command") or ())),
        (_("Started"), _moment(manifest.get("started"), lang)),
        (_("Replications"), str(manifest.get("replications", ""))),
        (_("Seed"), str(manifest.get("seed", ""))),
        (_("Queue engine"), _engine(str(manifest.get("engine", "")), lang)),
        (_("Scenario's digest"), str(manifest.get("digest", ""))),
        (_("Region's data"), f"{region.get('name', '')} {str(region.get('digest', ''))[:12]}".strip()),
        (_("Program"), " ".join(str(versions[name]) for name in ("visitsim",) if name in versions)),
        (_("Version of the model"), str(versions.get("model", ""))),
        (_("Source code"), _commit(manifest.get("git"), lang)),
        (_("Packages"), ", ".join(packages)),
    ]
    return [(name, value) for name, value in found if value]


def limits(sheet: Sheet) -> Iterator[str]:
    """Yield what the model cannot tell."""
    yield from map(sheet.translate, LIMITS)


_OWN = ("visitsim", "model")
_ENGINES = {"compiled": message("compiled")}


def _engine(name: str, lang: Language) -> str:
    """Return what an engine is called; a proper name stays."""
    return translator(lang)(_ENGINES[name]) if name in _ENGINES else name


def _assumption(parameter: Parameter, value: float, labels: Labels) -> Row:
    """Return one parameter's row, its numbers with as many decimals as their size calls for."""
    _ = translator(labels.lang)
    _name, _dot, about = parameter.key.partition(".")
    numbers = (value, parameter.base, parameter.low, parameter.high)
    return (
        _(GROUPS.get(parameter.group, parameter.group)),
        _(parameter.description),
        labels.subject(about),
        *map(_sized, numbers),
        _(parameter.unit),
        _(CONFIDENCE_NAMES.get(parameter.confidence, parameter.confidence)),
        _(CONFIDENCE_NAMES.get(parameter.source, parameter.source)),
        parameter.key,
    )


def _sized(value: float) -> Cell:
    """Return a number with decimals that its size calls for, without idle zeros."""
    decimals = next(places for size, places in _PLACES if abs(value) >= size)
    while decimals and round(value, decimals) == round(value, decimals - 1):
        decimals -= 1
    return Cell(value, Column("", "number", decimals))


def _moment(text: str | None, lang: Language) -> str:
    """Return a moment of the manifest as the language writes it."""
    if not text:
        return ""
    return str(format_datetime(dt.datetime.fromisoformat(text), "d.M.y HH:mm z", locale=lang))


def _commit(state: Mapping[str, Any] | None, lang: Language) -> str:
    """Return the commit, and whether the checkout had changes of its own."""
    if not state:
        return ""
    text = str(state.get("commit", ""))[:12]
    _ = translator(lang)
    changes = _("with changes that are not committed")
    return f"{text} ({changes})" if state.get("dirty") else text
