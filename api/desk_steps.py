"""What people send to a case: files kept, typed fields as a step takes them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

from fastapi import Depends, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Sent
from starlette.requests import Request

from gis.cases.procedure import Field, FieldKind
from gis.desk.files import MOST_BYTES, MOST_FILES, SentFile, read_upload

__all__ = ["SentForm", "read_files", "sent_files", "stated", "typed_texts"]


async def _sent_form(request: Request) -> AsyncIterator[FormData]:
    """Yield a form; its files are closed once it was answered."""
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


SentForm = Annotated[FormData, Depends(_sent_form)]
"""A form with files, as a page sends it."""


def sent_files(form: FormData) -> list[Sent]:
    """Return the files of a form; a field that was left empty is none."""
    return [one for one in form.getlist("files") if isinstance(one, Sent) and one.filename]


def read_files(files: Sequence[UploadFile | Sent]) -> list[SentFile]:
    """Judge files; they are kept with the step that they belong to.

    Raises
    ------
    FormatError
        If one of them is none that is kept.
    """
    first = files[: MOST_FILES + 1]
    return read_upload([(one.filename or "", one.file.read(MOST_BYTES + 1)) for one in first])


def typed_texts(form: FormData, fields: Sequence[Field]) -> dict[str, str]:
    """Return the texts of a form; of several choices those that were made, between spaces."""
    told = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    several = {one.name for one in fields if one.kind is FieldKind.SEVERAL}
    return told | {name: " ".join(map(str, form.getlist(name))) for name in several & told.keys()}


def stated(typed: Mapping[str, str], fields: Sequence[Field]) -> dict[str, object]:
    """Return what a form states of fields, as `gis.cases.details` reads it."""
    found: dict[str, object] = {}
    for one in fields:
        value = typed.get(one.name, "").strip()
        if value:
            found[one.name] = value.split() if one.kind is FieldKind.SEVERAL else value
    return found
