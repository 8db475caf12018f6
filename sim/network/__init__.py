"""What is open when, and who is rostered: points, doors, hours, officials and places of a scenario."""

from sim.network.doors import Doors, build_doors
from sim.network.events import Events
from sim.network.hours import day_windows
from sim.network.network import Network, build_network
from sim.network.roster import Roster, build_roster, strike_absences

__all__ = [
    "Doors",
    "Events",
    "Network",
    "Roster",
    "build_doors",
    "build_network",
    "build_roster",
    "day_windows",
    "strike_absences",
]
