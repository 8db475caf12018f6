"""Who visits, waits and travels: outcomes by age group, municipality and kind, and whence to where."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio
from sim.outcomes.labels import Family
from sim.outcomes.table import Block, LongTable
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
    _add_origins(table, records.names.municipalities, *year["origins"])


def _add_groups(
    table: LongTable, dimension: str, groups: tuple[str, ...], persons: Floats, measures: Floats
) -> None:
    """Add one dimension's rows."""
    visits, arrived, began, waited, within, gave_up, travel = measures
    shares = ratio(np.stack([waited, within, gave_up, travel]), np.stack([began, arrived, arrived, arrived]))
    table.add_overall(_of_groups(dimension, groups), np.stack([persons, visits, *shares]))


@lru_cache(maxsize=16)
def _of_groups(dimension: str, groups: tuple[str, ...]) -> Family:
    """Return what is told of each group of a dimension."""
    units = {
        "persons": "persons",
        "visits": "visits",
        "wait": "min",
        "within_target": "share",
        "abandonment": "share",
        "travel": "min",
    }
    families = [Family.of(f"{name}_by_{dimension}", groups, unit) for name, unit in units.items()]
    return Family(tuple(metric for family in families for metric in family.metrics))


def _add_origins(table: LongTable, municipalities: tuple[str, ...], visits: Floats, minutes: Floats) -> None:
    """Add the visits and mean travel of each municipality's people to each point that they visit."""
    of_visits, of_travel = _of_origins(municipalities)
    places = table.place(np.arange(visits.shape[1]), table.all_authorities)
    table.add_in_turn(
        len(visits),
        Block(of_visits, places, visits, visits > 0),
        Block(of_travel, places, ratio(minutes, visits), visits > 0),
    )


@lru_cache(maxsize=4)
def _of_origins(municipalities: tuple[str, ...]) -> tuple[Family, Family]:
    """Return the visits, and the travel, from each municipality."""
    return (
        Family.of("visits_from", municipalities, "visits"),
        Family.of("travel_from", municipalities, "min"),
    )
