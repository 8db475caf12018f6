"""Doors, hours and rosters of a network."""

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.calendar import make_span
from sim.config import load_scenario
from sim.demand.setup import make_setup, scenario_network
from sim.network import Network, strike_absences
from sim.network.hours import day_windows, parse_row
from sim.network.network import merge_windows
from sim.network.roster import OFF, ON_CALL, ROSTERED, cut_break
from sim.region import load_region
from sim.region.index import as_on, network_tables
from sim.streams import stream_key
from sim.visits import Channel

_SPAN = make_span("FI", 2030, 0, 5)


def _row(days: str, opens: str, closes: str, mode: str = "walk_in", **valid: dt.date) -> dict[str, object]:
    return {"days": days, "open": opens, "close": closes, "mode": mode, **valid}


def _network(year: int, *sets: str) -> Network:
    scenario = load_scenario("baseline_2030", [f"year={year}", *sets])
    region = load_region(scenario.region)
    return scenario_network(scenario, region, make_span("FI", year, 0, 5))


def _day(year: int, month: int, day: int) -> int:
    return (dt.date(year, month, day) - dt.date(year, 1, 1)).days


def _struck(network: Network, share: float) -> NDArray[np.int8]:
    chance = np.full(network.roster.duty.shape, share)
    return strike_absences(network.roster, chance, stream_key(1, 0, "absence"), _SPAN)


def test_narrower_validity_replaces_a_wider_one() -> None:
    trial = {"valid_from": dt.date(2030, 9, 1), "valid_to": dt.date(2030, 12, 31)}
    rows = [parse_row(_row("Mon-Fri", "09:00", "15:00")), parse_row(_row("Tue", "08:00", "18:00", **trial))]
    windows = day_windows(rows, _SPAN)
    assert windows[_day(2030, 8, 27)] == ((540.0, 900.0, "walk_in"),)
    assert windows[_day(2030, 9, 3)] == ((480.0, 1080.0, "walk_in"),)
    assert windows[_day(2030, 9, 4)] == ((540.0, 900.0, "walk_in"),)


def test_nothing_opens_on_public_holidays_and_eves_shorten_days() -> None:
    rows = [parse_row(_row("Mon-Fri", "09:00", "16:00")), parse_row(_row("eves", "09:00", "15:00"))]
    windows = day_windows(rows, _SPAN)
    assert windows[_day(2030, 4, 19)] == ()  # Good Friday
    assert windows[_day(2030, 4, 18)] == ((540.0, 900.0, "walk_in"),)
    assert windows[_day(2030, 4, 10)] == ((540.0, 960.0, "walk_in"),)


def test_two_windows_of_a_day_stay_apart_and_touching_ones_merge() -> None:
    assert merge_windows([(780.0, 900.0, "booked"), (540.0, 720.0, "walk_in")]) == [
        (540.0, 720.0),
        (780.0, 900.0),
    ]
    assert merge_windows([(720.0, 900.0, "booked"), (540.0, 720.0, "walk_in")]) == [(540.0, 900.0)]


def test_breaks_cut_shifts() -> None:
    assert cut_break(540.0, 900.0, "") == ((540.0, 900.0),)
    assert cut_break(540.0, 900.0, "09:00-09:30") == ((570.0, 900.0),)


def test_video_doors_of_a_pool_share_a_service_and_counters_do_not() -> None:
    network = _network(2030, "network=plan_2030_north")
    doors = network.doors
    video = doors.channel == Channel.VIDEO
    for authority in np.unique(doors.authority[video]):
        shared = doors.service[video & (doors.authority == authority)]
        assert len(set(shared.tolist())) == 1
    counters = doors.service[doors.channel == Channel.COUNTER]
    assert len(set(counters.tolist())) == len(counters)


def test_services_begin_on_their_dates() -> None:
    """The joint point opens on 26.6.2023; until the day before the old office serves."""
    network = _network(2023, "points.lahti_virastotalo=open")
    doors, points = network.doors, network.points
    tax = list(load_region("paijat_hame").table("authorities")["authority"]).index("Vero")

    def opens(point: str, month: int, day: int) -> bool:
        mine = (
            (doors.point == points.index(point))
            & (doors.authority == tax)
            & (doors.channel == Channel.COUNTER)
        )
        return bool(network.bookable[mine, _day(2023, month, day)].any())

    assert opens("lahti_virastotalo", 6, 20)
    assert not opens("lahti_yhteinen", 6, 20)
    assert opens("lahti_yhteinen", 6, 27)
    assert not opens("lahti_virastotalo", 6, 27)


