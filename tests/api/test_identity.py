"""Signing in, sessions, tokens, one-time links, and what a stranger learns from failures."""

import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.attendance import Attendance
from api.errors import TooManyAttemptsError, TooManyRequestsError
from api.identity import SESSION_COOKIE, new_link, new_token, use_link
from api.pace import Pace
from api.passwords import hash_password, is_password
from api.service import Service
from api.settings import Settings
from api.throttle import Throttle
from data.text import text
from gis.errors import FormatError, StorageError
from gis.register import engine
from gis.register.accounts import Access, Account
from gis.register.columns import metadata

PASSWORD = "correct horse battery staple"
Accounts = Callable[[str], Account]


def sign_in(client: TestClient, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login", data={"name": name, "password": password, **more})


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(
    client: TestClient, account: Accounts
) -> None:
    account("staff")
    answer = sign_in(client, " STAFF-1 ")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "staff-1" in client.get("/").text


def test_behind_tls_the_cookie_is_secure(settings: Settings, password_hash: str) -> None:
    from api.app import create_app

    app = create_app(settings.model_copy(update={"secure_cookies": True}))
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        app.state.service.accounts.add("lan", "staff", password_hash=password_hash)
        assert "Secure" in sign_in(client, "lan").headers["set-cookie"]


def test_a_new_session_replaces_the_one_before(client: TestClient, account: Accounts) -> None:
    account("staff")
    sign_in(client, "staff-1")
    first = client.cookies[SESSION_COOKIE]
    sign_in(client, "staff-1")
    assert client.cookies[SESSION_COOKIE] != first
    assert client.get("/view/account").status_code == 200
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, first)
    assert client.get("/view/account").status_code == 401, "the old session lives on"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\nx", ""]
)
def test_signing_in_leads_nowhere_else(client: TestClient, account: Accounts, target: str) -> None:
    account("viewer")
    assert sign_in(client, "viewer-1", next=target).headers["location"] == "/"


def test_signing_in_goes_on_where_one_was(client: TestClient, account: Accounts) -> None:
    account("viewer")
    asked = client.get("/view/studies?offset=0", headers={"accept": "text/html"})
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=/view/studies%3Foffset%3D0"
    answer = sign_in(client, "viewer-1", next="/view/studies?offset=0")
    assert answer.headers["location"] == "/view/studies?offset=0"


def test_a_stranger_a_wrong_password_and_a_closed_account_look_the_same(
    client: TestClient, service: Service, account: Accounts
) -> None:
    account("staff")
    closed = service.accounts.add("closed", "viewer", password_hash=account("staff").password_hash)
    service.accounts.set_active(closed.id, False)
    bare = service.accounts.add("bare", "viewer")
    assert bare.password_hash is None
    answers = {
        name: sign_in(client, name, password)
        for name, password in (
            ("staff-1", "wrong password here"),
            ("nobody", PASSWORD),
            ("closed", PASSWORD),
            ("bare", ""),
        )
        if password
    }
    assert {answer.status_code for answer in answers.values()} == {401}
    pages = {
        re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text) for answer in answers.values()
    }
    assert len(pages) == 1


def test_a_stranger_waits_as_long_as_everyone(password_hash: str) -> None:
    def seconds(kept: str | None) -> float:
        runs = []
        for _ in range(5):
            began = time.process_time()
            assert not is_password(kept, "wrong password here")
            runs.append(time.process_time() - began)
        return min(runs)

    is_password(None, "warm")
    known, unknown = seconds(password_hash), seconds(None)
    assert 0.4 < unknown / known < 2.5


def test_guessing_is_slowed_down_and_the_right_password_too(
    client: TestClient, account: Accounts
) -> None:
    account("staff")
    for _ in range(6):
        last = sign_in(client, "staff-1", "wrong password here")
        if last.status_code == 429:
            break
    assert last.status_code == 429 or sign_in(client, "staff-1").status_code == 429
    refused = sign_in(client, "staff-1")
    assert refused.status_code == 429
    assert "giây" in refused.text
    account("viewer")
    assert sign_in(client, "viewer-1").status_code == 303, "others are not slowed down"


