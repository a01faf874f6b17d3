"""What is found in all structures, kept as long as register and day are the same."""

from collections.abc import Sequence

from api.service import Service
from api.views import jurisdiction_of
from gis.duplicates import Likeness, duplicates
from gis.quality import OwnerQuality, quality

__all__ = ["kept_duplicates", "kept_quality"]


def kept_quality(service: Service, owner_id: str | None) -> Sequence[OwnerQuality]:
    """Return how good the records of an owner are, or those of every owner.

    Parameters
    ----------
    service : Service
        The running service.
    owner_id : str or None
        The owner; None is every one.
    """
    day = service.today()

    def make() -> Sequence[OwnerQuality]:
        with service.register.snapshot() as register:
            return quality(register, jurisdiction_of(day), day, owner_id=owner_id)

    stamp = (service.register.version(), day)
    return service.kept.get(f"quality {owner_id or ''}", stamp, make).value


def kept_duplicates(service: Service) -> Sequence[Likeness]:
    """Return the pairs of structures that may be one and are not decided, the most alike first."""
    day = service.today()

    def make() -> Sequence[Likeness]:
        with service.register.snapshot() as register:
            return duplicates(register, day)

    return service.kept.get("duplicates", (service.register.revision(), day), make).value
