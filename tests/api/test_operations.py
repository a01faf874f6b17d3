"""Running it: the log, the counts, copies and their return, the look at an installation."""

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.doctor import Health, looks
from api.identity import new_link
from api.observing import log_to
from api.service import Service
from api.settings import Settings
from gis.backup import back_up, last_backup, restore
from gis.errors import ConflictError, FormatError, StorageError
from gis.home import Home
from gis.register import moments
from gis.register.accounts import Accounts
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.viewings import Told

Token = Callable[[str], dict[str, str]]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the program's log says meanwhile."""
    written = io.StringIO()
    handler = log_to("info", written)
    yield written
    logging.getLogger().removeHandler(handler)
    logging.getLogger("phusong").setLevel(logging.NOTSET)


def test_a_request_is_one_line_without_secrets(
    client: TestClient, service: Service, account: Any, token: Token, logged: io.StringIO
) -> None:
    staff = token("staff")
    answer = client.get("/structures?text=bí+mật", headers=staff | {"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    link = new_link(service.accounts, account("staff").id)
    client.get(link)
    client.post("/login", data={"name": "lan", "password": "a password that is long"})
    odd = client.get("/healthz", headers={"x-request-id": "x y\t{}"})
    assert odd.headers["x-request-id"] != "x y\t{}"
    client.get("/no/such/address")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    told = [line for line in lines if line["logger"] == "phusong.requests"]
    assert [one["route"] for one in told] == [
        "/structures",
        "/login/link/{secret}",
        "/login",
        "/healthz",
        "(none)",
    ]
    assert told[0]["request"] == "abc-1"
    assert told[0]["account"] == account("staff").id
    assert (told[0]["status"], told[4]["status"]) == (200, 404)
    everything = logged.getvalue()
    for secret in (
        link.rpartition("/")[2],
        staff["authorization"][7:],
        "a password",
        "bí",
        "such",
    ):
        assert secret not in everything


def test_counts_are_for_administrators(client: TestClient, token: Token) -> None:
    for _ in range(3):
        client.get("/structures?limit=1")
    client.get("/no/such/address")
    assert client.get("/metrics", headers=token("staff")).status_code == 403
    counted = client.get("/metrics", headers=token("administrator")).text
    assert 'phusong_requests_total{method="GET",route="/structures",status="200"} 3.0' in counted
    assert 'route="(none)",status="404"' in counted
    assert 'phusong_jobs{state="queued"} 0.0' in counted
    assert "such" not in counted


@pytest.fixture
def home(service: Service) -> Home:
    """An installation with files of every kind."""
    home = service.home
    for path in ("studies/coverage-1/record.json", "desk-files/ab/cd", "rules/own.toml"):
        target = home.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("nội dung", "utf-8")
    for path in ("cache/x", "tiles/y.tif", "studies/.unfinished-1/z"):
        target = home.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("made again", "utf-8")
    return home


def test_a_copy_made_at_work_comes_back_whole(
    home: Home, service: Service, tmp_path: Path
) -> None:
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            service.viewings.note(
                account="a", organisation_id=None, address="/",
                told=[Told("structures", record_id=str(number), records=1)],
            )  # fmt: skip
            service.accounts.add(f"tên {number}", "viewer")

    writer = Thread(target=write)
    writer.start()
    try:
        note = back_up(home, tmp_path / "copy.zip")
    finally:
        stop.set()
        writer.join()
    assert last_backup(home) == moments.from_text(note.made_at)
    back = Home(tmp_path / "back")
    assert restore(tmp_path / "copy.zip", back) == note
    kept = {path.relative_to(back.folder).as_posix() for path in back.folder.rglob("*")
            if path.is_file()}  # fmt: skip
    assert kept - {"register.gpkg-lock"} == set(note.files)
    assert {"register.gpkg", "studies/coverage-1/record.json", "desk-files/ab/cd",
            "rules/own.toml", "viewings.sqlite3"} <= kept  # fmt: skip
    assert not any(part in name for name in kept for part in ("cache", "tiles", "unfinished"))
    with Register.open(back.register) as register:
        assert register.structures(SYSTEM) == service.register.structures(SYSTEM)


def changed(copy: Path, made: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a copy again, with other content."""
    with zipfile.ZipFile(copy) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made


def test_a_damaged_or_hostile_copy_brings_nothing_back(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy.zip"
    back_up(home, copy)
    assert copy.stat().st_mode & 0o077 == 0, "others read what the home folder keeps from them"

    def lost(files: dict[str, bytes]) -> None:
        del files["rules/own.toml"]

    def altered(files: dict[str, bytes]) -> None:
        files["rules/own.toml"] = b"other"

    def climbing(files: dict[str, bytes]) -> None:
        note = json.loads(files["phusong-backup.json"])
        note["files"]["../out.txt"] = note["files"].pop("rules/own.toml")
        files["../out.txt"] = files.pop("rules/own.toml")
        files["phusong-backup.json"] = json.dumps(note).encode()

    for number, change in enumerate((lost, altered, climbing)):
        made = changed(copy, tmp_path / f"{number}.zip", change)
        with pytest.raises(StorageError):
            restore(made, Home(tmp_path / "back"))
        assert not (tmp_path / "back").exists()
        assert not (tmp_path / "out.txt").exists()
    (tmp_path / "text.zip").write_text("no copy")
    for no_copy in (tmp_path / "text.zip", changed(copy, tmp_path / "n.zip", lambda f: f.clear())):
        with pytest.raises(FormatError):
            restore(no_copy, Home(tmp_path / "back"))
    with pytest.raises(ConflictError):
        restore(copy, home)
    with pytest.raises(ConflictError):
        back_up(home, copy)


def test_copies_by_the_command_line(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUSONG_HOME", str(home.folder))
    copy, back = str(tmp_path / "c.zip"), str(tmp_path / "back")
    assert main(["backup", copy]) == 0
    assert main(["backup", copy]) != 0
    assert main(["restore", copy, "--home", back]) == 0
    assert main(["restore", copy, "--home", back]) != 0


def test_what_was_shut_after_a_copy_does_not_open_what_comes_back(
    home: Home, service: Service, account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staff, until = account("staff").id, moments.now() + timedelta(hours=1)
    service.accounts.add_session("s", staff, "c", until)
    service.accounts.add_token("script", "t", staff)
    service.accounts.add_link("l", staff, until)
    back_up(home, tmp_path / "copy.zip")
    assert service.accounts.token("t") is not None, "a copy ends nothing here"
    back = tmp_path / "back"
    capsys.readouterr()
    assert main(["restore", str(tmp_path / "copy.zip"), "--home", str(back), "--lang", "en"]) == 0
    assert "/view/users" in "".join(capsys.readouterr())
    with Register.open(Home(back).register) as register:
        accounts = Accounts(register)
        assert accounts.session("s") is None
        assert accounts.token("t") is None
        assert accounts.use_link("l") is None
        assert accounts.account(staff).active


def healths(settings: Settings, service: Service) -> dict[str, tuple[Health, str]]:
    return {one.name: (one.health, one.key) for one in looks(settings, service.today())}


def test_the_doctor_finds_what_is_wrong(
    settings: Settings,
    service: Service,
    account: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    found = healths(settings, service)
    assert "proxy" not in found
    assert found["register"] == (Health.GOOD, "register_good")
    assert found["administrator"] == (Health.BAD, "administrator_missing")
    assert found["backup"] == (Health.WARNING, "backup_never")
    account("administrator")
    back_up(service.home, tmp_path / "copy.zip")
    found = healths(settings, service)
    assert found["administrator"][0] is found["backup"][0] is Health.GOOD
    old = moments.now() - timedelta(days=30)
    service.home.last_backup.write_text(moments.to_text(old))
    service.home.rules.mkdir()
    (service.home.rules / "interference.toml").write_text("not [ toml")
    secret = tmp_path / "secret"
    secret.write_text("s")
    secret.chmod(0o644)
    wrong = settings.model_copy(
        update={
            "host": "0.0.0.0",
            "oidc_issuer": "https://id.example",
            "oidc_client_secret_file": secret,
            "terrain": (tmp_path / "none.tif",),
        }
    )
    found = healths(wrong, service)
    bad = {name for name, (health, _) in found.items() if health is Health.BAD}
    assert bad >= {"cookies", "secret", "terrain"}
    assert found["backup"] == (Health.WARNING, "backup_old")
    assert found["proxy"] == (Health.WARNING, "proxy_unnamed")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.1")
    assert "proxy" not in healths(wrong, service)


def test_the_doctor_speaks_and_ends_by_what_it_found(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHUSONG_HOME", str(home.folder))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ Không có tài khoản quản trị" in said
    assert "phusong user add" in said
    assert main(["doctor", "--json", "-", "--lang", "en"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {"name", "health", "found"} == set(told[0])


def test_a_damaged_register_is_told(settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "other"
    home.mkdir()
    (home / "register.gpkg").write_bytes(b"SQLite format 3\x00" + b"\x00" * 5000)
    from api.clock import today

    found = {one.name: one for one in looks(settings.model_copy(update={"home": home}), today())}
    assert found["register"].health is Health.BAD
