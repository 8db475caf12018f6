"""Reports of a small run: the summary, its tables in three languages, and the figures."""

from __future__ import annotations

import json
import math
import string
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from babel.messages.pofile import read_po

import sim
from sim.locale import LANGUAGES, Language, number, percent, signed, translator
from sim.reports.balance import balance_note, rest
from sim.reports.console import print_summary
from sim.reports.figures import PARTS, draw_run
from sim.reports.names import short_name
from sim.reports.point_rows import shown_rows
from sim.reports.results import Estimate
from sim.reports.run import RunSummary, summarise
from tests.messages import messages
from tests.report_runs import AUTHORITIES, REGION, FakeRun, FakeScenario, small_run

SOURCES = Path(sim.__file__).parent


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def summary(run: FakeRun) -> RunSummary:
    return summarise(run, "en")


def test_every_authority_has_its_row_in_the_regions_order(summary: RunSummary) -> None:
    assert tuple(row.authority for row in summary.authorities) == AUTHORITIES


def test_numbers_against_the_plan(summary: RunSummary, run: FakeRun) -> None:
    row = summary.authorities[3]
    rows = run.metrics
    mine = rows[
        (rows["metric"] == "visits")
        & (rows["statistic"] == "count")
        & (rows["point"] == "all")
        & (rows["authority"] == row.authority)
        & (rows["period"] == "year")
        & (rows["channel"] == "all")
    ]["value"]
    assert len(mine) == 3
    assert row.simulated.mean == pytest.approx(mine.mean())
    assert row.simulated.half_width == pytest.approx(4.302653 * mine.std() / math.sqrt(3), rel=1e-6)
    assert row.difference == pytest.approx(mine.mean() - 300.0)
    assert row.need_growth == 0.5


def test_the_closed_form_differs_by_full_diaries_the_turns_of_the_year_and_chance(
    summary: RunSummary,
) -> None:
    simulated = Estimate(950.0, 10.0)
    told = replace(summary.total, simulated=simulated, expected=1_000.0, no_slot=30.0, carried_over=-25.0)
    assert rest(told) == 5.0
    note = balance_note(replace(summary, total=told), "en", translator("en"))
    for part in ("1,000 visits", "differs by −50", "30 needs", "−25 were carried", "+5 are chance"):
        assert part in note
    near = replace(told, expected=955.0)
    assert balance_note(replace(summary, total=near), "en", translator("en")) == ""
    unknown = replace(told, carried_over=math.nan)
    assert balance_note(replace(summary, total=unknown), "en", translator("en")) == ""
    assert summary.authorities[0].as_dict()["carried_over_needs_per_year"] is not None


def test_the_plan_below_the_legal_floor_is_flagged(summary: RunSummary) -> None:
    assert [row.authority for row in summary.below_floor] == list(AUTHORITIES[:3])


def test_totals_are_of_all_and_of_the_joint_points_alone(summary: RunSummary) -> None:
    joint = set(REGION.about_list("joint_authorities"))
    assert summary.total.plan == sum(100.0 * position for position in range(len(AUTHORITIES)))
    assert summary.joint.plan == sum(row.plan for row in summary.authorities if row.authority in joint)
    means = {row.authority: row.simulated.mean for row in summary.authorities}
    assert summary.total.simulated.mean == pytest.approx(sum(means.values()))
    assert summary.joint.simulated.mean == pytest.approx(sum(means[authority] for authority in joint))
    assert summary.joint.simulated.half_width > 0


def test_a_point_starts_with_its_total(summary: RunSummary) -> None:
    first = summary.points[0]
    assert (first.point, first.authority) == ("lahti_yhteinen", "all")
    parts = [row for row in summary.points if row.point == first.point and row.authority != "all"]
    assert first.visits.mean == pytest.approx(sum(row.visits.mean for row in parts))


def test_json_is_plain_without_nan_and_names_units(summary: RunSummary) -> None:
    data = json.loads(json.dumps(summary.as_dict(), allow_nan=False))
    assert data["half_widths_cover"] == "random variation"
    assert data["agreement_by_construction"] is True
    assert data["authorities"][0]["plan_visits_per_year"] == 0
    assert data["totals"]["joint_points"]["half_width_visits_per_year"] > 0
    assert {"wait_mean_min", "wait_p90_half_width_min", "within_15_share"} <= set(data["points"][0])
    assert data["files"] == ["manifest.json"]


