"""The user guide in the application: every page renders, nothing raw comes through."""

import re

import pytest

import data
from data.text import Language
from gis.errors import NotFoundError
from maps import guide
from maps.guide import guide_page, guide_titles
from propagation.compliance.catalogue import CATALOGUE

FILES = sorted(data.path("guide").glob("*.md"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_page_renders(file) -> None:
    name, language = file.name.split(".")[:2]
    page = guide_page(name, Language(language))
    assert page.language == language
    assert file.read_text(encoding="utf-8").startswith(f"# {page.title}\n")
    assert page.html.count("<h2>") == len(re.findall("^## ", file.read_text("utf-8"), re.M))
    tables = page.html.count("<table>")
    labels = re.findall('<div class="scroll" role="region" tabindex="0" aria-label="([^"]+)"',
                        page.html)  # fmt: skip
    assert len(set(labels)) == len(labels) == tables
    assert "|---" not in page.html


@pytest.mark.parametrize("language", list(Language))
def test_every_check_has_a_page_in_both_languages(language: Language) -> None:
    assert list(guide_titles(language))[:15] == list(CATALOGUE)
    assert all(guide_page(check, language).language is language for check in CATALOGUE)


def test_raw_html_is_shown_and_never_obeyed() -> None:
    page = guide._page(
        "x",
        Language.EN,
        '# A "b" <c>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onload=y>\n\n'
        "| a |\n|---|\n| <img src=x onerror=y> |\n",
    )
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert "<b " not in page.html
    assert 'href="javascript' not in page.html
    assert "&lt;script&gt;" in page.html
    assert 'aria-label="A &quot;b&quot; &lt;c&gt; (1)"' in page.html


def test_a_missing_language_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide/only.vi.md").write_text("# Chỉ có tiếng Việt\n\nĐó.\n", encoding="utf-8")
    monkeypatch.setattr(guide, "path", lambda name: tmp_path / name)
    guide_page.cache_clear()
    try:
        page = guide_page("only", Language.EN)
        assert (page.language, page.title) == (Language.VI, "Chỉ có tiếng Việt")
        assert dict(guide_titles(Language.EN)) == {"only": "Chỉ có tiếng Việt"}
    finally:
        guide_page.cache_clear()


@pytest.mark.parametrize("name", ["none", "../SOURCES", "border.vi", "", "BORDER", "a" * 61])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(NotFoundError):
        guide_page(name, Language.VI)
