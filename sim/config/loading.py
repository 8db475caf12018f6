"""Load a scenario: find its file, put its layers together, check it, and report everything that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import sim
from sim.config.checks import check_scenario
from sim.config.layers import (
    COMMAND_LINE,
    flatten,
    merge,
    read_layers,
    read_settings,
    without,
)
from sim.config.messages import problems_of
from sim.config.scenario import FILE_KEYS, OWN_KEYS, PARAMETER_KEYS, Scenario
from sim.config.yaml_source import Document, Where, nearest
from sim.errors import InputError, Problem

_SUFFIXES = (".yaml", ".yml")
#: A wrong value takes this many levels of keys with it when the rest of the file is checked without it.
_PRUNED_LEVELS = 3
#: Why a trajectory is refused where one year is asked about.
_ONE_YEAR = (
    "several years can be run and reported only; set trajectory=null, and year and people_since for one year"
)
#: What stands in for a wrong value that has no default, so that the rest can be checked at all.
_STAND_INS = {"year": 2019, "reading": "plan"}


def load_scenario(ref: str | Path, sets: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario.

    Parameters
    ----------
    ref
        Path from the working directory, else the name of a shipped scenario.
    sets
        Settings ``a.b=value`` laid over the file; they go through the same checks.

    Returns
    -------
    Scenario
        Frozen; a region given as a path is absolute in it.

    Raises
    ------
    InputError
        All problems of the file, its parents and the settings at once, each with line and column.
    """
    path = find_scenario(ref)
    return _checked(_document(path, read_settings(sets)), path.stem)


def load_year(ref: str | Path, sets: Sequence[str] = ()) -> Scenario:
    """Load and check a scenario that must be of a single year.

    Raises
    ------
    InputError
        As `load_scenario` does, and where the scenario is a trajectory.
    """
    path = find_scenario(ref)
    return _checked(_document(path, read_settings(sets)), path.stem, one_year=True)


def compose_scenario(base: str | Path, over: Sequence[Document], name: str) -> Scenario:
    """Load a scenario with documents laid over its file, the last on top, and check the whole.

    Parameters
    ----------
    base
        Path from the working directory, else the name of a shipped scenario.
    over
        Documents that hold differences only; their marks say where problems stand.
    name
        Name of the scenario, unless a document gives one; the base's name, title and description are not
        inherited.

    Raises
    ------
    InputError
        All problems at once.
    """
    document = without(_document(find_scenario(base), ()), OWN_KEYS)
    for layer in over:
        document = merge(document, _flattened(layer))
    return _checked(_with_region_path(document), name, one_year=True)


def _checked(document: Document, name: str, *, one_year: bool = False) -> Scenario:
    document.data.setdefault("name", name)
    scenario, problems = _validated(document)
    if scenario is not None:
        problems += [document.problem(where, message) for where, message in check_scenario(scenario)]
        if one_year and scenario.trajectory is not None:
            problems.append(document.problem(("trajectory",), _ONE_YEAR))
    if problems or scenario is None:
        raise InputError(_in_order(problems))
    return scenario


def find_scenario(ref: str | Path) -> Path:
    """Return the file of a scenario given by path or by the name of a shipped one.

    Raises
    ------
    InputError
        There is neither.
    """
    path = Path(ref)
    try:
        if path.is_file():
            return path
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if str(ref) in shipped_scenarios():
        return shipped_scenarios()[str(ref)]
    if exists:
        raise InputError(Problem(str(ref), "is not a file"))
    hint = nearest(str(ref), shipped_scenarios())
    raise InputError(Problem(str(ref), f"no such file, and no shipped scenario of that name{hint}"))


@cache
def shipped_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios by name: those of the wheel, else those of the checkout."""
    package = Path(sim.__file__).parent
    folders = [folder for folder in (package / "configs", package.parent / "configs") if folder.is_dir()]
    files = sorted(folders[0].glob("*.yaml")) if folders else []
    return {file.stem: file for file in files}


def _find_parent(name: str, folder: Path) -> Path | None:
    try:
        beside = folder / name
        return beside if beside.is_file() else shipped_scenarios().get(name)
    except (OSError, ValueError):
        return None


def _document(path: Path, settings: Sequence[Document]) -> Document:
    """Return the file laid over its parents, with the settings laid over it."""
    layers = [_flattened(layer) for layer in read_layers(path, _find_parent)]
    layers = [*(without(layer, OWN_KEYS) for layer in layers[:-1]), layers[-1]]
    document = layers[0]
    for layer in [*layers[1:], *(_flattened(setting) for setting in settings)]:
        document = merge(document, layer)
    return _with_file_paths(_with_region_path(document))


def _flattened(document: Document) -> Document:
    """Return the document with the names of parameters dotted, however they are written."""
    for key in PARAMETER_KEYS:
        document = flatten(document, key)
    return document


def _with_region_path(document: Document) -> Document:
    """Make a region given as a path absolute; it is relative to the file that names it."""
    region = document.data.get("region")
    if isinstance(region, str) and ("/" in region or "\\" in region or region.startswith(".")):
        named_in = document.mark(("region",)).path
        folder = Path() if named_in == COMMAND_LINE else Path(named_in).parent
        document.data["region"] = str((folder / region).resolve())
    return document


def _with_file_paths(document: Document) -> Document:
    """Make the files that a scenario names absolute; they are relative to the file that names them."""
    for part, key in FILE_KEYS:
        holder = document.data.get(part) if part else document.data
        if not isinstance(holder, dict) or not isinstance(holder.get(key), str):
            continue
        named_in = document.mark((part, key) if part else (key,)).path
        folder = Path() if named_in == COMMAND_LINE else Path(named_in).parent
        absolute = {**holder, key: str((folder / holder[key]).resolve())}
        document.data.update({part: absolute} if part else absolute)
    return document


def _validated(document: Document) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario, without its wrong keys where some are wrong, and the problems so far."""
    problems = list(document.problems)
    try:
        return Scenario.model_validate(document.data), problems
    except ValidationError as error:
        problems += problems_of(error, Scenario, document)
        rest = document.data
        for detail in error.errors():
            rest = _pruned(rest, detail["loc"][:_PRUNED_LEVELS])
    try:
        return Scenario.model_validate(_STAND_INS | rest), problems
    except ValidationError:
        return None, problems


def _pruned(data: dict[str, Any], where: Where) -> dict[str, Any]:
    head, rest = str(where[0]), where[1:]
    inside = data.get(head)
    if rest and isinstance(inside, dict):
        return {**data, head: _pruned(inside, rest)}
    return {key: value for key, value in data.items() if key != head}


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sort problems by file and position, without repetitions."""
    return sorted(set(problems), key=lambda p: (p.path, p.line or 0, p.column or 0, p.key or "", p.message))
