"""`phusong serve`: the pages and the API, until Ctrl-C."""

import argparse
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.cli.frame import DONE, Command, Output, Parser
from api.demo_layers import begin_layers
from api.environment import kernels_lack
from api.identity import new_link
from api.observing import log_to
from api.settings import Settings
from data.text import Language, text
from gis.basemap import open_basemap
from gis.demo import load_demonstration, load_demonstration_desk
from gis.errors import FormatError, system_reason
from gis.home import REGISTER_VARIABLE
from gis.register.accounts import Account, Accounts
from gis.register.store import Register
from gis.terrain.opening import open_ground

__all__ = ["COMMANDS"]

_STOP_S = 10
_LEFT_S = 1.0
"""Of that, what is left to say that a question was ended because the server stops."""
_COLLECTED_EVERY = 20_000
"""Objects made before the search for reference cycles looks at the young ones."""
_DEMONSTRATED = (("staff", None), ("operator", "mo-phong-a"), ("administrator", None))
"""Roles that the demonstration has an account of, and of which organisation."""


def _configure(parser: Parser) -> None:
    parser.add_argument("--host", help=parser.say("help_host"))
    parser.add_argument("--port", type=int, metavar="N", help=parser.say("help_port"))
    parser.add_argument("--demo", action="store_true", help=parser.say("help_demo"))


class _Server(uvicorn.Server):
    """A server that says where it is once it can be reached."""

    def __init__(
        self, app: FastAPI, ready: Sequence[str], most_at_once: int, *, demo: bool
    ) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_STOP_S,
            limit_concurrency=most_at_once,
            server_header=False,
        )
        super().__init__(config)
        self._app = app
        self._ready = ready
        self._demo = demo
        self._compiling: subprocess.Popen[bytes] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the lines."""
        await super().startup(sockets)
        _collect_seldom()
        if self.started and kernels_lack():
            self._compiling = _compile_ahead(self._app.state.service.settings)
        if self.started and self._demo:
            begin_layers(self._app.state.service, _name_of("staff"))
        for line in self._ready if self.started else ():
            print(line, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End live progress, which would otherwise be waited for, then stop.

        What still asks the register shortly before the time is over is told that it ends.
        """
        service = self._app.state.service
        service.stopping.set()
        if self._compiling is not None:
            self._compiling.terminate()
            self._compiling.wait()
        last = threading.Timer(_STOP_S - _LEFT_S, service.end_reading)
        last.start()
        try:
            await super().shutdown(sockets)
        finally:
            last.cancel()


def _run(arguments: argparse.Namespace, output: Output) -> int:
    settings = _settings(arguments, output)
    _require_usable(settings)
    with _listening(settings) as listener:
        address = f"http://{settings.host}:{listener.getsockname()[1]}"
        lines = [output.text("serving", address=address)]
        if arguments.demo:
            lines += [
                output.text(f"demo_link_{role}", link=address + link)
                for role, link in _demonstration(settings)
            ]
        lines.append(output.text("serve_stop"))
        signal.signal(signal.SIGTERM, _already_stopped)
        try:
            log_to(settings.log)
            app, demo = create_app(settings), arguments.demo
            _Server(app, lines, settings.most_at_once, demo=demo).run(sockets=[listener])
        except KeyboardInterrupt:
            output.say("served")
    return DONE


def _compile_ahead(settings: Settings) -> subprocess.Popen[bytes]:
    """Run `phusong ready` beside the server: a new version compiles before somebody waits."""
    place = {"PHUSONG_HOME": str(settings.home)}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "import sys, api.cli; sys.exit(api.cli.main(['ready']))"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | place | {REGISTER_VARIABLE: settings.place.database},
        start_new_session=True,
    )


def _collect_seldom() -> None:
    """Look for reference cycles among what questions make, not among what the program is.

    Reading a large register makes hundreds of thousands of objects and no cycle; looking for one
    every 700 objects took half the time of a report.
    """
    gc.collect()
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(_COLLECTED_EVERY, *older)


def _already_stopped(*_: object) -> None:
    """Take the signal that uvicorn raises again after it has stopped in good order."""


def _settings(arguments: argparse.Namespace, output: Output) -> Settings:
    named = {"host": arguments.host, "port": arguments.port}
    given = {name: value for name, value in named.items() if value is not None}
    return Settings(**{**output.settings.model_dump(), **given})


def _require_usable(settings: Settings) -> None:
    """Say in one sentence what the server would fail with in the middle of its start.

    Raises
    ------
    GisError
        If the terrain cannot be read, or the register that is there cannot be opened.
    """
    open_ground(settings.ground)
    if settings.map_pmtiles is not None:
        open_basemap(settings.map_pmtiles)
    if Register.exists(settings.place.register):
        Register.open(settings.place.register).close()


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named: where it is not, asyncio leaves Nagle's delay of 40 ms on each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise FormatError(
            "cli.cannot_listen",
            host=settings.host,
            port=str(settings.port),
            reason=system_reason(error),
        ) from error
    return listener


def _demonstration(settings: Settings) -> list[tuple[str, str]]:
    """Load the demonstration where it is not; return for each role a link that signs in once."""
    with Register.open(settings.place.register, create=True) as register:
        load_demonstration(register)
        load_demonstration_desk(register, settings.place)
        accounts = Accounts(register)
        return [
            (role, new_link(accounts, _account(accounts, role, organisation_id).id))
            for role, organisation_id in _DEMONSTRATED
        ]


def _name_of(role: str) -> str:
    return text(f"cli.demo_account_{role}", Language.VI)


def _account(accounts: Accounts, role: str, organisation_id: str | None) -> Account:
    name = _name_of(role)
    return accounts.by_name(name) or accounts.add(name, role, organisation_id=organisation_id)


COMMANDS = (Command("serve", _configure, _run, "phusong serve --port 8000"),)
