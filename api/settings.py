"""Settings of one installation: the environment (PHUSONG_...) is read here and nowhere else."""

import os
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.home import Home
from gis.jobs.queue import KEEP_DAYS

__all__ = ["Settings"]


def _default_home() -> Path:
    return user_data_path("phusong", appauthor=False)


def _default_port() -> Any:
    """Return the port of `make run`, which its PORT names too; the field judges it."""
    return os.environ.get("PORT") or 8000


class Settings(BaseSettings):
    """What an administrator may set, each as PHUSONG_<NAME>.

    Attributes
    ----------
    home : Path
        Folder of the register, the studies and the uploads.
    terrain : Path or None
        Elevation raster (GeoTIFF or HGT); without it the terrain is flat, and says so.
    p1546_curves : Path or None
        Folder or zip file with the tabulated curves of Rec. ITU-R P.1546, which may not ship;
        without it that model is refused, with the reason.
    workers : int
        Processes that run studies beside the server; 0 leaves jobs in the queue.
    host, port : str, int
        Where the server listens; without a port of its own that of PORT, else 8000.
    max_upload_mb : int
        Largest request body, in mebibytes.
    job_days : float
        How long a job that has ended is listed; its study stays for good.
    session_hours : float
        Absolute life of a session, in hours.
    secure_cookies : bool
        Whether cookies travel over TLS only; set it behind a TLS proxy.
    """

    model_config = SettingsConfigDict(env_prefix="PHUSONG_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=_default_home)
    terrain: Path | None = None
    p1546_curves: Path | None = None
    workers: Annotated[int, Field(ge=0, le=64)] = 1
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535, validate_default=True)] = Field(
        default_factory=_default_port
    )
    max_upload_mb: Annotated[int, Field(ge=1, le=4096)] = 50
    job_days: Annotated[float, Field(ge=1, le=36_500)] = KEEP_DAYS
    session_hours: Annotated[float, Field(gt=0, le=168)] = 12.0
    secure_cookies: bool = False

    @property
    def place(self) -> Home:
        """The home folder with the paths below it."""
        return Home(self.home)

    @property
    def max_body_bytes(self) -> int:
        """Largest request body in bytes."""
        return self.max_upload_mb * 1024 * 1024
