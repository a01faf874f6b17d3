"""Pages of administrators: health, copies of the installation, boundaries, how long things last."""

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

from gis.backup import restore
from gis.home import Home
from gis.register.store import Register

Token = Callable[[str], dict[str, str]]


def finished(browser: Any) -> str:
    """The page of copies once nothing is being made."""
    for _ in range(300):
        page = browser.get("/view/backups").text
        if 'http-equiv="refresh"' not in page:
            return str(page)
        time.sleep(0.1)
    raise AssertionError(page)


def test_health_says_what_is_wrong_and_where_it_is_mended(browser_of: Any, service: Any) -> None:
    service.register.check()
    page = browser_of("administrator").get("/view/health?lang=en").text
    assert "No copy was made yet." in page
    assert "Run phusong backup FILE.zip." in page
    assert 'href="/view/backups"' in page
    assert "every prediction is over flat ground" in page
    assert "0 of 0 workers run" in page
    assert service.register_stamp() in page


def test_a_copy_is_made_proved_listed_and_taken_by_an_administrator_alone(
    browser_of: Any, service: Any, token: Token, tmp_path: Any
) -> None:
    browser = browser_of("administrator")
    assert browser.post("/view/backups").status_code == 303
    page = finished(browser)
    (stored,) = service.backups.listed()
    assert stored.proof is not None
    assert stored.proof.author == "administrator-1"
    assert f"phusong restore {service.backups.folder / stored.name} --home" in page
    taken = browser.post(f"/view/backups/{stored.name}/download")
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert not [name for name in archive.namelist() if name.startswith("backups")]
    (tmp_path / "taken.zip").write_bytes(taken.content)
    restore(tmp_path / "taken.zip", Home(tmp_path / "again"))
    with Register.open(tmp_path / "again" / "register.gpkg") as again:
        assert again.version() == service.register.version()
    assert [one.layer for one in service.viewings.listed(limit=5)] == [f"backup {stored.name}"]
    by_token = browser_of("anonymous").get("/view/backups", headers=token("administrator"))
    assert by_token.status_code == 403, "a token that leaks takes no copy"
    assert browser_of("staff").post(f"/view/backups/{stored.name}/download").status_code == 403


def test_a_damaged_copy_no_longer_counts_as_proved(browser_of: Any, service: Any) -> None:
    browser = browser_of("administrator")
    browser.post("/view/backups")
    finished(browser)
    (stored,) = service.backups.listed()
    path = service.backups.path(stored.name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert service.backups.listed()[0].proof is None
    browser.post(f"/view/backups/{stored.name}/prove")
    page = finished(browser)
    assert 'role="alert"' in page
    assert service.backups.listed()[0].proof is None
    for name in ("..%2Fregister.gpkg", "none.zip", "register.gpkg"):
        assert browser.post(f"/view/backups/{name}/download").status_code == 404, name
