"""Staffing options: a scenario's roster rows, and the scenario with other counts and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from sim.config import Scenario
from sim.config.scenario import OfficialChange, PlacesChange
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

    @property
    def guides(self) -> bool:
        """Whether the row gives guidance only."""
        return self.skills == (GUIDANCE,)

    def diary_for(self, count: int) -> int:
        """Return how many of `count` officials are set aside for bookings.

        As many as now while that is possible; of more officials, the same share as now.
        """
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


def with_counts(scenario: Scenario, rows: Sequence[RosterRow], counts: Sequence[int]) -> Scenario:
    """Return the scenario with other counts of officials, their diaries in proportion."""
    officials = dict(scenario.staffing.officials)
    for row, count in zip(rows, counts, strict=True):
        change = officials.get(row.name, OfficialChange())
        officials[row.name] = change.model_copy(update={"count": count, "diary": row.diary_for(count)})
    return _restaffed(scenario, {"officials": officials})


def with_places(scenario: Scenario, places: Mapping[str, Mapping[str, int]]) -> Scenario:
    """Return the scenario with other places; `places` holds counts by kind for some points."""
    changed = {**scenario.staffing.places, **{p: PlacesChange(**kinds) for p, kinds in places.items()}}
    return _restaffed(scenario, {"places": changed})


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return the scenario with other random numbers: other homes, other visits, other absences."""
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"seed": seed})})


def _restaffed(scenario: Scenario, update: Mapping[str, object]) -> Scenario:
    """Return the scenario with parts of its staffing replaced."""
    return scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update=dict(update))})
