"""Who visits, waits and travels: outcomes by age group, municipality and kind, and whence to where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio
from sim.outcomes.table import LongTable, Metric
from sim.outcomes.volumes import KINDS
from sim.visits import YearRecords

#: What people are told apart by, in the order of the axes of `YearRecords.persons`.
DIMENSIONS = ("age_group", "municipality", "kind")


def add_people(table: LongTable, records: YearRecords, year: Tally) -> None:
    """Add outcomes by group of people over all points, and each point's visits by municipality.

    Notes
    -----
    The statistic names the group, the metric what it is and by which dimension. `persons_by_…` are those
    who live or stay in the region; a cottage dweller belongs to the municipality of the cottage.
    `visits_from` and `travel_from` are those of a municipality's people to a point.
    """
    labels = (records.names.age_groups, records.names.municipalities, KINDS)
    for axis, (dimension, groups) in enumerate(zip(DIMENSIONS, labels, strict=True)):
        others = tuple(index for index in range(len(DIMENSIONS)) if index != axis)
        persons = records.persons.sum(axis=others).astype(np.float64)
        measures = year["people"].sum(axis=tuple(index + 1 for index in others))
        _add_groups(table, dimension, groups, persons, measures)
    visits, minutes = year["origins"]
    _add_origins(table, records.names.municipalities, visits, ratio(minutes, visits))


def _add_groups(
    table: LongTable, dimension: str, groups: Sequence[str], persons: Floats, measures: Floats
) -> None:
    """Add one dimension's rows."""
    visits, arrived, began, waited, within, gave_up, travel = measures
    found = {
        ("persons", "persons"): persons,
        ("visits", "visits"): visits,
        ("wait", "min"): ratio(waited, began),
        ("within_target", "share"): ratio(within, arrived),
        ("abandonment", "share"): ratio(gave_up, arrived),
        ("travel", "min"): ratio(travel, arrived),
    }
    for (name, unit), values in found.items():
        table.add_overall([Metric(f"{name}_by_{dimension}", group, unit) for group in groups], values)


def _add_origins(table: LongTable, municipalities: Sequence[str], visits: Floats, travel: Floats) -> None:
    """Add the visits and mean travel of each municipality's people to each point that they visit."""
    for index, name in enumerate(municipalities):
        point = np.flatnonzero(visits[index] > 0)
        everybody = np.full(len(point), table.all_authorities)
        table.add_rows(Metric("visits_from", name, "visits"), point, everybody, visits[index, point])
        table.add_rows(Metric("travel_from", name, "min"), point, everybody, travel[index, point])
