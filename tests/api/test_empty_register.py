"""A department begins: every page of every role with nothing in the register, then step by step.

The register is made as docs/operations.md says: `phusong init`, `phusong user add`, then the
pages. What a new page must keep stands in `test_no_page_is_silent`: a page that lists something
shows the empty state, or says in `NEVER_EMPTY` why it cannot be empty.
"""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import data
from api.app import create_app
from api.cli import main
from api.empty import LESSONS
from api.roles import ROUTES, Role
from api.service import Service
from api.settings import Settings
from data.text import text
from gis.desk.registry import PROCEDURES
from gis.jobs.worker import work_once
from tests.browser.pages_found import Found, found_by

NEVER_EMPTY = {
    "/view/account": "the account of whoever looks",
    "/view/calendar": "days of the package `holidays`",
    "/view/complaints": "how to complain; nothing is listed",
    "/view/complaints/form": "a form for paper",
    "/view/department": "a form of its own; nothing is listed",
    "/view/devices": "the list ships with the software",
    "/view/guide": "ships with the software",
    "/view/health": "what the server sees of itself",
    "/view/link": "computed of what is typed alone",
    "/view/retention": "rules of keeping, with counts",
    "/view/rules": "ship with the software",
    "/view/sanctions": "ship with the software",
}
_EMPTY = re.compile(
    r'<section class="empty" role="status" data-empty="([^"]+)">(.*?)</section>', re.S
)
_LINK = re.compile(r'<a class="button[^"]*" href="([^"]+)">')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_FIRST_LINK = re.compile(r"/login/link/[\w-]+")
_STEPS = re.compile(r'<section class="card spaced first-steps".*?</section>', re.S)
_GUESTS = ("anonymous", "viewer")


@dataclass
class Person:
    """Somebody's browser.

    Attributes
    ----------
    role : str
        What it may do.
    client : TestClient
        The browser.
    """

    role: str
    client: TestClient
    walked: list[Found] = field(default_factory=list)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (self.role, path, answer.status_code)
        return answer.text

    def post(self, path: str, data: dict[str, str], **more: object) -> str:
        token = _TOKEN.search(self.get("/view/account"))
        assert token is not None
        answer = self.client.post(
            path, data={**data, "csrf_token": token[1]}, follow_redirects=True, **more
        )
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-3000:])
        return answer.text

    def walk(self) -> None:
        self.walked = list(found_by(self.client, self.role))
        if any(page.path == "/view/desk" for page in self.walked):
            for kind in PROCEDURES:
                answer = self.client.get(f"/view/desk/{kind}")
                self.walked.append(Found(f"/view/desk/{kind}", answer.text, answer.status_code))


