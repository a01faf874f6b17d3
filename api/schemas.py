"""What programs send, strictly: nothing unknown, units in the names."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.whole import MOST
from gis.cases.details import LONGEST_TEXT, MOST_ATTACHMENTS
from gis.cases.records import EventKind
from gis.cases.store import HIGHEST_M
from gis.desk.visits import VISIT_FORMAT
from gis.exchange.observed import MOST_CHARACTERS
from gis.structure_edits import HIGHEST_MAST_M
from gis.studies.application import LIMITS

__all__ = [
    "ApplicationBody",
    "ChannelsRequest",
    "ComplianceRequest",
    "CoverageRequest",
    "ImportAnswersRequest",
    "ImportCommitRequest",
    "InterferenceRequest",
    "InterferenceSourceRequest",
    "Megahertz",
    "MobileRequest",
    "NetworkRequest",
    "Reach",
    "SharingRequestBody",
    "SharingStepBody",
    "SitePlanningRequest",
    "Step",
    "Threshold",
    "VisitBody",
]

Model = Literal["p1812", "p452", "p1546", "itm", "okumura_hata", "cost231_hata", "ehata"]
Environment = Literal["urban", "suburban", "open"]
Percent = Annotated[float, Field(ge=0.01, le=99.99, allow_inf_nan=False)]
StationId = Annotated[str, Field(min_length=1, max_length=200, examples=["mp-tan-an"])]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Attenuation = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Radius = Annotated[float, Field(ge=1, le=300, allow_inf_nan=False, examples=[60])]
Reach = Annotated[float, Field(ge=10, le=300, allow_inf_nan=False, examples=[150])]
Megahertz = Annotated[float, Field(ge=30, le=6000, allow_inf_nan=False, examples=[98.5])]
Carrier = Annotated[float, Field(ge=87, le=108, allow_inf_nan=False, examples=[99.9])]
Threshold = Annotated[float, Field(ge=0, le=150, allow_inf_nan=False, examples=[54])]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-80, le=80, allow_inf_nan=False, examples=[10.6])]
Step = Annotated[float, Field(ge=10, le=10_000, allow_inf_nan=False, examples=[500])]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def inputs(self) -> dict[str, object]:
        """Return what was said, as the inputs of a job."""
        return self.model_dump(mode="json", exclude_none=True)


class _Moment(_Schema):
    jurisdiction: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    on: date | None = None


class _Predicted(_Moment):
    """A study whose model may be chosen; P.1812 at 50 % of locations unless one is."""

    model: Model | None = None
    environment: Environment | None = None
    irregularity: Literal["interpolated", "exact"] | None = None
    location_percent: Annotated[float | None, Field(ge=1, le=99, allow_inf_nan=False)] = None


class _Added(_Predicted):
    """A study with losses that may be added to those of its model."""

    clutter_model: Literal["none", "p2108"] | None = None
    clutter_location_percent: Percent | None = None
    building_entry: Literal["none", "traditional", "thermally_efficient"] | None = None
    building_probability_percent: Percent | None = None


class CoverageRequest(_Added):
    """The coverage of a station."""

    station_id: StationId
    radius_km: Radius | None = None
    step_m: Step | None = None
    time_percent: Annotated[float | None, Field(ge=1, le=50, allow_inf_nan=False)] = None
    receiver_height_m: Annotated[float | None, Field(ge=1, le=3000, allow_inf_nan=False)] = None
    full_radials: bool | None = None


class InterferenceRequest(_Predicted):
    """Where a station is disturbed, and by whom."""

    station_id: StationId
    radius_km: Radius | None = None
    step_m: Step | None = None
    antenna_discrimination: bool | None = None
    summation: Literal["simplified_multiplication", "power_sum"] | None = None


def _number(name: str, example: float) -> Any:
    """Return a field of an application with the range that studies read."""
    lower, upper = LIMITS[name]
    return Field(default=None, ge=lower, le=upper, allow_inf_nan=False, examples=[example])


class ApplicationBody(_Schema):
    """A station applied for: new, or what of a registered one shall change.

    Without `replaces` it states programme, frequency, position, height and power, the power once,
    in dBW or in W; with it whatever shall change.
    """

    replaces: StationId | None = None
    name: Words | None = None
    programme: Words | None = None
    service: Literal["fm", "television", "wireless_public_address"] | None = None
    station_class: Literal["national", "provincial", "other"] | None = None
    frequency_mhz: float | None = _number("frequency_mhz", 98.5)
    longitude: float | None = _number("longitude", 106.4)
    latitude: float | None = _number("latitude", 10.6)
    province_code: Words | None = None
    erp_total_dbw: float | None = _number("erp_total_dbw", 30)
    erp_total_w: float | None = _number("erp_total_w", 1000)
    attenuation_db: Annotated[list[Attenuation] | None, Field(max_length=36)] = None
    polarization: Literal["horizontal", "vertical", "mixed"] | None = None
    height_above_ground_m: float | None = _number("height_above_ground_m", 60)
    ground_height_m: float | None = _number("ground_height_m", 2)
    reception: Literal["mono", "stereo"] | None = None
    mode: Words | None = None
    emission: Words | None = None


class ComplianceRequest(_Moment):
    """The findings of one station, of an application, or of all of a service (FM unless said)."""

    station_id: StationId | None = None
    application: ApplicationBody | None = None
    service: Literal["fm", "television", "wireless_public_address"] | None = None
    changes: Literal["none", "erp", "all"] | None = None
    height_step_m: Annotated[float | None, Field(ge=1, le=50, allow_inf_nan=False)] = None
    height_floor_m: Annotated[float | None, Field(ge=1, le=1000, allow_inf_nan=False)] = None


class NetworkRequest(_Added):
    """Coverage and interference of a whole network, over a province or a rectangle."""

    stations: Annotated[list[StationId] | None, Field(min_length=1, max_length=5000)] = None
    lowest_mhz: Megahertz | None = None
    highest_mhz: Megahertz | None = None
    bounds: Annotated[
        list[Degrees] | None,
        Field(min_length=4, max_length=4, examples=[[106.0, 10.2, 106.9, 11.1]]),
    ] = None
    step_m: Step | None = None
    reach_km: Reach | None = None
    threshold_dbuvm: Threshold | None = None


class MobileRequest(_Added):
    """Coverage of mobile networks: over units, a rectangle or a circle, else the province."""

    technology: Literal["2g", "3g", "4g", "5g"] | None = None
    band: Annotated[str | None, Field(max_length=20, examples=["1800"])] = None
    operators: Annotated[list[StationId] | None, Field(min_length=1, max_length=500)] = None
    units: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=20)]] | None,
        Field(min_length=1, max_length=500, examples=[["27694"]]),
    ] = None
    bounds: Annotated[
        list[Degrees] | None,
        Field(min_length=4, max_length=4, examples=[[106.3, 10.5, 106.6, 10.8]]),
    ] = None
    longitude: Degrees | None = None
    latitude: Latitude | None = None
    radius_km: Annotated[float | None, Field(ge=0.5, le=100, allow_inf_nan=False)] = None
    step_m: Step | None = None
    reach_km: Annotated[float | None, Field(ge=1, le=100, allow_inf_nan=False)] = None
    minimum_level_dbm: Annotated[float | None, Field(ge=-150, le=0, allow_inf_nan=False)] = None
    receiver_height_m: Annotated[float | None, Field(ge=1, le=100, allow_inf_nan=False)] = None
    public: bool | None = None


class ChannelsRequest(_Moment):
    """Where, and on which channels, a transmitter could be placed."""

    erp_kw: Annotated[float, Field(ge=0.001, le=1000, allow_inf_nan=False, examples=[1])]
    height_m: Annotated[float, Field(ge=1, le=3000, allow_inf_nan=False, examples=[60])]
    lowest_mhz: Carrier | None = None
    highest_mhz: Carrier | None = None
    polarization: Literal["horizontal", "vertical", "mixed"] | None = None
    reception: Literal["mono", "stereo"] | None = None
    area: Literal["rural", "urban", "large_city"] | None = None
    service_km: Annotated[float | None, Field(ge=1, le=60, allow_inf_nan=False)] = None
    served_percent: Annotated[float | None, Field(ge=1, le=100, allow_inf_nan=False)] = None
    reserve_db: Annotated[float | None, Field(ge=0, le=20, allow_inf_nan=False)] = None
    proposals: Annotated[int | None, Field(ge=0, le=10)] = None
    bounds: Annotated[
        list[Degrees] | None,
        Field(min_length=4, max_length=4, examples=[[106.0, 10.2, 106.9, 11.1]]),
    ] = None
    step_m: Annotated[float | None, Field(ge=100, le=10_000, allow_inf_nan=False)] = None


class SharingRequest(_Moment):
    """Which existing supports would carry an antenna somewhere, and cover what is wanted.

    A point or an area; coverage is looked at where carrier, power and minimum field are given.
    """

    longitude: Degrees | None = None
    latitude: Latitude | None = None
    area: Annotated[
        list[Annotated[list[Degrees], Field(min_length=2, max_length=2)]] | None,
        Field(
            min_length=3, max_length=200, examples=[[[106.4, 10.5], [106.45, 10.5], [106.4, 10.6]]]
        ),
    ] = None
    radius_km: Annotated[float | None, Field(ge=0.1, le=30, allow_inf_nan=False)] = None
    within_km: Annotated[float | None, Field(ge=0, le=30, allow_inf_nan=False)] = None
    frequency_mhz: Annotated[float | None, Field(ge=30, le=6000, allow_inf_nan=False)] = None
    bandwidth_khz: Annotated[float | None, Field(ge=1, le=200_000, allow_inf_nan=False)] = None
    erp_dbw: Annotated[float | None, Field(ge=-40, le=70, allow_inf_nan=False)] = None
    height_m: Annotated[float | None, Field(ge=1, le=350, allow_inf_nan=False)] = None
    minimum_dbuvm: Annotated[float | None, Field(ge=-20, le=150, allow_inf_nan=False)] = None
    wanted_percent: Annotated[float | None, Field(ge=1, le=100, allow_inf_nan=False)] = None
    location_percent: Annotated[float | None, Field(ge=1, le=99, allow_inf_nan=False)] = None
    receiver_height_m: Annotated[float | None, Field(ge=1, le=100, allow_inf_nan=False)] = None
    wind_area_m2: Annotated[float | None, Field(ge=0, le=200, allow_inf_nan=False)] = None
    weight_kg: Annotated[float | None, Field(ge=0, le=100_000, allow_inf_nan=False)] = None


class BestSitesRequest(SharingRequest):
    """Which places, together, cover an area at the least cost."""

    ground_step_m: Annotated[float | None, Field(ge=100, le=10_000, allow_inf_nan=False)] = None
    support_cost: Annotated[float | None, Field(ge=0.01, le=1000, allow_inf_nan=False)] = None
    ground_cost: Annotated[float | None, Field(ge=0.01, le=1000, allow_inf_nan=False)] = None


class AntennaBody(_Schema):
    """An antenna of a proposed site."""

    height_above_ground_m: Annotated[
        float, Field(ge=0.5, le=350, allow_inf_nan=False, examples=[40])
    ]
    frequency_mhz: Annotated[float | None, Field(ge=30, le=90_000, allow_inf_nan=False)] = None
    eirp_dbm: Annotated[float | None, Field(ge=-30, le=100, allow_inf_nan=False)] = None
    technology: Literal["2g", "3g", "4g", "5g"] | None = None


class LicenceBody(_Schema):
    """The licence that the operator of a proposed site holds."""

    number: Words | None = None
    kind: Annotated[str | None, Field(min_length=1, max_length=60, examples=["network"])] = None
    province_codes: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=10)]] | None,
        Field(min_length=1, max_length=63),
    ] = None
    valid_from: date | None = None
    valid_to: date | None = None


class SitePlanningRequest(_Moment):
    """A proposed site: everything that its planning report asks for."""

    name: Words | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[106.4])]
    latitude: Annotated[  # beyond 90: likely exchanged, which is said
        float,
        Field(
            ge=-180,
            le=180,
            allow_inf_nan=False,
            examples=[10.6],
            json_schema_extra={"minimum": -90, "maximum": 90},
        ),
    ]
    kind: Literal["self_supporting", "guyed", "rooftop", "concealed"]
    structure_height_m: Annotated[
        float,
        Field(
            ge=1,
            le=HIGHEST_MAST_M,
            allow_inf_nan=False,
            examples=[42],
        ),
    ]
    building_height_m: Annotated[float | None, Field(ge=1, le=350, allow_inf_nan=False)] = None
    reach_m: Annotated[float | None, Field(ge=0, le=50, allow_inf_nan=False)] = None
    ground_height_m: Annotated[float | None, Field(ge=-20, le=3200, allow_inf_nan=False)] = None
    antennas: Annotated[list[AntennaBody] | None, Field(min_length=1, max_length=20)] = None
    organisation_id: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    licence: LicenceBody | None = None
    railway_distance_m: Annotated[float | None, Field(ge=0, le=100_000, allow_inf_nan=False)] = (
        None
    )
    urban: bool | None = None


Angle = Annotated[float, Field(ge=-360, le=720, allow_inf_nan=False)]
PointHeight = Annotated[float, Field(ge=1, le=3000, allow_inf_nan=False)]
LongText = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]


class BearingBody(_Schema):
    """A bearing of the interfering emission."""

    station: Words
    longitude: Degrees
    latitude: Latitude
    bearing_deg: Angle
    convention: Literal["compass", "unit_circle"] | None = None
    error_deg: Annotated[float | None, Field(ge=0.1, le=90, allow_inf_nan=False)] = None
    height_m: PointHeight | None = None
    at: Words | None = None


class LevelBody(_Schema):
    """A field strength of the interfering emission, or the one below which nothing was heard."""

    name: Words | None = None
    longitude: Degrees
    latitude: Latitude
    height_m: PointHeight | None = None
    field_strength_dbuvm: Annotated[float | None, Field(ge=-100, le=200, allow_inf_nan=False)] = (
        None
    )
    below_dbuvm: Annotated[float | None, Field(ge=-100, le=200, allow_inf_nan=False)] = None
    uncertainty_db: Annotated[float | None, Field(ge=0, le=40, allow_inf_nan=False)] = None


class LogBody(_Schema):
    """A time in which the interference was heard, or was not."""

    start: Annotated[datetime, Field(alias="from")]
    end: Annotated[datetime, Field(alias="to")]
    heard: bool


class InterferenceSourceRequest(_Moment):
    """A receiver that is disturbed, and what was observed; files as CSV text or row by row."""

    name: Words | None = None
    station_id: StationId | None = None
    longitude: Degrees
    latitude: Latitude
    receiver_height_m: PointHeight | None = None
    frequency_mhz: Annotated[float | None, Field(ge=30, le=6000, allow_inf_nan=False)] = None
    bandwidth_khz: Annotated[float | None, Field(ge=1, le=100_000, allow_inf_nan=False)] = None
    service: Literal["fm", "television", "wireless_public_address", "other"] | None = None
    wanted_dbuvm: Annotated[float | None, Field(ge=-50, le=150, allow_inf_nan=False)] = None
    bearings: Annotated[list[BearingBody] | None, Field(min_length=1, max_length=100)] = None
    bearings_csv: LongText | None = None
    levels: Annotated[list[LevelBody] | None, Field(min_length=1, max_length=60)] = None
    levels_csv: LongText | None = None
    log: Annotated[list[LogBody] | None, Field(min_length=1, max_length=500)] = None
    log_csv: LongText | None = None
    observed_frequency_mhz: Annotated[float | None, Field(ge=30, le=6000, allow_inf_nan=False)] = (
        None
    )
    frequency_uncertainty_khz: Annotated[
        float | None, Field(ge=0.01, le=10_000, allow_inf_nan=False)
    ] = None
    half_side_km: Annotated[float | None, Field(ge=5, le=60, allow_inf_nan=False)] = None

    def inputs(self) -> dict[str, object]:
        """Return what was said, by the names in which it was sent."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)


