"""The registry of parameters: keys, values in years, overrides and what it refuses."""

from __future__ import annotations

import math

import pytest

from sim.config.registry import Parameter, Parameters, Registry, join_key
from sim.errors import InputError, Problem
from sim.region import load_region


def parameter(key: str, base: float = 0.5, low: float = 0.0, high: float = 1.0, **more: str) -> Parameter:
    known = {"unit": "share", "group": "need", "description": "", "source": "", "confidence": "assumption"}
    return Parameter(key, base, low, high, **(known | more))


REGISTRY = Registry(
    [
        parameter("cover.A.2020", 0.4),
        parameter("cover.A.2030", 0.6),
        parameter("cover.B.2030", 0.9),
        parameter("fixed", 0.3, 0.3, 0.3),
        parameter("speed", 60, 50, 70, unit="km/h"),
        parameter("change", 0.0, -0.5, 0.2, unit="relative_change"),
        parameter("target", 0.8, group="reporting"),
    ]
)


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return Registry.from_region(load_region("paijat_hame"))


def test_keys_join_name_subject_and_year():
    assert join_key("a") == "a"
    assert join_key("a", "b.c", 2030) == "a.b.c.2030"
    assert join_key("a", year=2030) == "a.2030"


def test_base_values_hold_unless_overridden():
    params = REGISTRY.resolve({"cover.A.2030": 0.7})
    assert params["cover.A.2030"] == params.get("cover", "A", 2030) == 0.7
    assert params["cover.A.2020"] == 0.4
    assert params.as_dict() == {p.key: p.base for p in REGISTRY} | {"cover.A.2030": 0.7}


def test_years_are_linear_between_and_flat_outside():
    params = REGISTRY.resolve({})
    years = [2019, 2020, 2025, 2030, 2040]
    assert [params.at_year("cover", "A", y) for y in years] == pytest.approx([0.4, 0.4, 0.5, 0.6, 0.6])
    assert params.at_year("cover", "B", 2019) == 0.9
    assert params.at_year("fixed", "", 2025) == 0.3


def test_subjects_keep_the_order_and_lose_the_year():
    assert REGISTRY.resolve({}).subjects("cover") == ("A", "B")


def test_what_is_not_there_is_a_key_error():
    params = REGISTRY.resolve({})
    with pytest.raises(KeyError):
        params["cover"]
    with pytest.raises(KeyError):
        params.at_year("cover", "C", 2030)


def test_parameters_cannot_be_changed():
    params = Parameters({"a": 1.0})
    with pytest.raises(TypeError):
        params["a"] = 2.0  # type: ignore[index]
    params.as_dict()["a"] = 2.0
    assert params["a"] == 1.0


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("covr.A.2030", 0.5, "did you mean 'cover.A.2030'?"),
        ("cover.A", 0.5, "did you mean 'cover.A.2020'?"),
        ("zzz", 0.5, "no such parameter"),
        ("cover.A.2030", 1.5, "allowed: 0 to 1"),
        ("cover.A.2030", -0.1, "allowed: 0 to 1"),
        ("cover.A.2030", math.nan, "no finite number"),
        ("speed", math.inf, "no finite number"),
        ("speed", -1, "allowed: 0 or more"),
        ("speed", 0, "more than 0"),
        ("change", -1.1, "allowed: -1 or more"),
        ("speed", True, "no number"),
        ("speed", "fast", "no number"),
    ],
)
def test_wrong_overrides_are_refused(key, value, message):
    with pytest.raises(InputError) as caught:
        REGISTRY.resolve({key: value})
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.key == key


def test_every_wrong_override_is_reported_where_it_stands():
    where = {"speed": Problem("a.yaml", "", 7, 3, "parameters.speed")}
    with pytest.raises(InputError) as caught:
        REGISTRY.resolve({"speed": -1, "nothing": 1, "fixed": 0.2}, where)
    assert str(caught.value.problems[0]).startswith("a.yaml:7:3: parameters.speed: -1 is impossible")
    assert len(caught.value.problems) == 2


def test_ranged_leaves_out_what_is_fixed_or_about_reading():
    assert [p.key for p in REGISTRY.ranged()] == [
        "cover.A.2020",
        "cover.A.2030",
        "cover.B.2030",
        "speed",
        "change",
    ]


def test_the_table_has_a_row_a_parameter(shipped):
    table = shipped.table()
    assert list(table["key"]) == [p.key for p in shipped]
    assert table["key"].is_unique


def test_base_low_and_high_of_the_region_are_possible(shipped):
    values = [(p, value) for p in shipped for value in (p.base, p.low, p.high)]
    assert [(p.key, value) for p, value in values if p.fault(value)] == []


def test_assumptions_of_the_region_have_a_range(shipped):
    fixed = [p for p in shipped if p.confidence == "assumption" and not p.ranged]
    assert [p.key for p in fixed if p.base not in (0, 1)] == []
