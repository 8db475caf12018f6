"""Where people can go and how far it is: tables of the choice among points, and its expected shares.

The expected shares are those of the multinomial logit of `sim.demand.kernel`, averaged over where people
live; the calibration needs them for what is served outside the region or by self-service.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Span
from sim.demand.kernel import mean_shares
from sim.demand.origins import Origins
from sim.network import Network
from sim.visits import Channel

#: Working days of delay for which the choice weight is tabulated.
LONGEST_DELAY = 400
#: Origins per group from which expected shares are averaged, and of all groups together where there are many.
SAMPLE, SAMPLE_OF_ALL = 1000, 36_000


@dataclass(frozen=True)
class Sensitivity:
    """Parameters of the choice.

    Attributes
    ----------
    travel
        Utility per minute of one-way travel.
    delay
        Utility per working day until the point serves.
    horizon
        Working days within which a point must serve a walk-in matter.
    lead, booking_horizon
        Working days to the first day asked for, and that the diary is open.
    """

    travel: float
    delay: float
    horizon: int
    lead: int
    booking_horizon: int

    def by_delay(self) -> NDArray[np.float64]:
        """Return (LONGEST_DELAY,) choice weights by working days of delay."""
        return np.exp(-self.delay * np.arange(LONGEST_DELAY))


def next_open(
    open_days: NDArray[np.bool_], working: NDArray[np.int64], horizon: int | None
) -> NDArray[np.int64]:
    """Return (J, D) first open day at or after each day, -1 where none lies within `horizon` working days.

    Parameters
    ----------
    open_days
        (J, D).
    working
        (D + 1,) working days before each day.
    """
    n_doors, n_days = open_days.shape
    found = np.full((n_doors, n_days), -1, np.int64)
    following = np.full(n_doors, -1, np.int64)
    for day in range(n_days - 1, -1, -1):
        following = np.where(open_days[:, day], day, following)
        within = following >= 0
        if horizon is not None:
            within &= working[np.maximum(following, 0)] - working[day] <= horizon
        found[:, day] = np.where(within, following, -1)
    return found


#: Kinds of need as the choice sees them: duty to come; free but not for video; free and video accepted.
DUTY, COUNTER_ONLY, VIDEO_TOO = 0, 1, 2
#: Groups of origins by municipality: homes, cottages of residents (by home), cottages of dwellers.
HOMES, OWN_COTTAGES, COTTAGES = 0, 1, 2


@dataclass(frozen=True)
class Offers:
    """What each matter is offered on each day, reduced to its different patterns.

    Attributes
    ----------
    pattern
        (M, 3, D) index of the pattern, by matter, kind of need and day.
    delay
        (U, P) working days until the point serves, -1 where it does not.
    channel
        (U, P) channel by which it then serves.
    authority
        (U,) whose pattern it is.
    """

    pattern: NDArray[np.int64]
    delay: NDArray[np.int64]
    channel: NDArray[np.int64]
    authority: NDArray[np.int64]


def make_offers(
    network: Network,
    span: Span,
    sensitivity: Sensitivity,
    matters: tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]],
) -> Offers:
    """Return the offers of a network.

    Parameters
    ----------
    matters
        authority, online and booked, see below.
    authority, online, booked
        (M,) its authority; whether it can end online; its booked share. Matters mostly booked are taken
        to have the booking lead as their delay at every point that is open within the diary's reach.
    """
    authority, online, booked = matters
    working = span.working_count()
    walk = next_open(network.walk_in, working, sensitivity.horizon)
    ahead = next_open(network.bookable, working, sensitivity.booking_horizon)
    days = np.arange(span.n_days)
    walk_delay = np.where(walk >= 0, working[walk] - working[days], -1)
    book_delay = np.where(ahead >= 0, sensitivity.lead, -1)
    codes = np.full((len(online), 3, span.n_days, 1 + len(network.points)), -1, np.int64)
    codes[..., 0] = authority[:, None, None]
    doors = network.doors
    for matter in range(len(online)):
        for door in np.flatnonzero(doors.serves[matter]):
            channel = int(doors.channel[door])
            delay = (book_delay if booked[matter] > 0.5 else walk_delay)[door]
            for kind in _kinds_served(channel, bool(online[matter]), booked[matter] > 0.5):
                cell = codes[matter, kind, :, 1 + doors.point[door]]
                better = (delay >= 0) & ((cell < 0) | (delay < cell // 4))
                codes[matter, kind, :, 1 + doors.point[door]] = np.where(better, delay * 4 + channel, cell)
    flat, pattern = _patterns(codes)
    owner, cells = flat[:, 0], flat[:, 1:]
    served = cells >= 0
    return Offers(pattern, np.where(served, cells // 4, -1), np.where(served, cells % 4, -1), owner)


def _patterns(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different rows of (M, 3, D, n) codes, and which of them stands at each (M, 3, D).

    Most days are alike, so days are told apart first and rows among the different days only.
    """
    by_day = np.ascontiguousarray(codes.transpose(2, 0, 1, 3)).reshape(codes.shape[2], -1)
    _, first, day_kind = np.unique(_as_bytes(by_day), return_index=True, return_inverse=True)
    few = codes[:, :, first]
    rows = few.reshape(-1, codes.shape[-1])
    _, chosen, inverse = np.unique(_as_bytes(rows), return_index=True, return_inverse=True)
    return rows[chosen], inverse.reshape(few.shape[:3])[:, :, day_kind]


