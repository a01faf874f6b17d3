"""Where a department's register, studies and terrain live."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Home"]


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything that one installation keeps.

    Attributes
    ----------
    folder : Path
        Root, created by the caller.
    """

    folder: Path

    @property
    def register(self) -> Path:
        """The register, a GeoPackage."""
        return self.folder / "register.gpkg"

    @property
    def sign_ins(self) -> Path:
        """Failed attempts to sign in, which a restart must not forget."""
        return self.folder / "sign-ins.sqlite3"

    @property
    def studies(self) -> Path:
        """One folder a study."""
        return self.folder / "studies"

    @property
    def uploads(self) -> Path:
        """Files that people sent, kept for their provenance."""
        return self.folder / "uploads"

    def study(self, study_id: str) -> Path:
        """Return the folder of one study."""
        return self.studies / study_id
