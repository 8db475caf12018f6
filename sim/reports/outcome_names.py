"""What outcomes are called in the reader's language, and how their numbers are written."""

from __future__ import annotations

from sim.config.experiment import OutcomeSpec
from sim.locale import Language, message, translator
from sim.reports.names import Labels, short_name
from sim.reports.results import ALL
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
    ("htv", "all"): message("Staff in person-years (HTV)"),
    ("euros", "all"): message("Cost, € a year"),
    ("customer_space", "all"): message("Customer space, m²"),
    ("utilisation", "share"): message("Utilisation of officials"),
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
}
#: Numbers below these limits are written with so many decimals.
_DECIMALS = ((1.0, 3), (20.0, 2), (1_000.0, 1))


def outcome_title(outcome: OutcomeSpec, labels: Labels) -> str:
    """Return what an outcome is called, with the point, authority, channel and period it is of."""
    _ = translator(labels.lang)
    known = _TITLES.get((outcome.metric, outcome.statistic))
    name = _(known) if known else f"{outcome.metric}.{outcome.statistic}"
    of = [
        labels.point(outcome.point) if outcome.point != ALL else "",
        short_name(labels.authority(outcome.authority)) if outcome.authority != ALL else "",
        outcome.channel if outcome.channel != ALL else "",
        outcome.period if outcome.period != "year" else "",
    ]
    return " · ".join([name, *(part for part in of if part)])


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
