"""Which line of the plans is a station's: the latest at its site, whatever the record names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from gis.register.records import BroadcastStation, PlanEntry, Provenance
from gis.studies.plan_match import plan_entry_of, site_distance_km
from propagation.compliance.records import Confidence

Make = Callable[..., BroadcastStation]
MakeEntry = Callable[..., PlanEntry]
ON = date(2025, 8, 1)


def test_the_line_of_the_plan(make_station: Make, make_plan_entry: MakeEntry) -> None:
    linked = make_plan_entry("q-link", frequency_mhz=99.0, longitude=108.0)
    near = make_plan_entry("q-near", latitude=10.7)
    nearer = make_plan_entry("q-nearer", latitude=10.65)
    other_channel = make_plan_entry("q-other", frequency_mhz=100.1)
    ended = make_plan_entry("q-ended", valid_to=date(2024, 12, 31))
    placeless = make_plan_entry("q-placeless", longitude=None, latitude=None)
    far = make_plan_entry("q-far", latitude=11.6)
    everything = [far, placeless, ended, other_channel, near, nearer, linked]
    assert plan_entry_of(make_station(plan_entry_id="q-link"), everything, ON) is linked
    assert plan_entry_of(make_station(), everything, ON) is nearer
    assert plan_entry_of(make_station(plan_entry_id="q-ended"), [ended], ON) is None
    assert plan_entry_of(make_station(), [far, placeless, other_channel], ON) is None
    assert site_distance_km(make_station(), placeless) is None
    assert site_distance_km(make_station(), near) == pytest.approx(11.06, abs=0.01)


def test_a_later_version_of_a_plan_supersedes(
    make_station: Make, make_plan_entry: MakeEntry
) -> None:
    """The old line has no last day; the record's link to it does not hold the new one up."""
    on = date(2026, 6, 1)
    old = make_plan_entry(
        "a-2013", plan_id="plan-2013", erp_max_dbw=40.0, valid_from=date(2013, 1, 1)
    )
    new = make_plan_entry(
        "b-2026", plan_id="plan-2026", erp_max_dbw=30.0, valid_from=date(2026, 1, 1)
    )
    undated = make_plan_entry("a-0", plan_id="fm-thu-thap")
    for entries in ([old, new, undated], [undated, new, old]):
        for link in (None, "a-2013", "a-0", "b-2026"):
            station = make_station(plan_entry_id=link)
            assert plan_entry_of(station, entries, on) is new
            before = plan_entry_of(station, entries, date(2025, 12, 31))
            assert before is old
    wandered = replace(new, latitude=10.62, programme="Khác")
    assert plan_entry_of(make_station(), [old, wandered], on) is wandered, "2.2 km off: the site"


def test_a_line_elsewhere_supersedes_nothing(
    make_station: Make, make_plan_entry: MakeEntry
) -> None:
    on, since = date(2026, 6, 1), date(2026, 1, 1)
    old = make_plan_entry("z-2013", valid_from=date(2013, 1, 1))
    elsewhere = make_plan_entry(
        "b", programme="Đài khác", site_name="Cột khác", latitude=10.75, valid_from=since
    )
    moved = make_plan_entry("c", latitude=10.75, valid_from=since)
    other_channel = make_plan_entry("d", frequency_mhz=101.0, valid_from=since)
    for link in (None, "z-2013"):
        station = make_station(plan_entry_id=link)
        assert plan_entry_of(station, [old, elsewhere, other_channel], on) is old
        assert plan_entry_of(station, [old, elsewhere, moved], on) is moved, "the same programme"


def test_the_successor_of_a_linked_line(make_station: Make, make_plan_entry: MakeEntry) -> None:
    """Off its planned carrier a station keeps its line; replanned it is judged by the new one."""
    on, since = date(2026, 6, 1), date(2026, 1, 1)
    old = make_plan_entry("q", frequency_mhz=98.0, valid_from=date(2013, 1, 1))
    placeless = make_plan_entry(
        "r",
        frequency_mhz=98.0,
        longitude=None,
        latitude=None,
        site_name="CỘT  a",
        valid_from=since,
    )
    neighbour = make_plan_entry("s", frequency_mhz=100.0, programme="B", valid_from=since)
    station = make_station(plan_entry_id="q")
    assert plan_entry_of(station, [old, placeless, neighbour], on) is placeless
    assert plan_entry_of(station, [old, neighbour], on) is neighbour, "its own carrier, replanned"
    assert plan_entry_of(station, [old], on) is old


def test_of_lines_of_one_day_the_better_known_then_the_nearer(
    make_station: Make, make_plan_entry: MakeEntry
) -> None:
    recalled = replace(
        make_plan_entry("a"), provenance=Provenance(confidence=Confidence.RECALLED, source="t")
    )
    near, nearer = make_plan_entry("b", latitude=10.63), make_plan_entry("c", latitude=10.62)
    assert plan_entry_of(make_station(), [recalled, near, nearer], ON) is nearer
    assert plan_entry_of(make_station(), [recalled], ON) is recalled
