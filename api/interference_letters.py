"""What letters of a case of interference hold: what is missing, files, parts of the search."""

from collections.abc import Callable

from starlette.requests import Request

from api.desk_kinds import BLOCKS, Blocks
from api.desk_view import DeskView, desk_of
from api.service import service_of
from data.text import Language, text, when
from gis.desk.interference import KIND
from gis.desk.interference_study import attached_study
from maps.documents.content import Block, Bullets, Paragraph, Table
from maps.documents.report import source_sections
from maps.source_figure import source_view

__all__: list[str] = []

_VI = Language.VI
_PARTS = ("ranking", "map", "fix", "next", "remedies")


def _said(key: str) -> str:
    return text(f"desk_interference.{key}", _VI)


def _interference(request: Request, view: DeskView) -> Blocks:
    study = attached_study(view.standing, service_of(request).home)
    parts = {} if study is None else source_sections(study, _VI, view=source_view(study))

    def part(name: str) -> Callable[[], list[Block]]:
        if name not in parts:
            return lambda: [] if name == "map" else [Paragraph(_said("block_study_none"))]
        return lambda: list(parts[name].blocks)

    return {
        "missing": lambda: _missing(view),
        "files": lambda: _files(request, view),
        **{name: part(name) for name in _PARTS},
    }


def _missing(view: DeskView) -> list[Block]:
    names = tuple(view.said(f"field.{one}") for one in view.standing.missing)
    return [Bullets(names) if names else Paragraph(_said("block_missing_none"))]


def _files(request: Request, view: DeskView) -> list[Block]:
    files = desk_of(request).files(view.case.id, view.told.identity.scope)
    if not files:
        return [Paragraph(_said("block_files_none"))]
    return [
        Table(
            caption=_said("block_files"),
            columns=(_said("column_file"), _said("column_at"), "SHA-256"),
            rows=tuple((one.name, when(one.at, _VI), _broken(one.sha256)) for one in files),
            widths=(4, 3, 6),
        )
    ]


def _broken(sha256: str) -> str:
    """Return a hash in groups, so that a line of a table can break it."""
    return " ".join(sha256[place : place + 16] for place in range(0, len(sha256), 16))


BLOCKS[KIND] = _interference
