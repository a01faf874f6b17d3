"""What the server says of its work: one line of JSON a request, and counts for Prometheus.

Neither holds an address as it was asked (a link for one sign-in is a secret), a query, a body, a
name or a token: a route's template, the status, the time, and the id of the account.
"""

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis.jobs.queue import JobState, Queue

__all__ = ["Metrics", "Observed", "log_to"]

_LOG: Final = logging.getLogger("phusong.requests")
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ELSEWHERE: Final = "(none)"


class Metrics:
    """Counts of one server process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        told = ("method", "route", "status")
        self._requests = Counter(
            "phusong_requests", "Requests answered.", told, registry=self._registry
        )
        self._seconds = Histogram(
            "phusong_request_seconds",
            "Seconds from a request to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def watch(self, queue: Queue) -> None:
        """Tell of a queue's jobs too, as they are when somebody asks."""
        self._registry.register(_Jobs(queue))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all counts as Prometheus reads them."""
        return generate_latest(self._registry)


class _Jobs(Collector):
    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield how many jobs there are in each state."""
        jobs = GaugeMetricFamily("phusong_jobs", "Jobs in the queue.", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], self._queue.count(states=[state]))
        yield jobs


class Observed:
    """Give every request an id, log it and count it.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    metrics : Metrics
        Where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        named = Headers(scope=scope).get("x-request-id", "")
        request_id = named if _ID.fullmatch(named) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", _ELSEWHERE)
            method = scope["method"] if route != _ELSEWHERE else _ELSEWHERE
            self.metrics.count(method, route, status, seconds)
            _LOG.info("request", extra={"told": _told(scope, route, status, seconds)})


def _told(scope: Scope, route: str, status: int, seconds: float) -> dict[str, Any]:
    state = scope.get("state", {})
    account = getattr(state.get("identity"), "account", None)
    return {
        "request": state.get("request_id"),
        "method": scope["method"][:16],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000.0, 1),
        "account": None if account is None else account.id,
    }


class _Json(logging.Formatter):
    """One line of JSON a record; a failure's traceback is one of its values."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        found: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            found["failure"] = self.formatException(record.exc_info)
        return json.dumps(found, ensure_ascii=False)


def log_to(level: str, stream: Any = None) -> logging.Handler:
    """Write the program's log as JSON, a line a record, and return what writes it.

    Parameters
    ----------
    level : str
        The least that is written: `info` writes every request, `warning` what went wrong.
    stream : file, optional
        Where; standard error by default.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(_Json())
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("phusong").setLevel(level.upper())
    return handler
