"""The default metrics of a year: one long table by point and authority with totals."""

from __future__ import annotations

import pandas as pd

from sim.outcomes.access import add_access_delay, add_travel
from sim.outcomes.columns import read_columns
from sim.outcomes.grouping import count
from sim.outcomes.half_hours import add_half_hours
from sim.outcomes.officials import add_officials, add_places, pools
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, shown_groups
from sim.outcomes.volumes import add_months, add_needs, add_volumes
from sim.outcomes.waits import add_queues, add_service_levels, add_target_days, add_wait_classes, add_waits
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
    Definitions stand with the functions that add each metric (`volumes`, `waits`, `officials`,
    `access`, `half_hours`).
    """
    columns = read_columns(records)
    names = records.names
    visited = count(columns.cell, (len(names.points), len(names.authorities)))
    table = LongTable(records.year, names, shown_groups(records.open_minutes, visited), pools(records))
    add_volumes(table, records, columns)
    add_months(table, records, columns)
    add_needs(table, records)
    add_waits(table, records, columns)
    add_service_levels(table, records, columns, settings)
    add_target_days(table, records, columns, settings)
    add_queues(table, records, columns, settings)
    add_wait_classes(table, records, columns)
    add_access_delay(table, records, columns)
    add_travel(table, records, columns)
    add_officials(table, records, columns)
    add_places(table, records, columns)
    add_half_hours(table, records, columns)
    return table.frame()
