"""Runs of several years as told: a row a year, shares, the plan's marks; what has happened since."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from sim.config import load_scenario
from sim.experiments.pattern_store import Pattern, keep_patterns, kept_patterns, pattern_file
from sim.experiments.updated import updated_scenario
from sim.locale import number
from sim.reports.console import print_summary, print_table
from sim.reports.html import write_report
from sim.reports.results import ALL, of_one_year
from sim.reports.run import summarise
from sim.reports.trajectory import Course, full_table, short_table
from tests.report_runs import FakeRun, FakeScenario, small_run


@dataclass(frozen=True)
class FakeTrajectory(FakeScenario):
    trajectory: object = "several years"  # type: ignore[assignment]

    def in_year(self, year: int) -> FakeScenario:
        return FakeScenario(year=year)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    """Three years, the first with twice and the last with half the visits of the year between them."""
    one = small_run(tmp_path_factory.mktemp("years"))
    years = {2020: 2.0, 2030: 1.0, 2031: 0.5}
    tables = [one.metrics.assign(year=year, value=one.metrics["value"] * by) for year, by in years.items()]
    return replace(one, metrics=pd.concat(tables, ignore_index=True), scenario=FakeTrajectory())


def test_each_year_has_its_row(run: FakeRun) -> None:
    course = Course.of(run, "en")
    assert course.years == (2020, 2030, 2031)
    total = course.visits[ALL]
    assert total[2020].mean == pytest.approx(2 * total[2030].mean)
    assert total[2020].half_width == pytest.approx(2 * total[2030].half_width)
    assert course.plan == {2020: 112_719.0, 2030: 110_850.0}
    for series in (course.older, course.online):
        assert series[2020].mean == pytest.approx(series[2031].mean)  # shares, whatever the size
        assert 0 <= series[2030].mean < 1
    assert course.online[2030].mean > 0
    table = short_table(course)
    assert [row[0] for row in table.rows] == ["2020", "2030", "2031"]
    assert len(full_table(course).columns) > len(table.columns)


def test_texts_may_be_categories(run: FakeRun) -> None:
    texts = [name for name in run.metrics if isinstance(run.metrics[name].iloc[0], str)]
    compact = replace(run, metrics=run.metrics.astype(dict.fromkeys(texts, "category")))
    assert "metric" in texts
    told, expected = Course.of(compact, "en"), Course.of(run, "en")
    assert told.as_dict() == expected.as_dict()
    of_a_year, plain = (summarise(of_one_year(one), "en") for one in (compact, run))
    assert of_a_year.as_dict() == plain.as_dict()


def test_authorities_of_a_row_add_up_to_its_total(run: FakeRun) -> None:
    course = Course.of(run, "en")
    for row in short_table(course).rows:
        parts = [float(value) for value in row[3:-2] if isinstance(value, (int, float))]
        assert sum(parts) == pytest.approx(course.visits[ALL][int(str(row[0]))].mean)


def test_years_are_printed_and_reported(run: FakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    course = Course.of(run, "en")
    print_table(short_table(course), "en", ("heading",), run.folder)
    printed = capsys.readouterr().out
    for text in ("heading", "2031", number(110_850, "en"), "Online", str(run.folder)):
        assert text in printed
    assert [row["year"] for row in json.loads(json.dumps(course.as_dict()))["years"]] == [2020, 2030, 2031]
    page = write_report(run, "en", run.folder / "figures").read_text("utf-8")
    assert "random variation" in page
    assert (run.folder / "figures/trajectory.svg").stat().st_size > 0


def test_other_reports_are_of_the_plans_year(run: FakeRun) -> None:
    shown = of_one_year(run)
    assert shown.scenario.year == 2030
    assert set(shown.metrics["year"]) == {2030}


def test_what_has_happened_since_stands_beside_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = small_run(tmp_path)
    since = replace(one, metrics=one.metrics.assign(value=one.metrics["value"] * 3))
    summary = summarise(one, "en", since)
    assert summary.total.updated.mean == pytest.approx(3 * summary.total.simulated.mean)
    assert summary.joint.updated.mean == pytest.approx(3 * summary.joint.simulated.mean)
    print_summary(summary, "en")
    assert "Updated" in capsys.readouterr().out
    print_summary(summarise(one, "en"), "en")
    assert "Updated" not in capsys.readouterr().out


def test_only_a_plan_year_has_an_update_beside_it() -> None:
    base = load_scenario("baseline_2030", ["run.seed=5", "run.replications=3"])
    found = updated_scenario(base)
    assert found is not None
    assert (found.name, found.run.seed, found.run.replications) == ("updated_2030", 5, 3)
    for name in ("updated_2030", "baseline_2020", "plan_2024", "trajectory_2019_2040"):
        assert updated_scenario(load_scenario(name)) is None


def test_patterns_once_worked_out_are_part_of_every_report(tmp_path: Path) -> None:
    folder = tmp_path / "baseline_2030" / "digest"
    folder.mkdir(parents=True)
    run = small_run(folder)
    assert "validate --patterns" in write_report(run, "en").read_text("utf-8")
    rows = [
        Pattern("visits", "Kela", 2030, 40_000.0, 40_029.0, 100.0, "visits", "by construction (needs)"),
        Pattern("share_in_band", "0-15 min", 2030, 0.5, 0.52, 0.015, "share", "read as shares"),
    ]
    path = keep_patterns(rows, load_scenario("baseline_2030"), 10, tmp_path)
    assert kept_patterns(path) == tuple(rows)
    page = write_report(run, "en").read_text("utf-8")
    assert "by construction (needs)" in page
    assert "Share of residents by drive time" in page
    page = write_report(run, "fi").read_text("utf-8")
    assert "Asukkaiden osuus ajoajan mukaan" in page
    assert "rakenteesta johtuen (tarpeet)" in page
    other = load_scenario("baseline_2030", ["parameters.no_show=0.3"])
    assert pattern_file(other.region, dict(other.parameters), tmp_path) != path