@pytest.mark.parametrize("written", ["2022-12-31", "'2022-12-31'"])
def test_a_network_of_another_date_keeps_that_dates_services_and_hours(written: str) -> None:
    """The office building of 2022 serves in 2030 as it did, whatever has moved out since."""
    old = ("network=network_2022", "staffing.base=network_2022")
    moved = _network(2030, *old, f"network_date={written}")
    own = _network(2022, *old)
    assert moved.doors.n == own.doors.n
    np.testing.assert_array_equal(moved.doors.serves, own.doors.serves)
    closed = _network(2030, *old)
    monday, same = _day(2030, 5, 6), _day(2022, 5, 2)
    assert moved.walk_in[:, monday].tolist() == own.walk_in[:, same].tolist()
    assert moved.walk_in[:, monday].sum() > closed.walk_in[:, monday].sum()


def test_a_catchment_keeps_everybody_else_away() -> None:
    """A point for two municipalities has no weight elsewhere, and the other points keep theirs."""
    sets = ["network=plan_2030_north", "catchments={hartola_s: [Hartola, Sysmä]}"]
    free, bound = (make_setup(load_scenario("baseline_2030", chosen)) for chosen in (sets[:1], sets))
    point = free.site.network.points.index("hartola_s")
    names = np.array(free.land.index.municipalities)[free.site.origins.municipality]
    inside = np.isin(names, ["Hartola", "Sysmä"])
    assert (free.site.origins.weight[~inside, point] > 0).any()
    assert not bound.site.origins.weight[~inside, point].any()
    np.testing.assert_array_equal(bound.site.origins.weight[inside], free.site.origins.weight[inside])
    np.testing.assert_array_equal(
        np.delete(bound.site.origins.weight, point, axis=1),
        np.delete(free.site.origins.weight, point, axis=1),
    )


def test_a_trial_of_the_networks_date_replaces_the_rule_on_its_days() -> None:
    hours = as_on(network_tables(load_region("paijat_hame")), dt.date(2023, 10, 3))["hours"]
    mine = hours[(hours["point"] == "lahti_yhteinen") & (hours["authority"] == "guidance")]
    windows = day_windows([parse_row(row) for row in mine.to_dict("records")], _SPAN)
    assert windows[_day(2030, 9, 3)] == ((480.0, 1080.0, "walk_in"),)
    assert windows[_day(2030, 9, 4)] == ((480.0, 975.0, "walk_in"),)


def test_optional_services_open_with_the_hours_that_a_scenario_gives() -> None:
    hours = "hours={heinola_yhteinen: {Kela: [{days: '1st,3rd Tue', open: '10:00', close: '14:00'}]}}"
    plain, part_time = _network(2030), _network(2030, hours)
    assert part_time.doors.n == plain.doors.n + 1
    extra = [j for j in range(part_time.doors.n) if part_time.bookable[j].sum() in range(20, 26)]
    assert len(extra) == 1
    assert part_time.bookable[extra[0], _day(2030, 1, 15)]
    assert not part_time.bookable[extra[0], _day(2030, 1, 8)]


def test_closed_points_have_no_doors_and_no_officials() -> None:
    network = _network(2030, "points.heinola_poliisiasema=closed")
    assert "heinola_poliisiasema" not in network.points
    assert all(name.works_at != "heinola_poliisiasema" for name in network.roster.names)


def test_absences_strike_as_often_as_they_should_and_replace_those_alone() -> None:
    network = _network(2030)
    share = 0.08
    duty = _struck(network, share)
    rostered = network.roster.duty == ROSTERED
    struck = rostered & (duty != ROSTERED)
    expected = rostered.sum() * share
    assert abs(struck.sum() - expected) < 4 * np.sqrt(expected * (1 - share))
    alone = [i for i, name in enumerate(network.roster.names) if name.row == "hartola_adviser"]
    assert set(np.unique(duty[:, alone][rostered[:, alone]]).tolist()) <= {ROSTERED, ON_CALL}
    assert (duty[:, alone] == ON_CALL).any()
    many = [i for i, name in enumerate(network.roster.names) if name.row == "lahti_kela"]
    assert (duty[:, many][struck[:, many]] == OFF).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nobody_or_everybody_absent(share: float) -> None:
    network = _network(2030)
    duty = _struck(network, share)
    rostered = network.roster.duty == ROSTERED
    assert (duty == network.roster.duty).all() if share == 0.0 else (duty[rostered] != OFF).any()
    if share == 1.0:  # every service still has somebody who comes when called
        able = network.roster.able.astype(int)
        assert (((duty > 0).astype(int) @ able) > 0)[(rostered.astype(int) @ able) > 0].all()


def test_a_new_row_without_days_works_from_monday_to_friday() -> None:
    row = "{works_at: lahti_yhteinen, skills: ['Kela:counter'], count: 1, start: '09:00', end: '15:00'}"
    network = _network(2030, f"staffing.officials.extra={row}")
    extra = [name.row for name in network.roster.names].index("extra")
    at_work = [bool(day) for day in network.roster.shifts[extra]]
    assert at_work[_day(2030, 1, 7) : _day(2030, 1, 14)] == [True] * 5 + [False] * 2
