"""The default metrics of a year: one long table by point and authority with totals."""

from __future__ import annotations

from importlib import import_module

import pandas as pd

from sim.outcomes.access import add_access_delay, add_travel
from sim.outcomes.contact import contact_rows
from sim.outcomes.crowding import add_crowding
from sim.outcomes.half_hours import add_half_hours
from sim.outcomes.officials import add_officials, add_places, pools
from sim.outcomes.people import add_people
from sim.outcomes.rhythm import add_rhythm
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, shown_groups
from sim.outcomes.volumes import add_expectation, add_needs, add_volumes
from sim.outcomes.waits import add_service_levels, add_target_days, add_waits
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
    `access`, `half_hours`); the table is made from the year's tally. Its compiled module is imported when it
    is first needed: who only reads tables does without.
    """
    tally_year, rows = import_module("sim.outcomes.tally").tally_year, contact_rows(records)
    year, waits = tally_year(records, rows, settings.service_target_wait)
    shown = shown_groups(records.open_minutes, year["records"].sum(axis=(2, 3, 4, 5)))
    table = LongTable(records.year, records.names, shown, pools(records))
    add_volumes(table, year)
    add_needs(table, records, year)
    add_expectation(table, records)
    add_waits(table, year, waits)
    add_service_levels(table, year)
    add_target_days(table, year, settings)
    add_crowding(table, records, year, settings)
    add_access_delay(table, year)
    add_travel(table, year)
    add_officials(table, records, year, rows)
    add_places(table, records, year)
    add_half_hours(table, year)
    add_people(table, records, year)
    add_rhythm(table, year)
    return table.frame()
