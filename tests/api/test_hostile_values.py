"""Every route with days, numbers and texts that nobody means: refused or answered, never 5xx."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any, get_args
from urllib.parse import quote, urlencode

import pytest
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.testclient import TestClient

import data
from api import app as application
from api.clock import end_of_day, today
from api.guard import _IN_PERSON
from api.roles import ROUTES, Role, may
from api.service import Service
from api.whole import MOST, whole
from data.text import VIET_NAM
from gis.exchange.report import ImportKind
from gis.register.scopes import SYSTEM
from gis.register.structures import Contract

OWN = "mo-phong-a"
SAMPLE = data.path("samples/cot_ang_ten_mau.xlsx")
Ids = Mapping[str, str]
Token = Callable[[str], dict[str, str]]

DAYS = (
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)
NUMBERS = ("99999999999999999999", "1e400", "9" * 400)
TEXTS = ("\x00", "x" * 1500)
IN_ADDRESSES = (*DAYS, *NUMBERS, *TEXTS)
"""What stands in a query; no address can hold half of a surrogate pair."""
IN_FORMS = (*DAYS[:3], *NUMBERS[::2], "\x00")
IN_JSON: tuple[Any, ...] = (
    *IN_ADDRESSES,
    "\ud800",
    {"\ud800": 1},
    {"x": ["\ud800"]},
    10**20,
    -(10**400),
    1e308,
    True,
)

USUAL = {"date": "2026-01-01", "file": ""}
REQUIRED = {
    "start": "2026-11-02T08:00:00+07:00",
    "term": "7wd",
    "longitude": "106.4",
    "latitude": "10.5",
    "from_longitude": "106.40",
    "from_latitude": "10.50",
    "from_height_m": "40",
    "to_longitude": "106.45",
    "to_latitude": "10.52",
    "to_height_m": "30",
    "frequency_mhz": "7000",
    "transmitter_power_dbm": "25",
    "transmitter_gain_dbi": "35",
    "receiver_gain_dbi": "35",
    "receiver_threshold_dbm": "-70",
    "station": "mp-tan-an",
}
"""What a query says beside the value that is tried."""

WORK: Mapping[str, Any] = {
    "values": {
        "name": "Tuyến ống",
        "kind": "line",
        "description": "y",
        "begins_on": "2030-01-01",
        "ends_on": "2030-03-01",
        "plan_year": 2030,
        "ducts": 4,
    },
    "geometry": {"type": "LineString", "coordinates": [[106.41, 10.53], [106.42, 10.54]]},
}
COMPLAINT: Mapping[str, Any] = {
    "complainant": "Đài",
    "effect": "mất sóng",
    "frequency_mhz": 96.9,
    "began_at": "2026-11-20T08:00",
    "service": "mobile",
}
POINT: Mapping[str, Any] = {
    "values": {
        "name": "Điểm",
        "code": "Q",
        "kind": "own",
        "address": "1 Hùng Vương",
        "commune_name": "Tân An",
        "valid_from": "2026-07-01",
    },
    "place": "10.535, 106.413",
}
VISIT: Mapping[str, Any] = {
    "visited_on": "2026-08-01",
    "sampled": 10,
    "mismatched": 1,
    "mismatched_face": 1,
    "point_breach": "no",
    "conclusion": "y",
}
CONTACT = {
    "name": "A",
    "phone": "1",
    "purpose": "y",
    "kept_until": (today() + timedelta(days=30)).isoformat(),
}
INSPECTION: Mapping[str, Any] = {
    "subject": "x",
    "origin": "interference",
    "interference_case": f"1/{today().year}",
    "station_ids": ["mp-tan-an"],
    "reason": "x",
    "owner_reason": "x",
}
ANSWER = {
    "item": "power",
    "outcome": "not_met",
    "value": 2,
    "unit": "W",
    "uncertainty": 0.1,
    "shown": 1,
    "note": "x",
    "photographs": ["x"],
    "behaviour_id": "radio_wrong_frequency",
}
FIELD_VISIT: Mapping[str, Any] = {
    "format": "phusong-visit-1",
    "case": "x",
    "token": "a1b2c3d4",
    "expected": 1,
    "details": {
        "visited_at": "2026-11-01T08:00",
        "checklist": {"list": "radio_station", "object_id": "mp-tan-an", "answers": [ANSWER]},
    },
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/structures": {"values": {"code": "Q", "kind": "manhole"}, "reason": "z"},
    "/structures/{structure_id}": {"digest": "x", "values": {"name": "y"}, "reason": "z"},
    "/structures/{structure_id}/levels": {
        "values": {"height_from_m": 1, "height_to_m": 2, "slots": 1},
        "reason": "z",
    },
    "/certification/{structure_id}/surroundings": {
        "organisation_id": "x",
        "digest": "x",
        "inhabited": True,
        "building_top_m": 5.0,
        "antenna_lowest_m": 30.0,
        "seen_on": "2026-11-01",
        "source": "y",
    },
    "/certification/{structure_id}/papers": {
        "organisation_id": "x",
        "kind": "notice",
        "number": "1",
        "issuer": "y",
        "issued_on": "2026-11-01",
        "valid_to": "2027-11-01",
    },
    "/structures/{structure_id}/contracts": {
        "values": {
            "number": "1",
            "tenant_id": "mo-phong-b",
            "valid_from": "2026-01-01",
            "valid_to": "2027-01-01",
            "level_id": "x",
            "slot": 1,
            "rent_vnd": 1,
            "case_id": "x",
        },
        "reason": "z",
    },
    "/contracts/{contract_id}": {
        "digest": "x",
        "values": {
            "number": "1",
            "level_id": "x",
            "duct_id": "x",
            "slot": 1,
            "rent_vnd": 1,
            "valid_from": "2026-01-01",
            "valid_to": "2027-01-01",
            "case_id": "x",
        },
        "reason": "z",
    },
    "/contracts/{contract_id}/end": {"digest": "x", "valid_to": "2027-01-01", "reason": "z"},
    "/changes/{revision}/undo": {"reason": "z", "table_name": "structures", "record_id": "x"},
    "/duplicates": {"first_id": "x", "second_id": "y", "kept_id": "x", "reason": "z"},
    "/studies/coverage": {"station_id": "mp-tan-an"},
    "/studies/interference": {"station_id": "mp-tan-an"},
    "/studies/compliance": {"application": {"name": "x", "frequency_mhz": 99.9}},
    "/studies/interference-source": {
        "longitude": 106.4,
        "latitude": 10.5,
        "frequency_mhz": 99.9,
        "bearings": [
            {"station": "A", "longitude": 106.3, "latitude": 10.4, "bearing_deg": 45, "at": "x"}
        ],
        "levels": [{"longitude": 106.3, "latitude": 10.4, "field_strength_dbuvm": 40}],
        "log": [{"from": "2026-11-01T08:00", "to": "2026-11-01T09:00", "heard": True}],
        "bearings_csv": "x",
    },
    "/studies/network": {},
    "/studies/channels": {"erp_kw": 1, "height_m": 60},
    "/studies/sharing": {"longitude": 106.4, "latitude": 10.5},
    "/studies/best-sites": {"longitude": 106.4, "latitude": 10.5},
    "/studies/site-planning": {
        "longitude": 106.4,
        "latitude": 10.5,
        "kind": "guyed",
        "structure_height_m": 40,
        "antennas": [{"height_above_ground_m": 30}],
        "licence": {"number": "1", "valid_from": "2026-01-01", "valid_to": "2027-01-01"},
    },
    "/sharing-requests": {
        "structure_id": "x",
        "technology": "5G",
        "purpose": "y",
        "attachments": ["a.pdf"],
    },
    "/sharing-requests/{case_id}/events": {
        "kind": "submitted",
        "expected": 1,
        "details": {"note": "x"},
        "attachments": ["a.pdf"],
    },
    "/desk/{kind}": {"facts": COMPLAINT, "token": "t"},
    "/desk/{kind}/{desk_case_id}/events": {
        "kind": "filed",
        "expected": 1,
        "details": {"note": "x"},
        "token": "t",
    },
    "/desk/inspection/{inspection_id}/visits": FIELD_VISIT,
    "/desk/interference/{interference_id}/contact": CONTACT,
    "/desk/interference/{interference_id}/contact/view": {"reason": "z"},
    "/desk/interference/{interference_id}/study": {"bearings": "x", "levels": "x", "log": "x"},
    "/desk/{kind}/{desk_case_id}/files": {
        "files": ["x"],
        "expected": 1,
        "note": "x",
        "token": "t",
    },
    "/studies/mobile": {"technology": "4g", "operators": ["mo-phong-a"], "units": ["x"]},
    "/planned-works": {"owner_id": "mo-phong-a", **WORK, "reason": "z"},
    "/planned-works/{work_id}": {"digest": "x", **WORK, "reason": "z"},
    "/planned-works/{work_id}/sign-ups": {
        "organisation_id": "mo-phong-b",
        "values": {"ducts": 1, "note": "x"},
    },
    "/planned-works/{work_id}/sign-ups/{organisation_id}/answer": {
        "digest": "x",
        "accepted": True,
        "reason": "z",
    },
    "/points": {"operator_id": "mo-phong-a", **POINT},
    "/points/{point_id}": {"digest": "x", **POINT, "reason": "z"},
    "/points/{point_id}/visits": {"values": VISIT},
    "/points/{point_id}/contact": CONTACT,
    "/points/{point_id}/contact/view": {"reason": "z"},
    "/ogc/processes/{process_id}/execution": {
        "inputs": {"station_id": {"value": "mp-tan-an"}, "radius_km": 5},
        "outputs": {"study": {}},
        "response": "document",
    },
    "/imports/{import_id}/answers": {"answers": {"crs": "9210"}},
    "/imports/{import_id}/commit": {"answers": {"crs": "9210"}},
}
"""A body of each route that takes one, whose values are replaced one after another."""


def routes() -> Iterator[tuple[str, APIRoute]]:
    """Every route and its method."""
    for module in application._ROUTERS:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods):
                yield method, route


def parameters(dependant: Dependant, kind: str) -> list[ModelField]:
    """The parameters of a route, and of what it depends on."""
    found = list(getattr(dependant, kind))
    for below in dependant.dependencies:
        found += parameters(below, kind)
    return found


def values(parameter: ModelField) -> tuple[str, ...]:
    """What is tried in the place of a parameter: everything, where it is read as a text first."""
    read = str(parameter.field_info.annotation)
    if "date" in read:
        return DAYS
    if "int" in read or "float" in read:
        return NUMBERS
    return IN_ADDRESSES if "str" in read else TEXTS


@pytest.fixture
def ids(client: TestClient, service: Service, token: Token) -> Ids:
    return known_ids(client, service, token)


def known_ids(client: TestClient, service: Service, token: Token) -> Ids:
    """Make records of every kind and return their names, so that what is sent goes far."""
    own = next(
        one
        for one in service.register.structures(SYSTEM, owner_id=OWN)
        if service.register.levels(SYSTEM, structure_ids=[one.id])
    )
    other = service.register.structures(SYSTEM, owner_id="mo-phong-b", limit=1)[0]
    let = Contract(
        id="hđ", number="1", owner_id=OWN, tenant_id="mo-phong-b", structure_id=own.id,
        valid_from=date(2020, 1, 1), provenance=own.provenance,
    )  # fmt: skip
    with service.register.write(author="lan", reason="chuẩn bị") as w:
        w.add_contracts([let])
    drafted = client.post(
        "/sharing-requests",
        json={"structure_id": other.id, "technology": "5G", "purpose": "x"},
        headers=token("operator"),
    )
    assert drafted.status_code == 201, drafted.text
    sent = client.post(
        "/imports",
        files={"file": (SAMPLE.name, SAMPLE.read_bytes())},
        data={"kind": ImportKind.STRUCTURES.value},
        headers=token("administrator"),
    )
    assert sent.status_code == 201, sent.text
    work = client.post("/planned-works", json=WORK, headers=token("operator"))
    assert work.status_code == 201, work.text
    work_id = work.json()["id"]
    sign_up = {"organisation_id": "mo-phong-b", "values": {"note": "x"}}
    signed = client.post(
        f"/planned-works/{work_id}/sign-ups", json=sign_up, headers=token("administrator")
    )
    assert signed.status_code == 201, signed.text
    opened = client.post(
        "/desk/interference", json={"facts": COMPLAINT}, headers=token("operator")
    )
    assert opened.status_code == 201, opened.text
    point = client.post("/points", json=POINT, headers=token("operator"))
    assert point.status_code == 201, point.text
    point_id = point.json()["id"]
    written = client.post(f"/points/{point_id}/contact", json=CONTACT, headers=token("operator"))
    assert written.status_code == 201, written.text
    staff = token("administrator")
    inspection = client.post("/desk/inspection", json={"facts": INSPECTION}, headers=staff)
    assert inspection.status_code == 201, inspection.text
    plan = client.post("/desk/inspection_plan", json={"facts": {"year": "2026"}}, headers=staff)
    assert plan.status_code == 201, plan.text
    return {
        "inspection_id": inspection.json()["id"],
        "inspection_plan_id": plan.json()["id"],
        "kind": "interference",
        "interference_id": opened.json()["id"],
        "desk_case_id": opened.json()["id"],
        "file_id": "x",
        "ending": "pdf",
        "work_id": work_id,
        "point_id": point_id,
        "visit_id": "x",
        "organisation_id": "mo-phong-b",
        "structure_id": own.id,
        "collection_id": "structures",
        "feature_id": own.id,
        "process_id": "coverage",
        "tile_matrix_set_id": "WebMercatorQuad",
        "tile_matrix": "8",
        "tile_row": "120",
        "tile_col": "203",
        "contract_id": "hđ",
        "from_id": own.id,
        "to_id": other.id,
        "station_id": "mp-tan-an",
        "owner_id": OWN,
        "case_id": drafted.json()["id"],
        "import_id": sent.json()["id"],
        "revision": str(service.register.revision()),
        "account_id": service.accounts.by_name("operator-1").id,  # type: ignore[union-attr]
        "sequence": "1",
        "layer": "structures",
        "name": "10-sharing.toml",
        "plan_id": "x",
        "page": "border",
        "old": "x",
        "new": "y",
    }


def caller(method: str, path: str) -> str:
    """The role that may most at a route."""
    order = (Role.OPERATOR, Role.ADMINISTRATOR, Role.ANONYMOUS)
    return next(role.value for role in order if may(role, method, path))


def filled(path: str, ids: Ids, instead: Mapping[str, str] | None = None) -> str:
    """The path with names of records that are there, and with what is tried."""
    for part in path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}").partition(":")[0]
            value = {**ids, **(instead or {})}.get(name, "none")
            path = path.replace(part, quote(value, safe=""))
    return path


class Answers:
    """Asks as the role that may most, and notes what the server could not answer."""

    def __init__(self, client: TestClient, token: Token) -> None:
        self.client = client
        self.headers = {role.value: token(role.value) for role in Role}
        self.asked = 0
        self.broken: list[str] = []

    def ask(self, method: str, route: str, path: str, **sent: Any) -> None:
        more = sent.pop("headers", {})
        headers = {**self.headers[caller(method, route)], **more}
        answer = self.client.request(method, path, headers=headers, **sent)
        self.asked += 1
        assert answer.status_code != 401, path
        if answer.status_code >= 500:
            self.broken.append(f"{method} {path} {str(sent)[:200]}: {answer.status_code}")


@pytest.fixture
def answers(client: TestClient, token: Token) -> Answers:
    return Answers(client, token)


def tried(route: APIRoute, ids: Ids) -> Iterator[str]:
    """The addresses of a route with one value after another replaced."""
    query = parameters(route.dependant, "query_params")
    known = {**ids, **REQUIRED}
    usual = {
        one.alias: known.get(one.alias, "x")
        for one in query
        if one.field_info.is_required() or one.alias == "station"
    }
    for one in query:
        for value in values(one):
            yield f"{filled(route.path, ids)}?{urlencode({**usual, one.alias: value})}"
    for one in parameters(route.dependant, "path_params"):
        for value in values(one):
            yield f"{filled(route.path, ids, {one.alias: value})}?{urlencode(usual)}"


def test_addresses_and_queries(answers: Answers, ids: Ids) -> None:
    for method, route in routes():
        if method == "GET" and route.path.endswith("/events"):
            continue  # a stream that lasts
        page = route.path.startswith("/view/")
        sent: dict[str, Any] = {"headers": {"accept": "text/html" if page else "application/json"}}
        if route.path in BODIES:
            sent["json"] = BODIES[route.path]
        for address in tried(route, ids):
            answers.ask(method, route.path, address, **sent)
    assert answers.asked > 800
    assert not answers.broken, "\n".join(answers.broken)


def spoilt(value: Any) -> Iterator[Any]:
    """A body with one value after another replaced, and with names that are no texts."""
    yield from IN_JSON
    if isinstance(value, dict):
        yield {**value, "\ud800": 1}
        yield {**value, "\x00": "\x00"}
        for name, inner in value.items():
            yield from ({**value, name: one} for one in spoilt(inner))
    if isinstance(value, list):
        yield from ([one] for one in spoilt(value[0]))


def model_of(route: APIRoute) -> type[BaseModel] | None:
    """What the body of a route is read as; None where it is a form or there is none."""
    for one in route.dependant.body_params:
        for kind in (one.field_info.annotation, *get_args(one.field_info.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                return kind
    return None


def test_bodies(answers: Answers, ids: Ids) -> None:
    models = {(method, route.path): model_of(route) for method, route in routes()}
    assert {path for (_, path), model in models.items() if model} == set(BODIES)
    for (method, path), model in models.items():
        if model is not None:
            body = {**dict.fromkeys(model.model_fields), **BODIES[path]}
            for one in spoilt(body):
                headers = {"content-type": "application/json"}
                content = json.dumps(one)
                answers.ask(method, path, filled(path, ids), content=content, headers=headers)
    assert not answers.broken, "\n".join(answers.broken)


class Forms(HTMLParser):
    """The forms of a page that write: address and fields, filled in as far as may be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "csrf_token")
        if tag == "form":
            self.found.append((told["action"] if told.get("method") == "post" else "", {}))
        elif self.found and tag == "option":
            if self.select and not self.found[-1][1][self.select]:
                self.found[-1][1][self.select] = told.get("value", "")
        elif self.found and name != "csrf_token":
            self.select = name if tag == "select" else ""
            filled = (
                ""
                if tag == "select"
                else REQUIRED.get(name) or USUAL.get(told.get("type", ""), "1")
            )
            self.found[-1][1].setdefault(name, told.get("value") or filled)


