"""The OpenAPI document: valid, complete in itself, and kept by the server (Schemathesis).

`make fuzz` asks 5,000 cases as each role; here is a short walk as the department.
"""

import re
from pathlib import Path
from typing import Any

import openapi_spec_validator
from starlette.testclient import TestClient

from api.roles import COLLECTIONS, ROUTES, Role
from gis.features.writing import EDITABLE
from tests.fuzz.asking import asked_as, prepared
from tests.fuzz.rules import RULES

CASES = 200


def test_the_document_is_valid_and_refers_to_nothing_elsewhere(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    openapi_spec_validator.validate(document)
    assert document["openapi"] == "3.0.3"
    references = [one["$ref"] for one in objects(document) if isinstance(one.get("$ref"), str)]
    assert all(one.startswith("#/") for one in references)
    assert document["servers"] == [{"url": "http://testserver"}]


def objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in objects(item))]
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    return []


def test_every_collection_has_its_own_operations_with_its_roles(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for name, roles in COLLECTIONS.items():
        methods = paths[f"/ogc/collections/{name}/items"]
        assert methods["get"]["x-roles"] == [role.value for role in Role if role in roles]
        assert ("post" in methods) == (name in EDITABLE)
        (limit,) = (x for x in methods["get"]["parameters"] if x.get("name") == "limit")
        assert limit["schema"]["minimum"] == 1
        assert "maximum" not in limit["schema"], "more than the most is no error"
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    of_programs = {
        (method, path.partition(":")[0].replace(":path", ""))
        for method, path in ROUTES
        if not path.startswith(("/view/", "/login", "/logout", "/static", "/docs", "/openapi"))
    }
    plain = {one for one in of_programs if not re.search("/items|/bulk|/execution|:", one[1])}
    missing = {one for one in plain if one not in described}
    assert missing <= {("GET", one) for one in ("/", "/map", "/metrics", "/session")} | {
        one for one in plain if "{plan_id" in one[1]
    }


def test_refusals_are_documented(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            known = set(operation["responses"])
            assert {"400", "401", "403", "404", "429"} <= known, path
            assert "default" not in known
            if path.startswith("/ogc"):
                assert "406" in known
            if method in ("put", "patch") or (method == "delete" and path.startswith("/ogc/coll")):
                assert {"412", "428"} <= known


def test_what_is_described_is_kept(demo_register: Path, tmp_path: Path) -> None:
    with prepared(demo_register, tmp_path / "home") as served:
        told = asked_as("staff", served, cases=CASES)
    assert sum(told.cases.values()) >= CASES
    assert not told.wrong, "\n".join(told.lines())


def test_the_list_of_reasons_is_the_documents() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    for reason in set(RULES.values()):
        assert reason in page, reason
