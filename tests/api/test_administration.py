"""Pages of administrators: health, copies, boundaries, how long things are kept."""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gis.backup import restore
from gis.home import Home
from gis.register.point_contacts import PointContact, PointContacts
from gis.register.scopes import SYSTEM
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


def test_outlines_are_judged_brought_in_and_taken_back(browser_of: Any, service: Any) -> None:
    browser, register = browser_of("administrator"), service.register
    (unit,) = [one for one in register.units(on=service.today()) if one.code == "80"]
    (old,) = register.boundaries(codes=["80"], on=service.today())
    ring = [[106.0, 10.5], [106.5, 10.5], [106.5, 11.0], [106.0, 11.0], [106.0, 10.5]]
    bow = [[106.0, 10.5], [106.5, 11.0], [106.5, 10.5], [106.0, 11.0], [106.0, 10.5]]
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [shape]},
        }
        for code, name, shape in (("80", unit.name, ring), ("79", "", bow), ("xx", "", ring))
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features})
    day = service.today().isoformat()
    said = {"on": day, "uncertainty_m": "-3", "crs": "x", "official": "yes"}
    file = {"file": ("dia_gioi.geojson", content, "application/geo+json")}
    wrong = browser.post("/view/boundaries?lang=en", said, files=file)
    assert wrong.status_code == 422
    assert 'id="outlines-uncertainty_m-wrong"' in wrong.text
    assert 'id="outlines-crs-wrong"' in wrong.text
    said = {**said, "uncertainty_m": "5,5", "crs": ""}
    address = browser.post("/view/boundaries", said, files=file).headers["location"]
    page = browser.get(address).text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None
    assert register.import_batches() == [], "nothing was written"
    assert browser.post(f"{address}/commit", {"digest": "x"}).status_code == 409
    assert browser.post(f"{address}/commit", {"digest": digest[1]}).status_code == 303
    (new,) = register.boundaries(codes=["80"], on=service.today())
    assert (new.official, new.position_uncertainty_m) == (True, 5.5)
    assert "dia_gioi.geojson" in browser.get("/view/imports").text
    batch = new.provenance.batch_id
    undone = browser.post(f"/view/import-batches/{batch}/undo")
    assert undone.headers["location"] == "/view/boundaries"
    (again,) = register.boundaries(codes=["80"], on=service.today())
    assert again.geometry.equals(old.geometry)
    assert again.official is old.official


def test_contacts_whose_last_day_is_over_are_counted_then_removed(
    browser_of: Any, service: Any
) -> None:
    browser, today = browser_of("administrator"), service.today()
    contacts = PointContacts(service.register)
    held = sum(contacts.last_days(today).values())
    points = service.register.points(SYSTEM, limit=2)
    for point, last in zip(points, (today - timedelta(days=1), today), strict=True):
        contact = PointContact(name="Lan", phone="1", purpose="x", kept_until=last)
        contacts.write(point.id, contact)
    assert contacts.last_days(today)[""] == 1
    page = browser.get("/view/retention?lang=en").text
    assert "The next removal takes 1 contacts" in page
    assert "PHUSONG_JOB_DAYS" in page
    assert browser.post("/view/retention/contacts").status_code == 303
    assert sum(contacts.last_days(today).values()) == held + 1