EXTRA: Mapping[str, Mapping[str, str]] = {
    "/view/certification/{structure_id}/facts": {
        "organisation_id": OWN,
        "seen": "x",
        "inhabited": "yes",
        "building_top_m": "5",
        "antenna_lowest_m": "30",
        "seen_on": "2026-11-01",
        "source": "y",
    },
    "/view/certification/{structure_id}/papers": {
        "organisation_id": OWN,
        "kind": "certificate",
        "number": "1",
        "issuer": "x",
        "issued_on": "2026-01-01",
        "valid_to": "2030-01-01",
    },
    "/view/boundaries/{import_id}/commit": {"digest": "x"},
    "/view/rules/files/{name}": {"content": "[[rule]]", "version": ""},
    "/view/rules/files/{name}/restore": {"revision": "1"},
    "/view/duplicates/undo": {"decision_id": "x|y", "reason": "z"},
    "/view/imports/{import_id}/answers": {"answer.crs": "9210", "answer.decimal": "comma"},
    "/view/desk/inspection/{inspection_id}/checklists": {
        "list": "radio_station",
        "object_id": "mp-tan-an",
        "expected": "1",
        "visited_at": "2026-11-01T08:00",
        "outcome.power": "not_met",
        "value.power": "2",
        "unit.power": "W",
        "uncertainty.power": "0.1",
        "shown.power": "1",
        "note.power": "x",
        "photographs.power": "x",
        "behaviour_id.power": "radio_wrong_frequency",
    },
    "/view/desk/inspection/{inspection_id}/visits": {
        "visit_text": json.dumps(FIELD_VISIT),
        "expected": "1",
        "decision": "record",
    },
    "/view/desk/inspection_plan/{inspection_plan_id}/inspections": {"line": "2"},
    "/view/desk/inspection/{inspection_id}/facts": {
        "object": "station",
        "object_id": "mp-tan-an",
        "seen": "x",
        "expected": "1",
        "write.emission": "1",
        "value.emission": "x",
    },
    "/view/desk/dossier/{desk_case_id}/licence": {
        "station_id": "mp-tan-an",
        "seen": "x",
        "expected": "1",
        "write.licence_to": "1",
        "value.licence_to": "2030-01-01",
    },
    "/view/desk/interference/{interference_id}/contact": CONTACT,
    "/view/desk/interference/{interference_id}/contact/view": {"reason": "z"},
    "/view/desk/interference/{interference_id}/contact/remove": {},
    "/view/department/restore": {"revision": "1", "seen": "x"},
    "/view/desk/interference/{interference_id}/study": {
        "bearings": "x",
        "levels": "x",
        "log": "x",
    },
}
"""Forms that stand on their page only now and then."""
WITHOUT_FIELDS = {
    "/view/studies/{study_id}/publish",
    "/view/studies/{study_id}/withdraw",
    "/view/stations/{station_id}/antenna/remove",
    "/view/desk/dossier/{desk_case_id}/precheck",
    "/view/jobs/{job_id}/cancel",
    "/view/import-batches/{batch_id}/undo",
    "/view/retention/contacts",
}


