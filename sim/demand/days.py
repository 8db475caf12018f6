"""How needs spread over the days: months, weekdays, the day after a holiday, closed days, day-to-day luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv

from sim.calendar import MONTHS, WEEKDAYS, Span
from sim.streams import stream_key, uniform

BOOKED_PROFILE = "booked"
#: Entity id of the part of a day's factor that all authorities share.
_COMMON = 0


@dataclass(frozen=True)
class DayProfiles:
    """Expected shares of a year's needs by day.

    Attributes
    ----------
    share
        (A, 2, D) by authority and walk-in/booked; the days of the year add up to 1, run-in days continue
        the pattern, days after the year hold 0. Needs of a closed day stand on the next open one.
    """

    share: NDArray[np.float64]


def profile(profiles: pd.DataFrame, kind: str, name: str, bins: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the shares of one named profile in the order of `bins` (0 where it has no row)."""
    rows = profiles[(profiles["profile"] == kind) & (profiles["name"] == name)]
    by_bin = dict(zip(rows["bin"], rows["share"], strict=True))
    return np.array([by_bin.get(key, 0.0) for key in bins])


def day_profiles(
    authorities: pd.DataFrame,
    profiles: pd.DataFrame,
    span: Span,
    after_holiday: float,
    months: NDArray[np.float64],
) -> DayProfiles:
    """Return the day profiles of all authorities.

    Parameters
    ----------
    authorities
        day_profile and month_profile by authority.
    profiles
        The region's profiles.
    span
        Days.
    after_holiday
        Factor on the first working day after a public holiday that fell on a weekday.
    months
        (A, 12) factors on the months (1 but in an epidemic); they change the year's total.

    Notes
    -----
    Profiles describe a fully open week: each month gets its share, spread over its days by weekday. Then
    needs of closed days move on to the next working day, which may have the factor besides.
    """
    share = np.zeros((len(authorities), 2, span.n_days))
    boost = np.where(_after_holiday(span), after_holiday, 1.0)
    inside = np.arange(span.n_days) < span.year_slice.stop
    for index, row in enumerate(authorities.to_dict("records")):
        by_month = profile(profiles, "month_of_year", row["month_profile"], MONTHS)
        for booked, name in enumerate((row["day_profile"], BOOKED_PROFILE)):
            week = profile(profiles, "day_of_week", name, WEEKDAYS)
            raw = _spread(by_month, week[span.weekdays] * boost, span) * inside
            share[index, booked] = _moved(raw * months[index][span.months], span)
    return DayProfiles(share)


def _after_holiday(span: Span) -> NDArray[np.bool_]:
    """Return (D,) whether a day is the first working day after a weekday holiday."""
    following = span.next_working()
    days = np.flatnonzero(span.holiday & (span.weekdays < 5))
    found = np.zeros(span.n_days + 1, bool)
    found[following[days]] = True
    return found[:-1]


def _spread(by_month: NDArray[np.float64], weights: NDArray[np.float64], span: Span) -> NDArray[np.float64]:
    """Return (D,) month shares spread over each month's days by weight; years on either side alike."""
    years = np.array([date.year for date in span.dates])
    share = np.zeros(span.n_days)
    for year in np.unique(years):
        for month in range(12):
            days = (years == year) & (span.months == month)
            if year == span.year:
                total = weights[days].sum()
            else:  # a month that the span holds in part: as dense as the same month of the year itself
                same = (years == span.year) & (span.months == month)
                total = weights[same].sum()
            share[days] = by_month[month] * weights[days] / total if total > 0 else 0.0
    return share


def _moved(share: NDArray[np.float64], span: Span) -> NDArray[np.float64]:
    """Return the shares with those of closed days on the next working day of the span."""
    following = np.minimum(span.next_working(), span.n_days - 1)
    return np.bincount(following, weights=share, minlength=span.n_days)


def day_factors(
    profiles: DayProfiles, variation: float, seed: int, replication: int, span: Span
) -> NDArray[np.float64]:
    """Return (A, D) factors of each day, gamma with mean 1, half of their variance common to all authorities.

    Over the year each authority's factors have a demand-weighted mean of 1, so its expectation stays. Days
    without needs have no luck of their own.

    Parameters
    ----------
    variation
        Coefficient of variation of a day's demand beyond Poisson, ≥ 0.
    """
    n_authorities, _, n_days = profiles.share.shape
    if variation <= 0.0:
        return np.ones((n_authorities, n_days))
    key = stream_key(seed, replication, "day factor")
    days = np.array([date.toordinal() for date in span.dates], np.int64)
    entities = days[None, :] * 64 + np.arange(n_authorities + 1)[:, None]
    shape = 2.0 / variation**2
    needed = profiles.share.any(axis=(0, 1))
    gammas = np.ones(entities.shape)
    luck = np.clip(uniform(key, entities[:, needed]), 1e-12, 1 - 1e-12)
    gammas[:, needed] = gammaincinv(shape, luck) / shape
    factors = gammas[_COMMON] * gammas[1:]
    weights = profiles.share.mean(axis=1)[:, span.year_slice]
    totals = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, totals, out=np.full_like(weights, 1.0 / weights.shape[1]), where=totals > 0)
    mean = (factors[:, span.year_slice] * weights).sum(axis=1, keepdims=True)
    return np.asarray(factors / mean, np.float64)
