"""The curves of digital adoption that a scenario implies: who can end a matter online, who accepts video."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config import Scenario
from sim.population.adoption import age_bounds
from sim.population.land import adoption_of
from sim.region import Region, load_region
from sim.region.index import make_index

#: Position in the ranges of the tables by the name of the curve; `scenario` is the scenario's own.
ENDS = {"low": -1.0, "base": 0.0, "high": 1.0}
METRICS = ("eservice_capable", "would_accept_video_desk")
BACKGROUNDS = ("all", "foreign")


def adoption_years(region: Region) -> tuple[int, ...]:
    """Return the years for which curves are shown: base year, every fifth year, and the last."""
    first, last = int(region.about("base_year")), int(region.about("last_year"))
    fifths = [year for year in range(first, last + 1) if year % 5 == 0]
    return tuple(sorted({first, *fifths, last}))


def adoption_by_age(scenario: Scenario, years: tuple[int, ...] | None = None) -> pd.DataFrame:
    """Return adoption by single year of age.

    Parameters
    ----------
    years
        Calendar years; default: `adoption_years`.

    Returns
    -------
    DataFrame
        metric, background (`all`, or `foreign`: speakers of other languages), year, age, curve (`low`,
        `base`, `high`: the ends of the tables' ranges, `scenario`: the scenario's own position) and share.
        Below 16 the share is that of the guardians.
    """
    region = load_region(scenario.region)
    own = (scenario.demand.adoption, scenario.demand.acceptance)
    frames = []
    for year in years or adoption_years(region):
        curves = {name: adoption_of(region, year, at, at) for name, at in ENDS.items()}
        curves["scenario"] = adoption_of(region, year, *own)
        for name, both in curves.items():
            for metric, shares in zip(METRICS, both, strict=True):
                frames += [_frame(metric, b, year, name, shares[i]) for i, b in enumerate(BACKGROUNDS)]
    return pd.concat(frames, ignore_index=True)


def _frame(metric: str, background: str, year: int, curve: str, share: NDArray[np.float64]) -> pd.DataFrame:
    """Return one curve as rows."""
    head = {"metric": metric, "background": background, "year": year, "curve": curve}
    return pd.DataFrame({**head, "age": np.arange(len(share)), "share": share})


def adoption_table(scenario: Scenario, years: tuple[int, ...] | None = None) -> pd.DataFrame:
    """Return adoption by age group: means over the single years of age of each group.

    Returns
    -------
    DataFrame
        metric, background, age_group, year, low, base, high, scenario.
    """
    curves = adoption_by_age(scenario, years)
    frames = []
    for group in make_index(load_region(scenario.region)).age_groups:
        first, last = age_bounds(group)
        mine = curves[curves["age"].between(first, last)]
        keys = ["metric", "background", "year"]
        means = mine.pivot_table(index=keys, columns="curve", values="share", sort=False)
        frames.append(means.assign(age_group=group))
    table = pd.concat(frames).reset_index()
    return table[["metric", "background", "age_group", "year", *ENDS, "scenario"]]
