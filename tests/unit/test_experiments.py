"""Experiments: what their files may say, which points they make, and which runs are made of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.config import Scenario
from sim.config.experiment import Experiment, OutcomeSpec, UntilSpec, experiment_schema
from sim.config.experiment_loading import load_experiment
from sim.errors import InputError
from sim.experiments.designs import LEVELS, expand, positions
from sim.experiments.forecast import preview, status
from sim.experiments.precision import half_widths, replications_until
from sim.experiments.store import RunResult
from sim.experiments.sweep import SweepOptions, plan, run_experiment

ROOT = Path(__file__).parents[2]
TABLES = ("runs.parquet", "factors.parquet", "metrics.parquet")
WAIT = OutcomeSpec(metric="wait", statistic="mean")
NO_SHOW = "parameters.no_show"


def experiment(folder: Path, text: str, *sets: str) -> Experiment:
    path = folder / "question" / "experiment.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return load_experiment(path, sets)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        experiment(folder, text)
    return [f"{p.line}:{p.column}: {p.key}: {p.message}" for p in caught.value.problems]


def replicate(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return a wait that depends on no-shows, and on luck that all scenarios share."""
    if trace := os.environ.get("VISITSIM_TEST_TRACE"):
        Path(trace, f"{len(os.listdir(trace))}").touch()
    luck = np.random.default_rng([7, replication]).normal()
    row = {"year": 2030, "point": "all", "authority": "all", "channel": "all", "period": "year"}
    value = 5 + 10 * case.parameters.get("no_show", 0.0) + luck
    wait = row | {"metric": "wait", "statistic": "mean", "value": value, "unit": "min"}
    return pd.DataFrame([wait]), None


