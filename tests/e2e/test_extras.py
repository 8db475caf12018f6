"""A program installed without its extras: the main job runs, and what needs an extra names it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest

import sim.cli.extras
from sim.cli.extras import extra_of, missing_part

#: Modules that extras bring.
MODULES = (
    "dash",
    "xlsxwriter",
    "python_calamine",
    "distributed",
    "jsonstat_validator",
    "nbclient",
    "ipykernel",
    "ipywidgets",
)
EXPORTS = Path(__file__).parents[1] / "data" / "pxweb"
#: Runs commands in a process where no module of an extra can be imported; prints their codes and messages.
WITHOUT = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from importlib.abc import MetaPathFinder

BLOCKED = json.loads(sys.argv[2])

class Blocked(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in BLOCKED:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

sys.meta_path.insert(0, Blocked())
from sim.cli import main

told = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""
RUN = ["run", "example_2030", "--engine", "compiled", "--replications", "1", "--no-updated", "--workers", "1"]
POINTS = """
title: {fi: Rivit, sv: Rader, en: Rows}
question: What do rows of a workbook do?
base: example_2030
factors: {parameters.no_show: {}}
design: {kind: rows, file: points.xlsx}
replications: 2
outcomes: [{metric: wait, statistic: mean}]
"""
STATISTICS = ["--centres", str(EXPORTS / "centres.csv"), "--population", str(EXPORTS / "forecast.json")]
NEEDS = {
    "a page": (["app"], "app"),
    "a workbook to write": (["export", "latest", "--xlsx", "book.xlsx"], "report"),
    "a workbook of staffing": ([*RUN, "--staffing", "points.xlsx"], "report"),
    "a workbook of design points": (["sweep", "points.yaml"], "report"),
    "a cluster": (["sweep", "plain.yaml", "--executor", "dask"], "cluster"),
    "an export of statistics": (["new-region", "coast", *STATISTICS], "statistics"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    folder = tmp_path_factory.mktemp("without")
    (folder / "points.yaml").write_text(POINTS, "utf-8")
    (folder / "plain.yaml").write_text(
        POINTS.replace("factors: {parameters.no_show: {}}\ndesign: {kind: rows, file: points.xlsx}\n", ""),
        "utf-8",
    )
    (folder / "points.xlsx").write_bytes(b"")
    commands = {
        "run": RUN,
        "report": ["report", "latest"],
        **{key: words for key, (words, _) in NEEDS.items()},
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, json.dumps(list(commands.values())), json.dumps(MODULES)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=1200,  # compiling takes long on a busy machine
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(commands, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("command", ["run", "report"])
def test_the_main_job_needs_no_extra(told, command):
    code, out, err = told[command]
    assert code == 0, err
    assert out


@pytest.mark.parametrize("case", NEEDS)
def test_what_needs_an_extra_names_it(told, case):
    code, out, err = told[case]
    assert code == 1
    assert out == ""
    assert f"uv sync --extra {NEEDS[case][1]}," in err
    assert len(err.splitlines()) == 1


def test_every_extra_is_tried():
    declared = set(metadata("visitsim").get_all("Provides-Extra") or ())
    assert declared == {extra_of(name) for name in MODULES}
    assert declared - {"notebooks"} == {extra for _, extra in NEEDS.values()}  # no command opens a notebook


def test_a_missing_part_of_the_program_itself_is_no_missing_extra(monkeypatch):
    error = ModuleNotFoundError("No module named 'numpy'", name="numpy")
    with pytest.raises(ModuleNotFoundError) as caught:
        missing_part(error)
    assert caught.value is error
    monkeypatch.setattr(sim.cli.extras, "_PACKAGE", "not_installed_at_all")
    assert extra_of("dash") is None
