"""A network as people meet it: what is offered where and when, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Span
from sim.config.registry import Parameters
from sim.demand.choice import Origins, Sensitivity, choice_shares, make_offers, make_origins, travel_weights
from sim.demand.days import DayProfiles
from sim.demand.expectation import Cells, MatterRules, Reach, Units, make_reach, unit_visits
from sim.network import Network
from sim.population.land import Land
from sim.population.people import People


@dataclass(frozen=True)
class Site:
    """A network and the ways to it.

    Attributes
    ----------
    network
        Points, doors, officials, places.
    origins, weight
        Origins with travel times; (n_origins, P) choice weights.
    sensitivity
        Parameters of the choice.
    """

    network: Network
    origins: Origins
    weight: NDArray[np.float32]
    sensitivity: Sensitivity


def make_site(network: Network, people: People, land: Land, params: Parameters) -> Site:
    """Return a network with the ways that `people` have to it."""
    number = land.index.municipality
    sensitivity = Sensitivity(
        params["choice_travel_sensitivity"],
        params["choice_delay_sensitivity"],
        round(params["choice_horizon"]),
        round(params["booking_lead_days"]),
        round(params["booking_horizon"]),
    )
    origins = make_origins(people, network.point_rows, land.plane, land.roads, number)
    return Site(network, origins, travel_weights(origins, network, sensitivity.travel, number), sensitivity)


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
        walk, booked = (self.days.share[rules.authority, kind] * inside for kind in (0, 1))
        return walk * (1 - rules.booked)[:, None] + booked * rules.booked[:, None]


def reach_of(
    site: Site, attraction: NDArray[np.float64], season: Season, rules: MatterRules, cells: Cells
) -> tuple[Reach, Units]:
    """Return where visits go, and the expected visits per unit of need.

    Parameters
    ----------
    attraction
        (P, A) factors on the choice weight.
    """
    network = site.network
    offers = make_offers(
        network, season.span, site.sensitivity, (rules.authority, rules.online, rules.booked)
    )
    factors = (site.sensitivity.by_delay(), attraction, network.outside)
    shares = choice_shares(offers, site.origins, site.weight, factors, len(cells.persons))
    days = season.by_matter(rules)
    points = (network.counted, network.joint)
    reach = make_reach(offers, shares, days, season.presence, points, cells.with_cottage)
    return reach, unit_visits(cells, rules, reach, days @ season.presence)
