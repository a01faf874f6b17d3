"""Official outlines in the place of the approximate ones."""

import json
from datetime import date

import pyogrio
import pytest
import shapely

from gis.errors import ConflictError, FormatError
from gis.exchange.boundaries import commit_boundaries, import_boundaries, judge_boundaries
from gis.geodesy import GEOD, from_wgs84

DAY = date(2025, 7, 1)
WARD, WARD_NAME = "25459", "Phường Tân Ninh"


def square(lon=106.1, lat=11.3, side=0.05):
    return shapely.box(lon, lat, lon + side, lat + side)


@pytest.fixture
def outline_file(tmp_path):
    def write(*features, name="a.geojson", **members):
        content = {
            "type": "FeatureCollection",
            **members,
            "features": [
                {"type": "Feature", "properties": properties,
                 "geometry": None if shape is None else shapely.geometry.mapping(shape)}
                for properties, shape in features
            ],
        }  # fmt: skip
        file = tmp_path / name
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    return write


def test_the_communes_of_a_real_file_and_the_province_they_make(office, shared):
    file = shared / "data" / "admin" / "tayninh_communes_2025_simplified.geojson"
    before = office.boundaries(on=DAY)
    report, batch = import_boundaries(
        file, office, author="lan", on=DAY, position_uncertainty_m=100.0, source="bản đồ"
    )
    assert (report.features, report.problems, report.joined) == (96, (), ("80",))
    after = {outline.unit_code: outline for outline in office.boundaries(on=DAY)}
    assert len(after) == len(before) + 96
    province = after["80"]
    assert (province.official, province.position_uncertainty_m) == (True, 100.0)
    area = abs(GEOD.geometry_area_perimeter(province.geometry)[0]) / 1e6
    assert area == pytest.approx(8536, rel=0.005)
    assert province.geometry.is_valid
    assert len(shapely.get_parts(province.geometry)) == 1
    old = [o for o in office.boundaries(codes=["80"]) if o.valid_to == date(2025, 6, 30)]
    assert [outline.official for outline in old] == [False]
    assert after[WARD].valid_from == DAY
    assert after[WARD].provenance.batch_id == batch.id
    assert office.import_batch(batch.id).accepted == 96
    seen = office.boundaries(on=date(2023, 7, 1))
    assert WARD not in {outline.unit_code for outline in seen}


def test_districts_of_an_earlier_day_as_an_approximation(office, shared):
    file = shared / "data" / "admin" / "longan_districts_approx_from_communes.geojson"
    report, _ = import_boundaries(file, office, author="lan", on=date(2023, 7, 1),
                                  position_uncertainty_m=2000.0, official=False)  # fmt: skip
    assert (len(report.accepted), report.joined) == (15, ())
    assert {outline.official for outline in report.accepted} == {False}


def test_what_is_wrong_is_refused_with_its_place_and_the_good_is_kept(office, outline_file):
    crossed = shapely.Polygon([(106.1, 11.3), (106.2, 11.4), (106.2, 11.3), (106.1, 11.4)])
    file = outline_file(
        ({"code": WARD, "name": WARD_NAME}, square()),
        ({"code": "25480"}, crossed),
        ({"code": "00000"}, square()),
        ({"code": "25567", "name": "Xã Bến Lức"}, square()),
        ({"code": WARD}, square()),
        ({"code": "25516"}, square(10, 50)),
        ({"code": "25525"}, shapely.Point(106.1, 11.3)),
        ({"code": "25534"}, None),
    )
    report, _ = import_boundaries(file, office, author="lan", on=DAY, position_uncertainty_m=5.0)
    assert [outline.unit_code for outline in report.accepted] == [WARD]
    found = {p.row: p.key.rpartition(".")[2] for p in report.problems}
    assert found[2] == "outline_invalid"
    assert (found[3], found[4], found[5]) == ("unit_unknown", "unit_name", "duplicate_in_file")
    assert found[8] == "outline_damaged"
    assert len(report.problems) == 7
    crossing = next(p for p in report.problems if p.row == 2)
    assert "106.15 11.35" in crossing.say("vi")
    for problem in report.problems:
        assert problem.say("vi") != problem.say("en")


def test_nothing_is_written_by_judging_and_a_stale_judgement_is_refused(office, outline_file):
    file = outline_file(({"code": WARD}, square()))
    before = office.version()
    report = judge_boundaries(file, office, on=DAY, position_uncertainty_m=5.0)
    assert office.version() == before
    commit_boundaries(report, office, author="lan")
    with pytest.raises(ConflictError):
        commit_boundaries(report, office, author="lan")


def test_a_geopackage_in_vn2000(office, tmp_path):
    import geopandas

    grid = shapely.transform(
        square(), lambda c: shapely.get_coordinates(shapely.points(*from_wgs84(*c.T, 9210)))
    )
    frame = geopandas.GeoDataFrame(
        {"ma": [WARD], "ten": [WARD_NAME]}, geometry=[grid], crs="EPSG:9210"
    )
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", layer="xa")
    report = judge_boundaries(tmp_path / "a.gpkg", office, on=DAY, position_uncertainty_m=5.0)
    assert "9210" in report.coordinate_system
    assert report.accepted[0].geometry.bounds == pytest.approx(square().bounds, abs=1e-7)


def test_a_file_that_does_not_say_its_system(office, outline_file):
    member = {"type": "name", "properties": {"name": "địa phương"}}
    file = outline_file(({"code": WARD}, square()), crs=member)
    with pytest.raises(FormatError) as caught:
        judge_boundaries(file, office, on=DAY, position_uncertainty_m=5.0)
    assert caught.value.key == "exchange.file.crs_unsaid"
    report = judge_boundaries(file, office, on=DAY, position_uncertainty_m=5.0, crs=4756)
    assert report.accepted[0].geometry.bounds[0] == pytest.approx(106.1018, abs=1e-4)


@pytest.mark.parametrize("uncertainty", [0.0, -1.0, 1e6, float("nan")])
def test_an_uncertainty_must_be_said(office, outline_file, uncertainty):
    with pytest.raises(FormatError):
        judge_boundaries(outline_file(({"code": WARD}, square())), office, on=DAY,
                         position_uncertainty_m=uncertainty)  # fmt: skip


def test_a_file_without_codes_and_one_of_another_format(office, outline_file, write_table):
    with pytest.raises(FormatError, match="code"):
        judge_boundaries(outline_file(({"x": 1}, square())), office, on=DAY,
                         position_uncertainty_m=5.0)  # fmt: skip
    with pytest.raises(FormatError, match="csv"):
        judge_boundaries(write_table("a.csv", ("code",), (WARD,)), office, on=DAY,
                         position_uncertainty_m=5.0)  # fmt: skip
