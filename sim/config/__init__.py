"""Scenarios: their schema, their YAML files, and the registry of the model's parameters."""

from sim.config.loading import find_scenario, load_scenario, load_year, shipped_scenarios
from sim.config.scenario import Scenario, scenario_schema

__all__ = ["Scenario", "find_scenario", "load_scenario", "load_year", "scenario_schema", "shipped_scenarios"]
