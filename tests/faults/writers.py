"""Programs that write all the time, and keep a ledger of what was acknowledged."""

import http.client
import json
import random
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.api.launching import structures_form
from tests.faults.installation import Installation
from tests.faults.ledger import Import, Kept, Ledger, Seen

__all__ = ["CONTENDED", "Writers"]

CONTENDED = "fault-contended"
ITEMS = "/ogc/collections/structures/items"
GEOJSON = "application/geo+json"
MERGE = "application/merge-patch+json"
ROWS = 3
STATION = "mp-tan-an"
_MOST_WAITING = 4
_UNANSWERED = 0
_OF_THE_FAULT = (_UNANSWERED, 503)
_ALLOWED = {200, 201, 202, 204, 404, 409, 412, 429, *_OF_THE_FAULT}


@dataclass(frozen=True)
class Answer:
    """What a server said; 0 where it said nothing."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def done(self) -> bool:
        """Whether the write was acknowledged."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body."""
        return json.loads(self.body)


class EndedError(Exception):
    """Nobody wants to know any more."""


class Writers:
    """Threads of writers, to be started, paused, gone on with and stopped."""

    def __init__(self, installation: Installation, ledger: Ledger, seed: int) -> None:
        self.installation = installation
        self.ledger = ledger
        self._go = threading.Event()
        self.ended = threading.Event()
        self._idle = threading.Semaphore(0)
        self._acts: tuple[Callable[[_Writer], None], ...] = (
            _Writer.change_own, _Writer.change_own, _Writer.contend, _Writer.contend,
            _Writer.bring_in, _Writer.ask_for_study,
        )  # fmt: skip
        writers = [_Writer(self, number, seed) for number in range(len(self._acts))]
        self._threads = [
            threading.Thread(target=self._work, args=pair)
            for pair in zip(writers, self._acts, strict=True)
        ]

    def start(self) -> None:
        """Begin."""
        first = _Writer(self, 99, 0)
        answer = first.create(CONTENDED)
        assert answer.done, answer.body
        self._go.set()
        for thread in self._threads:
            thread.start()

    def pause(self) -> None:
        """Let every writer finish what it does, and find out what became of it."""
        self._go.clear()
        for _ in self._threads:
            assert self._idle.acquire(timeout=120), "a writer hangs"

    def go_on(self) -> None:
        """Write again."""
        self._go.set()

    def stop(self) -> None:
        """End all writers."""
        self.ended.set()
        self._go.set()
        for thread in self._threads:
            thread.join(120)

    @property
    def paused(self) -> bool:
        """Whether no new write is to begin."""
        return not self._go.is_set()

    def _work(self, writer: "_Writer", act: Callable[["_Writer"], None]) -> None:
        while not self.ended.is_set():
            if self.paused:
                self._idle.release()
                self._go.wait()
                continue
            try:
                act(writer)
            except EndedError:
                return
            except Exception:
                self.ledger.wrong.append(traceback.format_exc())
                time.sleep(0.5)


