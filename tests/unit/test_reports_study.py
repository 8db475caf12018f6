"""Reports of sweeps and comparisons: whole in themselves, with the numbers of their tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.config import load_scenario
from sim.errors import InputError
from sim.experiments.compared import keep
from sim.experiments.manifest import write_manifest
from sim.experiments.sides import gather
from sim.experiments.store import RunResult
from sim.reports.figures_design import design_exhibits
from sim.reports.html.stored import report_of
from sim.reports.html.study import render_study, verdicts
from sim.reports.study import Study
from sim.reports.study_tables import change_table, level_table, point_table
from sim.reports.style import house_style
from sim.reports.tables import plain
from tests.report_runs import replication
from tests.unit.test_reports_page import Page

SHIFT = 5.0


def scenario_at(name: str, **changes: Any) -> dict[str, Any]:
    return {**load_scenario("baseline_2030").resolved(), "name": name, "title": {}, **changes}


def tables(names: list[str], points: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return metrics and runs; later scenarios and points wait longer."""
    parts = []
    for rank, name in enumerate(names):
        for point in range(points):
            for index in range(3):
                part = replication(index).assign(scenario=name, design_point=point)
                waits = part["metric"] == "wait"
                part.loc[waits, "value"] += SHIFT * rank + point
                parts.append(part.assign(run_id=f"{name}-{point}-{index}"))
    metrics = pd.concat(parts, ignore_index=True)
    runs = metrics[["run_id", "scenario", "design_point", "replication"]].drop_duplicates()
    return metrics, runs.assign(status="done", error_type="")


def stored(folder: Path, names: list[str], levels: list[dict[str, float]] | None = None) -> RunResult:
    """Store a sweep of scenarios at design points."""
    folder.mkdir(parents=True)
    levels = levels or [{}]
    metrics, runs = tables(names, len(levels))
    factors = [
        (run.run_id, key, value, "share")
        for run in runs.itertuples()
        for key, value in levels[int(str(run.design_point))].items()
    ]
    metrics.to_parquet(folder / "metrics.parquet")
    runs.to_parquet(folder / "runs.parquet")
    columns = ["run_id", "factor", "value", "unit"]
    pd.DataFrame(factors, columns=columns).to_parquet(folder / "factors.parquet")
    manifest = {
        "seed": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "scenario": scenario_at(names[0]),
        "scenarios": [scenario_at(names[0]), *(scenario_at(n, network="plan_2024") for n in names[1:])],
        "experiment": {"name": "asked", "question": "Which is better?"},
    }
    write_manifest(folder, manifest)
    return RunResult(folder, manifest)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Study.of(stored(tmp_path_factory.mktemp("study") / "asked" / "1", ["now", "slower"]), "en")


def test_the_report_of_a_sweep_is_whole_in_itself(study: Study, tmp_path: Path) -> None:
    text = render_study(study, tmp_path)
    page = Page(text)
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert all(address[1:] in page.ids for address in page.addresses if address[0] == "#")
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert len(page.alts) == len(list(tmp_path.glob("*.svg"))) == len(list(tmp_path.glob("*.png"))) == 5
    assert all(len(alt) > 20 for alt in page.alts)
    assert text.count("The numbers behind this figure") == len(page.alts)
    assert "Which is better?" in text
    assert "nan" not in re.sub('base64,[^"]*', "", text).split()


def test_the_verdict_says_what_is_worse_and_by_how_much(study: Study) -> None:
    [sentence] = verdicts(study)
    assert sentence.startswith("slower against now – worse: Mean wait, min +5.00 ± 0.00")


def test_levels_are_means_of_each_scenario(study: Study) -> None:
    rows = {row[0]: row for row in level_table(study).rows}
    _name, now, slower = (plain(value) for value in rows["Mean wait, min"])
    assert float(slower) - float(now) == pytest.approx(SHIFT)


def test_what_a_scenario_changes_is_listed(study: Study) -> None:
    assert change_table(study).rows == (("slower", "network", "plan_2030", "plan_2024"),)


KEYS = ("parameters.no_show", "parameters.returns_later")
DESIGNS = {
    "tornado_1": [dict(zip(KEYS, pair, strict=True)) for pair in ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))],
    "response_1": [{KEYS[0]: level} for level in (0.0, 1.0, 2.0)],
    "spread_1": [dict(zip(KEYS, pair, strict=True)) for pair in ((0.1, 0.7), (0.2, 0.3), (0.9, 0.4))],
}


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_has_the_figure_that_suits_it(name: str, tmp_path: Path) -> None:
    points: list[dict[str, float]] = DESIGNS[name]
    study = Study.of(stored(tmp_path / "asked" / "1", ["now"], points), "en")
    with house_style():
        exhibits = list(design_exhibits(study))
    assert exhibits[0].name == name
    waits = next(exhibit for exhibit in exhibits if "Mean wait" in exhibit.title)
    if name.startswith("tornado"):
        # Points differ by their number only: 1 and 2 move the first factor, 3 and 4 the second.
        found = {str(row[0])[:12]: float(plain(row[2])) - float(plain(row[1])) for row in waits.table.rows}
        assert list(found.values()) == pytest.approx([1.0, 1.0])
    assert len(point_table(study).rows) == len(points)


def test_a_comparison_is_kept_as_a_folder_that_can_be_reported(tmp_path: Path) -> None:
    one = stored(tmp_path / "one" / "a", ["now", "slower"])
    other = stored(tmp_path / "other" / "b", ["now"])
    sides = gather([str(one.folder), str(other.folder)])
    kept = keep(sides, tmp_path / "results")
    assert list(dict.fromkeys(kept.metrics["scenario"])) == ["now", "slower", "b"]
    pd.testing.assert_frame_equal(kept.metrics, sides.metrics)
    assert set(kept.runs["scenario"]) == {"now", "slower", "b"}
    assert keep(sides, tmp_path / "results").folder == kept.folder
    assert [len(list(verdicts(Study.of(kept, "fi"))))] == [2]


def test_a_result_named_twice_is_no_comparison(tmp_path: Path) -> None:
    one = stored(tmp_path / "one" / "a", ["now"])
    with pytest.raises(InputError, match="is named twice"):
        gather([str(one.folder)] * 4)


def test_an_answer_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        report_of(str(tmp_path))
