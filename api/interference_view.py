"""What stands beside a case of interference: class, contact, search, law, possible acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from api.clock_view import rule_json
from api.contact_steps import contacts_of, told_views
from api.desk_view import DeskView, desk_of
from api.geojson import plain
from api.sanction_view import article_text, sanction_json
from api.service import service_of
from data.text import Language, number, text
from gis.cases.working_days import local_day
from gis.desk.interference_guide import Proposed, chosen_class, possible_acts, proposed_class
from gis.desk.interference_study import (
    attached_study,
    measurement_files,
    studies_of,
)
from gis.desk.records import DeskFile
from gis.point_rules import last_day_kept
from gis.register.point_contacts import ContactNote, ContactView
from gis.rules import load_rule_pack
from gis.sanctions import sanctions_in_use
from gis.studies.record import Study
from gis.terms import INTERFERENCE_CONTACT
from propagation.compliance.source_rules import LAW

__all__ = ["Beside", "beside_case"]

_FOUND = frozenset({"located", "remedying", "ended", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside one case.

    Attributes
    ----------
    view : DeskView
        The case.
    proposed : Proposed or None
        The class that its service suggests.
    chosen : str or None
        The class that a person chose.
    contact : ContactNote or None
        That there is a contact, why and until when; not who.
    contact_views : sequence of ContactView
        Who did what with it.
    last_contact_day : date or None
        Until when one that is entered today may be kept.
    staff : bool
        Whether the caller is of the department, which alone sees what follows.
    study : Study or None
        The search that was attached.
    studies : sequence of dict
        Finished searches of this case.
    files : sequence of DeskFile
        Files that may hold measurements.
    law : sequence of dict
        Rules of Điều 38 with their labels.
    acts : sequence of dict
        What the decree of its day says of each possible act, once the source was found.
    """

    view: DeskView
    proposed: Proposed | None
    chosen: str | None
    contact: ContactNote | None
    contact_views: Sequence[ContactView]
    last_contact_day: date | None
    staff: bool
    study: Study | None = None
    studies: Sequence[Mapping[str, Any]] = ()
    files: Sequence[DeskFile] = ()
    law: Sequence[Mapping[str, Any]] = ()
    acts: Sequence[Mapping[str, Any]] = ()

    @property
    def clause_proposed(self) -> str:
        """Where the fine for disturbing such a service stands; empty where nowhere."""
        if self.proposed is None or self.proposed.clause == "-":
            return ""
        return article_text(self.proposed.clause, self.view.told.language)

    def json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        language, proposed, study = self.view.told.language, self.proposed, self.study
        told: dict[str, Any] = {
            "class_proposed": None
            if proposed is None
            else {
                "class": proposed.class_,
                "clause": self.clause_proposed or None,
                "rule": rule_json(proposed.rule, language),
            },
            "class_chosen": self.chosen,
            "contact": plain(self.contact),
        }
        if not self.staff:
            return told
        return told | {
            "study": None
            if study is None
            else {
                "id": study.id,
                "href": f"/studies/{study.id}",
                **{
                    name: study.results[name]
                    for name in ("candidates", "observations", "fix", "next", "remedies")
                },
            },
            "studies": list(self.studies),
            "law": list(self.law),
            "acts": list(self.acts),
        }


def beside_case(request: Request, view: DeskView) -> Beside:
    """Return what stands beside a case, as far as the caller may know it.

    Raises
    ------
    FormatError
        If a rule file is spoilt.
    """
    service, told = service_of(request), view.told
    opened, contacts = local_day(view.standing.received_at), contacts_of(request)
    today = service.today()
    staff = told.identity.is_staff
    return Beside(
        view=view,
        proposed=proposed_class(view.standing.facts.get("service"), told.rules, opened),
        chosen=chosen_class(view.standing),
        contact=contacts.note(view.case.id, today),
        contact_views=told_views(request, view.case.id),
        last_contact_day=last_day_kept(told.rules.rule(INTERFERENCE_CONTACT, today), today),
        staff=staff,
        **(_for_staff(request, view) if staff else {}),
    )


def _for_staff(request: Request, view: DeskView) -> dict[str, Any]:
    home, told = service_of(request).home, view.told
    files = desk_of(request).files(view.case.id, told.identity.scope)
    pack = load_rule_pack(service_of(request).today(), own=home.rules)
    return {
        "study": attached_study(view.standing, home),
        "studies": [
            {"id": one.id, "on": one.on, "href": f"/studies/{one.id}"}
            for one in studies_of(view.case, home)
        ],
        "files": measurement_files(files),
        "law": [rule_json(pack.rules[name], told.language) for name in LAW if name in pack.rules],
        "acts": _acts(request, view),
    }


def _acts(request: Request, view: DeskView) -> list[dict[str, Any]]:
    """Return possible acts with their ranges; none before the source was found."""
    class_ = chosen_class(view.standing)
    if view.standing.state not in _FOUND or class_ is None:
        return []
    book = sanctions_in_use(service_of(request).home)
    language = view.told.language
    found = possible_acts(view.standing, class_, book, view.told.rules)
    rows = []
    for one in found:
        rule = book.behaviours[one.act.behaviour]
        title = rule.title_vi if language is Language.VI else rule.title_en
        row = sanction_json(one, title, language)
        rows.append({**row, "range_text": _range(row, language)})
    return rows


def _range(row: Mapping[str, Any], language: Language) -> str:
    """Return a range in words; where there is none, why."""
    if row["minimum_vnd"] is None:
        missing = "; ".join(one["label"] for one in row["missing"])
        return f"{row['known_text'].rstrip('.')}: {missing}" if missing else str(row["known_text"])
    least, most = (number(row[f"{one}_vnd"], language) for one in ("minimum", "maximum"))
    return text("desk_interference.acts_range", language, least=least, most=most)
