"""Drawings and Shapefiles: nothing is lost unsaid, nothing broken is a bare error."""

import struct
import zipfile
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from gis.errors import FormatError
from gis.exchange.importing import ImportAnswers, judge
from gis.exchange.report import ImportReport
from gis.register.store import Register

ANSWERS = ImportAnswers(values={"owner_id": "sao"}, crs=4326)
POINT = "0\nPOINT\n5\nA1\n8\nBể\n10\n106.41\n20\n10.65\n"
CIRCLE = "0\nCIRCLE\n5\nA2\n8\nBể\n10\n106.4\n20\n10.6\n40\n2\n"
TEXT = "0\nTEXT\n5\nA3\n8\nBể\n1\nghi chú\n10\n106.4\n20\n10.6\n"


def drawing(folder: Path, entities: str, before: str = "") -> Path:
    file = folder / "m.dxf"
    section = f"0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n"
    file.write_text(f"{before}{section}0\nEOF\n", encoding="utf-8")
    return file


def judged(register: Register, file: Path, kind: str = "structures") -> ImportReport:
    return judge(file, kind=kind, register=register, answers=ANSWERS)


def test_what_is_not_read_of_a_drawing_is_counted(office: Register, tmp_path: Path) -> None:
    blocks = f"0\nSECTION\n2\nBLOCKS\n{CIRCLE}0\nENDSEC\n"
    drawn = (
        "0\nPOLYLINE\n8\nBể\n70\n0\n0\nVERTEX\n10\n1\n20\n1\n0\nVERTEX\n10\n2\n20\n2\n0\nSEQEND\n"
    )
    report = judged(office, drawing(tmp_path, CIRCLE + POINT + TEXT + drawn, blocks))
    assert (report.rows, len(report.accepted), report.passed_over) == (2, 1, 2)
    assert "2" in report.say("vi")


def test_a_drawing_of_other_things_says_what_it_lacks(office: Register, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        judged(office, drawing(tmp_path, CIRCLE + TEXT))
    assert caught.value.key == "exchange.file.dxf_nothing"
    assert "INSERT" in caught.value.say("vi")


@pytest.mark.parametrize("code", ["--5", "9" * 5000, "٣", "x", "", "1.5"])
def test_a_group_code_that_is_none_names_its_line(
    office: Register, tmp_path: Path, code: str
) -> None:
    with pytest.raises(FormatError) as caught:
        judged(office, drawing(tmp_path, f"{POINT}{code}\nx\n"))
    assert caught.value.key == "exchange.file.dxf_broken"
    assert "15" in caught.value.say("vi")


@pytest.mark.parametrize(
    "entity",
    [
        "0\nPOINT\n8\nBể\n10\n106.4\n",
        "0\nPOINT\n8\nBể\n10\nx\n20\n10.6\n",
        "0\nPOINT\n8\nBể\n10\n1e999\n20\n10.6\n",
        "0\nLINE\n8\nBể\n10\n106.4\n20\n10.6\n",
        f"0\nLWPOLYLINE\n8\nBể\n70\n{'9' * 5000}\n10\n106.4\n20\n10.6\n",
        "0\nLWPOLYLINE\n8\nBể\n70\nx\n10\n106.4\n20\n10.6\n",
        "0\nLWPOLYLINE\n8\nBể\n10\n1\n20\n1\n10\n2\n",
        "0\nPOLYLINE\n8\nBể\n0\nVERTEX\n10\n1\n20\n1\n0\nVERTEX\n10\n2\n0\nSEQEND\n",
    ],
)
def test_a_broken_entity_is_a_row_refused(office: Register, tmp_path: Path, entity: str) -> None:
    report = judged(office, drawing(tmp_path, POINT + entity.replace("8\nBể", "5\nB1\n8\nBể", 1)))
    assert [(p.row, p.key) for p in report.problems] == [(2, "exchange.problem.geometry")]
    assert len(report.accepted) == 1


def test_half_a_character_of_a_drawing_breaks_nothing(office: Register, tmp_path: Path) -> None:
    report = judged(office, drawing(tmp_path, POINT.replace("A1", r"A\U+D83D")))
    assert report.to_json("vi")
    str(report.accepted).encode()


def test_a_line_mark_within_a_word_shifts_no_pair(office: Register, tmp_path: Path) -> None:
    report = judged(office, drawing(tmp_path, TEXT.replace("ghi chú", "ghi\u2028chú") + POINT))
    assert (len(report.accepted), report.passed_over) == (1, 1)


def shapefile(folder: Path, shapes: int) -> Path:
    """Write a Shapefile of three rows, of whose points only some are there."""
    table = geopandas.GeoDataFrame(
        {"Mã trạm": ["S0", "S1", "S2"], "Loại": ["Bể"] * 3},
        geometry=[shapely.Point(106.41 + n / 100, 10.65) for n in range(3)],
        crs=4326,
    )
    parts, file = folder / "parts", folder / "m.zip"
    parts.mkdir()
    pyogrio.write_dataframe(table, parts / "a.shp", encoding="UTF-8")
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts.iterdir():
            content = part.read_bytes()
            if part.suffix == ".shp":
                one = (len(content) - 100) // 3
                more = content[100 : 100 + one] * max(0, shapes - 3)
                content = content[: 100 + one * min(shapes, 3)] + more
                content = content[:24] + struct.pack(">i", len(content) // 2) + content[28:]
            archive.writestr(part.name, content)
    return file


@pytest.mark.parametrize("shapes", [0, 2, 4])
def test_a_shapefile_loses_no_row_unsaid(office: Register, tmp_path: Path, shapes: int) -> None:
    with pytest.raises(FormatError) as caught:
        judged(office, shapefile(tmp_path, shapes))
    assert caught.value.key == "exchange.file.shapes_differ"
    said = caught.value.say("vi")
    assert all(word in said for word in ("m.zip", "3 hàng", f"{shapes} hình"))


def test_a_whole_shapefile_is_read(office: Register, tmp_path: Path) -> None:
    assert len(judged(office, shapefile(tmp_path, 3)).accepted) == 3
