"""Questions to the register; each answers with frozen records, sorted by their `id`."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    case,
    null,
)

from gis.errors import NotFoundError
from gis.register import schema
from gis.register.allotments import AllotmentPoint
from gis.register.content import content_version, notes_of
from gis.register.duplicates import DuplicateDecision
from gis.register.filters import containing, in_force, inside
from gis.register.history import Change, changes, structure_changes
from gis.register.points_reader import PointsReader
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    Bounds,
    BroadcastStation,
    ImportBatch,
    Measurement,
    Organisation,
    PlanEntry,
    ProtectedPoint,
    ProtectedPointKind,
    Service,
    UnitKind,
)
from gis.register.roads import Road
from gis.register.scopes import (
    Scope,
    visible_measurements,
    visible_protected_points,
    visible_structure_id,
)
from gis.register.sites import SitesReader
from gis.register.siting import AviationFacility, PlanningZone, Runway
from gis.register.works_reader import WorksReader

__all__ = ["Reader", "hidden_structure"]


class Reader(SitesReader, WorksReader, PointsReader):
    """Everything that can be asked, over a connection that a subclass provides."""

    # organisations

    def organisations(self) -> list[Organisation]:
        """Return all organisations."""
        return self._list(Organisation, [])

    def organisation(self, organisation_id: str) -> Organisation:
        """Return one organisation.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        return self._one(Organisation, organisation_id, [])

    # broadcast stations

    def stations(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        service: Service | None = None,
        text: str | None = None,
        on: date | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[BroadcastStation]:
        """Return broadcast stations; all of them are public.

        A station's `structure_id` is None where the caller may not see that structure. The
        parameters are those of `structures`.
        """
        where = _station_filters(bbox, service, text, on)
        return self._list(
            BroadcastStation, where, limit=limit, offset=offset, hidden=hidden_structure(scope)
        )

    def count_stations(
        self,
        scope: Scope,
        *,
        bbox: Bounds | None = None,
        service: Service | None = None,
        text: str | None = None,
        on: date | None = None,
    ) -> int:
        """Return how many stations `stations` would list without a page."""
        del scope  # asked of every caller, so that nobody forgets it where it will matter
        return self._count(schema.broadcast_stations, _station_filters(bbox, service, text, on))

    def station(self, station_id: str, scope: Scope) -> BroadcastStation:
        """Return one broadcast station.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        return self._one(BroadcastStation, station_id, [], hidden=hidden_structure(scope))

    # plans

    def plan_entries(
        self,
        *,
        service: Service | None = None,
        on: date | None = None,
        plan_id: str | None = None,
    ) -> list[PlanEntry]:
        """Return lines of channel plans, of one service, one plan or in force on one day."""
        where = in_force(schema.plan_entries, on)
        if service is not None:
            where.append(schema.plan_entries.c.service == service.value)
        if plan_id is not None:
            where.append(schema.plan_entries.c.plan_id == plan_id)
        return self._list(PlanEntry, where)

    # measurements and protected points

    def measurements(
        self,
        scope: Scope,
        *,
        station_id: str | None = None,
        frequency_mhz: float | None = None,
        tolerance_mhz: float = 1e-3,
        bbox: Bounds | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Measurement]:
        """Return the measured field strengths that a caller may see.

        Parameters
        ----------
        scope : Scope
            The caller.
        station_id : str, optional
            Only those that name this station.
        frequency_mhz : float, optional
            Only those of this carrier.
        tolerance_mhz : float, optional
            How far off it may be.
        bbox, limit, offset
            As of `structures`.
        """
        table = schema.measurements
        where = [visible_measurements(scope), *inside(table, bbox)]
        if station_id is not None:
            where.append(table.c.station_id == station_id)
        if frequency_mhz is not None:
            low, high = frequency_mhz - tolerance_mhz, frequency_mhz + tolerance_mhz
            where.append(table.c.frequency_mhz.between(low, high))
        return self._list(Measurement, where, limit=limit, offset=offset)

    def protected_points(
        self,
        scope: Scope,
        *,
        kinds: Iterable[ProtectedPointKind] | None = None,
        bbox: Bounds | None = None,
        on: date | None = None,
    ) -> list[ProtectedPoint]:
        """Return the points whose reception is protected, as far as a caller may see them."""
        table = schema.protected_points
        where = [visible_protected_points(scope), *in_force(table, on), *inside(table, bbox)]
        if kinds is not None:
            where.append(table.c.kind.in_([ProtectedPointKind(kind).value for kind in kinds]))
        return self._list(ProtectedPoint, where)

    def allotment_points(self, *, on: date | None = None) -> list[AllotmentPoint]:
        """Return the calculation points of the allotments of television."""
        return self._list(AllotmentPoint, in_force(schema.allotment_points, on))

    def runways(self, scope: Scope, *, on: date | None = None) -> list[Runway]:
        """Return runways, which are the department's to see."""
        table = schema.runways
        return self._list(Runway, [visible_protected_points(scope), *in_force(table, on)])

    def aviation_facilities(
        self, scope: Scope, *, on: date | None = None
    ) -> list[AviationFacility]:
        """Return aeronautical radio facilities, which are the department's to see."""
        table = schema.aviation_facilities
        return self._list(
            AviationFacility, [visible_protected_points(scope), *in_force(table, on)]
        )

    def planning_zones(self, *, on: date | None = None) -> list[PlanningZone]:
        """Return the zones of every layer."""
        return self._list(PlanningZone, in_force(schema.planning_zones, on))

    def roads(self, *, on: date | None = None) -> list[Road]:
        """Return the roads of the map's background."""
        return self._list(Road, in_force(schema.roads, on))

    # administrative units

    def units(
        self,
        *,
        on: date | None = None,
        kinds: Iterable[UnitKind] | None = None,
        parent_code: str | None = None,
    ) -> list[AdministrativeUnit]:
        """Return administrative units, those that exist on a day where one is given."""
        units = schema.administrative_units
        where = in_force(units, on)
        if kinds is not None:
            where.append(units.c.kind.in_([UnitKind(kind).value for kind in kinds]))
        if parent_code is not None:
            where.append(units.c.parent_code == parent_code)
        return self._list(AdministrativeUnit, where)

    def unit(self, code: str, on: date) -> AdministrativeUnit:
        """Return the unit that has a code on a day.

        Raises
        ------
        NotFoundError
            If no unit has that code on that day.
        """
        where = [schema.administrative_units.c.code == code]
        found = self._list(
            AdministrativeUnit, [*where, *in_force(schema.administrative_units, on)], limit=1
        )
        if not found:
            raise NotFoundError("errors.unit_unknown", code=code, on=on)
        return found[0]

    def boundaries(
        self, *, codes: Iterable[str] | None = None, on: date | None = None
    ) -> list[Boundary]:
        """Return outlines, of some units or valid on one day."""
        where = in_force(schema.boundaries, on)
        if codes is not None:
            where.append(schema.boundaries.c.unit_code.in_(list(codes)))
        return self._list(Boundary, where)

    def decisions(self) -> list[DuplicateDecision]:
        """Return what people decided of structures that may be one, for the department."""
        return self._list(DuplicateDecision, [])

    # where it came from

    def import_batches(self) -> list[ImportBatch]:
        """Return what was brought in, for the department's own eyes."""
        return self._list(ImportBatch, [])

    def import_batch(self, batch_id: str) -> ImportBatch:
        """Return one import.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        return self._one(ImportBatch, batch_id, [])

    def changes(
        self,
        *,
        table_name: str | None = None,
        record_id: str | None = None,
        batch_id: str | None = None,
        revision: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Change]:
        """Return the history, newest first, for the department's own eyes."""
        with self._connected() as connection:
            return changes(
                connection,
                table_name=table_name,
                record_id=record_id,
                batch_id=batch_id,
                revision=revision,
                limit=limit,
                offset=offset,
            )

    def structure_changes(self, structure_id: str, limit: int) -> list[Change]:
        """Return the history of a structure and of what belongs or belonged to it, newest first.

        For the department's own eyes, also of a structure that is no more.
        """
        with self._connected() as connection:
            return structure_changes(connection, structure_id, limit)

    def count_changes(self, revision: int) -> int:
        """Return how many changes one write made."""
        return self._count(schema.change_log, [schema.change_log.c.revision == revision])

    def revision(self) -> int:
        """Return how many writes the register has kept."""
        with self._connected() as connection:
            return int(notes_of(connection)["revision"])

    def version(self) -> str:
        """Return the version of the content: equal for equal content, whoever brought it when.

        It is the SHA-256 over a sum for each of `CONTENT_TABLES`, which every write keeps; which
        import brought a row does not count.
        """
        with self._connected() as connection:
            return content_version(notes_of(connection))

    def layer_version(self, table: str) -> str:
        """Return what is another whenever the content of one layer is, and equal for equal."""
        with self._connected() as connection:
            return notes_of(connection).get(f"sum:{table}", "0")


def _station_filters(
    bbox: Bounds | None, service: Service | None, text: str | None, on: date | None
) -> list[ColumnElement[bool]]:
    stations = schema.broadcast_stations
    where = [*in_force(stations, on), *inside(stations, bbox), *containing(stations, text)]
    if service is not None:
        where.append(stations.c.service == Service(service).value)
    return where


def hidden_structure(scope: Scope) -> dict[str, ColumnElement[Any]]:
    """Return what stands for the structure of a station where it may not be told."""
    structure_id = schema.broadcast_stations.c.structure_id
    shown = case((visible_structure_id(structure_id, scope), structure_id), else_=null())
    return {"structure_id": shown.label("structure_id")}
