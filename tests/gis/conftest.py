"""Small places with stations, real registers and real rasters."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from openpyxl import Workbook
from rasterio.transform import Affine
from shapely import MultiPolygon, box

from gis.curves import COLUMNS, FILES, CurveTables
from gis.home import Home
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    PlanEntry,
    Provenance,
    Service,
    StationClass,
    UnitKind,
)
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.predictors.base import Predictor
from gis.studies.predictors.hata import Cost231Hata, ExtendedHata, OkumuraHata
from gis.studies.predictors.itm import Itm
from gis.studies.predictors.p452 import P452
from gis.studies.predictors.p1546 import P1546
from gis.studies.predictors.p1812 import P1812
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.records import Confidence
from propagation.hata.okumura import Environment
from propagation.itm.records import RadioClimate
from propagation.itu.p1546_curves import CURVE_DISTANCES_KM, CurveFamily, CurveSet
from tests.prepared import empty_register, office_register

PROVENANCE = Provenance(confidence=Confidence.VERIFIED, source="test")


@pytest.fixture(scope="session")
def make_station() -> Callable[..., BroadcastStation]:
    """Build a 1 kW station at 106.4 E 10.6 N that can be assessed everywhere."""

    def make(station_id: str = "a", **changes: object) -> BroadcastStation:
        values: dict[str, object] = {
            "id": station_id,
            "name": f"Đài {station_id}",
            "programme": f"Chương trình {station_id}",
            "service": Service.FM,
            "station_class": StationClass.OTHER,
            "frequency_mhz": 100.0,
            "longitude": 106.4,
            "latitude": 10.6,
            "erp_total_dbw": 30.0,
            "height_above_ground_m": 60.0,
            "ground_height_m": 2.0,
            "provenance": PROVENANCE,
        }
        return BroadcastStation(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def make_plan_entry() -> Callable[..., PlanEntry]:
    """Build the line of a plan that fits the station of `make_station`."""

    def make(entry_id: str = "q-a", **changes: object) -> PlanEntry:
        values: dict[str, object] = {
            "id": entry_id,
            "plan_id": "plan",
            "service": Service.FM,
            "frequency_mhz": 100.0,
            "programme": "Chương trình a",
            "site_name": "Cột a",
            "station_class": StationClass.OTHER,
            "longitude": 106.4,
            "latitude": 10.6,
            "antenna_height_m": 60.0,
            "erp_max_dbw": 30.0,
            "instrument": "Quy hoạch",
            "clause": "Dòng 1",
            "provenance": PROVENANCE,
        }
        return PlanEntry(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def make_unit() -> Callable[..., AdministrativeUnit]:
    """Build a commune of province 80."""

    def make(code: str, longitude: float, latitude: float, **changes: object) -> object:
        values: dict[str, object] = {
            "code": code,
            "name": f"Xã {code}",
            "kind": UnitKind.COMMUNE,
            "parent_code": "80",
            "valid_from": None,
            "valid_to": None,
            "longitude": longitude,
            "latitude": latitude,
            "provenance": PROVENANCE,
        }
        return AdministrativeUnit(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def make_boundary() -> Callable[..., Boundary]:
    """Build the outline of a unit from west, south, east, north."""

    def make(code: str, *edges: float, **changes: object) -> Boundary:
        values: dict[str, object] = {
            "unit_code": code,
            "geometry": MultiPolygon([box(*edges)]),
            "position_uncertainty_m": 10.0,
            "official": True,
            "valid_from": None,
            "valid_to": None,
            "provenance": PROVENANCE,
        }
        return Boundary(**{**values, **changes})

    return make


@pytest.fixture
def register(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Register]:
    """Yield a register in a home of its own: that of `office` where it is asked for, or empty."""
    prepared = office_register if "office" in request.fixturenames else empty_register
    with prepared(tmp_path / "home" / "register.gpkg") as opened:
        yield opened


@pytest.fixture
def study_context(register: Register, tmp_path: Path) -> Callable[..., StudyContext]:
    """Fill the register and return what studies are run with, on flat terrain by default."""

    def fill(
        *,
        stations: Sequence[BroadcastStation] = (),
        entries: Sequence[PlanEntry] = (),
        units: Sequence[AdministrativeUnit] = (),
        boundaries: Sequence[Boundary] = (),
        terrain: Ground | None = None,
        **options: object,
    ) -> StudyContext:
        with register.write(author="test", reason="scene") as writer:
            writer.add_plan_entries(entries)
            writer.add_stations(stations)
            writer.add_units(units)
            writer.replace_boundaries(boundaries)
        home = Home(tmp_path / "home")
        home.folder.mkdir(exist_ok=True)
        return StudyContext(register, home, terrain or Ground(FlatTerrain()), **options)

    return fill


@pytest.fixture
def write_terrain(tmp_path: Path) -> Callable[..., Path]:
    """Write heights given as a function of longitude and latitude as a GeoTIFF."""

    def write(
        heights: Callable[[np.ndarray, np.ndarray], np.ndarray],
        *,
        west: float = 106.0,
        north: float = 11.0,
        cell: float = 0.0025,
        side: int = 320,
        name: str = "dem.tif",
    ) -> Path:
        centres = np.arange(side) + 0.5
        lon, lat = np.meshgrid(west + cell * centres, north - cell * centres)
        file = tmp_path / name
        with rasterio.open(
            file,
            "w",
            driver="GTiff",
            height=side,
            width=side,
            count=1,
            dtype="float32",
            crs="EPSG:4326",
            transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        ) as dataset:
            dataset.write(heights(lon, lat).astype(np.float32), 1)
        return file

    return write


@pytest.fixture(scope="session")
def judged_on() -> date:
    """The day that the tests judge."""
    return date(2025, 8, 1)


@pytest.fixture
def office(register: Register) -> Register:
    """Return the register with real administrative units and two organisations."""
    return register


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Write rows of cells as XLSX, or as CSV parted by semicolons."""

    def write(name: str, *rows: Sequence[object]) -> Path:
        file = tmp_path / name
        if file.suffix == ".xlsx":
            book = Workbook()
            for row in rows:
                book.active.append(list(row))
            book.save(file)
        else:
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, delimiter=";").writerows(rows)
        return file

    return write


