"""Commands that check files and the model, and print what is behind it."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sim.cli.base import DEFAULT, DONE, FAILED, AtLeastOne, Lang, Settings, say

if TYPE_CHECKING:
    from sim.config import Scenario

#: Visits of each queue that is held against theory.
_PROOF = 200_000


@Parameter(name="*")
@dataclass(frozen=True)
class Proof:
    """Options of what is computed to prove the model."""

    replications: Annotated[
        int, Parameter(help="simulated years for each year of the plan", validator=AtLeastOne)
    ] = 10
    lang: Lang = None
    json: Annotated[bool, Parameter(help="print the queues or the patterns as data")] = False


_DEFAULT_PROOF = Proof()


def validate(
    config: str = DEFAULT,
    *,
    set: Settings | None = None,
    patterns: bool = False,
    queues: bool = False,
    proof: Proof = _DEFAULT_PROOF,
) -> int:
    """Check a scenario file with its parents and say what is wrong in it.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    patterns
        Simulate the plan's years too, and print the plan's patterns beside the model's.
    queues
        Prove the queues against theory instead: case, theory, simulated ± half-width, z.
    """
    if queues:
        return _prove_queues(json=proof.json)
    from sim.config import find_scenario, load_scenario, load_year
    from sim.config.yaml_source import shown_path

    engine = ["run.engine=compiled"] if patterns else []
    load = load_year if patterns else load_scenario
    scenario = load(config, [*engine, *(set or [])])
    valid = f"{shown_path(find_scenario(config))}: {scenario.name} is valid ({scenario.digest()})"
    if not patterns:
        print(valid)
        return DONE
    say(valid)
    return _patterns(scenario, proof)


def _prove_queues(*, json: bool) -> int:
    """Print the compiled engine against closed forms; fail where they differ or the proof is weak."""
    from sim.queues.cases import all_cases
    from sim.queues.compiled_engine import run_day
    from sim.queues.validation import validate as prove

    checks = prove(all_cases(_PROOF), run_day)
    if json:
        print(jsonlib.dumps([check._asdict() for check in checks], indent=2))
        return DONE if all(check.proven for check in checks) else FAILED
    print(f"{'case':<34}{'quantity':<22}{'theory':>10}{'simulated':>11}{'±':>9}{'z':>7}")
    for check in checks:
        place = f"{check.case:<34}{check.quantity:<22}"
        numbers = f"{check.theory:>10.4f}{check.simulated:>11.4f}{check.half_width:>9.4f}{check.z:>7.2f}"
        print(place + numbers)
    return DONE if all(check.proven for check in checks) else FAILED


def _patterns(scenario: Scenario, proof: Proof) -> int:
    """Print the table of patterns and keep it; fail where one does not agree."""
    from sim.experiments.pattern_store import keep_patterns
    from sim.experiments.patterns import patterns
    from sim.experiments.store import RESULTS

    rows = patterns(scenario, proof.replications)
    keep_patterns(rows, scenario, proof.replications, RESULTS)
    if proof.json:
        print(jsonlib.dumps([row.as_dict() for row in rows], indent=2, ensure_ascii=False))
    else:
        from sim.reports.names import Labels
        from sim.reports.patterns import print_patterns

        print_patterns(rows, Labels.read(scenario.region, proof.lang))
    return DONE if all(row.agrees for row in rows) else FAILED


def adoption(
    config: str = DEFAULT,
    *,
    set: Settings | None = None,
    out: Annotated[Path | None, Parameter(help="folder for the figure; without it none is drawn")] = None,
    json: bool = False,
) -> int:
    """Print the digital adoption by age and year that a scenario implies.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    json
        Print data instead of tables.
    """
    from sim.config import load_scenario

    scenario = load_scenario(config, set or [])
    if json:
        from sim.outcomes.adoption import adoption_table

        rows = adoption_table(scenario).to_dict("records")
        print(jsonlib.dumps(rows, indent=2, ensure_ascii=False))
    else:
        from sim.reports.adoption import print_adoption

        print_adoption(scenario)
    if out is not None:
        from sim.reports.adoption import draw_adoption

        say(*draw_adoption(scenario, out))
    return DONE


def schema(
    *,
    experiment: Annotated[bool, Parameter(help="of experiment files instead")] = False,
    pages: Annotated[
        Path | None, Parameter(help="write the pages of reference to this folder instead")
    ] = None,
    reference: Annotated[bool, Parameter(help="of files that say what is kept instead")] = False,
) -> int:
    """Print the JSON Schema of scenario files."""
    if pages is not None:
        return _write_pages(pages)
    from sim.config import scenario_schema
    from sim.config.experiment import experiment_schema
    from sim.reference.spec import reference_schema

    found = reference_schema() if reference else experiment_schema() if experiment else scenario_schema()
    print(jsonlib.dumps(found, indent=2, ensure_ascii=False))
    return DONE


def _write_pages(folder: Path) -> int:
    """Write the reference of commands, files, tables and parameters, and name its pages."""
    from sim.cli import app
    from sim.config import load_scenario
    from sim.region import load_region
    from sim.reports.reference import pages

    folder.mkdir(parents=True, exist_ok=True)
    commands = app.generate_docs(output_format="markdown", recursive=True)
    for name, text in pages(load_region(load_scenario(DEFAULT).region), commands).items():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)
    return DONE
