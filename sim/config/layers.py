"""Put a configuration together: a file over its parents, settings of the command line over the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.config.yaml_source import Document, Mark, Where, parse_value, read_yaml
from sim.errors import InputError, Problem

#: What problems name as the file of a setting of the command line.
COMMAND_LINE = "--set"

#: Finds the file that an `extends` names: (name, folder of the file it stands in) -> path, or None.
FindParent = Callable[[str, Path], Path | None]


def read_layers(path: Path, find_parent: FindParent) -> list[Document]:
    """Read a file and all its parents, the oldest parent first.

    Parameters
    ----------
    path
        File to read; its ``extends`` names the parent.
    find_parent
        Finds the file that an ``extends`` names.

    Raises
    ------
    InputError
        A file can't be read, or ``extends`` is no text, names no file, or comes back to a file already read.
    """
    layers: list[Document] = []
    seen: list[Path] = []
    while True:
        document = read_yaml(path)
        seen.append(path.resolve())
        parent = document.data.pop("extends", None)
        layers.insert(0, document)
        if parent is None:
            return layers
        if not isinstance(parent, str):
            raise InputError(document.problem(("extends",), "must be the name of a file"))
        found = find_parent(parent, path.parent)
        if found is None:
            raise InputError(document.problem(("extends",), f"there is no file '{parent}'"))
        if found.resolve() in seen:
            chain = " -> ".join(file.name for file in [*seen, found])
            raise InputError(document.problem(("extends",), f"goes round in a circle: {chain}"))
        path = found


def read_settings(settings: Iterable[str]) -> list[Document]:
    """Read settings of the form ``a.b=value``, the value written as YAML, one document each.

    A setting without ``=``, with an empty key, or with a value that is not YAML gives a document that
    holds nothing but its problems.
    """
    return [_setting(text) for text in settings]


def _setting(text: str) -> Document:
    key, equals, value = text.partition("=")
    keys = tuple(part.strip() for part in key.split("."))
    if not equals or not all(keys):
        problem = Problem(COMMAND_LINE, f"must be written key=value, not '{text}'")
        return Document(COMMAND_LINE, {}, problems=(problem,))
    try:
        return _nested(keys, parse_value(value, COMMAND_LINE, ".".join(keys)))
    except InputError as error:
        return Document(COMMAND_LINE, {}, problems=error.problems)


def _nested(keys: tuple[str, ...], value: Any) -> Document:
    for key in reversed(keys):
        value = {key: value}
    return Document(COMMAND_LINE, value, {keys: Mark(COMMAND_LINE)})


def merge(parent: Document, child: Document) -> Document:
    """Lay `child` over `parent`: mappings are merged key by key, everything else is replaced."""
    overturned = set(_overturned(parent.data, child.data, ()))
    kept = {where: mark for where, mark in parent.marks.items() if where not in overturned}
    return Document(
        path=parent.path if child.path == COMMAND_LINE else child.path,
        data=_merge(parent.data, child.data),
        marks={**kept, **child.marks},
        problems=parent.problems + child.problems,
    )


def _merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        merged[key] = _merge(old[key], value) if both else value
    return merged


def _overturned(old: dict[str, Any], new: dict[str, Any], where: Where) -> Iterable[Where]:
    """Find keys under which a mapping takes the place of a plain value: the parent's mark is not theirs."""
    for key in new.keys() & old.keys():
        if isinstance(new[key], dict):
            if isinstance(old[key], dict):
                yield from _overturned(old[key], new[key], (*where, key))
            else:
                yield (*where, key)


def without(document: Document, keys: Collection[str]) -> Document:
    """Return the document without some keys of its top level, as a child does not inherit them."""
    return replace(document, data={key: value for key, value in document.data.items() if key not in keys})


def flatten(document: Document, key: str) -> Document:
    """Write the nested mappings under a key of the top level as one mapping with dotted keys.

    ``{"parameters": {"leave": {"Jul": 0.3}}}`` becomes ``{"parameters": {"leave.Jul": 0.3}}``, so that both
    ways of writing are one.
    """
    tree = document.data.get(key)
    if not isinstance(tree, dict):
        return document
    marks = {where: mark for where, mark in document.marks.items() if where[0] != key or len(where) == 1}
    flat: dict[str, Any] = {}
    problems = list(document.problems)
    for where, value in _leaves(tree, (key,)):
        name = ".".join(str(part) for part in where[1:])
        if name in flat:
            problems.append(document.problem(where, "is given twice, once nested and once dotted"))
            continue
        marks[key, name] = document.mark(where)
        flat[name] = value
    return replace(document, data={**document.data, key: flat}, marks=marks, problems=tuple(problems))


def _leaves(tree: dict[str, Any], where: Where) -> Iterable[tuple[Where, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*where, key))
        else:
            yield (*where, key), value
