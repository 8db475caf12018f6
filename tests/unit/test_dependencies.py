"""What the program is built of: bounded below, from the index alone, and under licences that are known.

It needs no network. Whether a version has a known weakness stands in a list on the network, see SECURITY.md.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
OWN = canonicalize_name(PROJECT["project"]["name"])
_EXTRAS = PROJECT["project"]["optional-dependencies"].values()
DIRECT = [*PROJECT["project"]["dependencies"], *(text for extra in _EXTRAS for text in extra)]
#: Licences that let a program under MIT be passed on with what it needs.
FREE = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python|ISC|MPL|Mozilla|HPND|0BSD|Zlib|Unlicense|CC0|LGPL|Historical)", re.I
)


@cache
def needed() -> dict[str, metadata.Distribution]:
    """Return what the program with all extras needs, as it is installed here, by name."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [Requirement(text) for text in DIRECT]
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another machine, or an extra that nobody asks for
        more = [Requirement(text) for text in found[name].requires or []]
        extras = [{"extra": extra} for extra in asked.extras] or [{"extra": ""}]
        waiting += [r for r in more if not r.marker or any(r.marker.evaluate(extra) for extra in extras)]
    return found


def licence(distribution: metadata.Distribution) -> str:
    """Return what a distribution says of its licence."""
    about = distribution.metadata
    classes = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    short = (about.get("License") or "").partition("\n")[0][:200]
    return "; ".join([about.get("License-Expression") or "", short, *classes])


@pytest.mark.parametrize("text", DIRECT)
def test_a_direct_dependency_has_a_lower_bound_and_no_address(text):
    asked = Requirement(text)
    assert not asked.url
    assert any(bound.operator in (">=", "==", "~=") for bound in asked.specifier)


def test_resolutions_are_dated_and_come_from_the_index_alone():
    tool = PROJECT["tool"]["uv"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", tool["exclude-newer"])
    assert all(source == {"workspace": True} for source in tool["sources"].values())
    assert not {"index", "extra-index-url", "find-links"} & tool.keys()


def test_nothing_that_is_needed_was_installed_from_an_address():
    assert len(needed()) > 50
    elsewhere = [name for name, d in needed().items() if d.read_text("direct_url.json") and name != OWN]
    assert not elsewhere


def test_every_licence_is_known_and_lets_the_program_be_passed_on():
    said = {name: licence(distribution) for name, distribution in needed().items()}
    assert not {name: text for name, text in said.items() if not FREE.search(text)}


@pytest.mark.parametrize("text", ["", "GPL-3.0-only", "License :: Other/Proprietary License", "AGPLv3"])
def test_other_licences_are_told_from_free_ones(text):
    assert not FREE.search(text)
