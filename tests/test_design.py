"""The design page names what stands, and marks what does not as *later*."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
HOUSE = DESIGN.split("## The house")[1].split("```")[1].strip("\n")
LATER = "*later*"


def rooms(line: str) -> list[str]:
    """The folders and modules that a line of the house begins with."""
    return re.findall(
        r"(?<!\S)([a-z0-9_]+(?:/|\.py))(?=\s|$)", re.split(r"\s{4,}", line.strip())[0]
    )


def test_every_room_that_is_not_for_later_stands() -> None:
    package, standing = "", 0
    for line in HOUSE.splitlines():
        if not line.startswith(" "):
            (package,) = rooms(line)
        inside = line.startswith(" ")
        for room in rooms(line.split(LATER)[0]):
            assert (ROOT / (package if inside else "") / room).exists(), line
            standing += 1
    assert standing > 20


def test_every_package_folder_has_its_room() -> None:
    named = set()
    package = ""
    for line in HOUSE.splitlines():
        if not line.startswith(" "):
            (package,) = rooms(line)
        named |= {package + room for room in rooms(line.split(LATER)[0])}
    for package in ("propagation", "gis", "maps", "api"):
        folders = {f"{package}/{part.name}/" for part in (ROOT / package).iterdir()
                   if (part / "__init__.py").is_file()}  # fmt: skip
        assert folders <= named


def test_what_is_built_for_later_is_not_marked_so() -> None:
    """Recommendations: those of the page are those of the folder, the others are for later."""
    (line,) = [line for line in HOUSE.splitlines() if line.strip().startswith("itu/")]
    now, later = (set(re.findall(r"\bp\d+\b", part)) for part in line.partition(LATER)[::2])
    built = {
        re.sub(r"_.*", "", file.stem) for file in (ROOT / "propagation/itu").glob("p[0-9]*.py")
    }
    assert now == built
    assert not later & built
