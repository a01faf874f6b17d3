"""A small province, made up, with everything that a map can show."""

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon

from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Provenance,
    Service,
    StationClass,
    Structure,
    StructureKind,
    UnitKind,
)
from maps.views import RegisterView
from propagation.compliance.records import Confidence

SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="demo")
RECALLED = Provenance(confidence=Confidence.RECALLED, source="TT 37/2017/TT-BTTTT")
OWNERS = {"o1": "Viễn thông Một", "o2": "Viễn thông Hai", "o3": "Điện lực", "o4": "Đài tỉnh"}
KINDS = list(StructureKind)


def a_structure(number: int, **changed: object) -> Structure:
    """The structure of a number, on a spiral about Tân An."""
    values: dict[str, object] = {
        "id": f"s{number}",
        "code": f"LA-{number:04d}",
        "name": f"Công trình {number} Đức Hòa",
        "kind": KINDS[number % len(KINDS)],
        "owner_id": f"o{number % 4 + 1}",
        "longitude": 106.3 + 0.02 * math.sqrt(number) * math.cos(number * 2.4),
        "latitude": 10.6 + 0.014 * math.sqrt(number) * math.sin(number * 2.4),
        "height_m": 20.0 + number % 40,
        "ground_height_m": 2.0,
        "commune_name": "Xã Bình Lãng",
        "shareable": number % 2 == 0,
        "provenance": SYNTHETIC,
    }
    return Structure(**{**values, **changed})


def a_station(number: int, **changed: object) -> BroadcastStation:
    """The broadcasting station of a number."""
    values: dict[str, object] = {
        "id": f"b{number}",
        "name": f"Đài Tân An {number}",
        "programme": "Thời sự VOV1",
        "service": Service.FM,
        "station_class": StationClass.PROVINCIAL,
        "frequency_mhz": 92.1 + 0.4 * number,
        "longitude": 106.41 + 0.13 * number,
        "latitude": 10.54 + 0.09 * number,
        "erp_total_dbw": 37.0,
        "height_above_ground_m": 100.0,
        "ground_height_m": 2.0,
        "provenance": RECALLED,
    }
    return BroadcastStation(**{**values, **changed})


@pytest.fixture
def make_structure() -> Callable[..., Structure]:
    return a_structure


@pytest.fixture
def make_view() -> Callable[..., RegisterView]:
    """Make a view of so many structures, with anything else replaced."""

    def make(structures: int = 12, **changed: object) -> RegisterView:
        angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        wobble = 1 + 0.08 * np.sin(7 * angle) + 0.03 * np.cos(23 * angle)
        outline = np.column_stack(
            [106.2 + 0.45 * wobble * np.cos(angle), 10.7 + 0.3 * wobble * np.sin(angle)]
        )
        values: dict[str, object] = {
            "title": "Bản đồ Long An",
            "jurisdiction": "tỉnh Long An",
            "on": date(2023, 7, 1),
            "structures": tuple(a_structure(n) for n in range(structures)),
            "stations": (a_station(0), a_station(1)),
            "boundaries": (
                Boundary(
                    unit_code="80",
                    geometry=MultiPolygon([Polygon(outline)]),
                    position_uncertainty_m=500.0,
                    official=False,
                    valid_from=None,
                    valid_to=None,
                    provenance=RECALLED,
                ),
            ),
            "units": (
                AdministrativeUnit(
                    code="794",
                    name="Thành phố Tân An",
                    kind=UnitKind.CITY,
                    parent_code="80",
                    valid_from=None,
                    valid_to=None,
                    longitude=106.41,
                    latitude=10.53,
                    area_km2=81.7,
                    provenance=RECALLED,
                ),
            ),
            "organisations": OWNERS,
        }
        return RegisterView(**{**values, **changed})

    return make
