"""All tables of a region."""

from __future__ import annotations

from sim.region.schema import Table
from sim.region.tables_people import ABOUT, PEOPLE, TRAVEL
from sim.region.tables_plan import PLAN, SEASON
from sim.region.tables_service import SERVICE, STAFF

#: In the order in which they are read.
TABLES: tuple[Table, ...] = (*ABOUT, *PEOPLE, *SERVICE, *STAFF, *TRAVEL, *SEASON, *PLAN)
