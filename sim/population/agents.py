"""Mesa's view of the people: an agent is a row of the columns, a set of agents is an array of rows.

Nothing is stored in an agent. Two views of the same row of the same model are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Any, Self

import mesa
import numpy as np
from mesa.agentset import AbstractAgentSet
from numpy.typing import NDArray

from sim.population.people import RESIDENT

#: Columns of the population by attribute name, each (N, ...).
Columns = Mapping[str, NDArray[Any]]


class Person(mesa.Agent):
    """A person of the model; attributes are the columns' values in the person's row.

    Attributes
    ----------
    model
        The model, whose `columns` hold the values.
    row
        Row in the columns.
    """

    def __init__(self, model: mesa.Model, row: int) -> None:
        # No super().__init__(): it would register the view, and Mesa would keep 230 000 of them.
        self.model = model
        self.row = int(row)
        self.pos = None

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column in this person's row."""
        columns: Columns = self.__dict__["model"].columns if "model" in self.__dict__ else {}
        if name in columns:
            return columns[name][self.row].item() if columns[name].ndim == 1 else columns[name][self.row]
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")

    @property
    def unique_id(self) -> int:
        """Lasting id of the person."""
        return int(self.model.columns["id"][self.row])

    def __eq__(self, other: object) -> bool:
        """Return whether both are views of the same row of the same model."""
        return isinstance(other, Person) and self.model is other.model and self.row == other.row

    def __hash__(self) -> int:
        """Return a hash that equal views share."""
        return hash((id(self.model), self.row))

    def remove(self) -> None:
        """Refuse: who lives in the region follows from its population tables.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("people are rows of the population; they cannot be removed one by one")


class Resident(Person):
    """A person who lives in the region."""


class CottageDweller(Person):
    """A person from outside the region who stays at a cottage in it."""


class PeopleSet(AbstractAgentSet[Person]):
    """A set of people by row.

    Parameters
    ----------
    agents
        Views; all of one model.
    random
        Mesa's generator, for `shuffle` and `shuffle_do`; the model itself draws nothing from it.
    """

    def __init__(self, agents: Iterable[Person] = (), random: Random | None = None) -> None:
        listed = list(agents)
        self._model = listed[0].model if listed else None
        self.rows = np.array([agent.row for agent in listed], np.int64)
        self.random = random if random is not None else Random(0)  # noqa: S311 - no secret; draws nothing that decides

    @classmethod
    def of_rows(cls, model: Any, rows: NDArray[np.int64], random: Random) -> Self:
        """Return the set of the people in `rows` of a model."""
        made = cls((), random)
        made._model, made.rows = model, np.asarray(rows, np.int64)
        return made

    @classmethod
    def _from_iterable(cls, it: Iterable[Person]) -> Self:
        """Return the set that union and intersection make."""
        return cls(it)

    def _update(self, agents: Iterable[Person]) -> Self:
        """Replace the members in place."""
        other = type(self)(agents, self.random)
        self._model, self.rows = other._model or self._model, other.rows
        return self

    def _view(self, row: int) -> Person:
        """Return the agent of a row."""
        kind = Resident if self._columns["kind"][row] == RESIDENT else CottageDweller
        return kind(self._model, int(row))

    @property
    def _columns(self) -> Columns:
        columns: Columns = self._model.columns if self._model is not None else {}
        return columns

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Person]:
        """Return a view of each person in turn."""
        return (self._view(row) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        """Return whether a person belongs to the set."""
        return (
            isinstance(agent, Person) and agent.model is self._model and bool((self.rows == agent.row).any())
        )

    def __copy__(self) -> Self:
        """Return a set of the same people."""
        return type(self).of_rows(self._model, self.rows.copy(), self.random)

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Return the values of one attribute, or a list of values a person for several.

        Raises
        ------
        AttributeError
            For an unknown attribute, unless `handle_missing` is ``default``.
        """
        if not isinstance(attr_names, str):
            parts = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*parts, strict=True)]
        name = "id" if attr_names == "unique_id" else attr_names
        if name in self._columns:
            return list(self._columns[name][self.rows].tolist())
        if handle_missing == "default":
            return [getattr(agent, attr_names, default_value) for agent in self]
        return [getattr(agent, attr_names) for agent in self]

    def set(self, attr_name: str, value: Any) -> Self:
        """Set a column to `value` for all people of the set.

        Raises
        ------
        AttributeError
            For a column that does not exist or that is fixed.
        """
        if attr_name not in self._columns or not self._columns[attr_name].flags.writeable:
            raise AttributeError(f"'{attr_name}' is not a column that can be set")
        self._columns[attr_name][self.rows] = value
        return self

    def to_list(self) -> list[Person]:
        """Return the people as views."""
        return list(self)

    def add(self, agent: Person) -> None:
        """Add a person of the model to this set."""
        if agent not in self:
            self._model = self._model or agent.model
            self.rows = np.append(self.rows, agent.row)

    def discard(self, agent: Person) -> None:
        """Leave a person out of this set, if in it."""
        self.rows = self.rows[self.rows != agent.row]

    def remove(self, agent: Person) -> None:
        """Refuse, as `Person.remove` does.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("people are rows of the population; use discard to leave one out of a set")

    def shuffle(self, inplace: bool = False) -> PeopleSet:
        """Return the people in random order."""
        return self._ordered(self._shuffled(), inplace)

    def sort(
        self, key: Callable[[Person], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> PeopleSet:
        """Return the people ordered by an attribute or a function, largest first unless `ascending`."""
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._ordered(self.rows[order], inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> PeopleSet:
        """Call a method of each person, or a function with it."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> PeopleSet:
        """Call a method of each person, or a function with it, in random order."""
        self._ordered(self._shuffled(), inplace=False).map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return what a method of each person, or a function with it, returns."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def _shuffled(self) -> NDArray[np.int64]:
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return np.array(rows, np.int64)

    def _ordered(self, rows: NDArray[np.int64], inplace: bool) -> PeopleSet:
        if not inplace:
            return type(self).of_rows(self._model, rows, self.random)
        self.rows = rows
        return self
