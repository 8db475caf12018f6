"""Digital adoption by single year of age: the share able to use e-services, and the share accepting video.

A person is able in a year when the lifelong threshold ``u`` lies below the curve, so the table carries the
cohort's path and ``u`` the person's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: Single years of age that the curves cover, 0 .. OLDEST.
OLDEST = 94
#: A share of 0 or 1 has no logit; the table's shares are kept this far from the ends.
_EDGE = 1e-4
FOREIGN = "foreign"


def age_bounds(group: str) -> tuple[int, int]:
    """Return the first and last single year of age of a group such as ``16-24`` or ``85+``.

    >>> age_bounds("85+")
    (85, 94)
    """
    if group.endswith("+"):
        return int(group[:-1]), OLDEST
    first, last = group.split("-")
    return int(first), int(last)


def middle(group: str) -> float:
    """Return the middle age of a group [years]."""
    first, last = age_bounds(group)
    return (first + last) / 2


def at_position(base: float, low: float, high: float, position: float) -> float:
    """Return the value at `position` in a range: -1 low, 0 base, 1 high, linear between.

    >>> at_position(0.4, 0.3, 0.6, 0.5)
    0.5
    """
    return base + position * (high - base if position > 0 else base - low)


def curve(table: pd.DataFrame, metric: str, year: int, position: float = 0.0) -> NDArray[np.float64]:
    """Return the share by single year of age, interpolated in logit between mid-ages and between years.

    Parameters
    ----------
    table
        ``digital_adoption``: metric, age_group, year, base, low, high.
    metric
        ``eservice_capable`` or ``would_accept_video_desk``.
    year
        Calendar year; flat outside the table's years.
    position
        Place in the table's ranges, see `at_position`.

    Returns
    -------
    ndarray (OLDEST + 1,)
        Shares; children below the youngest group's first year get 0 here (guardians act for them).
    """
    rows = table[(table["metric"] == metric) & (table["age_group"] != FOREIGN)]
    groups = sorted(rows["age_group"].unique(), key=middle)
    of_group = rows["age_group"].to_numpy()
    years, shares = rows["year"].to_numpy(float), np.array(_positioned(rows, position))
    knots = [_logit_at_year(years[of_group == group], shares[of_group == group], year) for group in groups]
    ages = np.arange(OLDEST + 1, dtype=float)
    logits = np.interp(ages, [middle(group) for group in groups], knots)
    return np.asarray(1.0 / (1.0 + np.exp(-logits)), np.float64)


def _logit_at_year(years: NDArray[np.float64], shares: NDArray[np.float64], year: int) -> float:
    """Return the logit in `year` of one group's shares in the years of the table."""
    order = np.argsort(years, kind="stable")
    clipped = np.clip(shares[order], _EDGE, 1.0 - _EDGE)
    return float(np.interp(year, years[order], np.log(clipped / (1.0 - clipped))))


def _positioned(rows: pd.DataFrame, position: float) -> list[float]:
    """Return the shares of some rows at a position in their ranges."""
    ranges = rows[["base", "low", "high"]].to_numpy(float)
    return [at_position(base, low, high, position) for base, low, high in ranges]


def _foreign_factor(
    table: pd.DataFrame, metric: str, year: int, position: float, own: NDArray[np.float64]
) -> float:
    """Return foreign-language speakers' share of their age's rate `own` (1 where the table has none)."""
    rows = table[(table["metric"] == metric) & (table["age_group"] == FOREIGN)].sort_values("year")
    if rows.empty:
        return 1.0
    theirs = float(np.interp(year, rows["year"].to_numpy(float), _positioned(rows, position)))
    return theirs / float(own[16:65].mean())


def able_by_age(
    table: pd.DataFrame, metric: str, year: int, position: float, guardian_age: tuple[int, int]
) -> NDArray[np.float64]:
    """Return shares (2, OLDEST + 1) by foreign-language flag and age; children have their guardians' share.

    Parameters
    ----------
    guardian_age
        First and last age of the guardians; everybody younger than 16 gets their mean.
    """
    own = curve(table, metric, year, position)
    foreign = _foreign_factor(table, metric, year, position, own)
    own[:16] = own[guardian_age[0] : guardian_age[1] + 1].mean()
    both = np.array([own, own * foreign])
    return np.asarray(np.clip(both, 0.0, 1.0), np.float64)