def served(address: str) -> str:
    """The template of the route that an address is of."""
    for method, route in routes():
        if method == "POST" and route.path_regex.match(address.partition("?")[0]):
            return route.path
    raise AssertionError(address)


@pytest.fixture
def forms(answers: Answers, ids: Ids) -> dict[str, tuple[str, dict[str, str]]]:
    """Every form that writes of every page: by its route, with address and fields."""
    found = {path: (filled(path, ids), dict(fields)) for path, fields in EXTRA.items()}
    for method, route in routes():
        for role in (Role.OPERATOR, Role.ADMINISTRATOR):
            if method == "GET" and route.path.startswith("/view") and may(role, "GET", route.path):
                headers = {**answers.headers[role.value], "accept": "text/html"}
                page = answers.client.get(filled(route.path, ids), headers=headers)
                for address, fields in Forms(page.text).found:
                    if address:
                        found.setdefault(served(address), (address, fields))
    return found


def test_forms(answers: Answers, forms: dict[str, tuple[str, dict[str, str]]]) -> None:
    writing = {path for method, path in ROUTES if method == "POST" and path.startswith("/view")}
    in_person = {path for path in writing if path.startswith(_IN_PERSON)}
    assert writing - set(forms) - in_person == WITHOUT_FIELDS
    for path, (address, fields) in forms.items():
        for name in fields:
            for value in IN_FORMS:
                sent = {"data": {**fields, name: value}, "headers": {"accept": "text/html"}}
                answers.ask("POST", path, address, **sent)
            answers.ask("POST", path, address, **halved(fields, name))
    assert answers.asked > 500
    assert not answers.broken, "\n".join(answers.broken)


