"""A network as people meet it: what is offered where and when, and the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Span
from sim.config.registry import Parameters
from sim.demand.choice import (
    Crowd,
    Offers,
    Sensitivity,
    choice_shares,
    make_crowd,
    make_offers,
)
from sim.demand.days import DayProfiles
from sim.demand.expectation import Cells, MatterRules, NeedDays, Reach, Units, make_reach, unit_visits
from sim.demand.origins import Origins, make_origins
from sim.network import Network
from sim.population.land import Land
from sim.population.people import People
from sim.population.travel import Travel


@dataclass(frozen=True)
class Site:
    """A network and the ways to it.

    Attributes
    ----------
    network
        Points, doors, officials, places.
    origins
        Origins with their ways to the points.
    sensitivity
        Parameters of the choice.
    """

    network: Network
    origins: Origins
    sensitivity: Sensitivity


#: Everybody by the road rule.
BY_ROAD = Travel()


def make_site(
    network: Network, people: People, land: Land, params: Parameters, travel: Travel = BY_ROAD
) -> Site:
    """Return a network with the ways that `people` have to it."""
    sensitivity = Sensitivity(
        params["choice_travel_sensitivity"],
        params["choice_delay_sensitivity"],
        round(params["choice_horizon"]),
        round(params["booking_lead_days"]),
        round(params["booking_horizon"]),
    )
    choice = sensitivity.travel, round(params["considered_points"])
    return Site(network, make_origins(people, network, land, travel, choice), sensitivity)


@dataclass(frozen=True)
class Season:
    """How needs and presence spread over the days.

    Attributes
    ----------
    span
        The days.
    days
        Day profiles of needs.
    presence
        (D,) probability that a cottage's people are there.
    """

    span: Span
    days: DayProfiles
    presence: NDArray[np.float64]

    def by_matter(self, rules: MatterRules) -> NDArray[np.float64]:
        """Return (M, D) needs of each matter by day of the year, 0 outside the year."""
        inside = np.zeros(self.span.n_days)
        inside[self.span.year_slice] = 1.0
        return self.with_run_in(rules) * inside

    def with_run_in(self, rules: MatterRules) -> NDArray[np.float64]:
        """Return (M, D) needs of each matter by day, those of the run-in among them."""
        walk, booked = (self.days.share[rules.authority, kind] for kind in (0, 1))
        by_day = walk * (1 - rules.booked)[:, None] + booked * rules.booked[:, None]
        return np.asarray(by_day, np.float64)


@dataclass(frozen=True)
class Prospect:
    """A site in a season: what each matter is offered by day, and from where people look at it.

    Attributes
    ----------
    site, season, rules
        Network and ways, days, matters.
    offers, crowd
        Patterns of what is offered; a sample of origins.
    """

    site: Site
    season: Season
    rules: MatterRules
    offers: Offers
    crowd: Crowd

    def shares(
        self, attraction: NDArray[np.float64], patterns: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        """Return expected choice shares under given (P, A) factors on the choice weight.

        Parameters
        ----------
        patterns
            Patterns asked for; default: all.
        """
        wanted = np.arange(len(self.offers.authority)) if patterns is None else patterns
        by_delay = self.site.sensitivity.by_delay()
        outside = self.site.network.outside
        return choice_shares(self.offers, self.crowd, by_delay, attraction, outside, wanted)

    def reach(self, shares: NDArray[np.float64], cells: Cells) -> Reach:
        """Return where visits go, from the choice shares of all patterns."""
        season, span = self.season, self.season.span
        share = season.with_run_in(self.rules)
        needs = NeedDays(share, season.presence, span.working_count(), span.year_slice)
        return make_reach(self.offers, shares, needs, self.site.network.counted, cells.with_cottage)

    def units(self, reach: Reach, cells: Cells, matters: Sequence[int] | None = None) -> Units:
        """Return the expected visits per unit of need, of some matters, default all."""
        days = self.season.by_matter(self.rules)
        return unit_visits(cells, self.rules, reach, days @ self.season.presence, matters)


def make_prospect(site: Site, season: Season, rules: MatterRules, n_municipalities: int) -> Prospect:
    """Return a site in a season as people look at it."""
    matters = (rules.authority, rules.online, rules.booked)
    offers = make_offers(site.network, season.span, site.sensitivity, matters)
    return Prospect(site, season, rules, offers, make_crowd(site.origins, n_municipalities))
