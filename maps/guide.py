"""Pages of the user guide: Markdown of ours into HTML, with nothing raw let through."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import count
from types import MappingProxyType

from markdown_it import MarkdownIt

from data import path
from data.text import Language
from gis.errors import NotFoundError
from propagation.compliance.catalogue import CATALOGUE

__all__ = ["GuidePage", "guide_page", "guide_titles"]

_NAME = re.compile(r"[a-z0-9_]{1,60}")
_TABLE = re.compile("<table>")
_FILE = re.compile(r"([a-z0-9_]{1,60})\.(vi|en)\.md")


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One page of the user guide.

    Attributes
    ----------
    name : str
        Its name, that of its check where it is about one.
    title : str
        Its first heading.
    language : Language
        The language that it is written in; another than was asked for where there is no other.
    html : str
        Its text below the first heading.
    """

    name: str
    title: str
    language: Language
    html: str


def guide_titles(language: Language) -> Mapping[str, str]:
    """Return the title of every page: the checks in their order, then what else there is."""
    names = {found[1] for file in path("guide").iterdir() if (found := _FILE.fullmatch(file.name))}
    order = [check for check in CATALOGUE if check in names]
    order += sorted(names.difference(CATALOGUE))
    return MappingProxyType({name: guide_page(name, language).title for name in order})


@cache
def guide_page(name: str, language: Language) -> GuidePage:
    """Return a page of the guide in a language, in another where there is none.

    Raises
    ------
    NotFoundError
        If there is no page of that name.
    """
    if _NAME.fullmatch(name):
        for written in (language, *(one for one in Language if one is not language)):
            file = path("guide") / f"{name}.{written}.md"
            if file.is_file():
                return _page(name, written, file.read_text(encoding="utf-8"))
    raise NotFoundError("guide.unknown", name=name[:60])


def _page(name: str, language: Language, source: str) -> GuidePage:
    heading, _, below = source.lstrip().partition("\n")
    title = heading.removeprefix("# ").strip()
    html = _markdown().render(below)
    # wide tables scroll in a frame of their own, which the keyboard reaches
    number = count(1)
    html = _TABLE.sub(lambda _: _frame(title, next(number)), html)
    html = html.replace("</table>", "</table></div>")
    return GuidePage(name, title, language, html.replace("<th>", '<th scope="col">'))


def _frame(title: str, number: int) -> str:
    label = escape(f"{title} ({number})", quote=True)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table>'


@cache
def _markdown() -> MarkdownIt:
    """Return the reader of Markdown: CommonMark with tables, raw HTML shown as text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")
