"""Finds the messages that the sources mark for translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

#: Functions whose literal first argument is a message.
MARKS = {"_", "message"}


def messages(*sources: Path) -> dict[str, str]:
    """Return the marked messages of files and folders, with the place of one use each."""
    return {text: place for source in sources for path in _files(source) for text, place in _marked(path)}


def _files(source: Path) -> list[Path]:
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]


def _marked(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in MARKS
            and node.args
        ):
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value, f"{path.name}:{node.lineno}"
