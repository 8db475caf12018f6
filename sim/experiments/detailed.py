"""Which outcomes a comparison adds for planners: work, money, space, each service, and who carries it."""

from __future__ import annotations

import pandas as pd

from sim.config.experiment import OutcomeSpec

#: Metrics of the whole, each statistic of them: resources, who pays, and what visits cost people in hours.
_WHOLE = (
    "htv",
    "cost",
    "cost_per_visit",
    "customer_space",
    "htv_by_payer",
    "cost_by_payer",
    "hours_by_age_group",
    "hours_by_municipality",
)
#: Metric and statistic that are told of each authority at each point.
_EACH = (("within", "target"), ("abandonment", "share"))
_KEYS = list(OutcomeSpec.model_fields)


def detailed_outcomes(metrics: pd.DataFrame) -> tuple[OutcomeSpec, ...]:
    """Return the further outcomes that a table of metrics has, in its order within each metric.

    Parameters
    ----------
    metrics
        Long table, of runs that keep details.
    """
    year = (metrics["period"] == "year") & (metrics["channel"] == "all")
    sums = [metrics[key] == "all" for key in ("point", "authority")]
    chosen = [year & sums[0] & sums[1] & (metrics["metric"] == name) for name in _WHOLE]
    chosen += [
        year & ~sums[0] & ~sums[1] & (metrics["metric"] == name) & (metrics["statistic"] == statistic)
        for name, statistic in _EACH
    ]
    rows = pd.concat([metrics.loc[mask, _KEYS].drop_duplicates() for mask in chosen])
    return tuple(OutcomeSpec.model_validate(row) for row in rows.to_dict("records"))
