"""Scenario files: what they mean, and that everything wrong in them is said at its line and column."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.config import Scenario, find_scenario, load_scenario, scenario_schema, shipped_scenarios
from sim.config.yaml_source import MAX_BYTES, dotted, nearest
from sim.errors import InputError
from sim.region import load_region

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, so that paths in problems are short."""
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "case.yaml") -> str:
    Path(name).write_text(text, "utf-8")
    return name


def problems(ref: str, *sets: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_scenario(ref, sets)
    return [str(problem) for problem in caught.value.problems]


def problems_in(text: str) -> list[str]:
    return problems(write("extends: baseline_2030\n" + text))


# What a file means


@pytest.mark.parametrize("name", ["baseline_2030", "projection_2030", "baseline_2019", "baseline_2020"])
def test_shipped_scenarios_are_valid(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert set(scenario.title) == {"fi", "sv", "en"}
    assert scenario.run.seed == 20300


def test_history_differs_from_the_baseline_as_it_should() -> None:
    plan, first, second = (load_scenario(f"baseline_{year}") for year in (2030, 2019, 2020))
    assert (plan.reading, first.reading, second.reading) == ("plan", "history", "history")
    assert (first.network, first.staffing.base) == ("network_2022", "network_2022")
    assert (first.demand.epidemic, second.demand.epidemic) == (False, True)


def test_shipped_files_name_the_schema_in_their_first_line() -> None:
    for path in shipped_scenarios().values():
        link = path.read_text("utf-8").splitlines()[0].rpartition("$schema=")[2]
        assert (path.parent / link).resolve() == ROOT / "docs/schema/scenario.schema.json"


def test_the_committed_schema_is_that_of_the_code() -> None:
    stored = json.loads((ROOT / "docs/schema/scenario.schema.json").read_text("utf-8"))
    assert stored == scenario_schema(), "run: visitsim schema > docs/schema/scenario.schema.json"


def test_a_path_goes_before_a_shipped_name() -> None:
    assert find_scenario("baseline_2030") == ROOT / "configs/baseline_2030.yaml"
    write("extends: baseline_2030.yaml", "baseline_2030")
    assert find_scenario("baseline_2030") == Path("baseline_2030")


def test_a_file_inherits_everything_but_its_name_and_texts() -> None:
    write(
        "extends: baseline_2030\ntitle: {en: Parent}\ndemand: {adoption: 0.5, cottages: false}", "parent.yaml"
    )
    child = load_scenario(write("extends: parent.yaml\ndemand: {adoption: -0.5}", "child.yaml"))
    assert (child.name, child.title, child.description) == ("child", {}, "")
    assert child.title_in("fi") == "child"
    assert (child.demand.adoption, child.demand.cottages) == (-0.5, False)


def test_a_parent_is_found_beside_its_child() -> None:
    Path("below").mkdir()
    write("extends: baseline_2030\nyear: 2031", "below/parent.yaml")
    write("extends: parent.yaml", "below/child.yaml")
    assert load_scenario("below/child.yaml").year == 2031


def test_lists_are_replaced_and_mappings_merged() -> None:
    row = next(iter(load_region("paijat_hame").table("officials")["row"]))
    breaks = 'breaks: ["11:00-11:30", "11:30-12:00"]'
    write(
        f"extends: baseline_2030\nstaffing: {{officials: {{{row}: {{count: 9, {breaks}}}}}}}", "parent.yaml"
    )
    text = f'extends: parent.yaml\nstaffing: {{officials: {{{row}: {{breaks: ["12:00-12:30"]}}}}}}'
    change = load_scenario(write(text)).staffing.officials[row]
    assert (change.count, change.breaks) == (9, ("12:00-12:30",))


def test_settings_win_over_the_file_and_are_read_as_yaml() -> None:
    sets = ["run.seed=7", "demand.cottages=false", "title={en: Other}", "demand.adoption=-1"]
    scenario = load_scenario("baseline_2030", sets)
    assert (scenario.run.seed, scenario.demand.cottages) == (7, False)
    assert (scenario.title_in("en"), scenario.demand.adoption) == ("Other", -1.0)


def test_nested_and_dotted_parameters_are_the_same() -> None:
    nested = load_scenario(write("extends: baseline_2030\nparameters: {leave: {Jul: 0.5}, no_show: 0.2}"))
    dotted_keys = load_scenario("baseline_2030", ["parameters.leave.Jul=0.5", "parameters.no_show=0.2"])
    assert nested.parameters == dotted_keys.parameters == {"leave.Jul": 0.5, "no_show": 0.2}
    again = load_scenario(write('extends: case.yaml\nparameters: {"leave.Jul": 0.4}', "child.yaml"))
    assert again.parameters["leave.Jul"] == 0.4


def test_times_need_no_quotes_and_years_may_be_keys() -> None:
    text = "extends: baseline_2030\nparameters: {digital_coverage: {Kela: {2030: 0.9}}}\n"
    window = "[{days: Mon-Fri, open: 09:00, close: 15:00}]"
    point = next(iter(load_region("paijat_hame").table("points")["point"]))
    scenario = load_scenario(write(f"{text}hours: {{{point}: {{Kela: {window}}}}}"))
    assert scenario.parameters == {"digital_coverage.Kela.2030": 0.9}
    assert scenario.hours[point]["Kela"][0].open == "09:00"


def test_a_region_by_path_is_relative_to_the_file_that_names_it() -> None:
    Path("below").mkdir()
    Path("region").symlink_to(load_region("paijat_hame").path)
    write("extends: baseline_2030\nregion: ../region", "below/case.yaml")
    by_path = load_scenario("below/case.yaml")
    assert Path(by_path.region) == Path("region").resolve()
    assert by_path.digest() == load_scenario("baseline_2030").digest()


def test_a_scenario_can_not_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_scenario("baseline_2030").year = 2031  # type: ignore[misc]


def test_the_resolved_scenario_is_plain_and_loads_back() -> None:
    scenario = load_scenario("baseline_2030", ["parameters.no_show=0.3"])
    assert json.loads(json.dumps(scenario.resolved())) == scenario.resolved()
    assert Scenario.model_validate(scenario.resolved()) == scenario


# The digest


@pytest.mark.parametrize(
    "change", ["name=x", "title={en: x}", "description=x", "run.replications=3", "run.engine=compiled"]
)
def test_the_digest_passes_over_what_decides_nothing(change: str) -> None:
    assert load_scenario("baseline_2030", [change]).digest() == load_scenario("baseline_2030").digest()


@pytest.mark.parametrize(
    "change",
    ["year=2029", "run.seed=3", "parameters.no_show=0.3", "feedback.returns=true", "shocks.no_show=0.3"],
)
def test_the_digest_changes_with_what_decides_the_result(change: str) -> None:
    digest = load_scenario("baseline_2030", [change]).digest()
    assert re.fullmatch("[0-9a-f]{12}", digest)
    assert digest != load_scenario("baseline_2030").digest()


# What can be wrong, at its place

ROW = "new: {works_at: lahti_yhteinen, skills: ['Kela:counter'], count: 2, start: '09:00', end: '15:00'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yaer: 2030", "2:1: yaer: unknown key; did you mean 'year'?"),
        ("demand:\n  adpotion: 1", "3:3: demand.adpotion: unknown key; did you mean 'adoption'?"),
        ("year: soon", "2:1: year: must be a whole number, not 'soon'"),
        ("network_date: 2030-02-30", "2:1: network_date: '2030-02-30' is no day of the calendar"),
        (
            "catchments: {hartola_s: [Hartloa]}",
            "2:26: catchments.hartola_s[0]: 'Hartloa' is not in the region; did you mean 'Hartola'?",
        ),
        (
            "catchments: {hartola_x: [Hartola]}",
            "2:14: catchments.hartola_x: 'hartola_x' is not in the region",
        ),
        ("network_date: 2022", "2:1: network_date: must be text, not 2022"),
        ("year: 2030.5", "2:1: year: must be a whole number, not 2030.5"),
        ("year: 1999", "2:1: year: must be at least 2019, not 1999; allowed are 2019 to 2040"),
        ("demand: {adoption: .nan}", "2:10: demand.adoption: must be a finite number, not nan"),
        (
            "demand: {adoption: 1.5}",
            "2:10: demand.adoption: must be at most 1.0, not 1.5; allowed are -1 to 1",
        ),
        ("demand: {cottages: yes}", "2:10: demand.cottages: must be true or false, not 'yes'"),
        ("demand: [1]", "2:1: demand: must be a mapping of keys to values, not a list"),
        ("reading: plam", "2:1: reading: must be 'plan', 'history' or 'projection', not 'plam'"),
        ("name: ../up", "2:1: name: must be written like 'baseline_2030', not '../up'"),
        ("year: 2030\nyear: 2031", "3:1: year: is given twice, first in line 2"),
        ("network: plan_203", "2:1: network: 'plan_203' is not in the region; did you mean 'plan_2030'?"),
        ("region: nowhere", "2:1: region: no such region"),
        (
            "points: {lahti_yhteine: closed}",
            "2:10: points.lahti_yhteine: 'lahti_yhteine' is not in the region",
        ),
        ("demand: {need_factors: {Kola: 1}}", "2:25: demand.need_factors.Kola: 'Kola' is not in the region"),
        ("shocks: {no_show: 1.5}", "2:10: shocks.no_show: 1.5 is impossible"),
        ("events: {a: {first: 02-30, shut: true}}", "2:14: events.a.first: 2030 has no day 02-30"),
        ("events: {a: {first: 3-1, shut: true}}", "2:14: events.a.first: must be written like '03-01'"),
        (
            "events: {a: {first: 05-01, last: 04-01, shut: true}}",
            "2:28: events.a.last: 04-01 is before the first day 05-01",
        ),
        ("events: {a: {first: 05-01}}", "2:10: events.a: does nothing"),
        (
            "events: {a: {needs: 2, channels: [video]}}",
            "2:14: events.a.needs: holds for whole authorities; name neither points nor channels",
        ),
        (
            "events: {a: {points: [lahti], shut: true}}",
            "2:23: events.a.points[0]: 'lahti' is not in the region",
        ),
        (
            "events: {a: {authorities: [Kola], needs: 2}}",
            "2:28: events.a.authorities[0]: 'Kola' is not in the region",
        ),
        ("parameters: {no_shaw: 0.1}", "2:14: parameters.no_shaw: there is no such parameter; did you mean"),
        ("parameters: {no_show: 1.5}", "2:14: parameters.no_show: 1.5 is impossible"),
        ("parameters: {no_show: many}", "2:14: parameters.no_show: must be a number, not 'many'"),
        ("parameters: {leave: {Jul: 0}, leave.Jul: 1}", "2:31: parameters.leave.Jul: is given twice"),
        (
            "hours: {lahti_yhteinen: {Kela: [{days: Fri-Mon, open: 09:00, close: 10:00}]}}",
            "[0].days: 'Fri-Mon'",
        ),
        (
            "hours: {lahti_yhteinen: {Kela: [{days: Mon, open: 9, close: 10:00}]}}",
            "[0].open: must be text, not 9",
        ),
        (
            "hours: {lahti_yhteinen: {Kela: [{days: Mon, open: 11:00, close: 10:00}]}}",
            "2:33: hours.lahti_yhteinen.Kela[0]: 11:00-10:00 closes before it opens",
        ),
    ],
)
def test_a_wrong_key_or_value_is_reported_at_its_place(text: str, expected: str) -> None:
    (problem,) = problems_in(text)
    assert problem.startswith("case.yaml:")
    assert expected in problem


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (", end: '08:30'", "end: is given twice"),
        (
            ", breaks: ['15:00-16:00']",
            "new.breaks[0]: the break 15:00-16:00 is not within the shift 09:00-15:00",
        ),
        (", breaks: ['12:00-11:00']", "new.breaks[0]: the break 12:00-11:00 ends before it begins"),
        (", breaks: ['noon']", "new.breaks[0]: must be written like '11:00-11:30', not 'noon'"),
        (", diary: 3", "new.diary: 3 officials set aside for bookings are more than the 2 of the row"),
        (", days: someday", "new.days: must be written like 'Mon-Fri' or"),
        (", days: Sun-Mon", "new.days: 'Sun-Mon' is not a timetable"),
    ],
)
def test_an_impossible_roster_is_reported_at_its_place(change: str, expected: str) -> None:
    (problem,) = problems_in(f"staffing:\n  officials:\n    {ROW}{change}}}")
    assert re.match(r"case\.yaml:4:\d+: staffing\.officials\.new", problem)
    assert expected in problem


