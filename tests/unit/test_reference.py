"""Kept answers: what their files may say, which tables and figures they make, and when they are stale."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.config.experiment_loading import load_experiment
from sim.errors import InputError
from sim.reference.builds import Built, How
from sim.reference.figures import draw
from sim.reference.files import INPUTS, inputs_of, stale, write_csv, write_inputs
from sim.reference.loading import Question, questions
from sim.reference.reproduce import reproduce
from sim.reference.spec import reference_schema
from sim.reference.tables import kept_tables

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "results/reference"
#: The question that is rebuilt quickest.
SMALLEST = "E05_opening_hours"
NAMES = [path.parent.name for path in sorted((ROOT / "experiments").glob("*/reference.yaml"))]
EXPERIMENT = "scenarios: {plan: {}, other: {demand: {cottages: false}}}\nreplications: 3\n"


def question(folder: Path, text: str, experiment: str = EXPERIMENT) -> Question:
    own = folder / "Q1"
    own.mkdir(exist_ok=True)
    (own / "experiment.yaml").write_text(experiment)
    (own / "reference.yaml").write_text(text)
    [found] = questions([str(own)])
    return found


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        question(folder, text)
    return [f"{p.line}:{p.column}: {p.key}: {p.message}" for p in caught.value.problems]


def built(asked: Question) -> dict[str, Built]:
    """Return a sweep in which the other scenario waits two minutes longer at either point."""
    luck = np.array([0.0, 0.5, 1.0])
    key = {"authority": "all", "channel": "all", "period": "year", "metric": "wait", "statistic": "mean"}
    rows = [
        {"scenario": name, "design_point": 0, "replication": k, "year": 2030, "point": point, **key}
        | {"value": 5 + 2 * (name == "other") + (point == "a") + luck[k], "unit": "min"}
        for name in ("plan", "other")
        for point in ("all", "a", "b")
        for k in range(3)
    ]
    runs = pd.DataFrame({"scenario": ["plan", "other"], "status": "done"})
    return {"sweep": Built({"metrics": pd.DataFrame(rows), "runs": runs}, {}, load_experiment(asked.folder))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "tables: {a: {kind: levls}}\n",
            "1:10: tables.a: kind must be one of built, comparison, levels, sql",
        ),
        ("tables: {a: {query: x}}\n", "1:10: tables.a: kind must be one of built, comparison, levels, sql"),
        (
            "tables: {a: {kind: levels, outcme: []}}\n",
            "tables.a.outcme: unknown key; did you mean 'outcomes'?",
        ),
        ("tables: {a: {kind: comparison, outcomes: [{metric: x}]}}\n", "outcomes[0].statistic: is missing"),
        ("tables: {a: {kind: levels, build: b}}\n", "1:10: tables.a: 'b' is no sweep (allowed: sweep)"),
        ("builds: {b: {kind: project, draws: 0}}\n", "builds.b.draws: must be at least 1, not 0"),
        ("figures: {f: {kind: bars, table: a, title: x}}\n", "figures.f.table: 'a' is no table"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(tmp_path, text)), problems(tmp_path, text)


def test_a_question_that_does_not_exist_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=f"did you mean '{SMALLEST}'"):
        questions([SMALLEST[:-1]])


def test_the_schema_that_editors_read_is_the_programs() -> None:
    stored = json.loads((ROOT / "docs/schema/reference.schema.json").read_text("utf-8"))
    assert stored == reference_schema(), (
        "run: visitsim schema --reference > docs/schema/reference.schema.json"
    )


def test_levels_are_told_for_each_point_that_the_metric_has(tmp_path: Path) -> None:
    text = "tables: {l: {kind: levels, outcomes: [{metric: wait, statistic: mean, point: '*'}]}}\n"
    asked = question(tmp_path, text)
    table = kept_tables(asked, built(asked))["l"]
    assert list(zip(table["scenario"], table["point"], table["mean"], strict=True)) == [
        ("plan", "a", 6.5),
        ("other", "a", 8.5),
        ("plan", "b", 5.5),
        ("other", "b", 7.5),
    ]
    assert table["half_width"].to_list() == pytest.approx([4.302653 * 0.5 / 3**0.5] * 4)


def test_levels_are_told_for_each_statistic_too(tmp_path: Path) -> None:
    asked = question(tmp_path, "tables: {l: {kind: levels, outcomes: [{metric: wait, statistic: '*'}]}}\n")
    table = kept_tables(asked, built(asked))["l"]
    assert list(zip(table["statistic"], table["mean"], strict=True)) == [("mean", 5.5), ("mean", 7.5)]


def test_comparisons_are_with_the_reference_that_is_named(tmp_path: Path) -> None:
    outcomes = "outcomes: [{metric: wait, statistic: mean}]"
    asked = question(tmp_path, f"tables: {{d: {{kind: comparison, reference: other, {outcomes}}}}}\n")
    [row] = kept_tables(asked, built(asked))["d"].to_dict("records")
    assert (row["scenario"], row["difference"], row["verdict"]) == ("plan", -2.0, "better")
    asked = question(tmp_path, f"tables: {{d: {{kind: comparison, reference: none, {outcomes}}}}}\n")
    with pytest.raises(InputError, match=r"d\.reference: is none of plan, other"):
        kept_tables(asked, built(asked))


def test_queries_see_runs_parameters_the_region_and_earlier_tables(tmp_path: Path) -> None:
    asked = question(
        tmp_path,
        """
