"""The servers that are compared, each started as its makers say, with one process."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import URL

from tests.benchmarks.ogc.client import ask_once

__all__ = ["Server", "environment", "phusong", "pygeoapi", "tipg", "versions"]

_WAIT_S: Final = 90.0
ACCEPT: Final = "Accept: application/geo+json, application/json\r\n"
"""What is sent with each question: nobody compresses unasked."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    name : str
        As the table says.
    port : int
        Where it listens.
    items : str
        The path of the items.
    also : str
        What every question must say to get GeoJSON.
    pid : int
        Its process.
    """

    name: str
    port: int
    items: str
    also: str
    pid: int


_PACKAGES: Final = {
    "tipg": ("tipg", "uvicorn[standard]"),
    "pygeoapi": ("pygeoapi", "gunicorn", "gevent", "packaging"),
}
_LOADS: Final = "import sqlite3; sqlite3.connect(':memory:').enable_load_extension(True)"


def environment(folder: Path, name: str) -> Path:
    """Return the programs of a virtual environment of its own, made where there is none."""
    place = folder / name
    if not (place / ".done").exists():
        subprocess.run([_python_of(name), "-m", "venv", "--clear", str(place)], check=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *_PACKAGES[name]], check=True)
        (place / ".done").touch()
    return place / "bin"


def _python_of(name: str) -> str:
    """Return a Python for an environment: pygeoapi's loads extensions into SQLite."""
    if name != "pygeoapi":
        return sys.executable
    for python in (sys.executable, "/usr/bin/python3"):
        if (
            subprocess.run([python, "-c", _LOADS], check=False, capture_output=True).returncode
            == 0
        ):
            return python
    raise SystemExit("no Python here whose SQLite loads extensions: --without pygeoapi")


def versions(programs: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of packages in a virtual environment."""
    asked = "import json,sys; from importlib.metadata import version as v;"
    asked += "print(json.dumps({n: v(n) for n in sys.argv[1:]}))"
    found = subprocess.run(
        [str(programs / "python"), "-c", asked, *names], check=True, capture_output=True
    )
    told: dict[str, str] = json.loads(found.stdout)
    return told


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _started(
    command: list[str], settings: Mapping[str, str], log: Path, port: int, ready: str
) -> Iterator[int]:
    """Start a server, wait until it answers, and stop it at the end."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env={**os.environ, **settings},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(process, port, ready, log)
            yield process.pid
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError, EOFError):
            if ask_once(port, ready, ACCEPT).status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"{ready} does not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@contextmanager
def phusong(name: str, folder: Path, home: Path, register: str = "") -> Iterator[Server]:
    """Serve a register: `phusong serve`, one process; no worker, as no study runs."""
    port = _free_port()
    settings = {
        "PHUSONG_HOME": str(home),
        "PHUSONG_REGISTER": register,
        "PHUSONG_WORKERS": "0",
        "PHUSONG_REQUESTS_PER_S": "100000",
    }
    command = [str(Path(sys.executable).parent / "phusong"), "serve", "--port", str(port)]
    items = "/ogc/collections/structures/items"
    log = folder / f"{name}.log"
    with _started(command, settings, log, port, f"{items}?limit=1") as pid:
        yield Server(name, port, items, "", pid)


@contextmanager
def tipg(folder: Path, programs: Path, url: URL) -> Iterator[Server]:
    """Serve a table by TiPg: uvicorn with uvloop and httptools, one process."""
    port = _free_port()
    host = quote(str(url.query["host"]), safe="")
    address = f"postgresql://{url.username}@{host}:5432/{url.database}"
    command = [str(programs / "uvicorn"), "tipg.main:app", "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log"]
    items = "/collections/public.structures/items"
    log = folder / "tipg.log"
    with _started(command, {"DATABASE_URL": address}, log, port, f"{items}?limit=1") as pid:
        yield Server("TiPg", port, items, "", pid)


@contextmanager
def pygeoapi(folder: Path, programs: Path, data: Path) -> Iterator[Server]:
    """Serve a GeoPackage by pygeoapi: gunicorn with a worker of gevent, one process."""
    port = _free_port()
    configuration = folder / "pygeoapi.yml"
    configuration.write_text(_configuration(port, data), "utf-8")
    document = folder / "pygeoapi-openapi.yml"
    settings = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(document)}
    generate = [str(programs / "pygeoapi"), "openapi", "generate", str(configuration)]
    subprocess.run(
        [*generate, "--output-file", str(document)],
        env={**os.environ, **settings},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    command = [str(programs / "gunicorn"), "--workers", "1", "--worker-class", "gevent"]
    command += ["--timeout", "6000", "--bind", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP"]
    items = "/collections/structures/items"
    log = folder / "pygeoapi.log"
    with _started(command, settings, log, port, f"{items}?limit=1&f=json") as pid:
        yield Server("pygeoapi", port, items, "f=json", pid)


def _configuration(port: int, data: Path) -> str:
    """Return pygeoapi's configuration of one collection: its defaults, and pages to 10,000."""
    text = _YAML.format(port=port, data=data)
    return re.sub(r"(?m)^ {4}", "", text)


_YAML: Final = """
    server:
      bind: {{host: 127.0.0.1, port: {port}}}
      url: http://127.0.0.1:{port}
      mimetype: application/json; charset=UTF-8
      encoding: utf-8
      gzip: false
      languages: [en-US]
      limits: {{default_items: 100, max_items: 10000}}
      map: {{url: "https://example.org/{{z}}/{{x}}/{{y}}.png", attribution: none}}
    logging: {{level: ERROR}}
    metadata:
      identification:
        title: {{en: made structures}}
        description: {{en: made structures}}
        keywords: {{en: [structures]}}
        keywords_type: theme
        terms_of_service: none
        url: https://example.org
      license: {{name: none, url: https://example.org}}
      provider: {{name: none, url: https://example.org}}
      contact: {{name: none, email: none@example.org}}
    resources:
      structures:
        type: collection
        title: {{en: made structures}}
        description: {{en: made structures}}
        keywords: {{en: [structures]}}
        links: []
        extents: {{spatial: {{bbox: [105.9, 10.0, 107.0, 11.1]}}}}
        providers:
          - type: feature
            name: SQLiteGPKG
            data: {data}
            id_field: id
            table: structures
"""
