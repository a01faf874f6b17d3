"""The page of rules, the editing of a rule file, and the command line."""

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import data
from api.cli import main
from api.service import Service
from api.settings import Settings
from gis.rule_files import rule_file

BrowserOf = Callable[[str], Any]
AUDIT = data.path("rules/audit.toml").read_text(encoding="utf-8")
STRICTER = AUDIT.replace("effective_height_tolerance_m = 15", "effective_height_tolerance_m = 5")
ADDRESS = "/view/rules/files/audit.toml"


def posted(browser: Any, service: Service, content: str, **more: str) -> Any:
    version = rule_file(service.home, "audit.toml").version
    return browser.post(ADDRESS, {"content": content, "version": version, **more})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_rules_of_a_day(browser_of: BrowserOf, language: str) -> None:
    staff = browser_of("staff")
    before = staff.get(f"/view/rules?on=2026-09-04&text=37/2017&lang={language}").text
    after = staff.get(f"/view/rules?on=2026-09-05&text=43/2026&lang={language}").text
    audited = staff.get(f"/view/rules?on=2026-09-05&text=audit.toml&lang={language}").text
    assert "37/2017/TT-BTTTT" in before
    assert "43/2026/TT-BKHCN" in after
    assert "effective_height_tolerance_m" in audited
    assert 'href="/view/rules/files/audit.toml"' in audited
    head, source = {"vi": ("Nguồn", "dung sai của"), "en": ("Source", "tolerances of")}[language]
    assert f'{head}: <span lang="{language}">{source} ' in html.unescape(audited)
    none = staff.get(f"/view/rules?text=zzz&lang={language}").text
    assert 'class="empty"' in none
    assert 'name="name"' not in after, "staff reads, an administrator edits"
    assert staff.get("/view/rules?on=today").status_code == 422


def test_an_administrator_edits_and_takes_back(browser_of: BrowserOf, service: Service) -> None:
    admin = browser_of("administrator")
    shown = admin.get(ADDRESS).text
    assert html.escape("effective_height_tolerance_m = 15") in shown
    answer = posted(admin, service, STRICTER.replace("\n", "\r\n"))
    assert answer.status_code == 303, answer.text
    assert rule_file(service.home, "audit.toml").content == STRICTER
    page = admin.get(f"{ADDRESS}?kept=true")
    assert 'role="status"' in page.text
    assert "administrator-1" in page.text
    (change,) = service.register.changes(table_name="rule_files")
    back = admin.post(f"{ADDRESS}/restore", {"revision": str(change.revision)})
    assert back.status_code == 303
    assert rule_file(service.home, "audit.toml").content == AUDIT
    for wrong in ("99999", "x", ""):
        assert admin.post(f"{ADDRESS}/restore", {"revision": wrong}).status_code == 404


def test_a_bad_file_comes_back_with_line_and_reason(
    browser_of: BrowserOf, service: Service
) -> None:
    admin = browser_of("administrator")
    typed = AUDIT.replace("= 15", '= "<b>15"')
    answer = posted(admin, service, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "audit.toml:20" in answer.text
    assert "&lt;b&gt;15" in answer.text, "what was typed stays"
    assert "<b>15" not in answer.text
    assert rule_file(service.home, "audit.toml").content == AUDIT
    stale = admin.post(ADDRESS, {"content": STRICTER, "version": "0" * 64})
    assert stale.status_code == 409
    assert admin.post("/view/rules/files/..%2Fx.toml", {"content": ""}).status_code == 404
    assert admin.post("/view/rules/files/X.toml", {"content": ""}).status_code == 404


def test_a_new_file_is_opened_by_its_name(browser_of: BrowserOf) -> None:
    admin, staff = browser_of("administrator"), browser_of("staff")
    assert admin.get("/view/rules?name=local.toml").headers["location"].endswith("/local.toml")
    assert admin.get("/view/rules/files/local.toml").status_code == 200
    assert staff.get("/view/rules/files/local.toml").status_code == 404
    reading = staff.get(ADDRESS)
    assert "<textarea" not in reading.text
    assert "effective_height_tolerance_m = 15" in reading.text


def test_a_new_file_is_taken_away_on_its_page(browser_of: BrowserOf, service: Service) -> None:
    admin, address = browser_of("administrator"), "/view/rules/files/local.toml"
    version = rule_file(service.home, "local.toml").version
    content = AUDIT.replace('"audit.data"', '"house.local"')
    assert admin.post(address, {"content": content, "version": version}).status_code == 303
    (change,) = service.register.changes(table_name="rule_files")
    page = admin.get(address).text
    assert f'name="revision" value="{change.revision}">Bỏ tệp này đi' in page
    assert admin.post(f"{address}/restore", {"revision": str(change.revision)}).status_code == 303
    assert not (service.home.rules / "local.toml").exists()
    after = admin.get(address).text
    assert "Lấy lại nội dung này" in after


def test_a_rule_that_studies_need_is_not_emptied_away(
    browser_of: BrowserOf, service: Service
) -> None:
    admin, address = browser_of("administrator"), "/view/rules/files/fm_plan.toml"
    version = rule_file(service.home, "fm_plan.toml").version
    answer = admin.post(f"{address}?lang=en", {"content": "", "version": version})
    assert answer.status_code == 422
    assert "fm.boundary_protection" in answer.text
    assert not rule_file(service.home, "fm_plan.toml").own


def test_a_spoilt_pack_is_said_on_its_page(browser_of: BrowserOf, service: Service) -> None:
    service.home.rules.mkdir()
    (service.home.rules / "audit.toml").write_text("[[rule]\n", encoding="utf-8")
    page = browser_of("administrator").get("/view/rules")
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "audit.toml:1" in page.text


def test_the_command_line(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(settings.home)]
    assert main(["rules", "show", "--on", "2026-09-05", *home, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["on"], shown["own"]) == ("2026-09-05", [])
    assert {"audit.data", "fm.plan.identity"} <= {one["id"] for one in shown["rules"]}
    good, bad = tmp_path / "audit.toml", tmp_path / "bad.toml"
    good.write_text(STRICTER, encoding="utf-8")
    bad.write_text("[[rule]\n", encoding="utf-8")
    assert main(["rules", "check", str(good), *home]) == 0
    assert main(["rules", "check", str(bad), *home, "--lang", "en"]) == 3
    assert "bad.toml:1" in capsys.readouterr().err