def test_a_roster_row_is_checked_against_the_row_that_it_changes() -> None:
    officials = load_region("paijat_hame").table("officials")
    base = officials[officials["staffing"] == "plan_2030"].iloc[0]
    (late,) = problems_in(f"staffing: {{officials: {{{base['row']}: {{start: '22:00'}}}}}}")
    assert f"start: the shift 22:00-{base['end']} ends before it begins" in late
    (few,) = problems_in(f"staffing: {{officials: {{{base['row']}: {{count: 0, diary: 1}}}}}}")
    assert "1 officials set aside for bookings are more than the 0 of the row" in few


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "news: {count: 2}",
            "news: is no row of staffing 'plan_2030' (a new row also needs works_at, skills",
        ),
        (ROW.replace("lahti_yhteinen", "moon") + "}", "new.works_at: 'moon' is no point or remote pool"),
        (
            ROW.replace("Kela:", "Kola:") + "}",
            "new.skills[0]: 'Kola' is no authority of the region; did you mean",
        ),
        (ROW.replace("'Kela:counter'", "") + "}", "new.skills: must name at least one skill"),
        (ROW.replace(":counter", ":phone") + "}", "new.skills[0]: must be written like"),
        (ROW.replace("count: 2", "count: -1") + "}", "new.count: must be at least 0, not -1"),
    ],
)
def test_unknown_names_in_a_roster_are_reported(row: str, expected: str) -> None:
    (problem,) = problems_in(f"staffing:\n  officials:\n    {row}")
    assert expected in problem


