"""How the installation is, for administrators: what `phusong doctor` says, and what runs."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.doctor import Health, Look, looks
from api.guard import GuardedRoute
from api.health_view import disk, queue_states, versions
from api.language import safe_language
from api.pages import render
from api.service import Service, service_of
from data.text import Language
from gis.register import moments
from gis.register.store import Register

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_CHECKED_S = 600
"""How long a register that was found whole counts as whole."""
_PAGES = {
    "administrator": "/view/users",
    "backup": "/view/backups",
    "boundaries": "/view/boundaries",
    "jobs": "/view/jobs",
    "rules": "/view/rules",
}
"""Page on which a look is mended."""
_MARKS = {Health.GOOD: "complies", Health.WARNING: "needs_verification", Health.BAD: "violates"}
_WORST_FIRST = {Health.BAD: 0, Health.WARNING: 1, Health.GOOD: 2}


@router.get("/view/health")
def health_page(request: Request) -> Response:
    """Show every look at the installation, the worst first, and what runs on what."""
    service, language = service_of(request), safe_language(request, page=True)
    found = sorted(
        looks(service.settings, service.today(), partial(_checked, service)),
        key=lambda one: _WORST_FIRST[one.health],
    )
    return render(
        request,
        "health.html",
        looks=[_look(one, language) for one in found],
        wrong=sum(one.health is not Health.GOOD for one in found),
        bad=any(one.health is Health.BAD for one in found),
        states=queue_states(service, language),
        workers=service.workers(),
        wanted=service.settings.workers,
        threads=service.settings.threads,
        disk=disk(service),
        versions=versions(service, language),
        started_at=service.started_at,
        up_hours=(moments.now() - service.started_at).total_seconds() / 3600.0,
    )


def _checked(service: Service, register: Register) -> None:
    """Check the register, which takes long where it is large, once in some minutes."""
    slot = int(moments.now().timestamp() // _CHECKED_S)
    service.kept.get("register check", (slot, register.version()), register.check)


def _look(one: Look, language: Language) -> dict[str, Any]:
    return {
        "mark": _MARKS[one.health],
        "health": one.health.value,
        "found": one.say(language),
        "mend": one.say_mend(language),
        "page": "" if one.health is Health.GOOD else _PAGES.get(one.name, ""),
    }