@pytest.fixture
def write_curves(tmp_path: Path, synthetic_curves: CurveSet) -> Callable[..., Path]:
    """Write curves as the 24 files of a copy, lower than the synthetic ones by some dB."""

    def write(name: str, lower_by_db: float = 0.0) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        d = np.array(CURVE_DISTANCES_KM, dtype=np.float64)
        fields = synthetic_curves.field_strength_dbuvm.reshape(-1, d.size, 8) - lower_by_db
        for ((family, time, _), file), table in zip(FILES.items(), fields, strict=True):
            largest = 106.9 - 20 * np.log10(d)
            if family is not CurveFamily.LAND:
                largest += 2.38 * (1 - np.exp(-d / 8.94)) * np.log10(50 / time)
            rows = np.column_stack([d, table, np.round(largest, 4)])
            text = "\n".join(",".join(f"{value:.10g}" for value in row) for row in rows)
            (folder / file).write_text(f"{','.join(COLUMNS)}\n{text}\n")
        return folder

    return write


@pytest.fixture
def predictors(synthetic_curves: CurveSet) -> dict[str, Predictor]:
    """Return every model, each with options of its own."""
    made = (
        P1812(),
        P452(),
        P1546(CurveTables(synthetic_curves, "0" * 64, recognised=False), warm_sea=True),
        Itm(RadioClimate.MARITIME_SUBTROPICAL),
        OkumuraHata(Environment.SUBURBAN),
        Cost231Hata(),
        ExtendedHata(Environment.OPEN),
    )
    return {one.name: one for one in made}
