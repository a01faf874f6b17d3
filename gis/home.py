"""Where a department's register, studies and terrain live."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gis.register.address import Address, address_of

__all__ = ["REGISTER_VARIABLE", "UNFINISHED", "Home", "sweep_unfinished"]

REGISTER_VARIABLE = "PHUSONG_REGISTER"
"""Of the environment: where the register is; worker processes are told by it, as what stands on a
command line is seen by everybody on the machine."""

UNFINISHED = ".unfinished-"
"""How the name of a folder begins until all of it is written and it moves to its place."""

_LEFTOVER_S = 86_400.0


def sweep_unfinished(parent: Path) -> None:
    """Remove what a killed process left unfinished in a folder more than a day ago."""
    for folder in parent.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _LEFTOVER_S:
                shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything that one installation keeps.

    Attributes
    ----------
    folder : Path
        Root, created by the caller.
    database : str
        Address of the register where a PostgreSQL server keeps it; it may hold a password.
    """

    folder: Path
    database: str = field(default="", repr=False)

    @property
    def register(self) -> Address:
        """The register: a GeoPackage in the folder, unless a server keeps it.

        Raises
        ------
        FormatError
            If the address of the database cannot be read.
        """
        return address_of(self.database) if self.database else self.register_file

    @property
    def register_file(self) -> Path:
        """Where a register is that no server keeps, and in every copy of an installation."""
        return self.folder / "register.gpkg"

    def ensure(self) -> None:
        """Make the folder, for its owner alone, where no register in it does so."""
        if self.database:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def sign_ins(self) -> Path:
        """Failed attempts to sign in, which a restart must not forget."""
        return self.folder / "sign-ins.sqlite3"

    @property
    def attendance(self) -> Path:
        """When sessions were last used."""
        return self.folder / "attendance.sqlite3"

    @property
    def last_backup(self) -> Path:
        """When the last copy of all this was made."""
        return self.folder / "last-backup"

    @property
    def proofs(self) -> Path:
        """Which copies were proved, when and by whom."""
        return self.folder / "proofs.sqlite3"

    @property
    def backups(self) -> Path:
        """Where copies lie unless the administrator says another folder."""
        return self.folder / "backups"

    @property
    def departures(self) -> Path:
        """Who is away to sign in at an identity service."""
        return self.folder / "departures.sqlite3"

    @property
    def viewings(self) -> Path:
        """Who looked at whose confidential records."""
        return self.folder / "viewings.sqlite3"

    @property
    def studies(self) -> Path:
        """One folder a study."""
        return self.folder / "studies"

    @property
    def published(self) -> Path:
        """What of the studies is on the public map: a small file each, by the study's name."""
        return self.folder / "published"

    @property
    def rules(self) -> Path:
        """Rule files of the administrator's own, in the place of packaged ones of their names."""
        return self.folder / "rules"

    @property
    def holidays(self) -> Path:
        """Yearly decisions on working days of the administrator's own, as `rules` is for rules."""
        return self.folder / "holidays"

    @property
    def letters(self) -> Path:
        """Letters of the administrator's own, as `rules` is for rules."""
        return self.folder / "letters"

    @property
    def desk_files(self) -> Path:
        """Files of the department's cases, each under its hash."""
        return self.folder / "desk-files"

    @property
    def uploads(self) -> Path:
        """Files that people sent, kept for their provenance."""
        return self.folder / "uploads"

    @property
    def cache(self) -> Path:
        """What may be deleted and is made again: unpacked zips, large windows."""
        return self.folder / "cache"

    @property
    def tiles(self) -> Path:
        """Elevation tiles that were fetched."""
        return self.folder / "tiles"

    def study(self, study_id: str) -> Path:
        """Return the folder of one study."""
        return self.studies / study_id
