"""Travel times from tables: how they are read, whom they hold for, and what cannot be reached."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.config import load_scenario
from sim.demand.setup import Setup, make_setup
from sim.errors import InputError
from sim.model import VisitModel, simulate
from sim.population.homes import Plane
from sim.population.travel import Travel, replace_minutes, travel_times
from sim.region import load_region
from sim.region.user_tables import read_origins, read_travel_times

REGION = load_region("paijat_hame")
TOWNS = list(REGION.table("municipalities").query("in_region == 1")["municipality"])
JOINT = REGION.about_list("joint_points")


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def by_town(path: Path, minutes: dict[str, str], point: str) -> Path:
    """Write a table from every municipality to one point; 20 minutes where `minutes` says nothing."""
    rows = [f"{town},{point},{minutes.get(town, '20')}" for town in TOWNS]
    return write(path, ["from_id,to_id,travel_time", *rows])


def problems(path: Path, origins: pd.DataFrame | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_travel_times(path, REGION, origins)
    return [str(problem) for problem in caught.value.problems]


def test_wrong_cells_are_reported_by_line_and_column(tmp_path):
    path = by_town(tmp_path / "car.csv", {TOWNS[1]: "soon", TOWNS[2]: "-4"}, JOINT[0])
    with path.open("a", encoding="utf-8") as file:
        file.write(f"Nowhere,{JOINT[0]},12\n{TOWNS[0]},lahti_yhteine,12\n{TOWNS[0]},{JOINT[0]},7\n")
    found = problems(path)
    assert any(":3:3: travel_time: 'soon' is no number" in text for text in found)
    assert any(":4:3: travel_time: " in text for text in found)
    assert any(":12:1: from_id: 'Nowhere' is unknown" in text for text in found)
    assert any(":13:2: to_id: 'lahti_yhteine' is unknown" in text and JOINT[0] in text for text in found)
    assert any(":14:1: from_id: " in text and "stands already in line 2" in text for text in found)
    assert len(found) == 5


def test_every_origin_needs_a_row_for_every_point_of_the_table(tmp_path):
    path = by_town(tmp_path / "car.csv", {}, JOINT[0])
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = f"{path}: there is no row from '{TOWNS[-1]}' to '{JOINT[0]}'"
    assert problems(write(path, lines[:-1])) == [expected]


def test_a_scenario_with_a_wrong_table_says_so_in_the_tables_lines(tmp_path):
    by_town(tmp_path / "car.csv", {TOWNS[1]: "soon"}, JOINT[0])
    scenario = write(tmp_path / "s.yaml", ["extends: baseline_2030", "travel:", "  car: car.csv"])
    with pytest.raises(InputError, match=r"car\.csv:3:3: travel_time"):
        load_scenario(scenario)


def test_the_content_of_a_table_counts_and_not_its_place(tmp_path):
    digests = []
    for folder, minutes in (("a", "31"), ("b", "31"), ("c", "32")):
        (tmp_path / folder).mkdir()
        path = by_town(tmp_path / folder / "car.csv", {TOWNS[0]: minutes}, JOINT[0])
        digests.append(load_scenario("baseline_2030", [f"travel.car={path}"]).digest())
    assert digests[0] == digests[1] != digests[2]
    assert load_scenario("baseline_2030").digest() not in digests


def test_a_home_takes_the_row_of_its_municipality_or_of_the_nearest_place():
    table = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["p", "p"], "travel_time": [5.0, np.nan]})
    plane = Plane(61.0, 25.0)
    spots = plane.km(np.array([61.01, 61.19]), np.array([25.0, 25.0]))
    by_name = travel_times(table, ("b", "a"), None, plane)
    assert by_name.rows(spots, np.array([0, 1])).tolist() == [0, 1]
    assert by_name.minutes.ravel().tolist() == [np.inf, 5.0]
    origins = pd.DataFrame({"id": ["a", "b"], "lat": [61.0, 61.2], "lon": [25.0, 25.0]})
    by_place = travel_times(table, ("x",), origins, plane)
    rows = by_place.rows(spots, np.array([0, 0]))
    minutes = np.full((2, 2), 9.0, np.float32)
    replace_minutes(minutes, ("q", "p"), by_place, rows)
    assert minutes.tolist() == [[9.0, 5.0], [9.0, np.inf]]


def test_who_rides_is_a_lasting_share_of_the_people():
    table = pd.DataFrame({"from_id": ["a"], "to_id": ["p"], "travel_time": [5.0]})
    times = travel_times(table, ("a",), None, Plane(61.0, 25.0))
    ids = np.arange(40_000, dtype=np.int64)
    rides = Travel(None, times, 0.15, seed=3).rides(ids)
    assert abs(rides.mean() - 0.15) < 4 * (0.15 * 0.85 / len(ids)) ** 0.5
    assert (Travel(None, times, 0.3, seed=3).rides(ids) >= rides).all()
    assert not Travel(times, None, 0.15, seed=3).rides(ids).any()


@pytest.fixture(scope="module")
def tabled(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Return a set-up in which one joint point cannot be reached from one municipality by either mode."""
    folder = tmp_path_factory.mktemp("travel")
    car = by_town(folder / "car.csv", {TOWNS[0]: "", TOWNS[1]: "44"}, JOINT[1])
    bus = by_town(folder / "bus.csv", {TOWNS[0]: "", TOWNS[1]: "95"}, JOINT[1])
    settings = [f"travel.car={car}", f"travel.public_transport={bus}", "run.engine=compiled"]
    return make_setup(load_scenario("baseline_2030", settings))


