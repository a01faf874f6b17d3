"""The application: every route behind the guard, every error as problem details."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import problems
from api.guard import GuardedRoute
from api.middleware import BodyLimit, HeadAsGet, LastResort, SecurityHeaders
from api.observing import Metrics, Observed
from api.roles import RouteTableError, require_complete
from api.routers import (
    antennas,
    applications,
    backups,
    boundaries,
    calendar,
    case_pages,
    cases,
    certification,
    certification_writes,
    channels,
    complaints,
    contracts,
    department,
    desk,
    desk_pages,
    devices,
    dossiers,
    exports,
    fees,
    findings,
    grants,
    guide,
    health,
    home,
    identity,
    import_pages,
    imports,
    inspection_pages,
    inspections,
    interference,
    interference_pages,
    job_pages,
    jobs,
    links,
    map,
    map_layers,
    matrix,
    measured,
    mobile,
    ogc,
    ogc_bulk,
    ogc_processes,
    ogc_tiles,
    ogc_writes,
    organisations,
    paths,
    plan_rows,
    plans,
    point_pages,
    points,
    quality,
    recording,
    register,
    reports,
    retention,
    rules,
    sanctions,
    service,
    sites,
    sources,
    stations,
    structure_adding,
    structure_writes,
    structures,
    studies,
    study_pages,
    supports,
    users,
    viewings,
    work_pages,
    works,
)
from api.service import Service
from api.settings import Settings
from api.threads import provide_threads
from gis.register.engine import leave

__all__ = ["create_app"]

_ROUTERS = (
    ogc,
    service,
    supports,
    identity,
    register,
    ogc_bulk,
    ogc_processes,
    ogc_tiles,
    ogc_writes,
    plans,
    home,
    complaints,
    map,
    map_layers,
    structure_adding,
    structures,
    structure_writes,
    contracts,
    department,
    quality,
    stations,
    antennas,
    measured,
    users,
    organisations,
    grants,
    viewings,
    health,
    backups,
    boundaries,
    retention,
    studies,
    study_pages,
    paths,
    links,
    jobs,
    job_pages,
    findings,
    plan_rows,
    guide,
    applications,
    channels,
    mobile,
    sites,
    sources,
    matrix,
    rules,
    sanctions,
    devices,
    certification,
    certification_writes,
    reports,
    cases,
    case_pages,
    works,
    work_pages,
    desk,
    desk_pages,
    points,
    point_pages,
    inspections,
    inspection_pages,
    dossiers,
    fees,
    recording,
    calendar,
    imports,
    import_pages,
    interference,
    interference_pages,
    exports,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; it opens nothing before it is served.

    Parameters
    ----------
    settings : Settings, optional
        Those of the environment by default.

    Raises
    ------
    RouteTableError
        If a route stands beside the table of roles or has no guard.
    """
    chosen = Settings() if settings is None else settings
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        provide_threads()
        opened = await asyncio.to_thread(Service.open, chosen)
        app.state.service = opened
        app.state.metrics = metrics
        metrics.watch(opened.queue)
        try:
            yield
        finally:
            opened.end_reading()
            await leave(opened.register.engine)
            await asyncio.to_thread(opened.close)

    app = FastAPI(
        title="PhuSong",
        version=version("phusong"),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    require_complete(_served())
    for module in _ROUTERS:
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit, limit_bytes=chosen.max_body_bytes)
    app.add_middleware(LastResort, answer=problems.broken)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observed, metrics=metrics)
    return app


def _served() -> list[tuple[str, str]]:
    """Return method and path of every route.

    Raises
    ------
    RouteTableError
        If one has no guard.
    """
    served: list[tuple[str, str]] = []
    for route in (route for module in _ROUTERS for route in module.router.routes):
        if not isinstance(route, GuardedRoute):
            raise RouteTableError(f"not guarded: {getattr(route, 'path', route)}")
        guarded: APIRoute = route
        served += [(method, guarded.path) for method in sorted(guarded.methods or ())]
    return served
