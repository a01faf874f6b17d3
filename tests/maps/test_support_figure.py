"""The map of a search for supports: what its table says, in the same numbers."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from data.text import Language
from gis.geodesy import destination
from gis.home import Home
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.structures import Structure, StructureKind
from gis.studies.context import StudyContext
from gis.studies.record import Study
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from maps.documents.content import Figure, Table
from maps.documents.report import study_docx, study_pdf, study_report
from maps.plane import Plane, length_said
from maps.support_figure import supports_svg, supports_view
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

SVG = "{http://www.w3.org/2000/svg}"
KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="test")
AT = (106.4, 10.6)


def test_circles_are_told_in_kilometres_from_one_on() -> None:
    assert [length_said(one, Language.VI) for one in (500.0, 1000.0, 2500.0, 20_000.0)] == [
        "500 m", "1 km", "2,5 km", "20 km",
    ]  # fmt: skip
    drawing = Plane(47_000.0, Language.VI).drawing("map", "t", "d", [])
    assert "20 km" in drawing
    assert "000 m" not in drawing


ASKED = {
    "longitude": AT[0], "latitude": AT[1], "height_m": 30.0, "on": "2025-08-01", "radius_km": 2.0,
    "frequency_mhz": 900.0, "erp_dbw": 20.0, "minimum_dbuvm": 88.0, "within_km": 3.0,
}  # fmt: skip
CHOSEN = {"ground_step_m": 2000.0, "wanted_percent": 99.0, "minimum_dbuvm": 93.0}


def mast(name: str, away_km: float, azimuth_deg: float, **changes: object) -> Structure:
    longitude, latitude = (float(one) for one in destination(*AT, azimuth_deg, away_km))
    values = {
        "id": name, "code": name, "name": f"<{name}>", "kind": StructureKind.ANTENNA_MAST,
        "owner_id": "chủ", "longitude": longitude, "latitude": latitude, "height_m": 42.0,
        "ground_height_m": 2.0, "shareable": True, "wind_area_limit_m2": 6.0,
        "load_limit_kg": 500.0, "provenance": KNOWN,
    }  # fmt: skip
    return Structure(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Study]]:
    home = tmp_path_factory.mktemp("supports")
    with empty_register(home / "register.gpkg") as register:
        with register.write(author="test", reason="test") as writer:
            operator = OrganisationKind.OPERATOR
            writer.add_organisations(
                [Organisation(id="chủ", name="Chủ", kind=operator, provenance=KNOWN)]
            )
            writer.add_structures(
                [mast("gần", 0.5, 90.0), mast("nặng", 3.0, 180.0, load_limit_kg=1.0)]
            )
        context = StudyContext(register, Home(home), Ground(FlatTerrain()))
        yield {
            "sharing": run("sharing", {**ASKED, "weight_kg": 10.0}, context),
            "best_sites": run("best_sites", {**ASKED, **CHOSEN}, context),
        }


def numbers(drawn: ET.Element) -> dict[str, tuple[float, float]]:
    """Return where each number of a mark stands, legend left out."""
    marks = [one for one in drawn.findall(f"{SVG}text") if one.get("text-anchor") == "middle"]
    return {str(one.text): (float(one.get("x", "")), float(one.get("y", "")) - 4) for one in marks}


def test_marks_stand_where_the_supports_do(studies: dict[str, Study]) -> None:
    study = studies["sharing"]
    assert [row["structure_id"] for row in study.results["supports"]] == ["gần", "nặng"]
    assert [row["fit"] for row in study.results["supports"]] == ["possible", "does_not_fit"]
    drawn = ET.fromstring(supports_svg(supports_view(study), Language.EN))
    # the farthest is 3 km away, so 3.24 km are 204 px: 0.5 km are 31.5 px, 3 km 188.9 px
    assert numbers(drawn) == {
        "1": pytest.approx((230 + 31.5, 230), abs=0.1),
        "2": pytest.approx((230, 230 + 188.9), abs=0.1),
    }
    (area,) = drawn.findall(f"{SVG}polygon")
    x, y = (float(one) for one in area.get("points", "").split()[0].split(","))
    assert (x, y) == pytest.approx((230, 230 - 2 * 204 / 3.24), abs=0.1)  # 2 km north
    assert "<gần>" not in "".join(drawn.itertext())


def test_a_choice_tells_old_and_new_apart(studies: dict[str, Study]) -> None:
    study = studies["best_sites"]
    kinds = [one.kind for one in supports_view(study).marks]
    chosen = study.results["chosen"]
    assert kinds == ["new" if row["structure_id"] is None else "existing" for row in chosen]
    assert "new" in kinds
    words = supports_svg(supports_view(study), Language.VI)
    assert "cột mới" in words
    assert "không đáp ứng" not in words


@pytest.mark.parametrize("kind", ["sharing", "best_sites"])
def test_paper_has_the_map_with_the_numbers_of_the_table(
    studies: dict[str, Study], kind: str
) -> None:
    study = studies[kind]
    view = supports_view(study)
    report = study_report(study, view=view)
    blocks = [block for section in report.sections for block in section.blocks]
    assert sum(isinstance(block, Figure) for block in blocks) == 1
    table = next(block for block in blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == [str(k) for k in range(1, len(view.marks) + 1)]
    assert study_pdf(study, view=view).startswith(b"%PDF")
    assert study_docx(study, view=view).startswith(b"PK")
    on_page = study_report(study)
    assert not any(isinstance(block, Figure) for one in on_page.sections for block in one.blocks)
