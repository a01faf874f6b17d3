"""Sanctions as pages and programs are told of them, in a language."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.clock_view import rule_json
from api.geojson import plain
from data.text import Language, text
from gis.citations import cites
from gis.names import plain_key
from gis.sanctions import SanctionBook
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule
from propagation.compliance.sanction_rules import steps_of
from propagation.compliance.sanctions import Sanction

__all__ = ["article_text", "behaviour_rows", "behaviour_title", "sanction_json", "victims"]


def behaviour_rows(
    book: SanctionBook, language: Language, words_asked: str = ""
) -> list[dict[str, Any]]:
    """Return every version of every behaviour that has all words of a search.

    Parameters
    ----------
    book : SanctionBook
        The rules.
    language : Language
        Language of the words.
    words_asked : str
        Words of title, article or note, without regard to case and marks; empty for all.
    """
    rows = [_row(name, rule, language) for name, rules in book.versions.items() for rule in rules]
    wanted = words_asked.casefold().split()
    return [row for row in rows if all(_has(row["rule"], word) for word in wanted)]


def _has(rule: Mapping[str, Any], word: str) -> bool:
    """Return whether a rule has a word; one with a digit is looked for among the articles."""
    if any(sign.isdigit() for sign in word):
        return cites(f"{rule['clause']} {rule['instrument']}".casefold(), word)
    told = plain_key(" ".join(rule[name] for name in ("title", "instrument", "clause", "note")))
    return plain_key(word) in told


def _row(name: str, rule: Rule, language: Language) -> dict[str, Any]:
    return {
        "behaviour": name,
        "field": rule.parameters["field"],
        "field_text": text(f"sanctions.field_of_{rule.parameters['field']}", language),
        "valid_from": plain(rule.valid_from),
        "valid_to": plain(rule.valid_to),
        "measure": rule.parameters.get("measure"),
        "measure_text": _measure(rule, language),
        "per": _own(rule, "per", language),
        "steps": _steps(rule, language),
        "added": _added(rule, language),
        "limitation_years": int(number(rule, "limitation_years")),
        "rule": rule_json(rule, language),
    }


def _steps(rule: Rule, language: Language) -> list[dict[str, Any]]:
    steps = steps_of(rule)
    said = victims(rule, language)
    return [
        {
            "above": steps[place - 1].up_to if place and one.victim == "" else None,
            "up_to": one.up_to,
            "victim": one.victim or None,
            "victim_text": said.get(one.victim),
            "minimum_vnd": one.minimum_vnd,
            "maximum_vnd": one.maximum_vnd,
            "per_unit": one.per_unit,
            "clause": _clause(one.clause, rule, language),
        }
        for place, one in enumerate(steps)
    ]


def _clause(clause: str, rule: Rule, language: Language) -> str:
    """Return where an amount stands: the rule's own clause, or the article of its step."""
    if clause != rule.clause:
        return article_text(clause, language)
    return clause if language is Language.VI else rule.clause_en or clause


def article_text(written: str, language: Language) -> str:
    """Return articles and their clauses as people write them.

    Parameters
    ----------
    written : str
        As a list of a rule has them: `78.5, 78.7`.
    language : Language
        Language of the words.
    """
    pairs = [one.split(".") for one in written.split(", ")]
    return ", ".join(
        text("sanctions.article", language, article=article, clause=clause)
        for article, clause in pairs
    )


def victims(rule: Rule, language: Language) -> dict[str, str]:
    """Return the classes of victims of a behaviour and what they are called."""
    if rule.parameters.get("measure") != "victim":
        return {}
    return dict(zip(words(rule, "victims"), words(rule, f"victims_{language}"), strict=True))


def _measure(rule: Rule, language: Language) -> str:
    measure = rule.parameters.get("measure")
    if measure is None:
        return ""
    own = _own(rule, "unit", language)
    return own or text(f"sanctions.field_{measure}", language)


def _own(rule: Rule, name: str, language: Language) -> str:
    return str(rule.parameters.get(f"{name}_{language}", ""))


def _added(rule: Rule, language: Language) -> Sequence[str]:
    name = f"added_{language}"
    return list(words(rule, name)) if name in rule.parameters else []


def behaviour_title(book: SanctionBook, behaviour: str, language: Language) -> str:
    """Return what a behaviour is called; its name where the rules know none of that name."""
    rule = book.behaviours.get(behaviour)
    if rule is None:
        return behaviour
    return rule.title_vi if language is Language.VI else rule.title_en


def sanction_json(found: Sanction, title: str, language: Language) -> dict[str, Any]:
    """Return an answer with its labels.

    Parameters
    ----------
    found : Sanction
        The answer.
    title : str
        What the behaviour is called.
    language : Language
        Language of the words.
    """
    rule = found.rule
    return {
        "behaviour": found.act.behaviour,
        "title": title,
        "known": found.known.value,
        "known_text": text(f"sanctions.known_{found.known.value}", language),
        "said": _said(found, language),
        "stated": plain(found.act),
        "counted_on": found.act.counted_on.isoformat(),
        "goes_on": found.act.ended_on is None,
        "missing": [
            {"name": name, "label": _missing(name, rule, language)} for name in found.missing
        ],
        "minimum_vnd": found.minimum_vnd,
        "maximum_vnd": found.maximum_vnd,
        "unit_minimum_vnd": found.unit_minimum_vnd,
        "unit_maximum_vnd": found.unit_maximum_vnd,
        "per": "" if rule is None else _own(rule, "per", language),
        "clause": "" if rule is None else _clause(found.clause, rule, language),
        "severity": found.severity,
        "severity_text": found.severity and text(f"sanctions.severity_{found.severity}", language),
        "added": [] if rule is None else _added(rule, language),
        "limitation_years": found.limitation_years,
        "limitation_from": plain(found.limitation_from),
        "limitation_to": plain(found.limitation_to),
        "limitation_over": found.limitation_over,
        "authorities": [
            {**rule_json(one, language), "maximum_vnd": number(one, "maximum_vnd")}
            for one in found.authorities
        ],
        "rule": _rule(rule, language),
        "decree": _rule(found.decree, language),
        "limitation_rule": _rule(found.limitation_rule, language),
        "severity_rule": _rule(found.severity_rule, language),
        "guide": text("sanctions.guide", language),
    }


def _said(found: Sanction, language: Language) -> str:
    """Return the range in words, or why there is none and what is wanted."""
    rule = found.rule
    if found.minimum_vnd is None or found.maximum_vnd is None:
        known = text(f"sanctions.known_{found.known.value}", language)
        names = "; ".join(_missing(name, rule, language) for name in found.missing)
        return f"{known} {text('sanctions.missing', language, names=names)}" if names else known
    said = text("sanctions.range", language, low=found.minimum_vnd, high=found.maximum_vnd)
    per = "" if rule is None else _own(rule, "per", language)
    return f"{said} ({text('sanctions.per', language, per=per)})" if per else said


def _rule(rule: Rule | None, language: Language) -> dict[str, Any] | None:
    return None if rule is None else rule_json(rule, language)


def _missing(name: str, rule: Rule | None, language: Language) -> str:
    if name == "count" and rule is not None:
        return _measure(rule, language)
    return text(f"sanctions.field_{name}", language)
