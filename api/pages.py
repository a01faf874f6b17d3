"""The page frame: templates, the language, the stamps on the data."""

from functools import cache, cached_property, partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

import api
from api.empty import Said, lesson_of, wanted_of
from api.identity import identity_of
from api.language import COOKIE, asked_language, safe_language
from api.menu import menu_of
from api.roles import Role, may
from api.service import service_of
from api.tour import Step, tour_on
from data.text import Language, has, number, text, when
from gis.citations import cited
from gis.errors import FormatError
from gis.rule_files import pack_in_use
from gis.rules import RulePack
from maps.words import Words
from propagation.compliance.records import Rule

__all__ = ["render", "wants_page"]

_RULES = "/view/rules"


def wants_page(request: Request) -> bool:
    """Return whether the caller is a browser that shows a page."""
    return "text/html" in request.headers.get("accept", "")


@cache
def _environment() -> Environment:
    folder = api.__path__[0]
    environment = Environment(
        loader=FileSystemLoader([f"{folder}/templates", f"{folder}/static"]),  # its icon too
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["sentence"] = has
    return environment


def _address(request: Request, **changed: str) -> str:
    """Return the page's own address with some query parameters replaced."""
    query = dict(request.query_params)
    query.update(changed)
    written = f"?{urlencode(query)}" if query else ""
    return f"/{_path(request).lstrip('/')}{written}"


def _path(request: Request) -> str:
    """Return where the page is read: a form that came back, at the page that it stands on."""
    address: str = getattr(request.state, "address", request.url.path)
    return address


def render(
    request: Request, template: str, *, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """Return a page in the frame, in the caller's language.

    Parameters
    ----------
    request : Request
        The request; its identity decides the menu.
    template : str
        File below `api/templates`.
    status_code : int
        HTTP status.
    **values
        What the template shows.
    """
    language = safe_language(request, page=True)
    identity = identity_of(request)
    session = identity.session
    html = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            language=language.value,
            other="en" if language is Language.VI else "vi",
            t=partial(_text, language),
            words=Words(language),
            number=partial(_number, language),
            when=lambda moment: when(moment, language),
            address=partial(_address, request),
            menu=menu_of(identity.role, _path(request)),
            identity=identity,
            csrf=session.form_token if session else "",
            csrf_field=_csrf_field(session.form_token if session else ""),
            nonce=request.state.nonce,
            may=lambda method, path: may(identity.role, method, path),
            lesson_of=partial(_lesson, request),
            wanted_of=partial(wanted_of, request),
            stamps=_stamps(request, language),
            tour=_tour(request, identity.role) if status_code < 400 else None,
            cited=_Cited(request, language),
            **values,
        )
    )
    response = HTMLResponse(html, status_code, headers={"content-language": language.value})
    _remember(request, response)
    return response


def _text(language: Language, key: str, /, **values: object) -> str:
    return text(key, language, **values)


def _number(language: Language, value: float | None, decimals: int | None = None) -> str:
    return "–" if value is None else number(value, language, decimals)


def _lesson(request: Request, subject: str, able: bool) -> Said:
    return lesson_of(request, subject, able=able)


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def _stamps(request: Request, language: Language) -> list[str]:
    """Return what must be said below every page of the data that it rests on."""
    service = getattr(request.app.state, "service", None)
    if service is None:
        return []
    stamps = [text("pages.stamp_register", language, version=service.register_stamp())]
    if service.holds_synthetic():
        stamps.append(text("pages.stamp_synthetic", language))
    paths = service.settings.terrain
    terrain = "pages.stamp_terrain" if paths else "pages.stamp_flat"
    stamps.append(text(terrain, language, name=" + ".join(path.name for path in paths)))
    return stamps


def _tour(request: Request, role: Role) -> Step | None:
    """Return the step that a page of the demonstration register shows."""
    service = getattr(request.app.state, "service", None)
    if service is None or not service.holds_synthetic():
        return None
    return tour_on(request, role, _path(request))


class _Cited:
    """The rules that fields of forms are asked for, as they are in force today."""

    def __init__(self, request: Request, language: Language) -> None:
        self._request = request
        self._language = language
        self._leads_on = may(identity_of(request).role, "GET", _RULES)

    def __call__(self, form: str, name: str) -> list[dict[str, str]]:
        """Return what a field's help says of each rule."""
        pack = self._pack
        return [] if pack is None else [self._said(one) for one in cited(pack, form, name)]

    @cached_property
    def _pack(self) -> RulePack | None:
        service = service_of(self._request)
        try:
            return pack_in_use(service.today(), service.home)
        except FormatError:  # the page of rules says what is wrong with a file
            return None

    def _said(self, one: Rule) -> dict[str, str]:
        vietnamese = self._language is Language.VI
        return {
            "address": f"{_RULES}?{urlencode({'text': one.id})}" if self._leads_on else "",
            "title": one.title_vi if vietnamese else one.title_en,
            "instrument": one.instrument,
            "clause": one.clause if vietnamese or not one.clause_en else one.clause_en,
            "confidence": text(f"register.confidence.{one.confidence.value}", self._language),
        }


def _remember(request: Request, response: HTMLResponse) -> None:
    if response.status_code >= 400:
        return
    asked = asked_language(request)
    if asked is not None:
        response.set_cookie(
            COOKIE, asked.value, max_age=31_536_000, httponly=True, samesite="lax", path="/"
        )
