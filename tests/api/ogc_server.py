"""A register with something in every collection, for the tests of the OGC API.

The demonstration has no measurements, planned works or allotments, and hides nothing that a shown
record names; some of each are added, with Vietnamese text.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import shapely
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_token
from api.service import Service
from api.settings import Settings
from gis.register.accounts import Access
from gis.register.allotments import AllotmentPoint
from gis.register.records import Measurement, MeasurementKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure
from gis.register.works import PlannedWork, WorkKind
from gis.register.writing import Writer
from propagation.compliance.records import Confidence
from tests.prepared import demo_register

__all__ = [
    "OWN",
    "SLOW_FILTER",
    "STATION",
    "Served",
    "add_long_names",
    "filled",
    "kept",
    "serving",
]

OWN = "mo-phong-a"
STATION = "mp-tan-an"
"""A station that is hung on a structure which few may see."""
SLOW_FILTER = " OR ".join(["ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('%q%z%'))"] * 75)
"""Of names that `add_long_names` adds it takes a GeoPackage the better part of a minute."""
KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="Dữ liệu mô phỏng của bài thử")


def filled(demo_register: Path, path: Path) -> Path:
    """Copy the demonstration and add what it lacks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(demo_register, path)
    with Register.open(path) as register:
        _fill(register)
    return path


def add_long_names(writer: Writer) -> None:
    """Add structures whose names are so long that filters on them are slow."""
    first = writer.structures(SYSTEM)[0]
    long = "Cột " + "Đệ" * 300
    writer.add_structures(
        [replace(first, id=f"x-{n}", code=f"X-{n}", name=long) for n in range(4_000)]
    )


@contextmanager
def kept(home: Path) -> Iterator[Settings]:
    """Keep the filled demonstration where `kept_by` says, and say how it is served."""
    with demo_register(home / "register.gpkg") as register:
        _fill(register)
        at = "" if isinstance(register.address, Path) else str(register.address)
        yield Settings(home=home, register_address=at, workers=0, requests_per_s=10_000)


def _fill(register: Register) -> None:
    with register.write(author="t", reason="t") as writer:
        confidential = [one for one in writer.structures(SYSTEM) if one.confidential]
        hidden = next(one for one in confidential if one.owner_id != OWN)
        writer.add_works(_works(hidden))
        writer.add_measurements(_measurements())
        writer.add_allotment_points(_allotments())
        station = writer.station(STATION, SYSTEM)
        writer.update_stations([replace(station, structure_id=hidden.id)])


def _works(hidden: Structure) -> list[PlannedWork]:
    places: tuple[Any, ...] = (
        shapely.Point(106.41, 10.53),
        shapely.LineString([(106.41, 10.53), (106.42, 10.54), (106.45, 10.6)]),
    )
    return [
        PlannedWork(
            id=f"thi-cong-{number}", name=f"Tuyến cống bể Thủ Thừa {number}", kind=kind,
            owner_id="mo-phong-b", geometry=place, begins_on=date(2030, 1, number),
            announced_on=date(2026, 1, 1), structure_id=hidden.id, provenance=KNOWN,
        )
        for number, (kind, place) in enumerate(
            zip((WorkKind.MAST, WorkKind.LINE), places, strict=True), 1
        )
    ]  # fmt: skip


def _measurements() -> list[Measurement]:
    return [
        Measurement(
            id=f"do-{number}", frequency_mhz=98.5, latitude=10.5,
            longitude=round(106.4 + number / 100, 6),
            measured_at=datetime(2026, 3, number, 1, 2, 3, tzinfo=UTC), station_id=STATION,
            field_strength_dbuvm=50.5 + number, height_above_ground_m=10.0,
            kind=MeasurementKind.FIXED, report=f"Biên bản đo số {number}", provenance=KNOWN,
        )
        for number in (1, 2, 3)
    ]  # fmt: skip


def _allotments() -> list[AllotmentPoint]:
    return [
        AllotmentPoint(
            id="vung-1", allotment="DVBT2-1", allotment_name="Vùng Đồng bằng", frequency_mhz=650.0,
            area_code="80", name="Điểm số một", longitude=106.3, latitude=10.7,
            reference_dbuvm=44.5, provenance=KNOWN,
        )
    ]  # fmt: skip


@dataclass
class Served:
    """A running application and one caller of it."""

    client: TestClient
    service: Service
    role: str

    def get(self, address: str, /, **parameters: Any) -> Any:
        """Ask, with underlines in names of parameters for hyphens."""
        query = {name.replace("__", "-"): value for name, value in parameters.items()}
        return self.client.get(address, params=query or None)

    def json(self, address: str, /, **parameters: Any) -> Any:
        """Ask and return what must be an answer."""
        answer = self.get(address, **parameters)
        assert answer.status_code == 200, f"{address} {parameters}: {answer.text[:300]}"
        return answer.json()

    def ids(self, collection: str, /, **parameters: Any) -> list[str]:
        """Return the ids of all features that a question finds."""
        asked = {"limit": 10_000, **parameters}
        found = self.json(f"/ogc/collections/{collection}/items", **asked)
        assert found["numberMatched"] == found["numberReturned"] == len(found["features"])
        return [feature["id"] for feature in found["features"]]


@contextmanager
def serving(settings: Settings, role: str) -> Iterator[Served]:
    """Serve a register to a role's program."""
    app = create_app(settings)
    with TestClient(app, follow_redirects=False, headers={"accept": "application/json"}) as client:
        service: Service = app.state.service
        if role != "anonymous":
            organisation = OWN if role == "operator" else None
            account = service.accounts.by_name(f"ogc-{role}") or service.accounts.add(
                f"ogc-{role}", role, organisation_id=organisation
            )
            secret, _ = new_token(service.accounts, account.id, "t", days=1, access=Access.WRITE)
            client.headers["authorization"] = f"Bearer {secret}"
        yield Served(client, service, role)
