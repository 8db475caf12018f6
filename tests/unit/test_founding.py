"""New regions: exports read, folders founded, and the example that ships."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.config.registry import Registry
from sim.errors import InputError
from sim.founding import Size, found, given_from_files, imagine, pattern_of, write_region
from sim.founding.pattern import Pattern
from sim.founding.statistics import ages_of, read_statistics
from sim.founding.towns import scaled_count
from sim.population.land import Census, make_land, people_input
from sim.region import Region, load_region
from sim.region.index import make_index

EXPORTS = Path(__file__).parents[1] / "data" / "pxweb"
GROUPS = [("0-15", 0, 15), ("16-64", 16, 64), ("65+", 65, 130)]


@pytest.fixture(scope="module")
def example() -> Region:
    return load_region("example")


def test_a_long_export_is_read_with_its_title_codes_totals_and_missing_numbers():
    table = read_statistics(EXPORTS / "population_long.csv")
    assert list(table.columns) == ["area", "code", "year", "age", "value"]
    assert "Helsinki" not in set(table["area"])  # its number is marked as missing
    row = table[(table["area"] == "Hartola") & (table["age"] == "85 -")].iloc[0]
    assert (row["code"], row["year"], row["value"]) == ("081", 2019, 150.0)


def test_years_in_the_heading_semicolons_and_a_western_code_page():
    table = read_statistics(EXPORTS / "cottages_wide.csv")
    assert dict(zip(table["area"], table["value"], strict=True)) == {
        "Hartola": 2411.0,
        "Padasjoki": 2847.0,
        "Sysmä": 3900.0,
    }
    assert set(table["year"]) == {2018}


def test_json_stat_is_unfolded_in_the_order_of_its_dimensions():
    table = read_statistics(EXPORTS / "forecast.json")
    assert len(table) == 9
    assert table["value"].tolist()[:3] == [2655.0, 2201.0, 1965.0]
    assert table.iloc[1][["area", "code", "year"]].tolist() == ["Hartola", "081", 2030]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "a;b\n1;2\n", "no heading with an area"),
        ("a.csv", '"Alue","Vuosi","x"\n"A","2019"\n', "the row has 2 cells"),
        ("a.csv", '"Alue","Vuosi","x"\n"A","2019","many"\n', "'many' is no number"),
        ("a.csv", '"Alue","x"\n"A","1"\n', "not divided by year"),
        ("a.csv", '"Alue","Kieli","Vuosi","x"\n"A","fi","2019","1"\n"A","sv","2019","2"\n', "has no total"),
        ("a.json", "{", "not a JSON-stat dataset"),
        ("a.json", '{"class": "dataset"}', "not a JSON-stat dataset"),
    ],
)
def test_what_is_no_export_is_told(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_statistics(path)


def test_classes_of_ages_are_summed_into_the_groups_and_may_not_lie_across():
    rows = pd.DataFrame(
        {"area": "A", "code": "", "year": 2019, "age": ["0", "15", "16 - 64", "100 -", "Yhteensä"]}
    )
    rows["value"] = [1.0, 2.0, 4.0, 8.0, 15.0]
    assert ages_of("f", rows, GROUPS)["persons"].tolist() == [3.0, 4.0, 8.0]
    with pytest.raises(InputError, match=r"lie in more than one of 0-15, 16-64, 65\+"):
        ages_of("f", rows.assign(age="10 - 19"), GROUPS)


def test_a_region_founded_on_exports_has_exactly_their_people(tmp_path, example):
    given = given_from_files(
        EXPORTS / "centres.csv",
        EXPORTS / "population_long.csv",
        make_index(example).age_groups,
        EXPORTS / "cottages_wide.csv",
        EXPORTS / "drives.csv",
    )
    write_region(tmp_path / "north", found("north", given, pattern_of(example), 2), {"plan": 2030})
    region = load_region(tmp_path / "north")
    params = Registry.from_region(region).resolve({})
    land = make_land(region, params)
    persons = people_input(region, params, land, Census(2019, "plan", True)).residents
    counted = read_statistics(EXPORTS / "population_long.csv").query("age == 'Yhteensä'")
    assert dict(zip(land.index.municipalities, persons.sum(axis=1).tolist(), strict=True)) == dict(
        zip(counted["area"], counted["value"].astype(int), strict=True)
    )
    drives = region.table("travel_times").set_index(["from", "to"])["minutes"]
    assert drives.to_dict() == {("Hartola", "Sysmä"): 23.0, ("Padasjoki", "Sysmä"): 52.0}


def test_a_municipality_that_an_export_lacks_is_told(tmp_path, example):
    centres = tmp_path / "centres.csv"
    text = (EXPORTS / "centres.csv").read_text(encoding="utf-8")
    centres.write_text(text + "Utö,999,Utö,Utö,Utö,59.8,21.4\n", encoding="utf-8")
    with pytest.raises(InputError, match="knows no municipality 'Utö'"):
        given_from_files(centres, EXPORTS / "population_long.csv", make_index(example).age_groups)


def test_an_imagined_region_has_the_size_asked_for_wherever_it_is_made(example):
    size = Size(30, 100_001, 777)
    one, two = imagine(size, (2019, 2040)), imagine(size, (2019, 2040))
    assert one.population.groupby("year")["persons"].sum().tolist() == [100_001, 100_001]
    assert one.cottages["cottages"].sum() == 777
    pd.testing.assert_frame_equal(one.population, two.population)
    tables = found("x", one, pattern_of(example), 8)
    joint = tables["points"].query("type == 'joint'")
    assert joint["size_class"].value_counts().to_dict() == {"M": 6, "L": 2}


def test_an_office_is_called_as_its_authority_calls_it(example):
    given = imagine(Size(3, 12_000, 600), (2019, 2040))
    tables = found("x", given, _with_offices(example, {"office_fi": "asema", "office_en": ""}), 2)
    points = tables["points"].set_index("point")
    assert points.loc["kunta_002_poliisiasema", ["name_fi", "name_sv", "name_en"]].tolist() == [
        "Kunta 002, asema",
        "Kommun 002, polisstation",
        "Municipality 002, government office",
    ]
    shared = points.loc["kunta_001_virastotalo", "name_fi"]  # of two authorities
    assert shared == "Kunta 001, virasto"


def _with_offices(region: Region, words: dict[str, str]) -> Pattern:
    """Return a region as a pattern, with other words for the offices of all its authorities."""
    tables = {name: region.table(name) for name in region.tables}
    authorities = tables["authorities"]
    tables["authorities"] = authorities.assign(**words)
    return pattern_of(replace(region, _tables=tables))


def test_officials_follow_the_square_root_rule():
    for servers in (1, 2, 5, 12, 40):
        assert scaled_count(servers, 1.0) == servers
    assert scaled_count(12, 100.0) == 900 + 30  # twelve serve 9 + 3


def test_the_skeleton_ships_as_it_is_founded(tmp_path, example):
    """The example is its own pattern: founding it anew keeps its officials, points and people."""
    residents = example.table("population").query("series == 'plan' and year == 2019")["persons"].sum()
    cottages = example.table("cottages")["cottages"].sum()
    n = int((example.table("municipalities")["in_region"] == 1).sum())
    given = imagine(Size(n, int(residents), int(cottages)), (2019, 2040))
    tables = found("example", given, pattern_of(example), 2)
    officials = example.table("officials").set_index("row")["count"]
    again = tables["officials"].set_index("row")["count"].astype("int64")
    pd.testing.assert_series_equal(again.sort_index(), officials.sort_index(), check_index_type=False)


def test_the_command_writes_a_region_and_refuses_what_it_cannot(tmp_path, capsys):
    assert main(["new-region", "coast", "--into", str(tmp_path), "--residents", "3000"]) == 0
    shown = capsys.readouterr()
    scenario = shown.out.splitlines()[0]
    assert main(["validate", scenario]) == 0
    told = (tmp_path / "coast" / "README.md").read_text(encoding="utf-8")
    assert "| `municipality` |" in told
    assert "`visitsim validate configs/plan_2030.yaml`" in told
    assert str(tmp_path) not in told
    capsys.readouterr()
    for words, told in (
        (["coast"], "is not empty"),
        (["a/b"], "is no name"),
        (["x", "--towns", "9"], "9 towns; allowed: 1 to 3"),
        (["x", "--municipalities", "2000"], "2000 municipalities; allowed: 1 to 999"),
        (["x", "--centres", "nowhere.csv"], "files need --centres and --population together"),
        (["x", "--like", "atlantis"], "no such region"),
    ):
        assert main(["new-region", *words, "--into", str(tmp_path)]) == 2
        assert told in capsys.readouterr().err


def test_the_example_runs_alike_in_both_engines(tmp_path):
    """A whole year of the small region, visit by visit."""
    tables = {}
    for engine in ("simpy", "compiled"):
        words = ["run", "example_2030", "--replications", "1", "--visits", "--quiet", "--engine", engine]
        assert main([*words, "--workers", "1", "--out", str(tmp_path / engine)]) == 0
        (path,) = (tmp_path / engine).glob("example_2030/*/visits.parquet")
        tables[engine] = pd.read_parquet(path)
    assert len(tables["simpy"]) > 10_000
    pd.testing.assert_frame_equal(tables["simpy"], tables["compiled"], check_exact=True)


def test_a_founded_region_is_held_against_the_patterns_of_its_plan(tmp_path, capsys, monkeypatch):
    """Its plan has a year of the epidemic, so the region must know of it."""
    monkeypatch.chdir(tmp_path)  # where the table is kept
    assert main(["new-region", "north", "--residents", "3000", "--into", str(tmp_path)]) == 0
    config = str(tmp_path / "north" / "configs" / "plan_2030.yaml")
    capsys.readouterr()
    assert main(["validate", config, "--patterns", "--replications", "1", "--json"]) in (0, 1)
    rows = json.loads(capsys.readouterr().out)
    assert {row["year"] for row in rows if row["pattern"] == "visits"} == {2019, 2020, 2030}
