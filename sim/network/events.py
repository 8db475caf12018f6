"""What a scenario's events do to the days: needs, service times, absences, doors that stay shut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.calendar import Span
from sim.config.scenario import Event
from sim.network.doors import CHANNELS, Doors
from sim.network.roster import Roster

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Events:
    """The events of a scenario over a span of days.

    Attributes
    ----------
    events
        What happens, in any order: factors multiply, absences strike independently.
    authorities
        The A authorities, in index order.
    span
        The D days; events fall in the year itself, not in the days around it.
    """

    events: tuple[Event, ...]
    authorities: tuple[str, ...]
    span: Span

    @classmethod
    def of(cls, events: Mapping[str, Event], authorities: Sequence[str], span: Span) -> Events:
        """Return the events of a scenario by name over a span."""
        return cls(tuple(events.values()), tuple(authorities), span)

    def needs(self) -> Floats:
        """Return (A, D) factors on needs."""
        return self._factors("needs")

    def service_times(self) -> Floats:
        """Return (A, D) factors on service times."""
        return self._factors("service_time")

    def absence(self, roster: Roster, usual: Floats) -> Floats:
        """Return (D, O) probabilities that a rostered official is absent.

        Parameters
        ----------
        roster
            Officials. An event strikes those who work at one of its points (or remote pools) and have a
            skill of one of its authorities and channels.
        usual
            (D,) probability without events.
        """
        absent = np.repeat(usual[:, None], len(roster.names), axis=1)
        for event in self.events:
            if event.absence is not None:
                struck = np.array([_strikes(event, name.works_at, name.skills) for name in roster.names])
                cells = np.ix_(self._days(event), struck)
                absent[cells] += (1.0 - absent[cells]) * event.absence
        return absent

    def shut(self, doors: Doors, points: Sequence[str]) -> Doors:
        """Return the doors without the windows of days on which events keep them shut."""
        windows = list(doors.windows)
        for event in self.events:
            if not event.shut:
                continue
            days = self._days(event)
            for j in range(doors.n):
                skill = (self.authorities[doors.authority[j]], int(doors.channel[j]))
                if _strikes(event, points[doors.point[j]], (skill,)):
                    windows[j] = tuple(() if days[d] else day for d, day in enumerate(windows[j]))
        return replace(doors, windows=tuple(windows))

    def _factors(self, effect: str) -> Floats:
        """Return (A, D) products of one factor of all events."""
        found = np.ones((len(self.authorities), self.span.n_days))
        for event in self.events:
            factor = getattr(event, effect)
            if factor is not None:
                struck = np.array([not event.authorities or a in event.authorities for a in self.authorities])
                found[np.ix_(struck, self._days(event))] *= factor
        return found

    def _days(self, event: Event) -> NDArray[np.bool_]:
        """Return (D,) whether an event holds on a day."""
        first, last = (dt.date.fromisoformat(f"{self.span.year}-{day}") for day in (event.first, event.last))
        return np.array([first <= date <= last for date in self.span.dates])


def _strikes(event: Event, place: str, skills: Sequence[tuple[str, int]]) -> bool:
    """Return whether an event strikes a place of work with one of these skills (authority, channel)."""
    if event.points and place not in event.points:
        return False
    channels = {int(CHANNELS[name]) for name in event.channels or CHANNELS}
    return any(
        (not event.authorities or authority in event.authorities) and channel in channels
        for authority, channel in skills
    )
