"""OGC API - Features, parts 1 to 3: the standards' abstract tests, each named as theirs.

17-069r4 (core), 18-058r1 (crs), 19-079r2 (queryables, filter, features-filter), 21-065r2 (CQL2).
A test that stands for several of theirs names them in its text.
"""

import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import cql2
import pyproj
import pytest
import shapely

from api.ogc.crs import CRS84, KNOWN
from api.roles import COLLECTIONS as ALLOWED
from api.roles import Role
from api.settings import Settings
from gis.features.collections import COLLECTIONS
from gis.features.writing import EDITABLE
from gis.register.scopes import SYSTEM
from tests.api.ogc_server import Served, kept, serving

NAMES = tuple(COLLECTIONS)
PLACED = tuple(one.id for one in COLLECTIONS.values() if one.geometry is not None)
WHOLLY = ("structures", "stations", "measurements")
"""Collections whose every queryable is compared; of the others one of each kind."""
AREA = "POLYGON((106.2 10.4, 106.8 10.4, 106.8 10.9, 106.2 10.9, 106.2 10.4))"
VALUES = {
    "string": "'foo'",
    "boolean": "true",
    "number": "3.14",
    "integer": "1",
    "date": "DATE('2022-04-14')",
    "date-time": "TIMESTAMP('2022-04-14T14:48:46Z')",
}