def test_all_problems_come_at_once_each_in_its_own_file() -> None:
    write("extends: baseline_2030\nyaer: 1\nrun: {seed: -1}", "parent.yaml")
    text = "extends: parent.yaml\nyear: 1999\nnetwork: nix\nnetwork: nix2\ndemand: {choice: near}"
    found = problems(write(text), "points.mars=open", "oops", "run.replications=0")
    places = [problem.partition(": ")[0] + " " + problem.split(": ")[1] for problem in found]
    assert places == [
        "--set must be written key=value, not 'oops'",
        "--set points.mars",
        "--set run.replications",
        "case.yaml:2:1 year",
        "case.yaml:3:1 network",
        "case.yaml:4:1 network",
        "case.yaml:5:10 demand.choice",
        "parent.yaml:2:1 yaer",
        "parent.yaml:3:7 run.seed",
    ]


def test_a_setting_is_checked_like_a_file() -> None:
    assert problems("baseline_2030", "demand.adpotion=1") == [
        "--set: demand.adpotion: unknown key; did you mean 'adoption'?"
    ]
    assert problems("baseline_2030", "year=") == ["--set: year: must be a whole number, not nothing"]
    assert problems("baseline_2030", "year.x=1")[0].startswith("--set: year: must be a whole number")
    assert "is not valid YAML" in problems("baseline_2030", "year=[1")[0]


