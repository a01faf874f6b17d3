"""Every sentence exists in both languages, with the same placeholders, and every key is real."""

import re
import string
import tomllib
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import data
from data.text import Language, catalogue_keys, has, number, text, when

ROOT = Path(__file__).parents[1]
FILES = sorted(data.path("messages").glob("*.toml"))
SENTENCES = [
    (f"{file.stem}.{key}", sentence)
    for file in FILES
    for key, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items()
]


_NO_SENTENCES = (".py", ".html", ".css", ".js", ".toml", ".json", ".gpkg")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_there_are_sentences() -> None:
    assert len(catalogue_keys()) > 100


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_both_languages_say_the_same(file: Path) -> None:
    for key, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items():
        assert set(sentence) == {"vi", "en"}, f"{file.stem}.{key}"
        assert placeholders(sentence["vi"]) == placeholders(sentence["en"]), f"{file.stem}.{key}"
        assert all(part.strip() for part in sentence.values()), f"{file.stem}.{key} is empty"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_vietnamese_is_composed(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", content)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_one_word_for_one_thing(file: Path) -> None:
    """Tone marks where most of the sentences have them; a study has one name; beta zero is β₀."""
    content = file.read_text(encoding="utf-8").casefold()
    other = r"toạ độ|xoá|huỷ|\bhoá\b|khoá|tuỳ|thoả|bản tính|β0|beta0"
    assert re.findall(other, content) == []


def test_keys_in_code_exist() -> None:
    """Each quoted literal that looks like `catalogue.name` is a sentence of that catalogue.

    One that ends with `_` is the beginning of several, chosen by a value.
    """
    catalogues = "|".join(file.stem for file in FILES)
    literal = re.compile(rf"""["']((?:{catalogues})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)["']""")
    files = [
        path
        for package in ("gis", "maps", "api", "propagation")
        for pattern in ("*.py", "*.html", "*.jinja")
        for path in (ROOT / package).rglob(pattern)
    ]
    known = catalogue_keys()
    unknown = {
        f"{path.relative_to(ROOT)}: {key}"
        for path in files
        for key in literal.findall(path.read_text(encoding="utf-8"))
        if not key.endswith(_NO_SENTENCES) and not is_sentence(key, known)
    }
    assert not unknown


def is_sentence(key: str, known: list[str]) -> bool:
    """Return whether a key exists, or begins one where the code joins the rest to it."""
    return has(key) or (key.endswith("_") and any(name.startswith(key) for name in known))


def test_numbers_and_dates_are_written_as_each_language_does() -> None:
    assert number(1234.5) == "1.234,5"
    assert number(1234.5, Language.EN, 2) == "1,234.50"
    assert when(date(2025, 7, 1)) == "01/07/2025"
    assert when(datetime(2025, 6, 30, 17, 30, tzinfo=UTC)) == "01/07/2025 00:30"
    assert when(datetime(2025, 6, 30, 17, tzinfo=UTC)) == "01/07/2025", "a day without a time"
    assert when(datetime(2025, 6, 30, 17, 0, 0, 1, tzinfo=UTC)) == "01/07/2025 00:00"


def test_missing_value_is_an_error() -> None:
    key = next((name for name, sentence in SENTENCES if placeholders(sentence["vi"])), None)
    assert key is not None
    with pytest.raises(KeyError):
        text(key)
