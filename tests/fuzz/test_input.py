"""Whatever stands in a file, a table, a link or a command: an answer or a clear error, never a traceback."""

from __future__ import annotations

import copy
import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.app.state import State, shipped_levers
from sim.cli import main
from sim.config import load_scenario
from sim.config.experiment_loading import load_experiment
from sim.errors import InputError
from sim.founding.statistics import read_statistics
from sim.region.loading import DATA
from sim.region.reading import read_folder
from tests.fuzz.hostile import TEXTS, VALUES, fuzz, places, put

ROOT = Path(__file__).parents[2]
BASE = json.loads(json.dumps(load_scenario("baseline_2030").resolved()))
PLACES = list(places(BASE))
EXPERIMENT = YAML(typ="safe").load(
    (ROOT / "experiments" / "E04_pooling" / "experiment.yaml").read_text("utf-8")
)
# Each scenario is checked by itself, and all alike: three take a quarter of the time of all.
EXPERIMENT["scenarios"] = dict(list(EXPERIMENT["scenarios"].items())[-3:])
EXPERIMENT_PLACES = list(places(EXPERIMENT))
TABLES = sorted(path.name for path in (DATA / "example").glob("*.csv"))


def told(error: InputError, where: str = "") -> None:
    """Check that an error says something, in lines, without the program's inside, and in which file."""
    assert error.problems
    for problem in error.problems:
        assert problem.message.strip()
        assert "Traceback" not in str(problem)
        assert where in problem.path


def written(document: object) -> str:
    """Return a document as YAML: JSON, but for the numbers that JSON does not have."""
    return json.dumps(document).replace("NaN", ".nan").replace("Infinity", ".inf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@fuzz
@given(place=st.sampled_from(PLACES), value=VALUES, other=st.sampled_from(PLACES), again=VALUES)
def test_a_scenario_with_anything_anywhere(folder, place, value, other, again):
    document = copy.deepcopy(BASE)
    put(document, place, value)
    try:
        put(document, other, again)
    except (KeyError, TypeError, IndexError):
        assume(False)  # the first value took the second one's place away
    path = folder / "scenario.yaml"
    path.write_text(written(document), encoding="utf-8")
    try:
        scenario = load_scenario(path)
    except InputError as error:
        told(error)
    else:
        assert scenario.digest()


@fuzz
@given(text=st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))))
def test_a_scenario_of_any_text(folder, text):
    path = folder / "text.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    told(caught.value)


@fuzz
@given(place=st.sampled_from(EXPERIMENT_PLACES), value=VALUES)
def test_an_experiment_with_anything_anywhere(folder, place, value):
    document = copy.deepcopy(EXPERIMENT)
    put(document, place, value)
    path = folder / "experiment.yaml"
    path.write_text(written(document), encoding="utf-8")
    try:
        experiment = load_experiment(path)
    except InputError as error:
        told(error)
    else:
        assert experiment.scenarios


@pytest.fixture(scope="module")
def region(folder: Path) -> Path:
    return Path(shutil.copytree(DATA / "example", folder / "region"))


@fuzz
@given(name=st.sampled_from(TABLES), data=st.data(), text=TEXTS)
def test_a_table_with_anything_in_a_cell(region, name, data, text):
    path = region / name
    original = path.read_text(encoding="utf-8")
    lines = original.splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = text
    lines[row] = ",".join(cells)
    try:
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        tables = read_folder(region)
    except InputError as error:
        told(error, str(region))
    else:
        assert {f"{name}.csv" for name in tables} == set(TABLES)
    finally:
        path.write_text(original, encoding="utf-8")


@fuzz
@given(content=st.binary(max_size=300))
def test_an_export_of_any_bytes(folder, content):
    for name in ("export.csv", "export.json"):
        path = folder / name
        path.write_bytes(content)
        try:
            numbers = read_statistics(path)
        except InputError as error:
            told(error)
        else:
            assert set(numbers.columns) == {"area", "code", "year", "age", "value"}


LEVERS = sorted(shipped_levers("baseline_2030").all)


@fuzz
@given(
    pairs=st.lists(st.tuples(st.sampled_from([*LEVERS, "scenario", "lang", "pin", "x"]), TEXTS), max_size=4),
    tail=st.text(max_size=60),
)
def test_a_link_of_anything(pairs, tail):
    from urllib.parse import urlencode

    try:
        query = urlencode(pairs) + tail
    except UnicodeEncodeError:
        assume(False)
    state, scenario = State.of_link(query).sound()
    assert scenario.name == state.scenario
    assert State.of_link(state.link()).changes == state.changes
    assert all(len(problem) < 2000 for problem in state.problems)


WORDS = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "--set",
            "--seed",
            "--json",
            "--replications",
            "--lang",
            "--out",
            "baseline_2030",
            "run.seed=1",
            "--help",
        ]
    ),
)


@fuzz
@given(
    command=st.sampled_from(
        ["validate", "preview", "status", "report", "export", "schema", "rerun", "nonsense", ""]
    ),
    words=st.lists(WORDS, max_size=4),
)
def test_a_command_line_of_anything(folder, monkeypatch, command, words):
    monkeypatch.chdir(folder)
    assume(not any(word in ("--pages", "--patterns", "--queues") for word in words))
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([command, *words])
    assert code in (0, 1, 2)
    assert "Traceback" not in err.getvalue()
    assert code == 0 or err.getvalue().strip()


@fuzz
@given(key=st.sampled_from([".".join(map(str, place)) for place in PLACES]), text=TEXTS)
def test_a_setting_of_anything(key, text):
    try:
        scenario = load_scenario("baseline_2030", [f"{key}={text}"])
    except InputError as error:
        told(error, "--set")
    else:
        assert scenario.digest()


def test_a_document_that_grows_when_it_is_read(folder):
    """References that name references ("billion laughs") are refused, not unfolded."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path = folder / "bomb.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    told(caught.value)
