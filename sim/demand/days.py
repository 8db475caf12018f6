"""How needs spread over the days: months, weekdays, the day after a holiday, closed days, day-to-day luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def named_profiles(profiles: pd.DataFrame) -> dict[tuple[str, str], dict[str, float]]:
    """Return the shares by bin of all rows of profiles, by kind and name."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    columns = (profiles[name] for name in ("profile", "name", "bin", "share"))
    for kind, name, key, share in zip(*columns, strict=True):
        found.setdefault((kind, name), {})[key] = share
    return found


def profile(
    known: Mapping[tuple[str, str], Mapping[str, float]], kind: str, name: str, bins: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the shares of one of the `named_profiles` in the order of `bins` (0 where it has no row)."""
    by_bin = known.get((kind, name), {})
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
    following = np.minimum(span.next_working(), span.n_days - 1)
    known, stretches, spread = named_profiles(profiles), _stretches(span), {}
    for index, row in enumerate(authorities.to_dict("records")):
        for booked, name in enumerate((row["day_profile"], BOOKED_PROFILE)):
            names = row["month_profile"], name
            if names not in spread:
                by_month = profile(known, "month_of_year", row["month_profile"], MONTHS)
                week = profile(known, "day_of_week", name, WEEKDAYS)
                spread[names] = _spread(by_month, week[span.weekdays] * boost, stretches) * inside
            by_day = spread[names] * months[index][span.months]
            share[index, booked] = np.bincount(following, weights=by_day, minlength=span.n_days)
    return DayProfiles(share)


def _after_holiday(span: Span) -> NDArray[np.bool_]:
    """Return (D,) whether a day is the first working day after a weekday holiday."""
    following = span.next_working()
    days = np.flatnonzero(span.holiday & (span.weekdays < 5))
    found = np.zeros(span.n_days + 1, bool)
    found[following[days]] = True
    return found[:-1]


#: A month of the span, 0..11, its days, and the days of the same month of the year itself.
_Stretch = tuple[int, NDArray[np.int64], NDArray[np.int64]]


def _stretches(span: Span) -> list[_Stretch]:
    """Return the months of the span; those on either side of the year may be there in part."""
    years = np.array([date.year for date in span.dates])
    days = {
        (year, month): np.flatnonzero((years == year) & (span.months == month))
        for year in np.unique(years).tolist()
        for month in range(12)
    }
    return [(month, found, days[span.year, month]) for (_, month), found in days.items() if len(found)]


def _spread(
    by_month: NDArray[np.float64], weights: NDArray[np.float64], stretches: Sequence[_Stretch]
) -> NDArray[np.float64]:
    """Return (D,) month shares spread over each month's days by weight; years on either side as dense."""
    share = np.zeros(len(weights))
    for month, days, same in stretches:
        total = weights[same].sum()
        share[days] = by_month[month] * weights[days] / total if total > 0 else 0.0
    return share


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
