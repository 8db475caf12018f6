"""Counted visits anchor the levels; adoption curves are those that a scenario implies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.config import load_scenario
from sim.demand.observed import expected_by_month
from sim.demand.setup import Setup, make_setup
from sim.errors import InputError
from sim.outcomes.adoption import adoption_by_age, adoption_table
from sim.region import load_region
from sim.region.user_tables import read_observed_visits

REGION = load_region("paijat_hame")
NAMES = list(REGION.table("authorities")["authority"])
COMPILED = "run.engine=compiled"


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(["month,point,authority,count", *rows]) + "\n", encoding="utf-8")
    return path


def setup(name: str, observed: Path | None = None) -> Setup:
    settings = [COMPILED] if observed is None else [COMPILED, f"observed_visits={observed}"]
    return make_setup(load_scenario(name, settings))


def test_a_year_of_counts_is_what_is_expected_then(tmp_path):
    counts = [900 + 100 * month for month in range(12)]
    rows = [f"2019-{month + 1:02d},,Vero,{count}" for month, count in enumerate(counts)]
    before, after = setup("baseline_2019"), setup("baseline_2019", write(tmp_path / "o.csv", rows))
    vero = NAMES.index("Vero")
    assert after.expected.visits[vero] == pytest.approx(sum(counts), rel=1e-6)
    others = np.arange(len(NAMES)) != vero
    assert after.expected.visits[others] == pytest.approx(before.expected.visits[others], rel=1e-6)
    assert expected_by_month(after)[vero] == pytest.approx(counts, rel=0.02)


def test_a_point_and_a_month_scale_the_rest(tmp_path):
    before = setup("baseline_2019")
    usual = expected_by_month(before)[NAMES.index("Kela"), 2]
    share = 338 / 95_479
    twice = round(2 * usual * share)
    path = write(tmp_path / "o.csv", [f"2019-03,hartola_kunnanvirasto,Kela,{twice}"])
    after = setup("baseline_2019", path)
    assert after.expected.visits[NAMES.index("Kela")] == pytest.approx(2 * 95_479, rel=0.03)


def test_counts_of_another_year_move_the_level_and_not_the_months(tmp_path):
    of_2024 = setup_of_year(2024)
    migri = NAMES.index("Migri")
    half = of_2024.expected.visits[migri] / 2
    rows = [
        f"2024-{month + 1:02d},,Migri,{round(visits / 2)}"
        for month, visits in enumerate(expected_by_month(of_2024)[migri])
    ]
    before, after = setup("projection_2030"), setup("projection_2030", write(tmp_path / "o.csv", rows))
    assert half > 1000
    assert after.expected.visits[migri] == pytest.approx(before.expected.visits[migri] / 2, rel=0.01)
    profile = expected_by_month(after)[migri] / expected_by_month(before)[migri]
    assert np.ptp(profile) < 1e-9


def setup_of_year(year: int) -> Setup:
    return make_setup(load_scenario("projection_2030", [COMPILED, f"year={year}"]))


def test_what_is_wrong_in_counts_is_said_with_its_line(tmp_path):
    path = write(tmp_path / "o.csv", ["2019-13,,Kela,4", "2019-02,,Kelo,4", "2019-03,nowhere,Kela,-1"])
    with pytest.raises(InputError) as caught:
        load_scenario("baseline_2019", [f"observed_visits={path}"])
    assert [(p.line, p.key) for p in caught.value.problems] == [(3, "authority"), (4, "point"), (4, "count")]
    with pytest.raises(InputError, match=r":2: month: '2019-13' is no month"):
        read_observed_visits(write(path, ["2019-13,,Kela,4"]), REGION)
    with pytest.raises(InputError, match="one year"):
        read_observed_visits(write(path, ["2019-12,,Kela,4", "2020-01,,Kela,4"]), REGION)


def test_adoption_follows_the_scenario_within_its_range():
    low = adoption_table(load_scenario("baseline_2030", ["demand.adoption=-1"]), (2030,))
    assert (low["base"] <= low["high"]).all()
    assert (low["low"] <= low["base"]).all()
    capable = low[low["metric"] == "eservice_capable"]
    assert (capable["scenario"] == capable["low"]).all()
    video = low[low["metric"] == "would_accept_video_desk"]
    assert (video["scenario"] == video["base"]).all()


def test_adoption_of_the_old_rises_with_the_years_and_falls_with_age():
    curves = adoption_by_age(load_scenario("baseline_2030"), (2019, 2030))
    mine = curves.query("metric == 'eservice_capable' and background == 'all' and curve == 'base'")
    by_year = mine.pivot_table(index="age", columns="year", values="share")
    assert (by_year[2030] >= by_year[2019]).all()
    assert (by_year.loc[50:].diff().dropna() <= 0).all(axis=None)


def test_the_command_prints_adoption_and_draws_it(tmp_path, capsys):
    assert main(["adoption", "--json", "--out", str(tmp_path)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["year"] for row in rows} >= {2019, 2030, 2040}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adoption.png", "adoption.svg"]
    assert main(["adoption"]) == 0
    assert "Would accept a video desk" in capsys.readouterr().out


def test_the_command_prints_patterns_as_data(monkeypatch, capsys):
    from sim.experiments import patterns as module

    made = [
        module.Pattern("p", "", 2030, 10.0, 12.0, 1.0, "persons"),
        module.Pattern("q", "", 2030, 0.1, 0.1, 0.0, "share"),
    ]
    monkeypatch.setattr(module, "patterns", lambda _scenario, _replications: made)
    assert main(["validate", "--patterns", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["agrees"] for row in rows] == [False, True]
    assert rows[0]["difference"] == 2.0
    assert main(["validate", "--patterns", "--lang", "en"]) == 1
    assert "1 of 2 patterns agree" in capsys.readouterr().out