# Files that can't be read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1", "case.yaml:1:6: is not valid YAML"),
        ("a: b: c", "case.yaml:1:5: is not valid YAML"),
        ("a: *b", "case.yaml:1:4: is not valid YAML: found undefined alias 'b'"),
        ("--- {a: 1}\n--- {b: 1}", "case.yaml:2:1: is not valid YAML"),
        ("- 1", "case.yaml:1:1: must be a mapping"),
        ("42", "case.yaml:1:1: must be a mapping"),
        ("a: \x07", "case.yaml:1: holds a character that YAML does not allow"),
        ("extends: no_such.yaml", "case.yaml:1:1: extends: there is no file 'no_such.yaml'"),
        ("extends: 3", "case.yaml:1:1: extends: must be the name of a file"),
        ("extends: case.yaml", "case.yaml:1:1: extends: goes round in a circle: case.yaml -> case.yaml"),
        ('extends: "\\0"', "case.yaml:1:1: extends: there is no file"),
        ("a: " + "[" * 200 + "]" * 200, "is nested more than 40 levels deep"),
        ("a: " + "[" * 20_000, "is nested more than 40 levels deep"),
        ("a: &a [*a]", "is nested more than 40 levels deep"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(text: str, expected: str) -> None:
    assert expected in problems(write(text))[0]


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "once its aliases are written out" in problems(write("\n".join(lines)))[0]


def test_tags_bad_numbers_and_odd_keys_are_reported() -> None:
    found = problems_in("year: !!python/name:os.system x\n? [1, 2]\n: 3\ndescription: !!int abc")
    assert any("has a tag that is not allowed" in problem for problem in found)
    assert any("3:3: a key must be plain text" in problem for problem in found)
    assert any("is not a number: abc" in problem for problem in found)


def test_circles_over_several_files_are_found() -> None:
    write("extends: b.yaml", "a.yaml")
    write("extends: c.yaml", "b.yaml")
    write("extends: a.yaml", "c.yaml")
    expected = "c.yaml:1:1: extends: goes round in a circle: a.yaml -> b.yaml -> c.yaml -> a.yaml"
    assert problems("a.yaml") == [expected]


def test_files_that_are_too_large_or_not_text_are_refused() -> None:
    write("#" * (MAX_BYTES + 1), "large.yaml")
    assert problems("large.yaml") == ["large.yaml: is larger than 1000 kB, the most that is read"]
    Path("latin.yaml").write_bytes(b"a: 1\nb: \xe4\n")
    assert problems("latin.yaml") == ["latin.yaml:2:4: is not UTF-8 text"]


def test_missing_files_get_the_nearest_shipped_name() -> None:
    (problem,) = problems("baselin_2030")
    assert problem == (
        "baselin_2030: no such file, and no shipped scenario of that name; did you mean 'baseline_2030'?"
    )
    assert problems(".") == [".: is not a file"]
    assert "no such file" in problems("x\0y")[0]
    assert "no such file" in problems("x" * 5000)[0]


def test_a_file_without_a_parent_must_give_what_has_no_default() -> None:
    found = problems(write("year: 2030"))
    assert "case.yaml: network: is missing and has no default" in found
    assert "case.yaml: staffing: is missing and has no default" in found


def test_keys_are_written_as_one() -> None:
    assert dotted(("a", "b", 0, "c")) == "a.b[0].c"
    assert dotted(()) == ""
    assert nearest("x", []) == ""
