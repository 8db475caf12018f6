"""Finds the messages that the sources mark for translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment

#: Functions whose literal first argument is a message.
MARKS = {"_", "message"}


def messages(*sources: Path) -> dict[str, str]:
    """Return the marked messages of files and folders, with the place of one use each."""
    return {text: place for source in sources for path in _files(source) for text, place in _marked(path)}


def _files(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    return sorted(path for kind in ("*.py", "*.html") for path in source.rglob(kind))


def _marked(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".html":
        template = path.read_text(encoding="utf-8")
        for line, _function, text in Environment(extensions=["jinja2.ext.i18n"]).extract_translations(
            template
        ):
            yield str(text), f"{path.name}:{line}"
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _marks(node.func) and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value, f"{path.name}:{node.lineno}"


def _marks(function: ast.expr) -> bool:
    """Return whether a called function marks a message: by name, `translator(lang)`, ``sheet.translate``."""
    if isinstance(function, ast.Call):
        return isinstance(function.func, ast.Name) and function.func.id == "translator"
    if isinstance(function, ast.Attribute):
        return function.attr == "translate"
    return isinstance(function, ast.Name) and function.id in MARKS
