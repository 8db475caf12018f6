"""The expected number of visits in closed form, over cells of people and matters.

A visit is expected with *need × (duty + (1 − duty)(1 − capable · coverage · online possible))*, corrected for
no-shows, second matters, self-service and the share that is served outside the region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.demand.choice import COTTAGES, COUNTER_ONLY, DUTY, HOMES, OWN_COTTAGES, VIDEO_TOO, Offers
from sim.visits import Channel


@dataclass(frozen=True)
class Cells:
    """People counted by what matters for their visits.

    Attributes
    ----------
    persons
        (n_municipalities, 2 kinds, n_ages, 2 foreign, 2 capable, 2 accepts).
    with_cottage
        (n_municipalities, 2 kinds) share of persons with a cottage in the region.
    """

    persons: NDArray[np.float64]
    with_cottage: NDArray[np.float64]


@dataclass(frozen=True)
class MatterRules:
    """What holds of each matter in a year.

    Attributes
    ----------
    authority
        (M,) index of the authority.
    duty, freed, remote, booked
        (M,) shares.
    online
        (M,) whether a matter without duty can end online.
    coverage
        (A,) e-service coverage.
    no_show
        Share of booked visits.
    second
        Share of visits with a second matter.
    cottage_ratio
        Needs of a cottage dweller present, relative to a resident.
    foreign_only
        (A,) whether only people of foreign background have needs.
    """

    authority: NDArray[np.int64]
    duty: NDArray[np.float64]
    freed: NDArray[np.float64]
    remote: NDArray[np.float64]
    booked: NDArray[np.float64]
    online: NDArray[np.bool_]
    coverage: NDArray[np.float64]
    no_show: float
    second: float
    cottage_ratio: float
    foreign_only: NDArray[np.bool_]

    @cached_property
    def shows(self) -> NDArray[np.float64]:
        """(M,) share of visits that are not no-shows."""
        return 1.0 - self.booked * self.no_show

    @cached_property
    def owner(self) -> NDArray[np.bool_]:
        """(A, M) whether a matter is the authority's."""
        owns: NDArray[np.bool_] = np.arange(len(self.coverage))[:, None] == self.authority[None, :]
        return owns


@dataclass(frozen=True)
class Reach:
    """Where visits go, as shares by matter, kind of need and group of people.

    Attributes
    ----------
    counted
        (M, 3, n_municipalities, 2 kinds) share of needs served at a counted point at a counter or station.
    anywhere
        Same shape: share that finds any point at all, outside and self-service included.
    point
        (M, 3, n_municipalities, 2 kinds, P) share by point, counter or station only.
    """

    counted: NDArray[np.float64]
    anywhere: NDArray[np.float64]
    point: NDArray[np.float64]