class ImportAnswersRequest(_Schema):
    """Answers to the questions of an import, by the keys that they show."""

    answers: Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(max_length=200)] = (
        Field(default_factory=dict, examples=[{"crs": "9210"}])
    )


class ImportCommitRequest(ImportAnswersRequest):
    """The last answers, and the digest of those that were looked at."""

    digest: Annotated[
        str | None,
        Field(max_length=64, description="As the import shows it; an operator's needs it"),
    ] = None


Papers = Annotated[list[Words], Field(max_length=MOST_ATTACHMENTS)]


class SharingRequestBody(_Schema):
    """What is asked of another's structure; the caller's organisation asks."""

    structure_id: StationId
    technology: Annotated[str, Field(min_length=1, max_length=200, examples=["5G NR"])]
    purpose: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    bands: Annotated[str, Field(max_length=200, examples=["3500-3600 MHz"])] = ""
    height_above_ground_m: Annotated[
        float | None, Field(ge=0, le=HIGHEST_M, allow_inf_nan=False)
    ] = None
    wanted_from: date | None = None
    wanted_to: date | None = None
    attachments: Papers = Field(default_factory=list)


class SharingStepBody(_Schema):
    """One step of a request; the fields of its details stand in `next` of the request."""

    kind: EventKind
    expected: Annotated[int, Field(ge=1, le=MOST, description="How many events were seen.")]
    details: Annotated[dict[str, Any], Field(max_length=20)] = Field(default_factory=dict)
    attachments: Papers = Field(default_factory=list)


class DeskCaseBody(_Schema):
    """The facts of a case; which there are stands at `/desk`."""

    facts: Annotated[dict[str, Any], Field(max_length=60)] = Field(default_factory=dict)
    token: Annotated[str | None, Field(max_length=80)] = None


class DeskStepBody(_Schema):
    """One step of a case; the fields of its details stand in `next` of the case."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    expected: Annotated[int, Field(ge=1, le=MOST, description="How many events were seen.")]
    details: Annotated[dict[str, Any], Field(max_length=60)] = Field(default_factory=dict)
    token: Annotated[str | None, Field(max_length=80)] = None


class VisitBody(_Schema):
    """What a telephone's form says of a visit; sent often, it is recorded once."""

    format: Annotated[str, Field(max_length=40, examples=[VISIT_FORMAT])]
    case: Annotated[str, Field(min_length=1, max_length=80, description="The inspection.")]
    token: Annotated[str, Field(min_length=8, max_length=48, description="The form's own.")]
    expected: Annotated[int, Field(ge=1, le=MOST, description="How many events were seen.")]
    details: Annotated[dict[str, Any], Field(max_length=20)]
