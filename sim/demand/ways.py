"""The travel tables of a scenario, read and joined to the region's map."""

from __future__ import annotations

from sim.config import Scenario
from sim.config.registry import Parameters
from sim.population.land import Land
from sim.population.travel import Travel, TravelTimes, travel_times
from sim.region import Region
from sim.region.user_tables import read_origins, read_travel_times


def scenario_travel(scenario: Scenario, region: Region, params: Parameters, land: Land) -> Travel:
    """Return how people travel in a scenario.

    Raises
    ------
    InputError
        For everything that is wrong in a table that the scenario names.
    """
    named = scenario.travel
    origins = read_origins(named.origins) if named.origins else None

    def times(path: str | None) -> TravelTimes | None:
        if path is None:
            return None
        table = read_travel_times(path, region, origins)
        return travel_times(table, land.index.municipalities, origins, land.plane)

    share = params["public_transport_share"] if named.public_transport else 0.0
    return Travel(times(named.car), times(named.public_transport), share, scenario.run.seed)
