"""The report as a page: whole in itself, accessible, in three languages, with the numbers of the run."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.locale import LANGUAGES, Language
from sim.reports.figures import PARTS
from sim.reports.html import render, write_report
from sim.reports.payers import payer_table
from sim.reports.results import Estimate
from sim.reports.sheet import Sheet
from sim.reports.style import whiskers
from sim.reports.tables import Column, merge_small, plain, written
from sim.reports.volumes import plan_table
from tests.report_runs import FakeRun, small_run


class Page(HTMLParser):
    """Collects what a page refers to, its headings and its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.headings: list[int] = []
        self.alts: list[str] = []
        self.ids: list[str] = []
        self.lang = ""
        self.scopes = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("src", "href", "action") if name in given]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.alts.append(given.get("alt", ""))
        if tag == "html":
            self.lang = given.get("lang", "")
        if "id" in given:
            self.ids.append(given["id"])
        self.scopes += "scope" in given


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def pages(run: FakeRun) -> dict[str, str]:
    return {lang: render(Sheet.of(run, lang)) for lang in LANGUAGES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_asks_for_nothing_outside(pages: dict[str, str], lang: Language) -> None:
    page = Page(pages[lang])
    assert page.lang == lang
    for address in page.addresses:
        assert address.startswith(("data:", "#")), address
        assert address[0] != "#" or address[1:] in page.ids
    assert "@import" not in pages[lang]
    assert "url(" not in pages[lang]


def test_headings_go_down_one_step_at_a_time(pages: dict[str, str]) -> None:
    levels = Page(pages["en"]).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_figure_says_what_it_shows_and_has_its_table(pages: dict[str, str]) -> None:
    alts = Page(pages["en"]).alts
    assert len(alts) == sum(len(figures) for figures in PARTS.values())
    assert all(len(alt) > 20 for alt in alts)
    assert pages["en"].count("The numbers behind this figure") == len(alts)


def test_the_page_tells_the_runs_numbers(pages: dict[str, str], run: FakeRun) -> None:
    sheet = Sheet.of(run, "en")
    assert f"{sheet.summary.total.simulated.mean:,.0f} ± " in pages["en"]
    for parameter in sheet.registry:
        assert f"<td>{parameter.key}</td>" in pages["en"]
    assert "nan" not in re.sub('base64,[^"]*', "", pages["en"]).split()


def test_plans_below_the_legal_floor_are_marked_and_named(run: FakeRun) -> None:
    table = plan_table(Sheet.of(run, "en"))
    marked = [str(row[0]).removesuffix(" †") for row in table.rows if str(row[0]).endswith(" †")]
    assert marked == [row.name for row in Sheet.of(run, "en").summary.authorities[:3]]
    assert all(name in table.note for name in marked)


def test_a_point_that_misses_the_target_is_named_once_with_its_authorities(pages: dict[str, str]) -> None:
    told = re.search(r"The target is missed at: (.*?)\.</p>", pages["en"])
    assert told is not None
    assert re.fullmatch(r"Heinola joint service point \(Legal Aid and Guardianship [\d.]+%\)", told[1])


def test_intervals_of_shares_end_at_one() -> None:
    axes = Figure().subplots()
    whiskers(axes, [0, 1], [Estimate(0.95, 0.2), Estimate(0.5, 0.1)], across=True, most=1)
    [container] = axes.containers
    ends = np.array([line.get_segments() for line in container[2]])[0][:, :, 0]
    np.testing.assert_allclose(ends, [[0.75, 1.0], [0.4, 0.6]])


def test_payers_add_up_to_all(run: FakeRun) -> None:
    told = {"contact_hours": 5.0, "htv": 2.0, "cost": 9.0}
    rows = [
        run.metrics.iloc[0].to_dict()
        | {
            "metric": metric,
            "statistic": statistic,
            "value": value,
            "period": "year",
            "replication": replication,
        }
        | dict.fromkeys(("point", "authority", "channel"), "all")
        for replication in range(3)
        for name, whole in told.items()
        for metric, statistic, value in (
            (f"{name}_by_payer", "authority", whole - 1),
            (f"{name}_by_payer", "Kela", 1.0),
            (name, "sum", whole),
        )
    ]
    kept = run.metrics[~run.metrics["metric"].str.contains("contact_hours|htv|cost")]
    table = payer_table(Sheet.of(replace(run, metrics=pd.concat([kept, pd.DataFrame(rows)])), "fi"))
    *parts, total = table.rows
    assert {str(row[0]) for row in parts} == {"Valtion viranomaiset", "Kela"}
    for column in (1, 2, 3):
        assert sum(float(plain(row[column])) for row in parts) == pytest.approx(float(plain(total[column])))
    assert payer_table(Sheet.of(replace(run, metrics=kept), "fi")).rows == ()


def test_languages_differ_in_every_heading(pages: dict[str, str]) -> None:
    found = [re.findall("<h2>(.*?)</h2>", pages[lang]) for lang in LANGUAGES]
    for headings in zip(*found, strict=True):
        assert len(set(headings)) == len(LANGUAGES), headings


def test_the_report_lies_in_the_runs_folder_beside_the_figures(run: FakeRun, tmp_path: Path) -> None:
    path = write_report(run, "sv", tmp_path)
    assert path == run.folder / "report.html"
    assert len(list(tmp_path.glob("*.svg"))) == len(list(tmp_path.glob("*.png"))) > 10


def test_small_cells_are_merged_and_cannot_be_worked_out() -> None:
    rows = (("a", 100.0, 1.0), ("b", 4.0, 2.0), ("c", 30.0, 3.0))
    merged = merge_small(rows, 1, 10.0, "others")
    assert merged[0] == rows[0]
    assert merged[1][:2] == ("others", 34.0)
    assert merged[1][2] != merged[1][2]
    assert merge_small(rows, 1, 1.0, "others") == rows


def test_values_are_written_as_their_column_says() -> None:
    assert written(Estimate(0.5, 0.02), Column("", "share"), "fi") == "50\xa0% ± 2"
    assert written(-0.25, Column("", "signed_share"), "en") == "−25%"
    assert written(float("nan"), Column("", "share"), "en") == "–"
