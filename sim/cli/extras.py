"""Says which extra of the package brings what is not installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

_PACKAGE = "visitsim"
_REQUIREMENT = re.compile(r"""(?P<package>[\w.-]+).*extra == ['"](?P<extra>[\w-]+)['"]""")


def missing_part(error: ModuleNotFoundError) -> str:
    """Return what to install where a module that an extra brings is missing.

    Raises
    ------
    ModuleNotFoundError
        The error itself, if no extra brings the module: then the program or its installation is broken.
    """
    module = (error.name or "").partition(".")[0]
    extra = extra_of(module)
    if extra is None:
        raise error
    how = f"uv sync --extra {extra}, or pip install '{_PACKAGE}[{extra}]'"
    return f"{_PACKAGE}: this needs the package '{module}', which the extra '{extra}' brings: {how}"


def extra_of(module: str) -> str | None:
    """Return the extra that brings a module, or None; a package's module has its name, with underscores.

    Examples
    --------
    >>> extra_of("distributed"), extra_of("numpy")
    ('cluster', None)
    """
    try:
        found = [_REQUIREMENT.fullmatch(line) for line in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        return None
    extras = {match["package"].replace("-", "_").lower(): match["extra"] for match in found if match}
    return extras.get(module.lower())
