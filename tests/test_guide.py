"""The user guide: a page for every check of the catalogue, in both languages, of one shape."""

import re

import pytest

from data import path
from propagation.compliance.catalogue import CATALOGUE


@pytest.mark.parametrize("check", CATALOGUE)
def test_every_check_has_its_page_in_both_languages(check: str) -> None:
    vi, en = (path(f"guide/{check}.{language}.md").read_text("utf-8") for language in ("vi", "en"))
    assert vi.startswith("# ")
    assert en.startswith("# ")
    assert vi.count("\n## ") == en.count("\n## ") >= 3
    assert vi.count("\n|") == en.count("\n|")
    assert vi.count("\n* ") == en.count("\n* ")
    assert re.search("[ăâđêôơưạảấầậắệịọốộớợụủứựỳỹ]", vi)


@pytest.mark.parametrize("check", CATALOGUE)
def test_no_page_holds_what_is_not_markdown(check: str) -> None:
    for language in ("vi", "en"):
        text = path(f"guide/{check}.{language}.md").read_text("utf-8")
        assert "<" not in text.replace("≤", "")
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("|"):
                cells = re.split(r"(?<!\\)\|", line)
                assert len(cells) >= 4, (check, language, number)


NUMBERS = {
    "plan_identity": ("fm_plan.toml", ("1.5", "5 km", "100 kHz")),
    "erp_and_height": ("fm_plan.toml", ("0.01 dB", "0.5 m")),
    "data_audit": ("audit.toml", ("53, 46, 30 dBW", "15 m", "20 %")),
}


@pytest.mark.parametrize("check", NUMBERS)
def test_the_numbers_of_a_page_are_those_of_the_rules(check: str) -> None:
    file, told = NUMBERS[check]
    page = path(f"guide/{check}.en.md").read_text("utf-8")
    rules = path(f"rules/{file}").read_text("utf-8")
    for words in told:
        assert words in page
        for number in re.findall(r"\d+(?:\.\d+)?", words):
            assert re.search(rf"= {re.escape(number)}(\.0)?\b", rules), (words, number)
