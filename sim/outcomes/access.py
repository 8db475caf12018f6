"""What it takes to get to an official: working days to a booked time, and travel."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import VisitColumns
from sim.outcomes.grouping import count, margin_quantiles, ratio, with_margins
from sim.outcomes.table import LongTable, Metric
from sim.visits import Relation, YearRecords

#: The plan's limit of a reasonable journey one way [min].
FAR = 60
_HOUR = 60.0
#: How a visit came about without a trip of its own.
_NO_TRIP = (Relation.SECOND_HERE, Relation.REQUEUE)


def add_access_delay(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add the working days from the need to the booked time: median and 90th percentile.

    Notes
    -----
    Over first-time booked visits, no-shows included: they had a time too.
    """
    booked = np.flatnonzero(columns.booked & ~columns.again)
    delay = np.maximum(records.visits["delay"][booked], 0).astype(np.float64)
    shape = (len(records.names.points), len(records.names.authorities))
    ranks = margin_quantiles(columns.point[booked], columns.authority[booked], delay, shape, (0.5, 0.9))
    for name, values in zip(("median", "p90"), ranks, strict=True):
        table.add(Metric("access_delay", name, "working days"), values)


def add_travel(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add one-way travel times and the hours people spend on the road.

    Notes
    -----
    Over trips: second matters at the same point and re-queues are none, no-shows did not travel.
    `person_hours` counts the way there and back, companions left out.
    """
    trip = np.flatnonzero(columns.arrived & ~np.isin(columns.relation, _NO_TRIP))
    shape = (len(records.names.points), len(records.names.authorities))
    minutes = columns.travel[trip].astype(np.float64)
    cell = columns.cell[trip]
    trips = with_margins(count(cell, shape))
    total = with_margins(count(cell, shape, minutes))
    far = with_margins(count(cell[minutes > FAR], shape))
    table.add(Metric("travel", "mean", "min"), ratio(total, trips))
    table.add(Metric("travel", f"over_{FAR}_min", "share"), ratio(far, trips))
    table.add(Metric("travel", "person_hours", "h"), 2 * total / _HOUR)
