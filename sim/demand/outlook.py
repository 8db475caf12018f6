"""The closed form as a function of a state of the world: expected visits in a millisecond, without persons.

A state says what a year's visits depend on, driver by driver; two states can be mixed, so the change from
one to the other can be shared out among the drivers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.demand.calibration import Expected, History, Levels, expect, fit_history
from sim.demand.choice import COTTAGES, HOMES, OWN_COTTAGES
from sim.demand.expectation import MatterRules, Units
from sim.demand.site import Prospect
from sim.population.people import CottageStock, owner_chance
from sim.visits import Channel

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """Where the needs of a day are met in one network and year, from each group of origins.

    Attributes
    ----------
    code
        (M, 3, D) matter, kind of need and pattern of what is offered, as one number.
    counted, anywhere
        (U, 3 groups, n_municipalities) share served at a counted counter or station; share served at all.
    factors, days
        (K,) factors of the day after a holiday, and (K, M, D) shares of needs by day under each.
    presence
        (D,) probability that a cottage's people are there, per day of use a year; at most 1 after scaling.
    """

    code: NDArray[np.int64]
    counted: Floats
    anywhere: Floats
    factors: Floats
    days: Floats
    presence: Floats

    def days_at(self, factor: float) -> Floats:
        """Return (M, D) shares of needs by day, linear between the tabulated factors."""
        place = float(np.interp(factor, self.factors, np.arange(len(self.factors))))
        low = min(int(place), len(self.factors) - 2) if len(self.factors) > 1 else 0
        high = min(low + 1, len(self.factors) - 1)
        return np.asarray(self.days[low] + (place - low) * (self.days[high] - self.days[low]), np.float64)


def make_ways(
    prospect: Prospect, attraction: Floats, factors: Floats, days: Floats, presence: Floats
) -> Ways:
    """Return the ways of a prospect; the arguments are those of `Ways` over the days of the year."""
    shares = prospect.shares(attraction)
    network, offers = prospect.site.network, prospect.offers
    served = (offers.channel != Channel.SELF_SERVICE) & network.counted
    pattern = offers.pattern[:, :, prospect.season.span.year_slice]
    cell = np.arange(pattern.shape[0] * 3).reshape(-1, 3, 1)
    return Ways(
        cell * len(shares) + pattern,
        (shares * served[:, None, None, :]).sum(axis=-1),
        shares.sum(axis=-1),
        factors,
        days,
        presence,
    )


@dataclass(frozen=True)
class Cottages:
    """Cottage life: share of owners from outside, persons a cottage, days of use a year, relative need."""

    outside: float
    persons: float
    use_days: float
    need_ratio: float


@dataclass(frozen=True)
class State:
    """What a year's visits depend on.

    Attributes
    ----------
    ways
        Network and calendar.
    totals, ages
        (n_municipalities,) residents; (n_municipalities, n_ages) their shares by age.
    foreign, concentration
        Share of foreign-language speakers in the region; (n_municipalities,) where they live, adding up to 1.
    able, video
        (n_ages, 2 foreign) share able to use e-services; share accepting video.
    coverage
        (A,) coverage of e-services.
    duty, freed
        (M,) share of needs with a duty to come in person; share that the law has freed from it.
    growth
        (A,) factor on need against history.
    cottages
        Cottage life.
    after_holiday
        Factor on the needs of the day after a holiday.
    """

    ways: Ways
    totals: Floats
    ages: Floats
    foreign: float
    concentration: Floats
    able: Floats
    video: Floats
    coverage: Floats
    duty: Floats
    freed: Floats
    growth: Floats
    cottages: Cottages
    after_holiday: float

    @property
    def residents(self) -> Floats:
        """(n_municipalities, n_ages) residents."""
        return self.totals[:, None] * self.ages

    @property
    def foreign_by_place(self) -> Floats:
        """(n_municipalities,) share of foreign-language speakers, at most 1."""
        theirs = self.concentration * self.foreign * self.totals.sum()
        share = np.divide(theirs, self.totals, out=np.zeros_like(theirs), where=self.totals > 0)
        return np.minimum(share, 1.0)


@dataclass(frozen=True)
class Outlook:
    """What holds in every state.

    Attributes
    ----------
    rules
        Rules of matters; coverage, duties and cottage ratio are replaced by the state's.
    eligible
        (M,) share of a matter that may be served by video.
    age_groups
        Names of the age groups.
    stock, owner_ages
        Cottages; (n_ages,) shares of their owners by age.
    """

    rules: MatterRules
    eligible: Floats
    age_groups: Sequence[str]
    stock: CottageStock
    owner_ages: Floats

    def rules_in(self, state: State) -> MatterRules:
        """Return the rules of matters in a state."""
        return replace(
            self.rules,
            duty=state.duty,
            freed=state.freed,
            remote=np.minimum(self.eligible, 1.0 - state.duty - state.freed),
            coverage=state.coverage,
            cottage_ratio=state.cottages.need_ratio,
        )

    def fit(self, history: History, state: State) -> Levels:
        """Return the needs under which a state has the visits of history."""
        rules = self.rules_in(state)
        return fit_history(history, self.units(state, rules), rules)

    def expect(self, levels: Levels, state: State) -> Expected:
        """Return the expected visits in a state."""
        rules = self.rules_in(state)
        return expect(levels, state.growth, self.units(state, rules), rules)

    def units(self, state: State, rules: MatterRules) -> Units:
        """Return expected first visits per unit of need, as `sim.demand.expectation.unit_visits` does."""
        ways, days = state.ways, state.ways.days_at(state.after_holiday)
        presence = np.minimum(ways.presence * state.cottages.use_days, 1.0)
        present = days @ presence
        people = _people(self, state, present, rules)
        shares = _needs(state, rules)
        weights = _pattern_weights(ways, days, presence)
        owners = self._owners(state)
        counted = _meet(weights, present, ways.counted, owners, people) * shares
        anywhere = _meet(weights, present, ways.anywhere, owners, people) * shares
        shows = rules.shows[:, None, None]
        return Units(counted.sum(axis=1) * shows, anywhere.sum(axis=1) * shows, counted[:, 0] * shows)

    def _owners(self, state: State) -> Floats:
        """Return (n_municipalities,) share of residents with a cottage in the region."""
        stock = replace(self.stock, share_outside=state.cottages.outside, persons=state.cottages.persons)
        by_age = state.residents.sum(axis=0)
        return np.asarray(np.dot(state.ages, owner_chance(stock, by_age, self.age_groups)), np.float64)

    def dwellers(self, state: State) -> Floats:
        """Return (n_municipalities, n_ages) cottage dwellers from outside the region."""
        persons = self.stock.cottages * state.cottages.outside * state.cottages.persons
        return persons[:, None] * self.owner_ages


def _pattern_weights(ways: Ways, days: Floats, presence: Floats) -> tuple[Floats, Floats]:
    """Return (M, 3, U) how much of a year's needs meets each pattern: of all people, of those at cottages."""
    n = len(ways.counted)
    size = days.shape[0] * 3 * n
    found = []
    for weight in (days, days * presence):
        spread = np.broadcast_to(weight[:, None, :], ways.code.shape)
        counts = np.bincount(ways.code.ravel(), weights=spread.ravel(), minlength=size)
        found.append(counts.reshape(-1, 3, n))
    return found[0], found[1]


