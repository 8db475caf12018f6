"""What the plan's patterns are called, and why they agree or not, in the reader's language."""

from __future__ import annotations

from babel.dates import get_month_names

from sim.calendar import MONTHS
from sim.experiments.pattern_store import Pattern
from sim.locale import message, translator
from sim.reports.names import Labels, short_name

#: Names of the patterns by key.
PATTERN_NAMES = {
    "visits": message("Visits"),
    "visits_joint_authorities": message("Visits to the authorities of the joint points"),
    "visits_at_point": message("Visits to a municipal point"),
    "share_65_plus": message("Share aged 65 or over"),
    "foreign_language_share": message("Share of foreign-language speakers"),
    "population_below_base": message("Residents of the small municipalities"),
    "population_base_in_season": message("Population base in the cottage season"),
    "share_in_band": message("Share of residents by drive time"),
    "share_within_hour": message("Share within an hour of a joint point"),
    "persons_over_hour": message("Persons over an hour from a joint point"),
    "catchment": message("Catchment"),
    "cottages_exceed_dwellings": message("Municipalities with more cottages than homes"),
    "cottages_total": message("Cottages"),
    "cottage_owners_outside": message("Cottage people from outside the region"),
    "population": message("Residents"),
    "age_groups": message("Age groups by municipality"),
    "contradictions_in_the_plan": message("Contradictions in the plan"),
}


def pattern_title(row: Pattern, labels: Labels) -> str:
    """Return the name of a pattern, its key in words where it has none."""
    return translator(labels.lang)(PATTERN_NAMES.get(row.pattern, row.pattern.replace("_", " ")))


def subject_title(row: Pattern, labels: Labels) -> str:
    """Return of whom or where a pattern is: authorities, points and places by their names."""
    if not row.subject:
        return ""
    return ", ".join(_named(part, labels) for part in row.subject.split(", "))


def _named(part: str, labels: Labels) -> str:
    if part in labels.authorities:
        return short_name(labels.authorities[part])
    known = labels.points.get(part) or labels.municipalities.get(part)
    return known or translator(labels.lang)(part)


def why(row: Pattern, labels: Labels) -> str:
    """Return why a pattern agrees by construction, or why it cannot."""
    if not row.reason:
        return ""
    text = translator(labels.lang)(row.reason)
    if row.month not in MONTHS:
        return text
    names = get_month_names("wide", context="stand-alone", locale=labels.lang)
    return text.format(month=names[MONTHS.index(row.month) + 1])
