"""How the project's compiled functions are compiled.

What is compiled, and the file whose changes numba's cache sees, are the modules that use these decorators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
from numba.core import types
from numba.np import arrayobj

#: How the names of the project's compiled functions begin in machine code.
_OURS = "_ZN3sim"


def entry[F: Callable[..., Any]](function: F) -> F:
    """Compile a function that Python calls; its code is kept on disk."""
    return _jit(function, cache=True)


def inner[F: Callable[..., Any]](function: F) -> F:
    """Compile a function into the compiled code that calls it.

    A call would copy the addresses of all arrays of all tuples.
    """
    return _jit(function, no_cpython_wrapper=True, forceinline=True)


def _jit[F: Callable[..., Any]](function: F, **options: bool) -> F:
    """Compile a function with the options common to all.

    Float arithmetic stays as written (no fast maths). References are not counted: they would be kept for
    each array of each tuple. So compiled code allocates nothing and works in the scratch it is given.
    """
    common: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "_nrt": False}
    return cast(F, numba.njit(error_model="numpy", **(common | options))(function))


def _count_from_the_start() -> None:
    """Let an index in the project's compiled code mean what it says: a negative one is outside the array.

    Numba lets negative ones count from the end, and so asks at each access which kind it has: a tenth of a
    simulated year. It knows no option for it, hence the change of its lowering, for the project's functions
    only; where a numba does without what is changed here, the code is right all the same, and slower.
    With ``NUMBA_BOUNDSCHECK=1`` a negative index is an error; a test simulates the small region so.
    """
    ordinary = getattr(arrayobj, "fix_integer_index", None)
    if ordinary is None:
        return

    def plain(context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
        if not builder.function.name.startswith(_OURS):
            return ordinary(context, builder, kind, index, size)
        return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)

    arrayobj.fix_integer_index = plain


_count_from_the_start()

__all__ = ["entry", "inner"]
