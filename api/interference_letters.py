"""What letters of a case of interference hold: what is missing, files, parts of the search."""

from collections.abc import Callable

from starlette.requests import Request

from api.desk_kinds import BLOCKS, VALUES, Blocks
from api.desk_letters import GAP
from api.desk_view import DeskView, desk_of
from api.service import service_of
from data.text import Language, text, when
from gis.desk.interference import KIND, undetermined
from gis.desk.interference_study import attached_study
from gis.names import plain_key
from maps.documents.content import Block, Bullets, Paragraph, Table
from maps.documents.report import source_sections
from maps.source_figure import source_view

__all__: list[str] = []

_VI = Language.VI
_CAUSE = ("cause", "evidence")
_PRIVATE = frozenset({plain_key("cá nhân"), plain_key("individual")})
"""What stands in place of the name of a private person."""
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


def _values(view: DeskView) -> dict[str, str]:
    """Return whom a letter speaks of, and what it says of cause and evidence.

    A private person is no fact of a case: the name is written by hand where a letter goes to one.
    """
    stated = str(view.standing.facts["complainant"])
    private = plain_key(stated) in _PRIVATE
    found, reason = view.standing.holding("source_found"), undetermined(view.standing)
    told = {} if found is None else {name: str(found.details[name]) for name in _CAUSE}
    if found is None and reason is not None:
        measured = view.standing.holding("measured")
        none = _said("letter_evidence_none")
        told = {
            "cause": text("desk_interference.letter_cause_none", _VI, reason=reason),
            "evidence": none if measured is None else str(measured.details["result"]),
        }
    return {
        "complainant": _said("letter_complainant") if private else stated,
        "addressee": _said("letter_addressee") if private else stated,
        **dict.fromkeys(_CAUSE, GAP),
        **told,
    }


BLOCKS[KIND] = _interference
VALUES[KIND] = _values