tables:
  waits:
    kind: sql
    query: >
      select scenario, avg(value) as mean, half_width(value) as half_width, count(*) as n from metrics
      where point = 'all' group by all order by scenario desc
  more:
    kind: sql
    query: >
      select w.scenario, w.mean, p.value as share, (select count(*) from region_municipalities) as places
      from waits w join parameters p using (scenario) where p.parameter = 'no_show' order by w.mean
""",
    )
    found = kept_tables(asked, built(asked))
    assert found["waits"]["mean"].to_list() == [5.5, 7.5]
    assert found["waits"]["half_width"].to_list() == pytest.approx([4.302653 * 0.5 / 3**0.5] * 2)
    assert found["more"]["scenario"].to_list() == ["plan", "other"]
    assert (found["more"]["share"] > 0).all()
    assert (found["more"]["places"] > 1).all()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select nothing from metrics", "tables.q.query: .*nothing"),
        ("select 1 where false", "would hold no row"),
    ],
)
def test_queries_that_find_nothing_are_told_with_their_line(
    tmp_path: Path, query: str, expected: str
) -> None:
    asked = question(tmp_path, f"tables:\n  q: {{kind: sql, query: {query}}}\n")
    with pytest.raises(InputError, match=f":2:[0-9]+: .*{expected}"):
        kept_tables(asked, built(asked))


TABLE = pd.DataFrame(
    {
        "scenario": ["plan", "plan", "other", "other"],
        "point": ["a", "b", "a", "b"],
        "mean": [0.5, 0.25, -0.125, 0.75],
        "half_width": [0.1, 0.05, 0.02, np.nan],
        "low": [0.4, 0.2, -0.2, 0.5],
        "high": [0.6, 0.3, 0.1, 0.9],
        "unit": "share",
    }
)
FIGURES = """
tables: {t: {kind: built}}
figures:
  dots: {kind: dots, table: t, title: x, label: point, series: scenario, svg: true}
  bars: {kind: bars, table: t, title: x, label: [scenario, point], svg: true, names: {plan: The plan}}
  lines: {kind: lines, table: t, title: x, label: point, panel: scenario, low: low, high: high, svg: true}
  heat: {kind: heat, table: t, title: x, across: point, svg: true}
  tornado: {kind: tornado, table: t, title: x, label: point, value: mean, where: {scenario: plan}, svg: true}
