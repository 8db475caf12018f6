"""Tables that are kept: levels and comparisons of a sweep, and tables that builds give or queries find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from sim.config.experiment import OutcomeSpec
from sim.config.registry import Registry
from sim.experiments.comparison import MAIN, Difference, compare, values_of
from sim.experiments.sweep import plan
from sim.experiments.uncertainty import is_drawn, uncertainty_rows
from sim.outcomes.replications import intervals
from sim.reference.builds import Built
from sim.reference.loading import Question
from sim.reference.queries import Tables, named, queried
from sim.reference.spec import (
    EACH,
    BuiltTable,
    ComparisonTable,
    Kept,
    LevelsTable,
    SqlTable,
    UncertaintyTable,
)
from sim.region import load_region

#: What `EACH` leaves out: the sum over all.
_SUMS = {"point": "all", "authority": "all", "channel": "all", "period": "year"}
_KEYS = ("metric", "statistic", *_SUMS)


def kept_tables(question: Question, builds: Mapping[str, Built]) -> Tables:
    """Return the tables of a question by name, in the order of its file.

    Raises
    ------
    InputError
        A table can't be had from what the builds give, or would be empty.
    """
    found: Tables = {}
    for name, spec in question.spec.tables.items():
        table = _table(question, name, spec, builds, found)
        if table.empty:
            raise question.problem(("tables", name), "would hold no row")
        found[name] = table
    return found


def _table(
    question: Question, name: str, spec: Kept, builds: Mapping[str, Built], before: Tables
) -> pd.DataFrame:
    if isinstance(spec, LevelsTable):
        return levels(builds[spec.build], spec.outcomes)
    if isinstance(spec, UncertaintyTable):
        return _both_levels(question, name, spec, builds[spec.build])
    if isinstance(spec, ComparisonTable):
        return _differences(question, name, spec, builds[spec.build])
    if isinstance(spec, SqlTable):
        return queried(question, name, spec.query, builds, before)
    return _built(question, name, spec, builds)


def _built(question: Question, name: str, spec: BuiltTable, builds: Mapping[str, Built]) -> pd.DataFrame:
    known, wanted = named(builds), spec.table or name
    if wanted not in known:
        message = f"no build gives a table '{wanted}'; they give {', '.join(known)}"
        raise question.problem(("tables", name), message)
    return known[wanted]


def levels(built: Built, outcomes: Sequence[OutcomeSpec]) -> pd.DataFrame:
    """Return means of outcomes of a sweep by scenario and design point.

    Columns: scenario; where the design has several points, design_point and its factors; metric, statistic,
    point, authority, channel, period, unit; mean, half_width (95 %, random variation), n.
    """
    metrics = built.tables["metrics"]
    chosen = [values_of(metrics, outcome) for outcome in expanded(built, outcomes)]
    table = intervals(pd.concat(chosen))
    points = {point.key: point.factors for point in plan(built.experiment)} if built.experiment else {}
    rows = []
    for row in table.to_dict("records"):
        place = {"scenario": row["scenario"]}
        factors = points.get((row["scenario"], row["design_point"]), ())
        if factors or len(set(table["design_point"])) > 1:
            place |= {"design_point": row["design_point"], **{key: value for key, value, _unit in factors}}
        rows.append(place | {key: row[key] for key in (*_KEYS, "unit", "mean", "half_width", "n")})
    return pd.DataFrame(rows)


def _both_levels(question: Question, name: str, spec: UncertaintyTable, built: Built) -> pd.DataFrame:
    """Return random variation and uncertainty apart, see `sim.experiments.uncertainty.uncertainty_rows`."""
    if built.experiment is None or not is_drawn(built.experiment):
        raise question.problem(("tables", name), f"the design of '{spec.build}' draws no uncertainties")
    outcomes = expanded(built, spec.outcomes)
    return pd.DataFrame(uncertainty_rows(built.experiment, built.tables["metrics"], outcomes))


def _differences(question: Question, name: str, spec: ComparisonTable, built: Built) -> pd.DataFrame:
    """Return paired differences from the reference: scenario, the outcome's keys, fields of `Difference`."""
    metrics = built.tables["metrics"]
    names = list(dict.fromkeys(metrics["scenario"]))
    if spec.reference is not None and spec.reference not in names:
        raise question.problem(("tables", name, "reference"), f"is none of {', '.join(names)}")
    outcomes = {outcome.label(): outcome for outcome in expanded(built, spec.outcomes)}
    rows = compare(metrics, _thresholds(built), list(outcomes.values()), spec.reference)
    return pd.DataFrame([_flat(row, outcomes[row.outcome]) for row in rows]).dropna(axis=1, how="all")


def _thresholds(built: Built) -> dict[str, float]:
    """Return the registry's values in the first scenario of a sweep."""
    if built.experiment is None:
        return {}
    first = built.experiment.scenarios[0]
    return Registry.from_region(load_region(first.region)).resolve(first.parameters).as_dict()


def _flat(row: Difference, outcome: OutcomeSpec) -> dict[str, object]:
    values = row.as_dict()
    del values["outcome"]
    return {"scenario": values.pop("scenario"), **outcome.model_dump(), **values}


def expanded(built: Built, outcomes: Sequence[OutcomeSpec]) -> list[OutcomeSpec]:
    """Return outcomes, the experiment's own if there are none, with `EACH` written out."""
    known = built.tables["metrics"][list(_KEYS)].drop_duplicates()
    asked = built.experiment.spec.outcomes if built.experiment else ()
    return [one for outcome in outcomes or asked or MAIN for one in _each(outcome, known)]


def _each(outcome: OutcomeSpec, known: pd.DataFrame) -> Iterator[OutcomeSpec]:
    wanted = outcome.model_dump()
    if EACH not in wanted.values():
        yield outcome
        return
    chosen = known
    for key, value in wanted.items():
        chosen = chosen[chosen[key] != _SUMS.get(key)] if value == EACH else chosen[chosen[key] == value]
    for row in chosen.to_dict("records"):
        yield OutcomeSpec.model_validate(row)
