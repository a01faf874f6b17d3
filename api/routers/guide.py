"""The user guide: its pages, one a check and those of whole subjects."""

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import service_of
from api.tour import SEEN, remember, step_at, steps_of
from maps.findings import check_title
from maps.guide import guide_page, guide_titles
from maps.words import Words
from propagation.compliance.catalogue import CATALOGUE

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/view/guide")
def guide(request: Request) -> Response:
    """List the pages of the guide."""
    language = safe_language(request, page=True)
    words, titles = Words(language), guide_titles(language)
    return render(
        request,
        "guide.html",
        checks=[
            (number, check_title(name, words), name if name in titles else None)
            for number, name in enumerate(CATALOGUE, start=1)
        ],
        others=[(name, title) for name, title in titles.items() if name not in CATALOGUE],
        tour_steps=len(steps_of(identity_of(request).role)),
        demonstration=service_of(request).holds_synthetic(),
    )


@router.get("/view/guide/{page}")
def page(request: Request, page: str) -> Response:
    """Show one page of the guide."""
    language = safe_language(request, page=True)
    found = guide_page(page, language)
    names = list(guide_titles(language).items())
    place = next(number for number, (name, _) in enumerate(names) if name == found.name)
    return render(
        request,
        "guide_page.html",
        page=found,
        check_number=CATALOGUE.index(found.name) + 1 if found.name in CATALOGUE else None,
        text=Markup(found.html),  # noqa: S704 - our own text, rendered without raw HTML
        before=names[place - 1] if place else None,
        after=names[place + 1] if place + 1 < len(names) else None,
    )


@router.get("/view/tour/{step}")
def tour(request: Request, step: int) -> Response:
    """Go to a step of the tour; any other number ends it on the first page."""
    role = identity_of(request).role
    found = step_at(role, step)
    response = RedirectResponse("/" if found is None else found.path, 303)
    secure = service_of(request).settings.secure_cookies
    remember(response, role, SEEN if found is None else str(step), secure=secure)
    return response
