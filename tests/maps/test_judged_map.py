"""The map of a proposed site, and of the compliance of one station: marks, lines, numbers."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from data.text import Language, text
from gis.geodesy import distance_km
from gis.home import Home
from gis.studies import Study, StudyContext, run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from maps.judged_map import judged_rows, judged_shapes, judges_one_place, worst_points
from maps.studies import judged_map_view
from maps.tables import build_table
from maps.views import RegisterView
from maps.web import map_fragment
from tests.gis.site_scene import THRESHOLD, fill, request
from tests.prepared import empty_register


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Study]]:
    home = tmp_path_factory.mktemp("judged")
    with empty_register(home / "register.gpkg") as register:
        fill(register)
        context = StudyContext(register, Home(home), Ground(FlatTerrain()))
        yield {name: run("site_planning", request(name), context) for name in ("approach", "mast")}


def view_of(study: Study) -> RegisterView:
    return RegisterView(
        title="t", jurisdiction="j", on=date(2026, 8, 1), judged=judged_map_view(study)
    )


def test_a_site_is_shown_with_what_stands_near(studies: dict[str, Study]) -> None:
    study = studies["mast"]
    mast, support = judged_rows(view_of(study), Language.EN)
    assert (mast.name, mast.kind.id) == ("mast", "judged-mast")
    assert (mast.longitude, mast.latitude) == (106.25, study.inputs["asked"]["latitude"])
    assert ("Outcome", "needs verification") in [(a, b.lower()) for a, b in mast.details]
    assert (support.name, support.kind.id, support.owner) == (
        "1. Cột có sẵn", "judged-support", "Sao Mai",
    )  # fmt: skip
    table = build_table(view_of(study), Language.EN)
    told = [dict(row.details) for row in table.rows]
    assert "From the mast judged" not in told[0]
    assert told[1]["From the mast judged"] == "60 m, at 180°"


def test_a_runway_is_a_line_and_its_surfaces_are_said(studies: dict[str, Study]) -> None:
    study = studies["approach"]
    view = view_of(study)
    _, runway = judged_rows(view, Language.EN)
    assert runway.kind.id == "judged-runway"
    # its nearer threshold, 2060 m from the site
    place = (runway.longitude, runway.latitude)
    assert float(distance_km(*place, *THRESHOLD)) < 0.001
    surfaces = dict(runway.details)["Limitation surfaces above the site"].split("; ")
    assert len(surfaces) == len(study.results["surfaces"]) > 0
    over = [one for one in study.results["surfaces"] if one["penetration_m"] > 0]
    assert len(over) == sum("over" in one for one in surfaces)
    shapes = {one["layer"]: one["line"] for one in judged_shapes(judged_map_view(study))}
    assert len(shapes["runways"]) == 2
    far_km = {round(float(distance_km(*at, *_site(study))), 2) for at in shapes["looked"]}
    assert far_km == {5.0}, "the circle in which coverage was looked at"
    south, west, north, east = judged_map_view(study).bounds
    inside = [west < x < east and south < y < north for x, y in shapes["looked"]]
    assert all(inside), "the map opens on all of it"


def _site(study: Study) -> tuple[float, float]:
    asked = study.inputs["asked"]
    return asked["longitude"], asked["latitude"]


def test_a_station_s_worst_point_has_its_lines(
    make_compliance_study: Callable[..., Study],
) -> None:
    study = make_compliance_study()
    (finding,) = worst_points(study)
    mast, other, worst = judged_rows(view_of(study), Language.VI)
    assert [mast.kind.id, other.kind.id, worst.kind.id] == [
        "judged-mast", "judged-protected", "judged-worst",
    ]  # fmt: skip
    assert (worst.longitude, worst.latitude) == (106.51234, 10.61234)
    assert worst.name.startswith("1. ")
    assert dict(worst.details)["Với đài"] == other.name
    assert worst.provenance == "dự báo, không phải chứng cứ"
    lines = [one["line"] for one in judged_shapes(judged_map_view(study))]
    assert [line[1] for line in lines] == [[106.51234, 10.61234]] * 2
    starts = [(round(one.longitude, 5), round(one.latitude, 5)) for one in (mast, other)]
    assert [tuple(line[0]) for line in lines] == starts
    assert finding["counterpart"] == study.results["stations"][0]["findings"][1]["counterpart"]


def test_the_page_has_stamps_lines_number_and_few_rows(
    make_compliance_study: Callable[..., Study],
) -> None:
    fragment = map_fragment(view_of(make_compliance_study()), Language.EN, below=True)
    assert 'data-layer="worst"' in fragment.body
    assert text("maps.stamp_synthetic", Language.EN) in fragment.body
    found = re.search(r'id="map-data">(.*?)</script>', fragment.scripts)
    assert found
    payload = json.loads(found[1])
    assert payload["table"]["page_rows"] == 8
    assert [one["letter"] for one in payload["letters"]] == ["1"]
    assert {one["layer"] for one in payload["shapes"]} == {"worst"}


def test_many_stations_have_no_map_of_one(make_compliance_study: Callable[..., Study]) -> None:
    assert judges_one_place(make_compliance_study())
    assert not judges_one_place(make_compliance_study(3))