def _people(outlook: Outlook, state: State, present: Floats, rules: MatterRules) -> tuple[Floats, Floats]:
    """Return residents (M, n_municipalities, n_ages, 2) and cottage dwellers alike, those who have needs."""
    foreign = state.foreign_by_place
    background = np.stack([1.0 - foreign, foreign], axis=-1)
    residents = state.residents[:, :, None] * background[:, None, :]
    only = rules.foreign_only[rules.authority]
    takes_part = np.stack([~only, np.ones(len(only), bool)], axis=-1).astype(float)
    dwellers = np.zeros_like(residents)
    dwellers[:, :, 0] = outlook.dwellers(state) * rules.cottage_ratio
    return (
        residents[None] * takes_part[:, None, None, :],
        dwellers[None] * takes_part[:, None, None, :] * present[:, None, None, None],
    )


def _meet(
    weights: tuple[Floats, Floats],
    present: Floats,
    served: Floats,
    owners: Floats,
    people: tuple[Floats, Floats],
) -> Floats:
    """Return (M, 3, n_ages, 2) people times the share of their needs that is `served`."""
    plain, away = weights
    residents, dwellers = people
    from_cottages = owners * (away @ (served[:, OWN_COTTAGES] - served[:, HOMES]))
    at_home = plain @ served[:, HOMES] + from_cottages
    sums = present[:, None, None]
    theirs = np.divide(away, sums, out=plain.copy(), where=sums > 0) @ served[:, COTTAGES]
    ours = np.einsum("mnp,mpaf->mnaf", at_home, residents, optimize=True)
    return np.asarray(ours + np.einsum("mnp,mpaf->mnaf", theirs, dwellers, optimize=True), np.float64)


def _needs(state: State, rules: MatterRules) -> Floats:
    """Return (M, 3, n_ages, 2) share of needs that becomes a visit of each kind."""
    covered = state.able[None] * rules.coverage[rules.authority][:, None, None]
    stays = 1.0 - covered
    normal = np.where(rules.online[:, None, None], stays, 1.0)
    duty, freed, remote = (x[:, None, None] for x in (rules.duty, rules.freed, rules.remote))
    eligible = freed * stays + remote * normal
    rest = np.maximum(0.0, 1.0 - duty - freed - remote) * normal
    video = eligible * state.video[None]
    return np.stack([duty + 0.0 * stays, rest + eligible - video, video], axis=1)
