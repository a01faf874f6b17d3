"""The procedures of the desk, by kind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gis.desk.dossier import DOSSIER_CASES
from gis.desk.inspection import INSPECTION_PROCEDURE
from gis.desk.inspection_plan import INSPECTION_PLAN
from gis.desk.interference import INTERFERENCE
from gis.desk.procedure import Procedure
from gis.errors import NotFoundError

__all__ = ["PROCEDURES", "procedure_of"]

PROCEDURES: Final[Mapping[str, Procedure]] = MappingProxyType(
    {one.kind: one for one in (INTERFERENCE, DOSSIER_CASES, INSPECTION_PROCEDURE, INSPECTION_PLAN)}
)
"""Every procedure; the order is that of the desk's page."""


def procedure_of(kind: str) -> Procedure:
    """Return a procedure.

    Raises
    ------
    NotFoundError
        If there is none of that kind.
    """
    found = PROCEDURES.get(kind)
    if found is None:
        raise NotFoundError("desk.kind_unknown", kind=kind[:40], known=", ".join(PROCEDURES))
    return found
