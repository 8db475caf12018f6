"""Visits that a user has counted, as an anchor of the levels: what was counted against what is expected.

An authority whose visits were counted takes the level of the counts. Months that were counted take their
own share besides, in the year of the counts; months that were not keep the usual shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.demand.cells import count_cells
from sim.demand.history import expected_counts
from sim.demand.site import make_prospect

if TYPE_CHECKING:
    from sim.demand.setup import Setup

_MONTHS = 12


@dataclass(frozen=True)
class Anchor:
    """What counted visits say of a year's expectation.

    Attributes
    ----------
    level
        (A,) counted over expected visits in the places and months counted, 1 where nothing was counted.
    month
        (A, 12) factors on the months besides; 1 in months that were not counted.
    visits
        (A,) visits of the whole year of the counts at that level and those months.
    """

    level: NDArray[np.float64]
    month: NDArray[np.float64]
    visits: NDArray[np.float64]


def anchor_of(observed: pd.DataFrame, setup: Setup) -> Anchor:
    """Return the anchor that counted visits give.

    Parameters
    ----------
    observed
        month (0-11), point (empty: all points), authority, count; all of one year.
    setup
        What is expected in that year without the counts.
    """
    names, points = setup.land.index.authorities, setup.site.network.points
    usual = expected_by_month(setup)
    authority = np.array([names.index(name) for name in observed["authority"]])
    where = [points.index(name) if name in points else -1 for name in observed["point"]]
    share = _point_shares(setup, {(p, int(a)) for p, a in zip(where, authority, strict=True) if p >= 0})
    part = np.array(
        [
            share.get((p, int(a)), 0.0) if name else 1.0
            for p, a, name in zip(where, authority, observed["point"], strict=True)
        ]
    )
    month = observed["month"].to_numpy(np.int64)
    expected, counted = np.zeros_like(usual), np.zeros_like(usual)
    np.add.at(expected, (authority, month), usual[authority, month] * part)
    np.add.at(counted, (authority, month), observed["count"].to_numpy(float))
    level = _ratio(counted.sum(axis=1), expected.sum(axis=1))
    by_month = np.where(
        expected > 0, _ratio(counted, expected) / np.where(level > 0, level, 1.0)[:, None], 1.0
    )
    return Anchor(level, by_month, (usual * by_month).sum(axis=1) * level)


def _ratio(counted: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counted over expected, 1 where nothing is expected."""
    return np.divide(counted, expected, out=np.ones_like(expected), where=expected > 0)


def expected_by_month(setup: Setup) -> NDArray[np.float64]:
    """Return (A, 12) expected visits by the month of their need."""
    span, rules = setup.season.span, setup.rules
    visits = setup.expected.by_matter.sum(axis=(1, 2))
    days = setup.season.by_matter(rules)
    total = days.sum(axis=1)
    by_day = visits[:, None] * np.divide(
        days, total[:, None], out=np.zeros_like(days), where=total[:, None] > 0
    )
    by_matter = np.stack([by_day[:, span.months == month].sum(axis=1) for month in range(_MONTHS)], axis=1)
    found = np.zeros((len(rules.coverage), _MONTHS))
    np.add.at(found, rules.authority, by_matter)
    return found


def _point_shares(setup: Setup, cells: set[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """Return the share of an authority's expected visits at a point, by (point, authority)."""
    if not cells:
        return {}
    shape = (len(setup.land.index.municipalities), len(setup.land.index.age_groups))
    people = count_cells(setup.people, setup.capable, setup.accepts, shape)
    prospect = make_prospect(setup.site, setup.season, setup.rules, shape[0])
    reach = prospect.reach(prospect.shares(setup.attraction), people)
    units = prospect.units(reach, people)
    one = np.ones(len(setup.rules.coverage))
    return expected_counts(setup.levels, units, (prospect, people, reach), one, cells)
