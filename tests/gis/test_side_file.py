"""The small files beside the register: made by several at once, and one writer at a time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gis.errors import ConflictError, StorageError
from gis.side_file import SideFile

_TABLE = "CREATE TABLE seen (who INTEGER PRIMARY KEY) WITHOUT ROWID"
_AT_ONCE = 12


def _count(file: SideFile) -> int:
    with file.reading() as database:
        return int(database.execute("SELECT count(*) FROM seen").fetchone()[0])


def _write_two(file: SideFile) -> None:
    with file.changing() as database:
        database.execute("INSERT INTO seen VALUES (1)")
        database.execute("INSERT INTO other VALUES (1)")


def test_several_that_begin_at_once_make_it_together(tmp_path: Path) -> None:
    for number in range(12):
        path = tmp_path / f"{number}.sqlite3"

        def write(who: int, path: Path = path) -> None:
            with SideFile(path, _TABLE).changing() as database:
                database.execute("INSERT INTO seen VALUES (?)", (who,))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(write, range(_AT_ONCE)))
        assert _count(SideFile(path, _TABLE)) == _AT_ONCE


def test_a_writer_that_does_not_end_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis.side_file._BUSY_S", 0.05)
    path = tmp_path / "held.sqlite3"
    file = SideFile(path, _TABLE)
    assert _count(file) == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConflictError) as busy, file.changing():
            pytest.fail("two write at once")
        assert busy.value.key == "errors.register_busy"
        assert _count(file) == 0, "a reader does not wait for a writer"


def test_what_fails_is_kept_by_nobody(tmp_path: Path) -> None:
    file = SideFile(tmp_path / "failed.sqlite3", _TABLE)
    with pytest.raises(StorageError, match="no such table"):
        _write_two(file)
    assert _count(file) == 0


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite3"
    path.write_text("Đây không phải là cơ sở dữ liệu.\n" * 200, encoding="utf-8")
    with pytest.raises(StorageError, match="not a database"), SideFile(path, _TABLE).reading():
        pytest.fail("it is none")
