"""Files of outlines that an administrator sent: kept under the home until they are brought in.

A file lies beside those of the imports, in a folder named by its hash and what was said of it, so
that what is brought in is what was looked at.
"""

import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO

from api.uploads import plain_name
from gis.errors import FormatError, NotFoundError
from gis.exchange.boundaries import BoundaryReport, judge_boundaries
from gis.home import UNFINISHED, Home, sweep_unfinished
from gis.register.store import Register

__all__ = ["Said", "SentOutlines", "digest_of", "judged", "keep", "sent_outlines"]

_ID = re.compile(r"outlines-[0-9a-f]{16}")
_RECORD = "outlines.json"


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a file; as `judge_boundaries` takes it.

    Attributes
    ----------
    on : str
        Day on which the units exist, YYYY-MM-DD.
    uncertainty_m : float
        How far the outlines may be from the truth.
    official : bool
        Whether the authority published them.
    source, crs, layer : str, int, str, or None
        Where they come from; EPSG code that holds whatever the file says; layer of a GeoPackage.
    """

    on: str
    uncertainty_m: float
    official: bool
    source: str | None
    crs: int | None
    layer: str | None


@dataclass(frozen=True, slots=True)
class SentOutlines:
    """One file that was sent.

    Attributes
    ----------
    id : str
        What it is called in addresses.
    file : Path
        Where it lies.
    said : Said
        What was said of it.
    """

    id: str
    file: Path
    said: Said


def keep(home: Home, stream: IO[bytes], file_name: str, said: Said) -> SentOutlines:
    """Keep a file with what was said of it: all of it or nothing.

    Raises
    ------
    FormatError
        If it has no name or is empty.
    """
    name = plain_name(file_name)
    home.uploads.mkdir(parents=True, exist_ok=True)
    sweep_unfinished(home.uploads)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home.uploads))
    try:
        with (unfinished / name).open("wb") as target:
            shutil.copyfileobj(stream, target)
        if (unfinished / name).stat().st_size == 0:
            raise FormatError("pages.file_empty", file=name)
        told = json.dumps({**asdict(said), "file": name}, ensure_ascii=False, sort_keys=True)
        (unfinished / _RECORD).write_text(told, "utf-8")
        with (unfinished / name).open("rb") as source:
            digest = hashlib.file_digest(source, "sha256")
        digest.update(told.encode())
        sent = f"outlines-{digest.hexdigest()[:16]}"
        if not (home.uploads / sent).exists():
            unfinished.rename(home.uploads / sent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return sent_outlines(home, sent)


def sent_outlines(home: Home, sent_id: str) -> SentOutlines:
    """Return a file that was sent; NotFoundError where there is none of that name."""
    folder = home.uploads / (sent_id if _ID.fullmatch(sent_id) else "-")
    try:
        told = json.loads((folder / _RECORD).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError("pages.import_unknown", id=sent_id[:60]) from None
    name = told.pop("file")
    return SentOutlines(sent_id, folder / name, Said(**told))


def judged(register: Register, sent: SentOutlines) -> BoundaryReport:
    """Judge a file against the register as it is now; raises as `judge_boundaries`."""
    said = sent.said
    return judge_boundaries(
        sent.file,
        register,
        on=date.fromisoformat(said.on),
        position_uncertainty_m=said.uncertainty_m,
        source=said.source,
        official=said.official,
        crs=said.crs,
        layer=said.layer,
    )


def digest_of(report: BoundaryReport, register: Register) -> str:
    """Return what stands for what a file would do, another once it replaces other outlines."""
    codes = [one.unit_code for one in report.accepted]
    stored = sorted(
        (one.unit_code, str(one.valid_from), one.provenance.batch_id or "", one.geometry.wkb_hex)
        for one in register.boundaries(codes=codes)
    )
    told = json.dumps([codes, [one.row for one in report.problems], stored])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
