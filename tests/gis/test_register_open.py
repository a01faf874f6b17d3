"""Where a register can live, what is refused, and how an old one comes forward with its data."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath

import pyogrio
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert
from sqlalchemy.exc import OperationalError

from gis.errors import FormatError, GisError, StorageError
from gis.register import blobs, engine, geopackage, schema
from gis.register.databases import sqlite
from gis.register.databases.choice import database_at
from gis.register.filesystems import mount_of, network_mount, require_local
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.store import Register

pytestmark = pytest.mark.geopackage

MOUNTS = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
23 22 0:30 / /tmp rw - tmpfs tmpfs rw
24 22 0:31 / /srv/department rw shared:7 master:1 - nfs4 files:/srv rw,vers=4.2
25 24 0:32 / /srv/department/local rw - xfs /dev/vdb rw
26 22 0:33 / /mnt/h\303\240nh\040ch\303\255nh rw - cifs //files/share rw,vers=3.1
27 22 0:34 / /mnt/my\040share rw - cifs //files/share rw,vers=3.1
28 22 0:35 / /home/lan/remote rw - fuse.sshfs lan@host:/ rw
29 22 0:36 / /mnt/c rw - 9p drvfs rw,aname=drvfs;path=C:\;uid=1000,trans=fd,rfd=5,wfd=5
30 22 0:37 / /sandbox rw - 9p none rw,trans=fd,rfdno=4,wfdno=4,aname=/
31 22 0:38 / /cluster rw - 9p 10.0.0.1 rw,trans=tcp,port=564
32 22 0:39 / /layered rw - overlay overlay rw,lowerdir=/a,upperdir=/b
33 22 0:40 / /host rw - virtiofs share rw
34 22 0:41 / /rootless rw - fuse.fuse-overlayfs fuse-overlayfs rw
35 22 0:42 / /cloud rw - fuse.rclone remote: rw
36 22 0:43 / /stacked rw - ext4 /dev/vdc rw
37 36 0:44 / /stacked rw - nfs files:/x rw
not a mount at all
"""

PLACES = {
    "/var/lib/phusong/register.gpkg": None,
    "/tmp/x/register.gpkg": None,
    "/srv/department/register.gpkg": "nfs4",
    "/srv/department/local/register.gpkg": None,
    "/srv/departments/register.gpkg": None,
    "/mnt/my share/a.gpkg": "cifs",
    "/home/lan/remote/a.gpkg": "fuse.sshfs",
    "/home/lan/a.gpkg": None,
    "/mnt/c/Users/lan/a.gpkg": "9p",
    "/sandbox/a.gpkg": None,
    "/cluster/a.gpkg": "9p",
    "/layered/a.gpkg": None,
    "/host/a.gpkg": None,
    "/rootless/a.gpkg": None,
    "/cloud/a.gpkg": "fuse.rclone",
    "/stacked/a.gpkg": "nfs",
}


@pytest.mark.parametrize(("path", "kind"), PLACES.items(), ids=PLACES)
def test_a_network_file_system_is_known(path: str, kind: str | None) -> None:
    found = network_mount(PurePosixPath(path), MOUNTS)
    assert (found.kind if found else None) == kind


def test_this_machine_has_a_mount_for_everything(tmp_path: Path) -> None:
    mountinfo = Path("/proc/self/mountinfo")
    if not mountinfo.exists():
        pytest.skip("no /proc on this system")
    found = mount_of(PurePosixPath(tmp_path), mountinfo.read_text(encoding="utf-8"))
    assert found is not None
    assert tmp_path.is_relative_to(found.point)
    require_local(tmp_path / "register.gpkg")


def test_the_message_says_what_to_do() -> None:
    error = StorageError("errors.register_on_network", path="/srv/x", system="nfs4")
    assert "nfs4" in error.say("vi")
    assert "ổ đĩa" in error.say("vi")


def test_every_connection_is_safe(register: Register) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with engine.reading(register.engine) as first, engine.writing(register.engine) as second:
        for connection in (first, second):
            for name, value in wanted.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30000