def fail_on_many_no_shows(
    case: Scenario, replication: int, keep_visits: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    if case.parameters.get("no_show", 0.0) > 0.15 and replication == 1:
        raise ZeroDivisionError("no desk")
    return replicate(case, replication, keep_visits)


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with one file for each run that was made."""
    folder = tmp_path / "trace"
    folder.mkdir()
    monkeypatch.setenv("VISITSIM_TEST_TRACE", str(folder))
    return folder


def sweep(asked: Experiment, out: Path, **options: Any) -> RunResult:
    chosen = {"workers": 1, "replicate": replicate, **options}
    return run_experiment(asked, SweepOptions(out=out, **chosen))


def table_bytes(result: RunResult) -> list[bytes]:
    return [(result.folder / name).read_bytes() for name in TABLES]


GRID = """
base: baseline_2030
scenarios:
  plan: {}
  few: {demand: {cottages: false}}
factors:
  parameters.no_show: {values: [0.1, 0.2], unit: share}
replications: 3
"""


def test_scenarios_are_differences_from_their_base(tmp_path: Path) -> None:
    asked = experiment(
        tmp_path,
        "base: baseline_2030\nseed: 7\nshared: {demand: {choice: nearest}}\n"
        "scenarios: {plan: {}, old: {extends: baseline_2019}}\n",
    )
    assert [s.name for s in asked.scenarios] == ["plan", "old"]
    assert [s.year for s in asked.scenarios] == [2030, 2019]
    assert {s.demand.choice for s in asked.scenarios} == {"nearest"}
    assert {(s.run.seed, s.run.engine) for s in asked.scenarios} == {(7, "compiled")}
    assert asked.spec.name == "question"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scenarios:\n  a: {yaer: 2030}\n", "2:7: scenarios.a.yaer: unknown key; did you mean 'year'?"),
        ("scenarios:\n  a: {run: {seed: 4}}\n", "2:7: scenarios.a.run: is said for all scenarios at once"),
        (
            "factors:\n  parameters.no_shw: {values: [0.1]}\n",
            "2:3: factors.parameters.no_shw: there is no",
        ),
        (
            "factors:\n  no_show: {values: [0.1]}\n",
            "2:3: factors.no_show: is no key of a scenario;",
        ),
        (
            f"factors:\n  {NO_SHOW}: {{unit: min}}\n",
            "2:24: factors.parameters.no_show.unit: the param",
        ),
        (
            f"factors:\n  {NO_SHOW}: {{values: [0.1, 2]}}\n",
            "values[1]: 2: 2 is impossible for a number",
        ),
        (f"factors:\n  {NO_SHOW}: {{values: [much]}}\n", "values[0]: must be a number, true or false"),
        ("factors:\n  demand.adoption: {values: [2]}\n", "input should be less than or equal to 1"),
        ("factors:\n  demand.adoption: {}\n", "2:3: factors.demand.adoption: needs values"),
        ("design: {kind: sobol}\n", "1:10: design.kind: sobol draws uncertainties, and no factor is one"),
        ("design: {kind: rows, rows: [{x: 1}]}\n", "design.rows[0].x: is no factor"),
        (
            "until: {outcome: {metric: wait, statistic: mean}, half_width: 0}\n",
            "half_width: input should be",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(tmp_path, text)), problems(tmp_path, text)


def test_ranges_and_units_come_from_the_registry(tmp_path: Path) -> None:
    text = f"factors: {{{NO_SHOW}: {{}}}}\ndesign: {{kind: one_at_a_time}}\n"
    asked = experiment(tmp_path, text)
    [factor] = asked.factors
    assert factor.unit == "share"
    assert 0 < factor.low < factor.base < factor.high < 1
    assert expand(asked) == [{}, {NO_SHOW: factor.low}, {NO_SHOW: factor.high}]


def test_a_grid_has_every_combination_and_rows_only_their_own(tmp_path: Path) -> None:
    factors = f"factors: {{{NO_SHOW}: {{values: [0.1, 0.2]}}, demand.cottages: {{values: [true, false]}}}}\n"
    assert len(expand(experiment(tmp_path, factors))) == 4
    rows = f"design: {{kind: rows, rows: [{{{NO_SHOW}: 0.1, demand.cottages: false}}]}}\n"
    [point] = plan(experiment(tmp_path, factors + rows))
    assert point.scenario.demand.cottages is False
    assert point.factors == ((NO_SHOW, 0.1, "share"), ("demand.cottages", 0.0, ""))


def test_rows_are_read_from_tables_and_wrong_cells_named(tmp_path: Path) -> None:
    text = f"factors: {{{NO_SHOW}: {{}}, demand.cottages: {{}}}}\ndesign: {{kind: rows, file: points.csv}}\n"
    table = tmp_path / "question" / "points.csv"
    table.parent.mkdir()
    table.write_text(f"{NO_SHOW},demand.cottages\n0.1,true\n0.15,FALSE\n")
    assert expand(experiment(tmp_path, text))[1] == {NO_SHOW: 0.15, "demand.cottages": False}
    table.write_text(f"{NO_SHOW},demand.cotages\n0.1,true\nmany,false\n")
    found = problems(tmp_path, text)
    assert found[0].startswith("1:2: demand.cotages: is no factor; did you mean 'demand.cottages'?")
    assert found[1] == "3:1: parameters.no_show: must be a number, true or false, not 'many'"


def test_rows_are_read_from_workbooks(tmp_path: Path) -> None:
    import xlsxwriter

    (tmp_path / "question").mkdir()
    with xlsxwriter.Workbook(tmp_path / "question" / "points.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [NO_SHOW])
        sheet.write_row(1, 0, [0.12])
    text = f"factors: {{{NO_SHOW}: {{}}}}\ndesign: {{kind: rows, file: points.xlsx}}\n"
    assert expand(experiment(tmp_path, text)) == [{NO_SHOW: 0.12}]


def test_wrong_cells_of_workbooks_are_told_by_sheet_row_and_column(tmp_path: Path) -> None:
    import xlsxwriter

    text = f"factors: {{{NO_SHOW}: {{}}, demand.cottages: {{}}}}\ndesign: {{kind: rows, file: points.xlsx}}\n"
    (tmp_path / "question").mkdir()

    def told(*rows: list[Any]) -> list[str]:
        with xlsxwriter.Workbook(tmp_path / "question" / "points.xlsx") as book:
            book.add_worksheet("notes")
            sheet = book.add_worksheet("rows")
            for number, row in enumerate([[NO_SHOW, "demand.cottages"], *rows]):
                sheet.write_row(number, 0, row)
        with pytest.raises(InputError) as caught:
            experiment(tmp_path, text)
        return [f"{p.key}: {p.message}" for p in caught.value.problems]

    assert told([0.1, True], ["many", "perhaps"]) == [
        f"rows, row 3, column {NO_SHOW}: must be a number, true or false, not 'many'",
        "rows, row 3, column demand.cottages: must be a number, true or false, not 'perhaps'",
    ]
    [impossible] = told([0.1, True], ["", ""], [7, False])
    assert impossible.startswith(f"rows, row 4, column {NO_SHOW}: 7: ")


def test_a_renamed_sheet_or_a_factor_that_stands_twice_is_told(tmp_path: Path) -> None:
    import xlsxwriter

    text = f"factors: {{{NO_SHOW}: {{}}}}\ndesign: {{kind: rows, file: points.xlsx}}\n"
    (tmp_path / "question").mkdir()

    def told(name: str) -> str:
        with xlsxwriter.Workbook(tmp_path / "question" / "points.xlsx") as book:
            book.add_worksheet("About")
            sheet = book.add_worksheet(name)
            for number, row in enumerate([[NO_SHOW, NO_SHOW], [0.1, 0.2]]):
                sheet.write_row(number, 0, row)
        with pytest.raises(InputError) as caught:
            experiment(tmp_path, text)
        [problem] = caught.value.problems
        return f"{problem.key}: {problem.message}"

    assert told("row") == "None: has no sheet 'rows'; did you mean 'row'?"
    assert told("rows") == f"rows, row 1, column {NO_SHOW}: stands twice"


def test_impossible_values_of_rows_are_told_at_their_place(tmp_path: Path) -> None:
    text = f"factors: {{{NO_SHOW}: {{}}}}\ndesign:\n  kind: rows\n  rows: [{{{NO_SHOW}: 7}}]\n"
    assert problems(tmp_path, text)[0].startswith(f"4:11: design.rows[0].{NO_SHOW}: 7: ")


def test_every_setting_of_the_levers_meets_the_same_draws(tmp_path: Path) -> None:
    text = f"factors:\n  {NO_SHOW}: {{}}\n  demand.cottages: {{role: lever, values: [true, false]}}\n"
    points = expand(experiment(tmp_path, text + "design: {kind: latin_hypercube, size: 5}\n"))
    draws = [point[NO_SHOW] for point in points]
    assert [point["demand.cottages"] for point in points] == [True] * 5 + [False] * 5
    assert draws[:5] == draws[5:]
    assert len(set(draws)) == 5


def test_a_latin_hypercube_has_one_draw_in_each_layer(tmp_path: Path) -> None:
    text = f"factors: {{{NO_SHOW}: {{low: 0.0, high: 0.5}}}}\ndesign: {{kind: latin_hypercube, size: 50}}\n"
    draws = sorted(float(point[NO_SHOW]) for point in expand(experiment(tmp_path, text)))
    assert [int(draw / 0.01) for draw in draws] == list(range(50))


def test_triangular_draws_have_the_mean_of_the_triangle(tmp_path: Path) -> None:
    text = "factors: {parameters.no_show: {low: 0.0, high: 0.6, distribution: triangular}}\n"
    asked = experiment(tmp_path, text + "design: {kind: latin_hypercube, size: 4000}\n")
    draws = np.array([point[NO_SHOW] for point in expand(asked)])
    assert draws.mean() == pytest.approx((0.0 + asked.factors[0].base + 0.6) / 3, abs=2e-4)


def test_paths_move_one_group_at_a_time_and_each_once() -> None:
    walked = positions("morris", ["a", "b", "c"], 20, seed=3)
    steps = np.abs(np.diff(walked.reshape(20, 4, 3), axis=1))
    moved = steps > 1e-12
    assert (moved.sum(axis=1) == 1).all()
    assert (moved.sum(axis=2) == 1).all()
    assert np.allclose(steps[moved], LEVELS / (2 * (LEVELS - 1)))
    assert np.array_equal(walked, positions("morris", ["a", "b", "c"], 20, seed=3))


def test_base_points_take_one_group_from_another(tmp_path: Path) -> None:
    found = positions("sobol", ["a", "b"], 7, seed=1).reshape(8, 4, 2)  # 7 is rounded up
    a, b = found[:, 0], found[:, 3]
    assert np.array_equal(found[:, 1], np.stack([b[:, 0], a[:, 1]], axis=1))
    assert np.array_equal(found[:, 2], np.stack([a[:, 0], b[:, 1]], axis=1))


@pytest.mark.parametrize(("kind", "points"), [("morris", 2 * 3), ("sobol", 2 * 4)])
def test_factors_of_a_group_move_as_one(tmp_path: Path, kind: str, points: int) -> None:
    text = (
        "factors:\n  parameters.no_show: {low: 0, high: 1, group: who_comes}\n"
        "  parameters.staff_absence: {low: 0, high: 0.5, group: who_comes}\n"
        "  parameters.guidance_minutes: {low: 1, high: 3}\n"
    )
    found = expand(experiment(tmp_path, f"{text}design: {{kind: {kind}, size: 2}}\n"))
    both = [(point[NO_SHOW], point["parameters.staff_absence"]) for point in found]
    assert len(both) == points
    assert len(set(both)) > 1
    assert all(other == pytest.approx(float(value) / 2) for value, other in both)


def test_half_widths_are_those_of_another_tool() -> None:
    from sim_tools.output_analysis import confidence_interval_method

    values = np.random.default_rng(2).normal(20, 3, 60)
    known = confidence_interval_method(list(values), desired_precision=0.05, min_rep=5, decimal_places=10)
    enough, table = known
    theirs = table["Upper Interval"].to_numpy() - table["Cumulative Mean"].to_numpy()
    assert np.allclose(half_widths(values)[2:], theirs[2:], atol=1e-8)
    until = UntilSpec(outcome=WAIT, half_width=0.05, relative=True, at_most=60)
    assert replications_until(values, until, 5) == enough


def test_replications_end_at_the_most_and_do_not_count_what_failed() -> None:
    until = UntilSpec(outcome=WAIT, half_width=1e-9, at_most=10)
    values = np.random.default_rng(1).normal(size=10)
    assert replications_until(values[:9], until, 3) is None
    assert replications_until(values, until, 3) == 10
    assert np.isinf(half_widths(np.array([1.0, np.nan, np.nan]))).all()


def test_tables_hold_every_scenario_at_every_point(tmp_path: Path) -> None:
    result = sweep(experiment(tmp_path, GRID), tmp_path / "results")
    assert len(result.runs) == 2 * 2 * 3
    assert len(result.metrics) == 12
    assert sorted(set(result.factors["value"])) == [0.1, 0.2]
    assert set(result.factors["unit"]) == {"share"}
    assert result.manifest["points"] == 4


def test_one_and_two_workers_write_the_same_bytes(tmp_path: Path) -> None:
    asked = experiment(tmp_path, GRID)
    one, two = (sweep(asked, tmp_path / str(n), workers=n) for n in (1, 2))
    assert table_bytes(one) == table_bytes(two)


def test_dask_writes_the_bytes_that_processes_write(tmp_path: Path) -> None:
    asked = experiment(tmp_path, GRID)
    here = sweep(asked, tmp_path / "here")
    cluster = sweep(asked, tmp_path / "cluster", executor="dask", workers=2)
    assert table_bytes(cluster) == table_bytes(here)
    assert cluster.manifest["executor"] == "dask"


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Dask scheduler answers at"):
        sweep(experiment(tmp_path, GRID), tmp_path / "out", executor="dask", address="tcp://127.0.0.1:9")


def test_runs_stored_by_another_experiment_are_not_made_again(tmp_path: Path, trace: Path) -> None:
    sweep(experiment(tmp_path, GRID), tmp_path / "results")
    assert len(list(trace.iterdir())) == 12
    other = GRID.replace("plan:", "renamed:").replace("[0.1, 0.2]", "[0.2, 0.3]") + "name: another\n"
    result = sweep(experiment(tmp_path, other), tmp_path / "results")
    assert len(list(trace.iterdir())) == 12 + 6
    assert set(result.runs["scenario"]) == {"renamed", "few"}
    sweep(experiment(tmp_path, GRID), tmp_path / "results", force=True)
    assert len(list(trace.iterdir())) == 18 + 12


def test_failed_runs_are_rows_and_retry_makes_them_alone(tmp_path: Path, trace: Path) -> None:
    asked, out = experiment(tmp_path, GRID), tmp_path / "results"
    first = sweep(asked, out, replicate=fail_on_many_no_shows)
    assert first.failed == 2
    assert set(first.runs.loc[first.runs["status"] == "failed", "error_type"]) == {"ZeroDivisionError"}
    assert preview(asked, out).failed == 2
    more = experiment(tmp_path, GRID, "replications=5")
    before = len(list(trace.iterdir()))
    again = sweep(more, out, only_failed=True)
    assert len(list(trace.iterdir())) == before + 2
    assert again.runs["status"].value_counts().to_dict() == {"done": 12, "missing": 8}
    assert table_bytes(sweep(asked, out)) == table_bytes(sweep(asked, tmp_path / "fresh"))


def test_replications_go_on_until_the_outcome_is_precise(tmp_path: Path) -> None:
    until = "until: {outcome: {metric: wait, statistic: mean}, half_width: 0.3, at_most: 60}\n"
    asked, out = experiment(tmp_path, GRID + until), tmp_path / "results"
    result = sweep(asked, out)
    values = result.metrics[(result.metrics["scenario"] == "plan") & (result.metrics["design_point"] == 0)]
    widths = half_widths(values["value"].to_numpy())
    assert len(values) > 3
    assert widths[-1] <= 0.3
    assert (widths[2:-1] > 0.3).all()
    again = sweep(asked, out)
    assert len(again.runs) == len(result.runs)
    sweep(experiment(tmp_path, GRID, "replications=60"), out)
    bigger = sweep(experiment(tmp_path, GRID + until), out)
    assert len(bigger.runs) == len(result.runs)


def test_preview_and_status_count_what_is_stored(tmp_path: Path) -> None:
    asked, out = experiment(tmp_path, GRID), tmp_path / "results"
    before = preview(asked, out)
    assert (before.runs, before.stored, before.missing, before.measured) == (12, 0, 12, False)
    assert status(asked, out).state == "not started"
    sweep(experiment(tmp_path, GRID, "replications=2"), out)
    after = preview(asked, out)
    assert (after.stored, after.missing, after.measured) == (8, 4, True)
    found = status(asked, out)
    assert found.state == "done"
    assert [(row.scenario, row.done, row.missing) for row in found.scenarios] == [
        ("plan", 4, 2),
        ("few", 4, 2),
    ]
    assert not list(out.rglob("*.tmp"))


def test_the_schema_that_editors_read_is_the_programs() -> None:
    stored = json.loads((ROOT / "docs/schema/experiment.schema.json").read_text("utf-8"))
    assert stored == experiment_schema(), (
        "run: visitsim schema --experiment > docs/schema/experiment.schema.json"
    )


SHIPPED = [*ROOT.glob("experiments/*/experiment.yaml"), *ROOT.glob("tests/benchmarks/*/experiment.yaml")]


@pytest.mark.parametrize("path", sorted(SHIPPED), ids=lambda path: path.parent.name)
def test_shipped_experiments_are_right(path: Path) -> None:
    assert len(plan(load_experiment(path))) >= 1
