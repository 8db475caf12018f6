"""Read YAML into plain values that remember in which file, line and column each key stands."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from sim.errors import InputError, Problem

#: Largest file that is read [bytes].
MAX_BYTES = 1_000_000
#: Values and keys in a file once its aliases are written out; more is taken for an alias bomb.
MAX_NODES = 100_000
#: Levels of nesting.
MAX_DEPTH = 40

_TAG = "tag:yaml.org,2002:"
_TRUE = {"true", "yes", "on", "y"}

#: Where a value stands: keys and list indices from the top of the document.
Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in a file, line and column from 1; ``None`` where there is none (``--set``)."""

    path: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Document:
    """Plain values with the mark of every key.

    Attributes
    ----------
    path
        File as it is shown to the user.
    data
        Mappings with text keys, tuples, text, numbers, booleans and ``None``.
    marks
        Mark of each key and list item.
    problems
        What is wrong but does not stop the reading, such as a key given twice.
    """

    path: str
    data: dict[str, Any]
    marks: Mapping[Where, Mark] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def mark(self, where: Where) -> Mark:
        """Return the mark of `where`, else of a key below it (a setting's), else of the nearest above."""
        below = (mark for key, mark in self.marks.items() if key[: len(where)] == where)
        above = (self.marks.get(where[:length]) for length in range(len(where) - 1, 0, -1))
        found = self.marks.get(where) or (next(below, None) if where else None)
        return found or next((mark for mark in above if mark), Mark(self.path))

    def problem(self, where: Where, message: str) -> Problem:
        """Return a problem that points at `where`."""
        mark = self.mark(where)
        return Problem(mark.path, message, mark.line, mark.column, dotted(where) or None)


def dotted(where: Where) -> str:
    """Write a position as one key.

    >>> dotted(("staffing", "officials", "desk", "breaks", 0))
    'staffing.officials.desk.breaks[0]'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return "".join(parts).removeprefix(".")


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a hint with the valid name nearest to a misspelt one, or with all of them if they are few.

    >>> nearest("yaer", ["year", "region"])
    "; did you mean 'year'?"
    >>> nearest("x", ["open", "closed"])
    ' (allowed: closed, open)'
    """
    names = sorted(set(valid))
    close = get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f" (allowed: {', '.join(names)})" if 0 < len(names) <= 15 else ""


def shown_path(path: Path) -> str:
    """Return `path` relative to the working directory where it lies below it, else absolute."""
    full, here = Path(os.path.abspath(path)), Path.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)


def read_yaml(path: Path) -> Document:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path
        File of at most `MAX_BYTES` in UTF-8.

    Raises
    ------
    InputError
        The file can't be read, is not YAML, or is not a mapping.
    """
    shown = shown_path(path)
    return parse_yaml(_read_text(path, shown), shown)


def parse_yaml(text: str, path: str) -> Document:
    """Read YAML text whose top level is a mapping; `path` is what problems name as its file."""
    node = _compose(text, path)
    builder = _Builder(path)
    if node is None:
        return Document(path, {})
    if not isinstance(node, MappingNode):
        line, column = _position(node)
        raise InputError(Problem(path, "must be a mapping of keys to values", line, column))
    data = builder.build(node, ())
    return Document(path, data, builder.marks, tuple(builder.problems))


def parse_value(text: str, path: str, key: str) -> Any:
    """Read one value written as YAML, as on a command line; positions in problems are left out."""
    try:
        node = _compose(text, path)
        builder = _Builder(path)
        value = None if node is None else builder.build(node, ())
    except InputError as error:
        raise InputError(Problem(path, problem.message, key=key) for problem in error.problems) from None
    if builder.problems:
        raise InputError(Problem(path, problem.message, key=key) for problem in builder.problems)
    return value


def _read_text(path: Path, shown: str) -> str:
    try:
        if not path.is_file():
            raise InputError(Problem(shown, "no such file" if not path.exists() else "is not a file"))
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise InputError(Problem(shown, f"can't be read: {reason}")) from None
    if len(content) > MAX_BYTES:
        raise InputError(Problem(shown, f"is larger than {MAX_BYTES // 1000} kB, the most that is read"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise InputError(Problem(shown, "is not UTF-8 text", line, column)) from None


def _compose(text: str, path: str) -> Node | None:
    """Return the tree of nodes, or raise the first error of syntax as a problem."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a reused anchor is harmless here
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
            return node
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise InputError(Problem(path, f"is not valid YAML: {error.problem}", line, column)) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(Problem(path, "holds a character that YAML does not allow", line)) from None
    except RecursionError:
        raise InputError(Problem(path, f"is nested more than {MAX_DEPTH} levels deep")) from None
    except Exception as error:  # noqa: BLE001  # on damaged text the parser also lets its inner errors out
        raise InputError(Problem(path, f"is not valid YAML: {error}")) from None


def _position(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


class _Builder:
    """Turns nodes into plain values and collects marks and problems on the way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.marks: dict[Where, Mark] = {}
        self.problems: list[Problem] = []
        self.nodes = 0

    def build(self, node: Node, where: Where) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._stop(node, f"holds more than {MAX_NODES} values once its aliases are written out")
        if len(where) > MAX_DEPTH:
            self._stop(node, f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(node, MappingNode):
            return self._mapping(node, where)
        if isinstance(node, SequenceNode):
            return self._sequence(node, where)
        return self._scalar(node, where)

    def _mapping(self, node: MappingNode, where: Where) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._note(key_node, where, "a key must be plain text")
                continue
            key = self._text(key_node)
            inside = (*where, key)
            if key in values:
                first = self.marks[inside].line
                self._note(key_node, inside, f"is given twice, first in line {first}")
                continue
            self.marks[inside] = Mark(self.path, *_position(key_node))
            values[key] = self.build(value_node, inside)
        return values

    def _sequence(self, node: SequenceNode, where: Where) -> tuple[Any, ...]:
        items = []
        for index, item in enumerate(node.value):
            self.marks[*where, index] = Mark(self.path, *_position(item))
            items.append(self.build(item, (*where, index)))
        return tuple(items)

    def _scalar(self, node: Node, where: Where) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), self._text(node)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in _TRUE
        if kind in ("int", "float"):
            return self._number(node, kind, where)
        if kind not in ("str", "timestamp", "value", "merge"):
            self._note(node, where, f"has a tag that is not allowed: {node.tag}")
        return text

    def _text(self, node: Node) -> str:
        """Return a scalar's text, in which an escape may have left half a character."""
        text = str(node.value)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            self._stop(node, "holds an escape that is half a character")
        return text

    def _number(self, node: Node, kind: str, where: Where) -> int | float | str:
        text = str(node.value).replace("_", "")
        try:
            if kind == "int":
                return int(text, 0 if text.lstrip("+-")[:2].lower() in ("0o", "0x", "0b") else 10)
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            self._note(node, where, f"is not a number: {text[:40]}")
            return math.nan

    def _note(self, node: Node, where: Where, message: str) -> None:
        self.problems.append(Problem(self.path, message, *_position(node), dotted(where) or None))

    def _stop(self, node: Node, message: str) -> None:
        raise InputError(Problem(self.path, message, *_position(node)))
