"""Records in, tidy tables out: what a simulated year means to planners.

`metrics` gives the long table of a year, `cube` the same by further dimensions, `publishable` merges
cells too small to print, `intervals` joins replications.
"""

from __future__ import annotations

from sim.outcomes.cube import DIMENSIONS, cube, publishable
from sim.outcomes.default import metrics
from sim.outcomes.replications import CONFIDENCE, RANDOM_VARIATION, intervals
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.volumes import KINDS

__all__ = [
    "CONFIDENCE",
    "DIMENSIONS",
    "KINDS",
    "RANDOM_VARIATION",
    "OutcomeSettings",
    "cube",
    "intervals",
    "metrics",
    "publishable",
]
