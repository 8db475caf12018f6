"""Report and workbook as a stranger asks for them, and a workbook's officials run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import sim
from tests.e2e.commands import visitsim

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the main job once on the compiled engine; return its working directory."""
    folder = tmp_path_factory.mktemp("report")
    done = visitsim("run", "--engine", "compiled", "--replications", "1", "--quiet", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    return folder


def test_a_run_leaves_its_report_in_the_regions_language(folder: Path) -> None:
    text = (sim.load(folder / "results").folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="fi">' in text


def test_the_report_is_written_again_in_another_language(folder: Path) -> None:
    done = visitsim("report", "baseline_2030", "--lang", "sv", cwd=folder)
    assert done.returncode == 0, done.stderr
    path = folder / done.stdout.strip()
    assert '<html lang="sv">' in path.read_text(encoding="utf-8")


def test_an_exported_workbook_runs_again_as_it_is(folder: Path) -> None:
    done = visitsim("export", "latest", "--xlsx", "run.xlsx", "--lang", "en", cwd=folder)
    assert (done.returncode, done.stdout.strip()) == (0, "run.xlsx"), done.stderr
    assert "Assumptions" in CalamineWorkbook.from_path(folder / "run.xlsx").sheet_names
    words = ("--engine", "compiled", "--replications", "1", "--quiet")
    again = visitsim("run", "--staffing", "run.xlsx", *words, cwd=folder)
    assert again.returncode == 0, again.stderr
    assert len(list((folder / "results/baseline_2030").iterdir())) == 1


def test_what_is_no_run_or_workbook_is_told(folder: Path) -> None:
    for words in (("report", "nothing"), ("export", "nothing", "--xlsx", "x.xlsx")):
        done = visitsim(*words, cwd=folder)
        assert done.returncode == 2
        assert "there is no such run" in done.stderr
    (folder / "text.xlsx").write_text("no workbook")
    done = visitsim("run", "--staffing", "text.xlsx", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("text.xlsx: is no workbook")
