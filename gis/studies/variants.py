"""The scene of a compliance study with one station changed, for the same checks to judge again.

Two ways. A change of power alone moves every field of the station by what is radiated less in its
direction: nothing is predicted, and whatever hangs on the station's own service (its test points,
its cells) stands as it was, so that only what it does to others, and at its boundary, may be read
off. Any change, predicted: the study of the one station made anew, in which only what hangs on its
record is predicted again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg
from gis.register.records import BroadcastStation
from gis.studies.checks import meeting, sites
from gis.studies.checks.scene import Scene
from gis.studies.checks.topics import findings_of
from gis.studies.context import silent
from gis.studies.coverage import default_radius_km
from gis.studies.meetings import Meetings
from gis.studies.neighbourhood import Neighbourhood
from gis.studies.service_cells import ServiceCells, Unwanted
from gis.studies.testpoints import Places
from propagation.antenna import horizontal_attenuation_db
from propagation.compliance import aeronautical, allotment, contour_overlap
from propagation.compliance.records import Finding
from propagation.compliance.remedies import Radiated, reduced

__all__ = ["Variants", "lowered", "retuned", "with_less_power"]

Floats = NDArray[np.float64]

_LASTING: Final = frozenset({"drawn", allotment.CHECK})
"""What is kept whatever becomes of the station: draws, and the others' fields at points."""
_OF_MANY: Final = frozenset({aeronautical.CHECK, allotment.CHECK})
"""Checks that set one station against all others at once: products of two or three carriers, the
sum of an allotment's assignments."""


