"""Regions at their limits, read and run as any other: a whole result, or an error that names the cell."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.config import load_scenario
from sim.errors import InputError
from sim.experiments.runner import run_scenario
from sim.region.loading import DATA
from sim.reports.figures import draw_run

type Row = dict[str, str]


def founded(folder: Path, table: str, edit: Callable[[Row], object]) -> Path:
    """Write the shipped example with some cells of a table changed, and a scenario of it."""
    path = Path(shutil.copytree(DATA / "example", folder / "region")) / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        edit(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    scenario = folder / "limit.yaml"
    scenario.write_text("extends: example_2030\nname: limit\nregion: ./region\n", encoding="utf-8")
    return scenario


def played(path: Path):
    """Play one year and return its result; a run that fails shows its error."""
    scenario = load_scenario(path, ["run.replications=1", "run.engine=compiled"])
    result = run_scenario(scenario, out=path.parent / "results", workers=1)
    assert not result.manifest["tracebacks"], result.manifest["tracebacks"]
    return result


def of(result, metric: str, statistic: str) -> float:
    """Return a metric of the year over everything."""
    table = result.metrics
    whole = (table[["point", "authority", "channel"]] == "all").all(axis=1) & (table["period"] == "year")
    mine = table[whole & (table["metric"] == metric) & (table["statistic"] == statistic)]
    return float(mine["value"].iloc[0]) if len(mine) else 0.0


@pytest.mark.parametrize("table", ["population", "age_structure"])
def test_a_region_of_nobody_is_refused(tmp_path, table):
    """Shares of nobody are not numbers: such a region once ran to a result."""
    path = founded(
        tmp_path, table, lambda row: row.update(persons="0", **({"low": "0"} if "low" in row else {}))
    )
    with pytest.raises(InputError, match=rf"{table}\.csv:2:4: persons: nobody lives here"):
        load_scenario(path)


def test_a_plan_without_visits_ends_in_a_year_without_visits(tmp_path):
    result = played(founded(tmp_path, "plan_visits", lambda row: row.update(visits="0")))
    assert of(result, "visits", "count") == 0
    assert draw_run(result, tmp_path / "figures", "en") == []


def test_a_roster_without_any_diary_is_played(tmp_path):
    result = played(founded(tmp_path, "officials", lambda row: row.update(diary="0")))
    assert of(result, "visits", "count") > 1_000


def test_officials_short_the_whole_year_are_busy_and_the_others_are_lost(tmp_path):
    """Twenty times the visits on the same staff: the year ends, and says that hardly anybody is served."""
    result = played(
        founded(tmp_path, "plan_visits", lambda row: row.update(visits=str(20 * int(row["visits"]))))
    )
    assert of(result, "visits", "count") > 20_000
    assert of(result, "within", "target") < 0.5


@pytest.mark.parametrize(
    ("table", "cells", "message"),
    [
        ("officials", {"breaks": "07:00-08:00"}, "officials.csv:2:9: breaks"),
        ("officials", {"skills": "Nobody:counter"}, "officials.csv:2:4: skills"),
        ("officials", {"count": "-1"}, "officials.csv:2:5: count"),
        ("plan_visits", {"visits": "-5"}, "plan_visits.csv:2:3: visits"),
        ("plan_visits", {"visits": "nan"}, "plan_visits.csv:2:3: visits"),
        ("plan_visits", {"visits": "1e400"}, "plan_visits.csv:2:3: visits"),
        ("plan_visits", {"authority": "Nobody"}, "plan_visits.csv:2:1: authority"),
        ("hours", {"valid_from": "2030-02-30"}, "hours.csv:2:"),
        ("population", {"year": "99999"}, "population.csv:2:3: year"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path, table, cells, message):
    done: list[Row] = []

    def edit(row: Row) -> None:
        if not done:
            row.update(cells)
        done.append(row)

    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        load_scenario(founded(tmp_path, table, edit))
