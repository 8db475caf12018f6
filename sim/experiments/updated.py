"""What has happened since: the region's updated scenario of the same year, run beside another one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.config import Scenario, load_scenario, shipped_scenarios
from sim.experiments.runner import run_scenario
from sim.experiments.store import RunResult
from sim.experiments.work import Progress
from sim.region import load_region


def updated_scenario(scenario: Scenario) -> Scenario | None:
    """Return the shipped scenario ``updated_<year>``, to be run with the same luck as another one.

    Parameters
    ----------
    scenario
        Gives year, region, seed and number of replications. The queue engine is the compiled one, which gives
        the same records sooner.

    Returns
    -------
    Scenario or None
        None where there is none of the year and region, where the plan says nothing of the year, and beside
        itself, history and trajectories.
    """
    name = f"updated_{scenario.year}"
    if name not in shipped_scenarios() or scenario.reading == "history" or scenario.trajectory is not None:
        return None
    settings = [f"run.seed={scenario.run.seed}", f"run.replications={scenario.run.replications}"]
    found = load_scenario(name, [*settings, "run.engine=compiled"])
    planned = load_region(scenario.region).table("plan_visits")["year"]
    beside = scenario.region == found.region and scenario.name != found.name
    return found if beside and scenario.year in set(planned) else None


def run_updated(
    scenario: Scenario, out: Path, workers: int | None, progress: Progress, command: Sequence[str]
) -> RunResult | None:
    """Run what has happened since beside a scenario, as far as it is not stored; None where there is none."""
    beside = updated_scenario(scenario)
    if beside is None:
        return None
    return run_scenario(beside, out=out, workers=workers, progress=progress, command=command)
