"""Further outcomes of a year, which an experiment asks for: by month, by who carries it, and by who pays."""

from __future__ import annotations

import pandas as pd

from sim.demand.setup import Setup
from sim.network.rows import roster_rows
from sim.outcomes.burden import burdens, far_people
from sim.outcomes.costs import Costs, costs_of
from sim.outcomes.months import monthly_target_days, monthly_waits, officials_present
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import long_rows
from sim.outcomes.whence import needs_by_origin, people_present, visits_by_origin
from sim.visits import YearRecords

#: What payers pay for, and its unit.
_UNITS = {"contact_hours": "h", "working_hours": "h", "htv": "HTV", "cost": "EUR"}


def standing(setup: Setup) -> pd.DataFrame:
    """Return the further outcomes that all replications of a scenario share: who lives and stays where.

    The rows of `far_people` and `people_present`.
    """
    return pd.concat([far_people(setup), people_present(setup)], ignore_index=True)


def details(
    setup: Setup, records: YearRecords, table: pd.DataFrame, settings: OutcomeSettings
) -> pd.DataFrame:
    """Return the further outcomes of one simulated year, with the columns of `metrics`.

    Parameters
    ----------
    setup
        Set-up of the scenario.
    records
        What the simulated year left behind.
    table
        Its default metrics.
    settings
        Targets and conventions of the region.
    """
    costs = costs_of(setup, roster_rows(setup.scenario, setup.region), [records], table)
    return pd.concat(
        [
            monthly_waits(records, settings),
            monthly_target_days(records, settings),
            officials_present(records),
            visits_by_origin(records, settings),
            needs_by_origin(records),
            burdens(records),
            resources(records.year, costs),
        ],
        ignore_index=True,
    )


def resources(year: int, costs: Costs) -> pd.DataFrame:
    """Return hours, person-years, space and money as rows of the long table.

    Metrics `htv`, `customer_space`, `cost` and `cost_per_visit` over all points; `customer_space` of each
    point; and ``…_by_payer`` of contact hours, hours at work, person-years and euros, whose statistic is the
    payer, premises with their host.
    """
    per_visit = costs.euros / costs.visits if costs.visits else float("nan")
    cells = {
        ("all", "htv", "sum", "HTV"): costs.htv,
        ("all", "customer_space", "sum", "m2"): costs.area,
        ("all", "cost", "sum", "EUR"): costs.euros,
        ("all", "cost_per_visit", "mean", "EUR/visit"): per_visit,
        **{(part.point, "customer_space", "sum", "m2"): part.area for part in costs.premises},
    }
    for name, amounts in _by_payer(costs).items():
        for payer, amount in amounts.items():
            cells["all", f"{name}_by_payer", str(payer), _UNITS[str(name)]] = float(amount)
    index = pd.MultiIndex.from_tuples(list(cells), names=["point", "metric", "statistic", "unit"])
    return long_rows(year, pd.Series(cells.values(), index, dtype=float))


def _by_payer(costs: Costs) -> pd.DataFrame:
    """Return what each payer pays for: columns as the keys of `_UNITS`, index payers."""
    officials = [(r.row.payer, r.contact, r.rostered + r.extra, r.htv, r.euros) for r in costs.rows]
    premises = [(part.host, 0.0, 0.0, 0.0, part.rent + part.equipment) for part in costs.premises]
    table = pd.DataFrame([*officials, *premises], columns=["payer", *_UNITS])
    return table.groupby("payer").sum()