class Clock:
    def __init__(self) -> None:
        self.moment = 1_000_000.0

    def __call__(self) -> float:
        return self.moment


def waits(throttle: Throttle, name: str, address: str) -> int:
    """Seconds that an attempt has to wait; 0 where it was let through, and so counted."""
    try:
        throttle.attempt(name, address)
    except TooManyAttemptsError as error:
        return int(str(error.values["seconds"]))
    return 0


def test_the_wait_doubles_ends_and_is_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    throttle = Throttle(tmp_path / "sign-ins.sqlite3", clock)
    assert [waits(throttle, "LAN ", "10.0.0.1") for _ in range(5)] == [0] * 5
    found = []
    for _ in range(11):
        found.append(waits(throttle, "lan", "10.0.0.1"))
        clock.moment += found[-1]
        assert waits(throttle, "lan", "10.0.0.1") == 0
    assert found == [2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 901]
    clock.moment += 901
    assert waits(throttle, "lan", "10.0.0.1") == 0


def test_a_success_forgives_and_counts_for_nobody(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path / "sign-ins.sqlite3", Clock())
    for _ in range(200):
        assert waits(throttle, "lan", "10.0.0.1") == 0
        throttle.succeeded("lan", "10.0.0.1")


def test_a_restart_and_another_process_remember(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "sign-ins.sqlite3"
    for _ in range(5):
        assert waits(Throttle(path, clock), "lan", "10.0.0.1") == 0
    assert waits(Throttle(path, clock), "lan", "10.0.0.1") > 0
    assert waits(Throttle(path, clock), "lan", "10.0.0.2") == 0, "others are not locked out"
    clock.moment -= 5000
    assert 0 < waits(Throttle(path, clock), "lan", "10.0.0.1") < 10, "a clock set back locks out"
    assert b"lan" not in path.read_bytes(), "a name may be a mistyped password"


def test_attempts_at_the_same_time_are_no_way_around(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path / "sign-ins.sqlite3")
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: waits(throttle, "lan", "10.0.0.1"), range(48)))
    assert found.count(0) <= 6


def test_one_address_and_many_names(tmp_path: Path) -> None:
    throttle = Throttle(tmp_path / "sign-ins.sqlite3", Clock())
    assert not any(waits(throttle, f"name-{number}", "10.0.0.1") for number in range(50))
    assert waits(throttle, "another", "10.0.0.1")
    assert not waits(throttle, "another", "10.0.0.2")


def test_the_failures_that_are_kept_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.throttle._MOST_KEYS", 60)
    path = tmp_path / "sign-ins.sqlite3"
    clock = Clock()
    for number in range(100):
        clock.moment += 1
        waits(Throttle(path, clock), f"name-{number}", f"10.0.0.{number}")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM failures").fetchone()[0] <= 60


