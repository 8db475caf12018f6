"""Writes a new region: its tables, a page that explains every column, and a first scenario."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from sim.config import scenario_schema
from sim.errors import InputError, Problem
from sim.region.explained import explain_tables
from sim.region.reading import read_folder

_SCHEMA = "scenario.schema.json"
_SCENARIO = """\
# yaml-language-server: $schema={schema}
name: {name}_{year}
title:
  fi: {name} {year}
  sv: {name} {year}
  en: {name} {year}
description: >-
  {description}
region: {region}
year: {year}
reading: {reading}
network: plan
population: plan
staffing:
  base: plan
"""
_DESCRIPTIONS = {
    "plan": "Needs are set so that the visits of the table plan_visits are expected in this year.",
    "projection": "Needs follow population, ageing, adoption and the law from the levels of the base year.",
}
_INTRODUCTION = """\
# {name}: what the model knows of the region

This folder is a region: one comma-separated file a table, UTF-8, a heading line, then a row a fact. It was
founded as a skeleton that is valid and can be run at once; rows whose `source` says *replace* or *imagined*
await the region's own numbers.

1. Replace the rows, and write the source and confidence of each (`sourced`, `derived`, `assumption`).
2. `visitsim validate {scenario}`, from this folder, lists all that is wrong by file, line and column.
3. `visitsim run {scenario} --engine compiled` runs it.

Shares are fractions from 0 to 1, times `HH:MM`, dates `YYYY-MM-DD`, lists are parted by `;`, an empty cell
means *none* or *always*.
"""


def write_region(folder: Path, tables: Mapping[str, pd.DataFrame], years: Mapping[str, int]) -> list[Path]:
    """Write a region's tables, README and scenarios, check them, and return the scenarios' paths.

    Parameters
    ----------
    folder
        New folder; its name is the region's.
    tables
        Result of `sim.founding.found`.
    years
        Simulated year by reading of the scenarios to write.

    Raises
    ------
    InputError
        If the folder exists and holds anything, or if a table is not valid.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(Problem(str(folder), "is not empty; name a folder that does not exist yet"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _write_table(folder / f"{name}.csv", table)
    scenarios = [_write_scenario(folder, reading, year) for reading, year in years.items()]
    _write_readme(folder, scenarios[0])
    read_folder(folder)
    return scenarios


def _write_table(path: Path, table: pd.DataFrame) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows([_cell(value) for value in row] for row in table.itertuples(index=False))


def _cell(value: Any) -> str:
    """Return a value as it stands in a file."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_scenario(folder: Path, reading: str, year: int) -> Path:
    path = folder / "configs" / f"{reading}_{year}.yaml"
    path.parent.mkdir(exist_ok=True)
    schema = json.dumps(scenario_schema(), indent=2, ensure_ascii=False)
    (path.parent / _SCHEMA).write_text(schema + "\n", encoding="utf-8")
    path.write_text(
        _SCENARIO.format(
            schema=_SCHEMA,
            name=folder.name,
            year=year,
            reading=reading,
            region="..",
            description=_DESCRIPTIONS[reading],
        ),
        encoding="utf-8",
    )
    return path


def _write_readme(folder: Path, scenario: Path) -> None:
    start = _INTRODUCTION.format(name=folder.name, scenario=scenario.relative_to(folder).as_posix())
    text = "\n".join([start, *explain_tables()])
    (folder / "README.md").write_text(text, encoding="utf-8")