@pytest.fixture(scope="module")
def home(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with kept(tmp_path_factory.mktemp(f"ogc-{kept_by}") / "home") as settings:
        yield settings


@pytest.fixture(scope="module")
def staff(home: Settings) -> Iterator[Served]:
    with serving(home, "staff") as served:
        yield served


def items(collection: str) -> str:
    return f"/ogc/collections/{collection}/items"


def rels(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def local(address: str) -> str:
    assert address.startswith("http://testserver/"), address
    return address.removeprefix("http://testserver")


def queryables(served: Served, collection: str) -> dict[str, str]:
    """Return the kind of each property that a filter may ask about."""
    described = served.json(f"/ogc/collections/{collection}/queryables")["properties"]
    return {
        name: one.get("format", one.get("type", ""))
        for name, one in described.items()
        if one.get("type") != "array"
    }


class TestCore:
    """/conf/core of 17-069r4."""

    def test_root_op_and_success(self, staff: Served) -> None:
        linked = rels(staff.json("/ogc"))
        assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(linked)
        for address in linked.values():
            assert staff.get(local(address)).status_code == 200, address

    def test_api_definition_op_and_success(self, staff: Served) -> None:
        (link,) = (x for x in staff.json("/ogc")["links"] if x["rel"] == "service-desc")
        answer = staff.get(local(link["href"]))
        assert answer.headers["content-type"] == link["type"]
        assert answer.json()["openapi"].startswith("3.")

    def test_conformance_op_and_success(self, staff: Served) -> None:
        found = staff.json("/ogc/conformance")["conformsTo"]
        assert len(found) == len(set(found))
        for name in ("core", "oas30", "geojson"):
            assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in found

    def test_fc_md_op_success_links_and_items(self, staff: Served) -> None:
        """Also fc-md-items-links, fc-md-extent and the link parameters."""
        found = staff.json("/ogc/collections")
        assert [one["id"] for one in found["collections"]] == list(NAMES)
        assert "self" in rels(found)
        for one in found["collections"]:
            assert {"items", "self"} <= set(rels(one))
            assert all(link["type"] for link in one["links"])
            box = one.get("extent", {}).get("spatial", {}).get("bbox")
            assert (box is not None) == (one["id"] in PLACED)
            if box is not None:
                west, south, east, north = box[0]
                assert 102 <= west <= east <= 110
                assert 8 <= south <= north <= 24

    @pytest.mark.parametrize("name", NAMES)
    def test_sfc_md_op_and_success(self, staff: Served, name: str) -> None:
        listed = {one["id"]: one for one in staff.json("/ogc/collections")["collections"]}
        alone = staff.json(f"/ogc/collections/{name}")
        assert alone == listed[name]
        assert alone["title"]
        assert alone["title"] != staff.json(f"/ogc/collections/{name}", lang="en")["title"]

    @pytest.mark.parametrize("name", NAMES)
    def test_fc_op_response_links_and_numbers(self, staff: Served, name: str) -> None:
        """fc-op, fc-response, fc-links, fc-rel-type, fc-timeStamp, fc-numberMatched, -Returned."""
        answer = staff.get(items(name), limit=3)
        assert answer.headers["content-type"] == "application/geo+json"
        found = answer.json()
        assert found["type"] == "FeatureCollection"
        assert len(found["features"]) == found["numberReturned"] <= 3
        assert found["numberMatched"] == len(staff.ids(name)) > 0
        assert datetime.fromisoformat(found["timeStamp"]).tzinfo is not None
        assert all({"rel", "type", "href"} <= set(link) for link in found["links"])
        assert ("next" in rels(found)) == (found["numberMatched"] > 3)

    @pytest.mark.parametrize("name", NAMES)
    def test_every_page_once_and_no_next_on_the_last(self, staff: Served, name: str) -> None:
        whole = staff.ids(name)
        address = f"{items(name)}?limit={max(1, len(whole) // 3)}"
        seen: list[str] = []
        for _ in range(10):
            page = staff.json(address)
            seen += [one["id"] for one in page["features"]]
            if "next" not in rels(page):
                break
            address = local(rels(page)["next"])
        assert seen == whole
        assert "next" not in rels(page)

    @pytest.mark.parametrize("name", PLACED)
    def test_fc_bbox_definition_and_response(self, staff: Served, name: str) -> None:
        box = (106.3, 10.4, 106.6, 10.7)
        area = shapely.box(*box)
        whole = staff.json(items(name), limit=10_000)["features"]
        meeting = [
            one["id"]
            for one in whole
            if one["geometry"] is not None
            and shapely.intersects(
                shapely.box(*shapely.geometry.shape(one["geometry"]).bounds), area
            )
        ]
        found = staff.ids(name, bbox=",".join(map(str, box)))
        assert set(found) <= set(meeting)
        if name not in ("routes", "boundaries", "planned-works"):
            assert found == meeting
        six = f"{box[0]},{box[1]},-100,{box[2]},{box[3]},9000"
        assert staff.ids(name, bbox=six) == found
        assert staff.ids(name, bbox="170,-10,-170,10") == []

    def test_fc_limit_definition_and_response(self, staff: Served) -> None:
        described = staff.json("/openapi.json")["paths"]["/ogc/collections/structures/items"]
        (limit,) = (x for x in described["get"]["parameters"] if x.get("name") == "limit")
        assert limit["in"] == "query"
        assert limit["required"] is False
        assert limit["schema"]["type"] == "integer"
        assert limit["schema"]["minimum"] == 1
        assert limit["schema"]["default"] == 100
        assert "10 000" in limit["description"]
        assert len(staff.json(items("structures"))["features"]) == 100
        most = staff.json(items("structures"), limit="10000")
        for larger in ("10001", "9" * 30):  # no error: the maximum is used
            found = staff.json(items("structures"), limit=larger)
            assert found["features"] == most["features"]
        for wrong in ("0", "-1", "x", "1e400"):
            assert staff.get(items("structures"), limit=wrong).status_code == 400, wrong

    def test_fc_time_definition_and_response(self, staff: Served) -> None:
        whole = staff.json(items("structures"), limit=10_000)["features"]

        def there(first: str, last: str) -> list[str]:
            return [
                one["id"]
                for one in whole
                if (one["properties"]["valid_from"] or "0") <= last
                and (one["properties"]["valid_to"] or "9") >= first
            ]

        ask = "structures"
        assert staff.ids(ask, datetime="2010-06-01") == there("2010-06-01", "2010-06-01")
        assert staff.ids(ask, datetime="2010-06-01T12:00:00Z") == there("2010-06-01", "2010-06-01")
        assert staff.ids(ask, datetime="2005-01-01/2010-01-01") == there(
            "2005-01-01", "2010-01-01"
        )
        for upto in ("../2007-12-31", "/2007-12-31"):
            assert 0 < len(staff.ids(ask, datetime=upto)) < len(whole)
            assert staff.ids(ask, datetime=upto) == there("0", "2007-12-31")
        for small in ("2010-06-01t12:00:00z", "2010-06-01T19:00:00.5+07:00"):
            assert staff.ids(ask, datetime=small) == there("2010-06-01", "2010-06-01")
        for wrong in (
            "yesterday",
            "2010-13-01",
            "2012-01-01/2011-01-01",
            "a/b/c",
            "2010-01-01T00:00:00", "20100101", "2010-W01-1", "2010-01-01T00Z", "2010-01-01T00:00Z",
            "20100101T000000Z", "2010-01-01 00:00:00Z", "../..", "/", "../", "/..",
        ):  # fmt: skip
            assert staff.get(items(ask), datetime=wrong).status_code == 400, wrong

    @pytest.mark.parametrize("name", NAMES)
    def test_query_param_unknown_and_invalid(self, staff: Served, name: str) -> None:
        """Also of other resources: an unknown parameter is 400 everywhere."""
        for address in (
            items(name), "/ogc", "/ogc/conformance", "/ogc/collections",
            *(f"/ogc/collections/{name}{below}" for below in ("", "/queryables", "/schema")),
        ):  # fmt: skip
            assert staff.get(address, nothing="1").status_code == 400, address
        for wrong in ("1,2,3", "a,b,c,d", "106,11,107,10", "0,0,0,91", "nan,0,1,1", "1e999,0,1,1",
                      "1_0,0,20,1", "١,0,2,1"):  # fmt: skip
            answer = staff.get(items(name), bbox=wrong)
            assert answer.status_code == 400, wrong
            assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("name", NAMES)
    def test_f_op_success_and_links(self, staff: Served, name: str) -> None:
        for one in staff.json(items(name), limit=2)["features"]:
            answer = staff.get(f"{items(name)}/{one['id']}")
            assert answer.headers["content-type"] == "application/geo+json"
            found = answer.json()
            linked = rels(found)
            assert {key: found[key] for key in one} == one
            assert {"self", "collection"} <= set(linked)
            assert staff.json(local(linked["self"]))["id"] == one["id"]
        assert staff.get(f"{items(name)}/none").status_code == 404
        assert staff.get(f"{items('none')}/none").status_code == 404

    @pytest.mark.parametrize("name", NAMES)
    def test_properties_as_query_parameters(self, staff: Served, name: str) -> None:
        """7.15.5 and part 3's queryables as query parameters."""
        whole = staff.json(items(name), limit=10_000)["features"]
        sample = whole[len(whole) // 2]["properties"]
        for asked, kind in queryables(staff, name).items():
            value = sample.get(asked)
            if value is None or kind.startswith("geometry"):
                continue
            told = {True: "true", False: "false"}.get(value, value) if kind == "boolean" else value
            expected = [one["id"] for one in whole if one["properties"][asked] == value]
            assert staff.ids(name, **{asked: told}) == expected, asked

    @pytest.mark.parametrize("name", NAMES)
    def test_counts_and_texts_are_the_registers(self, staff: Served, name: str) -> None:
        """/conf/geojson: what a page says is what the register holds."""
        with staff.service.register.snapshot() as register:
            known = {
                "structures": lambda: register.structures(SYSTEM),
                "routes": lambda: register.routes(SYSTEM),
                "installations": lambda: register.installations(SYSTEM),
                "stations": lambda: register.stations(SYSTEM),
                "plan-entries": register.plan_entries,
                "allotment-points": register.allotment_points,
                "units": register.units,
                "boundaries": register.boundaries,
                "registration-points": lambda: register.points(SYSTEM),
                "planned-works": lambda: register.works(SYSTEM),
                "measurements": lambda: register.measurements(SYSTEM),
            }[name]()
        found = staff.json(items(name), limit=10_000)["features"]
        assert len(found) == len(known)
        title = "name" if hasattr(known[0], "name") else "source"
        texts = sorted(getattr(one, title, one.provenance.source) for one in known)
        assert sorted(one["properties"][title] for one in found) == texts
        assert name == "boundaries" or any(not text.isascii() for text in texts)

    def test_one_answer_is_kept_until_it_changes(self, staff: Served) -> None:
        for address in (items("stations"), f"{items('stations')}/mp-tan-an"):
            first = staff.get(address)
            tag = first.headers["etag"]
            again = staff.client.get(address, headers={"if-none-match": f'"x", W/{tag}'})
            assert again.status_code == 304
            assert not again.content
            assert again.headers["etag"] == tag
            any_at_all = staff.client.get(address, headers={"if-none-match": "*"})
            assert any_at_all.status_code == 304
            other = staff.client.get(address, headers={"if-none-match": '"x"'})
            assert other.status_code == 200
            assert "authorization" in first.headers["vary"]


class TestCrs:
    """/conf/crs of 18-058r1."""

    def test_crs_uri_default_crs_and_storage_crs(self, staff: Served) -> None:
        for one in staff.json("/ogc/collections")["collections"]:
            if one["id"] not in PLACED:
                assert "crs" not in one
                continue
            assert one["crs"][0] == CRS84
            assert one["storageCrs"] in one["crs"]
            for uri in one["crs"]:
                assert re.fullmatch(r"http://www\.opengis\.net/def/crs/(OGC|EPSG)/[\d.]+/\w+", uri)

    @pytest.mark.parametrize("name", NAMES)
    def test_crs_parameter_default_and_invalid(self, staff: Served, name: str) -> None:
        answer = staff.get(items(name), limit=1)
        assert answer.headers["content-crs"] == f"<{CRS84}>"
        one = answer.json()["features"][0]["id"]
        for address in (items(name), f"{items(name)}/{one}"):
            for wrong in ("http://www.opengis.net/def/crs/EPSG/0/3857", "EPSG:4326", "x"):
                assert staff.get(address, crs=wrong).status_code == 400

    @pytest.mark.parametrize("uri", KNOWN)
    def test_crs_parameter_and_transform(self, staff: Served, uri: str) -> None:
        """Every system against pyproj, whose axes are the authority's; the zones of TM-3 too."""
        code = uri.rsplit("/", 1)[1]
        crs = pyproj.CRS("OGC:CRS84" if code == "CRS84" else f"EPSG:{code}")
        there = pyproj.Transformer.from_crs(
            "OGC:CRS84", crs, area_of_interest=pyproj.aoi.AreaOfInterest(102, 8, 110, 24)
        )
        for name in ("structures", "routes", "boundaries", "planned-works"):
            whole = staff.json(items(name), limit=5)["features"]
            one = f"{items(name)}/{whole[0]['id']}"
            for address, plain, asked in (
                (items(name), whole, {"limit": 5}),
                (one, whole[:1], {}),
            ):
                answer = staff.get(address, crs=uri, **asked)
                assert answer.headers["content-crs"] == f"<{uri}>"
                told = answer.json()
                for each, moved in zip(plain, told.get("features", [told]), strict=True):
                    for (x, y), (a, b) in itertools.islice(
                        zip(points(each), points(moved), strict=True), 20
                    ):
                        wanted = there.transform(x, y)
                        allowed = 1.0 if crs.is_projected else 1e-5
                        assert abs(wanted[0] - a) < allowed, (name, wanted, (a, b))
                        assert abs(wanted[1] - b) < allowed, (name, wanted, (a, b))

    @pytest.mark.parametrize("uri", KNOWN[1:])
    def test_bbox_crs_parameter(self, staff: Served, uri: str) -> None:
        """A box about one structure in each system finds it, and a far one does not."""
        one = staff.json(items("structures"), limit=1, crs=uri)["features"][0]
        a, b = one["geometry"]["coordinates"]
        margin = 0.0005 if abs(a) < 400 else 50.0
        near = f"{a - margin},{b - margin},{a + margin},{b + margin}"
        assert one["id"] in staff.ids("structures", bbox=near, bbox__crs=uri)
        far = f"{a + 2 * margin},{b + 2 * margin},{a + 3 * margin},{b + 3 * margin}"
        assert one["id"] not in staff.ids("structures", bbox=far, bbox__crs=uri)

    def test_bbox_crs_parameter_default_and_invalid(self, staff: Served) -> None:
        box = "106.3,10.4,106.6,10.7"
        plain = staff.ids("structures", bbox=box)
        assert staff.ids("structures", bbox=box, bbox__crs=CRS84) == plain
        assert staff.ids("structures", bbox="10.4,106.3,10.7,106.6", bbox__crs=KNOWN[1]) == plain
        for wrong in ("x", "http://www.opengis.net/def/crs/EPSG/0/3857"):
            answer = staff.get(items("structures"), bbox=box, bbox__crs=wrong)
            assert answer.status_code == 400
        place = staff.json(items("structures"), limit=1, crs=KNOWN[-1])["features"][0]
        x, y = place["geometry"]["coordinates"]
        point = f"{x - 1},{y},{x + 1},{y}"
        assert staff.get(items("structures"), bbox=point, bbox__crs=KNOWN[-1]).status_code == 200
        for uri in KNOWN[1:]:
            for sides in ("1e300,1e300,2e300,2e300", "-1e308,-1e308,1e308,1e308", "0,0,0,0",
                          "-2e7,-2e7,2e7,2e7", "5e-324,5e-324,1e-300,1e-300"):  # fmt: skip
                answer = staff.get(items("structures"), bbox=sides, bbox__crs=uri)
                assert answer.status_code in (200, 400), (uri, sides)


def all_known(*values: object) -> bool:
    return None not in values


def points(feature: dict[str, Any]) -> list[tuple[float, float]]:
    if feature["geometry"] is None:
        return []
    shape = shapely.geometry.shape(feature["geometry"])
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]


class TestFilter:
    """/conf/queryables, /conf/filter and /conf/features-filter of 19-079r2; 21-065r2, Annex A."""

    @pytest.mark.parametrize("name", NAMES)
    def test_get_queryables_and_basic_test(self, staff: Served, name: str) -> None:
        answer = staff.get(f"/ogc/collections/{name}/queryables")
        assert answer.headers["content-type"] == "application/schema+json"
        described = answer.json()
        assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert described["$id"].endswith(f"/ogc/collections/{name}/queryables")
        assert described["type"] == "object"
        assert described["additionalProperties"] is False
        assert set(queryables(staff, name).values()) & set(VALUES)
        whole = staff.json(f"/ogc/collections/{name}/schema")["properties"]
        one = staff.json(items(name), limit=1)["features"][0]
        assert set(one["properties"]) <= set(whole)

    @pytest.mark.parametrize("name", NAMES)
    def test_basic_cql2_comparison_and_is_null(self, staff: Served, name: str) -> None:
        tried: set[str] = set()
        for asked, kind in queryables(staff, name).items():
            nothing = set(staff.ids(name, filter=f"{asked} IS NULL"))
            something = set(staff.ids(name, filter=f"{asked} is not null"))
            assert not nothing & something
            assert nothing | something == set(staff.ids(name))
            if kind not in VALUES or (name not in WHOLLY and kind in tried):
                continue
            tried.add(kind)
            found = {
                sign: set(staff.ids(name, filter=f"{asked} {sign} {VALUES[kind]}"))
                for sign in ("=", "<>", ">", "<", ">=", "<=")
            }
            for one, other in (("=", "<>"), (">", "<="), ("<", ">=")):
                assert not found[one] & found[other]
                assert found[one] | found[other] == something, (asked, one)

    def test_basic_cql2_boolean_and_logical(self, staff: Served) -> None:
        """Also `logical`: random nests of four predicates against sets."""
        whole = set(staff.ids("structures"))
        assert set(staff.ids("structures", filter="true")) == whole
        assert staff.ids("structures", filter="false") == []
        predicates = {
            text: set(staff.ids("structures", filter=text))
            for text in (
                "kind = 'antenna_mast'",
                "confidential = true",
                "owner_id IN ('mo-phong-a','mo-phong-b')",
                "valid_from < DATE('2012-01-01')",
                f"S_INTERSECTS(geometry, {AREA})",
                "id LIKE 'mpa-%'",
            )
        }
        assert all(0 < len(found) < len(whole) for found in predicates.values())
        draw = random.Random(7)
        for _ in range(12):
            (a, A), (b, B), (c, C), (d, D) = draw.sample(list(predicates.items()), 4)  # noqa: N806
            text = f"((NOT {a} AND {b}) OR ({c} and NOT {d}) or not ({a} AND {d}))"
            expected = ((whole - A) & B) | (C & (whole - D)) | (whole - (A & D))
            assert set(staff.ids("structures", filter=text)) == expected, text

    def test_advanced_comparison_operators(self, staff: Served) -> None:
        whole = staff.json(items("structures"), limit=10_000)["features"]

        def expected(condition: Any) -> list[str]:
            return [one["id"] for one in whole if condition(one["properties"])]

        for text, condition in (
            ("height_m BETWEEN 30 AND 45", lambda p: 30 <= (p["height_m"] or 0) <= 45),
            ("height_m NOT BETWEEN 30 AND 45", lambda p: not 30 <= (p["height_m"] or 30) <= 45),
            ("kind IN ('duct','antenna_mast')", lambda p: p["kind"] in ("duct", "antenna_mast")),
            ("kind NOT IN ('antenna_mast')", lambda p: p["kind"] != "antenna_mast"),
            ("name LIKE 'Cột%'", lambda p: p["name"].startswith("Cột")),
            ("name LIKE 'C_t%'", lambda p: p["name"].startswith("Cột")),
            ("name NOT LIKE 'Cột%'", lambda p: not p["name"].startswith("Cột")),
            ("CASEI(name) LIKE CASEI('CỘT%')", lambda p: p["name"].lower().startswith("cột")),
            ("ACCENTI(name) LIKE ACCENTI('Cot%')", lambda p: p["name"].startswith("Cột")),
            (
                "ACCENTI(CASEI(commune_name)) = ACCENTI(CASEI('xa ben luc'))",
                lambda p: p["commune_name"] == "Xã Bến Lức",
            ),
            (
                "height_m + 2 * 3 > 50 - ground_height_m",
                lambda p: (
                    all_known(p["height_m"], p["ground_height_m"])
                    and p["height_m"] + 6 > 50 - p["ground_height_m"]
                ),
            ),
            (
                "owner_id = manager_id",
                lambda p: p["manager_id"] is not None and p["owner_id"] == p["manager_id"],
            ),
            (
                "valid_from < valid_to",
                lambda p: (
                    all_known(p["valid_from"], p["valid_to"]) and p["valid_from"] < p["valid_to"]
                ),
            ),
            ("name = 'O''Brien' OR code = 'MPD-0071'", lambda p: p["code"] == "MPD-0071"),
        ):
            assert staff.ids("structures", filter=text) == expected(condition), text

    @pytest.mark.parametrize("name", PLACED)
    def test_basic_spatial_functions(self, staff: Served, name: str) -> None:
        """Also spatial-functions: each against shapely, stated both ways round."""
        whole = staff.json(items(name), limit=10_000)["features"]
        shapes = {
            one["id"]: shapely.geometry.shape(one["geometry"])
            for one in whole
            if one["geometry"] is not None
        }
        area = shapely.from_wkt(AREA)
        for relation in ("intersects", "disjoint", "within", "contains", "crosses", "overlaps",
                         "touches", "equals"):  # fmt: skip
            found = set(staff.ids(name, filter=f"S_{relation.upper()}(geometry,{AREA})"))
            wanted = {
                one for one, shape in shapes.items() if getattr(shapely, relation)(shape, area)
            }
            assert found == wanted, relation
        box = set(staff.ids(name, filter="S_INTERSECTS(geometry,BBOX(106.2,10.4,106.8,10.9))"))
        assert box == {one for one, shape in shapes.items() if shapely.intersects(shape, area)}
        turned = set(staff.ids(name, filter=f"S_CONTAINS({AREA},geometry)"))
        assert turned == {one for one, shape in shapes.items() if shapely.contains(area, shape)}
        first = next(iter(shapes.values())).wkt
        assert staff.ids(name, filter=f"S_EQUALS(geometry,{first})")

    def test_temporal_functions(self, staff: Served) -> None:
        whole = staff.json(items("measurements"), limit=100)["features"]
        moments = {one["id"]: one["properties"]["measured_at"] for one in whole}
        second = sorted(moments, key=lambda one: moments[one])[1]
        at = moments[second]
        ask = "measurements"
        assert staff.ids(ask, filter=f"T_AFTER(measured_at, TIMESTAMP('{at}'))") == ["do-3"]
        assert staff.ids(ask, filter=f"T_BEFORE(measured_at, TIMESTAMP('{at}'))") == ["do-1"]
        assert staff.ids(ask, filter=f"T_EQUALS(measured_at, TIMESTAMP('{at}'))") == ["do-2"]
        during = "T_DURING(measured_at, INTERVAL('2026-03-02','2026-03-02'))"
        assert staff.ids(ask, filter=during) == ["do-2"]
        assert staff.ids(ask, filter="T_INTERSECTS(measured_at, INTERVAL('..','2026-03-02'))") == [
            "do-1", "do-2",
        ]  # fmt: skip
        assert staff.ids(ask, filter="T_INTERSECTS(measured_at, DATE('2026-03-03'))") == ["do-3"]
        structures = staff.json(items("structures"), limit=10_000)["features"]
        valid = [
            one["id"]
            for one in structures
            if (one["properties"]["valid_from"] or "0") <= "2010-12-31"
            and (one["properties"]["valid_to"] or "9") >= "2010-01-01"
        ]
        between = (
            "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2010-01-01','2010-12-31'))"
        )
        assert staff.ids("structures", filter=between) == valid

    def test_cql2_json_says_what_cql2_text_says(self, staff: Served) -> None:
        import cql2

        for text in (
            "kind = 'antenna_mast' AND height_m > 40",
            f"S_INTERSECTS(geometry, {AREA})",
            "CASEI(name) LIKE CASEI('CỘT%')",
            "height_m BETWEEN 30 AND 45 OR NOT (owner_id IN ('mo-phong-a'))",
            "valid_from < DATE('2012-01-01')",
            "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2010-01-01','..'))",
            "manager_id IS NULL",
        ):
            tree = json.dumps(cql2.parse_text(text).to_json())
            found = staff.ids("structures", filter=tree, filter__lang="cql2-json")
            assert found == staff.ids("structures", filter=text, filter__lang="cql2-text")
            assert found

    def test_filter_invalid(self, staff: Served) -> None:
        """/conf/filter: what cannot be read or makes no sense is 400, and told."""
        deep = "(" * 60 + "true" + ")" * 60
        for wrong in (
            "", "x =", "unknown_column = 1", "name = 1", "height_m LIKE 'x'", "name", "1",
            "S_INTERSECTS(name, POINT(1 1))", "S_INTERSECTS(geometry, POINT(1e400 1))",
            "S_INTERSECTS(geometry, geometry)", "T_AFTER(name, DATE('2020-01-01'))",
            "valid_from < DATE('2020-13-01')", "DROP TABLE structures", "no_function(name) = 1",
            deep, "not " * 80 + "true", "- " * 300 + "1 = 1", "name = '\x00'",
            "owner_id IN ()", "'a' = 'a' OR", "S_INTERSECTS(geometry, POINT EMPTY)",
            "height_m < 10^400", "height_m < 1e200 * 1e200", "height_m > 10^-400",
            "height_m > (0 - 8)^0.5", "height_m = 1e308 % 1e-308",
        ):  # fmt: skip
            answer = staff.get(items("structures"), filter=wrong)
            assert answer.status_code == 400, f"{wrong[:60]}: {answer.text[:200]}"
            assert answer.json()["detail"]
        for wrong in (
            "{", "[]", "{}", '{"op":"="}', '{"op":"=","args":[1]}', '{"op":[],"args":{}}', "NaN",
            '{"op":"and","args":[]}', "null",
            '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"x"}]}',
            '{"op":"not","args":[' * 300 + "true" + "]}" * 300, '"\\ud800"', "1e999",
            '{"op":"in","args":[{"property":"name"},"x"]}', '{"op":"t_after","args":[null,null]}',
        ):  # fmt: skip
            answer = staff.get(items("structures"), filter=wrong, filter__lang="cql2-json")
            assert answer.status_code == 400, f"{wrong[:60]}: {answer.text[:200]}"
        assert staff.get(items("structures"), filter="true", filter__lang="x").status_code == 400
        assert staff.get(items("structures"), filter="true", filter__crs="x").status_code == 400

    @pytest.mark.parametrize("uri", KNOWN)
    def test_filter_crs_param(self, staff: Served, uri: str) -> None:
        """/req/filter/filter-crs-param: geometries of a filter are in the system that it names."""
        one = staff.json(items("structures"), limit=1, crs=uri)["features"][0]
        a, b = one["geometry"]["coordinates"]
        margin = 0.0005 if abs(a) < 400 else 50.0

        def found(first: float, last: float, language: str) -> list[str]:
            corners = shapely.box(*(x + d * margin for d in (first, last) for x in (a, b)))
            text = f"S_INTERSECTS(geometry, {corners.wkt})"
            if language == "cql2-json":
                text = json.dumps(cql2.parse_text(text).to_json())
            return staff.ids("structures", filter=text, filter__lang=language, filter__crs=uri)

        for language in ("cql2-text", "cql2-json"):
            assert one["id"] in found(-1, 1, language)
            assert one["id"] not in found(2, 3, language)
        box = ",".join(str(x + d * margin) for d in (-1, 1) for x in (a, b))
        boxed = staff.ids("structures", bbox=box, bbox__crs=uri)
        assert found(-1, 1, "cql2-text") == boxed
        text = f"S_INTERSECTS(geometry, BBOX({box}))"
        assert staff.ids("structures", filter=text, filter__crs=uri) == boxed
        assert staff.get(items("structures"), filter="true", filter__crs=uri).status_code == 200
        for far in (
            "POINT(1e300 1)",
            "POINT(1 9e9)",
            "POINT EMPTY",
            "BBOX(9e9,9e9,9e10,9e10)",
        ):
            text = f"S_INTERSECTS(geometry, {far})"
            assert staff.get(items("structures"), filter=text, filter__crs=uri).status_code == 400

    @pytest.mark.parametrize("depth", [9, 20, 32])
    @pytest.mark.parametrize(
        ("first", "around"),
        [
            ({"property": "name"}, '{"op":"casei","args":[%s]}'),
            (True, '{"op":"between","args":[%s,false,true]}'),
            (True, '{"op":"in","args":[%s,[true,false,true]]}'),
            (1, '{"op":"%%","args":[1,%s]}'),
            (1, '{"op":"div","args":[1,%s]}'),
            (True, '{"op":"and","args":[true,{"op":"or","args":[false,%s]}]}'),
        ],
    )
    def test_filter_that_nests_is_answered_or_refused_at_once(
        self, staff: Served, first: Any, around: str, depth: int
    ) -> None:
        """What is written in a thousand characters asks no more than that of the database."""
        nested = json.dumps(first)
        for _ in range(depth):
            nested = around % nested
        tree = '{"op":"isNull","args":[%s]}' % nested  # noqa: UP031 braces are JSON's
        began = time.process_time()
        for address in (items("structures"), "/ogc/collections/structures/bulk"):
            answer = staff.get(address, filter=tree, filter__lang="cql2-json")
            assert answer.status_code in (200, 400), answer.text[:200]
        assert time.process_time() - began < 10.0

    def test_filter_with_long_lists_and_with_nothing_known(self, staff: Served) -> None:
        several = ",".join(["''"] * 800)
        assert staff.ids("structures", filter=f"id IN ({several})") == []
        longer = ",".join(["''"] * 1300)
        answer = staff.get(items("structures"), filter=f"id IN ({longer})")
        assert answer.status_code == 400
        whole = staff.json(items("structures"), limit=10_000)["features"]
        heights = {one["id"]: one["properties"]["building_height_m"] for one in whole}
        assert None in heights.values()
        divided = {name for name, one in heights.items() if one is not None and one // 2 == 4}
        assert set(staff.ids("structures", filter="building_height_m DIV 2 = 4")) == divided
        assert staff.ids("structures", filter="building_height_m DIV 0 = 4") == []


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role_at_every_collection(home: Settings, role: Role) -> None:
    """The table of collections is what is served, and the whole of it, to every role."""
    assert set(ALLOWED) == set(COLLECTIONS)
    with serving(home, role.value) as served:
        listed = {one["id"] for one in served.json("/ogc/collections")["collections"]}
        assert listed == {name for name, roles in ALLOWED.items() if role in roles}
        for name in NAMES:
            one = "{}/none"
            for below in ("", "/queryables", "/schema", "/items", "/items/none"):
                answer = served.get(f"/ogc/collections/{name}{below}")
                refused = 401 if role is Role.ANONYMOUS else 403
                wanted = 404 if below == "/items/none" else 200
                assert answer.status_code == (wanted if role in ALLOWED[name] else refused), one


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_options_op_names_what_the_collection_knows(home: Settings, role: Role) -> None:
    """/req/create-replace-delete/options-op of part 4: the same for whoever may read it."""
    with serving(home, role.value) as served:
        for name in NAMES:
            for below, writes in (("", {"POST"}), ("/none", {"PUT", "PATCH", "DELETE"})):
                address = f"{items(name)}{below}"
                answer = served.client.options(address)
                if role not in ALLOWED[name]:
                    assert answer.status_code == (401 if role is Role.ANONYMOUS else 403)
                    continue
                assert (answer.status_code, answer.text) == (204, "")
                told = set(answer.headers["allow"].split(", "))
                known = writes if name in EDITABLE else set()
                assert told == {"GET", "HEAD", "OPTIONS"} | known
        assert served.client.options(items("none")).status_code == 404


def test_who_accepts_nothing_by_a_weight_of_zero_is_refused(staff: Served) -> None:
    for accept in ("*/*;q=0", "*/*; q=0.0", "*/*;q=0.000", "application/json;v=1;q=0.00"):
        answer = staff.client.get("/ogc", headers={"accept": accept})
        assert answer.status_code == 406, accept
    for accept in ("*/*;q=0.001", "text/html;q=0.0, */*;q=0.1"):
        assert staff.client.get("/ogc", headers={"accept": accept}).status_code == 200, accept


def test_links_are_built_from_the_public_address(home: Settings) -> None:
    from starlette.testclient import TestClient

    from api.app import create_app

    settings = home.model_copy(update={"public_url": "https://so.example.vn/ps/"})
    with TestClient(create_app(settings)) as client:
        for address in ("/ogc", "/ogc/collections", "/ogc/collections/structures/items?limit=2"):
            text = client.get(address, headers={"host": "evil.example"}).text
            assert "https://so.example.vn/ps/ogc" in text
            assert "testserver" not in text
            assert "evil.example" not in text