def _as_bytes(rows: NDArray[np.int64]) -> NDArray[np.void]:
    """Return rows as opaque items, so that they can be compared as wholes."""
    packed = np.ascontiguousarray(rows.astype(np.int16))
    return packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1])))[:, 0]


def _kinds_served(channel: int, online: bool, booked: bool) -> tuple[int, ...]:
    """Return the kinds of need that a door of this channel can serve."""
    if channel == Channel.COUNTER:
        return (DUTY, COUNTER_ONLY, VIDEO_TOO)
    if channel == Channel.VIDEO:
        return (VIDEO_TOO,)
    return (COUNTER_ONLY, VIDEO_TOO) if online and not booked else ()


@dataclass(frozen=True)
class Crowd:
    """Origins that stand for where people set out from, by group and municipality.

    Attributes
    ----------
    weight
        (n, P) choice weights by travel.
    group
        (n,) group of origins * n_municipalities + municipality.
    n_municipalities
        Number of municipalities.
    """

    weight: NDArray[np.float32]
    group: NDArray[np.int64]
    n_municipalities: int


def make_crowd(origins: Origins, n_municipalities: int) -> Crowd:
    """Return an even sample of the origins: homes, cottages of residents (by home), cottages of dwellers."""
    n_homes = int((origins.home >= 0).sum())
    is_cottage = np.arange(len(origins.person)) >= n_homes
    dweller = is_cottage & (origins.home[origins.person] < 0)
    home_at = origins.municipality[np.maximum(origins.home[origins.person], 0)]
    place = np.where(is_cottage & ~dweller, home_at, origins.municipality)
    kind = np.where(dweller, COTTAGES, np.where(is_cottage, OWN_COTTAGES, HOMES))
    group = kind * n_municipalities + place
    keep = _sampled(group, min(SAMPLE, max(1, SAMPLE_OF_ALL // (3 * n_municipalities))))
    return Crowd(origins.weights_to_all(keep), group[keep], n_municipalities)


def choice_shares(
    offers: Offers,
    crowd: Crowd,
    by_delay: NDArray[np.float64],
    attraction: NDArray[np.float64],
    outside: NDArray[np.bool_],
    patterns: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return (n, 3, n_municipalities, P) expected choice shares of some patterns by group of origins.

    Parameters
    ----------
    by_delay
        Weights by working days of delay.
    attraction
        (P, A) factors on the weight.
    outside
        (P,) points outside, which compete by travel alone.
    patterns
        (n,) patterns asked for.
    """
    delay = offers.delay[patterns]
    waited = np.where(delay >= 0, by_delay[np.clip(delay, 0, LONGEST_DELAY - 1)], 0.0)
    factor = np.where(outside & (delay >= 0), 1.0, waited) * attraction.T[offers.authority[patterns]]
    n_groups = 3 * crowd.n_municipalities
    shares = np.zeros((len(factor), n_groups, factor.shape[1]))
    mean_shares(crowd.weight, crowd.group, factor, shares, np.zeros(n_groups), np.zeros(factor.shape[1]))
    return shares.reshape(len(factor), 3, crowd.n_municipalities, -1)


def _sampled(group: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return rows of which each group has about `most`, evenly spread over it."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    step = np.maximum(1, sizes // most)
    rank = np.arange(len(group)) - first[group[order]]
    kept: NDArray[np.int64] = order[rank % step[group[order]] == 0]
    return kept
