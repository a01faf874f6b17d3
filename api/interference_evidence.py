"""The package of evidence of a case of interference, for the regional frequency centre."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from api.desk_letters import case_letter
from api.desk_view import DeskView, desk_of
from api.service import service_of
from data.text import Language
from gis.desk.files import content_of
from gis.desk.interference_layers import write_layers
from gis.desk.interference_study import attached_study, measurement_files
from gis.desk.records import DeskFile
from gis.home import Home
from gis.studies.record import Study, canonical, file_path
from maps.documents.content import Figure
from maps.documents.letter import letter_pdf
from maps.documents.pdf import figure_png
from maps.evidence import Piece, write_package
from maps.source_figure import source_svg, source_view

__all__ = ["write_evidence"]

_TOLD: Final = ("id", "kind", "number", "opened_at", "opened_by", "facts", "facts_text", "events")
_HEADS: Final = ("path", "what", "who", "when", "size")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 60


def write_evidence(request: Request, view: DeskView, path: Path) -> None:
    """Write the package of a case; the same case gives the same bytes.

    Parameters
    ----------
    request : Request
        The request, of the department.
    view : DeskView
        The case, told in Vietnamese.
    path : Path
        The file wanted.

    Raises
    ------
    GisError
        If a template is spoilt, or a file of the case is not any more what it was.
    """
    files = desk_of(request).files(view.case.id, view.told.identity.scope)
    study = attached_study(view.standing, service_of(request).home)
    pieces = [*_made(request, view, files, study), *_sent(request, view, files)]
    write_package(path, pieces, [view.said(f"custody.{one}") for one in _HEADS])


def _made(
    request: Request, view: DeskView, files: list[DeskFile], study: Study | None
) -> Iterator[Piece]:
    """Yield what the software makes of a case, by the time of what happened last."""
    who, at = f"PhuSong {version('phusong')}", view.standing.events[-1].at
    told = view.json(files)
    kept = {name: told[name] for name in _TOLD}
    letter = case_letter(request, view, "interference_report")
    layers = _layers(view, study)

    def made(name: str, what: str, content: Any) -> Piece:
        return Piece(path=name, what=view.said(f"custody.{what}"), who=who, at=at, content=content)

    yield made("bao-cao.pdf", "report", partial(letter_pdf, letter))
    yield made("ho-so.json", "case", partial(_indented, kept))
    if layers:
        yield made("vu-viec.gpkg", "layers", lambda: layers)
    if study is not None:
        yield made("ban-do.png", "map", partial(_map, study))
        yield from _study(view, study, service_of(request).home)


def _layers(view: DeskView, study: Study | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="phusong-") as folder:
        path = Path(folder) / "layers.gpkg"
        return path.read_bytes() if write_layers(path, view.standing.facts, study) else b""


def _indented(value: object) -> bytes:
    written = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return f"{written}\n".encode()


def _map(study: Study) -> bytes:
    return figure_png(Figure("", "", source_svg(source_view(study), Language.VI), ()))


def _study(view: DeskView, study: Study, home: Home) -> Iterator[Piece]:
    """Yield the record of the search and its files, under whoever attached it."""
    attached = view.standing.last("study_attached")
    if attached is None:
        return
    record = {"id": study.id, "inputs": study.inputs, "results": study.results}
    told: dict[str, Any] = {"who": attached.account, "at": attached.at}
    what = view.said("custody.study", id=study.id)
    record_path = f"tim-nguon/{study.id}.json"
    yield Piece(path=record_path, what=what, content=partial(canonical, record), **told)
    for name in sorted(study.files):
        content = file_path(study, name, home).read_bytes
        yield Piece(path=f"tim-nguon/{name}", what=what, content=content, **told)


def _sent(request: Request, view: DeskView, files: list[DeskFile]) -> Iterator[Piece]:
    """Yield the files of a case as they were sent."""
    home = service_of(request).home
    measured = {one.id for one in measurement_files(files)}
    events = {one.sequence: one for one in view.standing.events}
    names = view.told.names
    for place, one in enumerate(files, start=1):
        event = events[one.sequence]
        owner = names.get(event.organisation_id or "", "")
        folder = "so-do" if one.id in measured else "tep"
        yield Piece(
            path=f"{folder}/{place:03d}-{_safe(one.name)}",
            what=view.said("custody.sent", name=one.name),
            who=f"{event.account} ({owner})" if owner else event.account,
            at=one.at,
            content=partial(content_of, home, one.sha256),
        )


def _safe(name: str) -> str:
    """Return a name that every system can unpack; the list of custody has it as it was."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return _UNSAFE.sub("_", bare).strip("._")[-_LONGEST:] or "tep"
