"""Exports of statistics that are hostile, too large or not what they look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.founding.statistics import ages_of, read_statistics

MANY = [f"c{i}" for i in range(10_000)]


def dataset(years: tuple[str, ...] = ("2019",), **changes: Any) -> dict[str, Any]:
    """Return a JSON-stat dataset of two areas with some keys changed."""
    axes = {"Alue": ["A", "B"], "Vuosi": list(years)}
    return {
        "version": "2.0",
        "class": "dataset",
        "id": ["Alue", "Vuosi"],
        "size": [2, len(years)],
        "dimension": {name: {"label": name, "category": {"index": axis}} for name, axis in axes.items()},
        "value": [1, 2] * len(years),
    } | changes


def bomb(values: object) -> dict[str, Any]:
    """Return a dataset of a few hundred kilobytes whose sizes multiply to 10^12."""
    names = ["Alue", "Vuosi", "x"]
    dimension = {name: {"label": name, "category": {"index": MANY}} for name in names}
    return dataset(id=names, size=[10_000] * 3, dimension=dimension, value=values)


def called(name: str) -> dict[str, Any]:
    """Return a dataset with a third dimension of a name."""
    shown = dataset()
    more = {"x": {"label": name, "category": {"index": ["z"]}}}
    return dataset(id=["Alue", "Vuosi", "x"], size=[2, 1, 1], dimension=shown["dimension"] | more)


def told(path: Path) -> str:
    """Return what is said about a file that cannot be read."""
    with pytest.raises(InputError) as caught:
        read_statistics(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bomb([1, 2]), "size: the sizes multiply to more than 2000000 numbers"),
        (bomb({"0": 1}), "size: the sizes multiply to more than 2000000 numbers"),
        (dataset(size=[10**6, 10**6]), "must equal number of categories"),
        (dataset(value=[1]), "value: holds 1 numbers, the sizes multiply to 2"),
        (dataset(value=[1, 2, 3]), "value: holds 3 numbers"),
        (dataset(value={"0": 1, "7": 1}), "value: '7' is no place in it; allowed: 0 to 1"),
        (dataset(value={"-1": 1}), "value: '-1' is no place"),
        (dataset(id=["Alue", "Alue"]), "Dimension IDs in `id` must be unique"),
        (dataset(id=["Alue", "Zzz"]), "Missing dimension definitions: Zzz"),
        (dataset(id=[str(i) for i in range(30_000)]), "'id' has 30000 entries; allowed: at most 20"),
        (dataset(value=[1] * 2_000_001), "'value' has 2000001 entries"),
        (dataset(id=[], size=[], dimension={}), "none numbers"),
        (called("Kunta"), "more than one column would be 'area'"),
        (called("value"), "more than one column would be 'value'"),
        (dataset(value=[-1, 2]), "value: -1 is impossible; allowed: 0 to 1000000000"),
        (dataset(value=[1e300, 2]), "value: 1e+300 is impossible"),
        (dataset(value=[10**400, 2]), "is impossible"),
        (dataset(value=[float("inf"), 2]), "value: inf is impossible"),
        (dataset(value=["many", 2]), "value: 'many' is no number"),
        ([], "not a JSON-stat dataset"),
        (None, "not a JSON-stat dataset"),
    ],
)
def test_a_dataset_that_is_not_what_it_says_is_told(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert message in told(path)


@pytest.mark.parametrize(
    "year", ["0", "-5", "99999", "2020H1", "", " ", "x", "2020 2021", "２０２０", "2020.0", "9" * 5000]
)
def test_what_is_no_year_is_told(tmp_path, year):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(dataset(years=(year,))), encoding="utf-8")
    assert "is no year; allowed: 1900 to 2199" in told(path)


def test_preliminary_years_and_missing_numbers_are_read(tmp_path):
    path = tmp_path / "a.json"
    for values in ([None, 7], {"1": 7}, {"0": "..", "1": 7}):
        path.write_text(json.dumps(dataset(years=("2023*",), value=values)), encoding="utf-8")
        (row,) = read_statistics(path).to_dict("records")
        assert (row["area"], row["year"], row["value"]) == ("B", 2023, 7.0)


@pytest.mark.parametrize("content", ["[" * 1_000_000, '{"a":' * 200_000, "[" * 500_000 + "]" * 500_000])
def test_a_megabyte_of_nesting_is_told(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    assert "nested too deeply" in told(path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('"A","2019","1"\n"A","2019","2"', "a.csv:4: a second number for A, 2019"),
        ('"A","2019","1"\n"A","20x9","2"', "a.csv:4: year: '20x9' is no year"),
        ('"A","2019","1"\n\n"B","2019","-2"', "a.csv:5: value: -2 is impossible"),
        ('"A","2019","' + "1" * 200_000 + '"', "a.csv:3: no row of CSV: field larger than field limit"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, rows, message):
    path = tmp_path / "a.csv"
    path.write_text(f'\n"Alue","Vuosi","x"\n{rows}\n', encoding="utf-8")
    assert message in told(path)


@pytest.mark.parametrize("heading", ["Alue,Kunta,Vuosi,x", "Alue,Alue,2019 x", "Alue,value,2019 x"])
def test_columns_of_one_name_are_told(tmp_path, heading):
    path = tmp_path / "a.csv"
    path.write_text(f"{heading}\n" + ",".join("1" * len(heading.split(","))) + "\n", encoding="utf-8")
    assert "more than one column would be" in told(path)


def test_an_age_of_many_digits_is_told():
    rows = pd.DataFrame({"area": "A", "code": "", "year": 2019, "age": ["9" * 5000], "value": [1.0]})
    with pytest.raises(InputError, match="is no age"):
        ages_of("f", rows, [("0+", 0, 130)])


def test_the_command_ends_with_what_is_wrong(tmp_path, capsys):
    centres = tmp_path / "centres.csv"
    centres.write_text("municipality,code,name_fi,name_sv,name_en,lat,lon\nA,001,A,A,A,61,25\n", "utf-8")
    people = tmp_path / "people.json"
    people.write_text(json.dumps(bomb([1])), encoding="utf-8")
    words = ["--centres", str(centres), "--population", str(people), "--into", str(tmp_path)]
    assert main(["new-region", "north", *words]) == 2
    assert "people.json: size: the sizes multiply" in capsys.readouterr().err
    assert not (tmp_path / "north").exists()
