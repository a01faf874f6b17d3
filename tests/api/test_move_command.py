"""`phusong move`, and the other commands on a register that a server keeps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from api.cli import main
from api.cli.frame import DONE, INPUT, STORAGE
from gis.home import REGISTER_VARIABLE
from gis.register.store import Register
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.geopackage  # both are named here


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[URL]:
    name = postgres.database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def told(database: URL) -> str:
    return database.render_as_string(hide_password=False)


def test_a_demonstration_moves_to_a_server_and_back(
    told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, back = tmp_path / "home", tmp_path / "back.gpkg"
    assert main(["demo", "--home", str(home)]) == DONE
    capsys.readouterr()
    assert main(["move", "--home", str(home), "--to", told, "--json"]) == DONE
    there = json.loads(capsys.readouterr().out)
    assert there["rows"]["structures"] == 300
    assert main(["move", "--from", told, "--to", str(back), "--json"]) == DONE
    again = json.loads(capsys.readouterr().out)
    assert again["digest"] == there["digest"]
    with Register.open(home / "register.gpkg") as first, Register.open(back) as last:
        assert last.version() == first.version()
    assert main(["move", "--home", str(home), "--to", told, "--lang", "en"]) != DONE
    assert "holds records already" in capsys.readouterr().err


@pytest.mark.parametrize(("there", "said"), [("", "not said where"), (".", "is a folder")])
def test_a_place_that_is_none_is_told(
    there: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with Register.open(home / "register.gpkg", create=True):
        pass
    assert main(["move", "--home", str(home), "--to", there, "--lang", "en"]) == INPUT
    assert said in capsys.readouterr().err


def test_the_named_server_is_the_register_of_every_command(
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("PHUSONG_HOME", str(home))
    monkeypatch.setenv(REGISTER_VARIABLE, told)
    assert main(["user", "list"]) == STORAGE
    assert "phusong init" in capsys.readouterr().err
    assert main(["init"]) == DONE
    assert main(["init"]) == INPUT
    assert main(["demo"]) == DONE
    assert main(["user", "add", "lan", "--role", "staff", "--link"]) == DONE
    target = tmp_path / "x.csv"
    assert main(["export", str(target), "--layer", "structures"]) == DONE
    assert len(target.read_text("utf-8").splitlines()) > 300
    assert not (home / "register.gpkg").exists()
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://lan:bi-mat@127.0.0.1:1/so", STORAGE),
        ("mysql://lan:bi-mat@may/so", INPUT),
        ("postgresql://lan:bi-mat@may:cong/so", INPUT),
    ],
)
def test_a_server_that_is_not_there_is_said_in_a_line_without_the_password(
    address: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(REGISTER_VARIABLE, address)
    assert main(["serve", "--home", str(tmp_path), "--port", "0"]) == code
    said = capsys.readouterr()
    assert "bi-mat" not in said.out + said.err
    assert len(said.err.strip().splitlines()) == 1