def test_who_cannot_be_counted_is_not_let_in(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Throttle(tmp_path / "nowhere" / "sign-ins.sqlite3").attempt("lan", "10.0.0.1")


def test_a_link_signs_in_once(client: TestClient, service: Service, account: Accounts) -> None:
    link = new_link(service.accounts, account("staff").id)
    response = client.get(link)
    assert (response.status_code, response.headers["location"]) == (303, "/?signed_in=link")
    assert text("pages.home_signed_in", name="staff-1") in client.get("/?signed_in=link").text
    assert text("pages.home_signed_in", name="staff-1") not in client.get("/").text
    assert client.get("/view/account").status_code == 200
    client.cookies.clear()
    again = client.get(link)
    assert again.status_code == 410
    assert "đã được dùng hoặc đã hết hạn" in again.text
    assert "set-cookie" not in again.headers
    assert client.get("/view/account").status_code == 401


def test_a_link_expires_and_a_closed_account_has_none(service: Service, account: Accounts) -> None:
    staff = account("staff")
    late = new_link(service.accounts, staff.id, hours=-1).rpartition("/")[2]
    assert use_link(service.accounts, late) is None
    unused = new_link(service.accounts, staff.id).rpartition("/")[2]
    service.accounts.set_active(staff.id, False)
    assert use_link(service.accounts, unused) is None


def test_only_who_came_by_link_sets_a_password_without_the_old_one(
    browser_of: Callable[[str], Any], client: TestClient
) -> None:
    new = {"password": "a new password of mine", "repeated": "a new password of mine"}
    by_link = browser_of("staff")
    assert "current" not in by_link.get("/view/account").text
    assert by_link.post("/view/account/password", new).headers["location"].endswith("password")
    assert by_link.get("/view/account").status_code == 200, "the own session goes on"
    assert sign_in(client, "staff-1").status_code == 401
    assert sign_in(client, "staff-1", new["password"]).status_code == 303
    page = client.get("/view/account").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf is not None
    other = {"password": "yet another password", "repeated": "yet another password"}
    form = {**other, "csrf_token": csrf[1]}
    assert client.post("/view/account/password", data=form).status_code == 422
    form["current"] = new["password"]
    assert client.post("/view/account/password", data=form).status_code == 303


def test_a_new_password_ends_the_other_sessions(browser_of: Callable[[str], Any]) -> None:
    one, other = browser_of("viewer"), browser_of("viewer")
    new = {"password": "a new password of mine", "repeated": "a new password of mine"}
    assert one.post("/view/account/password", new).status_code == 303
    assert other.get("/view/account").status_code == 303, "sent to sign in"
    assert one.get("/view/account").status_code == 200


@pytest.mark.parametrize(
    ("password", "repeated"), [("short", "short"), ("x" * 12, "y" * 12), ("", "")]
)
def test_passwords_that_will_not_do(
    browser_of: Callable[[str], Any], password: str, repeated: str
) -> None:
    browser = browser_of("viewer")
    sent = {"password": password, "repeated": repeated}
    assert browser.post("/view/account/password", sent).status_code == 422


def test_hashes_are_argon2id_and_short_passwords_have_none() -> None:
    assert hash_password("twelve chars").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    with pytest.raises(FormatError):
        hash_password("eleven char")
    assert not is_password("$argon2id$broken", "anything at all")


def test_signing_out_ends_the_session(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("staff")
    secret = browser.client.cookies[SESSION_COOKIE]
    answer = browser.post("/logout")
    assert answer.status_code == 303
    assert 'phusong_session=""' in answer.headers["set-cookie"]
    browser.client.cookies.set(SESSION_COOKIE, secret)
    assert browser.get("/view/account").status_code == 303


def test_a_closed_account_is_out_at_once(
    browser_of: Callable[[str], Any],
    client: TestClient,
    service: Service,
    account: Accounts,
    token: Callable[[str], dict[str, str]],
) -> None:
    browser, headers = browser_of("staff"), token("staff")
    assert client.get("/import-batches", headers=headers).status_code == 200
    service.accounts.set_active(account("staff").id, False)
    assert browser.get("/view/account").status_code == 303
    assert client.get("/import-batches", headers=headers).status_code == 401


def test_a_session_ends_by_itself(settings: Settings, password_hash: str) -> None:
    from api.app import create_app

    app = create_app(settings.model_copy(update={"session_hours": 1e-7}))
    with TestClient(app, follow_redirects=False) as client:
        app.state.service.accounts.add("lan", "staff", password_hash=password_hash)
        sign_in(client, "lan")
        time.sleep(0.01)
        assert client.get("/view/account").status_code in (401, 303)


def test_tokens_are_shown_once_work_and_end(
    browser_of: Callable[[str], Any], client: TestClient, service: Service, account: Accounts
) -> None:
    browser = browser_of("staff")
    page = browser.post("/view/account/tokens", {"name": "báo cáo", "days": "30"}).text
    found = re.search(r"phusong_[\w-]{43}", page)
    assert found is not None
    headers = {"authorization": f"Bearer {found[0]}"}
    assert found[0] not in browser.get("/view/account").text
    assert client.get("/import-batches", headers=headers).status_code == 200
    (kept,) = service.accounts.tokens(account("staff").id)
    assert kept.expires_at is not None
    assert browser.post(f"/view/account/tokens/{kept.id}/revoke").status_code == 303
    refused = client.get("/import-batches", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_nobody_revokes_the_token_of_another(
    browser_of: Callable[[str], Any], service: Service, account: Accounts
) -> None:
    _, kept = new_token(service.accounts, account("staff").id, "theirs", days=1)
    assert browser_of("viewer").post(f"/view/account/tokens/{kept.id}/revoke").status_code == 404
    assert service.accounts.tokens(account("staff").id)[0].revoked_at is None


def test_a_token_that_is_wrong_or_expired_is_refused_even_where_strangers_may_read(
    client: TestClient, service: Service, account: Accounts
) -> None:
    old, _ = new_token(service.accounts, account("staff").id, "old", days=-1)
    for shown in (old, "nonsense", "", "é" * 10):
        answer = client.get("/structures", headers={"authorization": f"Bearer {shown}".encode()})
        assert answer.status_code == 401


def test_a_token_needs_no_form_token_and_wins_over_a_cookie(
    browser_of: Callable[[str], Any], token: Callable[[str], dict[str, str]]
) -> None:
    browser = browser_of("staff")
    viewer = token("viewer")
    assert browser.get("/import-batches", headers=viewer).status_code == 403


def test_another_site_s_page_is_refused(
    browser_of: Callable[[str], Any], client: TestClient
) -> None:
    browser = browser_of("staff")
    form = {"name": "x", "csrf_token": browser.csrf()}
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        answer = browser.client.post("/view/account/tokens", data=form, headers={"origin": origin})
        assert answer.status_code == 403
        login = {"name": "a", "password": "b"}
        answer = client.post("/login", data=login, headers={"origin": origin})
        assert answer.status_code == 403
    answer = browser.client.post(
        "/view/account/tokens", data=form, headers={"origin": "http://testserver"}
    )
    assert answer.status_code == 200


def test_the_form_token_of_another_session_is_refused(browser_of: Callable[[str], Any]) -> None:
    one, other = browser_of("staff"), browser_of("staff")
    form = {"name": "x", "csrf_token": other.csrf()}
    assert one.client.post("/view/account/tokens", data=form).status_code == 403


def test_no_secret_is_kept(
    browser_of: Callable[[str], Any], service: Service, account: Accounts
) -> None:
    browser = browser_of("staff")
    secret, _ = new_token(service.accounts, account("staff").id, "x", days=1)
    link = new_link(service.accounts, account("staff").id).rpartition("/")[2]
    with engine.reading(service.register.engine) as connection:
        kept = "\n".join(
            str(connection.execute(select(table)).all()) for table in metadata.sorted_tables
        )
    assert "staff-1" in kept
    for value in (PASSWORD, secret, link, browser.client.cookies[SESSION_COOKIE]):
        assert value not in kept


def test_an_administrator_runs_the_accounts(
    browser_of: Callable[[str], Any], client: TestClient, service: Service
) -> None:
    browser = browser_of("administrator")
    answer = browser.post("/view/users", {"name": "Nguyễn Lan", "role": "staff"})
    assert answer.status_code == 200
    link = re.search(r"http://testserver(/login/link/[\w-]+)", answer.text)
    assert link is not None
    assert link[1] not in browser.get("/view/users").text
    entered = client.get(link[1])
    assert entered.headers["location"] == "/?signed_in=link"
    lan = service.accounts.by_name("nguyễn lan")
    assert lan is not None
    assert browser.post(f"/view/users/{lan.id}/active", {"active": "no"}).status_code == 303
    assert client.get("/view/account").status_code == 401
    assert browser.post(f"/view/users/{lan.id}/link").status_code == 409
    assert browser.post(f"/view/users/{lan.id}/active", {"active": "yes"}).status_code == 303
    assert "/login/link/" in browser.post(f"/view/users/{lan.id}/link").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "administrator-1", "role": "staff"}, 409),
        ({"name": " ", "role": "staff"}, 422),
        ({"name": "lan", "role": "operator"}, 422),
        ({"name": "lan", "role": "system"}, 422),
        ({"name": "lan", "role": "operator", "organisation_id": "none"}, 404),
        ({"role": "staff"}, 422),
    ],
)
def test_accounts_that_cannot_be(
    browser_of: Callable[[str], Any], form: dict[str, str], status: int
) -> None:
    assert browser_of("administrator").post("/view/users", form).status_code == status


