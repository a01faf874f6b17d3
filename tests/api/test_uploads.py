"""Files that people sent, where a process dies between writing one and putting it in its place."""

import os
import signal
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import data
from api import uploads
from api.service import Service
from gis.errors import ConflictError, NotFoundError
from gis.exchange.importing import ImportKind
from gis.home import Home

KILLED = """
import os, signal, sys
from io import BytesIO
from pathlib import Path
from api import uploads
from gis.exchange.importing import ImportKind
from gis.home import Home

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

uploads._settle = die
uploads.keep(Home(Path(sys.argv[1])), BytesIO(b"a"), file_name="a.csv",
             kind=ImportKind.STRUCTURES, sent_by="lan")
"""


def kept(home: Home) -> uploads.Upload:
    return uploads.keep(
        home, BytesIO("Mã".encode()), file_name="a.csv", kind=ImportKind.STRUCTURES, sent_by="lan"
    )


def killed(folder: Path) -> Path:
    done = subprocess.run([sys.executable, "-P", "-c", KILLED, folder], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = (folder / "uploads").iterdir()
    assert (left / "upload.json").is_file(), "it died after all was written"
    return left


def test_what_a_killed_process_left_is_no_upload_and_goes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    left = killed(tmp_path)
    assert uploads.uploads(home) == []
    sent = kept(home)
    assert uploads.uploads(home) == [sent]
    assert left.exists(), "it may belong to a process that still works"
    os.utime(left, (0, 0))
    assert kept(home) == sent
    assert [folder.name for folder in home.uploads.iterdir()] == [sent.id]


def test_the_list_opens_after_such_a_kill(service: Service, client: TestClient, token) -> None:
    killed(service.home.folder)
    assert client.get("/view/imports", headers=token("staff")).status_code == 200


def test_the_list_stands_while_others_send_and_remove(tmp_path: Path) -> None:
    home, over = Home(tmp_path), threading.Event()
    stays = kept(home)

    def come_and_go(number: int) -> None:
        while not over.is_set():
            sent = uploads.keep(
                home, BytesIO(f"{number}".encode()), file_name="b.csv",
                kind=ImportKind.STRUCTURES, sent_by="hoa",
            )  # fmt: skip
            uploads.discard(home, sent)

    others = [threading.Thread(target=come_and_go, args=(number,)) for number in range(3)]
    for other in others:
        other.start()
    try:
        for _ in range(500):
            assert stays in uploads.uploads(home)
    finally:
        over.set()
        for other in others:
            other.join()
    assert uploads.uploads(home) == [stays]
    assert [folder.name for folder in home.uploads.iterdir()] == [stays.id]


def test_the_note_of_an_import_is_never_lost(service: Service) -> None:
    sample = data.path("samples/cot_ang_ten_mau.xlsx")
    with sample.open("rb") as stream:
        sent = uploads.keep(service.home, stream, file_name=sample.name,
                            kind=ImportKind.STRUCTURES, sent_by="lan")  # fmt: skip
    noted = uploads.note_batch(service.home, sent, "nhap-1", ["Mã"], None)
    with pytest.raises(ConflictError) as told:  # an answer that began before the commit ended
        uploads.answer(service.home, service.register, sent, {"update": "yes"},
                       service.jurisdiction())  # fmt: skip
    assert told.value.key == "pages.import_changed"
    assert uploads.upload(service.home, sent.id) == noted
    uploads.discard(service.home, sent)
    with pytest.raises(NotFoundError):
        uploads.note_batch(service.home, sent, "nhap-2", [], None)
    assert uploads.uploads(service.home) == []
