"""Files that people sent, where a process dies between writing one and putting it in its place."""

import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from starlette.testclient import TestClient

from api import uploads
from api.service import Service
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
