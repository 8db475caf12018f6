"""The documentation: its links lead somewhere, its commands and options exist, its scenario is valid."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.cli import app
from sim.config import load_scenario

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "experiments").rglob("*.md")),
]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"^(?:\$ )?(?:uv run )?visitsim [a-z].*$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_to_files(page):
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    lost = [link for link in links if not (page.parent / link).exists()]
    assert not lost


WRITTEN = [
    page for page in PAGES if page.name != "commands.md"
]  # that one is made from the commands themselves


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_options_exist(page):
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```(?:console|sh|bash)?\n(.*?)```", text, re.DOTALL))
    for line in _COMMAND.findall(blocks):
        words = shlex.split(line.removeprefix("$ ").removeprefix("uv run "), comments=True)[1:]
        command, _, _ = app.parse_args(words, exit_on_error=False, print_error=False)
        assert command.__module__.startswith("sim.cli")


def test_the_scenario_of_the_analysts_tour_is_valid(tmp_path):
    text = (ROOT / "docs" / "tour-analyst.md").read_text(encoding="utf-8")
    (yaml,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "my.yaml").write_text(yaml, encoding="utf-8")
    scenario = load_scenario(tmp_path / "my.yaml")
    assert scenario.staffing.officials["lahti_kela"].count == 9
    assert scenario.parameters == {"no_show": 0.08}
