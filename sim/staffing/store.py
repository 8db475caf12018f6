"""Answers about staffing that were computed before, so that the same question is not computed twice."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from sim import MODEL_VERSION
from sim.config.scenario import hash_of
from sim.experiments.parts import write_atomically
from sim.region import load_region
from sim.staffing.answer import Question, answer

_FOLDER = "answers"


def stored_answer(question: Question, out: Path) -> dict[str, Any]:
    """Return the answer to a question as plain data, computed where it is not stored.

    Parameters
    ----------
    out
        Folder of all results.

    Notes
    -----
    An answer is known by the scenario, all that is asked, the region's data, the version of the model and
    the text of this package's modules, whose search may have changed.

    Raises
    ------
    InputError
        The question is wrong.
    RunError
        The answer can't be written.
    """
    file = out / "staffing" / _FOLDER / f"{_key(question)}.json"
    if not file.is_file():
        found = answer(question, out).as_dict()
        del found["file"]  # where it lies is no part of the answer
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, partial(_write, json.dumps(found)))
    stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return stored


def _key(question: Question) -> str:
    """Return the hash by which an answer is known."""
    scenario = question.scenario
    asked = {field.name: getattr(question, field.name) for field in fields(question)}
    del asked["scenario"], asked["workers"]
    said = [scenario.name, scenario.content(), scenario.run.seed, load_region(scenario.region).digest]
    return hash_of([asked, *said, MODEL_VERSION, _code()])[:16]


def _write(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _code() -> str:
    """Return the hash of the modules that search and prove."""
    total = sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        total.update(file.read_bytes())
    return total.hexdigest()