def test_forms_in_person(browser_of: Callable[[str], Any]) -> None:
    """Accounts, tokens and grants, which no token reaches."""
    browser = browser_of("administrator")
    pages = {path for method, path in ROUTES if method == "GET" and path.startswith(_IN_PERSON)}
    forms: dict[str, dict[str, str]] = {}
    for page in pages:
        for address, fields in Forms(browser.get(page).text).found:
            if address.startswith(_IN_PERSON):
                forms.setdefault(served(address), {**fields, "": address})
    assert len(forms) >= 4
    token = {"csrf_token": browser.csrf()}
    for path, known in forms.items():
        address = known.pop("")
        for name in known.keys() - token.keys():
            for value in IN_FORMS:
                if path.endswith("/password") and name != "current":
                    continue  # a changed password ends this very session
                sent = known | token | {name: value}
                answer = browser.client.post(address, data=sent)
                assert answer.status_code < 500, f"{path} {name}={value[:30]}"
                assert answer.status_code != 403, f"{path} was not reached"


def halved(fields: Mapping[str, str], name: str) -> dict[str, Any]:
    """A form with half of a surrogate pair in a field, in an encoding that can write it."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n'
        + ("+2AA-" if one == name else value)
        for one, value in fields.items()
    ]
    kind = "multipart/form-data; boundary=b; charset=utf-7"
    content = "\r\n".join([*parts, "--b--", ""]).encode()
    return {"content": content, "headers": {"accept": "text/html", "content-type": kind}}


@pytest.mark.parametrize("page", [False, True])
def test_half_a_character_is_refused_by_name(
    client: TestClient, token: Token, ids: Ids, *, page: bool
) -> None:
    sender = token("operator")
    address = f"/sharing-requests/{ids['case_id']}/events"
    body = json.dumps({"kind": "submitted", "expected": 1, "details": {"\ud800": 1}})
    sent: dict[str, Any] = {"content": body, "headers": {"content-type": "application/json"}}
    if page:
        address = f"/view{address}".replace("sharing-requests", "sharing")
        sent = halved({"kind": "submitted", "note": "x"}, "note")
    answer = client.post(address, **{**sent, "headers": {**sender, **sent["headers"]}})
    assert answer.status_code == 422
    assert "một nửa" in answer.text
    assert ("note" if page else "\ufffd") in answer.text


def test_nothing_was_known_before_the_register_was_begun(client: TestClient, token: Token) -> None:
    for day in ("0001-01-01", "0300-01-01", "2000-01-01"):
        answer = client.get(f"/structures?known_on={day}", headers=token("administrator"))
        assert answer.json()["numberMatched"] == 0, day
    last = client.get("/structures?known_on=9999-12-31", headers=token("administrator"))
    assert last.json()["numberMatched"] > 0


@pytest.mark.parametrize("said", ["-1", "1.5", "", "²", "٣", "+1", "1000000001", "9" * 5000])
def test_what_is_no_whole_number_of_ours(said: str) -> None:
    assert whole(said) is None


def test_whole_numbers() -> None:
    assert [whole(said) for said in ("0", "007", "1000000000")] == [0, 7, MOST]


@pytest.mark.parametrize("day", [date.min, date(1975, 6, 12), date(2026, 11, 2), date.max])
def test_the_end_of_a_day_is_its_last_millisecond_in_viet_nam(day: date) -> None:
    end = end_of_day(day)
    assert end.utcoffset() == timedelta(0)
    assert end.astimezone(VIET_NAM).date() == day
    if day.year < 9999:
        assert (end + timedelta(milliseconds=1)).astimezone(VIET_NAM).date() > day
