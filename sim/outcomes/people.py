"""Who visits, waits and travels: outcomes by age group, municipality and kind, and whence to where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.outcomes.columns import Bools, Floats, VisitColumns
from sim.outcomes.grouping import Tally, count, ratio
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, Metric
from sim.outcomes.volumes import KINDS
from sim.visits import Names, Outcome, YearRecords

#: What people are told apart by, in the order of the axes of `YearRecords.persons`.
DIMENSIONS = ("age_group", "municipality", "kind")


def tally_people(columns: VisitColumns, names: Names, settings: OutcomeSettings) -> Tally:
    """Return a month's visits by who came, and by municipality and point.

    `people` (7 measures; age group, municipality, kind): counted visits, arrivals, begun services, minutes
    waited, arrivals within the target, who gave up, minutes of travel of those who arrived. `origins`
    (2: counted visits and their minutes of travel; municipality, point).
    """
    visits = columns.visits
    sizes = (len(names.age_groups), len(names.municipalities), len(KINDS))
    municipality = visits["municipality"].astype(np.int64)
    person = (visits["age"] * np.int64(sizes[1]) + municipality) * sizes[2] + visits["kind"]
    travel: Floats = visits["travel"].astype(np.float64)
    gave_up = (columns.outcome == Outcome.RENEGED) | (columns.outcome == Outcome.BALKED)
    weights: tuple[Floats | Bools, ...] = (
        columns.counted,
        columns.arrived,
        columns.began,
        np.nan_to_num(columns.wait),
        columns.wait <= settings.service_target_wait,
        gave_up,
        columns.arrived * travel,
    )
    cells = (len(names.municipalities), len(names.points))
    origin = municipality * cells[1] + columns.point
    from_home: tuple[Floats | Bools, ...] = (columns.counted, columns.counted * travel)
    return {
        "people": np.stack([count(person, sizes, weight) for weight in weights]),
        "origins": np.stack([count(origin, cells, part) for part in from_home]),
    }


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
    everywhere = np.array([table.all_points])
    everybody = np.array([table.all_authorities])
    for (name, unit), values in found.items():
        for index, group in enumerate(groups):
            metric = Metric(f"{name}_by_{dimension}", group, unit)
            table.add_rows(metric, everywhere, everybody, values[index : index + 1])


def _add_origins(table: LongTable, municipalities: Sequence[str], visits: Floats, travel: Floats) -> None:
    """Add the visits and mean travel of each municipality's people to each point that they visit."""
    for index, name in enumerate(municipalities):
        point = np.flatnonzero(visits[index] > 0)
        everybody = np.full(len(point), table.all_authorities)
        table.add_rows(Metric("visits_from", name, "visits"), point, everybody, visits[index, point])
        table.add_rows(Metric("travel_from", name, "min"), point, everybody, travel[index, point])
