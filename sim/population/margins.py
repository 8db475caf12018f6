"""Residents of each municipality and age in a year: totals exact, ages by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def largest_remainder(shares: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Return whole numbers that add up to `total`, as near to `shares` of it as they can be.

    >>> largest_remainder(np.array([0.5, 0.3, 0.2]), 9).tolist()
    [4, 3, 2]
    """
    exact = shares / shares.sum() * total if shares.sum() > 0 else np.zeros_like(shares)
    whole = np.floor(exact).astype(np.int64)
    missing = int(total - whole.sum()) if shares.sum() > 0 else 0
    whole[np.argsort(-(exact - whole), kind="stable")[:missing]] += 1
    return whole


def municipal_totals(
    table: pd.DataFrame, series: str, municipalities: Sequence[str], year: int
) -> NDArray[np.int64]:
    """Return (n_municipalities,) persons in `year`, linear between the table's years, rounded to whole ones.

    Parameters
    ----------
    table
        ``population``: series, municipality, year, persons.
    """
    rows = table[table["series"] == series].sort_values("year")
    totals = []
    for name in municipalities:
        mine = rows[rows["municipality"] == name]
        totals.append(
            round(float(np.interp(year, mine["year"].to_numpy(float), mine["persons"].to_numpy(float))))
        )
    return np.array(totals, np.int64)


def age_shares(
    table: pd.DataFrame, municipalities: Sequence[str], groups: Sequence[str], year: int
) -> NDArray[np.float64]:
    """Return (n_municipalities, n_groups) age shares, linear between the table's years, flat outside them."""
    wide = table.pivot_table(
        index=["municipality", "age_group"], columns="year", values="persons", aggfunc="sum"
    )
    years = wide.columns.to_numpy(float)
    shares = np.empty((len(municipalities), len(groups)))
    for m, name in enumerate(municipalities):
        counts = wide.loc[name].reindex(list(groups)).to_numpy(float)
        by_year = counts / counts.sum(axis=0)
        shares[m] = [np.interp(year, years, row) for row in by_year]
    return shares


def persons_by_age(
    population: pd.DataFrame,
    ages: pd.DataFrame,
    municipalities: Sequence[str],
    groups: Sequence[str],
    series_year: tuple[str, int, int],
) -> NDArray[np.int64]:
    """Return (n_municipalities, n_groups) residents.

    Parameters
    ----------
    series_year
        Series of the population table, its year, and the year whose age shares apply.
    """
    series, year, age_year = series_year
    totals = municipal_totals(population, series, municipalities, year)
    shares = age_shares(ages, municipalities, groups, age_year)
    return np.array([largest_remainder(row, int(total)) for row, total in zip(shares, totals, strict=True)])
