"""The region's tables hold the plan: its sums, its laws and its calendar."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import holidays
import pandas as pd
import pytest

from sim.config.registry import Registry
from sim.region import load_region

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REGION = load_region("paijat_hame")
PARAMS = Registry.from_region(REGION).resolve({})
AUTHORITIES = list(REGION.table("authorities").sort_values("order")["authority"])


def figure(name: str, year: int) -> float:
    figures = REGION.table("plan_figures")
    return float(figures.loc[(figures["figure"] == name) & (figures["year"] == year), "value"].iloc[0])


@pytest.mark.parametrize(("year", "persons"), [(2020, 205_771), (2030, 199_927), (2040, 193_194)])
def test_municipal_populations_sum_to_the_region(year, persons):
    population = REGION.table("population").query("series == 'plan' and year == @year")
    assert len(population) == 10
    assert population["persons"].sum() == persons == figure("population_total", year)


def test_counts_of_2024_and_what_follows_from_them():
    observed = REGION.table("population").query("series == 'observed'")
    totals = observed.groupby("year")["persons"].sum()
    assert totals[2024] == 204_635
    assert totals[2030] > 199_927  # the region has fallen less than the forecast of 2021


@pytest.mark.parametrize("year", [2019, 2020, 2030])
def test_age_groups_sum_to_each_municipality(year):
    ages = REGION.table("age_structure").query("year == @year").groupby("municipality")["persons"].sum()
    population = REGION.table("population").query("series == 'plan' and year == @year")
    assert ages.to_dict() == population.set_index("municipality")["persons"].to_dict()


def test_the_growth_of_the_old_is_that_of_the_75_year_olds():
    ages = REGION.table("age_structure").groupby(["year", "age_group"])["persons"].sum()
    old = {year: ages[year, "75-84"] + ages[year, "85+"] for year in (2020, 2030)}
    assert old[2030] / old[2020] == pytest.approx(1.38, abs=0.01)
    assert ages[2030, "65-74"] < ages[2020, "65-74"]


@pytest.mark.parametrize(("year", "visits"), [(2019, 221_616), (2020, 112_719), (2030, 110_850)])
def test_visits_of_the_authorities_sum_to_the_plan(year, visits):
    table = REGION.table("plan_visits").query("year == @year")
    assert sorted(table["authority"]) == sorted(AUTHORITIES)
    assert table["visits"].sum() == visits == figure("visits_total", year)


def test_visits_of_the_joint_points_authorities():
    table = REGION.table("plan_visits").query("year == 2030")
    joint = table["authority"].isin(REGION.about_list("joint_authorities"))
    assert table.loc[joint, "visits"].sum() == 87_350 == figure("visits_joint_authorities", 2030)


@pytest.mark.parametrize(("year", "visits"), [(2019, 2_553), (2020, 1_729)])
def test_municipal_points_counted_their_visits(year, visits):
    assert REGION.table("plan_municipal_visits").query("year == @year")["visits"].sum() == visits


def matters(authority: str) -> list[str]:
    table = REGION.table("matters")
    return [f"{authority}.{matter}" for matter in table.loc[table["authority"] == authority, "matter"]]


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_matters_of_an_authority(authority):
    visits = REGION.table("plan_visits").query("authority == @authority")["visits"].sum()
    assert bool(matters(authority)) == (visits > 0)
    if visits:
        assert math.isclose(sum(PARAMS.get("matter_share", m) for m in matters(authority)), 1)
    for m in matters(authority):
        assert PARAMS.get("in_person_duty", m) + PARAMS.get("remote_eligible", m) <= 1
        assert PARAMS.get("service_minutes", m) > 0
        assert 0 <= PARAMS.get("booked_share", m) <= 1


def test_parameters_by_authority_or_matter_cover_all_and_no_others():
    active = {a for a in AUTHORITIES if matters(a)}
    for name in ("digital_coverage", "need_growth_2019_2030"):
        assert set(PARAMS.subjects(name)) == active
    for name in ("matter_share", "in_person_duty", "remote_eligible", "booked_share", "service_minutes"):
        assert set(PARAMS.subjects(name)) == {m for a in active for m in matters(a)}


def test_every_authority_finds_its_profiles():
    profiles = REGION.table("profiles").groupby("profile")["name"].agg(set)
    table = REGION.table("authorities")
    assert set(table["day_profile"]) <= profiles["day_of_week"]
    assert set(table["time_profile"]) <= profiles["time_of_day"]
    assert set(table["month_profile"]) <= profiles["month_of_year"]
    assert set(REGION.table("points")["time_profile"]) - {""} <= profiles["time_of_day"]
    assert {a for a in AUTHORITIES if matters(a)} == profiles["age_mix_2019"]


def test_bins_of_a_day_follow_each_other():
    bins = REGION.table("profiles").query("profile == 'time_of_day'")
    for _, day in bins.groupby("name"):
        assert list(day["bin_end"][:-1]) == list(day["bin"][1:])
        assert (day["bin"] < day["bin_end"]).all()


def test_travel_bands_of_the_municipalities_give_the_plans_table():
    people = REGION.table("population").query("series == 'plan' and year == 2020")
    bands = REGION.table("travel_bands").merge(people, on="municipality")
    share = (bands["share"] * bands["persons"]).groupby(bands["from_min"]).sum() / people["persons"].sum()
    plan = REGION.table("plan_travel_bands").set_index("from_min")
    assert plan["persons"].sum() == 204_825
    assert (share - plan["share"]).abs().max() < 1e-4
    assert plan["share"].loc[:50].sum() == pytest.approx(figure("share_within_hour", 2030), abs=1e-4)


def test_cottages_outnumber_homes_in_four_municipalities():
    cottages = REGION.table("cottages")
    assert (cottages["cottages"] > cottages["households"]).sum() == figure("cottages_exceed_dwellings", 2018)
    assert cottages["cottages"].sum() == 25_176


def test_the_north_is_below_the_population_base():
    people = REGION.table("population").query("series == 'plan' and year == 2020")
    north = people["municipality"].isin(REGION.about_list("area_below_population_base"))
    assert people.loc[north, "persons"].sum() == 9_147 == figure("population_below_base", 2020)


def test_contradictions_of_the_plan_are_kept():
    results = REGION.table("inconsistencies")["result"].value_counts()
    assert results.to_dict() == {"holds": 43, "fails": 34, "tension": 3}


def test_holidays_of_the_package_are_those_of_the_independent_list():
    with (Path(__file__).parents[1] / "data" / "holidays_fi.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["date"]: row["weekday"] for row in csv.DictReader(file)}
    country = holidays.country_holidays(
        REGION.about("country"), years=range(2019, 2031), language=REGION.about("language")
    )
    assert {day.isoformat(): WEEKDAYS[day.weekday()] for day in country} == expected


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def days_a_week(days: str) -> float:
    if " " in days:
        return days.count("t") * 12 / 52
    if "-" in days:
        first, last = days.split("-")
        return WEEKDAYS.index(last) - WEEKDAYS.index(first) + 1
    return len(days.split(","))


def diary_minutes(staffing: str, authority: str) -> float:
    """Return the bookable minutes of an authority in a year of 50 working weeks."""
    rows = REGION.table("officials").query("staffing == @staffing")
    rows = rows[rows["skills"].str.startswith(f"{authority}:")]
    total = 0.0
    for _, row in rows.iterrows():
        pause = row["breaks"].partition("|")[0]
        lost = minutes(pause[6:]) - minutes(pause[:5]) if pause else 0
        shift = minutes(row["end"]) - minutes(row["start"]) - lost
        total += row["diary"] * shift * days_a_week(row["days"]) * 50
    return total


@pytest.mark.parametrize(("staffing", "year"), [("network_2022", 2019), ("plan_2030", 2030)])
@pytest.mark.parametrize("authority", [a for a in AUTHORITIES if matters(a)])
def test_diaries_hold_the_booked_work(staffing, year, authority):
    visits = REGION.table("plan_visits").query("authority == @authority and year == @year")["visits"].sum()
    booked = sum(
        PARAMS.get("matter_share", m) * PARAMS.get("booked_share", m) * PARAMS.get("service_minutes", m)
        for m in matters(authority)
    )
    assert diary_minutes(staffing, authority) >= 1.3 * visits * booked


@pytest.mark.parametrize("staffing", ["network_2022", "plan_2024", "plan_2030"])
def test_whoever_serves_at_a_point_of_the_network_has_officials_hours_and_a_place(staffing):
    network = set(REGION.table("networks").query("network == @staffing")["point"])
    points = REGION.table("points").set_index("point")
    year = {"network_2022": 2022, "plan_2024": 2024, "plan_2030": 2030}[staffing]
    officials = REGION.table("officials").query("staffing == @staffing")
    skills = {
        (row["works_at"], skill) for _, row in officials.iterrows() for skill in row["skills"].split(";")
    }
    places = REGION.table("places").query("staffing == @staffing").set_index("point")
    hours = REGION.table("hours")
    for _, service in in_force(REGION.table("services").query("status == 'in_use'"), year).iterrows():
        point, authority, channel = service["point"], service["authority"], service["channel"]
        if point not in network or points.loc[point, "type"] == "outside":
            continue
        works_at = points.loc[point, "remote_pool"] if channel == "video" else point
        assert (works_at, f"{authority}:{channel}") in skills, (point, authority, channel)
        assert places.loc[point, ["counter", "closed_room", "remote_station"]].sum() > 0
        whose = "remote" if channel == "video" else authority
        windows = hours[(hours["point"] == point) & (hours["authority"] == whose)]
        assert len(in_force(windows, year)) > 0


def in_force(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the rows valid on the last day of May of a year."""
    day = pd.Timestamp(year, 5, 31).date()
    valid = [
        (first is None or first <= day) and (last is None or day <= last)
        for first, last in zip(rows["valid_from"], rows["valid_to"], strict=True)
    ]
    return rows[valid]