def test_a_journal_that_cannot_be_safe_is_refused(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = register.path
    register.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN IMMEDIATE")  # while this lasts, WAL cannot be entered
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
        with pytest.raises(StorageError, match=r"register\.gpkg|journal"):
            Register.open(path)
    with Register.open(path) as again:
        again.check()


def test_a_full_disk_is_said_and_keeps_nothing(register: Register) -> None:
    with engine.reading(register.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(StorageError, match=r"\(database or disk is full\)"):
        _outgrow(register, pages)
    with engine.reading(register.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA table_info('large')").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _outgrow(register: Register, pages: int) -> None:
    with engine.writing(register.engine) as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(1000000) AS a")


def test_a_wrong_statement_is_not_the_disks_fault(register: Register) -> None:
    with (
        pytest.raises(OperationalError, match="no such table"),
        engine.writing(register.engine) as connection,
    ):
        connection.exec_driver_sql("DELETE FROM nowhere")


def _opened(path: Path, *, create: bool = False) -> None:
    Register.open(path, create=create).close()


def test_a_register_that_is_not_there_is_not_made_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "new" / "register.gpkg"
    with pytest.raises(StorageError, match="phusong init"):
        _opened(path)
    assert not path.parent.exists()
    _opened(path, create=True)
    _opened(path)


def test_what_is_no_register_is_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
    text = tmp_path / "text.gpkg"
    text.write_text("Mã trạm;Kinh độ\n" * 100, encoding="utf-8")
    torn = tmp_path / "torn.gpkg"
    torn.write_bytes(b"SQLite format 3\x00" + b"\x01" * 5000)
    for path in (other, text, torn):
        before = path.read_bytes()
        with pytest.raises(FormatError, match=path.name):
            _opened(path, create=True)
        assert path.read_bytes() == before


def test_an_empty_file_becomes_a_register_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "register.gpkg"
    path.touch()
    with pytest.raises(StorageError):
        _opened(path)
    _opened(path, create=True)


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """The folder of the processes: nobody makes a file there, not even root."""
    with pytest.raises(StorageError, match="/proc"):
        _opened(Path("/proc/register.gpkg"), create=True)


def test_a_path_with_odd_letters_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "Sở TT&TT %20 #1? 'x'" / "sổ đăng ký.gpkg"
    _opened(path, create=True)
    with Register.open(path) as register:
        register.check()
    assert {each.name for each in path.parent.iterdir()} == {path.name, f"{path.name}-lock"}


def test_many_may_create_it_at_once(tmp_path: Path) -> None:
    path = tmp_path / "register.gpkg"
    program = (
        "import sys, pathlib; from gis.register.store import Register\n"
        "with Register.open(pathlib.Path(sys.argv[1]), create=True) as r: r.check()"
    )
    running = [
        subprocess.Popen([sys.executable, "-P", "-c", program, path], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, b"")


# migrations


def _at(path: Path, revision: str) -> Engine:
    opened = database_at(path).open(path, create=True)
    engine.upgrade(opened, revision)
    return opened


def _old_rows(opened: Engine) -> None:
    """Fill a register as the first program that kept one would have."""
    blob = blobs.point_blob(106.4, 10.5)
    known = {"confidence": "verified", "source": "sổ cũ"}
    owner = {"id": "vt", "name": "Viễn thông", "kind": "operator", **known}
    structure = {
        "id": "s",
        "code": "LA-1",
        "name": "Cột cũ",
        "kind": "antenna_mast",
        "owner_id": "vt",
        "confidential": False,
        "search": "la-1 cot cu",
        **known,
    }
    with engine.writing(opened) as connection:
        connection.execute(insert(schema.organisations), [owner])
        rows = [structure | {"id": f"s{n}", "code": f"{n}", "geom": blob} for n in range(50)]
        connection.execute(insert(schema.structures), rows)


def _forward(path: Path) -> None:
    with Register.open(path) as register, register.snapshot() as snapshot:
        assert [each.name for each in snapshot.structures(SYSTEM)] == ["Cột cũ"] * 50
        assert snapshot.count_structures(SYSTEM, bbox=(106.3, 10.4, 106.5, 10.6)) == 50
        with snapshot._connected() as connection:
            geopackage.check(connection)
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    frame = pyogrio.read_dataframe(path, layer="structures", bbox=(106.3, 10.4, 106.5, 10.6))
    assert list(frame["name"]) == ["Cột cũ"] * 50


def _revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in reversed(list(scripts))]


def test_the_program_knows_its_last_migration() -> None:
    assert _revisions()[-1] == engine.HEAD


@pytest.mark.parametrize("revision", _revisions())
def test_each_old_register_comes_forward_with_its_data(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "register.gpkg"
    opened = _at(path, revision)
    _old_rows(opened)
    opened.dispose()
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert {"structures", "boundaries", "installation_sites"} <= layers
    _forward(path)


def test_the_migrations_make_the_tables_that_the_code_names(register: Register) -> None:
    with engine.reading(register.engine) as connection:
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
        stored = {name: sql for name, sql in made if sql}
        for table in schema.metadata.sorted_tables:
            columns = connection.exec_driver_sql(f"PRAGMA table_info('{table.name}')").all()
            found = {(name, kind, bool(strict)) for _, name, kind, strict, _, _ in columns}
            dialect = register.engine.dialect
            wanted = {
                (each.name, each.type.compile(dialect), not each.nullable)
                for each in table.columns
            }
            assert {(n, k) for n, k, _ in found} == {(n, k) for n, k, _ in wanted}
            keys = {each.name for each in table.primary_key}
            assert {row for row in found if row[0] not in keys} == {
                row for row in wanted if row[0] not in keys
            }
            assert {each.name for each in table.indexes} <= stored.keys()
            references = connection.exec_driver_sql(f"PRAGMA foreign_key_list('{table.name}')")
            assert {(row[3], row[2]) for row in references.all()} == {
                (key.parent.name, key.column.table.name) for key in table.foreign_keys
            }


NEXT = '''
"""A table is rebuilt, as SQLite must for most changes."""
import sqlalchemy as sa
from alembic import op
from gis.register import geopackage

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    view = op.get_bind().exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE name = 'installation_sites'"
    ).scalar_one()
    op.execute("DROP VIEW installation_sites")
    {drop}
    with op.batch_alter_table("structures", recreate="always") as batch:
        batch.add_column(sa.Column("load_kg", sa.REAL()))
    {create}
    op.execute(view)
'''
DROP = 'geopackage.drop_spatial_index(op.get_bind(), "structures")'
CREATE = 'geopackage.create_spatial_index(op.get_bind(), "structures")'


def _next_migration(tmp_path: Path, drop: str, create: str) -> Path:
    folder = tmp_path / "next"
    folder.mkdir()
    text = NEXT.format(head=engine.HEAD, drop=drop, create=create)
    (folder / "v9999_next.py").write_text(text, encoding="utf-8")
    return folder


def test_a_later_migration_that_rebuilds_a_layer(
    register: Register, tmp_path: Path, make_station: Callable[..., BroadcastStation]
) -> None:
    _old_rows(register.engine)
    with register.write(author="lan", reason="r") as w:
        w.add_stations([make_station("d", structure_id="s7")])
    engine.upgrade(register.engine, "9999", (_next_migration(tmp_path, DROP, CREATE),))
    with engine.reading(register.engine) as connection:
        assert "load_kg" in schema_of(connection, "structures")
        geopackage.check(connection)
    register.close()
    frame = pyogrio.read_dataframe(
        register.path, layer="structures", bbox=(106.3, 10.4, 106.5, 10.6)
    )
    assert len(frame) == 50
    assert "load_kg" in frame
    assert len(pyogrio.read_dataframe(register.path, layer="installation_sites")) == 0
    with pytest.raises(StorageError, match="9999"):
        Register.open(register.path)


def schema_of(connection: object, table: str) -> set[str]:
    rows = connection.exec_driver_sql(f"PRAGMA table_info('{table}')")  # type: ignore[attr-defined]
    return {row[1] for row in rows}


def test_a_migration_that_forgets_the_index_changes_nothing(
    register: Register, tmp_path: Path
) -> None:
    _old_rows(register.engine)
    with pytest.raises(GisError, match="structures"):
        engine.upgrade(register.engine, "9999", (_next_migration(tmp_path, "pass", "pass"),))
    with engine.reading(register.engine) as connection:
        assert engine.revision_of(connection) == engine.HEAD
        assert "load_kg" not in schema_of(connection, "structures")
    register.close()
    _forward(register.path)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_new_home_is_nobody_elses(tmp_path):
    """Password hashes and confidential records must not be read by others on the machine."""
    mask = os.umask(0o022)
    try:
        with Register.open(tmp_path / "home" / "register.gpkg", create=True):
            modes = {one.name: one.stat().st_mode & 0o777 for one in (tmp_path / "home").iterdir()}
    finally:
        os.umask(mask)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert modes["register.gpkg"] == 0o600
    assert all(mode & 0o077 == 0 for name, mode in modes.items() if not name.endswith("-lock"))


def test_opening_a_register_twice_frees_no_lock_of_this_process(tmp_path: Path) -> None:
    """Closing any handle of a file frees the locks that its process holds on it (POSIX).

    Another process would then take itself for the last that has the register open, and remove the
    log in which this one goes on writing.
    """
    path = tmp_path / "register.gpkg"
    with Register.open(path, create=True) as register:
        log = path.with_name(f"{path.name}-wal")
        with engine.writing(register.engine) as connection:
            connection.exec_driver_sql("UPDATE gpkg_contents SET description = 'a'")
        known = log.stat().st_ino
        Register.open(path).close()
        look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*)"
        look += " FROM gpkg_contents').fetchone(); c.close()"
        subprocess.run([sys.executable, "-c", look, str(path)], check=True)
        assert log.exists(), "another process removed the log"
        assert log.stat().st_ino == known
