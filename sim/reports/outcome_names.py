"""What outcomes are called in the reader's language, and how their numbers are written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from babel.dates import get_month_names

from sim.config.experiment import OutcomeSpec
from sim.locale import Language, message, translator
from sim.reports.names import Labels, short_name
from sim.reports.payers import PAYERS
from sim.reports.results import ALL
from sim.reports.sheet import KIND_NAMES
from sim.reports.tables import Column

_TITLES = {
    ("visits", "count"): message("Visits"),
    ("repeat_visits", "count"): message("Repeat visits"),
    ("wait", "mean"): message("Mean wait, min"),
    ("wait", "median"): message("Median wait, min"),
    ("wait", "p80"): message("Eight of ten wait less than, min"),
    ("wait", "p90"): message("Nine of ten wait less than, min"),
    ("wait", "p95"): message("95 of 100 wait less than, min"),
    ("within", "15_min"): message("Within 15 min"),
    ("within", "30_min"): message("Within 30 min"),
    ("within", "target"): message("Within the target"),
    ("abandonment", "share"): message("Gave up"),
    ("turned_away", "share"): message("Turned away"),
    ("days_below_target", "count"): message("Days below the target"),
    ("target_met", "day"): message("Days that meet the target"),
    ("target_met", "week"): message("Weeks that meet the target"),
    ("target_met", "year"): message("Years that meet the target"),
    ("worst_week", "within_target"): message("Within the target, worst week"),
    ("access_delay", "median"): message("Half get an appointment within, working days"),
    ("access_delay", "p90"): message("Nine of ten get an appointment within, working days"),
    ("no_slot", "count"): message("Found no appointment"),
    ("carried_over", "count"): message("Carried over the turns of the year"),
    ("travel", "mean"): message("Mean travel, min"),
    ("travel", "over_60_min"): message("Travel over 60 min"),
    ("travel", "person_hours"): message("Travel in all, h"),
    ("contact_hours", "sum"): message("Contact hours"),
    ("rostered_hours", "sum"): message("Rostered hours"),
    ("overtime_hours", "sum"): message("Overtime hours"),
    ("htv", "sum"): message("Staff in person-years (HTV)"),
    ("htv", "all"): message("Staff in person-years (HTV)"),
    ("euros", "all"): message("Cost, € a year"),
    ("cost", "sum"): message("Cost, € a year"),
    ("cost_per_visit", "mean"): message("Cost of a visit, €"),
    ("customer_space", "sum"): message("Customer space, m²"),
    ("customer_space", "all"): message("Customer space, m²"),
    ("utilisation", "share"): message("Utilisation of officials"),
    ("needs", "count"): message("Needs"),
    ("days_with_visits", "count"): message("Days with visits"),
    ("over_60", "persons"): message("Persons over 60 min from the nearest joint point"),
    ("over_60_served", "persons"): message("Persons over 60 min from a point that serves them"),
}
#: Numbers that stand for a group of people or a payer, which the statistic names.
_OF_GROUPS = {
    "hours": message("Hours on the road and in queues"),
    "travel_hours": message("Hours on the road"),
    "wait_hours": message("Hours in queues"),
    "unserved": message("Needs left unserved"),
    "over_60": message("Persons over 60 min from the nearest joint point"),
    "over_60_served": message("Persons over 60 min from a point that serves them"),
    "contact_hours": message("Contact hours"),
    "htv": message("Staff in person-years (HTV)"),
    "cost": message("Cost, € a year"),
}
#: Joints of such metrics' names.
_BY = re.compile(r"(_of_cottage_dwellers)?_by_(age_group|municipality|kind|payer)$")
_CHANNELS = {
    "counter": message("counter"),
    "video": message("remote station"),
    "online": message("online"),
    "unmet": message("no point that would do"),
    "no_slot": message("no free appointment"),
}
#: Units as they stand on an axis; what is not here is the same in all languages.
_UNITS = {
    "visits": message("visits"),
    "needs": message("needs"),
    "days": message("days"),
    "working days": message("working days"),
    "persons": message("persons"),
    "HTV": message("HTV"),
    "EUR": message("€ a year"),
    "pp": message("pp"),
    "h per 1 000 persons": message("h per 1 000 persons"),
    "needs per 1 000 persons": message("needs per 1 000 persons"),
    "m2": message("m²"),
    "EUR/visit": message("€ a visit"),
}
#: Numbers below these limits are written with so many decimals.
_DECIMALS = ((1.0, 3), (20.0, 2), (1_000.0, 1))


def outcome_title(outcome: OutcomeSpec, labels: Labels) -> str:
    """Return what an outcome is called, with the point, authority, channel and period it is of."""
    _ = translator(labels.lang)
    of = [
        *_named(outcome, labels),
        labels.point(outcome.point) if outcome.point != ALL else "",
        short_name(labels.authority(outcome.authority)) if outcome.authority != ALL else "",
        _(_CHANNELS.get(outcome.channel, outcome.channel)) if outcome.channel != ALL else "",
        _month(outcome.period, labels.lang),
    ]
    return " · ".join(part for part in of if part)


def outcome_titles(outcomes: Iterable[OutcomeSpec], labels: Labels) -> dict[str, str]:
    """Return what outcomes are called, by the labels under which tables hold them."""
    return {outcome.label(): outcome_title(outcome, labels) for outcome in outcomes}


def _named(outcome: OutcomeSpec, labels: Labels) -> list[str]:
    """Return what an outcome is called by itself, and of which group of people or payer it is."""
    _ = translator(labels.lang)
    known = _TITLES.get((outcome.metric, outcome.statistic))
    stem = _OF_GROUPS.get(_BY.sub("", outcome.metric))
    found = _BY.search(outcome.metric)
    if known or not stem or not found:
        return [_(known) if known else f"{outcome.metric}.{outcome.statistic}"]
    cottages = [_(KIND_NAMES["cottage_dweller"])] if found[1] else []
    group = {**KIND_NAMES, **PAYERS}.get(outcome.statistic)
    return [_(stem), *cottages, _(group) if group else labels.municipality(outcome.statistic)]


def _month(period: str, lang: Language) -> str:
    """Return the name of a period's month, nothing for the year."""
    if not period.startswith("month-"):
        return "" if period == "year" else period
    return str(get_month_names("wide", context="stand-alone", locale=lang)[int(period[-2:])])


def unit_name(unit: str, lang: Language) -> str:
    """Return what a unit is called.

    >>> unit_name("working days", "fi"), unit_name("min", "sv")
    ('työpäivää', 'min')
    """
    return translator(lang)(_UNITS[unit]) if unit in _UNITS else unit


def number_column(unit: str, size: float, title: str = "") -> Column:
    """Return how numbers of a unit are written: shares in per cent, others with decimals by their size.

    >>> number_column("min", 3.2).decimals, number_column("share", 0.5).kind
    (2, 'share')
    """
    if unit == "share":
        return Column(title, "share", 1)
    places = next((places for limit, places in _DECIMALS if abs(size) < limit), 0)
    return Column(title, "number", places)


def difference_column(column: Column) -> Column:
    """Return how differences of numbers in a column are written: with their sign."""
    return Column(column.title, "signed_share" if column.kind == "share" else "signed", column.decimals)