class _Writer:
    """One program that writes; it asks now this server, now that."""

    def __init__(self, writers: Writers, number: int, seed: int) -> None:
        self._installation = writers.installation
        self._ledger = writers.ledger
        self._ended = writers.ended
        self._random = random.Random(f"{seed}/{number}")
        self._name = f"w{number}"
        self._count = 0
        self._own: list[Kept] = []

    def _ask(self, what: str, method: str, path: str, **more: Any) -> Answer:
        """Ask one of the servers that are there once."""
        servers = self._installation.clients()
        answer, began = Answer(_UNANSWERED, {}, b""), time.monotonic()
        if not servers:
            time.sleep(0.05)
        else:
            token = self._installation.token
            try:
                answer = Answer(
                    *self._random.choice(servers).request(method, path, token=token, **more)
                )
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
        self._ledger.answered(what, answer.status, time.monotonic() - began)
        if answer.status not in _ALLOWED:
            self._ledger.wrong.append(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        if answer.status == 503:
            self._judge_refusal(answer)
            time.sleep(0.05)
        return answer

    def _judge_refusal(self, answer: Answer) -> None:
        told = answer.json()
        if not str(told.get("code", "")).startswith("errors.register_"):
            self._ledger.wrong.append(f"503 without a reason: {told}")

    def _read(self, path: str) -> Answer:
        """Ask until there is an answer."""
        while not self._ended.is_set():
            answer = self._ask("read", "GET", path)
            if answer.status not in _OF_THE_FAULT:
                return answer
            time.sleep(0.05)
        raise EndedError

    def _next(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count}"

    # Structures of its own

    def change_own(self) -> None:
        """Make, replace, change or remove a structure."""
        if len(self._own) < 5 or self._random.random() < 0.3:
            code = f"fault-{self._next()}"
            answer = self.create(code)
            if answer.status in _OF_THE_FAULT:
                self._ledger.unsure_new[code] = code
            else:
                assert answer.status == 201, answer.body
            return
        kept = self._random.choice(self._own)
        method = self._random.choice(("PUT", "PUT", "PATCH", "PATCH", "DELETE"))
        self._change(kept, method)

    def create(self, code: str) -> Answer:
        """Make a structure whose name is its code."""
        answer = self._ask("structure", "POST", ITEMS, body=_feature(code, code), kind=GEOJSON)
        if answer.status == 201:
            kept = Kept(_id_of(answer), code, code, answer.headers["etag"], names=[code])
            self._own.append(kept)
            self._ledger.structures[kept.id] = kept
        return answer

    def _change(self, kept: Kept, method: str) -> None:
        name = None if method == "DELETE" else self._next()
        answer = self._send(method, kept.id, kept.code, name, kept.tag)
        if answer.done:
            self._note(kept, name, answer)
        elif answer.status in _OF_THE_FAULT:
            self._find_out(kept, name, answer.status)
        elif answer.status in {404, 412} and kept.unsure:  # kept after somebody looked
            self._find_out(kept, kept.unsure.pop(), _UNANSWERED)
        else:
            raise AssertionError(f"{method} of its own: {answer.status} {answer.body!r}")

    def _send(self, method: str, id_: str, code: str, name: str | None, tag: str) -> Answer:
        body, kind = None, GEOJSON
        if method == "PUT" and name is not None:
            body = _feature(code, name)
        elif method == "PATCH":
            body, kind = json.dumps({"properties": {"name": name}}).encode(), MERGE
        path = f"{ITEMS}/{id_}"
        return self._ask("structure", method, path, body=body, kind=kind, seen=tag)

    def _note(self, kept: Kept, name: str | None, answer: Answer) -> None:
        if name is None:
            kept.removed = True
            self._own.remove(kept)
            return
        kept.name, kept.tag = name, answer.headers["etag"]
        kept.names.append(name)
        kept.unsure.clear()

    def _find_out(self, kept: Kept, name: str | None, status: int) -> None:
        """Look what became of a write that was not acknowledged: all of it, or nothing."""
        answer = self._read(f"{ITEMS}/{kept.id}")
        found = None if answer.status == 404 else answer.json()["properties"]["name"]
        if found == name:
            self._ledger.late[f"{status} structure"] += 1
            self._note(kept, name, answer)
        elif found == kept.name:
            kept.tag = answer.headers["etag"]
            kept.unsure.add(name)
        else:
            raise AssertionError(f"{kept} became {found}, not {name}")

    # A structure that all change

    def contend(self) -> None:
        """Change what others change, from what was read."""
        (kept,) = [one for one in self._ledger.structures.values() if one.code == CONTENDED]
        read = self._read(f"{ITEMS}/{kept.id}")
        before, after = read.json()["properties"]["name"], self._next()
        answer = self._send("PUT", kept.id, CONTENDED, after, read.headers["etag"])
        if answer.done:
            with self._ledger.lock:
                self._ledger.contended.append(Seen(before, after))
        elif answer.status not in {412, 409, *_OF_THE_FAULT}:
            raise AssertionError(f"{answer.status} {answer.body!r}")
        time.sleep(self._random.uniform(0.0, 0.1))

    # Imports and studies

    def bring_in(self) -> None:
        """Send a file and bring it in."""
        codes, form, kind = structures_form(ROWS)
        sent = self._ask("upload", "POST", "/imports", body=form, kind=kind)
        if not sent.done:
            return
        assert sent.json()["accepted"] == ROWS, sent.body
        path = f"{urlsplit(sent.headers['location']).path}/commit"
        answer = self._ask("import", "POST", path, body=b"{}")
        while (
            answer.status in _OF_THE_FAULT and not self._ended.is_set()
        ):  # sent again, it must not be brought in twice
            first = answer.status
            answer = self._ask("import", "POST", path, body=b"{}")
            if answer.status == 409:
                self._ledger.late[f"{first} import"] += 1
        if answer.status == 201:
            self._ledger.imports.append(Import(answer.json()["id"], tuple(codes)))
        else:
            assert answer.json()["code"] == "pages.import_done", answer.body
        time.sleep(self._random.uniform(0.05, 0.3))

    def ask_for_study(self) -> None:
        """Put a study into the queue, unless enough wait there."""
        waiting = self._read("/jobs?state=queued&limit=1").json()["numberMatched"]
        if waiting < _MOST_WAITING:
            radius_km = round(self._random.uniform(3.0, 9.0), 6)  # each a study of its own
            wanted = json.dumps({"station_id": STATION, "radius_km": radius_km, "step_m": 500})
            answer = self._ask("job", "POST", "/studies/coverage", body=wanted.encode())
            if answer.status == 202:
                self._ledger.jobs.add(answer.headers["location"].rpartition("/")[2])
        time.sleep(self._random.uniform(0.1, 0.4))


def _id_of(answer: Answer) -> str:
    return str(answer.json()["id"])


def _feature(code: str, name: str) -> bytes:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [106.4132, 10.5354]},
        "properties": {
            "code": code,
            "name": name,
            "kind": "antenna_mast",
            "owner_id": "mo-phong-b",
            "height_m": 42.5,
        },
    }
    return json.dumps(feature).encode()
