"""Whence people come and by which channel: visits, needs and people present, by municipality and month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.demand.setup import Setup
from sim.outcomes.cube import MONTHS, cube
from sim.outcomes.labels import YEAR
from sim.outcomes.reach import population_by_month
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import long_rows
from sim.visits import NeedChannel, YearRecords

_PLACE = ["statistic", "point", "channel", "period"]


def visits_by_origin(records: YearRecords, settings: OutcomeSettings) -> pd.DataFrame:
    """Return each municipality's visits to each point by channel, of the months and the year.

    Notes
    -----
    The statistic names the municipality of the home, of a cottage dweller that of the cottage. `came_from`
    are visits as the plan counts them, `served_from` all that were served, repeats and self-service
    included, `left_from` those who gave up or were turned away.
    """
    table = cube(records, ["municipality", "point", "channel", "month"], settings)
    named = table.rename(columns={"municipality": "statistic", "month": "period"})
    named["left"] = named["gave_up"] + named["turned_away"]
    both = pd.concat([named, named.assign(period=YEAR)])
    sums = both.groupby(_PLACE)[["visits", "served", "left"]].sum()
    columns = {"came_from": "visits", "served_from": "served", "left_from": "left"}
    return pd.concat(
        long_rows(records.year, sums[column][sums[column] > 0], metric=metric, unit="visits")
        for metric, column in columns.items()
    )


def needs_by_origin(records: YearRecords) -> pd.DataFrame:
    """Return what became of each municipality's needs, of the months and the year.

    Notes
    -----
    The statistic names the municipality, the channel what became of the need. `needs_from` holds those of
    residents and cottage dwellers, `cottage_needs_from` those of cottage dwellers alone.
    """
    cells = records.needs.sum(axis=(1, 3)).astype(np.float64)  # (channel, month, municipality, kind)
    cells = np.concatenate([cells, cells.sum(axis=1, keepdims=True)], axis=1)
    channels = [channel.name.lower() for channel in NeedChannel]
    index = pd.MultiIndex.from_product(
        [channels, (*MONTHS, YEAR), records.names.municipalities], names=["channel", "period", "statistic"]
    )
    found = {"needs_from": cells.sum(axis=3), "cottage_needs_from": cells[..., 1]}
    return pd.concat(
        long_rows(records.year, pd.Series(values.ravel(), index), metric=metric, unit="needs")
        for metric, values in found.items()
    )


def people_present(setup: Setup) -> pd.DataFrame:
    """Return who is where in each month, by municipality; the mean over the days of the month.

    Metrics `residents_in` (registered there), `cottage_dwellers_in` (from outside the region, present),
    `present_in` (everybody, residents at their cottages counted there) and `over_60_present_in` (those of
    them over an hour from the nearest joint point).
    """
    table = population_by_month(setup)
    table["period"] = table["month"].map(
        {name: MONTHS[index] for index, name in enumerate(table["month"].unique())}
    )
    wide = table.rename(columns={"municipality": "statistic"}).set_index(["statistic", "period"])
    columns = {
        "residents_in": "residents",
        "cottage_dwellers_in": "dwellers",
        "present_in": "present",
        "over_60_present_in": "over_60_present",
    }
    frames = [
        long_rows(setup.scenario.year, wide[column], metric=metric, unit="persons")
        for metric, column in columns.items()
    ]
    return pd.concat(frames)
