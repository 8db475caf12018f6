"""SQL reaches the tables of every run folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.errors import InputError


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for name, value in (("it's a", 1.0), ("b", 2.0)):
        folder = tmp_path / name / "digest"
        folder.mkdir(parents=True)
        row = {"run_id": name, "metric": "wait", "value": value}
        pd.DataFrame([row]).to_parquet(folder / "metrics.parquet")
        (folder / "parts").mkdir()
        pd.DataFrame([row]).to_parquet(folder / "parts" / "part-1.parquet")
    pd.DataFrame([{"run_id": "b", "id": 7}]).to_parquet(tmp_path / "b" / "digest" / "visits.parquet")
    return tmp_path


def test_a_view_holds_the_rows_of_every_folder_once(results: Path) -> None:
    found = sim.query("select folder, value from metrics order by value", results)
    assert found.to_numpy().tolist() == [["it's a/digest", 1.0], ["b/digest", 2.0]]
    assert sim.query("select sum(value) as total from metrics", results / "b")["total"][0] == 2.0


def test_tables_are_joined_and_those_of_some_folders_only_are_there(results: Path) -> None:
    found = sim.query("select m.value, v.id from metrics m join visits v using (run_id)", results)
    assert found.to_numpy().tolist() == [[2.0, 7.0]]


@pytest.mark.parametrize("sql", ["select nothing from metrics", "selekt 1", "select * from factors"])
def test_wrong_queries_are_told(results: Path, sql: str) -> None:
    with pytest.raises(InputError, match="SQL: "):
        sim.query(sql, results)
