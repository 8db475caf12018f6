"""Roster rows of a scenario: who works where, with which skills, how many, when, and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sim.config import Scenario
from sim.network.doors import GUIDANCE
from sim.network.roster import merge_rows
from sim.region import Region

#: Who pays for officials whose row and authority name nobody.
_AUTHORITY_PAYS = "authority"


@dataclass(frozen=True)
class RosterRow:
    """A row of a scenario's roster.

    Attributes
    ----------
    name, works_at
        Name; point or remote pool.
    skills
        Pairs such as ``AUTHORITY:counter``, or ``guidance``.
    count, diary
        Officials present, and how many of them are set aside for bookings.
    planned
        Officials to set aside for bookings whatever `count` is, None: in proportion to `diary`.
    on_call
        Not rostered, comes when called.
    payer
        Who pays them.
    days, start, end
        Timetable, and the hours of the shift as ``HH:MM``.
    """

    name: str
    works_at: str
    skills: tuple[str, ...]
    count: int
    diary: int
    on_call: bool
    payer: str
    days: str
    start: str
    end: str
    planned: int | None = None

    @property
    def guides(self) -> bool:
        """Whether the row gives guidance only."""
        return self.skills == (GUIDANCE,)

    def diary_for(self, count: int) -> int:
        """Return how many of `count` officials are set aside for bookings.

        As many as planned or else as now while that is possible; of more officials, the same share as now.
        """
        if self.planned is not None:
            return min(count, self.planned)
        if count <= self.count or self.count == 0:
            return min(count, self.diary)
        return ceil(self.diary * count / self.count)


def roster_rows(scenario: Scenario, region: Region) -> tuple[RosterRow, ...]:
    """Return the roster rows of a scenario, in the order of its officials."""
    changes = {name: row.model_dump(exclude_none=True) for name, row in scenario.staffing.officials.items()}
    payers = dict(
        zip(region.table("authorities")["authority"], region.table("authorities")["payer"], strict=True)
    )
    hosts = dict(zip(region.table("points")["point"], region.table("points")["host"], strict=True))
    found = []
    for row in merge_rows(region.table("officials"), scenario.staffing.base, changes):
        skills = tuple(part.strip() for part in str(row["skills"]).split(";") if part.strip())
        own = hosts.get(row["works_at"]) if skills == (GUIDANCE,) else payers.get(skills[0].split(":")[0])
        payer = row.get("payer") or own or _AUTHORITY_PAYS
        counts = (int(row["count"]), int(row["diary"]))
        shift = (str(row.get("days") or "Mon-Fri"), str(row["start"]), str(row["end"]))
        found.append(
            RosterRow(row["row"], row["works_at"], skills, *counts, bool(row["on_call"]), str(payer), *shift)
        )
    return tuple(found)
