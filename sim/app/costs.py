"""Staff, space and money of a simulated year, as rows beside its metrics."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sim.demand.setup import Setup
from sim.network.rows import roster_rows
from sim.outcomes.costs import Costs, costs_of
from sim.outcomes.labels import ALL, YEAR
from sim.outcomes.table import COLUMNS
from sim.visits import YearRecords

#: Metrics that `cost_rows` adds.
HTV, STAFF_EUROS, SPACE_EUROS, EUROS, SPACE = "htv", "staff_euros", "space_euros", "euros", "customer_space"
#: Metrics that costs are made from.
_NEEDED = ("visits", "people_present")


def cost_rows(setup: Setup, records: YearRecords, metrics: pd.DataFrame) -> pd.DataFrame:
    """Return staff, space and money of a simulated year as rows like those of its metrics.

    Statistics of `htv` and `euros` are payers, and `all`.
    """
    needed = metrics[metrics["metric"].isin(_NEEDED)]
    costs = costs_of(setup, roster_rows(setup.scenario, setup.region), [records], needed)
    rows = [
        (records.year, ALL, ALL, ALL, YEAR, metric, statistic, value, unit)
        for metric, statistic, value, unit in _numbers(costs)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _numbers(costs: Costs) -> Iterator[tuple[str, str, float, str]]:
    """Yield metric, statistic, value and unit."""
    staff = sum(row.euros for row in costs.rows)
    yield HTV, ALL, costs.htv, "HTV"
    yield EUROS, ALL, costs.euros, "EUR"
    yield STAFF_EUROS, ALL, staff, "EUR"
    yield SPACE_EUROS, ALL, costs.euros - staff, "EUR"
    yield SPACE, ALL, costs.area, "m2"
    for payer, (htv, euros) in costs.by_payer().items():
        yield HTV, payer, htv, "HTV"
        yield EUROS, payer, euros, "EUR"
