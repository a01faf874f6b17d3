"""Settings of one installation: the environment (PHUSONG_...) is read here and nowhere else."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gis.home import REGISTER_VARIABLE, Home
from gis.jobs.queue import KEEP_DAYS
from gis.jobs.scheduler import Scheduler
from gis.terrain.opening import GroundFiles
from gis.tiles.products import GLO30_ADDRESS, Product
from gis.tiles.store import TileStore

__all__ = ["PEM_MARK", "Settings"]

PEM_MARK = "-----BEGIN"
"""With this begins what a file of a certificate or a key holds."""

_MOST_THREADS = 256
_ISSUER = r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)[^\s?#]*)?$"
"""Over TLS, or on this machine."""
_TILES = r"^(https?://[\w.:-]+/[\w./~%-]*(\{[zxy]\}[\w./~%-]*){3})?$"
"""Nothing that could end the address inside a page's policy."""
_SCHEDULER = r"^((tcp|tls)://[^\s/?#]+:\d{1,5})?$"


def _default_home() -> Path:
    return user_data_path("phusong", appauthor=False)


def _default_port() -> Any:
    """Return the port of `make run`, which its PORT names too; the field judges it."""
    return os.environ.get("PORT") or 8000


def _cores() -> int:
    """Return how many processor cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return min(len(allowed(0)) if allowed else os.cpu_count() or 1, _MOST_THREADS)


def _listed(value: object) -> object:
    """Return the paths of a list that is separated as in PATH; an address stays whole."""
    if not isinstance(value, str):
        return value
    parts = re.split(rf"{re.escape(os.pathsep)}(?!//)", value)
    return tuple(Path(part) for part in parts if part)


def _named(value: object) -> object:
    """Refuse what a file should hold where its name belongs."""
    if isinstance(value, str) and PEM_MARK in value:
        raise ValueError("the name of a file")
    return value or None


FilePath = Annotated[Path | None, BeforeValidator(_named)]
"""A file that holds a secret or a certificate."""

Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)]
"""Paths in their order."""


class Settings(BaseSettings):
    """What an administrator may set, each as PHUSONG_<NAME>.

    Attributes
    ----------
    home : Path
        Folder of the register, the studies and the uploads.
    register_address : SecretStr
        PHUSONG_REGISTER: `postgresql://user@host/name` where a PostgreSQL server keeps the
        register; without it a GeoPackage in the home folder does.
    terrain : tuple of Path
        Elevation (GeoTIFF, HGT, folders and zips of them) in the order in which gaps are filled,
        separated as in PATH; without it the terrain is flat, and says so.
    surface_model : bool or None
        Whether those heights include buildings and trees; unset, by what the product is.
    land_cover : tuple of Path
        Rasters of land cover classes, as for `terrain`.
    land_cover_table : Path or None
        TOML with the clutter height of each class; those of ESA WorldCover without it.
    zones : tuple of Path
        Rasters of radio-climatic zones (1 sea, 3 coastal land, 4 inland).
    vrt_folder : Path or None
        The only folder in which a VRT is opened, with its sources.
    tile_cache_mb : int
        Fetched tiles are not larger together, in mebibytes; the longest unused goes first.
    glo30_address, srtm_address : str
        Where tiles are fetched from, when a person asks for it.
    map_tiles, map_tiles_attribution : str
        Address of a tile server for a background of the map, with `{z}`, `{x}` and `{y}` in it,
        and who is named for it; none without one, and nothing is asked of anybody.
    map_pmtiles : Path or None
        The same from a file on this machine, PMTiles of pictures or of vector tiles; not beside a
        tile server.
    p1546_curves : Path or None
        Folder or zip file with the tabulated curves of Rec. ITU-R P.1546, which may not ship;
        without it that model is refused, with the reason.
    workers : int
        Processes that run studies beside the server; 0 leaves jobs in the queue.
    threads : int
        Threads of one study, as many as there are processor cores by default; they change the
        time, never a byte of the result.
    scheduler : str
        Address of the scheduler of a dask cluster that computes the tiles of studies in place of
        threads, `tcp://host:port`, in clear, or `tls://host:port`; none without one.
    scheduler_ca, scheduler_cert, scheduler_key : Path or None
        PEM files that TLS needs: the authority of the cluster, this server's certificate of it,
        and its private key.
    host, port : str, int
        Where the server listens; without a port of its own that of PORT, else 8000.
    max_upload_mb : int
        Largest request body, in mebibytes.
    log : str
        Least that the log says: `info` writes a line for every request, `warning` what went wrong.
    most_at_once : int
        Connections that are held at once, waiting ones too; more get 503 and are closed.
    query_seconds : float
        Longest that one question to the register may take while a request is answered, 20 times
        as long for files of whole layers; writes and studies are not bound by it.
    job_days : float
        How long a job that has ended is listed; its study stays for good.
    session_hours : float
        Absolute life of a session, in hours.
    idle_minutes : float
        How long a session may stay unused; what somebody types in a page counts as use.
    requests_per_s : float
        Requests a second that one caller may go on making; twice as many at once are let through.
    viewing_days : float
        How long it is known who looked at whose confidential records.
    backup_folder : Path or None
        Where copies lie that the page makes and lists; `backups` in the home folder without it.
    secure_cookies : bool
        Whether cookies travel over TLS only; set it behind a TLS proxy.
    public_url : str
        How the world reaches this server, for links; without it, as each request says.
    oidc_issuer, oidc_client_id : str
        An organisation's identity service (OpenID Connect) and by what name it knows this server;
        none without an issuer.
    oidc_client_secret_file : Path or None
        File with the secret that the service gave this server, for its eyes alone.
    """

    model_config = SettingsConfigDict(
        env_prefix="PHUSONG_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    home: Path = Field(default_factory=_default_home)
    register_address: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("register_address", REGISTER_VARIABLE),
    )
    terrain: Paths = ()
    surface_model: bool | None = None
    land_cover: Paths = ()
    land_cover_table: Path | None = None
    zones: Paths = ()
    vrt_folder: Path | None = None
    tile_cache_mb: Annotated[int, Field(ge=1, le=10_000_000)] = 20_000
    glo30_address: str = GLO30_ADDRESS
    srtm_address: str = ""
    map_tiles: Annotated[str, Field(pattern=_TILES)] = ""
    map_tiles_attribution: Annotated[str, Field(max_length=200)] = ""
    map_pmtiles: Path | None = None
    p1546_curves: Path | None = None
    workers: Annotated[int, Field(ge=0, le=64)] = 1
    scheduler: Annotated[str, Field(pattern=_SCHEDULER)] = ""
    scheduler_ca: FilePath = None
    scheduler_cert: FilePath = None
    scheduler_key: FilePath = None
    threads: Annotated[int, Field(ge=1, le=_MOST_THREADS)] = Field(default_factory=_cores)
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535, validate_default=True)] = Field(
        default_factory=_default_port
    )
    max_upload_mb: Annotated[int, Field(ge=1, le=4096)] = 50
    log: Literal["info", "warning"] = "warning"
    most_at_once: Annotated[int, Field(ge=1, le=100_000)] = 512
    query_seconds: Annotated[float, Field(ge=0.01, le=3_600)] = 30.0
    job_days: Annotated[float, Field(ge=1, le=36_500)] = KEEP_DAYS
    session_hours: Annotated[float, Field(gt=0, le=168)] = 12.0
    idle_minutes: Annotated[float, Field(gt=0, le=10_080)] = 30.0
    requests_per_s: Annotated[float, Field(ge=1, le=100_000)] = 200.0
    viewing_days: Annotated[float, Field(ge=1, le=36_500)] = 1_826.0
    backup_folder: Path | None = None
    secure_cookies: bool = False
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    oidc_issuer: Annotated[
        str, Field(pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)[^\s?#]*)?$")
    ] = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None

    @property
    def names_proxy(self) -> bool:
        """Whether it is said whose X-Forwarded-For is believed beside that of this machine."""
        return bool(os.environ.get("FORWARDED_ALLOW_IPS"))

    @property
    def map_tiles_origin(self) -> str:
        """Scheme and host of the tile server, for the policy of the map's page."""
        parts = urlsplit(self.map_tiles)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def place(self) -> Home:
        """The home folder with the paths below it."""
        return Home(self.home, self.register_address.get_secret_value())

    @property
    def cluster(self) -> Scheduler | None:
        """The scheduler of the cluster that computes, where one is named."""
        if not self.scheduler:
            return None
        files = self.scheduler_ca, self.scheduler_cert, self.scheduler_key
        return Scheduler(self.scheduler, *files)

    @property
    def backups(self) -> Path:
        """Where copies lie."""
        return self.backup_folder or self.place.backups

    @property
    def oidc_secret(self) -> str:
        """What the identity service knows this server by; read when it is needed."""
        file = self.oidc_client_secret_file
        return "" if file is None else file.read_text("utf-8").strip()

    @property
    def ground(self) -> GroundFiles:
        """What studies stand on."""
        return GroundFiles(
            terrain=self.terrain,
            land_cover=self.land_cover,
            land_cover_table=self.land_cover_table,
            zones=self.zones,
            surface_model=self.surface_model,
            vrt_folder=self.vrt_folder,
            cache=self.place.cache,
        )

    @property
    def tile_store(self) -> TileStore:
        """Where fetched tiles are kept."""
        return TileStore(self.place.tiles, self.tile_cache_mb * 1024 * 1024)

    def tile_address(self, product: Product) -> str:
        """Return where a product's tiles are fetched from, empty where nobody said."""
        return self.glo30_address if product is Product.GLO30 else self.srtm_address

    @property
    def max_body_bytes(self) -> int:
        """Largest request body in bytes."""
        return self.max_upload_mb * 1024 * 1024
