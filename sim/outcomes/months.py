"""Month by month: waits, days below target and officials present at each point."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.outcomes.columns import month_of_day, read_columns
from sim.outcomes.cube import MONTHS, cube
from sim.outcomes.grouping import count, with_margins
from sim.outcomes.labels import ALL, YEAR
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import long_rows
from sim.outcomes.waits import QUANTILES
from sim.visits import YearRecords

#: Columns of the cube as metric, statistic and unit.
_MEASURES = {
    "arrived": ("arrived", "count", "visits"),
    "wait_mean_min": ("wait", "mean", "min"),
    **{f"wait_{name}_min": ("wait", name, "min") for name in QUANTILES},
    "within_15_min": ("within", "15_min", "share"),
    "within_target": ("within", "target", "share"),
    "abandonment": ("abandonment", "share", "share"),
}


def monthly_waits(records: YearRecords, settings: OutcomeSettings) -> pd.DataFrame:
    """Return the waits of each month by point and over all points, as rows of the long table.

    Notes
    -----
    The measures are those that `metrics` gives for the year: `wait`, `within` and `abandonment` with the same
    statistics, and `arrived`; `period` is ``month-01`` to ``month-12``, authorities are taken together.
    """
    by_point = cube(records, ["point", "month"], settings)
    everywhere = cube(records, ["month"], settings).assign(point=ALL)
    both = pd.concat([by_point, everywhere], ignore_index=True).rename(columns={"month": "period"})
    table = both.set_index(["point", "period"])
    return pd.concat(
        long_rows(records.year, table[column], metric=metric, unit=unit, statistic=statistic)
        for column, (metric, statistic, unit) in _MEASURES.items()
    )


def monthly_target_days(records: YearRecords, settings: OutcomeSettings) -> pd.DataFrame:
    """Return the days of each month on which the target was missed, by point and over all points.

    Metrics `days_below_target` and `days_with_visits`; a day counts when anybody arrived.
    """
    columns = read_columns(records.visits, len(records.names.authorities))
    month = month_of_day(records.year)
    shape = (len(records.names.points), len(month))
    key = (columns.point * shape[1] + columns.day)[columns.arrived]
    within = (columns.wait <= settings.service_target_wait)[columns.arrived]
    arrived, inside = (with_margins(count(key, shape, weight), axes=1) for weight in (None, within))
    missed = inside < settings.service_target_share * arrived
    frames = []
    for metric, days in (("days_below_target", missed), ("days_with_visits", arrived > 0)):
        by_month = np.stack([days[:, month == index].sum(axis=1) for index in range(len(MONTHS))], axis=1)
        index = pd.MultiIndex.from_product([[*records.names.points, ALL], MONTHS], names=["point", "period"])
        values = pd.Series(by_month.ravel().astype(float), index)
        frames.append(long_rows(records.year, values, metric=metric, unit="days", statistic="count"))
    return pd.concat(frames)


def officials_present(records: YearRecords) -> pd.DataFrame:
    """Return the officials rostered and present at each point and in each remote pool, by month and year.

    Metric `officials_present`, statistic `mean`: over the days on which anybody was there, whose number is
    statistic `days`. Those on call are not there.
    """
    works_at = np.array([name.works_at for name in records.official_names], dtype=object)
    days = records.officials[records.officials["rostered"] > 0]
    labels = np.array(MONTHS, dtype=object)[month_of_day(records.year)[days["day"]]]
    present = pd.DataFrame({"point": works_at[days["official"]], "period": labels, "day": days["day"]})
    both = pd.concat([present, present.assign(period=YEAR)])
    grouped = both.groupby(["point", "period"])["day"]
    number, open_days = grouped.size().astype(float), grouped.nunique().astype(float)
    names = {"metric": "officials_present"}
    mean = long_rows(records.year, number / open_days, statistic="mean", unit="officials", **names)
    return pd.concat([mean, long_rows(records.year, open_days, statistic="days", unit="days", **names)])
