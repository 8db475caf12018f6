"""The kernel's tables of who needs what how often, and the luck of days that a replication adds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.days import day_factors
from sim.demand.kernel import MOST_NEEDS, NeedRules
from sim.demand.setup import Setup

#: Chances of a number of needs below this count as none.
_NEGLIGIBLE = 1e-18


def need_rules(setup: Setup) -> NeedRules:
    """Return rates and shares of needs in a year without luck: each day as expected."""
    rules, span, season = setup.rules, setup.season.span, setup.season
    matters, matter_sum = _matter_sums(setup)
    month = np.full(span.n_days, -1, np.int64)
    month[span.year_slice] = span.months[span.year_slice]
    return NeedRules(
        **_by_day(_rates(setup), season.days.share),
        matter_sum=matter_sum,
        matters=matters,
        authority=rules.authority,
        duty=rules.duty,
        freed=rules.freed,
        remote=rules.remote,
        online=rules.online.astype(np.uint8),
        booked=rules.booked,
        coverage=rules.coverage,
        presence=season.presence,
        month=month,
        second=rules.second,
        second_sum=np.cumsum(setup.expected.second_share, axis=-1),
    )


def with_luck(setup: Setup, rules: NeedRules, replication: int) -> NeedRules:
    """Return the rules of needs with the day factors of one replication."""
    season = setup.season
    factors = day_factors(
        season.days, setup.params["daily_demand_cv"], setup.scenario.run.seed, replication, season.span
    )
    return rules._replace(**_by_day(_rates(setup), season.days.share * factors[:, None, :]))


def _by_day(rate: NDArray[np.float64], share: NDArray[np.float64]) -> dict[str, Any]:
    """Return what depends on days, from (A, n_ages, 2, 2) needs a person and year and (A, 2, D) shares."""
    day_sum = np.concatenate([np.zeros((len(share), 2, 1)), np.cumsum(share, axis=2)], axis=2)
    reach = day_sum[:, :, -1].max(axis=1)
    rate = rate * reach[:, None, None, None]
    return {"least": _least_words(rate), "reach": reach, "day_sum": day_sum}


def _rates(setup: Setup) -> NDArray[np.float64]:
    """Return (A, n_ages, 2 foreign, 2 kinds) needs a person and year, before presence thins them."""
    rules, levels = setup.rules, setup.levels
    grown = levels.level * setup.expected.growth
    rate = np.repeat((grown[:, None] * levels.weight)[:, :, None, None], 2, axis=2)
    rate = rate * np.array([1.0, rules.cottage_ratio])
    rate[rules.foreign_only, :, 0, :] = 0.0
    return np.asarray(rate, np.float64)


def _least_words(rate: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return (cells, A, most) the least 53 bits of a draw that give 1, 2, .. needs (Poisson, by inversion).

    Where a number of needs is out of reach, the least is more than there are.
    """
    never, chance = np.uint64(2**53), np.exp(-rate)
    total, reached = chance.copy(), rate > 0.0
    least: list[NDArray[np.uint64]] = []
    while reached.any() and len(least) < MOST_NEEDS:
        least.append(np.where(reached, np.ceil(total * 2.0**53).astype(np.uint64), never))
        chance *= rate / len(least)
        total += chance
        reached &= chance >= _NEGLIGIBLE
    if not least:
        least.append(np.full(rate.shape, never))
    return np.ascontiguousarray(
        np.moveaxis(np.stack(least, axis=-1).reshape(len(rate), -1, len(least)), 0, 1)
    )


def _matter_sums(setup: Setup) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (A, most) matters of each authority and their cumulated shares of its needs."""
    rules = setup.rules
    mine = [np.flatnonzero(rules.authority == a) for a in range(len(rules.coverage))]
    most = max(map(len, mine), default=1)
    matters = np.full((len(mine), most), -1, np.int64)
    sums = np.ones((len(mine), most))
    for authority, found in enumerate(mine):
        matters[authority, : len(found)] = found
        if len(found):
            sums[authority, : len(found)] = np.cumsum(setup.levels.share[found])
            sums[authority, len(found) - 1 :] = 1.0
            matters[authority, len(found) :] = found[-1]
    return matters, sums


__all__ = ["need_rules", "with_luck"]
