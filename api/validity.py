"""Spans of validity in words."""

from datetime import date

from data.text import Language, text

__all__ = ["span"]


def span(begins: date | None, ends: date | None, language: Language) -> str:
    """Return from when to when something holds, as people say it; None is open."""
    if begins is None:
        return text("pages.span_open", language) if ends is None else (
            text("pages.span_until", language, ends=ends)
        )  # fmt: skip
    if ends is None:
        return text("pages.span_from", language, begins=begins)
    return text("pages.span", language, begins=begins, ends=ends)
