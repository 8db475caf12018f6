"""What is impossible together in a state of the page, told in the reader's language."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from sim.app.state import State
from sim.locale import LANGUAGES

ROW = "staffing.officials.lahti_kela"


@pytest.mark.parametrize(
    ("changes", "finnish"),
    [
        ({f"{ROW}.start": "16:00"}, f"{ROW}.start: työvuoro 16:00–"),
        ({f"{ROW}.diary": "40"}, "virkailijoita on"),
        ({f"{ROW}.end": "09:30"}, "ei ole työvuoron"),
        ({"hours.lahti_yhteinen.Kela": "Fri-Mon 09:00-15:00"}, "viikonpäiviä järjestyksessä"),
        ({"hours.lahti_yhteinen.Kela": "Mon-Fri 15:00-09:00"}, "sulkeutuu ennen kuin avautuu"),
    ],
)
def test_what_does_not_go_together_is_told_in_each_language(changes: dict[str, str], finnish: str) -> None:
    texts = {lang: State.of_link(urlencode({"lang": lang, **changes})).sound()[0] for lang in LANGUAGES}
    told = {lang: state.problems[1:] for lang, state in texts.items()}
    assert finnish in told["fi"][0]
    assert len(set(told.values())) == len(LANGUAGES)