@dataclass(frozen=True)
class NeedDays:
    """When needs arise.

    Attributes
    ----------
    share
        (M, D) share of a matter's needs by day; the days of the year add up to about 1, run-in days before it
        continue the pattern.
    presence
        (D,) probability that a cottage's people are there.
    working
        (D + 1,) working days before each day.
    year
        Positions of the days of the year.
    """

    share: NDArray[np.float64]
    presence: NDArray[np.float64]
    working: NDArray[np.int64]
    year: slice

    def carried(self, delay: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the days whose visits fall on the other side of an end of the year.

        Parameters
        ----------
        delay
            (D, P) working days until a point serves the needs of a day, -1 where it does not.

        Returns
        -------
        tuple
            (n,) days; (n, P) 1 where a visit comes into the year, -1 where it leaves it, else 0. Empty
            without run-in days, since a year then has nothing to begin with.
        """
        if self.year.start == 0:
            return np.empty(0, np.int64), np.empty((0, delay.shape[1]))
        due = self.working[:-1, None] + delay
        first, last = self.working[self.year.start], self.working[self.year.stop]
        inside = np.zeros((len(due), 1), bool)
        inside[self.year] = True
        change = np.where(delay >= 0, ((due >= first) & (due < last)).astype(float) - inside, 0.0)
        days = np.flatnonzero(change.any(axis=1))
        return days, change[days]


def make_reach(
    offers: Offers,
    shares: NDArray[np.float64],
    needs: NeedDays,
    counted: NDArray[np.bool_],
    with_cottage: NDArray[np.float64],
) -> Reach:
    """Return where visits go.

    Parameters
    ----------
    offers, shares
        Patterns and their expected choice shares (U, 3 groups, n_municipalities, P).
    needs
        When needs arise.
    counted
        (P,) points whose visits count.
    with_cottage
        (n_municipalities, 2 kinds) share with a cottage.

    Notes
    -----
    Visits count on the day due: needs of the last days before the year whose visits fall into it are added,
    those of its last days whose visits fall behind it are taken off.
    """
    n_matters = len(offers.pattern)
    staffed = offers.channel != Channel.SELF_SERVICE
    out = np.zeros((n_matters, 3, *with_cottage.shape, shares.shape[-1]))
    any_share = np.zeros(out.shape[:-1])
    for matter in range(n_matters):
        for kind in range(3):
            patterns = offers.pattern[matter, kind]
            found, weight, away = _chosen(shares, patterns, needs, matter)
            days, change = needs.carried(offers.delay[patterns])
            moved = shares[patterns[days]] * change[:, None, None, :]
            plain = needs.share[matter, days]
            by_group = _by_kind(
                np.concatenate([shares[found], moved]),
                np.concatenate([weight, plain]),
                np.concatenate([away, plain * needs.presence[days]]),
                away.sum(),
                with_cottage,
            )
            any_share[matter, kind] = by_group.sum(axis=(0, -1))
            rows = np.concatenate([found, patterns[days]])
            out[matter, kind] = (by_group * staffed[rows][:, None, None, :]).sum(axis=0)
    return Reach((out * counted).sum(axis=-1), any_share, out)


def _chosen(
    shares: NDArray[np.float64], patterns: NDArray[np.int64], needs: NeedDays, matter: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the patterns that hold in the year, their share of the needs, and of those times presence."""
    share, here = needs.share[matter, needs.year], patterns[needs.year]
    plain = np.bincount(here, weights=share, minlength=len(shares))
    away = np.bincount(here, weights=share * needs.presence[needs.year], minlength=len(shares))
    used = np.flatnonzero(plain > 0)
    return used, plain[used], away[used]


def _by_kind(
    shares: NDArray[np.float64],
    plain: NDArray[np.float64],
    away: NDArray[np.float64],
    total_away: float,
    with_cottage: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (U, n_municipalities, 2 kinds, P) shares, weighted by how often a pattern holds.

    Dwellers come by their presence, `total_away` in a year.
    """
    owners = with_cottage[:, 0][None, :, None]
    at_home = shares[:, HOMES] * (plain[:, None, None] - owners * away[:, None, None])
    residents = at_home + shares[:, OWN_COTTAGES] * owners * away[:, None, None]
    dwellers = shares[:, COTTAGES] * (away / total_away if total_away > 0 else plain)[:, None, None]
    return np.stack([residents, dwellers], axis=2)


@dataclass(frozen=True)
class Units:
    """Expected first visits per unit of need level, by matter.

    Attributes
    ----------
    counted
        (M, n_ages, 2 foreign) at counted points, no-shows left out.
    shown
        Same shape: all that are visits somewhere and may bring a second matter.
    duty
        Same shape: counted visits for a duty to come in person.
    """

    counted: NDArray[np.float64]
    shown: NDArray[np.float64]
    duty: NDArray[np.float64]


def unit_visits(
    cells: Cells,
    rules: MatterRules,
    reach: Reach,
    presence: NDArray[np.float64],
    matters: Sequence[int] | None = None,
) -> Units:
    """Return expected first visits if every person had one need a year of every matter of every authority.

    Parameters
    ----------
    presence
        (M,) presence of cottage dwellers averaged over a matter's days.
    matters
        Matters asked for, the others have 0; default: all.
    """
    persons = cells.persons * np.array([1.0, rules.cottage_ratio])[None, :, None, None, None, None]
    stays = np.stack([np.ones(len(rules.authority)), 1.0 - rules.coverage[rules.authority]], axis=-1)
    n_matters = len(rules.authority)
    shape = (n_matters, *persons.shape[2:4])
    counted, shown, duty = (np.zeros(shape) for _ in range(3))
    for m in range(n_matters) if matters is None else matters:
        kinds = np.array([1.0, presence[m]])
        here = persons * kinds[None, :, None, None, None, None]
        if rules.foreign_only[rules.authority[m]]:
            here = here * np.array([0.0, 1.0])[None, None, None, :, None, None]
        for need, share in _needs_by_kind(rules, m, stays[m]):
            people = np.einsum("mkafce,ce->mkaf", here, share)
            counted[m] += np.einsum("mkaf,mk->af", people, reach.counted[m, need])
            shown[m] += np.einsum("mkaf,mk->af", people, reach.anywhere[m, need])
            if need == DUTY:
                duty[m] += np.einsum("mkaf,mk->af", people, reach.counted[m, need])
    shows = rules.shows[:, None, None]
    return Units(counted * shows, shown * shows, duty * shows)


def _needs_by_kind(
    rules: MatterRules, m: int, stays: NDArray[np.float64]
) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the kinds of need of one matter with the (2 capable, 2 accepts) share that leads to a visit."""
    normal = stays if rules.online[m] else np.ones(2)
    eligible = rules.freed[m] * stays + rules.remote[m] * normal
    rest = max(0.0, 1.0 - rules.duty[m] - rules.freed[m] - rules.remote[m]) * normal
    both = np.ones((2, 2))
    return [
        (DUTY, rules.duty[m] * both),
        (COUNTER_ONLY, rest[:, None] * both + eligible[:, None] * np.array([1.0, 0.0])[None, :]),
        (VIDEO_TOO, eligible[:, None] * np.array([0.0, 1.0])[None, :]),
    ]


def with_seconds(
    first: NDArray[np.float64],
    shown: NDArray[np.float64],
    rules: MatterRules,
    counted: NDArray[np.float64],
    total: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all expected visits by matter, and the shares of second matters by the first's authority.

    Parameters
    ----------
    first, shown
        (M, n_ages, 2) expected first visits: counted; and all that may bring a second matter.
    counted
        (M, n_ages, 2) share of second matters served at a counted point.
    total
        (M, n_ages, 2) all visits of the round before, in proportion to which second matters are drawn.

    Returns
    -------
    tuple
        (M, n_ages, 2) all visits; (A, n_ages, 2, M) shares of the second matter, 0 for the own authority.
    """
    owner = rules.owner
    shown_by = np.einsum("am,mgf->agf", owner.astype(float), shown)
    other = np.where(owner[:, :, None, None], 0.0, total[None])
    sums = other.sum(axis=1, keepdims=True)
    share = np.divide(other, sums, out=np.zeros_like(other), where=sums > 0)
    seconds = rules.second * np.einsum("agf,amgf->mgf", shown_by, share)
    return first + seconds * counted * rules.shows[:, None, None], share.transpose(0, 2, 3, 1)
