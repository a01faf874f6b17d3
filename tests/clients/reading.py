"""QGIS and ogc-client read every collection whole from a server, as the department.

What each read is compared with the register, id by id and text by text. A client that is not
installed is named, and the run fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.identity import new_token
from gis.demo import load_demonstration
from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, FeatureReader
from gis.register.accounts import Accounts
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from tests.api.launching import started
from tests.api.ogc_server import filled

__all__ = ["main"]

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
Texts = dict[str, dict[str, str]]


def main(folder: Path) -> int:
    """Serve a register, let both read it, and say what they read."""
    with TemporaryDirectory() as work, served(Path(work)) as (address, token, known):
        commands = {
            "QGIS": [SYSTEM_PYTHON, str(HERE / "qgis_reads.py"), address, token],
            "ogc-client": ["node", str(HERE / "ogc_client.mjs"), str(folder), address, token],
        }
        environment = {**os.environ, "HOME": work, "XDG_RUNTIME_DIR": work}
        wrong = 0
        for name, command in commands.items():
            wrong += not judged(name, command, environment, known)
    return int(wrong > 0)


@contextmanager
def served(work: Path) -> Iterator[tuple[str, str, Texts]]:
    """Serve the filled demonstration; say where, a token of staff, and what is in it."""
    with Register.open(work / "demo.gpkg", create=True) as register:
        load_demonstration(register)
    with Register.open(filled(work / "demo.gpkg", work / "home" / "register.gpkg")) as register:
        accounts = Accounts(register)
        secret, _ = new_token(accounts, accounts.add("gis", "staff").id, "gis", days=1)
        reader = FeatureReader(register, SYSTEM)
        known = {
            name: {one.id: text_of(one.properties) for one in reader.each(collection, Asked())}
            for name, collection in COLLECTIONS.items()
        }
    with started(work / "home", workers=0) as server:
        assert server.stdout is not None
        said = ""
        while (found := re.search(r"http://\S+(?=\s)", said)) is None:
            line = server.stdout.readline()
            if not line:
                sys.exit(said)
            said += line
        yield f"{found[0].rstrip('/')}/ogc", secret, known


def text_of(values: Any) -> str:
    return str(values["name"] if "name" in values else values["source"])


def judged(name: str, command: list[str], environment: dict[str, str], known: Texts) -> bool:
    """Run a client and say of each collection what it read."""
    if shutil.which(command[0]) is None:
        sys.stdout.write(f"{name}: {command[0]} is not installed\n")
        return False
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        sys.stdout.write(f"{name}: ended with {done.returncode}\n{done.stderr[-2000:]}\n")
        return False
    answer = json.loads(lines[-1])
    read: Texts = answer["collections"]
    for collection, texts in known.items():
        found = read.get(collection, {})
        same = "equal" if found == texts else "DIFFERENT"
        marked = sum(not text.isascii() for text in found.values())
        sys.stdout.write(
            f"{name} {collection}: {len(found)} of {len(texts)}, {marked} marked, {same}\n"
        )
    drawn: dict[str, int] = answer.get("drawn", {})
    if drawn:
        sys.stdout.write(f"{name}: pixels drawn from vector tiles: {drawn}\n")
    return read == known and all(drawn.values())
