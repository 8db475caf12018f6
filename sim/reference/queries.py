"""Queries over all that a question's builds give, and over the tables of its region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.config import Scenario
from sim.config.registry import Registry
from sim.outcomes.replications import CONFIDENCE
from sim.reference.builds import Built, scenarios
from sim.reference.loading import Question
from sim.region import load_region

#: Tables by name.
Tables = dict[str, pd.DataFrame]
#: The build whose tables go by their plain names too.
_PLAIN = "sweep"
#: Values for which `half_width` knows the quantile of Student's t; for more it takes the last.
_MOST_VALUES = 2_000


def named(builds: Mapping[str, Built]) -> Tables:
    """Return all tables of the builds, named ``<build>_<table>``."""
    return {f"{name}_{key}": table for name, built in builds.items() for key, table in built.tables.items()}


def together(builds: Mapping[str, Built]) -> Tables:
    """Return the tables of equal names of all builds as one, ``all_<table>``, with the build's name."""
    keys = dict.fromkeys(key for built in builds.values() for key in built.tables)
    return {
        f"all_{key}": pd.concat(
            [
                built.tables[key].assign(build=name, position=number)
                for number, (name, built) in enumerate(builds.items())
                if key in built.tables
            ]
        )
        for key in keys
    }


def queried(
    question: Question, name: str, query: str, builds: Mapping[str, Built], before: Tables
) -> pd.DataFrame:
    """Return what a query finds.

    Parameters
    ----------
    question, name
        Where the query stands.
    query
        DuckDB's SQL over the builds' tables ``<build>_<table>``, those of the build ``sweep`` by their plain
        names as well; ``all_<table>``, those of all builds with the columns ``build`` and ``position``;
        ``parameters`` (scenario, parameter, value, unit); the region's tables ``region_<table>``; and the
        tables before this one.

    Raises
    ------
    InputError
        The query is wrong.
    """
    used = list(_scenarios(question))
    own = builds[_PLAIN].tables if _PLAIN in builds else {}
    region = load_region(used[0].region)
    tables = {f"region_{key}": region.table(key) for key in region.tables}
    views = {**tables, **together(builds), **named(builds), **own, "parameters": _parameters(used), **before}
    # One thread, so that rows and sums come in the same order on every machine.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.sql(_half_width())
        for view, table in views.items():
            if len(table.columns):  # what a build leaves empty is no table
                connection.register(view, table)
        try:
            found: pd.DataFrame = connection.sql(query).df()
        except (duckdb.Error, AttributeError) as error:
            raise question.problem(("tables", name, "query"), str(error).splitlines()[0]) from None
    return found


def _scenarios(question: Question) -> Iterator[Scenario]:
    for build in question.spec.builds.values():
        yield from scenarios(build, question)


def _parameters(used: list[Scenario]) -> pd.DataFrame:
    """Return the values of the registry by scenario."""
    rows = []
    for scenario in used:
        registry = Registry.from_region(load_region(scenario.region))
        values = registry.resolve(scenario.parameters)
        rows += [(scenario.name, p.key, values[p.key], p.unit) for p in registry]
    return pd.DataFrame(rows, columns=["scenario", "parameter", "value", "unit"]).drop_duplicates()


def _half_width() -> str:
    """Return the macro for the half width of the 95 % Student interval of a mean, null for a single value."""
    quantiles = stdtrit(np.arange(1, _MOST_VALUES), (1 + CONFIDENCE) / 2)
    listed = ", ".join(f"{value:.10g}" for value in quantiles)
    t = f"[{listed}][least(count(x), {_MOST_VALUES}) - 1]"
    return f"create macro half_width(x) as {t} * stddev_samp(x) / sqrt(count(x))"
