"""One replication: a simulated year turned into the tables that are stored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.config import Scenario
from sim.config.registry import Registry
from sim.model import simulate
from sim.outcomes import OutcomeSettings, metrics
from sim.region import load_region
from sim.visits import Channel, Outcome, Place, Relation, YearRecords

_KINDS = ("resident", "cottage dweller")
_ORIGINS = ("home", "cottage")


def replicate(
    scenario: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Simulate one replication of a scenario.

    Parameters
    ----------
    scenario
        What to simulate.
    replication
        Number of the replication, from 0; with the seed it decides all luck.
    keep_visits
        Whether a table of all visits is wanted.

    Returns
    -------
    metrics : DataFrame
        Long table, see `sim.outcomes.metrics`.
    visits : DataFrame or None
        One row a visit, names in place of indices.
    """
    records = simulate(scenario, replication, scenario.run.engine)
    parameters = Registry.from_region(load_region(scenario.region)).resolve(scenario.in_force())
    table = metrics(records, OutcomeSettings.from_parameters(parameters.as_dict()))
    return table, visit_table(records) if keep_visits else None


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
    left_out = {"row", "second", "requeue", "door", "service"}
    columns: dict[str, object] = {"year": np.full(len(visits), records.year, np.int32)}
    for field in visits.dtype.names or ():
        if field in texts:
            columns[field] = pd.Categorical.from_codes(
                visits[field].astype(np.int64), pd.Index(list(texts[field]))
            )
        elif field not in left_out:
            columns[field] = visits[field]
    return pd.DataFrame(columns)
