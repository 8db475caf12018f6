"""The default metrics of a year: one long table by point and authority with totals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.outcomes.access import add_access_delay, add_travel, tally_access
from sim.outcomes.columns import Floats, Ints, VisitColumns, columns_by_month
from sim.outcomes.crowding import add_crowding, tally_crowding, waiting
from sim.outcomes.grouping import Axes, Tally, join
from sim.outcomes.half_hours import add_half_hours, tally_half_hours
from sim.outcomes.officials import add_officials, add_places, pools, tally_officials
from sim.outcomes.people import add_people, tally_people
from sim.outcomes.rhythm import add_rhythm, first_weekday, tally_rhythm
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, shown_groups
from sim.outcomes.volumes import add_expectation, add_needs, add_volumes, tally_volumes
from sim.outcomes.waits import add_service_levels, add_target_days, add_waits, tally_waits
from sim.visits import YearRecords


def metrics(records: YearRecords, settings: OutcomeSettings) -> pd.DataFrame:
    """Return the year's metrics by point and authority, with totals, as a long table.

    Parameters
    ----------
    records
        What the simulated year left behind.
    settings
        Targets and conventions of the region.

    Returns
    -------
    DataFrame
        Columns year, point, authority, channel, period, metric, statistic, value, unit. What is summed
        over points, authorities or channels carries `all`; `period` is `year` or `month-01` to
        `month-12`. Authorities closed at a point and not visited there have no row; every authority has
        rows over all points. A mean, share or quantile of nobody is nan.

    Notes
    -----
    Definitions stand with the functions that add each metric (`volumes`, `waits`, `crowding`, `officials`,
    `access`, `half_hours`). Those tally month by month; the table is made from the year's.
    """
    axes = Axes.of(records.names, len(records.official_names))
    parts = []
    for month, columns in enumerate(columns_by_month(records)):
        tally, waits = _tally(columns, axes, settings)
        tally |= tally_people(columns, records.names, settings)
        tally |= tally_rhythm(columns, axes, first_weekday(records.year, month))
        parts.append((tally, waits))
    year = join(part for part, _ in parts)
    cells, minutes = (np.concatenate(column) for column in zip(*(waits for _, waits in parts), strict=True))
    shown = shown_groups(records.open_minutes, year["records"].sum(axis=(2, 3, 4, 5)))
    table = LongTable(records.year, records.names, shown, pools(records))
    add_volumes(table, year)
    add_needs(table, records)
    add_expectation(table, records)
    add_waits(table, year, (cells, minutes))
    add_service_levels(table, year)
    add_target_days(table, year, settings)
    add_crowding(table, records, year, settings)
    add_access_delay(table, year)
    add_travel(table, year)
    add_officials(table, records, year)
    add_places(table, records, year)
    add_half_hours(table, year)
    add_people(table, records, year)
    add_rhythm(table, year)
    return table.frame()


def _tally(columns: VisitColumns, axes: Axes, settings: OutcomeSettings) -> tuple[Tally, tuple[Ints, Floats]]:
    """Return a month's tallies, and the cell and minutes of its waits above 0."""
    waited = waiting(columns)
    tally = tally_volumes(columns, axes)
    tally |= tally_waits(columns, axes, settings)
    tally |= tally_crowding(columns, axes, waited)
    tally |= tally_officials(columns, axes)
    tally |= tally_access(columns, axes)
    tally |= tally_half_hours(columns, axes)
    served = waited[columns.began[waited]]
    return tally, (columns.cell[served], columns.wait[served])
