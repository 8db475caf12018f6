"""The command line by itself: exit codes, messages, and what is printed where."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.config import Scenario
from sim.errors import InputError, Problem
from tests.e2e.commands import VISITSIM, visitsim

#: What must not be imported before a command runs.
HEAVY = ("numpy", "pandas", "mesa", "numba", "scipy", "matplotlib", "pydantic")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["validate", "-h"], ["--version"], []])
def test_help_is_cheap(words: list[str]) -> None:
    code = (
        "import sys; from sim.cli import main; code = main(sys.argv[1:])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum"], 'Unknown command "rum"'),
        (["run", "--replicatons", "3"], "Unknown option: --replicatons"),
        (["run", "--engine", "fast"], 'Choose from: "simpy", "compiled"'),
        (["run", "--seed", "x"], "--seed"),
        (["run", "--workers", "0"], "--workers"),
        (["run", "--lang", "de"], "--lang"),
        (["run", "--replications"], "--replications"),
        (["run", "one.yaml", "two.yaml"], "two.yaml"),
        (["run", "--replications", "0"], "run.replications: must be at least 1"),
        (["run", "--seed", "-1"], "run.seed: must be at least 0"),
        (["run", "--set", "yaer=2030"], "--set: yaer: unknown key; did you mean 'year'?"),
        (["run", "nothing.yaml"], "nothing.yaml: no such file"),
        (["validate", "baseline_2031"], "did you mean 'baseline_2030'?"),
        (["run", "--out", "file"], "can't be made"),
        (["compare", "baseline_2030", "updated_2030", "--visits"], "Unknown option: --visits"),
        (["compare", "baseline_2030", "updated_2030", "--no-updated"], "Unknown option: --no-updated"),
    ],
)
def test_a_wrong_word_gives_a_message_and_exit_code_2(
    words: list[str], said: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "file").touch()
    assert main(words) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("extends: baseline_2030\nyaer: 2030\n", "case.yaml:2:1: yaer: unknown key"),
        ("extends: baseline_2030\nyear: soon\n", "case.yaml:2:1: year: must be a whole number"),
        ("extends: baseline_2030\nyear: 2029\nyear: 2030\n", "case.yaml:3:1: year: is given twice"),
        ("extends: case.yaml\n", "case.yaml:1:1: extends: goes round in a circle"),
        ("extends: gone.yaml\n", "case.yaml:1:1: extends: there is no file 'gone.yaml'"),
        ("year: [2030\n", "case.yaml:2:1: is not valid YAML"),
        (
            "extends: baseline_2030\nstaffing:\n  officials:\n    desk:\n      works_at: lahti_yhteinen\n"
            "      skills: ['Kela:counter']\n      count: 1\n      start: '15:00'\n      end: '09:00'\n",
            "case.yaml:9:7: staffing.officials.desk.end: the shift 15:00-09:00 ends before it begins",
        ),
    ],
)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_a_wrong_file_is_reported_by_line_and_column(
    command: str, text: str, place: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "case.yaml").write_text(text, "utf-8")
    assert main([command, "case.yaml"]) == 2
    assert place in capsys.readouterr().err
    assert not (empty / "results").exists()


def test_a_users_mistake_gives_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("extends: baseline_2030\nyaer: 1\nyear: 1\n", "utf-8")
    done = visitsim("run", "case.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == [
        "case.yaml:2:1:",
        "case.yaml:3:1:",
    ]


def test_failing_runs_are_named_and_give_exit_code_1(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(scenario: Scenario, replication: int, keep_visits: bool, keep_details: bool) -> None:
        raise ZeroDivisionError("no desk")

    monkeypatch.setattr("sim.experiments.replication.replicate", fail)
    assert main(["run", "--replications", "2", "--workers", "1"]) == 1
    printed = capsys.readouterr()
    assert [line.partition(";")[0] for line in printed.err.splitlines()] == [
        "updated_2030: replication 0 failed: ZeroDivisionError",
        "updated_2030: replication 1 failed: ZeroDivisionError",
        "replication 0 failed: ZeroDivisionError",
        "replication 1 failed: ZeroDivisionError",
    ]
    assert printed.out == ""
    manifests = {path.parents[1].name: path.read_text("utf-8") for path in empty.rglob("manifest.json")}
    assert set(manifests) == {"baseline_2030", "updated_2030"}
    assert all("no desk" in text for text in manifests.values())


def test_wrong_input_that_shows_in_a_run_is_told_as_such(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(scenario: Scenario, replication: int, keep_visits: bool, keep_details: bool) -> None:
        raise InputError(Problem("times.csv", "there is no such point", 7))

    monkeypatch.setattr("sim.experiments.replication.replicate", refuse)
    assert main(["run", "--replications", "2", "--workers", "1"]) == 2
    printed = capsys.readouterr()
    assert "times.csv:7: there is no such point" in printed.err
    assert "failed" not in printed.err
    assert not list(empty.rglob("part-*.parquet"))


def test_wrong_input_keeps_its_problems_on_the_way_from_a_worker() -> None:
    problems = (Problem("a.csv", "is wrong", 1), Problem("b.csv", "is wrong too", 2, 3, "count"))
    back = pickle.loads(pickle.dumps(InputError(problems)))
    assert (back.problems, str(back)) == (problems, str(InputError(problems)))


def test_validate_says_what_is_valid(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("extends: baseline_2030\nyear: 2031\n", "utf-8")
    done = visitsim("validate", "case.yaml", "--set", "demand.adoption=0.5", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("case.yaml: case is valid")


def test_schema_prints_the_json_schema() -> None:
    done = visitsim("schema")
    assert done.returncode == 0
    assert "extends" in json.loads(done.stdout)["properties"]


def test_a_reader_who_leaves_is_no_error() -> None:
    with subprocess.Popen([VISITSIM, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_the_program_does_not_care_where_it_is_started(tmp_path: Path) -> None:
    done = subprocess.run(
        [VISITSIM, "validate"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pages_of_reference_are_those_of_the_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "--pages", str(tmp_path)]) == 0
    capsys.readouterr()
    kept = Path(__file__).parents[2] / "docs" / "reference"
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in kept.iterdir()}, (
        "run: visitsim schema --pages docs/reference"
    )
