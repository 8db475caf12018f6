"""Checks what is sent to the page's callbacks, before Dash takes it for what its own scripts send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

#: Longest text of a field or a link that is looked at [characters].
MAX_TEXT = 32_000
_Text = Annotated[StrictStr, Field(max_length=MAX_TEXT)]
_Count = Annotated[StrictInt, Field(ge=0, lt=10**9)]
_Number = Annotated[StrictInt, Field(gt=-(10**9), lt=10**9)] | StrictFloat


class _Lever(BaseModel):
    """Id of a lever's field."""

    model_config = ConfigDict(extra="forbid")

    lever: _Text


class _Further(BaseModel):
    """The question for more replications."""

    link: _Text
    n: _Count


#: What each property may hold, by ``id.property``; ``*`` are the fields of the levers.
_VALUES: dict[str, Any] = {
    "url.search": _Text | None,
    "pin.data": _Text | None,
    "state.data": _Text,
    "do-pin.n_clicks": _Count | None,
    "undo-pin.n_clicks": _Count | None,
    "*.value": _Text | _Number | None,
    "*.id": _Lever,
    "asked.data": _Further | None,
}


class _Property(BaseModel):
    """A property of a part of the page, with its value where it is asked with."""

    id: _Text | _Lever
    property: _Text
    value: Any = None

    def key(self) -> str:
        """Return ``id.property``, with ``*`` for the id of a lever's field."""
        return f"{'*' if isinstance(self.id, _Lever) else self.id}.{self.property}"


class _Asked(BaseModel):
    """What Dash's scripts send when something on the page has changed."""

    output: _Text
    outputs: _Property | list[_Property]
    inputs: list[_Property | list[_Property]]
    state: list[_Property | list[_Property]] = []
    changed: list[_Text] = Field([], alias="changedPropIds")


def is_sound(callbacks: Mapping[str, Mapping[str, Any]], body: bytes) -> bool:
    """Return whether a request is one that the page itself could send.

    Parameters
    ----------
    callbacks
        The callbacks of the page by their output, as Dash keeps them; those of the browser have no function.
    body
        JSON of the request.
    """
    try:
        asked = _Asked.model_validate_json(body)
    except ValidationError:
        return False
    callback = callbacks.get(asked.output, {})
    return (
        "callback" in callback
        and _same_outputs(callback["output"], asked.outputs)
        and _fit(callback["inputs"], asked.inputs)
        and _fit(callback["state"], asked.state)
        and len({len(found) for found in (*asked.inputs, *asked.state) if isinstance(found, list)}) <= 1
    )


def _same_outputs(wanted: Any, given: _Property | list[_Property]) -> bool:
    """Return whether an answer would go where the callback's answers go."""
    if isinstance(wanted, list):
        return isinstance(given, list) and [part.key() for part in given] == [str(part) for part in wanted]
    # A further callback of an output is told from the first by a mark behind the property.
    return isinstance(given, _Property) and given.key().partition("@")[0] == str(wanted).partition("@")[0]


def _fit(wanted: Sequence[Mapping[str, str]], given: Sequence[_Property | list[_Property]]) -> bool:
    """Return whether properties are those that a callback asks for, each with a value that it may hold."""
    return len(wanted) == len(given) and all(map(_fits, wanted, given))


def _fits(wanted: Mapping[str, str], given: _Property | list[_Property]) -> bool:
    many = wanted["id"].startswith("{")
    key = f"{'*' if many else wanted['id']}.{wanted['property']}"
    if many != isinstance(given, list):
        return False
    found = given if isinstance(given, list) else [given]
    return all(part.key() == key and _holds(key, part.value) for part in found)


def _holds(key: str, value: Any) -> bool:
    try:
        _adapters()[key].validate_python(value)
    except ValidationError:
        return False
    return True


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    """Return what checks the value of each property."""
    return {key: TypeAdapter(kind) for key, kind in _VALUES.items()}