@dataclass
class Office:
    """A server of a department, and who sits at it."""

    app: FastAPI
    people: dict[str, Person]

    @cached_property
    def service(self) -> Service:
        found: Service = self.app.state.service
        return found

    def sit_down(self, role: str, link: str = "") -> Person:
        client = TestClient(self.app, follow_redirects=False, headers={"accept": "text/html"})
        if link:
            assert client.get(link).status_code == 303
        self.people[role] = Person(role, client)
        return self.people[role]

    def invite(self, role: str, organisation_id: str = "") -> Person:
        """Make an account on the page of users, and sign in by the link that it shows."""
        page = self.people["administrator"].post(
            "/view/users",
            {"name": f"{role}-1", "role": role, "organisation_id": organisation_id},
        )
        link = _FIRST_LINK.search(page)
        assert link is not None
        return self.sit_down(role, link[0])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Install as the documentation says: a register, an administrator, its one-time link."""
    home, said = tmp_path_factory.mktemp("office") / "home", StringIO()
    with pytest.MonkeyPatch.context() as environment, redirect_stdout(said):
        environment.setenv("PHUSONG_HOME", str(home))
        assert main(["init"]) == 0
        assert main(["user", "add", "lan", "--role", "administrator", "--link"]) == 0
    link = _FIRST_LINK.search(said.getvalue())
    assert link is not None
    app = create_app(Settings(home=home, workers=0))
    with TestClient(app):
        made = Office(app, {})
        made.sit_down("administrator", link[0])
        yield made


@pytest.fixture(scope="module")
def nothing(office: Office) -> Office:
    """Walk every page of every role that can have an account before anything is recorded."""
    office.sit_down("anonymous")
    office.invite("viewer")
    office.invite("staff")
    for person in office.people.values():
        person.walk()
    return office


@pytest.fixture(scope="module")
def recorded(nothing: Office) -> Office:
    """Record an organisation on its page, and let its operator walk."""
    staff = nothing.people["staff"]
    staff.post(
        "/view/organisations", {"name": "Viễn thông Hoà Bình", "kind": "operator", "id": "VTHB"}
    )
    nothing.invite("operator", "vthb").walk()
    return nothing


BEFORE = ("anonymous", "viewer", "staff", "administrator")


def visited(office: Office, *roles: str) -> Iterator[tuple[Person, Found]]:
    for role in roles:
        person = office.people[role]
        assert len(person.walked) > 8, f"{role} reached {len(person.walked)} pages"
        yield from ((person, page) for page in person.walked)


def taught(page: Found) -> list[str]:
    """The subjects that a page teaches."""
    assert page.html.count('class="empty"') == len(_EMPTY.findall(page.html)), page.path
    return [subject for subject, _ in _EMPTY.findall(page.html)]


def lists(role: str) -> set[str]:
    """The pages that a role may open without naming a record."""
    return {
        path
        for method, path in ROUTES
        if method == "GET"
        and path.startswith("/view/")
        and "{" not in path
        and Role(role) in ROUTES[method, path]
    }


def require_way_on(person: Person, where: str, subject: str, html: str) -> str:
    """Make sure that an empty state has one link, which leads somewhere; return it."""
    (href,) = (unescape(one) for one in _LINK.findall(html))
    path, _, anchor = href.partition("#")
    page = person.get(path)
    assert not anchor or f'id="{anchor}"' in page, (where, subject, href)
    if path.startswith("/view/guide/"):
        told = [text(f"empty.who_{who}", "vi") for who in ("staff", "operator", "administrator")]
        told.append(text("empty.who_signed_in", "vi"))
        assert any(one in html for one in told), (person.role, where, subject, "who does it?")
    return href


@pytest.mark.parametrize("role", BEFORE)
def test_every_page_answers(nothing: Office, role: str) -> None:
    assert [
        (page.path, page.status) for _, page in visited(nothing, role) if page.status != 200
    ] == []


@pytest.mark.parametrize("role", BEFORE)
def test_no_page_is_silent(nothing: Office, role: str) -> None:
    """A page that can be empty teaches; `NEVER_EMPTY` says why another cannot."""
    seen = {page.path: taught(page) for _, page in visited(nothing, role)}
    silent = {path for path in lists(role) if not seen[path]}
    assert silent - set(NEVER_EMPTY) == set()
    assert {path for path in NEVER_EMPTY if seen.get(path)} == set(), "no exception any more"
    assert set(NEVER_EMPTY) <= set(lists("administrator")), "a page that is not there"
    for kind in PROCEDURES if "/view/desk" in seen else ():
        assert seen[f"/view/desk/{kind}"] == [f"desk_{kind}"]
    assert seen["/map"] == ["map"]
    assert (seen["/"] == ["home"]) is (role in _GUESTS)


@pytest.mark.parametrize("role", BEFORE)
def test_every_empty_state_leads_on(nothing: Office, role: str) -> None:
    """One link, which this role may follow; who may do nothing is told who does it."""
    met = set()
    for person, page in visited(nothing, role):
        for subject, html in _EMPTY.findall(page.html):
            assert subject in LESSONS, "a clean page is not called filtered"
            met.add(require_way_on(person, page.path, subject, html))
    steps = {href for href in met if not href.startswith("/view/guide/")}
    assert bool(steps) is (role not in _GUESTS)
    assert ("/view/organisations#new" in met) is (role not in _GUESTS)


class _Choices(HTMLParser):
    """The lists of choices of a page in which nothing can be chosen, and its empty tables."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._select: tuple[str, list[str]] | None = None
        self._rows: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "select":
            self._select = (told.get("name") or told.get("id") or "", [])
        elif tag == "option" and self._select is not None:
            self._select[1].append(told.get("value") or "")
        elif tag == "tbody":
            self._rows = (told.get("id") or "", 0)
        elif tag == "tr" and self._rows is not None:
            self._rows = (self._rows[0], self._rows[1] + 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            name, values = self._select
            if not any(values):
                self.found.append(f"nothing to choose: {name}")
            self._select = None
        elif tag == "tbody" and self._rows is not None:
            if not self._rows[1]:
                self.found.append(f"a table without rows: {self._rows[0]}")
            self._rows = None


FILLED_BY_SCRIPT = ("/map",)
MAY_STAY_UNCHOSEN = {
    "/view/sites": ["nothing to choose: organisation_id"],
    "/view/sources": ["nothing to choose: station_id"],
    "/view/users": ["nothing to choose: organisation_id"],
}
"""Choices that a form does without; each page says above what must be recorded first."""


@pytest.mark.parametrize("role", BEFORE)
def test_no_table_is_bare_and_every_list_of_choices_has_one(nothing: Office, role: str) -> None:
    found = {}
    for _, page in visited(nothing, role):
        choices = _Choices()
        choices.feed(page.html)
        if choices.found and page.path not in FILLED_BY_SCRIPT:
            found[page.path] = choices.found
            assert taught(page), page.path
    assert found == {path: MAY_STAY_UNCHOSEN[path] for path in MAY_STAY_UNCHOSEN if path in found}


def test_an_operator_has_no_account_before_its_organisation(nothing: Office) -> None:
    administrator = nothing.people["administrator"]
    page = administrator.client.get("/view/users").text
    assert [subject for subject, _ in _EMPTY.findall(page)] == ["users"]
    token = _TOKEN.search(page)
    assert token is not None
    refused = administrator.client.post(
        "/view/users", data={"name": "x", "role": "operator", "csrf_token": token[1]}
    )
    assert 400 <= refused.status_code < 500


def test_a_file_says_which_organisations_the_register_wants(nothing: Office) -> None:
    """The packaged sample in an empty register: each owner leads to the form that records it."""
    staff = nothing.people["staff"]
    file = ("mau.xlsx", data.path("samples/cot_ang_ten_mau.xlsx").read_bytes(), "x/y")
    page = staff.post("/view/imports", {"kind": "structures"}, files={"file": file})
    (wanted,) = re.findall(r'href="(/view/organisations\?name=[^"#]+)#new"', page)
    assert 'value="Viễn thông Mô phỏng A" required' in staff.get(wanted)
    assert re.search(r"Viễn thông Mô phỏng A</a> \(2\d hàng\)", page)


def test_an_operator_is_taught_once_its_organisation_is_recorded(recorded: Office) -> None:
    operator = recorded.people["operator"]
    subjects = set()
    for person, page in visited(recorded, "operator"):
        assert page.status == 200, page.path
        assert page.path in NEVER_EMPTY or page.path == "/login" or _is_form(page) or taught(page)
        for subject, html in _EMPTY.findall(page.html):
            require_way_on(person, page.path, subject, html)
            subjects.add(subject)
    assert {"home", "structures", "stations", "works", "points", "desk", "sharing"} <= subjects
    assert 'href="/view/imports?kind=structures"' in operator.get("/view/structures")


def _is_form(page: Found) -> bool:
    return (
        page.path.endswith("/new") or not page.path.startswith("/view/") or "/guide/" in page.path
    )


def test_a_list_that_is_empty_for_its_filters_says_so(recorded: Office) -> None:
    """Whatever a person may type into the search of an empty list; clearing it leads back."""
    staff, tried = recorded.people["staff"], set()
    for path in sorted(lists("staff")):
        page = staff.get(path)
        lesson = _EMPTY.search(page)
        search = re.search(rf'<form [^>]*method="get" action="{path}".*?</form>', page, re.S)
        if lesson is None or search is None:
            continue
        field = re.search(r'<input [^>]*name="(\w+)"', search[0])
        if field is None or LESSONS[lesson[1]].conditions is not None:
            continue
        value = "2020-01-01" if 'type="date"' in field[0] else "zzz"
        asked = staff.get(f"{path}?{urlencode({field[1]: value})}")
        subject, html = _EMPTY.findall(asked)[0]
        assert subject == "filtered", path
        assert text("empty.filtered", "vi") in html
        assert require_way_on(staff, path, subject, html) == path
        tried.add(path)
    assert tried >= {"/view/works", "/view/points"}, "no search was tried"


FILES = {
    "structures": (
        "Mã;Loại;Chủ sở hữu;Kinh độ;Vĩ độ;Chiều cao (m)\n"
        "HB-1;cột ăng ten;Viễn thông Hoà Bình;106,40;10,60;45\n"
    ),
    "plan": (
        "Mã hồ sơ;Tần số (MHz);Chương trình;Địa điểm;Kinh độ;Vĩ độ;Từ ngày;Nhãn;Quy hoạch;Văn bản;"
        "Điều khoản\nfm-1;98,3;Đài thử;Tân An;106,40;10,60;01/01/2020;V2;fm-thu;Văn bản thử;1\n"
    ),
    "stations": (
        "Tên đài;Tần số (MHz);Chương trình;Kinh độ;Vĩ độ;Dịch vụ;Công suất (kW);"
        "Độ cao ăng ten (m);Phân cực;Hiệu lực\n"
        "Đài thử;98,3;Đài thử;106,40;10,60;Phát thanh FM;1;60;đứng;\n"
    ),
}


def test_the_first_steps_go_away_one_by_one(recorded: Office) -> None:
    """The list on the first page is the register's: each step is taken as it says."""
    staff, administrator = recorded.people["staff"], recorded.people["administrator"]
    for guest in ("anonymous", "viewer", "operator"):
        assert _STEPS.search(recorded.people[guest].get("/")) is None
    for step in FILES:
        listed = _STEPS.search(staff.get("/?lang=vi"))
        assert listed is not None
        (primary,) = _LINK.findall(listed[0])
        assert primary == f"/view/imports?kind={step}", "the next step"
        for href in re.findall(r'<a href="([^"]+)"', listed[0]):
            staff.get(href.partition("#")[0])
        assert f'<option value="{step}" selected' in staff.get(primary)
        bring_in(staff, step)
    for person in (staff, administrator):
        listed = _STEPS.search(person.get("/"))
        assert listed is not None
        assert _LINK.findall(listed[0]) == ["/view/findings#check"]
    staff.post("/view/findings", {"service": "fm"})
    service = recorded.service
    assert work_once(service.register, service.home, service.ground)
    for person in (staff, administrator):
        assert _STEPS.search(person.get("/")) is None, "all is done"


_ANSWERS = re.compile(r'action="(/view/imports/[^"]+/answers)"(.*?)</form>', re.S)
_COMMIT = re.compile(
    r'action="(/view/imports/[^"]+/commit)">.*?name="digest" value="([^"]+)"', re.S
)


def bring_in(person: Person, kind: str) -> None:
    """Send a file on the page of imports, answer what it asks, bring in what it holds."""
    file = (f"{kind}.csv", FILES[kind].encode(), "text/csv")
    page = person.post("/view/imports", {"kind": kind}, files={"file": file})
    for asked in [found for found in _ANSWERS.findall(page) if "<fieldset>" in found[1]]:
        offered = re.findall(r'name="(option[^"]+)" value="([^"]+)"', asked[1])
        page = person.post(asked[0], dict(reversed(offered)))
    commit = _COMMIT.search(page)
    assert commit is not None
    person.post(commit[1], {"digest": commit[2]})
