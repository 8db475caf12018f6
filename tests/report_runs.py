"""A small run as reports read it: random records of a few points, without a simulation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.config.scenario import Demand, Staffing
from sim.outcomes import OutcomeSettings, metrics
from sim.region import load_region
from sim.visits import Names
from tests.records import random_records

REGION = load_region("paijat_hame")
AUTHORITIES = tuple(REGION.table("authorities").sort_values("order")["authority"])
POINTS = ("lahti_yhteinen", "heinola_yhteinen", "hartola_kunnanvirasto")
MUNICIPALITIES = ("Lahti", "Heinola")
SETTINGS = OutcomeSettings(15.0, 0.8, 0.2, 10.0)


@dataclass(frozen=True)
class FakeScenario:
    name: str = "baseline_2030"
    title: dict[str, str] = field(default_factory=lambda: {"fi": "Perusura", "en": "Baseline"})
    region: str = "paijat_hame"
    year: int = 2030
    reading: str = "plan"
    parameters: dict[str, float] = field(default_factory=dict)
    shocks: dict[str, float] = field(default_factory=dict)
    trajectory: None = None
    demand: Demand = field(default_factory=Demand)
    staffing: Staffing = field(default_factory=lambda: Staffing(base="plan_2030"))


@dataclass(frozen=True)
class FakeRun:
    folder: Path
    metrics: pd.DataFrame
    scenario: FakeScenario = FakeScenario()
    manifest: dict[str, Any] = field(default_factory=dict)


def replication(index: int) -> pd.DataFrame:
    """Return one replication's metrics, with what the model adds about the plan."""
    records = random_records(2_000 + 10 * index, seed=index, points=len(POINTS), authorities=len(AUTHORITIES))
    names = records.names
    object.__setattr__(
        records,
        "names",
        Names(AUTHORITIES, names.matters, POINTS, MUNICIPALITIES, names.age_groups),
    )
    table = metrics(records, SETTINGS)
    extra = [
        (2030, "all", authority, "all", "year", metric, "value", value, "visits")
        for position, authority in enumerate(AUTHORITIES)
        for metric, value in (
            ("plan_visits", 100.0 * position),
            ("legal_floor", 250.0),
            ("need_growth", 0.5),
        )
    ]
    table = pd.concat([table, pd.DataFrame(extra, columns=table.columns)], ignore_index=True)
    return table.assign(scenario="baseline_2030", design_point=0, replication=index)


def small_run(folder: Path) -> FakeRun:
    """Return a run of three replications in a folder."""
    (folder / "manifest.json").write_text("{}")
    return FakeRun(folder, pd.concat([replication(index) for index in range(3)], ignore_index=True))