def test_what_was_typed_for_an_account_stays_in_the_form(browser_of: Callable[[str], Any]) -> None:
    form = {"name": "vienthong-b", "role": "operator"}
    page = browser_of("administrator").post("/view/users", form).text
    assert 'name="name" value="vienthong-b"' in page
    assert '<option value="operator" selected>' in page
    assert '<option value="staff" selected>' not in page


def test_an_administrator_does_not_lock_the_own_door(
    browser_of: Callable[[str], Any], account: Accounts
) -> None:
    browser = browser_of("administrator")
    own = account("administrator").id
    assert browser.post(f"/view/users/{own}/active", {"active": "no"}).status_code == 409
    assert browser.get("/view/users").status_code == 200


def test_a_session_knows_when_it_began(service: Service, account: Accounts) -> None:
    """The absolute life of a session is not prolonged by using it."""
    soon = datetime.now(UTC) + timedelta(seconds=1)
    service.accounts.add_session("d" * 64, account("staff").id, "x", soon)
    assert service.accounts.session("d" * 64) is not None
    time.sleep(1.05)
    assert service.accounts.session("d" * 64) is None


def test_a_newer_link_and_a_new_password_end_the_links_before(
    service: Service, account: Accounts
) -> None:
    someone = account("staff")
    first, second = (new_link(service.accounts, someone.id) for _ in range(2))
    assert use_link(service.accounts, first.rpartition("/")[2]) is None
    service.accounts.set_password(someone.id, hash_password("another long password"))
    assert use_link(service.accounts, second.rpartition("/")[2]) is None
    third = new_link(service.accounts, someone.id)
    assert use_link(service.accounts, third.rpartition("/")[2]) is not None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_signs_nobody_in(client: TestClient, account: Accounts, site: str) -> None:
    account("viewer")
    form = {"name": "viewer-1", "password": PASSWORD}
    answer = client.post("/login", data=form, headers={"sec-fetch-site": site})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    own = client.post("/login", data=form, headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 303


def test_a_session_that_nobody_uses_ends_and_one_in_use_does_not(tmp_path: Path) -> None:
    class Clock:
        now = 1_000_000.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    began = datetime.fromtimestamp(clock.now, UTC)
    path = tmp_path / "attendance.sqlite3"
    attendance = Attendance(path, 1_800.0, clock)
    for _ in range(10):
        clock.now += 1_000
        assert Attendance(path, 1_800.0, clock).attend("used", began)
    assert not attendance.attend("unused", began)
    clock.now += 1_801
    assert not attendance.attend("used", began)
    with pytest.raises(StorageError):
        Attendance(tmp_path / "nowhere" / "x.sqlite3", 1_800.0, clock).attend("used", began)


def test_an_idle_session_is_over_for_the_server(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    assert browser.get("/session").json() == {"signed_in": True, "idle_minutes": 30.0}
    service.attendance = Attendance(service.home.attendance, 1e-9)
    assert browser.get("/view/account").status_code == 303
    service.attendance = Attendance(service.home.attendance, 1_800.0)
    assert browser.get("/view/account").status_code == 303, "it came back"


def test_a_token_reads_unless_more_is_asked(
    client: TestClient, service: Service, account: Accounts
) -> None:
    def headers(access: Access) -> dict[str, str]:
        secret, _ = new_token(service.accounts, account("staff").id, "t", days=1, access=access)
        return {"authorization": f"Bearer {secret}"}

    reads, writes = headers(Access.READ), headers(Access.WRITE)
    assert client.get("/import-batches", headers=reads).status_code == 200
    refused = client.post("/changes/999999/undo", headers=reads)
    assert (refused.status_code, refused.json()["code"]) == (403, "pages.token_reads_only")
    assert client.post("/changes/999999/undo", headers=writes).status_code != 403


@pytest.mark.parametrize("path", ["/view/account/tokens", "/view/users", "/view/grants"])
def test_a_token_that_leaks_makes_no_other_and_no_account(
    client: TestClient, token: Callable[[str], dict[str, str]], path: str
) -> None:
    sent = {"name": "other", "role": "administrator"}
    answer = client.post(path, data=sent, headers=token("administrator"))
    assert (answer.status_code, answer.json()["code"]) == (403, "pages.token_in_person")


def test_the_page_makes_tokens_of_both_kinds(
    browser_of: Callable[[str], Any], service: Service, account: Accounts
) -> None:
    browser = browser_of("staff")
    browser.post("/view/account/tokens", {"name": "đọc", "days": "30"})
    browser.post("/view/account/tokens", {"name": "ghi", "days": "30", "access": "write"})
    kept = {one.name: one.access for one in service.accounts.tokens(account("staff").id)}
    assert kept == {"đọc": Access.READ, "ghi": Access.WRITE}


def test_who_asks_too_fast_waits_and_others_do_not() -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    pace = Pace(10.0, clock)
    for _ in range(20):
        pace.take("a")
    with pytest.raises(TooManyRequestsError):
        pace.take("a")
    pace.take("b")
    clock.now += 0.1
    pace.take("a")
    with pytest.raises(TooManyRequestsError):
        pace.take("a")


def test_too_fast_is_429_with_the_seconds_to_wait(settings: Settings) -> None:
    from api.app import create_app

    app = create_app(settings.model_copy(update={"requests_per_s": 1.0}))
    with TestClient(app, headers={"accept": "application/json"}) as client:
        codes = [client.get("/structures?limit=1").status_code for _ in range(3)]
        refused = client.get("/structures?limit=1")
        assert codes[0] == 200
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/healthz").status_code == 200


def test_other_sites_read_the_public_layers_as_strangers_only(
    client: TestClient, token: Callable[[str], dict[str, str]]
) -> None:
    foreign = {"origin": "https://map.example"}
    for path in ("/structures", "/stations", "/boundaries", "/units", "/plan-entries"):
        open_to_all = client.get(path, headers=foreign)
        assert open_to_all.headers["access-control-allow-origin"] == "*"
        assert open_to_all.headers["cross-origin-resource-policy"] == "cross-origin"
        signed_in = client.get(path, headers=foreign | token("staff"))
        assert "access-control-allow-origin" not in signed_in.headers
        assert signed_in.headers["cross-origin-resource-policy"] == "same-origin"
    for path, status in (
        ("/structures?nothing=1", 400),
        ("/structures/none", 404),
        ("/ogc/collections/structures/items?bbox=x", 400),
        ("/ogc/collections/structures/items/none", 404),
        ("/ogc/collections/none", 404),
    ):
        refused = client.get(path, headers=foreign)
        assert refused.status_code == status, path
        assert refused.headers["access-control-allow-origin"] == "*"
        assert refused.headers["cross-origin-resource-policy"] == "cross-origin"
        signed_in = client.get(path, headers=foreign | token("staff"))
        assert "access-control-allow-origin" not in signed_in.headers
    for path in ("/", "/map", "/devices", "/healthz"):
        assert "access-control-allow-origin" not in client.get(path, headers=foreign).headers