"""


def test_every_kind_of_figure_is_drawn_the_same_twice(tmp_path: Path) -> None:
    asked = question(tmp_path, FIGURES)
    found = []
    for name in ("one", "two"):
        paths = draw(asked, {"t": TABLE}, {}, tmp_path / name)
        found.append({path.name: path.read_bytes() for path in paths})
    assert found[0] == found[1]
    assert set(found[0]) == {f"{kind}.{end}" for kind in asked.spec.figures for end in ("png", "svg")}
    assert len(set(found[0].values())) == 10


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (
            "{kind: dots, table: t, title: x, label: pont}",
            "f.label: the table 't' has no column 'pont'; did you",
        ),
        ("{kind: bars, table: t, title: x, where: {point: c}}", "f.where: leaves no row of the table"),
        ("{kind: built, figure: sweep_map}", "f.figure: no build draws 'sweep_map'"),
    ],
)
def test_figures_of_what_is_not_there_are_told(tmp_path: Path, figure: str, expected: str) -> None:
    asked = question(tmp_path, f"tables: {{t: {{kind: built}}}}\nfigures: {{f: {figure}}}\n")
    with pytest.raises(InputError, match=re.escape(expected)):
        draw(asked, {"t": TABLE}, {}, tmp_path)


def test_tables_are_written_without_noise(tmp_path: Path) -> None:
    table = pd.DataFrame({"name": ["a", "b"], "value": [0.1 + 0.2, 123456.789], "n": [3, 4]})
    assert write_csv(table, tmp_path / "t.csv").read_text() == "name,value,n\na,0.3,3\nb,123457,4\n"


def test_what_changes_numbers_makes_an_answer_stale_and_comments_do_not(tmp_path: Path) -> None:
    text = "tables: {l: {kind: levels}}\n"
    asked, folder = question(tmp_path, text), tmp_path / "kept"
    folder.mkdir()
    assert stale(asked, folder) == [INPUTS]
    kept = write_csv(TABLE, folder / "l.csv")
    write_inputs(asked, folder, [kept])
    assert stale(asked, folder) == []
    same = question(tmp_path, f"# why\n{text}", f"# a comment\nquestion: Why?\n{EXPERIMENT}")
    assert stale(same, folder) == []
    more = EXPERIMENT.replace("cottages: false", "cottages: true")
    assert stale(question(tmp_path, text, more), folder) == ["builds.sweep.other"]
    assert stale(question(tmp_path, text, f"{EXPERIMENT}seed: 7\n"), folder) == [
        "builds.sweep.other",
        "builds.sweep.plan",
    ]
    assert stale(question(tmp_path, text.replace("l:", "k:")), folder) == ["reference"]
    kept.write_text("edited by hand")
    assert stale(question(tmp_path, text), folder) == ["files.l.csv"]


def test_texts_of_the_region_change_no_answer_and_its_numbers_do(tmp_path: Path) -> None:
    region = tmp_path / "region"
    shutil.copytree(ROOT / "sim/region/data/paijat_hame", region)
    asked = question(tmp_path, "tables: {l: {kind: levels}}\n", f"{EXPERIMENT}shared: {{region: {region}}}\n")
    before = inputs_of(asked)
    table = region / "parameters.csv"
    text = table.read_text("utf-8")
    table.write_text(text.replace(",assumption,assumption\n", ",a guess,assumption\n", 1), "utf-8")
    assert inputs_of(asked) == before
    table.write_text(text.replace(",Kela,2019,0.8,", ",Kela,2019,0.81,", 1), "utf-8")
    assert inputs_of(asked) != before


@pytest.mark.parametrize("name", NAMES)
def test_kept_answers_hold(name: str) -> None:
    [asked] = questions([str(ROOT / "experiments" / name)])
    assert stale(asked, KEPT / name) == [], f"stale: run visitsim reproduce {name}"


def test_the_smallest_question_is_rebuilt_to_the_byte(tmp_path: Path) -> None:
    [asked] = questions([str(ROOT / "experiments" / SMALLEST)])
    paths = reproduce(asked, How(out=tmp_path / "results", workers=1), tmp_path / "kept")
    rebuilt = {path.name: path.read_bytes() for path in paths}
    assert rebuilt == {path.name: path.read_bytes() for path in (KEPT / SMALLEST).iterdir()}
