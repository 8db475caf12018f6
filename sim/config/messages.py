"""Say in the user's words, and at the user's line, what a pydantic model found wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.config.yaml_source import Document, Where, nearest
from sim.errors import Problem

_NOUNS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "list": "a list",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
}


def problems_of(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Return one problem for each thing that pydantic found, pointing at its key in the document."""
    schema = _schema_of(model)
    return [document.problem(_in_file(where, schema), text) for where, text in messages_of(error, model)]


def messages_of(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Where, str]]:
    """Yield where in the model pydantic found something wrong, and what."""
    schema = _schema_of(model)
    for detail in error.errors(include_url=False):
        where = tuple(detail["loc"])
        yield where, _message(detail, where, schema)


@cache
def _schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return the JSON Schema of a model, which takes longer to make than a file to check."""
    return model.model_json_schema()


def _in_file(where: Where, schema: Mapping[str, Any]) -> Where:
    """Leave out the kinds that pydantic names where a part may be of several kinds."""
    return tuple(
        part for depth, part in enumerate(where) if "discriminator" not in _node(schema, where[:depth])
    )


def _message(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
    write = _WRITERS.get(detail["type"])
    if write is not None:
        return write(detail, where, schema)
    noun = _NOUNS.get(detail["type"].split("_")[0])
    if noun is not None and detail["type"].endswith(("_type", "_parsing", "_from_float")):
        return f"must be {noun}, not {_shown(detail['input'])}"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _unknown(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
    valid = _node(schema, where[:-1]).get("properties", {})
    return f"unknown key{nearest(str(where[-1]), valid)}"


def _choice(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
    valid = detail.get("ctx", {}).get("expected", "")
    return f"must be {valid}, not {_shown(detail['input'])}"


def _kind(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
    kinds = _node(schema, where).get("discriminator", {}).get("mapping", {})
    given = detail["input"].get("kind") if isinstance(detail["input"], dict) else detail["input"]
    return f"kind must be one of {', '.join(kinds)}, not {_shown(given)}"


def _pattern(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
    examples = _node(schema, where).get("examples", ())
    like = " or ".join(f"'{example}'" for example in examples)
    return f"must be written like {like}, not {_shown(detail['input'])}"


def _bound(words: str, name: str) -> Callable[[ErrorDetails, Where, Mapping[str, Any]], str]:
    def write(detail: ErrorDetails, where: Where, schema: Mapping[str, Any]) -> str:
        node = _node(schema, where)
        limits = [node.get("minimum"), node.get("maximum", node.get("exclusiveMaximum"))]
        whole = None not in limits
        allowed = f"; allowed are {limits[0]} to {limits[1]}" if whole else ""
        return f"must be {words} {detail.get('ctx', {}).get(name)}, not {_shown(detail['input'])}{allowed}"

    return write


_WRITERS: dict[str, Callable[[ErrorDetails, Where, Mapping[str, Any]], str]] = {
    "extra_forbidden": _unknown,
    "literal_error": _choice,
    "union_tag_invalid": _kind,
    "union_tag_not_found": _kind,
    "model_attributes_type": _kind,
    "string_pattern_mismatch": _pattern,
    "missing": lambda detail, where, schema: "is missing and has no default",
    "finite_number": lambda detail, where, schema: f"must be a finite number, not {_shown(detail['input'])}",
    "greater_than_equal": _bound("at least", "ge"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("less than", "lt"),
}


def _shown(value: Any) -> str:
    """Return a value as the user may have written it, cut to a length that fits on a line."""
    words = {True: "true", False: "false", None: "nothing"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple | list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _node(schema: Mapping[str, Any], where: Where) -> Mapping[str, Any]:
    """Return the part of a JSON Schema that describes what stands at `where`."""
    node: Mapping[str, Any] = _followed(schema, schema)
    for part in where:
        if "discriminator" in node:
            below = {"$ref": node["discriminator"]["mapping"].get(part)} if part else {}
        elif isinstance(part, int):
            below = node.get("items", {})
        else:
            others: Any = next(iter(node.get("patternProperties", {}).values()), {})
            below = node.get("properties", {}).get(part) or node.get("additionalProperties") or others
        node = _followed(below if isinstance(below, dict) else {}, schema)
    return node


def _followed(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and pick the described one of ``X or nothing``."""
    if "$ref" in node:
        return _followed(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    return _followed(options[0], schema) if options else node
