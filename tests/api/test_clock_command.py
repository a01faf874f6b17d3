"""`phusong clock`: the end of a term, what stands on the way, and what it refuses."""

import json
from pathlib import Path

import pytest

from api.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    code = main(["clock", *words, "--home", str(home)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_says_the_day_and_what_stands_on_the_way(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, out, _ = run(capsys, home, "2025-04-23", "7wd")
    assert code == 0
    assert "06/05/2025" in out
    assert "26/04/2025" in out, "the Saturday that was worked"
    assert "6150/TB-BLĐTBXH" in out
    assert "Theo trí nhớ" in out, "how terms are counted is recalled"
    assert not home.exists(), "nothing is made by asking"


def test_hours_go_from_their_moment(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = run(capsys, home, "2026-02-13T20:00+07:00", "24h", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["due_at"] == "2026-02-14T13:00:00+00:00"
    assert told["term"] == "24 hours"


@pytest.mark.parametrize(
    ("start", "term"),
    [
        ("2026-02-30", "7wd"),
        ("2026-02-13T20:00", "24h"),
        ("2026-02-13", "24h"),
        ("2026-02-13", "7"),
        ("1999-02-13", "7wd"),
        ("tomorrow", "7wd"),
    ],
)
def test_what_it_refuses(
    capsys: pytest.CaptureFixture[str], home: Path, start: str, term: str
) -> None:
    code, out, err = run(capsys, home, start, term)
    assert (code, out) == (3, "")
    assert len(err.strip().splitlines()) == 1


def test_the_administrators_decision_counts(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    folder = home / "holidays"
    folder.mkdir(parents=True)
    decision = (
        "[[decision]]\nyear = 2027\ninstrument = 'QĐ thử'\nconfidence = 'verified'\n"
        "source = 'test'\noff = [2027-06-01]\n"
    )
    (folder / "2027.toml").write_text(decision, encoding="utf-8")
    code, out, _ = run(capsys, home, "2027-05-31", "1wd")
    assert code == 0
    assert "02/06/2027" in out
    assert "QĐ thử" in out
    (folder / "2027.toml").write_text("[[decision]]", encoding="utf-8")
    code, _, err = run(capsys, home, "2027-05-31", "1wd")
    assert code == 3
    assert "2027.toml" in err
