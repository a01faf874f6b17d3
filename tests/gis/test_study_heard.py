"""What is received at a place is what the study of each station says of that place."""

from collections.abc import Iterator
from datetime import date

import pytest

from gis.errors import FormatError
from gis.home import Home
from gis.register.scopes import SYSTEM
from gis.studies.context import StudyContext
from gis.studies.heard import heard_at
from gis.studies.point import explain_interference
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from tests.prepared import demo_register

ON = date(2026, 3, 1)
PLACES = ((106.4, 10.53), (106.48, 10.62), (106.05, 10.6))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyContext]:
    home = Home(tmp_path_factory.mktemp("heard"))
    with demo_register(home.folder / "register.gpkg") as register:
        yield StudyContext(register, home, Ground(FlatTerrain(2.0)))


@pytest.mark.parametrize("place", PLACES)
def test_agrees_with_the_study_of_each_station(
    context: StudyContext, place: tuple[float, float]
) -> None:
    found = heard_at(*place, context, on=ON)
    told = {row["station_id"]: row for row in (*found["received"], *found["disturbed"])}
    assert told
    lacking = {one["station_id"] for one in found["not_assessed"]}
    for station in context.register.stations(SYSTEM, on=ON):
        if station.id in lacking:
            continue
        study = explain_interference(station, *place, context, on=ON)
        strong = study["served"] or study["interfered"]
        assert strong == (station.id in told), station.id
        if strong:
            row = told[station.id]
            assert row["served"] == study["served"]
            assert row["field_dbuvm"] == pytest.approx(study["wanted_dbuvm"], abs=1e-3)
            assert row["minimum_dbuvm"] == study["minimum_field_dbuvm"]
            dominant = [one["station_id"] for one in study["interferers"] if one["dominant"]]
            assert [row["dominant"]["station_id"]] == dominant if dominant else not row["dominant"]
            if row["margin_db"] is not None:
                assert row["margin_db"] == pytest.approx(study["margin_db"], abs=2e-3)


def test_the_strongest_comes_first_and_says_by_how_much(context: StudyContext) -> None:
    found = heard_at(*PLACES[0], context, on=ON)
    for name in ("received", "disturbed"):
        fields = [row["field_dbuvm"] for row in found[name]]
        assert fields == sorted(fields, reverse=True)
    (short, *_) = found["disturbed"]
    assert short["minimum_dbuvm"] in found["minimums_dbuvm"].values()
    assert found["minimums_dbuvm"]["mono"] < found["minimums_dbuvm"]["stereo"]
    assert short["margin_db"] == pytest.approx(
        short["field_dbuvm"] - short["usable_dbuvm"], abs=2e-3
    )
    assert short["dominant"]["station_id"] == "mp-thu-thua"


def test_far_from_everything_nothing_is_received(context: StudyContext) -> None:
    found = heard_at(112.0, 16.0, context, on=ON)
    assert found["received"] == found["disturbed"] == found["not_assessed"] == []
    with pytest.raises(FormatError):
        heard_at(106.4, 85.0, context, on=ON)
