"""What is said of the stations in a study: papers that ended, flat ground under a mountain."""

from collections.abc import Callable
from datetime import date

from gis.studies.context import StudyContext
from gis.studies.ended import Ended, Paper, ended_of
from gis.studies.rerun import rerun
from gis.studies.runner import run

Context = Callable[..., StudyContext]
ON = date(2025, 8, 1)
REQUEST = {"station_id": "a", "radius_km": 5, "step_m": 500, "on": "2025-08-01"}


def test_a_licence_is_over_from_the_day_after_its_last(make_station) -> None:
    last = make_station(licence_to=ON)
    assert ended_of(last, {}, ON) is None
    assert ended_of(last, {}, date(2025, 8, 2)) == Ended(Paper.LICENCE, ON)
    assert ended_of(make_station(), {}, ON) is None


def test_a_line_of_a_plan_that_ended_counts_where_no_licence_and_no_later_line_is_known(
    make_station, make_plan_entry
) -> None:
    entries = {"q-a": make_plan_entry(valid_to=date(2018, 1, 22))}
    linked = make_station(plan_entry_id="q-a")
    assert ended_of(linked, entries, ON) == Ended(Paper.PLAN_LINE, date(2018, 1, 22))
    licensed = make_station(plan_entry_id="q-a", licence_to=date(2030, 1, 1))
    assert ended_of(licensed, entries, ON) is None
    later = make_plan_entry("q-b", valid_from=date(2018, 1, 23))
    assert ended_of(linked, {**entries, "q-b": later}, ON) is None


def test_a_study_says_it_and_so_does_its_repetition(study_context: Context, make_station) -> None:
    station = make_station(licence_to=date(2018, 1, 22), ground_height_m=986.0)
    context = study_context(stations=[station])
    study = run("coverage", REQUEST, context)
    told = {one["key"]: one for one in study.results["remarks"]}
    assert "giấy phép đã hết hạn ngày 22/01/2018" in told["studies.ended_licence"]["vi"]
    assert "986 m" in told["studies.flat_around_mountain"]["vi"]
    again = rerun(study, context)
    assert not again.differences


def test_nothing_is_said_of_a_station_in_order(study_context: Context, make_station) -> None:
    station = make_station(licence_to=ON, ground_height_m=90.0)
    study = run("coverage", REQUEST, study_context(stations=[station]))
    assert "station_remarks" not in study.inputs
    assert not [one for one in study.results["remarks"] if "ended" in one["key"]]