class Variants:
    """What a scene would be with one station changed.

    Parameters
    ----------
    scene : Scene
        The scene as it is.
    station : BroadcastStation
        The station as it is; it is judged there.
    """

    def __init__(self, scene: Scene, station: BroadcastStation) -> None:
        self._scene, self._station = scene, station
        self._known = scene.meetings.without(station.id)
        self._azimuths: dict[str, Floats] = {}
        self._found: dict[tuple[object, ...], tuple[Finding, ...]] = {}
        self._lasting = {key: value for key, value in scene.kept.items() if key[0] in _LASTING}

    def findings(self, changed: BroadcastStation) -> tuple[Finding, ...]:
        """Return what every check finds of the changed station, its fields predicted anew.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        key = ("predicted", *_differing(changed))
        if key not in self._found:
            self._found[key] = self._judged(self._predicted(changed), changed)
        return self._found[key]

    def shifted_findings(
        self, changed: BroadcastStation, check: str | None = None, counterpart: str | None = None
    ) -> tuple[Finding, ...]:
        """Return what the checks find with the power of the station changed and nothing else.

        What is found of the station's own reception is not to be read off.

        Parameters
        ----------
        changed : BroadcastStation
            The station with another power or pattern.
        check : str, optional
            A check: only what it finds of the counterpart is to be read off then.
        counterpart : str, optional
            Another station; beside it only those that disturb it too stand in the scene then.
        """
        key = (check, counterpart, *_differing(changed))
        if key not in self._found:
            scene = self._shifted(changed, check, counterpart)
            self._found[key] = self._judged(scene, changed, check)
        return self._found[key]

    def _judged(
        self, scene: Scene, changed: BroadcastStation, check: str | None = None
    ) -> tuple[Finding, ...]:
        found = findings_of(scene, changed, check)
        self._lasting |= {key: value for key, value in scene.kept.items() if key[0] in _LASTING}
        return found

    def _shifted(
        self, changed: BroadcastStation, check: str | None, counterpart: str | None
    ) -> Scene:
        """Return the scene with the power of the station changed, and nothing else of it."""
        scene, meetings = self._scene, self._scene.meetings
        around, cells = self._around(changed), meetings.cells
        if check is not None and check not in _OF_MANY:
            kept = self._concerned(changed, check, counterpart)
            cells = {
                name: _only(one, changed) if check == contour_overlap.CHECK else one
                for name, one in meetings.cells.items()
                if name == counterpart
            }
            around = replace(
                around, stations={name: around.station(name) for name in sorted(kept)}
            )
        fields = dict(meetings.fields)
        for (name, places), values in meetings.fields.items():
            if name == changed.id:
                fields[name, places] = values + self._shift_at(changed, places)
        boundaries = dict(meetings.boundaries)
        self._keep_within_reach(changed, boundaries, fields)
        moved = replace(
            meetings,
            around=around,
            cells={name: self._shifted_cells(changed, one) for name, one in cells.items()},
            boundaries=boundaries,
            fields=fields,
        )
        return self._scene_of(scene, around, moved, changed)

    def _concerned(
        self, changed: BroadcastStation, check: str, counterpart: str | None
    ) -> set[str]:
        """Return the stations that what one check finds of the counterpart hangs on."""
        around = self._scene.neighbourhood
        if counterpart not in around.stations:
            return {changed.id}
        other = around.station(str(counterpart))
        if check == contour_overlap.CHECK:
            return {changed.id, other.id}
        disturbing = self._scene.meetings.disturbing(other)
        return {changed.id, other.id, *(one.id for one in disturbing)}

    def _predicted(self, changed: BroadcastStation) -> Scene:
        """Return the scene of the study of the changed station alone."""
        context = replace(self._scene.context, progress=silent)
        around = self._around(changed)
        meetings = Meetings.predicted(around, context, self._known)
        self._learn(meetings.without(changed.id))
        return self._scene_of(self._scene, around, meetings, changed)

    def _around(self, changed: BroadcastStation) -> Neighbourhood:
        around = self._scene.neighbourhood
        stations = {**around.stations, changed.id: changed}
        return replace(around, stations=stations, judged=frozenset({changed.id}))

    def _scene_of(
        self, scene: Scene, around: Neighbourhood, meetings: Meetings, changed: BroadcastStation
    ) -> Scene:
        gathered = dict(scene.gathered)
        if sites.NAME in gathered:
            gathered[sites.NAME] = sites.with_station(gathered[sites.NAME], changed)
        if meeting.NAME in gathered:
            gathered[meeting.NAME] = self._remeasured(gathered[meeting.NAME], changed)
        return replace(
            scene,
            judged=(changed.id,),
            neighbourhood=around,
            meetings=meetings,
            gathered=gathered,
            context=replace(scene.context, progress=silent),
            kept=dict(self._lasting),
        )

    def _remeasured(
        self, gathered: Mapping[str, Any], changed: BroadcastStation
    ) -> Mapping[str, Any]:
        """Return what was measured with the station changed.

        Power moves what was measured as it moves what is radiated that way. From another height or
        on another carrier nothing was measured.
        """
        written = gathered.get("measurements", ())
        mine = [one for one in written if one["station_id"] == changed.id]
        if not mine:
            return gathered
        others = [one for one in written if one["station_id"] != changed.id]
        before, after = self._station, changed
        if (before.frequency_mhz, before.height_above_ground_m) != (
            after.frequency_mhz,
            after.height_above_ground_m,
        ):
            return {**gathered, "measurements": others}
        longitude, latitude = (
            np.array([one[axis] for one in mine]) for axis in ("longitude", "latitude")
        )
        azimuth = azimuth_deg(before.longitude, before.latitude, longitude, latitude)
        shifts = self._shift_db(changed, azimuth)
        name = "field_strength_dbuvm"
        moved = [
            {**one, name: one[name] + float(shift)}
            for one, shift in zip(mine, shifts, strict=True)
        ]
        return {**gathered, "measurements": [*others, *moved]}

    def _learn(self, meetings: Meetings) -> None:
        """Keep what was predicted and does not hang on the station."""
        known = self._known
        known.edges.update(meetings.edges)
        known.communes.update(meetings.communes)
        known.fields.update(meetings.fields)
        for name, cells in meetings.cells.items():
            before = known.cells.get(name)
            more = () if before is None else before.unwanted
            ids = {one.station.id for one in cells.unwanted}
            added = [one for one in more if one.station.id not in ids]
            known.cells[name] = replace(cells, unwanted=(*cells.unwanted, *added))

    # --- power alone ---

    def _shift_at(self, changed: BroadcastStation, places: str) -> Floats:
        """Return by how much the field moves at a set of points, dB."""
        if places not in self._azimuths:
            meetings, station = self._scene.meetings, self._station
            if places == "communes":
                found = meetings.communes[station.id]
            elif places == "boundary":
                found = meetings.boundaries[station.id]
            else:
                found = meetings.edges[places.removeprefix("edge ")]
            emitter = self._scene.emitter(station)
            self._azimuths[places] = emitter.towards(found.longitude, found.latitude)[0]
        return self._shift_db(changed, self._azimuths[places])

    def _shift_db(self, changed: BroadcastStation, directions_deg: Floats) -> Floats:
        """Return by how much more is radiated in directions, dB; less is below 0."""
        station = self._station
        after, before = (float(one.erp_total_dbw or 0.0) for one in (changed, station))
        shift = np.full(directions_deg.shape, after - before)
        if station.antenna is None:
            for one, sign in ((changed, -1.0), (station, 1.0)):
                if one.attenuation_db:
                    shift += sign * horizontal_attenuation_db(one.attenuation_db, directions_deg)
        return shift

    def _shifted_cells(self, changed: BroadcastStation, cells: ServiceCells) -> ServiceCells:
        """Return the cells of another station with what the changed one does there."""
        if cells.of(changed.id) is None:
            return cells
        key = f"cells {cells.station.id}"
        if key not in self._azimuths:
            emitter = self._scene.emitter(self._station)
            self._azimuths[key] = emitter.towards(cells.longitude, cells.latitude)[0]
        shift = self._shift_db(changed, self._azimuths[key])

        def moved(one: Unwanted) -> Unwanted:
            if one.station.id != changed.id:
                return one
            field = (one.field_dbuvm + shift).astype(np.float32)
            return Unwanted(changed, field, one.nuisance_dbuvm + shift)

        return replace(cells, unwanted=tuple(moved(one) for one in cells.unwanted))

    def _keep_within_reach(
        self,
        changed: BroadcastStation,
        boundaries: dict[str, Places],
        fields: dict[tuple[str, str], Floats],
    ) -> None:
        """Leave out the points of the boundary beyond the radius that the lower power asks for."""
        reach_km = default_radius_km(changed)
        places = boundaries.get(changed.id)
        if places is None or reach_km >= default_radius_km(self._station):
            return
        emitter = self._scene.emitter(self._station)
        _, away_km = emitter.towards(places.longitude, places.latitude)
        kept = np.flatnonzero(away_km <= reach_km * (1 + 1e-9))
        boundaries[changed.id] = places.some(kept)
        fields[changed.id, "boundary"] = fields[changed.id, "boundary"][:, kept]


def with_less_power(station: BroadcastStation, reduction_db: Sequence[float]) -> BroadcastStation:
    """Return a station with less power at 0, 10 ... 350 degrees, dB."""
    less = reduced(
        Radiated(
            erp_total_dbw=station.erp_total_dbw,
            erp_horizontal_dbw=station.erp_horizontal_dbw,
            erp_vertical_dbw=station.erp_vertical_dbw,
            attenuation_db=station.attenuation_db,
        ),
        reduction_db,
    )
    return replace(
        station,
        erp_total_dbw=less.erp_total_dbw,
        erp_horizontal_dbw=less.erp_horizontal_dbw,
        erp_vertical_dbw=less.erp_vertical_dbw,
        attenuation_db=less.attenuation_db,
    )


def lowered(station: BroadcastStation, height_m: float) -> BroadcastStation:
    """Return a station with a lower antenna; its effective heights fall by as much."""
    by_m = (station.height_above_ground_m or 0.0) - height_m
    effective = station.effective_height_max_m
    return replace(
        station,
        height_above_ground_m=height_m,
        effective_height_max_m=None if effective is None else round(effective - by_m, 6),
        effective_height_m=tuple(round(one - by_m, 6) for one in station.effective_height_m),
    )


def retuned(station: BroadcastStation, frequency_mhz: float) -> BroadcastStation:
    """Return a station on another carrier; the name of its channel is no longer known."""
    return replace(station, frequency_mhz=frequency_mhz, channel=None)


def _only(cells: ServiceCells, changed: BroadcastStation) -> ServiceCells:
    """Return the cells of another station with what the changed one does there, and no third."""
    mine = cells.of(changed.id)
    return replace(cells, unwanted=() if mine is None else (mine,))


def _differing(changed: BroadcastStation) -> tuple[object, ...]:
    """Return what of a station may be changed."""
    return (
        changed.frequency_mhz,
        changed.height_above_ground_m,
        changed.erp_total_dbw,
        changed.attenuation_db,
    )
