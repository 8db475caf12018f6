"""Outcomes are called by words in each language, never by the keys of the table of metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.config.experiment import OutcomeSpec
from sim.locale import LANGUAGES
from sim.reports.names import Labels
from sim.reports.outcome_names import outcome_title
from sim.reports.study_tables import _written

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*/*.yaml"))
ASKED = [
    OutcomeSpec.model_validate(outcome)
    for path in EXPERIMENTS
    for outcome in YAML(typ="safe").load(path).get("outcomes", ())
]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_that_the_experiments_ask_for_has_a_name(lang: str) -> None:
    assert len(ASKED) > 40
    labels = Labels.read("paijat_hame", lang)
    titles = [outcome_title(outcome, labels) for outcome in ASKED]
    assert [title for title in titles if re.search(r"_|[a-z]\.[a-z]", title)] == []


def test_groups_payers_months_and_channels_are_named() -> None:
    def told(metric: str, statistic: str, **of: str) -> str:
        outcome = OutcomeSpec(metric=metric, statistic=statistic, **of)
        return outcome_title(outcome, Labels.read("paijat_hame", "fi"))

    assert told("hours_by_municipality", "Heinola") == "Tunteja matkoilla ja jonoissa · Heinola"
    assert (
        told("hours_of_cottage_dwellers_by_municipality", "Heinola").split(" · ")[1] == "Vapaa-ajan asukkaat"
    )
    assert told("cost_by_payer", "authority") == "Kustannus, € vuodessa · Valtion viranomaiset"
    assert told("needs", "count", channel="unmet") == "Asiointitarpeet · sopivaa pistettä ei ole"
    assert told("wait", "mean", period="month-07") == "Odotusaika keskimäärin, min · heinäkuu"


def test_values_of_scenarios_are_written_without_the_marks_of_data() -> None:
    hours = [{"days": "Mon-Fri", "open": "09:00", "close": "15:00"}, {"days": "Tue", "open": "09:00"}]
    assert _written(hours) == "Mon-Fri 09:00 15:00; Tue 09:00"
    assert _written(8) == "8"
