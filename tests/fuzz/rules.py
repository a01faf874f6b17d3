"""Reasons for which what the description allows may be refused with 400 or 422.

Each is a rule that JSON Schema (OpenAPI 3.0) cannot say; docs/api.md has the same list in words.
"""

__all__ = ["RULES", "RULES_OF_PARAMETERS"]

_FILTER = "filter: the language of CQL2, its kinds of values, and which properties there are"
_BOX = "bbox: lower corner before upper corner, on the Earth; six numbers in the order of two"
_TIME = "days: of the calendar, of a year that can be asked for; the beginning before the end"
_RECORD = "references: a record of that name must be there, be seen, and be of the kind"
_TOGETHER = "values that depend on one another: one needs another, or excludes it"
_FIELDS = "values, facts, details: which fields there are depends on the record and its state"
_TEXT = "texts: no control characters, and something beside spaces"
_FILES = "files: what is in them"
_NOTATION = "notations of the field: classes of emission, modes of television"
_SERVER = "models: tables that the server was given"
_PLACE = "places: inside a province that is known"
_KINDS = "lists in one text: each part is a known word"

RULES: dict[str, str] = {
    "errors.filter_unread": _FILTER,
    "errors.filter_no_condition": _FILTER,
    "errors.filter_property": _FILTER,
    "errors.filter_kinds": _FILTER,
    "errors.filter_deep": _FILTER,
    "errors.question_deep": _FILTER,
    "errors.filter_operator": _FILTER,
    "pages.bbox_order": _BOX,
    "pages.bbox_outside": _BOX,
    "ogc.bbox_order": _BOX,
    "ogc.bbox_off": _BOX,
    "ogc.shape_off": _FILTER,
    "ogc.datetime_order": _TIME,
    "ogc.datetime_malformed": _TIME,
    "ogc.property_value": _TEXT,
    "calendar.start_malformed": _TIME,
    "calendar.term_malformed": _TIME,
    "infrastructure.wrong_field": _FIELDS,
    "infrastructure.field_needed_named": _FIELDS,
    "infrastructure.field_needed": _FIELDS,
    "infrastructure.not_text": _TEXT,
    "infrastructure.merge_not_one_of_them": _RECORD,
    "requests.field_absent": _FIELDS,
    "requests.field_unknown": _FIELDS,
    "points.reason_needed": _TEXT,
    "studies.control_character": _TEXT,
    "studies.wrong_bounds": _BOX,
    "sources.lacks": _TOGETHER,
    "sources.lacks_frequency": _TOGETHER,
    "supports.without_place": _TOGETHER,
    "applications.alone": _TOGETHER,
    "paths.missing_station": _TOGETHER,
    "works.no_organisation": _TOGETHER,
    "antennas.missing_parameter": _TOGETHER,
    "planning.nowhere": _PLACE,
    "devices.wrong_use": _RECORD,
    "devices.import_format": _FILES,
    "exchange.file.format_not_accepted": _FILES,
    "exchange.file.not_what_it_says": _FILES,
    "exchange.answer_unknown": _FIELDS,
    "pages.file_empty": _FILES,
    "pages.unknown_field": _FIELDS,
    "desk_inspection.visit_malformed": _FIELDS,
    "devices.wrong_reversed": _TOGETHER,
    "exchange.export_filter": _TOGETHER,
    "exchange.export_mixed": _TOGETHER,
    "applications.power_twice": _TOGETHER,
    "links.goes_with": _TOGETHER,
    "links.without_source": _TOGETHER,
    "links.wrong_length": _TOGETHER,
    "paths.not_both": _TOGETHER,
    "channels.too_many_cells": _TOGETHER,
    "studies.environment_unused": _TOGETHER,
    "studies.irregularity_unused": _TOGETHER,
    "studies.network_no_frequencies": _TOGETHER,
    "studies.network_none_in_band": _TOGETHER,
    "studies.percent_of_nothing": _TOGETHER,
    "planning.building_higher": _TOGETHER,
    "supports.wrong_area": _TOGETHER,
    "studies.network_unknown_station": _RECORD,
    "mobile.unknown_operator": _RECORD,
    "studies.nothing_to_check": _RECORD,
    "reports.future": _TIME,
    "points.kept_until_wrong": _TIME,
    "pages.unknown_kind": _KINDS,
    "desk.file_kind": _FILES,
    "studies.wrong_list": _TEXT,
    "studies.wrong_text": _TEXT,
    "devices.wrong_reference": _TOGETHER,
    "ogc.no_list": _FIELDS,
    "ogc.no_point": _FIELDS,
    "ogc.field_stays": _FIELDS,
    "infrastructure.place_unknown": _PLACE,
    "errors.structures_unknown": _RECORD,
    "errors.organisations_unknown": _RECORD,
    "errors.plan_entries_unknown": _RECORD,
    "infrastructure.ends_before": _TIME,
    "desk.file_empty": _FILES,
    "works.own_work": _RECORD,
    "mobile.no_transmitter": _RECORD,
    "studies.wrong_choice": _RECORD,
    "requests.field_control": _TEXT,
    "supports.other_day": _TOGETHER,
    "mobile.several_areas": _TOGETHER,
    "mobile.without_place": _TOGETHER,
    "antennas.wrong_parameter": _FIELDS,
    "applications.lacks": _FIELDS,
    "planning.antenna_above": _TOGETHER,
    "planning.no_building": _TOGETHER,
    "studies.station_outside_frequency_mhz": _TOGETHER,
    "studies.wrong_numbers": _TOGETHER,
    "infrastructure.class_of_no_mast": _TOGETHER,
    "infrastructure.rent_without_unit": _TOGETHER,
    "infrastructure.too_high": _TOGETHER,
    "infrastructure.reason_needed": _TEXT,
    "exchange.export_nowhere": _TOGETHER,
    "desk.picture_broken": _FILES,
    "supports.without_coverage": _TOGETHER,
    "supports.too_large": _TOGETHER,
    "mobile.none_complete": _RECORD,
    "studies.network_too_many_pixels": _TOGETHER,
    "sources.level_or_below": _TOGETHER,
    "sources.header_lacks": _FILES,
    "curves.not_set": _SERVER,
    "applications.emission": _NOTATION,
    "applications.mode": _NOTATION,
    "studies.network_no_stations": _RECORD,
}
"""Code of a refusal and the rule that it tells of."""

RULES_OF_PARAMETERS: dict[str, str] = dict.fromkeys(
    ("on", "judged_on", "began_on", "ended_on"), _TIME
)
"""Parameter that is refused as it stands, without a code, and the rule that it breaks."""
