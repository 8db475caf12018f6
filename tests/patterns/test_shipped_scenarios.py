"""Every scenario that is shipped runs and differs from the baseline as it says."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from sim.config import load_scenario
from sim.demand.setup import Setup, make_setup
from sim.model import simulate
from sim.outcomes.columns import VisitColumns, read_columns

COMPILED = "run.engine=compiled"
STOPS = ("liikkuva_hartola", "liikkuva_sysma", "liikkuva_padasjoki")
SMALL = ("hartola_s", "sysma_s", "padasjoki_s")
AUTHORITIES = 12


@functools.cache
def setup(name: str) -> Setup:
    return make_setup(load_scenario(name, [COMPILED]))


@functools.cache
def visits(name: str) -> VisitColumns:
    return read_columns(simulate(load_scenario(name, [COMPILED]), 0, "compiled").visits, AUTHORITIES)


def at_points(name: str, points: tuple[str, ...]) -> np.ndarray:
    """Return the days of the counted visits at some points."""
    columns, names = visits(name), setup(name).site.network.points
    here = np.isin(columns.point, [names.index(point) for point in points])
    return columns.day[columns.counted & here]


def expected(name: str) -> dict[str, float]:
    state = setup(name)
    return dict(zip(state.land.index.authorities, state.expected.visits, strict=True))


def test_what_has_happened_since_takes_employment_services_out_and_keeps_the_rest():
    plan, since = expected("baseline_2030"), expected("updated_2030")
    assert since.pop("TE") == 0
    plan.pop("TE")
    assert (
        visits("updated_2030").authority != setup("updated_2030").land.index.authorities.index("TE")
    ).all()
    for authority, count in since.items():
        assert count == pytest.approx(plan[authority], rel=0.08), authority
    need = setup("baseline_2030").expected.growth
    kept = np.array(setup("updated_2030").land.index.authorities) != "TE"
    assert setup("updated_2030").expected.growth[kept] == pytest.approx(need[kept])


def test_what_has_happened_since_counts_the_people_of_2024_and_leaves_kouvola():
    state = setup("updated_2030")
    observed = state.region.table("population").query("series == 'observed' and year == 2030")
    assert (state.people.kind == 0).sum() == observed["persons"].sum() > 199_927
    network = state.site.network
    there = network.doors.point == network.points.index("kouvola")
    served = network.doors.authority[there & network.walk_in.any(axis=1)]
    names = {state.land.index.authorities[authority] for authority in served}
    assert "DVV" not in names
    assert {"Kela", "Vero"} <= names


def test_half_way_need_and_network_lie_between():
    total = sum(expected("plan_2024").values())
    assert 110_850 < total < 221_616
    counted = visits("plan_2024").counted.sum()
    assert abs(counted - total) < 0.02 * total
    points = set(setup("plan_2024").site.network.points)
    assert {"lahti_yhteinen", "heinola_kela", "lahti_virastotalo"} <= points
    assert "heinola_yhteinen" not in points


def test_small_points_serve_on_every_working_day():
    days = at_points("plan_2030_north", SMALL)
    weekdays = setup("plan_2030_north").season.span.weekdays[setup("plan_2030_north").season.span.year_slice]
    by_day = np.bincount(weekdays[days], minlength=7)
    assert (by_day[:5] > 0).all()
    assert (by_day[5:] == 0).all()
    assert len(days) > 200


def test_more_days_of_the_mobile_unit_bring_more_visits():
    found = [
        at_points(name, STOPS) for name in ("plan_2030_mobile", "plan_2030_mobile_4", "plan_2030_mobile_8")
    ]
    counts = [len(days) for days in found]
    assert 0 < counts[0] < counts[1] < counts[2]
    used = [len(set(days.tolist())) for days in found]
    assert used[0] <= 3 * 2 * 12 < used[1] <= 3 * 4 * 12
