"""How fast supports are found and judged among many, with their coverage."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis.home import Home
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, Structure, StructureKind
from gis.studies import sharing
from gis.studies.context import StudyContext
from gis.studies.sharing_asked import MOST_SCORED
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="dữ liệu mô phỏng")
COUNT = 5_000
ASKED = {
    "longitude": 106.45,
    "latitude": 10.55,
    "within_km": 3,
    "radius_km": 3,
    "frequency_mhz": 900,
    "erp_dbw": 20,
    "minimum_dbuvm": 60,
    "on": "2026-11-26",
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyContext]:
    """5,000 masts over 110 km by 110 km, more than fifty of them near."""
    random = np.random.default_rng(1)
    places = random.uniform((106.0, 10.1), (107.0, 11.1), (COUNT, 2)).round(6)
    places[:80] = random.uniform((106.42, 10.52), (106.48, 10.58), (80, 2)).round(6)
    masts = [
        Structure(
            id=f"s{k:05}", code=str(k), name=f"Cột {k}", kind=StructureKind.ANTENNA_MAST,
            owner_id="a", longitude=float(lon), latitude=float(lat), height_m=42.0,
            ground_height_m=2.0, shareable=True, wind_area_limit_m2=6.0, load_limit_kg=500.0,
            provenance=KNOWN,
        )
        for k, (lon, lat) in enumerate(places)
    ]  # fmt: skip
    levels = [
        AttachmentLevel(
            id=f"l{one.id}", structure_id=one.id, height_from_m=28.0, height_to_m=36.0, slots=3,
            provenance=KNOWN,
        )
        for one in masts
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("sharing") / "register.gpkg"
    with Register.open(path, create=True) as register:
        with register.write(author="test", reason="bench") as w:
            owner = Organisation(
                id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=KNOWN
            )
            w.add_organisations([owner])
            w.add_structures(masts)
            w.add_levels(levels)
        yield StudyContext(register, Home(Path(path.parent)), Ground(FlatTerrain()), workers=2)


def test_fifty_supports_with_their_coverage(benchmark, context: StudyContext) -> None:
    """Target: 5 s."""

    def look() -> dict[str, Any]:
        with context.register.snapshot() as register:
            gathered = sharing.gather(ASKED, register, context)
        return sharing.compute(gathered, context).results

    found = benchmark.pedantic(look, rounds=3, warmup_rounds=1)
    assert len(found["supports"]) == MOST_SCORED
    assert all(row["covered_percent"] is not None for row in found["supports"])
