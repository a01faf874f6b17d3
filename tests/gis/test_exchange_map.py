"""Extracts of OpenStreetMap told from an operator's own file, their identifiers, broken ones."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport
from gis.register.scopes import SYSTEM
from gis.register.store import Register

MAST = {"man_made": "mast", "tower:type": "communication"}
ANSWERS = ImportAnswers(values={"owner_id": "sao"})
PLACES = ((106.41, 10.65), (106.43, 10.66))


def feature(properties: Mapping[str, Any], place: Sequence[float], **more: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(place)}
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def judged(register: Register, folder: Path, *features: object, name: str = "a") -> ImportReport:
    file = folder / f"{name}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return judge(file, kind="structures", register=register, answers=ANSWERS)


def overpass(register: Register, folder: Path, *elements: object) -> ImportReport:
    file = folder / "o.json"
    file.write_text(json.dumps({"version": 0.6, "elements": elements}))
    return judge(file, kind="structures", register=register, answers=ANSWERS)


@pytest.mark.parametrize(
    "more",
    [
        {"power": "lưới"},
        {"telecom": "exchange"},
        {"highway": "ĐT 830"},
        {"power": "pole", "operator": "Sao Mai"},
        {"man_made": "mast"},
    ],
)
def test_a_file_with_codes_is_no_extract_of_the_map(
    office: Register, tmp_path: Path, more: dict[str, str]
) -> None:
    own = {"Mã trạm": "T1", "Loại": "Bể", "Chủ sở hữu": "Sao Mai", **more}
    report = judged(office, tmp_path, feature(own, PLACES[0]))
    assert (report.problems, report.passed_over) == ([], 0)
    assert [getattr(row.record, "code", "") for row in report.accepted] == ["T1"]


def test_who_operates_it_makes_an_extract_no_operators_file(
    office: Register, tmp_path: Path
) -> None:
    own = {**MAST, "operator": "Viettel", "owner": "VCX", "@id": "node/5"}
    report = judged(office, tmp_path, feature(own, PLACES[0]))
    assert report.problems == []
    assert [getattr(row.record, "code", "") for row in report.accepted] == ["osm-node-5"]


@pytest.mark.parametrize(
    ("properties", "id", "code"),
    [
        ({}, "node/123", "osm-node-123"),
        ({}, "w123", "osm-way-123"),
        ({"@id": "way/7"}, "node/123", "osm-way-7"),
        ({"osm_id": "9"}, "node/123", "osm-node-123"),
        ({"osm_id": 9}, 4, "osm-node-9"),
        ({"osm_id": 9, "osm_type": "way"}, None, "osm-way-9"),
        ({"osm_id": "9", "@type": "Relation"}, None, "osm-relation-9"),
        ({"osm_id": "9", "osm_type": "W"}, None, "osm-way-9"),
        ({"id": "9", "type": "way"}, None, "osm-way-9"),
        ({"id": "9", "type": "multipolygon"}, None, "osm-node-9"),
        ({"full_id": "n8"}, None, "osm-node-8"),
    ],
)
def test_the_identifier_of_the_map_is_the_code(
    office: Register, tmp_path: Path, properties: dict[str, Any], id: object, code: str
) -> None:
    report = judged(office, tmp_path, feature({**MAST, **properties}, PLACES[0], id=id))
    assert report.problems == []
    assert [getattr(row.record, "code", "") for row in report.accepted] == [code]


@pytest.mark.parametrize(("kind", "depth"), [("LineString", 1), ("Polygon", 2)])
def test_a_bare_identifier_of_a_line_or_area_is_a_way(
    office: Register, tmp_path: Path, kind: str, depth: int
) -> None:
    ring: Any = [[106.4, 10.6], [106.5, 10.6], [106.5, 10.7], [106.4, 10.6]]
    geometry = {"type": kind, "coordinates": ring if depth == 1 else [ring]}
    drawn = {"type": "Feature", "properties": {**MAST, "osm_id": "9"}, "geometry": geometry}
    report = judged(office, tmp_path, drawn)
    assert [p.key for p in report.problems] == ["exchange.problem.not_a_point"]
    assert "osm-way-9" in report.refused[0].cells


def test_two_extracts_do_not_collide(office: Register, tmp_path: Path) -> None:
    for number, place in enumerate(PLACES):
        one = feature(MAST, place, id=f"node/{number + 1}")
        report = judged(office, tmp_path, one, name=f"f{number}")
        assert report.problems == []
        commit(report, office, author="lan")
    with office.snapshot() as now:
        codes = {one.code for one in now.structures(SYSTEM)}
    assert {"osm-node-1", "osm-node-2"} <= codes


@pytest.mark.parametrize(
    "broken",
    [
        {"nodes": 5},
        {"nodes": True},
        {"nodes": {"1": 2}},
        {"nodes": "12"},
        {"nodes": [[1], {"a": 1}]},
        {"geometry": 5},
        {"geometry": "x"},
        {"geometry": {"lon": 1}, "nodes": 3},
        {"center": 4, "geometry": [{"lon": "a", "lat": []}]},
        {"center": {"lon": {}, "lat": None}},
    ],
)
def test_a_broken_way_of_the_map_is_a_row_refused(
    office: Register, tmp_path: Path, broken: dict[str, Any]
) -> None:
    sound = {"type": "node", "id": 1, "lon": 106.41, "lat": 10.65, "tags": MAST}
    way = {"type": "way", "id": 2, "tags": MAST, **broken}
    report = overpass(office, tmp_path, sound, way)
    assert len(report.accepted) == 1
    assert [(p.row, p.key) for p in report.problems] == [(2, "exchange.problem.geometry")]


def test_a_way_without_any_place_says_so(office: Register, tmp_path: Path) -> None:
    report = overpass(office, tmp_path, {"type": "way", "id": 2, "tags": MAST})
    assert [p.key for p in report.problems] == ["exchange.problem.place_missing"]


def test_keys_of_the_map_that_sound_like_the_registers_are_the_maps(
    office: Register, tmp_path: Path
) -> None:
    tags = {**MAST, "structure:type": "lattice", "ref": "12", "id": "node/5"}
    report = judged(office, tmp_path, feature(tags, PLACES[0]))
    assert [getattr(row.record, "code", "") for row in report.accepted] == ["osm-node-5"]


def test_a_file_without_any_structure_of_the_map_is_an_ordinary_one(
    office: Register, tmp_path: Path
) -> None:
    own = {"id": "A7", "Loại": "Bể", "highway": "ĐT 830", "power": "lưới"}
    report = judged(office, tmp_path, feature(own, PLACES[0]))
    assert [question.answer for question in report.questions] == ["column.code"]
    assert report.accepted == ()


def test_an_extract_without_structures_says_what_was_left_out(
    office: Register, tmp_path: Path
) -> None:
    bridge = {"type": "node", "id": 1, "lon": 106.4, "lat": 10.6, "tags": {"man_made": "bridge"}}
    report = overpass(office, tmp_path, bridge)
    assert (report.rows, report.passed_over, report.problems) == (0, 1, [])
    assert report.of_unsaid_use == 0


def test_a_mast_of_which_the_map_says_nothing_more_is_left_out_with_the_reason(
    office: Register, tmp_path: Path
) -> None:
    """And no owner is asked for where no row is left."""
    told = (
        {"man_made": "mast"},
        {"man_made": "tower", "height": "60"},
        {"man_made": "mast", "communication:radio": "no"},
        {"man_made": "tower", "tower:type": "bell_tower"},
        {"man_made": "bridge"},
    )
    nodes = [
        {"type": "node", "id": n, "lon": 106.4, "lat": 10.6, "tags": tags}
        for n, tags in enumerate(told, start=1)
    ]
    file = tmp_path / "o.json"
    file.write_text(json.dumps({"version": 0.6, "elements": nodes}))
    report = judge(file, kind="structures", register=office)
    assert (report.rows, report.passed_over, report.of_unsaid_use) == (0, 5, 2)
    assert (report.questions, report.problems) == ((), [])
    assert "2 cột hoặc tháp" in report.say("vi")
    assert "2 are masts or towers" in report.say("en")
    assert report.to_json()["of_unsaid_use"] == 2
    assert "masts or towers" not in overpass(office, tmp_path, nodes[3]).say("en")
