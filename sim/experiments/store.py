"""Run folders: make one, complete it, and load its tables."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ruamel.yaml import YAML

from sim.config import Scenario
from sim.config.yaml_source import nearest
from sim.errors import InputError, Problem
from sim.experiments.manifest import NAME, read_manifest
from sim.experiments.parts import write_atomically

#: Where results go unless told otherwise, from the working directory.
RESULTS = Path("results")
#: Name of the newest run.
LATEST = "latest"


@dataclass(frozen=True)
class RunResult:
    """The tables of a run folder, read when first asked for.

    Attributes
    ----------
    folder
        The run folder.
    manifest
        Where the result comes from.
    compact
        Whether texts are read as categories, which takes a fraction of the memory.
    """

    folder: Path
    manifest: dict[str, Any]
    compact: bool = False

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run; of an experiment the first, its reference.

        Raises
        ------
        InputError
            The manifest has none that can be read, for instance because it was edited.
        """
        try:
            return Scenario.model_validate_json(json.dumps(self.manifest["scenario"]))
        except (KeyError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(Problem(str(self.folder / NAME), f"no scenario can be read: {reason}")) from None

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run: run_id, scenario, design_point, replication, status, error_type."""
        return self._table("runs")

    @cached_property
    def factors(self) -> pd.DataFrame:
        """One row a run and factor of the design: run_id, factor, value, unit."""
        return self._table("factors")

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Long table of all metrics of all runs that are done."""
        return self._table("metrics")

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row a visit, where the visits were kept.

        Raises
        ------
        InputError
            They were not kept.
        """
        return self._table("visits")

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return int((self.runs["status"] != "done").sum())

    def _table(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            hint = "; run again with --visits" if name == "visits" else ""
            raise InputError(Problem(str(path), f"there is no such table{hint}"))
        table: pd.DataFrame = read_stored(path, categories=self.compact).to_pandas()
        return table


def read_stored(path: Path, *, categories: bool = False) -> pa.Table:
    """Return a table of a run folder, its checksums compared.

    Parameters
    ----------
    categories
        Whether texts become categories.

    Raises
    ------
    InputError
        It is damaged or can't be read.
    """
    try:
        texts = _texts(path) if categories else None
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as file:
            return file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        told = f"can't be read: {reason}; the command that made it writes it again from what is stored"
        raise InputError(Problem(str(path), told)) from None


def _texts(path: Path) -> list[str]:
    """Return the names of the columns of texts in a table."""
    return [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]


def run_folder(out: Path, scenario: Scenario) -> Path:
    """Return the folder of a scenario's results below `out`."""
    return out / scenario.name / scenario.digest()


def make_folder(folder: Path) -> None:
    """Make a run folder if need be.

    Raises
    ------
    InputError
        It can't be made, for instance because a file of that name is in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise InputError(Problem(str(folder), f"can't be made: {reason}")) from None


def write_config(folder: Path, scenario: Scenario) -> None:
    """Write the resolved scenario as ``config.yaml``, which loads back as a scenario file."""
    write_yaml(folder / "config.yaml", scenario.resolved())


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Write plain values as a YAML file, whole or not at all."""

    def write(temporary: Path) -> None:
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.allow_unicode = True
        yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # untyped switch
        with temporary.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)

    write_atomically(path, write)


def load(path: str | Path = LATEST, root: Path = RESULTS) -> RunResult:
    """Load a run folder.

    Parameters
    ----------
    path
        A run folder; or a name below `root`, whose newest run is taken; or ``latest``.
    root
        Folder of all results.

    Returns
    -------
    RunResult
        With `runs`, `factors`, `metrics` and `visits` as data frames, and the `manifest`.

    Raises
    ------
    InputError
        There is no such run.
    """
    folder = _find(Path(path), root)
    return RunResult(folder, read_manifest(folder))


def _find(path: Path, root: Path) -> Path:
    """Return the newest run folder at or below a path or name."""
    # `os.path` takes a name that no file can have for no file.
    below = [root] if str(path) == LATEST else [path, root / path]
    for folder in below:
        found = [file.parent for file in folder.rglob(NAME)] if os.path.isdir(folder) else []
        if found:
            return max(found, key=_started)
    names = [folder.name for folder in root.iterdir() if folder.is_dir()] if os.path.isdir(root) else []
    hint = nearest(str(path), [*names, LATEST]) if names else f"; there are no results in '{root}' yet"
    raise InputError(Problem(str(path), f"there is no such run{hint}"))


def _started(folder: Path) -> tuple[str, str]:
    """Sort key of run folders; those whose manifest can't be read come first."""
    try:
        return str(read_manifest(folder).get("started", "")), str(folder)
    except InputError:
        return "", str(folder)
