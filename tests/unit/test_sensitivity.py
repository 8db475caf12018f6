"""Screening, tornado and indices find what decides, on functions whose answers are known."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from sim.config import Scenario, load_scenario
from sim.config.experiment import Factor
from sim.config.registry import Registry
from sim.experiments.designs import positions
from sim.experiments.sensitivity import (
    OUTCOMES,
    Effort,
    Sensitivity,
    analyse,
    assumptions,
    decisive,
    indices,
)
from sim.experiments.sweep import SweepOptions
from sim.region import load_region

#: Names in the registry that the pretended model depends on.
STRONG, WEAK, IDLE = "parameters.no_show", "parameters.patience_mean", "parameters.fetch_minutes"


def place(case: Scenario, key: str) -> float:
    """Return where in its range a parameter lies, 0 to 1."""
    parameter = Registry.from_region(load_region(case.region))[key.removeprefix("parameters.")]
    value = case.parameters.get(parameter.key, parameter.base)
    return (value - parameter.low) / (parameter.high - parameter.low)


def replicate(case: Scenario, replication: int, keep_visits: bool) -> tuple[pd.DataFrame, None]:
    value = 100 + 30 * place(case, STRONG) + 6 * place(case, WEAK)
    rows = [{"year": 2030, **outcome.model_dump(), "value": value, "unit": "min"} for outcome in OUTCOMES]
    return pd.DataFrame(rows), None


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sensitivity:
    scenario = load_scenario("baseline_2030")
    factors = [factor for factor in assumptions(scenario) if factor.key in {STRONG, WEAK, IDLE}]
    options = SweepOptions(out=tmp_path_factory.mktemp("out"), workers=1, replicate=replicate)
    effort = Effort(paths=4, keep=2, base_points=64)
    return analyse(scenario, effort, options, lambda name: nullcontext(lambda done, total: None), factors)


def test_every_assumption_that_acts_has_its_place_in_a_group() -> None:
    scenario = load_scenario("baseline_2030")
    factors = assumptions(scenario)
    names = {factor.key for factor in factors}
    ranged = {p.key: p for p in Registry.from_region(load_region(scenario.region)).ranged()}
    left_out = {f"parameters.{key}" for key in ranged} - names
    assert {ranged[key.removeprefix("parameters.")].group for key in left_out} == {"money", "space"}
    assert {"demand.adoption", "demand.acceptance"} < names
    coverage = {f.group for f in factors if f.key.startswith("parameters.digital_coverage")}
    assert len(coverage) > 1
    assert all(group.startswith("digital_coverage.") for group in coverage)


def test_screening_measures_the_whole_range(found: Sensitivity) -> None:
    first = found.screening[found.screening["outcome"] == "wait.mean"]
    assert list(first["group"]) == ["no_show", "patience_mean", "fetch_minutes"]
    assert first["mean_effect"].to_list() == pytest.approx([30, 6, 0], abs=1e-9)
    assert first[["spread", "half_width"]].to_numpy() == pytest.approx(0, abs=1e-9)


def test_the_tornado_holds_the_ends_of_the_ranges(found: Sensitivity) -> None:
    first = found.tornado[found.tornado["outcome"] == "visits.count"].set_index("group")
    assert (first["high"] - first["low"]).to_dict() == pytest.approx(
        {"no_show": 30.0, "patience_mean": 6.0}  # what moves nothing has no bar
    )
    assert (first["base"] == first["base"].iloc[0]).all()


def test_indices_of_what_was_kept_share_the_variance(found: Sensitivity) -> None:
    first = found.indices[found.indices["outcome"] == "wait.mean"].set_index("group")
    assert set(first.index) == {"no_show", "patience_mean"}
    assert first["total"].to_dict() == pytest.approx(
        {"no_show": 900 / 936, "patience_mean": 36 / 936}, abs=0.05
    )
    assert (first["first_low"] <= first["first"]).all()
    assert (first["total"] <= first["total_high"]).all()


def test_sobol_indices_are_those_of_ishigamis_function() -> None:
    """Ishigami and Homma (1990): 0.3139, 0.4424, 0 alone; 0.5576, 0.4424, 0.2437 in total."""
    names = ["x1", "x2", "x3"]
    x = (positions("sobol", names, 8192, seed=5) * 2 - 1) * np.pi
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    table = indices({"y": ("", y)}, names).set_index("group")
    assert table["first"].to_dict() == pytest.approx({"x1": 0.3139, "x2": 0.4424, "x3": 0}, abs=0.02)
    assert table["total"].to_dict() == pytest.approx({"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}, abs=0.02)


def test_an_outcome_that_does_not_vary_has_no_indices() -> None:
    table = indices({"y": ("", np.ones(8))}, ["a", "b"])
    assert table.drop(columns=["outcome", "group"]).isna().to_numpy().all()


def test_groups_are_kept_outcome_by_outcome() -> None:
    table = pd.DataFrame(
        {
            "outcome": ["a", "a", "a", "b", "b", "b"],
            "group": ["x", "y", "z", "z", "x", "y"],
            "mean_effect": [3.0, 2.0, 1.0, 9.0, 8.0, 0.0],
        }
    )
    assert decisive(table, 2) == ["x", "z"]
    assert decisive(table, 9) == ["x", "z", "y"]


def test_factors_know_their_units(found: Sensitivity) -> None:
    factors: dict[str, Factor] = {f.key: f for f in assumptions(load_scenario("baseline_2030"))}
    assert factors[STRONG].unit == "share"
    units = found.screening.groupby("outcome")["unit"].unique().map(list).to_dict()
    assert units == {outcome.label(): ["min"] for outcome in OUTCOMES} | {"contact.htv": ["HTV"]}


def test_contact_is_told_in_person_years_too(found: Sensitivity) -> None:
    params = Registry.from_region(load_region("paijat_hame")).resolve({})
    hours, years = (
        found.tornado[found.tornado["outcome"] == outcome].set_index("group")["high"]
        for outcome in (OUTCOMES[-1].label(), "contact.htv")
    )
    a_year = params["net_hours_per_htv"] * params["contact_share"]
    assert (hours / years).to_list() == pytest.approx([a_year] * 2)
