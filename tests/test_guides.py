"""The guides in docs/ name what is there: buttons as pages say them, and pictures that exist."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = [*sorted(DOCS.glob("huong-dan-*.md")), DOCS / "user-guide.md"]
TOLD = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "README.vi.md"]


def said(language: str) -> set[str]:
    return {
        sentence[language]
        for file in (ROOT / "data" / "messages").glob("*.toml")
        for sentence in tomllib.loads(file.read_text("utf-8")).values()
    }


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_bold_name_is_one_of_the_pages(guide: Path) -> None:
    known = said("en" if guide.stem == "user-guide" else "vi")
    bold = re.findall(r"\*\*([^*]+)\*\*", guide.read_text("utf-8"))
    assert len(bold) > 4
    assert [name for name in bold if name not in known] == []


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.stem)
def test_every_picture_and_page_that_is_named_exists(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
    assert [one for one in targets if not (page.parent / one).exists()] == []


def test_every_picture_is_made_by_the_script() -> None:
    from tests.pictures.listed import committed

    folder = DOCS / "pictures"
    made = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert made == {one.file for one in committed()}