def test_a_single_replication_has_no_interval(run: FakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    single = FakeRun(run.folder, run.metrics[run.metrics["replication"] == 0])
    summary = summarise(single, "en")
    assert math.isnan(summary.total.simulated.half_width)
    assert summary.as_dict()["totals"]["all"]["half_width_visits_per_year"] is None
    print_summary(summary)
    text = capsys.readouterr().out
    assert "1 replication\n" in text
    assert "nan" not in text


def test_a_run_without_a_plan_has_no_differences(run: FakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    extra = run.metrics["metric"].isin(["plan_visits", "legal_floor", "need_growth"])
    free = FakeRun(run.folder, run.metrics[~extra], FakeScenario(reading="projection"))
    summary = summarise(free, "en")
    assert summary.total.as_dict()["plan_visits_per_year"] is None
    assert not summary.below_floor
    print_summary(summary)
    text = capsys.readouterr().out
    assert "nan" not in text
    assert "Nothing was forced" in text


def test_a_small_cell_is_in_the_sum_alone_and_lends_no_authority_its_visits(
    summary: RunSummary, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, first, second, *_others = summary.points
    large = replace(first, authority_name="Large", visits=Estimate(summary.small_cell, 1.0))
    small = replace(second, authority_name="Small", visits=Estimate(summary.small_cell - 1, 1.0))
    shown = list(shown_rows((whole, large, small), summary.small_cell))
    assert shown == [(whole.point_name, whole), ("Large", large)]
    assert list(shown_rows((whole, large), summary.small_cell)) == [(f"{whole.point_name} · Large", whole)]
    assert list(shown_rows((whole, small), summary.small_cell)) == [(whole.point_name, whole)]
    print_summary(replace(summary, points=(whole, large, small)), "en")
    text = capsys.readouterr().out
    assert "Large" in text
    assert "Small" not in text
    assert f"fewer than {summary.small_cell:.0f} visits" in " ".join(text.split())


def test_self_service_is_shown_apart_and_who_was_not_visited_is_left_out(
    summary: RunSummary, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, first, second, *_others = summary.points
    nothing = Estimate(0.0, 0.0)
    idle = replace(first, authority_name="Nobody", visits=nothing, self_service=nothing)
    machine = replace(second, authority_name="Machine", visits=nothing, self_service=Estimate(77.0, 1.0))
    print_summary(replace(summary, points=(whole, idle, machine)), "en")
    text = capsys.readouterr().out
    assert "Nobody" not in text
    assert "Machine" in text
    print_summary(replace(summary, points=(whole, first, machine)), "en")
    text = capsys.readouterr().out
    assert "77‡" in text
    assert "‡ Self-service" in text


def test_names_follow_the_year_where_nothing_is_tied_to_the_plan(run: FakeRun) -> None:
    free = FakeRun(run.folder, run.metrics, FakeScenario(reading="projection"))
    assert "Lupa- ja valvontavirasto (LVV)" in [row.name for row in summarise(free, "fi").authorities]
    assert "Aluehallintovirasto (AVI)" in [row.name for row in summarise(run, "fi").authorities]


def test_other_scenarios_in_the_table_are_left_alone(run: FakeRun, summary: RunSummary) -> None:
    beside = run.metrics.assign(scenario="updated_2030", value=run.metrics["value"] * 2)
    both = FakeRun(run.folder, pd.concat([run.metrics, beside], ignore_index=True))
    assert summarise(both, "en").total.simulated == summary.total.simulated


def test_the_region_decides_the_language_unless_told(run: FakeRun) -> None:
    assert summarise(run).lang == "fi"
    assert summarise(run).title == "Perusura"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("by construction", "± random", "Gave up", "2,010", "All authorities", "manifest.json")),
        ("fi", ("rakenteensa", "satunnais", "Käyttöaste", "2\xa0010", "Kaikki viranomaiset", "Lähti")),
        ("sv", ("konstruktion", "slumpmässig", "Utnyttjande", "2\xa0010", "Alla myndigheter", "Lämnade")),
    ],
)
def test_printed_summary(
    run: FakeRun, lang: Language, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    summary = summarise(run, lang)
    object.__setattr__(summary.total, "plan", 2010.0)
    print_summary(summary)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines() if str(run.folder) not in line) == 100
    assert "…" not in text
    for word in words:
        assert word in text
    for row in summary.authorities:
        assert short_name(row.name).split()[0] in text


def test_figures_are_complete_and_the_same_each_time(run: FakeRun, tmp_path: Path) -> None:
    paths = draw_run(run, tmp_path / "once", "fi")
    names = [path.stem for path in paths[::2]]
    assert {"visits_by_month", "waits_by_point", "day_rhythm"} <= set(names)
    assert len(set(names)) == sum(len(figures) for figures in PARTS.values())
    assert [path.name for path in paths] == [f"{name}.{kind}" for name in names for kind in ("svg", "png")]
    again = draw_run(run, tmp_path / "twice", "fi")
    for one, other in zip(paths, again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.stat().st_size > 5_000
    assert "<dc:date>" not in paths[0].read_text(encoding="utf-8")


def test_figures_of_a_single_replication(run: FakeRun, tmp_path: Path) -> None:
    single = FakeRun(run.folder, run.metrics[run.metrics["replication"] == 0])
    assert all(path.exists() for path in draw_run(single, tmp_path, "sv"))


def catalogue(lang: str) -> dict[str, str]:
    with (SOURCES / "locale" / f"{lang}.po").open("rb") as file:
        return {
            entry.id: entry.string for entry in read_po(file, locale=lang, abort_invalid=True) if entry.id
        }


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_message_is_translated(lang: str) -> None:
    marked = messages(SOURCES)
    parameters = REGION.table("parameters")
    marked |= {text: "parameters.csv" for name in ("description", "unit") for text in parameters[name]}
    translated = catalogue(lang)
    missing = {text: place for text, place in marked.items() if not translated.get(text)}
    assert not missing
    assert not set(translated) - set(marked), "messages that nobody uses any more"
    assert len(marked) > 40
    for text, other in translated.items():
        assert fields(text) == fields(other), text


def test_the_search_for_messages_finds_them(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text('_("one")\nmessage("two")\nother("three")\n_(four)\n')
    assert messages(source) == {"one": "source.py:1", "two": "source.py:2"}


def test_numbers_as_each_language_writes_them() -> None:
    assert [number(1234.5, lang, 1) for lang in ("fi", "sv", "en")] == ["1\xa0234,5", "1\xa0234,5", "1,234.5"]
    assert [percent(0.5, lang) for lang in ("fi", "en")] == ["50\xa0%", "50%"]
    assert [signed(value, "en") for value in (3.0, -3.0, 0.2, -0.2, np.nan)] == ["+3", "−3", "0", "0", "–"]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError):
        translator("de")  # type: ignore[arg-type]


def test_reports_do_without_the_model() -> None:
    code = "import sys, sim.reports.html; print([name for name in ('mesa', 'numba') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_results_needs_no_matplotlib() -> None:
    code = "import sys, sim.outcomes, sim.reports.console; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
