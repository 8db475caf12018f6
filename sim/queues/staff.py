"""Officials during a day: who is there, who is free, and who may still start what."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from sim.queues.rules import Interval, as_set, members, sets_of_rows, stays_for
from sim.queues.setting import ON_CALL, ROSTERED, DayExtra, Setting


class Staff:
    """The officials of one day.

    Parameters
    ----------
    setting
        Skills and the closing policy.
    shifts
        Shift segments of each official, (O,); empty for who is not rostered.
    duty
        Duty of each official on this day, (O,).
    close
        When each service closes, (K,) [min].

    Attributes
    ----------
    can
        Services of each official.
    team
        Officials who may still start visits of each service: all who are able, after its closing only those
        who stay for it or are on call; without those who have left for the day.
    on_duty
        Officials within a shift segment, serving or not, and those on call who are there.
    """

    def __init__(
        self, setting: Setting, shifts: list[list[Interval]], duty: list[int], close: list[float]
    ) -> None:
        count = len(duty)
        self.on_call = as_set(o for o in range(count) if duty[o] == ON_CALL)
        working = self.on_call | as_set(o for o in range(count) if duty[o] == ROSTERED)
        self.can = sets_of_rows(setting.able)
        self.able = sets_of_rows(setting.able.T)
        self.team = [officials & working for officials in self.able]
        self.stays = [
            0 if setting.send_away else stays_for(shift, services, close)
            for shift, services in zip(shifts, self.can, strict=True)
        ]
        self.on_call_services = as_set(k for k, team in enumerate(self.team) if team & self.on_call)
        skills = setting.skills.tolist()
        self.by_skills = [
            as_set(o for o in range(count) if skills[o] == number) for number in sorted(set(skills))
        ]
        self.idle_since = [shift[0][0] if shift else -inf for shift in shifts]
        self.busy_until = [-inf] * count
        self.shift_end = [shift[-1][1] if shift else nan for shift in shifts]
        self.came = [nan] * count
        self.idle = working
        self.on_duty = self.held = self.coming = 0
        self.outside = np.zeros(count)
        self.present = np.zeros(count)

    def assign(self, service: int, guidance: int) -> tuple[int, int] | None:
        """Return the official and the guide for a visit of `service`, None if it cannot start.

        The guide is -1 where no `guidance` is needed (-1).
        """
        free = self.idle & (self.on_duty | self.held)
        able = free & self.team[service]
        if not able:
            return None
        official = self.foremost(able)
        if guidance < 0:
            return official, -1
        others = free & self.team[guidance] & ~(1 << official)
        return (official, self.foremost(others)) if others else None

    def foremost(self, officials: int) -> int:
        """Return the one with fewest skills, then the longest idle, then the lowest number."""
        if officials & (officials - 1) == 0:
            return officials.bit_length() - 1
        fewest = next(filter(None, map(officials.__and__, self.by_skills)))
        return min(members(fewest), key=self.idle_since.__getitem__)  # the first of those equally idle

    def occupy(self, official: int, until: float) -> None:
        """Make `official` busy."""
        self.idle &= ~(1 << official)
        self.busy_until[official] = until

    def release(self, official: int) -> None:
        """Make `official` idle again at the end of a service or of guidance."""
        self.idle |= 1 << official
        self.idle_since[official] = self.busy_until[official]

    def number_on_duty(self, service: int) -> int:
        """Return how many able officials are on duty."""
        return (self.able[service] & self.on_duty).bit_count()

    def come(self, official: int) -> None:
        """Let a shift segment of `official` begin."""
        self.on_duty |= 1 << official

    def pause(self, official: int, now: float, resumes: float) -> None:
        """Let a segment of `official` end; who is serving works on into the break until `resumes`."""
        self.on_duty &= ~(1 << official)
        if not self.idle >> official & 1:
            self.outside[official] += min(self.busy_until[official], resumes) - now

    def finish(self, official: int, now: float) -> None:
        """Let the last segment of `official` end: a stayer is held for the services he stays for."""
        if self.stays[official]:
            self.on_duty &= ~(1 << official)
            self.held |= 1 << official
        else:
            self.pause(official, now, inf)
        self._leave_teams(official, self.can[official] & ~self.stays[official])

    def close(self, service: int) -> None:
        """Leave to a closing `service` only those who stay for it or are on call."""
        stayers = as_set(o for o in members(self.team[service]) if self.stays[o] >> service & 1)
        self.team[service] &= stayers | self.on_call

    def release_held(self, now: float, wanted: int) -> None:
        """Send home who is held and idle, and stays for none of the `wanted` services."""
        for official in members(self.held & self.idle):
            if not self.stays[official] & wanted:
                self._go_home(official, now)

    def to_fetch(self) -> int:
        """Return the officials on call who are neither there nor coming."""
        return self.on_call & ~(self.on_duty | self.coming)

    def fetch(self, officials: list[int]) -> None:
        """Call officials who are on call."""
        self.coming |= as_set(officials)

    def come_on_call(self, official: int, now: float) -> None:
        """Let an official on call arrive; who has served nobody yet is idle since now."""
        self.coming &= ~(1 << official)
        self.on_duty |= 1 << official
        self.came[official] = now
        if self.busy_until[official] == -inf:
            self.idle_since[official] = now

    def dismiss(self, now: float, waited_for: int) -> None:
        """Let go who is there on call and idle, and can do none of the services `waited_for`."""
        for official in members(self.on_call & self.on_duty & self.idle):
            if not self.can[official] & waited_for:
                self._go(official, now)

    def clear(self) -> None:
        """Send away who is still held or there on call when nothing more can happen."""
        for official in members(self.held):
            self._go_home(official, max(self.shift_end[official], self.busy_until[official]))
        for official in members(self.on_call & self.on_duty):
            self._go(official, max(self.came[official], self.busy_until[official]))

    def extra(self) -> DayExtra:
        """Return the minutes worked outside the shifts and present on call."""
        return DayExtra(outside=self.outside, on_call=self.present)

    def _go_home(self, official: int, now: float) -> None:
        self.held &= ~(1 << official)
        self.outside[official] += now - self.shift_end[official]
        self._leave_teams(official, self.stays[official])

    def _go(self, official: int, now: float) -> None:
        self.on_duty &= ~(1 << official)
        self.present[official] += now - self.came[official]

    def _leave_teams(self, official: int, services: int) -> None:
        for service in members(services):
            self.team[service] &= ~(1 << official)
