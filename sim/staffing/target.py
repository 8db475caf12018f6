"""The service target that a planner sets, and how well an option meets it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.calendar import MONTHS
from sim.config.registry import Parameters
from sim.errors import InputError, Problem

type Floats = NDArray[np.float64]

_FORM = re.compile(r"(\d{1,2}(?:[.,]\d+)?)\s*%\s*/\s*(\d+(?:[.,]\d+)?)\s*min")


@dataclass(frozen=True)
class Target:
    """What a staffing must achieve in the mean year, or in a month of it: the planner's own wish.

    Attributes
    ----------
    share
        Share of all who arrive whose service must begin within `wait`, 0-1.
    wait
        Wait [min], > 0.
    lost
        Largest share that gives up, is turned away or finds no free slot, 0-1.
    pooled_below
        Visits a year below which an authority is judged together with the other small ones of its point.
    month
        Month whose visits alone are judged, 0-11; None: the year's.
    """

    share: float
    wait: float
    lost: float
    pooled_below: float
    month: int | None = None

    @classmethod
    def parse(cls, text: str, params: Parameters, month: str | None = None) -> Self:
        """Return the target that a text such as ``80%/15min`` names; the limit of losses is the region's.

        Parameters
        ----------
        month
            Name of a month such as ``Jul`` to which the target is confined.

        Raises
        ------
        InputError
            If the text has another form.
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise InputError(Problem("--target", f"'{text}' is no target such as 80%/15min"))
        share, wait = (float(part.replace(",", ".")) for part in found.groups())
        if not (share > 0 and wait > 0):
            raise InputError(Problem("--target", f"'{text}': share and minutes must be above 0"))
        lost, alone = params["abandonment_limit"], params["judged_alone_from"]
        return cls(share / 100, wait, lost, alone, MONTHS.index(month) if month else None)

    def bar(self, n: int) -> Bar:
        """Return the same bar for `n` units."""
        return Bar(np.full(n, self.share), np.full(n, self.lost))


class Bar(NamedTuple):
    """What each unit must reach: (U,) least share in time, (U,) largest share lost."""

    share: Floats
    lost: Floats


@dataclass(frozen=True)
class Scores:
    """How well an option did in some replications.

    Attributes
    ----------
    within
        (R, U) share of those who arrived whose service began in time, by replication and judged unit.
    lost
        (R, U) share that gave up, was turned away or found no slot.
    wait
        (R,) mean wait of all who began service [min].
    """

    within: Floats
    lost: Floats
    wait: Floats

    @classmethod
    def joined(cls, parts: Sequence[Scores]) -> Scores:
        """Return the scores of all replications of some parts."""
        fields = ("within", "lost", "wait")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))

    def bounds(self, confidence: float) -> tuple[Floats, Floats]:
        """Return the (U,) lower bounds of `within` and upper bounds of `lost`, one-sided Student bounds.

        With one replication the bounds are the values themselves.
        """
        return _bound(self.within, -1.0, confidence), _bound(self.lost, 1.0, confidence)

    def half_widths(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Return the (U,) half widths of the two-sided Student intervals of `within` and `lost`."""
        low, high = self.bounds((1.0 + confidence) / 2.0)
        return self.within.mean(axis=0) - low, high - self.lost.mean(axis=0)

    def meets(self, bar: Bar, confidence: float) -> NDArray[np.bool_]:
        """Return (U,) whether each unit reaches its bar with this confidence, each by itself."""
        low, high = self.bounds(confidence)
        return np.asarray((low >= bar.share) & (high <= bar.lost), bool)

    def misses(self, bar: Bar, confidence: float) -> NDArray[np.bool_]:
        """Return (U,) whether each unit misses its bar with this confidence, each by itself."""
        high, low = _bound(self.within, 1.0, confidence), _bound(self.lost, -1.0, confidence)
        return np.asarray((high < bar.share) | (low > bar.lost), bool)


def _bound(values: Floats, sign: float, confidence: float) -> Floats:
    """Return the one-sided bound of the mean of each column."""
    mean: Floats = values.mean(axis=0)
    n = len(values)
    if n < 2:
        return mean
    half = stdtrit(n - 1, confidence) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return np.asarray(mean + sign * half, np.float64)


def joint_confidence(confidence: float, n: int) -> float:
    """Return the confidence that each of `n` statements needs so that all hold together (Bonferroni).

    >>> round(joint_confidence(0.95, 5), 3)
    0.99
    """
    return 1.0 - (1.0 - confidence) / max(n, 1)
