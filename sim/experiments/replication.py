"""One replication: a simulated year turned into the tables that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.config.registry import Registry
from sim.demand.setup import Setup
from sim.model import VisitModel
from sim.outcomes import OutcomeSettings, metrics
from sim.outcomes.details import details, standing
from sim.region import load_region
from sim.stage import stage_of
from sim.visits import Channel, Outcome, Place, Relation, YearRecords

_KINDS = ("resident", "cottage dweller")
_ORIGINS = ("home", "cottage")
#: The scenario last asked for details, and those that its replications share.
_shared: list[tuple[Setup, pd.DataFrame]] = []


def replicate(
    scenario: Scenario, replication: int, keep_visits: bool, keep_details: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Simulate one replication of a scenario, all its years.

    Parameters
    ----------
    scenario
        What to simulate.
    replication
        Number of the replication, from 0; with the seed it decides all luck.
    keep_visits
        Whether a table of all visits is wanted.
    keep_details
        Whether further metrics are wanted, see `sim.outcomes.details`.

    Returns
    -------
    metrics : DataFrame
        Long table, see `sim.outcomes.metrics`.
    visits : DataFrame or None
        One row a visit, names in place of indices.
    details : DataFrame or None
        Further metrics, with the same columns.
    """
    settings = _settings(scenario)
    tables, visits, further = [], [], []
    model = VisitModel(scenario, replication)
    for records in model.run_years():
        tables.append(metrics(records, settings))
        if keep_visits:
            visits.append(visit_table(records))
        if keep_details:
            further.append(_details(scenario, records, tables[-1], settings))
    model.leave()
    return _joined(tables), _joined(visits) if visits else None, _joined(further) if further else None


def _settings(scenario: Scenario) -> OutcomeSettings:
    """Return how the outcomes of a scenario are judged; looked up once for all its replications."""
    return _settings_of(scenario.region, tuple(sorted(scenario.in_force().items())))


@lru_cache(maxsize=4)
def _settings_of(region: str, values: tuple[tuple[str, float], ...]) -> OutcomeSettings:
    """Return the settings of a region with some values replaced.

    As with the set-up of a scenario, a process does not look for changes of the region's tables.
    """
    parameters = Registry.from_region(load_region(region)).resolve(dict(values))
    return OutcomeSettings.from_parameters(parameters.as_dict())


def _joined(years: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of all years as one."""
    return years[0] if len(years) == 1 else pd.concat(years, ignore_index=True)


def _details(
    scenario: Scenario, records: YearRecords, table: pd.DataFrame, settings: OutcomeSettings
) -> pd.DataFrame:
    """Return the further metrics of a year; those that no luck touches are computed once a scenario."""
    setup = stage_of(scenario.in_year(records.year)).setup
    shared = next((rows for known, rows in _shared if known is setup), None)
    if shared is None:
        shared = standing(setup)
        _shared[:] = [(setup, shared)]
    return pd.concat([shared, details(setup, records, table, settings)], ignore_index=True)


def visit_table(records: YearRecords) -> pd.DataFrame:
    """Return the visits of a year with names in place of indices.

    Columns are the fields of `sim.visits.VISIT` except the person's row and links within the day, which
    mean nothing outside the run.
    """
    visits, names = records.visits, records.names
    texts = {
        "authority": names.authorities,
        "matter": names.matters,
        "point": names.points,
        "municipality": names.municipalities,
        "age": names.age_groups,
        "kind": _KINDS,
        "origin": _ORIGINS,
        "channel": [channel.name.lower() for channel in Channel],
        "place": [place.name.lower() for place in sorted(Place) if place >= 0],
        "relation": [relation.name.lower() for relation in Relation],
        "outcome": [outcome.name.lower() for outcome in sorted(Outcome) if outcome >= 0],
    }
    left_out = {"row", "second", "requeue", "later", "door", "service"}
    columns: dict[str, object] = {"year": np.full(len(visits), records.year, np.int32)}
    for field in visits.dtype.names or ():
        if field in texts:
            columns[field] = pd.Categorical.from_codes(
                visits[field].astype(np.int64), pd.Index(list(texts[field]))
            )
        elif field not in left_out:
            columns[field] = visits[field]
    return pd.DataFrame(columns)
