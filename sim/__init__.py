"""visitsim: simulate visits to public service points, one to one.

The names that a notebook needs are loaded on first use, so that importing the package stays cheap.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Version of the model's meaning. It changes whenever the same scenario and seed give other numbers.
MODEL_VERSION = "5"

_LAZY = {
    "VisitModel": "sim.model",
    "load": "sim.experiments.store",
    "load_region": "sim.region",
    "load_scenario": "sim.config",
    "query": "sim.experiments.queries",
}

__all__ = ["MODEL_VERSION", "VisitModel", "__version__", "load", "load_region", "load_scenario", "query"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