def test_tables_replace_the_road_rule_by_mode(tabled):
    origins, people = tabled.site.origins, tabled.people
    column = tabled.site.network.points.index(JOINT[1])
    only = np.arange(len(tabled.site.network.points)) == column
    minutes, _ = origins.nearest(only, np.arange(len(origins.person)))
    at = {name: tabled.land.index.municipality[name] for name in TOWNS[:3]}
    assert np.isinf(minutes[origins.municipality == at[TOWNS[0]]]).all()
    assert (tabled.site.origins.weight[origins.municipality == at[TOWNS[0]], column] == 0).all()
    residents = people.kind[origins.person] == 0
    here = minutes[(origins.municipality == at[TOWNS[1]]) & residents]
    assert set(np.unique(here)) == {44.0, 95.0}
    assert abs((here == 95).mean() - 0.15) < 4 * (0.15 * 0.85 / len(here)) ** 0.5
    assert set(np.unique(minutes[(origins.municipality == at[TOWNS[1]]) & ~residents])) == {44.0}


def test_nobody_goes_to_a_point_that_cannot_be_reached(tabled):
    visits = simulate(tabled.scenario, 0, "compiled").visits
    at = tabled.site.network.points.index(JOINT[1])
    town = tabled.land.index.municipality[TOWNS[0]]
    from_cottage = visits["origin"] == 1
    local = (visits["municipality"] == town) & ~from_cottage
    assert local.sum() > 500
    assert not (local & (visits["point"] == at)).any()
    assert np.isfinite(visits["travel"]).all()
    elsewhere = (visits["municipality"] == tabled.land.index.municipality[TOWNS[1]]) & ~from_cottage
    assert (elsewhere & (visits["point"] == at)).any()


def test_origins_are_read_with_their_lines(tmp_path):
    path = write(tmp_path / "o.csv", ["id,lat,lon", "a,61,25", "a,61.1,25", "b,161,25"])
    with pytest.raises(InputError) as caught:
        read_origins(path)
    assert [(p.line, p.key) for p in caught.value.problems] == [(3, "id"), (4, "lat")]


@pytest.mark.parametrize("settings", [[], ["demand.choice=nearest"]])
def test_a_visit_travels_the_minutes_of_the_road_rule_to_the_bit(settings):
    """Placing works them out by itself, from home or cottage, and expectations know them as well."""
    model = VisitModel(load_scenario("example_2030", settings), 0, "compiled")
    visits, origins = model.run().visits, model.setup.site.origins
    rows = visits["row"]
    way = np.where(visits["origin"] == 1, origins.cottage[rows], origins.home[rows])
    assert (visits["origin"] == 1).sum() > 100
    for point in np.unique(visits["point"]):
        there = visits["point"] == point
        only = np.arange(len(model.setup.site.network.points)) == point
        assert (origins.nearest(only, way[there])[0] == visits["travel"][there]).all()


def test_expectations_need_no_weights_of_everybody():
    origins = make_setup(load_scenario("example_2030")).site.origins
    assert "weight" not in vars(origins)
    some = np.arange(0, len(origins.person), 7)
    np.testing.assert_array_equal(origins.weights_to_all(some), origins.weight[some])
